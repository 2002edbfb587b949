package ingest

// faultsDocument is what the formats' document says of collectors.
const faultsDocument = `
## Faults of collectors

A folder of a collector is named as it is: Microsoft-Extractor-Suite, Hawk, Untitled Goose and DFIR-O365RC. What a file may lack because of what
wrote it is a loss of the file, told when it is read and a gap of the coverage, and never certain: a quiet day can look the same.

- **Untitled Goose** keeps only the first page of a day of audits ("azureadauditlog_DATE.json"): a file that holds exactly one page is noted. It
  stops a search of the unified audit log ("ual_START_END.json") at 50,001 lines.
- **Microsoft-Extractor-Suite** writes in its log which windows it gave up or could not read whole; its list of Conditional Access policies is
  lossy. It appends a page to the one before, and its combined files hold the same records again: they are duplicates.
- **Hawk** writes what it flagged a second time ("_Investigate_") and a third time flattened ("Simple_"): both are duplicates where the whole record
  is held. What it writes as XML is not read; it writes the same as CSV or JSON.
- **Search-UnifiedAuditLog** gives 5,000 records a page and 50,000 a search, Purview 50,000 a download: a file of exactly so many is noted, and so is one
  that holds fewer records than its search says that it found. Cells are cut at 10,000 bytes: what stands before the cut is kept, and the row is Partial.
- **PowerShell's Export-Csv** writes the name of its type where a record has an object: how a sign-in ended, from where, and who acted are then not in
  the export. It is noted, and what was written is kept in columns ending in _original.
- **Microsoft Graph** gives 1,000 records a page: a file of exactly so many that names no next page is noted, of whatever format it is.
- **Log Analytics** gives 30,000 rows to the portal and 500,000 to a query, advanced hunting 30,000 and 100,000. An answer that says that it is not
  complete is a problem of its file.

The logs of collectors are rows of ` + "`" + CollectorTable + "`" + `: TimeGenerated, Collector, Level, Message, and where an entry confesses that records were
not collected, Lost, with From and To if it names exactly two times.
`

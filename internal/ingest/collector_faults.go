package ingest

import (
	"fmt"
	"path"
	"regexp"
	"strings"

	"github.com/conshelf/conshelf/internal/evidence"
)

// Faults and bounds that collectors are known for. What a file looks like
// because of one of them cannot be told from a quiet day: a loss says so.

// collectorRemarks says what the file may lack because of what wrote it.
func collectorRemarks(f evidence.File) []string {
	n := f.Counts.Read
	name := strings.ToLower(path.Base(strings.ReplaceAll(f.Name(), "!", "/")))
	switch {
	case isGooseAudit(name) && isPage(n):
		return []string{fmt.Sprintf("holds exactly one page, %d records: Untitled Goose keeps only the first page of a busy day, the rest of this day is lost", n)}
	case strings.HasPrefix(name, "ual_") && n >= 50_000:
		return []string{fmt.Sprintf("holds %d records, and Untitled Goose stops a search of the unified audit log at 50,001: there may have been more", n)}
	}
	for _, bound := range boundsOf(f.Format) {
		if n == bound.records {
			return []string{fmt.Sprintf("holds exactly %d records, where %s stops: there may have been more", n, bound.what)}
		}
	}
	return nil
}

func isGooseAudit(name string) bool {
	return regexp.MustCompile(`^azureadauditlog_\d{4}-\d{2}-\d{2}\.json`).MatchString(name)
}

// isPage tells whether n is a number of records that Microsoft Graph gives on
// one page when a collector asks for audits.
func isPage(n int64) bool {
	switch n {
	case 100, 200, 250, 500, 999, 1000:
		return true
	}
	return false
}

type bound struct {
	records int64
	what    string
}

// boundsOf returns how many records sources give at most, and then stop
// without a word.
func boundsOf(format string) []bound {
	switch format {
	case "unified-audit-log", "unified-audit-data", "unified-audit-flat":
		return []bound{
			{5_000, "a page of Search-UnifiedAuditLog"},
			{50_000, "a search of the unified audit log or a download of Purview"},
		}
	case "log-analytics":
		return []bound{
			{10_000, "an older download of the portal"},
			{30_000, "a download of the portal"},
			{500_000, "the query service"},
		}
	case "advanced-hunting":
		return []bound{{10_000, "an older query"}, {30_000, "a download of the portal"}, {100_000, "a query of advanced hunting"}}
	}
	return nil
}

// faultsDocument is what the formats' document says of collectors.
const faultsDocument = `
## Faults of collectors

A folder of a collector is named as it is: Microsoft-Extractor-Suite, Hawk, Untitled Goose and DFIR-O365RC. What a file may lack because of what
wrote it is a note on the file, and never certain: a quiet day can look the same.

- **Untitled Goose** keeps only the first page of a day of audits ("azureadauditlog_DATE.json"): a file that holds exactly one page is noted. It
  stops a search of the unified audit log ("ual_START_END.json") at 50,001 lines.
- **Microsoft-Extractor-Suite** writes in its log which windows it gave up or could not read whole; its list of Conditional Access policies is
  lossy. It appends a page to the one before, and its combined files hold the same records again: they are duplicates.
- **Hawk** writes what it flagged a second time ("_Investigate_") and a third time flattened ("Simple_"): both are duplicates where the whole record
  is held. What it writes as XML is not read; it writes the same as CSV or JSON.
- **Search-UnifiedAuditLog** gives 5,000 records a page and 50,000 a search, Purview 50,000 a download: a file of exactly so many is noted, and so is one
  that holds fewer records than its search says that it found. Cells are cut at 10,000 bytes: what stands before the cut is kept, and the row is Partial.
- **Log Analytics** gives 30,000 rows to the portal and 500,000 to a query, advanced hunting 30,000 and 100,000. An answer that says that it is not
  complete is a problem of its file.

The logs of collectors are rows of ` + "`" + CollectorTable + "`" + `: TimeGenerated, Collector, Level, Message, and where an entry confesses that records were
not collected, Lost, with From and To if it names exactly two times.
`

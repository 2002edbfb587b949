package ingest

import (
	"fmt"
	"strings"
)

// remarks says what a reader of the file's rows should know.
func (p *pass) remarks() []string {
	t := p.mapper.tally
	var notes []string
	count := func(n int64, what string) {
		if n > 0 {
			notes = append(notes, fmt.Sprintf("%s: %d", what, n))
		}
	}
	if len(p.formats) > 1 {
		notes = append(notes, "holds records of several formats: "+strings.Join(p.formats, ", "))
	}
	notes = append(notes, p.dateRemark()...)
	count(t.noTime, "records without a time that can be read, whose TimeGenerated is null")
	count(t.otherTime, "records without a TimeGenerated, which was taken from another of their times")
	count(t.oneTime, "events of Defender XDR with one of Timestamp and TimeGenerated, which is the other too")
	count(t.localTime, "times in a local time that the file does not name, not read and kept in columns ending in "+original)
	count(t.unread, "values that do not fit their column, kept in columns ending in "+original)
	count(t.unlisted, "records with members that cannot be columns, kept in the column "+unlisted)
	count(t.replaced, "records with bytes that are not UTF-8, replaced by U+FFFD")
	count(t.noDetail, "audit records whose AuditData is missing or cannot be read, of which only what surrounds it was stored")
	count(t.guessedTable, "sign-ins that do not say whether they were interactive, taken to be so")
	count(t.cutDocuments, "documents that PowerShell cut where it goes no deeper (ConvertTo-Json -Depth): what lay deeper is not in the export")
	count(t.lossy, "policies whose lists were joined to text, which cannot be taken apart exactly: export them as JSON to have them evaluated")
	count(t.flattened, "activities that fill all the target columns of the file, which may have had more targets or properties")
	count(t.sameID, "records with the id of another record but other content, all of them stored")
	count(p.file.Counts.Quarantined-int64(len(p.rejects)), "records that were not understood beyond those listed")
	return notes
}

// dateRemark says how dates such as 3/4/2026 were read.
func (p *pass) dateRemark() []string {
	c := p.mapper.clock
	if c.ambiguous == 0 {
		return nil
	}
	switch c.order {
	case orderMixed:
		return []string{fmt.Sprintf("the file writes both %q and %q: dates that could be either were not read: %d",
			c.firstMonthDay, c.firstDayMonth, c.ambiguous)}
	case dayFirst:
		return []string{fmt.Sprintf("dates were read as day/month/year, as %q says", c.firstDayMonth)}
	case orderUnknown, monthFirst:
	}
	if c.saysMonth {
		return []string{fmt.Sprintf("dates were read as month/day/year, as %q says", c.firstMonthDay)}
	}
	return []string{fmt.Sprintf("dates were read as month/day/year, though no date of the file decides it; dates that could be either: %d", c.ambiguous)}
}

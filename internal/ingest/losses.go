package ingest

import (
	"fmt"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/conshelf/conshelf/internal/evidence"
)

// losses says which records of its source the file lacks, or may lack: what it
// tells itself, or else what its number of records tells. What a file looks
// like because it was cut cannot be told from a quiet day: a loss says so.
func (p *pass) losses() []string {
	f := p.file
	f.Counts.Read -= p.tally.inside // nothing exports by these
	if n := p.tally.promised; n > f.Counts.Read {
		return []string{fmt.Sprintf("a search in it found %d records, of which the file can hold %d at most: the others are elsewhere or lost", n, f.Counts.Read)}
	}
	if f.Continues || f.Counts.Duplicate == p.file.Counts.Read || !slices.ContainsFunc(f.Tables, func(t evidence.TableCount) bool { return !Apart(t.Table) }) {
		return nil
	}
	if loss := collectorLoss(f); loss != "" {
		return []string{loss}
	}
	if n := f.Counts.Read; n > portalRows && slices.Contains(p.formats, portalSignIns) {
		return []string{fmt.Sprintf("holds %s records, and a download of the portal holds at most %s: there may have been more, download a shorter time", grouped(n), grouped(portalRows))}
	}
	for _, b := range slices.Concat(boundsOf(f.Format), bounds()) {
		if f.Counts.Read == b.records {
			return []string{fmt.Sprintf("holds exactly %s records, where %s: it was most likely cut there, export it again in shorter windows", grouped(b.records), b.whose)}
		}
	}
	return nil
}

// collectorLoss says what the file may lack because of the collector that its
// name tells.
func collectorLoss(f evidence.File) string {
	n := f.Counts.Read
	name := strings.ToLower(path.Base(strings.ReplaceAll(f.Name(), "!", "/")))
	switch {
	case isGooseAudit(name) && isPage(n):
		return fmt.Sprintf("holds exactly one page, %d records: Untitled Goose keeps only the first page of a busy day, the rest of this day is lost", n)
	case strings.HasPrefix(name, "ual_") && n >= 50_000:
		return fmt.Sprintf("holds %s records, and Untitled Goose stops a search of the unified audit log at 50,001: there may have been more", grouped(n))
	}
	return ""
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

// portalRows is how many sign-ins the portal downloads at most.
const portalRows = 250_000

// A bound is a number of records at which something stops exporting, without a
// word.
type bound struct {
	records int64
	whose   string
}

// boundsOf returns the bounds of what writes a format.
func boundsOf(format string) []bound {
	switch format {
	case "unified-audit-log", "unified-audit-data", "unified-audit-flat":
		return []bound{
			{5_000, "a page of Search-UnifiedAuditLog ends"},
			{50_000, "a search of the unified audit log, and a download of Purview, end"},
		}
	case "log-analytics":
		return []bound{
			{10_000, "an older download of the portal ends"},
			{30_000, "a download of the portal ends"},
			{500_000, "an answer of the query service ends"},
		}
	case "advanced-hunting":
		return []bound{
			{10_000, "a query of advanced hunting used to end"},
			{30_000, "a download of the portal ends"},
			{100_000, "a query of advanced hunting ends"},
		}
	case portalSignIns:
		return []bound{{portalRows, "a download of the portal ends"}}
	}
	return nil
}

// bounds are those that any file may end at: what an export was made into
// tells little of what made it.
func bounds() []bound {
	return []bound{
		{1_000, "a page of Microsoft Graph, or of the activity log, ends"},
		{5_000, "a call of Search-UnifiedAuditLog ends"},
		{10_000, "a query of advanced hunting used to end"},
		{30_000, "a query in the Log Analytics portal ends"},
		{50_000, "an audit search of Purview, and a session of Search-UnifiedAuditLog, end"},
		{50_001, "a search whose 50,000 records stand below a heading ends"},
		{100_000, "a query of advanced hunting, and a download of the Entra portal, end"},
		{portalRows, "a download of the Entra portal ends"},
	}
}

// grouped writes a number with its thousands apart.
func grouped(n int64) string {
	digits := strconv.FormatInt(n, 10)
	for i := len(digits) - 3; i > 0; i -= 3 {
		digits = digits[:i] + "," + digits[i:]
	}
	return digits
}

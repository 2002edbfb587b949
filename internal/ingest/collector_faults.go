package ingest

import (
	"fmt"
	"path"
	"regexp"
	"strings"

	"github.com/conshelf/conshelf/internal/evidence"
)

// Faults and bounds that collectors are known for. What a file looks like
// because of one of them cannot be told from a quiet day: a note says so.

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

package ingest

import (
	"strings"
	"testing"

	"github.com/conshelf/conshelf/internal/evidence"
)

// A file that ends where something stops exporting, or that says what it
// lacks, has one loss. One that names a next page, or was only read again, has
// none: the first is told apart, the second lacks nothing.
func TestLosses(t *testing.T) {
	fed := []evidence.TableCount{{Table: "AuditLogs"}}
	for _, test := range []struct {
		name     string
		file     evidence.File
		promised int64
		want     string
	}{
		{"goose's page", evidence.File{Path: "a/azureadauditlog_2026-03-04.json", Format: "graph-directoryaudits", Counts: evidence.Counts{Read: 500}, Tables: fed}, 0, "exactly one page, 500"},
		{"goose's other page", evidence.File{Path: "a/azureadauditlog_2026-03-04.json", Format: "graph-directoryaudits", Counts: evidence.Counts{Read: 1001}, Tables: fed}, 0, ""},
		{"another's page", evidence.File{Path: "other.json", Format: "graph-directoryaudits", Counts: evidence.Counts{Read: 500}, Tables: fed}, 0, ""},
		{"a page of Graph", evidence.File{Path: "other.json", Format: "graph-directoryaudits", Counts: evidence.Counts{Read: 1000}, Tables: fed}, 0, "exactly 1,000 records, where a page of Microsoft Graph"},
		{"goose's search", evidence.File{Path: "m365/ual_2026-03-04_2026-03-05.json", Format: "unified-audit-data", Counts: evidence.Counts{Read: 50_001}, Tables: fed}, 0, "50,001"},
		{"a search", evidence.File{Path: "AuditLog.csv", Format: "unified-audit-log", Counts: evidence.Counts{Read: 50_000}, Tables: fed}, 0, "exactly 50,000 records, where a search"},
		{"less than a search", evidence.File{Path: "AuditLog.csv", Format: "unified-audit-log", Counts: evidence.Counts{Read: 49_999}, Tables: fed}, 0, ""},
		{"a search that says what it found", evidence.File{Path: "AuditLog.csv", Format: "unified-audit-log", Counts: evidence.Counts{Read: 5_000}, Tables: fed}, 7_000, "a search in it found 7000"},
		{"a query of the portal", evidence.File{Path: "query_data.csv", Format: "log-analytics", Counts: evidence.Counts{Read: 30_000}, Tables: fed}, 0, "a download of the portal ends"},
		{"a hunt", evidence.File{Path: "hunting.json", Format: "advanced-hunting", Counts: evidence.Counts{Read: 100_000}, Tables: fed}, 0, "a query of advanced hunting ends"},
		{"more than the portal gives", evidence.File{Path: "SignIns.csv", Format: portalSignIns, Counts: evidence.Counts{Read: 250_001}, Tables: fed}, 0, "at most 250,000"},
		{"a page that names a next one", evidence.File{Path: "1.json", Format: "graph-directoryaudits", Continues: true, Counts: evidence.Counts{Read: 1000}, Tables: fed}, 0, ""},
		{"read again", evidence.File{Path: "1.json", Format: "graph-directoryaudits", Counts: evidence.Counts{Read: 1000, Duplicate: 1000}, Tables: fed}, 0, ""},
		{"a collector's log", evidence.File{Path: "log.txt", Format: "collector-log", Counts: evidence.Counts{Read: 1000}, Tables: []evidence.TableCount{{Table: CollectorTable}}}, 0, ""},
	} {
		p := &pass{file: test.file, formats: []string{test.file.Format}, tally: tally{promised: test.promised}}
		got := strings.Join(p.losses(), "; ")
		if (got == "") != (test.want == "") || !strings.Contains(got, test.want) {
			t.Errorf("%s: %q, want %q", test.name, got, test.want)
		}
	}
}

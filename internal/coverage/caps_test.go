package coverage

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/conshelf/conshelf/internal/evidence"
)

// A file that itself tells what it lacks is told once, in its own words; one
// that was only read again lacks nothing.
func TestFilesThatLackRecords(t *testing.T) {
	read := func(path string, n, duplicate int64, losses ...string) evidence.File {
		return evidence.File{Path: path, Format: "f", Counts: evidence.Counts{Read: n, Stored: n - duplicate, Duplicate: duplicate}, Losses: losses}
	}
	files := []evidence.File{
		read("whole.json", 4_999, 0),
		read("cut.json", 5_000, 0),
		read("again.json", 5_000, 5_000),
		read("tells.json", 50_000, 0, "its collector stops there"),
	}
	var got []string
	for _, g := range append(capped(files), lacking(files)...) {
		got = append(got, g.Subject+": "+strings.SplitN(g.Reason, ",", 2)[0])
	}
	if diff := cmp.Diff([]string{"cut.json: holds exactly 5", "tells.json: its collector stops there"}, got); diff != "" {
		t.Error(diff)
	}
}

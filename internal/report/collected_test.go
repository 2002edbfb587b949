package report

import (
	"testing"
	"time"

	"github.com/conshelf/conshelf/internal/coverage"
	"github.com/conshelf/conshelf/internal/incident"
)

// A tenant whose name is longer than a label has room for is cut between
// letters, never in one.
func TestLabelsAreCutBetweenLetters(t *testing.T) {
	at := time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC)
	c := newCollection(coverage.Statement{
		Window: incident.Window{From: at, To: at.Add(time.Hour)},
		Tables: []coverage.Table{{Name: "SigninLogs", Tenant: "ÄÄÄÄÄÄÄÄÄÄ"}},
	})
	if got, want := c.Lanes[0].Label, "SigninLogs ÄÄÄÄÄÄÄÄ"; got != want {
		t.Errorf("the label is %q, want %q", got, want)
	}
}

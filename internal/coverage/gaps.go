package coverage

import (
	"fmt"
	"time"

	"github.com/conshelf/conshelf/internal/evidence"
	"github.com/conshelf/conshelf/internal/incident"
)

// holes tells the holes of tables.
func holes(s Statement) []incident.Gap {
	var gaps []incident.Gap
	for _, t := range s.Tables {
		what := unseen(t.Name)
		for _, h := range t.Holes {
			reason := "no row for " + span(h.length())
			if h.Usual > 0 {
				reason += fmt.Sprintf(", in which the same hours of other days let expect about %d", h.Usual)
			}
			gaps = append(gaps, incident.Gap{
				Kind: incident.GapMissingData, Subject: t.Name, Tenant: t.Tenant, Window: h.Window, Tables: []string{t.Name},
				Reason: reason, Consequence: "either nothing happened, or it was not collected; then " + what,
			})
		}
	}
	return gaps
}

// thinness tells the times in which tables have far fewer rows than usual.
func thinness(s Statement) []incident.Gap {
	var gaps []incident.Gap
	for _, t := range s.Tables {
		for _, thin := range t.Thin {
			gaps = append(gaps, incident.Gap{
				Kind: incident.GapMissingData, Subject: t.Name, Tenant: t.Tenant, Window: thin.Window, Tables: []string{t.Name},
				Reason: fmt.Sprintf("only %s rows in %s, in which the same hours of most other days let expect %s at the least",
					thousands(thin.Rows), span(thin.To.Sub(thin.From)), thousands(thin.Usual)),
				Consequence: "either far less happened than usual, or most of it was not collected; then " + unseen(t.Name),
			})
		}
	}
	return gaps
}

// unseen is what cannot be concluded of a time in which a table has nothing.
func unseen(table string) string {
	if w, ok := wantedOf(table); ok && w.consequence != "" {
		return w.consequence
	}
	return "what happened in it was not looked at"
}

// span prints a time in the unit that suits it.
func span(d time.Duration) string {
	if d < 2*time.Hour {
		return fmt.Sprintf("%d minutes", int(d.Round(time.Minute)/time.Minute))
	}
	hours := int(d.Round(time.Hour) / time.Hour)
	if hours < 72 {
		return fmt.Sprintf("%d hours", hours)
	}
	return fmt.Sprintf("%d days", (hours+12)/24)
}

// unread names the files, and the records of files, that were not understood.
func unread(files []evidence.File) []incident.Gap {
	var gaps []incident.Gap
	for _, f := range files {
		if f.Problem != "" {
			gaps = append(gaps, incident.Gap{
				Kind: incident.GapEvidence, Subject: f.Name(), Reason: f.Problem, Tables: tablesOf(f),
				Consequence: "what the rest of this file held was not looked at",
			})
		}
		if n := f.Counts.Quarantined; n > 0 {
			gaps = append(gaps, incident.Gap{
				Kind: incident.GapEvidence, Subject: f.Name(), Tables: tablesOf(f),
				Reason:      fmt.Sprintf("%d of %d records were not understood; Quarantine_CL holds them with the reason", n, f.Counts.Read),
				Consequence: "these records were not looked at",
			})
		}
	}
	return gaps
}

func tablesOf(f evidence.File) []string {
	names := make([]string, len(f.Tables))
	for i, t := range f.Tables {
		names[i] = t.Table
	}
	return names
}

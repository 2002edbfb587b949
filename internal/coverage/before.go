package coverage

import (
	"fmt"
	"slices"
	"time"

	"github.com/conshelf/conshelf/internal/incident"
)

// lead is how much of a log must lie before an incident's first event, at the
// least, for the way in to be seen in it.
const lead = 24 * time.Hour

// Before names the logs that begin too late to show how an incident began, each
// with the incident that begins first of those of its tenant.
func Before(s Statement, incidents []incident.Incident) []incident.Gap {
	var gaps []incident.Gap
	for _, t := range s.Tables {
		w, ok := wantedOf(t.Name)
		first, any := earliest(t, incidents)
		if !ok || !any || !w.steady || t.First.Before(first.Add(-lead)) {
			continue
		}
		gaps = append(gaps, incident.Gap{
			Kind: incident.GapLimit, Subject: t.Name, Tenant: t.Tenant, Window: incident.Window{From: first.Add(-lead), To: t.First}, Tables: []string{t.Name},
			Reason:      fmt.Sprintf("it begins %s, less than a day before the first event of an incident (%s)%s", t.First.Format(time.DateTime), first.Format(time.DateTime), keptFor(t, w)),
			Consequence: "how the incident began may lie before, and was not looked at",
		})
	}
	return sorted(gaps)
}

func earliest(t Table, incidents []incident.Incident) (first time.Time, any bool) {
	for _, i := range incidents {
		if t.Tenant != "" && i.Tenant != t.Tenant {
			continue
		}
		if !any || i.First.Before(first) {
			first, any = i.First, true
		}
	}
	return first, any
}

// keptFor tells, where a log spans as many days as its service keeps it, that
// there may be no more to export.
func keptFor(t Table, w wanted) string {
	days := int(t.Last.Sub(t.First).Round(24*time.Hour) / (24 * time.Hour))
	if !slices.Contains(w.days, days) {
		return ""
	}
	return fmt.Sprintf("; it spans %d days, and %s: there may be no more to export", days, w.kept)
}

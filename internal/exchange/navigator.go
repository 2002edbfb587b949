package exchange

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/conshelf/conshelf/internal/attack"
	"github.com/conshelf/conshelf/internal/incident"
	"github.com/conshelf/conshelf/internal/report"
)

// Navigator writes the techniques of a report's incidents as a layer of ATT&CK
// Navigator: each with the number of alerts as its score, under each tactic that
// an alert shows it for, by the ids of the ATT&CK version that the program has.
// The ids that Sentinel's rules use stand in the metadata where they are older.
func Navigator(w io.Writer, doc report.Document) error {
	about := doc.Overview.Verdict
	if len(doc.Tenants) > 1 {
		about += " Of several tenants together: " + strings.Join(doc.Tenants, ", ")
		if doc.Tenantless() {
			about += ", and what names none"
		}
		about += "."
	}
	l := attack.NewLayer(doc.Title, about, attack.Version, "#fff3d6", "#d1495b")
	for _, s := range doc.Incidents {
		for _, t := range s.Techniques {
			mark(&l, s.Incident, t)
		}
	}
	l.Scale()
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	if err := e.Encode(l); err != nil {
		return fmt.Errorf("write for ATT&CK Navigator: %w", err)
	}
	return nil
}

// mark counts a technique of an incident under each of its tactics.
func mark(l *attack.Layer, i incident.Incident, t report.Technique) {
	id := cmp.Or(t.Now, t.ID)
	var tactics []incident.Tactic
	for _, seen := range t.Tactics {
		for _, tactic := range attack.Shown(id, seen) {
			if !slices.Contains(tactics, tactic) { // a tactic of this version, and the whole that it was a half of
				tactics = append(tactics, tactic)
			}
		}
	}
	if len(tactics) == 0 {
		tactics = []incident.Tactic{""} // under all of its tactics
	}
	for _, tactic := range tactics {
		entry := l.Technique(id, tactic)
		entry.Score += t.Alerts
		entry.Comment = strings.TrimPrefix(entry.Comment+"; "+i.Title, "; ")
		if t.Now != "" {
			entry.Metadata = append(entry.Metadata, attack.LayerNote{Name: "also", Value: string(t.ID)})
		}
	}
}

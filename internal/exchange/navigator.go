package exchange

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"github.com/conshelf/conshelf/internal/attack"
	"github.com/conshelf/conshelf/internal/incident"
	"github.com/conshelf/conshelf/internal/report"
)

// A layer is a layer of ATT&CK Navigator, of version 4.5 of its form.
type layer struct {
	Name        string           `json:"name"`
	Versions    layerVersions    `json:"versions"`
	Domain      string           `json:"domain"`
	Description string           `json:"description"`
	Techniques  []layerTechnique `json:"techniques"`
	Gradient    layerGradient    `json:"gradient"`
}

type layerVersions struct {
	Attack    string `json:"attack,omitempty"`
	Navigator string `json:"navigator"`
	Layer     string `json:"layer"`
}

type layerTechnique struct {
	ID                string      `json:"techniqueID"`
	Tactic            string      `json:"tactic,omitempty"`
	Score             int         `json:"score"`
	Comment           string      `json:"comment"`
	Enabled           bool        `json:"enabled"`
	ShowSubtechniques bool        `json:"showSubtechniques"`
	Metadata          []layerNote `json:"metadata"`
}

type layerNote struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

type layerGradient struct {
	Colors   []string `json:"colors"`
	MinValue int      `json:"minValue"`
	MaxValue int      `json:"maxValue"`
}

// Navigator writes the techniques of a report's incidents as a layer: each with
// the number of alerts as its score, under each tactic that an alert shows it
// for, by the ids of the ATT&CK version that the program has. The ids that
// Sentinel's rules use stand in the metadata where they are older.
func Navigator(w io.Writer, doc report.Document) error {
	l := layer{
		Name: doc.Title, Domain: "enterprise-attack", Description: doc.Overview.Verdict, Techniques: []layerTechnique{},
		Versions: layerVersions{Attack: attack.Version, Navigator: "5.1.0", Layer: "4.5"}, Gradient: layerGradient{Colors: []string{"#fff3d6", "#d1495b"}, MinValue: 0, MaxValue: 1},
	}
	for _, s := range doc.Incidents {
		for _, t := range s.Techniques {
			l.technique(s.Incident, t)
		}
	}
	for _, t := range l.Techniques {
		l.Gradient.MaxValue = max(l.Gradient.MaxValue, t.Score)
	}
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	if err := e.Encode(l); err != nil {
		return fmt.Errorf("write for ATT&CK Navigator: %w", err)
	}
	return nil
}

// technique counts a technique of an incident under each of its tactics.
func (l *layer) technique(i incident.Incident, t report.Technique) {
	id := cmp.Or(t.Now, t.ID)
	var tactics []incident.Tactic
	for _, seen := range t.Tactics {
		tactics = append(tactics, attack.Shown(id, seen)...)
	}
	if len(tactics) == 0 {
		tactics = []incident.Tactic{""} // under all of its tactics
	}
	for _, tactic := range tactics {
		entry := l.entry(string(id), attack.ShortName(tactic))
		entry.Score += t.Alerts
		entry.Comment = strings.TrimPrefix(entry.Comment+"; "+i.Title, "; ")
		if t.Now != "" {
			entry.Metadata = append(entry.Metadata, layerNote{"also", string(t.ID)})
		}
	}
}

func (l *layer) entry(id, tactic string) *layerTechnique {
	for n := range l.Techniques {
		if t := &l.Techniques[n]; t.ID == id && t.Tactic == tactic {
			return t
		}
	}
	l.Techniques = append(l.Techniques, layerTechnique{
		ID: id, Tactic: tactic, Enabled: true, ShowSubtechniques: strings.Contains(id, "."), Metadata: []layerNote{},
	})
	return &l.Techniques[len(l.Techniques)-1]
}

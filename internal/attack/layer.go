package attack

import (
	"strings"

	"github.com/conshelf/conshelf/internal/incident"
)

// A Layer is a layer of ATT&CK's Navigator, in version 4.5 of its format, as far
// as every layer has it.
type Layer struct {
	Name        string           `json:"name"`
	Versions    LayerVersions    `json:"versions"`
	Domain      string           `json:"domain"`
	Description string           `json:"description,omitempty"`
	Techniques  []LayerTechnique `json:"techniques"`
	Gradient    LayerGradient    `json:"gradient"`
}

// LayerVersions are the versions of ATT&CK, of the oldest Navigator that reads
// the layer, and of the format.
type LayerVersions struct {
	Attack    string `json:"attack"`
	Navigator string `json:"navigator"`
	Layer     string `json:"layer"`
}

// A LayerTechnique is a technique under a tactic; without one it is under all of
// its own.
type LayerTechnique struct {
	ID                string      `json:"techniqueID"`
	Tactic            string      `json:"tactic,omitempty"` // its short name
	Score             int         `json:"score"`
	Color             string      `json:"color,omitempty"` // #rrggbb; empty: by the score
	Comment           string      `json:"comment"`
	Enabled           bool        `json:"enabled"`
	Metadata          []LayerNote `json:"metadata"`
	ShowSubtechniques bool        `json:"showSubtechniques"`
}

// A LayerNote is a line of what Navigator shows beside a technique.
type LayerNote struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// A LayerGradient is the colours of the scores.
type LayerGradient struct {
	Colors   []string `json:"colors"`
	MinValue int      `json:"minValue"`
	MaxValue int      `json:"maxValue"`
}

// NewLayer returns a layer without techniques, of a version of ATT&CK, whose
// scores go from one colour to another.
func NewLayer(name, description, version, low, high string) Layer {
	return Layer{
		Name: name, Description: description, Versions: LayerVersions{version, "4.9.0", "4.5"}, Domain: "enterprise-attack",
		Techniques: []LayerTechnique{}, Gradient: LayerGradient{Colors: []string{low, high}, MaxValue: 1},
	}
}

// Technique returns the layer's entry of a technique under a tactic, which is
// added if it is not there; the empty tactic is all of the technique's. It is
// good until the next call.
func (l *Layer) Technique(id incident.Technique, tactic incident.Tactic) *LayerTechnique {
	short := ShortName(tactic)
	for n := range l.Techniques {
		if t := &l.Techniques[n]; t.ID == string(id) && t.Tactic == short {
			return t
		}
	}
	l.Techniques = append(l.Techniques, LayerTechnique{
		ID: string(id), Tactic: short, Enabled: true, ShowSubtechniques: strings.Contains(string(id), "."), Metadata: []LayerNote{},
	})
	return &l.Techniques[len(l.Techniques)-1]
}

// Scale makes the gradient end at the highest score.
func (l *Layer) Scale() {
	for _, t := range l.Techniques {
		l.Gradient.MaxValue = max(l.Gradient.MaxValue, t.Score)
	}
}

package matrix

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/conshelf/conshelf/internal/attack"
	"github.com/conshelf/conshelf/internal/incident"
)

// The versions of a layer's format, and of the oldest Navigator that reads it.
const (
	layerVersion     = "4.5"
	navigatorVersion = "4.9.0"
)

// A layer is a file of ATT&CK's Navigator.
type layer struct {
	Name        string           `json:"name"`
	Versions    versions         `json:"versions"`
	Domain      string           `json:"domain"`
	Description string           `json:"description,omitempty"`
	Sorting     int              `json:"sorting"`
	Layout      layout           `json:"layout"`
	Techniques  []layerTechnique `json:"techniques"`
	Gradient    gradient         `json:"gradient"`
	Legend      []legendItem     `json:"legendItems,omitempty"`
}

type versions struct {
	Attack    string `json:"attack"`
	Navigator string `json:"navigator"`
	Layer     string `json:"layer"`
}

type layout struct {
	Layout   string `json:"layout"`
	ShowID   bool   `json:"showID"`
	ShowName bool   `json:"showName"`
}

type layerTechnique struct {
	TechniqueID string     `json:"techniqueID"`
	Tactic      string     `json:"tactic"`
	Score       int        `json:"score"`
	Color       string     `json:"color,omitempty"`
	Comment     string     `json:"comment"`
	Enabled     bool       `json:"enabled"`
	Metadata    []metadata `json:"metadata"`
	ShowSub     bool       `json:"showSubtechniques"`
}

type metadata struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

type gradient struct {
	Colors   []string `json:"colors"`
	MinValue int      `json:"minValue"`
	MaxValue int      `json:"maxValue"`
}

type legendItem struct {
	Label string `json:"label"`
	Color string `json:"color"`
}

// unseen is the colour of a technique that has rules, and nothing that they
// could look at.
const unseen = "#d9d9d9"

// Layer returns the cells as a layer of ATT&CK's Navigator, version 4.5. A
// technique's score is how many rules could have seen it. Version is that of
// ATT&CK: the one held, or the one before, whose ids Sentinel has; a technique
// that it did not have is left out, and returned.
func Layer(cells []Cell, name, version string) (data []byte, without []incident.Technique, err error) {
	l := layer{
		Name: name, Versions: versions{version, navigatorVersion, layerVersion}, Domain: "enterprise-attack",
		Description: "Techniques that analytics rules look for. A score is how many rules could have seen the technique.",
		Layout:      layout{Layout: "side", ShowID: true, ShowName: true}, Techniques: []layerTechnique{},
		Gradient: gradient{Colors: []string{"#ffffff", "#66b1ff"}, MaxValue: 1},
	}
	for _, c := range cells {
		id, tactics := c.Technique, []incident.Tactic{c.Tactic}
		if version == attack.VersionEarlier {
			id, tactics = c.Earlier, earlierColumns(c)
		}
		if id == "" {
			without = append(without, c.Technique)
			continue
		}
		for _, tactic := range tactics {
			l.add(c, id, tactic)
		}
	}
	for _, t := range l.Techniques {
		l.Gradient.MaxValue = max(l.Gradient.MaxValue, t.Score)
		if t.Color != "" && len(l.Legend) == 0 {
			l.Legend = []legendItem{{"rules, and no evidence that they could look at", unseen}}
		}
	}
	data, err = json.MarshalIndent(l, "", "  ")
	return append(data, '\n'), slices.Compact(without), err
}

// earlierColumns returns the columns that a cell is in, in the version before.
func earlierColumns(c Cell) []incident.Tactic {
	tactic := attack.EarlierTactic(c.Tactic)
	of := attack.EarlierTactics(c.Earlier)
	if slices.Contains(of, tactic) {
		return []incident.Tactic{tactic}
	}
	return of
}

// add adds a cell. Two techniques of this version may have been one of the
// version before.
func (l *layer) add(c Cell, id incident.Technique, tactic incident.Tactic) {
	t := layerTechnique{
		TechniqueID: string(id), Tactic: attack.ShortName(tactic), Score: c.Able, Enabled: true,
		Comment: strings.Join(c.Rules, "\n"), Metadata: []metadata{{"tables", strings.Join(c.Tables, ", ")}}, ShowSub: strings.Contains(string(id), "."),
	}
	if len(c.Missing) > 0 {
		t.Metadata = append(t.Metadata, metadata{"no evidence in", strings.Join(c.Missing, ", ")})
	}
	if c.Sight != NotAsked {
		t.Metadata = append(t.Metadata, metadata{"seen by", c.Sight.String()})
	}
	if id != c.Technique {
		t.Metadata = append(t.Metadata, metadata{"ATT&CK " + attack.Version, fmt.Sprintf("%s %s", c.Technique, c.Name)})
	}
	if c.Able == 0 {
		t.Color = unseen
	}
	if i := slices.IndexFunc(l.Techniques, func(have layerTechnique) bool { return have.TechniqueID == t.TechniqueID && have.Tactic == t.Tactic }); i >= 0 {
		have := &l.Techniques[i]
		have.Score += t.Score
		have.Comment += "\n" + t.Comment
		have.Metadata = append(have.Metadata, t.Metadata...)
		if have.Score > 0 {
			have.Color = ""
		}
		return
	}
	l.Techniques = append(l.Techniques, t)
}

package matrix

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/conshelf/conshelf/internal/attack"
	"github.com/conshelf/conshelf/internal/incident"
)

// A layer is a layer of ATT&CK's Navigator, with how it is laid out.
type layer struct {
	attack.Layer
	Sorting int          `json:"sorting"`
	Layout  layout       `json:"layout"`
	Legend  []legendItem `json:"legendItems,omitempty"`
}

type layout struct {
	Layout   string `json:"layout"`
	ShowID   bool   `json:"showID"`
	ShowName bool   `json:"showName"`
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
		Layer: attack.NewLayer(name, "Techniques that analytics rules look for. A score is how many rules could have seen the technique.",
			version, "#ffffff", "#66b1ff"),
		Layout: layout{Layout: "side", ShowID: true, ShowName: true},
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
	l.Scale()
	for _, t := range l.Techniques {
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
	t := l.Technique(id, tactic)
	t.Score += c.Able
	t.Comment = strings.TrimPrefix(t.Comment+"\n"+strings.Join(c.Rules, "\n"), "\n")
	t.Metadata = append(t.Metadata, attack.LayerNote{Name: "tables", Value: strings.Join(c.Tables, ", ")})
	if len(c.Missing) > 0 {
		t.Metadata = append(t.Metadata, attack.LayerNote{Name: "no evidence in", Value: strings.Join(c.Missing, ", ")})
	}
	if c.Sight != NotAsked {
		t.Metadata = append(t.Metadata, attack.LayerNote{Name: "seen by", Value: c.Sight.String()})
	}
	if id != c.Technique {
		t.Metadata = append(t.Metadata, attack.LayerNote{Name: "ATT&CK " + attack.Version, Value: fmt.Sprintf("%s %s", c.Technique, c.Name)})
	}
	t.Color = ""
	if t.Score == 0 {
		t.Color = unseen
	}
}

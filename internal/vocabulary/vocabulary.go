// Package vocabulary presents the evidence under other names than Log
// Analytics gives it: views, written in KQL, one file each. A view may have
// the name of the table that it wraps; inside it, that name is the table.
package vocabulary

import (
	"embed"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/conshelf/conshelf/kql/bind"
)

//go:embed activity/*.kql guide/*.kql
var files embed.FS

// Guide is the name of the vocabulary of the "Guide to Incident Response
// Investigations on Unauthorized Account Sign-Ins in Microsoft Azure", whose
// queries run as printed over it.
const Guide = "guide"

// Activity is the name of the vocabulary whose view Activities tells, under one
// set of names, who did what, from where, to what, whichever log has it.
const Activity = "activity"

// Names returns the vocabularies there are, sorted.
func Names() []string { return []string{Activity, Guide} }

// Views returns the views of a vocabulary, sorted by name; the empty name is
// Log Analytics' own and has none.
func Views(name string) ([]bind.Function, error) {
	if name == "" {
		return nil, nil
	}
	if !slices.Contains(Names(), name) {
		return nil, fmt.Errorf("vocabulary %q: want one of %s", name, strings.Join(Names(), ", "))
	}
	entries, err := files.ReadDir(name)
	if err != nil {
		return nil, fmt.Errorf("read vocabulary %s: %w", name, err)
	}
	var views []bind.Function
	for _, entry := range entries {
		text, err := files.ReadFile(path.Join(name, entry.Name()))
		if err != nil {
			return nil, fmt.Errorf("read vocabulary %s: %w", name, err)
		}
		views = append(views, bind.Function{Name: strings.TrimSuffix(entry.Name(), ".kql"), Body: string(text)})
	}
	return views, nil
}

// Package attack holds MITRE ATT&CK's tactics and techniques, version 19, and
// which technique took the place of one that an earlier version had. Rules
// are written against both, so an id or a tactic of either is understood.
//
// © 2026 The MITRE Corporation. This work is reproduced and distributed with
// the permission of The MITRE Corporation; its licence is LICENSE-ATTACK.txt,
// beside the data.
package attack

import (
	_ "embed"
	"slices"
	"strings"
	"sync"

	"github.com/conshelf/conshelf/internal/incident"
)

//go:embed LICENSE-ATTACK.txt
var licence string

//go:embed techniques.tsv
var techniquesTSV string

//go:embed replaced.tsv
var replacedTSV string

// Licence returns MITRE's copyright line and licence, which go wherever the
// data goes.
func Licence() string { return licence }

// A Technique is a technique or sub-technique of the version held.
type Technique struct {
	ID      incident.Technique
	Name    string
	Tactics []incident.Tactic // in the matrix's order
}

// Lookup returns the technique of that id. An id that was replaced gives the
// technique in its place, whose ID then differs from the one asked for.
func Lookup(id incident.Technique) (Technique, bool) {
	if now, ok := Replaced(id); ok {
		id = now
	}
	t, ok := techniques()[id]
	t.Tactics = slices.Clone(t.Tactics)
	return t, ok
}

// Replaced returns the technique that took the place of id; ok is false if
// none did.
func Replaced(id incident.Technique) (now incident.Technique, ok bool) {
	now, ok = replaced()[id]
	return now, ok
}

// Matches tells whether the technique serves the tactic, in this version or
// the one before. It is false for ids and tactics that neither has.
func Matches(id incident.Technique, tactic incident.Tactic) bool {
	t, ok := Lookup(id)
	if !ok {
		return false
	}
	if slices.ContainsFunc(t.Tactics, func(of incident.Tactic) bool { return sameTactic(of, tactic) }) {
		return true
	}
	return tactic == defenseEvasion && wasEvasion(t.ID)
}

// wasEvasion tells whether id belongs to a family that version 18 had under
// DefenseEvasion and version 19 has under neither half.
func wasEvasion(id incident.Technique) bool {
	family, _, _ := strings.Cut(string(id), ".")
	return family == "T1548" || family == "T1550"
}

var techniques = sync.OnceValue(func() map[incident.Technique]Technique {
	all := make(map[incident.Technique]Technique)
	for fields := range rows(techniquesTSV, 3) {
		t := Technique{ID: incident.Technique(fields[0]), Name: fields[1]}
		for tactic := range strings.SplitSeq(fields[2], ",") {
			t.Tactics = append(t.Tactics, incident.Tactic(tactic))
		}
		all[t.ID] = t
	}
	return all
})

var replaced = sync.OnceValue(func() map[incident.Technique]incident.Technique {
	all := make(map[incident.Technique]incident.Technique)
	for fields := range rows(replacedTSV, 2) {
		all[incident.Technique(fields[0])] = incident.Technique(fields[1])
	}
	return all
})

// rows calls yield with the fields of each line that is not a comment.
func rows(text string, fields int) func(yield func([]string) bool) {
	return func(yield func([]string) bool) {
		for line := range strings.Lines(text) {
			if strings.HasPrefix(line, "#") {
				continue
			}
			row := strings.Split(strings.TrimSuffix(line, "\n"), "\t")
			if len(row) != fields {
				panic("attack: " + line)
			}
			if !yield(row) {
				return
			}
		}
	}
}

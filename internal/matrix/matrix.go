// Package matrix sets analytics rules against ATT&CK's matrix: which technique
// is looked for, by which rules, in which tables, and whether the evidence of
// a case could have shown it. That a technique has a rule never means that it
// would be found.
package matrix

import (
	"cmp"
	"slices"

	"github.com/conshelf/conshelf/internal/attack"
	"github.com/conshelf/conshelf/internal/incident"
)

// A Sight is whether evidence could have shown what a rule looks for.
type Sight int

// The sights, from least to most. The zero Sight is NotAsked.
const (
	NotAsked Sight = iota // there was no case to ask
	Broken                // the rule does not run at all
	Blind                 // none of its tables has a row
	Partial               // some of its tables have none
	Full                  // each of its tables has rows
)

func (s Sight) String() string {
	switch s {
	case NotAsked:
		return ""
	case Broken:
		return "broken"
	case Blind:
		return "no evidence"
	case Partial:
		return "part of the evidence"
	case Full:
		return "evidence"
	}
	panic("matrix: sight")
}

// A Rule is an analytics rule as far as the matrix needs to know it.
type Rule struct {
	Name       string
	Tactics    []incident.Tactic
	Techniques []incident.Technique
	Tables     []string // that it reads
	Missing    []string // those of them that have no rows
	Sight      Sight
}

// A Cell is a technique in a column of the matrix, and the rules that look for
// it there.
type Cell struct {
	Tactic    incident.Tactic
	Technique incident.Technique // of the version held
	Earlier   incident.Technique // of the version before; empty: it had none
	Name      string
	Rules     []string // sorted
	Tables    []string // sorted
	Missing   []string // sorted
	Sight     Sight    // the best of its rules'
	Able      int      // rules that could have seen it, or all if nobody asked
}

// Cells returns the cells that some rule looks for, in the matrix's order. A
// rule is in those of its technique's columns that it lists; where it lists
// none of them, in all. Unlabelled are the rules that name no technique that
// ATT&CK has.
func Cells(rules []Rule) (cells []Cell, unlabelled []string) {
	for _, r := range rules {
		labelled := false
		for _, id := range r.Techniques {
			t, ok := attack.Lookup(id)
			if !ok {
				continue
			}
			labelled = true
			for _, tactic := range columns(t, r.Tactics) {
				cells = added(cells, t, tactic, r)
			}
		}
		if !labelled {
			unlabelled = append(unlabelled, r.Name)
		}
	}
	slices.SortFunc(cells, func(a, b Cell) int {
		return cmp.Or(cmp.Compare(attack.Order(a.Tactic), attack.Order(b.Tactic)), cmp.Compare(a.Tactic, b.Tactic), cmp.Compare(a.Technique, b.Technique))
	})
	slices.Sort(unlabelled)
	return cells, slices.Compact(unlabelled)
}

// columns returns the tactics of a technique that are listed.
func columns(t attack.Technique, listed []incident.Tactic) []incident.Tactic {
	var of []incident.Tactic
	for _, tactic := range t.Tactics {
		if slices.ContainsFunc(listed, func(l incident.Tactic) bool {
			return l == tactic || l == attack.EarlierTactic(tactic)
		}) {
			of = append(of, tactic)
		}
	}
	if len(of) == 0 {
		return t.Tactics
	}
	return of
}

// added returns the cells with a rule in one of them.
func added(cells []Cell, t attack.Technique, tactic incident.Tactic, r Rule) []Cell {
	i := slices.IndexFunc(cells, func(c Cell) bool { return c.Technique == t.ID && c.Tactic == tactic })
	if i < 0 {
		was, _ := attack.Earlier(t.ID)
		cells = append(cells, Cell{Tactic: tactic, Technique: t.ID, Earlier: was, Name: t.Name})
		i = len(cells) - 1
	}
	c := &cells[i]
	if slices.Contains(c.Rules, r.Name) {
		return cells
	}
	c.Rules = sorted(c.Rules, r.Name)
	c.Tables = sorted(c.Tables, r.Tables...)
	c.Missing = sorted(c.Missing, r.Missing...)
	c.Sight = max(c.Sight, r.Sight)
	if r.Sight == NotAsked || r.Sight >= Partial {
		c.Able++
	}
	return cells
}

// sorted returns the names with more, in order, none twice.
func sorted(names []string, more ...string) []string {
	all := slices.Concat(names, more)
	slices.Sort(all)
	return slices.Compact(all)
}

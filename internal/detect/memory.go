package detect

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"slices"

	"github.com/conshelf/conshelf/internal/incident"
	"github.com/conshelf/conshelf/internal/rule"
	"github.com/conshelf/conshelf/kql/plan"
	"github.com/conshelf/conshelf/kql/types"
)

// A Memory is what rules found before, so that a rule of which nothing has
// changed need not run again.
type Memory struct {
	// Basis names what a result depends on beside the rule, its tables and the
	// window: the program.
	Basis string
	// Content names what a table holds. Tables whose names differ may hold
	// different rows.
	Content func(table string) string
	// Found is what rules found, by the key of everything that it depends on.
	Found map[string]Kept
}

// Kept is what one rule found.
type Kept struct {
	Alerts []incident.Alert `json:"alerts"`
	Gaps   []incident.Gap   `json:"gaps"`
}

// A basis is everything that what a rule finds depends on.
type basis struct {
	Program string
	Rule    *rule.Rule
	Plan    string
	Reads   []content
	Tenants []string
	Span    [2]int64
	End     int64 // where the window cuts what the rule reads; 0: it does not
	Origins int
}

// A content is what a rule reads of a table.
type content struct {
	Name, Content     string
	Columns           []types.Column
	Rows, First, Last int64
}

// key names what the rule depends on; ”: nothing is kept.
func (s *scene) key(r *rule.Compiled, over span) string {
	m := s.options.Memory
	if m == nil || s.options.Stepwise {
		return ""
	}
	b := basis{Program: m.Basis, Rule: r.Rule, Plan: plan.Dump(r.Query), Span: [2]int64{over.from, over.to}, Origins: s.options.Origins}
	for _, t := range s.shares {
		b.Tenants = append(b.Tenants, t.Scope+"\x00"+t.Tenant)
	}
	last := int64(0)
	for _, scan := range plan.Scans(r.Query) {
		info := s.tables[scan.Table.Name]
		last = max(last, info.Last)
		b.Reads = append(b.Reads, content{
			Name: scan.Table.Name, Content: m.Content(scan.Table.Name), Columns: scan.Table.Columns, Rows: info.Rows, First: info.First, Last: info.Last,
		})
	}
	if to := s.options.Window.To; !to.IsZero() && types.TicksOf(to) <= last {
		b.End = types.TicksOf(to)
	}
	text, err := json.Marshal(b)
	if err != nil {
		panic("detect: " + err.Error()) // nothing in it can fail
	}
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:])
}

// recalled returns what the rule found before under that key.
func (s *scene) recalled(key string) (Kept, bool) {
	if key == "" {
		return Kept{}, false
	}
	k, ok := s.options.Memory.Found[key]
	return k, ok
}

// lasting tells whether a result would be the same another time. A rule that
// failed may not fail again.
func lasting(gaps []incident.Gap) bool {
	return !slices.ContainsFunc(gaps, func(g incident.Gap) bool { return g.Kind == incident.GapRule })
}

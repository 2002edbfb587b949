package sqlgen

import (
	"github.com/conshelf/conshelf/kql/builtin"
	"github.com/conshelf/conshelf/kql/plan"
)

// A Dialect says how each builtin is written in a database's SQL, or why it is
// not. There is no third case.
type Dialect struct {
	// Name is what the database is called in messages.
	Name       string
	calls      map[string]callForm
	aggregates map[string]aggregateForm
	windows    map[string]windowForm
	plugins    map[string]bool // those that are one call over all rows
	refused    map[string]string
}

// A callForm writes a call of one row.
type callForm func(g *generator, s scope, c *plan.Call) string

// An aggregateForm writes a call over the rows of a group. It is given the
// arguments' forms through a: see aggregate.go.
type aggregateForm func(g *generator, a aggregateCall) string

// A windowForm writes a call over ordered rows.
type windowForm func(g *generator, w windowCall) string

// Refusal returns why the dialect refuses a builtin; false if it maps it. An
// alias is asked for under the name that it stands for.
func (d Dialect) Refusal(f builtin.Function) (reason string, refused bool) {
	reason, refused = d.refused[f.Name]
	return reason, refused
}

// maps tells whether the dialect has a form for a builtin.
func (d Dialect) maps(f builtin.Function) bool {
	switch f.Kind {
	case builtin.Scalar, builtin.Infix:
		return d.calls[f.Name] != nil
	case builtin.Aggregate:
		return d.aggregates[f.Name] != nil
	case builtin.Window:
		return d.windows[f.Name] != nil
	case builtin.Plugin:
		return d.plugins[f.Name]
	}
	panic("sqlgen: kind of builtin")
}

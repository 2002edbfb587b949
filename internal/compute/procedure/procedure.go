// Package procedure is what KQL's operators and plugins compute that look at
// all of their rows at once: funnels, retention, components of a graph, the
// state machine of scan. It is pure: rows in, rows out, and the same rows
// always give the same.
package procedure

import (
	"fmt"
	"sync"

	"github.com/conshelf/conshelf/kql/types"
)

// MaxRows is how many rows a procedure reads, and how many it gives. Past it
// there is an error, never a part of the answer.
const MaxRows = 1_000_000

// An Arg is an argument: a column of the input, or a constant.
type Arg struct {
	Column int // -1: Value is a constant
	Value  types.Value
}

// A Table is the rows that a procedure reads, in their order.
type Table struct {
	Columns []types.Column
	Rows    [][]types.Value
}

// A procedure computes rows of the columns that the call names.
type procedure func(c *call) ([][]types.Value, error)

// procedures are all that there are, by name. Those whose name starts with $
// no query can name.
var procedures = sync.OnceValue(func() map[string]procedure {
	return map[string]procedure{
		"$components": components,
		"$match":      match,

		"active_users_count":      activeUsersCount,
		"activity_counts_metrics": activityCounts,
		"rolling_percentile":      rollingPercentile,
		"rows_near":               rowsNear,
		"sliding_window_counts":   slidingWindowCounts,
	}
})

// Run computes a procedure. The rows that it gives have the columns out.
func Run(name string, args []Arg, in Table, out []types.Column) ([][]types.Value, error) {
	p, ok := procedures()[name]
	if !ok {
		return nil, fmt.Errorf("%s is no procedure", name)
	}
	if len(in.Rows) > MaxRows {
		return nil, fmt.Errorf("%s reads more than %d rows; filter or summarize them first", name, MaxRows)
	}
	rows, err := p(&call{name: name, args: args, in: in, out: out})
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	if len(rows) > MaxRows {
		return nil, fmt.Errorf("%s gives more than %d rows", name, MaxRows)
	}
	return rows, nil
}

// A call is one run of a procedure.
type call struct {
	name string
	args []Arg
	in   Table
	out  []types.Column
}

// value returns a constant argument; the null of no type if it is left out.
func (c *call) value(i int) types.Value {
	if i >= len(c.args) {
		return types.Value{}
	}
	return c.args[i].Value
}

// text returns a constant text.
func (c *call) text(i int) string { return c.value(i).Text }

// number returns a constant whole number, or ticks.
func (c *call) number(i int) int64 { return c.value(i).Int }

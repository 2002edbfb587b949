package plan

import (
	"fmt"
	"strings"

	"github.com/conshelf/conshelf/kql/diag"
	"github.com/conshelf/conshelf/kql/types"
)

// A Match is scan: a machine of steps that reads the rows in their order. Each
// step that has been reached remembers the last row that it matched and, of
// the same sequence, those of the steps before it.
//
// The expressions of its steps are about Layout: the row that is read, then
// what each step remembers, then the other columns of Input. They hold columns,
// constants and calls; whatever depends on the row alone is a column of Input.
type Match struct {
	Input Rel
	// Width is how many columns of Input the machine sees and remembers, the
	// first ones.
	Width    int
	Keep     []int // the columns of Input that the result has, the first ones
	Declared []Declared
	Steps    []MatchStep
	// ID is the name of the column that numbers the sequences, from 0, and Step
	// that of the column that names the step; empty: none.
	ID, Step string
	Span     diag.Span
}

// A Declared is a column that a machine adds, and its value where no step
// assigns one.
type Declared struct {
	Name    string
	Default types.Value
}

// A MatchStep is a step of a machine: when a row matches it, and what is then
// assigned.
type MatchStep struct {
	Name   string
	Silent bool // the rows that match give no row of the result
	Cond   Expr
	Assign []MatchAssign
}

// A MatchAssign assigns to a declared column.
type MatchAssign struct {
	Declared int
	Expr     Expr
}

func (*Match) rel() {}

// Columns returns the input's columns that are kept, then those declared, the
// number of the sequence and the name of the step.
func (r *Match) Columns() []types.Column {
	var cols []types.Column
	in := r.Input.Columns()
	for _, i := range r.Keep {
		cols = append(cols, in[i])
	}
	cols = append(cols, r.declared()...)
	if r.ID != "" {
		cols = append(cols, types.Column{Name: r.ID, Type: types.Long})
	}
	if r.Step != "" {
		cols = append(cols, types.Column{Name: r.Step, Type: types.String})
	}
	return cols
}

func (r *Match) declared() []types.Column {
	cols := make([]types.Column, len(r.Declared))
	for i, d := range r.Declared {
		cols[i] = types.Column{Name: d.Name, Type: d.Default.Type}
	}
	return cols
}

// Layout returns the columns that the expressions of steps are about: those
// of the row, then for each step its row's and the declared ones, then the
// others of Input.
func (r *Match) Layout() []types.Column {
	row := r.Input.Columns()[:r.Width]
	cols := append([]types.Column(nil), row...)
	for _, s := range r.Steps {
		for _, list := range [][]types.Column{row, r.declared()} {
			for _, c := range list {
				cols = append(cols, types.Column{Name: s.Name + "." + c.Name, Type: c.Type})
			}
		}
	}
	return append(cols, r.Input.Columns()[r.Width:]...)
}

// withOrigins returns the match over an input that has two columns more, as
// its last.
func (r *Match) withOrigins(input Rel) Rel {
	wide := *r
	wide.Input = input
	n, kept := len(input.Columns()), len(r.Keep)
	wide.Keep = append(append([]int(nil), r.Keep...), n-2, n-1)
	cols := r.Columns()
	order := make([]int, len(cols))
	for i := range order {
		order[i] = i
		if i >= kept {
			order[i] = i + 2
		}
	}
	return reorder(&wide, cols, order)
}

func describeMatch(r *Match) string {
	layout := r.Layout()
	steps := make([]string, len(r.Steps))
	for i, s := range r.Steps {
		steps[i] = s.Name + ": " + Text(s.Cond, layout)
		if s.Silent {
			steps[i] = "silent " + steps[i]
		}
		for _, a := range s.Assign {
			steps[i] += fmt.Sprintf(" => %s = %s", r.Declared[a.Declared].Name, Text(a.Expr, layout))
		}
	}
	return "match " + strings.Join(steps, "; ") + " -> " + schema(r.Columns())
}

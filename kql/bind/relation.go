package bind

import (
	"slices"

	"github.com/conshelf/conshelf/kql/plan"
	"github.com/conshelf/conshelf/kql/types"
)

// A relation is a bound table. An open one failed to bind: its columns are
// unknown, and whatever is said about them is not reported again.
type relation struct {
	rel   plan.Rel
	open  bool
	asked *asked // of an open table: the columns that were named
	graph *graph // not nil: it is no table
}

// broken stands for a table that did not bind.
func broken() *relation {
	return &relation{rel: &plan.Values{}, open: true, asked: &asked{}}
}

// with returns the relation of a node over r.
func (r *relation) with(rel plan.Rel) *relation {
	return &relation{rel: rel, open: r.open, asked: r.asked}
}

// rows are the rows that a scalar expression is about.
type rows struct {
	cols   []types.Column
	open   bool
	asked  *asked       // not nil: what is asked of an open table is noted here
	aggs   *aggregation // not nil: between the aggregates of summarize
	window *windows     // not nil: window functions are allowed
	words  vocabulary   // not nil: what an operator adds to expressions
	origin *rows        // in a function's body: the rows that the call is about
	index  map[string]int
	rel    plan.Rel // what the rows are of; nil: nothing that was bound
}

// identity returns the rows whose columns an expression may refer to.
func (r *rows) identity() *rows {
	if r.origin != nil {
		return r.origin
	}
	return r
}

// noRows is where no column can be named.
func noRows() *rows { return &rows{} }

// rows returns the rows of r for scalar expressions.
func (r *relation) rows() *rows {
	return &rows{cols: r.rel.Columns(), open: r.open, asked: r.asked, rel: r.rel}
}

// tableBelow returns the table that a relation reads, if it reads one only.
func tableBelow(rel plan.Rel) string {
	for rel != nil {
		if scan, ok := rel.(*plan.Scan); ok {
			return scan.Table.Name
		}
		in := plan.Inputs(rel)
		if len(in) != 1 {
			return ""
		}
		rel = in[0]
	}
	return ""
}

// column returns the index of a column, or -1.
func (r *rows) column(name string) int {
	if r.index == nil {
		r.index = make(map[string]int, len(r.cols))
		for i, c := range r.cols {
			r.index[c.Name] = i
		}
	}
	if i, ok := r.index[name]; ok {
		return i
	}
	return -1
}

// ordered tells whether the rows of a relation come in an order that window
// functions may rely on. The rows of a name that let defines do not.
func ordered(rel plan.Rel) bool {
	switch rel := rel.(type) {
	case *plan.Sort, *plan.Serialize, *plan.Range:
		return true
	case *plan.Filter:
		return ordered(rel.Input)
	case *plan.Project:
		return ordered(rel.Input)
	case *plan.Limit:
		return ordered(rel.Input)
	case *plan.Parse:
		return ordered(rel.Input)
	case *plan.Expand:
		return ordered(rel.Input)
	case *plan.Scan, *plan.Values, *plan.Aggregate, *plan.Join, *plan.Union, *plan.Apply, *plan.Partition, *plan.Match,
		*plan.Given, *plan.MakeSeries, *plan.Plugin, *plan.Shared:
		return false
	}
	panic(rel)
}

// anonymous is the name of rows that materialize fixes where no name does.
const anonymous = "materialize"

// share gives a relation a name under which it may be used more than once.
func (b *binder) share(name string, r *relation) *relation {
	if r.graph != nil {
		return r
	}
	if shared, ok := r.rel.(*plan.Shared); ok {
		if shared.Name == anonymous {
			return r.with(&plan.Shared{Name: name, Input: shared.Input})
		}
		return r
	}
	return r.with(&plan.Shared{Name: name, Input: r.rel})
}

// keep returns Named for columns of a relation, by index.
func keep(cols []types.Column, indexes ...int) []plan.Named {
	named := make([]plan.Named, len(indexes))
	for i, index := range indexes {
		named[i] = plan.Named{Name: cols[index].Name, Expr: &plan.Col{Index: index, T: cols[index].Type}}
	}
	return named
}

// keepAll returns Named for every column.
func keepAll(cols []types.Column) []plan.Named {
	list, values := make([]plan.Named, len(cols)), make([]plan.Col, len(cols))
	for i, c := range cols {
		values[i] = plan.Col{Index: i, T: c.Type}
		list[i] = plan.Named{Name: c.Name, Expr: &values[i]}
	}
	return list
}

// names gives result columns unique names.
type names map[string]bool

func namesOf(cols []types.Column) names {
	n := make(names)
	for _, c := range cols {
		n[c.Name] = true
	}
	return n
}

// unique returns base, or base with the first number that makes it unique,
// and takes it.
func (n names) unique(base string) string {
	if !n[base] {
		n[base] = true
		return base
	}
	return n.numbered(base)
}

// numbered returns base with the first number, from 1, that makes it unique,
// and takes it.
func (n names) numbered(base string) string {
	for i := 1; ; i++ {
		if name := base + decimalText(i); !n[name] {
			n[name] = true
			return name
		}
	}
}

// fresh returns Column1, Column2, …: the first that is neither taken nor a
// column of the input, and takes it.
func (n names) fresh(r *rows) string {
	for {
		if name := n.numbered("Column"); r.column(name) < 0 {
			return name
		}
	}
}

// columnNames returns the names of columns.
func columnNames(cols []types.Column) []string {
	names := make([]string, len(cols))
	for i, c := range cols {
		names[i] = c.Name
	}
	return slices.Clip(names)
}

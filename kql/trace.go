package kql

import (
	"slices"

	"github.com/conshelf/conshelf/kql/plan"
)

// A source is the column of a table that a value was read from.
type source struct {
	table, column string
}

// A tracer remembers what it found, so that a relation that is used twice is
// traced once.
type tracer map[tracedColumn]tracedSource

type tracedColumn struct {
	rel plan.Rel
	i   int
}

type tracedSource struct {
	source
	ok bool
}

// trace returns where column i of a relation was read from, if it is passed
// on unchanged. Of a union all inputs must read the same column; its table is
// then that of the first.
func (t tracer) trace(rel plan.Rel, i int) (source, bool) {
	key := tracedColumn{rel, i}
	if known, ok := t[key]; ok {
		return known.source, known.ok
	}
	from, ok := t.find(rel, i)
	t[key] = tracedSource{from, ok}
	return from, ok
}

func (t tracer) find(rel plan.Rel, i int) (source, bool) {
	switch rel := rel.(type) {
	case *plan.Scan:
		return source{rel.Table.Name, rel.Table.Columns[i].Name}, true
	case *plan.Filter:
		return t.trace(rel.Input, i)
	case *plan.Sort:
		return t.trace(rel.Input, i)
	case *plan.Limit:
		return t.trace(rel.Input, i)
	case *plan.Serialize:
		return t.trace(rel.Input, i)
	case *plan.Shared:
		return t.trace(rel.Input, i)
	case *plan.Project:
		return t.traceExpr(rel.Input, rel.Cols[i].Expr)
	case *plan.Aggregate:
		return t.traceAggregate(rel, i)
	case *plan.Join:
		if col := rel.Cols[i]; col.Right {
			return t.trace(rel.Right, col.Index)
		}
		return t.trace(rel.Left, rel.Cols[i].Index)
	case *plan.Union:
		return t.traceUnion(rel, i)
	case *plan.Expand:
		for _, item := range rel.Items {
			if item.Index == i {
				return source{}, false
			}
		}
		return t.traceBelow(rel.Input, i)
	case *plan.Apply:
		if i < len(rel.Outer) {
			return t.trace(rel.Input, rel.Outer[i])
		}
		return source{}, false
	case *plan.Match:
		if i < len(rel.Keep) {
			return t.trace(rel.Input, rel.Keep[i])
		}
		return source{}, false
	case *plan.Partition:
		return source{}, false
	case *plan.Parse:
		for _, part := range rel.Pattern {
			if part.Capture && part.Index == i {
				return source{}, false
			}
		}
		return t.traceBelow(rel.Input, i)
	case *plan.Values, *plan.Range, *plan.Given, *plan.MakeSeries, *plan.Plugin:
		return source{}, false
	}
	panic(rel)
}

// traceBelow traces a column of a node that adds columns after its input's.
func (t tracer) traceBelow(in plan.Rel, i int) (source, bool) {
	if i >= len(in.Columns()) {
		return source{}, false
	}
	return t.trace(in, i)
}

func (t tracer) traceExpr(in plan.Rel, e plan.Expr) (source, bool) {
	col, ok := e.(*plan.Col)
	if !ok {
		return source{}, false
	}
	return t.trace(in, col.Index)
}

// traceAggregate traces a key, and an aggregate that returns a value as it is.
func (t tracer) traceAggregate(rel *plan.Aggregate, i int) (source, bool) {
	if i < len(rel.Keys) {
		return t.traceExpr(rel.Input, rel.Keys[i].Expr)
	}
	call := rel.Aggs[i-len(rel.Keys)].Call
	switch call.Func {
	case "arg_max", "arg_min", "take_any", "min", "max":
		return t.traceExpr(rel.Input, call.Args[0])
	}
	return source{}, false
}

func (t tracer) traceUnion(rel *plan.Union, i int) (source, bool) {
	first, ok := t.traceInput(rel, 0, i)
	for k := range rel.Inputs[1:] {
		next, found := t.traceInput(rel, k+1, i)
		if !found || next.column != first.column {
			return source{}, false
		}
	}
	return first, ok
}

// traceInput traces what input k of a union gives column i.
func (t tracer) traceInput(rel *plan.Union, k, i int) (source, bool) {
	if rel.At != nil {
		i = slices.Index(rel.At[k], i)
	}
	if i < 0 {
		return source{}, false
	}
	return t.trace(rel.Inputs[k], i)
}

package bind

import (
	"github.com/conshelf/conshelf/kql/diag"
	"github.com/conshelf/conshelf/kql/plan"
	"github.com/conshelf/conshelf/kql/syntax"
	"github.com/conshelf/conshelf/kql/types"
)

// expanded is what mv-expand and mv-apply have in common.
type expanded struct {
	items []plan.Expansion
	cols  []types.Column
	index string
	array bool
	limit plan.Expr
	// replaced are the input columns that expanding replaces. Mv-apply shows
	// those that were named anew, a = a, to its query only.
	replaced map[int]bool
	renamed  map[int]bool
}

// mvExpand binds mv-expand.
func (b *binder) mvExpand(in *relation, op *syntax.MvExpand) *relation {
	in = withNamed(in, expandedNames(op.Columns))
	e := b.expansions(in, op.Columns, op.Props, op.Limit)
	if e.limit == nil && op.Legacy {
		e.limit = b.constant(op, types.NewLong(legacyLimit))
	}
	return in.with(&plan.Expand{
		Input: in.rel, Items: e.items, Index: e.index, Array: e.array, Limit: e.limit, Cols: e.cols,
	}).afresh()
}

// expansions binds the columns of mv-expand and mv-apply. A column is
// replaced in place; another expression is a column added last.
func (b *binder) expansions(in *relation, columns []*syntax.Expansion, props []*syntax.Property, limit syntax.Expr) *expanded {
	r := in.rows()
	e := &expanded{cols: append([]types.Column(nil), r.cols...), replaced: make(map[int]bool), renamed: make(map[int]bool)}
	taken := namesOf(r.cols)
	for _, c := range columns {
		b.expansionOf(c, r, e, taken)
	}
	for _, p := range props {
		switch p.Name.Text {
		case "with_itemindex":
			e.index = valueText(p.Value)
			if taken[e.index] {
				b.duplicate(p, e.index)
			}
			e.cols = append(e.cols, types.Column{Name: e.index, Type: types.Long})
		case "kind", "bagexpansion":
			e.array = valueText(p.Value) == "array"
		}
	}
	if limit != nil {
		n := b.expr(limit, noRows())
		if n.Type() != types.Unknown && !n.Type().Integral() {
			b.report(limit, diag.TypeMismatch, "the limit is a long, not a "+n.Type().String(), "")
		}
		e.limit = convert(n, types.Long)
	}
	return e
}

// expansionOf binds one column to expand.
func (b *binder) expansionOf(c *syntax.Expansion, r *rows, e *expanded, taken names) {
	value := b.expr(c.X, r)
	if value.Type() != types.Dynamic && value.Type() != types.Unknown {
		b.report(c.X, diag.TypeMismatch, "only a dynamic value is expanded, not a "+value.Type().String(), expandHint(value))
	}
	t := types.Dynamic
	if value.Type() == types.Unknown {
		t = types.Unknown
	}
	if c.Type != "" {
		t, _ = b.scalarType(c, c.Type)
	}
	name := b.nameOf(c.X)
	if c.Name != nil {
		name = c.Name.Text
	} else if name == "" {
		name = taken.numbered("Column")
	}
	index := r.column(name)
	if index < 0 {
		taken[name] = true
		index = len(e.cols)
		e.cols = append(e.cols, types.Column{Name: name})
	} else {
		e.replaced[index], e.renamed[index] = true, c.Name != nil
	}
	e.cols[index].Type = t
	e.items = append(e.items, plan.Expansion{Expr: value, Index: index, Type: t})
}

func expandHint(value plan.Expr) string {
	if value.Type() == types.String {
		return "write parse_json(…), or split(…)"
	}
	return ""
}

// mvApply binds mv-apply: a query over the expanded rows of each row.
func (b *binder) mvApply(in *relation, op *syntax.MvApply) *relation {
	in = withNamed(in, expandedNames(op.Columns))
	e := b.expansions(in, op.Columns, op.Props, op.Limit)
	if op.ID != nil {
		b.refuse(op.ID, "mv-apply … id", "")
	}
	given := &plan.Given{Cols: e.cols}
	if op.On.Pipe.Source != nil {
		b.refuse(op.On, "a table of its own inside mv-apply", "start with an operator")
		return broken()
	}
	sub := b.operators(&relation{rel: given, open: in.open}, op.On.Pipe.Ops)
	node := &plan.Apply{
		Input: in.rel, Items: e.items, Index: e.index, Array: e.array, Limit: e.limit, Sub: sub.rel,
	}
	b.applyColumns(op, node, e)
	return (&relation{rel: node, open: in.open || sub.open}).afresh()
}

// applyColumns says what the result of mv-apply keeps: the input's columns
// that were not expanded in place, then what the query inside adds.
func (b *binder) applyColumns(op *syntax.MvApply, node *plan.Apply, e *expanded) {
	outer := make(map[string]bool) // the columns kept, and whether the query inside sees them as they are
	for i, c := range node.Input.Columns() {
		if e.replaced[i] && !e.renamed[i] {
			continue
		}
		outer[c.Name] = !e.replaced[i]
		node.Outer, node.Cols = append(node.Outer, i), append(node.Cols, c)
	}
	for i, c := range node.Sub.Columns() {
		same, taken := outer[c.Name]
		switch {
		case !taken:
			node.Inner, node.Cols = append(node.Inner, i), append(node.Cols, c)
		case c.Type == types.Unknown: // what an open table is asked for passes
		case !same || !passes(node.Sub, i, c.Name):
			b.refuse(op.On, "mv-apply that computes "+c.Name+", a column of its input,", "give the result another name")
		}
	}
}

// passes tells whether column i of a query inside mv-apply is the given
// column of that name, unchanged.
func passes(rel plan.Rel, i int, name string) bool {
	switch rel := rel.(type) {
	case *plan.Given:
		return rel.Cols[i].Name == name
	case *plan.Filter:
		return passes(rel.Input, i, name)
	case *plan.Sort:
		return passes(rel.Input, i, name)
	case *plan.Limit:
		return passes(rel.Input, i, name)
	case *plan.Serialize:
		return passes(rel.Input, i, name)
	case *plan.Shared:
		return passes(rel.Input, i, name)
	case *plan.Project:
		col, ok := rel.Cols[i].Expr.(*plan.Col)
		return ok && passes(rel.Input, col.Index, name)
	case *plan.Aggregate:
		if i >= len(rel.Keys) {
			return false
		}
		col, ok := rel.Keys[i].Expr.(*plan.Col)
		return ok && passes(rel.Input, col.Index, name)
	case *plan.Expand:
		for _, item := range rel.Items {
			if item.Index == i {
				return false
			}
		}
		return i < len(rel.Input.Columns()) && passes(rel.Input, i, name)
	case *plan.Parse:
		for _, part := range rel.Pattern {
			if part.Capture && part.Index == i {
				return false
			}
		}
		return passes(rel.Input, i, name)
	case *plan.Apply:
		return i < len(rel.Outer) && passes(rel.Input, rel.Outer[i], name)
	case *plan.Scan, *plan.Values, *plan.Range, *plan.Join, *plan.Union, *plan.MakeSeries, *plan.Plugin, *plan.Partition, *plan.Match:
		return false
	}
	panic(rel)
}

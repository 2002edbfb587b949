package sqlgen

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/conshelf/conshelf/kql/plan"
	"github.com/conshelf/conshelf/kql/types"
)

// sort changes what orders the rows. Rows that the keys do not tell apart
// keep the order they had.
func (g *generator) sort(r *plan.Sort) relation {
	in := g.rel(r.Input)
	var computed []string
	var at []int
	order := make([]orderKey, len(r.Keys))
	for i, k := range r.Keys {
		order[i] = orderKey{desc: k.Desc, nullsFirst: k.NullsFirst, real: k.Expr.Type() == types.Real}
		if k.Expr.Type() == types.Dynamic {
			g.refuse("sort by a dynamic value", "it has no order", "convert it to the type it has", k.Expr.Span())
		}
		if col, ok := k.Expr.(*plan.Col); ok {
			order[i].column = in.cols[col.Index]
			continue
		}
		computed = append(computed, g.expr(in.cols, k.Expr))
		at = append(at, i)
	}
	if len(computed) > 0 {
		var added []string
		in, added = g.extend(in, computed, "$key")
		for k, i := range at {
			order[i].column = added[k]
		}
	}
	for _, k := range in.order {
		if !slices.ContainsFunc(order, func(o orderKey) bool { return o.column == k.column }) {
			order = append(order, k)
		}
	}
	in.order, in.natural = order, false
	return in
}

// limit keeps the first rows.
func (g *generator) limit(r *plan.Limit) relation {
	in := g.rel(r.Input)
	n := g.count(r.N)
	if in.group != "" {
		in.name = g.cte("SELECT * FROM " + in.name + " QUALIFY row_number() " + in.over() + " <= " + n)
		return in
	}
	order := ""
	if !in.natural {
		order = orderBy(in.order, "\n  ")
	}
	in.name = g.cte("SELECT * FROM " + in.name + order + "\n  LIMIT " + n)
	return in
}

// count writes a number of rows, 0 if it is less.
func (g *generator) count(e plan.Expr) string {
	if c, ok := e.(*plan.Const); ok && c.Value.Valid {
		return strconv.FormatInt(max(0, c.Value.Int), 10)
	}
	return "greatest(0, coalesce(" + g.expr(nil, e) + ", 0))"
}

// union puts the rows of all inputs one behind the other.
func (g *generator) union(r *plan.Union) relation {
	columns := r.Columns()
	list, n := names(columns)
	branch, order := n.name("$branch"), n.name("$order")
	group := ""
	var parts []string
	for i, input := range r.Inputs {
		in := g.numbered(g.rel(input))
		items := make([]string, 0, len(columns)+3)
		for k, c := range in.cols {
			if g.needs[r].has(k) {
				items = append(items, c+" AS "+list[k])
			}
		}
		items = append(items, literalLong(int64(i))+" AS "+branch, in.order[0].column+" AS "+order)
		if in.group != "" {
			if group == "" {
				group = n.name("$group")
			}
			items = append(items, in.group+" AS "+group)
		}
		parts = append(parts, "SELECT "+strings.Join(items, ", ")+" FROM "+in.name)
	}
	if len(parts) == 0 {
		return g.noRows(columns)
	}
	for k := range list {
		if !g.needs[r].has(k) {
			list[k] = ""
		}
	}
	return relation{
		name: g.cte(strings.Join(parts, "\n  UNION ALL\n  ")), cols: list, group: group,
		order: []orderKey{ordinal(branch), ordinal(order)},
	}
}

// join pairs rows.
func (g *generator) join(r *plan.Join) relation {
	left, right := g.rel(r.Left), g.rel(r.Right)
	if r.Kind == plan.InnerUnique {
		left = g.uniqueBy(left, r.On)
	}
	l, rt := qualified(left, "l."), qualified(right, "r.")
	var on []string
	for _, k := range r.On {
		on = append(on, g.sameKey(k, g.expr(l.cols, k.Left), g.expr(rt.cols, k.Right)))
	}
	if left.group != "" && right.group != "" {
		on = append(on, "l."+left.group+" = r."+right.group)
	}
	if len(on) == 0 {
		on = []string{"true"}
	}
	from := left.name + " AS l"
	other := right.name + " AS r"
	if r.Kind == plan.RightSemi || r.Kind == plan.RightAnti {
		from, other = other, from
	}
	s := selectAs(r.Columns(), g.joined(r, l, rt))
	visible := plainSides(r, l, rt)
	for _, side := range orderedSides(r.Kind) {
		in, qualifier := left, "l."
		if side {
			in, qualifier = right, "r."
		}
		s.carry(in, trimmed(visible, qualifier), qualifier)
	}
	s.out.weights = make([]int, len(r.Cols))
	for i, c := range r.Cols {
		s.out.weights[i] = left.weight(c.Index)
		if c.Right {
			s.out.weights[i] = right.weight(c.Index)
		}
	}
	return s.finish(g, fmt.Sprintf("\n  FROM %s %s JOIN %s ON %s", from, joinWords(r.Kind), other, strings.Join(on, " AND ")))
}

// sameKey compares keys: null matches null.
func (g *generator) sameKey(k plan.KeyPair, left, right string) string {
	t := k.Left.Type()
	if t == types.Dynamic || k.Right.Type() == types.Dynamic {
		return g.refuse("join on a dynamic value", "it has no equality", "convert both sides with tostring(…)", k.Left.Span())
	}
	if !nullable(k.Left) || !nullable(k.Right) {
		return left + " = " + right
	}
	return left + " IS NOT DISTINCT FROM " + right
}

// uniqueBy keeps the first row of each key.
func (g *generator) uniqueBy(in relation, on []plan.KeyPair) relation {
	partition := make([]string, len(on))
	for i, k := range on {
		partition[i] = g.expr(in.cols, k.Left)
	}
	in.name = g.cte("SELECT * FROM " + in.name + "\n  QUALIFY row_number() " + in.over(partition...) + " = 1")
	in.natural = false
	return in
}

func qualified(r relation, by string) relation {
	cols := make([]string, len(r.cols))
	for i, c := range r.cols {
		if c != "" {
			cols[i] = by + c
		}
	}
	r.cols = cols
	return r
}

// joined writes the columns of a join: a string of a side that found no
// partner is ”.
func (g *generator) joined(r *plan.Join, left, right relation) []string {
	list := make([]string, len(r.Cols))
	for i, c := range r.Cols {
		if !g.needs[r].has(i) {
			continue
		}
		side, missing := left, r.Kind == plan.RightOuter || r.Kind == plan.FullOuter
		if c.Right {
			side, missing = right, r.Kind == plan.LeftOuter || r.Kind == plan.FullOuter
		}
		list[i] = side.cols[c.Index]
		if missing && c.Type == types.String {
			list[i] = "coalesce(" + list[i] + ", '')"
		}
	}
	return list
}

// plainSides returns the qualified column behind each column of a join, or ”
// where it is not passed on as it is.
func plainSides(r *plan.Join, left, right relation) []string {
	list := make([]string, len(r.Cols))
	for i, c := range r.Cols {
		if c.Right {
			list[i] = right.cols[c.Index]
		} else {
			list[i] = left.cols[c.Index]
		}
	}
	return list
}

// trimmed returns the columns of one side, without its qualifier.
func trimmed(columns []string, qualifier string) []string {
	list := make([]string, len(columns))
	for i, c := range columns {
		if name, ok := strings.CutPrefix(c, qualifier); ok {
			list[i] = name
		}
	}
	return list
}

// orderedSides tells by which sides a join's rows are ordered, the first
// first; true is the right one.
func orderedSides(kind plan.JoinKind) []bool {
	switch kind {
	case plan.LeftSemi, plan.LeftAnti:
		return []bool{false}
	case plan.RightSemi, plan.RightAnti:
		return []bool{true}
	case plan.RightOuter:
		return []bool{true, false}
	case plan.InnerUnique, plan.Inner, plan.LeftOuter, plan.FullOuter:
		return []bool{false, true}
	}
	panic(fmt.Sprintf("join kind %d", int(kind)))
}

func joinWords(kind plan.JoinKind) string {
	switch kind {
	case plan.InnerUnique, plan.Inner:
		return "INNER"
	case plan.LeftOuter:
		return "LEFT"
	case plan.RightOuter:
		return "RIGHT"
	case plan.FullOuter:
		return "FULL"
	case plan.LeftSemi, plan.RightSemi:
		return "SEMI"
	case plan.LeftAnti, plan.RightAnti:
		return "ANTI"
	}
	panic(fmt.Sprintf("join kind %d", int(kind)))
}

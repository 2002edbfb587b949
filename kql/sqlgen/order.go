package sqlgen

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/conshelf/conshelf/kql/diag"
	"github.com/conshelf/conshelf/kql/plan"
	"github.com/conshelf/conshelf/kql/types"
)

// sort changes what orders the rows. Rows that the keys do not tell apart
// keep the order they had.
func (g *generator) sort(r *plan.Sort) relation {
	in := g.rel(r.Input)
	visible := in.cols
	var computed []string
	var at []int
	in = g.stepped(in, plan.Exprs(r)...)
	defer g.inStep(in)()
	order := make([]orderKey, len(r.Keys))
	for i, k := range r.Keys {
		order[i] = orderKey{desc: k.Desc, nullsFirst: k.NullsFirst, real: k.Expr.Type() == types.Real}
		if k.Expr.Type() == types.Dynamic {
			g.refuse("sort by a dynamic value", "it has no order", "convert it to the type it has", k.Expr.Span())
		}
		if col, ok := k.Expr.(*plan.Col); ok && col.T != types.Decimal {
			order[i].column = in.cols[col.Index]
			continue
		}
		var key plan.Expr
		in, key = g.withoutWindows(in, k.Expr)
		computed = append(computed, g.rankable(in.cols, key))
		at = append(at, i)
	}
	if len(computed) > 0 {
		var added []string
		in, added = g.extend(in, computed, "$key")
		for k, i := range at {
			order[i].column = added[k]
		}
	}
	order = keysThatTell(order)
	for _, k := range in.order {
		if !slices.ContainsFunc(order, func(o orderKey) bool { return o.column == k.column }) {
			order = append(order, k)
		}
	}
	in.cols, in.order, in.natural = visible, order, false
	return in
}

// limit keeps the first rows.
func (g *generator) limit(r *plan.Limit) relation {
	in := g.atSteps(g.rel(r.Input))
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
	group, time := "", ""
	var within stepRange
	var parts []string
	grouped, timed := 0, 0
	voids := g.voidColumns(r)
	for i, in := range g.alikeInSteps(r.Inputs) {
		if in.name == "" {
			continue
		}
		in = g.numbered(in)
		items := g.filled(r, i, in, list, voids)
		if in.group != "" {
			grouped++
		}
		items = append(items, literalLong(int64(i))+" AS "+branch, in.order[0].column+" AS "+order)
		if in.group != "" {
			if group == "" {
				group = n.name("$group")
			}
			items = append(items, in.group+" AS "+group)
		}
		if in.time != "" {
			timed++
			if time == "" {
				time, within = n.name("$time"), in.within
			}
			items = append(items, in.time+" AS "+time)
		}
		parts = append(parts, "SELECT "+strings.Join(items, ", ")+" FROM "+in.name)
	}
	if len(parts) == 0 {
		return g.noRows(columns)
	}
	if grouped != 0 && grouped < len(parts) || timed != 0 && timed < len(parts) {
		g.refuse("union with another table inside mv-apply or partition", "its rows belong to no part", "", diag.Span{})
	}
	for k := range list {
		switch {
		case !g.needs[r].has(k):
			list[k] = ""
		case voids[k]:
			list[k] = g.literal(types.Null(columns[k].Type))
		}
	}
	return relation{
		name: g.cte(strings.Join(parts, "\n  UNION ALL\n  ")), cols: list, group: group, time: time, within: within,
		order: []orderKey{ordinal(branch), ordinal(order)},
	}
}

// voidColumns tells which columns of a union no input with rows fills.
func (g *generator) voidColumns(r *plan.Union) []bool {
	voids := make([]bool, len(r.Columns()))
	if r.At == nil {
		return voids
	}
	for k := range voids {
		voids[k] = true
	}
	for i, at := range r.At {
		if g.absent(r.Inputs[i]) {
			continue
		}
		for _, to := range at {
			if to >= 0 {
				voids[to] = false
			}
		}
	}
	return voids
}

// filled writes the columns of a union as input i gives them.
func (g *generator) filled(r *plan.Union, i int, in relation, list []string, voids []bool) []string {
	items := make([]string, 0, len(list)+3)
	from := r.Filled(i)
	for k, c := range r.Columns() {
		if !g.needs[r].has(k) || voids[k] {
			continue
		}
		at := k
		if from != nil {
			at = from[k]
		}
		text := g.literal(types.Null(c.Type))
		if at >= 0 {
			text = in.cols[at]
		}
		items = append(items, text+" AS "+list[k])
	}
	return items
}

// absent tells whether a relation has no rows because the engine has not the
// table that it reads. Unions name hundreds of tables; few are there.
func (g *generator) absent(r plan.Rel) bool {
	for {
		if f, ok := r.(*plan.Filter); ok {
			r = f.Input
			continue
		}
		p, ok := r.(*plan.Project)
		if !ok {
			break
		}
		r = p.Input
	}
	scan, ok := r.(*plan.Scan)
	if !ok {
		return false
	}
	_, stored := g.schema.Source(scan.Table.Name)
	return !stored
}

// join pairs rows. An antijoin is written as a question about each row: the
// database then looks only at the keys that the rows have, and not at all of
// the other side, which is most often the longer past.
func (g *generator) join(r *plan.Join) relation {
	left, right := g.sides(r)
	if r.Kind == plan.InnerUnique {
		left = g.uniqueBy(left, r.On)
	}
	l, rt := qualified(left, "l."), qualified(right, "r.")
	var on []string
	for _, k := range r.On {
		on = append(on, g.sameKey(k, g.expr(l.cols, k.Left), g.expr(rt.cols, k.Right)))
	}
	if strays(r.Kind, left.group != "", right.group != "") {
		g.refuse("join kind="+r.Kind.String()+" with another table inside mv-apply or partition", "rows of that table belong to no part", "", r.Span)
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
	if r.Kind == plan.FullOuter && left.group != "" && right.group != "" {
		s.out.group = s.hide("coalesce(l."+left.group+", r."+right.group+")", "$group") // either side may be missing
	}
	s.out.weights = make([]int, len(r.Cols))
	for i, c := range r.Cols {
		s.out.weights[i] = left.weight(c.Index)
		if c.Right {
			s.out.weights[i] = right.weight(c.Index)
		}
	}
	if r.Kind == plan.LeftAnti || r.Kind == plan.RightAnti {
		return s.finish(g, fmt.Sprintf("\n  FROM %s WHERE NOT EXISTS (SELECT 1 FROM %s WHERE %s)", from, other, strings.Join(on, " AND ")))
	}
	return s.finish(g, fmt.Sprintf("\n  FROM %s %s JOIN %s ON %s", from, joinWords(r.Kind), other, strings.Join(on, " AND ")))
}

// sides writes what a join pairs. A side of which only the existence of a row
// is asked need not be distinct.
func (g *generator) sides(r *plan.Join) (left, right relation) {
	first, second := r.Left, r.Right
	switch r.Kind {
	case plan.LeftSemi, plan.LeftAnti:
		second = g.asked(second, r.On, false)
	case plan.RightSemi, plan.RightAnti:
		first = g.asked(first, r.On, true)
	case plan.InnerUnique, plan.Inner, plan.LeftOuter, plan.RightOuter, plan.FullOuter:
	}
	return g.atSteps(g.rel(first)), g.atSteps(g.rel(second))
}

func (g *generator) asked(r plan.Rel, on []plan.KeyPair, left bool) plan.Rel {
	plain := withoutDistinct(r)
	if plain == r {
		return r
	}
	var columns []int
	for _, k := range on {
		if left {
			columns = append(columns, used(k.Left)...)
		} else {
			columns = append(columns, used(k.Right)...)
		}
	}
	g.needs.add(plain, columns)
	return plain
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
	if g.keysOnly(in, on) {
		order := in.order[0].column
		in.name = g.cte("SELECT " + strings.Join(partition, ", ") + ", min(" + order + ") AS " + order + "\n  FROM " + in.name + "\n  GROUP BY " + strings.Join(partition, ", "))
		in.natural = false
		return in
	}
	in.name = g.cte("SELECT * FROM " + in.name + "\n  QUALIFY row_number() " + in.over(partition...) + " = 1")
	in.natural = false
	return in
}

// keysOnly tells whether nothing is asked of a relation, which is ordered by one
// long, but its keys, each a column.
func (g *generator) keysOnly(in relation, on []plan.KeyPair) bool {
	if in.group != "" || len(in.order) != 1 || !in.order[0].ordinal || in.order[0].desc || slices.Contains(in.cols, in.order[0].column) {
		return false
	}
	keys := map[string]bool{}
	for _, k := range on {
		c, ok := k.Left.(*plan.Col)
		if !ok || void(in.cols[c.Index]) {
			return false
		}
		keys[in.cols[c.Index]] = true
	}
	for _, c := range in.cols {
		if c != "" && !void(c) && !keys[c] {
			return false
		}
	}
	return len(keys) == len(on)
}

func qualified(r relation, by string) relation {
	cols := make([]string, len(r.cols))
	for i, c := range r.cols {
		switch {
		case void(c):
			cols[i] = c
		case c != "":
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

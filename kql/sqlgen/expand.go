package sqlgen

import (
	"fmt"
	"slices"
	"strings"

	"github.com/conshelf/conshelf/kql/plan"
	"github.com/conshelf/conshelf/kql/types"
)

// expand writes mv-expand. Several columns go in step; the shorter ones end in
// nulls. Null gives one row, an empty array none.
func (g *generator) expand(r *plan.Expand) relation {
	in := g.rel(r.Input)
	return g.expanded(in, expansion{r.Items, r.Array, r.Limit, r.Cols, g.needs[r], len(r.Input.Columns())})
}

// An expansion is what mv-expand and mv-apply have in common.
type expansion struct {
	items  []plan.Expansion
	array  bool
	limit  plan.Expr
	cols   []types.Column
	needed columnSet
	inputs int // columns of the input
}

func (g *generator) expanded(in relation, e expansion) relation {
	lists := make([]string, len(e.items))
	function := "kql_expand("
	if e.array {
		function = "kql_expand_arrays("
	}
	for i, item := range e.items {
		lists[i] = function + g.expr(in.cols, item.Expr) + ")"
	}
	listed, columns := g.extend(in, lists, "$list")
	unnested := make([]string, 0, len(columns)+1)
	lengths := make([]string, len(columns))
	for i, c := range columns {
		unnested = append(unnested, "unnest("+c+")")
		lengths[i] = "len(" + c + ")"
	}
	longest := lengths[0]
	if len(lengths) > 1 {
		longest = "greatest(" + strings.Join(lengths, ", ") + ")"
	}
	rows, values := g.extend(listed, append(unnested, "unnest(range("+longest+"))"), "$value")
	index := values[len(values)-1]
	return g.expandedColumns(in, rows, e, values, index)
}

func (g *generator) expandedColumns(in, rows relation, e expansion, values []string, index string) relation {
	texts := make([]string, len(e.cols))
	for i := range e.cols {
		if !e.needed.has(i) {
			continue
		}
		switch at := slices.IndexFunc(e.items, func(item plan.Expansion) bool { return item.Index == i }); {
		case at >= 0:
			texts[i] = g.converted(values[at], e.items[at])
		case i < e.inputs:
			texts[i] = in.cols[i]
		default:
			texts[i] = index
		}
	}
	s := selectAs(e.cols, texts)
	s.carry(in, s.plainColumns(in, texts), "")
	s.out.order = append(s.out.order, ordinal(s.hide(index, "$order")))
	rest := "\n  FROM " + rows.name
	if e.limit != nil {
		rest += "\n  WHERE " + index + " < " + g.expr(nil, e.limit)
	}
	return s.finish(g, rest)
}

// converted makes an element the type that to typeof asks for.
func (g *generator) converted(value string, item plan.Expansion) string {
	if item.Type == types.Dynamic {
		return value
	}
	form, ok := conversionForms()[item.Type]
	if !ok {
		return g.refuse("mv-expand to typeof("+item.Type.String()+")", "there is no such conversion", "", item.Expr.Span())
	}
	return form(g, scope{value}, &plan.Col{T: types.Dynamic, At: item.Expr.Span()})
}

// apply writes mv-apply: the expanded rows of all input rows together, each
// with the number of its input row. Inside, every operator keeps the numbers
// apart.
func (g *generator) apply(r *plan.Apply) relation {
	input := g.atSteps(g.rel(r.Input))
	outer := input.group
	if outer != "" {
		// The numbers of rows tell those of one group from those of another.
		input.order = append([]orderKey{ascending(outer)}, input.order...)
	}
	numbered := g.numbered(input)
	numbered.name = g.cte("SELECT * FROM " + numbered.name)
	g.materialize()
	numbered.natural = false
	row := numbered.order[0].column
	columns, needed := g.givenColumns(r)
	given := g.expanded(numbered, expansion{r.Items, r.Array, r.Limit, columns, needed, len(r.Input.Columns())})
	given.group = given.order[0].column
	given.order = given.order[1:]
	g.given = append(g.given, given)
	sub := g.rel(r.Sub)
	g.given = g.given[:len(g.given)-1]
	if sub.group == "" {
		g.refuse("mv-apply over another table", "its rows belong to no input row", "", r.Items[0].Expr.Span())
		return sub
	}
	l, s := qualified(numbered, "l."), qualified(sub, "r.")
	texts := make([]string, len(r.Cols))
	for i := range r.Cols {
		switch {
		case !g.needs[r].has(i):
		case i < len(r.Outer):
			texts[i] = l.cols[r.Outer[i]]
		default:
			texts[i] = s.cols[r.Inner[i-len(r.Outer)]]
		}
	}
	out := selectAs(r.Cols, texts)
	out.carry(relation{order: []orderKey{ordinal(row)}, group: outer}, trimmed(texts, "l."), "l.")
	sub.group = ""
	out.carry(sub, trimmed(texts, "r."), "r.")
	return out.finish(g, fmt.Sprintf("\n  FROM %s AS l INNER JOIN %s AS r ON l.%s = r.%s", numbered.name, sub.name, row, s.group))
}

// givenColumns is the schema of the rows that mv-apply hands to its query, and
// which of them that needs.
func (g *generator) givenColumns(r *plan.Apply) ([]types.Column, columnSet) {
	var columns []types.Column
	var needed columnSet
	for _, given := range givens(r.Sub) {
		columns = given.Cols
		if needed == nil {
			needed = make(columnSet, len(columns))
		}
		for i := range columns {
			needed[i] = needed[i] || g.needs[given].has(i)
		}
	}
	return columns, needed
}

// givens returns every Given that stands for the rows of the mv-apply or
// partition around r, not of one within it.
func givens(r plan.Rel) []*plan.Given {
	if given, ok := r.(*plan.Given); ok {
		return []*plan.Given{given}
	}
	inputs := plan.Inputs(r)
	if _, ok := r.(*plan.Apply); ok {
		inputs = inputs[:1]
	}
	if _, ok := r.(*plan.Partition); ok {
		inputs = inputs[:1]
	}
	var list []*plan.Given
	for _, in := range inputs {
		list = append(list, givens(in)...)
	}
	return list
}

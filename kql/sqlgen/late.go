package sqlgen

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/conshelf/conshelf/kql/plan"
	"github.com/conshelf/conshelf/kql/types"
)

// Rows that an aggregate picks are looked up late: the groups find the place
// of each picked row in its table, and only then are the row's columns read.
// Of a wide table that is a small part of all values.

// latePicks tells whether the rows that r picks can be looked up late: each is
// a row of a stored table, and the place of the row is its order.
func (g *generator) latePicks(r *plan.Aggregate, in relation, picks []pick) bool {
	if len(picks) == 0 || len(g.given) > 0 || in.group != "" || !g.storedRows(r.Input) {
		return false
	}
	if len(in.order) != 1 || !in.order[0].ordinal || in.order[0].desc {
		return false
	}
	for _, p := range picks {
		if p.by != nil && sqlType(p.by.Type()) != "BIGINT" {
			return false
		}
	}
	return true
}

// storedRows tells whether each row of r is computed from one row of a stored
// table, by expressions that look at nothing else.
func (g *generator) storedRows(r plan.Rel) bool {
	for _, e := range plan.Exprs(r) {
		if hasWindow(e) || hasSubquery(e) {
			return false
		}
	}
	if scan, ok := r.(*plan.Scan); ok {
		_, ok := g.schema.Source(scan.Table.Name)
		return ok
	}
	input, ok := rowByRow(r)
	return ok && g.storedRows(input)
}

// rowByRow returns what r filters or projects.
func rowByRow(r plan.Rel) (input plan.Rel, ok bool) {
	if filter, ok := r.(*plan.Filter); ok {
		return filter.Input, true
	}
	if project, ok := r.(*plan.Project); ok {
		return project.Input, true
	}
	return nil, false
}

func hasSubquery(e plan.Expr) bool {
	found := false
	plan.WalkExpr(e, func(e plan.Expr) { found = found || plan.SubqueryOf(e) != nil })
	return found
}

// unfiltered returns r with all rows of its table: a row that is looked up has
// passed the filters before.
func unfiltered(r plan.Rel) plan.Rel {
	if filter, ok := r.(*plan.Filter); ok {
		return unfiltered(filter.Input)
	}
	if project, ok := r.(*plan.Project); ok {
		return &plan.Project{Input: unfiltered(project.Input), Cols: project.Cols}
	}
	return r
}

// lateAggregate writes an aggregate whose picks are looked up late.
func (g *generator) lateAggregate(r *plan.Aggregate, in relation, keyTexts []string, picks []pick) relation {
	picked := map[int]int{} // the pick of an aggregate
	for k, p := range picks {
		for _, i := range p.aggs {
			picked[i] = k
		}
	}
	in = g.orderAggregates(in, r.Aggs)
	texts := append([]string(nil), keyTexts...)
	for i, agg := range r.Aggs {
		if _, ok := picked[i]; ok {
			texts = append(texts, "")
			continue
		}
		texts = append(texts, g.aggregateText(in, agg.Call, "", nil))
	}
	groups, places := g.lateGroups(r, in, texts, picks)
	return g.lookUp(r, groups, places, picks, picked)
}

// lateGroups writes the groups, with a hidden column for the place of each
// picked row.
func (g *generator) lateGroups(r *plan.Aggregate, in relation, texts []string, picks []pick) (relation, []string) {
	s := selectAs(r.Columns(), texts)
	places := make([]string, len(picks))
	for k, p := range picks {
		places[k] = s.hide(g.placeOf(in, p), "$row")
	}
	rest := "\n  FROM " + in.name
	by := make([]string, len(r.Keys))
	for i := range r.Keys {
		by[i] = strconv.Itoa(i + 1)
		s.out.order = append(s.out.order, ascending(s.out.cols[i]))
	}
	switch {
	case len(by) > 0:
		rest += "\n  GROUP BY " + strings.Join(by, ", ")
	case r.Grouped:
		rest += "\n  HAVING count(*) > 0"
	}
	return s.finish(g, rest), places
}

// placeOf writes the place of the row that a pick takes: of equal ones the
// first.
func (g *generator) placeOf(in relation, p pick) string {
	place := in.order[0].column
	if p.by == nil {
		return "min(" + place + ")"
	}
	return "kql_" + p.function + "(" + g.expr(in.cols, p.by) + ", " + place + ")"
}

// lookUp joins the picked rows to their groups.
func (g *generator) lookUp(r *plan.Aggregate, groups relation, places []string, picks []pick, picked map[int]int) relation {
	input := unfiltered(r.Input)
	var columns []int
	for i := range picked {
		columns = append(columns, used(r.Aggs[i].Call.Args[0])...)
	}
	g.needs.add(input, columns)
	rows := g.rel(input)
	from := "\n  FROM " + groups.name + " AS g"
	for k := range picks {
		from += fmt.Sprintf("\n  %s JOIN %s AS p%d ON p%d.%s = g.%s", lateWords(r), rows.name, k, k, rows.order[0].column, places[k])
	}
	texts := make([]string, len(groups.cols))
	for i, c := range groups.cols {
		if c != "" {
			texts[i] = "g." + c
		}
	}
	for i, k := range picked {
		value := r.Aggs[i].Call.Args[0]
		text := g.expr(qualified(rows, fmt.Sprintf("p%d.", k)).cols, value)
		if len(r.Keys) == 0 {
			text = notNull(text, value.Type())
		}
		texts[len(r.Keys)+i] = text
	}
	s := selectAs(r.Columns(), texts)
	for i := range r.Keys {
		s.out.order = append(s.out.order, ascending(s.out.cols[i]))
	}
	return s.finish(g, from)
}

// lateWords tells how groups find their rows: a group of no rows, which only
// an aggregate without keys gives, has none.
func lateWords(r *plan.Aggregate) string {
	if len(r.Keys) == 0 {
		return "LEFT"
	}
	return "INNER"
}

// withoutDistinct returns what r makes distinct: a semijoin asks whether there
// is such a row, not how many.
func withoutDistinct(r plan.Rel) plan.Rel {
	a, ok := r.(*plan.Aggregate)
	if !ok || len(a.Aggs) > 0 || len(a.Keys) == 0 {
		return r
	}
	for _, k := range a.Keys {
		if k.Expr.Type() == types.Dynamic || hasWindow(k.Expr) {
			return r
		}
	}
	return &plan.Project{Input: a.Input, Cols: a.Keys}
}

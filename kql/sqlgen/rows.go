package sqlgen

import (
	"fmt"
	"strings"

	"github.com/conshelf/conshelf/kql/plan"
	"github.com/conshelf/conshelf/kql/types"
)

// timeColumn is the column that a scope's time is about.
const timeColumn = "TimeGenerated"

// scan reads a stored table. A column that it lacks is null, or ”; so is one
// that is stored as another type, which is refused.
func (g *generator) scan(r *plan.Scan) relation {
	columns := r.Table.Columns
	source, ok := g.schema.Source(r.Table.Name)
	if !ok {
		return g.noRows(columns)
	}
	expressions := make([]string, len(columns))
	for i, c := range columns {
		if g.needs[r].has(i) {
			expressions[i] = g.stored(r, source, c)
		}
	}
	s := selectAs(columns, expressions)
	s.out.order = []orderKey{ordinal(s.hide("rowid", "$order"))}
	s.out.natural = true
	g.timed(s, r, source)
	return s.finish(g, "\n  FROM "+source.From+g.inScope(r, source))
}

// stored reads a column of a stored table.
func (g *generator) stored(r *plan.Scan, source Source, c types.Column) string {
	column, ok := source.Columns[c.Name]
	if !ok {
		return g.literal(types.Null(c.Type))
	}
	physical := Identifier(column.Physical)
	if column.Type != c.Type {
		return g.restore(r, physical, column.Type, c)
	}
	return physical
}

// restore reads a column that was filled with another type than the schema
// says.
func (g *generator) restore(r *plan.Scan, physical string, from types.Scalar, c types.Column) string {
	col := &plan.Col{T: from, At: r.Span}
	form, ok := conversionForms()[c.Type]
	if !ok {
		return g.refuse("column "+c.Name, fmt.Sprintf("%s holds it as %s, not as %s", r.Table.Name, from, c.Type), "", r.Span)
	}
	return form(g, scope{physical}, col)
}

// inScope limits a scan to the query's scope.
func (g *generator) inScope(r *plan.Scan, source Source) string {
	if r.Reference {
		return ""
	}
	var conditions []string
	scope := g.query.Scope
	if scope.From != 0 || scope.To != 0 {
		conditions = append(conditions, timeConditions(source, scope)...)
	}
	conditions = append(conditions, g.seen(source)...)
	switch scope.Tenant {
	case "":
	case plan.Tenantless:
		conditions = append(conditions, Identifier(plan.OriginTenant)+" = ''")
	default:
		conditions = append(conditions, Identifier(plan.OriginTenant)+" = "+g.literalText(scope.Tenant))
	}
	if len(conditions) == 0 {
		return ""
	}
	return "\n  WHERE " + strings.Join(conditions, " AND ")
}

func timeConditions(source Source, scope plan.Scope) []string {
	column, ok := source.Columns[timeColumn]
	if !ok || column.Type != types.DateTime {
		return []string{"false"}
	}
	var conditions []string
	if scope.From != 0 {
		conditions = append(conditions, Identifier(column.Physical)+" >= "+literalLong(scope.From))
	}
	if scope.To != 0 {
		conditions = append(conditions, Identifier(column.Physical)+" < "+literalLong(scope.To))
	}
	return conditions
}

// noRows is a relation without rows.
func (g *generator) noRows(columns []types.Column) relation {
	expressions := make([]string, len(columns))
	for i, c := range columns {
		expressions[i] = g.literal(types.Null(c.Type))
	}
	s := selectAs(columns, expressions)
	s.out.order = []orderKey{ordinal(s.hide("CAST(0 AS BIGINT)", "$order"))}
	s.out.natural = true
	return s.finish(g, " WHERE false")
}

// values writes rows that the query gives.
func (g *generator) values(r *plan.Values) relation {
	if len(r.Rows) == 0 {
		return g.noRows(r.Cols)
	}
	list, n := names(r.Cols)
	order := n.name("$order")
	rows := make([]string, len(r.Rows))
	for i, row := range r.Rows {
		cells := make([]string, len(row), len(row)+1)
		for k, e := range row {
			cells[k] = g.expr(nil, e)
			if i == 0 {
				cells[k] = "CAST(" + cells[k] + " AS " + sqlType(r.Cols[k].Type) + ")"
			}
		}
		rows[i] = "(" + strings.Join(append(cells, literalLong(int64(i))), ", ") + ")"
	}
	body := "SELECT * FROM (VALUES\n    " + strings.Join(rows, ",\n    ") + ") AS v(" + strings.Join(append(list[:len(list):len(list)], order), ", ") + ")"
	return relation{name: g.cte(body), cols: list, order: []orderKey{ordinal(order)}}
}

// rangeOf writes range; both ends belong to it.
func (g *generator) rangeOf(r *plan.Range) relation {
	from, to, step := g.expr(nil, r.From), g.expr(nil, r.To), g.expr(nil, r.Step)
	columns := []types.Column{r.Col}
	if r.Col.Type == types.Real {
		s := selectAs(columns, []string{"a + i * c"})
		s.out.order = []orderKey{ordinal(s.hide("i", "$order"))}
		return s.finish(g, fmt.Sprintf(" FROM (SELECT a, c, unnest(range(CAST(floor((b - a) / c + 1e-9) AS BIGINT) + 1)) AS i"+
			" FROM (SELECT %s AS a, %s AS b, nullif(%s, 0) AS c) WHERE (b - a) / c >= 0)", from, to, step))
	}
	if n, ok := steps(r); ok {
		value := fmt.Sprintf("CAST(%s + i * %s AS %s)", from, step, sqlType(r.Col.Type))
		s := selectAs(columns, []string{value})
		s.out.order = []orderKey{ordinal(s.hide("i", "$order"))}
		s.out.natural = true
		return s.finish(g, fmt.Sprintf(" FROM range(%s) AS v(i)", literalLong(n)))
	}
	value := "v"
	if r.Col.Type == types.Int {
		value = "CAST(v AS INTEGER)"
	}
	s := selectAs(columns, []string{value})
	s.out.order = []orderKey{ordinal(s.hide("i", "$order"))}
	list := fmt.Sprintf("generate_series(CAST(%s AS BIGINT), CAST(%s AS BIGINT), nullif(CAST(%s AS BIGINT), 0))", from, to, step)
	return s.finish(g, " FROM (SELECT unnest(l) AS v, unnest(range(len(l))) AS i FROM (SELECT "+list+" AS l))")
}

// steps returns how many values a range of constants has.
func steps(r *plan.Range) (int64, bool) {
	var bounds [3]int64
	for i, e := range []plan.Expr{r.From, r.To, r.Step} {
		c, ok := e.(*plan.Const)
		if !ok || !c.Value.Valid {
			return 0, false
		}
		bounds[i] = c.Value.Int
	}
	from, to, step := bounds[0], bounds[1], bounds[2]
	switch {
	case step == 0 || step > 0 && to < from || step < 0 && to > from:
		return 0, true
	case step > 0:
		n := (uint64(to)-uint64(from))/uint64(step) + 1
		return int64(n), n > 0 && n < 1<<62
	}
	n := (uint64(from)-uint64(to))/-uint64(step) + 1
	return int64(n), n > 0 && n < 1<<62
}

// filter keeps the rows for which a condition is true.
func (g *generator) filter(r *plan.Filter) relation {
	in, rest := g.early(g.lighten(g.rel(r.Input), r.Cond), r.Cond)
	if rest == nil {
		return in
	}
	defer g.inStep(in)()
	visible := in.cols
	in, cond := g.withoutWindows(in, rest)
	condition := g.condition(in.cols, cond)
	in.cols = visible
	in.name = g.cte("SELECT * FROM " + in.name + "\n  WHERE " + condition)
	return in
}

// project computes new rows.
func (g *generator) project(r *plan.Project) relation {
	in := g.stepped(g.found(g.lighten(g.rel(r.Input), plan.Exprs(r)...), plan.Exprs(r)...), plan.Exprs(r)...)
	defer g.inStep(in)()
	texts := make([]string, len(r.Cols))
	for i, c := range r.Cols {
		if !g.needs[r].has(i) {
			continue
		}
		var e plan.Expr
		in, e = g.withoutWindows(in, c.Expr)
		texts[i] = g.expr(in.cols, e)
	}
	voids := withoutVoid(r.Cols, texts)
	s := selectAs(r.Columns(), texts)
	s.carry(in, s.plainColumns(in, texts), "")
	s.out.natural = in.natural
	s.out.weigh(in, r.Cols)
	for i, text := range voids {
		s.out.cols[i] = text
	}
	return s.finish(g, "\n  FROM "+in.name)
}

// plainColumns returns, for each expression that is just a column of in, that
// column, so that an order by it needs no hidden copy.
func (s *selection) plainColumns(in relation, texts []string) []string {
	known := make(map[string]bool, len(in.cols))
	for _, c := range in.cols {
		known[c] = true
	}
	list := make([]string, len(texts))
	for i, t := range texts {
		if t != "" && known[t] {
			list[i] = t
		}
	}
	return list
}

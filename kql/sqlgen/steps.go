package sqlgen

import (
	"fmt"
	"slices"
	"strings"

	"github.com/conshelf/conshelf/kql/diag"
	"github.com/conshelf/conshelf/kql/plan"
	"github.com/conshelf/conshelf/kql/types"
)

// A query that is asked in steps reads its tables once. A row carries its time
// until an operator looks at several rows, or at the instant; there it becomes
// a row of each step that sees it, and from there on every operator keeps the
// steps apart as it does the rows of one mv-apply.
//
//	scan ─▶ filter ─▶ project ─▶ rows of steps ─▶ summarize ─▶ join ─▶ …
//	        once for each row     once for each row and step

// GenerateSteps says q asked in steps. The result has a column more, the last:
// the instant of the step, a datetime. An error is an *UnsupportedError; the
// query may still be asked step by step.
func GenerateSteps(q *plan.Query, steps plan.Steps, d Dialect, schema Schema) (Statement, error) {
	g := newGenerator(q, d, schema)
	g.steps = &steps
	root := g.atSteps(g.rel(q.Root))
	g.checkColumns(root)
	if root.group == "" {
		g.refuse("a result that no record has a part in", "it is the same at every step", "", diag.Span{})
	}
	if g.err != nil {
		return Statement{}, g.err
	}
	root.cols = append(slices.Clone(root.cols), root.group)
	root.order, root.natural = nil, true
	return Statement{SQL: g.statement(root), Args: g.args}, nil
}

// timed has the rows of a scan carry their time.
func (g *generator) timed(s *selection, r *plan.Scan, source Source) {
	if g.steps == nil || r.Reference {
		return
	}
	if len(g.given) > 0 {
		g.refuse("another table inside mv-apply or partition, in steps", "its rows belong to no part", "", r.Span)
	}
	if i := r.Table.Column(timeColumn); i >= 0 && s.out.cols[i] != "" && r.Table.Columns[i].Type == types.DateTime {
		s.out.time = s.out.cols[i]
		return
	}
	time := "CAST(NULL AS BIGINT)" // rows without a time are in no step
	if column, ok := source.Columns[timeColumn]; ok && column.Type == types.DateTime {
		time = Identifier(column.Physical)
	}
	s.out.time = s.hide(time, "$time")
}

// atSteps returns the rows as those of steps: each as often as steps see it.
func (g *generator) atSteps(in relation) relation {
	if in.time == "" {
		return in
	}
	out, every, period := in, g.steps.Every, g.steps.Period
	begin, end := in.within.bounds(g.steps)
	step := fmt.Sprintf("l.%[1]s - l.%[1]s %% %[2]d + %[2]d", in.time, every)
	from := in.name + " AS l"
	if n := end - begin; n != 1 {
		from += fmt.Sprintf(" CROSS JOIN range(%d) AS s(i)", max(n, 0))
		step += fmt.Sprintf(" + s.i * %d", every)
	}
	if begin > 0 {
		step += fmt.Sprintf(" + %d", begin*every)
	}
	out.group = in.taken().name("$step")
	expanded := g.cte("SELECT l.*, " + step + " AS " + out.group + " FROM " + from)
	conditions := append([]string{g.inSteps(out.group)}, in.within.conditions(in.time, out.group)...)
	if period%every != 0 {
		conditions = append(conditions, fmt.Sprintf("%s <= %s + %d", out.group, in.time, period))
	}
	out.name = g.cte("SELECT * FROM " + expanded + "\n  WHERE " + strings.Join(conditions, " AND "))
	out.time, out.within, out.natural = "", stepRange{}, false
	out.scratch = append(slices.Clone(in.scratch), in.time)
	return out
}

// inSteps tells whether a column is one of the steps.
func (g *generator) inSteps(column string) string {
	at := g.steps.At
	first, last := at[0], at[len(at)-1]
	if int64(len(at)) == (last-first)/g.steps.Every+1 {
		return fmt.Sprintf("%s BETWEEN %d AND %d", column, first, last)
	}
	return column + " IN (" + g.stepList() + ")"
}

func (g *generator) stepList() string {
	texts := make([]string, len(g.steps.At))
	for i, at := range g.steps.At {
		texts[i] = literalLong(at)
	}
	return strings.Join(texts, ", ")
}

// groups is a table of the groups that rows are of, in its column g: those that
// an mv-apply or a partition gives, or the steps.
func (g *generator) groups() string {
	if n := len(g.given); n > 0 {
		return fmt.Sprintf("(SELECT DISTINCT %s AS g FROM %s)", g.given[n-1].group, g.given[n-1].name)
	}
	return "(SELECT unnest([" + g.stepList() + "]) AS g)"
}

// stepped returns the rows as those of steps if an expression over them needs
// that: it looks at other rows, or at the instant.
func (g *generator) stepped(in relation, list ...plan.Expr) relation {
	if in.time == "" {
		return in
	}
	for _, e := range list {
		if hasWindow(e) || hasSubquery(e) {
			return g.atSteps(in)
		}
	}
	return in
}

// notInSteps refuses what has no form where the query is asked in steps.
func (g *generator) notInSteps(construct string, span diag.Span) {
	if g.steps != nil {
		g.refuse(construct+" in steps", "it has no form for the rows of one step", "", span)
	}
}

// inStep tells the expressions that are written next of which step a row is,
// until the function that it returns is called.
func (g *generator) inStep(in relation) (through func()) {
	before := g.instant
	g.instant = in.group
	return func() { g.instant = before }
}

// stepColumn is the instant as a column.
func (g *generator) stepColumn(in relation, c *plan.Call) (relation, plan.Expr) {
	if in.group == "" || len(g.given) > 0 {
		g.refuse("now() here, in steps", "the rows are of no step", "", c.At)
		return in, &plan.Const{Value: types.Null(c.T)}
	}
	col := &plan.Col{Index: len(in.cols), T: c.T, At: c.At}
	in.cols = append(in.cols[:len(in.cols):len(in.cols)], in.group)
	return in, col
}

// withoutSteps returns an aggregate that finds the instant in a column.
func (g *generator) withoutSteps(in relation, r *plan.Aggregate) (relation, *plan.Aggregate) {
	if g.steps == nil || !slices.ContainsFunc(plan.Exprs(r), hasStep) {
		return in, r
	}
	out := *r
	out.Keys, out.Aggs = slices.Clone(r.Keys), slices.Clone(r.Aggs)
	for i, k := range r.Keys {
		in, out.Keys[i].Expr = g.withoutWindows(in, k.Expr)
	}
	for i, a := range r.Aggs {
		call := *a.Call
		in, call.Args = g.windows(in, a.Call.Args)
		if call.By != nil {
			in, call.By = g.withoutWindows(in, a.Call.By)
		}
		out.Aggs[i].Call = &call
	}
	return in, &out
}

func hasStep(e plan.Expr) bool {
	found := false
	plan.WalkExpr(e, func(e plan.Expr) {
		if c, ok := e.(*plan.Call); ok && c.Func == plan.StepFunc {
			found = true
		}
	})
	return found
}

// alikeInSteps writes the inputs of a union so that all carry their time, or
// all are of steps. An input that has no rows has no name.
func (g *generator) alikeInSteps(inputs []plan.Rel) []relation {
	list := make([]relation, len(inputs))
	grouped := false
	var first *stepRange
	for i, input := range inputs {
		if g.absent(input) {
			continue
		}
		list[i] = g.rel(input)
		grouped = grouped || list[i].group != ""
		if first == nil {
			first = &list[i].within
		}
		grouped = grouped || list[i].within != *first
	}
	if grouped {
		for i, in := range list {
			list[i] = g.atSteps(in)
		}
	}
	return list
}

// stepSubquery writes toscalar of the rows of each step.
func (g *generator) stepSubquery(e *plan.Subquery, r relation) string {
	if g.instant == "" || len(g.given) > 0 {
		return g.refuse("toscalar here, in steps", "the rows are of no step", "", e.At)
	}
	firsts := g.cte(fmt.Sprintf(`SELECT %s AS "$value", %s AS "$at" FROM %s QUALIFY row_number() %s = 1`, first(r.cols), r.group, r.name, r.over()))
	value := fmt.Sprintf(`(SELECT "$value" FROM %s WHERE "$at" = %s)`, firsts, g.instant)
	return notNull(value, e.T)
}

// inStepQuery asks whether x is in a table at its step.
func (g *generator) inStepQuery(e *plan.InQuery, r relation, x string) string {
	op, negated := strings.CutPrefix(e.Op, "!")
	of := e.Rel.Columns()[0].Type
	if g.instant == "" || len(g.given) > 0 || op != "in" && op != "in~" || of == types.Dynamic || e.X.Type() == types.Dynamic {
		return g.refuse(e.Op+" another table, in steps", "it has no form for the rows of one step", "", e.At)
	}
	column := first(r.cols)
	if op == "in~" {
		x, column = "kql_fold("+x+")", "kql_fold("+column+")"
	}
	// Two rows with nothing in them are equal, and nothing is in no table.
	out := fmt.Sprintf("(coalesce(row(%[1]s, %[2]s) IN (SELECT row(%[3]s, %[4]s) FROM %[5]s), false) AND %[1]s IS NOT NULL%[6]s)",
		x, g.instant, column, r.group, r.name, notNaN(e.X, x))
	if negated {
		return "(NOT " + out + ")"
	}
	return out
}

package sqlgen

import (
	"fmt"
	"reflect"
	"strings"

	"github.com/conshelf/conshelf/kql/plan"
	"github.com/conshelf/conshelf/kql/types"
)

// What tells for a row alone whether it counts is asked before the row becomes
// one of each step: most rows do not, and most steps.

// early applies what a condition says of rows before they are those of steps,
// then makes them those, and asks there which tables they are in. It returns the
// rows, and what of the condition is left; nil: nothing is.
func (g *generator) early(in relation, cond plan.Expr) (relation, plan.Expr) {
	if g.steps == nil || len(g.given) > 0 || in.time == "" && in.group == "" {
		return in, cond
	}
	alone, stepped := divided(conjuncts(cond))
	if len(stepped) == 0 {
		return in, cond
	}
	if in.time != "" {
		if in, stepped = g.beforeSteps(in, alone, stepped); len(stepped) == 0 {
			return in, nil
		}
		in, alone = g.atSteps(in), nil
	}
	rest := alone
	for _, e := range stepped {
		if q, ok := g.inTable(e); ok {
			in = g.amongStep(in, q)
			continue
		}
		rest = append(rest, e)
	}
	return in, all(rest)
}

// divided tells conditions that a row alone decides from the others.
func divided(list []plan.Expr) (alone, stepped []plan.Expr) {
	for _, e := range list {
		if hasWindow(e) || hasSubquery(e) {
			stepped = append(stepped, e)
		} else {
			alone = append(alone, e)
		}
	}
	return alone, stepped
}

// beforeSteps keeps the rows that the conditions do not rule out at every step,
// and notes at which steps the time does not rule them out. It returns the
// conditions that are left to ask at each step.
func (g *generator) beforeSteps(in relation, alone, stepped []plan.Expr) (relation, []plan.Expr) {
	if len(alone) > 0 {
		texts := make([]string, len(alone))
		for i, e := range alone {
			texts[i] = g.condition(in.cols, e)
		}
		in.name = g.cte("SELECT * FROM " + in.name + "\n  WHERE " + strings.Join(texts, " AND "))
	}
	var left []plan.Expr
	for _, e := range stepped {
		if q, ok := g.inTable(e); ok && !strings.HasPrefix(q.Op, "!") {
			in = g.among(in, q, "")
		}
		d := g.distance(in, e)
		in.within = in.within.narrowed(g.steps, d)
		if !d.exact && !d.bounds() {
			left = append(left, e)
		}
	}
	return in, left
}

// inTable returns the condition as a question whether a row is in a table of
// steps, if it is one that a join answers.
func (g *generator) inTable(e plan.Expr) (*plan.InQuery, bool) {
	q, ok := e.(*plan.InQuery)
	if !ok || strings.HasPrefix(q.Op, "has") || hasWindow(q.X) || hasSubquery(q.X) {
		return nil, false
	}
	if q.Rel.Columns()[0].Type == types.Dynamic || q.X.Type() == types.Dynamic {
		return nil, false
	}
	return q, g.tableOf(q).group != ""
}

// amongStep keeps the rows that are in the table at their step, or not.
func (g *generator) amongStep(in relation, q *plan.InQuery) relation {
	return g.among(in, q, in.group)
}

// among keeps the rows that are in the table of q at the step that a column
// names, or not; without a column, those that are in it at any.
func (g *generator) among(in relation, q *plan.InQuery, step string) relation {
	r := g.tableOf(q)
	x, column := g.expr(in.cols, q.X), first(r.cols)
	if strings.HasSuffix(q.Op, "~") {
		x, column = "kql_fold("+x+")", "kql_fold("+column+")"
	}
	on := x + ` = q."$listed"` + notNaN(q.X, x)
	if step != "" {
		on += " AND " + step + ` = q."$listed_at"`
	}
	kind := "SEMI"
	if strings.HasPrefix(q.Op, "!") {
		kind = "ANTI"
	}
	in.few = kind == "SEMI"
	in.name = g.cte(fmt.Sprintf(`SELECT l.* FROM %s AS l %s JOIN (SELECT %s AS "$listed", %s AS "$listed_at" FROM %s) AS q ON %s`, in.name, kind, column, r.group, r.name, on))
	return in
}

// conjuncts returns what must all be true for a condition to be.
func conjuncts(e plan.Expr) []plan.Expr {
	if c, ok := e.(*plan.Call); ok && c.Func == "and" {
		return append(conjuncts(c.Args[0]), conjuncts(c.Args[1])...)
	}
	return []plan.Expr{e}
}

// all is the condition that all of a list are true; nil: there is none.
func all(list []plan.Expr) plan.Expr {
	if len(list) == 0 {
		return nil
	}
	e := list[0]
	for _, next := range list[1:] {
		e = &plan.Call{Func: "and", Args: []plan.Expr{e, next}, T: types.Bool}
	}
	return e
}

// tableOf writes the table that e asks. In steps it is computed once, also for
// another question that asks the same: of any such table only the first column
// is wanted, so that the same plan is the same table.
func (g *generator) tableOf(e *plan.InQuery) relation {
	if g.steps == nil {
		return g.rel(e.Rel)
	}
	for _, t := range g.tables {
		if t.rel == e.Rel || reflect.DeepEqual(t.rel, e.Rel) {
			return t.relation
		}
	}
	r := g.atSteps(g.rel(e.Rel))
	if r.group != "" && len(g.given) == 0 {
		r.name = g.cte("SELECT * FROM " + r.name)
		g.materialize()
	}
	if len(g.given) == 0 {
		g.tables = append(g.tables, askedTable{e.Rel, r})
	}
	return r
}

// An askedTable is a table that is asked whether rows are in it, as written.
type askedTable struct {
	rel plan.Rel
	relation
}

// A distance is between how much and how much after a row a step can be at
// which a condition is true. Exact: it is true at every such step. Otherwise
// older and younger say at which it is, if it compares times and nothing else.
type distance struct {
	least, most    int64
	exact          bool
	older, younger limit
}

// bounds tells whether the limits say all that the condition does.
func (d distance) bounds() bool { return d.older.set || d.younger.set }

// A limit is how long before the step a row's time must be at least, or may be
// at most; open: not just so long.
type limit struct {
	ago       int64
	open, set bool
}

// least returns the limit of two that more rows are too young for.
func (l limit) least(o limit) limit {
	if !l.set || o.set && (o.ago > l.ago || o.ago == l.ago && o.open) {
		return o
	}
	return l
}

// most returns the limit of two that more rows are too old for.
func (l limit) most(o limit) limit {
	if !l.set || o.set && (o.ago < l.ago || o.ago == l.ago && o.open) {
		return o
	}
	return l
}

// sql writes the limit of a time; compare is the comparison if it is open.
func (l limit) sql(time, compare, step string) string {
	if !l.open {
		compare += "="
	}
	return fmt.Sprintf("%s %s %s - %d", time, compare, step, l.ago)
}

// distance returns what e says of the steps if it compares the row's time with
// the instant.
func (g *generator) distance(in relation, e plan.Expr) distance {
	c, ok := e.(*plan.Call)
	if !ok {
		return distance{most: g.steps.Period}
	}
	switch c.Func {
	case ">", ">=":
		if ago, ok := agoOf(in, c.Args[0], c.Args[1]); ok {
			return g.until(ago, c.Func == ">=")
		}
		if ago, ok := agoOf(in, c.Args[1], c.Args[0]); ok {
			return g.from(ago, c.Func == ">")
		}
	case "<", "<=":
		if ago, ok := agoOf(in, c.Args[0], c.Args[1]); ok {
			return g.from(ago, c.Func == "<")
		}
		if ago, ok := agoOf(in, c.Args[1], c.Args[0]); ok {
			return g.until(ago, c.Func == "<=")
		}
	case "between":
		if len(c.Args) == 3 {
			most, within := agoOf(in, c.Args[0], c.Args[1])
			least, before := agoOf(in, c.Args[0], c.Args[2])
			if within && before {
				return distance{least: least, most: most, older: limit{ago: least, set: true}, younger: limit{ago: most, set: true}}
			}
		}
	}
	return distance{most: g.steps.Period}
}

// until is of a row that is not earlier than so long ago: time >= ago(most). All
// rows between two instants are the same to it, unless the instant itself does
// not count.
func (g *generator) until(most int64, closed bool) distance {
	if closed && most%g.steps.Every == 0 {
		return distance{most: most, exact: true}
	}
	return distance{most: most, younger: limit{ago: most, open: !closed, set: true}}
}

// from is of a row that is earlier than so long ago: time < ago(least).
func (g *generator) from(least int64, open bool) distance {
	if open && least%g.steps.Every == 0 {
		return distance{least: least, most: g.steps.Period, exact: true}
	}
	return distance{least: least, most: g.steps.Period, older: limit{ago: least, open: open, set: true}}
}

// A stepRange is steps by their number after a row: the first after it is 0.
// Of those, older and younger leave out the ones that they are not true at. The
// zero value is all.
type stepRange struct {
	begin, end     int64
	set            bool
	older, younger limit
}

// conditions are those of the limits, of the columns of a row's time and step.
func (r stepRange) conditions(time, step string) []string {
	var list []string
	if r.older.set {
		list = append(list, r.older.sql(time, "<", step))
	}
	if r.younger.set {
		list = append(list, r.younger.sql(time, ">", step))
	}
	return list
}

// bounds returns the first, and the one after the last.
func (r stepRange) bounds(steps *plan.Steps) (begin, end int64) {
	if !r.set {
		return 0, (steps.Period + steps.Every - 1) / steps.Every
	}
	return r.begin, r.end
}

// narrowed leaves out the steps at which a condition is not true: the step i is
// more than i times, and at most i + 1 times, Every after the row.
func (r stepRange) narrowed(steps *plan.Steps, d distance) stepRange {
	begin, end := r.bounds(steps)
	first, last := d.least/steps.Every, (d.most+steps.Every-1)/steps.Every
	if !d.exact {
		first = max(0, (d.least+steps.Every-1)/steps.Every-1)
	}
	return stepRange{max(begin, first), min(end, last), true, r.older.least(d.older), r.younger.most(d.younger)}
}

// agoOf returns how long before the instant the time of a row is compared with.
func agoOf(in relation, time, instant plan.Expr) (int64, bool) {
	col, ok := time.(*plan.Col)
	if !ok || in.cols[col.Index] != in.time {
		return 0, false
	}
	c, ok := instant.(*plan.Call)
	switch {
	case !ok:
		return 0, false
	case c.Func == plan.StepFunc:
		return 0, true
	case c.Func != "-" || len(c.Args) != 2:
		return 0, false
	}
	step, ok := c.Args[0].(*plan.Call)
	by, constant := c.Args[1].(*plan.Const)
	if !ok || step.Func != plan.StepFunc || !constant || !by.Value.Valid || by.Value.Type != types.TimeSpan || by.Value.Int < 0 {
		return 0, false
	}
	return by.Value.Int, true
}

// mostRanges is how many ranges of time a scan is limited to.
const mostRanges = 16

// seen limits a scan to the time that steps see, where it is in few parts.
func (g *generator) seen(source Source) []string {
	column, ok := source.Columns[timeColumn]
	if g.steps == nil || !ok {
		return nil
	}
	var ranges [][2]int64
	for _, at := range g.steps.At {
		if n := len(ranges); n > 0 && at-g.steps.Period <= ranges[n-1][1] {
			ranges[n-1][1] = at
			continue
		}
		ranges = append(ranges, [2]int64{at - g.steps.Period, at})
	}
	if len(ranges) < 2 || len(ranges) > mostRanges {
		return nil
	}
	parts := make([]string, len(ranges))
	for i, r := range ranges {
		parts[i] = fmt.Sprintf("%[1]s >= %[2]d AND %[1]s < %[3]d", Identifier(column.Physical), r[0], r[1])
	}
	return []string{"(" + strings.Join(parts, " OR ") + ")"}
}

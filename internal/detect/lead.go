package detect

import (
	"context"
	"slices"

	"github.com/conshelf/conshelf/internal/engine"
	"github.com/conshelf/conshelf/internal/rule"
	"github.com/conshelf/conshelf/kql/plan"
	"github.com/conshelf/conshelf/kql/types"
)

// fewSteps is how many steps are run without asking first which of them can
// give rows.
const fewSteps = 4

// promising returns which of the steps can give rows, by their numbers. A rule
// that watches for something rare has nothing to read at most steps; one query
// over all of the evidence tells at which hours it has. The first step is
// always run: a query that the engine refuses is refused there.
func (s *scene) promising(ctx context.Context, r *rule.Compiled, t engine.Share, runs []step, queries []*plan.Query) []bool {
	promising := slices.Repeat([]bool{true}, len(runs))
	if len(runs) <= fewSteps || s.options.Stepwise || r.Trigger.Met(0) {
		return promising
	}
	leads, ok := sameLeads(queries)
	if !ok {
		return promising
	}
	over := plan.Scope{From: runs[0].from, To: runs[len(runs)-1].to, Tenant: t.Scope}
	hours := make([][]int64, len(leads[0]))
	for n, l := range leads[0] {
		if hours[n], ok = s.hours(ctx, l, over); !ok {
			return promising
		}
	}
	for i, run := range runs[1:] {
		promising[i+1] = false
		for n, l := range leads[i+1] {
			promising[i+1] = promising[i+1] || l.within(run, hours[n])
		}
	}
	return promising
}

// hours returns the hours in which the lead has rows, in order. Ok is false if
// the engine does not say: the steps themselves will then tell why.
func (s *scene) hours(ctx context.Context, l lead, over plan.Scope) (hours []int64, ok bool) {
	hour := &plan.Call{
		Func: "bin", T: types.DateTime,
		Args: []plan.Expr{&plan.Col{Index: l.time, T: types.DateTime}, &plan.Const{Value: types.NewTimeSpan(types.TicksPerHour)}},
	}
	query := &plan.Query{Root: &plan.Aggregate{Input: l.rows, Keys: []plan.Named{{Name: "Hour", Expr: hour}}, Grouped: true}, Scope: over}
	err := s.evidence.Query(ctx, query, func(row []types.Value) error {
		hours = append(hours, row[0].Int)
		return nil
	})
	slices.Sort(hours)
	return hours, err == nil
}

// A lead is rows of one table that a query begins with. Without any of its
// leads' rows a query has no rows either.
type lead struct {
	rows plan.Rel // each from one row of the table
	time int      // the column of rows that is TimeGenerated
	over span     // what the query itself says of TimeGenerated; 0: no bound
	open bool     // the query's next operator sees rows as they are here
}

// within tells whether a row of the lead may be in a step, given its hours.
func (l lead) within(run step, hours []int64) bool {
	from, to := max(run.from, l.over.from), run.to
	if l.over.to != 0 {
		to = min(to, l.over.to)
	}
	n, _ := slices.BinarySearch(hours, from-types.TicksPerHour+1) // the first hour that does not end before
	return n < len(hours) && hours[n] < to
}

// sameLeads returns the leads of the queries of all steps. They must not
// differ in anything but the bounds of time: one question is asked for all.
func sameLeads(queries []*plan.Query) ([][]lead, bool) {
	all := make([][]lead, len(queries))
	for n, q := range queries {
		if n > 0 && q.Root == queries[0].Root {
			all[n] = all[0]
			continue
		}
		leads, ok := leadsOf(q.Root)
		if !ok || n > 0 && !slices.EqualFunc(leads, all[0], lead.same) {
			return nil, false
		}
		all[n] = leads
	}
	return all, true
}

func (l lead) same(o lead) bool {
	return l.time == o.time && plan.Dump(&plan.Query{Root: l.rows}) == plan.Dump(&plan.Query{Root: o.rows})
}

// leadsOf returns what r begins with; ok is false if r may have rows without.
func leadsOf(r plan.Rel) (leads []lead, ok bool) {
	switch r := r.(type) {
	case *plan.Scan:
		time := slices.Index(r.Table.Columns, types.Column{Name: "TimeGenerated", Type: types.DateTime})
		return []lead{{rows: r, time: time, open: true}}, time >= 0 && !r.Reference
	case *plan.Filter:
		return changed(r.Input, func(l lead) lead { return l.filtered(r.Cond) })
	case *plan.Project:
		return changed(r.Input, func(l lead) lead { return l.projected(r.Cols) })
	case *plan.Shared:
		return leadsOf(r.Input)
	case *plan.Union:
		for i, in := range r.Inputs {
			more, ok := leadsOf(in)
			if cols := r.Projection(i); cols != nil {
				more, ok = changed(in, func(l lead) lead { return l.projected(cols) })
			}
			if !ok {
				return nil, false
			}
			leads = append(leads, more...)
		}
		return leads, true
	case *plan.Aggregate:
		if len(r.Keys) == 0 && !r.Grouped {
			return nil, false
		}
		return changed(r.Input, lead.closed)
	case *plan.Sort, *plan.Serialize, *plan.Limit, *plan.Expand, *plan.Apply, *plan.Parse:
		return changed(plan.Inputs(r)[0], lead.closed)
	case *plan.Join:
		return leadsOfJoin(r)
	case *plan.Values, *plan.Range, *plan.Given, *plan.MakeSeries, *plan.Plugin, *plan.Partition, *plan.Match:
		return nil, false
	default:
		panic(r) // unreachable: gochecksumtype proves the switch complete
	}
}

func leadsOfJoin(r *plan.Join) ([]lead, bool) {
	switch r.Kind {
	case plan.Inner, plan.InnerUnique, plan.LeftOuter, plan.LeftSemi, plan.LeftAnti:
		return changed(r.Left, lead.closed)
	case plan.RightOuter, plan.FullOuter, plan.RightSemi, plan.RightAnti:
		return nil, false
	}
	panic("detect: join kind")
}

// changed returns the leads of r as change leaves those that are open.
func changed(r plan.Rel, change func(lead) lead) ([]lead, bool) {
	leads, ok := leadsOf(r)
	for n, l := range leads {
		if l.open {
			leads[n] = change(l)
		}
	}
	return leads, ok
}

func (l lead) closed() lead {
	l.open = false
	return l
}

// filtered returns the lead with those parts of a condition that look at one
// row only. What they say of the time is kept apart.
func (l lead) filtered(condition plan.Expr) lead {
	for _, part := range conjuncts(condition) {
		if bound, ok := l.bound(part); ok {
			l.over.from = max(l.over.from, bound.from)
			if l.over.to == 0 || bound.to != 0 && bound.to < l.over.to {
				l.over.to = bound.to
			}
			continue
		}
		if rows := (&plan.Filter{Input: l.rows, Cond: part}); rowWise(rows) {
			l.rows = rows
		}
	}
	return l
}

// projected returns the lead with new columns, closed if they look beyond
// their row or leave the time out.
func (l lead) projected(columns []plan.Named) lead {
	time := slices.IndexFunc(columns, func(c plan.Named) bool {
		col, ok := c.Expr.(*plan.Col)
		return ok && col.Index == l.time
	})
	rows := &plan.Project{Input: l.rows, Cols: columns}
	if time < 0 || !rowWise(rows) {
		return l.closed()
	}
	l.rows, l.time = rows, time
	return l
}

// conjuncts returns the parts of a condition all of which must be true.
func conjuncts(e plan.Expr) []plan.Expr {
	call, ok := e.(*plan.Call)
	if !ok || call.Func != "and" {
		return []plan.Expr{e}
	}
	var parts []plan.Expr
	for _, operand := range call.Args {
		parts = append(parts, conjuncts(operand)...)
	}
	return parts
}

// bound returns the bounds that a condition sets for the time, if it is of the
// form TimeGenerated > constant.
func (l lead) bound(e plan.Expr) (bounds span, ok bool) {
	call, ok := e.(*plan.Call)
	if !ok || len(call.Args) != 2 {
		return span{}, false
	}
	col, isColumn := call.Args[0].(*plan.Col)
	c, isConst := call.Args[1].(*plan.Const)
	if !isColumn || !isConst || col.Index != l.time || c.Value.Type != types.DateTime || !c.Value.Valid {
		return span{}, false
	}
	switch at := c.Value.Int; call.Func {
	case ">":
		return span{from: at + 1}, true
	case ">=":
		return span{from: at}, true
	case "<":
		return span{to: at}, true
	case "<=":
		return span{to: at + 1}, true
	}
	return span{}, false
}

// rowWise tells whether each row of a lead depends on its own row of the table
// alone. What it says about the time of asking, sameLeads finds out.
func rowWise(r plan.Rel) bool { return plan.RowWise(&plan.Query{Root: r}) }

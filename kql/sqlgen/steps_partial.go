package sqlgen

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/conshelf/conshelf/kql/plan"
	"github.com/conshelf/conshelf/kql/types"
)

// A row that many steps see is counted once: the rows that are in the same
// steps are aggregated first, and those few aggregates are what becomes rows of
// each step.

// beforeAggregate makes fewer rows of those that r aggregates, where it can,
// before they are those of steps.
func (g *generator) beforeAggregate(r *plan.Aggregate, in relation) (relation, *plan.Aggregate) {
	switch {
	case g.distinctInSteps(r, in):
		return g.distinctBefore(r, in)
	case g.partsInSteps(r, in):
		return g.partsBefore(r, in)
	}
	return in, r
}

// fewSteps is how many steps may see a row without that being worth it.
const fewSteps = 2

// wholes are the aggregates that can be made of those of parts, and of what.
func wholes() map[string]string {
	return map[string]string{
		"count": "sum", "countif": "sum", "sum": "sum", "sumif": "sum",
		"min": "min", "minif": "min", "max": "max", "maxif": "max", plan.OriginsFunc: plan.OriginsFunc,
	}
}

// partsInSteps tells whether r can be made of the aggregates of rows that are in
// the same steps, and more steps see them than a few.
func (g *generator) partsInSteps(r *plan.Aggregate, in relation) bool {
	if _, ok := g.sameSteps(in); !ok || len(r.Aggs) == 0 {
		return false
	}
	if begin, end := in.within.bounds(g.steps); end-begin <= fewSteps {
		return false
	}
	for _, e := range plan.Exprs(r) {
		if hasWindow(e) || hasSubquery(e) {
			return false
		}
	}
	for _, k := range r.Keys {
		if k.Expr.Type() == types.Dynamic {
			return false
		}
	}
	for _, a := range r.Aggs {
		if _, ok := wholes()[a.Call.Func]; !ok || !whole(a.Call) {
			return false
		}
	}
	return true
}

// whole tells whether the aggregate of parts is exact: it is of whole numbers,
// or of records.
func whole(c *plan.AggCall) bool {
	switch c.Type {
	case types.Int, types.Long, types.DateTime, types.TimeSpan:
		return true
	case types.Dynamic:
		return c.Func == plan.OriginsFunc
	case types.Unknown, types.Bool, types.Real, types.Decimal, types.String, types.GUID:
	}
	return false
}

// partsBefore returns the aggregates of r of rows that are in the same steps,
// and r over them.
func (g *generator) partsBefore(r *plan.Aggregate, in relation) (relation, *plan.Aggregate) {
	out := relation{within: in.within, time: `"$time"`}
	over := *r
	over.Keys, over.Aggs = nil, nil
	var items, by []string
	value := func(text string, t types.Scalar) *plan.Col {
		name := fmt.Sprintf(`"$value%d"`, len(items))
		items = append(items, text+" AS "+name)
		out.cols = append(out.cols, name)
		return &plan.Col{Index: len(out.cols) - 1, T: t}
	}
	for _, k := range r.Keys {
		col := value(g.expr(in.cols, k.Expr), k.Expr.Type())
		out.order = append(out.order, orderKey{column: out.cols[col.Index], nullsFirst: true, real: col.T == types.Real})
		over.Keys = append(over.Keys, plan.Named{Name: k.Name, Expr: col})
		by = append(by, strconv.Itoa(len(items)))
	}
	for _, a := range r.Aggs {
		call := *a.Call
		call.Func, call.Args, call.By = wholes()[a.Call.Func], []plan.Expr{value(g.aggregateText(in, a.Call, "", nil), a.Call.Type)}, nil
		if a.Call.Func == plan.OriginsFunc {
			call.Args = append(call.Args, a.Call.Args[1])
		}
		over.Aggs = append(over.Aggs, plan.Agg{Name: a.Name, Call: &call})
	}
	time, _ := g.sameSteps(in)
	items = append(items, time+` AS "$time"`)
	by = append(by, strconv.Itoa(len(items)))
	out.order = append(out.order, ordinal(out.time))
	out.name = g.cte("SELECT " + strings.Join(items, ", ") + "\n  FROM " + in.name + "\n  GROUP BY " + strings.Join(by, ", "))
	return out, &over
}

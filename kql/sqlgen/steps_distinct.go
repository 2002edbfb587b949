package sqlgen

import (
	"fmt"
	"strings"

	"github.com/conshelf/conshelf/kql/plan"
	"github.com/conshelf/conshelf/kql/types"
)

// Two rows between the same two instants are in the same steps. Where only
// different values count, they are made one before they are those of steps.

// sameSteps writes a time that rows have together which are in the same steps;
// ok is false if there is none. A row that is just at an instant may be in
// others than one after it.
func (g *generator) sameSteps(in relation) (time string, ok bool) {
	every := g.steps.Every
	if in.time == "" || g.steps.Period%every != 0 {
		return "", false
	}
	if !in.within.older.set && !in.within.younger.set {
		return fmt.Sprintf("%[1]s - %[1]s %% %[2]d", in.time, every), true
	}
	if in.within.older.ago%every != 0 || in.within.younger.ago%every != 0 {
		return "", false
	}
	return fmt.Sprintf("CASE WHEN %[1]s %% %[2]d = 0 THEN %[1]s ELSE %[1]s - %[1]s %% %[2]d + 1 END", in.time, every), true
}

// distinctInSteps tells whether r counts, or lists, different values only.
func (g *generator) distinctInSteps(r *plan.Aggregate, in relation) bool {
	if _, ok := g.sameSteps(in); !ok || len(r.Keys) == 0 {
		return false
	}
	for _, a := range r.Aggs {
		if a.Call.Func != "dcount" || len(a.Call.Args) != 1 || a.Call.Args[0].Type() == types.Dynamic || identifies(r, a.Call.Args[0]) {
			return false
		}
	}
	for _, e := range plan.Exprs(r) {
		if hasWindow(e) || hasSubquery(e) || e.Type() == types.Dynamic {
			return false
		}
	}
	return true
}

// identifies tells whether a value is most often another in each row, so that
// there is nothing to make one.
func identifies(r *plan.Aggregate, e plan.Expr) bool {
	col, ok := e.(*plan.Col)
	return ok && r.Input.Columns()[col.Index].Name == "Id"
}

// distinctBefore returns the different values of the keys and arguments of r
// between two instants, and r over them.
func (g *generator) distinctBefore(r *plan.Aggregate, in relation) (relation, *plan.Aggregate) {
	out := relation{within: in.within, time: `"$time"`}
	over := *r
	over.Keys, over.Aggs = nil, nil
	var items []string
	value := func(e plan.Expr) *plan.Col {
		name := fmt.Sprintf(`"$value%d"`, len(items))
		items = append(items, g.expr(in.cols, e)+" AS "+name)
		out.cols = append(out.cols, name)
		out.order = append(out.order, orderKey{column: name, nullsFirst: true, real: e.Type() == types.Real})
		return &plan.Col{Index: len(out.cols) - 1, T: e.Type(), At: e.Span()}
	}
	for _, k := range r.Keys {
		over.Keys = append(over.Keys, plan.Named{Name: k.Name, Expr: value(k.Expr)})
	}
	for _, a := range r.Aggs {
		call := *a.Call
		call.Args = []plan.Expr{value(a.Call.Args[0])}
		over.Aggs = append(over.Aggs, plan.Agg{Name: a.Name, Call: &call})
	}
	time, _ := g.sameSteps(in)
	items = append(items, time+` AS "$time"`)
	out.order = append(out.order, ordinal(out.time))
	out.name = g.cte("SELECT DISTINCT " + strings.Join(items, ", ") + "\n  FROM " + in.name)
	return out, &over
}

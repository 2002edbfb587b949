package bind

import (
	"github.com/conshelf/conshelf/kql/diag"
	"github.com/conshelf/conshelf/kql/plan"
	"github.com/conshelf/conshelf/kql/syntax"
	"github.com/conshelf/conshelf/kql/types"
)

// topHitters binds top-hitters n of key [by expr]: the keys with the most rows,
// or the greatest sums. Kusto estimates both; here they are counted. Of keys
// that are equal in this, the greater come first.
func (b *binder) topHitters(in *relation, op *syntax.TopHitters) *relation {
	r, taken := in.rows(), make(names)
	list := b.splitNames([]syntax.Expr{op.Of})
	b.reserveNames(list, taken)
	keys := b.groupKeys(list, r, taken)
	call := &plan.AggCall{Func: "count", Type: types.Long, Span: b.span(op)}
	name := "approximate_count_" + b.nameOf(unnamed(op.Of))
	if op.By != nil {
		call, name = b.hitterSum(unnamed(op.By), r), "approximate_sum_"+b.nameOf(unnamed(op.By))
	}
	if len(list) == 0 || in.open || call == nil || len(keys) == 0 || anyUnknown(keys[0].Expr) {
		return broken()
	}
	if n, ok := op.By.(*syntax.Named); ok && len(n.Names) == 1 {
		name = n.Names[0].Text
	}
	counted := &plan.Aggregate{Input: in.rel, Keys: keys, Aggs: []plan.Agg{{Name: name, Call: call}}, Grouped: true}
	sorted := &plan.Sort{Input: counted, Keys: []plan.SortKey{
		{Expr: &plan.Col{Index: 1, T: call.Type}, Desc: true},
		{Expr: &plan.Col{Index: 0, T: keys[0].Expr.Type()}, Desc: true},
	}}
	return unordered(b.limit(&relation{rel: sorted}, op.N))
}

// hitterSum is sum(x), or nil after a report.
func (b *binder) hitterSum(x syntax.Expr, r *rows) *plan.AggCall {
	value := b.expr(x, r)
	if anyUnknown(value) {
		return nil
	}
	f := b.builtin("sum")
	s := choose(f, []plan.Expr{value})
	if s == nil {
		b.report(x, diag.TypeMismatch, "a sum is of numbers or timespans, not of a "+value.Type().String(), "")
		return nil
	}
	call := apply(f, s, []plan.Expr{value})
	return &plan.AggCall{Func: call.Func, Args: call.Args, Type: call.T, Span: b.span(x)}
}

package bind

import (
	"github.com/conshelf/conshelf/kql/diag"
	"github.com/conshelf/conshelf/kql/plan"
	"github.com/conshelf/conshelf/kql/syntax"
	"github.com/conshelf/conshelf/kql/types"
)

// inRange returns make-series … in range(a, b, c) with its bounds where from, to
// and step have them; nil after a report.
func (b *binder) inRange(op *syntax.MakeSeries) *syntax.MakeSeries {
	call, ok := op.In.(*syntax.Call)
	if !ok || len(call.Args) != 3 {
		b.report(op.In, diag.ArgumentCount, "in range takes a start, an end and a step", "")
		return nil
	}
	c := *op
	c.From, c.To, c.Step = call.Args[0], call.Args[1], call.Args[2]
	return &c
}

// rangeBins makes the bins those of in range(a, b, c): multiples of the step,
// from the bin of a to that of b, which belongs to the series. Rows before a
// and after b do not count.
func rangeBins(node *plan.MakeSeries) {
	node.Input = &plan.Filter{Input: node.Input, Cond: andAlso(
		axisCall("isnotnull", types.Bool, node.Axis.Expr),
		andAlso(axisCall(">=", types.Bool, node.Axis.Expr, node.From), axisCall("<=", types.Bool, node.Axis.Expr, node.To)))}
	t := node.From.Type()
	node.From = axisCall("bin", t, node.From, node.Step)
	node.To = axisCall("+", t, axisCall("bin", t, node.To, node.Step), node.Step)
}

// aggregateFirst computes the aggregates of each bin below the series, and
// what stands between them; the series then takes the one row of each bin.
func aggregateFirst(node *plan.MakeSeries, agg *aggregation, outputs []plan.Named) {
	axis := node.Axis.Expr
	cond := axisCall("isnotnull", types.Bool, axis)
	bin := axisCall("bin", axis.Type(), axis, node.Step)
	if node.From != nil {
		cond = andAlso(cond, axisCall(">=", types.Bool, axis, node.From))
		bin = axisCall("bin_at", axis.Type(), axis, node.Step, node.From)
	}
	if node.To != nil {
		cond = andAlso(cond, axisCall("<", types.Bool, axis, node.To))
	}
	keys := append(node.Keys[:len(node.Keys):len(node.Keys)], plan.Named{Name: "$bin", Expr: bin})
	bins := &plan.Aggregate{Input: &plan.Filter{Input: node.Input, Cond: cond}, Keys: keys, Aggs: agg.aggs, Grouped: true}
	cols := bins.Columns()
	node.Input = &plan.Project{Input: bins, Cols: append(keepAll(cols[:len(keys)]), outputs...)}
	for i, k := range node.Keys {
		node.Keys[i].Expr = &plan.Col{Index: i, T: k.Expr.Type(), At: k.Expr.Span()}
	}
	node.Axis.Expr = &plan.Col{Index: len(keys) - 1, T: axis.Type(), At: axis.Span()}
	for i, o := range outputs {
		value := &plan.Col{Index: len(keys) + i, T: o.Expr.Type(), At: o.Expr.Span()}
		node.Aggs[i].Call = &plan.AggCall{Func: "take_any", Args: []plan.Expr{value}, Type: value.T, Span: value.At}
	}
}

func andAlso(x, y plan.Expr) plan.Expr {
	return &plan.Call{Func: "and", Args: []plan.Expr{x, y}, T: types.Bool, At: x.Span()}
}

func axisCall(name string, t types.Scalar, args ...plan.Expr) plan.Expr {
	return &plan.Call{Func: name, Args: args, T: t, At: args[0].Span()}
}

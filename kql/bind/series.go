package bind

import (
	"github.com/conshelf/conshelf/kql/diag"
	"github.com/conshelf/conshelf/kql/plan"
	"github.com/conshelf/conshelf/kql/syntax"
	"github.com/conshelf/conshelf/kql/types"
)

// makeSeries binds make-series: an array of each aggregate over the bins of an
// axis, for each key.
func (b *binder) makeSeries(in *relation, op *syntax.MakeSeries) *relation {
	r := in.rows()
	ranged := op.In != nil
	if ranged {
		if op = b.inRange(op); op == nil {
			return broken()
		}
	}
	node := &plan.MakeSeries{Input: in.rel, NonEmpty: b.nonEmpty(op.Props)}
	taken := make(names)
	by := b.splitNames(op.By)
	b.reserveNames(by, taken)
	for _, a := range op.Aggs {
		b.reserveAggregateNames([]syntax.Expr{a.X}, taken)
	}
	node.Keys = b.groupKeys(by, r, taken)
	agg := &aggregation{rows: r, keys: len(node.Keys) + 1}
	outputs, ok := b.seriesAggs(op, node, &rows{aggs: agg, open: r.open}, taken)
	ok = b.axis(op, node, r, taken) && ok
	if in.open || !ok {
		return broken()
	}
	if ranged {
		rangeBins(node)
	}
	if !direct(outputs, agg) {
		aggregateFirst(node, agg, outputs)
	} else {
		for i, a := range agg.aggs {
			node.Aggs[i].Call = a.Call
		}
	}
	node.Cols = seriesColumns(node)
	return &relation{rel: node}
}

func (b *binder) nonEmpty(props []*syntax.Property) bool {
	for _, p := range props {
		if p.Name.Text != "kind" {
			continue
		}
		if valueText(p.Value) == "nonempty" {
			return true
		}
		b.report(p, diag.UnexpectedText, "there is no make-series kind="+valueText(p.Value), "it is nonempty")
	}
	return false
}

// seriesAggs binds the aggregates and what stands between them, and what fills
// a bin without rows: 0 if nothing is said, in the type of the series.
func (b *binder) seriesAggs(op *syntax.MakeSeries, node *plan.MakeSeries, between *rows, taken names) (outputs []plan.Named, ok bool) {
	ok = true
	for _, a := range op.Aggs {
		list := b.splitNames([]syntax.Expr{a.X})
		if len(list) != 1 || list[0].part != nil {
			b.refuse(a, "several columns of one series", "compute on the series afterwards")
			return nil, false
		}
		fill := b.constant(a, types.NewLong(0))
		if a.Default != nil {
			fill = b.expr(a.Default, noRows())
		}
		value := b.expr(list[0].x, between)
		if fill.Type() == types.Long && (value.Type() == types.Real || value.Type() == types.Decimal) {
			fill = convert(fill, value.Type())
		}
		name := b.resultName(list[0], between.aggs.rows, taken, false)
		node.Aggs = append(node.Aggs, plan.SeriesAgg{Name: name, Default: fill})
		outputs = append(outputs, plan.Named{Name: name, Expr: value})
		ok = ok && !anyUnknown(fill, value)
	}
	return outputs, ok
}

// axis binds on, from, to and step.
func (b *binder) axis(op *syntax.MakeSeries, node *plan.MakeSeries, r *rows, taken names) bool {
	list := b.splitNames([]syntax.Expr{op.On})
	if len(list) == 0 || op.Step == nil {
		return false
	}
	e := b.expr(list[0].x, r)
	node.Axis = plan.Named{Name: b.resultName(list[0], r, taken, false), Expr: e}
	step := b.expr(op.Step, noRows())
	if anyUnknown(e, step) {
		return false
	}
	bound, width := e.Type(), e.Type()
	switch bound {
	case types.DateTime:
		width = types.TimeSpan
	case types.TimeSpan, types.Long, types.Real:
	case types.Int:
		bound, width = types.Long, types.Long
		node.Axis.Expr = convert(e, types.Long)
	case types.Unknown, types.Bool, types.Decimal, types.String, types.GUID, types.Dynamic:
		b.report(op.On, diag.TypeMismatch, "an axis is a datetime, a timespan or a number, not a "+bound.String(), "")
		return false
	}
	var ok, okFrom, okTo bool
	node.Step, ok = b.axisValue(op.Step, step, width)
	node.From, okFrom = b.axisBound(op.From, bound)
	node.To, okTo = b.axisBound(op.To, bound)
	return ok && okFrom && okTo
}

func (b *binder) axisBound(x syntax.Expr, t types.Scalar) (plan.Expr, bool) {
	if x == nil {
		return nil, true
	}
	return b.axisValue(x, b.expr(x, noRows()), t)
}

// axisValue converts a bound or a step to the type it must have.
func (b *binder) axisValue(x syntax.Expr, e plan.Expr, t types.Scalar) (plan.Expr, bool) {
	if e.Type() == types.Unknown {
		return e, false
	}
	if conversionCost(e.Type(), t, false) == impossible {
		b.report(x, diag.TypeMismatch, "a "+t.String()+" is expected here, not a "+e.Type().String(), "")
		return e, false
	}
	return convert(e, t), true
}

// seriesColumns are the keys, the series and the axis.
func seriesColumns(node *plan.MakeSeries) []types.Column {
	var cols []types.Column
	for _, k := range node.Keys {
		cols = append(cols, types.Column{Name: k.Name, Type: k.Expr.Type()})
	}
	for _, a := range node.Aggs {
		cols = append(cols, types.Column{Name: a.Name, Type: types.Dynamic})
	}
	return append(cols, types.Column{Name: node.Axis.Name, Type: types.Dynamic})
}

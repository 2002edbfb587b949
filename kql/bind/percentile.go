package bind

import (
	"github.com/conshelf/conshelf/kql/builtin"
	"github.com/conshelf/conshelf/kql/diag"
	"github.com/conshelf/conshelf/kql/plan"
	"github.com/conshelf/conshelf/kql/syntax"
	"github.com/conshelf/conshelf/kql/types"
)

// weightedPercentiles binds percentilesw(x, weight, 5, 95) as one percentilew
// for each rank.
func (b *binder) weightedPercentiles(x *syntax.Call, f *builtin.Function, written []*syntax.Name, between *rows, taken names) []plan.Named {
	args := b.exprs(x.Args, between.aggs.rows)
	if !b.countArgs(x, f, len(args)) || anyUnknown(args...) {
		return nil
	}
	var outputs []plan.Named
	for i, rank := range args[2:] {
		call := b.weightedPercentile(x, args[0], args[1], rank)
		if call == nil {
			return nil
		}
		name := ""
		if i < len(written) {
			name = written[i].Text
		} else {
			name = taken.unique("percentile_" + b.nameOf(x.Args[0]) + "_" + rankText(rank))
		}
		outputs = append(outputs, plan.Named{Name: name, Expr: between.aggs.add(call)})
	}
	return outputs
}

// weightedPercentile builds percentilew(value, weight, rank).
func (b *binder) weightedPercentile(x *syntax.Call, value, weight, rank plan.Expr) *plan.AggCall {
	call := b.percentile(x, value, rank)
	if call == nil {
		return nil
	}
	if !weight.Type().Integral() {
		b.report(x.Args[1], diag.TypeMismatch, "a weight is a whole number, not a "+weight.Type().String(), "write tolong(…)")
		return nil
	}
	call.Func, call.Args = "percentilew", []plan.Expr{value, convert(weight, types.Long), call.Args[1]}
	return call
}

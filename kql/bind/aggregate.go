package bind

import (
	"github.com/conshelf/conshelf/kql/builtin"
	"github.com/conshelf/conshelf/kql/diag"
	"github.com/conshelf/conshelf/kql/plan"
	"github.com/conshelf/conshelf/kql/syntax"
	"github.com/conshelf/conshelf/kql/types"
)

// legacyLimit is how many values makelist and makeset keep.
const legacyLimit = 128

// aggregateCall binds an aggregate, between others or alone.
func (b *binder) aggregateCall(x *syntax.Call, f *builtin.Function, r *rows) plan.Expr {
	if r.aggs == nil {
		b.report(x, diag.TypeMismatch, "the aggregate "+x.Func.Text+" stands outside summarize", aggregateHint(f))
		return b.failed(x)
	}
	call := b.aggCall(x, f, r.aggs.rows)
	if call == nil {
		return b.failed(x)
	}
	return r.aggs.add(call)
}

func aggregateHint(f *builtin.Function) string {
	switch f.Name {
	case "max":
		return "write max_of(…) for the greatest of several values"
	case "min":
		return "write min_of(…) for the least of several values"
	}
	return "write | summarize " + f.Name + "(…)"
}

// aggCall binds a call of an aggregate that gives one column, about rows r. It
// returns nil after a report.
func (b *binder) aggCall(x *syntax.Call, f *builtin.Function, r *rows) *plan.AggCall {
	if f.Name == "arg_max" || f.Name == "arg_min" || f.Name == "percentiles" || f.Name == "percentilesw" {
		b.refuse(x, x.Func.Text+" inside an expression", "name its columns first, and compute with extend")
		return nil
	}
	args := b.exprs(x.Args, r)
	if !b.countArgs(x, f, len(args)) || anyUnknown(args...) {
		if draft := b.draft(x, f, args); draft.Type() != types.Unknown {
			return &plan.AggCall{Func: f.Name, Args: args, Type: draft.Type(), Span: b.span(x)}
		}
		return nil
	}
	if f.Name == "percentile" && len(args) == 2 {
		return b.percentile(x, args[0], args[1])
	}
	if f.Name == "percentilew" {
		return b.weightedPercentile(x, args[0], args[1], args[2])
	}
	if len(args) == 1 && (x.Func.Text == "makelist" || x.Func.Text == "makeset") {
		args = append(args, b.constant(x, types.NewLong(legacyLimit)))
	}
	s := choose(f, args)
	if s == nil {
		b.wrongArguments(x, f, args)
		return nil
	}
	call := apply(f, s, args)
	return &plan.AggCall{Func: call.Func, Args: call.Args, Type: call.T, Span: b.span(x)}
}

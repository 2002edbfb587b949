package bind

import (
	"strings"

	"github.com/conshelf/conshelf/kql/diag"
	"github.com/conshelf/conshelf/kql/plan"
	"github.com/conshelf/conshelf/kql/syntax"
	"github.com/conshelf/conshelf/kql/types"
)

// A metric is a plugin that counts ids along a timeline: name(id, timeline,
// parameters…, dimensions…).
type metric struct {
	// params are the constants after the timeline: i an instant of it, s a
	// length of it, n a whole number. A capital letter may be left out.
	params string
	// times are the columns of the timeline, whose name $ stands for. Before and
	// after are the columns around the dimensions.
	times, before, after string
	// table tells that a table may come last.
	table bool
}

func metrics() map[string]metric {
	return map[string]metric{
		"active_users_count":      {params: "iissns", times: "$", after: "dcount:long"},
		"activity_counts_metrics": {params: "iis", times: "$", after: "count:long dcount:long new_dcount:long aggregated_dcount:long"},
		"activity_engagement": {
			params: "IIss", times: "$",
			before: "dcount_activities_inner:long dcount_activities_outer:long activity_ratio:real",
		},
		"activity_metrics": {
			params: "IIs", times: "$",
			before: "dcount_values:long dcount_newvalues:long retention_rate:real churn_rate:real",
		},
		"new_activity_metrics": {
			params: "iisI", times: "from_$ to_$",
			before: "dcount_new_values:long dcount_retained_values:long dcount_churn_values:long retention_rate:real churn_rate:real",
			table:  true,
		},
		"session_count":         {params: "iiss", times: "$", after: "count_sessions:long"},
		"sliding_window_counts": {params: "iiss", times: "$", after: "Count:long Dcount:long"},
	}
}

// metric binds a plugin that counts ids along a timeline. The procedure reads
// the id, the timeline and the dimensions.
func (p *pluginCall) metric(name string, m metric) *relation {
	if len(p.args) < 2 {
		p.b.report(p.op, diag.ArgumentCount, name+" needs a column of ids and one of times", "")
		return broken()
	}
	id, timeline := p.b.expr(p.args[0], p.rows), p.b.expr(p.args[1], p.rows)
	if anyUnknown(id, timeline) {
		return broken()
	}
	if !p.isTimeline(p.args[1], timeline) {
		return broken()
	}
	rest := p.args[2:]
	if m.table && len(rest) > 0 && p.b.isTabular(rest[len(rest)-1], p.rows) {
		p.b.table(rest[len(rest)-1])
		rest = rest[:len(rest)-1]
	}
	constants, rest, ok := p.metricParams(m.params, timeline.Type(), rest)
	cols := []plan.Named{{Name: "$id", Expr: id}, {Name: "$time", Expr: timeline}}
	var dims []types.Column
	for _, x := range rest {
		e := p.b.expr(x, p.rows)
		ok = ok && e.Type() != types.Unknown
		dims = append(dims, types.Column{Name: p.b.nameOf(x), Type: e.Type()})
		cols = append(cols, plan.Named{Name: "$dim" + decimalText(len(dims)), Expr: e})
	}
	out := p.metricColumns(m, timeline.Type(), dims)
	if !ok {
		return p.b.unread(out, false)
	}
	return p.node(name, &plan.Project{Input: p.in.rel, Cols: cols}, out, constants...)
}

// isTimeline reports a timeline that is not of times or whole numbers.
func (p *pluginCall) isTimeline(x syntax.Expr, e plan.Expr) bool {
	switch e.Type() {
	case types.DateTime, types.TimeSpan, types.Int, types.Long:
		return true
	case types.Unknown, types.Bool, types.Real, types.Decimal, types.String, types.GUID, types.Dynamic:
	}
	p.b.report(x, diag.TypeMismatch, "a timeline is of type datetime, timespan or long, not "+e.Type().String(), "")
	return false
}

// metricColumns are the columns of the result, which have names of their own.
func (p *pluginCall) metricColumns(m metric, timeline types.Scalar, dims []types.Column) []types.Column {
	name := p.b.nameOf(p.args[1])
	var cols []types.Column
	for _, field := range strings.Fields(m.times) {
		cols = append(cols, types.Column{Name: strings.ReplaceAll(field, "$", name), Type: timeline})
	}
	cols = append(cols, schemaOf(m.before)...)
	cols = append(cols, dims...)
	return append(cols, schemaOf(m.after)...)
}

// metricParams binds the constants after the timeline, and returns what is
// left. One that may be left out is there if its type says so.
func (p *pluginCall) metricParams(params string, timeline types.Scalar, rest []syntax.Expr) ([]plan.Expr, []syntax.Expr, bool) {
	length := timeline
	if timeline == types.DateTime {
		length = types.TimeSpan
	}
	all := true
	var constants []plan.Expr
	for i, letter := range params {
		t := types.Long
		switch letter {
		case 'i', 'I':
			t = timeline
		case 's':
			t = length
		}
		if len(rest) == 0 || letter == 'I' && !p.isGiven(rest[0], t, len(rest) > len(params)-i-1) {
			if letter != 'I' {
				p.b.report(p.op, diag.ArgumentCount, p.op.Call.Func.Text+" has too few arguments", "")
				return constants, nil, false
			}
			constants = append(constants, &plan.Const{Value: types.Null(t)})
			continue
		}
		e, ok := p.constant(rest[0], t)
		all = all && ok
		constants = append(constants, e)
		rest = rest[1:]
	}
	return constants, rest, all
}

// isGiven tells whether an argument is the instant that may stand there.
func (p *pluginCall) isGiven(x syntax.Expr, t types.Scalar, enough bool) bool {
	before, failures := p.b.list, p.b.failures
	e := p.b.expr(x, noRows())
	p.b.list, p.b.failures = before, failures
	_, constant := constantOf(e)
	return constant && (e.Type() == t || t.Numeric() && e.Type().Numeric() && enough)
}

// rollingPercentile binds rolling_percentile(value, percentile, index, bin
// size, bins [, dimensions]).
func (p *pluginCall) rollingPercentile() *relation {
	if len(p.args) < 5 {
		p.b.report(p.op, diag.ArgumentCount, "rolling_percentile needs a value, a percentile, an index, the size of its bins and how many are in a window", "")
		return broken()
	}
	value, index := p.b.expr(p.args[0], p.rows), p.b.expr(p.args[2], p.rows)
	if anyUnknown(value, index) {
		return broken()
	}
	if !p.isTimeline(p.args[2], index) {
		return broken()
	}
	if t := value.Type(); !t.Numeric() && t != types.DateTime && t != types.TimeSpan || t == types.Decimal {
		p.b.report(p.args[0], diag.TypeMismatch, "a percentile is of numbers or times, not of a "+t.String(), "")
		return broken()
	}
	length := index.Type()
	if length == types.DateTime {
		length = types.TimeSpan
	}
	percentile, ok := p.constant(p.args[1], types.Real)
	size, okSize := p.constant(p.args[3], length)
	bins, okBins := p.constant(p.args[4], types.Long)
	cols := []plan.Named{{Name: "$value", Expr: value}, {Name: "$index", Expr: index}}
	out := []types.Column{{Name: p.b.nameOf(p.args[2]), Type: index.Type()}}
	for _, x := range p.args[5:] {
		e := p.b.expr(x, p.rows)
		ok = ok && e.Type() != types.Unknown
		cols = append(cols, plan.Named{Name: "$dim" + decimalText(len(cols)), Expr: e})
		out = append(out, types.Column{Name: p.b.nameOf(x), Type: e.Type()})
	}
	n, _ := constantOf(bins)
	rank, _ := constantOf(percentile)
	name := "rolling_" + n.String() + "_percentile_" + p.b.nameOf(p.args[0]) + "_" + strings.ReplaceAll(rank.String(), ".", "_")
	out = append(out, types.Column{Name: name, Type: value.Type()})
	if !ok || !okSize || !okBins {
		return p.b.unread(out, false)
	}
	return p.node("rolling_percentile", &plan.Project{Input: p.in.rel, Cols: cols}, out, percentile, size, bins)
}

// reduce binds reduce by, which groups texts by what they have in common.
func (b *binder) reduce(in *relation, op *syntax.Reduce) *relation {
	for _, p := range op.Props {
		if p.Name.Text == "kind" {
			b.refuse(p, "reduce kind="+valueText(p.Value), "")
		}
	}
	by := op.By
	if n, ok := by.(*syntax.Named); ok {
		by = n.X
	}
	e := b.expr(by, in.rows())
	cols := schemaOf("Pattern:string Count:long Representative:string")
	if in.open || e.Type() == types.Unknown {
		return b.unread(cols, false)
	}
	input := &plan.Project{Input: in.rel, Cols: []plan.Named{{Name: "$text", Expr: e}}}
	return &relation{rel: &plan.Plugin{Name: "$reduce", Input: input, Cols: cols, Span: b.span(op)}}
}

package bind

import (
	"fmt"
	"slices"
	"strings"

	"github.com/conshelf/conshelf/kql/builtin"
	"github.com/conshelf/conshelf/kql/diag"
	"github.com/conshelf/conshelf/kql/plan"
	"github.com/conshelf/conshelf/kql/syntax"
	"github.com/conshelf/conshelf/kql/types"
)

// aggregation collects the aggregates of a summarize. An expression between
// aggregates refers to them as columns of the Aggregate node, after its keys.
type aggregation struct {
	rows *rows // what the aggregates are about
	keys int
	aggs []plan.Agg
	star bool // an aggregate is of every column
}

// add adds an aggregate, and returns it as a column.
func (a *aggregation) add(call *plan.AggCall) *plan.Col {
	a.aggs = append(a.aggs, plan.Agg{Name: fmt.Sprintf("$%d", len(a.aggs)), Call: call})
	return &plan.Col{Index: a.keys + len(a.aggs) - 1, T: call.Type, At: call.Span}
}

// summarize binds summarize aggs by keys.
func (b *binder) summarize(in *relation, op *syntax.Summarize) *relation {
	r := in.rows()
	taken := make(names)
	by := b.splitNames(op.By)
	b.reserveNames(by, taken)
	keys := b.groupKeys(by, r, taken)
	written := b.aggregateNames(op.Aggs, by, taken)
	agg := &aggregation{rows: r, keys: len(keys)}
	between := &rows{aggs: agg, open: r.open}
	var outputs []plan.Named
	for _, x := range written {
		outputs = append(outputs, b.aggregateColumns(x, by, between, taken)...)
	}
	if len(keys) == 0 && len(outputs) == 0 && !b.list.HasErrors() {
		b.report(op, diag.Expected, "summarize needs an aggregate, or by and a key", "")
	}
	out := &relation{rel: aggregateNode(in.rel, keys, agg, outputs, op.HasBy)}
	out.open = in.open && agg.star
	return out.afresh()
}

// groupKeys binds the expressions after by.
func (b *binder) groupKeys(by []namedExpr, r *rows, taken names) []plan.Named {
	keys := make([]plan.Named, 0, len(by))
	for _, e := range by {
		key := b.scalarKey(e.x, r)
		keys = append(keys, plan.Named{Name: b.resultName(e, r, taken, false), Expr: key})
	}
	return keys
}

// aggregateNames takes the names that were written for aggregates, and returns
// the aggregates with the names that they get. A name that a key was given, or
// that a column has which is a key, is an error; one that a key got from what it
// computes, as bin(t, 1h) gets t, gives the aggregate a number.
func (b *binder) aggregateNames(aggs []syntax.Expr, by []namedExpr, taken names) []syntax.Expr {
	declared := make(names)
	for _, e := range by {
		if plain, ok := e.x.(*syntax.Name); ok && e.name == nil {
			declared[plain.Text] = true
		} else if e.name != nil {
			declared[e.name.Text] = true
		}
	}
	list := slices.Clone(aggs)
	for i, x := range aggs {
		n, ok := x.(*syntax.Named)
		if !ok {
			continue
		}
		renamed := *n
		renamed.Names = slices.Clone(n.Names)
		for k, name := range n.Names {
			if declared[name.Text] {
				b.duplicate(name, name.Text)
			}
			declared[name.Text] = true
			numbered := *name
			numbered.Text = taken.unique(name.Text)
			renamed.Names[k] = &numbered
		}
		list[i] = &renamed
	}
	return list
}

// reserveAggregateNames takes the names that were written for aggregates.
func (b *binder) reserveAggregateNames(list []syntax.Expr, taken names) {
	for _, x := range list {
		n, ok := x.(*syntax.Named)
		if !ok {
			continue
		}
		for _, name := range n.Names {
			if taken[name.Text] {
				b.duplicate(name, name.Text)
			}
			taken[name.Text] = true
		}
	}
}

// aggregateNode builds an Aggregate; a Project above it computes what stands
// between the aggregates.
func aggregateNode(in plan.Rel, keys []plan.Named, agg *aggregation, outputs []plan.Named, grouped bool) plan.Rel {
	node := &plan.Aggregate{Input: in, Keys: keys, Aggs: agg.aggs, Grouped: grouped}
	if direct(outputs, agg) {
		for i := range outputs {
			node.Aggs[i].Name = outputs[i].Name
		}
		return node
	}
	cols := keepAll(node.Columns()[:len(keys)])
	return &plan.Project{Input: node, Cols: append(cols, outputs...)}
}

// direct tells whether the outputs are the aggregates, one by one.
func direct(outputs []plan.Named, agg *aggregation) bool {
	if len(outputs) != len(agg.aggs) {
		return false
	}
	for i, o := range outputs {
		if col, ok := o.Expr.(*plan.Col); !ok || col.Index != agg.keys+i {
			return false
		}
	}
	return true
}

// aggregateColumns binds one expression of summarize, which may give several
// columns.
func (b *binder) aggregateColumns(x syntax.Expr, by []namedExpr, between *rows, taken names) []plan.Named {
	var written []*syntax.Name
	if n, ok := x.(*syntax.Named); ok {
		written, x = n.Names, n.X
	}
	if call, f := b.severalColumns(x); f != nil {
		return b.expandAggregate(call, f, written, by, between, taken)
	}
	var cols []plan.Named
	for _, e := range b.parts(x, written) {
		value := b.value(e, between)
		cols = append(cols, plan.Named{Name: b.resultName(e, between.aggs.rows, taken, false), Expr: value})
	}
	return cols
}

// severalColumns returns the call of an aggregate that gives several columns.
func (b *binder) severalColumns(x syntax.Expr) (*syntax.Call, *builtin.Function) {
	call, ok := unparen(x).(*syntax.Call)
	if !ok || b.userFunction(call.Func.Text) != nil {
		return nil, nil
	}
	f, ok := builtin.Lookup(call.Func.Text)
	if !ok {
		return nil, nil
	}
	switch f.Name {
	case "arg_max", "arg_min", "take_any", "percentiles", "percentilesw":
		return call, f
	}
	return nil, nil
}

// expandAggregate binds arg_max, arg_min, take_any and percentiles.
func (b *binder) expandAggregate(x *syntax.Call, f *builtin.Function, written []*syntax.Name, by []namedExpr, between *rows, taken names) []plan.Named {
	if len(x.Args) == 0 {
		b.report(x, diag.ArgumentCount, x.Func.Text+" needs an argument", "")
		return nil
	}
	if f.Name == "percentiles" {
		return b.percentiles(x, f, written, between, taken)
	}
	if f.Name == "percentilesw" {
		return b.weightedPercentiles(x, f, written, between, taken)
	}
	e := &expansion{b: b, call: x, f: f, written: written, between: between, taken: taken}
	if f.Name != "take_any" {
		e.by = b.expr(x.Args[0], between.aggs.rows)
		if e.by.Type() == types.Dynamic {
			b.report(x.Args[0], diag.NotSummarizable, "a dynamic value has no order", "convert it to the type it has")
			e.by = b.failed(x.Args[0])
		}
		e.add(x.Args[0], e.by)
	}
	for i, a := range x.Args {
		star, isStar := a.(*syntax.Wildcard)
		switch {
		case isStar:
			e.addStar(star, by)
		case i > 0 || f.Name == "take_any":
			e.add(a, b.expr(a, between.aggs.rows))
		}
	}
	return e.outputs
}

// expansion turns an aggregate of several columns into one call for each.
type expansion struct {
	b       *binder
	call    *syntax.Call
	f       *builtin.Function
	written []*syntax.Name
	by      plan.Expr // nil for take_any
	between *rows
	taken   names
	outputs []plan.Named
}

// add adds the column of an argument.
func (e *expansion) add(x syntax.Expr, value plan.Expr) {
	if value.Type() == types.Unknown && !e.between.open {
		return
	}
	name := ""
	if n := len(e.outputs); n < len(e.written) {
		name = e.written[n].Text
	} else {
		name = e.nameFor(x)
	}
	e.addNamed(name, value, x)
}

func (e *expansion) addNamed(name string, value plan.Expr, at syntax.Node) {
	if value.Type() == types.Unknown {
		e.outputs = append(e.outputs, plan.Named{Name: name, Expr: value})
		return
	}
	call := &plan.AggCall{Func: e.f.Name, Args: []plan.Expr{value}, By: e.by, Type: value.Type(), Span: e.b.span(at)}
	e.outputs = append(e.outputs, plan.Named{Name: name, Expr: e.between.aggs.add(call)})
}

// nameFor names a column: as its expression, or with the prefix of the old
// spellings: argmax(t, b) gives max_t and max_t_b, any(a) gives any_a.
func (e *expansion) nameFor(x syntax.Expr) string {
	name := e.b.nameOf(x)
	if e.f.Column == builtin.PrefixedArg {
		name = strings.TrimSuffix(prefixOf(e.f)+"_"+name, "_")
		if first := e.b.nameOf(e.call.Args[0]); e.by != nil && len(e.outputs) > 0 {
			name = prefixOf(e.f) + "_" + first + "_" + e.b.nameOf(x)
		}
	}
	if name == "" {
		return e.taken.fresh(e.between.aggs.rows)
	}
	return e.taken.unique(name)
}

// addStar adds every column that is neither a key nor what is maximised.
func (e *expansion) addStar(star *syntax.Wildcard, by []namedExpr) {
	skip := make(names)
	for _, key := range by {
		if plain, ok := key.x.(*syntax.Name); ok {
			skip[plain.Text] = true
		}
	}
	if plain, ok := e.call.Args[0].(*syntax.Name); ok && e.by != nil {
		skip[plain.Text] = true
	}
	e.between.aggs.star = true
	r := e.between.aggs.rows
	for i, c := range r.cols {
		if skip[c.Name] || c.Type == types.Unknown && !r.open {
			continue
		}
		name := c.Name
		if n := len(e.outputs); n < len(e.written) {
			name = e.written[n].Text
		} else {
			name = e.taken.unique(name)
		}
		e.addNamed(name, &plan.Col{Index: i, T: c.Type, At: e.b.span(star)}, star)
	}
}

// percentiles binds percentiles(x, 5, 95) as one percentile for each.
func (b *binder) percentiles(x *syntax.Call, f *builtin.Function, written []*syntax.Name, between *rows, taken names) []plan.Named {
	args := b.exprs(x.Args, between.aggs.rows)
	if !b.countArgs(x, f, len(args)) || anyUnknown(args...) {
		return nil
	}
	var outputs []plan.Named
	for i, rank := range args[1:] {
		name := ""
		if i < len(written) {
			name = written[i].Text
		} else {
			name = taken.unique("percentile_" + b.nameOf(x.Args[0]) + "_" + rankText(rank))
		}
		call := b.percentile(x, args[0], rank)
		if call == nil {
			return nil
		}
		outputs = append(outputs, plan.Named{Name: name, Expr: between.aggs.add(call)})
	}
	return outputs
}

// percentile builds percentile(value, rank); the rank is a constant.
func (b *binder) percentile(x *syntax.Call, value, rank plan.Expr) *plan.AggCall {
	v, ok := constantOf(rank)
	if !ok || !v.Type.Numeric() || value.Type() == types.Dynamic || value.Type() == types.String {
		b.report(x, diag.TypeMismatch, "a percentile is of numbers or times, and its rank is a constant number", "")
		return nil
	}
	return &plan.AggCall{
		Func: "percentile", Args: []plan.Expr{value, convert(rank, types.Real)}, Type: value.Type(), Span: b.span(x),
	}
}

// rankText is the rank in a column's name: 99.9 is 99_9.
func rankText(rank plan.Expr) string {
	v, _ := constantOf(rank)
	return strings.ReplaceAll(v.String(), ".", "_")
}

// count binds count [as name].
func (b *binder) count(in *relation, op *syntax.Count) *relation {
	name := "Count"
	if op.As != nil {
		name = op.As.Text
	}
	call := &plan.AggCall{Func: "count", Type: types.Long, Span: b.span(op)}
	return &relation{rel: &plan.Aggregate{Input: in.rel, Aggs: []plan.Agg{{Name: name, Call: call}}}}
}

// distinct binds distinct: an Aggregate of keys alone.
func (b *binder) distinct(in *relation, op *syntax.Distinct) *relation {
	r := in.rows()
	if len(op.Exprs) == 1 {
		if star, ok := op.Exprs[0].(*syntax.Wildcard); ok && star.Pattern == "*" {
			return in.with(&plan.Aggregate{Input: in.rel, Keys: keepAll(r.cols), Grouped: true})
		}
	}
	var plain []syntax.Expr
	for _, x := range op.Exprs {
		if star, ok := x.(*syntax.Wildcard); ok {
			b.refuse(star, "a pattern in distinct", "name the columns")
			continue
		}
		plain = append(plain, x)
	}
	list := b.splitNames(plain)
	taken := make(names)
	b.reserveNames(list, taken)
	return &relation{rel: &plan.Aggregate{Input: in.rel, Keys: b.groupKeys(list, r, taken), Grouped: true}}
}

// sampleDistinct binds sample-distinct n of expr.
func (b *binder) sampleDistinct(in *relation, op *syntax.SampleDistinct) *relation {
	list := b.splitNames([]syntax.Expr{op.Of})
	taken := make(names)
	b.reserveNames(list, taken)
	keys := b.groupKeys(list, in.rows(), taken)
	return b.limit(&relation{rel: &plan.Aggregate{Input: in.rel, Keys: keys, Grouped: true}}, op.N)
}

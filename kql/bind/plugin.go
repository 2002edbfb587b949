package bind

import (
	"strings"

	"github.com/conshelf/conshelf/kql/diag"
	"github.com/conshelf/conshelf/kql/plan"
	"github.com/conshelf/conshelf/kql/syntax"
	"github.com/conshelf/conshelf/kql/types"
)

// procedural binds a plugin that stays a call over all rows; false if its
// columns are not documented. An engine may still refuse it.
func (p *pluginCall) procedural(name string) (*relation, bool) {
	switch name {
	case "autocluster", "basket":
		return p.patterns(name, "SegmentId:long Count:long Percent:real", -1), true
	case "diffpatterns":
		return p.diffPatterns(), true
	case "diffpatterns_text":
		return p.fixed(name, "Count_of_True:long Count_of_False:long Percent_of_True:real Percent_of_False:real Pattern:string"), true
	case "dcount_intersect":
		return p.intersections(), true
	case "preview":
		return p.over(name, p.rows.cols), true
	case "rows_near":
		return p.rowsNear(), true
	case "rolling_percentile":
		return p.rollingPercentile(), true
	case "python", "r", "csharp":
		return p.program(name), true
	}
	if cols, ok := p.outline(name); ok {
		p.scalars(arguments(p.op.Call.Args))
		return p.over(name, cols), true
	}
	if m, ok := metrics()[name]; ok {
		return p.metric(name, m), true
	}
	switch {
	case !fetches(name):
		return nil, false
	case p.op.Schema != nil && !p.op.Schema.Star:
		return p.over(name, p.b.declaredColumns(p.op.Schema.Columns)), true
	}
	p.b.decline(p.op, diag.Unsupported, "evaluate "+name+" is not supported: nothing is fetched", "", types.Unknown)
	return broken(), true
}

// fetches tells whether a plugin asks a service: an engine refuses it, and
// what it would give is declared where it is called.
func fetches(name string) bool {
	return strings.HasSuffix(name, "_request") || name == "http_request_post"
}

// sourceEvaluate binds evaluate where no rows come before it.
func (b *binder) sourceEvaluate(op *syntax.Evaluate) *relation {
	if fetches(op.Call.Func.Text) {
		zero := &plan.Const{Value: types.NewLong(0)}
		row := &plan.Values{Cols: []types.Column{{Name: "$row", Type: types.Long}}, Rows: [][]plan.Expr{{zero}}}
		return b.evaluate(&relation{rel: row}, op)
	}
	b.refuse(op, "the operator "+operatorName(op), "write a table before it")
	return b.unreadAs(op.Schema)
}

// node is a call over rows of these columns.
func (p *pluginCall) node(name string, input plan.Rel, cols []types.Column, args ...plan.Expr) *relation {
	if p.in.open {
		return p.b.unread(cols, false)
	}
	return &relation{rel: &plan.Plugin{Name: name, Input: input, Args: args, Cols: cols, Span: p.b.span(p.op)}}
}

// over is a call over the rows as they are.
func (p *pluginCall) over(name string, cols []types.Column) *relation {
	return p.node(name, p.in.rel, cols)
}

// fixed is a call whose columns are always the same: name:type, ….
func (p *pluginCall) fixed(name, schema string) *relation {
	p.scalars(p.args)
	return p.over(name, schemaOf(schema))
}

// scalars binds arguments for what is wrong with them.
func (p *pluginCall) scalars(list []syntax.Expr) {
	for _, x := range list {
		p.b.expr(x, p.rows)
	}
}

// schemaOf reads a schema of ours.
func schemaOf(text string) []types.Column {
	var cols []types.Column
	for _, field := range strings.Fields(text) {
		name, kind, _ := strings.Cut(field, ":")
		t, ok := types.ParseScalar(kind)
		if !ok {
			panic("no type " + kind)
		}
		cols = append(cols, types.Column{Name: name, Type: t})
	}
	return cols
}

// patterns are segments of the rows: their counts, then a value for each of
// the input's columns but one.
func (p *pluginCall) patterns(name, schema string, without int) *relation {
	cols := schemaOf(schema)
	for i, c := range p.rows.cols {
		if i != without {
			cols = append(cols, c)
		}
	}
	for _, x := range p.args {
		// ~ stands for a default.
		if v, ok := x.(*syntax.Literal); !ok || v.Text != "~" {
			p.b.expr(x, p.rows)
		}
	}
	return p.over(name, cols)
}

func (p *pluginCall) diffPatterns() *relation {
	split := -1
	if len(p.args) < 3 {
		p.b.report(p.op, diag.ArgumentCount, "diffpatterns needs a column and two of its values", "")
		return broken()
	}
	if c, ok := p.column(p.args[0]); ok {
		split = c.Index
	}
	if p.b.env.Analyze {
		split = -1 // Microsoft's binder keeps the column that divides the rows
	}
	return p.patterns("diffpatterns", "SegmentId:long CountA:long CountB:long PercentA:real PercentB:real PercentDiffAB:real", split)
}

// intersections has a column for each estimate: s0, s1, ….
func (p *pluginCall) intersections() *relation {
	var cols []types.Column
	for i, x := range p.args {
		p.b.expr(x, p.rows)
		cols = append(cols, types.Column{Name: "s" + decimalText(i), Type: types.Long})
	}
	return p.over("dcount_intersect", cols)
}

// program is python(typeof(…), …) and r(typeof(…), …), whose first argument
// says what columns it gives.
func (p *pluginCall) program(name string) *relation {
	var schema *syntax.TypeOf
	if len(p.args) > 0 {
		schema, _ = p.args[0].(*syntax.TypeOf)
	}
	if schema == nil {
		p.b.report(p.op, diag.TypeMismatch, name+" needs typeof(…), the columns that it gives, first", "")
		return broken()
	}
	var cols []types.Column
	if schema.Star {
		cols = append(cols, p.rows.cols...)
	}
	return p.over(name, append(cols, p.b.declaredColumns(schema.Columns)...))
}

// rowsNear binds rows_near(condition, before [, after]).
func (p *pluginCall) rowsNear() *relation {
	if len(p.args) < 2 || len(p.args) > 3 {
		p.b.report(p.op, diag.ArgumentCount, "rows_near takes a condition and one or two numbers of rows", "")
		return p.over("rows_near", p.rows.cols)
	}
	if !p.in.open && !ordered(p.in.rel) {
		p.b.decline(p.op, diag.NeedsOrder, "rows_near needs rows in an order", "write | sort by … or | serialize right before", types.Unknown)
	}
	cond := p.b.condition(p.args[0], p.rows)
	before, ok := p.constant(p.args[1], types.Long)
	after := before
	if len(p.args) == 3 && ok {
		after, ok = p.constant(p.args[2], types.Long)
	}
	if !ok || anyUnknown(cond) {
		return p.b.unread(p.rows.cols, p.in.open)
	}
	input := &plan.Project{
		Input: &plan.Serialize{Input: p.in.rel},
		Cols:  append(keepAll(p.rows.cols), plan.Named{Name: "$near", Expr: cond}),
	}
	return p.node("rows_near", input, p.rows.cols, before, after)
}

// constant binds an argument that is a constant of type t.
func (p *pluginCall) constant(x syntax.Expr, t types.Scalar) (plan.Expr, bool) {
	e := p.b.expr(x, noRows())
	if e.Type() == types.Unknown {
		return e, false
	}
	if conversionCost(e.Type(), t, false) != impossible {
		if v, ok := constantOf(convert(e, t)); ok && v.Type == t && v.Valid {
			return p.b.constant(x, v), true
		}
	}
	p.b.decline(x, diag.TypeMismatch, p.op.Call.Func.Text+" takes a constant of type "+t.String()+" here", "", t)
	return e, false
}

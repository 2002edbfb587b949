package bind

import (
	"fmt"
	"strings"

	"github.com/conshelf/conshelf/kql/builtin"
	"github.com/conshelf/conshelf/kql/diag"
	"github.com/conshelf/conshelf/kql/plan"
	"github.com/conshelf/conshelf/kql/syntax"
	"github.com/conshelf/conshelf/kql/types"
)

// tabular binds a tabular expression, or one that gives a graph.
func (b *binder) tabular(x syntax.Expr) *relation {
	defer b.leave()
	if !b.enter(x) {
		return broken()
	}
	switch x := x.(type) {
	case *syntax.Paren:
		return b.tabular(x.X)
	case *syntax.Pipe:
		return b.pipe(x)
	case *syntax.Name:
		return b.tableName(x)
	case *syntax.Call:
		return b.tableCall(x)
	case *syntax.DataTable:
		return b.dataTable(x)
	case *syntax.ExternalData:
		return b.externalData(x)
	case *syntax.Path:
		if call, ok := x.X.(*syntax.Call); ok && x.Call == nil {
			if p, ok := b.patternCall(call, x.Name); ok {
				return b.matchTable(p, call, x.Name)
			}
		}
		return b.foreignTable(x)
	case *syntax.Foreign:
		return b.foreignRows(x)
	case *syntax.Named:
		return b.table(x.X)
	case *syntax.Wildcard:
		b.refuse(x, "a pattern of tables here", "write union "+x.Pattern)
		return broken()
	case *syntax.Literal, *syntax.Dynamic, *syntax.DynamicArray, *syntax.DynamicBag, *syntax.Unary, *syntax.Binary,
		*syntax.Between, *syntax.Membership, *syntax.Index, *syntax.TypeOf, *syntax.FunctionLiteral, *syntax.EntityGroup:
		b.report(x, diag.UnknownTable, "a scalar stands where a table is needed", "")
		return broken()
	}
	panic(x)
}

// pipe binds a source and the operators it flows through.
func (b *binder) pipe(x *syntax.Pipe) *relation {
	var t *relation
	if x.Source != nil {
		t = b.tabular(x.Source)
	}
	return b.operators(t, x.Ops)
}

// operators lets t flow through operators.
func (b *binder) operators(t *relation, ops []syntax.Operator) *relation {
	if len(ops) > maxSteps {
		b.report(ops[maxSteps], diag.TooComplex, fmt.Sprintf("a query has at most %d operators in a row", maxSteps), "")
		return broken()
	}
	t = t.afresh()
	for _, op := range ops {
		t = settled(b.operator(t, op))
		if n := len(t.rel.Columns()); n > maxColumns {
			b.report(op, diag.TooComplex, fmt.Sprintf("a table has at most %d columns, and this would have %d", maxColumns, n), "")
			return broken()
		}
	}
	return t
}

// tableName resolves the name of a table: a let, a table of the catalog, or a
// view.
func (b *binder) tableName(x *syntax.Name) *relation {
	if bound := b.scope.lookup(x.Text); bound != nil && bound.value == nil {
		b.use(bound)
		switch {
		case bound.table != nil:
			return bound.table
		case bound.fn == nil:
			b.report(x, diag.UnknownTable, x.Text+" is no table", "")
			return broken()
		}
		return b.view(x, bound.fn)
	}
	if table, ok := b.catalogTable(x.Text); ok {
		return &relation{rel: &plan.Scan{Table: table, Span: b.span(x)}}
	}
	if f := b.savedFunction(x.Text); f != nil {
		return b.view(x, f)
	}
	if bound := b.scope.lookup(x.Text); bound != nil {
		if !anyUnknown(bound.value) {
			b.report(x, diag.UnknownTable, x.Text+" is a scalar where a table is needed", "")
		}
		return broken()
	}
	if x.Text != "" {
		b.report(x, diag.UnknownTable, "no table is called "+x.Text, b.tableHint(x.Text))
	}
	return broken()
}

// view binds a function that is named without parentheses.
func (b *binder) view(x *syntax.Name, f *function) *relation {
	if !f.view() {
		b.report(x, diag.ArgumentCount, f.name+" needs arguments", "write "+f.name+"(…)")
		return broken()
	}
	return b.callTable(x, f, nil, nil)
}

// tableCall binds a call that gives a table.
func (b *binder) tableCall(x *syntax.Call) *relation {
	name := x.Func.Text
	if f := b.userFunction(name); f != nil {
		return b.callTable(x, f, argsOf(x), nil)
	}
	if p, ok := b.patternCall(x, nil); ok {
		return b.matchTable(p, x, nil)
	}
	switch name {
	case "materialize", "totable":
		return b.materialize(x)
	case "table":
		return b.tableFunction(x)
	}
	if t := b.externalCall(x); t != nil {
		return t
	}
	if f, ok := builtin.Lookup(name); ok && f.Kind != builtin.Infix {
		b.report(x, diag.UnknownTable, name+" returns a scalar where a table is needed", "")
		return broken()
	}
	b.unknownFunction(x, noRows())
	return broken()
}

// materialize binds materialize(query): the same rows wherever it is used.
func (b *binder) materialize(x *syntax.Call) *relation {
	if len(x.Args) != 1 {
		b.report(x, diag.ArgumentCount, x.Func.Text+" takes 1 argument", "")
		return broken()
	}
	return b.share(anonymous, b.table(x.Args[0]))
}

// tableFunction binds table("name").
func (b *binder) tableFunction(x *syntax.Call) *relation {
	if len(x.Args) == 1 || len(x.Args) == 2 { // the second says which of the data are in a cache
		name, ok := b.columnName(x.Args[0], noRows())
		if !ok {
			return broken()
		}
		if table, ok := b.tableOf(name); ok {
			return &relation{rel: &plan.Scan{Table: table, Span: b.span(x)}}
		}
		if _, given := unparen(x.Args[0]).(*syntax.Name); given && len(b.active) > 0 {
			b.decline(x, diag.UnknownTable, "no table is called "+name, b.tableHint(name), types.Unknown)
			return broken()
		}
		b.report(x, diag.UnknownTable, "no table is called "+name, b.tableHint(name))
		return broken()
	}
	b.report(x, diag.ArgumentCount, "table takes 1 argument", "")
	return broken()
}

// operator binds one operator over its input; in is nil if it is the first of
// a pipe that has no source.
func (b *binder) operator(in *relation, op syntax.Operator) *relation {
	if in == nil {
		return b.sourceOperator(op)
	}
	if reply, ok := b.graphOperator(in, op); ok {
		return reply
	}
	switch op := op.(type) {
	case *syntax.Where:
		return b.where(in, op)
	case *syntax.Extend:
		return b.extend(in, op.Exprs)
	case *syntax.Project:
		return b.project(in, op)
	case *syntax.ProjectAway:
		return b.projectAway(in, op)
	case *syntax.ProjectKeep:
		return b.projectKeep(in, op)
	case *syntax.ProjectRename:
		return b.projectRename(in, op)
	case *syntax.ProjectReorder:
		return b.projectReorder(in, op)
	case *syntax.Summarize:
		return b.summarize(in, op)
	case *syntax.Distinct:
		return b.distinct(in, op)
	case *syntax.Count:
		return b.count(in, op)
	case *syntax.Take:
		return b.limit(in, op.N)
	case *syntax.Sample:
		return b.limit(in, op.N)
	case *syntax.SampleDistinct:
		return b.sampleDistinct(in, op)
	case *syntax.Sort:
		return b.sort(in, op.Keys)
	case *syntax.Top:
		return b.limit(b.sort(in, op.Keys), op.N)
	case *syntax.Join:
		return b.join(in, op)
	case *syntax.Lookup:
		return b.lookup(in, op)
	case *syntax.Search:
		return b.search(in, op)
	case *syntax.Union:
		return b.union(in, op)
	case *syntax.MvExpand:
		return b.mvExpand(in, op)
	case *syntax.MvApply:
		return b.mvApply(in, op)
	case *syntax.Parse:
		return b.parse(in, op)
	case *syntax.MakeSeries:
		return b.makeSeries(in, op)
	case *syntax.Evaluate:
		return b.evaluate(in, op)
	case *syntax.Invoke:
		return b.invoke(in, op)
	case *syntax.As:
		return b.as(in, op)
	case *syntax.Serialize:
		return b.serialize(in, op)
	case *syntax.Render:
		return b.renderAs(in, op)
	case *syntax.GetSchema:
		return b.getSchema(in)
	case *syntax.Print, *syntax.Range, *syntax.Find, *syntax.MacroExpand:
		b.report(op, diag.OperatorExpected, operatorName(op)+" starts a query; it cannot follow a bar", "")
		return broken()
	case *syntax.ProjectByNames:
		return b.projectByNames(in, op)
	case *syntax.TopNested:
		return b.topNested(in, op)
	case *syntax.TopHitters:
		return b.topHitters(in, op)
	case *syntax.ParseKv:
		return b.parseKv(in, op)
	case *syntax.Partition:
		return b.partition(in, op)
	case *syntax.Facet, *syntax.Fork:
		return b.severalResults(op)
	case *syntax.MakeGraph:
		return b.makeGraph(in, op)
	case *syntax.GraphMatch, *syntax.GraphToTable, *syntax.GraphMark:
		return b.noGraph(in, op)
	case *syntax.Scan:
		return b.scan(in, op)
	case *syntax.Reduce:
		return b.reduce(in, op)
	case *syntax.Consume:
		b.decline(op, diag.Unsupported, "the operator consume is not supported: it gives no rows", "leave it out", types.Unknown)
		return broken()
	case *syntax.BadOperator:
		return broken()
	}
	panic(op)
}

// sourceOperator binds an operator that brings its own rows.
func (b *binder) sourceOperator(op syntax.Operator) *relation {
	switch op := op.(type) {
	case *syntax.Print:
		return b.print(op)
	case *syntax.Range:
		return b.rangeRows(op)
	case *syntax.Union:
		return b.union(nil, op)
	case *syntax.Search:
		return b.search(nil, op)
	case *syntax.BadOperator:
		return broken()
	case *syntax.Find:
		return b.find(op)
	case *syntax.Evaluate:
		return b.sourceEvaluate(op)
	case *syntax.MacroExpand:
		return b.macroExpand(op)
	case *syntax.Where, *syntax.Extend, *syntax.Project, *syntax.ProjectAway, *syntax.ProjectKeep,
		*syntax.ProjectRename, *syntax.ProjectReorder, *syntax.ProjectByNames, *syntax.Summarize,
		*syntax.Distinct, *syntax.Count, *syntax.Take, *syntax.Sample, *syntax.SampleDistinct,
		*syntax.Sort, *syntax.Top, *syntax.TopNested, *syntax.TopHitters, *syntax.Join, *syntax.Lookup,
		*syntax.MvExpand, *syntax.MvApply, *syntax.Parse, *syntax.ParseKv, *syntax.MakeSeries,
		*syntax.Invoke, *syntax.As, *syntax.Serialize, *syntax.Render, *syntax.GetSchema,
		*syntax.Consume, *syntax.Facet, *syntax.Fork, *syntax.Partition, *syntax.Reduce, *syntax.Scan,
		*syntax.MakeGraph, *syntax.GraphMatch, *syntax.GraphToTable, *syntax.GraphMark:
		b.report(op, diag.Expected, operatorName(op)+" needs a table before it", "")
		return broken()
	}
	panic(op)
}

// operatorName returns the name of an operator as it is written: that of its
// node, in lower case with dashes.
func operatorName(op syntax.Operator) string {
	if _, ok := op.(*syntax.GraphMark); ok {
		return "graph-mark-components"
	}
	name := strings.TrimPrefix(fmt.Sprintf("%T", op), "*syntax.")
	var b strings.Builder
	for i, r := range name {
		if r >= 'A' && r <= 'Z' {
			if i > 0 {
				b.WriteByte('-')
			}
			r += 'a' - 'A'
		}
		b.WriteRune(r)
	}
	return b.String()
}

// limit binds take n.
func (b *binder) limit(in *relation, n syntax.Expr) *relation {
	e := b.expr(n, noRows())
	if e.Type() == types.Unknown {
		return in
	}
	if !e.Type().Integral() && e.Type() != types.Dynamic {
		b.report(n, diag.TypeMismatch, "the number of rows is a long, not a "+e.Type().String(), "")
		return in
	}
	return in.with(&plan.Limit{Input: in.rel, N: convert(e, types.Long)})
}

// as binds a name to the rows so far.
func (b *binder) as(in *relation, op *syntax.As) *relation {
	shared := b.share(op.Name.Text, in)
	b.scope.define(op.Name.Text, &binding{table: shared})
	return shared
}

// renderAs keeps how the result is to be drawn; it changes no row.
func (b *binder) renderAs(in *relation, op *syntax.Render) *relation {
	props := make(map[string]string)
	for _, p := range op.Props {
		props[p.Name.Text] = propertyText(p)
	}
	b.render = &plan.Render{Kind: op.Kind, Props: props}
	return in
}

// propertyText returns the value of a property as text.
func propertyText(p *syntax.Property) string {
	text := valueText(p.Value)
	for _, more := range p.More {
		text += ", " + valueText(more)
	}
	return text
}

func valueText(x syntax.Expr) string {
	if name, ok := x.(*syntax.Name); ok {
		return name.Text
	}
	if v, ok := x.(*syntax.Literal); ok {
		return v.Text
	}
	if v, ok := x.(*syntax.Unary); ok {
		return v.Op + valueText(v.X)
	}
	return ""
}

// invoke binds invoke f(args): f with the rows so far as its first argument.
func (b *binder) invoke(in *relation, op *syntax.Invoke) *relation {
	f := b.userFunction(op.Call.Func.Text)
	if f == nil {
		b.unknownFunction(op.Call, noRows())
		return broken()
	}
	return b.callTable(op.Call, f, argsOf(op.Call), in)
}

// getSchema binds getschema: the columns as rows.
func (b *binder) getSchema(in *relation) *relation {
	out := &plan.Values{Cols: []types.Column{
		{Name: "ColumnName", Type: types.String},
		{Name: "ColumnOrdinal", Type: types.Long},
		{Name: "DataType", Type: types.String},
		{Name: "ColumnType", Type: types.String},
	}}
	for i, c := range in.rel.Columns() {
		out.Rows = append(out.Rows, []plan.Expr{
			&plan.Const{Value: types.NewString(c.Name)}, &plan.Const{Value: types.NewLong(int64(i))},
			&plan.Const{Value: types.NewString(dataType(c.Type))}, &plan.Const{Value: types.NewString(c.Type.String())},
		})
	}
	return in.with(out)
}

// dataType returns the name of the .NET type that getschema shows.
func dataType(t types.Scalar) string {
	switch t {
	case types.Bool:
		return "System.SByte"
	case types.Int:
		return "System.Int32"
	case types.Long:
		return "System.Int64"
	case types.Real:
		return "System.Double"
	case types.Decimal:
		return "System.Data.SqlTypes.SqlDecimal"
	case types.String:
		return "System.String"
	case types.DateTime:
		return "System.DateTime"
	case types.TimeSpan:
		return "System.TimeSpan"
	case types.GUID:
		return "System.Guid"
	case types.Dynamic, types.Unknown:
		return "System.Object"
	}
	panic(t)
}

package bind

import (
	"fmt"
	"slices"

	"github.com/conshelf/conshelf/kql/diag"
	"github.com/conshelf/conshelf/kql/plan"
	"github.com/conshelf/conshelf/kql/syntax"
	"github.com/conshelf/conshelf/kql/types"
)

// userFunction returns the user's function of a name, or nil: a let first,
// then a saved one.
func (b *binder) userFunction(name string) *function {
	if bound := b.scope.lookup(name); bound != nil && bound.fn != nil {
		return bound.fn
	}
	return b.savedFunction(name)
}

// savedFunction returns the saved function of a name, or nil. Inside a saved
// function, tables hide the functions of their names.
func (b *binder) savedFunction(name string) *function {
	if b.at != nil {
		if _, ok := b.tableOf(name); ok {
			return nil
		}
	}
	if f, ok := b.saved[name]; ok {
		return f
	}
	for _, f := range b.env.Functions {
		if f.Name == name {
			b.saved[name] = b.parseSaved(f)
			return b.saved[name]
		}
	}
	return nil
}

// parseSaved reads the text of a saved function. What is wrong with the text
// is reported when it is called.
func (b *binder) parseSaved(f Function) *function {
	q, list := syntax.ParseQuery("let f = (" + f.Parameters + ") {" + f.Body + "\n}")
	saved := &function{name: f.Name, saved: true, scope: newScope(nil), problems: list}
	if len(q.Statements) == 1 {
		if let, ok := q.Statements[0].(*syntax.Let); ok {
			saved.literal, _ = let.Value.(*syntax.FunctionLiteral)
		}
	}
	if saved.literal == nil {
		saved.literal = &syntax.FunctionLiteral{}
		saved.problems.Errorf(diag.Span{}, diag.UnexpectedText, "it is not a function's body")
	}
	return saved
}

// tableOf returns the catalog's table of a name.
func (b *binder) tableOf(name string) (types.Table, bool) {
	if b.env.Catalog == nil {
		return types.Table{}, false
	}
	return b.env.Catalog.Table(name)
}

// catalogTable returns the table that a name means, unless a saved function
// hides it.
func (b *binder) catalogTable(name string) (types.Table, bool) {
	if b.savedFunction(name) != nil {
		return types.Table{}, false
	}
	return b.tableOf(name)
}

// An arg is an argument of a call: where it stands, and its name if it has one.
type arg struct {
	x    syntax.Expr
	name string
}

func argsOf(x *syntax.Call) []arg {
	args := make([]arg, len(x.Args))
	for i, a := range x.Args {
		args[i].x = a
		if n, ok := a.(*syntax.Named); ok && len(n.Names) == 1 {
			args[i] = arg{x: n.X, name: n.Names[0].Text}
		}
	}
	return args
}

// callScalar inlines a call of a scalar function in an expression about rows r.
func (b *binder) callScalar(x *syntax.Call, f *function, r *rows) plan.Expr {
	if b.bodyKind(f) == tabularKind {
		b.report(x, diag.TypeMismatch, f.name+" returns a table where a scalar is needed", "write toscalar(…) for its first value")
		return b.failed(x)
	}
	e := b.failed(x)
	b.inline(x, f, argsOf(x), r, nil, func(result syntax.Expr) {
		e = b.expr(result, &rows{origin: r.identity(), open: r.open && len(f.literal.Params) == 0})
	})
	return e
}

// callTable inlines a call of a tabular function. Input, if not nil, is its
// first argument.
func (b *binder) callTable(x syntax.Node, f *function, args []arg, input *relation) *relation {
	t := broken()
	b.inline(x, f, args, noRows(), input, func(result syntax.Expr) { t = b.tabular(result) })
	return t
}

// inline binds arguments to parameters and the body's statements, and calls
// result with the expression that the body returns.
func (b *binder) inline(x syntax.Node, f *function, args []arg, r *rows, input *relation, result func(syntax.Expr)) {
	defer b.leave()
	if b.inlined++; !b.enter(x) || !b.mayInline(x, f) {
		return
	}
	inner := newScope(f.scope)
	if !b.bindParams(x, f, args, r, input, inner) {
		return
	}
	outer, at, caller := b.scope, b.at, b.caller
	defer func() { b.scope, b.at, b.caller, b.active = outer, at, caller, b.active[:len(b.active)-1] }()
	b.caller = r.identity()
	b.active = append(b.active, f)
	if f.saved && b.at == nil {
		span := x.Span()
		b.at = &span
	}
	b.scope = inner
	for _, d := range f.problems {
		b.report(x, d.Code, d.Message, d.Hint)
	}
	var last syntax.Expr
	for _, s := range f.literal.Body {
		if e := b.statement(s); e != nil {
			last = e
		}
	}
	if last == nil {
		b.report(x, diag.Expected, f.name+" returns nothing", "end its body with an expression")
		return
	}
	result(last)
	b.reportUnused(inner)
}

// mayInline reports a function that calls itself, and calls without end.
func (b *binder) mayInline(x syntax.Node, f *function) bool {
	for _, a := range b.active {
		if a == f {
			b.refuse(x, "a function that calls itself,", "")
			return false
		}
	}
	if b.inlined > maxInlined {
		b.report(x, diag.TooComplex, fmt.Sprintf("the query has more than %d calls of functions", maxInlined), "")
		return false
	}
	return true
}

// bindParams defines the parameters of f in scope inner.
func (b *binder) bindParams(x syntax.Node, f *function, args []arg, r *rows, input *relation, inner *scope) bool {
	params := f.literal.Params
	if input != nil {
		if len(params) == 0 || !params[0].Table {
			b.report(x, diag.TypeMismatch, f.name+" does not take a table first", "")
			return false
		}
		b.define(x, inner, params[0], input)
		params = params[1:]
	}
	given, ok := b.matchArgs(x, f, args, params)
	for i, p := range params {
		switch {
		case !ok:
		case given[i] == nil && p.Default == nil:
			b.report(x, diag.ArgumentCount, fmt.Sprintf("%s needs an argument for %s", f.name, p.Name.Text), "")
			ok = false
		case p.Table && given[i] != nil:
			b.define(x, inner, p, b.table(given[i]))
		case given[i] != nil:
			ok = b.defineScalar(given[i], inner, p, b.expr(given[i], r), r.identity()) && ok
		default:
			ok = b.defineScalar(x, inner, p, b.defaultOf(x, f, p), nil) && ok
		}
	}
	return ok
}

// defaultOf binds the default of a parameter. What is wrong with that of a
// saved function is said where it is called.
func (b *binder) defaultOf(x syntax.Node, f *function, p *syntax.Param) plan.Expr {
	outer := b.at
	defer func() { b.at = outer }()
	if f.saved {
		span := b.span(x)
		b.at = &span
	}
	return b.expr(p.Default, noRows())
}

// matchArgs gives each parameter its argument, by place or by name.
func (b *binder) matchArgs(x syntax.Node, f *function, args []arg, params []*syntax.Param) ([]syntax.Expr, bool) {
	given := make([]syntax.Expr, len(params))
	for i, a := range args {
		at := i
		if a.name != "" {
			at = len(params)
			for j, p := range params {
				if p.Name.Text == a.name {
					at = j
				}
			}
			if at == len(params) {
				b.report(a.x, diag.UnknownName, f.name+" has no parameter "+a.name, "")
				return nil, false
			}
		}
		if at >= len(params) {
			b.report(x, diag.ArgumentCount, fmt.Sprintf("%s takes %d arguments, not %d", f.name, len(params), len(args)), "")
			return nil, false
		}
		given[at] = a.x
	}
	return given, true
}

// define defines a tabular parameter. The columns that it declares must be
// there; the others stay.
func (b *binder) define(x syntax.Node, inner *scope, p *syntax.Param, t *relation) {
	if !p.Star && !t.open && !b.hasDeclared(x, p, t.rows()) {
		t = broken()
	}
	inner.define(p.Name.Text, &binding{table: b.share(p.Name.Text, t)})
}

// hasDeclared reports the columns that a parameter declares and its table
// lacks.
func (b *binder) hasDeclared(x syntax.Node, p *syntax.Param, r *rows) bool {
	all := true
	for _, c := range p.Columns {
		want, ok := b.scalarType(x, c.Type)
		i := r.column(c.Name.Text)
		switch {
		case !ok:
		case i < 0:
			b.report(x, diag.UnknownName, "the table for "+p.Name.Text+" has no column "+c.Name.Text, b.columnHint(c.Name.Text, r))
		case r.cols[i].Type != want && r.cols[i].Type != types.Unknown:
			b.report(x, diag.TypeMismatch, fmt.Sprintf("column %s of the table for %s is a %s, not a %s",
				c.Name.Text, p.Name.Text, want, r.cols[i].Type), "")
		default:
			continue
		}
		all = false
	}
	return all
}

// defineScalar defines a scalar parameter, converted to its type.
func (b *binder) defineScalar(x syntax.Node, inner *scope, p *syntax.Param, e plan.Expr, r *rows) bool {
	want, ok := b.scalarType(x, p.Type)
	if !ok {
		return false
	}
	if e.Type() != types.Unknown && !accepts(want, e) {
		b.report(x, diag.TypeMismatch, fmt.Sprintf("parameter %s is a %s, not a %s", p.Name.Text, want, e.Type()),
			"write "+hintConversion(want))
		return false
	}
	e = convert(e, want)
	if !dependsOnRow(e) {
		r = nil
	}
	inner.define(p.Name.Text, &binding{value: e, rows: r})
	return true
}

func hintConversion(t types.Scalar) string {
	if t == types.Dynamic {
		return "parse_json(…)"
	}
	return plan.Conversion(t) + "(…)"
}

// accepts tells whether an argument may be given for a parameter of type want.
// A whole number that is small enough is an int.
func accepts(want types.Scalar, e plan.Expr) bool {
	if conversionCost(e.Type(), want, false) != impossible {
		return true
	}
	_, isConstant := constantOf(e)
	return isConstant && e.Type() == types.Long && convert(e, want).Type() == want && want == types.Int
}

// dependsOnRow tells whether an expression refers to a column.
func dependsOnRow(e plan.Expr) bool { return refersToColumn(e, make(map[plan.Expr]bool)) }

// refersToColumn looks at each expression once: arguments that are used twice
// would otherwise be looked at without end.
func refersToColumn(e plan.Expr, seen map[plan.Expr]bool) bool {
	if _, ok := e.(*plan.Col); ok {
		return true
	}
	if seen[e] {
		return false
	}
	seen[e] = true
	return slices.ContainsFunc(plan.Operands(e), func(operand plan.Expr) bool { return refersToColumn(operand, seen) })
}

package bind

import (
	"github.com/conshelf/conshelf/kql/diag"
	"github.com/conshelf/conshelf/kql/plan"
	"github.com/conshelf/conshelf/kql/syntax"
	"github.com/conshelf/conshelf/kql/types"
)

// expr binds a scalar expression about rows r. What does not bind is reported
// and has no type, so that nothing is said twice.
func (b *binder) expr(x syntax.Expr, r *rows) plan.Expr {
	defer b.leave()
	if !b.enter(x) {
		return b.failed(x)
	}
	switch x := x.(type) {
	case *syntax.Name:
		return b.name(x, r)
	case *syntax.Literal:
		return b.literal(x)
	case *syntax.Dynamic:
		return b.dynamic(x)
	case *syntax.Paren:
		return b.expr(x.X, r)
	case *syntax.Unary:
		return b.unary(x, r)
	case *syntax.Binary:
		return b.binary(x, r)
	case *syntax.Between:
		return b.between(x, r)
	case *syntax.Membership:
		return b.membership(x, r)
	case *syntax.Call:
		return b.call(x, r)
	case *syntax.Path:
		return b.path(x, r)
	case *syntax.Index:
		return b.index(x, r)
	case *syntax.Named:
		b.report(x, diag.UnexpectedText, "a name is not expected here", "remove "+x.Names[0].Text+" =")
	case *syntax.Wildcard:
		b.refuse(x, "* for all columns here", "name the columns")
	case *syntax.TypeOf:
		b.report(x, diag.TypeMismatch, "typeof(…) is not a value", "")
	case *syntax.Pipe, *syntax.DataTable, *syntax.ExternalData, *syntax.Foreign:
		b.report(x, diag.TypeMismatch, "a table stands where a scalar is needed", "write toscalar(…) for its first value")
	case *syntax.FunctionLiteral:
		b.refuse(x, "a function that has no name", "bind it with let")
	case *syntax.EntityGroup:
		b.report(x, diag.TypeMismatch, "an entity_group stands where a value is needed", "bind it with let, or write it after macro-expand")
	case *syntax.DynamicArray, *syntax.DynamicBag:
		b.report(x, diag.Expected, "an array or a bag is written dynamic(…)", "")
	default:
		panic(x)
	}
	return b.failed(x)
}

// boolean binds a condition.
func (b *binder) condition(x syntax.Expr, r *rows) plan.Expr {
	e := b.expr(x, r)
	switch e.Type() {
	case types.Bool, types.Unknown:
		return e
	case types.Dynamic:
		return convert(e, types.Bool)
	case types.Int, types.Long, types.Real, types.Decimal, types.String, types.DateTime, types.TimeSpan, types.GUID:
	}
	b.report(x, diag.TypeMismatch, "a condition is a bool, not a "+e.Type().String(), conditionHint(e))
	return b.failed(x)
}

func conditionHint(e plan.Expr) string {
	if e.Type() == types.String {
		return "write isnotempty(…), or compare it"
	}
	return "compare it with something"
}

// name resolves a name: a column of the rows, or what let, as or a parameter
// defines.
func (b *binder) name(x *syntax.Name, r *rows) plan.Expr {
	if i := r.column(x.Text); i >= 0 {
		return b.column(x, r, i)
	}
	if bound := b.scope.lookup(x.Text); bound != nil {
		return b.bound(x, bound, r)
	}
	if r.open || x.Text == "" {
		r.asked.add(x.Text)
		return b.failed(x)
	}
	if b.isTabular(x, r) {
		b.report(x, diag.TypeMismatch, x.Text+" is a table where a scalar is needed", "write toscalar(…) for its first value")
		return b.failed(x)
	}
	b.report(x, diag.UnknownName, "no column or variable is called "+x.Text, b.columnHint(x.Text, r))
	return b.failed(x)
}

func (b *binder) column(x *syntax.Name, r *rows, i int) plan.Expr {
	if r.aggs != nil {
		b.report(x, diag.UnknownName, "column "+x.Text+" stands outside every aggregate",
			"write it after by, or in an aggregate such as take_any("+x.Text+")")
		return b.failed(x)
	}
	return &plan.Col{Index: i, T: r.cols[i].Type, At: b.span(x)}
}

// bound returns what a defined name stands for in an expression about rows r.
func (b *binder) bound(x *syntax.Name, bound *binding, r *rows) plan.Expr {
	b.use(bound)
	switch {
	case bound.value != nil && bound.rows != nil && bound.rows != r.identity():
		return b.decline(x, diag.Unsupported, "a parameter that depends on a row, inside a query, is not supported", "pass a constant, or join",
			bound.value.Type())
	case bound.value != nil:
		return at(bound.value, b.span(x))
	case bound.table != nil && bound.table.open:
	case bound.table != nil:
		b.report(x, diag.TypeMismatch, x.Text+" is a table where a scalar is needed", "write toscalar("+x.Text+") for its first value")
	case bound.fn != nil && bound.fn.view():
		return b.callScalar(&syntax.Call{Func: x}, bound.fn, r)
	case bound.fn == nil:
		b.report(x, diag.TypeMismatch, x.Text+" is a pattern or an entity_group, and no value", "")
	default:
		b.report(x, diag.TypeMismatch, x.Text+" is a function", "write "+x.Text+"(…)")
	}
	return b.failed(x)
}

// use reports what a name's definition misses.
func (b *binder) use(bound *binding) {
	b.failures += len(bound.problems)
	for _, d := range bound.problems {
		b.list.Add(d)
	}
}

// at returns e with another place if it is a leaf, so that a message about a
// constant points at where it is used.
func at(e plan.Expr, span diag.Span) plan.Expr {
	if c, ok := e.(*plan.Const); ok {
		return &plan.Const{Value: c.Value, At: span}
	}
	return e
}

// path binds x.name.
func (b *binder) path(x *syntax.Path, r *rows) plan.Expr {
	if r.words != nil {
		if e, ok := r.words.path(b, x); ok {
			return e
		}
	}
	if x.Call != nil {
		b.refuse(x, "a function of another database", "there is one database: the evidence")
		return b.failed(x)
	}
	if side, ok := x.X.(*syntax.Name); ok && (side.Text == "$left" || side.Text == "$right") {
		b.report(x, diag.UnexpectedText, side.Text+" stands after join … on and lookup … on only", "")
		return b.failed(x)
	}
	of := b.expr(x.X, r)
	if of.Type() == types.Unknown {
		return of
	}
	if !b.isDynamic(x, of) {
		return b.failed(x)
	}
	return b.step(x, of, plan.Step{Name: x.Name.Text})
}

// isDynamic reports an error unless of is a value that a path can go into.
func (b *binder) isDynamic(x syntax.Node, of plan.Expr) bool {
	if of.Type() == types.Dynamic {
		return true
	}
	hint := ""
	if of.Type() == types.String {
		hint = "write parse_json(…) around the string"
	}
	b.report(x, diag.TypeMismatch, "a value of type "+of.Type().String()+" has no members", hint)
	return false
}

// step extends a path by a step.
func (b *binder) step(x syntax.Node, of plan.Expr, s plan.Step) plan.Expr {
	if s.Name == "" && s.Index == nil {
		s.Index = b.constant(x, types.NewString(""))
	}
	if p, ok := of.(*plan.Path); ok {
		steps := append(p.Steps[:len(p.Steps):len(p.Steps)], s)
		return &plan.Path{X: p.X, Steps: steps, At: b.span(x)}
	}
	return &plan.Path{X: of, Steps: []plan.Step{s}, At: b.span(x)}
}

// index binds x[i].
func (b *binder) index(x *syntax.Index, r *rows) plan.Expr {
	of, i := b.expr(x.X, r), b.expr(x.Index, r)
	if anyUnknown(of, i) || !b.isDynamic(x, of) {
		return b.failed(x)
	}
	switch i.Type() {
	case types.String:
		if v, ok := constantOf(i); ok {
			return b.step(x, of, plan.Step{Name: v.Text})
		}
		return b.step(x, of, plan.Step{Index: i})
	case types.Int, types.Long:
		return b.step(x, of, plan.Step{Index: convert(i, types.Long)})
	case types.Dynamic:
		b.report(x.Index, diag.TypeMismatch, "an index is a string or a whole number, not dynamic", "write tostring(…) or toint(…)")
	case types.Unknown, types.Bool, types.Real, types.Decimal, types.DateTime, types.TimeSpan, types.GUID:
		b.report(x.Index, diag.TypeMismatch, "an index is a string or a whole number, not a "+i.Type().String(), "")
	}
	return b.failed(x)
}

// list binds expressions.
func (b *binder) exprs(list []syntax.Expr, r *rows) []plan.Expr {
	bound := make([]plan.Expr, len(list))
	for i, x := range list {
		bound[i] = b.expr(b.argument(x), r)
	}
	return bound
}

// argument strips the name of an argument of a builtin: Kusto takes one, and
// gives it no meaning.
func (b *binder) argument(x syntax.Expr) syntax.Expr {
	named, ok := x.(*syntax.Named)
	if !ok || named.Tuple || len(named.Names) != 1 {
		return x
	}
	b.list.Add(diag.Diagnostic{
		Span: b.span(named.Names[0]), Severity: diag.Warning, Code: diag.UnexpectedText,
		Message: "the name of an argument means nothing here", Hint: "remove " + named.Names[0].Text + " =",
	})
	return named.X
}

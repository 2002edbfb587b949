package bind

import (
	"fmt"

	"github.com/conshelf/conshelf/kql/builtin"
	"github.com/conshelf/conshelf/kql/diag"
	"github.com/conshelf/conshelf/kql/plan"
	"github.com/conshelf/conshelf/kql/syntax"
	"github.com/conshelf/conshelf/kql/types"
)

// iff binds iff(condition, then, else).
func (b *binder) iff(x *syntax.Call, r *rows) plan.Expr {
	if len(x.Args) != 3 {
		b.report(x, diag.ArgumentCount, fmt.Sprintf("%s takes 3 arguments, not %d", x.Func.Text, len(x.Args)), "")
		b.exprs(x.Args, r)
		return b.failed(x)
	}
	return b.branches(x, "iff", r)
}

// caseOf binds case(condition, then, condition, then, …, else).
func (b *binder) caseOf(x *syntax.Call, r *rows) plan.Expr {
	if n := len(x.Args); n < 3 || n%2 == 0 {
		b.report(x, diag.ArgumentCount, fmt.Sprintf("case takes pairs of condition and value, and a last value; it has %d arguments", n),
			"add the value for when no condition is true")
		b.exprs(x.Args, r)
		return b.failed(x)
	}
	return b.branches(x, "case", r)
}

// branches binds conditions and values in turn, the last value without a
// condition. The values get one type.
func (b *binder) branches(x *syntax.Call, name string, r *rows) plan.Expr {
	args := make([]plan.Expr, len(x.Args))
	var values []plan.Expr
	var at []syntax.Expr
	for i, a := range x.Args {
		a = b.argument(a)
		if i%2 == 0 && i < len(x.Args)-1 {
			args[i] = b.condition(a, r)
			continue
		}
		args[i] = b.expr(a, r)
		values, at = append(values, args[i]), append(at, a)
	}
	if anyUnknown(args...) {
		return b.failed(x)
	}
	t, ok := b.common(name, at, values)
	if !ok {
		return b.failed(x)
	}
	for i := range args {
		if i%2 == 1 || i == len(args)-1 {
			args[i] = convert(args[i], t)
		}
	}
	return b.finish(x, &plan.Call{Func: name, Args: args, T: t})
}

// common returns the type that values are converted to, so that a function
// may return any of them. A dynamic value is converted to the type of the
// others. The values of iff may differ: the result is dynamic.
func (b *binder) common(name string, at []syntax.Expr, values []plan.Expr) (types.Scalar, bool) {
	t := values[0].Type()
	for i, v := range values[1:] {
		next, ok := commonType(t, v.Type())
		switch {
		case ok:
			t = next
		case t == types.Dynamic:
			t = v.Type()
		case v.Type() == types.Dynamic:
		case name == "iff":
			t = types.Dynamic
		case name == "case" && b.env.Analyze:
			// Microsoft's binder says dynamic, and Kusto the type of the first.
			b.decline(at[i+1], diag.TypeMismatch, fmt.Sprintf("case returns a %s before and a %s here", t, v.Type()),
				"convert one with tostring(…) or another function of the type you mean", t)
			t = types.Dynamic
		default:
			b.report(at[i+1], diag.TypeMismatch, fmt.Sprintf("%s returns a %s before and a %s here", name, t, v.Type()),
				"convert one with tostring(…) or another function of the type you mean")
			return types.Unknown, false
		}
	}
	return t, true
}

// commonCall binds a function whose arguments get one type.
func (b *binder) commonCall(x *syntax.Call, f *builtin.Function, r *rows) plan.Expr {
	args := b.exprs(x.Args, r)
	if !b.countArgs(x, f, len(args)) || anyUnknown(args...) {
		return b.failed(x)
	}
	t, ok := b.common(f.Name, x.Args, args)
	if !ok {
		return b.failed(x)
	}
	for i := range args {
		args[i] = convert(args[i], t)
	}
	return b.finish(x, &plan.Call{Func: f.Name, Args: args, T: t})
}

// columnIfExists binds column_ifexists(name, default).
func (b *binder) columnIfExists(x *syntax.Call, r *rows) plan.Expr {
	if len(x.Args) != 2 {
		b.report(x, diag.ArgumentCount, fmt.Sprintf("%s takes 2 arguments, not %d", x.Func.Text, len(x.Args)), "")
		return b.failed(x)
	}
	fallback := b.expr(x.Args[1], r)
	v, ok := b.columnName(x.Args[0], r)
	if !ok {
		return b.failed(x)
	}
	if b.found == nil {
		b.found = make(map[*syntax.Call]string)
	}
	b.found[x] = ""
	if i := r.column(v); i >= 0 {
		b.found[x] = v
		return b.column(&syntax.Name{Text: v}, r, i)
	}
	if r.open && b.env.Analyze && fallback.Type() != types.Unknown {
		return &plan.Call{Func: "column_ifexists", Args: []plan.Expr{b.failed(x), fallback}, T: fallback.Type(), At: b.span(x)}
	}
	if r.open {
		return b.failed(x)
	}
	return fallback
}

// columnName reads a column's name that is given as a string.
func (b *binder) columnName(x syntax.Expr, r *rows) (string, bool) {
	e := b.expr(x, r)
	if v, ok := constantOf(e); ok && v.Type == types.String {
		return v.Text, true
	}
	if e.Type() != types.Unknown {
		b.report(x, diag.TypeMismatch, "the name of a column is a constant string", "")
	}
	return "", false
}

package bind

import (
	"fmt"

	"github.com/conshelf/conshelf/kql/builtin"
	"github.com/conshelf/conshelf/kql/diag"
	"github.com/conshelf/conshelf/kql/plan"
	"github.com/conshelf/conshelf/kql/syntax"
	"github.com/conshelf/conshelf/kql/types"
)

// windows tells whether window functions have a meaning over some rows, and
// whether one was used.
type windows struct {
	in   *relation
	used bool
}

// ordered tells whether the rows come in an order. It looks through all that
// they flow through, so it is asked only where it matters.
func (w *windows) ordered() bool { return ordered(w.in.rel) || w.in.open }

// windowRows returns the rows of in, where window functions may stand.
func (b *binder) windowRows(in *relation) *rows {
	r := in.rows()
	r.window = &windows{in: in}
	return r
}

// input returns rel, its order fixed if a window function relies on it.
func (w *windows) input(rel plan.Rel) plan.Rel {
	if _, ok := rel.(*plan.Serialize); ok || !w.used {
		return rel
	}
	return &plan.Serialize{Input: rel}
}

// windowCall binds prev, next, row_number and their kin.
func (b *binder) windowCall(x *syntax.Call, f *builtin.Function, r *rows) plan.Expr {
	args := b.exprs(x.Args, r)
	if r.window == nil {
		b.refuse(x, x.Func.Text+" here", "compute it with extend first")
		return b.failed(x)
	}
	if !r.window.ordered() {
		b.decline(x, diag.NeedsOrder, x.Func.Text+" needs rows in an order", "write | sort by … or | serialize right before", types.Unknown)
		if !b.env.Analyze {
			return b.failed(x)
		}
	}
	r.window.used = true
	if !b.countArgs(x, f, len(args)) || anyUnknown(args...) {
		return b.failed(x)
	}
	if (f.Name == "prev" || f.Name == "next") && len(args) == 3 && !fallback(args) {
		return b.decline(x.Args[2], diag.TypeMismatch, fmt.Sprintf("%s returns a %s or a %s", x.Func.Text, args[0].Type(), args[2].Type()),
			"convert one of them", args[0].Type())
	}
	s := choose(f, args)
	if s == nil {
		b.wrongArguments(x, f, args)
		return b.failed(x)
	}
	call := apply(f, s, args)
	if !b.constantArgs(x, f, call) {
		return b.failed(x)
	}
	return b.finish(x, call)
}

// fallback converts the value for the rows before the first to the type of
// the others, if it can be.
func fallback(args []plan.Expr) bool {
	of := args[0].Type()
	if of != types.Dynamic && conversionCost(args[2].Type(), of, false) == impossible {
		return false
	}
	args[2] = convert(args[2], of)
	return true
}

// serialize binds serialize [exprs].
func (b *binder) serialize(in *relation, op *syntax.Serialize) *relation {
	out := in.with(&plan.Serialize{Input: in.rel})
	if len(op.Exprs) == 0 {
		return out
	}
	return b.extend(out, op.Exprs)
}

package bind

import (
	"github.com/conshelf/conshelf/kql/builtin"
	"github.com/conshelf/conshelf/kql/diag"
	"github.com/conshelf/conshelf/kql/plan"
	"github.com/conshelf/conshelf/kql/syntax"
	"github.com/conshelf/conshelf/kql/types"
)

// A part is one of the columns that a call of several gives.
type part struct {
	of    *builtin.Function
	index int
}

// tuple returns the function that x calls, if it gives several columns; nil if
// it does not.
func (b *binder) tuple(x syntax.Expr) *builtin.Function {
	call, ok := unparen(x).(*syntax.Call)
	if !ok || b.userFunction(call.Func.Text) != nil {
		return nil
	}
	f, ok := builtin.Lookup(call.Func.Text)
	switch {
	case !ok:
		return nil
	case f.Tuple == nil:
		return sortedTuple(call, f)
	}
	return f
}

// parts returns an expression of a list and the names that were written for
// it: one for each column that it gives. The names are those of the first.
func (b *binder) parts(x syntax.Expr, written []*syntax.Name) []namedExpr {
	f := b.tuple(x)
	if f == nil {
		e := namedExpr{x: x}
		if len(written) > 0 {
			e.name = written[0]
		}
		if len(written) > 1 {
			b.report(x, diag.NotSeveral, "the expression gives one column, not several", "write one name")
		}
		return []namedExpr{e}
	}
	columns := f.Tuple
	if f.Name == "series_decompose_forecast" && !b.env.Analyze {
		columns = columns[:1] // Microsoft's binder has four; an engine gives the forecast alone
	}
	list := make([]namedExpr, len(columns))
	for i := range columns {
		list[i] = namedExpr{x: x, part: &part{f, i}}
		if i < len(written) {
			list[i].name = written[i]
		}
	}
	if len(written) > len(columns) {
		b.report(written[len(columns)], diag.NoValue, "there is no column for the name "+written[len(columns)].Text, "")
	}
	return list
}

// value binds an expression of a list.
func (b *binder) value(e namedExpr, r *rows) plan.Expr {
	value := b.expr(e.x, r)
	if e.part == nil {
		return value
	}
	t := e.part.of.Tuple[e.part.index].Type
	if value.Type() == types.Unknown {
		if b.env.Analyze {
			return &plan.Const{Value: types.Null(t), At: value.Span()}
		}
		return value
	}
	at := b.constant(e.x, types.NewLong(int64(e.part.index)))
	return convert(b.step(e.x, value, plan.Step{Index: at}), t)
}

// nameOfNamed returns the name that an expression of a list gives its column,
// or ”.
func (b *binder) nameOfNamed(e namedExpr) string {
	if e.part == nil {
		return b.nameOf(e.x)
	}
	call, first := unparen(e.x).(*syntax.Call), ""
	if len(call.Args) > 0 {
		first = b.nameOf(call.Args[0])
	}
	if sortsArrays(e.part.of.Name) {
		return b.sortedName(call, e.part.index)
	}
	return e.part.of.Name + "_" + first + "_" + e.part.of.Tuple[e.part.index].Name
}

package bind

import (
	"github.com/conshelf/conshelf/kql/diag"
	"github.com/conshelf/conshelf/kql/plan"
	"github.com/conshelf/conshelf/kql/syntax"
	"github.com/conshelf/conshelf/kql/types"
)

// membership binds x in (…) and its family.
func (b *binder) membership(x *syntax.Membership, r *rows) plan.Expr {
	of := b.expr(x.X, r)
	if len(x.List) == 1 && b.isTabular(x.List[0], r) {
		return b.inQuery(x, of, b.table(x.List[0]))
	}
	list := b.exprs(x.List, r)
	if !b.fitsText(x, of) {
		return b.failed(x)
	}
	if anyUnknown(of) || anyUnknown(list...) {
		return b.failed(x)
	}
	subject := convert(of, subjectType(x.Op, of, list))
	args := []plan.Expr{subject}
	for _, e := range list {
		if !fits(e.Type(), subject.Type()) {
			return b.declineOperands(x, x.Op, types.Bool, of, e)
		}
		args = append(args, element(e, subject.Type()))
	}
	return b.finish(x, &plan.Call{Func: x.Op, Args: args, T: types.Bool})
}

// fitsText reports an operator of texts whose subject is none.
func (b *binder) fitsText(x *syntax.Membership, of plan.Expr) bool {
	switch x.Op {
	case "in~", "!in~", "has_any", "has_all":
		if t := of.Type(); t != types.String && t != types.Dynamic && t != types.Unknown {
			b.report(x.X, diag.TypeMismatch, "a string is expected before "+x.Op+", not a "+t.String(), "write tostring(…)")
			return false
		}
	}
	return true
}

// subjectType returns the type in which a value is compared with a list:
// text, for operators of text and where a number meets a string; else the
// widest number, or the value's own type.
func subjectType(op string, of plan.Expr, list []plan.Expr) types.Scalar {
	switch op {
	case "has_any", "has_all", "in~", "!in~":
		return types.String
	}
	t := of.Type()
	if !t.Numeric() {
		return t
	}
	t = max(t, types.Long)
	for _, e := range list {
		if e.Type() == types.String {
			return types.String
		}
		if e.Type().Numeric() {
			t = max(t, e.Type())
		}
	}
	return t
}

// fits tells whether an element may stand in a list that a value of type to is
// looked for in.
func fits(from, to types.Scalar) bool {
	return from == types.Dynamic || to == types.Dynamic || from == to ||
		from.Numeric() && (to.Numeric() || to == types.String)
}

// element converts an element of a list. A dynamic one stays: it is an array
// of values.
func element(e plan.Expr, t types.Scalar) plan.Expr {
	if e.Type() == types.Dynamic || t == types.Dynamic {
		return e
	}
	return convert(e, t)
}

// inQuery binds x op (table): the values of its first column.
func (b *binder) inQuery(x *syntax.Membership, of plan.Expr, t *relation) plan.Expr {
	if !b.fitsText(x, of) || t.open || anyUnknown(of) {
		return b.failed(x)
	}
	cols := t.rel.Columns()
	if len(cols) == 0 {
		b.report(x.List[0], diag.TypeMismatch, "the table has no column", "")
		return b.failed(x)
	}
	if cols[0].Type == types.Unknown {
		return b.failed(x)
	}
	var first plan.Expr = &plan.Col{T: cols[0].Type, At: b.span(x.List[0])}
	subject := convert(of, subjectType(x.Op, of, []plan.Expr{first}))
	if !fits(cols[0].Type, subject.Type()) {
		return b.declineOperands(x, x.Op, types.Bool, of, first)
	}
	rel := t.rel
	if value := element(first, subject.Type()); len(cols) > 1 || value != first {
		rel = &plan.Project{Input: rel, Cols: []plan.Named{{Name: cols[0].Name, Expr: value}}}
	}
	return &plan.InQuery{Op: x.Op, X: subject, Rel: rel, At: b.span(x)}
}

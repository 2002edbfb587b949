package bind

import (
	"github.com/conshelf/conshelf/kql/builtin"
	"github.com/conshelf/conshelf/kql/diag"
	"github.com/conshelf/conshelf/kql/plan"
	"github.com/conshelf/conshelf/kql/syntax"
	"github.com/conshelf/conshelf/kql/types"
)

// estimateDataSize binds estimate_data_size(a, b) and estimate_data_size(*).
func (b *binder) estimateDataSize(x *syntax.Call, f *builtin.Function, r *rows) plan.Expr {
	star := len(x.Args) == 1
	if star {
		_, star = x.Args[0].(*syntax.Wildcard)
	}
	switch {
	case !star:
		return b.plainCall(x, f, b.exprs(x.Args, r))
	case r.open || r.aggs != nil:
		return b.draft(x, f, nil)
	}
	args := make([]plan.Expr, len(r.cols))
	for i, c := range r.cols {
		args[i] = &plan.Col{Index: i, T: c.Type, At: b.span(x.Args[0])}
	}
	return b.plainCall(x, f, args)
}

// The request properties that bin_auto reads.
const (
	binAutoSize = "query_bin_auto_size"
	binAutoAt   = "query_bin_auto_at"
)

// binAuto binds bin_auto(x): bin_at with what set statements say.
func (b *binder) binAuto(x *syntax.Call, f *builtin.Function, r *rows) plan.Expr {
	args := b.exprs(x.Args, r)
	if !b.countArgs(x, f, len(args)) || anyUnknown(args...) {
		return b.failed(x)
	}
	size := b.property(binAutoSize)
	if size == nil {
		b.report(x, diag.Expected, "bin_auto needs to know the size of a bin", "write set "+binAutoSize+"=1h; before the query, or use bin")
		return b.failed(x)
	}
	at := b.property(binAutoAt)
	if at == nil {
		at = b.constant(x, types.Value{Type: args[0].Type(), Valid: true})
	}
	atRow, _ := builtin.Lookup("bin_at")
	return b.plainCall(x, atRow, []plan.Expr{args[0], size, at})
}

// property returns the value that a set statement gave to a request property,
// or nil.
func (b *binder) property(name string) plan.Expr {
	value, ok := b.properties[name]
	if !ok || value == nil {
		return nil
	}
	return b.expr(value, noRows())
}

// once returns a value that is computed once for the query: toscalar of a
// function that gives another value for each row.
func (b *binder) once(x syntax.Node, e plan.Expr) plan.Expr {
	changes := false
	plan.WalkExpr(e, func(e plan.Expr) {
		if c, ok := e.(*plan.Call); ok && builtin.Placed(c.Func) {
			changes = true
		}
	})
	if !changes {
		return e
	}
	row := &plan.Values{Cols: []types.Column{{Name: "$row", Type: types.Long}}, Rows: [][]plan.Expr{{b.constant(x, types.NewLong(0))}}}
	return &plan.Subquery{Rel: &plan.Project{Input: row, Cols: []plan.Named{{Name: "$value", Expr: e}}}, T: e.Type(), At: b.span(x)}
}

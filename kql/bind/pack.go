package bind

import (
	"fmt"

	"github.com/conshelf/conshelf/kql/builtin"
	"github.com/conshelf/conshelf/kql/diag"
	"github.com/conshelf/conshelf/kql/plan"
	"github.com/conshelf/conshelf/kql/syntax"
	"github.com/conshelf/conshelf/kql/types"
)

// bagPack binds bag_pack(key, value, …).
func (b *binder) bagPack(x *syntax.Call, f *builtin.Function, r *rows) plan.Expr {
	if len(x.Args) == 1 {
		if star, ok := x.Args[0].(*syntax.Wildcard); ok {
			return b.packColumns(star, false, r)
		}
	}
	args := b.exprs(x.Args, r)
	if len(args)%2 != 0 || len(args) == 0 {
		b.report(x, diag.ArgumentCount, fmt.Sprintf("%s takes pairs of key and value; it has %d arguments", x.Func.Text, len(args)), "")
		return b.failed(x)
	}
	if anyUnknown(args...) {
		return b.failed(x)
	}
	for i := 0; i < len(args); i += 2 {
		if t := args[i].Type(); t != types.String && t != types.Dynamic {
			b.report(x.Args[i], diag.TypeMismatch, "a key is a string, not a "+t.String(), "write tostring(…)")
			return b.failed(x)
		}
		args[i] = convert(args[i], types.String)
	}
	return b.finish(x, &plan.Call{Func: f.Name, Args: args, T: types.Dynamic})
}

// bagPackColumns binds bag_pack_columns(a, b): a bag of columns by name.
func (b *binder) bagPackColumns(x *syntax.Call, r *rows) plan.Expr {
	var args []plan.Expr
	for _, a := range x.Args {
		name, ok := a.(*syntax.Name)
		value := b.expr(a, r)
		if !ok {
			b.report(a, diag.TypeMismatch, "bag_pack_columns takes columns", "write bag_pack('name', …) for an expression")
			return b.failed(x)
		}
		if anyUnknown(value) {
			return b.failed(x)
		}
		args = append(args, b.constant(a, types.NewString(name.Text)), value)
	}
	return b.finish(x, &plan.Call{Func: "bag_pack", Args: args, T: types.Dynamic})
}

// packAll binds pack_all([ignore_null_empty]).
func (b *binder) packAll(x *syntax.Call, r *rows) plan.Expr {
	if len(x.Args) == 0 {
		return b.packColumns(x, false, r)
	}
	e := b.expr(x.Args[0], r)
	v, ok := constantOf(e)
	if !ok || len(x.Args) > 1 || v.Type != types.Bool {
		b.report(x, diag.TypeMismatch, "pack_all takes true or false, or nothing", "")
		return b.failed(x)
	}
	return b.packColumns(x, v.Int != 0, r)
}

// packColumns packs every column by its name; if sparse, those that are
// neither null nor empty.
func (b *binder) packColumns(x syntax.Node, sparse bool, r *rows) plan.Expr {
	if r.open || r.aggs != nil {
		if r.aggs != nil {
			b.report(x, diag.TypeMismatch, "a bag of all columns stands outside every aggregate", "")
		}
		return b.failed(x)
	}
	call := &plan.Call{Func: "bag_pack", T: types.Dynamic, At: b.span(x)}
	if sparse {
		call.Func, call.Args = "pack_all", []plan.Expr{b.constant(x, types.NewBool(true))}
	}
	for i, c := range r.cols {
		call.Args = append(call.Args, b.constant(x, types.NewString(c.Name)), &plan.Col{Index: i, T: c.Type, At: b.span(x)})
	}
	return call
}

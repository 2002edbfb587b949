package bind

import (
	"github.com/conshelf/conshelf/kql/builtin"
	"github.com/conshelf/conshelf/kql/plan"
	"github.com/conshelf/conshelf/kql/syntax"
	"github.com/conshelf/conshelf/kql/types"
)

// sortedSuffix ends the name of an array that another one's order was given to.
const sortedSuffix = "_sorted"

// sortedTuple returns the columns that array_sort_asc or array_sort_desc of
// several arrays gives: each array in the order of the first. Nil: the call is
// of one array, or of another function.
func sortedTuple(call *syntax.Call, f *builtin.Function) *builtin.Function {
	if !sortsArrays(f.Name) {
		return nil
	}
	arrays := len(call.Args)
	if arrays > 0 && isBool(call.Args[arrays-1]) {
		arrays--
	}
	if arrays < 2 {
		return nil
	}
	tuple := *f
	for range arrays {
		tuple.Tuple = append(tuple.Tuple, types.Column{Name: sortedSuffix, Type: types.Dynamic})
	}
	return &tuple
}

func sortsArrays(name string) bool { return name == "array_sort_asc" || name == "array_sort_desc" }

func isBool(x syntax.Expr) bool {
	literal, ok := unparen(x).(*syntax.Literal)
	return ok && literalType(literal.Kind) == types.Bool
}

// sortedName names a column of sortedTuple as its array.
func (b *binder) sortedName(call *syntax.Call, index int) string {
	name := b.nameOf(call.Args[index])
	if name == "" {
		name = "array" + decimalText(index)
	}
	return name + sortedSuffix
}

// arraySort binds array_sort_asc and array_sort_desc. Whether the last argument
// is an array must be seen from how it is written: the names of the columns
// depend on it.
func (b *binder) arraySort(x *syntax.Call, f *builtin.Function, r *rows) plan.Expr {
	args := b.exprs(x.Args, r)
	if last := len(args) - 1; last > 0 && args[last].Type() == types.Bool && !isBool(x.Args[last]) {
		b.refuse(x.Args[last], x.Func.Text+" with a last argument that is not written out", "write true or false")
		return b.failed(x)
	}
	return b.plainCall(x, f, args)
}

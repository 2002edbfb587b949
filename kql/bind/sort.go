package bind

import (
	"github.com/conshelf/conshelf/kql/diag"
	"github.com/conshelf/conshelf/kql/plan"
	"github.com/conshelf/conshelf/kql/syntax"
	"github.com/conshelf/conshelf/kql/types"
)

// sort binds sort by keys. A key descends unless it says asc; nulls are the
// least of values.
func (b *binder) sort(in *relation, keys []*syntax.SortKey) *relation {
	r := in.rows()
	node := &plan.Sort{Input: in.rel}
	for _, key := range keys {
		x := key.X
		if n, ok := x.(*syntax.Named); ok {
			x = n.X
		}
		e := b.scalarKey(x, r)
		desc := key.Order != "asc"
		first := !desc
		if key.Nulls != "" {
			first = key.Nulls == "first"
		}
		node.Keys = append(node.Keys, plan.SortKey{Expr: e, Desc: desc, NullsFirst: first})
	}
	return in.with(node)
}

// scalarKey binds a key to group or to sort by, which may not be dynamic.
func (b *binder) scalarKey(x syntax.Expr, r *rows) plan.Expr {
	e := b.expr(x, r)
	if e.Type() == types.Dynamic {
		b.report(x, diag.NotSummarizable, "a dynamic value is no key: it has no order and no equality", "write tostring(…)")
		return b.failed(x)
	}
	return e
}

package bind

import (
	"github.com/conshelf/conshelf/kql/plan"
	"github.com/conshelf/conshelf/kql/syntax"
)

// partition binds partition by key (operators): the operators are run over the
// rows of each key, and all they give is put together.
func (b *binder) partition(in *relation, op *syntax.Partition) *relation {
	switch {
	case op.In != nil:
		b.refuse(op.In, "partition by … in", "write | where key in (…) before it")
		return broken()
	case op.Expr != nil:
		b.abstain(op.Expr, "partition by … { query }", "write (operators): they read the rows of each key")
		return b.table(op.Expr)
	case op.Branch.Pipe.Source != nil:
		b.refuse(op.Branch, "a table of its own inside partition", "start with an operator")
		return broken()
	}
	key := b.scalarKey(op.By, in.rows())
	given := &plan.Given{Cols: in.rel.Columns()}
	sub := b.operators(&relation{rel: given, open: in.open, asked: in.asked}, op.Branch.Pipe.Ops)
	if in.open || sub.open || anyUnknown(key) {
		return broken()
	}
	return &relation{rel: &plan.Partition{Input: in.rel, Keys: []plan.Expr{key}, Sub: sub.rel}}
}

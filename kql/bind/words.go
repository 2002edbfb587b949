package bind

import (
	"github.com/conshelf/conshelf/kql/plan"
	"github.com/conshelf/conshelf/kql/syntax"
)

// A vocabulary is what an operator adds to expressions: the steps of scan, the
// nodes and edges of graph-match. Both methods return false for what it does
// not know.
type vocabulary interface {
	path(b *binder, x *syntax.Path) (plan.Expr, bool)
	call(b *binder, x *syntax.Call, r *rows) (plan.Expr, bool)
}

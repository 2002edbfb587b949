package plan

import "github.com/conshelf/conshelf/kql/builtin"

// Random tells whether q calls a function that gives Kusto another answer each
// time. Ours is always the same, and no other answer tells whether it is right.
func Random(q *Query) bool {
	random := false
	Walk(q.Root, func(r Rel) {
		for _, e := range Exprs(r) {
			WalkExpr(e, func(e Expr) {
				if c, ok := e.(*Call); ok && builtin.Placed(c.Func) {
					random = true
				}
			})
		}
	})
	return random
}

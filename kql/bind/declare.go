package bind

import (
	"github.com/conshelf/conshelf/kql/diag"
	"github.com/conshelf/conshelf/kql/syntax"
)

// declare binds declare query_parameters: names with the values that they have
// where nobody gives others.
func (b *binder) declare(s *syntax.Declare) {
	for _, p := range s.Params {
		switch {
		case p.Table:
			b.refuse(p, "a query parameter that is a table", "write let")
		case p.Default == nil:
			t, _ := b.scalarType(p, p.Type)
			value := b.decline(p, diag.ArgumentCount, "the query parameter "+p.Name.Text+" has no value", "write "+p.Name.Text+":type = value", t)
			b.scope.define(p.Name.Text, &binding{value: value})
		default:
			b.defineScalar(p, b.scope, p, b.expr(p.Default, noRows()), nil)
		}
	}
}

package bind

import (
	"github.com/conshelf/conshelf/kql/diag"
	"github.com/conshelf/conshelf/kql/plan"
	"github.com/conshelf/conshelf/kql/syntax"
	"github.com/conshelf/conshelf/kql/types"
)

// decline reports what Microsoft's binder takes, as a value of type t, though
// what Kusto then answers is not known: a query with it is not run. Where it is
// only looked at, that is a warning and not an error.
func (b *binder) decline(n syntax.Node, code diag.Code, message, hint string, t types.Scalar) plan.Expr {
	if !b.env.Analyze {
		b.report(n, code, message, hint)
		return b.failed(n)
	}
	b.list.Add(diag.Diagnostic{Span: b.span(n), Severity: diag.Warning, Code: code, Message: message, Hint: hint})
	return &plan.Const{Value: types.Null(t), At: b.span(n)}
}

// abstain declines a construct that the language has and this program does not
// run.
func (b *binder) abstain(n syntax.Node, what, hint string) {
	b.decline(n, diag.Unsupported, what+" is not supported", hint, types.Unknown)
}

package bind

import (
	"fmt"
	"slices"

	"github.com/conshelf/conshelf/kql/diag"
	"github.com/conshelf/conshelf/kql/plan"
	"github.com/conshelf/conshelf/kql/syntax"
	"github.com/conshelf/conshelf/kql/types"
)

// maxDiscovered is how many columns a plugin may give.
const maxDiscovered = 1_000

// discover runs rel, whose rows say what columns a plugin gives. It returns
// false if that cannot be known: after an error, or where a query is only
// looked at.
func (b *binder) discover(x syntax.Node, what, hint string, rel plan.Rel) ([][]types.Value, bool) {
	switch {
	case b.failures > 0:
		return nil, false
	case b.env.Discover == nil && b.env.Analyze:
		b.list.Add(diag.Diagnostic{Span: b.span(x), Severity: diag.Info, Code: diag.DependsOnRows, Message: what + " depend on the rows", Hint: hint})
		return nil, false
	case b.env.Discover == nil:
		b.report(x, diag.DependsOnRows, what+" depend on the rows", hint)
		return nil, false
	case readsGiven(rel):
		b.report(x, diag.DependsOnRows, what+" depend on the rows of a query inside mv-apply or partition", hint)
		return nil, false
	}
	limited := &plan.Limit{Input: rel, N: &plan.Const{Value: types.NewLong(maxDiscovered + 1)}}
	rows, err := b.env.Discover(&plan.Query{Root: limited, Now: b.env.Now, UsesNow: b.usesNow})
	if err != nil {
		b.report(x, diag.DependsOnRows, fmt.Sprintf("%s depend on the rows, and reading them ended with: %v", what, err), hint)
		return nil, false
	}
	if len(rows) > maxDiscovered {
		b.report(x, diag.TooComplex, fmt.Sprintf("%s are more than %d", what, maxDiscovered), hint)
		return nil, false
	}
	return rows, true
}

// readsGiven tells whether rel reads rows that a node around it supplies.
func readsGiven(rel plan.Rel) bool {
	if _, ok := rel.(*plan.Given); ok {
		return true
	}
	inputs := plan.Inputs(rel)
	if apply, ok := rel.(*plan.Apply); ok { // it supplies the rows of its own query
		inputs = []plan.Rel{apply.Input}
	}
	if partition, ok := rel.(*plan.Partition); ok {
		inputs = []plan.Rel{partition.Input}
	}
	return slices.ContainsFunc(inputs, readsGiven)
}

// call builds a call of a builtin whose types are known.
func call(name string, t types.Scalar, args ...plan.Expr) *plan.Call {
	return &plan.Call{Func: name, Args: args, T: t}
}

func text(s string) plan.Expr { return &plan.Const{Value: types.NewString(s)} }

func col(i int, t types.Scalar) *plan.Col { return &plan.Col{Index: i, T: t} }

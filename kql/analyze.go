package kql

import (
	"github.com/conshelf/conshelf/kql/bind"
	"github.com/conshelf/conshelf/kql/diag"
	"github.com/conshelf/conshelf/kql/plan"
	"github.com/conshelf/conshelf/kql/syntax"
	"github.com/conshelf/conshelf/kql/types"
)

// An Analysis is what can be said of a query without running anything.
type Analysis struct {
	// Columns are those that the result, the last of several, is known to have. One whose type cannot
	// be known is of type Unknown.
	Columns []types.Column
	// Open tells that there may be more: they depend on rows, on data from
	// outside, or on a table or function that is not there.
	Open        bool
	Diagnostics diag.List
}

// Analyze looks at a query for an editor or a check. It needs no engine: where
// Compile would ask Discover or External and there is none, the columns are
// open, and that is no error.
func Analyze(text string, o Options) Analysis {
	tree, list := syntax.ParseQuery(text)
	if list.HasErrors() {
		return Analysis{Open: true, Diagnostics: list}
	}
	env := o.env()
	env.Analyze = true
	query, open, found := bind.Look(tree, env)
	list = append(list, found...)
	a := Analysis{Open: open || query == nil}
	if query != nil {
		lint(query, o.Facts, &list)
		a.Columns = last(query).Root.Columns()
	}
	list.Sort()
	a.Diagnostics = list
	return a
}

// last returns the last of a query's results: Microsoft's binder gives its
// columns for those of the query.
func last(q *plan.Query) *plan.Query {
	if n := len(q.Others); n > 0 {
		return q.Others[n-1]
	}
	return q
}

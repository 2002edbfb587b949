// Package kql compiles KQL: text in, typed plan out. It knows nothing of logs:
// which tables there are, and what is known of their values, the caller tells.
// A query that has errors has no plan.
package kql

import (
	"github.com/conshelf/conshelf/kql/bind"
	"github.com/conshelf/conshelf/kql/diag"
	"github.com/conshelf/conshelf/kql/plan"
	"github.com/conshelf/conshelf/kql/syntax"
	"github.com/conshelf/conshelf/kql/types"
)

// Options are what a query is compiled against. The zero Options has no
// tables.
type Options struct {
	Catalog types.Catalog
	// Functions are saved functions and views, by name.
	Functions []bind.Function
	// Now is what now() means, in ticks; plan.OpenNow leaves it open.
	Now int64
	// Facts are what the warnings know beyond the catalog.
	Facts types.Facts
	// Discover runs a query whose rows say what columns a plugin gives, such
	// as the keys of a bag. Nil: Compile refuses what would need it.
	Discover func(q *plan.Query) (rows [][]types.Value, err error)
	// External returns rows that the engine holds and that stand for what a
	// query reads from outside: of the columns that ref declares, if it does.
	// Their scans are References. Nil: Compile refuses what would need it.
	External func(ref bind.External) (plan.Rel, error)
}

func (o Options) env() bind.Env {
	return bind.Env{
		Catalog: o.Catalog, Functions: o.Functions, Now: o.Now, Facts: o.Facts, Discover: o.Discover, External: o.External,
	}
}

// Compile returns the plan of a query and what there is to say about it, in
// the order of the text. If the list has errors, the plan is nil.
func Compile(text string, o Options) (*plan.Query, diag.List) {
	tree, list := syntax.ParseQuery(text)
	if list.HasErrors() {
		return nil, list
	}
	query, found := bind.Bind(tree, o.env())
	list = append(list, found...)
	if query != nil {
		lint(query, o.Facts, &list)
		query.Text = text
		for _, other := range query.Others {
			other.Text = text
		}
	}
	list.Sort()
	if list.HasErrors() {
		return nil, list
	}
	return query, list
}

package bind

import (
	"maps"
	"slices"

	"github.com/conshelf/conshelf/kql/diag"
	"github.com/conshelf/conshelf/kql/plan"
	"github.com/conshelf/conshelf/kql/syntax"
)

// A scope holds the names that let, as and parameters define.
type scope struct {
	parent *scope
	names  map[string]*binding
	order  []string
}

func newScope(parent *scope) *scope {
	return &scope{parent: parent, names: make(map[string]*binding)}
}

func (s *scope) define(name string, x *binding) {
	if _, ok := s.names[name]; !ok {
		s.order = append(s.order, name)
	}
	s.names[name] = x
}

// sealed returns the scope as it is now: what a function sees, for a name that is
// defined after it means nothing in its body.
func (s *scope) sealed() *scope {
	return &scope{parent: s.parent, names: maps.Clone(s.names), order: slices.Clip(s.order)}
}

// lookup returns what a name means, or nil.
func (s *scope) lookup(name string) *binding {
	for ; s != nil; s = s.parent {
		if x, ok := s.names[name]; ok {
			return x
		}
	}
	return nil
}

// all returns the names of the scope and those around it, innermost first.
func (s *scope) all() []string {
	var names []string
	for ; s != nil; s = s.parent {
		names = append(names, s.order...)
	}
	return names
}

// A binding is what a name means. One of value, table, fn, pattern and group
// is set.
type binding struct {
	value plan.Expr
	rows  *rows // the rows that value's columns are of; nil: it has none
	table *relation
	fn    *function
	// pattern is a function of constants that is written case by case.
	pattern *syntax.Pattern
	group   *syntax.EntityGroup
	// problems are the tables and functions that its definition misses. They
	// are reported when the name is used, unless in a fuzzy union.
	problems diag.List
	forgiven bool
}

// A function is a user's function: a let, or a saved one.
type function struct {
	name    string
	literal *syntax.FunctionLiteral
	scope   *scope // where it was defined
	saved   bool
	kind    kind // of what it returns, once known
	looking bool // its kind is being looked for
	// problems are what is wrong with the text of a saved function.
	problems diag.List
}

// view tells whether the function may be used by its name alone.
func (f *function) view() bool {
	for _, p := range f.literal.Params {
		if p.Default == nil {
			return false
		}
	}
	return true
}

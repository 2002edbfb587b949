package bind

import (
	"github.com/conshelf/conshelf/kql/builtin"
	"github.com/conshelf/conshelf/kql/plan"
	"github.com/conshelf/conshelf/kql/syntax"
	"github.com/conshelf/conshelf/kql/types"
)

// A kind is what an expression is, before it is bound: only names can tell.
type kind int

const (
	unknownKind kind = iota // it names what is not there
	scalarKind
	tabularKind
	functionKind
)

// isTabular tells whether x is a table. Columns of r, if r is not nil, hide
// the tables of their names.
func (b *binder) isTabular(x syntax.Expr, r *rows) bool { return b.kindOf(x, r) == tabularKind }

// isScalar tells whether x is a scalar for sure.
func (b *binder) isScalar(x syntax.Expr) bool { return b.kindOf(x, nil) == scalarKind }

func (b *binder) kindOf(x syntax.Expr, r *rows) kind {
	switch x := x.(type) {
	case *syntax.Paren:
		return b.kindOf(x.X, r)
	case *syntax.Name:
		return b.nameKind(x.Text, r)
	case *syntax.Call:
		return b.callKind(x)
	case *syntax.Path:
		return b.pathKind(x)
	case *syntax.Named:
		return b.kindOf(x.X, r)
	case *syntax.Pipe, *syntax.DataTable, *syntax.ExternalData, *syntax.Foreign:
		return tabularKind
	case *syntax.FunctionLiteral, *syntax.EntityGroup:
		return functionKind
	case *syntax.Wildcard, *syntax.Literal, *syntax.Dynamic, *syntax.DynamicArray, *syntax.DynamicBag,
		*syntax.Unary, *syntax.Binary, *syntax.Between, *syntax.Membership, *syntax.Index, *syntax.TypeOf:
		return scalarKind
	}
	panic(x)
}

func (b *binder) nameKind(name string, r *rows) kind {
	if r != nil && r.column(name) >= 0 {
		return scalarKind
	}
	if bound := b.scope.lookup(name); bound != nil {
		switch {
		case bound.value != nil:
			return scalarKind
		case bound.table != nil:
			return tabularKind
		case bound.fn == nil:
			return functionKind
		}
		return b.viewKind(bound.fn)
	}
	if _, ok := b.catalogTable(name); ok {
		return tabularKind
	}
	if f := b.savedFunction(name); f != nil {
		return b.viewKind(f)
	}
	return unknownKind
}

// viewKind is the kind of a function that is named without parentheses.
func (b *binder) viewKind(f *function) kind {
	if !f.view() {
		return functionKind
	}
	return b.bodyKind(f)
}

func (b *binder) callKind(x *syntax.Call) kind {
	if f := b.userFunction(x.Func.Text); f != nil {
		return b.bodyKind(f)
	}
	if p, ok := b.patternCall(x, nil); ok {
		return b.matchKind(p, x, nil)
	}
	switch x.Func.Text {
	case "materialize", "table", "cluster", "database", "workspace", "app", "adx", "arg", "resource", "_GetWatchlist",
		"_GetWatchlistAlias", "external_table", "externaldata", "totable":
		return tabularKind
	}
	if _, ok := builtin.Lookup(x.Func.Text); ok {
		return scalarKind
	}
	return unknownKind
}

// pathKind is the kind of a.b: of a call such as database("d"), a table.
func (b *binder) pathKind(x *syntax.Path) kind {
	if x.Call != nil {
		return tabularKind
	}
	if call, ok := x.X.(*syntax.Call); ok {
		if p, ok := b.patternCall(call, x.Name); ok {
			return b.matchKind(p, call, x.Name)
		}
		return b.callKind(call)
	}
	if name, ok := x.X.(*syntax.Name); ok && b.entities[name.Text] {
		return tabularKind
	}
	if path, ok := x.X.(*syntax.Path); ok {
		return b.pathKind(path)
	}
	return scalarKind
}

// bodyKind is the kind of what a function returns.
func (b *binder) bodyKind(f *function) kind {
	if f.kind != unknownKind || f.looking {
		return f.kind
	}
	f.looking = true
	defer func() { f.looking = false }()
	outer, at := b.scope, b.at
	defer func() { b.scope, b.at = outer, at }()
	if f.saved && b.at == nil {
		span := f.literal.Span()
		b.at = &span
	}
	b.scope = newScope(f.scope)
	for _, p := range f.literal.Params {
		b.scope.define(p.Name.Text, b.placeholder(p.Table))
	}
	for _, s := range f.literal.Body {
		switch s := s.(type) {
		case *syntax.Let:
			b.scope.define(s.Name.Text, b.letPlaceholder(s))
		case *syntax.ExprStatement:
			f.kind = b.kindOf(s.Expr, nil)
		case *syntax.Set, *syntax.Declare, *syntax.Alias, *syntax.Restrict, *syntax.Pattern:
		default:
			panic(s)
		}
	}
	return f.kind
}

// placeholder is a binding of which only the kind matters.
func (b *binder) placeholder(table bool) *binding {
	if table {
		return &binding{table: broken()}
	}
	return &binding{value: &plan.Const{Value: types.Value{}}}
}

func (b *binder) letPlaceholder(s *syntax.Let) *binding {
	if f, ok := s.Value.(*syntax.FunctionLiteral); ok {
		return &binding{fn: &function{name: s.Name.Text, literal: f, scope: b.scope}}
	}
	return b.placeholder(b.isTabular(s.Value, nil))
}

// unparen takes the parentheses off an expression.
func unparen(x syntax.Expr) syntax.Expr {
	for {
		p, ok := x.(*syntax.Paren)
		if !ok {
			return x
		}
		x = p.X
	}
}

package plan

import (
	"github.com/conshelf/conshelf/kql/diag"
	"github.com/conshelf/conshelf/kql/types"
)

// An Expr is a scalar expression over the columns of one relation.
//
//sumtype:decl
type Expr interface {
	// Type returns the type of the value.
	Type() types.Scalar
	// Span returns the place in the query that the expression came from.
	Span() diag.Span
	expr()
}

type (
	// A Col is column Index of the input.
	Col struct {
		Index int
		T     types.Scalar
		At    diag.Span
	}

	// A Const is a literal, or what folding made of one.
	Const struct {
		Value types.Value
		At    diag.Span
	}

	// A Call is a builtin over arguments whose types are those of one of its
	// signatures. Func is the name in builtin, never an alias; an operator is
	// called by its symbol. The binder has written every implicit conversion
	// out as a Call of its own, so both sides of a comparison have one type,
	// or one of them is dynamic.
	Call struct {
		Func string
		Args []Expr
		T    types.Scalar
		At   diag.Span
	}

	// A Path is a walk into a dynamic value: members and elements.
	// What is not there is null, never an error.
	Path struct {
		X     Expr // dynamic
		Steps []Step
		At    diag.Span
	}

	// A Subquery is toscalar: the first column of the first row, or null.
	Subquery struct {
		Rel Rel
		T   types.Scalar
		At  diag.Span
	}

	// An InQuery is x op (tabular): true if X stands in op to a value of Rel's
	// first column. Op is "in", "!in", "in~", "!in~", "has_any" or "has_all".
	InQuery struct {
		Op  string
		X   Expr
		Rel Rel
		At  diag.Span
	}
)

// A Step is one step of a Path. Exactly one of Name and Index is set.
type Step struct {
	Name  string // a member
	Index Expr   // an element (long; negative from the end) or a member (string)
}

func (*Col) expr()      {}
func (*Const) expr()    {}
func (*Call) expr()     {}
func (*Path) expr()     {}
func (*Subquery) expr() {}
func (*InQuery) expr()  {}

// Type returns the column's type.
func (e *Col) Type() types.Scalar { return e.T }

// Type returns the value's type.
func (e *Const) Type() types.Scalar { return e.Value.Type }

// Type returns the type of the result.
func (e *Call) Type() types.Scalar { return e.T }

// Type is Dynamic.
func (e *Path) Type() types.Scalar { return types.Dynamic }

// Type returns the type of the subquery's first column.
func (e *Subquery) Type() types.Scalar { return e.T }

// Type is Bool.
func (e *InQuery) Type() types.Scalar { return types.Bool }

// Span returns where the column was named.
func (e *Col) Span() diag.Span { return e.At }

// Span returns where the literal stands.
func (e *Const) Span() diag.Span { return e.At }

// Span returns the whole call.
func (e *Call) Span() diag.Span { return e.At }

// Span returns the whole path.
func (e *Path) Span() diag.Span { return e.At }

// Span returns the whole subquery.
func (e *Subquery) Span() diag.Span { return e.At }

// Span returns the whole predicate.
func (e *InQuery) Span() diag.Span { return e.At }

// Package syntax scans, parses and prints KQL. Its tree is the query as
// written: it knows no tables, no types and no functions. Every node carries
// its span; a tree does not change after it is built.
package syntax

import "github.com/conshelf/conshelf/kql/diag"

// A Node is any part of the tree.
type Node interface {
	Span() diag.Span
}

// node is the span of a node; every node embeds it.
type node struct{ span diag.Span }

// Span returns the bytes of the query that the node was read from.
func (n node) Span() diag.Span { return n.span }

// A Query is a whole query text: statements, in order.
type Query struct {
	node
	Statements []Statement
}

// A Statement is one of the parts of a query that semicolons divide.
//
//sumtype:decl
type Statement interface {
	Node
	statement()
}

type (
	// A Let binds a name to a scalar, a table or a function.
	Let struct {
		node
		Name  *Name
		Value Expr // FunctionLiteral for a function
	}
	// A Set is a client request property: set name [= value].
	Set struct {
		node
		Name  *Name
		Value Expr // nil: only named
	}
	// A Declare is declare query_parameters(…).
	Declare struct {
		node
		Params []*Param
	}
	// An Alias is alias database name = expr.
	Alias struct {
		node
		Name  *Name
		Value Expr
	}
	// A Restrict is restrict access to (…).
	Restrict struct {
		node
		Entities []Expr
	}
	// A Pattern is declare pattern name = (params)[path] { matches }.
	Pattern struct {
		node
		Name    *Name
		Params  []*Param
		Path    *Param // nil: the pattern has no path
		Matches []*PatternMatch
		Bare    bool // only declared: somebody in between replaces it
	}
	// An ExprStatement is a query: a tabular expression that gives the result.
	ExprStatement struct {
		node
		Expr Expr
	}
)

func (*Let) statement()           {}
func (*Set) statement()           {}
func (*Declare) statement()       {}
func (*Alias) statement()         {}
func (*Restrict) statement()      {}
func (*Pattern) statement()       {}
func (*ExprStatement) statement() {}

// An Expr is an expression, scalar or tabular: which one it is, only binding
// can tell.
//
//sumtype:decl
type Expr interface {
	Node
	expr()
}

// A LiteralKind is the form of a literal as written.
type LiteralKind int

// The literal forms.
const (
	BoolLiteral     LiteralKind = iota // true, bool(true)
	LongLiteral                        // 1, 0x1F, long(1)
	IntLiteral                         // int(1)
	RealLiteral                        // 1.5, 1e3, real(1.5), real(nan)
	DecimalLiteral                     // decimal(1.5)
	StringLiteral                      // "…", '…', @"…", h"…", ```…```
	DateTimeLiteral                    // datetime(2020-01-01)
	TimeSpanLiteral                    // 1d, timespan(1.02:03:04)
	GUIDLiteral                        // guid(…)
	NullLiteral                        // null, inside dynamic(…) only
)

type (
	// A Name refers to a column, variable, table or parameter.
	Name struct {
		node
		Text string
		// Quoted tells that it was written ['…'] or ["…"], so that a keyword
		// in it is only a name.
		Quoted bool
	}
	// A Wildcard is a name pattern with *: a*, *, or Prefix* in union and project-away.
	Wildcard struct {
		node
		Pattern string
	}
	// A Literal is a scalar literal. Text is what stands between the
	// parentheses, or the whole token; for a string, the decoded value.
	Literal struct {
		node
		Kind LiteralKind
		Text string
		// Hidden tells that a string was written h"…": it is not to be shown in logs.
		Hidden bool
	}
	// A Dynamic is dynamic(value).
	Dynamic struct {
		node
		Value Expr // Literal, DynamicArray, DynamicBag
	}
	// A DynamicArray is [ … ] inside dynamic(…).
	DynamicArray struct {
		node
		Elements []Expr
	}
	// A DynamicBag is { key: value, … } inside dynamic(…).
	DynamicBag struct {
		node
		Keys   []*Literal // strings
		Values []Expr
	}
	// A Unary is -x or +x. ("not" is a function.)
	Unary struct {
		node
		Op string
		X  Expr
	}
	// A Binary is x op y. Op is as written, in lower case: "+", "==", "<>",
	// "=~", "and", "has", "!contains_cs", "matches regex", ":" …
	Binary struct {
		node
		Op   string
		OpAt diag.Span
		X, Y Expr
	}
	// A Between is x [!]between (low .. high).
	Between struct {
		node
		Not       bool
		X         Expr
		Low, High Expr
	}
	// A Membership is x op (list): in, !in, in~, !in~, has_any, has_all. A
	// single element may be a tabular expression or a dynamic array.
	Membership struct {
		node
		Op   string
		X    Expr
		List []Expr
	}
	// A Call is name(args). A named argument is a Named.
	Call struct {
		node
		Func *Name
		Args []Expr
	}
	// A Path is x.name, of a dynamic value or of $left and $right. In union,
	// find and restrict, the text of a name that is not quoted may be a pattern
	// with *.
	Path struct {
		node
		X    Expr
		Name *Name
		// Call, if not nil, tells that the path is x.name(args), as in
		// cluster("c").database("d"); its Func is Name.
		Call *Call
	}
	// An Index is x[i].
	Index struct {
		node
		X, Index Expr
	}
	// A Paren is (x), kept for printing.
	Paren struct {
		node
		X Expr
	}
	// A Named is name = x or (a, b) = x, in project, extend, summarize,
	// arguments and properties.
	Named struct {
		node
		Names []*Name
		Tuple bool // written with parentheses
		X     Expr
	}
	// A TypeOf is typeof(long) or typeof(a:string, *).
	TypeOf struct {
		node
		Type    string    // for the scalar form
		Columns []*Column // for the tabular form
		Star    bool
	}
	// A Pipe is a source and the operators it flows through. Source is nil if
	// the first operator brings its own rows (print, range, union, search, find).
	Pipe struct {
		node
		Source Expr
		Ops    []Operator
	}
	// A DataTable is datatable(a:string, …) [ … ].
	DataTable struct {
		node
		Columns []*Column
		Values  []Expr
	}
	// An ExternalData is externaldata(a:string, …) [ uris ] with (props).
	ExternalData struct {
		node
		Columns []*Column
		URIs    []Expr
		Props   []*Property
	}
	// A Foreign is a source of rows that is not in any database, kept as its
	// text: a management command, an inline external table. Nothing runs it.
	Foreign struct {
		node
		What    string    // how a message calls it
		Columns []*Column // that it declares; nil: it declares none
		Text    string
	}
	// An EntityGroup is entity_group [entities]: databases, clusters, tables.
	EntityGroup struct {
		node
		Entities []Expr
	}
	// A FunctionLiteral is ([view] params) { body }.
	FunctionLiteral struct {
		node
		View   bool
		Params []*Param
		Body   []Statement
	}
)

func (*Name) expr()            {}
func (*Wildcard) expr()        {}
func (*Literal) expr()         {}
func (*Dynamic) expr()         {}
func (*DynamicArray) expr()    {}
func (*DynamicBag) expr()      {}
func (*Unary) expr()           {}
func (*Binary) expr()          {}
func (*Between) expr()         {}
func (*Membership) expr()      {}
func (*Call) expr()            {}
func (*Path) expr()            {}
func (*Index) expr()           {}
func (*Paren) expr()           {}
func (*Named) expr()           {}
func (*TypeOf) expr()          {}
func (*Pipe) expr()            {}
func (*DataTable) expr()       {}
func (*ExternalData) expr()    {}
func (*Foreign) expr()         {}
func (*EntityGroup) expr()     {}
func (*FunctionLiteral) expr() {}

// A Column declares a column: name:type.
type Column struct {
	node
	Name *Name
	Type string // as written
}

// A Param declares a parameter: name:type [= default], or name:(a:string, …)
// or name:(*) for a table.
type Param struct {
	node
	Name    *Name
	Type    string // scalar type as written; empty for a table
	Columns []*Column
	Table   bool
	Star    bool // table of any columns
	Default Expr // nil: none
}

// A PatternMatch is (args).[path] = { body } of a pattern.
type PatternMatch struct {
	node
	Args []Expr
	Path Expr // nil: the pattern has no path
	Body []Statement
}

// A Property is name=value before or after an operator's arguments: kind=inner,
// hint.strategy=shuffle, isfuzzy=true, with (title="…").
type Property struct {
	node
	Name  *Name
	Value Expr   // a Name for a bare word
	More  []Expr // the names after the first in a list: ycolumns=a, b
}

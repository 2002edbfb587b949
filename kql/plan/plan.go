// Package plan holds the meaning of a query: a typed relational tree, and the
// rewrites on it. Columns are referred to by position, every conversion that
// Kusto makes silently is written out, and each node knows its schema. An
// engine receives a *Query and nothing else; a tree does not change after it
// is built, and a rewrite returns a new one.
package plan

import (
	"slices"

	"github.com/conshelf/conshelf/kql/diag"
	"github.com/conshelf/conshelf/kql/types"
)

// A Query is a compiled query.
type Query struct {
	Root Rel
	// Now is what now() and ago() mean, in ticks.
	Now int64
	// UsesNow tells that the query called now() or ago(). The binder folds both
	// into constants and sets this, so that whoever moves Now knows that the
	// plan must be bound again.
	UsesNow bool
	// Scope limits the rows that every table shows. The zero Scope is all.
	Scope Scope
	// Render is what the query asked to be drawn; nil: nothing.
	Render *Render
	// Text is the query as written, for messages: spans point into it.
	Text string
	// Others are the further results of a query that has several, in order. Each
	// is complete, but has none of its own.
	Others []*Query
}

// A Scope limits what the tables of a query show: Sentinel's queryPeriod, and
// one tenant of several.
type Scope struct {
	// From and To bound TimeGenerated, From <= t < To, in ticks; 0: no bound.
	// Rows whose TimeGenerated is null are outside every bound.
	From, To int64
	// Tenant is the tenant whose rows are shown; empty: all. Tenantless shows
	// the rows that name none.
	Tenant string
}

// Tenantless is the Scope.Tenant of rows that name no tenant.
const Tenantless = "$none"

// A Render is the last stage's render.
type Render struct {
	Kind  string
	Props map[string]string
}

// Origin columns. They are in every table of evidence beside the columns of
// its schema, and no query can name them.
const (
	OriginFile   = "$file"   // long: the file's number in the case
	OriginRecord = "$record" // long: the record's number in that file, from 1
	OriginTenant = "$tenant" // string: the directory's tenant id, or '' if the record does not say
	OriginKey1   = "$key1"   // long: the record's identity, first half
	OriginKey2   = "$key2"   // long: the record's identity, second half
)

// A Rel is a relation: a bag of rows with a schema.
//
//sumtype:decl
type Rel interface {
	// Columns returns the schema. Names are unique.
	Columns() []types.Column
	rel()
}

type (
	// A Scan reads a table. Columns that the engine's table lacks are null
	// (or ''), so that a published column that no file filled can be asked for.
	Scan struct {
		Table types.Table
		Span  diag.Span
		// Reference tells that the table is no evidence, and that the query's
		// Scope does not limit it: a watchlist, a list of addresses.
		Reference bool
		// Pattern tells that the query did not name the table, but tables of a kind.
		Pattern bool
	}

	// Values is rows given in the query: datatable, print.
	Values struct {
		Cols []types.Column
		Rows [][]Expr // constants
	}

	// A Range is range name from a to b step c; both ends belong to it.
	Range struct {
		Col            types.Column
		From, To, Step Expr
	}

	// A Filter keeps the rows for which Cond is true; null is not.
	Filter struct {
		Input Rel
		Cond  Expr
	}

	// A Project computes new rows: extend, project and its family. Expressions
	// see Input's columns only, never one another.
	Project struct {
		Input Rel
		Cols  []Named
	}

	// An Aggregate groups by Keys and computes Aggs; Keys come first in the
	// schema. Without keys an empty input gives one row of defaults, unless
	// Grouped. Distinct is an Aggregate without Aggs.
	Aggregate struct {
		Input   Rel
		Keys    []Named
		Aggs    []Agg
		Grouped bool // "by" was written: empty input gives no row
		// Untraced tells that the rows are a means to find others: WithOrigins
		// gives them no record.
		Untraced bool
	}

	// A Join pairs rows. Null keys match null keys.
	Join struct {
		Left, Right Rel
		Kind        JoinKind
		On          []KeyPair
		Cols        []JoinColumn
		Span        diag.Span
	}

	// A Union is the rows of all inputs, one behind the other.
	Union struct {
		Inputs []Rel
		// Cols are the columns of the result, and At says of each column of each
		// input which of them it is, or -1. Those that an input does not fill are
		// null, or '' for a string. Both are nil where all inputs have the same columns.
		Cols []types.Column
		At   [][]int
	}

	// A Sort orders rows. The order lasts until an operator that loses it.
	Sort struct {
		Input Rel
		Keys  []SortKey
	}

	// A Limit keeps the first N rows in the input's order, or any N if it has none.
	Limit struct {
		Input Rel
		N     Expr
	}

	// An Expand is mv-expand: a row for each element; several columns go in step.
	Expand struct {
		Input Rel
		Items []Expansion
		// Index is the name of the with_itemindex column, appended last; empty: none.
		Index string
		// Array: a bag gives ["key", value] arrays, not one-key bags.
		Array bool
		Limit Expr // rows an input row may give; nil: Kusto's own limit
		Cols  []types.Column
	}

	// An Apply is mv-apply: Sub is run over the expanded rows of each input
	// row. In Sub, a Given stands for those rows: the input's schema with the
	// expanded columns in place. The result is the columns Outer of the input
	// row, then the columns Inner of what Sub gives.
	Apply struct {
		Input Rel
		Items []Expansion
		Index string
		Array bool // as in Expand
		Limit Expr
		Sub   Rel
		Outer []int // columns of Input
		Inner []int // columns of Sub
		Cols  []types.Column
	}

	// A Partition runs Sub over the rows of each value of Keys, and is the rows
	// of all its results. In Sub, a Given stands for the rows of one value; null
	// is a value.
	Partition struct {
		Input Rel
		Keys  []Expr
		Sub   Rel
	}

	// A Given stands for the rows that an enclosing node supplies.
	Given struct {
		Cols []types.Column
	}

	// A Parse is parse and parse-where.
	Parse struct {
		Input   Rel
		Source  Expr
		Mode    ParseMode
		Flags   string // of regex mode
		Pattern []ParsePart
		Where   bool // rows that do not match are dropped
		Cols    []types.Column
	}

	// A MakeSeries is make-series.
	MakeSeries struct {
		Input          Rel
		Keys           []Named
		Aggs           []SeriesAgg
		Axis           Named
		From, To, Step Expr // From and To may be nil
		NonEmpty       bool
		Cols           []types.Column
	}

	// A Serialize fixes the order of rows, so that window functions in the
	// Project above it have a meaning.
	Serialize struct {
		Input Rel
	}

	// A Plugin is evaluate name(args).
	Plugin struct {
		Name  string
		Input Rel
		Args  []Expr
		Cols  []types.Column
		Span  diag.Span
	}

	// A Shared is a relation that the query names and may use more than once
	// (let, materialize, as). The same pointer is the same rows.
	Shared struct {
		Name  string
		Input Rel
	}
)

func (*Scan) rel()       {}
func (*Values) rel()     {}
func (*Range) rel()      {}
func (*Filter) rel()     {}
func (*Project) rel()    {}
func (*Aggregate) rel()  {}
func (*Join) rel()       {}
func (*Union) rel()      {}
func (*Sort) rel()       {}
func (*Limit) rel()      {}
func (*Expand) rel()     {}
func (*Apply) rel()      {}
func (*Given) rel()      {}
func (*Partition) rel()  {}
func (*Parse) rel()      {}
func (*MakeSeries) rel() {}
func (*Serialize) rel()  {}
func (*Plugin) rel()     {}
func (*Shared) rel()     {}

// A Named is an expression and the column it fills.
type Named struct {
	Name string
	Expr Expr
}

// An Agg is an aggregate call and the column it fills. arg_max(t, *) is one
// Agg per column: ArgMax of the same By, which a dialect groups.
type Agg struct {
	Name string
	Call *AggCall
}

// An AggCall is a call of an aggregate.
type AggCall struct {
	Func string // name in builtin, never an alias
	Args []Expr
	// By is the maximised (minimised) expression of arg_max and arg_min, whose
	// Args[0] is the value to return; nil for all others.
	By   Expr
	Type types.Scalar
	Span diag.Span
}

// A JoinKind is what a join keeps.
type JoinKind int

// The kinds, as in KQL's join kind=.
const (
	InnerUnique JoinKind = iota // left rows are made unique by key first: the first in input order
	Inner
	LeftOuter
	RightOuter
	FullOuter
	LeftSemi
	RightSemi
	LeftAnti
	RightAnti
)

// A KeyPair is one equality of a join: Left over the left schema, Right over
// the right one. Both have one type.
type KeyPair struct {
	Left, Right Expr
}

// A JoinColumn is a column of a join's result: column Index of a side.
type JoinColumn struct {
	Right bool
	Index int
	Name  string
	Type  types.Scalar
}

// A SortKey is an expression and how it orders.
type SortKey struct {
	Expr       Expr
	Desc       bool
	NullsFirst bool
}

// An Expansion is a column of mv-expand: the dynamic value of Expr goes into
// column Index of the result, converted to Type.
type Expansion struct {
	Expr  Expr
	Index int
	Type  types.Scalar
}

// A ParseMode is the kind of a parse.
type ParseMode int

// The modes.
const (
	ParseSimple ParseMode = iota
	ParseRelaxed
	ParseRegex
)

// A ParsePart is a part of a parse pattern: a literal text (a regular
// expression in regex mode), a capture into result column Index, or a skip.
type ParsePart struct {
	Text    string
	Capture bool
	Skip    bool
	Index   int
	Type    types.Scalar
}

// A SeriesAgg is an aggregate of make-series and what fills an empty bin.
type SeriesAgg struct {
	Name    string
	Call    *AggCall
	Default Expr
}

// Columns returns the table's schema.
func (r *Scan) Columns() []types.Column { return r.Table.Columns }

// Columns returns the declared columns.
func (r *Values) Columns() []types.Column { return r.Cols }

// Columns returns the one column.
func (r *Range) Columns() []types.Column { return []types.Column{r.Col} }

// Columns returns the input's schema.
func (r *Filter) Columns() []types.Column { return r.Input.Columns() }

// Columns returns the computed columns.
func (r *Project) Columns() []types.Column { return columns(r.Cols) }

// Columns returns the keys, then the aggregates.
func (r *Aggregate) Columns() []types.Column {
	cols := columns(r.Keys)
	for _, a := range r.Aggs {
		cols = append(cols, types.Column{Name: a.Name, Type: a.Call.Type})
	}
	return cols
}

// Columns returns the columns that the join keeps of both sides.
func (r *Join) Columns() []types.Column {
	cols := make([]types.Column, len(r.Cols))
	for i, c := range r.Cols {
		cols[i] = types.Column{Name: c.Name, Type: c.Type}
	}
	return cols
}

// Columns returns the columns of all inputs.
func (r *Union) Columns() []types.Column {
	if r.Cols == nil {
		return r.Inputs[0].Columns()
	}
	return r.Cols
}

// Filled returns, for each column of the result, the column of input i that
// fills it, or -1; nil if each is filled by the column in its place.
func (r *Union) Filled(i int) []int {
	if r.At == nil {
		return nil
	}
	filled := slices.Repeat([]int{-1}, len(r.Cols))
	for k, at := range r.At[i] {
		if at >= 0 {
			filled[at] = k
		}
	}
	return filled
}

// Projection returns the columns of the result as input i gives them; nil if
// they are the input's own.
func (r *Union) Projection(i int) []Named {
	filled := r.Filled(i)
	var cols []Named
	for k, from := range filled {
		c := r.Cols[k]
		if from < 0 {
			cols = append(cols, Named{c.Name, &Const{Value: types.Null(c.Type)}})
			continue
		}
		cols = append(cols, Named{c.Name, &Col{Index: from, T: c.Type}})
	}
	return cols
}

// Columns returns the input's schema.
func (r *Sort) Columns() []types.Column { return r.Input.Columns() }

// Columns returns the input's schema.
func (r *Limit) Columns() []types.Column { return r.Input.Columns() }

// Columns returns the input's schema with the expanded columns in place.
func (r *Expand) Columns() []types.Column { return r.Cols }

// Columns returns the input's schema and what the subquery gives.
func (r *Apply) Columns() []types.Column { return r.Cols }

// Columns returns what the query over each part gives.
func (r *Partition) Columns() []types.Column { return r.Sub.Columns() }

// Columns returns the schema of the rows given.
func (r *Given) Columns() []types.Column { return r.Cols }

// Columns returns the input's schema with the captures.
func (r *Parse) Columns() []types.Column { return r.Cols }

// Columns returns the keys, the series and the axis.
func (r *MakeSeries) Columns() []types.Column { return r.Cols }

// Columns returns the input's schema.
func (r *Serialize) Columns() []types.Column { return r.Input.Columns() }

// Columns returns the plugin's result schema.
func (r *Plugin) Columns() []types.Column { return r.Cols }

// Columns returns the input's schema.
func (r *Shared) Columns() []types.Column { return r.Input.Columns() }

func columns(named []Named) []types.Column {
	cols := make([]types.Column, len(named))
	for i, n := range named {
		cols[i] = types.Column{Name: n.Name, Type: n.Expr.Type()}
	}
	return cols
}

// Package bind gives a parsed query its meaning: it resolves names against a
// catalog, checks types, writes out every conversion that Kusto makes silently
// and names result columns as Microsoft's binder does. What it cannot say
// exactly it refuses, with the place and a hint; it never guesses.
package bind

import (
	"slices"

	"github.com/conshelf/conshelf/kql/diag"
	"github.com/conshelf/conshelf/kql/plan"
	"github.com/conshelf/conshelf/kql/syntax"
	"github.com/conshelf/conshelf/kql/types"
)

// A Function is a saved function or a view: a named KQL text.
type Function struct {
	Name string
	// Parameters is what stands between the parentheses of its declaration,
	// such as "T:(*), from:datetime=datetime(null)"; empty: none.
	Parameters string
	// Body is a query, or an expression. In it a name that is both a table and
	// a function is the table, so that a view may have the name of a table
	// that it wraps.
	Body string
}

// Env is what a query may refer to.
type Env struct {
	Catalog   types.Catalog // nil: no tables
	Functions []Function
	Now       int64 // what now() means, in ticks
	// Facts say what to write instead of names that do not exist.
	Facts types.Facts
	// Discover runs a query that tells what columns a plugin gives. Nil: such a
	// query is refused, or, under Analyze, its columns are open.
	Discover func(q *plan.Query) ([][]types.Value, error)
	// External returns rows that the engine holds and that stand for data from
	// outside. If ref declares columns they are those; its scans are References.
	// Nil: there is none.
	External func(ref External) (plan.Rel, error)
	// Analyze tells that the query is only looked at: what cannot be known
	// without rows or outside data is open, and no error. The plan must not run.
	Analyze bool
}

// Bind returns the plan of a query. If the list has errors the plan is a
// draft: what did not bind is of type Unknown, and it may be nil. A draft is for
// saying more about the query; it must not be run.
func Bind(q *syntax.Query, env Env) (*plan.Query, diag.List) {
	query, _, list := Look(q, env)
	return query, list
}

// Look does what Bind does, and tells whether the result may have more columns
// than are known. An open result is never one to run.
func Look(q *syntax.Query, env Env) (query *plan.Query, open bool, list diag.List) {
	b := &binder{env: env, scope: newScope(nil), saved: make(map[string]*function)}
	query = b.query(q)
	b.reportUnused(b.scope)
	if b.open && !env.Analyze && !b.list.HasErrors() {
		b.report(q, diag.DependsOnRows, "the columns of the result cannot be known", "say what columns each plugin gives: "+unpackExample)
	}
	if query != nil && !b.limitSize(query, q.Span()) {
		query = nil
	}
	b.list.Sort()
	return query, b.open, b.list
}

// A binder walks the tree of one query.
type binder struct {
	env     Env
	list    diag.List
	scope   *scope
	saved   map[string]*function // saved functions that were parsed
	active  []*function          // functions being inlined, outermost first
	at      *diag.Span           // where a saved function is called; nil: in the query itself
	inlined int                  // how many calls were inlined
	caller  *rows                // in the body of a function: the rows that its call is about
	depth   int
	render  *plan.Render
	usesNow bool // now() or ago() was called
	// properties are the request properties that set statements give.
	properties map[string]syntax.Expr
	aliases    map[string][]string // databases that alias names
	cases      map[*syntax.PatternMatch]*function
	entities   map[string]bool // names that stand for each entity of a group
	open       bool            // the result may have columns that are not known
	// failures is how many errors were found, whether or not they are forgiven
	// later: what is built after one is a draft, and must not be run.
	failures int
	// found has the columns that calls of column_ifexists were bound to; ” if
	// there is none.
	found map[*syntax.Call]string
}

// The limits of what inlining may grow to. What is past them is refused.
const (
	maxInlined = 2_000
	maxDepth   = 1_500
	maxSize    = 1_000_000
	maxSteps   = 1_000
	maxColumns = 50_000
)

// span returns where a node stands in the query; a node of a saved function
// stands where the function is called.
func (b *binder) span(n syntax.Node) diag.Span {
	if b.at != nil {
		return *b.at
	}
	return n.Span()
}

func (b *binder) report(n syntax.Node, code diag.Code, message, hint string) {
	if b.at != nil && len(b.active) > 0 {
		message = "in " + b.active[len(b.active)-1].name + ": " + message
	}
	b.failures++
	b.list.Add(diag.Diagnostic{Span: b.span(n), Code: code, Message: message, Hint: hint})
}

// refuse reports a construct that the language has and this program lacks.
func (b *binder) refuse(n syntax.Node, what, hint string) {
	b.report(n, diag.Unsupported, what+" is not supported", hint)
}

// enter counts the depth of the walk; it reports and returns false past the
// limit. Leave must follow either way.
func (b *binder) enter(n syntax.Node) bool {
	b.depth++
	if b.depth <= maxDepth {
		return true
	}
	b.report(n, diag.TooComplex, "the query is nested too deeply", "")
	return false
}

func (b *binder) leave() { b.depth-- }

// query binds statements; the one expression among them is the result.
func (b *binder) query(q *syntax.Query) *plan.Query {
	var queries []*plan.Query
	for _, s := range q.Statements {
		x := b.statement(s)
		if x == nil {
			continue
		}
		b.render = nil
		for _, result := range b.results(x) {
			result = settled(result)
			b.open = b.open || result.open
			queries = append(queries, &plan.Query{Root: result.rel, Now: b.env.Now, Render: b.render})
		}
	}
	if queries == nil {
		if !b.list.HasErrors() {
			b.decline(q, diag.Expected, "the query has no result", "end it with a tabular expression", types.Unknown)
		}
		return nil
	}
	for _, query := range queries {
		query.UsesNow = b.usesNow
	}
	queries[0].Others = queries[1:]
	return queries[0]
}

// result binds the expression that gives a query's result.
func (b *binder) result(x syntax.Expr) *relation {
	if !b.isTabular(x, nil) && b.isScalar(x) {
		b.report(x, diag.UnknownTable, "the result of a query is a table, not a scalar", "write print …")
		return broken()
	}
	return b.table(x)
}

// statement binds a statement, and returns the expression of one that gives a
// result.
func (b *binder) statement(s syntax.Statement) syntax.Expr {
	switch s := s.(type) {
	case *syntax.Let:
		b.let(s)
	case *syntax.ExprStatement:
		return s.Expr
	case *syntax.Set:
		// Client request properties tune a server; results do not depend on those known.
		b.set(s)
	case *syntax.Declare:
		b.declare(s)
	case *syntax.Alias:
		b.alias(s)
	case *syntax.Restrict:
		b.abstain(s, "restrict access", "the tables of the evidence are one reader's; leave it out")
	case *syntax.Pattern:
		b.declarePattern(s)
	default:
		panic(s)
	}
	return nil
}

// set accepts a request property, unless it changes what a query returns.
func (b *binder) set(s *syntax.Set) {
	if b.properties == nil {
		b.properties = make(map[string]syntax.Expr)
	}
	b.properties[s.Name.Text] = s.Value
	switch s.Name.Text {
	case "query_datetimescope_column", "query_datetimescope_from", "query_datetimescope_to",
		"query_take_max_records", "query_now":
		b.abstain(s, "set "+s.Name.Text, "it changes the rows of the result; say it in the query")
	}
}

// let binds a name for the statements that follow.
func (b *binder) let(s *syntax.Let) {
	name := s.Name.Text
	if f, ok := s.Value.(*syntax.FunctionLiteral); ok {
		b.scope.define(name, &binding{fn: &function{name: name, literal: f, scope: b.scope.sealed()}})
		return
	}
	if group, ok := s.Value.(*syntax.EntityGroup); ok {
		b.scope.define(name, &binding{group: group})
		return
	}
	before, failures := b.list, b.failures
	b.list = nil
	bound := b.letValue(name, s.Value)
	bound.problems, b.list = b.list, before
	for _, d := range bound.problems {
		if !isMissing(d) {
			b.list.Add(d)
			failures = b.failures
		}
	}
	b.failures = failures
	bound.problems = slices.DeleteFunc(bound.problems, func(d diag.Diagnostic) bool { return !isMissing(d) })
	b.scope.define(name, bound)
}

func (b *binder) letValue(name string, x syntax.Expr) *binding {
	if k := b.kindOf(x, nil); k == tabularKind || k == unknownKind {
		return &binding{table: b.share(name, b.tabular(x))}
	}
	value := b.expr(x, &rows{origin: b.caller})
	if b.caller != nil && dependsOnRow(value) {
		return &binding{value: value, rows: b.caller}
	}
	return &binding{value: value}
}

// isMissing tells whether d says that a table or function is not there: what
// union isfuzzy=true forgives.
func isMissing(d diag.Diagnostic) bool {
	return d.Code == diag.UnknownTable || d.Code == diag.UnknownFunction
}

// reportUnused reports what is wrong with let statements that were never
// used, except where a fuzzy union has forgiven it.
func (b *binder) reportUnused(s *scope) {
	for _, name := range s.order {
		if bound := s.names[name]; !bound.forgiven {
			for _, d := range bound.problems {
				b.list.Add(d)
			}
		}
	}
}

// Package sqlgen says a plan in SQL for a dialect. What it cannot say exactly
// it refuses: it never writes something that is nearly the same.
//
// Each relational node becomes one common table expression. Rows carry, in
// hidden columns, what orders them, so that an order is applied only where it
// shows: at the end, in a limit, in a window, in a list. Every order ends in
// one that has no ties, so the same evidence gives the same answer.
package sqlgen

import (
	"fmt"
	"strings"

	"github.com/conshelf/conshelf/kql/diag"
	"github.com/conshelf/conshelf/kql/plan"
	"github.com/conshelf/conshelf/kql/types"
)

// A Statement is SQL and the values of its parameters, in order.
type Statement struct {
	SQL  string
	Args []any
}

// A Schema tells which tables the engine has, and how they are stored.
type Schema interface {
	// Source returns where the table of that name is stored; false if the
	// engine has none.
	Source(table string) (Source, bool)
}

// A Source is a stored table.
type Source struct {
	From    string // the table as SQL names it
	Columns map[string]StoredColumn
}

// A StoredColumn is a column of a stored table. Its values are those of Type
// as the dialect stores them.
type StoredColumn struct {
	Physical string // the column's name, not quoted
	Type     types.Scalar
}

// An UnsupportedError says what a dialect cannot do, where in the query it
// stands, and what may be written instead.
type UnsupportedError struct {
	Construct string // as the query writes it: "join kind=rightouter", "parse_xml"
	Reason    string
	Span      diag.Span
	Hint      string // may be empty
}

func (e *UnsupportedError) Error() string {
	s := e.Construct + " is not supported: " + e.Reason
	if e.Hint != "" {
		s += "; " + e.Hint
	}
	return s
}

// Generate says q in the dialect d. The columns of the result are those of
// q.Root, in their order, each of the SQL type that holds its type. An error
// is an *UnsupportedError.
func Generate(q *plan.Query, d Dialect, schema Schema) (Statement, error) {
	g := newGenerator(q, d, schema)
	root := g.rel(q.Root)
	g.checkColumns(root)
	if g.err != nil {
		return Statement{}, g.err
	}
	return Statement{SQL: g.statement(root), Args: g.args}, nil
}

func newGenerator(q *plan.Query, d Dialect, schema Schema) *generator {
	g := &generator{needs: needsOf(q.Root), dialect: d, schema: schema, query: q, shared: map[*plan.Shared]relation{}, uses: map[*plan.Shared]int{}}
	plan.Walk(q.Root, func(r plan.Rel) {
		if s, ok := r.(*plan.Shared); ok {
			g.uses[s]++
		}
	})
	return g
}

func (g *generator) checkColumns(root relation) {
	if len(root.cols) == 0 {
		g.refuse("a result without columns", "there is nothing of its rows to give", "keep a column", diag.Span{})
	}
}

// A generator writes one statement.
type generator struct {
	dialect Dialect
	schema  Schema
	query   *plan.Query
	needs   needs
	ctes    []string
	depths  []int // of each common table expression: see depth.go
	args    []any
	shared  map[*plan.Shared]relation
	uses    map[*plan.Shared]int
	given   []relation // what Given stands for, innermost last
	err     *UnsupportedError
	layer   windowLayer
	// steps are those that the query is asked in; nil: it is asked once. Instant is
	// the column of the step, where an expression over rows of steps is written.
	steps   *plan.Steps
	instant string
	tables  []askedTable // in steps
}

// refuse records the first construct that cannot be said. What is generated
// after it is thrown away, so any text may stand in its place.
func (g *generator) refuse(construct, reason, hint string, span diag.Span) string {
	if g.err == nil {
		g.err = &UnsupportedError{Construct: construct, Reason: reason, Hint: hint, Span: span}
	}
	return "NULL"
}

func (g *generator) statement(root relation) string {
	var b strings.Builder
	for i, cte := range g.ctes {
		if i == 0 {
			b.WriteString("WITH ")
		} else {
			b.WriteString(",\n     ")
		}
		b.WriteString(cte)
	}
	fmt.Fprintf(&b, "\nSELECT %s\nFROM %s", strings.Join(root.cols, ", "), root.name)
	if !root.natural {
		b.WriteString(orderBy(root.order, "\n"))
	}
	return strings.TrimPrefix(b.String(), "\n")
}

// cte adds a common table expression and returns its name.
func (g *generator) cte(body string) string {
	name := fmt.Sprintf("r%d", len(g.ctes)+1)
	g.depths = append(g.depths, g.depth(body))
	g.ctes = append(g.ctes, name+" AS NOT MATERIALIZED (\n  "+body+")")
	return name
}

// computed tells whether a relation is one that is computed once already.
func (g *generator) computed(r relation) bool {
	for _, cte := range g.ctes {
		if strings.HasPrefix(cte, r.name+" AS MATERIALIZED (") {
			return true
		}
	}
	return false
}

// materialize makes the last common table expression one that is computed once.
func (g *generator) materialize() {
	last := len(g.ctes) - 1
	g.ctes[last] = strings.Replace(g.ctes[last], " AS NOT MATERIALIZED (", " AS MATERIALIZED (", 1)
}

// rel writes a relation.
func (g *generator) rel(r plan.Rel) relation {
	switch r := r.(type) {
	case *plan.Scan:
		return g.scan(r)
	case *plan.Values:
		return g.values(r)
	case *plan.Range:
		return g.rangeOf(r)
	case *plan.Filter:
		return g.filter(r)
	case *plan.Project:
		return g.project(r)
	case *plan.Aggregate:
		return g.aggregate(r)
	case *plan.Join:
		return g.join(r)
	case *plan.Union:
		return g.union(r)
	case *plan.Sort:
		return g.sort(r)
	case *plan.Limit:
		return g.limit(r)
	case *plan.Expand:
		return g.expand(r)
	case *plan.Apply:
		return g.apply(r)
	case *plan.Match:
		g.notInSteps("scan", diag.Span{})
		return g.match(r)
	case *plan.Partition:
		g.notInSteps("partition", spanOf(r.Keys))
		return g.partition(r)
	case *plan.Given:
		return g.given[len(g.given)-1]
	case *plan.Parse:
		return g.parse(r)
	case *plan.MakeSeries:
		return g.makeSeries(r)
	case *plan.Serialize:
		return g.rel(r.Input)
	case *plan.Plugin:
		g.notInSteps("evaluate "+r.Name, r.Span)
		return g.plugin(r)
	case *plan.Shared:
		return g.sharedRel(r)
	default:
		panic(r) // unreachable: gochecksumtype proves the switch complete
	}
}

// sharedRel writes a shared relation once; it is computed once if it is used
// more than once, unless it is light.
func (g *generator) sharedRel(r *plan.Shared) relation {
	if rel, ok := g.shared[r]; ok {
		return rel
	}
	rel := g.rel(r.Input)
	if g.uses[r] > 1 && len(g.given) == 0 && !g.computed(rel) && (g.uses[r] > mostReadings || !light(r.Input)) {
		rel.name = g.cte("SELECT * FROM " + rel.name)
		g.materialize()
		rel.natural = false
	}
	if len(g.given) == 0 {
		g.shared[r] = rel
	}
	return rel
}

package bind

import (
	"slices"

	"github.com/conshelf/conshelf/kql/diag"
	"github.com/conshelf/conshelf/kql/plan"
	"github.com/conshelf/conshelf/kql/syntax"
	"github.com/conshelf/conshelf/kql/types"
)

// search binds search: the rows of all tables in which a condition is true,
// with a column $table that names the table. In is nil if it starts a query:
// without tables it then looks in all of them.
func (b *binder) search(in *relation, op *syntax.Search) *relation {
	var legs []leg
	switch {
	case in == nil:
		legs = b.searchedLegs(op, op.Tables, "search_arg")
	case op.Tables != nil:
		b.report(op, diag.UnexpectedText, "search in (…) starts a query; it cannot follow a bar", "")
		return broken()
	default:
		legs = []leg{{in, searchedName(in)}}
	}
	if legs == nil {
		return broken()
	}
	s := b.searcher(legs, searchesCase(op.Props))
	cond := s.term(op.Cond)
	if b.anyOpen(legs) {
		return broken()
	}
	for i, l := range legs {
		legs[i].relation = filtered(l.relation, cond(s, i))
	}
	return &relation{rel: unionOf(legs, unionProps{source: "$table", forgets: b.env.Analyze})}
}

// searchedName is what $table says of rows that came through a bar: the name of
// a table, if they are all of it.
func searchedName(in *relation) string {
	if scan, ok := in.rel.(*plan.Scan); ok {
		return scan.Table.Name
	}
	return "search_arg0"
}

// searchesCase tells whether letters match in their own case only.
func searchesCase(props []*syntax.Property) bool {
	for _, p := range props {
		if p.Name.Text == "kind" && valueText(p.Value) == "case_sensitive" {
			return true
		}
	}
	return false
}

// searchedLegs binds the tables of search and find: those named, or all. It
// returns nil after a report.
func (b *binder) searchedLegs(op syntax.Operator, tables []syntax.Expr, prefix string) []leg {
	if tables == nil {
		legs := b.patternLegs(op, "*", unionProps{fuzzy: true})
		if len(legs) == 0 {
			b.report(op, diag.UnknownTable, "there is no table to look in", "")
		}
		return legs
	}
	var legs []leg
	for _, x := range tables {
		if w, ok := x.(*syntax.Wildcard); ok {
			legs = append(legs, b.patternLegs(w, w.Pattern, unionProps{})...)
			continue
		}
		legs = append(legs, leg{b.table(x), b.sourceName(x, prefix, len(legs))})
	}
	return legs
}

func (b *binder) anyOpen(legs []leg) bool {
	return slices.ContainsFunc(legs, func(l leg) bool { return l.open })
}

// filtered keeps the rows of a leg for which a condition is true.
func filtered(r *relation, cond plan.Expr) *relation {
	if v, ok := constantOf(cond); ok && v.Valid && v.Int != 0 {
		return r
	}
	return r.with(&plan.Filter{Input: r.rel, Cond: cond})
}

// A searcher binds a condition once for all legs. Its names are the columns of
// the union of them; each leg is then asked about its own.
type searcher struct {
	b    *binder
	legs []leg
	// exact tells that the case of letters counts in a term.
	exact bool
	// mentioned are the columns that the condition names, in order.
	mentioned []string

	rows *rows         // the union's columns; nil until the condition names one
	at   []map[int]int // which of a leg's columns fills a column of the union; nil: the same
}

func (b *binder) searcher(legs []leg, exact bool) *searcher {
	return &searcher{b: b, legs: legs, exact: exact, at: make([]map[int]int, len(legs))}
}

// union returns the columns of the union of the legs.
func (s *searcher) union() *rows {
	if s.rows != nil {
		return s.rows
	}
	if s.b.anyOpen(s.legs) {
		s.rows = &rows{open: true}
		return s.rows
	}
	all := unionOf(s.legs, unionProps{forgets: s.b.env.Analyze})
	s.rows = (&relation{rel: all}).rows()
	if union, ok := all.(*plan.Union); ok && len(s.legs) > 1 && union.At != nil {
		for i, at := range union.At {
			s.at[i] = inverted(at)
		}
	}
	return s.rows
}

// inverted says which column of an input fills each column of the result.
func inverted(at []int) map[int]int {
	places := make(map[int]int, len(at))
	for from, to := range at {
		places[to] = from
	}
	return places
}

// A searched is a condition that gives each leg its own.
type searched func(s *searcher, leg int) plan.Expr

// term binds a condition, or a part of one.
func (s *searcher) term(x syntax.Expr) searched {
	x = unparen(x)
	if star, ok := x.(*syntax.Wildcard); ok && star.Pattern == "*" {
		return constantly(true)
	}
	if text, ok := x.(*syntax.Literal); ok {
		return s.literal(text, nil)
	}
	if call, ok := x.(*syntax.Call); ok && call.Func.Text == "not" && len(call.Args) == 1 {
		return unless(s.term(call.Args[0]))
	}
	if binary, ok := x.(*syntax.Binary); ok {
		return s.binary(binary)
	}
	return s.plain(x)
}

func constantly(truth bool) searched {
	return func(*searcher, int) plan.Expr { return &plan.Const{Value: types.NewBool(truth)} }
}

func unless(of searched) searched {
	return func(s *searcher, leg int) plan.Expr {
		return fold(&plan.Call{Func: "not", Args: []plan.Expr{of(s, leg)}, T: types.Bool})
	}
}

func (s *searcher) binary(x *syntax.Binary) searched {
	switch x.Op {
	case "and":
		return both(s.term(x.X), s.term(x.Y), "and")
	case "or":
		return both(s.term(x.X), s.term(x.Y), "or")
	case ":":
		return s.column(x)
	}
	if star, ok := x.X.(*syntax.Wildcard); ok && star.Pattern == "*" {
		text, ok := s.b.constantText(x.Y)
		if !ok {
			return constantly(false)
		}
		return s.anywhere(x, x.Op, text, nil)
	}
	return s.plain(x)
}

// both joins two conditions, leaving out what is always so.
func both(left, right searched, op string) searched {
	return func(s *searcher, leg int) plan.Expr {
		return join2(op, left(s, leg), right(s, leg))
	}
}

func join2(op string, l, r plan.Expr) plan.Expr {
	neutral := int64(0)
	if op == "and" {
		neutral = 1
	}
	for _, side := range []struct{ e, other plan.Expr }{{l, r}, {r, l}} {
		if v, ok := constantOf(side.e); ok && v.Type == types.Bool && v.Valid {
			if v.Int == neutral {
				return side.other
			}
			return side.e
		}
	}
	return &plan.Call{Func: op, Args: []plan.Expr{l, r}, T: types.Bool, At: l.Span()}
}

// literal binds a term: text that stands in one of the columns, or in the one
// named.
func (s *searcher) literal(x *syntax.Literal, column *syntax.Name) searched {
	if x.Kind != syntax.StringLiteral {
		s.b.report(x, diag.TypeMismatch, "what is searched for is a string", "write it in quotes")
		return constantly(false)
	}
	if x.Text == "*" {
		return constantly(true)
	}
	op, text := searchOperator(x.Text)
	if s.exact {
		op, text = caseSensitive(op, text)
	}
	return s.anywhere(x, op, text, column)
}

// column binds name:"text".
func (s *searcher) column(x *syntax.Binary) searched {
	text, isText := x.Y.(*syntax.Literal)
	name, isName := x.X.(*syntax.Name)
	if star, ok := x.X.(*syntax.Wildcard); ok && star.Pattern == "*" && isText {
		return s.literal(text, nil)
	}
	if !isText || !isName {
		s.b.report(x, diag.Expected, "column:\"text\" is expected here", "")
		return constantly(false)
	}
	if !s.union().open && !slices.ContainsFunc(s.legs, func(l leg) bool { return l.rows().column(name.Text) >= 0 }) {
		s.b.columnOf(name, s.union())
	}
	s.mentioned = append(s.mentioned, name.Text)
	return s.literal(text, name)
}

// plain binds a condition over the union's columns.
func (s *searcher) plain(x syntax.Expr) searched {
	cond := s.b.condition(x, s.union())
	plan.WalkExpr(cond, func(e plan.Expr) {
		if c, ok := e.(*plan.Col); ok {
			s.mentioned = append(s.mentioned, s.rows.cols[c.Index].Name)
		}
	})
	return func(s *searcher, leg int) plan.Expr {
		if s.at[leg] == nil {
			return cond
		}
		return substituted(cond, func(c *plan.Col) plan.Expr {
			if from, ok := s.at[leg][c.Index]; ok {
				return &plan.Col{Index: from, T: c.T, At: c.At}
			}
			return &plan.Const{Value: types.Null(c.T), At: c.At}
		})
	}
}

// anywhere asks whether any column of a leg, or the one named, is in op to a
// text. A value that is not a string is looked at as its text.
func (s *searcher) anywhere(x syntax.Node, op, text string, column *syntax.Name) searched {
	y := s.b.constant(x, types.NewString(text))
	return func(s *searcher, leg int) plan.Expr {
		found := plan.Expr(&plan.Const{Value: types.NewBool(false)})
		for i, c := range s.legs[leg].rel.Columns() {
			if column == nil || c.Name == column.Text {
				found = join2("or", found, s.b.matches(x, op, &plan.Col{Index: i, T: c.Type, At: s.b.span(x)}, y))
			}
		}
		return found
	}
}

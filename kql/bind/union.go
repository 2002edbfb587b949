package bind

import (
	"slices"
	"strings"

	"github.com/conshelf/conshelf/kql/diag"
	"github.com/conshelf/conshelf/kql/plan"
	"github.com/conshelf/conshelf/kql/syntax"
	"github.com/conshelf/conshelf/kql/types"
)

// A leg is one input of a union, and what withsource calls it.
type leg struct {
	*relation
	source string
}

// union binds union; in is nil if it starts a query.
func (b *binder) union(in *relation, op *syntax.Union) *relation {
	props := b.unionProps(op)
	var legs []leg
	if in != nil {
		legs = append(legs, leg{in, "union_arg0"})
	}
	for _, x := range op.Tables {
		legs = append(legs, b.legs(x, len(legs), props)...)
	}
	if len(legs) == 0 {
		b.decline(op, diag.UnknownTable, "none of the tables of the union is there", "", types.Unknown)
		return broken()
	}
	if len(legs) == 1 && props.source == "" {
		return legs[0].relation
	}
	all := &relation{rel: unionOf(legs, props), open: b.anyOpen(legs)}
	return all.afresh()
}

// unionOf puts the rows of legs one behind the other. The column that names
// the table is the first.
func unionOf(legs []leg, props unionProps) plan.Rel {
	cols, at := unionColumns(legs, props)
	node := &plan.Union{Inputs: make([]plan.Rel, len(legs)), At: at}
	if props.source != "" {
		node.Cols = append(node.Cols, types.Column{Name: props.source, Type: types.String})
	}
	for _, c := range cols {
		node.Cols = append(node.Cols, c.Column)
	}
	same := true
	for i, l := range legs {
		if props.source != "" {
			l.relation = withSource(l, props.source)
		}
		node.Inputs[i] = l.rel
		same = same && slices.Equal(node.Cols, l.rel.Columns())
	}
	switch {
	case len(legs) == 1 && same:
		return node.Inputs[0]
	case same:
		node.Cols, node.At = nil, nil
	}
	return node
}

// withSource gives a leg a first column that names its table.
func withSource(l leg, name string) *relation {
	columns := l.rel.Columns()
	cols := make([]plan.Named, 1, len(columns)+1)
	cols[0] = plan.Named{Name: name, Expr: &plan.Const{Value: types.NewString(l.source)}}
	for _, c := range keepAll(columns) {
		if c.Name == name {
			c.Name = namesOf(columns).numbered(name)
		}
		cols = append(cols, c)
	}
	return l.with(&plan.Project{Input: l.rel, Cols: cols})
}

// unionProps are the properties of a union.
type unionProps struct {
	inner  bool
	fuzzy  bool
	source string // the column that names the table; empty: none
	// forgets tells that the columns are those of Microsoft's binder, and not
	// of the engine.
	forgets bool
}

func (b *binder) unionProps(op *syntax.Union) unionProps {
	props := unionProps{forgets: b.env.Analyze}
	for _, p := range op.Props {
		value := valueText(p.Value)
		switch p.Name.Text {
		case "kind":
			props.inner = value == "inner" && !props.forgets // Microsoft's binder lists every column
			if value != "inner" && value != "outer" {
				b.report(p, diag.UnexpectedText, "there is no union kind="+value, "a union is outer or inner")
			}
		case "isfuzzy":
			truth, ok := parseBool(value)
			props.fuzzy = truth == 1
			if !ok {
				b.report(p, diag.TypeMismatch, "isfuzzy is true or false", "")
			}
		case "withsource", "with_source":
			props.source = value
		}
	}
	return props
}

// legs binds a table of a union; a pattern may be several.
func (b *binder) legs(x syntax.Expr, at int, props unionProps) []leg {
	if w, ok := x.(*syntax.Wildcard); ok {
		return b.patternLegs(w, w.Pattern, props)
	}
	source := b.sourceName(x, "union_arg", at)
	if !props.fuzzy {
		return []leg{{b.table(x), source}}
	}
	if t := b.fuzzyTable(x); t != nil {
		return []leg{{t, source}}
	}
	return nil
}

// sourceName is what withsource calls a table: its name, or its place if it is
// an expression.
func (b *binder) sourceName(x syntax.Expr, prefix string, at int) string {
	name := ""
	if n, ok := x.(*syntax.Name); ok {
		name = n.Text
	} else if call, ok := x.(*syntax.Call); ok {
		name = call.Func.Text
	}
	bound := b.scope.lookup(name)
	if bound != nil && bound.fn != nil && bound.fn.literal.View {
		return name
	}
	if bound == nil && name != "" {
		if _, ok := b.tableOf(name); ok || b.savedFunction(name) != nil {
			return name
		}
	}
	return prefix + decimalText(at)
}

// fuzzyTable binds a table that may be missing: nil if it is.
func (b *binder) fuzzyTable(x syntax.Expr) *relation {
	before, failures := b.list, b.failures
	b.list = nil
	t := b.table(x)
	found := b.list
	b.list = before
	missing := slices.ContainsFunc(found, isMissing)
	if missing && !slices.ContainsFunc(found, func(d diag.Diagnostic) bool { return !isMissing(d) }) {
		b.failures = failures
	}
	for _, d := range found {
		if missing && isMissing(d) {
			d.Severity, d.Message, d.Hint = diag.Info, d.Message+"; the union goes on without it", ""
			b.forgive(x)
		}
		b.list.Add(d)
	}
	if missing && !b.env.Analyze { // what is only looked at has the columns that are known
		return nil
	}
	return t
}

// forgive keeps what a let misses from being reported, if x names it.
func (b *binder) forgive(x syntax.Expr) {
	syntax.Inspect(x, func(n syntax.Node) bool {
		if name, ok := n.(*syntax.Name); ok {
			if bound := b.scope.lookup(name.Text); bound != nil {
				bound.forgiven = true
			}
		}
		return true
	})
}

// patternLegs binds the tables and views whose names match a pattern, which
// stands at a place of the query. A table that stands apart is none of them.
func (b *binder) patternLegs(at syntax.Node, pattern string, props unionProps) []leg {
	var found []leg
	for s := b.scope; s != nil; s = s.parent {
		for _, name := range s.order {
			if bound := s.names[name]; bound.fn != nil && bound.fn.literal.View && matches(pattern, name) {
				found = append(found, leg{b.callTable(at, bound.fn, nil, nil), name})
			}
		}
	}
	if b.env.Catalog != nil {
		for _, name := range b.env.Catalog.Tables() {
			if table, ok := b.env.Catalog.Table(name); ok && !table.Apart && matches(pattern, name) {
				found = append(found, leg{&relation{rel: &plan.Scan{Table: table, Span: b.span(at), Pattern: true}}, name})
			}
		}
	}
	if len(found) == 0 && !props.fuzzy {
		b.report(at, diag.UnknownTable, "no table matches "+pattern, "")
	}
	return found
}

// A unionColumn is a column of a union: the name it has in the result, and in
// the inputs.
type unionColumn struct {
	types.Column
	source string
}

// unionColumns returns the columns of the result, and the place in it of each
// column of each leg: -1 if it has none. Columns are the same if both name and
// type are; a name with several types becomes name_type for each. The column
// that names the table keeps its name, and the first place.
func unionColumns(legs []leg, props unionProps) (cols []unionColumn, at [][]int) {
	groups, of := unionGroups(legs, props)
	taken := make(names, len(groups))
	for _, g := range groups {
		if len(g.types) == 1 {
			taken[g.name] = true
		}
	}
	shadowed := taken[props.source]
	taken[props.source] = true
	first := 0
	if props.source != "" {
		first = 1
	}
	for _, g := range groups {
		if props.inner && g.legs < len(legs) {
			continue
		}
		for i, t := range g.types {
			name := g.name
			switch {
			case len(g.types) > 1:
				name = taken.unique(g.name + "_" + t.String())
			case shadowed && name == props.source:
				name = taken.numbered(name)
			}
			g.places[i] = first + len(cols)
			cols = append(cols, unionColumn{types.Column{Name: name, Type: t}, g.name})
		}
	}
	return cols, placed(legs, of, first)
}

// placed returns the place of each column of each leg, or -1; first is how many
// columns go before them.
func placed(legs []leg, of [][]*unionGroup, first int) [][]int {
	at := make([][]int, len(legs))
	for i, l := range legs {
		at[i] = make([]int, first, first+len(of[i]))
		for k, c := range l.rel.Columns() {
			at[i] = append(at[i], of[i][k].place(c.Type))
		}
	}
	return at
}

// A unionGroup is the types that a name has in the inputs, in order of
// appearance, in how many of them, and the place of each in the result; legs is
// how many have the name.
type unionGroup struct {
	name   string
	types  []types.Scalar
	counts []int
	places []int
	legs   int
}

// unionGroups returns the groups in order of appearance, and that of each
// column of each leg.
func unionGroups(legs []leg, props unionProps) (groups []*unionGroup, of [][]*unionGroup) {
	byName := make(map[string]*unionGroup)
	of = make([][]*unionGroup, len(legs))
	for i, l := range legs {
		columns := l.rel.Columns()
		of[i] = make([]*unionGroup, len(columns))
		for k, c := range columns {
			g := byName[c.Name]
			if g == nil {
				g = &unionGroup{name: c.Name}
				byName[c.Name], groups = g, append(groups, g)
			}
			of[i][k] = g
			g.legs++
			// Microsoft's binder forgets the types that a name has after two
			// tables of one type; the engine gives each its column.
			if !props.forgets || len(g.types) != 1 || g.counts[0] < 2 {
				g.add(c.Type)
			}
		}
	}
	return groups, of
}

func (g *unionGroup) add(t types.Scalar) {
	i := slices.Index(g.types, t)
	if i < 0 {
		g.types, g.counts, g.places = append(g.types, t), append(g.counts, 0), append(g.places, -1)
		i = len(g.types) - 1
	}
	g.counts[i]++
}

func (g *unionGroup) place(t types.Scalar) int {
	if i := slices.Index(g.types, t); i >= 0 {
		return g.places[i]
	}
	return -1
}

// typedNames returns the columns that a union made of a name of several types.
func typedNames(name string, r *rows) string {
	var typed []string
	for t := types.Bool; t <= types.Dynamic; t++ {
		if column := name + "_" + t.String(); r.column(column) >= 0 {
			typed = append(typed, column)
		}
	}
	if len(typed) < 2 {
		return ""
	}
	return strings.Join(typed, " or ")
}

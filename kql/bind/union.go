package bind

import (
	"slices"

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
		b.report(op, diag.UnknownTable, "none of the tables of the union is there", "")
		return broken()
	}
	for _, l := range legs {
		if l.open {
			return broken()
		}
	}
	if len(legs) == 1 && props.source == "" {
		return legs[0].relation
	}
	cols := unionColumns(legs, props)
	if len(cols)*len(legs) > maxSize {
		b.report(op, diag.TooComplex, "the union has too many tables and columns", "name the tables you need")
		return broken()
	}
	node := &plan.Union{}
	for _, l := range legs {
		node.Inputs = append(node.Inputs, aligned(l, cols, props))
	}
	return &relation{rel: node}
}

// unionProps are the properties of a union.
type unionProps struct {
	inner  bool
	fuzzy  bool
	source string // the column that names the table; empty: none
}

func (b *binder) unionProps(op *syntax.Union) unionProps {
	var props unionProps
	for _, p := range op.Props {
		value := valueText(p.Value)
		switch p.Name.Text {
		case "kind":
			props.inner = value == "inner"
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
		return b.patternLegs(w, props)
	}
	source := b.sourceName(x, at)
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
func (b *binder) sourceName(x syntax.Expr, at int) string {
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
	return "union_arg" + decimalText(at)
}

// fuzzyTable binds a table that may be missing: nil if it is.
func (b *binder) fuzzyTable(x syntax.Expr) *relation {
	before := b.list
	b.list = nil
	t := b.table(x)
	found := b.list
	b.list = before
	missing := slices.ContainsFunc(found, isMissing)
	for _, d := range found {
		if missing && isMissing(d) {
			d.Severity, d.Message, d.Hint = diag.Info, d.Message+"; the union goes on without it", ""
			b.forgive(x)
		}
		b.list.Add(d)
	}
	if missing {
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

// patternLegs binds the tables and views whose names match a pattern.
func (b *binder) patternLegs(w *syntax.Wildcard, props unionProps) []leg {
	var found []leg
	for s := b.scope; s != nil; s = s.parent {
		for _, name := range s.order {
			if bound := s.names[name]; bound.fn != nil && bound.fn.literal.View && matches(w.Pattern, name) {
				found = append(found, leg{b.callTable(w, bound.fn, nil, nil), name})
			}
		}
	}
	if b.env.Catalog != nil {
		for _, name := range b.env.Catalog.Tables() {
			if table, ok := b.env.Catalog.Table(name); ok && matches(w.Pattern, name) {
				found = append(found, leg{&relation{rel: &plan.Scan{Table: table, Span: b.span(w)}}, name})
			}
		}
	}
	if len(found) == 0 && !props.fuzzy {
		b.report(w, diag.UnknownTable, "no table matches "+w.Pattern, "")
	}
	return found
}

// A unionColumn is a column of a union: the name it has in the result, and in
// the inputs.
type unionColumn struct {
	types.Column
	source string
}

// unionColumns returns the columns of the result. Columns are the same if
// both name and type are; a name with several types becomes name_type for
// each.
func unionColumns(legs []leg, props unionProps) []unionColumn {
	var groups []*unionGroup
	byName := make(map[string]*unionGroup)
	for _, l := range legs {
		for _, c := range l.rel.Columns() {
			g := byName[c.Name]
			if g == nil {
				g = &unionGroup{name: c.Name}
				byName[c.Name], groups = g, append(groups, g)
			}
			g.add(c.Type)
		}
	}
	taken := make(names)
	if props.source != "" {
		taken[props.source] = true
	}
	for _, g := range groups {
		if len(g.types) == 1 {
			taken[g.name] = true
		}
	}
	var cols []unionColumn
	for _, g := range groups {
		for i, t := range g.types {
			if props.inner && g.counts[i] < len(legs) {
				continue
			}
			name := g.name
			if len(g.types) > 1 {
				name = taken.unique(g.name + "_" + t.String())
			}
			cols = append(cols, unionColumn{types.Column{Name: name, Type: t}, g.name})
		}
	}
	return cols
}

// A unionGroup is the types that a name has in the inputs, in order of
// appearance, and in how many of them.
type unionGroup struct {
	name   string
	types  []types.Scalar
	counts []int
}

func (g *unionGroup) add(t types.Scalar) {
	i := slices.Index(g.types, t)
	if i < 0 {
		g.types, g.counts = append(g.types, t), append(g.counts, 0)
		i = len(g.types) - 1
	}
	g.counts[i]++
}

// aligned returns a leg with exactly the columns of the union.
func aligned(l leg, cols []unionColumn, props unionProps) plan.Rel {
	var named []plan.Named
	if props.source != "" {
		named = append(named, plan.Named{Name: props.source, Expr: &plan.Const{Value: types.NewString(l.source)}})
	}
	r := l.rows()
	same := props.source == "" && len(cols) == len(r.cols)
	for at, c := range cols {
		i := r.column(c.source)
		if i >= 0 && r.cols[i].Type != c.Type {
			i = -1
		}
		same = same && i == at && c.Name == c.source
		if i < 0 {
			named = append(named, plan.Named{Name: c.Name, Expr: &plan.Const{Value: types.Null(c.Type)}})
			continue
		}
		named = append(named, plan.Named{Name: c.Name, Expr: &plan.Col{Index: i, T: c.Type}})
	}
	if same {
		return l.rel
	}
	return &plan.Project{Input: l.rel, Cols: named}
}

package bind

import (
	"github.com/conshelf/conshelf/kql/diag"
	"github.com/conshelf/conshelf/kql/plan"
	"github.com/conshelf/conshelf/kql/syntax"
	"github.com/conshelf/conshelf/kql/types"
)

// A matcher binds one graph-match or graph-shortest-paths.
type matcher struct {
	b      *binder
	op     *syntax.GraphMatch
	g      *graph
	cycles string
	all    bool            // output=all: every shortest path
	used   map[string]bool // the names that expressions mention
	inner  map[string]bool // the paths whose inner nodes they mention
}

// graphMatch binds graph-match and graph-shortest-paths: for each choice of
// lengths a query of joins, all put together.
func (b *binder) graphMatch(in *relation, op *syntax.GraphMatch) *relation {
	m := &matcher{b: b, op: op, g: in.graph, cycles: "unique_edges", used: make(map[string]bool), inner: make(map[string]bool)}
	if !m.options() || !m.names() {
		return broken()
	}
	if op.Project == nil {
		b.refuse(op, operatorName(op)+" without project", "name what the result has: project a.Name, b.Name")
		return broken()
	}
	if degrees := m.mentions(); degrees {
		m.g = m.g.withDegrees()
	}
	var inputs []plan.Rel
	for _, choice := range m.choices() {
		inputs = append(inputs, m.branch(choice))
	}
	if inputs == nil {
		return broken()
	}
	out := &relation{rel: inputs[0]}
	if len(inputs) > 1 {
		out.rel = &plan.Union{Inputs: inputs}
	}
	if op.Shortest {
		out.rel = m.shortest(out.rel)
	}
	return out
}

// options reads cycles= and output=.
func (m *matcher) options() bool {
	for _, p := range m.op.Props {
		value := valueText(p.Value)
		switch p.Name.Text {
		case "cycles":
			if value != "all" && value != "none" && value != "unique_edges" {
				m.b.report(p, diag.UnexpectedText, "there is no cycles="+value, "write all, none or unique_edges")
				return false
			}
			m.cycles = value
		case "output":
			if value != "all" && value != "any" {
				m.b.report(p, diag.UnexpectedText, "there is no output="+value, "write any or all")
				return false
			}
			m.all = value == "all"
		}
	}
	if m.cycles == "none" && len(m.op.Patterns) > 1 {
		m.b.refuse(m.op, "cycles=none with several patterns", "compare the nodes in where")
		return false
	}
	return true
}

// names reports a name that stands for two things, and patterns that have
// nothing to do with one another.
func (m *matcher) names() bool {
	edges, nodes := make(map[string]bool), make(map[string]bool)
	for i, sequence := range m.op.Patterns {
		connected := i == 0
		for _, x := range sequence {
			if x.Name == nil {
				continue
			}
			name := x.Name.Text
			if edges[name] || x.Edge && nodes[name] {
				m.b.report(x, diag.DuplicateColumn, "two parts of the pattern are called "+name, "give one of them another name")
				return false
			}
			connected = connected || nodes[name]
			if x.Edge {
				edges[name] = true
			} else {
				nodes[name] = true
			}
		}
		if !connected {
			m.b.report(sequence[0], diag.Expected, "the pattern shares no node with those before it", "name a node that both have")
			return false
		}
	}
	if first := m.op.Patterns[0]; m.op.Shortest && (len(m.op.Patterns) > 1 || len(first) != 3 || first[1].Min == nil) {
		m.b.refuse(m.op, "graph-shortest-paths with another pattern than (a)-[e*1..n]->(b)", "")
		return false
	}
	return true
}

// mentions notes which names expressions use, and tells whether they ask for
// the degrees of nodes.
func (m *matcher) mentions() (degrees bool) {
	visit := func(n syntax.Node) bool {
		switch n := n.(type) {
		case *syntax.Name:
			m.used[n.Text] = true
		case *syntax.Call:
			switch n.Func.Text {
			case "node_degree_in", "node_degree_out":
				degrees = true
			case "inner_nodes":
				if len(n.Args) == 1 {
					m.inner[m.b.nameOf(n.Args[0])] = true
				}
			}
		}
		return true
	}
	for _, x := range append([]syntax.Expr{m.op.Cond}, m.op.Project...) {
		if x != nil {
			syntax.Inspect(x, visit)
		}
	}
	return degrees
}

// reads tells whether expressions may ask for the columns of a node.
func (m *matcher) reads(n *graphNode) bool {
	return n.name == "$inner" || n.name != "" && m.used[n.name]
}

// branch is the query for one choice of lengths.
func (m *matcher) branch(choice lengths) plan.Rel {
	u := m.unroll(choice)
	r := &rows{words: &matchScope{u: u}}
	rel := u.rel
	if m.op.Cond != nil {
		rel = &plan.Filter{Input: rel, Cond: m.b.condition(m.op.Cond, r)}
	}
	cols := m.b.projection(m.op.Project, r, true)
	if m.op.Shortest {
		cols = append(cols, m.ends(u, choice)...)
	}
	return &plan.Project{Input: rel, Cols: cols}
}

// ends are the columns that shortest needs: both nodes, and the length.
func (m *matcher) ends(u *unrolled, choice lengths) []plan.Named {
	sequence := m.op.Patterns[0]
	var cols []plan.Named
	for _, x := range []*syntax.GraphElement{sequence[0], sequence[2]} {
		for _, k := range u.end(x).key {
			cols = append(cols, plan.Named{Name: "$end" + decimalText(len(cols)), Expr: k})
		}
	}
	return append(cols, plan.Named{Name: "$length", Expr: &plan.Const{Value: types.NewLong(int64(choice[0]))}})
}

// end returns a node of the only path.
func (u *unrolled) end(x *syntax.GraphElement) *graphNode {
	if x.Name != nil {
		return u.nodes[x.Name.Text]
	}
	if x == u.m.op.Patterns[0][0] {
		return u.order[0]
	}
	return u.order[1]
}

// shortest keeps the shortest paths of each pair of nodes: the first, or all.
// The paths come shortest first.
func (m *matcher) shortest(paths plan.Rel) plan.Rel {
	all := &plan.Shared{Name: "paths", Input: paths}
	cols := all.Columns()
	length := len(cols) - 1
	least := &plan.Aggregate{Input: all, Grouped: true, Untraced: true}
	var on []plan.KeyPair
	for i := length - 2*m.g.width(); i < length; i++ {
		least.Keys = append(least.Keys, plan.Named{Name: cols[i].Name, Expr: col(i, cols[i].Type)})
		on = append(on, plan.KeyPair{Left: col(i, cols[i].Type), Right: col(len(on), cols[i].Type)})
	}
	kind := plan.InnerUnique
	if m.all {
		kind = plan.Inner
		on = append(on, plan.KeyPair{Left: col(length, types.Long), Right: col(len(on), types.Long)})
		least.Aggs = []plan.Agg{{Name: "$least", Call: &plan.AggCall{Func: "min", Args: []plan.Expr{col(length, types.Long)}, Type: types.Long}}}
	}
	node := &plan.Join{Left: all, Right: least, Kind: kind, On: on, Span: m.b.span(m.op)}
	node.Cols = leftColumns(cols[:length-2*m.g.width()])
	return node
}

package bind

import (
	"slices"

	"github.com/conshelf/conshelf/kql/diag"
	"github.com/conshelf/conshelf/kql/plan"
	"github.com/conshelf/conshelf/kql/syntax"
	"github.com/conshelf/conshelf/kql/types"
)

// graphTables binds graph-to-table: the nodes or the edges, or both.
func (b *binder) graphTables(in *relation, op *syntax.GraphToTable) []*relation {
	var results []*relation
	for i, output := range op.Outputs {
		for _, other := range op.Outputs[:i] {
			if other.Name.Text == output.Name.Text {
				b.report(output, diag.UnexpectedText, "graph-to-table has "+output.Name.Text+" twice", "")
				return []*relation{broken()}
			}
		}
		t := b.graphTable(in.graph, op, output.Name.Text)
		if alias, ok := output.Value.(*syntax.Name); ok {
			t = b.share(alias.Text, t)
			b.scope.define(alias.Text, &binding{table: t})
		}
		results = append(results, t)
	}
	return results
}

// graphResults binds graph-to-table at the end of a query. A table that is
// given a name is no result: what follows names it.
func (b *binder) graphResults(in *relation, op *syntax.GraphToTable) []*relation {
	if in.graph == nil {
		return []*relation{b.noGraph(in, op)}
	}
	var results []*relation
	for i, t := range b.graphTables(in, op) {
		if op.Outputs[i].Value == nil {
			results = append(results, t)
		}
	}
	return results
}

// graphToTable binds graph-to-table where one table is expected.
func (b *binder) graphToTable(in *relation, op *syntax.GraphToTable) *relation {
	results := b.graphTables(in, op)
	if len(results) > 1 {
		b.refuse(op, "graph-to-table with two results here", "write it as the last operator, or once for each")
		return broken()
	}
	return results[0]
}

// graphTable is the table of the nodes or of the edges, their ids first.
func (b *binder) graphTable(g *graph, op *syntax.GraphToTable, what string) *relation {
	from, to := g.ends(0)
	input, cols := g.edges, g.edgeCols
	ids := []struct {
		property string
		key      *plan.Col
	}{{"with_source_id", from[0]}, {"with_target_id", to[0]}}
	if what == "nodes" {
		input, cols = g.nodes, g.nodeCols
		ids = ids[:1]
		ids[0].property, ids[0].key = "with_node_id", g.nodeKey(0)[0]
	}
	var out []plan.Named
	for _, id := range ids {
		for _, p := range op.Props {
			if p.Name.Text == id.property {
				out = append(out, plan.Named{Name: valueText(p.Value), Expr: b.nodeHash(p, g, id.key)})
			}
		}
	}
	out = append(out, keepAll(cols)...)
	if len(out) == 0 {
		b.refuse(op, "graph-to-table of nodes without columns", "write make-graph … with_node_id=Name")
		return broken()
	}
	taken := make(names)
	for _, c := range out {
		if taken[c.Name] {
			b.duplicate(op, c.Name)
		}
		taken[c.Name] = true
	}
	return &relation{rel: &plan.Project{Input: input, Cols: out}}
}

// nodeHash is the number of a node, the hash of its id.
func (b *binder) nodeHash(x syntax.Node, g *graph, key *plan.Col) plan.Expr {
	if g.keyType != types.String || g.partition != nil {
		return b.decline(x, diag.Unsupported, "the number of a node whose id is no string is not supported: how Kusto makes it is not documented", "leave it out", types.Long)
	}
	return call("hash", types.Long, key)
}

// withDegrees returns the graph with two columns more in its nodes: how many
// edges end there, and how many start there.
func (g *graph) withDegrees() *graph {
	from, to := g.ends(0)
	nodes := g.nodes
	for _, end := range [][]*plan.Col{to, from} {
		nodes = g.withDegree(nodes, end)
	}
	wide := *g
	wide.nodes = &plan.Shared{Name: "nodes", Input: nodes}
	return &wide
}

// withDegree adds the number of edges that have a node at an end.
func (g *graph) withDegree(nodes plan.Rel, end []*plan.Col) plan.Rel {
	degree := &plan.Aggregate{Input: g.edges, Grouped: true, Untraced: true}
	for i, k := range end {
		degree.Keys = append(degree.Keys, plan.Named{Name: "$" + decimalText(i), Expr: k})
	}
	n := len(end)
	degree.Aggs = []plan.Agg{{Name: "$" + decimalText(n), Call: &plan.AggCall{Func: "count", Type: types.Long}}}
	cols := nodes.Columns()
	node := &plan.Join{Left: nodes, Right: degree, Kind: plan.LeftOuter, On: pairsOf(g.nodeKey(0), refs(degree.Columns(), 0))}
	node.Cols = append(leftColumns(cols), plan.JoinColumn{Right: true, Index: n, Name: "$" + decimalText(len(cols)), Type: types.Long})
	known := call("coalesce", types.Long, col(len(cols), types.Long), &plan.Const{Value: types.NewLong(0)})
	return numberedColumns(node, append(keepAll(cols), plan.Named{Expr: known}))
}

// graphMark binds graph-mark-components: a column of the nodes that tells
// which component of the graph each is in.
func (b *binder) graphMark(in *relation, op *syntax.GraphMark) *relation {
	name, kind := "ComponentId", "weak"
	for _, p := range op.Props {
		switch p.Name.Text {
		case "with_component_id":
			name = valueText(p.Value)
		case "kind":
			kind = valueText(p.Value)
		}
	}
	if kind != "weak" && kind != "strong" {
		b.report(op, diag.UnexpectedText, "there is no kind="+kind, "write weak or strong")
		return broken()
	}
	g := in.graph
	if (&rows{cols: g.nodeCols}).column(name) >= 0 {
		b.duplicate(op, name)
		return broken()
	}
	marked := *g
	marked.nodeCols = append(slices.Clip(slices.Clone(g.nodeCols)), types.Column{Name: name, Type: types.Long})
	marked.nodes = &plan.Shared{Name: "nodes", Input: g.components(kind, b, op)}
	return &relation{rel: &plan.Values{}, graph: &marked}
}

// components adds to the nodes the number of the component that each is in.
// The procedure reads pairs of nodes: each with itself, in order, then the
// edges.
func (g *graph) components(kind string, b *binder, op *syntax.GraphMark) plan.Rel {
	key := g.nodeKey(0)
	from, to := g.ends(0)
	pairs := &plan.Union{Inputs: []plan.Rel{pairRows(g.nodes, key, key), pairRows(g.edges, from, to)}}
	w := g.width()
	cols := append(g.keyCols("$id"), types.Column{Name: "$component", Type: types.Long})
	found := &plan.Plugin{
		Name: "$components", Input: pairs, Cols: cols, Span: b.span(op),
		Args: []plan.Expr{text(kind)},
	}
	n := len(g.nodeCols)
	node := &plan.Join{Left: g.nodes, Right: found, Kind: plan.Inner, On: pairsOf(key, refs(cols[:w], 0)), Span: b.span(op)}
	for i, c := range g.nodes.Columns()[:n+w] {
		if i == n {
			node.Cols = append(node.Cols, plan.JoinColumn{Right: true, Index: w, Name: "$component", Type: types.Long})
		}
		node.Cols = append(node.Cols, plan.JoinColumn{Index: i, Name: c.Name, Type: c.Type})
	}
	return node
}

// pairRows are rows of two keys, one behind the other.
func pairRows(in plan.Rel, a, b []*plan.Col) plan.Rel {
	var cols []plan.Named
	for _, k := range slices.Concat(a, b) {
		cols = append(cols, plan.Named{Expr: k})
	}
	return numberedColumns(in, cols)
}

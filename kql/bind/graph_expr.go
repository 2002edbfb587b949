package bind

import (
	"github.com/conshelf/conshelf/kql/diag"
	"github.com/conshelf/conshelf/kql/plan"
	"github.com/conshelf/conshelf/kql/syntax"
	"github.com/conshelf/conshelf/kql/types"
)

// A matchScope is what expressions of a graph-match may refer to: the columns
// of named nodes and edges, and, inside map, all and any, those of one element
// of a path.
type matchScope struct {
	u       *unrolled
	current *graphNode // inside map(inner_nodes(e), …): the node
	// plain tells that strcat_array is bound as it is anywhere else.
	plain bool
}

// path binds node.column and edge.column; false if x is no such path.
func (s *matchScope) path(b *binder, x *syntax.Path) (plan.Expr, bool) {
	name, ok := x.X.(*syntax.Name)
	if !ok || x.Call != nil {
		return nil, false
	}
	g := s.u.m.g
	if n, ok := s.u.nodes[name.Text]; ok {
		return b.elementColumn(x, g.nodeCols, n.at), true
	}
	edge, ok := s.u.edges[name.Text]
	switch {
	case !ok:
		return nil, false
	case edge.variable:
		b.report(x, diag.TypeMismatch, name.Text+" is a path of several edges", "write map("+name.Text+", "+x.Name.Text+")")
		return b.failed(x), true
	}
	return b.elementColumn(x, g.edgeCols, edge.hops[0]), true
}

// elementColumn returns a column of a node or an edge whose columns start at
// offset.
func (b *binder) elementColumn(x *syntax.Path, cols []types.Column, offset int) plan.Expr {
	i := b.columnOf(x.Name, &rows{cols: cols})
	if i < 0 || offset < 0 {
		b.failures++
		return b.failed(x)
	}
	return &plan.Col{Index: offset + i, T: cols[i].Type, At: b.span(x)}
}

// call binds the functions of graphs; false if x is a call of none.
func (s *matchScope) call(b *binder, x *syntax.Call, r *rows) (plan.Expr, bool) {
	switch x.Func.Text {
	case "map", "all", "any":
		return s.each(b, x), true
	case "node_degree_in":
		return s.ofNode(b, x, 1), true
	case "node_degree_out":
		return s.ofNode(b, x, 2), true
	case "node_id":
		return s.ofNode(b, x, 0), true
	case "inner_nodes":
		b.report(x, diag.TypeMismatch, "inner_nodes(…) stands in map, all and any only", "")
		return b.failed(x), true
	case "labels":
		b.refuse(x, "labels(…)", "they are of stored graphs, and none is stored")
		return b.failed(x), true
	case "strcat_array", "array_strcat":
		// Microsoft's binder gives the text of such a list the type dynamic.
		if len(x.Args) == 2 && isCallOf(x.Args[0], "map") && !s.plain {
			inner := *r
			inner.words = &matchScope{u: s.u, current: s.current, plain: true}
			return convert(b.call(x, &inner), types.Dynamic), true
		}
	}
	return nil, false
}

func isCallOf(x syntax.Expr, name string) bool {
	c, ok := unparen(x).(*syntax.Call)
	return ok && c.Func.Text == name
}

// each binds map, all and any: an expression for each element of a path.
func (s *matchScope) each(b *binder, x *syntax.Call) plan.Expr {
	if len(x.Args) != 2 {
		b.report(x, diag.ArgumentCount, x.Func.Text+" takes a path and an expression", "")
		return b.failed(x)
	}
	elements, ok := s.elements(b, x.Args[0])
	if !ok {
		return b.failed(x)
	}
	var values []plan.Expr
	for _, r := range elements {
		if x.Func.Text == "map" {
			values = append(values, b.expr(x.Args[1], r))
			continue
		}
		values = append(values, b.condition(x.Args[1], r))
	}
	if anyUnknown(values...) {
		return b.failed(x)
	}
	switch x.Func.Text {
	case "all":
		return b.chain(x, "and", true, values)
	case "any":
		return b.chain(x, "or", false, values)
	}
	if len(values) == 0 {
		return b.constant(x, types.NewDynamic("[]"))
	}
	return b.finish(x, &plan.Call{Func: "pack_array", Args: values, T: types.Dynamic})
}

// chain joins conditions; of none the result is empty.
func (b *binder) chain(x syntax.Node, op string, empty bool, values []plan.Expr) plan.Expr {
	if len(values) == 0 {
		return b.constant(x, types.NewBool(empty))
	}
	e := values[0]
	for _, v := range values[1:] {
		e = b.finish(x, &plan.Call{Func: op, Args: []plan.Expr{e, v}, T: types.Bool})
	}
	return e
}

// elements returns, for each element of a path, the rows that its expressions
// are about.
func (s *matchScope) elements(b *binder, x syntax.Expr) ([]*rows, bool) {
	of, nodes := unparen(x), false
	if c, ok := of.(*syntax.Call); ok && c.Func.Text == "inner_nodes" && len(c.Args) == 1 {
		of, nodes = unparen(c.Args[0]), true
	}
	name, ok := of.(*syntax.Name)
	var edge *graphEdge
	if ok {
		edge = s.u.edges[name.Text]
	}
	if edge == nil || !edge.variable {
		b.report(x, diag.TypeMismatch, "a path of variable length, or inner_nodes of one, is expected here", "write -[e*1..3]-> and e")
		return nil, false
	}
	var list []*rows
	if nodes {
		for _, n := range edge.inner {
			list = append(list, s.element(s.u.m.g.nodeCols, n.at, n))
		}
		return list, true
	}
	for _, at := range edge.hops {
		list = append(list, s.element(s.u.m.g.edgeCols, at, nil))
	}
	return list, true
}

// element is rows in which the columns of one element have their names.
func (s *matchScope) element(cols []types.Column, offset int, node *graphNode) *rows {
	all := append([]types.Column(nil), s.u.cols...)
	copy(all[offset:], cols)
	return &rows{cols: all, words: &matchScope{u: s.u, current: node}}
}

// ofNode binds a function of a node: 0 its id, 1 and 2 how many edges end and
// start there.
func (s *matchScope) ofNode(b *binder, x *syntax.Call, what int) plan.Expr {
	n := s.current
	if len(x.Args) == 1 {
		name, _ := unparen(x.Args[0]).(*syntax.Name)
		if name != nil {
			n = s.u.nodes[name.Text]
		} else {
			n = nil
		}
	}
	g := s.u.m.g
	switch {
	case len(x.Args) > 1 || n == nil || n.key == nil:
		b.report(x, diag.TypeMismatch, x.Func.Text+" takes a node of the pattern", "")
		return b.failed(x)
	case what == 0:
		return at(n.key[0], b.span(x))
	case n.at < 0:
		return b.failed(x)
	}
	return &plan.Col{Index: n.at + len(g.nodeCols) + g.width() + what - 1, T: types.Long, At: b.span(x)}
}

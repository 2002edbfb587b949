package bind

import (
	"github.com/conshelf/conshelf/kql/diag"
	"github.com/conshelf/conshelf/kql/plan"
	"github.com/conshelf/conshelf/kql/syntax"
	"github.com/conshelf/conshelf/kql/types"
)

// The limits of what a pattern is unrolled to: a path of variable length is as
// many patterns as it may have lengths. What is past them is refused.
const (
	maxHops     = 24
	maxUnrolled = 48
)

// A graphNode is a node of a pattern in one of its unrolled forms.
type graphNode struct {
	name string
	key  []*plan.Col // its identity; nil: not yet reached
	at   int         // where its columns start; -1: they are not there
}

// A graphEdge is an edge of a pattern in one of its unrolled forms.
type graphEdge struct {
	name     string
	variable bool
	hops     []int        // where the columns of each step start
	inner    []*graphNode // the nodes between the steps
}

// An unrolled is a pattern whose paths have one length each: joins of edges
// and nodes.
type unrolled struct {
	m     *matcher
	rel   plan.Rel
	cols  []types.Column
	nodes map[string]*graphNode
	order []*graphNode // as they were met
	edges map[string]*graphEdge
	hops  []int
}

// lengths are how long each path of a pattern is, in the order of mention.
type lengths []int

// unroll makes the joins for one choice of lengths.
func (m *matcher) unroll(choice lengths) *unrolled {
	u := &unrolled{m: m, nodes: make(map[string]*graphNode), edges: make(map[string]*graphEdge)}
	next := 0
	for _, sequence := range m.op.Patterns {
		left := u.node(sequence[0])
		if len(sequence) == 1 && left.key == nil {
			u.alone(left)
		}
		for i := 1; i+1 < len(sequence); i += 2 {
			right := u.node(sequence[i+1])
			u.path(left, sequence[i], right, choice[next])
			next++
			left = right
		}
	}
	for _, n := range u.order {
		u.load(n)
	}
	return u
}

// node returns the node of a name; one without a name is a node of its own.
func (u *unrolled) node(x *syntax.GraphElement) *graphNode {
	if x.Name == nil {
		return u.newNode("")
	}
	if n, ok := u.nodes[x.Name.Text]; ok {
		return n
	}
	n := u.newNode(x.Name.Text)
	u.nodes[n.name] = n
	return n
}

func (u *unrolled) newNode(name string) *graphNode {
	n := &graphNode{name: name, at: -1}
	u.order = append(u.order, n)
	return n
}

// alone matches a node that no edge leads to.
func (u *unrolled) alone(n *graphNode) {
	n.at = u.attach(u.m.g.nodes, nil)
	n.key = u.m.g.nodeKey(n.at)
}

// load joins the columns of a node, if the query asks for them.
func (u *unrolled) load(n *graphNode) {
	if n.at >= 0 || n.key == nil || !u.m.reads(n) {
		return
	}
	n.at = u.attach(u.m.g.nodes, pairsOf(n.key, u.m.g.nodeKey(0)))
}

// attach joins a relation, and returns where its columns start.
func (u *unrolled) attach(other plan.Rel, on []plan.KeyPair) int {
	offset := len(u.cols)
	for _, c := range other.Columns() {
		u.cols = append(u.cols, types.Column{Name: "$" + decimalText(len(u.cols)), Type: c.Type})
	}
	if u.rel == nil {
		u.rel = numberedColumns(other, keepAll(other.Columns()))
		return offset
	}
	if on == nil {
		one := &plan.Const{Value: types.NewLong(1)}
		on = []plan.KeyPair{{Left: one, Right: one}}
	}
	node := &plan.Join{Left: u.rel, Right: other, Kind: plan.Inner, On: on, Span: u.m.b.span(u.m.op)}
	for i, c := range u.cols {
		j := plan.JoinColumn{Index: i, Name: c.Name, Type: c.Type}
		if i >= offset {
			j.Right, j.Index = true, i-offset
		}
		node.Cols = append(node.Cols, j)
	}
	u.rel = node
	return offset
}

// path matches an edge: steps in a row, with nodes between them.
func (u *unrolled) path(left *graphNode, x *syntax.GraphElement, right *graphNode, length int) {
	edge := &graphEdge{variable: x.Min != nil}
	if x.Name != nil {
		edge.name = x.Name.Text
		u.edges[edge.name] = edge
	}
	for i := range length {
		to := right
		if i < length-1 {
			to = u.newNode("")
			if u.m.inner[edge.name] && edge.name != "" {
				to.name = "$inner"
			}
			edge.inner = append(edge.inner, to)
		}
		edge.hops = append(edge.hops, u.hop(left, x.Direction, to))
		left = to
	}
}

// hop matches one edge from left to right, and returns where its columns
// start.
func (u *unrolled) hop(left *graphNode, direction string, right *graphNode) int {
	from, to := u.m.g.ends(0)
	var on []plan.KeyPair
	if left.key != nil {
		on = append(on, pairsOf(left.key, from)...)
	}
	met := right.key != nil
	if met {
		on = append(on, pairsOf(right.key, to)...)
	}
	offset := u.attach(u.m.edges(direction), on)
	from, to = u.m.g.ends(offset)
	if left.key == nil {
		left.key = from
	}
	switch {
	case right.key == nil:
		right.key = to
	case !met: // the pattern's first node is its next one too
		u.filter(call("==", types.Bool, from[0], to[0]))
	}
	u.once(offset, right, met)
	u.hops = append(u.hops, offset)
	return offset
}

// once keeps what the option cycles allows.
func (u *unrolled) once(offset int, right *graphNode, met bool) {
	n := len(u.m.g.edgeCols)
	switch u.m.cycles {
	case "unique_edges":
		for _, hop := range u.hops {
			u.filter(call("!=", types.Bool, col(hop+n, types.Long), col(offset+n, types.Long)))
		}
	case "none":
		if met {
			u.filter(&plan.Const{Value: types.NewBool(false)})
		}
		for _, other := range u.order {
			if other != right && other.key != nil {
				same := call("==", types.Bool, other.key[0], right.key[0])
				u.filter(call("not", types.Bool, same))
			}
		}
	}
}

func (u *unrolled) filter(cond plan.Expr) { u.rel = &plan.Filter{Input: u.rel, Cond: cond} }

// edges are the edges that a step in a direction may take.
func (m *matcher) edges(direction string) plan.Rel {
	switch direction {
	case "-->":
		return m.g.edges
	case "<--":
		return m.g.reversed
	}
	return m.g.both
}

// choices returns every choice of lengths, the shortest first; nil after a
// report.
func (m *matcher) choices() []lengths {
	all := []lengths{nil}
	for _, sequence := range m.op.Patterns {
		for i := 1; i < len(sequence); i += 2 {
			least, most, ok := m.bounds(sequence[i])
			if !ok {
				return nil
			}
			var longer []lengths
			for _, l := range all {
				for n := least; n <= most; n++ {
					longer = append(longer, append(l[:len(l):len(l)], n))
				}
			}
			if all = longer; len(all) > maxUnrolled {
				m.b.refuse(sequence[i], "a pattern whose paths may have more than "+decimalText(maxUnrolled)+" combinations of lengths", "narrow the lengths")
				return nil
			}
		}
	}
	return all
}

// bounds returns how long a path may be.
func (m *matcher) bounds(x *syntax.GraphElement) (least, most int, ok bool) {
	if x.Min == nil {
		return 1, 1, true
	}
	low, okLow := m.bound(x.Min)
	high, okHigh := m.bound(x.Max)
	switch {
	case !okLow || !okHigh:
		return 0, 0, false
	case low < 1:
		m.b.refuse(x, "a path that may be of no edge", "write *1..")
		return 0, 0, false
	case high < low:
		m.b.report(x, diag.TypeMismatch, "the longest path is shorter than the shortest", "")
		return 0, 0, false
	case high > maxHops:
		m.b.refuse(x, "a path of more than "+decimalText(maxHops)+" edges", "narrow its length")
		return 0, 0, false
	}
	return int(low), int(high), true
}

func (m *matcher) bound(x syntax.Expr) (int64, bool) {
	v, ok := constantOf(m.b.expr(x, noRows()))
	if !ok || !v.Type.Integral() || !v.Valid {
		m.b.report(x, diag.TypeMismatch, "the length of a path is a constant whole number", "")
		return 0, false
	}
	return v.Int, true
}

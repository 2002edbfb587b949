package procedure

import (
	"fmt"

	"github.com/conshelf/conshelf/kql/types"
)

// components finds the components of a graph. A row is an edge: the columns
// that tell the node that it starts at, then as many for its end. A component
// is numbered from 0 as its first node is met.
func components(c *call) ([][]types.Value, error) {
	g := readGraph(c.in)
	var of []int
	switch kind := c.text(0); kind {
	case "weak":
		of = g.weak()
	case "strong":
		of = g.strong()
	default:
		return nil, fmt.Errorf("there is no kind %s", kind)
	}
	numbers := map[int]int64{}
	rows := make([][]types.Value, len(g.nodes))
	for i, node := range g.nodes {
		n, ok := numbers[of[i]]
		if !ok {
			n = int64(len(numbers))
			numbers[of[i]] = n
		}
		rows[i] = append(node[:len(node):len(node)], types.NewLong(n))
	}
	return rows, nil
}

// An adjacency is a graph: its nodes in the order they are met, and the nodes
// that each leads to.
type adjacency struct {
	nodes [][]types.Value
	to    [][]int
}

func readGraph(in Table) *adjacency {
	g := &adjacency{}
	width := len(in.Columns) / 2
	from, to := make([]int, width), make([]int, width)
	for i := range width {
		from[i], to[i] = i, width+i
	}
	index := map[string]int{}
	for _, row := range in.Rows {
		a, b := g.node(index, row, from), g.node(index, row, to)
		g.to[a] = append(g.to[a], b)
	}
	return g
}

// node returns the number of the node that some columns of a row name.
func (g *adjacency) node(index map[string]int, row []types.Value, columns []int) int {
	key := rowKey(row, columns)
	i, ok := index[key]
	if !ok {
		i = len(g.nodes)
		index[key] = i
		g.nodes = append(g.nodes, row[columns[0]:columns[0]+len(columns)])
		g.to = append(g.to, nil)
	}
	return i
}

// weak joins what an edge joins, whatever its direction.
func (g *adjacency) weak() []int {
	parent := make([]int, len(g.nodes))
	for i := range parent {
		parent[i] = i
	}
	find := func(i int) int {
		for parent[i] != i {
			parent[i] = parent[parent[i]]
			i = parent[i]
		}
		return i
	}
	for a, list := range g.to {
		for _, b := range list {
			parent[find(b)] = find(a)
		}
	}
	for i := range parent {
		parent[i] = find(i)
	}
	return parent
}

// strong joins the nodes that can reach one another, by Tarjan's walk without
// recursion: a graph may be one long path.
func (g *adjacency) strong() []int {
	t := &tarjan{g: g, number: make([]int, len(g.nodes)), low: make([]int, len(g.nodes)), of: make([]int, len(g.nodes))}
	for i := range t.of {
		t.of[i] = -1
	}
	for i := range g.nodes {
		if t.number[i] == 0 {
			t.walk(i)
		}
	}
	return t.of
}

type tarjan struct {
	g           *adjacency
	number, low []int // from 1; 0: not met
	of          []int // the component's first node; -1: open
	open        []int
	met         int
}

// A frame is a node whose edges are being followed.
type frame struct{ node, next int }

func (t *tarjan) walk(root int) {
	stack := []frame{t.enter(root)}
	for len(stack) > 0 {
		top := &stack[len(stack)-1]
		if top.next < len(t.g.to[top.node]) {
			to := t.g.to[top.node][top.next]
			top.next++
			switch {
			case t.number[to] == 0:
				stack = append(stack, t.enter(to))
			case t.of[to] < 0:
				t.low[top.node] = min(t.low[top.node], t.number[to])
			}
			continue
		}
		done := top.node
		stack = stack[:len(stack)-1]
		t.leave(done)
		if len(stack) > 0 {
			above := stack[len(stack)-1].node
			t.low[above] = min(t.low[above], t.low[done])
		}
	}
}

func (t *tarjan) enter(node int) frame {
	t.met++
	t.number[node], t.low[node] = t.met, t.met
	t.open = append(t.open, node)
	return frame{node: node}
}

// leave closes the component that a node is the first of.
func (t *tarjan) leave(node int) {
	if t.low[node] != t.number[node] {
		return
	}
	for {
		last := t.open[len(t.open)-1]
		t.open = t.open[:len(t.open)-1]
		t.of[last] = node
		if last == node {
			return
		}
	}
}

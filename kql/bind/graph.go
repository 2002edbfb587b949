package bind

import (
	"github.com/conshelf/conshelf/kql/diag"
	"github.com/conshelf/conshelf/kql/plan"
	"github.com/conshelf/conshelf/kql/syntax"
	"github.com/conshelf/conshelf/kql/types"
)

// A graph is what make-graph gives. It is no relation: it is the two from
// which the operators on graphs make one.
//
//	nodes: the nodes' columns, then $id  [, $part]
//	edges: the edges' columns, then $edge, $from, $to  [, $part]
//
// $edge numbers the edges. $part is the partition of partitioned-by: a node of
// one partition is another than that of the same id in the next.
type graph struct {
	nodeCols, edgeCols []types.Column
	nodes, edges       plan.Rel
	reversed, both     plan.Rel // edges against their direction, and in either
	keyType            types.Scalar
	partition          *types.Column // nil: none
}

// width is how many columns tell a node from others.
func (g *graph) width() int {
	if g.partition != nil {
		return 2
	}
	return 1
}

// keyCols are the columns of a node's identity, under the name of the first.
func (g *graph) keyCols(name string) []types.Column {
	cols := []types.Column{{Name: name, Type: g.keyType}}
	if g.partition != nil {
		cols = append(cols, types.Column{Name: "$part", Type: g.partition.Type})
	}
	return cols
}

// nodeKey are the columns of nodes that tell a node from others.
func (g *graph) nodeKey(offset int) []*plan.Col {
	return refs(g.keyCols("$id"), offset+len(g.nodeCols))
}

// ends are the columns of edges that tell the nodes at their ends.
func (g *graph) ends(offset int) (from, to []*plan.Col) {
	at := offset + len(g.edgeCols) + 1
	from, to = []*plan.Col{col(at, g.keyType)}, []*plan.Col{col(at+1, g.keyType)}
	if g.partition != nil {
		part := col(at+2, g.partition.Type)
		from, to = append(from, part), append(to, part)
	}
	return from, to
}

// refs are references to columns that stand at offset.
func refs(cols []types.Column, offset int) []*plan.Col {
	list := make([]*plan.Col, len(cols))
	for i, c := range cols {
		list[i] = col(offset+i, c.Type)
	}
	return list
}

// pairsOf are the equalities of keys.
func pairsOf(left, right []*plan.Col) []plan.KeyPair {
	pairs := make([]plan.KeyPair, len(left))
	for i := range left {
		pairs[i] = plan.KeyPair{Left: left[i], Right: right[i]}
	}
	return pairs
}

// A graphDraft is a make-graph being bound.
type graphDraft struct {
	b        *binder
	op       *syntax.MakeGraph
	in       *relation
	g        *graph
	from, to plan.Expr
	tables   []nodeTable
}

// A nodeTable is one of the tables of make-graph … with.
type nodeTable struct {
	rel *relation
	key plan.Expr
	at  int // the key's column among those of the nodes
}

// makeGraph binds make-graph.
func (b *binder) makeGraph(in *relation, op *syntax.MakeGraph) *relation {
	d := &graphDraft{b: b, op: op, in: in, g: &graph{}}
	if !op.Directed {
		b.refuse(op, "make-graph with edges that have no direction", "write source --> target, and -[e]- in graph-match")
	}
	if !d.keys() || !d.nodeTables() || !d.partition() || !op.Directed {
		return broken()
	}
	d.edges()
	d.nodes()
	out := &relation{rel: &plan.Values{}, graph: d.g}
	if op.Branch == nil {
		return out
	}
	return b.partitionedGraph(out, op)
}

// partitionedGraph binds the operators of partitioned-by. They are run over
// all partitions at once: an edge never leads out of its own.
func (b *binder) partitionedGraph(in *relation, op *syntax.MakeGraph) *relation {
	if op.Branch.Pipe.Source != nil {
		b.refuse(op.Branch, "a table of its own inside partitioned-by", "start with an operator")
		return broken()
	}
	for i, inner := range op.Branch.Pipe.Ops {
		if !eachPartition(i, inner) {
			b.refuse(inner, operatorName(inner)+" inside partitioned-by", "write it after the parenthesis, where it is about all partitions")
			return broken()
		}
	}
	return b.operators(in, op.Branch.Pipe.Ops)
}

// eachPartition tells whether an operator gives the same rows over all
// partitions at once as over one after the other.
func eachPartition(place int, op syntax.Operator) bool {
	switch operatorName(op) {
	case "graph-match":
		return place == 0
	case "where", "extend", "project", "project-away", "project-keep", "project-rename":
		return place > 0
	}
	return false
}

// keys binds source and target.
func (d *graphDraft) keys() bool {
	r := d.in.rows()
	d.g.edgeCols = r.cols
	i, j := d.b.columnOf(d.op.Source, r), d.b.columnOf(d.op.Target, r)
	if i < 0 || j < 0 || d.in.open {
		return false
	}
	d.from, d.to = likenNumbers(col(i, r.cols[i].Type), col(j, r.cols[j].Type))
	d.g.keyType = d.from.Type()
	return d.isKey(d.op.Source, d.from.Type()) && d.isKey(d.op.Target, d.to.Type())
}

// isKey reports a column that cannot be the id of a node.
func (d *graphDraft) isKey(x syntax.Node, t types.Scalar) bool {
	switch {
	case t == types.Unknown:
		return false
	case t == types.Dynamic || t == types.Real:
		d.b.report(x, diag.NotSummarizable, "a value of type "+t.String()+" is no id of a node", "compute tostring(…) with extend first")
		return false
	case t != d.g.keyType:
		d.b.report(x, diag.TypeMismatch, "the ids of a graph have one type, not "+d.g.keyType.String()+" and "+t.String(), "convert one with extend first")
		return false
	}
	return true
}

// nodeTables binds the tables of nodes, and says which columns nodes have.
func (d *graphDraft) nodeTables() bool {
	for i, x := range d.op.With {
		t := d.b.table(x)
		name, ok := d.op.On[i].(*syntax.Name)
		if !ok {
			d.b.report(x, diag.Expected, "a table of nodes needs on and the column of their ids", "")
			return false
		}
		r := t.rows()
		at := d.b.columnOf(name, r)
		if at < 0 || t.open {
			return false
		}
		key := convertKey(col(at, r.cols[at].Type), d.g.keyType)
		if !d.isKey(name, key.Type()) || !d.addColumns(name, r.cols) {
			return false
		}
		d.tables = append(d.tables, nodeTable{rel: t, key: key, at: (&rows{cols: d.g.nodeCols}).column(name.Text)})
	}
	for _, p := range d.op.Props {
		if p.Name.Text == "with_node_id" {
			d.g.nodeCols = []types.Column{{Name: valueText(p.Value), Type: d.g.keyType}}
		}
	}
	if len(d.tables) > 1 {
		d.b.decline(d.op, diag.Unsupported, "make-graph with several tables of nodes is not supported: which one an id of both has its properties from is not documented",
			"write one table with union", types.Unknown)
		return d.b.env.Analyze
	}
	return true
}

// convertKey makes numbers of one type.
func convertKey(e plan.Expr, t types.Scalar) plan.Expr {
	if e.Type().Numeric() && t.Numeric() {
		return convert(e, t)
	}
	return e
}

// addColumns adds the columns of a table to those of the nodes.
func (d *graphDraft) addColumns(x syntax.Node, cols []types.Column) bool {
	has := &rows{cols: d.g.nodeCols}
	for _, c := range cols {
		i := has.column(c.Name)
		if i >= 0 && d.g.nodeCols[i].Type != c.Type {
			d.b.report(x, diag.TypeMismatch, "the tables of nodes have two types of column "+c.Name, "")
			return false
		}
		if i < 0 {
			d.g.nodeCols = append(d.g.nodeCols[:len(d.g.nodeCols):len(d.g.nodeCols)], c)
		}
	}
	return true
}

// partition binds partitioned-by: a column that edges and nodes have.
func (d *graphDraft) partition() bool {
	x := d.op.PartitionedBy
	if x == nil {
		return true
	}
	i := d.b.columnOf(x, d.in.rows())
	if i < 0 {
		return false
	}
	c := d.g.edgeCols[i]
	if c.Type == types.Dynamic || c.Type == types.Real {
		d.b.report(x, diag.NotSummarizable, "a value of type "+c.Type.String()+" is no partition", "compute tostring(…) with extend first")
		return false
	}
	for _, t := range d.tables {
		r := t.rel.rows()
		if j := d.b.columnOf(x, r); j < 0 || r.cols[j].Type != c.Type {
			return false
		}
	}
	d.g.partition = &c
	return true
}

// edges makes the relation of edges, and those against their direction.
func (d *graphDraft) edges() {
	number := call("row_number", types.Long, &plan.Const{Value: types.NewLong(0)})
	cols := append(keepAll(d.g.edgeCols), plan.Named{Name: "$edge", Expr: number},
		plan.Named{Name: "$from", Expr: d.from}, plan.Named{Name: "$to", Expr: d.to})
	if d.g.partition != nil {
		i := (&rows{cols: d.g.edgeCols}).column(d.g.partition.Name)
		cols = append(cols, plan.Named{Name: "$part", Expr: col(i, d.g.partition.Type)})
	}
	for i := range cols {
		cols[i].Name = "$" + decimalText(i)
	}
	d.g.edges = &plan.Shared{Name: "edges", Input: &plan.Project{Input: &plan.Serialize{Input: d.in.rel}, Cols: cols}}
	n := len(d.g.edgeCols)
	swapped := keepAll(d.g.edges.Columns())
	swapped[n+1].Expr, swapped[n+2].Expr = swapped[n+2].Expr, swapped[n+1].Expr
	d.g.reversed = &plan.Project{Input: d.g.edges, Cols: swapped}
	// An edge from a node to itself has one direction only.
	loop := call("==", types.Bool, col(n+1, d.g.keyType), col(n+2, d.g.keyType))
	back := &plan.Project{Input: &plan.Filter{Input: d.g.edges, Cond: call("not", types.Bool, loop)}, Cols: swapped}
	d.g.both = &plan.Shared{Name: "edges", Input: &plan.Union{Inputs: []plan.Rel{d.g.edges, back}}}
}

// nodes makes the relation of nodes: the rows of the table, then the ids that
// only edges name, whose other columns are null. Of rows with one id the first
// is the node.
func (d *graphDraft) nodes() {
	from, to := d.g.ends(0)
	var inputs []plan.Rel
	for _, t := range d.tables {
		inputs = append(inputs, d.tableNodes(t))
	}
	inputs = append(inputs, d.edgeNodes(from), d.edgeNodes(to))
	all := &plan.Shared{Name: "nodes", Input: &plan.Union{Inputs: inputs}}
	cols := all.Columns()
	key := d.g.nodeKey(0)
	ids := &plan.Aggregate{Input: all, Grouped: true, Untraced: true}
	for _, k := range key {
		ids.Keys = append(ids.Keys, plan.Named{Name: cols[k.Index].Name, Expr: k})
	}
	node := &plan.Join{Left: all, Right: ids, Kind: plan.InnerUnique, On: pairsOf(key, refs(ids.Columns(), 0)), Span: d.b.span(d.op)}
	node.Cols = leftColumns(cols)
	d.g.nodes = &plan.Shared{Name: "nodes", Input: node}
}

// leftColumns are the columns of a join that keeps the left side alone.
func leftColumns(cols []types.Column) []plan.JoinColumn {
	list := make([]plan.JoinColumn, len(cols))
	for i, c := range cols {
		list[i] = plan.JoinColumn{Index: i, Name: c.Name, Type: c.Type}
	}
	return list
}

// tableNodes are the rows of a table of nodes.
func (d *graphDraft) tableNodes(t nodeTable) plan.Rel {
	r := t.rel.rows()
	cols := make([]plan.Named, 0, len(d.g.nodeCols)+2)
	for _, c := range d.g.nodeCols {
		var e plan.Expr = &plan.Const{Value: types.Null(c.Type)}
		if i := r.column(c.Name); i >= 0 {
			e = col(i, c.Type)
		}
		cols = append(cols, plan.Named{Expr: e})
	}
	cols = append(cols, plan.Named{Expr: t.key})
	if d.g.partition != nil {
		cols = append(cols, plan.Named{Expr: col(r.column(d.g.partition.Name), d.g.partition.Type)})
	}
	return numberedColumns(t.rel.rel, cols)
}

// numberedColumns is a projection whose columns have no names of their own.
func numberedColumns(in plan.Rel, cols []plan.Named) plan.Rel {
	for i := range cols {
		cols[i].Name = "$" + decimalText(i)
	}
	return &plan.Project{Input: in, Cols: cols}
}

// edgeNodes are the nodes at one end of the edges.
func (d *graphDraft) edgeNodes(end []*plan.Col) plan.Rel {
	cols := make([]plan.Named, 0, len(d.g.nodeCols)+2)
	for i, c := range d.g.nodeCols {
		var e plan.Expr = &plan.Const{Value: types.Null(c.Type)}
		if d.isID(i) {
			e = convertKey(end[0], c.Type)
		}
		if d.g.partition != nil && c.Name == d.g.partition.Name && c.Type == d.g.partition.Type {
			e = end[1]
		}
		cols = append(cols, plan.Named{Expr: e})
	}
	for _, k := range end {
		cols = append(cols, plan.Named{Expr: k})
	}
	return numberedColumns(d.g.edges, cols)
}

// isID tells whether column i of the nodes holds their id.
func (d *graphDraft) isID(i int) bool {
	if len(d.tables) == 0 {
		return i == 0
	}
	return d.tables[0].at == i
}

// graphOperator binds an operator over a graph; false if in is a table.
func (b *binder) graphOperator(in *relation, op syntax.Operator) (*relation, bool) {
	if in.graph == nil {
		return nil, false
	}
	if op, ok := op.(*syntax.GraphMatch); ok {
		return b.graphMatch(in, op), true
	}
	if op, ok := op.(*syntax.GraphToTable); ok {
		return b.graphToTable(in, op), true
	}
	if op, ok := op.(*syntax.GraphMark); ok {
		return b.graphMark(in, op), true
	}
	b.report(op, diag.Expected, "a graph is no table: "+operatorName(op)+" cannot follow it", "write graph-match … project …, or graph-to-table")
	return broken(), true
}

// noGraph reports an operator on graphs over a table.
func (b *binder) noGraph(in *relation, op syntax.Operator) *relation {
	if !in.open {
		b.report(op, diag.Expected, operatorName(op)+" needs a graph before it", "write make-graph source --> target")
	}
	return broken()
}

// table binds a tabular expression that is no graph.
func (b *binder) table(x syntax.Expr) *relation {
	t := b.tabular(x)
	if t.graph == nil {
		return t
	}
	b.report(x, diag.UnknownTable, "a graph stands where a table is needed", "write | graph-match … project …, or | graph-to-table nodes")
	return broken()
}

package syntax

import "github.com/conshelf/conshelf/kql/diag"

// sequence consumes marks that stand without white space between them, such
// as - - >, if they are all there.
func (p *parser) sequence(marks ...string) bool {
	for n, mark := range marks {
		if t := p.ahead(n); !t.is(mark) || n > 0 && t.spaced {
			return false
		}
	}
	p.pos += len(marks)
	return true
}

// makeGraph reads source --> target [with tables on keys] [partitioned-by …].
func (p *parser) makeGraph(start int) Operator {
	op := &MakeGraph{Props: p.props(), Source: p.referred()}
	switch {
	case p.sequence("-", "-", ">"):
		op.Directed = true
	case p.sequence("-", "-"):
	default:
		p.fail(diag.Expected, "expected --> before "+p.tok().describe(), "")
	}
	op.Target = p.referred()
	if p.at("with_node_id") {
		op.Props = append(op.Props, p.props("with_node_id")...)
	} else if p.accept("with") {
		p.commas(func() { p.graphTable(op) })
	}
	if name, size := p.operatorName(); name == "partitioned-by" {
		p.pos += size
		op.PartitionedBy = p.referred()
		op.Branch = p.branch()
	}
	op.node = p.from(start)
	return op
}

// graphTable reads table on key.
func (p *parser) graphTable(op *MakeGraph) {
	op.With = append(op.With, p.postfix())
	var key Expr
	if p.expect("on") {
		key = p.columnRef()
	}
	op.On = append(op.On, key)
}

// graphMatch reads [props] patterns [where condition] [project columns].
func (p *parser) graphMatch(start int, shortest bool) Operator {
	op := &GraphMatch{Shortest: shortest, Props: p.props("cycles", "output")}
	p.commas(func() { op.Patterns = append(op.Patterns, p.graphPattern()) })
	if p.accept("where") {
		op.Cond = p.expr()
	}
	if p.accept("project") {
		op.Project = p.namedList()
	}
	op.node = p.from(start)
	return op
}

// graphPattern reads (node) and then edge (node) ….
func (p *parser) graphPattern() []*GraphElement {
	elements := []*GraphElement{p.graphNode()}
	for !p.stopped {
		edge := p.graphEdge()
		if edge == nil {
			return elements
		}
		elements = append(elements, edge, p.graphNode())
	}
	return elements
}

// graphNode reads ([name]).
func (p *parser) graphNode() *GraphElement {
	start := p.start()
	element := &GraphElement{}
	if p.expect("(") {
		if !p.at(")") {
			element.Name = p.declared()
		}
		p.close(")")
	}
	element.node = p.from(start)
	return element
}

// graphEdge reads -->, <--, -- or -[name*min..max]-> and its kin; nil if the
// pattern ends.
func (p *parser) graphEdge() *GraphElement {
	start := p.start()
	edge := &GraphElement{Edge: true}
	switch {
	case p.sequence("-", "-", ">"):
		edge.Direction = "-->"
	case p.sequence("<", "-", "-"):
		edge.Direction = "<--"
	case p.sequence("-", "-"):
		edge.Direction = "--"
	case p.sequence("-", "["):
		p.graphEdgeBody(edge)
		edge.Direction = "--"
		if p.graphEdgeEnd() {
			edge.Direction = "-->"
		}
	case p.sequence("<", "-", "["):
		p.graphEdgeBody(edge)
		edge.Direction = "<--"
		if at := p.tok().span; p.graphEdgeEnd() {
			p.report(at, diag.Expected, "expected ]- at the end of an edge that starts with <-[", "")
		}
	default:
		return nil
	}
	edge.node = p.from(start)
	return edge
}

// graphEdgeBody reads [name][*min..max].
func (p *parser) graphEdgeBody(edge *GraphElement) {
	if p.startsName(0) {
		edge.Name = p.declared()
	}
	if p.accept("*") {
		edge.Min = p.postfix()
		p.expect("..")
		edge.Max = p.postfix()
	}
}

// graphEdgeEnd reads ]-> or ]-, and tells whether there was an arrow.
func (p *parser) graphEdgeEnd() bool {
	if p.sequence("]", "-", ">") {
		return true
	}
	if !p.sequence("]", "-") {
		p.fail(diag.Expected, "expected ]-> before "+p.tok().describe(), "")
	}
	return false
}

// graphToTable reads nodes or edges [as name] [props], ….
func (p *parser) graphToTable(start int) Operator {
	op := &GraphToTable{}
	p.commas(func() {
		at := p.start()
		if !p.tok().isOneOf("nodes", "edges") {
			p.fail(diag.Expected, "expected nodes or edges before "+p.tok().describe(), "")
			return
		}
		output := &Property{Name: p.wordName()}
		if p.accept("as") {
			output.Value = p.declared()
		}
		output.node = p.from(at)
		op.Outputs = append(op.Outputs, output)
		op.Props = append(op.Props, p.props("with_node_id", "with_source_id", "with_target_id")...)
	})
	op.node = p.from(start)
	return op
}

func (p *parser) graphMark(start int) Operator {
	op := &GraphMark{Props: p.props("kind", "with_component_id")}
	op.node = p.from(start)
	return op
}

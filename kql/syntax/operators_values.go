package syntax

import "github.com/conshelf/conshelf/kql/diag"

// mvExpand reads [props] columns [limit n].
func (p *parser) mvExpand(start int, legacy bool) Operator {
	op := &MvExpand{Legacy: legacy, Props: p.props("kind", "bagexpansion", "with_itemindex")}
	p.commas(func() { op.Columns = append(op.Columns, p.expansion()) })
	if p.accept("limit") {
		op.Limit = p.expr()
	}
	op.node = p.from(start)
	return op
}

// expansion reads [name =] expr [to typeof(type)].
func (p *parser) expansion() *Expansion {
	start := p.start()
	e := &Expansion{}
	if size := p.nameSize(0); size > 0 && p.ahead(size).is("=") {
		e.Name = p.declared()
		p.next()
	}
	e.X = p.expr()
	if p.accept("to") {
		e.Type = p.toType()
	}
	e.node = p.from(start)
	return e
}

// toType reads typeof(type).
func (p *parser) toType() string {
	if !p.expect("typeof") || !p.expect("(") {
		return ""
	}
	kind := p.typeName()
	p.close(")")
	return kind
}

// mvApply reads [props] columns [limit n] [id x] on (operators).
func (p *parser) mvApply(start int) Operator {
	op := &MvApply{Props: p.props("kind", "bagexpansion", "with_itemindex")}
	p.commas(func() { op.Columns = append(op.Columns, p.expansion()) })
	if p.accept("limit") {
		op.Limit = p.expr()
	}
	if p.accept("id") {
		op.ID = p.expr()
	}
	if p.expect("on") {
		op.On = p.branch()
	} else {
		op.On = &Branch{node: node{p.gap()}, Pipe: &Pipe{node: node{p.gap()}}}
	}
	op.node = p.from(start)
	return op
}

// parse reads [props] expr with pattern.
func (p *parser) parse(start int, where bool) Operator {
	op := &Parse{Where: where, Props: p.props("kind", "flags")}
	op.X = p.expr()
	p.expect("with")
	for {
		part := p.patternPart()
		if part == nil {
			break
		}
		op.Pattern = append(op.Pattern, part)
	}
	op.node = p.from(start)
	return op
}

// patternPart reads a string, * or name[:type]; nil where the pattern ends.
func (p *parser) patternPart() *PatternPart {
	start := p.start()
	part := &PatternPart{}
	switch {
	case p.accept("*"):
		part.Star = true
	case p.tok().kind == tokenString:
		part.Text = p.stringLiteral()
	case p.startsName(0):
		column := &Column{Name: p.declared()}
		if p.accept(":") {
			column.Type = p.typeName()
		}
		column.node = p.from(start)
		part.Column = column
	default:
		return nil
	}
	part.node = p.from(start)
	return part
}

// parseKv reads expr as (columns) [with (props)].
func (p *parser) parseKv(start int) Operator {
	op := &ParseKv{X: p.expr()}
	p.expect("as")
	op.Columns = p.parenColumns()
	if p.at("with") {
		op.Props = p.withProps()
	}
	op.node = p.from(start)
	return op
}

// makeSeries reads [props] aggregates on axis [from a] [to b] step c [by keys],
// or the older on axis in range(a, b, c).
func (p *parser) makeSeries(start int) Operator {
	op := &MakeSeries{Props: p.props("kind")}
	p.commas(func() { op.Aggs = append(op.Aggs, p.seriesAgg()) })
	p.expect("on")
	op.On = p.named()
	if p.at("in") && p.ahead(1).is("range") {
		p.next()
		op.In = p.seriesRange()
	} else {
		p.seriesBounds(op)
	}
	if p.accept("by") {
		op.By = p.namedList()
	}
	op.node = p.from(start)
	return op
}

// seriesAgg reads [name =] aggregate [default = value].
func (p *parser) seriesAgg() *SeriesAgg {
	start := p.start()
	agg := &SeriesAgg{X: p.named()}
	if p.accept("default") {
		p.expect("=")
		agg.Default = p.expr()
	}
	agg.node = p.from(start)
	return agg
}

// seriesRange reads range(a, b, c).
func (p *parser) seriesRange() Expr {
	name := p.wordName()
	if p.at("(") {
		return p.call(name)
	}
	p.fail(diag.Expected, "expected ( before "+p.tok().describe(), "")
	return name
}

func (p *parser) seriesBounds(op *MakeSeries) {
	if p.accept("from") {
		op.From = p.expr()
	}
	if p.accept("to") {
		op.To = p.expr()
	}
	if p.expect("step") {
		op.Step = p.expr()
	}
}

// reduce reads [props] by expr [with props].
func (p *parser) reduce(start int) Operator {
	op := &Reduce{Props: p.props("kind")}
	p.expect("by")
	op.By = p.named()
	if p.accept("with") {
		op.With = p.propList()
	}
	op.node = p.from(start)
	return op
}

// scan reads [props] [order by …] [partition by …] [declare (…)] with (steps).
func (p *parser) scan(start int) Operator {
	op := &Scan{Props: p.props("with_match_id", "with_step_name", "kind")}
	if p.accept("order") {
		p.expect("by")
		op.OrderBy = p.sortKeys()
	}
	if p.accept("partition") {
		p.expect("by")
		op.PartitionBy = p.exprList()
	}
	if p.accept("declare") && p.expect("(") {
		if !p.at(")") {
			p.commas(func() { op.Declare = append(op.Declare, p.param()) })
		}
		p.close(")")
	}
	p.expect("with")
	p.expect("(")
	for p.at("step") {
		op.Steps = append(op.Steps, p.scanStep())
	}
	if len(op.Steps) == 0 {
		p.expect("step")
	}
	p.close(")")
	op.node = p.from(start)
	return op
}

// scanStep reads step name [optional] [output = …] : condition [=> assignments];.
func (p *parser) scanStep() *ScanStep {
	start := p.next().span.Start
	step := &ScanStep{Name: p.declared()}
	step.Optional = p.accept("optional")
	if p.accept("output") {
		p.expect("=")
		step.Output = p.scanOutput()
	}
	p.expect(":")
	step.Cond = p.expr()
	if p.accept("=>") {
		p.commas(func() { step.Assign = append(step.Assign, p.scanAssignment()) })
	}
	p.expect(";")
	step.node = p.from(start)
	return step
}

func (p *parser) scanOutput() string {
	if p.tok().isOneOf("all", "last", "none") {
		return p.next().text
	}
	p.fail(diag.Expected, "expected all, last or none before "+p.tok().describe(), "")
	return ""
}

// scanAssignment reads name = expr.
func (p *parser) scanAssignment() *Named {
	start := p.start()
	name := p.declared()
	p.expect("=")
	x := p.expr()
	return &Named{p.from(start), []*Name{name}, false, x}
}

package syntax

import "github.com/conshelf/conshelf/kql/diag"

// summarize reads [props] [aggregates] [by keys].
func (p *parser) summarize(start int) Operator {
	op := &Summarize{Props: p.props()}
	if !p.at("by") {
		op.Aggs = p.optional(p.namedList)
	}
	if p.accept("by") {
		op.HasBy = true
		op.By = p.namedList()
	}
	if p.at("bin") && p.ahead(1).is("=") {
		p.fail(diag.Unsupported, "the legacy form by … bin = size is not supported", "write by bin(column, size)")
		p.skip()
	}
	op.node = p.from(start)
	return op
}

func (p *parser) count(start int) Operator {
	op := &Count{}
	if p.accept("as") {
		op.As = p.declared()
	}
	op.node = p.from(start)
	return op
}

func (p *parser) take(start int) Operator {
	op := &Take{Props: p.props()}
	op.N = p.expr()
	op.node = p.from(start)
	return op
}

func (p *parser) sample(start int) Operator {
	p.props()
	n := p.expr()
	return &Sample{p.from(start), n}
}

// sampleDistinct reads n of expr.
func (p *parser) sampleDistinct(start int) Operator {
	p.props()
	op := &SampleDistinct{N: p.expr()}
	p.expect("of")
	op.Of = p.named()
	op.node = p.from(start)
	return op
}

// sort reads [props] by keys.
func (p *parser) sort(start int) Operator {
	op := &Sort{Props: p.props()}
	p.expect("by")
	op.Keys = p.sortKeys()
	op.node = p.from(start)
	return op
}

func (p *parser) sortKeys() []*SortKey {
	var keys []*SortKey
	p.commas(func() { keys = append(keys, p.sortKey()) })
	return keys
}

// sortKey reads expr [asc|desc] [nulls first|last].
func (p *parser) sortKey() *SortKey {
	start := p.start()
	key := &SortKey{X: p.named()}
	key.Order = p.order()
	if p.accept("nulls") {
		if p.tok().isOneOf("first", "last") {
			key.Nulls = p.next().text
		} else {
			p.fail(diag.Expected, "expected first or last before "+p.tok().describe(), "")
		}
	}
	key.node = p.from(start)
	return key
}

// top reads [props] n by key.
func (p *parser) top(start int) Operator {
	op := &Top{Props: p.props()}
	op.N = p.expr()
	p.expect("by")
	op.Keys = []*SortKey{p.sortKey()}
	if p.at(",") {
		p.fail(diag.UnexpectedText, "top takes one key", "write | sort by …, … | take n")
		p.skip()
	}
	op.node = p.from(start)
	return op
}

// topNested reads levels; each but the first repeats the operator's name.
func (p *parser) topNested(start int) Operator {
	op := &TopNested{}
	op.Levels = append(op.Levels, p.topNestedLevel(start))
	for p.accept(",") {
		at := p.start()
		if name, size := p.operatorName(); name == "top-nested" {
			p.pos += size
		} else {
			p.fail(diag.Expected, "expected top-nested before "+p.tok().describe(), "")
		}
		op.Levels = append(op.Levels, p.topNestedLevel(at))
	}
	op.node = p.from(start)
	return op
}

// topNestedLevel reads [n] of expr [with others = expr] by aggregate [asc|desc].
func (p *parser) topNestedLevel(start int) *TopNestedLevel {
	level := &TopNestedLevel{}
	if !p.at("of") {
		level.N = p.expr()
	}
	p.expect("of")
	level.Of = p.named()
	if p.accept("with") {
		p.expect("others")
		p.expect("=")
		level.Others = p.expr()
	}
	p.expect("by")
	level.By = p.named()
	level.Order = p.order()
	level.node = p.from(start)
	return level
}

// topHitters reads n of expr [by expr].
func (p *parser) topHitters(start int) Operator {
	p.props()
	op := &TopHitters{N: p.expr()}
	p.expect("of")
	op.Of = p.named()
	if p.accept("by") {
		op.By = p.named()
	}
	op.node = p.from(start)
	return op
}

// as reads [props] name.
func (p *parser) as(start int) Operator {
	op := &As{Props: p.props()}
	op.Name = p.declared()
	op.node = p.from(start)
	return op
}

func (p *parser) getSchema(start int) Operator {
	op := &GetSchema{Props: p.props("kind")}
	op.node = p.from(start)
	return op
}

func (p *parser) consume(start int) Operator {
	op := &Consume{Props: p.props("decodeblocks")}
	op.node = p.from(start)
	return op
}

// render reads kind [props] [with (props)].
func (p *parser) render(start int) Operator {
	op := &Render{}
	if p.tok().kind == tokenWord {
		op.Kind = p.next().text
	} else {
		p.fail(diag.Expected, "expected the kind of a chart before "+p.tok().describe(), "")
	}
	for size := p.propertyNameSize(0); size > 0; size = p.propertyNameSize(0) {
		property := p.property(size)
		p.moreNames(property)
		op.Props = append(op.Props, property)
	}
	if p.at("with") {
		op.Props = append(op.Props, p.withProps()...)
	}
	op.node = p.from(start)
	return op
}

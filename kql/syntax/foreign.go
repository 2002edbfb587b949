package syntax

// command reads a management command, such as .show tables: all up to a bar.
// What comes after <| is part of it.
func (p *parser) command() Expr {
	start := p.start()
	depth := 0
	for !p.atEnd() && (depth > 0 || !p.tok().isOneOf("|", ";") || p.fillsTable()) {
		switch t := p.tok(); {
		case t.isOneOf("(", "[", "{"):
			depth++
		case t.isOneOf(")", "]", "}"):
			depth--
		case p.fillsTable():
			depth = len(p.tokens) // the query that fills the table goes to the end
		}
		p.next()
	}
	return p.foreign(start, "a management command", nil)
}

// fillsTable tells whether the bar here is that of <|.
func (p *parser) fillsTable() bool {
	return p.at("|") && !p.tok().spaced && p.pos > 0 && p.tokens[p.pos-1].is("<")
}

// startsCommand tells whether a management command stands here.
func (p *parser) startsCommand() bool {
	return p.at(".") && p.ahead(1).kind == tokenWord && !p.ahead(1).spaced
}

// foreign makes a Foreign of the text since start.
func (p *parser) foreign(start int, what string, columns []*Column) Expr {
	span := p.from(start)
	return &Foreign{span, what, columns, p.text[span.span.Start:span.span.End]}
}

// inlineExternal reads inline_external_table [(columns)] kind=… … (uris) [with (…)].
func (p *parser) inlineExternal() Expr {
	start := p.next().span.Start
	var columns []*Column
	if p.at("(") {
		columns = p.parenColumns()
	}
	for p.propertyNameSize(0) > 0 {
		p.property(p.propertyNameSize(0))
	}
	if p.at("partition") {
		p.next()
		p.expect("by")
		p.parenthesized()
	}
	if p.at("pathformat") {
		p.next()
		p.expect("=")
		p.parenthesized()
	}
	if p.expect("(") {
		p.exprList()
		p.close(")")
	}
	if p.at("with") && p.ahead(1).is("(") {
		p.withProps()
	}
	return p.foreign(start, "inline_external_table", columns)
}

// materializedViewCombine reads materialized_view_combine(name) base (rows)
// delta (rows) aggregations (operator).
func (p *parser) materializedViewCombine() Expr {
	start := p.next().span.Start
	p.parenthesized()
	for _, part := range [...]string{"base", "delta", "aggregations"} {
		p.expect(part)
		p.parenthesized()
	}
	return p.foreign(start, "materialized_view_combine", nil)
}

// parenthesized skips (…).
func (p *parser) parenthesized() {
	if p.expect("(") {
		p.skip()
		p.close(")")
	}
}

// entityGroup reads entity_group [entities].
func (p *parser) entityGroup() Expr {
	x := &EntityGroup{}
	start := p.next().span.Start
	if p.expect("[") {
		p.commas(func() { x.Entities = append(x.Entities, p.tableRef()) })
		p.close("]")
	}
	x.node = p.from(start)
	return x
}

// macroExpand reads [props] group as name (statements).
func (p *parser) macroExpand(start int) Operator {
	op := &MacroExpand{Props: p.props("kind", "isfuzzy", "expandoutput")}
	if p.at("entity_group") && p.ahead(1).is("[") {
		op.Group = p.entityGroup()
	} else {
		op.Group = p.referred()
	}
	p.expect("as")
	op.Name = p.declared()
	if p.expect("(") {
		op.Body = p.statements(")")
		p.close(")")
	}
	op.node = p.from(start)
	return op
}

func (p *printer) macroExpand(op *MacroExpand) {
	p.print("macro-expand")
	p.props(op.Props)
	p.print(" ")
	p.expr(op.Group)
	p.print(" as ")
	p.name(op.Name)
	p.print(" (")
	p.block(func() {
		p.statements(op.Body)
		p.flush(op.span.End - 1)
	})
	p.print(")")
}

package syntax

import "github.com/conshelf/conshelf/kql/diag"

// statements reads statements up to the closing mark, or up to the end of the
// text if the mark is empty.
func (p *parser) statements(closing string) []Statement {
	var list []Statement
	for {
		for p.at(";") {
			p.strayedSemicolon(len(list) == 0)
		}
		if p.atEnd() || closing != "" && p.at(closing) {
			return list
		}
		before := p.pos
		list = append(list, p.statement())
		if p.accept(";") || p.atEnd() || closing != "" && p.at(closing) {
			continue
		}
		p.fail(diag.Expected, "expected ; before "+p.tok().describe(), "")
		p.skip()
		if p.pos == before || p.tok().isOneOf(")", "]", "}", "|") && !p.at(closing) {
			p.next()
		}
	}
}

func (p *parser) strayedSemicolon(first bool) {
	if first || p.tokens[max(p.pos-1, 0)].is(";") {
		p.fail(diag.UnexpectedText, "there is no statement before this ;", "")
	}
	p.next()
}

// statement reads one statement, without its semicolon.
func (p *parser) statement() Statement {
	switch t := p.tok(); {
	case t.is("let") && (p.startsName(1) || p.ahead(1).is("=")):
		return p.let()
	case t.is("set") && p.ahead(1).kind == tokenWord:
		return p.set()
	case t.is("alias") && p.ahead(1).is("database"):
		return p.alias()
	case t.is("restrict") && p.ahead(1).is("access"):
		return p.restrict()
	case t.is("declare") && p.ahead(1).is("pattern"):
		return p.patternStatement()
	case t.is("declare") && p.ahead(1).is("query_parameters"):
		return p.declare()
	}
	start := p.start()
	x := p.tabular()
	return &ExprStatement{p.from(start), x}
}

// let reads let name = value.
func (p *parser) let() Statement {
	start := p.next().span.Start
	name := p.declared()
	p.expect("=")
	value := p.letValue()
	return &Let{p.from(start), name, value}
}

func (p *parser) letValue() Expr {
	switch {
	case p.startsFunction():
		return p.function()
	case p.at("entity_group") && p.ahead(1).is("["):
		return p.entityGroup()
	}
	return p.tabular()
}

// startsFunction tells whether a function literal follows, and not a
// parenthesized expression: (name: or () {.
func (p *parser) startsFunction() bool {
	n := 0
	if p.at("view") {
		n++
	}
	if !p.ahead(n).is("(") {
		return false
	}
	if p.ahead(n + 1).is(")") {
		return p.ahead(n + 2).is("{")
	}
	size := p.nameSize(n + 1)
	return size > 0 && p.ahead(n+1+size).is(":")
}

// function reads ([view] params) { body }.
func (p *parser) function() Expr {
	start := p.start()
	defer p.leave()
	if !p.enter() {
		return p.missingExpr()
	}
	view := p.accept("view")
	p.expect("(")
	var params []*Param
	if !p.at(")") {
		p.commas(func() { params = append(params, p.param()) })
	}
	p.close(")")
	p.expect("{")
	body := p.statements("}")
	p.expect("}")
	return &FunctionLiteral{p.from(start), view, params, body}
}

// param reads name:type [= default] or name:(columns) or name:(*).
func (p *parser) param() *Param {
	start := p.start()
	param := &Param{Name: p.declared()}
	p.expect(":")
	if p.accept("(") {
		param.Table = true
		if p.accept("*") {
			param.Star = true
		} else {
			param.Columns = p.columnList()
		}
		p.close(")")
	} else {
		param.Type = p.typeName()
	}
	if p.accept("=") {
		param.Default = p.literalValue()
	}
	param.node = p.from(start)
	return param
}

// columnList reads name:type, …; a comma may stand at its start or end.
func (p *parser) columnList() []*Column {
	var columns []*Column
	p.accept(",")
	for !p.at(")") && !p.atEnd() {
		start := p.start()
		name := p.declared()
		p.expect(":")
		kind := p.typeName()
		columns = append(columns, &Column{p.from(start), name, kind})
		if !p.accept(",") {
			break
		}
	}
	return columns
}

// parenColumns reads (columns).
func (p *parser) parenColumns() []*Column {
	if !p.expect("(") {
		return nil
	}
	columns := p.columnList()
	p.close(")")
	return columns
}

// typeName reads the name of a scalar type. Whether there is such a type,
// binding tells.
func (p *parser) typeName() string {
	if p.tok().kind == tokenWord {
		return p.next().text
	}
	p.fail(diag.Expected, "expected a type before "+p.tok().describe(), "")
	return ""
}

// set reads set name [= value].
func (p *parser) set() Statement {
	start := p.next().span.Start
	name := p.wordName()
	var value Expr
	if p.accept("=") {
		value = p.propertyValue()
	}
	return &Set{p.from(start), name, value}
}

// alias reads alias database name = expr.
func (p *parser) alias() Statement {
	start := p.next().span.Start
	p.next()
	name := p.declared()
	p.expect("=")
	value := p.expr()
	return &Alias{p.from(start), name, value}
}

// restrict reads restrict access to (entities).
func (p *parser) restrict() Statement {
	start := p.next().span.Start
	p.next()
	p.expect("to")
	var entities []Expr
	if p.expect("(") {
		p.commas(func() { entities = append(entities, p.tableRef()) })
		p.close(")")
	}
	if p.at("with") {
		p.fail(diag.Unsupported, "restrict access with (…) is not supported", "")
		p.skip()
	}
	return &Restrict{p.from(start), entities}
}

// declare reads declare query_parameters(params).
func (p *parser) declare() Statement {
	start := p.next().span.Start
	p.next()
	var params []*Param
	if p.expect("(") {
		if !p.at(")") {
			p.commas(func() { params = append(params, p.param()) })
		}
		p.close(")")
	}
	return &Declare{p.from(start), params}
}

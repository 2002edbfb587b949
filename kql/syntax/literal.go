package syntax

import (
	"strings"

	"github.com/conshelf/conshelf/kql/diag"
)

// literal reads a string, a number or a typed literal; the caller has seen it.
func (p *parser) literal() Expr {
	if p.tok().kind == tokenString {
		return p.stringLiteral()
	}
	t := p.next()
	return &Literal{node: node{t.span}, Kind: t.lit, Text: t.text}
}

// stringLiteral reads a string. Strings that stand side by side are one.
func (p *parser) stringLiteral() *Literal {
	t := p.next()
	x := &Literal{node: node{t.span}, Kind: StringLiteral, Text: t.text, Hidden: t.hidden}
	if p.tok().kind != tokenString {
		return x
	}
	var text strings.Builder
	text.WriteString(t.text)
	for p.tok().kind == tokenString {
		part := p.next()
		text.WriteString(part.text)
		x.Hidden = x.Hidden || part.hidden
	}
	x.Text, x.node = text.String(), p.from(t.span.Start)
	return x
}

// literalValue reads a literal with an optional sign, where nothing else may
// stand.
func (p *parser) literalValue() Expr {
	start, n := p.start(), 0
	if p.at("-") || p.at("+") {
		n = 1
	}
	if !p.startsLiteral(n) {
		p.fail(diag.Expected, "expected a literal before "+p.tok().describe(), p.literalHint())
		if p.startsOperand() {
			return p.expr()
		}
		return &Name{node: node{p.gap()}}
	}
	if n == 0 {
		return p.primary()
	}
	op := p.next().text
	x := p.primary()
	return &Unary{p.from(start), op, x}
}

func (p *parser) literalHint() string {
	if p.at("null") {
		return "write the type: int(null), datetime(null); a string is never null, write \"\""
	}
	return ""
}

// startsLiteral tells whether a literal stands n tokens ahead.
func (p *parser) startsLiteral(n int) bool {
	switch t := p.ahead(n); t.kind {
	case tokenNumber:
		return true
	case tokenString, tokenTyped:
		return n == 0
	case tokenWord:
		called := p.ahead(n + 1).is("(")
		return n == 0 && (isBool(t.text) || called && (t.text == "dynamic" || t.text == "typeof"))
	case tokenEnd, tokenPunct, tokenBad:
		return false
	}
	panic(p.ahead(n).kind)
}

// startsOperand tells whether an expression may start with the current token.
func (p *parser) startsOperand() bool {
	switch p.tok().kind {
	case tokenWord, tokenNumber, tokenString, tokenTyped:
		return true
	case tokenPunct:
		return p.tok().isOneOf("(", "-", "+")
	case tokenEnd, tokenBad:
		return false
	}
	panic(p.tok().kind)
}

// dynamic reads dynamic(value).
func (p *parser) dynamic() Expr {
	start := p.next().span.Start
	p.next()
	value := p.dynamicValue()
	p.close(")")
	return &Dynamic{p.from(start), value}
}

// dynamicValue reads a value inside dynamic(…): JSON, with KQL's strings and
// literals.
func (p *parser) dynamicValue() Expr {
	switch t := p.tok(); {
	case t.is("["):
		return p.dynamicArray()
	case t.is("{"):
		return p.dynamicBag()
	case t.is("null"):
		p.next()
		return &Literal{node: node{t.span}, Kind: NullLiteral, Text: t.text}
	case t.is("-") && p.ahead(1).kind == tokenNumber:
		p.next()
		x := p.literal()
		return &Unary{p.from(t.span.Start), "-", x}
	case p.startsLiteral(0) && !t.is("typeof"):
		return p.primary()
	}
	p.fail(diag.Expected, "expected a value of dynamic before "+p.tok().describe(),
		"inside dynamic(…) stand literals only; use pack_array or bag_pack for expressions")
	return &Literal{node: node{p.gap()}, Kind: NullLiteral, Text: "null"}
}

func (p *parser) dynamicArray() Expr {
	start := p.next().span.Start
	array := &DynamicArray{}
	defer p.leave()
	if p.enter() && !p.at("]") {
		p.commas(func() { array.Elements = append(array.Elements, p.dynamicValue()) })
	}
	p.close("]")
	array.node = p.from(start)
	return array
}

func (p *parser) dynamicBag() Expr {
	start := p.next().span.Start
	bag := &DynamicBag{}
	defer p.leave()
	if p.enter() && !p.at("}") {
		p.commas(func() { p.dynamicPair(bag) })
	}
	p.close("}")
	bag.node = p.from(start)
	return bag
}

func (p *parser) dynamicPair(bag *DynamicBag) {
	if p.tok().kind != tokenString {
		p.fail(diag.Expected, "expected a string as key before "+p.tok().describe(), "")
		if !p.ahead(1).is(":") {
			return
		}
	}
	t := p.next()
	p.expect(":")
	bag.Keys = append(bag.Keys, &Literal{node: node{t.span}, Kind: StringLiteral, Text: t.text, Hidden: t.hidden})
	bag.Values = append(bag.Values, p.dynamicValue())
}

// typeOf reads typeof(type) or typeof(columns).
func (p *parser) typeOf() Expr {
	start := p.next().span.Start
	x := &TypeOf{}
	p.expect("(")
	if p.tok().kind == tokenWord && p.ahead(1).is(")") {
		x.Type = p.next().text
	} else {
		p.rowType(x)
	}
	p.close(")")
	x.node = p.from(start)
	return x
}

// rowType reads *, name:type, … into x.
func (p *parser) rowType(x *TypeOf) {
	p.accept(",")
	if p.accept("*") {
		x.Star = true
		if !p.accept(",") {
			return
		}
	}
	x.Columns = p.columnList()
}

// dataTable reads datatable(columns) [values].
func (p *parser) dataTable() Expr {
	start := p.next().span.Start
	x := &DataTable{Columns: p.parenColumns()}
	if p.expect("[") {
		p.accept(",")
		for !p.at("]") && !p.atEnd() {
			x.Values = append(x.Values, p.literalValue())
			if !p.accept(",") {
				break
			}
		}
		p.close("]")
	}
	x.node = p.from(start)
	return x
}

// externalData reads externaldata(columns) [uris] [with (props)].
func (p *parser) externalData() Expr {
	start := p.next().span.Start
	x := &ExternalData{Columns: p.parenColumns()}
	if p.expect("[") {
		for !p.at("]") && !p.atEnd() {
			x.URIs = append(x.URIs, p.expr())
			if !p.accept(",") {
				break
			}
		}
		p.close("]")
	}
	if p.at("with") && p.ahead(1).is("(") {
		x.Props = p.withProps()
	}
	x.node = p.from(start)
	return x
}

package syntax

import "github.com/conshelf/conshelf/kql/diag"

// nameSize returns how many tokens the name n tokens ahead has: 1 for a word,
// 3 for ['…'], 0 if there is no name.
func (p *parser) nameSize(n int) int {
	switch t := p.ahead(n); {
	case t.kind == tokenWord:
		return 1
	case t.is("[") && p.ahead(n+1).kind == tokenString && p.ahead(n+2).is("]"):
		return 3
	}
	return 0
}

// startsName tells whether a name stands n tokens ahead.
func (p *parser) startsName(n int) bool { return p.nameSize(n) > 0 }

// bracketed reads ['…']; the caller has seen it.
func (p *parser) bracketed() *Name {
	start := p.next().span.Start
	text := p.next().text
	p.next()
	return &Name{p.from(start), text, true}
}

// wordName reads any word as a name: where a word can be nothing else, even a
// keyword is one.
func (p *parser) wordName() *Name {
	t := p.next()
	return &Name{node{t.span}, t.text, false}
}

// declared reads the name of what is being defined.
func (p *parser) declared() *Name { return p.name(isReservedInDeclaration) }

// referred reads the name of a column, table or variable.
func (p *parser) referred() *Name { return p.name(isReserved) }

func (p *parser) name(reserved func(string) bool) *Name {
	switch p.nameSize(0) {
	case 3:
		return p.bracketed()
	case 1:
		if reserved(p.tok().text) || isBool(p.tok().text) {
			p.needsBrackets()
		}
		return p.wordName()
	}
	p.fail(diag.Expected, "expected a name before "+p.tok().describe(), "")
	return &Name{node: node{p.gap()}}
}

// needsBrackets reports a keyword used as a name. The parser goes on as if it
// were one.
func (p *parser) needsBrackets() {
	text := p.tok().text
	p.fail(diag.NeedsBrackets, text+" is a keyword and cannot be a name here", "write ['"+text+"']")
}

// wildcard reads a name with stars such as a*, if one stands here.
func (p *parser) wildcard() *Wildcard {
	size, star := 0, false
	for {
		t := p.ahead(size)
		if size > 0 && t.spaced {
			break
		}
		if t.is("*") {
			star = true
		} else if t.kind != tokenWord && (t.kind != tokenNumber || size == 0) {
			break
		}
		size++
	}
	if !star {
		return nil
	}
	start := p.start()
	for range size {
		p.next()
	}
	span := p.from(start)
	return &Wildcard{span, p.text[span.span.Start:span.span.End]}
}

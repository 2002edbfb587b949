package syntax

import (
	"slices"
	"strings"

	"github.com/conshelf/conshelf/kql/diag"
)

// props reads the properties in front of an operator's arguments: those of
// the names, and hints.
func (p *parser) props(names ...string) []*Property {
	var props []*Property
	for {
		size := p.propertyNameSize(0)
		if size == 0 || !p.isProperty(p.propertyName(size), names) {
			return props
		}
		props = append(props, p.property(size))
	}
}

func (p *parser) isProperty(name string, names []string) bool {
	return strings.HasPrefix(name, "hint.") || slices.Contains(names, name)
}

// propertyNameSize returns how many tokens the name has that stands n tokens
// ahead and before =, such as kind or hint.strategy, or 0.
func (p *parser) propertyNameSize(n int) int {
	if p.ahead(n).kind != tokenWord {
		return 0
	}
	size := 1
	for p.ahead(n+size).is(".") && p.ahead(n+size+1).kind == tokenWord {
		size += 2
	}
	if !p.ahead(n + size).is("=") {
		return 0
	}
	return size
}

// propertyName returns the text of the next size tokens, without white space.
func (p *parser) propertyName(size int) string {
	var name strings.Builder
	for n := range size {
		name.WriteString(p.ahead(n).text)
	}
	return name.String()
}

// property reads name = value; the name has size tokens.
func (p *parser) property(size int) *Property {
	start := p.start()
	text := p.propertyName(size)
	for range size {
		p.next()
	}
	name := &Name{p.from(start), text, false}
	p.expect("=")
	value := p.propertyValue()
	property := &Property{node: p.from(start), Name: name, Value: value}
	if text == "hint.shufflekey" || text == "hint.pass_filters_column" {
		p.moreNames(property)
	}
	return property
}

// moreNames reads the further names of a property whose value is a list.
func (p *parser) moreNames(property *Property) {
	for p.at(",") && p.startsName(1) && p.propertyNameSize(1) == 0 {
		p.next()
		property.More = append(property.More, p.referred())
	}
	property.node = p.from(property.span.Start)
}

// propertyValue reads the value of a property: a literal or a word.
func (p *parser) propertyValue() Expr {
	if p.tok().kind == tokenWord && !isBool(p.tok().text) && !p.startsLiteral(0) {
		return p.wordName()
	}
	if p.nameSize(0) == 3 {
		return p.bracketed()
	}
	return p.literalValue()
}

// withProps reads with (name = value, …). A value may be a list of names.
func (p *parser) withProps() []*Property {
	p.next()
	if !p.expect("(") {
		return nil
	}
	p.accept(",")
	props := p.propList()
	p.close(")")
	return props
}

// propList reads name = value, ….
func (p *parser) propList() []*Property {
	var props []*Property
	for {
		size := p.propertyNameSize(0)
		if size == 0 {
			if len(props) == 0 && p.at(")") {
				return props
			}
			p.fail(diag.Expected, "expected name = value before "+p.tok().describe(), "")
			return props
		}
		property := p.property(size)
		p.moreNames(property)
		props = append(props, property)
		if !p.accept(",") {
			return props
		}
	}
}

package arm

import (
	"errors"
	"fmt"
	"regexp"
	"strings"

	"github.com/conshelf/conshelf/internal/doctree"
)

// An expression is what stands in the brackets of a text.
//
//sumtype:decl
type expression interface {
	expression() // only this package declares expressions
}

type (
	literal struct{ node *doctree.Node }
	call    struct {
		name string
		args []expression
	}
	property struct{ of, name expression }
)

func (literal) expression()  {}
func (call) expression()     {}
func (property) expression() {}

func textOf(text string) literal { return literal{newText(text)} }

func newText(text string) *doctree.Node { return &doctree.Node{Kind: doctree.Text, Text: text} }

var token = regexp.MustCompile(`^\s*('(?:[^']|'')*'|-?\d+|[A-Za-z_][\w.]*[A-Za-z_0-9]|[A-Za-z_]|[()\[\],.])`)

// parse reads an expression.
func parse(text string) (expression, error) {
	p := &parser{}
	for strings.TrimSpace(text) != "" {
		m := token.FindStringSubmatch(text)
		if m == nil {
			return nil, fmt.Errorf("%q is nothing that may stand there", text)
		}
		p.tokens = append(p.tokens, m[1])
		text = text[len(m[0]):]
	}
	e, err := p.expression(0)
	if err == nil && len(p.tokens) > 0 {
		err = fmt.Errorf("%q is nothing that may stand there", p.tokens[0])
	}
	return e, err
}

type parser struct{ tokens []string }

func (p *parser) next() string {
	if len(p.tokens) == 0 {
		return ""
	}
	t := p.tokens[0]
	p.tokens = p.tokens[1:]
	return t
}

func (p *parser) peek() string {
	if len(p.tokens) == 0 {
		return ""
	}
	return p.tokens[0]
}

var errEarly = errors.New("it ends early")

func (p *parser) expression(depth int) (expression, error) {
	if depth > maxDepth {
		return nil, errDepth
	}
	var e expression
	switch t := p.next(); {
	case t == "":
		return nil, errEarly
	case t[0] == '\'':
		e = textOf(strings.ReplaceAll(t[1:len(t)-1], "''", "'"))
	case t[0] == '-' || t[0] >= '0' && t[0] <= '9':
		e = literal{&doctree.Node{Kind: doctree.Number, Text: t}}
	case p.peek() == "(":
		p.next()
		c, err := p.arguments(t, depth)
		if err != nil {
			return nil, err
		}
		e = c
	default:
		return nil, fmt.Errorf("%q is nothing that may stand there", t)
	}
	return p.properties(e, depth)
}

// arguments reads the arguments of a call, its parenthesis being open.
func (p *parser) arguments(name string, depth int) (call, error) {
	c := call{name: strings.ToLower(name)}
	for p.peek() != ")" {
		arg, err := p.expression(depth + 1)
		if err != nil {
			return c, err
		}
		c.args = append(c.args, arg)
		if p.peek() != "," {
			break
		}
		p.next()
	}
	if p.next() != ")" {
		return c, errors.New("a parenthesis is not closed")
	}
	return c, nil
}

// properties reads what is taken of a value: .name and [index].
func (p *parser) properties(e expression, depth int) (expression, error) {
	for {
		switch p.peek() {
		case ".":
			p.next()
			for name := range strings.SplitSeq(p.next(), ".") {
				e = property{e, textOf(name)}
			}
		case "[":
			p.next()
			index, err := p.expression(depth + 1)
			if err != nil {
				return nil, err
			}
			if p.next() != "]" {
				return nil, errors.New("a bracket is not closed")
			}
			e = property{e, index}
		default:
			return e, nil
		}
	}
}

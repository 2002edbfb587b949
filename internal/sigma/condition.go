package sigma

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
)

var conditionToken = regexp.MustCompile(`\s*([()|]|[^\s()|]+)`)

// maxConditionDepth bounds how deep a condition nests.
const maxConditionDepth = 100

// parseCondition reads a condition over the searches. Not binds closer than
// and, and closer than or.
func parseCondition(text string, searches []search) (node, error) {
	p := &conditionParser{searches: searches}
	for _, m := range conditionToken.FindAllStringSubmatch(text, -1) {
		p.tokens = append(p.tokens, m[1])
	}
	if len(p.tokens) == 0 {
		return nil, errors.New("the condition is empty")
	}
	n, err := p.or(0)
	if err == nil && len(p.tokens) > 0 {
		err = p.unexpected()
	}
	return n, err
}

type conditionParser struct {
	tokens   []string
	searches []search
}

// take takes the next token if it is the word, in any case.
func (p *conditionParser) take(word string) bool {
	if len(p.tokens) == 0 || !strings.EqualFold(p.tokens[0], word) {
		return false
	}
	p.tokens = p.tokens[1:]
	return true
}

func (p *conditionParser) unexpected() error {
	switch {
	case len(p.tokens) == 0:
		return errors.New("the condition ends early")
	case p.tokens[0] == "|":
		return errors.New("aggregations with | are no part of Sigma 2: write a correlation")
	}
	return fmt.Errorf("the condition has %q where nothing like it may stand", p.tokens[0])
}

func (p *conditionParser) or(depth int) (node, error) {
	var any anyOf
	for {
		n, err := p.and(depth)
		if err != nil {
			return nil, err
		}
		any = append(any, n)
		if !p.take("or") {
			return single(any), nil
		}
	}
}

// single returns the one node of a choice, or the choice.
func single(any anyOf) node {
	if len(any) == 1 {
		return any[0]
	}
	return any
}

func (p *conditionParser) and(depth int) (node, error) {
	var all allOf
	for {
		n, err := p.not(depth)
		if err != nil {
			return nil, err
		}
		all = append(all, n)
		if !p.take("and") {
			break
		}
	}
	if len(all) == 1 {
		return all[0], nil
	}
	return all, nil
}

func (p *conditionParser) not(depth int) (node, error) {
	if depth > maxConditionDepth {
		return nil, errors.New("the condition nests too deep")
	}
	if p.take("not") {
		n, err := p.not(depth + 1)
		return notOf{n}, err
	}
	return p.primary(depth)
}

func (p *conditionParser) primary(depth int) (node, error) {
	if p.take("(") {
		n, err := p.or(depth + 1)
		if err == nil && !p.take(")") {
			err = errors.New("a parenthesis is not closed")
		}
		return n, err
	}
	if len(p.tokens) > 1 && strings.EqualFold(p.tokens[1], "of") {
		return p.of()
	}
	if len(p.tokens) == 0 || strings.ContainsAny(p.tokens[0], "()|") {
		return nil, p.unexpected()
	}
	name := p.tokens[0]
	p.tokens = p.tokens[1:]
	n, ok := find(p.searches, name)
	if !ok {
		return nil, fmt.Errorf("the detection has no search %s", name)
	}
	return n, nil
}

// of reads 1 of x*, any of x*, all of them.
func (p *conditionParser) of() (node, error) {
	quantity := strings.ToLower(p.tokens[0])
	if p.tokens = p.tokens[2:]; len(p.tokens) == 0 {
		return nil, p.unexpected()
	}
	pattern := p.tokens[0]
	p.tokens = p.tokens[1:]
	if strings.EqualFold(pattern, "them") {
		pattern = "them"
	}
	nodes := names(p.searches, pattern)
	if len(nodes) == 0 {
		return nil, fmt.Errorf("no search of the detection is meant by %s", pattern)
	}
	switch quantity {
	case "1", "any":
		return anyOf(nodes), nil
	case "all":
		return allOf(nodes), nil
	}
	return nil, fmt.Errorf("%s of %s is not a condition: there are 1 of, any of and all of", quantity, pattern)
}

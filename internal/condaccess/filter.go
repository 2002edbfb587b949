package condaccess

import (
	"errors"
	"fmt"
	"strings"
)

// An Expr is a rule of a filter: over the attributes of a device, or over
// custom security attributes.
//
//	expr    := and { -or and }
//	and     := unary { -and unary }
//	unary   := -not unary | ( expr ) | attribute op value
//	value   := "text" | True | False | null | [ value, … ]
//
//sumtype:decl
type Expr interface{ expr() }

// AndExpr holds where both sides do.
type AndExpr struct{ X, Y Expr }

// OrExpr holds where either side does.
type OrExpr struct{ X, Y Expr }

// NotExpr holds where X does not.
type NotExpr struct{ X Expr }

// CompareExpr compares an attribute with values. Only -in and -notIn have more
// than one; Null stands for the word null.
type CompareExpr struct {
	Attribute string // in lower case, without device.
	Op        FilterOp
	Values    []string
	Null      bool
}

func (*AndExpr) expr()     {}
func (*OrExpr) expr()      {}
func (*NotExpr) expr()     {}
func (*CompareExpr) expr() {}

// A FilterOp is an operator of the filter language.
type FilterOp string

// The operators.
const (
	OpEq            FilterOp = "eq"
	OpNe            FilterOp = "ne"
	OpStartsWith    FilterOp = "startswith"
	OpNotStartsWith FilterOp = "notstartswith"
	OpEndsWith      FilterOp = "endswith"
	OpNotEndsWith   FilterOp = "notendswith"
	OpContains      FilterOp = "contains"
	OpNotContains   FilterOp = "notcontains"
	OpIn            FilterOp = "in"
	OpNotIn         FilterOp = "notin"
)

// positive returns the operator that op negates, and whether it negates one.
func (op FilterOp) positive() (FilterOp, bool) {
	switch op {
	case OpEq, OpStartsWith, OpEndsWith, OpContains, OpIn:
		return op, false
	case OpNe:
		return OpEq, true
	case OpNotStartsWith:
		return OpStartsWith, true
	case OpNotEndsWith:
		return OpEndsWith, true
	case OpNotContains:
		return OpContains, true
	case OpNotIn:
		return OpIn, true
	}
	panic(op)
}

// maxRule is the longest rule that Entra accepts.
const maxRule = 3072

// The prefixes of attributes.
const (
	devicePrefix   = "device."
	securityPrefix = "customsecurityattribute."
)

// ParseDeviceRule parses the rule of a device filter.
func ParseDeviceRule(rule string) (Expr, error) {
	return parseRule(rule, devicePrefix, deviceAttribute)
}

// ParseAttributeRule parses a rule over custom security attributes.
func ParseAttributeRule(rule string) (Expr, error) {
	return parseRule(rule, securityPrefix, func(string) bool { return true })
}

func parseRule(rule, prefix string, attribute func(string) bool) (Expr, error) {
	if len(rule) > maxRule {
		return nil, fmt.Errorf("the rule has more than %d characters", maxRule)
	}
	tokens, err := scanRule(rule)
	if err != nil {
		return nil, err
	}
	p := &ruleParser{tokens: tokens, prefix: prefix, attribute: attribute}
	e, err := p.or()
	if err != nil {
		return nil, err
	}
	if t := p.peek(); t.kind != endToken {
		return nil, t.unexpected("the rule's end, -and or -or")
	}
	return e, nil
}

// A ruleParser is a parser by recursive descent. -not binds tightest, then
// -and, then -or.
type ruleParser struct {
	tokens    []ruleToken
	next      int
	depth     int
	prefix    string
	attribute func(string) bool
}

func (p *ruleParser) peek() ruleToken { return p.tokens[p.next] }

func (p *ruleParser) take() ruleToken {
	t := p.tokens[p.next]
	if t.kind != endToken {
		p.next++
	}
	return t
}

func (p *ruleParser) or() (Expr, error) {
	x, err := p.and()
	for err == nil && p.peek().operator("or") {
		p.take()
		var y Expr
		y, err = p.and()
		x = &OrExpr{x, y}
	}
	return x, err
}

func (p *ruleParser) and() (Expr, error) {
	x, err := p.unary()
	for err == nil && p.peek().operator("and") {
		p.take()
		var y Expr
		y, err = p.unary()
		x = &AndExpr{x, y}
	}
	return x, err
}

var errDeepRule = errors.New("the rule is nested too deeply")

func (p *ruleParser) unary() (Expr, error) {
	if p.depth++; p.depth > maxDepth {
		return nil, errDeepRule
	}
	defer func() { p.depth-- }()
	switch t := p.peek(); {
	case t.operator("not"):
		p.take()
		x, err := p.unary()
		return &NotExpr{x}, err
	case t.is("("):
		p.take()
		x, err := p.or()
		if err != nil {
			return nil, err
		}
		if t := p.take(); !t.is(")") {
			return nil, t.unexpected(")")
		}
		return x, nil
	}
	return p.comparison()
}

func (p *ruleParser) comparison() (Expr, error) {
	t := p.take()
	name, ok := strings.CutPrefix(strings.ToLower(t.text), p.prefix)
	if t.kind != wordToken || !ok || !p.attribute(name) {
		return nil, t.unexpected("an attribute such as " + p.prefix + "…")
	}
	e := &CompareExpr{Attribute: name}
	var err error
	if e.Op, err = p.operator(); err != nil {
		return nil, err
	}
	return e, p.values(e)
}

func (p *ruleParser) operator() (FilterOp, error) {
	t := p.take()
	op := FilterOp(strings.ToLower(t.text))
	if t.kind == operatorToken {
		switch op {
		case OpEq, OpNe, OpStartsWith, OpNotStartsWith, OpEndsWith, OpNotEndsWith, OpContains, OpNotContains, OpIn, OpNotIn:
			return op, nil
		}
	}
	return "", t.unexpected("an operator such as -eq")
}

// values reads what an attribute is compared with.
func (p *ruleParser) values(e *CompareExpr) error {
	list := e.Op == OpIn || e.Op == OpNotIn
	if !list {
		return p.value(e)
	}
	if t := p.take(); !t.is("[") {
		return t.unexpected("a list [ … ]")
	}
	for {
		if err := p.value(e); err != nil {
			return err
		}
		switch t := p.take(); {
		case t.is("]"):
			return nil
		case !t.is(","):
			return t.unexpected(", or ]")
		}
	}
}

func (p *ruleParser) value(e *CompareExpr) error {
	t := p.take()
	switch word := strings.ToLower(t.text); {
	case t.kind == textToken:
		e.Values = append(e.Values, t.text)
	case t.kind == wordToken && (word == "true" || word == "false"):
		e.Values = append(e.Values, word)
	case t.kind == wordToken && word == "null":
		e.Null = true
	default:
		return t.unexpected("a value in quotes, True or False")
	}
	return nil
}

package syntax

import "github.com/conshelf/conshelf/kql/diag"

// Precedences, from loose to tight. In Kusto string operators bind tighter
// than arithmetic, and comparisons do not chain.
const (
	precOr = iota + 1
	precAnd
	precEquality
	precRelation
	precSum
	precProduct
	precString
)

// precedence returns how tight an operator between operands binds, or 0 if
// the token is none.
func (t token) precedence() int {
	switch t.kind {
	case tokenWord:
		return wordPrecedence(t.text)
	case tokenPunct:
		return markPrecedence(t.text)
	case tokenEnd, tokenNumber, tokenString, tokenTyped, tokenBad:
		return 0
	}
	panic(t.kind)
}

func wordPrecedence(word string) int {
	switch word {
	case "or":
		return precOr
	case "and":
		return precAnd
	case "in", "between", "has_any", "has_all":
		return precEquality
	}
	if isWordOperator(word) {
		return precString
	}
	return 0
}

func markPrecedence(mark string) int {
	switch mark {
	case "==", "!=", "<>", "in~", "!in", "!in~", "!between":
		return precEquality
	case "<", "<=", ">", ">=":
		return precRelation
	case "+", "-":
		return precSum
	case "*", "/", "%":
		return precProduct
	case "=~", "!~", ":":
		return precString
	}
	if mark[0] == '!' {
		return precString
	}
	return 0
}

// expr reads a scalar expression. It never returns nil.
func (p *parser) expr() Expr { return p.binary(precOr) }

// binary reads an expression whose operators bind at least as tight as least.
func (p *parser) binary(least int) Expr {
	outer := p.height
	p.height = 0
	start := p.start()
	x := p.operand()
	start = min(start, x.Span().Start)
	chained := 0 // the precedence of a comparison that was just read
	for {
		prec := p.tok().precedence()
		if prec < least || p.at("in") && p.ahead(1).is("range") {
			break
		}
		if prec == chained {
			p.fail(diag.UnexpectedText, "comparisons do not chain: unexpected "+p.tok().describe(),
				"write parentheses, or and")
		}
		x = p.infix(start, x, prec)
		chained = 0
		if prec >= precEquality && prec <= precRelation || prec == precString {
			chained = prec
		}
		if p.height++; p.height > maxHeight {
			p.stop(p.tok().span, "an expression has more than %d operators in a row", maxHeight)
		}
	}
	p.height = max(outer, p.height+1)
	return x
}

// infix reads an operator and what is to its right.
func (p *parser) infix(start int, x Expr, prec int) Expr {
	op := p.next()
	switch op.text {
	case "in", "!in", "in~", "!in~", "has_any", "has_all":
		list := p.memberList()
		return &Membership{p.from(start), op.text, x, list}
	case "between", "!between":
		return p.between(start, x, op.text == "!between")
	case "matches":
		if p.expect("regex") {
			op.text, op.span.End = "matches regex", p.from(start).span.End
		}
	}
	y := p.binary(prec + 1)
	return &Binary{p.from(start), op.text, op.span, x, y}
}

// memberList reads the parenthesized list of in, has_any and has_all. A
// single element may be tabular.
func (p *parser) memberList() []Expr {
	if !p.expect("(") {
		return []Expr{p.binary(precRelation)}
	}
	defer p.leave()
	if !p.enter() {
		return nil
	}
	list := []Expr{p.tabular()}
	for p.accept(",") {
		list = append(list, p.expr())
	}
	p.close(")")
	return list
}

// between reads (low .. high).
func (p *parser) between(start int, x Expr, not bool) Expr {
	b := &Between{Not: not, X: x}
	p.expect("(")
	b.Low = p.expr()
	p.expect("..")
	b.High = p.expr()
	p.close(")")
	b.node = p.from(start)
	return b
}

// operand reads -x, +x, or * before an operator, or what binds tighter.
func (p *parser) operand() Expr {
	start := p.start()
	switch {
	case p.at("-"), p.at("+"):
		op := p.next().text
		x := p.postfix()
		return &Unary{p.from(start), op, x}
	case p.at("*") && p.startsStarComparison():
		p.next()
		return &Wildcard{p.from(start), "*"}
	}
	return p.postfix()
}

// startsStarComparison tells whether the star here stands for all columns, as
// in * has "x".
func (p *parser) startsStarComparison() bool {
	next := p.ahead(1)
	return next.is("==") || next.precedence() == precString
}

// postfix reads a primary expression with its paths and indexes.
func (p *parser) postfix() Expr {
	start := p.start()
	x := p.primary()
	start = min(start, x.Span().Start)
	for !p.stopped {
		switch {
		case p.at("."):
			p.next()
			x = p.path(start, x)
		case p.at("["):
			x = p.index(start, x)
		default:
			return x
		}
		if p.height++; p.height > maxHeight {
			p.stop(p.tok().span, "a path has more than %d parts", maxHeight)
		}
	}
	return x
}

// path reads what follows a dot: name, name(args) or [index].
func (p *parser) path(start int, x Expr) Expr {
	if p.at("[") {
		return p.index(start, x)
	}
	name := p.pathName()
	path := &Path{X: x, Name: name}
	if p.at("(") && !name.Quoted {
		path.Call = p.call(name)
	}
	path.node = p.from(start)
	return path
}

// pathName reads the name after a dot. A keyword that may be a name elsewhere
// is one here.
func (p *parser) pathName() *Name {
	if p.tok().kind == tokenWord {
		if isReserved(p.tok().text) && !p.ahead(1).is("(") {
			p.needsBrackets()
		}
		return p.wordName()
	}
	p.fail(diag.Expected, "expected a name before "+p.tok().describe(), "")
	return &Name{node: node{p.gap()}}
}

// index reads [x].
func (p *parser) index(start int, x Expr) Expr {
	p.next()
	defer p.leave()
	if !p.enter() {
		return x
	}
	i := p.expr()
	p.close("]")
	return &Index{p.from(start), x, i}
}

// primary reads a literal, a name, a call or a parenthesized expression.
func (p *parser) primary() Expr {
	switch t := p.tok(); t.kind {
	case tokenString, tokenNumber, tokenTyped:
		return p.literal()
	case tokenWord:
		return p.wordExpr()
	case tokenPunct:
		switch {
		case t.is("("):
			return p.paren()
		case t.is("["):
			if p.nameSize(0) == 3 {
				return p.bracketed()
			}
		}
	case tokenEnd, tokenBad:
	}
	return p.missingExpr()
}

// missingExpr reports that an expression is missing, and stands in for it.
func (p *parser) missingExpr() Expr {
	p.fail(diag.MissingExpr, "expected an expression before "+p.tok().describe(), "")
	return &Name{node: node{p.gap()}}
}

// paren reads (x), where x may be tabular.
func (p *parser) paren() Expr {
	start := p.next().span.Start
	defer p.leave()
	if !p.enter() {
		return p.missingExpr()
	}
	x := p.tabular()
	p.close(")")
	return &Paren{p.from(start), x}
}

// wordExpr reads an expression that starts with a word.
func (p *parser) wordExpr() Expr {
	t, called := p.tok(), p.ahead(1).is("(")
	switch {
	case isBool(t.text):
		p.next()
		return &Literal{node: node{t.span}, Kind: BoolLiteral, Text: t.text}
	case called && t.text == "dynamic":
		return p.dynamic()
	case called && t.text == "typeof":
		return p.typeOf()
	case called && t.text == "datatable":
		return p.dataTable()
	case called && (t.text == "externaldata" || t.text == "external_data"):
		return p.externalData()
	case t.text == "inline_external_table" && (called || p.ahead(1).is("kind")):
		return p.inlineExternal()
	case t.text == "materialized_view_combine" && called:
		return p.materializedViewCombine()
	case called && takesRows(t.text):
		return p.rowsCall()
	}
	if p.missesOperand() {
		p.fail(diag.MissingExpr, "expected an expression before "+t.describe(),
			"if it is a name, write ['"+t.text+"']")
		return &Name{node: node{p.gap()}}
	}
	name := p.referred()
	if p.at("(") {
		return p.call(name)
	}
	return name
}

// missesOperand tells whether the word here continues an expression whose
// operand is missing, as in "a == and b". Other keywords are names that lack
// their brackets.
func (p *parser) missesOperand() bool {
	next := p.ahead(1)
	compared := next.kind == tokenPunct && next.precedence() > 0 && !next.isOneOf("+", "-", "*", ":")
	ended := p.at("on") && next.isOneOf(")", ",", "(") // on may be a name
	return isClause(p.tok().text) && !compared && !ended
}

// takesRows tells whether the argument of a function is tabular.
func takesRows(word string) bool {
	return word == "toscalar" || word == "totable" || word == "materialize"
}

// rowsCall reads toscalar(rows) and its like.
func (p *parser) rowsCall() Expr {
	name := p.wordName()
	p.next()
	defer p.leave()
	if !p.enter() {
		return name
	}
	call := &Call{Func: name, Args: []Expr{p.tabular()}}
	p.close(")")
	call.node = p.from(name.span.Start)
	return call
}

// call reads (args) after the name of a function.
func (p *parser) call(name *Name) *Call {
	p.next()
	call := &Call{Func: name}
	defer p.leave()
	if p.enter() && !p.at(")") {
		p.commas(func() { call.Args = append(call.Args, p.argument()) })
	}
	p.close(")")
	call.node = p.from(name.span.Start)
	return call
}

// argument reads an argument: an expression, name = expression, or *.
func (p *parser) argument() Expr {
	if next := p.ahead(1); p.at("*") && (next.is(")") || next.is(",")) {
		t := p.next()
		return &Wildcard{node{t.span}, "*"}
	}
	return p.named()
}

// named reads [name =] x or [(a, b) =] x.
func (p *parser) named() Expr {
	start := p.start()
	if size := p.nameSize(0); size > 0 && p.ahead(size).is("=") {
		name := p.declared()
		p.next()
		x := p.expr()
		return &Named{p.from(start), []*Name{name}, false, x}
	}
	if p.dashedName() {
		return p.named()
	}
	if !p.startsTuple() {
		return p.expr()
	}
	p.next()
	named := &Named{Tuple: true}
	p.commas(func() { named.Names = append(named.Names, p.declared()) })
	p.close(")")
	p.expect("=")
	named.X = p.expr()
	named.node = p.from(start)
	return named
}

// dashedName reports a name with dashes before =, and skips to its last part.
func (p *parser) dashedName() bool {
	size := 0
	for p.ahead(size).kind == tokenWord && p.ahead(size+1).is("-") &&
		!p.ahead(size+1).spaced && !p.ahead(size+2).spaced && p.ahead(size+2).kind == tokenWord {
		size += 2
	}
	if size == 0 || !p.ahead(size+1).is("=") {
		return false
	}
	span := p.tok().span.To(p.ahead(size).span)
	text := p.text[span.Start:span.End]
	p.report(span, diag.NeedsBrackets, "a name with dashes needs brackets", "write ['"+text+"']")
	p.pos += size
	return true
}

// startsTuple tells whether (a, b) = follows.
func (p *parser) startsTuple() bool {
	if !p.at("(") {
		return false
	}
	for n := 1; ; n++ {
		size := p.nameSize(n)
		if size == 0 {
			return false
		}
		n += size
		if p.ahead(n).is(")") {
			return p.ahead(n + 1).is("=")
		}
		if !p.ahead(n).is(",") {
			return false
		}
	}
}

// namedList reads expressions with optional names, divided by commas.
func (p *parser) namedList() []Expr {
	var list []Expr
	p.commas(func() { list = append(list, p.named()) })
	return list
}

// exprList reads expressions divided by commas.
func (p *parser) exprList() []Expr {
	var list []Expr
	p.commas(func() { list = append(list, p.expr()) })
	return list
}

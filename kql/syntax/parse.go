package syntax

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/conshelf/conshelf/kql/diag"
)

// The limits of a query. What is past them is refused, not cut.
const (
	maxSize        = 1 << 20 // bytes of text
	maxNesting     = 256     // parentheses, calls, functions and branches inside each other
	maxHeight      = 10_000  // operators on the longest path, as in a + b + c + …
	maxDiagnostics = 200
)

// ParseQuery reads a query. It always returns a tree; where the text is wrong, the
// tree lacks what could not be read and the list, in the order of the text,
// says so. A list with errors means that the tree must not be run.
func ParseQuery(text string) (*Query, diag.List) {
	p := newParser(text)
	query := &Query{node: node{diag.Span{End: len(text)}}}
	if p != nil {
		query.Statements = p.statements("")
		return query, p.result()
	}
	return query, tooLong(text)
}

// ParseExpr reads a single expression: a scalar, or a tabular one with its
// operators. It never returns nil.
func ParseExpr(text string) (Expr, diag.List) {
	p := newParser(text)
	if p == nil {
		return &Name{}, tooLong(text)
	}
	x := p.tabular()
	if !p.atEnd() {
		p.fail(diag.UnexpectedText, "unexpected "+p.tok().describe()+" after the expression", "")
	}
	return x, p.result()
}

func tooLong(text string) diag.List {
	var list diag.List
	list.Errorf(diag.Span{Start: maxSize, End: len(text)}, diag.TooComplex,
		"the query has %d bytes; the limit is %d", len(text), maxSize)
	return list
}

// A parser reads tokens by recursive descent. It never goes back.
type parser struct {
	text    string
	tokens  []token
	pos     int
	list    diag.List
	failed  int  // the position of the last error; -1 if none
	nesting int  // how deep the current place is nested
	height  int  // how high the tree below the current place is
	stopped bool // the limit was reached: what follows is not read
}

// newParser returns a parser of text, or nil if text is too long.
func newParser(text string) *parser {
	if len(text) > maxSize {
		return nil
	}
	p := &parser{text: text, failed: -1}
	p.checkUTF8()
	p.tokens = scan(text, p.report)
	return p
}

// checkUTF8 reports the first byte that is not part of a character. Which
// character was meant there, and so what a string holds, is not known.
func (p *parser) checkUTF8() {
	for i, r := range p.text {
		if r != utf8.RuneError {
			continue
		}
		if _, size := utf8.DecodeRuneInString(p.text[i:]); size == 1 {
			p.report(diag.Span{Start: i, End: i + 1}, diag.UnexpectedCharacter, "the query is not UTF-8 text", "")
			return
		}
	}
}

// result returns the diagnostics in the order of the text.
func (p *parser) result() diag.List {
	p.list.Sort()
	return p.list
}

// report adds an error. So that a broken text stays readable, and the work
// linear, there is a limit to how many.
func (p *parser) report(span diag.Span, code diag.Code, message, hint string) {
	if len(p.list) < maxDiagnostics && !p.stopped {
		p.list.Add(diag.Diagnostic{Span: span, Code: code, Message: message, Hint: hint})
	}
}

// fail reports an error at the current token, unless one was reported there.
func (p *parser) fail(code diag.Code, message, hint string) {
	if p.failed == p.pos {
		return
	}
	p.failed = p.pos
	if p.tok().kind == tokenBad {
		return // the scanner has reported it
	}
	span := p.tok().span
	if missing := code == diag.Expected || code == diag.MissingExpr; missing && p.startsLine() {
		span = p.gap()
	}
	p.report(span, code, message, hint)
}

// gap returns the empty span after the last consumed token: the place of what
// is missing.
func (p *parser) gap() diag.Span {
	end := 0
	if p.pos > 0 {
		end = p.tokens[p.pos-1].span.End
	}
	return diag.Span{Start: end, End: end}
}

// startsLine tells whether the current token is on another line than the one
// before it, or is the end.
func (p *parser) startsLine() bool {
	return p.atEnd() || strings.ContainsAny(p.text[p.gap().End:p.start()], "\r\n")
}

// stop gives up at a limit: the parser is at the end from here on.
func (p *parser) stop(span diag.Span, format string, args ...any) {
	if p.stopped {
		return
	}
	p.list.Errorf(span, diag.TooComplex, format, args...)
	p.stopped = true
	p.pos = len(p.tokens) - 1
	p.failed = p.pos
}

// enter counts one level of nesting and tells whether it is within the limit.
// The caller calls leave in either case.
func (p *parser) enter() bool {
	p.nesting++
	if p.nesting > maxNesting {
		p.stop(p.tok().span, "the query is nested more than %d deep", maxNesting)
		return false
	}
	return true
}

func (p *parser) leave() { p.nesting-- }

// tok returns the current token.
func (p *parser) tok() token { return p.tokens[p.pos] }

// ahead returns the token n places on; past the end, the end token.
func (p *parser) ahead(n int) token { return p.tokens[min(p.pos+n, len(p.tokens)-1)] }

// next consumes the current token. The end token stays.
func (p *parser) next() token {
	t := p.tokens[p.pos]
	if p.pos < len(p.tokens)-1 {
		p.pos++
	}
	return t
}

func (p *parser) atEnd() bool { return p.tok().kind == tokenEnd }

// is tells whether t is the word or the punctuation mark text.
func (t token) is(text string) bool {
	return t.text == text && (t.kind == tokenWord || t.kind == tokenPunct)
}

// isOneOf tells whether t is one of the words or marks.
func (t token) isOneOf(texts ...string) bool {
	for _, text := range texts {
		if t.is(text) {
			return true
		}
	}
	return false
}

// at tells whether the current token is the word or mark text.
func (p *parser) at(text string) bool { return p.tok().is(text) }

// accept consumes the word or mark text, if it is the current token.
func (p *parser) accept(text string) bool {
	if p.at(text) {
		p.next()
		return true
	}
	return false
}

// expect consumes the word or mark text, or reports that it is missing.
func (p *parser) expect(text string) bool {
	if p.accept(text) {
		return true
	}
	p.fail(diag.Expected, fmt.Sprintf("expected %s before %s", text, p.tok().describe()), "")
	return false
}

// from returns the span from a start to the end of the last consumed token;
// if that ends before the start, nothing was there and the span is the gap.
func (p *parser) from(start int) node {
	end := p.gap().End
	return node{diag.Span{Start: min(start, end), End: end}}
}

// start returns where the current token starts.
func (p *parser) start() int { return p.tok().span.Start }

// close consumes the closing mark of a pair. If it is not there, close reports
// so and skips to it, but not past the end of the stage.
func (p *parser) close(mark string) {
	if p.expect(mark) {
		return
	}
	p.skip()
	p.accept(mark)
}

// skip skips what is left of a stage: to a bar, a semicolon or a closing mark
// that belongs to what is around.
func (p *parser) skip() {
	depth := 0
	for !p.atEnd() {
		switch t := p.tok(); {
		case t.isOneOf("(", "[", "{"):
			depth++
		case t.isOneOf(")", "]", "}"):
			if depth == 0 {
				return
			}
			depth--
		case t.is(";"), t.is("|") && depth == 0:
			return
		}
		p.next()
	}
}

// commas reads item, item, …; it stops after an item that no comma follows.
func (p *parser) commas(item func()) {
	item()
	for p.accept(",") {
		item()
	}
}

package bind

import (
	"github.com/conshelf/conshelf/kql/diag"
	"github.com/conshelf/conshelf/kql/syntax"
	"github.com/conshelf/conshelf/kql/types"
)

// declarePattern binds declare pattern name …: a function of constants that is
// written case by case.
func (b *binder) declarePattern(s *syntax.Pattern) {
	if s.Bare {
		b.decline(s, diag.Unsupported, "a pattern that is only declared is not supported: somebody else says what it means", "write its cases", types.Unknown)
	}
	b.scope.define(s.Name.Text, &binding{pattern: s})
}

// patternCall returns the pattern that a call means. Path is what stands after
// its dot; nil: nothing does.
func (b *binder) patternCall(x *syntax.Call, path *syntax.Name) (*syntax.Pattern, bool) {
	bound := b.scope.lookup(x.Func.Text)
	if bound == nil || bound.pattern == nil || (bound.pattern.Path != nil) != (path != nil) && !bound.pattern.Bare {
		return nil, false
	}
	return bound.pattern, true
}

// match returns the case of a pattern that a call asks for, or nil.
func (b *binder) match(p *syntax.Pattern, x *syntax.Call, path *syntax.Name) *syntax.PatternMatch {
	for _, m := range p.Matches {
		if b.sameConstants(m.Args, x.Args) && (path == nil || m.Path != nil && b.constantIs(m.Path, path.Text)) {
			return m
		}
	}
	return nil
}

func (b *binder) sameConstants(want, got []syntax.Expr) bool {
	if len(want) != len(got) {
		return false
	}
	for i := range want {
		text, ok := b.quietText(got[i])
		if !ok || !b.constantIs(want[i], text) {
			return false
		}
	}
	return true
}

func (b *binder) constantIs(x syntax.Expr, text string) bool {
	got, ok := b.quietText(x)
	return ok && got == text
}

// quietText returns the text of a constant, and reports nothing.
func (b *binder) quietText(x syntax.Expr) (string, bool) {
	before, failures := b.list, b.failures
	defer func() { b.list, b.failures = before, failures }()
	v, ok := constantOf(b.expr(x, noRows()))
	return v.String(), ok
}

// body is a case of a pattern as a function: the same one at every call, so that
// a case that calls itself is seen.
func (b *binder) body(p *syntax.Pattern, m *syntax.PatternMatch) *function {
	if b.cases[m] == nil {
		if b.cases == nil {
			b.cases = make(map[*syntax.PatternMatch]*function)
		}
		b.cases[m] = &function{name: p.Name.Text, literal: &syntax.FunctionLiteral{Body: m.Body}, scope: b.scope}
	}
	return b.cases[m]
}

func (b *binder) matchKind(p *syntax.Pattern, x *syntax.Call, path *syntax.Name) kind {
	m := b.match(p, x, path)
	if m == nil {
		return tabularKind
	}
	return b.bodyKind(b.body(p, m))
}

// matchTable binds the case of a pattern that a call asks for.
func (b *binder) matchTable(p *syntax.Pattern, x *syntax.Call, path *syntax.Name) *relation {
	m := b.match(p, x, path)
	if m != nil {
		return b.callTable(x, b.body(p, m), nil, nil)
	}
	if !p.Bare {
		b.report(x, diag.UnknownFunction, "the pattern "+p.Name.Text+" has no case for these arguments", "")
	}
	return broken()
}

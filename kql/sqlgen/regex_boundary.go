package sqlgen

import (
	"regexp/syntax"
	"slices"

	"github.com/conshelf/conshelf/kql/plan"
)

// searched writes the text that a regular expression looks in. Kusto's \b is a
// boundary of Unicode's words and RE2's is one of ASCII's: where the expression
// has one, a text that the two divide differently fails the query.
func (g *generator) searched(s scope, text plan.Expr, c *plan.Call, i int) string {
	return boundedText(g.expr(s, text), constPattern(c, i))
}

// constPattern returns argument i as RE2 has it, or "": it is refused elsewhere.
func constPattern(c *plan.Call, i int) string {
	text, ok := constText(c, i)
	if !ok {
		return ""
	}
	expression, err := regexDialect(text)
	if err != nil {
		return ""
	}
	return expression
}

func boundedText(text, expression string) string {
	if re, err := syntax.Parse(expression, syntax.Perl); err == nil && hasBoundary(re) {
		return "kql_ascii_words(" + text + ")"
	}
	return text
}

// hasBoundary tells whether a regular expression asks for the boundary of a
// word.
func hasBoundary(re *syntax.Regexp) bool {
	return re.Op == syntax.OpWordBoundary || re.Op == syntax.OpNoWordBoundary || slices.ContainsFunc(re.Sub, hasBoundary)
}

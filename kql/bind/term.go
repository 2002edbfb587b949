package bind

import (
	"regexp"
	"strings"

	"github.com/conshelf/conshelf/kql/builtin"
	"github.com/conshelf/conshelf/kql/diag"
	"github.com/conshelf/conshelf/kql/plan"
	"github.com/conshelf/conshelf/kql/syntax"
	"github.com/conshelf/conshelf/kql/types"
)

// searchOperator returns what a term of search asks: "abc" is has, "abc*"
// hasprefix, "*abc" hassuffix, "*abc*" contains, and with a star inside it is
// a regular expression.
func searchOperator(term string) (op, text string) {
	inner := strings.TrimSuffix(strings.TrimPrefix(term, "*"), "*")
	starts, ends := strings.HasSuffix(term, "*"), strings.HasPrefix(term, "*")
	switch {
	case strings.Contains(inner, "*"):
		parts := strings.Split(strings.Trim(term, "*"), "*")
		for i := range parts {
			parts[i] = regexp.QuoteMeta(parts[i])
		}
		return "matches regex", "(?i)" + strings.Join(parts, ".*")
	case starts && ends:
		return "contains", inner
	case starts:
		return "hasprefix", inner
	case ends:
		return "hassuffix", inner
	}
	return "has", term
}

// caseSensitive returns the form of a term in which the case of letters counts.
func caseSensitive(op, text string) (exact, same string) {
	if op == "matches regex" {
		return op, strings.TrimPrefix(text, "(?i)")
	}
	return op + "_cs", text
}

// constantText binds a string that does not depend on the row.
func (b *binder) constantText(x syntax.Expr) (string, bool) {
	e := b.expr(x, noRows())
	if v, ok := constantOf(e); ok && v.Type == types.String {
		return v.Text, true
	}
	if e.Type() != types.Unknown {
		b.report(x, diag.TypeMismatch, "any column is compared with a constant string, not with this", "name the columns")
	}
	return "", false
}

// matches binds e op text; e is looked at as its text.
func (b *binder) matches(x syntax.Node, op string, e, text plan.Expr) plan.Expr {
	f, ok := builtin.Lookup(op)
	if !ok || f.Kind != builtin.Infix || !positive(op) {
		b.refuse(x, "the operator "+op+" of any column", "name the columns")
		return b.failed(x)
	}
	if e.Type() != types.Dynamic {
		e = convert(e, types.String)
	}
	return b.infix(x, op, f, e, text)
}

// positive tells whether an operator may ask about any column.
func positive(op string) bool {
	switch op {
	case "==", "=~", "has", "has_cs", "hasprefix", "hasprefix_cs", "hassuffix", "hassuffix_cs", "contains", "contains_cs",
		"startswith", "startswith_cs", "endswith", "endswith_cs", "matches regex":
		return true
	}
	return false
}

// anyColumn binds * op text: any column of r.
func (b *binder) anyColumn(x *syntax.Binary, r *rows) plan.Expr {
	text, ok := b.constantText(x.Y)
	if !ok || r.open || r.aggs != nil {
		if ok && r.aggs != nil {
			b.report(x, diag.TypeMismatch, "* stands outside every aggregate", "")
		}
		return b.failed(x)
	}
	y := b.constant(x.Y, types.NewString(text))
	found := b.constant(x, types.NewBool(false))
	for i, c := range r.cols {
		e := b.matches(x, x.Op, &plan.Col{Index: i, T: c.Type, At: b.span(x)}, y)
		if anyUnknown(e) {
			return e
		}
		found = join2("or", found, e)
	}
	return found
}

package kql

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/conshelf/conshelf/kql/diag"
	"github.com/conshelf/conshelf/kql/plan"
	"github.com/conshelf/conshelf/kql/types"
)

// A linter looks for predicates that bind and yet cannot do what their author
// wants.
type linter struct {
	facts types.Facts
	// remarked are the texts that something is known about, of any column.
	remarked map[string]bool
	list     *diag.List
	seen     map[plan.Rel]bool
	trace    tracer
}

// lint adds warnings about a plan.
func lint(q *plan.Query, facts types.Facts, list *diag.List) {
	l := &linter{facts: facts, list: list, seen: make(map[plan.Rel]bool), trace: make(tracer), remarked: make(map[string]bool)}
	for _, remarks := range facts.Literals {
		for _, remark := range remarks {
			l.remarked[remark.Text] = true
		}
	}
	l.rel(q.Root)
	for _, other := range q.Others {
		l.rel(other.Root)
	}
}

func (l *linter) rel(r plan.Rel) {
	if l.seen[r] {
		return
	}
	l.seen[r] = true
	inputs := plan.Inputs(r)
	var in plan.Rel // what expressions are about; those of a join have two
	if len(inputs) > 0 {
		in = inputs[0]
	}
	for _, e := range plan.Exprs(r) {
		l.expr(in, e)
	}
	for _, input := range inputs {
		l.rel(input)
	}
}

func (l *linter) expr(in plan.Rel, e plan.Expr) {
	if call, ok := e.(*plan.Call); ok && in != nil && len(call.Args) > 1 {
		l.predicate(in, call)
	}
	if rel := plan.SubqueryOf(e); rel != nil {
		l.rel(rel)
	}
	for _, operand := range plan.Operands(e) {
		l.expr(in, operand)
	}
}

// predicate looks at a comparison with constants.
func (l *linter) predicate(in plan.Rel, call *plan.Call) {
	var fold bool // letters of either case match
	switch call.Func {
	case "==", "in":
	case "=~", "in~":
		fold = true
	case "has", "contains", "startswith", "endswith", "has_any", "has_all", "!=", "!in", "!~", "!in~":
		l.remarks(in, call)
		return
	default:
		return
	}
	l.remarks(in, call)
	texts, ok := constantTexts(call.Args[1:])
	if !ok {
		return
	}
	l.caseOfText(call, texts, fold)
	l.documented(in, call, texts, fold)
}

// constantTexts returns the strings that a value is compared with, if all are
// constants.
func constantTexts(args []plan.Expr) ([]string, bool) {
	var texts []string
	for _, a := range args {
		c, ok := a.(*plan.Const)
		switch {
		case !ok:
			return nil, false
		case c.Value.Type == types.String:
			texts = append(texts, c.Value.Text)
		case c.Value.Type == types.Dynamic && c.Value.Valid:
			var list []string
			if json.Unmarshal([]byte(c.Value.Text), &list) != nil {
				return nil, false
			}
			texts = append(texts, list...)
		default:
			return nil, false
		}
	}
	return texts, len(texts) > 0
}

// caseOfText warns of a text in a case that its other side never has: that of
// tolower, toupper, and of tostring of a bool.
func (l *linter) caseOfText(call *plan.Call, texts []string, fold bool) {
	of, ok := call.Args[0].(*plan.Call)
	if !ok || fold {
		return
	}
	var written func(string) string
	switch {
	case of.Func == "tolower":
		written = strings.ToLower
	case of.Func == "toupper":
		written = strings.ToUpper
	case of.Func == "tostring" && of.Args[0].Type() == types.Bool:
		written = truthText
	default:
		return
	}
	for _, text := range texts {
		if want := written(text); want != text {
			l.never(call, fmt.Sprintf("%s never gives %q", of.Func, text), fmt.Sprintf("write %q", want))
		}
	}
}

// truthText is how tostring prints a bool.
func truthText(text string) string {
	switch strings.ToLower(text) {
	case "true":
		return "True"
	case "false":
		return "False"
	}
	return text
}

// documented warns of values that the column is documented not to have.
func (l *linter) documented(in plan.Rel, call *plan.Call, texts []string, fold bool) {
	from, ok := l.columnOf(in, call.Args[0])
	if !ok {
		return
	}
	values, ok := known(l.facts.Values, from)
	if !ok {
		return
	}
	for _, text := range texts {
		if text == "" || slices.Contains(values, text) {
			continue
		}
		like := slices.IndexFunc(values, func(v string) bool { return strings.EqualFold(v, text) })
		switch {
		case like >= 0 && fold:
		case like >= 0:
			l.never(call, fmt.Sprintf("%s is never %q: the case of letters counts", from.column, text), fmt.Sprintf("write %q, or =~", values[like]))
		default:
			l.never(call, fmt.Sprintf("%s is never %q", from.column, text), "it is one of "+strings.Join(values, ", "))
		}
	}
}

// remarks says what is known about comparing a column with a text.
func (l *linter) remarks(in plan.Rel, call *plan.Call) {
	if len(l.facts.Literals) == 0 {
		return
	}
	texts, _ := constantTexts(call.Args[1:])
	if !slices.ContainsFunc(texts, func(text string) bool { return l.remarked[text] }) {
		return
	}
	from, ok := l.columnOf(in, call.Args[0])
	if !ok {
		return
	}
	remarks, _ := known(l.facts.Literals, from)
	for _, remark := range remarks {
		if !slices.Contains(texts, remark.Text) {
			continue
		}
		d := diag.Diagnostic{Span: call.At, Severity: diag.Info, Code: diag.NeverMatches, Message: remark.Message, Hint: remark.Hint}
		if remark.Never {
			d.Severity = diag.Warning
		}
		l.list.Add(d)
	}
}

// columnOf returns the column of a table that a value is, or is the text of.
func (l *linter) columnOf(in plan.Rel, e plan.Expr) (source, bool) {
	if call, ok := e.(*plan.Call); ok && call.Func == "tostring" {
		e = call.Args[0]
	}
	return l.trace.traceExpr(in, e)
}

// known returns what a map knows of a column: of its table first.
func known[T any](m map[string]T, from source) (T, bool) {
	if v, ok := m[from.table+"."+from.column]; ok {
		return v, true
	}
	v, ok := m[from.column]
	return v, ok
}

func (l *linter) never(call *plan.Call, message, hint string) {
	l.list.Add(diag.Diagnostic{Span: call.At, Severity: diag.Warning, Code: diag.NeverMatches, Message: message, Hint: hint})
}

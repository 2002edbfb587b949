package sigma

import (
	"fmt"
	"slices"
	"strings"

	"github.com/conshelf/conshelf/internal/schema"
	"github.com/conshelf/conshelf/kql/diag"
	"github.com/conshelf/conshelf/kql/syntax"
	"github.com/conshelf/conshelf/kql/types"
)

// allText is the column that keywords are looked for in: the text of every
// column, with a character between that no log holds.
const (
	allText = "SigmaText"
	between = "\x01"
)

// A writer writes what a detection looks for in one table as KQL, and collects
// what cannot be said.
type writer struct {
	table    table
	list     *diag.List
	keywords bool     // the column allText is needed
	before   []string // operators that make columns which the condition reads
	hits     int      // how many
}

// condition returns the KQL that is true of the rows that a node is true of.
// Each part of it is true or false, never null, so that not means not.
func (w *writer) condition(n node) string {
	switch n := n.(type) {
	case allOf:
		return w.joined(n, " and ", "true")
	case anyOf:
		if texts, ok := sameField(n); ok {
			return w.oneOf(n[0].(test), texts)
		}
		return w.joined(n, " or ", "false")
	case notOf:
		return "not(" + w.condition(n.of) + ")"
	case test:
		return w.test(n)
	default:
		panic(n) // unreachable: gochecksumtype proves the switch complete
	}
}

func (w *writer) joined(nodes []node, by, none string) string {
	switch len(nodes) {
	case 0:
		return none
	case 1:
		return w.condition(nodes[0])
	}
	parts := make([]string, len(nodes))
	for i, n := range nodes {
		parts[i] = w.condition(n)
	}
	return "(" + strings.Join(parts, by) + ")"
}

// sameField returns the texts of a choice of whole texts of one field.
func sameField(nodes []node) (texts []string, ok bool) {
	for _, n := range nodes {
		t, isTest := n.(test)
		if !isTest || t.field == "" || t.field != nodes[0].(test).field {
			return nil, false
		}
		l, isLike := t.check.(like)
		if !isLike || l.cased {
			return nil, false
		}
		text, plain := l.pattern.plain()
		if !plain {
			return nil, false
		}
		texts = append(texts, text)
	}
	return texts, len(texts) > 1
}

func (w *writer) oneOf(t test, texts []string) string {
	quoted := make([]string, len(texts))
	for i, text := range texts {
		quoted[i] = syntax.Quote(text)
	}
	return w.each(t, func(x string) string { return x + " in~ (" + strings.Join(quoted, ", ") + ")" })
}

// each returns what is true where the field, in any of the places that hold
// it, is as say says.
func (w *writer) each(t test, say func(x string) string) string {
	if l, ok := w.table.reaches(t.field); ok {
		return w.anyElement(l, say)
	}
	expressions := w.expressions(t.field, t.at)
	parts := make([]string, len(expressions))
	for i, x := range expressions {
		parts[i] = say(x)
	}
	if len(parts) == 1 {
		return parts[0]
	}
	return "(" + strings.Join(parts, " or ") + ")"
}

func (w *writer) expressions(field string, at diag.Span) []string {
	found, err := w.table.expressions(field)
	if err != nil {
		w.list.Errorf(at, diag.UnknownName, "%v", err)
		return []string{`""`}
	}
	return found
}

func (w *writer) test(t test) string {
	if t.field == "" {
		return w.keyword(t)
	}
	switch c := t.check.(type) {
	case like:
		return w.each(t, c.of)
	case matches:
		return w.each(t, func(x string) string { return x + " matches regex " + syntax.Quote(c.regex) })
	case inside:
		return w.each(t, c.of)
	case compares:
		return w.each(t, c.of)
	case missing:
		return "not(" + w.each(t, func(x string) string { return "isnotempty(" + x + ")" }) + ")"
	case present:
		return w.each(t, func(x string) string { return "isnotempty(" + x + ")" })
	case ofList:
		return w.each(t, c.of)
	case sameAs:
		others := w.expressions(c.field, t.at)
		return w.each(t, func(x string) string { return c.of(x, others) })
	default:
		panic(c) // unreachable: gochecksumtype proves the switch complete
	}
}

// of returns what is true where x is a text of the pattern.
func (c like) of(x string) string {
	suffix := ""
	if c.cased {
		suffix = "_cs"
	}
	p := c.pattern
	text, plain := p.plain()
	switch {
	case plain && c.cased, plain && text == "":
		return x + " == " + syntax.Quote(text)
	case plain:
		return x + " =~ " + syntax.Quote(text)
	case shaped(p, anything):
		return "isnotempty(" + x + ")"
	case shaped(p, anything, literal, anything):
		return x + " contains" + suffix + " " + syntax.Quote(p[1].text)
	case shaped(p, literal, anything):
		return x + " startswith" + suffix + " " + syntax.Quote(p[0].text)
	case shaped(p, anything, literal):
		return x + " endswith" + suffix + " " + syntax.Quote(p[1].text)
	}
	flags := "(?is)"
	if c.cased {
		flags = "(?s)"
	}
	return x + " matches regex " + syntax.Quote(flags+"^"+p.regex(".")+"$")
}

func shaped(p pattern, kinds ...pieceKind) bool {
	if len(p) != len(kinds) {
		return false
	}
	for i, one := range p {
		if one.kind != kinds[i] {
			return false
		}
	}
	return true
}

// of returns what is true where x is an address of the network.
func (c inside) of(x string) string {
	function := "ipv4_is_in_range"
	if c.network.Addr().Is6() {
		function = "ipv6_is_in_range"
	}
	return fmt.Sprintf("coalesce(%s(%s, %s), false)", function, x, syntax.Quote(c.network.String()))
}

// of returns what is true where x, or a part of the time that it is, stands so
// to the number.
func (c compares) of(x string) string {
	value := "todouble(" + x + ")"
	switch c.part {
	case "":
	case "week":
		value = "week_of_year(todatetime(" + x + "))"
	default:
		value = fmt.Sprintf("datetime_part(%s, todatetime(%s))", syntax.Quote(c.part), x)
	}
	return fmt.Sprintf("coalesce(%s %s %s, false)", value, c.op, c.number)
}

// of returns what is true where x is a value of the list. What is not there is
// in no list, though it have an empty line.
func (c ofList) of(x string) string {
	op := map[bool]string{false: "in~", true: "in"}[c.cased]
	return fmt.Sprintf("(isnotempty(%s) and %s %s ((_GetWatchlist(%s) | project SearchKey)))", x, x, op, syntax.Quote(c.name))
}

// of returns what is true where x holds what one of the other places does. A
// field that is not there is the same as none.
func (c sameAs) of(x string, others []string) string {
	op := map[bool]string{false: "=~", true: "=="}[c.cased]
	switch {
	case c.before && c.after:
		op = "contains"
	case c.after:
		op = "startswith"
	case c.before:
		op = "endswith"
	}
	if c.cased && op != "==" {
		op += "_cs"
	}
	parts := make([]string, len(others))
	for i, y := range others {
		parts[i] = fmt.Sprintf("(isnotempty(%s) and isnotempty(%s) and %s %s %s)", x, y, x, op, y)
	}
	return "(" + strings.Join(parts, " or ") + ")"
}

// keyword returns what is true of a row that has the text in some column.
func (w *writer) keyword(t test) string {
	w.keywords = true
	switch c := t.check.(type) {
	case like:
		parts := []string{c.anywhere(func(text string) string { return text })}
		if inJSON := c.anywhere(escaped); inJSON != parts[0] {
			parts = append(parts, inJSON)
		}
		return "(" + strings.Join(parts, " or ") + ")"
	case matches:
		return allText + " matches regex " + syntax.Quote(c.regex)
	case inside, compares, missing, present, sameAs, ofList:
		w.list.Errorf(t.at, diag.Unsupported, "this modifier needs a field")
		return "false"
	default:
		panic(c) // unreachable: gochecksumtype proves the switch complete
	}
}

// escaped returns a text as it stands in JSON.
func escaped(text string) string {
	data := types.AppendQuoted(nil, text)
	return string(data[1 : len(data)-1])
}

// anywhere returns what is true where the pattern is in some column. Written
// says how its texts are written there.
func (c like) anywhere(written func(string) string) string {
	var p pattern
	for _, one := range c.pattern {
		one.text = written(one.text)
		p = append(p, one)
	}
	for len(p) > 0 && p[0].kind == anything {
		p = p[1:]
	}
	for len(p) > 0 && p[len(p)-1].kind == anything {
		p = p[:len(p)-1]
	}
	if text, plain := p.plain(); plain {
		suffix := map[bool]string{true: "_cs"}[c.cased]
		return allText + " contains" + suffix + " " + syntax.Quote(text)
	}
	flags := map[bool]string{false: "(?i)"}[c.cased]
	return allText + " matches regex " + syntax.Quote(flags+p.regex("[^"+between+"]"))
}

// aboutRow are columns that Log Analytics adds: they are no part of the event.
func aboutRow(column string) bool {
	return strings.HasPrefix(column, "_") || slices.Contains([]string{"Type", "SourceSystem", "TenantId", "TimeGenerated"}, column)
}

// texts returns the KQL that makes the column allText.
func (t table) texts() string {
	published, _ := schema.Lookup(t.name)
	parts := []string{syntax.Quote(between)}
	for _, c := range published.Columns {
		switch {
		case aboutRow(c.Name):
		case c.Type == types.String:
			parts = append(parts, c.Name)
		default:
			parts = append(parts, "tostring("+c.Name+")")
		}
	}
	return "| extend " + allText + " = strcat_delim(" + strings.Join(parts, ", ") + ")"
}

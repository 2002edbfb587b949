package sigma

import (
	"slices"
	"strings"

	"github.com/conshelf/conshelf/kql/diag"
	"github.com/conshelf/conshelf/kql/syntax"
)

// Compile turns documents into queries; correlations and filters name rules
// among them. The results stand in the documents' order.
func Compile(docs []*Document) []Result {
	c := &compiler{docs: docs, used: make(map[*Document]bool)}
	for _, d := range docs {
		c.filtered(d)
	}
	results := make([]Result, len(docs))
	for i, d := range docs {
		results[i].Title, results[i].Diagnostics = d.title, slices.Clone(d.Diagnostics)
		if d.correlation != nil {
			results[i].Query = c.correlate(d, &results[i].Diagnostics)
		}
	}
	for i, d := range docs {
		if d.rule != nil {
			results[i].Query = c.events(d, &results[i].Diagnostics)
		}
		if results[i].Diagnostics.HasErrors() {
			results[i].Query = nil
		}
		if c.used[d] && !d.generate {
			results[i].Query = nil
			results[i].Diagnostics.Add(diag.Diagnostic{
				Span: d.node.At, Severity: diag.Info, Code: diag.BadRule, Message: "the rule gives no alerts of its own: correlations use it",
			})
		}
	}
	return results
}

type compiler struct {
	docs []*Document
	used map[*Document]bool // by a correlation that does not generate them
}

// find returns the rule or correlation of that name or id.
func (c *compiler) find(name string) *Document {
	i := slices.IndexFunc(c.docs, func(d *Document) bool { return d.filter == nil && d.called(name) })
	if i < 0 {
		return nil
	}
	return c.docs[i]
}

// events returns the query of a rule: the rows that it matches.
func (c *compiler) events(d *Document, list *diag.List) *Query {
	tables, err := tablesOf(d.source)
	if err != nil || list.HasErrors() {
		return nil // said when it was read
	}
	q := d.query()
	var parts []string
	for _, t := range tables {
		parts = append(parts, t.matching(d, list)+t.columnsKept())
		q.Tables = append(q.Tables, t.name)
	}
	slices.Sort(q.Tables)
	q.KQL = joinTables(parts)
	q.Entities = tables[0].entities()
	return q
}

// joinTables returns the query over several tables.
func joinTables(parts []string) string {
	if len(parts) == 1 {
		return parts[0] + "\n"
	}
	return "union (" + strings.Join(parts, "), (") + ")\n"
}

// matching returns the rows of the table that a rule matches.
func (t table) matching(d *Document, list *diag.List) string {
	w := &writer{table: t, list: list}
	condition := w.condition(d.rule.root)
	var b strings.Builder
	b.WriteString(t.name)
	if t.where != "" {
		b.WriteString("\n| where " + t.where)
	}
	before, after := w.made()
	b.WriteString(before + "\n| where " + condition + after)
	return b.String()
}

// The columns that name who did it, where the table has none of its own.
const (
	accountColumn = "SigmaAccount"
	addressColumn = "SigmaAddress"
)

// columnsKept returns the operators that end a rule over the table: the
// columns that it returns, and those that name entities.
func (t table) columnsKept() string {
	var b strings.Builder
	if len(t.columns) > 0 {
		b.WriteString("\n| project " + strings.Join(t.columns, ", "))
	}
	for _, e := range []struct{ column, from string }{{accountColumn, t.account}, {addressColumn, t.address}} {
		if e.from != "" && !plainName.MatchString(e.from) {
			b.WriteString("\n| extend " + e.column + " = " + e.from)
		}
	}
	return b.String()
}

func (t table) entities() []Entity {
	var all []Entity
	add := func(kind, identifier, column, from string) {
		switch {
		case from == "":
		case plainName.MatchString(from):
			all = append(all, Entity{kind, identifier, from})
		default:
			all = append(all, Entity{kind, identifier, column})
		}
	}
	add("Account", "FullName", accountColumn, t.account)
	add("IP", "Address", addressColumn, t.address)
	return all
}

// everything is the column of a correlation that groups by nothing.
const everything = "By_"

// keyColumn returns the name of the column that holds a field that a
// correlation groups by.
func keyColumn(field string) string {
	var b strings.Builder
	for _, c := range field {
		if isWord(c) && c < 0x80 {
			b.WriteRune(c)
		} else {
			b.WriteByte('_')
		}
	}
	return "By_" + b.String()
}

// projected returns the rows of a rule as a correlation sees them: when, which
// rule, the fields that it groups by and the value that it counts.
func (c *compiler) projected(d *Document, name string, corr *correlation, list *diag.List) string {
	tables, err := tablesOf(d.source)
	if err != nil {
		return ""
	}
	var parts []string
	for _, t := range tables {
		w := &writer{table: t, list: list}
		columns := []string{"TimeGenerated", "SigmaRule = " + syntax.Quote(name)}
		if len(corr.groupBy) == 0 {
			columns = append(columns, everything+` = ""`)
		}
		for _, key := range corr.groupBy {
			columns = append(columns, keyColumn(key)+" = "+first(w.expressions(corr.fieldOf(key, name, d), corr.at)))
		}
		if corr.value != nil {
			columns = append(columns, "SigmaValue = "+corr.valueOf(w, name, d))
		}
		parts = append(parts, t.matching(d, list)+"\n| project "+strings.Join(columns, ", "))
	}
	return "(" + strings.Join(parts, "),\n  (") + ")"
}

// first returns the first of the places that is not empty.
func first(expressions []string) string {
	if len(expressions) == 1 {
		return expressions[0]
	}
	return "coalesce(" + strings.Join(expressions, ", ") + ")"
}

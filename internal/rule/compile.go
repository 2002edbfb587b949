package rule

import (
	"regexp"
	"slices"
	"time"

	"github.com/conshelf/conshelf/kql/diag"
	"github.com/conshelf/conshelf/kql/plan"
	"github.com/conshelf/conshelf/kql/types"
)

// A Compiler compiles a query against the tables there are, at an instant in
// ticks. If the list has errors, the plan is nil.
type Compiler func(query string, now int64) (*plan.Query, diag.List)

// A Compiled is a rule and the meaning of its query.
type Compiled struct {
	*Rule
	// Query is nil if the rule does not compile; then Diagnostics says why.
	Query *plan.Query
	// Diagnostics is what there is to say about the query and the columns that
	// the rule takes from it; spans are in the rule's file.
	Diagnostics diag.List
	compiler    Compiler
}

// Compile compiles the rule's query and checks that the columns that the rule
// names are in its result.
func Compile(r *Rule, compiler Compiler) *Compiled {
	c := &Compiled{Rule: r, compiler: compiler}
	query, list := compiler(r.Query, types.TicksOf(time.Unix(0, 0))) // any time will do: At compiles again
	for _, d := range list {
		d.Span = r.inQuery(d.Span)
		c.Diagnostics.Add(d)
	}
	if query != nil {
		c.checkColumns(query.Root.Columns())
		if len(query.Others) > 0 {
			c.Diagnostics.Errorf(r.inQuery(diag.Span{}), diag.Unsupported, "a rule's query has one result, not %d", len(query.Others)+1)
		}
	}
	c.Diagnostics.Sort()
	if !c.Diagnostics.HasErrors() {
		c.Query = query
	}
	return c
}

// At returns the query as it is at an instant, in ticks. It must not be called
// for a rule that does not compile.
func (c *Compiled) At(now int64) *plan.Query {
	query := *c.Query
	query.Now = now
	if !query.UsesNow {
		return &query
	}
	again, list := c.compiler(c.Rule.Query, now)
	if again == nil {
		panic("rule: " + c.Path + " compiles at one time and not at another: " + list.Format(c.Path, c.Rule.Query))
	}
	return again
}

// Open returns the query with its instant left open, to be asked at many steps
// at once; false: it needs to know the instant to be compiled.
func (c *Compiled) Open() (*plan.Query, bool) {
	query := *c.Query
	if !query.UsesNow {
		return &query, true
	}
	open, _ := c.compiler(c.Rule.Query, plan.OpenNow)
	return open, open != nil
}

// Problem returns what there is to say about the rule's query, with the text
// that it is about.
func (c *Compiled) Problem() Problem {
	return Problem{c.Path, c.Name, c.text, c.Diagnostics}
}

func (c *Compiled) checkColumns(columns []types.Column) {
	names := make([]string, len(columns))
	for i, column := range columns {
		names[i] = column.Name
	}
	check := func(at diag.Span, code diag.Code, what, column string) {
		if column == "" || slices.Contains(names, column) {
			return
		}
		c.Diagnostics.Add(diag.Diagnostic{
			Span: at, Code: code,
			Message: what + " takes column " + column + ", which the query does not return",
			Hint:    didYouMean(column, names),
		})
	}
	for _, m := range c.Entities {
		for _, f := range m.Fields {
			check(f.columnAt, diag.BadEntityMapping, "entity "+string(m.Type), f.Column)
		}
	}
	for _, d := range c.Details {
		check(d.at, diag.BadRule, "custom detail "+d.Name, d.Column)
	}
	check(c.Override.severityAt, diag.BadRule, "the severity", c.Override.SeverityColumn)
	check(c.Override.tacticsAt, diag.BadRule, "the tactics", c.Override.TacticsColumn)
	for _, column := range Placeholders(c.Override.Description) {
		check(c.Override.descriptionAt, diag.BadRule, "the description", column)
	}
}

var placeholder = regexp.MustCompile(`\{\{\s*(\w+)\s*\}\}`)

// Placeholders returns the columns that a description format names, in order.
func Placeholders(format string) []string {
	var columns []string
	for _, m := range placeholder.FindAllStringSubmatch(format, -1) {
		columns = append(columns, m[1])
	}
	return columns
}

// Fill returns the format with each {{Column}} replaced by its value.
func Fill(format string, value func(column string) string) string {
	return placeholder.ReplaceAllStringFunc(format, func(m string) string {
		return value(placeholder.FindStringSubmatch(m)[1])
	})
}

// inQuery returns the span in the file of a span in the query.
func (r *Rule) inQuery(at diag.Span) diag.Span {
	if r.queryAt == nil {
		return diag.Span{}
	}
	return r.queryAt.Place(at)
}

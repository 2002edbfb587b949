// Package rule loads analytics rules and compiles their queries: Sentinel's
// own, Defender's, hunting queries, ARM templates and Sigma. A rule that is
// broken says where and why, and never keeps another from loading.
package rule

import (
	"fmt"
	"time"

	"github.com/conshelf/conshelf/internal/doctree"
	"github.com/conshelf/conshelf/internal/incident"
	"github.com/conshelf/conshelf/kql/diag"
)

// A Rule is an analytics rule, or a hunting query, as its author wrote it.
type Rule struct {
	Kind        Kind
	Form        Form
	Disabled    bool   // its author turned it off; it runs all the same
	ID          string // a GUID
	Name        string
	Description string
	Version     string
	Severity    incident.Severity
	Tactics     []incident.Tactic    // as listed; those that ATT&CK has
	Techniques  []incident.Technique // as listed; those that ATT&CK has
	Connectors  []Connector
	// Frequency is how often the rule runs, Period how far back each run
	// looks. Both are zero for a hunting query.
	Frequency, Period time.Duration
	Trigger           Trigger
	Grouping          Grouping
	Query             string
	Entities          []EntityMapping
	Details           []CustomDetail
	Override          Override

	Path    string // in the file system that it was loaded from
	text    string // of its file
	queryAt *doctree.Node
	doc     *doctree.Node // as Sentinel's YAML has it; nil for other forms
	idAt    diag.Span
	unknown string // a property of a resource that no other form can hold
}

// A Connector is a source of data that the rule needs.
type Connector struct {
	ID     string
	Tables []string
}

// An EntityMapping says which columns identify an entity of that type.
type EntityMapping struct {
	Type   incident.EntityType
	Fields []FieldMapping
}

// A FieldMapping says which column holds an identifier.
type FieldMapping struct {
	Identifier string
	Column     string

	identifierAt, columnAt diag.Span
}

// A CustomDetail is a column that an alert shows under a name.
type CustomDetail struct {
	Name   string
	Column string

	at diag.Span
}

// An Override takes parts of an alert from the row that it is of.
type Override struct {
	Description    string // a text with {{Column}} in it; empty: the rule's own
	SeverityColumn string // empty: the rule's own
	TacticsColumn  string // empty: the rule's own

	descriptionAt, severityAt, tacticsAt diag.Span
}

// A Trigger says for how many rows of a run there is an alert.
type Trigger struct {
	Operator  Operator
	Threshold int64
}

// Met tells whether that many rows call for an alert.
func (t Trigger) Met(rows int64) bool {
	switch t.Operator {
	case GreaterThan:
		return rows > t.Threshold
	case LessThan:
		return rows < t.Threshold
	case Equal:
		return rows == t.Threshold
	case NotEqual:
		return rows != t.Threshold
	}
	panic("rule: operator " + t.Operator)
}

// An Operator compares the number of rows with a trigger's threshold.
type Operator string

// The operators, as Sentinel's YAML writes them.
const (
	GreaterThan Operator = "gt"
	LessThan    Operator = "lt"
	Equal       Operator = "eq"
	NotEqual    Operator = "ne"
)

// A Grouping says how many alerts a run gives.
type Grouping string

// The groupings. Sentinel's default is one alert for all rows.
const (
	SingleAlert    Grouping = "SingleAlert"
	AlertPerResult Grouping = "AlertPerResult"
)

// A Problem is what is wrong with one file of rules, or with one rule of it.
type Problem struct {
	Path        string
	Rule        string // its name; empty: the file's
	Text        string // of the file: the diagnostics' spans point into it
	Diagnostics diag.List
}

// String renders every diagnostic, each with file, line and column.
func (p Problem) String() string { return p.Diagnostics.Format(p.Path, p.Text) }

// Line says in one line what keeps the rule, or the file's rules, from
// running: where, and the first error. It is empty if nothing does.
func (p Problem) Line() string {
	var wrong diag.List
	for _, d := range p.Diagnostics {
		if d.Severity == diag.Error {
			wrong = append(wrong, d)
		}
	}
	if len(wrong) == 0 {
		return ""
	}
	line, column := diag.Position(p.Text, wrong[0].Span.Start)
	text := fmt.Sprintf("%s:%d:%d: ", p.Path, line, column)
	if p.Rule != "" {
		text += p.Rule + ": "
	}
	text += fmt.Sprintf("%s: %s", wrong[0].Code, wrong[0].Message)
	if wrong[0].Hint != "" {
		text += " (" + wrong[0].Hint + ")"
	}
	if n := len(wrong) - 1; n > 0 {
		text += fmt.Sprintf(" (and %d more)", n)
	}
	return text
}

// Package sigma turns Sigma 2.1 into KQL: rules, correlations of rules and
// filters. What Sigma's specification says and KQL over the tables that are
// known cannot answer is refused, by name and place: a rule that would match
// nothing for want of a field never compiles.
//
//	document ──Read──▶ tests and a condition ──Compile──▶ KQL, table by table
package sigma

import (
	"strings"
	"time"

	"github.com/conshelf/conshelf/internal/doctree"
	"github.com/conshelf/conshelf/kql/diag"
)

// A Document is one document of Sigma: a rule, a correlation or a filter.
type Document struct {
	// Diagnostics is what is wrong with the document itself.
	Diagnostics diag.List

	node        *doctree.Node
	id, name    string
	title       string
	source      logSource
	rule        *detection
	correlation *correlation
	filter      *filter
	generate    bool
}

// A Query is what a rule or a correlation becomes.
type Query struct {
	ID, Title, Description, Level string
	At                            diag.Span // of the document, for what is said of the query
	IDAt                          diag.Span
	Tags                          []Tag
	Tables                        []string // that it reads, sorted
	KQL                           string
	Document                      string // as it says itself, whatever becomes of it
	// Frequency is how often it is to run, Period how far back each run is to
	// look: run so, it sees every event, and every window of a correlation
	// whole, once.
	Frequency, Period time.Duration
	Entities          []Entity
}

// A Tag is a label of a rule, such as attack.t1078.004.
type Tag struct {
	Text string
	At   diag.Span
}

// An Entity says which column of the query's rows names an entity, in
// Sentinel's words.
type Entity struct {
	Type, Identifier, Column string
}

// A Result is what became of a document. Query is nil for a filter, for a rule
// that only correlations use, and where there are errors.
type Result struct {
	Title       string
	Query       *Query
	Diagnostics diag.List
}

// Is tells whether a document is one of Sigma.
func Is(doc *doctree.Node) bool {
	return doc.Has("detection") || doc.Has("correlation") || doc.Has("logsource") || doc.Has("filter") || doc.Has("action")
}

// Read reads a document and collects what is wrong with it.
func Read(doc *doctree.Node) *Document {
	d := &Document{node: doc}
	if doc.Has("action") {
		d.errorf(doc.Value("action"), "action is no part of Sigma 2: write each rule whole")
	}
	d.title = d.text(doc.Value("title"))
	if d.title == "" {
		d.errorf(doc, "the rule has no title")
	}
	d.id = strings.ToLower(d.text(doc.Value("id")))
	d.name = d.text(doc.Value("name"))
	if t := d.text(doc.Value("taxonomy")); t != "" && t != "sigma" {
		d.errorf(doc.Value("taxonomy"), "the field names of taxonomy %s are not known", t)
	}
	g := doc.Value("generate")
	d.generate = g != nil && g.Kind == doctree.Bool && g.Text == "true"
	switch {
	case doc.Has("correlation"):
		d.readCorrelation(doc.Value("correlation"))
	case doc.Has("filter"):
		d.readLogSource()
		d.readFilter(doc.Value("filter"))
	default:
		d.readLogSource()
		d.readDetection()
	}
	return d
}

func (d *Document) readDetection() {
	n := d.node.Value("detection")
	if n == nil {
		d.errorf(d.node, "the rule has no detection")
		return
	}
	d.rule = d.detection(n)
}

// errorf says what is wrong with a part of the document.
func (d *Document) errorf(n *doctree.Node, format string, args ...any) {
	d.Diagnostics.Errorf(n.At, diag.BadRule, format, args...)
}

// text returns a scalar of the document, and nothing for what is not there.
func (d *Document) text(n *doctree.Node) string {
	if n == nil || n.Kind == doctree.Null {
		return ""
	}
	text, ok := n.Scalar()
	if !ok {
		d.errorf(n, "%s where a text is wanted", n.Kind)
	}
	return strings.TrimSpace(text)
}

// texts returns a text, or each of a list.
func (d *Document) texts(n *doctree.Node) []string {
	if n == nil {
		return nil
	}
	if n.Kind != doctree.List {
		return []string{d.text(n)}
	}
	var all []string
	for _, item := range n.Items {
		all = append(all, d.text(item))
	}
	return all
}

// query returns what a document says about itself, without the KQL.
func (d *Document) query() *Query {
	q := &Query{
		ID: d.id, Title: d.title, Description: d.text(d.node.Value("description")), Level: strings.ToLower(d.text(d.node.Value("level"))),
		Document: d.node.YAML(), At: d.node.At, IDAt: d.node.At, Frequency: time.Hour, Period: time.Hour,
	}
	if n := d.node.Value("id"); n != nil {
		q.IDAt = n.At
	}
	if tags := d.node.Value("tags"); tags != nil {
		for _, item := range tags.Items {
			q.Tags = append(q.Tags, Tag{d.text(item), item.At})
		}
	}
	return q
}

// called tells whether a correlation that names a rule so means this one.
func (d *Document) called(name string) bool {
	return name != "" && (d.name == name || d.id == strings.ToLower(name))
}

package rule

import (
	"github.com/conshelf/conshelf/internal/doctree"
	"github.com/conshelf/conshelf/kql/diag"
)

// A reader walks a document and collects what is wrong with it. Its methods
// return the zero value for what they cannot read, having said so.
type reader struct {
	list       diag.List
	labels     []label
	scheduleAt diag.Span // of queryFrequency
	deployed   bool      // what only YAML must have may be missing
	absent     []string  // keys that are there, and were said to have no value
}

// mapping returns the entries of a mapping, in order.
func (r *reader) mapping(n *doctree.Node, what string) []doctree.Entry {
	if n.Kind != doctree.Map {
		r.list.Errorf(n.At, diag.BadRule, "%s is not a mapping", what)
		return nil
	}
	return n.Entries
}

// sequence returns the elements of a list.
func (r *reader) sequence(n *doctree.Node, what string) []*doctree.Node {
	if n.Kind != doctree.List {
		r.list.Errorf(n.At, diag.BadRule, "%s is not a list", what)
		return nil
	}
	return n.Items
}

// scalar returns a scalar as it is written, without quotes.
func (r *reader) scalar(n *doctree.Node, what string) (string, bool) {
	text, ok := n.Scalar()
	if !ok {
		r.list.Errorf(n.At, diag.BadRule, "%s is not a text", what)
	}
	return text, ok
}

// scalars returns a list of texts and where each stands.
func (r *reader) scalars(n *doctree.Node, what string) (texts []string, at []diag.Span) {
	for _, element := range r.sequence(n, what) {
		if text, ok := r.scalar(element, "an element of "+what); ok {
			texts, at = append(texts, text), append(at, element.At)
		}
	}
	return texts, at
}

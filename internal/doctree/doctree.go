// Package doctree reads YAML and JSON texts as trees whose every part knows
// where in its text it stands. A tree is what the text says and nothing more:
// it keeps the order of keys, and never turns a text into a number or a date.
package doctree

import (
	"fmt"
	"slices"
	"strings"

	"github.com/conshelf/conshelf/kql/diag"
)

// A Kind is what a node is.
type Kind int

// The kinds. The zero Kind is Null: a value that is not there.
const (
	Null Kind = iota
	Text
	Number
	Bool
	List
	Map
)

func (k Kind) String() string {
	switch k {
	case Null:
		return "nothing"
	case Text:
		return "a text"
	case Number:
		return "a number"
	case Bool:
		return "true or false"
	case List:
		return "a list"
	case Map:
		return "a mapping"
	}
	panic(fmt.Sprintf("doctree: kind %d", int(k)))
}

// A Node is a part of a document.
type Node struct {
	Kind Kind
	At   diag.Span // of its first token
	// Text is what a scalar says, without quotes: a number as it is written,
	// true or false of a Bool.
	Text    string
	Items   []*Node // of a List
	Entries []Entry // of a Map, in order, no key twice

	lines []int // where each line of Text stands in the file; nil: nobody knows
}

// An Entry is a key of a Map and its value.
type Entry struct {
	Key   string
	At    diag.Span // of the key
	Value *Node
}

// A SyntaxError is why a text is no document.
type SyntaxError struct {
	At      diag.Span
	Message string
}

func (e *SyntaxError) Error() string { return e.Message }

// Value returns the value of a key of a Map, or nil if it has none.
func (n *Node) Value(key string) *Node {
	if n == nil {
		return nil
	}
	if i := slices.IndexFunc(n.Entries, func(e Entry) bool { return e.Key == key }); i >= 0 {
		return n.Entries[i].Value
	}
	return nil
}

// Has tells whether a Map has the key.
func (n *Node) Has(key string) bool { return n.Value(key) != nil }

// Scalar returns what a Text, a Number or a Bool says.
func (n *Node) Scalar() (text string, ok bool) {
	if n == nil {
		return "", false
	}
	switch n.Kind {
	case Text, Number, Bool:
		return n.Text, true
	case Null, List, Map:
		return "", false
	}
	panic(n.Kind)
}

// Equal tells whether two trees say the same, wherever they stand. The order
// of a mapping's keys says nothing.
func Equal(a, b *Node) bool {
	switch {
	case a == nil || b == nil:
		return a == b
	case a.Kind != b.Kind || a.Text != b.Text || len(a.Entries) != len(b.Entries):
		return false
	}
	for _, e := range a.Entries {
		if !Equal(e.Value, b.Value(e.Key)) {
			return false
		}
	}
	return slices.EqualFunc(a.Items, b.Items, Equal)
}

// Place returns where in the file a span of the node's text stands, or the
// whole node if the text is not written so that one can tell.
func (n *Node) Place(at diag.Span) diag.Span {
	if n.lines == nil {
		return n.At
	}
	span := diag.Span{Start: n.offset(at.Start), End: n.offset(at.End)}
	span.End = max(span.End, span.Start)
	return span
}

func (n *Node) offset(at int) int {
	at = min(max(at, 0), len(n.Text))
	line := min(strings.Count(n.Text[:at], "\n"), len(n.lines)-1)
	start := 0
	for range line {
		start += strings.IndexByte(n.Text[start:], '\n') + 1
	}
	width := len(n.Text) - start
	if end := strings.IndexByte(n.Text[start:], '\n'); end >= 0 {
		width = end
	}
	return n.lines[line] + min(at-start, width)
}

package rule

import (
	"errors"
	"slices"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"

	"github.com/conshelf/conshelf/kql/diag"
)

// A reader walks a YAML document and collects what is wrong with it. Its
// methods return the zero value for what they cannot read, having said so.
type reader struct {
	source
	list       diag.List
	labels     []label
	scheduleAt diag.Span // of queryFrequency
}

// An entry is a key of a mapping and its value.
type entry struct {
	key   string
	at    diag.Span // of the key
	value ast.Node
}

// document returns the root of the one document in the text.
func (r *reader) document() ast.Node {
	file, err := parser.ParseBytes([]byte(r.text), 0)
	if err != nil {
		r.syntaxError(err)
		return nil
	}
	docs := slices.DeleteFunc(file.Docs, func(d *ast.DocumentNode) bool { return d.Body == nil })
	if len(docs) != 1 {
		r.list.Errorf(diag.Span{}, diag.BadRule, "a file holds one rule, not %d", len(docs))
		return nil
	}
	return docs[0].Body
}

func (r *reader) syntaxError(err error) {
	var located yaml.Error
	if errors.As(err, &located) && located.GetToken() != nil {
		at := located.GetToken().Position
		start := r.offset(at.Line, at.Column)
		r.list.Errorf(diag.Span{Start: start, End: start + 1}, diag.BadRule, "not YAML: %s", located.GetMessage())
		return
	}
	message, _, _ := strings.Cut(err.Error(), "\n")
	r.list.Errorf(diag.Span{}, diag.BadRule, "not YAML: %s", message)
}

// mapping returns the entries of a mapping, in order.
func (r *reader) mapping(n ast.Node, what string) []entry {
	var values []*ast.MappingValueNode
	switch n := n.(type) {
	case *ast.MappingNode:
		values = n.Values
	case *ast.MappingValueNode:
		values = []*ast.MappingValueNode{n}
	default:
		r.list.Errorf(r.span(n), diag.BadRule, "%s is not a mapping", what)
		return nil
	}
	var entries []entry
	for _, v := range values {
		key, ok := v.Key.(*ast.StringNode)
		if !ok {
			r.list.Errorf(r.span(v.Key), diag.BadRule, "a key of %s is not a name", what)
			continue
		}
		entries = append(entries, entry{key.Value, r.span(key), v.Value})
	}
	return entries
}

// sequence returns the elements of a list.
func (r *reader) sequence(n ast.Node, what string) []ast.Node {
	list, ok := n.(*ast.SequenceNode)
	if !ok {
		r.list.Errorf(r.span(n), diag.BadRule, "%s is not a list", what)
		return nil
	}
	return list.Values
}

// scalar returns a scalar as it is written, without quotes.
func (r *reader) scalar(n ast.Node, what string) (string, bool) {
	switch n := n.(type) {
	case *ast.StringNode:
		return n.Value, true
	case *ast.LiteralNode:
		return n.Value.Value, true
	case *ast.IntegerNode, *ast.FloatNode, *ast.BoolNode:
		return n.GetToken().Value, true
	}
	r.list.Errorf(r.span(n), diag.BadRule, "%s is not a text", what)
	return "", false
}

// scalars returns a list of texts and where each stands.
func (r *reader) scalars(n ast.Node, what string) (texts []string, at []diag.Span) {
	for _, element := range r.sequence(n, what) {
		if text, ok := r.scalar(element, "an element of "+what); ok {
			texts, at = append(texts, text), append(at, r.span(element))
		}
	}
	return texts, at
}

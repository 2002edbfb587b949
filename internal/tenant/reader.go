package tenant

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
)

// A reader walks a YAML document and collects what is wrong with it.
type reader struct {
	file     string // what the file is, for problems
	problems []Problem
}

func (r *reader) problem(line int, format string, args ...any) {
	r.problems = append(r.problems, Problem{line, fmt.Sprintf(format, args...)})
	slices.SortStableFunc(r.problems, func(a, b Problem) int { return cmp.Compare(a.Line, b.Line) })
}

// document returns the root of the document; nil: there is none, or it is no
// YAML.
func (r *reader) document(text []byte) ast.Node {
	if len(text) > maxFile {
		r.problem(0, "%s has at most %d bytes, this one has %d", r.file, maxFile, len(text))
		return nil
	}
	file, err := parser.ParseBytes(text, 0)
	if err != nil {
		r.syntax(err)
		return nil
	}
	docs := slices.DeleteFunc(file.Docs, func(d *ast.DocumentNode) bool { return empty(d.Body) })
	if len(docs) > 1 {
		r.problem(0, "%s is one document, not %d", r.file, len(docs))
	}
	if len(docs) != 1 {
		return nil
	}
	return docs[0].Body
}

func empty(n ast.Node) bool {
	_, comment := n.(*ast.CommentGroupNode)
	return n == nil || comment
}

func (r *reader) syntax(err error) {
	var located yaml.Error
	if errors.As(err, &located) && located.GetToken() != nil {
		r.problem(located.GetToken().Position.Line, "not YAML: %s", located.GetMessage())
		return
	}
	message, _, _ := strings.Cut(err.Error(), "\n")
	r.problem(0, "not YAML: %s", message)
}

func line(n ast.Node) int { return n.GetToken().Position.Line }

// plain returns a scalar as it is written, without quotes.
func plain(n ast.Node) (string, bool) {
	switch n := n.(type) {
	case *ast.StringNode:
		return n.Value, true
	case *ast.LiteralNode:
		return n.Value.Value, true
	case *ast.IntegerNode, *ast.FloatNode, *ast.BoolNode:
		return n.GetToken().Value, true
	}
	return "", false
}

// A mapping is the entries of one, and where it stands.
type mapping struct {
	reader  *reader
	what    string
	line    int
	entries map[string]ast.Node
	lines   map[string]int // of the keys
}

func (r *reader) mapping(n ast.Node, what string) mapping {
	m := mapping{reader: r, what: what, line: line(n), entries: make(map[string]ast.Node), lines: make(map[string]int)}
	var values []*ast.MappingValueNode
	switch n := n.(type) {
	case *ast.MappingNode:
		values = n.Values
	case *ast.MappingValueNode:
		values = []*ast.MappingValueNode{n}
	default:
		r.problem(m.line, "%s is not a mapping of keys to values", what)
	}
	for i, v := range values {
		key, ok := plain(v.Key)
		if !ok {
			r.problem(line(v.Key), "a key of %s is not a name", what)
			continue
		}
		if i == 0 {
			m.line = line(v.Key)
		}
		m.entries[key], m.lines[key] = v.Value, line(v.Key)
	}
	return m
}

// rest says which keys are none of those known.
func (m mapping) rest(known ...string) {
	for key := range m.entries {
		if !slices.Contains(known, key) {
			m.reader.problem(m.lines[key], "%s has no key %s%s", m.what, key, suggestion(key, known))
		}
	}
}

// text returns the text of a key, or ” if it is not there.
func (m mapping) text(key string) string {
	n, ok := m.entries[key]
	if !ok {
		return ""
	}
	text, ok := plain(n)
	if !ok || strings.TrimSpace(text) == "" {
		m.reader.problem(m.lines[key], "%s: %s is not a text", m.what, key)
	}
	return strings.TrimSpace(text)
}

func (m mapping) required(key string) string {
	if _, ok := m.entries[key]; !ok {
		m.reader.problem(m.line, "%s: %s is not there", m.what, key)
		return ""
	}
	return m.text(key)
}

// texts returns a list of texts, or a single one.
func (m mapping) texts(key string) []string {
	n, ok := m.entries[key]
	if !ok {
		return nil
	}
	if text, ok := plain(n); ok {
		return []string{text}
	}
	return each(m.reader, m, key, func(n ast.Node, what string) string {
		text, ok := plain(n)
		if !ok {
			m.reader.problem(line(n), "%s is not a text", what)
		}
		return text
	})
}

// span returns the times of from and to, which must both be there.
func (m mapping) span() (from, to time.Time) {
	m.required("from")
	m.required("to")
	return m.optionalSpan()
}

func (m mapping) optionalSpan() (from, to time.Time) {
	from, to = m.time("from", false), m.time("to", true)
	if !from.IsZero() && !to.IsZero() && !from.Before(to) {
		m.reader.problem(m.lines["to"], "%s: to is not after from", m.what)
	}
	return from, to
}

func (m mapping) time(key string, end bool) time.Time {
	text := m.text(key)
	if text == "" {
		return time.Time{}
	}
	t, ok := moment(text, end)
	if !ok {
		m.reader.problem(m.lines[key], "%s: %s: %q is no date such as 2026-03-01 and no time such as 2026-03-01T08:00:00Z", m.what, key, text)
	}
	return t
}

// each reads the elements of a list; a key without a value is an empty one.
func each[T any](r *reader, m mapping, key string, read func(n ast.Node, what string) T) []T {
	n, ok := m.entries[key]
	if !ok {
		return nil
	}
	if _, null := n.(*ast.NullNode); null {
		return nil
	}
	list, ok := n.(*ast.SequenceNode)
	if !ok {
		r.problem(m.lines[key], "%s is not a list", key)
		return nil
	}
	var all []T
	for i, element := range list.Values {
		all = append(all, read(element, fmt.Sprintf("%s, entry %d", key, i+1)))
	}
	return all
}

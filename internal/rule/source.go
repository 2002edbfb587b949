package rule

import (
	"strings"
	"unicode/utf8"

	"github.com/goccy/go-yaml/ast"

	"github.com/conshelf/conshelf/kql/diag"
)

// A source is the text that a rule was read from, and where in it the query
// stands.
type source struct {
	text  string
	lines []int // offset of the start of each line
	query queryPlace
}

// A queryPlace maps offsets in the query to offsets in the file. Lines is nil
// if the query is not written so that the two correspond line by line; then
// everything in the query is at whole.
type queryPlace struct {
	whole diag.Span
	query string
	lines []int // offset in the file of the start of each line of the query
}

func newSource(text string) source {
	lines := []int{0}
	for i := range len(text) {
		if text[i] == '\n' {
			lines = append(lines, i+1)
		}
	}
	return source{text: text, lines: lines}
}

// offset returns the byte offset of a line and column, both from 1; a column
// is a code point.
func (s *source) offset(line, column int) int {
	if line < 1 || line > len(s.lines) {
		return len(s.text)
	}
	at := s.lines[line-1]
	for range column - 1 {
		_, size := utf8.DecodeRuneInString(s.text[at:])
		at += size
	}
	return min(at, len(s.text))
}

// span returns where a node stands: its first token.
func (s *source) span(n ast.Node) diag.Span {
	switch m := n.(type) {
	case *ast.MappingNode:
		if len(m.Values) > 0 {
			return s.span(m.Values[0].Key)
		}
	case *ast.MappingValueNode:
		return s.span(m.Key)
	}
	token := n.GetToken()
	start := s.offset(token.Position.Line, token.Position.Column)
	written := strings.TrimSpace(token.Origin)
	if !strings.HasPrefix(s.text[start:], written) {
		written = ""
	}
	return diag.Span{Start: start, End: start + max(1, len(written))}
}

// place records where the query is: n is its node, query its value.
func (s *source) place(n ast.Node, query string) {
	s.query = queryPlace{whole: s.span(n), query: query}
	token := n.GetToken()
	if _, block := n.(*ast.LiteralNode); block {
		s.query.lines = s.blockLines(token.Position.Line, query)
		return
	}
	if start := s.query.whole.Start; strings.HasPrefix(s.text[start:], query) {
		s.query.lines = []int{start}
	}
}

// blockLines returns where each line of a block scalar stands in the file,
// its header being on the line given, or nil if the text there is not the
// scalar's.
func (s *source) blockLines(header int, query string) []int {
	var lines []int
	indent := -1
	for i, line := range strings.Split(strings.TrimRight(query, "\n"), "\n") {
		if header+i >= len(s.lines) {
			return nil
		}
		start := s.lines[header+i]
		written, _, _ := strings.Cut(s.text[start:], "\n")
		if indent < 0 && line != "" {
			indent = len(written) - len(line)
		}
		skip := min(max(indent, 0), len(written))
		if written[skip:] != line {
			return nil
		}
		lines = append(lines, start+skip)
	}
	return lines
}

// inQuery returns the span in the file of a span in the query.
func (s *source) inQuery(at diag.Span) diag.Span {
	if s.query.lines == nil {
		return s.query.whole
	}
	span := diag.Span{Start: s.query.offset(at.Start), End: s.query.offset(at.End)}
	span.End = max(span.End, span.Start)
	return span
}

func (p *queryPlace) offset(at int) int {
	at = min(max(at, 0), len(p.query))
	before := p.query[:at]
	line := min(strings.Count(before, "\n"), len(p.lines)-1)
	start := 0
	for range line {
		start += strings.IndexByte(p.query[start:], '\n') + 1
	}
	width := len(p.query) - start
	if end := strings.IndexByte(p.query[start:], '\n'); end >= 0 {
		width = end
	}
	return p.lines[line] + min(at-start, width)
}

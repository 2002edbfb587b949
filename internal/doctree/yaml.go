package doctree

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"

	"github.com/conshelf/conshelf/kql/diag"
)

// maxNodes bounds a tree: aliases of aliases could make it as large as they
// like.
const maxNodes = 1 << 18

// YAML reads the documents of a text; those that are empty are left out.
func YAML(text string) ([]*Node, error) {
	r := yamlReader{text: text, lines: lineStarts(text)}
	if at, ok := beyond(text); ok {
		return nil, &SyntaxError{diag.Span{Start: at, End: at + 1}, "the document is too large or too deep"}
	}
	parts := r.parts()
	if len(parts) > maxParts {
		return nil, &SyntaxError{Message: "the file holds too many documents"}
	}
	var docs []*Node
	for _, p := range parts {
		r.first = p.first
		file, err := parser.ParseBytes([]byte(p.text), 0)
		if err != nil {
			return nil, r.syntaxError(err)
		}
		for _, d := range file.Docs {
			if d.Body == nil {
				continue
			}
			r.anchors = make(map[string]ast.Node)
			n, err := r.node(d.Body, 0)
			if err != nil {
				return nil, err
			}
			docs = append(docs, n)
		}
	}
	return docs, nil
}

// parts cuts the text where a line begins with ---, which only starts a
// document: the parser reads nothing after a document that is empty.
func (r *yamlReader) parts() []part {
	var parts []part
	from, first := 0, 0
	for i, start := range r.lines {
		if i > first && strings.HasPrefix(r.text[start:], "---") && strings.TrimLeft(r.text[start+3:min(start+4, len(r.text))], " \t\r\n") == "" {
			parts = append(parts, part{r.text[from:start], first})
			from, first = start, i
		}
	}
	return append(parts, part{r.text[from:], first})
}

// A part is a document's text and how many lines are before it.
type part struct {
	text  string
	first int
}

// A yamlReader turns the parser's nodes into ours.
type yamlReader struct {
	text    string
	lines   []int // offset of the start of each line
	anchors map[string]ast.Node
	nodes   int
	first   int // lines before the part that is being read
}

func lineStarts(text string) []int {
	lines := []int{0}
	for i := range len(text) {
		if text[i] == '\n' {
			lines = append(lines, i+1)
		}
	}
	return lines
}

func (r *yamlReader) syntaxError(err error) error {
	var located yaml.Error
	if errors.As(err, &located) && located.GetToken() != nil {
		at := located.GetToken().Position
		start := r.offset(at.Line, at.Column)
		return &SyntaxError{diag.Span{Start: start, End: start + 1}, "not YAML: " + located.GetMessage()}
	}
	message, _, _ := strings.Cut(err.Error(), "\n")
	return &SyntaxError{Message: "not YAML: " + message}
}

func (r *yamlReader) errorf(n ast.Node, format string, args ...any) error {
	return &SyntaxError{r.span(n), fmt.Sprintf(format, args...)}
}

// maxDepth bounds how deep a document nests.
const maxDepth = 200

// node reads one node. Depth is how many are around it.
func (r *yamlReader) node(n ast.Node, depth int) (*Node, error) {
	if r.nodes++; r.nodes > maxNodes || depth > maxDepth {
		return nil, r.errorf(n, "the document is too large or too deep")
	}
	out := &Node{At: r.span(n)}
	switch n := n.(type) {
	case *ast.NullNode:
		return out, nil
	case *ast.StringNode:
		out.Kind, out.Text = Text, n.Value
		r.place(out, n)
	case *ast.LiteralNode:
		out.Kind, out.Text = Text, n.Value.Value
		r.place(out, n)
	case *ast.BoolNode:
		out.Kind, out.Text = Bool, "false"
		if n.Value {
			out.Text = "true"
		}
	case *ast.IntegerNode, *ast.FloatNode, *ast.InfinityNode, *ast.NanNode:
		out.Kind, out.Text = Number, n.GetToken().Value
	case *ast.SequenceNode:
		return r.list(out, n, depth)
	case *ast.MappingNode:
		return r.mapping(out, n.Values, depth)
	case *ast.MappingValueNode:
		return r.mapping(out, []*ast.MappingValueNode{n}, depth)
	case *ast.AnchorNode:
		value, err := r.node(n.Value, depth+1)
		r.anchors[n.Name.GetToken().Value] = n.Value // after: what names itself has no end
		return value, err
	case *ast.AliasNode:
		to, ok := r.anchors[n.Value.GetToken().Value]
		if !ok {
			return nil, r.errorf(n, "the alias *%s has no anchor before it", n.Value.GetToken().Value)
		}
		return r.node(to, depth+1)
	default:
		return nil, r.errorf(n, "a %s of YAML is not read here", strings.ToLower(n.Type().String()))
	}
	return out, nil
}

func (r *yamlReader) list(out *Node, n *ast.SequenceNode, depth int) (*Node, error) {
	out.Kind = List
	for _, v := range n.Values {
		item, err := r.node(v, depth+1)
		if err != nil {
			return nil, err
		}
		out.Items = append(out.Items, item)
	}
	return out, nil
}

func (r *yamlReader) mapping(out *Node, values []*ast.MappingValueNode, depth int) (*Node, error) {
	out.Kind = Map
	seen := make(map[string]bool)
	for _, v := range values {
		key, ok := keyOf(v.Key)
		if !ok {
			return nil, r.errorf(v.Key, "a key is not a name")
		}
		if seen[key] {
			return nil, r.errorf(v.Key, "the key %s is there twice", key)
		}
		seen[key] = true
		value, err := r.node(v.Value, depth+1)
		if err != nil {
			return nil, err
		}
		out.Entries = append(out.Entries, Entry{key, r.span(v.Key), value})
	}
	return out, nil
}

func keyOf(n ast.MapKeyNode) (string, bool) {
	switch n := n.(type) {
	case *ast.StringNode:
		return n.Value, true
	case *ast.IntegerNode, *ast.BoolNode, *ast.NullNode, *ast.FloatNode:
		return n.GetToken().Value, true
	}
	return "", false
}

// offset returns the byte offset of a line and column of a part, both from 1;
// a column is a code point.
func (r *yamlReader) offset(line, column int) int {
	line += r.first
	if line < 1 || line > len(r.lines) {
		return len(r.text)
	}
	at := r.lines[line-1]
	for range column - 1 {
		_, size := utf8.DecodeRuneInString(r.text[at:])
		at += size
	}
	return min(at, len(r.text))
}

// span returns where a node stands: its first token.
func (r *yamlReader) span(n ast.Node) diag.Span {
	switch m := n.(type) {
	case *ast.MappingNode:
		if len(m.Values) > 0 {
			return r.span(m.Values[0].Key)
		}
	case *ast.MappingValueNode:
		return r.span(m.Key)
	}
	token := n.GetToken()
	start := r.offset(token.Position.Line, token.Position.Column)
	written := strings.TrimSpace(token.Origin)
	if !strings.HasPrefix(r.text[start:], written) {
		written = ""
	}
	return diag.Span{Start: start, End: start + max(1, len(written))}
}

// place records where the lines of a text are.
func (r *yamlReader) place(out *Node, n ast.Node) {
	if _, block := n.(*ast.LiteralNode); block {
		out.lines = r.blockLines(n.GetToken().Position.Line, out.Text)
		return
	}
	start := out.At.Start
	if c := r.text[start:]; c != "" && (c[0] == '"' || c[0] == '\'') {
		start++
	}
	if strings.HasPrefix(r.text[start:], out.Text) && !strings.Contains(out.Text, "\n") {
		out.lines = []int{start}
	}
}

// blockLines returns where each line of a block scalar stands in the file,
// its header being on the line given, or nil if the text there is not the
// scalar's.
func (r *yamlReader) blockLines(header int, text string) []int {
	var lines []int
	header += r.first
	indent := -1
	for i, line := range strings.Split(strings.TrimRight(text, "\n"), "\n") {
		if header+i >= len(r.lines) {
			return nil
		}
		start := r.lines[header+i]
		written, _, _ := strings.Cut(r.text[start:], "\n")
		if indent < 0 && line != "" {
			indent = len(written) - len(line)
		}
		skip := min(max(indent, 0), len(written))
		if written[skip:] != line {
			return nil
		}
		lines = append(lines, start+skip)
	}
	return slices.Clip(lines)
}

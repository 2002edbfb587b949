package respond

import (
	"slices"
	"strings"

	"github.com/goccy/go-yaml/ast"
)

// fields returns a mapping's values by key; a key that is not known, or that
// stands twice, is an error, so that a misspelt condition cannot widen a step.
func (l *loader) fields(n ast.Node, known ...string) map[string]ast.Node {
	f := make(map[string]ast.Node)
	for _, pair := range l.pairs(n) {
		key := pair.Key.GetToken().Value
		switch {
		case !slices.Contains(known, key):
			l.errorf(pair.Key, "no field is called %q; there are %s", key, strings.Join(known, ", "))
		case f[key] != nil:
			l.errorf(pair.Key, "%q stands twice", key)
		default:
			f[key] = pair.Value
		}
	}
	return f
}

func (l *loader) pairs(n ast.Node) []*ast.MappingValueNode {
	switch n := n.(type) {
	case *ast.MappingNode:
		return n.Values
	case *ast.MappingValueNode:
		return []*ast.MappingValueNode{n}
	}
	l.errorf(n, "a mapping is needed here")
	return nil
}

func (l *loader) sequence(n ast.Node) []ast.Node {
	if n == nil {
		return nil
	}
	seq, ok := n.(*ast.SequenceNode)
	if !ok {
		l.errorf(n, "a list is needed here")
		return nil
	}
	return seq.Values
}

func (l *loader) texts(n ast.Node) []string {
	var texts []string
	for _, item := range l.sequence(n) {
		texts = append(texts, l.str(item))
	}
	return texts
}

// str returns a scalar's text; of an absent one, ”.
func (l *loader) str(n ast.Node) string {
	switch n := n.(type) {
	case nil:
		return ""
	case *ast.StringNode:
		return n.Value
	case *ast.LiteralNode:
		return strings.TrimSpace(n.Value.Value)
	case *ast.IntegerNode, *ast.FloatNode, *ast.BoolNode:
		return n.GetToken().Value
	}
	l.errorf(n, "text is needed here")
	return ""
}

func (l *loader) required(parent ast.Node, f map[string]ast.Node, key string) string {
	text := l.str(f[key])
	if text == "" {
		l.errorf(parent, "%s is missing", key)
	}
	return text
}

// json turns a YAML value into a template of its JSON, keys in their order.
func (l *loader) json(s stepTemplate, n ast.Node) template {
	switch n := n.(type) {
	case *ast.NullNode:
		return literal("null")
	case *ast.BoolNode, *ast.IntegerNode, *ast.FloatNode:
		return literal(n.GetToken().Value)
	case *ast.SequenceNode:
		return l.jsonList(s, n)
	case *ast.MappingNode, *ast.MappingValueNode:
		return l.jsonObject(s, n)
	}
	text := l.str(n)
	if name, ok := wholeJSON(text); ok {
		return l.templateOf(s, n, "${"+name+"}", asJSON)
	}
	t := l.templateOf(s, n, text, asJSONString)
	for i, p := range t {
		if p.value == nil {
			t[i].text = jsonLiteral(p.text)
		}
	}
	return slices.Concat(literal(`"`), t, literal(`"`))
}

func (l *loader) jsonList(s stepTemplate, n *ast.SequenceNode) template {
	t := literal("[")
	for i, item := range n.Values {
		if i > 0 {
			t = append(t, literal(",")...)
		}
		t = append(t, l.json(s, item)...)
	}
	return append(t, literal("]")...)
}

func (l *loader) jsonObject(s stepTemplate, n ast.Node) template {
	t := literal("{")
	for i, pair := range l.pairs(n) {
		if i > 0 {
			t = append(t, literal(",")...)
		}
		t = append(t, literal(`"`+jsonText(pair.Key.GetToken().Value)+`":`)...)
		t = append(t, l.json(s, pair.Value)...)
	}
	return append(t, literal("}")...)
}

func literal(text string) template { return template{{text: text}} }

// wholeJSON tells whether text is nothing but a value that is JSON itself.
func wholeJSON(text string) (name string, ok bool) {
	name, ok = strings.CutPrefix(text, "${")
	if !ok || !strings.HasSuffix(name, "}") {
		return "", false
	}
	name = strings.TrimSuffix(name, "}")
	v := valueNamed(name)
	return name, v != nil && slices.Contains(v.forms, asJSON)
}

// jsonLiteral is jsonText for what a playbook's author wrote: its braces
// stand, because they mark what is looked up.
func jsonLiteral(s string) string {
	return strings.NewReplacer(`\u007b`, "{", `\u007d`, "}").Replace(jsonText(s))
}

package doctree

import (
	"bytes"
	"encoding/json"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// NewText returns a text that stands nowhere.
func NewText(text string) *Node { return &Node{Kind: Text, Text: text} }

// NewBool returns true or false.
func NewBool(is bool) *Node {
	if is {
		return &Node{Kind: Bool, Text: "true"}
	}
	return &Node{Kind: Bool, Text: "false"}
}

// NewList returns a list.
func NewList(items ...*Node) *Node { return &Node{Kind: List, Items: items} }

// NewMap returns a mapping without keys.
func NewMap() *Node { return &Node{Kind: Map} }

// Add adds a key to a mapping that is being built, and returns the mapping.
func (n *Node) Add(key string, value *Node) *Node {
	n.Entries = append(n.Entries, Entry{Key: key, Value: value})
	return n
}

// YAML writes the tree as a document of YAML, whose lines end in line feeds.
func (n *Node) YAML() string {
	var b strings.Builder
	n.yaml(&b, 0, false)
	return b.String()
}

// yaml writes a node whose lines are indented so far. Inline tells whether
// something stands before it on its line.
func (n *Node) yaml(b *strings.Builder, indent int, inline bool) {
	switch {
	case n.Kind == Map && len(n.Entries) > 0:
		for i, e := range n.Entries {
			if i > 0 || !inline {
				pad(b, indent)
			}
			b.WriteString(yamlScalar(e.Key) + ":")
			e.Value.yamlValue(b, indent)
		}
	case n.Kind == List && len(n.Items) > 0:
		for i, item := range n.Items {
			if i > 0 || !inline {
				pad(b, indent)
			}
			b.WriteString("-")
			if len(item.Entries)+len(item.Items) > 0 {
				b.WriteString(" ")
				item.yaml(b, indent+2, true)
				continue
			}
			item.yamlValue(b, indent)
		}
	default:
		n.yamlValue(b, indent)
	}
}

func pad(b *strings.Builder, indent int) { b.WriteString(strings.Repeat(" ", indent)) }

// yamlValue writes what follows a key or a dash.
func (n *Node) yamlValue(b *strings.Builder, indent int) {
	switch {
	case n.Kind == Map && len(n.Entries) == 0:
		b.WriteString(" {}\n")
	case n.Kind == List && len(n.Items) == 0:
		b.WriteString(" []\n")
	case n.Kind == Map, n.Kind == List:
		b.WriteString("\n")
		n.yaml(b, indent+2, false)
	case n.Kind == Null:
		b.WriteString(" null\n")
	case n.Kind == Text && isBlock(n.Text):
		b.WriteString(" |")
		if !strings.HasSuffix(n.Text, "\n") {
			b.WriteString("-")
		}
		b.WriteString("\n")
		for line := range strings.Lines(n.Text) {
			if strings.TrimSuffix(line, "\n") != "" {
				pad(b, indent+2)
			}
			b.WriteString(strings.TrimSuffix(line, "\n") + "\n")
		}
	case n.Kind == Text:
		b.WriteString(" " + yamlScalar(n.Text) + "\n")
	default:
		b.WriteString(" " + n.Text + "\n")
	}
}

// isBlock tells whether a text can stand as a block, line by line as it is.
func isBlock(text string) bool {
	body := strings.TrimSuffix(text, "\n")
	if !strings.Contains(text, "\n") || body == "" || strings.TrimRight(body, " \t") != body || strings.HasSuffix(body, "\n") || body[0] == ' ' || body[0] == '\n' || body[0] == '\t' {
		return false
	}
	for line := range strings.SplitSeq(body, "\n") {
		if line != "" && strings.TrimSpace(line) == "" {
			return false // a line of spaces alone
		}
	}
	return utf8.ValidString(text) && !strings.ContainsFunc(text, func(c rune) bool { return c != '\n' && !unicode.IsPrint(c) })
}

var plainScalar = regexp.MustCompile(`^[A-Za-z/](?:[A-Za-z0-9 _./-]*[A-Za-z0-9_./])?$|^[0-9]+[mhd]$|^[0-9]+\.[0-9]+\.[0-9]+$`)

// yamlScalar writes a text on one line, in quotes where it could be read as
// something else.
func yamlScalar(text string) string {
	reserved := []string{"true", "false", "null", "yes", "no", "on", "off", "y", "n"}
	if plainScalar.MatchString(text) && !slices.Contains(reserved, strings.ToLower(text)) {
		return text
	}
	return quoted(text)
}

// quoted writes a text as JSON does, which YAML reads too.
func quoted(text string) string {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(text); err != nil {
		panic(err) // a text is always JSON
	}
	return strings.ReplaceAll(strings.TrimSuffix(b.String(), "\n"), "\u007f", `\u007f`)
}

// JSON writes the tree as JSON, indented by two spaces.
func (n *Node) JSON() string {
	var b strings.Builder
	n.json(&b, 0)
	b.WriteString("\n")
	return b.String()
}

func (n *Node) json(b *strings.Builder, indent int) {
	between := func(i int) {
		if i > 0 {
			b.WriteString(",")
		}
		b.WriteString("\n")
		pad(b, indent+2)
	}
	switch n.Kind {
	case Null:
		b.WriteString("null")
	case Text:
		b.WriteString(quoted(n.Text))
	case Number, Bool:
		b.WriteString(n.Text)
	case List:
		b.WriteString("[")
		for i, item := range n.Items {
			between(i)
			item.json(b, indent+2)
		}
		closed(b, indent, len(n.Items), "]")
	case Map:
		b.WriteString("{")
		for i, e := range n.Entries {
			between(i)
			b.WriteString(quoted(e.Key) + ": ")
			e.Value.json(b, indent+2)
		}
		closed(b, indent, len(n.Entries), "}")
	default:
		panic(n.Kind)
	}
}

// closed ends a list or a mapping of so many parts.
func closed(b *strings.Builder, indent, parts int, end string) {
	if parts > 0 {
		b.WriteString("\n")
		pad(b, indent)
	}
	b.WriteString(end)
}

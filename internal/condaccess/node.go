package condaccess

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
)

// A nodeKind is what a JSON value is.
type nodeKind int

const (
	nullNode nodeKind = iota
	boolNode
	numberNode
	stringNode
	listNode
	objectNode
)

// A node is a JSON value that keeps the order of its members and its place in
// the text. Methods take a nil node for null.
type node struct {
	kind       nodeKind
	text       string // of a string, a number or a boolean
	list       []*node
	fields     []field
	start, end int // an object's bytes in its text
	twice      []string
}

type field struct {
	name  string
	value *node
}

// maxDepth is the deepest nesting that is read. Policies have about eight.
const maxDepth = 64

// parseNodes reads every JSON value of text: one, or one after another as in
// JSON Lines.
func parseNodes(text []byte) ([]*node, error) {
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	var out []*node
	for {
		n, err := parseNode(d, 0)
		switch {
		case errors.Is(err, io.EOF) && len(out) == 0:
			return nil, errors.New("the file is empty")
		case errors.Is(err, io.EOF):
			return out, nil
		case err != nil:
			return nil, fmt.Errorf("%w, at byte %d of %d", plainJSONError(err), d.InputOffset(), len(text))
		}
		out = append(out, n)
	}
}

var errCutOff = errors.New("the JSON text ends in the middle: the file is cut off")

func plainJSONError(err error) error {
	if errors.Is(err, io.ErrUnexpectedEOF) || strings.Contains(err.Error(), "unexpected end of JSON") {
		return errCutOff
	}
	return fmt.Errorf("the text is not JSON (%w)", err)
}

func parseNode(d *json.Decoder, depth int) (*node, error) {
	if depth > maxDepth {
		return nil, fmt.Errorf("values are nested deeper than %d", maxDepth)
	}
	token, err := d.Token()
	if err != nil {
		if depth > 0 {
			err = inside(err)
		}
		return nil, err
	}
	switch v := token.(type) {
	case nil:
		return &node{}, nil
	case bool:
		return &node{kind: boolNode, text: fmt.Sprint(v)}, nil
	case json.Number:
		return &node{kind: numberNode, text: v.String()}, nil
	case string:
		return &node{kind: stringNode, text: v}, nil
	case json.Delim:
		if v == '[' {
			return parseList(d, depth)
		}
		return parseObject(d, depth)
	}
	panic(token)
}

func parseList(d *json.Decoder, depth int) (*node, error) {
	n := &node{kind: listNode}
	for d.More() {
		item, err := parseNode(d, depth+1)
		if err != nil {
			return nil, err
		}
		n.list = append(n.list, item)
	}
	return n, closing(d)
}

func parseObject(d *json.Decoder, depth int) (*node, error) {
	n := &node{kind: objectNode, start: int(d.InputOffset()) - 1}
	seen := make(map[string]bool)
	for d.More() {
		key, err := d.Token()
		if err != nil {
			return nil, inside(err)
		}
		name, _ := key.(string)
		value, err := parseNode(d, depth+1)
		if err != nil {
			return nil, err
		}
		if folded := fold(name); seen[folded] {
			n.twice = append(n.twice, name)
		} else {
			seen[folded] = true
		}
		n.fields = append(n.fields, field{name, value})
	}
	err := closing(d)
	n.end = int(d.InputOffset())
	if list := n.counted(); list != nil {
		return list, err
	}
	return n, err
}

// counted returns the list of an object that holds nothing but a list and how
// long it is, which is how Windows PowerShell writes some lists.
func (n *node) counted() *node {
	if len(n.fields) != 2 {
		return nil
	}
	list, count := n.fields[0], n.fields[1]
	if list.name == "Count" {
		list, count = count, list
	}
	if list.name == "value" && count.name == "Count" && list.value.kindIs(listNode) && count.value.kindIs(numberNode) {
		return list.value
	}
	return nil
}

func closing(d *json.Decoder) error {
	_, err := d.Token()
	return inside(err)
}

// inside is an error within a value, where the text's end comes too early.
func inside(err error) error {
	if errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return err
}

// additional is the member under which the Graph SDKs put what their version
// does not know.
const additional = "AdditionalProperties"

// get returns the member called name, whatever its case, or nil. A member that
// is null gives way to one of the same name in AdditionalProperties.
func (n *node) get(name string) *node {
	if n == nil || n.kind != objectNode {
		return nil
	}
	var more *node
	for i := range n.fields {
		switch f := &n.fields[i]; {
		case strings.EqualFold(f.name, name) && !f.value.null():
			return f.value
		case f.name == additional:
			more = f.value
		}
	}
	return more.get(name)
}

// has tells whether there is a member called name, be it null.
func (n *node) has(name string) bool {
	if n == nil {
		return false
	}
	for _, f := range n.fields {
		if strings.EqualFold(f.name, name) {
			return true
		}
	}
	return false
}

// path returns the member that names lead to, or nil.
func (n *node) path(names ...string) *node {
	for _, name := range names {
		n = n.get(name)
	}
	return n
}

// first returns the first of the named members that is not null. A name with
// dots is a path.
func (n *node) first(names ...string) *node {
	for _, name := range names {
		if f := n.path(strings.Split(name, ".")...); !f.null() {
			return f
		}
	}
	return nil
}

func (n *node) null() bool { return n == nil || n.kind == nullNode }

func (n *node) object() bool { return n != nil && n.kind == objectNode }

// empty tells whether there is nothing in a value: null, "", [], {} and what
// holds only such. The Graph SDKs write a condition that is not set so.
func (n *node) empty() bool {
	if n.null() {
		return true
	}
	switch n.kind {
	case nullNode:
		return true
	case stringNode:
		return n.text == ""
	case listNode:
		return len(n.list) == 0
	case objectNode:
		for _, f := range n.fields {
			if !noise(f.name) && !f.value.empty() {
				return false
			}
		}
		return true
	case boolNode, numberNode:
		return false
	}
	panic(n.kind)
}

// noise tells whether a member is about the transport: OData's annotations
// and actions.
func noise(name string) bool {
	return strings.Contains(name, "@odata.") || strings.HasPrefix(name, "#") || strings.EqualFold(name, moduleType)
}

// moduleType is what the AzureAD module of PowerShell calls @odata.type.
const moduleType = "OdataType"

// str returns a scalar's text, and "" for anything else.
func (n *node) str() string {
	if n == nil || n.kind == listNode || n.kind == objectNode {
		return ""
	}
	return n.text
}

// truth returns a boolean, also one that is written as a string or a number.
func (n *node) truth() Truth {
	switch strings.ToLower(n.str()) {
	case "true", "1", "yes":
		return Yes
	case "false", "0", "no":
		return No
	}
	return Unsure
}

// items returns the members of a list, and anything else that is not null as
// the one member of a list, which is how PowerShell writes lists of one.
func (n *node) items() []*node {
	switch {
	case n.null():
		return nil
	case n.kind == listNode:
		return n.list
	}
	return []*node{n}
}

// blank tells whether a value is an empty text, which is how a table has a member
// that the export did not have.
func (n *node) blank() bool { return n.kindIs(stringNode) && n.text == "" }

// objects returns those members of a list that are objects. A text that is empty
// is how a table has a list that was not recorded, and holds none.
func (n *node) objects() []*node {
	return slices.DeleteFunc(slices.Clone(n.items()), func(item *node) bool { return !item.object() })
}

// strings returns a list of texts: a list, one text, or several in one text
// with commas between. It tells whether each member was one.
func (n *node) strings() (out []string, ok bool) {
	ok = true
	for _, item := range n.items() {
		if item.null() || item.kind == listNode || item.kind == objectNode {
			ok = ok && item.empty()
			continue
		}
		for part := range strings.SplitSeq(item.text, ",") {
			if part = strings.TrimSpace(part); part != "" {
				out = append(out, part)
			}
		}
	}
	return out, ok
}

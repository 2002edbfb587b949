package sigma

import (
	"slices"
	"strings"

	"github.com/conshelf/conshelf/internal/doctree"
)

// A detection is what a rule looks for.
type detection struct {
	root node
}

// A search is a named part of a detection.
type search struct {
	name string
	node node
}

// detection reads the searches of a mapping and joins them as its condition
// says.
func (d *Document) detection(n *doctree.Node) *detection {
	if n.Kind != doctree.Map {
		d.errorf(n, "the detection is not a mapping")
		return nil
	}
	var searches []search
	for _, e := range n.Entries {
		switch e.Key {
		case "condition":
		case "timeframe":
			d.errorf(e.Value, "timeframe is no part of Sigma 2: write a correlation")
		default:
			searches = append(searches, search{e.Key, d.search(e.Value)})
		}
	}
	condition := n.Value("condition")
	if condition == nil {
		d.errorf(n, "the detection has no condition")
		return nil
	}
	return &detection{d.conditions(condition, searches)}
}

// conditions reads a condition, or a list of them, each of which is enough.
func (d *Document) conditions(n *doctree.Node, searches []search) node {
	items := []*doctree.Node{n}
	if n.Kind == doctree.List {
		items = n.Items
	}
	var any anyOf
	for _, item := range items {
		text := d.text(item)
		root, err := parseCondition(text, searches)
		if err != nil {
			d.errorf(item, "%v", err)
			continue
		}
		any = append(any, root)
	}
	return any
}

// search reads a mapping of fields, a list of them, or keywords.
func (d *Document) search(n *doctree.Node) node {
	switch n.Kind {
	case doctree.Map:
		return d.fields(n)
	case doctree.List:
		var any anyOf
		for _, item := range n.Items {
			any = append(any, d.search(item))
		}
		if len(any) == 0 {
			d.errorf(n, "the list is empty: it would match nothing")
		}
		return any
	case doctree.Text, doctree.Number, doctree.Bool:
		return d.item(doctree.Entry{At: n.At, Value: n})
	case doctree.Null:
		d.errorf(n, "a search has no value")
		return anyOf{}
	}
	panic(n.Kind)
}

// fields reads a mapping, all of whose entries must hold.
func (d *Document) fields(n *doctree.Node) node {
	var all allOf
	for _, e := range n.Entries {
		all = append(all, d.item(e))
	}
	if len(all) == 0 {
		d.errorf(n, "the mapping is empty: it would match everything")
	}
	return all
}

// item reads a field with its modifiers and values: one of them must hold, or
// each where the modifiers say all.
func (d *Document) item(e doctree.Entry) node {
	parts := strings.Split(e.Key, "|")
	m, ok := d.modifiers(e, parts[1:])
	if !ok {
		return anyOf{}
	}
	values := []*doctree.Node{e.Value}
	if e.Value.Kind == doctree.List {
		values = e.Value.Items
	}
	if len(values) == 0 {
		d.errorf(e.Value, "the list is empty: it would match nothing")
	}
	if m.not && len(values) > 1 {
		d.errorf(e.Value, "neq with a list is true of everything: write not, with the list")
	}
	var nodes []node
	for _, v := range values {
		for _, c := range m.checks(d, v) {
			nodes = append(nodes, test{field: parts[0], at: e.At, check: c})
		}
	}
	switch {
	case m.all:
		return m.negated(allOf(nodes))
	default:
		return m.negated(anyOf(nodes))
	}
}

// names returns the searches that a pattern of a condition means: all but
// those whose name begins with an underscore for them.
func names(searches []search, pattern string) []node {
	var nodes []node
	for _, s := range searches {
		if pattern == "them" && !strings.HasPrefix(s.name, "_") || pattern != "them" && glob(pattern, s.name) {
			nodes = append(nodes, s.node)
		}
	}
	return nodes
}

// glob tells whether a name is of a pattern in which * is any text.
func glob(pattern, name string) bool {
	parts := strings.Split(pattern, "*")
	if len(parts) == 1 {
		return pattern == name
	}
	if !strings.HasPrefix(name, parts[0]) {
		return false
	}
	name = name[len(parts[0]):]
	for _, part := range parts[1 : len(parts)-1] {
		i := strings.Index(name, part)
		if i < 0 {
			return false
		}
		name = name[i+len(part):]
	}
	return strings.HasSuffix(name, parts[len(parts)-1])
}

// find returns the search of exactly that name.
func find(searches []search, name string) (node, bool) {
	i := slices.IndexFunc(searches, func(s search) bool { return s.name == name })
	if i < 0 {
		return nil, false
	}
	return searches[i].node, true
}

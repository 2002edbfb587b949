package arm

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/conshelf/conshelf/internal/doctree"
)

// A scope is what names mean in a template, and in those around it.
type scope struct {
	outer                 *scope
	parameters, variables *doctree.Node
	given                 *doctree.Node // values of parameters
	nested                bool          // a template within another
	steps                 *int          // that resolving may still take
}

// maxDepth bounds how deep names and expressions refer to one another.
const maxDepth = 60

// maxSteps bounds what resolving a template takes, maxText the texts that it
// makes.
const (
	maxSteps = 1 << 20
	maxText  = 1 << 22
)

var errDepth = errors.New("its expressions refer to one another without end")

// resolved returns the tree with every expression's value in its place.
func (s *scope) resolved(n *doctree.Node, depth int) (*doctree.Node, error) {
	if n == nil {
		return nil, nil
	}
	if depth > maxDepth {
		return nil, errDepth
	}
	switch n.Kind {
	case doctree.Null, doctree.Number, doctree.Bool:
		return n, nil
	case doctree.Text:
		return s.text(n, depth)
	case doctree.List, doctree.Map:
	default:
		panic(n.Kind)
	}
	out := &doctree.Node{Kind: n.Kind, At: n.At}
	for _, item := range n.Items {
		v, err := s.resolved(item, depth+1)
		if err != nil {
			return nil, err
		}
		out.Items = append(out.Items, v)
	}
	for _, e := range n.Entries {
		v, err := s.resolved(e.Value, depth+1)
		if err != nil {
			return nil, err
		}
		out.Entries = append(out.Entries, doctree.Entry{Key: e.Key, At: e.At, Value: v})
	}
	return out, nil
}

// text returns the value of a text: of the expression in its brackets. Two
// brackets at the start are one that is meant, or, in a template within
// another, an expression of the inner one.
func (s *scope) text(n *doctree.Node, depth int) (*doctree.Node, error) {
	text := n.Text
	if !strings.HasPrefix(text, "[") || !strings.HasSuffix(text, "]") && !strings.HasPrefix(text, "[[") {
		return n, nil
	}
	if strings.HasPrefix(text, "[[") {
		text = text[1:]
		if !s.nested || !strings.HasSuffix(text, "]") {
			return &doctree.Node{Kind: doctree.Text, At: n.At, Text: text}, nil
		}
	}
	e, err := parse(text[1 : len(text)-1])
	if err != nil {
		return nil, fmt.Errorf("expression %s: %w", text, err)
	}
	v, err := s.value(e, depth+1)
	if err != nil {
		return nil, err
	}
	at := *v
	at.At = n.At
	return &at, nil
}

// value returns what an expression gives.
func (s *scope) value(e expression, depth int) (*doctree.Node, error) {
	if *s.steps--; depth > maxDepth || *s.steps < 0 {
		return nil, errDepth
	}
	switch e := e.(type) {
	case literal:
		return e.node, nil
	case property:
		return s.property(e, depth)
	case call:
		return s.call(e, depth)
	default:
		panic(e) // unreachable: gochecksumtype proves the switch complete
	}
}

func (s *scope) property(e property, depth int) (*doctree.Node, error) {
	of, err := s.value(e.of, depth+1)
	if err != nil {
		return nil, err
	}
	name, err := s.value(e.name, depth+1)
	if err != nil {
		return nil, err
	}
	if of.Kind == doctree.List && name.Kind == doctree.Number {
		var i int
		if _, err := fmt.Sscan(name.Text, &i); err == nil && i >= 0 && i < len(of.Items) {
			return of.Items[i], nil
		}
	}
	i := slices.IndexFunc(of.Entries, func(entry doctree.Entry) bool { return strings.EqualFold(entry.Key, name.Text) })
	if i < 0 {
		return nil, fmt.Errorf("there is no property %s", name.Text)
	}
	return of.Entries[i].Value, nil
}

// named returns the value of a parameter or a variable of the template, or of
// the one around it.
func (s *scope) named(kind, name string, depth int) (*doctree.Node, error) {
	for in := s; in != nil; in = in.outer {
		if kind == "variables" {
			if n := lookup(in.variables, name); n != nil {
				return in.resolved(n, depth+1)
			}
			continue
		}
		if n := lookup(in.given, name).Value("value"); n != nil {
			return in.outer.resolved(n, depth+1)
		}
		if n := lookup(in.parameters, name); n != nil {
			if value := n.Value("defaultValue"); value != nil {
				return in.resolved(value, depth+1)
			}
			return nil, fmt.Errorf("the parameter %s has no default value", name)
		}
	}
	return nil, fmt.Errorf("the template has no %s %s", strings.TrimSuffix(kind, "s"), name)
}

// lookup returns the value of a key, in any case.
func lookup(n *doctree.Node, name string) *doctree.Node {
	if n == nil {
		return nil
	}
	if i := slices.IndexFunc(n.Entries, func(e doctree.Entry) bool { return strings.EqualFold(e.Key, name) }); i >= 0 {
		return n.Entries[i].Value
	}
	return nil
}

// Package arm reads templates of Azure Resource Manager: the resources in them,
// nested templates too, with the expressions in their texts resolved. What
// depends on where a template is deployed has no value here, and says so.
package arm

import (
	"strings"

	"github.com/conshelf/conshelf/internal/doctree"
)

// A Resource is one resource of a template.
type Resource struct {
	Type  string // in small letters
	Node  *doctree.Node
	scope *scope
}

// Is tells whether a document is a template.
func Is(doc *doctree.Node) bool {
	schema, _ := doc.Value("$schema").Scalar()
	return strings.Contains(strings.ToLower(schema), "deploymenttemplate.json") || doc.Has("resources") && doc.Has("contentVersion")
}

// maxNesting bounds templates in templates.
const maxNesting = 10

// Resources returns the resources of a template and of the templates in it, in
// their order.
func Resources(doc *doctree.Node) []Resource {
	steps := maxSteps
	return (&scope{steps: &steps}).resources(doc, 0)
}

// inner returns the scope of a template within s.
func (s *scope) inner(template *doctree.Node, given *doctree.Node, nested bool) *scope {
	return &scope{outer: s, parameters: template.Value("parameters"), variables: template.Value("variables"), given: given, nested: nested, steps: s.steps}
}

func (s *scope) resources(template *doctree.Node, depth int) []Resource {
	in := s.inner(template, nil, depth > 0)
	return in.list(template.Value("resources"), depth)
}

// list returns the resources of a list, or of a mapping of names to them.
func (s *scope) list(n *doctree.Node, depth int) []Resource {
	if n == nil || depth > maxNesting {
		return nil
	}
	items := n.Items
	for _, e := range n.Entries {
		items = append(items, e.Value)
	}
	var all []Resource
	for _, item := range items {
		all = append(all, s.resource(item, depth)...)
	}
	return all
}

func (s *scope) resource(n *doctree.Node, depth int) []Resource {
	kind, _ := n.Value("type").Scalar()
	all := []Resource{{strings.ToLower(kind), n, s}}
	all = append(all, s.list(n.Value("resources"), depth+1)...)
	properties := n.Value("properties")
	if main := properties.Value("mainTemplate"); main != nil {
		all = append(all, s.resources(main, depth+1)...)
	}
	if template := properties.Value("template"); template != nil && strings.HasSuffix(all[0].Type, "/deployments") {
		in := s.inner(template, properties.Value("parameters"), true)
		all = append(all, in.list(template.Value("resources"), depth+1)...)
	}
	return all
}

// Resolved returns the tree with the expressions in its texts resolved. A text
// that is no expression stays where it stands.
func (r Resource) Resolved(n *doctree.Node) (*doctree.Node, error) {
	return r.scope.resolved(n, 0)
}

// Escaped returns a text as a template writes it: a bracket at its start would
// make it an expression.
func Escaped(text string) string {
	if strings.HasPrefix(text, "[") {
		return "[" + text
	}
	return text
}

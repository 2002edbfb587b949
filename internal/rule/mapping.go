package rule

import (
	"slices"
	"strings"

	"github.com/conshelf/conshelf/internal/doctree"
	"github.com/conshelf/conshelf/kql/diag"
)

func (r *reader) entityMappings(rule *Rule, n *doctree.Node, at diag.Span) {
	for _, element := range r.sequence(n, "entityMappings") {
		if m, ok := r.entityMapping(element); ok {
			rule.Entities = append(rule.Entities, m)
		}
	}
	if len(rule.Entities) > 10 {
		r.warn(at, "there are %d entity mappings; Sentinel allows 10", len(rule.Entities))
	}
}

func (r *reader) entityMapping(n *doctree.Node) (m EntityMapping, ok bool) {
	var kind entityType
	for _, e := range r.mapping(n, "an entity mapping") {
		switch e.Key {
		case "entityType":
			kind = r.entityType(e.Value)
		case "fieldMappings":
			m.Fields = r.fieldMappings(e.Value)
		default:
			r.strayKey(e, "an entity mapping", "entityType", "fieldMappings")
		}
	}
	m.Type = kind.name
	if kind.name == "" {
		return m, false
	}
	return m, r.identifies(n, kind, m)
}

func (r *reader) entityType(n *doctree.Node) entityType {
	name, ok := r.scalar(n, "entityType")
	kind, known := findEntityType(name)
	if ok && !known {
		r.badMapping(n.At, "Sentinel has no entity type "+name, didYouMean(name, entityTypeNames()))
	}
	return kind
}

func (r *reader) fieldMappings(n *doctree.Node) []FieldMapping {
	var fields []FieldMapping
	for _, element := range r.sequence(n, "fieldMappings") {
		var f FieldMapping
		for _, e := range r.mapping(element, "a field mapping") {
			switch e.Key {
			case "identifier":
				f.Identifier, _ = r.scalar(e.Value, e.Key)
				f.identifierAt = e.Value.At
			case "columnName":
				f.Column, _ = r.scalar(e.Value, e.Key)
				f.columnAt = e.Value.At
			default:
				r.strayKey(e, "a field mapping", "identifier", "columnName")
			}
		}
		if f.Identifier == "" || f.Column == "" {
			r.badMapping(element.At, "a field mapping needs an identifier and a columnName", "")
			continue
		}
		fields = append(fields, f)
	}
	if len(fields) > 3 {
		r.warn(n.At, "there are %d field mappings; Sentinel allows 3", len(fields))
	}
	return fields
}

// identifies checks that the mapping's identifiers are those of its type, and
// that they say which entity is meant.
func (r *reader) identifies(n *doctree.Node, kind entityType, m EntityMapping) bool {
	var names []string
	for _, f := range m.Fields {
		if !slices.Contains(kind.identifiers, f.Identifier) {
			r.badMapping(f.identifierAt, "entity type "+string(kind.name)+" has no identifier "+f.Identifier, didYouMean(f.Identifier, kind.identifiers))
			return false
		}
		names = append(names, f.Identifier)
	}
	if !kind.enough(names) {
		joined := strings.Join(kind.needs, " or ")
		if kind.all {
			joined = strings.Join(kind.needs, " and ")
		}
		r.badMapping(n.At, "the identifiers do not say which "+string(kind.name)+" is meant", "map "+joined)
		return false
	}
	return true
}

func (r *reader) badMapping(at diag.Span, message, hint string) {
	r.list.Add(diag.Diagnostic{Span: at, Code: diag.BadEntityMapping, Message: message, Hint: hint})
}

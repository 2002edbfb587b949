package detect

import (
	"encoding/json"
	"net/netip"
	"strings"

	"github.com/conshelf/conshelf/internal/incident"
	"github.com/conshelf/conshelf/internal/rule"
	"github.com/conshelf/conshelf/kql/types"
)

// maxListed is how many entities one list in a row may name.
const maxListed = 200

// entities returns what the row's mapped columns name. A column that holds a
// list names an entity for each element. A column SessionId or SessionIds
// names sessions, for which Sentinel has no entity type.
func (m *match) entities(row []types.Value) []incident.Entity {
	var entities []incident.Entity
	for _, mapping := range m.rule.Entities {
		entities = append(entities, m.mapped(row, mapping)...)
	}
	for _, column := range []string{"SessionId", "SessionIds"} {
		if v, ok := m.value(row, column); ok {
			entities = append(entities, each(incident.Session, "SessionId", v)...)
		}
	}
	return entities
}

func (m *match) mapped(row []types.Value, mapping rule.EntityMapping) []incident.Entity {
	if len(mapping.Fields) == 1 {
		f := mapping.Fields[0]
		v, _ := m.value(row, f.Column)
		return each(mapping.Type, f.Identifier, v)
	}
	var identifiers []incident.Identifier
	for _, f := range mapping.Fields {
		identifiers = append(identifiers, identifier(f.Identifier, m.text(row, f.Column)))
	}
	return entity(mapping.Type, identifiers...)
}

// each returns an entity for each value of v: itself, or its elements.
func each(t incident.EntityType, name string, v types.Value) []incident.Entity {
	var list []any
	if v.Type != types.Dynamic || !v.Valid || json.Unmarshal([]byte(v.Text), &list) != nil {
		return entity(t, identifier(name, v.String()))
	}
	var entities []incident.Entity
	for _, element := range list[:min(len(list), maxListed)] {
		if text, ok := element.(string); ok {
			entities = append(entities, entity(t, identifier(name, text))...)
		}
	}
	return entities
}

func entity(t incident.EntityType, identifiers ...incident.Identifier) []incident.Entity {
	if e, ok := incident.NewEntity(t, identifiers...); ok {
		return []incident.Entity{e}
	}
	return nil
}

func identifier(name, value string) incident.Identifier {
	value = strings.TrimSpace(value)
	if name == "Address" {
		value = plainAddress(value)
	}
	return incident.Identifier{Name: name, Value: value}
}

// plainAddress returns an address without the port and brackets that some logs
// write around it. What is no address stays as it is.
func plainAddress(text string) string {
	if p, err := netip.ParseAddrPort(text); err == nil {
		return p.Addr().Unmap().String()
	}
	if a, err := netip.ParseAddr(strings.Trim(text, "[]")); err == nil {
		return a.Unmap().String()
	}
	return text
}

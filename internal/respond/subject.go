package respond

import (
	"encoding/json"
	"slices"
	"strings"

	"github.com/conshelf/conshelf/internal/incident"
)

// A subject is an entity of the incident with every identifier that its
// alerts give it, the alerts that mention it, and what it is in them.
type subject struct {
	entity incident.Entity
	alerts []int // indices into the incident's alerts
	standing
}

// subjects returns the incident's entities, mentions of the same one merged.
func subjects(inc incident.Incident) []subject {
	var all []subject
	for _, e := range inc.Entities {
		all = merge(all, subject{entity: e})
	}
	for i, a := range inc.Alerts {
		for _, e := range a.Entities {
			all = merge(all, subject{entity: e, alerts: []int{i}})
		}
	}
	slices.SortFunc(all, func(a, b subject) int { return incident.CompareEntities(a.entity, b.entity) })
	for i := range all {
		slices.Sort(all[i].alerts)
		all[i].alerts = slices.Compact(all[i].alerts)
		all[i].standing = standingOf(inc, all[i])
	}
	return all
}

// merge adds s to all, joining it with every subject that is the same.
func merge(all []subject, s subject) []subject {
	rest := all[:0:0]
	for _, other := range all {
		if !sameEntity(other.entity, s.entity) {
			rest = append(rest, other)
			continue
		}
		ids := slices.Concat(other.entity.Identifiers, s.entity.Identifiers)
		s.entity, _ = incident.NewEntity(s.entity.Type, ids...)
		s.alerts = slices.Concat(other.alerts, s.alerts)
	}
	return append(rest, s)
}

// sameEntity tells whether two mentions are of one entity: they share an
// identifier that is nobody else's. A first name or a domain is shared by
// many, so it does not count; acting on the wrong account is worse than
// planning a step twice.
func sameEntity(a, b incident.Entity) bool {
	if a.Type != b.Type {
		return false
	}
	keys := strongKeys(a)
	for _, k := range strongKeys(b) {
		if slices.Contains(keys, k) {
			return true
		}
	}
	return incident.CompareEntities(a, b) == 0
}

var strongIdentifiers = []string{
	"FullName", "AadUserId", "ObjectGuid", "Sid", "PUID", "Address", "AppId", "ObjectId",
	"ResourceId", "Url", "MailboxPrimaryAddress", "SessionId",
}

// nobody is the id that logs write where there is none.
const nobody = "00000000-0000-0000-0000-000000000000"

func strongKeys(e incident.Entity) []string {
	var keys []string
	for _, id := range e.Identifiers {
		if slices.Contains(strongIdentifiers, id.Name) && id.Value != nobody {
			keys = append(keys, id.Name+"\x00"+strings.ToLower(id.Value))
		}
	}
	if name := userPrincipalName(e); name != "" {
		keys = append(keys, "FullName\x00"+strings.ToLower(name))
	}
	return keys
}

// userPrincipalName returns an account's user principal name, also where a
// rule maps it in two halves.
func userPrincipalName(e incident.Entity) string {
	if v := e.Identifier("FullName"); v != "" {
		return v
	}
	name, suffix := e.Identifier("Name"), e.Identifier("UPNSuffix")
	if name == "" || suffix == "" {
		return ""
	}
	return name + "@" + suffix
}

// display returns what a person calls the entity.
func display(e incident.Entity) string {
	if e.Type == incident.Account {
		if name := userPrincipalName(e); name != "" {
			return name
		}
	}
	if e.Type == incident.AzureResource {
		id := strings.TrimRight(e.Identifier("ResourceId"), "/")
		if name := id[strings.LastIndex(id, "/")+1:]; name != "" {
			return name
		}
	}
	return e.String()
}

// isNamed tells whether text is one of the entity's identifiers.
func isNamed(e incident.Entity, text string) bool {
	text = strings.TrimSpace(text)
	if text == "" || text == nobody {
		return false
	}
	return strings.EqualFold(text, userPrincipalName(e)) || slices.ContainsFunc(e.Identifiers, func(id incident.Identifier) bool {
		return slices.Contains(strongIdentifiers, id.Name) && strings.EqualFold(id.Value, text)
	})
}

// elements returns a detail's elements: a JSON array's, or the detail itself.
func elements(v string) []string {
	var list []any
	if json.Unmarshal([]byte(v), &list) != nil {
		return []string{strings.TrimSpace(v)}
	}
	var texts []string
	for _, element := range list {
		if s, ok := element.(string); ok && strings.TrimSpace(s) != "" {
			texts = append(texts, strings.TrimSpace(s))
		}
	}
	return texts
}

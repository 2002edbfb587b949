package correlate

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"slices"

	"github.com/conshelf/conshelf/internal/attack"
	"github.com/conshelf/conshelf/internal/incident"
)

// build makes an incident of a group of alerts.
func build(all []incident.Alert, g group) incident.Incident {
	alerts := make([]incident.Alert, len(g.alerts))
	for n, i := range g.alerts {
		alerts[n] = all[i]
	}
	entities := entitiesOf(alerts)
	in := incident.Incident{
		ID:       id(alerts),
		Severity: severity(alerts),
		Tenant:   alerts[0].Tenant,
		First:    alerts[0].First,
		Last:     alerts[0].Last,
		Alerts:   alerts,
		Links:    linksOf(all, g.links),
		Entities: entities,
		Stages:   stages(alerts),
	}
	for _, a := range alerts {
		if a.Last.After(in.Last) {
			in.Last = a.Last
		}
		in.Techniques = append(in.Techniques, a.Techniques...)
	}
	slices.Sort(in.Techniques)
	in.Techniques = slices.Compact(in.Techniques)
	in.Title = title(in)
	return in
}

// id names an incident by its alerts.
func id(alerts []incident.Alert) string {
	ids := make([]string, len(alerts))
	for i, a := range alerts {
		ids[i] = a.Tenant + "\x00" + a.ID
	}
	slices.Sort(ids)
	h := sha256.New()
	for _, id := range ids {
		h.Write([]byte(id + "\n"))
	}
	return hex.EncodeToString(h.Sum(nil)[:8])
}

// linksOf returns the links of an incident in the order of their alerts, the
// stronger of two first.
func linksOf(all []incident.Alert, links []link) []incident.Link {
	links = slices.Clone(links)
	slices.SortStableFunc(links, func(a, b link) int {
		return cmp.Or(cmp.Compare(a.from, b.from), cmp.Compare(a.to, b.to), cmp.Compare(a.subject.kind, b.subject.kind),
			incident.CompareEntities(a.subject.entity, b.subject.entity))
	})
	out := make([]incident.Link, len(links))
	for i, l := range links {
		out[i] = incident.Link{From: all[l.from].ID, To: all[l.to].ID, Entity: l.subject.entity, Reason: l.reason}
	}
	return out
}

// entitiesOf returns everything that the alerts name, each once, with every
// identifier that any of them gave.
func entitiesOf(alerts []incident.Alert) []incident.Entity {
	keys, names := keysOf(alerts)
	type class struct {
		of   int
		kind incident.EntityType
	}
	byName := make(map[class]int)
	var entities []incident.Entity
	for _, a := range alerts {
		for _, e := range a.Entities {
			number, named := keys.of(a.Tenant, e)
			if !named {
				entities = append(entities, e)
				continue
			}
			c := class{names.root(number), e.Type}
			if at, met := byName[c]; met && e.Type != incident.IP { // two addresses of one /64 are two
				entities[at] = merged(entities[at], e)
				continue
			}
			byName[c] = len(entities)
			entities = append(entities, e)
		}
	}
	slices.SortFunc(entities, incident.CompareEntities)
	return slices.CompactFunc(entities, func(a, b incident.Entity) bool { return incident.CompareEntities(a, b) == 0 })
}

// stages returns what the alerts show of each tactic, in the matrix's order.
// Beside an attack, what is only informational is no stage of it.
func stages(alerts []incident.Alert) []incident.Stage {
	var found []incident.Stage
	attacked := slices.ContainsFunc(alerts, Core)
	for _, a := range alerts {
		if attacked && a.Severity == incident.Informational {
			continue
		}
		for _, t := range a.Tactics {
			at := slices.IndexFunc(found, func(s incident.Stage) bool { return s.Tactic == t })
			if at < 0 {
				at = len(found)
				found = append(found, incident.Stage{Tactic: t, First: a.First, Last: a.Last})
			}
			found[at] = extended(found[at], a)
		}
	}
	slices.SortFunc(found, func(a, b incident.Stage) int {
		return cmp.Or(cmp.Compare(attack.Order(a.Tactic), attack.Order(b.Tactic)), cmp.Compare(a.Tactic, b.Tactic))
	})
	return found
}

// extended returns the stage with one more alert in it.
func extended(s incident.Stage, a incident.Alert) incident.Stage {
	if a.Last.After(s.Last) {
		s.Last = a.Last
	}
	if !slices.Contains(s.Alerts, a.ID) {
		s.Alerts = append(s.Alerts, a.ID)
	}
	for _, t := range a.Techniques {
		if attack.Matches(t, s.Tactic) && !slices.Contains(s.Techniques, t) {
			s.Techniques = append(s.Techniques, t)
		}
	}
	slices.Sort(s.Techniques)
	return s
}

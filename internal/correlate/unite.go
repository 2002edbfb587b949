package correlate

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/conshelf/conshelf/internal/evidence"
	"github.com/conshelf/conshelf/internal/incident"
)

// Unite joins incidents that the evidence shows to be one attack: an alert of
// one rests on an act of the attacker in the trail of another, or one act is in
// the trails of both. An incident that was joined has no trail, for it has to
// be followed again; the others are as they were. Context joins nothing, nor is
// a record one act of two tenants.
func Unite(incidents []incident.Incident) []incident.Incident {
	type act struct {
		tenant string
		origin evidence.Origin
	}
	owner := make(map[act]int) // of an act: the first incident whose trail has it
	p := newPartition(len(incidents))
	var joins []union
	meet := func(i int, at evidence.Origin, alert string) {
		j, known := owner[act{incidents[i].Tenant, at}]
		if known && p.root(i) != p.root(j) {
			joins = append(joins, union{j, i, at, alert})
			p.join(i, j)
		}
	}
	for i, in := range incidents {
		for _, a := range attackers(in.Trail) {
			if a.Failed {
				continue // anybody's wrong password
			}
			meet(i, a.Origin, "")
			if _, known := owner[act{in.Tenant, a.Origin}]; !known {
				owner[act{in.Tenant, a.Origin}] = i
			}
		}
	}
	for i, in := range incidents {
		for _, a := range in.Alerts {
			if !Core(a) {
				continue
			}
			for _, o := range a.Origins {
				meet(i, o, a.ID)
			}
		}
	}
	if len(joins) == 0 {
		return incidents
	}
	return united(incidents, p, joins)
}

// A union is why two incidents, by their numbers, are one.
type union struct {
	a, b  int
	at    evidence.Origin
	alert string // of b, that rests on the record; "" if b's trail has it too
}

func united(incidents []incident.Incident, p partition, joins []union) []incident.Incident {
	var out []incident.Incident
	for i := range incidents {
		if p.root(i) != i {
			continue
		}
		var alerts []incident.Alert
		var links []incident.Link
		members := 0
		for j, in := range incidents {
			if p.root(j) == i {
				members++
				alerts = append(alerts, in.Alerts...)
				links = append(links, in.Links...)
			}
		}
		if members == 1 {
			out = append(out, incidents[i])
			continue
		}
		for _, u := range joins {
			if p.root(u.a) == i {
				links = append(links, u.link(incidents))
			}
		}
		out = append(out, rebuilt(alerts, links))
	}
	slices.SortFunc(out, func(a, b incident.Incident) int {
		return cmp.Or(a.First.Compare(b.First), a.Last.Compare(b.Last), cmp.Compare(a.ID, b.ID))
	})
	return out
}

// link says of two alerts why their incidents are one.
func (u union) link(incidents []incident.Incident) incident.Link {
	a, b := incidents[u.a], incidents[u.b]
	from, to := firstCore(a), u.alert
	if to == "" {
		to = firstCore(b)
	}
	acts := attackers(a.Trail)
	act := acts[slices.IndexFunc(acts, func(x incident.Act) bool { return x.Origin == u.at })]
	about, _ := incident.NewEntity(incident.Session, incident.Identifier{Name: "SessionId", Value: act.Session})
	if act.Session == "" {
		about, _ = incident.NewEntity(incident.IP, incident.Identifier{Name: "Address", Value: act.Address})
	}
	return incident.Link{
		From: from, To: to, Entity: about,
		Reason: fmt.Sprintf("One act of the attacker is behind both: record %d of file %d, %s.", u.at.Record, u.at.File, act.Operation),
	}
}

func firstCore(in incident.Incident) string {
	if i := slices.IndexFunc(in.Alerts, Core); i >= 0 {
		return in.Alerts[i].ID
	}
	return in.Alerts[0].ID
}

// rebuilt is the incident of these alerts.
func rebuilt(alerts []incident.Alert, links []incident.Link) incident.Incident {
	alerts = inOrder(alerts)
	g := group{}
	for i := range alerts {
		g.alerts = append(g.alerts, i)
	}
	in := build(alerts, g)
	in.Links = links
	return in
}

package correlate

import (
	"cmp"
	"slices"
	"strings"

	"github.com/conshelf/conshelf/internal/incident"
)

// Elsewhere returns the incidents with what each shares with those of other
// tenants. Nothing is joined by it: one address may be of two attackers, and
// whose a tenant's data is is for people to say.
func Elsewhere(incidents []incident.Incident) []incident.Incident {
	type bearer struct {
		of     int
		entity incident.Entity
	}
	borne := make(map[string][]bearer)
	for i, in := range incidents {
		for _, e := range in.Entities {
			for _, name := range universal(e) {
				borne[name] = append(borne[name], bearer{i, e})
			}
		}
	}
	out := slices.Clone(incidents)
	for i := range out {
		out[i].Elsewhere = nil
		for _, e := range out[i].Entities {
			for _, name := range universal(e) {
				for _, b := range borne[name] {
					if other := incidents[b.of]; other.Tenant != out[i].Tenant {
						out[i].Elsewhere = append(out[i].Elsewhere, incident.Elsewhere{Entity: e, Tenant: other.Tenant, Incident: other.ID})
					}
				}
			}
		}
		out[i].Elsewhere = inPlace(out[i].Elsewhere)
	}
	return out
}

// inPlace orders what is shared by tenant and incident, each once.
func inPlace(list []incident.Elsewhere) []incident.Elsewhere {
	compare := func(a, b incident.Elsewhere) int {
		return cmp.Or(cmp.Compare(a.Tenant, b.Tenant), cmp.Compare(a.Incident, b.Incident), incident.CompareEntities(a.Entity, b.Entity))
	}
	slices.SortFunc(list, compare)
	return slices.CompactFunc(list, func(a, b incident.Elsewhere) bool { return compare(a, b) == 0 })
}

// universal returns the names of an entity that are one thing in every tenant: a
// machine, a domain and an application may be called the same in two.
func universal(e incident.Entity) []string {
	_, names := namesOf(e)
	return slices.DeleteFunc(slices.Clone(names), func(name string) bool {
		kind, _, _ := strings.Cut(name, " ")
		return kind == "host" || kind == "nt" || kind == "appname"
	})
}

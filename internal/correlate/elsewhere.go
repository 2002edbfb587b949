package correlate

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"github.com/conshelf/conshelf/internal/incident"
)

// What is listed of each other tenant. An address that many share is in all of
// their incidents, and nobody reads a list of each with each.
const (
	maxOthers = 10 // incidents
	maxShared = 10 // entities of each
)

// Elsewhere returns the incidents with what each shares with those of other
// tenants, and how much of that is not listed. Nothing is joined by it: one
// address may be of two attackers, and whose a tenant's data is is for people
// to say.
func Elsewhere(incidents []incident.Incident) []incident.Incident {
	s := shares{incidents: incidents, borne: bearers(incidents), ties: make([]tie, len(incidents))}
	out := slices.Clone(incidents)
	for i := range out {
		out[i].Elsewhere, out[i].Unlisted = s.of(incidents[i])
	}
	return out
}

// bearers returns which incidents bear each name, in their order and each once.
func bearers(incidents []incident.Incident) map[string][]int {
	borne := make(map[string][]int)
	for i, in := range incidents {
		for _, e := range in.Entities {
			for _, name := range universal(e) {
				if of := borne[name]; len(of) == 0 || of[len(of)-1] != i {
					borne[name] = append(of, i)
				}
			}
		}
	}
	return borne
}

// A tie is what one incident shares with another.
type tie struct {
	entities int // how many
	last     int // of them, counted from 1
	bearers  int // of the most telling name: the fewer bear it, the more it tells
}

type shares struct {
	incidents []incident.Incident
	borne     map[string][]int
	ties      []tie // of one incident with each
}

// of returns what an incident shares, by tenant.
func (s *shares) of(in incident.Incident) (listed []incident.Elsewhere, unlisted []incident.Unlisted) {
	entities := slices.SortedFunc(slices.Values(in.Entities), incident.CompareEntities)
	entities = slices.CompactFunc(entities, func(a, b incident.Entity) bool { return incident.CompareEntities(a, b) == 0 })
	s.tie(in.Tenant, entities)
	best, others := s.best()
	for _, tenant := range slices.Sorted(maps.Keys(best)) {
		for _, of := range best[tenant] {
			other := s.incidents[of]
			with := s.with(of, entities)
			for _, e := range with[:min(maxShared, len(with))] {
				listed = append(listed, incident.Elsewhere{Entity: e, Tenant: tenant, Incident: other.ID})
			}
			if more := len(with) - maxShared; more > 0 {
				unlisted = append(unlisted, incident.Unlisted{Tenant: tenant, Incident: other.ID, Entities: more})
			}
		}
		if more := others[tenant] - len(best[tenant]); more > 0 {
			unlisted = append(unlisted, incident.Unlisted{Tenant: tenant, Incidents: more})
		}
	}
	return listed, unlisted
}

// tie counts what each incident of another tenant has of the entities.
func (s *shares) tie(tenant string, entities []incident.Entity) {
	clear(s.ties)
	for k, e := range entities {
		for _, name := range universal(e) {
			for _, of := range s.borne[name] {
				if s.incidents[of].Tenant == tenant {
					continue
				}
				t := &s.ties[of]
				if t.bearers == 0 || len(s.borne[name]) < t.bearers {
					t.bearers = len(s.borne[name])
				}
				if t.last != k+1 {
					t.entities, t.last = t.entities+1, k+1
				}
			}
		}
	}
}

// best returns the incidents of each tenant that are listed, in their order, and
// how many there are.
func (s *shares) best() (best map[string][]int, others map[string]int) {
	best, others = make(map[string][]int), make(map[string]int)
	for of, t := range s.ties {
		if t.entities == 0 {
			continue
		}
		tenant := s.incidents[of].Tenant
		others[tenant]++
		at, _ := slices.BinarySearchFunc(best[tenant], of, s.compare)
		if at < maxOthers {
			list := slices.Insert(best[tenant], at, of)
			best[tenant] = list[:min(maxOthers, len(list))]
		}
	}
	return best, others
}

// compare orders incidents by how much they tell: by what the fewest have, by
// how much is shared, by how grave they are.
func (s *shares) compare(a, b int) int {
	return cmp.Or(
		cmp.Compare(s.ties[a].bearers, s.ties[b].bearers), cmp.Compare(s.ties[b].entities, s.ties[a].entities),
		cmp.Compare(s.incidents[b].Severity, s.incidents[a].Severity), cmp.Compare(s.incidents[a].ID, s.incidents[b].ID), cmp.Compare(a, b),
	)
}

// with returns the entities that an incident has too, those first that the
// fewest have.
func (s *shares) with(of int, entities []incident.Entity) []incident.Entity {
	rarity := make(map[int]int)
	var at []int
	for k, e := range entities {
		for _, name := range universal(e) {
			if _, found := slices.BinarySearch(s.borne[name], of); !found {
				continue
			}
			if n, known := rarity[k]; !known {
				at, rarity[k] = append(at, k), len(s.borne[name])
			} else {
				rarity[k] = min(n, len(s.borne[name]))
			}
		}
	}
	slices.SortStableFunc(at, func(a, b int) int { return cmp.Compare(rarity[a], rarity[b]) })
	var out []incident.Entity
	for _, k := range at {
		out = append(out, entities[k])
	}
	return out
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

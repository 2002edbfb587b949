package correlate

import (
	"maps"
	"slices"
	"strings"

	"github.com/conshelf/conshelf/internal/incident"
)

// A subject is somebody or something that alerts are about: all spellings of
// one account, one session, one application, one device, one address, one resource.
type subject struct {
	kind   kind
	entity incident.Entity // every identifier that the alerts gave
	alerts []int           // those that name it, in order
	// accounts is how many accounts are named beside it, by these alerts.
	accounts int
	// alone: an alert is about this and about nobody else.
	alone bool
}

// A kind is what a subject is, as far as it can join alerts. The lower, the
// stronger.
type kind int

const (
	session kind = iota
	account
	application
	device
	address
	resource
)

// subjectsOf returns what the alerts are about, the stronger kinds first.
// Subjects of two tenants are never one. What many attacks share by nature, a
// file or a group, is no subject.
func subjectsOf(alerts []incident.Alert) []subject {
	keys, names := keysOf(alerts)
	found := make(map[int]*subject)
	for i, a := range alerts {
		for _, e := range a.Entities {
			k, ok := keys.of(a.Tenant, e)
			if !ok {
				continue
			}
			root := names.root(k)
			s := found[root]
			if s == nil {
				s = &subject{kind: keys.kinds[k], entity: incident.Entity{Type: e.Type}}
				found[root] = s
			}
			s.add(i, e)
		}
	}
	var subjects []subject
	for _, root := range slices.Sorted(maps.Keys(found)) {
		subjects = append(subjects, *found[root])
	}
	countAccounts(alerts, subjects)
	slices.SortStableFunc(subjects, func(a, b subject) int { return int(a.kind) - int(b.kind) })
	return subjects
}

func (s *subject) add(alert int, e incident.Entity) {
	if !slices.Contains(s.alerts, alert) {
		s.alerts = append(s.alerts, alert)
	}
	if e.Type == incident.Account {
		s.entity.Type = incident.Account // of an account and its mailbox
	}
	if e.Type == s.entity.Type {
		s.entity = merged(s.entity, e)
	}
}

// merged returns one entity with the identifiers of both. Of two spellings
// that differ in case, the first in order stays.
func merged(a, b incident.Entity) incident.Entity {
	m, _ := incident.NewEntity(a.Type, slices.Concat(a.Identifiers, b.Identifiers)...)
	m.Identifiers = slices.CompactFunc(m.Identifiers, func(x, y incident.Identifier) bool {
		return x.Name == y.Name && strings.EqualFold(x.Value, y.Value)
	})
	return m
}

// countAccounts fills in how many accounts share each subject, and whether an
// alert is about it alone.
func countAccounts(alerts []incident.Alert, subjects []subject) {
	people := make([][]int, len(alerts)) // subjects that are accounts or applications, by alert
	for n, s := range subjects {
		if s.kind == account || s.kind == application {
			for _, a := range s.alerts {
				people[a] = append(people[a], n)
			}
		}
	}
	for n := range subjects {
		s := &subjects[n]
		beside := make(map[int]bool)
		for _, a := range s.alerts {
			for _, p := range people[a] {
				beside[p] = true
			}
			s.alone = s.alone || len(people[a]) == 0
		}
		s.accounts = len(beside)
	}
}

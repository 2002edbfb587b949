package posture

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"github.com/conshelf/conshelf/internal/incident"
)

// A fault is something that is not as it should be, of a resource or a person.
type fault struct {
	resource, user string
	check, what    string
	severity       incident.Severity
	place          string
}

// Exposures joins what each incident is about, in their order, with what findings
// that are not met rest on, and with every recommendation that is open.
func (e *Export) Exposures(findings []Finding) [][]incident.Exposure {
	faults := e.faults(findings)
	out := make([][]incident.Exposure, len(e.Incidents))
	for i := range e.Incidents {
		for _, t := range e.touched(&e.Incidents[i]) {
			out[i] = append(out[i], e.exposures(&t, faults)...)
		}
		slices.SortFunc(out[i], compareExposures)
		out[i] = slices.Compact(out[i])
	}
	return out
}

func (e *Export) exposures(t *touch, faults []fault) []incident.Exposure {
	var out []incident.Exposure
	for i := range faults {
		f := &faults[i]
		if relation, ok := e.relation(t, f); ok {
			out = append(out, incident.Exposure{
				Entity: t.shown, Relation: relation, Resource: cmp.Or(f.resource, f.user), Check: f.check, What: f.what, Severity: f.severity, Record: f.place,
			})
		}
	}
	return out
}

func compareExposures(a, b incident.Exposure) int {
	return cmp.Or(cmp.Compare(b.Severity, a.Severity), cmp.Compare(a.Entity, b.Entity), cmp.Compare(a.Resource, b.Resource),
		cmp.Compare(a.What, b.What), cmp.Compare(a.Check, b.Check), cmp.Compare(a.Record, b.Record), cmp.Compare(a.Relation, b.Relation))
}

// faults returns what findings rest on, one for each that names it, and the
// recommendations that none names.
func (e *Export) faults(findings []Finding) []fault {
	var out []fault
	named := make(map[string]bool)
	for i := range findings {
		f := &findings[i]
		if f.Verdict != NotMet {
			continue
		}
		for _, v := range f.Evidence {
			named[v.Place+"\x00"+v.Resource] = true
			out = append(out, fault{v.Resource, v.User, f.ID, v.Text, f.Severity, v.Place})
		}
	}
	for i := range e.Assessments {
		a := &e.Assessments[i]
		if a.Status == Unhealthy && !named[a.Place+"\x00"+a.Resource] {
			out = append(out, fault{a.Resource, "", "", a.String(), e.rated(a), a.Place})
		}
	}
	return out
}

// A touch is something that an incident is about.
type touch struct {
	shown    string
	resource string // a resource's id, in lower case
	machine  string // a machine's name, in lower case
	people   []string
	acted    bool
}

// touched returns what an incident is about: its entities, and what the attacker
// acted upon.
func (e *Export) touched(in *incident.Incident) []touch {
	var out []touch
	seen := make(map[string]bool)
	add := func(t touch) {
		key := strings.Join(append([]string{t.shown, t.resource, t.machine}, t.people...), "\x00")
		if !seen[key] {
			seen[key] = true
			out = append(out, t)
		}
	}
	for _, entity := range in.Entities {
		if t, ok := touchOf(entity); ok {
			add(t)
		}
	}
	if in.Trail == nil {
		return out
	}
	for i := range in.Trail.Acts {
		if target := strings.ToLower(in.Trail.Acts[i].Target); strings.HasPrefix(target, "/subscriptions/") && !in.Trail.Acts[i].Failed {
			add(touch{shown: target, resource: target, acted: true})
		}
	}
	return out
}

func touchOf(entity incident.Entity) (touch, bool) {
	t := touch{shown: entity.String(), people: people(entity)}
	switch entity.Type {
	case incident.AzureResource:
		t.resource = strings.ToLower(entity.Identifier("ResourceId"))
	case incident.Host:
		t.resource = strings.ToLower(cmp.Or(entity.Identifier("AzureID"), entity.Identifier("AzureResourceId")))
		name, _, _ := strings.Cut(cmp.Or(entity.Identifier("HostName"), entity.Identifier("NetBiosName"), entity.Identifier("FullName")), ".")
		t.machine = strings.ToLower(name)
	case incident.Account, incident.Mailbox, incident.IP, incident.CloudApplication, incident.URL, incident.File, incident.SecurityGroup, incident.Session:
	}
	return t, t.resource != "" || t.machine != "" || len(t.people) > 0
}

// relation returns what a touch has to do with a fault.
func (e *Export) relation(t *touch, f *fault) (incident.Relation, bool) {
	resource := strings.TrimSuffix(strings.ToLower(f.resource), "/")
	own := strings.TrimSuffix(t.resource, "/")
	switch {
	case resource == "":
		return incident.Is, slices.ContainsFunc(t.people, func(p string) bool { return e.same(p, f.user) })
	case own == resource && t.acted:
		return incident.ActedUpon, true
	case own == resource:
		return incident.Is, true
	case own != "" && strings.HasPrefix(own, resource+"/"):
		return incident.Within, true
	case own != "" && strings.HasPrefix(resource, own+"/"):
		return incident.Holds, true
	case t.machine != "" && machineName(resource) == t.machine:
		return incident.NamedAs, true
	}
	return incident.Is, slices.ContainsFunc(t.people, func(p string) bool { return e.same(p, f.user) })
}

// machineName returns the name of a resource that is a machine, or "".
func machineName(resource string) string {
	for _, kind := range []string{"/microsoft.compute/virtualmachines/", "/microsoft.hybridcompute/machines/"} {
		if _, name, ok := strings.Cut(resource, kind); ok && !strings.Contains(name, "/") {
			return name
		}
	}
	return ""
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

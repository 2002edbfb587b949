package report

import (
	"cmp"
	"slices"
	"strings"

	"github.com/conshelf/conshelf/internal/attack"
	"github.com/conshelf/conshelf/internal/coverage"
	"github.com/conshelf/conshelf/internal/evidence"
	"github.com/conshelf/conshelf/internal/incident"
	"github.com/conshelf/conshelf/internal/respond"
)

// Input is what a report is made of, in any order.
type Input struct {
	Title     string // "" for a plain one
	Version   string // of the program
	Window    incident.Window
	Files     []evidence.File
	Alerts    []incident.Alert // all, also those of incidents
	Incidents []incident.Incident
	Plans     []respond.Plan
	Coverage  coverage.Statement
	Gaps      []incident.Gap // those of the coverage among them
	Rules     []RuleRun
	Facts     *Facts   // the tenant's own that were weighed; nil: none
	Access    []Access // of those incidents that have sign-ins
}

// New returns the document. It changes nothing in its input.
func New(in Input) Document {
	d := Document{
		Title:    cmp.Or(in.Title, "Investigation of Microsoft Entra ID, Microsoft 365 and Azure logs"),
		Version:  in.Version,
		Facts:    in.Facts,
		Coverage: in.Coverage,
		Window:   in.Window,
		Tenants:  tenants(in),
		Files:    append([]evidence.File{}, in.Files...),
		Gaps:     groups(in.Gaps),
		Rules:    append([]RuleRun{}, in.Rules...),
	}
	slices.SortFunc(d.Files, func(a, b evidence.File) int { return cmp.Compare(a.Number, b.Number) })
	slices.SortFunc(d.Rules, func(a, b RuleRun) int {
		return cmp.Or(cmp.Compare(a.Rule.Name, b.Rule.Name), cmp.Compare(a.Rule.ID, b.Rule.ID))
	})
	for _, f := range d.Files {
		d.Records = d.Records.Add(f.Counts)
	}
	d.Incidents = []IncidentSection{}
	incidents := slices.Clone(in.Incidents)
	slices.SortFunc(incidents, compareIncidents)
	for _, inc := range incidents {
		d.Incidents = append(d.Incidents, section(inc, in, d.Files))
	}
	d.Unjoined = unjoined(in, d.Files)
	d.Overview = overview(len(in.Alerts), d)
	return d
}

// compareIncidents orders by severity, the most severe first and those that
// nobody rated before what was rated low, then by time.
func compareIncidents(a, b incident.Incident) int {
	return cmp.Or(cmp.Compare(rank(b.Severity), rank(a.Severity)), a.First.Compare(b.First), cmp.Compare(a.ID, b.ID))
}

func rank(s incident.Severity) int {
	switch s {
	case incident.High:
		return 4
	case incident.Medium:
		return 3
	case incident.Unrated:
		return 2
	case incident.Low:
		return 1
	case incident.Informational:
		return 0
	}
	panic(s)
}

func tenants(in Input) []string {
	all := []string{}
	for _, f := range in.Files {
		all = append(all, f.Tenant)
	}
	for _, inc := range in.Incidents {
		all = append(all, inc.Tenant)
	}
	for _, a := range in.Alerts {
		all = append(all, a.Tenant)
	}
	slices.Sort(all)
	return slices.DeleteFunc(slices.Compact(all), func(t string) bool { return t == "" })
}

func section(inc incident.Incident, in Input, files []evidence.File) IncidentSection {
	s := IncidentSection{Incident: inc, Techniques: techniques(inc)}
	s.Incident.Alerts = slices.Clone(inc.Alerts)
	slices.SortStableFunc(s.Incident.Alerts, compareAlerts)
	for _, a := range s.Incident.Alerts {
		s.Sources = append(s.Sources, sources(a, files))
	}
	for _, phase := range respond.Phases() {
		s.Plan = append(s.Plan, PhaseSteps{phase, stepsOf(inc.ID, phase, in.Plans)})
	}
	if i := slices.IndexFunc(in.Access, func(a Access) bool { return a.Incident == inc.ID }); i >= 0 {
		s.Access = &in.Access[i]
	}
	return s
}

func compareAlerts(a, b incident.Alert) int {
	return cmp.Or(a.First.Compare(b.First), a.Last.Compare(b.Last), cmp.Compare(a.Rule.Name, b.Rule.Name), cmp.Compare(a.ID, b.ID))
}

func stepsOf(id string, phase respond.Phase, plans []respond.Plan) []respond.Step {
	steps := []respond.Step{}
	for _, p := range plans {
		if p.Incident != id {
			continue
		}
		for _, s := range p.Steps {
			if s.Phase == phase {
				steps = append(steps, s)
			}
		}
	}
	return steps
}

func sources(a incident.Alert, files []evidence.File) AlertSources {
	all := AlertSources{Alert: a.ID, Sources: []Source{}, More: max(0, a.OriginCount-int64(len(a.Origins)))}
	byFile := make(map[int64][]int64)
	for _, o := range a.Origins {
		byFile[o.File] = append(byFile[o.File], o.Record)
	}
	for number, records := range byFile {
		s := Source{File: number, Name: "(a file that is not in the evidence table)", Records: records}
		if i := slices.IndexFunc(files, func(f evidence.File) bool { return f.Number == number }); i >= 0 {
			s.Name, s.SHA256 = files[i].Name(), files[i].SHA256
		}
		slices.Sort(s.Records)
		s.Records = slices.Compact(s.Records)
		all.Sources = append(all.Sources, s)
	}
	slices.SortFunc(all.Sources, func(a, b Source) int { return cmp.Compare(a.File, b.File) })
	return all
}

// techniques returns the incident's techniques in the order of the matrix.
func techniques(inc incident.Incident) []Technique {
	var ids []incident.Technique
	ids = append(ids, inc.Techniques...)
	for _, a := range inc.Alerts {
		ids = append(ids, a.Techniques...)
	}
	slices.Sort(ids)
	all := []Technique{}
	for _, id := range slices.Compact(ids) {
		all = append(all, technique(inc, id))
	}
	slices.SortStableFunc(all, func(a, b Technique) int { return cmp.Compare(firstTactic(a), firstTactic(b)) })
	return all
}

func technique(inc incident.Incident, id incident.Technique) Technique {
	t := Technique{ID: id, Tactics: []incident.Tactic{}}
	if known, ok := attack.Lookup(id); ok {
		t.Name = known.Name
		if known.ID != id {
			t.Now = known.ID
		}
	}
	for _, a := range inc.Alerts {
		if !slices.Contains(a.Techniques, id) {
			continue
		}
		t.Alerts++
		for _, tactic := range a.Tactics {
			if attack.Matches(id, tactic) && !slices.Contains(t.Tactics, tactic) {
				t.Tactics = append(t.Tactics, tactic)
			}
		}
	}
	slices.SortFunc(t.Tactics, compareTactics)
	return t
}

func compareTactics(a, b incident.Tactic) int {
	return cmp.Or(cmp.Compare(attack.Order(a), attack.Order(b)), cmp.Compare(a, b))
}

func firstTactic(t Technique) int {
	if len(t.Tactics) == 0 {
		return len(attack.Tactics()) + 1
	}
	return attack.Order(t.Tactics[0])
}

func unjoined(in Input, files []evidence.File) []AlertSection {
	joined := make(map[string]bool)
	for _, inc := range in.Incidents {
		for _, a := range inc.Alerts {
			joined[a.ID] = true
		}
	}
	alerts := slices.DeleteFunc(slices.Clone(in.Alerts), func(a incident.Alert) bool { return joined[a.ID] })
	slices.SortStableFunc(alerts, compareAlerts)
	all := []AlertSection{}
	for _, a := range alerts {
		all = append(all, AlertSection{a, sources(a, files)})
	}
	return all
}

// groups returns the gaps by kind: what a reader must know first is first,
// and a kind that is not known here comes last, never nowhere.
func groups(gaps []incident.Gap) []GapGroup {
	gaps = slices.Clone(gaps)
	slices.SortStableFunc(gaps, func(a, b incident.Gap) int {
		return cmp.Or(cmp.Compare(kindOrder(a.Kind), kindOrder(b.Kind)), incident.CompareGaps(a, b))
	})
	all := []GapGroup{}
	for _, g := range slices.CompactFunc(gaps, func(a, b incident.Gap) bool { return incident.CompareGaps(a, b) == 0 }) {
		if len(all) == 0 || all[len(all)-1].Kind != g.Kind {
			all = append(all, GapGroup{Kind: g.Kind})
		}
		last := &all[len(all)-1]
		last.Gaps = append(last.Gaps, g)
	}
	return all
}

func kindOrder(k incident.GapKind) int {
	order := []incident.GapKind{
		incident.GapMissingTable, incident.GapMissingData, incident.GapLimit, incident.GapFacts, incident.GapRule, incident.GapAccess, incident.GapEvidence,
	}
	if i := slices.Index(order, k); i >= 0 {
		return i
	}
	return len(order)
}

// accounts returns the names of an incident's accounts, each once.
func accounts(inc incident.Incident) []string {
	var names []string
	for _, e := range inc.Entities {
		if e.Type == incident.Account {
			names = append(names, e.String())
		}
	}
	slices.SortFunc(names, func(a, b string) int {
		return cmp.Or(cmp.Compare(strings.ToLower(a), strings.ToLower(b)), cmp.Compare(a, b))
	})
	return slices.Compact(names)
}

package report

import (
	"fmt"
	"slices"

	"github.com/conshelf/conshelf/internal/coverage"
	"github.com/conshelf/conshelf/internal/evidence"
	"github.com/conshelf/conshelf/internal/incident"
)

// A Choice is the part of a document that is wanted.
type Choice struct {
	// Tenant tells whether what is of a tenant is wanted; nil: of all.
	Tenant func(tenant string) bool
	// Incident tells whether an incident is wanted, by its ID; nil: all are, and
	// the alerts that are in none.
	Incident func(id string) bool
	Name     string // of the choice, for the reader; empty: everything
}

// Select returns the part of the document, whose first words say that it is
// one. What is of no tenant stays; what an incident shares with those of another
// tenant that is not wanted does not.
func Select(d Document, c Choice) Document {
	of := func(tenant string) bool { return c.Tenant == nil || c.Tenant(tenant) }
	all := len(d.Incidents)
	d.Tenants = slices.DeleteFunc(slices.Clone(d.Tenants), func(t string) bool { return !of(t) })
	d.Incidents = slices.DeleteFunc(slices.Clone(d.Incidents), func(s IncidentSection) bool {
		return !of(s.Incident.Tenant) || c.Incident != nil && !c.Incident(s.Incident.ID)
	})
	for i := range d.Incidents {
		in := &d.Incidents[i].Incident
		in.Elsewhere = slices.DeleteFunc(slices.Clone(in.Elsewhere), func(e incident.Elsewhere) bool { return !of(e.Tenant) })
		in.Unlisted = slices.DeleteFunc(slices.Clone(in.Unlisted), func(u incident.Unlisted) bool { return !of(u.Tenant) })
	}
	d.Unjoined = slices.DeleteFunc(slices.Clone(d.Unjoined), func(s AlertSection) bool { return c.Incident != nil || !of(s.Alert.Tenant) })
	d.Files = slices.DeleteFunc(slices.Clone(d.Files), func(f evidence.File) bool { return f.Tenant != "" && !of(f.Tenant) })
	d.Records = evidence.Counts{}
	for _, f := range d.Files {
		d.Records = d.Records.Add(f.Counts)
	}
	d.Coverage.Tables = slices.DeleteFunc(slices.Clone(d.Coverage.Tables), func(t coverage.Table) bool { return t.Tenant != "" && !of(t.Tenant) })
	d.Coverage.Gaps = gapsOf(d.Coverage.Gaps, of)
	var gaps []incident.Gap
	for _, g := range d.Gaps {
		gaps = append(gaps, gapsOf(g.Gaps, of)...)
	}
	d.Gaps = groups(gaps)
	alerts := d.alerts()
	d.Rules = slices.Clone(d.Rules)
	for i := range d.Rules {
		d.Rules[i].Alerts = countOf(alerts, d.Rules[i].Rule.ID)
	}
	d.Facts = factsOver(d.Facts, alerts)
	d.Overview = overview(len(alerts), d)
	if c.Name != "" {
		d.Overview.Verdict = fmt.Sprintf("This is a part of the report, %s: %d of %s. %s", c.Name, len(d.Incidents), count(all, "incident"), d.Overview.Verdict)
	}
	return d
}

// gapsOf returns the gaps of what is wanted. A gap that names no tenant is
// everybody's.
func gapsOf(gaps []incident.Gap, of func(tenant string) bool) []incident.Gap {
	return slices.DeleteFunc(slices.Clone(gaps), func(g incident.Gap) bool { return g.Tenant != "" && !of(g.Tenant) })
}

// alerts are all that the document has.
func (d Document) alerts() []incident.Alert {
	var all []incident.Alert
	for _, s := range d.Incidents {
		all = append(all, s.Incident.Alerts...)
	}
	for _, s := range d.Unjoined {
		all = append(all, s.Alert)
	}
	return all
}

// factsOver returns the facts as they weigh on some of the alerts.
func factsOver(f *Facts, alerts []incident.Alert) *Facts {
	if f == nil {
		return nil
	}
	out := *f
	out.Weigh = 0
	for _, a := range alerts {
		if len(a.Terms) > 0 {
			out.Weigh++
		}
	}
	return &out
}

// countOf counts the alerts of a rule.
func countOf(alerts []incident.Alert, rule string) int {
	n := 0
	for _, a := range alerts {
		if a.Rule.ID == rule {
			n++
		}
	}
	return n
}

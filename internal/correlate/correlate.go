// Package correlate joins alerts into incidents: one attack, one incident. It
// is pure, and the order of the alerts makes no difference.
//
//	alerts ──▶ subjects ──▶ links ──▶ groups ──▶ incidents
//	           who and      which     what       story, stages,
//	           what each    two and   hangs      severity
//	           is about     why       together
//
// Two alerts are joined by somebody or something that both are about: an
// account in any of its spellings, a session, an application, a device, or an
// address that few people share. An alert of low severity is context: it joins the
// attack it is nearest to, and never makes one attack of two. What is only
// informational is no incident: it is in one as context, or was seen in passing.
package correlate

import (
	"cmp"
	"slices"

	"github.com/conshelf/conshelf/internal/incident"
)

// Incidents joins the alerts. Each alert is in exactly one incident, but for
// those of severity Informational that nothing graver is joined with, which are
// in none; one that is given twice counts once. The incidents are ordered by
// time.
func Incidents(alerts []incident.Alert) []incident.Incident {
	alerts = inOrder(alerts)
	links := join(alerts, subjectsOf(alerts))
	incidents := make([]incident.Incident, 0, len(alerts))
	for _, g := range groups(len(alerts), links) {
		if in := build(alerts, g); in.Severity != incident.Informational {
			incidents = append(incidents, in)
		}
	}
	slices.SortFunc(incidents, func(a, b incident.Incident) int {
		return cmp.Or(a.First.Compare(b.First), a.Last.Compare(b.Last), cmp.Compare(a.ID, b.ID))
	})
	return incidents
}

// inOrder returns the alerts by time, then id, each once.
func inOrder(alerts []incident.Alert) []incident.Alert {
	alerts = slices.Clone(alerts)
	slices.SortFunc(alerts, compareAlerts)
	return slices.CompactFunc(alerts, func(a, b incident.Alert) bool { return a.ID == b.ID && a.Tenant == b.Tenant })
}

func compareAlerts(a, b incident.Alert) int {
	return cmp.Or(a.First.Compare(b.First), a.Last.Compare(b.Last), cmp.Compare(a.ID, b.ID), cmp.Compare(a.Tenant, b.Tenant))
}

// Core tells whether an alert can be an attack by itself. One that nobody
// rated can.
func Core(a incident.Alert) bool {
	switch a.Severity {
	case incident.Unrated, incident.Medium, incident.High:
		return true
	case incident.Informational, incident.Low:
		return false
	}
	panic(a.Severity)
}

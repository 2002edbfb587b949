// Package report turns an investigation's results into one document, and the
// document into HTML, Markdown, JSON and a terminal's summary. A document
// depends on its input alone: no clock, no machine. What could not be seen is
// part of it, beside what was found.
package report

import (
	"slices"

	"github.com/conshelf/conshelf/internal/coverage"
	"github.com/conshelf/conshelf/internal/evidence"
	"github.com/conshelf/conshelf/internal/incident"
	"github.com/conshelf/conshelf/internal/respond"
)

// A Document is a report, as data.
type Document struct {
	Title     string             `json:"title"`
	Version   string             `json:"version"` // of the program
	Tenants   []string           `json:"tenants"`
	Window    incident.Window    `json:"window"`
	Overview  Overview           `json:"overview"`
	Incidents []IncidentSection  `json:"incidents"` // most severe first
	Unjoined  []AlertSection     `json:"unjoined"`  // alerts that joined no incident
	Coverage  coverage.Statement `json:"coverage"`  // its gaps are among Gaps
	Gaps      []GapGroup         `json:"gaps"`
	Rules     []RuleRun          `json:"rules"`
	Files     []evidence.File    `json:"files"`
	Records   evidence.Counts    `json:"records"` // of all files
	// Facts are the tenant's own that were weighed on severities. Nil: none.
	Facts *Facts `json:"facts,omitempty"`
}

// Facts is the file in which a tenant declares what it says of itself.
type Facts struct {
	Name   string          `json:"name"`
	SHA256 evidence.Digest `json:"sha256"`
	Weigh  int             `json:"weigh"` // alerts that a fact is about
}

// An Overview is what a reader who stops after a page should know.
type Overview struct {
	Verdict   string          `json:"verdict"` // sentences
	Incidents []SeverityCount `json:"incidents"`
	Alerts    int             `json:"alerts"`
	Gaps      int             `json:"gaps"`
	RulesRun  int             `json:"rulesRun"`
	RulesNot  int             `json:"rulesNotRun"`
	Top       []Finding       `json:"top"`
	More      int             `json:"more"` // incidents that are not in Top
}

// A SeverityCount is how many incidents are of a severity.
type SeverityCount struct {
	Severity incident.Severity `json:"severity"`
	Count    int               `json:"count"`
}

// Finding returns the incident in a line.
func (s IncidentSection) Finding() Finding {
	return Finding{Tenant: s.Incident.Tenant, Incident: s.Incident.ID, Severity: s.Incident.Severity, Title: s.Incident.Title}
}

// A Finding is one incident in a line.
type Finding struct {
	Tenant   string            `json:"tenant,omitempty"`
	Incident string            `json:"incident"` // its ID
	Severity incident.Severity `json:"severity"`
	Title    string            `json:"title"`
}

// An IncidentSection is an incident with what a reader needs to follow it.
type IncidentSection struct {
	Incident   incident.Incident `json:"incident"` // alerts by time
	Sources    []AlertSources    `json:"sources"`  // one for each alert, in their order
	Techniques []Technique       `json:"techniques"`
	Plan       []PhaseSteps      `json:"plan"` // all five phases
	// Access says why its sign-ins passed. Nil: no sign-in of its is in the evidence.
	Access *Access `json:"access,omitempty"`
}

// An AlertSection is an alert that stands alone.
type AlertSection struct {
	Alert   incident.Alert `json:"alert"`
	Sources AlertSources   `json:"sources"`
}

// AlertSources is the records behind an alert, by file.
type AlertSources struct {
	Alert   string   `json:"alert"` // its ID
	Sources []Source `json:"sources"`
	More    int64    `json:"more"` // records that are not listed
}

// A Source is records of one file.
type Source struct {
	File    int64           `json:"file"`
	Name    string          `json:"name"`
	SHA256  evidence.Digest `json:"sha256"`
	Records []int64         `json:"records"` // sorted
}

// A Technique is an ATT&CK technique with its name.
type Technique struct {
	ID      incident.Technique `json:"id"`            // as the rules give it
	Now     incident.Technique `json:"now,omitempty"` // what took its place
	Name    string             `json:"name"`          // "" if ATT&CK has no such technique
	Tactics []incident.Tactic  `json:"tactics"`       // those that the incident shows
	Alerts  int                `json:"alerts"`
}

// PhaseSteps is the steps of one phase, in the order to carry out.
type PhaseSteps struct {
	Phase respond.Phase  `json:"phase"`
	Steps []respond.Step `json:"steps"`
}

// A GapGroup is the gaps of one kind.
type GapGroup struct {
	Kind incident.GapKind `json:"kind"`
	Gaps []incident.Gap   `json:"gaps"`
}

// A RuleRun is what became of a rule. Where NotRun and Partly are empty it ran
// over all that it asks for.
type RuleRun struct {
	Rule       incident.Rule        `json:"rule"`
	Severity   incident.Severity    `json:"severity"`
	Techniques []incident.Technique `json:"techniques"`
	Alerts     int                  `json:"alerts"`
	NotRun     string               `json:"notRun,omitempty"` // why it did not
	Partly     string               `json:"partly,omitempty"` // why it saw only a part
}

// ran says in words whether the rule ran.
func (r RuleRun) ran() string {
	switch {
	case r.NotRun != "":
		return "no: " + r.NotRun
	case r.Partly != "":
		return "in part: " + r.Partly
	}
	return "yes"
}

// Problems returns the gaps that are rules which could not run.
func (d Document) Problems() []incident.Gap {
	var gaps []incident.Gap
	for _, group := range d.Gaps {
		if group.Kind == incident.GapRule {
			gaps = append(gaps, group.Gaps...)
		}
	}
	return gaps
}

// Tenantless tells whether an incident or an alert of the report is of records
// that name no tenant.
func (d Document) Tenantless() bool {
	return slices.ContainsFunc(d.Incidents, func(s IncidentSection) bool { return s.Incident.Tenant == "" }) ||
		slices.ContainsFunc(d.Unjoined, func(a AlertSection) bool { return a.Alert.Tenant == "" })
}

// apart tells whether records that name no tenant were looked at beside those
// of several.
func (d Document) apart() bool { return len(d.Tenants) > 1 && d.Tenantless() }

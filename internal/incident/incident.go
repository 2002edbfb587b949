// Package incident holds what an investigation finds, in Sentinel's words:
// alerts, entities, incidents, and the gaps in what could be looked at. It
// declares data and orders it; it decides nothing.
package incident

import (
	"fmt"
	"time"

	"github.com/conshelf/conshelf/internal/evidence"
)

// A Severity is how much an alert or an incident matters.
type Severity int

// The severities. The zero Severity is Unrated: nobody said, so it is not
// "nothing".
const (
	Unrated Severity = iota
	Informational
	Low
	Medium
	High
)

var severityNames = [...]string{"Unrated", "Informational", "Low", "Medium", "High"}

func (s Severity) String() string {
	if s < 0 || int(s) >= len(severityNames) {
		panic(fmt.Sprintf("severity %d", int(s)))
	}
	return severityNames[s]
}

// ParseSeverity returns the severity of that name.
func ParseSeverity(name string) (Severity, bool) {
	for i, n := range severityNames {
		if n == name {
			return Severity(i), true
		}
	}
	return Unrated, false
}

// MarshalText writes the name.
func (s Severity) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// UnmarshalText reads a name.
func (s *Severity) UnmarshalText(text []byte) error {
	v, ok := ParseSeverity(string(text))
	if !ok {
		return fmt.Errorf("unknown severity %q", text)
	}
	*s = v
	return nil
}

// A Technique is an ATT&CK technique id: T1078.004.
type Technique string

// A Tactic is an ATT&CK tactic as Sentinel spells it: InitialAccess.
type Tactic string

// A Window is a span of time, From <= t < To. The zero Window is all time.
type Window struct {
	From time.Time `json:"from"`
	To   time.Time `json:"to"`
}

// A Rule names the analytics rule that an alert or a gap is of.
type Rule struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

// An Alert is one match of a rule: what it saw, when, about whom, and the
// records that say so.
type Alert struct {
	ID         string      `json:"id"` // from its content: the same match has the same id
	Rule       Rule        `json:"rule"`
	Severity   Severity    `json:"severity"`
	Tactics    []Tactic    `json:"tactics"`
	Techniques []Technique `json:"techniques"`
	Tenant     string      `json:"tenant,omitempty"`
	First      time.Time   `json:"first"` // of the events behind it
	Last       time.Time   `json:"last"`
	Entities   []Entity    `json:"entities"`
	Details    []Detail    `json:"details"` // the row's columns, in order
	// Origins are the records behind the alert, sorted; OriginCount is how
	// many there are, which may be more than are listed.
	Origins     []evidence.Origin `json:"origins"`
	OriginCount int64             `json:"originCount"`
	Description string            `json:"description"`
	// Terms are the tenant's own facts that were weighed on the severity, in the
	// order in which they were. The rule's own severity is the From of the first.
	Terms []Term `json:"terms,omitempty"`
}

// A Detail is a column of the row that a rule returned, as text.
type Detail struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// Detail returns the value of the detail called name, or ”.
func (a Alert) Detail(name string) string {
	for _, d := range a.Details {
		if d.Name == name {
			return d.Value
		}
	}
	return ""
}

// An Incident is alerts that belong together, and why.
type Incident struct {
	ID         string      `json:"id"` // from its content
	Title      string      `json:"title"`
	Severity   Severity    `json:"severity"`
	Tenant     string      `json:"tenant,omitempty"`
	First      time.Time   `json:"first"`
	Last       time.Time   `json:"last"`
	Alerts     []Alert     `json:"alerts"` // by time
	Links      []Link      `json:"links"`
	Entities   []Entity    `json:"entities"`
	Stages     []Stage     `json:"stages"` // in ATT&CK's order of tactics
	Techniques []Technique `json:"techniques"`
	// Terms are the tenant's own facts that were weighed on its alerts, each
	// once, in their order.
	Terms []Term `json:"terms,omitempty"`
	// Elsewhere is what incidents of other tenants name too. They are not joined.
	// It is by tenant, the incidents that share the most telling first.
	Elsewhere []Elsewhere `json:"elsewhere,omitempty"`
	// Unlisted counts what Elsewhere leaves out, by tenant.
	Unlisted []Unlisted `json:"unlisted,omitempty"`
	// Story and Trail are nil where the evidence was not searched for them.
	Story *Story `json:"story,omitempty"`
	Trail *Trail `json:"trail,omitempty"`
	// Exposures are its entities on what is not as it should be, the most severe
	// first, as far as the evidence holds configuration of Azure.
	Exposures []Exposure `json:"exposures,omitempty"`
}

// A Link says why two alerts are of one incident.
type Link struct {
	From   string `json:"from"` // alert id
	To     string `json:"to"`
	Entity Entity `json:"entity"` // what they share
	Reason string `json:"reason"` // a sentence
}

// An Elsewhere is what an incident of another tenant names too.
type Elsewhere struct {
	Entity   Entity `json:"entity"`
	Tenant   string `json:"tenant,omitempty"` // empty: its records name none
	Incident string `json:"incident"`         // its ID
}

// An Unlisted is how much of one tenant is shared and not listed.
type Unlisted struct {
	Tenant    string `json:"tenant,omitempty"`    // empty: its records name none
	Incident  string `json:"incident,omitempty"`  // listed with some of what it shares; empty: of those that are not listed
	Incidents int    `json:"incidents,omitempty"` // that are not listed; 0 if Incident is one
	Entities  int    `json:"entities,omitempty"`  // of Incident that are not listed
}

// A Stage is what an incident shows of one tactic.
type Stage struct {
	Tactic     Tactic      `json:"tactic"`
	Techniques []Technique `json:"techniques"`
	First      time.Time   `json:"first"`
	Last       time.Time   `json:"last"`
	Alerts     []string    `json:"alerts"` // ids, by time
}

// A GapKind is why something was not looked at.
type GapKind string

// The kinds.
const (
	GapMissingTable GapKind = "missing table" // no file fed it
	GapMissingData  GapKind = "missing data"  // a window without logs, a column that nothing filled
	GapRule         GapKind = "rule"          // a rule that could not run
	GapEvidence     GapKind = "evidence"      // a file or records that were not understood
	GapLimit        GapKind = "limit"         // an export limit, a cap, a permission, a licence
	GapFacts        GapKind = "tenant facts"  // what the tenant did not declare of itself
	GapAccess       GapKind = "policies"      // of Conditional Access, or what they refer to
)

// A Gap is something that could not be looked at, and what that means.
type Gap struct {
	Kind        GapKind `json:"kind"`
	Subject     string  `json:"subject"` // a table, a rule, a file
	Tenant      string  `json:"tenant,omitempty"`
	Window      Window  `json:"window"`
	Reason      string  `json:"reason"`
	Consequence string  `json:"consequence"` // what cannot be concluded
	// Tables are those whose rows are missing, and Weakens the rules that read
	// one of them: that such a rule found nothing means less.
	Tables  []string `json:"tables,omitempty"`
	Weakens []string `json:"weakens,omitempty"` // by name, sorted
}

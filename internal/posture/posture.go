// Package posture checks what a tenant's exports say of Defender for Cloud and
// Defender for Cloud Apps against what the guide asks for: recommendations,
// plans, access to machines just in time, vaults, consent, and whether what
// happened in the logs raised the alerts that it should have. It is pure.
//
//	files of an export ──Read──────┐
//	a case's documents ──Document──┤
//	rows of its tables ──Row───────┼──▶ Export ──Findings──▶ []Finding ──Exposures──▶ [][]incident.Exposure
//	an inventory ──Inventory───────┤
//	incidents ──Incidents──────────┘
//
// Its one rule: what is not there was not looked at, and that is no pass. A
// check is met only by a record that says so.
package posture

import (
	"github.com/conshelf/conshelf/internal/incident"
)

// A Verdict is whether a check is met. The zero Verdict is NotLookedAt.
type Verdict int

// The verdicts.
const (
	NotLookedAt Verdict = iota
	Met
	NotMet
)

// String returns the verdict's name, which is part of the program's interface.
func (v Verdict) String() string {
	switch v {
	case NotLookedAt:
		return "notLookedAt"
	case Met:
		return "met"
	case NotMet:
		return "notMet"
	}
	panic(v)
}

// A Finding is what became of one check.
type Finding struct {
	ID, Title string
	Source    string // the paragraph of the guide that asks for it
	Severity  incident.Severity
	Verdict   Verdict
	// Evidence is what does not meet the check; of one that is met, what does.
	Evidence   []Evidence
	Note       string // why it was not looked at, or what else there is to know
	Obtain     string // how to get what is missing
	Remedy     string
	Techniques []incident.Technique
}

// Evidence is one thing that a verdict rests on.
type Evidence struct {
	Text     string
	Place    string // the record that says so; empty: that there is none
	Resource string // the id of the resource that it is about; may be empty
	User     string // whom it is about, by name or id; may be empty
}

// String returns the text with its place.
func (e Evidence) String() string {
	if e.Place == "" {
		return e.Text
	}
	return e.Text + " (" + e.Place + ")"
}

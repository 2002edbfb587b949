// Package posture reads what Defender for Cloud exports of a subscription and
// checks it against what the guide asks for: recommendations, plans, access to
// machines just in time, and vaults. It is pure.
//
//	assessments, plans, JIT policies ──Reader──▶ Export ──Findings──▶ []Finding
//
// Its one rule: what the export does not hold was not looked at, and that is no
// pass.
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
	ID, Title  string
	Severity   incident.Severity
	Verdict    Verdict
	Evidence   []string // what does not meet the check
	Note       string   // why it was not looked at, or what else there is to know
	Remedy     string
	Techniques []incident.Technique
}

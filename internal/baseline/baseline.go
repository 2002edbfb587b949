// Package baseline holds a tenant's Conditional Access policies against what
// others recommend. Each check has two verdicts: compat, which is the source's
// own rule over how policies are written, and effective, which evaluates
// sign-ins and looks for one that the policies let through. It is pure.
//
//	Tenant, Facts ──Lint──▶ []Finding{Compat, Effective, Witness}
//
// Its one rule: a verdict that does not follow from what was exported is
// unknown. Unknown is no pass, and who is a break-glass account is declared,
// never guessed.
package baseline

import (
	"github.com/conshelf/conshelf/internal/condaccess"
	"github.com/conshelf/conshelf/internal/incident"
)

// A Verdict is whether a check is met. The zero Verdict is Unknown: what was not
// exported is no pass.
type Verdict int

// The verdicts.
const (
	Unknown Verdict = iota
	Met
	NotMet
	NotAsked // the source asks nothing of the kind that this verdict is about
)

// String returns the verdict's name, which is part of the program's interface.
func (v Verdict) String() string {
	switch v {
	case Unknown:
		return "unknown"
	case Met:
		return "met"
	case NotMet:
		return "notMet"
	case NotAsked:
		return "notAsked"
	}
	panic(v)
}

// A Finding is what became of one check.
type Finding struct {
	ID, Source, Title string
	Severity          incident.Severity
	Why, Remedy       string
	Compat            Verdict
	By                []string // policies that meet the source's rule
	CompatNote        string   // why compat is unknown
	Effective         Verdict
	// Witness is a sign-in that is let through where it should be stopped, or is
	// stopped where it should get through, or one of which that is not known.
	Witness string
	Reasons []string // why Effective is unknown
}

// Disagrees tells whether the source's rule and the evaluation come to opposite
// verdicts.
func (f *Finding) Disagrees() bool {
	return f.Compat == Met && f.Effective == NotMet || f.Compat == NotMet && f.Effective == Met
}

// Fails tells whether either verdict is that the check is not met.
func (f *Finding) Fails() bool { return f.Compat == NotMet || f.Effective == NotMet }

// Lint makes every check, in the order of their sources.
func Lint(t *condaccess.Tenant, f *Facts) []Finding {
	var out []Finding
	b := newBench(t, f.in(t))
	for _, c := range checks() {
		out = append(out, c.judge(b))
	}
	return out
}

// Compat returns one source's own verdict. It is false for a check that is not
// known.
func Compat(id string, t *condaccess.Tenant, f *Facts) (Verdict, bool) {
	for _, c := range checks() {
		if c.id == id {
			return c.compatVerdict(t, f.in(t)).verdict, true
		}
	}
	return Unknown, false
}

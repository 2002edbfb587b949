package baseline

import (
	"slices"

	"github.com/conshelf/conshelf/internal/condaccess"
	"github.com/conshelf/conshelf/internal/incident"
)

// A check is one recommendation of a source.
type check struct {
	id, source, title string
	severity          incident.Severity
	why, remedy       string
	// one is the source's rule for one policy, of which one is enough; rule is that
	// for all of them, where the source has such a one. Neither: nothing is asked of
	// how policies are written.
	one  func(*policy) bool
	rule func(*condaccess.Tenant, *Facts) compat
	// premium says that the rule needs the licence for risk.
	premium bool
	ask     *question
}

// A compat is the verdict of a source's own rule.
type compat struct {
	verdict Verdict
	by      []string
	note    string
}

// A policy is a policy as a rule sees it.
type policy struct {
	*condaccess.Policy
	facts *Facts
	check string
}

// checks returns every check, in order.
func checks() []check {
	return slices.Concat(scuba(), cis(), maester(), microsoft(), zeroTrust(), guide())
}

func (c *check) judge(b *bench) Finding {
	out := Finding{ID: c.id, Source: c.source, Title: c.title, Severity: c.severity, Why: c.why, Remedy: c.remedy}
	own := c.compatVerdict(b.tenant, b.facts)
	out.Compat, out.By, out.CompatNote = own.verdict, own.by, own.note
	out.Effective = NotAsked
	if c.ask != nil {
		a := c.ask.answer(b, c.id)
		out.Effective, out.Witness, out.Reasons = a.verdict, a.witness, a.reasons
	}
	return out
}

func (c *check) compatVerdict(t *condaccess.Tenant, f *Facts) compat {
	switch {
	case c.rule != nil:
		return c.rule(t, f)
	case c.one == nil:
		return compat{verdict: NotAsked}
	case c.premium && !f.PlansKnown:
		return compat{note: "the tenant's service plans are not among the facts, and the rule asks for AAD_PREMIUM_P2"}
	case c.premium && !slices.Contains(f.ServicePlans, "AAD_PREMIUM_P2"):
		return compat{verdict: NotMet, note: "the tenant has no AAD_PREMIUM_P2, which the rule asks for"}
	}
	return c.any(t, f)
}

// any is met by a single policy. Where there may be policies that are not here,
// that there is none is not known.
func (c *check) any(t *condaccess.Tenant, f *Facts) compat {
	out := compat{verdict: NotMet}
	for _, p := range t.Policies {
		if !p.Deleted && cutOff(p) == "" && c.one(&policy{p, f, c.id}) {
			out.by = append(out.by, name(p))
		}
	}
	switch {
	case len(out.by) > 0:
		out.verdict = Met
	case lacking(t) != "":
		out.verdict, out.note = Unknown, lacking(t)
	}
	return out
}

// lacking says why there may be more to the tenant's policies than was read:
// policies that are not here, or parts of those that may be enforced. It is ""
// where there is not.
func lacking(t *condaccess.Tenant) string {
	if len(t.Incomplete) > 0 {
		return t.Incomplete[0]
	}
	for _, p := range t.Policies {
		if p.Deleted || p.State == condaccess.Disabled || p.State == condaccess.ReportOnly {
			continue
		}
		if at := cutOff(p); at != "" {
			return name(p) + ": " + at + " was cut off when it was exported"
		}
	}
	return ""
}

// cutOff returns where a policy was cut off when it was exported, or "".
func cutOff(p *condaccess.Policy) string {
	for _, u := range p.Unread {
		if u.CutOff() {
			return u.Path
		}
	}
	return ""
}

func name(p *condaccess.Policy) string {
	if p.Name != "" {
		return p.Name
	}
	return p.ID
}

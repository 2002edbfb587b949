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
		if !p.Deleted && c.one(&policy{p, f, c.id}) {
			out.by = append(out.by, name(p))
		}
	}
	switch {
	case len(out.by) > 0:
		out.verdict = Met
	case len(t.Incomplete) > 0:
		out.verdict, out.note = Unknown, t.Incomplete[0]
	}
	return out
}

func name(p *condaccess.Policy) string {
	if p.Name != "" {
		return p.Name
	}
	return p.ID
}

package baseline

import (
	"slices"

	"github.com/conshelf/conshelf/internal/condaccess"
	"github.com/conshelf/conshelf/internal/incident"
)

const sourceGuide = "conshelf guide"

// guide returns what the guide itself asks for: its practical example, and its
// fifth chapter's enforcement.
func guide() []check {
	return []check{
		{
			id: "GUIDE.2.1-example", source: sourceGuide, title: "Block High-Risk Sign-Ins, for all but break-glass accounts", severity: incident.High,
			why: "An adversary with credentials uses them at once (T1078).", remedy: "Block sign-in risk high for all users; exclude the break-glass accounts and nobody else.",
			one: func(p *policy) bool {
				return p.everybody() && p.excludesBreakGlassOnly() && p.signInRisk("high") && p.blocks()
			},
			ask: &question{profile: everything, risks: []string{"high"}},
		},
		{
			id: "GUIDE.2.1-legacy", source: sourceGuide, title: "Legacy protocols are restricted or disabled", severity: incident.High,
			why: "POP, IMAP and SMTP cannot do MFA, and are sprayed (T1110).", remedy: "Block the clients exchangeActiveSync and other.",
			one: func(p *policy) bool { return p.everybody() && p.clients("other", "exchangeActiveSync") && p.blocks() },
			ask: &question{profile: everything, clients: []string{"other", "exchangeActiveSync"}},
		},
		{
			id: "GUIDE.5.1-risk", source: sourceGuide, title: "High-risk sign-ins are verified or blocked", severity: incident.High,
			why: "Credentials of others are used in real time (T1078).", remedy: "At sign-in risk high require MFA, or block.",
			one: func(p *policy) bool { return p.everybody() && p.signInRisk("high") && (p.mfa() || p.blocks()) },
			ask: &question{profile: passwordOnly, risks: []string{"high"}},
		},
		{
			id: "GUIDE.5.1-ranges", source: sourceGuide, title: "Malicious ranges are blocked by named locations", severity: incident.Medium,
			why: "The same addresses come back with the same credentials (T1078, T1110).", remedy: "Define the ranges as a named location that is not trusted, and block it, or block all but known places.",
			rule: blockedPlaces,
		},
	}
}

// excludesBreakGlassOnly tells whether the policy excludes the declared accounts
// and nobody and nothing else.
func (p *policy) excludesBreakGlassOnly() bool {
	x, b := &p.Conditions.Users.Exclude, &p.facts.BreakGlass
	return len(without(x.Users, b.Users)) == 0 && len(without(x.Groups, b.Groups)) == 0 && len(x.Roles) == 0 && x.Guests == nil &&
		len(p.Conditions.Applications.Exclude) == 0
}

// blockedPlaces is met by a policy for everybody that blocks a place which is
// not all of them and not trusted, or all places but some.
func blockedPlaces(t *condaccess.Tenant, f *Facts) compat {
	trusted := []string{"AllTrusted"}
	for _, l := range t.Locations {
		if l.Trusted == condaccess.Yes {
			trusted = append(trusted, l.ID, l.Alias)
		}
	}
	c := check{one: func(p *policy) bool {
		l := &p.Conditions.Locations
		all := slices.Contains(l.Include, "All")
		return p.everybody() && p.blocks() && (all && len(l.Exclude) > 0 || !all && len(without(l.Include, trusted)) > 0)
	}}
	return c.any(t, f)
}

package baseline

import (
	"slices"
	"strings"

	"github.com/conshelf/conshelf/internal/condaccess"
	"github.com/conshelf/conshelf/internal/incident"
)

const sourceMicrosoft = "Microsoft managed policies"

// microsoft returns what Microsoft's managed policies do.
func microsoft() []check {
	return []check{
		{
			id: "MSFT.managed", source: sourceMicrosoft, title: "No managed policy is left off", severity: incident.Medium,
			why: "Microsoft made the policy for this tenant; off or report-only, it stops nobody.", remedy: "Turn the policy on, or have one of your own that does the same.",
			rule: managedOff,
		},
		{
			id: "MSFT.admin-portals", source: sourceMicrosoft, title: "MFA is required of administrators in Microsoft's admin portals", severity: incident.High,
			why: "The portals change the tenant (T1078.004).", remedy: "Require MFA of the fourteen roles for MicrosoftAdminPortals.",
			one: func(p *policy) bool {
				return p.enabled() && (p.allUsers() || p.admins()) && p.app("MicrosoftAdminPortals") && p.mfa()
			},
			ask: &question{profile: passwordOnly, who: administrators, app: "MicrosoftAdminPortals"},
		},
		{
			id: "MSFT.risky-reauth", source: sourceMicrosoft, title: "Risky sign-ins authenticate again with MFA", severity: incident.High,
			why: "A risky sign-in is probably not the user's (T1078).", remedy: "At sign-in risk high require MFA every time.",
			one: func(p *policy) bool { return p.everybody() && p.signInRisk("high") && p.verifiedOrBlocked() },
			ask: &question{profile: passwordOnly, risks: []string{"high"}},
		},
		{
			id: "MSFT.legacy", source: sourceMicrosoft, title: "Legacy authentication is blocked", severity: incident.High,
			why: "Old protocols cannot do MFA, and are sprayed (T1110).", remedy: "Block the clients exchangeActiveSync and other for all users and resources.",
			one: func(p *policy) bool { return p.everybody() && p.clients("other", "exchangeActiveSync") && p.blocks() },
			ask: &question{profile: everything, clients: []string{"other", "exchangeActiveSync"}},
		},
		{
			id: "MSFT.device-code", source: sourceMicrosoft, title: "Device code flow is blocked", severity: incident.Medium,
			why: "A user who types an attacker's code signs the attacker in (T1566, T1528).", remedy: "Block the flow deviceCodeFlow for all users and resources.",
			one: func(p *policy) bool { return p.blocksFlow("deviceCodeFlow") },
			ask: &question{profile: everything, flow: "deviceCodeFlow"},
		},
		{
			id: "MSFT.all-users", source: sourceMicrosoft, title: "MFA is required of all users", severity: incident.High,
			why: "A password alone is guessed, sprayed and bought (T1110).", remedy: "Require MFA of all users for all resources.",
			one: func(p *policy) bool { return p.everybody() && p.mfa() },
			ask: &question{profile: passwordOnly},
		},
		{
			id: "MSFT.resistant-admins", source: sourceMicrosoft, title: "Phishing-resistant MFA is required of administrators", severity: incident.High,
			why: "Who phishes an administrator has the tenant (T1078.004, T1557).", remedy: "Require the strength Phishing-resistant MFA of the fourteen roles for all resources.",
			one: func(p *policy) bool { return p.enabled() && p.admins() && p.allApps() && p.resistant() },
			ask: &question{profile: phished, who: administrators},
		},
		{
			id: "MSFT.risky-agents", source: sourceMicrosoft, title: "Agents at high risk are blocked", severity: incident.Medium,
			why: "An agent at high risk is probably another's to command (T1078.004).", remedy: "Block all agent identities at agent risk high, for all resources.",
			one: func(p *policy) bool { return p.blocksRiskyAgents() },
		},
	}
}

// blocksRiskyAgents tells whether the policy blocks all agent identities at high
// risk.
func (p *policy) blocksRiskyAgents() bool {
	a := &p.Conditions.Agents
	return p.enabled() && slices.Contains(a.Include, "All") && len(a.Exclude) == 0 && slices.Contains(p.Conditions.AgentRisk, "high") && p.allApps() && p.blocks()
}

// managedOff is not met by a policy under Microsoft's name that is not enforced.
func managedOff(t *condaccess.Tenant, _ *Facts) compat {
	var all, off []string
	for _, p := range t.Policies {
		if p.Deleted || !strings.HasPrefix(p.Name, "Microsoft-managed:") {
			continue
		}
		all = append(all, name(p))
		if p.State != condaccess.Enabled {
			off = append(off, name(p)+" ("+p.State.String()+")")
		}
	}
	switch {
	case len(off) > 0:
		return compat{verdict: NotMet, by: off}
	case len(all) == 0:
		return compat{note: "no policy has the name of a managed one"}
	case lacking(t) != "":
		return compat{note: lacking(t)}
	}
	return compat{verdict: Met, by: all}
}

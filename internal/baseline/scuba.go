package baseline

import (
	"slices"
	"strings"

	"github.com/conshelf/conshelf/internal/condaccess"
	"github.com/conshelf/conshelf/internal/incident"
)

const sourceSCuBA = "CISA SCuBA"

// excludesOnly tells whether the policy excludes no role, and nobody and nothing
// else but what the configuration exempts from the check.
func (p *policy) excludesOnly() bool {
	x, e := &p.Conditions.Users.Exclude, p.facts.Exemptions[p.check]
	return len(x.Roles) == 0 && !p.unread("conditions.users.exclude") && subset(x.Users, e.Users) && subset(x.Groups, e.Groups) &&
		subset(p.Conditions.Applications.Exclude, e.Applications) &&
		(x.Guests == nil || x.Guests.Types&^guestTypes(e.GuestUserTypes) == 0)
}

// unread tells whether the policy has parts there that are not understood.
func (p *policy) unread(prefix string) bool {
	return slices.ContainsFunc(p.Unread, func(u condaccess.Unread) bool { return strings.HasPrefix(u.Path, prefix) })
}

// subset compares letter for letter, as the source does.
func subset(list, allowed []string) bool {
	for _, s := range list {
		if !slices.Contains(allowed, s) {
			return false
		}
	}
	return true
}

// scubaPolicy is what nearly all of the source's rules ask of a policy.
func (p *policy) scubaPolicy() bool { return p.everybody() && p.excludesOnly() }

func scuba() []check {
	return []check{
		{
			id: "MS.AAD.1.1v1", source: sourceSCuBA, title: "Legacy authentication is blocked", severity: incident.High,
			why:    "Old protocols cannot do multifactor authentication: passwords are sprayed and replayed through them (T1110, T1078).",
			remedy: "Block the clients exchangeActiveSync and other for all users and resources.",
			one:    func(p *policy) bool { return p.scubaPolicy() && p.clients("other", "exchangeActiveSync") && p.blocks() },
			ask:    &question{profile: everything, clients: []string{"other", "exchangeActiveSync"}},
		},
		{
			id: "MS.AAD.2.1v1", source: sourceSCuBA, title: "Users at high risk are blocked", severity: incident.High, premium: true,
			why:    "A user at high risk is probably compromised (T1078).",
			remedy: "Block all users at user risk high, for all resources.",
			one:    func(p *policy) bool { return p.scubaPolicy() && p.userRisk("high") && p.blocks() },
			ask:    &question{profile: everything, userRisk: "high"},
		},
		{
			id: "MS.AAD.2.3v1", source: sourceSCuBA, title: "Sign-ins at high risk are blocked", severity: incident.High, premium: true,
			why:    "A sign-in at high risk is probably not the user's (T1078).",
			remedy: "Block all users at sign-in risk high, for all resources.",
			one:    func(p *policy) bool { return p.scubaPolicy() && p.signInRisk("high") && p.blocks() },
			ask:    &question{profile: everything, risks: []string{"high"}},
		},
		{
			id: "MS.AAD.3.1v1", source: sourceSCuBA, title: "Phishing-resistant MFA is required of all users", severity: incident.High,
			why:    "Whatever a user can type or approve, a page between can pass on (T1557, T1566).",
			remedy: "Require the strength Phishing-resistant MFA of all users for all resources.",
			one:    func(p *policy) bool { return p.scubaPolicy() && p.resistant() },
			ask:    &question{profile: phished},
		},
		{
			id: "MS.AAD.3.2v2", source: sourceSCuBA, title: "MFA is required of all users", severity: incident.High,
			why:    "A password alone is guessed, sprayed and bought (T1110, T1078).",
			remedy: "Require multifactor authentication of all users for all resources.",
			rule:   scubaMFA,
			ask:    &question{profile: passwordOnly},
		},
		{
			id: "MS.AAD.3.6v1", source: sourceSCuBA, title: "Phishing-resistant MFA is required of privileged roles", severity: incident.High,
			why:    "Who phishes an administrator has the tenant (T1078.004, T1557).",
			remedy: "Require the strength Phishing-resistant MFA of every privileged role, for all resources.",
			one: func(p *policy) bool {
				return p.enabled() && p.allApps() && p.excludesOnly() && p.admins() && p.resistant()
			},
			ask: &question{profile: phished, who: administrators},
		},
		{
			id: "MS.AAD.3.7v1", source: sourceSCuBA, title: "A managed device is required", severity: incident.Medium,
			why:    "A stolen session or password is used from the attacker's own device (T1539, T1078).",
			remedy: "Require a compliant or a hybrid joined device of all users, either of the two.",
			one:    func(p *policy) bool { return p.scubaPolicy() && p.eitherDevice() },
			ask:    &question{profile: unmanaged},
		},
		{
			id: "MS.AAD.3.8v1", source: sourceSCuBA, title: "A managed device is required to register MFA", severity: incident.Medium,
			why:    "Who has a password adds a method of authentication of their own (T1098.005).",
			remedy: "Require a compliant or a hybrid joined device for the user action of registering security information.",
			one: func(p *policy) bool {
				return p.enabled() && p.allUsers() && p.excludesPeopleOnly() && p.action(registerSecurityInfo) &&
					(p.builtIn(condaccess.CompliantDevice) || p.builtIn(condaccess.DomainJoinedDevice))
			},
			ask: &question{profile: unmanaged, action: registerSecurityInfo},
		},
		{
			id: "MS.AAD.3.9v1", source: sourceSCuBA, title: "Device code authentication is blocked", severity: incident.Medium,
			why:    "A user who types an attacker's device code signs the attacker in (T1566, T1528).",
			remedy: "Block the authentication flow deviceCodeFlow for all users and resources.",
			one: func(p *policy) bool {
				// The source compares the text: a policy for both flows does not meet it.
				return p.scubaPolicy() && slices.Equal(p.Conditions.Flows, []string{"deviceCodeFlow"}) && p.blocks()
			},
			ask: &question{profile: everything, flow: "deviceCodeFlow"},
		},
	}
}

// excludesPeopleOnly is excludesOnly for a rule that does not look at lists of
// resources.
func (p *policy) excludesPeopleOnly() bool {
	q := *p.Policy
	q.Conditions.Applications.Exclude = nil
	return (&policy{&q, p.facts, p.check}).excludesOnly()
}

// eitherDevice tells whether a compliant or a hybrid joined device is asked for,
// and nothing else is enough.
func (p *policy) eitherDevice() bool {
	return p.builtIns() == 2 && p.builtIn(condaccess.CompliantDevice) && p.builtIn(condaccess.DomainJoinedDevice) && p.Grant.Operator == "OR"
}

// scubaMFA is met by a policy for any multifactor authentication, and by one for
// that which resists phishing.
func scubaMFA(t *condaccess.Tenant, f *Facts) compat {
	const id, stronger = "MS.AAD.3.2v2", "MS.AAD.3.1v1"
	c := check{id: id, one: func(p *policy) bool {
		list := p.combinations()
		other := len(list) > 0 && within(list, multifactorCombinations()) && !p.resistant()
		if p.scubaPolicy() && (p.builtIn(condaccess.MFA) || other) {
			return true
		}
		q := policy{p.Policy, p.facts, stronger}
		return q.scubaPolicy() && q.resistant()
	}}
	return c.any(t, f)
}

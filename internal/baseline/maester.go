package baseline

import (
	"slices"
	"strings"

	"github.com/conshelf/conshelf/internal/condaccess"
	"github.com/conshelf/conshelf/internal/incident"
)

const sourceMaester = "Maester"

func (p *policy) app(id string) bool {
	return p.allApps() || slices.Contains(p.Conditions.Applications.Include, id)
}

// excludesAdmins tells whether a privileged role is excluded.
func (p *policy) excludesAdmins() bool {
	return slices.ContainsFunc(p.Conditions.Users.Exclude.Roles, func(r string) bool { return contains(p.facts.roles(), r) })
}

func (p *policy) everyGuest() bool {
	u := &p.Conditions.Users
	in := slices.Contains(u.Include.Users, "All") || u.Include.Guests != nil && u.Include.Guests.Types == condaccess.AnyGuest
	return in && u.Exclude.Guests == nil && !slices.Contains(u.Exclude.Users, "GuestsOrExternalUsers")
}

func maester() []check {
	return slices.Concat(maesterPeople(), maesterConditions(), maesterDevices(), maesterHygiene(), maesterExclusions())
}

func maesterPeople() []check {
	return []check{
		{
			id: "MT.1001", source: sourceMaester, title: "A policy asks for a compliant device", severity: incident.Low,
			why: "Stolen passwords are used from unmanaged devices (T1078).", remedy: "Require a compliant device where you can.",
			one: func(p *policy) bool { return p.enabled() && p.builtIn(condaccess.CompliantDevice) },
		},
		{
			id: "MT.1003", source: sourceMaester, title: "A policy is for all resources", severity: incident.Low,
			why: "A resource that no policy names is a way in (T1078).", remedy: "Assign at least one policy to all resources.",
			one: func(p *policy) bool { return p.enabled() && p.allApps() },
		},
		{
			id: "MT.1004", source: sourceMaester, title: "A policy is for all users and all resources", severity: incident.Medium,
			why: "Who or what no policy names is a way in (T1078).", remedy: "Assign at least one policy to all users and all resources.",
			one: func(p *policy) bool { return p.everybody() && !p.builtIn(condaccess.PasswordChange) },
		},
		{
			id: "MT.1005", source: sourceMaester, title: "Break-glass accounts are excluded from every policy", severity: incident.High,
			why: "A mistake in a policy must not lock everybody out.", remedy: "Exclude a group of break-glass accounts from every policy, and declare it.",
			rule: breakGlassExcluded, ask: &question{profile: unmanaged, breakGlassGetsThru: true},
		},
		{
			id: "MT.1006", source: sourceMaester, title: "MFA is required of administrators", severity: incident.High,
			why: "An administrator's password alone must not be enough (T1078.004).", remedy: "Require MFA of every administrative role for all resources.",
			one: func(p *policy) bool {
				return p.enabled() && (p.admins() || p.allUsers()) && !p.excludesAdmins() && p.allApps() && p.mfa()
			},
			ask: &question{profile: passwordOnly, who: administrators},
		},
		{
			id: "MT.1007", source: sourceMaester, title: "MFA is required of all users", severity: incident.High,
			why: "A password alone is guessed, sprayed and bought (T1110).", remedy: "Require MFA of all users for all resources.",
			one: func(p *policy) bool { return p.everybody() && (p.mfa() || p.builtIn(condaccess.CustomFactor)) },
			ask: &question{profile: passwordOnly},
		},
		{
			id: "MT.1008", source: sourceMaester, title: "MFA is required for Azure management", severity: incident.High,
			why: "The management of Azure reaches every resource (T1078.004).", remedy: "Require MFA for the Azure service management API.",
			one: func(p *policy) bool {
				return p.enabled() && (p.allUsers() || p.admins()) && (p.app(azureManagement) || p.app("MicrosoftAdminPortals")) && p.mfa()
			},
			ask: &question{profile: passwordOnly, app: azureManagement},
		},
		{
			id: "MT.1016", source: sourceMaester, title: "MFA is required of guests", severity: incident.Medium,
			why: "A guest's password is somebody else's to lose (T1078, T1199).", remedy: "Require MFA of every kind of guest for all resources.",
			one: func(p *policy) bool { return p.enabled() && p.everyGuest() && p.allApps() && p.mfa() },
			ask: &question{profile: passwordOnly, who: guests},
		},
	}
}

func maesterConditions() []check {
	return []check{
		{
			id: "MT.1009", source: sourceMaester, title: "Other legacy clients are blocked", severity: incident.High,
			why: "Old protocols cannot do MFA (T1110).", remedy: "Block the client other for all users and resources.",
			one: func(p *policy) bool { return p.everybody() && p.clients("other") && p.blocks() },
			ask: &question{profile: everything, clients: []string{"other"}},
		},
		{
			id: "MT.1010", source: sourceMaester, title: "Exchange ActiveSync is blocked", severity: incident.High,
			why: "Exchange ActiveSync cannot do MFA (T1110).", remedy: "Block the client exchangeActiveSync for all users and Exchange.",
			one: func(p *policy) bool {
				return p.enabled() && p.allUsers() && p.app(exchangeOnline) && p.clients("exchangeActiveSync") && p.blocks()
			},
			ask: &question{profile: everything, clients: []string{"exchangeActiveSync"}, app: exchangeOnline},
		},
		{
			id: "MT.1012", source: sourceMaester, title: "MFA is required at sign-in risk", severity: incident.High, premium: true,
			why: "A risky sign-in is probably not the user's (T1078).", remedy: "Require MFA at sign-in risk medium and high.",
			one: func(p *policy) bool { return p.everybody() && p.signInRisk("high", "medium") && p.mfa() },
			ask: &question{profile: passwordOnly, risks: []string{"medium", "high"}},
		},
		{
			id: "MT.1013", source: sourceMaester, title: "A password change is required at high user risk", severity: incident.High, premium: true,
			why: "A user at high risk is probably compromised (T1078).", remedy: "Require a password change at user risk high.",
			one: func(p *policy) bool {
				return p.everybody() && p.userRisk("high") && p.builtIn(condaccess.PasswordChange)
			},
			ask: &question{profile: passwordOnly, userRisk: "high"},
		},
		{
			id: "MT.1015", source: sourceMaester, title: "Unknown platforms are blocked", severity: incident.Low,
			why: "A platform that no policy names is a way past those that name some (T1078).", remedy: "Block all platforms but those in use.",
			one: func(p *policy) bool {
				return p.enabled() && slices.Contains(p.Conditions.Platforms.Include, "all") && p.blocks()
			},
			ask: &question{profile: everything, platform: condaccess.OtherPlatform},
		},
		{
			id: "MT.1019", source: sourceMaester, title: "Office 365 enforces its own restrictions", severity: incident.Low,
			why: "A browser on an unmanaged device takes documents away (T1530).", remedy: "Use the session control of restrictions that the application enforces.",
			one: func(p *policy) bool {
				return p.enabled() && p.allUsers() && p.everyClient() && slices.Contains(p.Conditions.Applications.Include, "Office365") && p.Session.AppEnforcedRestrictions
			},
		},
		{
			id: "MT.1052", source: sourceMaester, title: "Device code authentication is held back", severity: incident.Medium,
			why: "A user who types an attacker's code signs the attacker in (T1566, T1528).", remedy: "Block the flow deviceCodeFlow, or require a managed device for it.",
			one: func(p *policy) bool {
				device := p.builtIn(condaccess.CompliantDevice) || p.builtIn(condaccess.DomainJoinedDevice)
				return p.enabled() && p.allUsers() && p.everyClient() && p.flow("deviceCodeFlow") &&
					(p.blocks() && p.Conditions.Locations.Empty() || device)
			},
			ask: &question{profile: everything, flow: "deviceCodeFlow"},
		},
	}
}

func maesterHygiene() []check {
	return []check{
		{
			id: "MT.1049", source: sourceMaester, title: "No policy asks for user risk and sign-in risk at once", severity: incident.Medium,
			why: "Both have to hold, so either alone gets past.", remedy: "Make two policies of it.",
			rule: noPolicy(func(p *policy) bool { return len(p.Conditions.SignInRisk) > 0 && len(p.Conditions.UserRisk) > 0 }),
		},
		{
			id: "MT.1072", source: sourceMaester, title: "No policy asks for an approved application", severity: incident.Low,
			why: "The control is retired and no longer holds.", remedy: "Require an app protection policy instead.",
			rule: noPolicy(func(p *policy) bool { return p.builtIn(condaccess.ApprovedApplication) }),
		},
		{
			id: "MT.1184", source: sourceMaester, title: "No policy is for nothing", severity: incident.Low,
			why: "A policy without resources stops nobody, whatever it is called.", remedy: "Assign resources, user actions or contexts, or remove it.",
			rule: noPolicy(func(p *policy) bool { return p.Conditions.Applications.Empty() && len(p.Unread) == 0 }),
		},
	}
}

// noPolicy is met where no enforced policy is of a kind.
func noPolicy(kind func(*policy) bool) func(*condaccess.Tenant, *Facts) compat {
	return func(t *condaccess.Tenant, f *Facts) compat {
		out := compat{verdict: Met}
		for _, p := range t.Policies {
			if v := (&policy{p, f, ""}); !p.Deleted && v.enabled() && kind(v) {
				out.verdict, out.by = NotMet, append(out.by, name(p))
			}
		}
		if out.verdict == Met && lacking(t) != "" {
			out = compat{note: lacking(t)}
		}
		return out
	}
}

// forPeople tells whether the policy is enforced and for users.
func (p *policy) forPeople() bool {
	u := &p.Conditions.Users.Include
	return p.enabled() && !u.Empty() && !slices.Contains(u.Users, "None")
}

// breakGlassExcluded is met where every enforced policy for people excludes
// every declared account and group. Who is excluded everywhere without being
// declared is told, and taken for nothing.
func breakGlassExcluded(t *condaccess.Tenant, f *Facts) compat {
	if len(f.BreakGlass.Users)+len(f.BreakGlass.Groups) == 0 {
		return compat{note: undeclared(t, f)}
	}
	out := compat{verdict: Met}
	for _, p := range t.Policies {
		v := &policy{p, f, ""}
		if p.Deleted || !v.forPeople() {
			continue
		}
		x := &p.Conditions.Users.Exclude
		if len(without(f.BreakGlass.Users, x.Users)) > 0 || len(without(f.BreakGlass.Groups, x.Groups)) > 0 {
			out.verdict, out.by = NotMet, append(out.by, name(p))
		}
	}
	if out.verdict == Met && lacking(t) != "" {
		return compat{note: lacking(t)}
	}
	return out
}

// undeclared says who is excluded from every enforced policy for people.
func undeclared(t *condaccess.Tenant, f *Facts) string {
	var everywhere []string
	policies := 0
	for _, p := range t.Policies {
		v := &policy{p, f, ""}
		if p.Deleted || !v.forPeople() {
			continue
		}
		x := slices.Concat(p.Conditions.Users.Exclude.Users, p.Conditions.Users.Exclude.Groups)
		if policies++; policies == 1 {
			everywhere = x
			continue
		}
		everywhere = slices.DeleteFunc(everywhere, func(id string) bool { return !contains(x, id) })
	}
	if len(everywhere) == 0 {
		return "no break-glass account is declared, and nobody is excluded from every policy"
	}
	return "no break-glass account is declared; excluded from every policy, and so perhaps one: " + strings.Join(everywhere, ", ")
}

package baseline

import (
	"slices"

	"github.com/conshelf/conshelf/internal/condaccess"
	"github.com/conshelf/conshelf/internal/incident"
)

const sourceZeroTrust = "Microsoft Zero Trust Assessment"

// rightsManagement is the service that decrypts protected documents.
const rightsManagement = "00000012-0000-0000-c000-000000000000"

// zeroTrust returns those tests of the assessment that are about policies.
func zeroTrust() []check { return slices.Concat(zeroTrustPeople(), zeroTrustDevices()) }

func zeroTrustPeople() []check {
	return []check{
		{
			id: "ZTA.21783", source: sourceZeroTrust, title: "Privileged roles need phishing-resistant MFA", severity: incident.High,
			why: "Who phishes an administrator has the tenant (T1078.004, T1557).", remedy: "Require the strength Phishing-resistant MFA of every privileged role, in one policy or several.",
			rule: resistantRoles, ask: &question{profile: phished, who: administrators},
		},
		{
			id: "ZTA.21796", source: sourceZeroTrust, title: "Legacy authentication is blocked", severity: incident.High,
			why: "Old protocols cannot do MFA, and are sprayed (T1110).", remedy: "Block the clients exchangeActiveSync and other for all users.",
			one: func(p *policy) bool {
				return p.enabled() && p.allUsers() && p.clients("other", "exchangeActiveSync") && p.blocks()
			},
			ask: &question{profile: everything, clients: []string{"other", "exchangeActiveSync"}},
		},
		{
			id: "ZTA.21797", source: sourceZeroTrust, title: "Users at high risk are held back", severity: incident.High,
			why: "A user at high risk is probably compromised (T1078).", remedy: "Block at user risk high, or require a password change where nobody signs in without a password.",
			rule: riskyUsers, ask: &question{profile: passwordOnly, userRisk: "high"},
		},
		{
			id: "ZTA.21799", source: sourceZeroTrust, title: "Sign-ins at high risk are held back", severity: incident.High,
			why: "A sign-in at high risk is probably not the user's (T1078).", remedy: "At sign-in risk high require MFA, or block.",
			one: func(p *policy) bool {
				return p.enabled() && p.allUsers() && p.signInRisk("high") && (p.mfa() || p.blocks())
			},
			ask: &question{profile: passwordOnly, risks: []string{"high"}},
		},
		{
			id: "ZTA.21806", source: sourceZeroTrust, title: "The registration of security information is protected", severity: incident.Medium,
			why: "Who has a password adds a method of authentication of their own (T1098.005).", remedy: "Have a policy for the user action of registering security information, for all users.",
			one: func(p *policy) bool {
				return p.enabled() && p.allUsers() && p.action(registerSecurityInfo) && p.Grant != nil
			},
			ask: &question{profile: passwordOnly, action: registerSecurityInfo},
		},
		{
			id: "ZTA.21808", source: sourceZeroTrust, title: "Device code flow is blocked", severity: incident.Medium,
			why: "A user who types an attacker's code signs the attacker in (T1566, T1528).", remedy: "Block the flow deviceCodeFlow for all users and resources.",
			one: func(p *policy) bool { return p.blocksFlow("deviceCodeFlow") },
			ask: &question{profile: everything, flow: "deviceCodeFlow"},
		},
		{
			id: "ZTA.21884", source: sourceZeroTrust, title: "Service principals are held to known places", severity: incident.Medium,
			why: "The secret of an application is used from anywhere (T1078.004, T1528).", remedy: "Block the tenant's service principals but from known places.",
			one: func(p *policy) bool {
				return p.enabled() && !p.Conditions.Workloads.Empty() && !p.Conditions.Locations.Empty() && p.blocks()
			},
		},
	}
}

func zeroTrustDevices() []check {
	return []check{
		{
			id: "ZTA.21872", source: sourceZeroTrust, title: "MFA is required to register a device", severity: incident.Medium,
			why: "Who has a password registers a device of their own (T1098.005).", remedy: "Require MFA for the user action of registering a device.",
			one: func(p *policy) bool {
				return p.enabled() && p.allUsers() && p.action(registerDevice) && p.mfa()
			},
			ask: &question{profile: passwordOnly, action: registerDevice},
		},
		{
			id: "ZTA.21941", source: sourceZeroTrust, title: "Tokens are bound to their device", severity: incident.Low,
			why: "A stolen token is replayed from elsewhere (T1550.001).", remedy: "Require token protection for Exchange and SharePoint on Windows.",
			one: func(p *policy) bool {
				office := slices.Contains(p.Conditions.Applications.Include, "Office365") || p.allApps()
				return p.enabled() && p.Session.TokenProtection && (office || within([]string{exchangeOnline, sharePoint}, p.Conditions.Applications.Include))
			},
		},
		{
			id: "ZTA.24824", source: sourceZeroTrust, title: "A compliant device is required on every platform", severity: incident.Medium,
			why: "A platform without the requirement is a way past it (T1078).", remedy: "Require a compliant device on Windows, macOS, iOS and Android.",
			rule: compliantPlatforms,
		},
		{
			id: "ZTA.35001", source: sourceZeroTrust, title: "Rights management is excluded where policies would keep it from decrypting", severity: incident.Low,
			why: "Recipients elsewhere cannot open what was protected for them.", remedy: "Exclude Microsoft Rights Management Services from policies for all resources that block or ask for MFA.",
			rule: noPolicy(func(p *policy) bool {
				return p.forPeople() && p.allApps() && (p.blocks() || p.mfa()) && !slices.Contains(p.Conditions.Applications.Exclude, rightsManagement)
			}),
		},
	}
}

// resistantRoles is met where each privileged role is included in an enforced
// policy that asks for methods that cannot be phished.
func resistantRoles(t *condaccess.Tenant, f *Facts) compat {
	var roles []string
	out := compat{verdict: Met}
	for _, p := range t.Policies {
		v := &policy{p, f, ""}
		if !p.Deleted && v.enabled() && v.resistant() && len(p.Conditions.Users.Include.Roles) > 0 {
			roles, out.by = add(roles, p.Conditions.Users.Include.Roles), append(out.by, name(p))
		}
	}
	missing := without(f.roles(), roles)
	switch {
	case len(missing) == 0:
	case lacking(t) != "":
		return compat{note: lacking(t)}
	default:
		out.verdict, out.by = NotMet, nil
	}
	return out
}

// riskyUsers is met by a policy that blocks; whether one that asks for another
// password is enough depends on the methods that users may sign in with.
func riskyUsers(t *condaccess.Tenant, f *Facts) compat {
	at := func(control func(*policy) bool) compat {
		c := check{one: func(p *policy) bool { return p.enabled() && p.allUsers() && p.userRisk("high") && control(p) }}
		return c.any(t, f)
	}
	out := at((*policy).blocks)
	if out.verdict == Met {
		return out
	}
	if change := at(func(p *policy) bool { return p.builtIn(condaccess.PasswordChange) }); change.verdict == Met {
		return compat{note: "a password change holds nobody back who signs in without a password, and the methods of authentication were not exported"}
	}
	return out
}

// compliantPlatforms is met where, for each of four platforms, an enforced policy
// asks for a compliant device.
func compliantPlatforms(t *condaccess.Tenant, f *Facts) compat {
	out := compat{verdict: Met}
	for _, platform := range []string{"windows", "macOS", "iOS", "android"} {
		c := check{one: func(p *policy) bool {
			l := &p.Conditions.Platforms
			in := len(l.Include) == 0 || contains(l.Include, "all") || contains(l.Include, platform)
			return p.enabled() && p.builtIn(condaccess.CompliantDevice) && in && !contains(l.Exclude, platform)
		}}
		one := c.any(t, f)
		if one.verdict != Met {
			return one
		}
		out.by = add(out.by, one.by)
	}
	return out
}

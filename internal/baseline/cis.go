package baseline

import (
	"slices"
	"time"

	"github.com/conshelf/conshelf/internal/condaccess"
	"github.com/conshelf/conshelf/internal/incident"
)

const sourceCIS = "CIS Microsoft 365 7.0"

// Resources that rules name.
const (
	intuneEnrollment = "d4ebce55-015a-49b5-a083-c84d1797ae8c"
	azureManagement  = "797f4846-ba00-4fd7-ba43-dac1f8f63013"
	exchangeOnline   = "00000002-0000-0ff1-ce00-000000000000"
	sharePoint       = "00000003-0000-0ff1-ce00-000000000000"
	microsoftTeams   = "cc15fd57-2c6c-4117-a88c-83b1d56b4bbe"
)

const day = 24 * time.Hour

func (p *policy) verifiedOrBlocked() bool { return p.mfa() && p.everyTime() || p.blocks() }

// deviceOnly tells whether a managed device is asked for, and nothing weaker is
// enough.
func (p *policy) deviceOnly() bool {
	for _, c := range p.controls() {
		if c.Kind != condaccess.CompliantDevice && c.Kind != condaccess.DomainJoinedDevice {
			return false
		}
	}
	return p.builtIn(condaccess.CompliantDevice) && (p.Grant.Operator == "OR" || p.builtIns() == 1)
}

func (p *policy) blocksFlow(flow string) bool { return p.everybody() && p.flow(flow) && p.blocks() }

func cis() []check {
	return slices.Concat(cisPeople(), cisRisk(), cisDevices(), cisPlaces())
}

func cisPeople() []check {
	return []check{
		{
			id: "CIS.5.2.2.1", source: sourceCIS, title: "MFA is required of administrative roles", severity: incident.High,
			why: "An administrator's password alone must not be enough (T1078.004).", remedy: "Require MFA of every administrative role, for all resources.",
			one: func(p *policy) bool { return p.enabled() && p.admins() && p.allApps() && p.mfa() },
			ask: &question{profile: passwordOnly, who: administrators},
		},
		{
			id: "CIS.5.2.2.2", source: sourceCIS, title: "MFA is required of all users", severity: incident.High,
			why: "A password alone is guessed, sprayed and bought (T1110, T1078).", remedy: "Require MFA of all users for all resources.",
			one: func(p *policy) bool { return p.everybody() && p.mfa() },
			ask: &question{profile: passwordOnly},
		},
		{
			id: "CIS.5.2.2.3", source: sourceCIS, title: "Legacy authentication is blocked", severity: incident.High,
			why: "Old protocols cannot do MFA (T1110).", remedy: "Block the clients exchangeActiveSync and other for all users and resources.",
			one: func(p *policy) bool { return p.everybody() && p.clients("exchangeActiveSync", "other") && p.blocks() },
			ask: &question{profile: everything, clients: []string{"exchangeActiveSync", "other"}},
		},
		{
			id: "CIS.5.2.2.4", source: sourceCIS, title: "Administrators sign in often, and no browser stays signed in", severity: incident.Medium,
			why: "A stolen session lasts as long as the session does (T1539, T1550).", remedy: "Set a sign-in frequency of at most four hours and no persistent browser for administrative roles.",
			one: func(p *policy) bool {
				return p.enabled() && p.admins() && p.allApps() && (p.everyTime() || p.signsInWithin(4*time.Hour)) && p.Session.PersistentBrowser == "never"
			},
		},
		{
			id: "CIS.5.2.2.5", source: sourceCIS, title: "Phishing-resistant MFA is required of administrators", severity: incident.High,
			why: "Who phishes an administrator has the tenant (T1078.004, T1557).", remedy: "Require the strength Phishing-resistant MFA of every administrative role.",
			one: func(p *policy) bool { return p.enabled() && p.admins() && p.allApps() && p.resistant() },
			ask: &question{profile: phished, who: administrators},
		},
	}
}

func cisRisk() []check {
	return []check{
		{
			id: "CIS.5.2.2.6", source: sourceCIS, title: "Users at high risk change their password with MFA", severity: incident.High,
			why: "A user at high risk is probably compromised (T1078).", remedy: "At user risk high require MFA and a password change, every time.",
			one: func(p *policy) bool {
				return p.everybody() && p.userRisk("high") && p.builtIn(condaccess.PasswordChange) && p.mfa() && p.everyTime()
			},
			ask: &question{profile: passwordOnly, userRisk: "high"},
		},
		{
			id: "CIS.5.2.2.7", source: sourceCIS, title: "Risky sign-ins are verified or blocked", severity: incident.High,
			why: "A risky sign-in is probably not the user's (T1078).", remedy: "At sign-in risk medium and high require MFA every time, or block.",
			one: func(p *policy) bool { return p.everybody() && p.signInRisk("high", "medium") && p.verifiedOrBlocked() },
			ask: &question{profile: passwordOnly, risks: []string{"medium", "high"}},
		},
		{
			id: "CIS.5.2.2.8", source: sourceCIS, title: "Risky sign-ins are blocked", severity: incident.Medium,
			why: "Who holds the session can answer for the user (T1539).", remedy: "Block sign-in risk medium and high, without excluded resources.",
			one: func(p *policy) bool {
				return p.everybody() && len(p.Conditions.Applications.Exclude) == 0 && p.signInRisk("high", "medium") && p.blocks()
			},
			ask: &question{profile: everything, risks: []string{"medium", "high"}},
		},
	}
}

func cisDevices() []check {
	return []check{
		{
			id: "CIS.5.2.2.9", source: sourceCIS, title: "A managed device is required", severity: incident.Medium,
			why: "Stolen passwords and sessions are used from the attacker's own device (T1539).", remedy: "Require a compliant or hybrid joined device of all users.",
			one: func(p *policy) bool { return p.everybody() && p.deviceOnly() },
			ask: &question{profile: unmanaged},
		},
		{
			id: "CIS.5.2.2.10", source: sourceCIS, title: "A managed device is required to register security information", severity: incident.Medium,
			why: "Who has a password adds a method of their own (T1098.005).", remedy: "Require a managed device for the user action of registering security information.",
			one: func(p *policy) bool {
				return p.enabled() && p.allUsers() && p.action(registerSecurityInfo) && p.deviceOnly()
			},
			ask: &question{profile: unmanaged, action: registerSecurityInfo},
		},
		{
			id: "CIS.5.2.2.11", source: sourceCIS, title: "MFA is required every time to enrol a device", severity: incident.Medium,
			why: "An attacker who enrols a device has a managed one (T1098.005).", remedy: "Require MFA every time for Microsoft Intune Enrollment.",
			one: func(p *policy) bool {
				return p.enabled() && p.allUsers() && slices.Contains(p.Conditions.Applications.Include, intuneEnrollment) && p.mfa() && p.everyTime()
			},
			ask: &question{profile: passwordOnly, app: intuneEnrollment},
		},
		{
			id: "CIS.5.2.2.16", source: sourceCIS, title: "Sign-in sessions are bound to the device", severity: incident.Low,
			why: "A token that is not bound is replayed anywhere (T1550).", remedy: "Turn on token protection for Exchange, SharePoint and Teams on Windows.",
			one: func(p *policy) bool {
				u := &p.Conditions.Users.Include
				return p.enabled() && !u.Empty() && !slices.Contains(u.Users, "None") &&
					subset([]string{exchangeOnline, sharePoint, microsoftTeams}, p.Conditions.Applications.Include) &&
					slices.Contains(p.Conditions.Platforms.Include, "windows") &&
					slices.Equal(p.Conditions.ClientApps, []string{"mobileAppsAndDesktopClients"}) && p.Session.TokenProtection
			},
		},
	}
}

func cisPlaces() []check {
	return []check{
		{
			id: "CIS.5.2.2.12", source: sourceCIS, title: "Device code authentication is blocked", severity: incident.Medium,
			why: "A user who types an attacker's code signs the attacker in (T1566, T1528).", remedy: "Block the flow deviceCodeFlow for all users and resources.",
			one: func(p *policy) bool { return p.blocksFlow("deviceCodeFlow") },
			ask: &question{profile: everything, flow: "deviceCodeFlow"},
		},
		{
			id: "CIS.5.2.2.13", source: sourceCIS, title: "Users sign in again within seven days", severity: incident.Low,
			why: "A stolen session lasts as long as the session does (T1539).", remedy: "Set a sign-in frequency of at most seven days for all users.",
			one: func(p *policy) bool {
				return p.everybody() && p.signsInWithin(7*day) && len(p.Conditions.SignInRisk)+len(p.Conditions.UserRisk) == 0
			},
		},
		{
			id: "CIS.5.2.2.14", source: sourceCIS, title: "A trusted range of addresses is defined", severity: incident.Low,
			why: "Without trusted places, rules over places have nothing to hold on to (T1078).", remedy: "Define the organisation's addresses as a trusted named location.",
			rule: trustedRange,
		},
		{
			id: "CIS.5.2.2.15", source: sourceCIS, title: "Places that are not trusted are blocked", severity: incident.Low,
			why: "Compromised credentials are used from elsewhere (T1078).", remedy: "Block all users from every location but the trusted.",
			one: func(p *policy) bool {
				return p.everybody() && len(p.Conditions.Locations.Include) > 0 && len(p.Conditions.Locations.Exclude) > 0 && p.blocks()
			},
			ask: &question{profile: everything, elsewhere: true},
		},
		{
			id: "CIS.5.2.2.17", source: sourceCIS, title: "Authentication transfer is blocked", severity: incident.Low,
			why: "A session is handed from one device to another (T1550).", remedy: "Block the flow authenticationTransfer for all users and resources.",
			one: func(p *policy) bool { return p.blocksFlow("authenticationTransfer") },
			ask: &question{profile: everything, flow: "authenticationTransfer"},
		},
	}
}

// trustedRange is met by a trusted location of addresses.
func trustedRange(t *condaccess.Tenant, _ *Facts) compat {
	out := compat{verdict: NotMet}
	for _, l := range t.Locations {
		if l.Kind == condaccess.IPLocation && l.Trusted == condaccess.Yes && len(l.Ranges) > 0 {
			out.by = append(out.by, place(l))
		}
	}
	switch {
	case len(out.by) > 0:
		out.verdict = Met
	case !t.LocationsKnown:
		out = compat{note: "named locations were not exported"}
	}
	return out
}

package gaps

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/netip"
	"testing"

	"github.com/conshelf/conshelf/internal/condaccess"
)

type object = map[string]any

// A world makes policies, directories and sign-ins that meet.
type world struct{ r *rand.Rand }

func newWorld(seed uint64) world { return world{rand.New(rand.NewPCG(seed, 11))} }

func id(kind string, n int) string { return fmt.Sprintf("%s-0000-4000-8000-%012d", kind, n) }

func ids(kind string, n int) []string {
	var out []string
	for i := range n {
		out = append(out, id(kind, i))
	}
	return out
}

func (w world) one(of ...string) string { return of[w.r.IntN(len(of))] }

func (w world) some(in int, of ...string) []string {
	out := []string{}
	for _, s := range of {
		if w.r.IntN(in) == 0 {
			out = append(out, s)
		}
	}
	return out
}

// size says how much there is of a tenant.
type size struct{ policies, users, groups, apps int }

func (w world) policy(n int, z size) object {
	include := []string{w.one("All", "All", "None", "GuestsOrExternalUsers", id("aaaaaaaa", w.r.IntN(z.users)))}
	c := object{
		"users": object{
			"includeUsers": include, "excludeUsers": []string{id("aaaaaaaa", w.r.IntN(z.users))},
			"includeGroups": w.pick("bbbbbbbb", z.groups), "excludeGroups": w.pick("bbbbbbbb", z.groups),
			"includeRoles": w.some(6, ids("cccccccc", 3)...), "excludeRoles": w.some(6, ids("cccccccc", 3)...),
			"excludeGuestsOrExternalUsers": w.guests(),
		},
		"applications":     w.applications(z),
		"clientAppTypes":   w.rarely("browser", "mobileAppsAndDesktopClients", "exchangeActiveSync", "other"),
		"signInRiskLevels": w.rarely("low", "medium", "high"), "userRiskLevels": w.rarely("low", "medium", "high"),
	}
	if w.r.IntN(4) == 0 {
		c["platforms"] = object{"includePlatforms": []string{w.one("all", "windows", "iOS")}, "excludePlatforms": w.some(3, "windows", "linux")}
	}
	if w.r.IntN(3) == 0 {
		c["locations"] = object{"includeLocations": []string{w.one("All", "AllTrusted", id("dddddddd", 0))}, "excludeLocations": w.some(3, "AllTrusted", id("dddddddd", 1), id("dddddddd", 2), id("dddddddd", 3))}
	}
	if w.r.IntN(6) == 0 {
		c["authenticationFlows"] = object{"transferMethods": w.one("deviceCodeFlow", "authenticationTransfer")}
	}
	if w.r.IntN(4) == 0 {
		c["devices"] = object{"deviceFilter": object{"mode": w.one("include", "exclude"), "rule": w.one(
			`device.isCompliant -ne True -or device.trustType -ne "ServerAD"`, `device.model -startsWith "X" -and -not (device.isCompliant -eq True)`,
			`device.extensionAttribute1 -eq "SAW"`, `device.model -contains "Z" -or device.displayName -endsWith "-adm"`, `device.operatingSystem -in ["Windows","macOS"]`)}}
	}
	w.agents(c)
	return object{"id": id("eeeeeeee", n), "displayName": fmt.Sprintf("CA%03d", n), "state": w.one("enabled", "enabled", "enabled", "enabled", "disabled", "enabledForReportingButNotEnforced"), "conditions": c, "grantControls": w.grant()}
}

// agents makes conditions of some policies be about agents.
func (w world) agents(c object) {
	switch w.r.IntN(10) {
	case 0:
		c["users"] = object{"includeUsers": []string{"None"}}
		c["clientApplications"] = object{"includeAgentIdServicePrincipals": []string{w.one("All", id("99999999", 0))}, "excludeAgentIdServicePrincipals": w.some(3, ids("99999999", 3)...)}
		c["agentIdRiskLevels"] = w.one("", "high", "medium,high")
	case 1:
		c["agents"] = object{"includeAgentUsers": []string{w.one("All", id("88888888", 0))}, "excludeAgentUsers": w.some(3, ids("88888888", 2)...)}
	}
}

// pick names one group, where it names any.
func (w world) pick(kind string, n int) []string {
	if w.r.IntN(2) == 0 {
		return []string{}
	}
	return []string{id(kind, w.r.IntN(n))}
}

func (w world) rarely(of ...string) []string {
	if w.r.IntN(4) > 0 {
		return []string{}
	}
	return w.some(2, of...)
}

func (w world) guests() any {
	if w.r.IntN(4) > 0 {
		return nil
	}
	return object{
		"guestOrExternalUserTypes": w.one("internalGuest", "b2bCollaborationGuest,b2bCollaborationMember", "serviceProvider"),
		"externalTenants":          object{"membershipKind": "enumerated", "members": []string{"fabrikam"}},
	}
}

func (w world) applications(z size) object {
	switch w.r.IntN(8) {
	case 0:
		return object{"includeUserActions": []string{w.one(registerSecurityInfo, registerDevice)}}
	case 1:
		return object{"includeAuthenticationContextClassReferences": w.some(2, "c1", "c2")}
	}
	return object{
		"includeApplications": []string{w.one("All", "All", "Office365", "MicrosoftAdminPortals", id("ffffffff", w.r.IntN(z.apps)))},
		"excludeApplications": w.some(6, "Office365", id("ffffffff", w.r.IntN(z.apps)), "00000003-0000-0ff1-ce00-000000000000"),
	}
}

func (w world) grant() object {
	if w.r.IntN(3) == 0 {
		return object{"operator": "OR", "builtInControls": []string{"block"}}
	}
	out := object{"operator": w.one("OR", "AND"), "builtInControls": append(w.some(3, "compliantDevice", "domainJoinedDevice"), "mfa")}
	if w.r.IntN(4) == 0 {
		out = object{"operator": "OR", "authenticationStrength": object{"id": "00000000-0000-0000-0000-000000000004"}}
	}
	return out
}

func locations() []any {
	named := func(n int, kind string, o object) object {
		o["id"], o["displayName"], o["@odata.type"] = id("dddddddd", n), fmt.Sprintf("Location %d", n), "#microsoft.graph."+kind
		return o
	}
	return []any{
		named(0, "ipNamedLocation", object{"isTrusted": true, "ipRanges": []any{object{"cidrAddress": "198.51.100.0/24"}, object{"cidrAddress": "2001:db8::/32"}}}),
		named(1, "countryNamedLocation", object{"countriesAndRegions": []string{"DE", "FR"}}),
		named(2, "ipNamedLocation", object{"isTrusted": false, "ipRanges": []any{object{"cidrAddress": "198.51.100.128/25"}, object{"cidrAddress": "203.0.113.0/24"}}}),
		named(3, "countryNamedLocation", object{"countriesAndRegions": []string{"FR", "US"}, "includeUnknownCountriesAndRegions": true}),
	}
}

func (w world) directory(z size) object {
	var groups, users, roles []any
	for g := range z.groups - 1 { // the last is not exported
		members := []string{}
		for range z.users / 10 {
			members = append(members, id("aaaaaaaa", w.r.IntN(z.users)))
		}
		groups = append(groups, object{"id": id("bbbbbbbb", g), "displayName": fmt.Sprintf("Group %d", g), "members": members})
	}
	for u := range z.users {
		user := object{"id": id("aaaaaaaa", u), "userPrincipalName": fmt.Sprintf("user%d@contoso.com", u), "userType": "Member", "creationType": nil, "identities": []any{}}
		if u%3 == 0 {
			user["guestOrExternalUserTypes"] = w.one("none", "b2bCollaborationGuest")
		}
		users = append(users, user)
	}
	for a := range 2 {
		users = append(users, object{"@odata.type": "#microsoft.graph.agentUser", "id": id("88888888", a), "userPrincipalName": fmt.Sprintf("agent%d@contoso.com", a), "userType": "Member"})
	}
	agents := []any{object{"id": id("99999999", 1), "servicePrincipalType": "AgentIdentity"}}
	for r := range 3 {
		roles = append(roles, object{"principalId": id("aaaaaaaa", w.r.IntN(z.users)), "roleDefinitionId": id("cccccccc", r), "directoryScopeId": "/"})
	}
	return object{"groups": groups, "users": users, "roleAssignments": roles, "servicePrincipals": agents}
}

func (w world) tenant(t testing.TB, z size) *condaccess.Tenant {
	t.Helper()
	var policies []object
	for n := range z.policies {
		policies = append(policies, w.policy(n, z))
	}
	return w.tenantOf(t, policies, z)
}

func (w world) tenantOf(t testing.TB, policies []object, z size) *condaccess.Tenant {
	t.Helper()
	line, err := json.Marshal(object{"policies": policies, "namedLocations": locations(), "directory": w.directory(z), "signIn": object{}})
	if err != nil {
		t.Fatal(err)
	}
	c, err := condaccess.ReadCase(line)
	if err != nil {
		t.Fatal(err)
	}
	return c.Tenant
}

// registering is a policy that asks for a strength, of the registration of security
// information or of all resources.
func (w world) registering(n int, z size) object {
	p := w.policy(n, z)
	c := p["conditions"].(object)
	c["applications"] = object{"includeApplications": []string{"All"}}
	if w.r.IntN(2) == 0 {
		c["applications"] = object{"includeUserActions": []string{registerSecurityInfo}}
	}
	p["state"] = w.one("enabled", "enabled", "enabled", "disabled", "enabledForReportingButNotEnforced", "half")
	p["grantControls"] = object{"operator": "OR", "authenticationStrength": object{"id": w.one("00000000-0000-0000-0000-000000000004", "00000000-0000-0000-0000-000000000002")}}
	return p
}

// point is a sign-in of a situation that no atom is asked for.
func (w world) point(sit *situation, z size) *condaccess.SignIn {
	s := sit.base()
	s.Client = w.one(sit.clients...)
	s.Principal = w.principal(sit.kind, z)
	w.target(z)(&s)
	s.AgentRisk = "none"
	if sit.kind == condaccess.User {
		s.SignInRisk, s.UserRisk, s.InsiderRisk, s.ServicePrincipalRisk = w.one(risks(true)...), w.one(risks(true)...), w.one("none", "minor", "elevated"), "none"
	} else {
		s.SignInRisk, s.UserRisk, s.InsiderRisk, s.ServicePrincipalRisk = "none", "none", "none", w.one(risks(true)...)
	}
	if sit.kind == condaccess.AgentIdentity || sit.kind == condaccess.AgentUser {
		s.ServicePrincipalRisk, s.AgentRisk = "none", w.one(risks(true)...)
	}
	s.Platform = w.one("windows", "macOS", "iOS", "linux", "android", condaccess.OtherPlatform)
	s.Place = condaccess.Place{
		IP:      netip.MustParseAddr(w.one("198.51.100.7", "198.51.100.200", "203.0.113.9", "192.0.2.1", "2001:db8::1", "2001:db9::1", "192.0.2.77")),
		Country: w.one("DE", "FR", "US", "", "JP"), CountryKnown: true, CompliantNetwork: condaccess.No,
	}
	s.Device = w.device(sit.device)
	return &s
}

func (w world) principal(kind condaccess.PrincipalKind, z size) condaccess.Principal {
	switch {
	case kind == condaccess.AgentUser && w.r.IntN(3) > 0:
		return condaccess.Principal{Kind: kind, ID: id("88888888", w.r.IntN(2))}
	case kind == condaccess.AgentUser:
		return condaccess.Principal{Kind: kind, ID: id("88888888", 7), GroupsKnown: true, RolesKnown: true, GuestKnown: true, Groups: w.pick("bbbbbbbb", z.groups)}
	case kind != condaccess.User:
		return condaccess.Principal{Kind: kind, ID: id("99999999", w.r.IntN(3)), SingleTenant: truth(w.r.IntN(2) == 0)}
	}
	p := condaccess.Principal{Kind: kind, ID: id("aaaaaaaa", w.r.IntN(z.users))}
	switch w.r.IntN(4) {
	case 0:
		p = condaccess.Principal{Kind: kind, ID: id("aaaaaaaa", z.users+1), GroupsKnown: true, RolesKnown: true, GuestKnown: true, Guest: 1 << w.r.IntN(6), HomeTenant: w.one("fabrikam", "contoso")}
	case 1:
		p = condaccess.Principal{Kind: kind, ID: id("aaaaaaaa", z.users+1), GroupsKnown: true, RolesKnown: true, GuestKnown: true}
	}
	return p
}

func (w world) target(z size) func(*condaccess.SignIn) {
	app := w.one(id("ffffffff", w.r.IntN(z.apps)), id("ffffffff", z.apps+3), "an application of ours", "00000003-0000-0ff1-ce00-000000000000",
		"c44b4083-3bb0-49c1-b47d-974e53cbdf3c", "00000003-0000-0000-c000-000000000000", "26a4ae64-5862-427f-a9b0-044e62572a4f")
	return func(s *condaccess.SignIn) {
		s.Target = condaccess.Target{Applications: []string{app}, ContextsDone: true}
		switch w.r.IntN(8) {
		case 0:
			s.Target = condaccess.Target{UserAction: w.one(registerSecurityInfo, registerDevice), ContextsDone: true}
		case 1:
			s.Target.Contexts = []string{w.one("c1", "c2", "c3")}
		}
	}
}

func (w world) device(kind deviceKind) condaccess.Device {
	if kind == noDevice || kind == unmanaged && w.r.IntN(3) == 0 {
		return condaccess.Device{Registered: condaccess.No}
	}
	a := map[string][]string{"trusttype": {w.one("AzureAD", "Workplace")}, "iscompliant": {"false"}}
	if kind.compliant() == condaccess.Yes {
		a["iscompliant"] = []string{"true"}
	}
	if kind.hybrid() == condaccess.Yes {
		a["trusttype"] = []string{"ServerAD"}
	}
	a["model"] = [][]string{nil, {"X"}, {"Xylo"}, {"pXZ"}, {"zzz"}, {"nothing"}}[w.r.IntN(6)]
	a["displayname"] = [][]string{nil, {"paw-adm"}, {"-adm"}, {"ADMIN"}}[w.r.IntN(4)]
	a["operatingsystem"] = [][]string{nil, {"Windows"}, {"MACOS"}, {"Windows 11"}}[w.r.IntN(4)]
	a["extensionattribute1"] = [][]string{nil, {"SAW"}, {"saw2"}}[w.r.IntN(3)]
	return condaccess.Device{Registered: condaccess.Yes, Attributes: a, Managed: truth(w.r.IntN(2) == 0)}
}

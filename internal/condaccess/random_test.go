package condaccess_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/conshelf/conshelf/internal/condaccess"
)

// A world makes random policies, directories and sign-ins that meet: their ids
// are of the same few.
type world struct{ r *rand.Rand }

func newWorld(seed uint64) world { return world{rand.New(rand.NewPCG(seed, 7))} }

type object = map[string]any

func (w world) one(of ...string) string { return of[w.r.IntN(len(of))] }

func (w world) some(of ...string) []string {
	out := []string{}
	for _, s := range of {
		if w.r.IntN(3) == 0 {
			out = append(out, s)
		}
	}
	return out
}

func id(kind string, n int) string { return fmt.Sprintf("%s-0000-0000-0000-%012d", kind, n) }

func ids(kind string, n int) []string {
	var out []string
	for i := range n {
		out = append(out, id(kind, i))
	}
	return out
}

func (w world) ids(kind string, n int) []string { return w.some(ids(kind, n)...) }

func (w world) guests() any {
	if w.r.IntN(4) > 0 {
		return nil
	}
	return object{
		"guestOrExternalUserTypes": w.one("internalGuest", "b2bCollaborationGuest,b2bCollaborationMember", "serviceProvider,otherExternalUser"),
		"externalTenants":          object{"membershipKind": "enumerated", "members": []string{"fabrikam"}},
	}
}

func (w world) policy(n int) object {
	include := w.one("All", "All", "None", "GuestsOrExternalUsers", id("aaaaaaaa", 1))
	conditions := object{
		"users": object{
			"includeUsers": []string{include}, "excludeUsers": w.ids("aaaaaaaa", 2), "includeGroups": w.ids("bbbbbbbb", 3), "excludeGroups": w.ids("bbbbbbbb", 3),
			"includeRoles": w.ids("cccccccc", 2), "excludeRoles": w.ids("cccccccc", 2),
			"includeGuestsOrExternalUsers": w.guests(), "excludeGuestsOrExternalUsers": w.guests(),
		},
		"applications":     w.applications(),
		"clientAppTypes":   w.some("browser", "mobileAppsAndDesktopClients", "exchangeActiveSync", "other"),
		"signInRiskLevels": w.rarely("low", "medium", "high"), "userRiskLevels": w.rarely("low", "medium", "high"),
		"insiderRiskLevels": w.rarely("minor", "moderate", "elevated"),
	}
	if w.r.IntN(3) == 0 {
		conditions["platforms"] = object{"includePlatforms": w.some("all", "windows", "iOS"), "excludePlatforms": w.some("windows", "linux")}
	}
	if w.r.IntN(3) == 0 {
		conditions["locations"] = object{"includeLocations": []string{w.one("All", "AllTrusted", id("dddddddd", 0))}, "excludeLocations": w.some("AllTrusted", id("dddddddd", 1), id("dddddddd", 2))}
	}
	if w.r.IntN(4) == 0 {
		conditions["authenticationFlows"] = object{"transferMethods": w.one("deviceCodeFlow", "authenticationTransfer", "deviceCodeFlow,authenticationTransfer")}
	}
	if w.r.IntN(4) == 0 {
		conditions["devices"] = object{"deviceFilter": object{"mode": w.one("include", "exclude"), "rule": w.one(
			`device.isCompliant -ne True -or device.trustType -ne "ServerAD"`, `device.model -startsWith "X" -and -not (device.isCompliant -eq True)`,
			`device.extensionAttribute1 -eq "SAW"`, `device.model -like "broken"`)}}
	}
	return object{
		"id": id("eeeeeeee", n), "state": w.one("enabled", "enabled", "enabled", "disabled", "enabledForReportingButNotEnforced"),
		"conditions": conditions, "grantControls": w.grant(),
	}
}

func (w world) rarely(of ...string) []string {
	if w.r.IntN(4) > 0 {
		return []string{}
	}
	return w.some(of...)
}

func (w world) applications() object {
	switch w.r.IntN(6) {
	case 0:
		return object{"includeUserActions": []string{w.one("urn:user:registersecurityinfo", "urn:user:registerdevice")}}
	case 1:
		return object{"includeAuthenticationContextClassReferences": w.some("c1", "c2")}
	}
	return object{
		"includeApplications": []string{w.one("All", "All", "Office365", "MicrosoftAdminPortals", id("ffffffff", 0))},
		"excludeApplications": w.some("Office365", id("ffffffff", 0), "00000003-0000-0ff1-ce00-000000000000"),
	}
}

func (w world) grant() any {
	if w.r.IntN(6) == 0 {
		return nil
	}
	if w.r.IntN(3) == 0 {
		return object{"operator": "OR", "builtInControls": []string{"block"}}
	}
	return object{
		"operator": w.one("OR", "AND"), "builtInControls": append(w.some("compliantDevice", "domainJoinedDevice", "passwordChange"), "mfa"),
		"termsOfUse": w.some("tou"),
	}
}

// facts are all that can be said of a sign-in.
func (w world) facts() object {
	client, flow := w.one("browser", "mobileAppsAndDesktopClients", "exchangeActiveSync", "other"), w.one("none", "deviceCodeFlow")
	asked := client != "exchangeActiveSync" && client != "other" // these can satisfy nothing
	shown := asked && flow == "none"
	user := w.r.IntN(3)
	groups, roles := w.some(id("bbbbbbbb", 2)), []string{} // as the directory has it, which does not hold that group
	guest := w.one("none", "b2bCollaborationGuest", "internalGuest")
	if user < 2 {
		groups, roles = append(groups, id("bbbbbbbb", 0), id("bbbbbbbb", 1)), []string{id("cccccccc", 0)}
	}
	if user == 0 {
		guest = "none"
	}
	return object{
		"userId": id("aaaaaaaa", user), "groups": groups, "roles": roles,
		"guestOrExternalUserTypes": guest, "homeTenantId": w.one("fabrikam", "contoso"),
		"applications":  []string{w.one(id("ffffffff", 0), id("ffffffff", 1), "00000003-0000-0ff1-ce00-000000000000", "c44b4083-3bb0-49c1-b47d-974e53cbdf3c")},
		"clientAppType": client, "devicePlatform": w.one("windows", "iOS", "other"),
		"ipAddress": w.one("198.51.100.7", "203.0.113.9", "2001:db8::1"), "country": w.one("DE", "US"),
		"authenticationFlow": flow, "signInRiskLevel": w.one("none", "low", "high"), "userRiskLevel": w.one("none", "high"),
		"insiderRiskLevel": w.one("none", "minor"), "authenticationContext": w.one("c1", "c2"),
		"device": object{"registered": w.r.IntN(2) == 0, "isCompliant": w.r.IntN(2) == 0, "trustType": w.one("ServerAD", "AzureAD"), "model": w.one("X", "Y"), "extensionAttribute1": "SAW", "managedByIntune": false},
		"mfa":    asked && w.r.IntN(2) == 0, "deviceCompliant": shown && w.r.IntN(2) == 0, "domainJoinedDevice": shown && w.r.IntN(2) == 0,
		"passwordChange": asked && w.r.IntN(2) == 0, "termsOfUseAccepted": asked && w.r.IntN(2) == 0,
	}
}

// forget leaves out some of what is said. A sign-in that names its application
// and no context asks for none, which is not the same as not saying.
func (w world) forget(facts object) object {
	out, kept := object{}, 1+w.r.IntN(3)
	for _, name := range sorted(facts) {
		if w.r.IntN(4) < kept {
			out[name] = facts[name]
		}
	}
	if out["applications"] != nil && facts["authenticationContext"] != nil {
		out["authenticationContext"] = facts["authenticationContext"]
	}
	return out
}

func sorted(o object) []string {
	var out []string
	for k := range o {
		out = append(out, k)
	}
	slices.Sort(out)
	return out
}

func (w world) directory() object {
	return object{
		"groups": []any{
			object{"id": id("bbbbbbbb", 0), "members": []string{id("aaaaaaaa", 0), id("bbbbbbbb", 1)}},
			object{"id": id("bbbbbbbb", 1), "members": []string{id("aaaaaaaa", 1), id("bbbbbbbb", 0)}},
		},
		"roleAssignments": []any{object{"principalId": id("bbbbbbbb", 0), "roleDefinitionId": id("cccccccc", 0), "directoryScopeId": "/"}},
		"users":           []any{object{"id": id("aaaaaaaa", 0), "userType": "Member"}},
	}
}

func locations() []any {
	return []any{
		object{"id": id("dddddddd", 0), "@odata.type": "#microsoft.graph.ipNamedLocation", "isTrusted": true, "ipRanges": []any{object{"cidrAddress": "198.51.100.0/24"}, object{"cidrAddress": "2001:db8::/32"}}},
		object{"id": id("dddddddd", 1), "@odata.type": "#microsoft.graph.countryNamedLocation", "countriesAndRegions": []string{"DE"}},
	}
}

// read returns what the command would read.
func read(t testing.TB, policies []object, directory, signIn object) (*condaccess.Tenant, *condaccess.SignIn) {
	t.Helper()
	line, err := json.Marshal(object{"policies": policies, "namedLocations": locations(), "directory": directory, "signIn": signIn})
	if err != nil {
		t.Fatal(err)
	}
	c, err := condaccess.ReadCase(line)
	if err != nil {
		t.Fatal(err)
	}
	if len(c.Problems) > 0 {
		t.Fatal(c.Problems)
	}
	return c.Tenant, c.SignIn
}

// tenant returns a tenant and a sign-in of which some is not known.
func (w world) tenant(t testing.TB) (*condaccess.Tenant, *condaccess.SignIn) {
	return read(t, w.policies(), w.directory(), w.forget(w.facts()))
}

// evaluate evaluates what the command would.
func evaluate(t testing.TB, policies []object, directory, signIn object, o condaccess.Options) condaccess.Evaluation {
	t.Helper()
	tenant, s := read(t, policies, directory, signIn)
	return condaccess.NewEvaluator(tenant, o).Evaluate(s)
}

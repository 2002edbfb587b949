package gaps

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/conshelf/conshelf/internal/condaccess"
)

// The tenant of these tests: everyone but one account needs several factors,
// legacy clients are blocked, and one policy does what another does.
const tenantOfAnswers = `{"policies":[
 {"id":"p1","displayName":"MFA","state":"enabled","conditions":{"users":{"includeUsers":["All"],"excludeUsers":["glass"]},"applications":{"includeApplications":["All"]},"clientAppTypes":["all"]},"grantControls":{"operator":"OR","builtInControls":["mfa"]}},
 {"id":"p2","displayName":"Legacy","state":"enabled","conditions":{"users":{"includeUsers":["All"],"excludeUsers":["glass"]},"applications":{"includeApplications":["All"]},"clientAppTypes":["exchangeActiveSync","other"]},"grantControls":{"operator":"OR","builtInControls":["block"]}},
 {"id":"p3","displayName":"MFA for mail","state":"enabled","conditions":{"users":{"includeUsers":["anna"]},"applications":{"includeApplications":["00000002-0000-0ff1-ce00-000000000000"]},"clientAppTypes":["all"]},"grantControls":{"operator":"OR","builtInControls":["mfa"]}},
 {"id":"p4","displayName":"Nobody","state":"enabled","conditions":{"users":{"includeUsers":["None"]},"applications":{"includeApplications":["All"]},"clientAppTypes":["all"]},"grantControls":{"operator":"OR","builtInControls":["block"]}},
 {"id":"p5","displayName":"HQ only","state":"enabled","conditions":{"users":{"includeUsers":["anna"]},"applications":{"includeApplications":["All"]},"clientAppTypes":["all"],"locations":{"includeLocations":["All"],"excludeLocations":["hq"]}},"grantControls":{"operator":"OR","builtInControls":["block"]}}
],"namedLocations":[{"id":"hq","displayName":"HQ","@odata.type":"#microsoft.graph.ipNamedLocation","isTrusted":false,"ipRanges":[{"cidrAddress":"192.0.2.0/24"}]}],
"directory":{"users":[{"id":"anna","userPrincipalName":"anna@contoso.com"},{"id":"glass","userPrincipalName":"glass@contoso.com"}],"groups":[],"roleAssignments":[]},"signIn":{}}`

func answers(t *testing.T) *Space {
	t.Helper()
	c, err := condaccess.ReadCase([]byte(strings.ReplaceAll(tenantOfAnswers, "\n", "")))
	if err != nil {
		t.Fatal(err)
	}
	s, err := NewSpace(condaccess.NewEvaluator(c.Tenant, condaccess.Options{Scopes: condaccess.ScopesEnforced}))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func profile(t *testing.T, name string) Profile {
	t.Helper()
	all := Profiles()
	return all[slices.IndexFunc(all, func(p Profile) bool { return p.Name == name })]
}

// Only the account that is excluded is open to a password, and then for
// everything, with every client.
func TestReportNamesTheOneThatIsExcluded(t *testing.T) {
	report, err := answers(t).Report(profile(t, "password"), 100)
	if err != nil {
		t.Fatal(err)
	}
	var open []string
	for _, row := range report.Rows {
		if row.Certain {
			open = append(open, row.Principals...)
		}
	}
	if !slices.Equal(slices.Compact(open), []string{"glass@contoso.com"}) {
		t.Errorf("open to %v, want glass@contoso.com alone", open)
	}
}

// The place that no location holds is not lost: it is where Anna is stopped,
// and the location is where she is not.
func TestReportKnowsPlaces(t *testing.T) {
	report, err := answers(t).Report(profile(t, "phished"), 100)
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range report.Rows {
		if !row.Certain || !slices.Contains(row.Principals, "anna@contoso.com") {
			continue
		}
		for _, l := range row.Conditions {
			if l.Dimension == "place" {
				if !slices.Equal(l.Open, []string{"HQ"}) || !slices.Equal(l.Closed, []string{"anywhere else"}) {
					t.Errorf("open from %v and closed from %v, want HQ and anywhere else", l.Open, l.Closed)
				}
				return
			}
		}
	}
	t.Error("nothing says that Anna is open from HQ only")
}

func TestProve(t *testing.T) {
	tests := []struct {
		name, profile string
		q             condaccess.SignIn
		want          condaccess.Truth
		everywhere    bool
	}{
		{"legacy of one user", "legacy", condaccess.SignIn{Principal: condaccess.Principal{Kind: condaccess.User, ID: "anna"}}, condaccess.Yes, false},
		{"legacy of all", "legacy", condaccess.SignIn{}, condaccess.No, false},
		{"break-glass gets in", "password", condaccess.SignIn{Principal: condaccess.Principal{Kind: condaccess.User, ID: "glass"}}, condaccess.No, true},
		{"from one country, phished", "phished", condaccess.SignIn{Principal: condaccess.Principal{Kind: condaccess.User, ID: "anna"}, Place: condaccess.Place{Country: "DE", CountryKnown: true}}, condaccess.No, false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			test.q.Target.Applications = []string{"00000002-0000-0ff1-ce00-000000000000"}
			got, err := answers(t).Prove(profile(t, test.profile), &test.q)
			if err != nil {
				t.Fatal(err)
			}
			if got.Stopped != test.want || got.Everywhere != test.everywhere {
				t.Errorf("Prove = %v, everywhere %v (%+v), want %v, %v", got.Stopped, got.Everywhere, got.Witness, test.want, test.everywhere)
			}
			if (got.Witness == nil) != (got.Stopped == condaccess.Yes) || (len(got.By) > 0) != (got.Stopped == condaccess.Yes) {
				t.Errorf("Prove = %v with witness %v by %v", got.Stopped, got.Witness, got.By)
			}
		})
	}
}

func TestDead(t *testing.T) {
	dead, err := answers(t).Dead()
	if err != nil {
		t.Fatal(err)
	}
	got := make(map[string]bool)
	for _, d := range dead {
		got[d.Policy.Name] = d.Empty
	}
	if empty, ok := got["Nobody"]; !ok || !empty {
		t.Error("a policy for nobody is not found to cover nothing")
	}
	if empty, ok := got["MFA for mail"]; !ok || empty {
		t.Error("a policy that another includes is not found dead")
	}
	if len(got) != 2 {
		t.Errorf("dead: %v, want Nobody and MFA for mail", got)
	}
}

// A strength of one factor is satisfied by who has not several: the policy for
// several factors stops them, and no other does. A policy that asks for what all
// that it covers have stops nothing, and covers something.
func TestDeadByWhatIsSatisfied(t *testing.T) {
	for _, test := range []struct {
		name, policies string
		want           []Dead
	}{
		{"a strength of one factor", `[{"id":"aaaaaaaa-0000-0000-0000-000000000001","displayName":"MFA","state":"enabled","conditions":{"users":{"includeUsers":["All"]},"applications":{"includeApplications":["All"]},"clientAppTypes":["all"]},"grantControls":{"operator":"OR","builtInControls":["mfa"]}},{"id":"aaaaaaaa-0000-0000-0000-000000000002","displayName":"Cert","state":"enabled","conditions":{"users":{"includeUsers":["All"]},"applications":{"includeApplications":["All"]},"clientAppTypes":["all"]},"grantControls":{"operator":"OR","authenticationStrength":{"id":"12340000-0000-0000-0000-000000000004","displayName":"Cert","allowedCombinations":["x509CertificateSingleFactor"]}}}]`, nil},
		{"compliant devices that are compliant", `[{"id":"aaaaaaaa-0000-0000-0000-000000000001","displayName":"Compliant only","state":"enabled","conditions":{"users":{"includeUsers":["All"]},"applications":{"includeApplications":["All"]},"clientAppTypes":["browser"],"devices":{"deviceFilter":{"mode":"include","rule":"device.isCompliant -eq True"}}},"grantControls":{"operator":"OR","builtInControls":["compliantDevice"]}}]`, []Dead{{Empty: false}}},
	} {
		t.Run(test.name, func(t *testing.T) {
			c, err := condaccess.ReadCase([]byte(`{"policies":` + test.policies + `,"signIn":{}}`))
			if err != nil {
				t.Fatal(err)
			}
			s, err := NewSpace(condaccess.NewEvaluator(c.Tenant, condaccess.Options{}))
			if err != nil {
				t.Fatal(err)
			}
			dead, err := s.Dead()
			if err != nil || len(dead) != len(test.want) {
				t.Fatalf("dead: %+v, %v", dead, err)
			}
			for i, d := range dead {
				if d.Empty != test.want[i].Empty {
					t.Errorf("%s covers nothing: %v", d.Policy.Name, d.Empty)
				}
			}
		})
	}
}

// Without the policy for legacy clients, several factors still stop them: but
// for those who connect directly, whom "All" need not hold, and whom a policy for
// Exchange ActiveSync does. Without that for several factors, a password passes.
func TestCompare(t *testing.T) {
	tests := []struct {
		without int
		profile string
		opens   string // whom every row that opens is for
	}{{1, "legacy", "any future b2bDirectConnectUser of another tenant"}, {0, "password", "anna@contoso.com"}, {0, "phished", ""}}
	for _, test := range tests {
		all := func(int) bool { return true }
		fewer := func(i int) bool { return i != test.without }
		c, err := answers(t).Compare(profile(t, test.profile), all, fewer, 100)
		if err != nil {
			t.Fatal(err)
		}
		var opens []string
		for _, row := range c.Opened {
			opens = append(opens, row.Principals...)
		}
		if len(opens) > 0 != (test.opens != "") || test.opens != "" && !slices.Contains(opens, test.opens) {
			t.Errorf("without policy %d, %s opens to %v, want %q", test.without, test.profile, opens, test.opens)
		}
		if test.profile == "legacy" && len(opens) != 1 {
			t.Errorf("without policy %d, %s opens to %v, want %q alone", test.without, test.profile, opens, test.opens)
		}
		if len(c.Closed) > 0 {
			t.Errorf("without policy %d, %s is closed more: %v", test.without, test.profile, c.Closed)
		}
	}
}

// A policy that blocks agents is for them, and alive; one at a risk that only
// agents have leaves what is at no risk open.
func TestAgents(t *testing.T) {
	const text = `{"policies":[
 {"id":"p1","displayName":"Block agents at risk","state":"enabled","conditions":{"users":{"includeUsers":["None"]},"applications":{"includeApplications":["All"]},"clientApplications":{"includeAgentIdServicePrincipals":["All"],"excludeAgentIdServicePrincipals":["helper"]},"agentIdRiskLevels":"medium,high"},"grantControls":{"operator":"OR","builtInControls":["block"]}},
 {"id":"p2","displayName":"Block agents' users","state":"enabled","conditions":{"users":{"includeUsers":["None"]},"applications":{"includeApplications":["All"]},"agents":{"includeAgentUsers":["All"]}},"grantControls":{"operator":"OR","builtInControls":["block"]}}
],"directory":{"users":[{"@odata.type":"#microsoft.graph.agentUser","id":"clerk","userPrincipalName":"clerk@contoso.com","userType":"Member"}],"groups":[],"roleAssignments":[],"servicePrincipals":[{"id":"helper","displayName":"Helper","servicePrincipalType":"AgentIdentity"}]},"signIn":{}}`
	c, err := condaccess.ReadCase([]byte(strings.ReplaceAll(text, "\n", "")))
	if err != nil {
		t.Fatal(err)
	}
	s, err := NewSpace(condaccess.NewEvaluator(c.Tenant, condaccess.Options{}))
	if err != nil {
		t.Fatal(err)
	}
	if dead, err := s.Dead(); err != nil || len(dead) > 0 {
		t.Errorf("dead: %v, %v; want none", dead, err)
	}
	for _, test := range []struct {
		q    condaccess.SignIn
		want condaccess.Truth
	}{
		{condaccess.SignIn{Principal: condaccess.Principal{Kind: condaccess.AgentIdentity, ID: "other"}, AgentRisk: "high"}, condaccess.Yes},
		{condaccess.SignIn{Principal: condaccess.Principal{Kind: condaccess.AgentIdentity, ID: "other"}}, condaccess.No},
		{condaccess.SignIn{Principal: condaccess.Principal{Kind: condaccess.AgentIdentity, ID: "helper"}, AgentRisk: "high"}, condaccess.No},
		{condaccess.SignIn{Principal: condaccess.Principal{Kind: condaccess.AgentUser, ID: "clerk"}}, condaccess.Yes},
	} {
		// No policy is known to reach some resources, and what is stopped there is not known.
		test.q.Target.Applications = []string{anyApplication}
		proof, err := s.Prove(profile(t, "agent"), &test.q)
		if err != nil || proof.Stopped != test.want {
			t.Errorf("%s %s at risk %q: stopped %v (%v), want %v", test.q.Principal.Kind, test.q.Principal.ID, test.q.AgentRisk, proof.Stopped, err, test.want)
		}
	}
	report, err := s.Report(profile(t, "agent"), 100)
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range report.Rows {
		if row.Certain && slices.Contains(row.Principals, "clerk@contoso.com") {
			t.Errorf("open to an agent's user who is blocked: %+v", row)
		}
	}
}

// spaceOf returns the space of policies that block, each for some users.
func spaceOf(t *testing.T, users ...string) *Space {
	t.Helper()
	var policies []string
	for i, u := range users {
		policies = append(policies, fmt.Sprintf(`{"id":"p%d","state":"enabled","conditions":{"users":%s,"applications":{"includeApplications":["All"]}},"grantControls":{"operator":"OR","builtInControls":["block"]}}`, i, u))
	}
	c, err := condaccess.ReadCase([]byte(`{"policies":[` + strings.Join(policies, ",") + `],"directory":{"users":[],"groups":[],"roleAssignments":[]},"signIn":{}}`))
	if err != nil {
		t.Fatal(err)
	}
	s, err := NewSpace(condaccess.NewEvaluator(c.Tenant, condaccess.Options{Scopes: condaccess.ScopesEnforced}))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// Whoever is to come may be in several groups at once, and a guest in any.
func TestFutureUsersAreInSeveralGroups(t *testing.T) {
	tests := []struct {
		name  string
		users []string
		open  string // who is open, or nobody
	}{
		{"in both of two", []string{`{"includeUsers":["All"],"excludeGroups":["g1"]}`, `{"includeUsers":["All"],"excludeGroups":["g2"]}`}, "any future member of group g1 and member of group g2"},
		{"and a third stops those", []string{`{"includeUsers":["All"],"excludeGroups":["g1"]}`, `{"includeUsers":["All"],"excludeGroups":["g2"]}`, `{"includeGroups":["g1"]}`}, ""},
		{"a guest in a group", []string{`{"includeUsers":["All"],"excludeUsers":["GuestsOrExternalUsers"]}`, `{"includeUsers":["GuestsOrExternalUsers"],"excludeGroups":["g1"]}`}, "any future internalGuest of another tenant, member of group g1"},
		{"a holder of a role in a group", []string{`{"includeUsers":["All"],"excludeRoles":["r1"]}`, `{"includeUsers":["All"],"excludeGroups":["g1"]}`}, "any future member of group g1 and holder of role r1"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			report, err := spaceOf(t, test.users...).Report(profile(t, "password"), 100)
			if err != nil {
				t.Fatal(err)
			}
			var open []string
			for _, row := range report.Rows {
				if row.Certain {
					open = append(open, row.Principals...)
				}
			}
			if test.open == "" && len(open) > 0 || test.open != "" && !slices.Contains(open, test.open) {
				t.Errorf("open to %q, want %q", open, test.open)
			}
		})
	}
}

// A policy that only stops who is in two groups at once is not dead.
func TestPolicyForTheMembersOfTwoGroupsIsAlive(t *testing.T) {
	// Whether "All" holds who connects directly is not documented: the policies name them.
	const all = `"includeUsers":["All"],"includeGuestsOrExternalUsers":{"guestOrExternalUserTypes":"b2bDirectConnectUser"}`
	s := spaceOf(t, `{`+all+`,"excludeGroups":["g1"]}`, `{`+all+`,"excludeGroups":["g2"]}`, `{`+all+`}`)
	dead, err := s.Dead()
	if err != nil {
		t.Fatal(err)
	}
	var ids []string
	for _, d := range dead {
		ids = append(ids, d.Policy.ID)
	}
	if !slices.Equal(ids, []string{"p0", "p1"}) {
		t.Errorf("dead: %v, want the two that exclude", ids)
	}
}

// What is too much to combine is said.
func TestOmitted(t *testing.T) {
	var users []string
	for i := range 7 {
		users = append(users, fmt.Sprintf(`{"includeGroups":["g%d"],"excludeGroups":["g%d"]}`, i, (i+1)%7))
	}
	if got := spaceOf(t, users...).Omitted(); len(got) != 1 || !strings.Contains(got[0], "7 groups and roles") {
		t.Errorf("omitted: %q", got)
	}
	if got := spaceOf(t, users[:2]...).Omitted(); len(got) != 0 {
		t.Errorf("omitted: %q, want nothing", got)
	}
}

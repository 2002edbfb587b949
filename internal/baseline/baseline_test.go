package baseline_test

import (
	"strings"
	"testing"

	"github.com/conshelf/conshelf/internal/baseline"
	"github.com/conshelf/conshelf/internal/condaccess"
)

const (
	group = "bbbbbbbb-0000-0000-0000-000000000001"
	user  = "dddddddd-0000-0000-0000-000000000001"
	app   = "eeeeeeee-0000-0000-0000-000000000001"
	hq    = "cccccccc-0000-0000-0000-000000000001"
	block = `"grantControls":{"operator":"OR","builtInControls":["block"]}`
	mfa   = `"grantControls":{"operator":"OR","builtInControls":["mfa"]}`

	globalAdministrator = "62e90394-69f5-4237-9190-012177145e10"
)

// enforced returns a policy for all resources: users is whom, more is other
// conditions.
func enforced(id, users, more, grant string) string {
	return `{"id":"` + id + `","displayName":"` + id + `","state":"enabled","conditions":{"users":` + users +
		`,"applications":{"includeApplications":["All"]}` + more + `},` + grant + `}`
}

const (
	allUsers      = `{"includeUsers":["All"]}`
	butGroup      = `{"includeUsers":["All"],"excludeGroups":["` + group + `"]}`
	butUser       = `{"includeUsers":["All"],"excludeUsers":["` + user + `"]}`
	butGuests     = `{"includeUsers":["All"],"excludeGuestsOrExternalUsers":{"guestOrExternalUserTypes":"internalGuest","externalTenants":{"membershipKind":"all"}}}`
	theGroup      = `{"includeGroups":["` + group + `"]}`
	legacy        = `,"clientAppTypes":["other","exchangeActiveSync"]`
	notFromHQ     = `,"locations":{"includeLocations":["All"],"excludeLocations":["` + hq + `"]}`
	notOnWindows  = `,"platforms":{"includePlatforms":["all"],"excludePlatforms":["windows"]}`
	atHighRisk    = `,"signInRiskLevels":["high"]`
	notRegistered = `,"devices":{"deviceFilter":{"mode":"exclude","rule":"device.trustType -eq \"Workplace\""}}`
	notCompliant  = `,"devices":{"deviceFilter":{"mode":"exclude","rule":"device.isCompliant -eq True"}}`
	deviceCode    = `,"authenticationFlows":{"transferMethods":"deviceCodeFlow"}`
	unread        = `,"moonPhase":"full"`
)

func lint(t *testing.T, facts string, files ...string) map[string]baseline.Finding {
	t.Helper()
	var l condaccess.Loader
	for _, file := range files {
		_ = l.Read("policies.json", []byte(file)) // a file that cannot be read is what some cases are about
	}
	if err := l.TrustIP("none"); err != nil {
		t.Fatal(err)
	}
	f, err := baseline.ReadFacts([]byte(facts))
	if err != nil {
		t.Fatal(err)
	}
	out := make(map[string]baseline.Finding)
	for _, finding := range baseline.Lint(l.Tenant(), f) {
		out[finding.ID] = finding
	}
	return out
}

func TestVerdicts(t *testing.T) {
	reportOnly := strings.Replace(enforced("p", allUsers, legacy, block), `"enabled"`, `"enabledForReportingButNotEnforced"`, 1)
	tests := []struct {
		name, check, facts string
		files              []string
		compat, effective  baseline.Verdict
		witness            string
	}{
		{"as recommended", "MS.AAD.1.1v1", "", []string{enforced("p", allUsers, legacy, block)}, baseline.Met, baseline.Met, ""},
		{"report-only stops nobody", "MS.AAD.1.1v1", "", []string{reportOnly}, baseline.NotMet, baseline.NotMet, "no policy is enforced"},
		{"MFA blocks a client that cannot do it", "MS.AAD.1.1v1", "", []string{enforced("p", allUsers, "", mfa)}, baseline.NotMet, baseline.Met, ""},
		{"a rule that does not look at places", "MS.AAD.1.1v1", "", []string{enforced("p", allUsers, legacy+notFromHQ, block)}, baseline.Met, baseline.NotMet, "any member, from the location " + hq},
		{"a rule that does not look at platforms", "MS.AAD.1.1v1", "", []string{enforced("p", allUsers, legacy+notOnWindows, block)}, baseline.Met, baseline.NotMet, "platform windows"},
		{"an excluded group is a way in", "MS.AAD.3.2v2", "", []string{enforced("p", butGroup, "", mfa)}, baseline.NotMet, baseline.NotMet, "who is in the group " + group},
		{"but for one that is declared", "MS.AAD.3.2v2", `{"breakGlass":{"groups":["` + group + `"]}}`, []string{enforced("p", butGroup, "", mfa)}, baseline.NotMet, baseline.Met, ""},
		{"or exempt from the check", "MS.AAD.3.2v2", `{"exclusions":{"MS.AAD.3.2v2":{"groups":["` + group + `"]}}}`, []string{enforced("p", butGroup, "", mfa)}, baseline.Met, baseline.Met, ""},
		{"what one policy excludes another includes", "MS.AAD.3.2v2", "", []string{"[" + enforced("p", butGroup, "", mfa) + "," + enforced("q", theGroup, "", mfa) + "]"}, baseline.NotMet, baseline.Met, ""},
		{"MFA does not stop who phished it", "MS.AAD.3.1v1", "", []string{enforced("p", allUsers, "", mfa)}, baseline.NotMet, baseline.NotMet, "any member"},
		{"MFA is enough at risk, for some", "GUIDE.5.1-risk", "", []string{enforced("p", allUsers, atHighRisk, mfa)}, baseline.Met, baseline.Met, ""},
		{"and not for the guide's example", "GUIDE.2.1-example", "", []string{enforced("p", allUsers, atHighRisk, mfa)}, baseline.NotMet, baseline.NotMet, "any member"},
		{"a rule on risk needs the licence", "MS.AAD.2.3v1", "", []string{enforced("p", allUsers, atHighRisk, block)}, baseline.Unknown, baseline.Met, ""},
		{"which the facts may deny", "MS.AAD.2.3v1", `{"servicePlans":[]}`, []string{enforced("p", allUsers, atHighRisk, block)}, baseline.NotMet, baseline.Met, ""},
		{"a condition of a later year", "MS.AAD.1.1v1", "", []string{enforced("p", allUsers, legacy+unread, block)}, baseline.Met, baseline.Unknown, "any member"},
		{"policies that are not here", "MS.AAD.1.1v1", "", []string{enforced("p", allUsers, "", mfa), `{"value":[`}, baseline.Unknown, baseline.Met, ""},
		{"policies that are not here may stop it", "MS.AAD.3.1v1", "", []string{enforced("p", allUsers, "", mfa), `{"value":[`}, baseline.Unknown, baseline.Unknown, "any member"},
		{"everybody else is another matter", "MS.AAD.3.2v2", "", []string{enforced("p", theGroup, "", mfa)}, baseline.NotMet, baseline.NotMet, "any member"},
		{"an excluded user is a way in", "MS.AAD.3.2v2", "", []string{enforced("p", butUser, "", mfa)}, baseline.NotMet, baseline.NotMet, "the user " + user},
		{"and nobody else", "MS.AAD.3.2v2", `{"breakGlass":{"users":["` + user + `"]}}`, []string{enforced("p", butUser, "", mfa)}, baseline.NotMet, baseline.Met, ""},
		{"an excluded user may be an administrator", "CIS.5.2.2.1", "", []string{enforced("p", butUser, "", mfa)}, baseline.NotMet, baseline.Unknown, "the user " + user + ", should they hold the role"},
		{"and is one", "CIS.5.2.2.1", "", []string{enforced("p", butUser, "", mfa), strings.ReplaceAll(sync, "d29b2b05-8046-44ba-8758-1e26182fcf32", globalAdministrator)}, baseline.NotMet, baseline.NotMet, "the user " + user},
		{"or is none", "CIS.5.2.2.1", "", []string{enforced("p", butUser, "", mfa), noRoles}, baseline.NotMet, baseline.Met, ""},
		{"or is declared", "CIS.5.2.2.1", `{"breakGlass":{"users":["` + user + `"]}}`, []string{enforced("p", butUser, "", mfa)}, baseline.NotMet, baseline.Met, ""},
		{"guests may be excluded", "MS.AAD.3.2v2", "", []string{enforced("p", butGuests, "", mfa)}, baseline.NotMet, baseline.NotMet, "any internalGuest"},
		{"and exempt", "MS.AAD.3.2v2", `{"exclusions":{"MS.AAD.3.2v2":{"guestUserTypes":["internalGuest"]}}}`, []string{enforced("p", butGuests, "", mfa)}, baseline.Met, baseline.Met, ""},
		{"an excluded application is a way in", "MS.AAD.3.2v2", "", []string{strings.Replace(enforced("p", allUsers, "", mfa), `["All"]}`+"}", `["All"],"excludeApplications":["`+app+`"]}}`, 1)}, baseline.NotMet, baseline.NotMet, "application " + app},
		{"an attacker registers a device too", "MS.AAD.3.2v2", "", []string{enforced("p", allUsers, notRegistered, mfa)}, baseline.Met, baseline.NotMet, "any member, on a device with trusttype=Workplace"},
		{"an old client shows no device", "MS.AAD.1.1v1", "", []string{enforced("p", allUsers, legacy+notCompliant, block)}, baseline.Met, baseline.Met, ""},
		{"nor does the one that was given the code", "MS.AAD.3.9v1", "", []string{enforced("p", allUsers, deviceCode+notCompliant, block)}, baseline.Met, baseline.Met, ""},
		{"nobody is declared", "MT.1005", "", []string{enforced("p", butGroup, "", mfa)}, baseline.Unknown, baseline.Unknown, ""},
		{"break-glass gets in", "MT.1005", `{"breakGlass":{"groups":["` + group + `"]}}`, []string{enforced("p", butGroup, "", block)}, baseline.Met, baseline.Met, ""},
		{"break-glass is locked out", "MT.1005", `{"breakGlass":{"groups":["` + group + `"]}}`, []string{enforced("p", allUsers, "", block)}, baseline.NotMet, baseline.NotMet, "the break-glass group " + group},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			facts := test.facts
			if facts == "" {
				facts = "{}"
			}
			got := lint(t, facts, test.files...)[test.check]
			if got.Compat != test.compat || got.Effective != test.effective || !strings.Contains(got.Witness, test.witness) {
				t.Errorf("%s = compat %v (%s), effective %v, witness %q %v; want %v, %v, %q", test.check,
					got.Compat, got.CompatNote, got.Effective, got.Witness, got.Reasons, test.compat, test.effective, test.witness)
			}
		})
	}
}

// An address may be in two locations, each of which another policy leaves out.
func TestPlacesOverlap(t *testing.T) {
	range24 := func(id, cidr string) string {
		return `{"@odata.type":"#microsoft.graph.ipNamedLocation","id":"` + id + `","displayName":"` + id + `","isTrusted":false,"ipRanges":[{"cidrAddress":"` + cidr + `"}]}`
	}
	not := func(id string) string {
		return `,"locations":{"includeLocations":["All"],"excludeLocations":["` + id + `"]}`
	}
	policies := "[" + enforced("p", allUsers, not("a"), mfa) + "," + enforced("q", allUsers, not("b"), mfa) + "]"
	for cidr, want := range map[string]baseline.Verdict{"198.51.100.0/25": baseline.NotMet, "203.0.113.0/24": baseline.Met} {
		got := lint(t, "{}", policies, "["+range24("a", "198.51.100.0/24")+","+range24("b", cidr)+"]")["MS.AAD.3.2v2"]
		if got.Effective != want {
			t.Errorf("b is %s: effective %v, witness %q; want %v", cidr, got.Effective, got.Witness, want)
		}
	}
}

// An address may be in three locations at once.
func TestThreePlacesOverlap(t *testing.T) {
	var policies, locations []string
	for _, id := range []string{"a", "b", "c"} {
		policies = append(policies, enforced("p"+id, allUsers, `,"locations":{"includeLocations":["All"],"excludeLocations":["`+id+`"]}`, mfa))
		locations = append(locations, `{"@odata.type":"#microsoft.graph.ipNamedLocation","id":"`+id+`","isTrusted":false,"ipRanges":[{"cidrAddress":"198.51.100.0/24"}]}`)
	}
	got := lint(t, "{}", "["+strings.Join(policies, ",")+"]", "["+strings.Join(locations, ",")+"]")["MS.AAD.3.2v2"]
	if got.Effective != baseline.NotMet || !strings.Contains(got.Witness, "from a and b and c") {
		t.Errorf("effective %v, witness %q; want notMet from all three", got.Effective, got.Witness)
	}
}

// A misspelt exemption would change verdicts unseen.
func TestReadFactsRefuses(t *testing.T) {
	for _, text := range []string{
		"", "[]", `{"breakglass_accounts":{}}`, `{"exclusions":{"MS.AAD.1.1":{}}}`, `{"breakGlass":{"applications":["x"]}}`, `{"breakGlass":{"user":["x"]}}`,
		`{"exclusions":{"MS.AAD.1.1v1":{"group":["x"]}}}`, `{"scuba_config":{"Aad":{"MS.AAD.1.1v1":{"CapExclusions":{"Users":"x"}}}}}`,
	} {
		if _, err := baseline.ReadFacts([]byte(text)); err == nil {
			t.Errorf("ReadFacts(%q) has no error", text)
		}
	}
}

// Nobody is taken for a break-glass account who is not declared.
func TestBreakGlassIsNotGuessed(t *testing.T) {
	got := lint(t, "{}", enforced("p", butGroup, "", mfa))["MT.1005"]
	if !strings.Contains(got.CompatNote, "perhaps one: "+group) {
		t.Errorf("note %q does not name %s", got.CompatNote, group)
	}
}

// Every check has all that a reader needs, and an id of its own.
func TestChecksAreComplete(t *testing.T) {
	seen := make(map[string]bool)
	var l condaccess.Loader
	for _, f := range baseline.Lint(l.Tenant(), &baseline.Facts{}) {
		if seen[f.ID] || f.Source == "" || f.Title == "" || f.Why == "" || f.Remedy == "" || f.Severity == 0 {
			t.Errorf("%s is there twice, or lacks something: %+v", f.ID, f)
		}
		seen[f.ID] = true
	}
}

// An account for emergencies is the same by its name as by its id.
func TestBreakGlassByName(t *testing.T) {
	directory := `{"users":[{"id":"` + user + `","userPrincipalName":"emergency@contoso.com","userType":"Member"}]}`
	for _, who := range []string{user, "Emergency@contoso.com"} {
		got := lint(t, `{"breakGlass":{"users":["`+who+`"]}}`, enforced("p", butUser, atHighRisk, block), directory)
		for _, id := range []string{"MT.1005", "GUIDE.2.1-example"} {
			if f := got[id]; f.Compat != baseline.Met || f.Effective != baseline.Met {
				t.Errorf("%s, declared as %s: %v %q, %v %q %q", id, who, f.Compat, f.CompatNote, f.Effective, f.Witness, f.Reasons)
			}
		}
	}
}

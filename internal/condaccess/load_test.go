package condaccess_test

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"testing/fstest"
	"time"
	"unicode/utf16"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/conshelf/conshelf/internal/condaccess"
)

const graphPolicy = `{"id":"p1","displayName":"Guests","state":"enabledForReportingButNotEnforced","createdDateTime":"2026-02-13T11:37:41Z","modifiedDateTime":null,
"templateId":null,"partialEnablementStrategy":null,"#microsoft.graph.restore":{"title":"x"},
"conditions":{"@odata.type":"#microsoft.graph.conditionalAccessConditionSet","clientAppTypes":["browser"],"userRiskLevels":[],"signInRiskLevels":["high"],"insiderRiskLevels":"minor,elevated","times":null,
"users":{"includeUsers":["All"],"excludeGroups":["g1"],"includeGuestsOrExternalUsers":{"guestOrExternalUserTypes":"internalGuest,serviceProvider","externalTenants":{"@odata.type":"#microsoft.graph.conditionalAccessEnumeratedExternalTenants","membershipKind":"enumerated","members":["t1"]}}},
"applications":{"includeApplications":["Office365"],"excludeApplications":[],"includeUserActions":[],"applicationFilter":null},
"platforms":{"includePlatforms":["all"],"excludePlatforms":["iOS"]},"locations":{"includeLocations":["All"],"excludeLocations":["AllTrusted"]},
"authenticationFlows":{"transferMethods":"deviceCodeFlow,authenticationTransfer"}},
"grantControls":{"operator":"AND","builtInControls":["mfa","compliantDevice"],"termsOfUse":["tou"],"authenticationStrength":null},
"sessionControls":{"signInFrequency":{"isEnabled":true,"value":12,"type":"hours","frequencyInterval":"timeBased","authenticationType":"primaryAndSecondaryAuthentication"},"persistentBrowser":null,"cloudAppSecurity":{"isEnabled":false,"cloudAppSecurityType":"monitorOnly"}}}`

const powershellPolicy = `{"Id":"p1","DisplayName":"Guests","State":"enabledForReportingButNotEnforced","CreatedDateTime":"2026-02-13T11:37:41Z","ModifiedDateTime":null,"AdditionalProperties":{"@odata.context":"x"},
"Conditions":{"ClientAppTypes":"browser","UserRiskLevels":[],"SignInRiskLevels":["HIGH"],"InsiderRiskLevels":null,"Times":{"AdditionalProperties":{}},"Devices":{"DeviceFilter":{"Mode":null,"Rule":null},"AdditionalProperties":{}},
"Users":{"IncludeUsers":"All","ExcludeGroups":["g1"],"ExcludeGuestsOrExternalUsers":{"GuestOrExternalUserTypes":null,"ExternalTenants":{"MembershipKind":null}},"IncludeGuestsOrExternalUsers":{"GuestOrExternalUserTypes":["internalGuest","serviceProvider"],"ExternalTenants":{"MembershipKind":"enumerated","AdditionalProperties":{"members":["t1"]}}}},
"Applications":{"IncludeApplications":["Office365"],"ApplicationFilter":{"Mode":null,"Rule":""}},
"Platforms":{"IncludePlatforms":["all"],"ExcludePlatforms":["ios"]},"Locations":{"IncludeLocations":["All"],"ExcludeLocations":["AllTrusted"]},
"AdditionalProperties":{"authenticationFlows":{"transferMethods":"deviceCodeFlow,authenticationTransfer"},"insiderRiskLevels":["minor","elevated"]}},
"GrantControls":{"Operator":"AND","BuiltInControls":["mfa","compliantDevice"],"TermsOfUse":"tou","AuthenticationStrength":{"AllowedCombinations":null,"Id":null}},
"SessionControls":{"SignInFrequency":{"IsEnabled":true,"Value":12,"Type":"hours","FrequencyInterval":"timeBased","AuthenticationType":"primaryAndSecondaryAuthentication"},"PersistentBrowser":{"IsEnabled":null,"Mode":null}}}`

func wantPolicy() *condaccess.Policy {
	return &condaccess.Policy{
		ID: "p1", Name: "Guests", State: condaccess.ReportOnly, Created: time.Date(2026, 2, 13, 11, 37, 41, 0, time.UTC),
		Conditions: condaccess.Conditions{
			ClientApps: []string{"browser"}, SignInRisk: []string{"high"}, InsiderRisk: []string{"minor", "elevated"},
			Users: condaccess.Users{
				Include: condaccess.UserSet{Users: []string{"All"}, Guests: &condaccess.Guests{Types: condaccess.InternalGuest | condaccess.ServiceProvider, Tenants: []string{"t1"}}},
				Exclude: condaccess.UserSet{Groups: []string{"g1"}},
			},
			Applications: condaccess.Applications{Include: []string{"Office365"}},
			Platforms:    condaccess.Lists{Include: []string{"all"}, Exclude: []string{"iOS"}},
			Locations:    condaccess.Lists{Include: []string{"All"}, Exclude: []string{"AllTrusted"}},
			Flows:        []string{"deviceCodeFlow", "authenticationTransfer"},
		},
		Grant: &condaccess.Grant{Operator: "AND", Clauses: [][]condaccess.Control{
			{{Kind: condaccess.MFA}}, {{Kind: condaccess.CompliantDevice}}, {{Kind: condaccess.TermsOfUse, ID: "tou"}},
		}},
		Session: condaccess.Session{Frequency: &condaccess.Frequency{Period: 12 * time.Hour}},
	}
}

func utf16Text(text string, order binary.AppendByteOrder, mark bool) []byte {
	var out []byte
	if mark {
		out = order.AppendUint16(out, 0xFEFF)
	}
	for _, u := range utf16.Encode([]rune(text)) {
		out = order.AppendUint16(out, u)
	}
	return out
}

func load(t *testing.T, files map[string]string) *condaccess.Tenant {
	t.Helper()
	fsys := fstest.MapFS{}
	for name, text := range files {
		fsys[name] = &fstest.MapFile{Data: []byte(text)}
	}
	tenant, errs := condaccess.LoadFS(fsys)
	if len(errs) > 0 {
		t.Fatal(errs)
	}
	return tenant
}

func TestPolicyShapes(t *testing.T) {
	for _, test := range []struct{ name, text string }{
		{"an object", graphPolicy},
		{"an array", "[" + graphPolicy + "]"},
		{"a page", `{"@odata.context":"https://graph.microsoft.com/v1.0/$metadata#identity/conditionalAccess/policies","value":[` + graphPolicy + `]}`},
		{"JSON Lines", strings.ReplaceAll(graphPolicy, "\n", "") + "\n"},
		{"a byte order mark", "\uFEFF" + graphPolicy},
		{"UTF-16, little end first", string(utf16Text(graphPolicy, binary.LittleEndian, true))},
		{"UTF-16, big end first", string(utf16Text(graphPolicy, binary.BigEndian, true))},
		{"UTF-16 without a mark", string(utf16Text(graphPolicy, binary.LittleEndian, false))},
		{"PowerShell's objects", powershellPolicy},
		{"among others", `{"policies":[` + graphPolicy + `],"namedLocations":[],"users":null}`},
		{"under its id", `{"policies":{"p1":` + graphPolicy + `}}`},
		{"JSON in a text", quoted(graphPolicy)},
		{"JSON in a list of texts", "[" + quoted("["+graphPolicy+"]") + "]"},
		{"lists with their lengths", strings.NewReplacer(`["All"]`, `{"value": ["All"],"Count":1}`, `["mfa","compliantDevice"]`, `{"value": ["mfa","compliantDevice"],"Count":2}`).Replace(graphPolicy)},
		{"lists that PowerShell cut", strings.NewReplacer(`["mfa","compliantDevice"]`, `"mfa compliantDevice"`, `["All"]`, `"All"`, `[]`, `""`, `"internalGuest,serviceProvider"`, `"internalGuest serviceProvider"`).Replace(graphPolicy)},
		{"the AzureAD module's operator", strings.Replace(graphPolicy, `"operator"`, `"_Operator"`, 1)},
	} {
		t.Run(test.name, func(t *testing.T) {
			tenant := load(t, map[string]string{"export.json": test.text})
			if len(tenant.Policies) != 1 {
				t.Fatalf("%d policies", len(tenant.Policies))
			}
			got := *tenant.Policies[0]
			if !json.Valid(got.Document) || bytes.Contains(got.Document, []byte("value\":[")) {
				t.Errorf("the document is %s", got.Document)
			}
			got.Document, got.File = nil, ""
			if diff := cmp.Diff(wantPolicy(), &got, cmpopts.EquateEmpty()); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func quoted(text string) string {
	b, err := json.Marshal(text)
	if err != nil {
		panic(err)
	}
	return string(b)
}

// A text of several words is several ids only where each word is one; a name in
// the place of an id is nobody that can be told from others.
func TestSeveralWords(t *testing.T) {
	const a, b = "aaaaaaaa-0000-4000-8000-000000000001", "aaaaaaaa-0000-4000-8000-000000000002"
	for _, test := range []struct {
		name, users, strength string
		excluded              []string
		combinations          []string
		unread                string
	}{
		{"ids", `"excludeUsers":"` + a + ` ` + b + `"`, `null`, []string{a, b}, nil, ""},
		{"an id and a word for ids", `"excludeUsers":"GuestsOrExternalUsers ` + b + `"`, `null`, []string{"GuestsOrExternalUsers", b}, nil, ""},
		{"a name", `"excludeUsers":["Break Glass 1"]`, `null`, []string{"Break Glass 1"}, nil, "conditions.users.excludeUsers"},
		{"a text to be replaced", `"excludeGroups":["REPLACE WITH THE GROUP ID"]`, `null`, nil, nil, "conditions.users.excludeGroups"},
		{"combinations", `"excludeUsers":[]`, `{"id":"s","allowedCombinations":"fido2 password,sms"}`, nil, []string{"fido2", "password,sms"}, ""},
		{"combinations with spaces", `"excludeUsers":[]`, `{"id":"s","allowedCombinations":["fido2","password, sms"]}`, nil, []string{"fido2", "password,sms"}, ""},
		{"combinations that are not there", `"excludeUsers":[]`, `{"id":"s","allowedCombinations":"System.String[]"}`, nil, nil, "grantControls.authenticationStrength.allowedCombinations"},
	} {
		t.Run(test.name, func(t *testing.T) {
			p := load(t, map[string]string{"p.json": `{"id":"p","state":"enabled","conditions":{"users":{"includeUsers":["All"],` + test.users + `},"applications":{"includeApplications":["All"]}},"grantControls":{"operator":"OR","builtInControls":["block"],"authenticationStrength":` + test.strength + `}}`}).Policies[0]
			var combinations []string
			for _, c := range p.Grant.Clauses[0] {
				if c.Strength != nil {
					combinations = c.Strength.Combinations
				}
			}
			if diff := cmp.Diff(test.excluded, p.Conditions.Users.Exclude.Users, cmpopts.EquateEmpty()); diff != "" {
				t.Error(diff)
			}
			if diff := cmp.Diff(test.combinations, combinations, cmpopts.EquateEmpty()); diff != "" {
				t.Error(diff)
			}
			if got := len(p.Unread) > 0 && p.Unread[0].Path == test.unread; got != (test.unread != "") || test.unread == "" && len(p.Unread) > 0 {
				t.Errorf("unread %v, want %q", p.Unread, test.unread)
			}
		})
	}
}

func TestInternalForm(t *testing.T) {
	detail := func(s string) string {
		b, err := json.Marshal(s)
		if err != nil {
			t.Fatal(err)
		}
		return string(b)
	}
	tenant := load(t, map[string]string{"policies.json": `[
{"displayName":"Old","policyIdentifier":"p9","policyType":18,"policyDetail":[` + detail(`{"Version":1,"CreatedDateTime":"2020-01-02T03:04:05Z","State":"Enabled",
"Conditions":{"Applications":{"Include":[{"Applications":["All"]},{"Acrs":["urn:user:registersecurityinfo","c3"]}],"Exclude":[{"Applications":["a1"]}]},
"Users":{"Include":[{"Users":["All"]},{"Groups":["g1"]},{"Roles":["r1"]}],"Exclude":[{"Users":["Guests"]}]},
"ClientTypes":{"Include":[{"ClientTypes":["Browser","Native","OtherLegacy"]}]},"DevicePlatforms":{"Include":[{"DevicePlatforms":["All"]}],"Exclude":[{"DevicePlatforms":["IOS"]}]},
"SignInRisks":{"Include":[{"SignInRisks":["High"]}]},"UserRisks":{"Include":[{"UserRisks":["100"]}]},"Locations":{"Include":[{"Locations":["All"]}],"Exclude":[{"Locations":["AllTrusted"]}]},
"Devices":{"Include":[{"DeviceRule":"device.isCompliant -eq True"}]}},
"Controls":[{"Control":["Mfa","RequireCompliantDevice"]},{"Control":["RequireDomainJoinedDevice"]}],"SessionControls":["AppEnforcedRestrictions"]}`) + `]},
{"displayName":"HQ","policyIdentifier":"l9","policyType":6,"policyDetail":[` + detail(`{"KnownNetworkPolicies":{"NetworkName":"HQ","NetworkId":"n9","CidrIpRanges":["198.51.100.0/24"],"Categories":["trusted"],"CountryIsoCodes":[],"ApplyToUnknownCountry":false}}`) + `]},
{"displayName":"Broken","policyIdentifier":"b9","policyType":18,"policyDetail":["{"]}]`})
	if len(tenant.Policies) != 1 || len(tenant.Locations) != 1 {
		t.Fatalf("%d policies and %d locations", len(tenant.Policies), len(tenant.Locations))
	}
	got := *tenant.Policies[0]
	got.Document, got.File, got.Conditions.DeviceFilter.Expr = nil, "", nil
	want := condaccess.Policy{
		ID: "p9", Name: "Old", State: condaccess.Enabled, Created: time.Date(2020, 1, 2, 3, 4, 5, 0, time.UTC),
		Conditions: condaccess.Conditions{
			Applications: condaccess.Applications{Include: []string{"All"}, Exclude: []string{"a1"}, UserActions: []string{"urn:user:registersecurityinfo"}, Contexts: []string{"c3"}},
			Users: condaccess.Users{
				Include: condaccess.UserSet{Users: []string{"All"}, Groups: []string{"g1"}, Roles: []string{"r1"}},
				Exclude: condaccess.UserSet{Users: []string{"GuestsOrExternalUsers"}},
			},
			ClientApps: []string{"browser", "mobileAppsAndDesktopClients", "other"}, SignInRisk: []string{"high"}, UserRisk: []string{"100"},
			Platforms:    condaccess.Lists{Include: []string{"all"}, Exclude: []string{"iOS"}},
			Locations:    condaccess.Lists{Include: []string{"All"}, Exclude: []string{"AllTrusted"}},
			DeviceFilter: &condaccess.Filter{Rule: "device.isCompliant -eq True"},
		},
		Grant:   &condaccess.Grant{Clauses: [][]condaccess.Control{{{Kind: condaccess.MFA}, {Kind: condaccess.CompliantDevice}}, {{Kind: condaccess.DomainJoinedDevice}}}},
		Session: condaccess.Session{AppEnforcedRestrictions: true},
		Unread:  []condaccess.Unread{{Path: "Conditions.UserRisks", Value: "100"}},
	}
	if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" {
		t.Error(diff)
	}
	if l := tenant.Locations[0]; l.ID != "n9" || l.Alias != "l9" || l.Trusted != condaccess.Yes || len(l.Ranges) != 1 {
		t.Errorf("location %+v", l)
	}
	if len(tenant.Incomplete) == 0 {
		t.Error("a policy was lost, and the policies count as complete")
	}
}

// What is set and not understood is named and makes the verdict unknown.
func TestUnreadConditions(t *testing.T) {
	for _, test := range []struct {
		name, part, value, path string
		verdict                 condaccess.Verdict
		grant                   condaccess.Truth
	}{
		{"a condition of a later year", `"conditions":{`, `"conditions":{"moonPhase":"full",`, "conditions.moonPhase", condaccess.Unknown, condaccess.No},
		{"null is none", `"conditions":{`, `"conditions":{"moonPhase":null,"tide":[],"sun":{"rise":null},`, "", condaccess.Applies, condaccess.No},
		{"false is some", `"conditions":{`, `"conditions":{"moonless":false,`, "conditions.moonless", condaccess.Unknown, condaccess.No},
		{"times", `"conditions":{`, `"conditions":{"times":{"includedRanges":["x"]},`, "conditions.times", condaccess.Unknown, condaccess.No},
		{"a member of users", `"users":{`, `"users":{"includeRobots":["All"],`, "conditions.users.includeRobots", condaccess.Unknown, condaccess.No},
		{"a part that was cut to text", `"users":{"includeUsers":["All"]}`, `"users":"@{IncludeUsers=System.Object[]}"`, "conditions.users", condaccess.Unknown, condaccess.No},
		{"a list that was cut to text", `{"includeUsers":["All"]}`, `{"includeUsers":"System.Object[]"}`, "conditions.users.includeUsers", condaccess.Unknown, condaccess.No},
		{"an object that was cut to text", `["all"]`, `"Microsoft.Graph.PowerShell.Models.X"`, "conditions.clientAppTypes", condaccess.Unknown, condaccess.No},
		{"a level of risk", `"conditions":{`, `"conditions":{"signInRiskLevels":["severe"],`, "conditions.signInRiskLevels", condaccess.Unknown, condaccess.No},
		{"no conditions", `"conditions":{"clientAppTypes":["all"],"users":{"includeUsers":["All"]},"applications":{"includeApplications":["All"]}}`, `"conditions":null`, "conditions", condaccess.Unknown, condaccess.No},
		{"no users", `"users":{"includeUsers":["All"]},`, ``, "conditions.users", condaccess.Unknown, condaccess.No},
		{"users that are null", `"users":{"includeUsers":["All"]}`, `"users":null`, "conditions.users", condaccess.Unknown, condaccess.No},
		{"no applications", `,"applications":{"includeApplications":["All"]}`, ``, "conditions.applications", condaccess.Unknown, condaccess.No},
		{"no users but agents", `"users":{"includeUsers":["All"]}`, `"clientApplications":{"includeAgentIdServicePrincipals":["All"]}`, "", condaccess.NotApplies, condaccess.Yes},
		{"a client", `["all"]`, `["hologram"]`, "conditions.clientAppTypes", condaccess.Unknown, condaccess.No},
		{"a kind of guest", `"users":{`, `"users":{"excludeGuestsOrExternalUsers":{"guestOrExternalUserTypes":"martian"},`, "conditions.users.excludeGuestsOrExternalUsers.guestOrExternalUserTypes", condaccess.Unknown, condaccess.No},
		{"a member of the policy", `"state"`, `"partialEnablementStrategy":"half","state"`, "partialEnablementStrategy", condaccess.Unknown, condaccess.No},
		{"a member that is there twice", `"clientAppTypes":["all"]`, `"clientAppTypes":["all"],"ClientAppTypes":["browser"]`, "conditions.ClientAppTypes", condaccess.Unknown, condaccess.No},
		{"a control", `["mfa"]`, `["retinaScan"]`, "", condaccess.Applies, condaccess.Unsure},
		{"a member of the grant", `"grantControls":{`, `"grantControls":{"voting":true,`, "grantControls.voting", condaccess.Applies, condaccess.Unsure},
		{"an operator", `"OR","builtInControls":["mfa"]`, `"XOR","builtInControls":["mfa","compliantDevice"]`, "grantControls.operator", condaccess.Applies, condaccess.Unsure},
	} {
		t.Run(test.name, func(t *testing.T) {
			const plain = `{"id":"p","displayName":"P","state":"enabled","conditions":{"clientAppTypes":["all"],"users":{"includeUsers":["All"]},"applications":{"includeApplications":["All"]}},"grantControls":{"operator":"OR","builtInControls":["mfa"]}}`
			text := strings.Replace(plain, test.part, test.value, 1)
			tenant := load(t, map[string]string{"p.json": text})
			p := tenant.Policies[0]
			var paths []string
			for _, u := range p.Unread {
				paths = append(paths, u.Path)
			}
			if got := strings.Join(paths, " "); got != test.path {
				t.Errorf("not understood: %q, want %q", got, test.path)
			}
			s := &condaccess.SignIn{Principal: condaccess.Principal{Kind: condaccess.User, ID: "u"}, Client: "browser", SignInRisk: "none", Facts: condaccess.Facts{MFA: condaccess.No, CompliantDevice: condaccess.No}, Flow: "none"}
			r := condaccess.NewEvaluator(tenant, condaccess.Options{}).Evaluate(s).Policies[0]
			if r.Verdict != test.verdict || r.Grant.Satisfied != test.grant {
				t.Errorf("%v, controls %v, want %v, %v: %v %v", r.Verdict, r.Grant.Satisfied, test.verdict, test.grant, r.Unmet, r.Reasons)
			}
			if test.path != "" && !strings.Contains(fmt.Sprint(tenant.Notes), test.path) {
				t.Errorf("no note names %s: %v", test.path, tenant.Notes)
			}
		})
	}
}

func TestFilesThatCannotBeRead(t *testing.T) {
	for _, test := range []struct{ name, text, want string }{
		{"empty", "", "the file is empty"},
		{"cut off in a list", `[{"id":"p"}`, "the JSON text ends in the middle"},
		{"cut off in a text", `[{"id":"p`, "the JSON text ends in the middle"},
		{"cut off after a name", `{"id"`, "the JSON text ends in the middle"},
		{"cut off in the second value", "{}\n{\"id\":", "the JSON text ends in the middle"},
		{"no JSON", "<html>", "the text is not JSON"},
		{"more after the end", `{} ]`, "the text is not JSON"},
		{"half a character", "\xff\xfe{\x00}", "half a character"},
		{"Latin-1", "{\"id\":\"M\xfcller\"}", "neither UTF-8 nor UTF-16"},
		{"nested without end", strings.Repeat("[", 1000), "nested deeper"},
	} {
		t.Run(test.name, func(t *testing.T) {
			var l condaccess.Loader
			err := l.Read("x.json", []byte(test.text))
			if err == nil || !strings.Contains(err.Error(), test.want) || !strings.HasPrefix(err.Error(), "read x.json: ") {
				t.Fatalf("%v, want %s", err, test.want)
			}
			if tenant := l.Tenant(); len(tenant.Incomplete) == 0 || len(tenant.Policies) != 0 {
				t.Errorf("after the error: %+v", tenant)
			}
		})
	}
}

// A tree of ten thousand groups, each in the next, and as many side by side.
func TestManyGroups(t *testing.T) {
	const n = 10_000
	var b strings.Builder
	b.WriteString(`{"groups":[`)
	for i := range n {
		fmt.Fprintf(&b, `{"id":"chain%d","members":["chain%d"]},{"id":"side%d","members":["user%d"]},`, i, i+1, i, i)
	}
	fmt.Fprintf(&b, `{"id":"chain%d","members":["deep"]}]}`, n)
	tenant := load(t, map[string]string{"groups.json": b.String(), "p.json": `{"id":"p","state":"enabled","conditions":{"users":{"includeGroups":["chain0"],"excludeGroups":["side7"]},"applications":{"includeApplications":["All"]}},"grantControls":{"operator":"OR","builtInControls":["block"]}}`})
	e := condaccess.NewEvaluator(tenant, condaccess.Options{})
	for user, want := range map[string]condaccess.Verdict{"deep": condaccess.Applies, "user7": condaccess.NotApplies, "other": condaccess.NotApplies} {
		got := e.Evaluate(&condaccess.SignIn{Principal: condaccess.Principal{Kind: condaccess.User, ID: user}}).Policies[0]
		if got.Verdict != want {
			t.Errorf("%s: %v %v, want %v", user, got.Verdict, got.Reasons, want)
		}
	}
}

// FuzzLoad: whatever a file holds, it is read or refused, and what is read is
// evaluated.
func FuzzLoad(f *testing.F) {
	f.Add([]byte(graphPolicy))
	f.Add([]byte(powershellPolicy))
	f.Add([]byte(`{"value":[{"policyType":18,"policyDetail":["{}"]}],"users":[],"groups":{"g":["u"]}}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		var l condaccess.Loader
		if err := l.Read("f", data); err != nil {
			return
		}
		tenant := l.Tenant()
		s, _, err := condaccess.ReadSignIn(data)
		if err != nil {
			s = &condaccess.SignIn{}
		}
		e := condaccess.NewEvaluator(tenant, condaccess.Options{}).Evaluate(s)
		if _, err := condaccess.MarshalEvaluation(json.RawMessage("null"), &e, nil); err != nil {
			t.Fatal(err)
		}
	})
}

// What is no JSON is refused in a line that says what it is.
func TestFormsThatAreNotRead(t *testing.T) {
	for _, test := range []struct{ name, text, want string }{
		{"CLIXML", "<Objs Version=\"1.1.0.1\" xmlns=\"http://schemas.microsoft.com/powershell/2004/04\"><Obj RefId=\"0\"/></Objs>", "PowerShell's CLIXML"},
		{"CLIXML with a declaration", "<?xml version=\"1.0\"?>\n<Objs Version=\"1.1.0.1\"></Objs>", "PowerShell's CLIXML"},
		{"CLIXML in UTF-16", string(utf16Text("<Objs Version=\"1.1.0.1\"></Objs>", binary.LittleEndian, true)), "PowerShell's CLIXML"},
		{"HTML", "\n<!DOCTYPE html><html><title>Sign in to your account</title></html>", "a page of HTML"},
		{"CSV", "DisplayName,State,Conditions\nBlock,enabled,x\n", "CSV"},
		{"CSV in quotes", "\"Id\",\"DisplayName\",\"State\"\r\n\"p\",\"Block\",\"enabled\"\r\n", "CSV"},
		{"CSV with semicolons", "Id;DisplayName;State\np;Block;enabled\n", "CSV"},
		{"CSV with a type", "#TYPE System.Management.Automation.PSCustomObject\n\"Id\",\"State\"\n", "CSV"},
		{"Microsoft365DSC", "# Generated\nparam ()\n\nConfiguration M365TenantConfig\n{\n    Node localhost\n    {\n        AADConditionalAccessPolicy \"x\"\n        {\n", "Microsoft365DSC"},
		{"Terraform", "# policies\nresource \"azuread_conditional_access_policy\" \"x\" {\n  state = \"enabled\"\n}\n", "Terraform"},
		{"Bicep", "extension microsoftGraphV1\nresource x 'Microsoft.Graph/x@v1.0' = {}\n", "Bicep"},
		{"YAML", "displayName: Block\nstate: enabled\nconditions:\n", "YAML"},
		{"YAML of documents", "---\n- displayName: Block\n", "YAML"},
		{"a printed table", "Id      DisplayName State\n--      ----------- -----\np       Block       enabled\n", "a table that PowerShell printed"},
		{"a printed list", "\n\nConditions  : Microsoft.Graph.PowerShell.Models.MicrosoftGraphConditionalAccessConditionSet\nDisplayName : Block\n", "a list that PowerShell printed"},
		{"comments", "// exported on a Monday\n[]", "JSON with comments"},
		{"headers", "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n{\"value\":[]}", "the headers of HTTP"},
		{"zip", "PK\x03\x04\x14\x00\x06\x00", "zip archive"},
		{"gzip", "\x1f\x8b\x08\x00\x00", "gzip"},
		{"UTF-32", "\xff\xfe\x00\x00[\x00\x00\x00]\x00\x00\x00", "UTF-32"},
		{"SQLite", "SQLite format 3\x00\x10\x00", "ROADrecon"},
		{"JSON that is cut off", `[{"id":"p"`, "cut off"},
		{"nothing that is known", "}", "the text is not JSON"},
	} {
		t.Run(test.name, func(t *testing.T) {
			var l condaccess.Loader
			err := l.Read("export", []byte(test.text))
			if err == nil || !strings.Contains(err.Error(), test.want) || strings.Contains(err.Error(), "\n") {
				t.Errorf("Read(%q) = %v, want %s in one line", test.text, err, test.want)
			}
			if len(l.Tenant().Incomplete) == 0 {
				t.Error("the policies count as whole")
			}
		})
	}
}

// Forms of JSON that are not Graph's are named too, and so is an answer that is
// an error.
func TestObjectsThatAreNotRead(t *testing.T) {
	for _, test := range []struct{ name, text, want string }{
		{"Terraform's state", `{"version":4,"terraform_version":"1.9.0","resources":[{"type":"azuread_conditional_access_policy","instances":[{"attributes":{"display_name":"x","state":"enabled","conditions":[{"client_app_types":["all"]}]}}]}]}`, "Terraform"},
		{"Terraform's plan", `{"format_version":"1.2","planned_values":{"root_module":{"resources":[{"values":{"display_name":"x","state":"enabled","conditions":[{}]}}]}}}`, "Terraform"},
		{"Microsoft365DSC", `[{"ResourceName":"AADConditionalAccessPolicy","DisplayName":"x","State":"enabled","IncludeUsers":["All"]}]`, "Microsoft365DSC"},
		{"an error", `{"error":{"code":"Authorization_RequestDenied","message":"no"}}`, "Authorization_RequestDenied"},
		{"an error in a batch", `{"responses":[{"id":"1","status":200,"body":{"value":[` + graphPolicy + `]}},{"id":"2","status":403,"body":{"error":{"code":"Forbidden","message":"no"}}}]}`, "Forbidden"},
		{"an error for a token", `{"error":"invalid_grant","error_description":"AADSTS700082"}`, "invalid_grant"},
		{"an answer of What If", `{"value":[` + strings.Replace(graphPolicy, "{", `{"policyApplies":true,"analysisReasons":"notSet",`, 1) + `]}`, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			tenant := load(t, map[string]string{"export.json": test.text})
			if len(tenant.Incomplete) == 0 {
				t.Error("the policies count as whole")
			}
			if got := fmt.Sprint(tenant.Notes); !strings.Contains(got, test.want) {
				t.Errorf("the notes are %s, want %s", got, test.want)
			}
			for _, p := range tenant.Policies {
				if len(p.Unread) > 0 {
					t.Errorf("%s: %v", p.ID, p.Unread)
				}
			}
		})
	}
	state := load(t, map[string]string{"state.json": `{"version":4,"terraform_version":"1.9.0","resources":[{"type":"azurerm_resource_group","instances":[{"attributes":{"name":"x"}}]}]}`})
	if len(state.Incomplete) > 0 {
		t.Errorf("a state without policies makes them incomplete: %v", state.Incomplete)
	}
}

// Named locations as the modules of PowerShell write them, whole or cut off.
func TestNamedLocationShapes(t *testing.T) {
	for _, test := range []struct {
		name, text string
		want       condaccess.NamedLocation
		unread     string
	}{
		{
			"Graph's module", `{"Id":"a","DisplayName":"HQ","AdditionalProperties":{"@odata.type":"#microsoft.graph.ipNamedLocation","isTrusted":true,"ipRanges":[{"@odata.type":"#microsoft.graph.iPv4CidrRange","cidrAddress":"198.51.100.0/24"}]}}`,
			condaccess.NamedLocation{Kind: condaccess.IPLocation, Trusted: condaccess.Yes},
			"",
		},
		{
			"the AzureAD module", `{"OdataType":"#microsoft.graph.ipNamedLocation","Id":"a","DisplayName":"HQ","IsTrusted":true,"IpRanges":[{"CidrAddress":"198.51.100.0/24"}],"CountriesAndRegions":null}`,
			condaccess.NamedLocation{Kind: condaccess.IPLocation, Trusted: condaccess.Yes},
			"",
		},
		{
			"a country of the AzureAD module", `{"OdataType":"#microsoft.graph.countryNamedLocation","Id":"a","CountriesAndRegions":["DE"],"IncludeUnknownCountriesAndRegions":false}`,
			condaccess.NamedLocation{Kind: condaccess.CountryLocation, Trusted: condaccess.No, Countries: []string{"DE"}},
			"",
		},
		{
			"countries in one text", `{"@odata.type":"#microsoft.graph.countryNamedLocation","id":"a","countriesAndRegions":"DE FR"}`,
			condaccess.NamedLocation{Kind: condaccess.CountryLocation, Trusted: condaccess.No, Countries: []string{"DE", "FR"}},
			"",
		},
		{
			"countries by name", `{"@odata.type":"#microsoft.graph.countryNamedLocation","id":"a","countriesAndRegions":["Viet Nam"]}`,
			condaccess.NamedLocation{Kind: condaccess.CountryLocation, Trusted: condaccess.No, Countries: []string{"Viet Nam"}},
			"countriesAndRegions",
		},
		{
			"ranges that were cut off", `{"Id":"a","AdditionalProperties":{"@odata.type":"#microsoft.graph.ipNamedLocation","isTrusted":true,"ipRanges":["System.Collections.Generic.Dictionary"]}}`,
			condaccess.NamedLocation{Kind: condaccess.IPLocation, Trusted: condaccess.Yes},
			"ipRanges",
		},
		{
			"ranges that were left out", `{"@odata.type":"#microsoft.graph.ipNamedLocation","id":"a","isTrusted":true}`,
			condaccess.NamedLocation{Kind: condaccess.IPLocation, Trusted: condaccess.Yes},
			"ipRanges",
		},
		{
			"countries that were left out", `{"@odata.type":"#microsoft.graph.countryNamedLocation","id":"a"}`,
			condaccess.NamedLocation{Kind: condaccess.CountryLocation, Trusted: condaccess.No},
			"countriesAndRegions",
		},
		{
			"no ranges", `{"@odata.type":"#microsoft.graph.ipNamedLocation","id":"a","isTrusted":true,"ipRanges":[]}`,
			condaccess.NamedLocation{Kind: condaccess.IPLocation, Trusted: condaccess.Yes},
			"",
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			tenant := load(t, map[string]string{"locations.json": test.text})
			if len(tenant.Locations) != 1 {
				t.Fatalf("%d locations", len(tenant.Locations))
			}
			got := tenant.Locations[0]
			if got.Kind != test.want.Kind || got.Trusted != test.want.Trusted || !cmp.Equal(got.Countries, test.want.Countries, cmpopts.EquateEmpty()) {
				t.Errorf("%+v, want %+v", got, test.want)
			}
			if unread := fmt.Sprint(got.Unread); (len(got.Unread) == 0) != (test.unread == "") || !strings.Contains(unread, test.unread) {
				t.Errorf("unread %s, want %q", unread, test.unread)
			}
		})
	}
}

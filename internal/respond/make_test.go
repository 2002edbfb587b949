package respond

import (
	"encoding/json"
	"fmt"
	"net/url"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/conshelf/conshelf/internal/golden"
	"github.com/conshelf/conshelf/internal/incident"
	"github.com/conshelf/conshelf/kql/syntax"
	"github.com/conshelf/conshelf/playbooks"
)

func load(t *testing.T) []Playbook {
	t.Helper()
	books, err := Load(playbooks.FS())
	if err != nil {
		t.Fatal(err)
	}
	return books
}

// An archive names the playbook that it is about; the general steps of the
// others are left out of its plan, and "all" leaves out none.
func TestMake(t *testing.T) {
	books := load(t)
	golden.Run(t, "testdata/*.txtar", func(t *testing.T, in map[string]string) map[string]string {
		var inc incident.Incident
		if err := json.Unmarshal([]byte(in["incident.json"]), &inc); err != nil {
			t.Fatal(err)
		}
		about := strings.TrimSpace(in["playbook"])
		only := slices.DeleteFunc(slices.Clone(books), func(b Playbook) bool { return about != "all" && b.ID != about })
		plan := Make(inc, only)
		check(t, plan)
		return map[string]string{"plan": print(plan)}
	})
}

// check holds a plan to what is true of every plan.
func check(t *testing.T, plan Plan) {
	t.Helper()
	ids := make(map[string]bool)
	for _, s := range plan.Steps {
		if ids[s.ID] {
			t.Errorf("two steps have the id %s", s.ID)
		}
		ids[s.ID] = true
		if len(s.Alerts) == 0 || s.Why == "" {
			t.Errorf("%s: no alert calls for it, or nothing says why", s.ID)
		}
		if strings.Contains(strings.ReplaceAll(s.Title+s.Why+s.Verify, hostilePlaceholder, ""), "${") {
			t.Errorf("%s: a placeholder is left: %s %s %s", s.ID, s.Title, s.Why, s.Verify)
		}
		if s.Do != nil && (s.Undo == nil) == (s.NoUndo == "") {
			t.Errorf("%s: has an undo and a reason for none, or neither", s.ID)
		}
		for _, r := range []*Request{s.Before, s.Do, s.Undo} {
			checkRequest(t, s, r)
		}
		if s.Verify != "" {
			if _, list := syntax.ParseQuery(s.Verify); list.HasErrors() {
				t.Errorf("%s: %s", s.ID, list.Format("verify", s.Verify))
			}
		}
	}
}

func checkRequest(t *testing.T, s Step, r *Request) {
	t.Helper()
	if r == nil {
		return
	}
	u, err := url.Parse(strings.Replace(r.URL, "//{vault}.", "//vault.", 1))
	if err != nil {
		t.Errorf("%s: %v", s.ID, err)
		return
	}
	host := u.Host
	if host != "graph.microsoft.com" && host != "management.azure.com" && !strings.HasSuffix(host, ".vault.azure.net") {
		t.Errorf("%s: a request goes to %s", s.ID, host)
	}
	if r.Body != "" && !json.Valid([]byte(r.Body)) {
		t.Errorf("%s: the body is not JSON: %s", s.ID, r.Body)
	}
}

func print(p Plan) string {
	var b strings.Builder
	phase := Phase("")
	for _, s := range p.Steps {
		if s.Phase != phase {
			phase = s.Phase
			fmt.Fprintf(&b, "## %s\n", phase)
		}
		fmt.Fprintf(&b, "- %s %s\n  why: %s\n  alerts: %s\n", s.ID, s.Title, s.Why, strings.Join(s.Alerts, " "))
		printRequest(&b, "before", s.Before)
		printRequest(&b, "do", s.Do)
		printRequest(&b, "undo", s.Undo)
		for _, m := range s.Missing {
			fmt.Fprintf(&b, "  missing: %s\n", m)
		}
		if s.NoUndo != "" {
			fmt.Fprintf(&b, "  no undo: %s\n", s.NoUndo)
		}
		if s.Permission != "" {
			fmt.Fprintf(&b, "  permission: %s\n", s.Permission)
		}
		if s.Verify != "" {
			fmt.Fprintf(&b, "  verify: %s\n", strings.ReplaceAll(s.Verify, "\n", "\n    "))
		}
	}
	return b.String()
}

func printRequest(b *strings.Builder, name string, r *Request) {
	if r != nil {
		fmt.Fprintf(b, "  %s: %s\n", name, strings.TrimSpace(r.Method+" "+r.URL+" "+r.Body))
	}
}

func account(name string) incident.Entity {
	e, _ := incident.NewEntity(incident.Account, incident.Identifier{Name: "FullName", Value: name})
	return e
}

func has(p Plan, step string, e incident.Entity) bool {
	return slices.ContainsFunc(p.Steps, func(s Step) bool {
		return strings.Contains(s.ID, step) && reflect.DeepEqual(s.Entity, e)
	})
}

// Who is disabled is decided by what the alerts show of the account. These
// are the ways to get it wrong.
func TestDisabled(t *testing.T) {
	adele, other := account("adele@contoso.com"), account("megan@contoso.com")
	techniques := func(ts ...incident.Technique) []incident.Technique { return ts }
	tests := []struct {
		name  string
		alert incident.Alert
		want  bool
	}{
		{"used", incident.Alert{Severity: incident.High, Techniques: techniques("T1078.004"), Entities: []incident.Entity{adele}}, true},
		{"sprayed, nothing said", incident.Alert{Severity: incident.High, Techniques: techniques("T1110.003"), Entities: []incident.Entity{adele}}, false},
		{"sprayed, also T1078", incident.Alert{Severity: incident.High, Techniques: techniques("T1110.003", "T1078"), Entities: []incident.Entity{adele}}, false},
		{"sprayed, failed", incident.Alert{Severity: incident.High, Techniques: techniques("T1110.003"), Entities: []incident.Entity{adele}, Details: []incident.Detail{{Name: "ResultType", Value: "50126"}}}, false},
		{"sprayed, no successes", incident.Alert{Severity: incident.High, Techniques: techniques("T1110.003"), Entities: []incident.Entity{adele}, Details: []incident.Detail{{Name: "SuccessCount", Value: "0"}}}, false},
		{"sprayed, succeeded", incident.Alert{Severity: incident.High, Techniques: techniques("T1110.003"), Entities: []incident.Entity{adele}, Details: []incident.Detail{{Name: "SuccessCount", Value: "2"}}}, true},
		{"sprayed, one of two succeeded", incident.Alert{Severity: incident.High, Techniques: techniques("T1110.003"), Entities: []incident.Entity{adele, other}, Details: []incident.Detail{{Name: "SuccessCount", Value: "1"}}}, false},
		{"sprayed, named as the success", incident.Alert{Severity: incident.High, Techniques: techniques("T1110.003"), Entities: []incident.Entity{adele, other}, Details: []incident.Detail{{Name: "Succeeded", Value: `["adele@contoso.com"]`}}}, true},
		{"sprayed, the other named as the success", incident.Alert{Severity: incident.High, Techniques: techniques("T1110.003"), Entities: []incident.Entity{adele, other}, Details: []incident.Detail{{Name: "Succeeded", Value: `["megan@contoso.com"]`}}}, false},
		{"T1078 that failed", incident.Alert{Severity: incident.High, Techniques: techniques("T1078"), Entities: []incident.Entity{adele}, Details: []incident.Detail{{Name: "ResultType", Value: "53003"}}}, false},
		{"low", incident.Alert{Severity: incident.Low, Techniques: techniques("T1078"), Entities: []incident.Entity{adele}}, false},
		{"administrator at work", incident.Alert{Severity: incident.High, Techniques: techniques("T1098.003"), Entities: []incident.Entity{adele}}, false},
		{"target of a change", incident.Alert{Severity: incident.High, Techniques: techniques("T1098.003"), Entities: []incident.Entity{adele, other}, Details: []incident.Detail{{Name: "InitiatedBy", Value: "megan@contoso.com"}, {Name: "Target", Value: "adele@contoso.com"}}}, false},
		{"created", incident.Alert{Severity: incident.High, Techniques: techniques("T1136.003"), Entities: []incident.Entity{adele, other}, Details: []incident.Detail{{Name: "InitiatedBy", Value: "megan@contoso.com"}, {Name: "TargetUpn", Value: "adele@contoso.com"}}}, true},
		{"creator", incident.Alert{Severity: incident.High, Techniques: techniques("T1136.003"), Entities: []incident.Entity{adele}}, false},
		{"one of several", incident.Alert{Severity: incident.High, Techniques: techniques("T1078"), Entities: []incident.Entity{adele, other}}, false},
		{"discovery", incident.Alert{Severity: incident.High, Techniques: techniques("T1087.004"), Entities: []incident.Entity{adele}}, false},
		{"T1078, failures alone", incident.Alert{Severity: incident.High, Techniques: techniques("T1078"), Entities: []incident.Entity{adele}, Details: []incident.Detail{{Name: "FailureCount", Value: "31"}}}, false},
		{"failures, then a success", incident.Alert{Severity: incident.High, Techniques: techniques("T1078"), Entities: []incident.Entity{adele}, Details: []incident.Detail{{Name: "FailureCount", Value: "31"}, {Name: "SuccessCount", Value: "1"}}}, true},
		{"changed its own mailbox", incident.Alert{Severity: incident.High, Techniques: techniques("T1114.003"), Entities: []incident.Entity{adele}, Details: []incident.Detail{{Name: "UserPrincipalName", Value: "adele@contoso.com"}, {Name: "Target", Value: "adele@contoso.com"}}}, true},
		{"no technique, high", incident.Alert{Severity: incident.High, Entities: []incident.Entity{adele}}, false},
		{"no technique, unrated", incident.Alert{Entities: []incident.Entity{adele}}, false},
	}
	books := load(t)
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			test.alert.ID = "a1"
			plan := Make(incident.Incident{ID: "i1", Alerts: []incident.Alert{test.alert}, Entities: test.alert.Entities}, books)
			if got := has(plan, "/disable/", adele); got != test.want {
				t.Errorf("adele is disabled: %v, want %v\n%s", got, test.want, print(plan))
			}
		})
	}
}

// Two people called admin in two domains, and two people of one domain, are
// not one.
func TestSharedNamesDoNotMerge(t *testing.T) {
	of := func(name, suffix string) incident.Entity {
		e, _ := incident.NewEntity(incident.Account, incident.Identifier{Name: "Name", Value: name}, incident.Identifier{Name: "UPNSuffix", Value: suffix})
		return e
	}
	inc := incident.Incident{Alerts: []incident.Alert{{ID: "1", Entities: []incident.Entity{
		of("admin", "contoso.com"), of("admin", "fabrikam.com"), of("adele", "contoso.com"), account("ADMIN@contoso.com"),
	}}}}
	var names []string
	for _, s := range subjects(inc) {
		names = append(names, display(s.entity))
	}
	slices.Sort(names)
	if got := strings.Join(names, " "); got != "ADMIN@contoso.com adele@contoso.com admin@fabrikam.com" {
		t.Errorf("subjects = %s", got)
	}
}

func TestAddresses(t *testing.T) {
	for text, want := range map[string]Standing{
		"203.0.113.7": External, "2001:db8::1": External, "::ffff:203.0.113.7": External, "10.1.2.3": Internal, "100.64.0.1": Internal,
		"127.0.0.1": Internal, "fe80::1": Internal, "fe80::1%eth0": Internal, "0.0.0.0": Internal, "203.0.113.0/24": Internal, "not an address": Internal,
	} {
		e, _ := incident.NewEntity(incident.IP, incident.Identifier{Name: "Address", Value: text})
		if got := addressStanding(e).is; got != want {
			t.Errorf("%s is %s, want %s", text, got, want)
		}
	}
}

// Microsoft's own applications are signed in to in every incident; none is
// ever disabled.
func TestFirstPartyStaysEnabled(t *testing.T) {
	app, _ := incident.NewEntity(incident.CloudApplication, incident.Identifier{Name: "AppId", Value: "00000003-0000-0000-C000-000000000000"})
	plan := Make(incident.Incident{ID: "i", Alerts: []incident.Alert{{ID: "a", Severity: incident.High, Techniques: []incident.Technique{"T1528", "T1098.001"}, Entities: []incident.Entity{app}}}}, load(t))
	for _, s := range plan.Steps {
		if s.Do != nil && strings.Contains(s.Do.URL, "/servicePrincipals") && s.Do.Method != "GET" {
			t.Errorf("%s: %s %s", s.ID, s.Do.Method, s.Do.URL)
		}
	}
}

// hostilePlaceholder is a value that looks like a placeholder of a playbook.
const hostilePlaceholder = "${user}"

var hostile = []string{
	`"; SigninLogs | take 1 //`, `' or 1 eq 1`, `../../groups/1`, `..`, `a/../../b`, "x\ny", `{user-id}`, hostilePlaceholder, `{"accountEnabled":true}`,
	`a"),"accountEnabled":true}`, `adele@contoso.com?$select=id`, `adele@contoso.com#x`, "a\u202eb@contoso.com", `\"`, "@\"\\", "```", `')/x`, `%2e%2e`,
	`$adele@contoso.com`, `adele'@contoso.com`, `/subscriptions/../x`, `https://192.0.2.1/secrets/x`, `a.b@vault.azure.net`,
}

// Whatever an identifier or a detail holds, it is one value: a request keeps
// its path and its body's keys, a query its operators.
func TestHostileValues(t *testing.T) {
	books := load(t)
	want := shape(t, Make(everything("neutral"), books))
	for _, text := range hostile {
		got := Make(everything(text), books)
		check(t, got)
		for _, s := range shape(t, got) {
			if !slices.Contains(want, s) {
				t.Errorf("with %q: %s, which no neutral value gives", text, s)
			}
		}
	}
}

// everything is an incident with text wherever evidence could put it, and
// techniques and details that call for every step.
func everything(text string) incident.Incident {
	ids := func(names ...string) []incident.Identifier {
		var all []incident.Identifier
		for _, n := range names {
			all = append(all, incident.Identifier{Name: n, Value: text})
		}
		return all
	}
	details := []incident.Detail{{Name: "OperationName", Value: "device eligible inboxrule set-mailbox federated app role assignment to service principal roleassignments/write listkeys virtualmachines diagnosticsettings " + text}, {Name: "MethodType", Value: "phone authenticator fido " + text}, {Name: "ClientAppUsed", Value: "IMAP4"}, {Name: "RiskLevelDuringSignIn", Value: "high"}, {Name: "AuthenticationProtocol", Value: "deviceCode"}}
	for _, n := range []string{"InitiatedBy", "GrantId", "KeyId", "RoleName", "RoleAssignmentId", "RoleDefinitionId", "SecretName", "InboxRuleId", "InboxRuleName", "ForwardTo", "MethodId", "DeviceObjectId", "MemberId", "DomainName", "PolicyName", "AppRoleAssignmentId", "FederatedCredentialId", "RoleAssignmentResourceId", "Location", "Permissions", "ServicePrincipalId"} {
		details = append(details, incident.Detail{Name: n, Value: text})
	}
	a := incident.Alert{ID: "a1", Rule: incident.Rule{ID: "r", Name: text}, Severity: incident.High, Details: details, Techniques: []incident.Technique{
		"T1078", "T1098.001", "T1098.002", "T1098.003", "T1098.005", "T1528", "T1556.006", "T1556.009", "T1555.006", "T1552", "T1114.003", "T1564.008", "T1484.002", "T1562.008", "T1578.002", "T1496", "T1530",
	}}
	for e, names := range map[incident.EntityType][]string{
		incident.Account: {"FullName", "AadUserId"}, incident.CloudApplication: {"AppId", "Name"}, incident.IP: {"Address"},
		incident.AzureResource: {"ResourceId"}, incident.SecurityGroup: {"ObjectGuid"},
	} {
		entity, _ := incident.NewEntity(e, ids(names...)...)
		a.Entities = append(a.Entities, entity)
	}
	slices.SortFunc(a.Entities, incident.CompareEntities)
	at := time.Date(2026, 3, 1, 8, 0, 0, 0, time.UTC)
	given, azure := a, a
	given.ID, azure.ID = "a2", "a3"
	given.Details = append([]incident.Detail{{Name: "Target", Value: text}}, details[1:]...)
	azure.Details = []incident.Detail{{Name: "Principal", Value: text}, {Name: "RoleId", Value: text}, {Name: "Scope", Value: "/subscriptions/" + text}, {Name: "Permission", Value: text}}
	return incident.Incident{ID: "i1", Title: text, First: at, Last: at.Add(time.Hour), Alerts: []incident.Alert{a, given, azure}, Entities: a.Entities}
}

// shape is what a server and the compiler would make of the plan's requests
// and queries, without their values.
func shape(t *testing.T, p Plan) []string {
	t.Helper()
	var all []string
	for _, s := range p.Steps {
		name := strings.Join(strings.Split(s.ID, "/")[:2], "/")
		for _, r := range []*Request{s.Before, s.Do, s.Undo} {
			if r == nil {
				continue
			}
			u, err := url.Parse(strings.Replace(r.URL, "//{vault}.", "//vault.", 1))
			if err != nil {
				t.Fatal(err)
			}
			host := u.Host
			if strings.HasSuffix(host, ".vault.azure.net") && strings.Count(host, ".") == 3 {
				host = "a vault" // the name of one is a value
			}
			all = append(all, fmt.Sprintf("%s %s %s%d ?%d #%s", name, r.Method, host, strings.Count(u.EscapedPath(), "/"), len(u.Query()), u.Fragment))
			if r.Body != "" {
				all = append(all, name+" "+bodyShape(t, r.Body))
			}
		}
	}
	return all
}

func bodyShape(t *testing.T, body string) string {
	t.Helper()
	var v any
	if err := json.Unmarshal([]byte(body), &v); err != nil {
		t.Fatalf("%v: %s", err, body)
	}
	return valueShape(v)
}

func valueShape(v any) string {
	switch v := v.(type) {
	case map[string]any:
		var keys []string
		for k, field := range v {
			keys = append(keys, k+":"+valueShape(field))
		}
		slices.Sort(keys)
		return "{" + strings.Join(keys, ",") + "}"
	case []any:
		var items []string
		for _, item := range v {
			items = append(items, valueShape(item))
		}
		return "[" + strings.Join(items, ",") + "]"
	case bool:
		return fmt.Sprint(v)
	}
	return "v"
}

// A user principal name may hold almost anything; what Graph would read as a
// path or a key is escaped, and comes back as it was.
func TestEscapedUserName(t *testing.T) {
	for _, name := range []string{"o'brien+x@contoso.com", "ada_fabrikam.com#EXT#@contoso.com", "ü&=?%@contoso.com", "$x@contoso.com", "a(b)@contoso.com"} {
		inc := incident.Incident{ID: "i", Alerts: []incident.Alert{{ID: "a", Severity: incident.High, Techniques: []incident.Technique{"T1078"}, Entities: []incident.Entity{account(name)}}}}
		found := false
		for _, s := range Make(inc, load(t)).Steps {
			if !strings.HasPrefix(s.ID, "account-takeover/disable/") {
				continue
			}
			found = true
			u, err := url.Parse(s.Do.URL)
			if err != nil || u.Path != "/v1.0/users/"+name || u.RawQuery != "" || u.Fragment != "" || len(s.Missing) != 0 {
				t.Errorf("%q: %s, %v, %v", name, s.Do.URL, err, s.Missing)
			}
		}
		if !found {
			t.Errorf("%q: no step disables it", name)
		}
	}
}

func TestDeterministic(t *testing.T) {
	books := load(t)
	want := print(Make(everything("x"), books))
	for range 5 {
		if got := print(Make(everything("x"), books)); got != want {
			t.Fatal(cmp.Diff(want, got))
		}
	}
}

// Sessions are revoked after everything else of containment that could open
// new ones, and nothing is changed before it is kept.
func TestOrder(t *testing.T) {
	e := everything("adele@contoso.com")
	var order []string
	for _, s := range Make(e, load(t)).Steps {
		if s.Phase == Containment && strings.HasPrefix(s.ID, "account-takeover/") {
			order = append(order, strings.Split(s.ID, "/")[1])
		}
	}
	if got := strings.Join(order, " "); got != "disable reset-password revoke-sessions confirm-compromised" {
		t.Errorf("order = %s", got)
	}
}

// Every phase has something to do, whatever the incident.
func TestEveryPhase(t *testing.T) {
	plan := Make(incident.Incident{ID: "i", Alerts: []incident.Alert{{ID: "a"}}}, load(t))
	for _, phase := range []Phase{Detection, Recovery, Lessons} {
		if !slices.ContainsFunc(plan.Steps, func(s Step) bool { return s.Phase == phase }) {
			t.Errorf("no step in %s", phase)
		}
	}
}

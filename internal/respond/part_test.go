package respond

import (
	"slices"
	"strings"
	"testing"

	"github.com/conshelf/conshelf/internal/incident"
)

func entity(t incident.EntityType, identifiers ...string) incident.Entity {
	var ids []incident.Identifier
	for i := 0; i < len(identifiers); i += 2 {
		ids = append(ids, incident.Identifier{Name: identifiers[i], Value: identifiers[i+1]})
	}
	e, _ := incident.NewEntity(t, ids...)
	return e
}

func details(pairs ...string) []incident.Detail {
	var all []incident.Detail
	for i := 0; i < len(pairs); i += 2 {
		all = append(all, incident.Detail{Name: pairs[i], Value: pairs[i+1]})
	}
	return all
}

func named(p Plan, step string) []Step {
	return slices.DeleteFunc(slices.Clone(p.Steps), func(s Step) bool { return !strings.HasPrefix(s.ID, step+"/") })
}

// An alert that says too little about an application hides none that says
// enough, whichever comes first.
func TestLowAlertHidesNoConsent(t *testing.T) {
	app := entity(incident.CloudApplication, "AppId", "5f0c1d2e-0000-4000-8000-00000000000a", "Name", "Invoice Helper")
	alerts := []incident.Alert{
		{ID: "a1", Severity: incident.Low, Techniques: []incident.Technique{"T1550.001"}, Entities: []incident.Entity{app}},
		{ID: "a2", Severity: incident.Medium, Techniques: []incident.Technique{"T1671", "T1528"}, Entities: []incident.Entity{app}, Details: details("Scopes", "Mail.Read", "ServicePrincipalId", "58c2afbf-0000-4000-8000-000000000005")},
		{ID: "a3", Severity: incident.Medium, Techniques: []incident.Technique{"T1098.003"}, Entities: []incident.Entity{app}, Details: details("Permission", "Mail.Read")},
		{ID: "a4", Severity: incident.Low, Techniques: []incident.Technique{"T1550.001"}, Entities: []incident.Entity{app}},
	}
	plan := Make(incident.Incident{ID: "i", Severity: incident.High, Alerts: alerts}, load(t))
	for _, step := range []string{"record", "disable-planted", "remove-app-role", "revoke-grant", "delete-planted"} {
		if len(named(plan, "malicious-application/"+step)) != 1 {
			t.Errorf("no step %s\n%s", step, print(plan))
		}
	}
	for _, s := range named(plan, "malicious-application/remove-app-role") {
		if !strings.Contains(s.Why, "Mail.Read") {
			t.Errorf("why = %q, want the permission", s.Why)
		}
	}
}

var (
	giver    = entity(incident.Account, "FullName", "megan@contoso.com", "AadUserId", "6b1c2d3e-0000-4000-8000-000000000002")
	receiver = entity(incident.Account, "FullName", "adele@contoso.com", "AadUserId", "6b1c2d3e-0000-4000-8000-000000000001")
)

// both is an incident in which both accounts were used by an intruder.
func both(a incident.Alert) incident.Incident {
	use := func(id string, e incident.Entity) incident.Alert {
		return incident.Alert{ID: id, Severity: incident.High, Techniques: []incident.Technique{"T1078.004"}, Entities: []incident.Entity{e}}
	}
	a.ID, a.Severity, a.Techniques = "a1", incident.Medium, []incident.Technique{"T1098.003"}
	return incident.Incident{ID: "i", Severity: incident.High, Alerts: []incident.Alert{a, use("a2", giver), use("a3", receiver)}}
}

// A role is taken from whom it was given to, also where both accounts were
// taken over; the giver's part in another alert does not matter.
func TestRoleIsTakenFromWhoHasIt(t *testing.T) {
	plan := Make(both(incident.Alert{
		Entities: []incident.Entity{giver, receiver},
		Details:  details("OperationName", "Add member to role", "Actor", "megan@contoso.com", "Target", "adele@contoso.com", "Principal", "", "RoleName", "Privileged Role Administrator"),
	}), load(t))
	for _, step := range []string{"privilege/review-role", "privilege/remove-role"} {
		got := named(plan, step)
		if len(got) != 1 || display(got[0].Entity) != "adele@contoso.com" {
			t.Errorf("%s: %d steps, want one, of adele\n%s", step, len(got), print(plan))
		}
	}
}

// A rule for several operations has the technique of making accounts also
// where a password was reset.
func TestResetIsNoCreation(t *testing.T) {
	for operation, want := range map[string]int{"Add user": 1, "Invite external user": 1, "": 1, "Reset user password": 0, "Update user": 0} {
		plan := Make(incident.Incident{ID: "i", Severity: incident.High, Alerts: []incident.Alert{{
			ID: "a1", Severity: incident.Medium, Techniques: []incident.Technique{"T1098", "T1136.003"}, Entities: []incident.Entity{giver, receiver},
			Details: details("OperationName", operation, "Actor", "megan@contoso.com", "Target", "adele@contoso.com"),
		}}}, load(t))
		if got := len(named(plan, "account-takeover/delete-created")); got != want {
			t.Errorf("%q: %d steps delete an account, want %d", operation, got, want)
		}
	}
}

func TestIsGiven(t *testing.T) {
	tests := []struct {
		name  string
		alert incident.Alert
		want  bool
	}{
		{"target", incident.Alert{Entities: []incident.Entity{giver, receiver}, Details: details("Actor", "megan@contoso.com", "Target", "adele@contoso.com")}, true},
		{"its own target", incident.Alert{Entities: []incident.Entity{receiver}, Details: details("Actor", "adele@contoso.com", "Target", "adele@contoso.com")}, true},
		{"principal", incident.Alert{Entities: []incident.Entity{giver, receiver}, Details: details("Principal", "6b1c2d3e-0000-4000-8000-000000000001")}, true},
		{"actor", incident.Alert{Entities: []incident.Entity{receiver}, Details: details("Actor", "adele@contoso.com")}, false},
		{"the only one, given to an application", incident.Alert{Entities: []incident.Entity{receiver}, Details: details("Principal", "6b1c2d3e-0000-4000-8000-000000000009")}, false},
		{"the only one, no part said", incident.Alert{Entities: []incident.Entity{receiver}}, true},
		{"one of two, no part said", incident.Alert{Entities: []incident.Entity{giver, receiver}}, false},
	}
	for _, test := range tests {
		if got := isGiven(test.alert, receiver); got != test.want {
			t.Errorf("%s: %v, want %v", test.name, got, test.want)
		}
	}
}

// A role in Azure is not one of the directory: it is removed where it was
// given, and the directory's steps leave it alone.
func TestAzureRoleIsNoDirectoryRole(t *testing.T) {
	scope := "/subscriptions/6b1c2d3e-0000-4000-8000-0000000000aa/resourcegroups/rg-pay/providers/microsoft.keyvault/vaults/kv-pay"
	alert := func(scope string, more ...incident.Entity) incident.Alert {
		return incident.Alert{
			Entities: append([]incident.Entity{giver, receiver}, more...),
			Details:  details("Actor", "megan@contoso.com", "Principal", "6b1c2d3e-0000-4000-8000-000000000001", "RoleId", "00482a5a-887f-4fb3-b363-3b7fe8e74483", "Scope", scope),
		}
	}
	plan := Make(both(alert(scope, entity(incident.AzureResource, "ResourceId", scope))), load(t))
	check(t, plan)
	if got := len(named(plan, "privilege/remove-role")) + len(named(plan, "privilege/review-role")) + len(named(plan, "privilege/remove-arm-role-anywhere")); got != 0 {
		t.Errorf("%d steps of the directory's\n%s", got, print(plan))
	}
	got := named(plan, "privilege/remove-arm-role")
	if len(got) != 1 || !strings.HasPrefix(got[0].Do.URL, "https://management.azure.com/") || !strings.Contains(got[0].Why, "adele@contoso.com") ||
		!slices.ContainsFunc(got[0].Missing, func(s string) bool {
			return strings.Contains(s, scope+"/providers/") && strings.Contains(s, "00482a5a")
		}) {
		t.Errorf("%d steps remove it in Azure, want one that says where to look\n%s", len(got), print(plan))
	}
	if got := named(plan, "privilege/review-arm-role"); len(got) != 1 || display(got[0].Entity) != "adele@contoso.com" {
		t.Errorf("the request is looked for %d times, want once, of adele", len(got))
	}
	root := named(Make(both(alert("")), load(t)), "privilege/remove-arm-role-anywhere")
	if len(root) != 1 || display(root[0].Entity) != "adele@contoso.com" || root[0].Do != nil {
		t.Errorf("without a scope: %v, want one step of adele, by hand", root)
	}
}

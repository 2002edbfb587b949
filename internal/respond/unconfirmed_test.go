package respond

import (
	"slices"
	"strings"
	"testing"

	"github.com/conshelf/conshelf/internal/incident"
)

// Below Medium nothing is changed that its owner was not asked about: an
// administrator's ordinary work reads the same.
func TestUnconfirmedAsksFirst(t *testing.T) {
	inc := both(incident.Alert{
		Entities: []incident.Entity{giver, receiver},
		Details:  details("Actor", "megan@contoso.com", "Target", "adele@contoso.com", "RoleName", "Reports Reader"),
	})
	inc.Severity, inc.Alerts = incident.Low, inc.Alerts[:1]
	inc.Alerts[0].Severity = incident.Low
	books := load(t)
	low := named(Make(inc, books), "privilege/remove-role")
	if len(low) != 1 || !strings.HasPrefix(low[0].Title, "Ask the owner; if nobody ordered it: remove the role Reports Reader") ||
		!slices.Contains(low[0].Missing, ownersWord) || !strings.Contains(low[0].Why, "before the owner was asked") {
		t.Errorf("steps = %+v, want one that asks first", low)
	}
	for _, s := range Make(inc, books).Steps {
		if (s.Phase == Containment || s.Phase == Eradication) && s.Do != nil && s.Do.Method != "GET" && !slices.Contains(s.Missing, ownersWord) {
			t.Errorf("%s changes something before anybody was asked", s.Title)
		}
	}
	inc.Alerts[0].Severity = incident.Medium
	if got := named(Make(inc, books), "privilege/remove-role"); len(got) != 1 || got[0].Title != "Remove the role Reports Reader from adele@contoso.com" {
		t.Errorf("steps = %+v, want one that does not ask", got)
	}
}

func TestTitlesLeaveOutTheUnknown(t *testing.T) {
	inc := both(incident.Alert{
		Entities: []incident.Entity{giver, receiver},
		Details:  details("Actor", "megan@contoso.com", "Target", "adele@contoso.com", "RoleDefinitionId", "62e90394-69f5-4237-9190-012177145e10"),
	})
	plan := Make(inc, load(t))
	for _, s := range plan.Steps {
		if strings.Contains(s.Title, notInRecords) || strings.Contains(s.Title, "  ") {
			t.Errorf("title = %q", s.Title)
		}
	}
	if got := named(plan, "privilege/remove-role"); len(got) != 1 || got[0].Title != "Remove the role from adele@contoso.com" {
		t.Errorf("steps = %+v", got)
	}
}

// The secrets of a vault are one step, and all of them are named in it.
func TestSecretsAreOneStep(t *testing.T) {
	const id = "/subscriptions/6b1c2d3e-0000-4000-8000-0000000000aa/resourceGroups/rg-pay/providers/Microsoft.KeyVault/vaults/kv-pay"
	of := func(names string) []Step {
		return named(Make(incident.Incident{ID: "i", Severity: incident.High, Alerts: []incident.Alert{{
			ID: "a1", Severity: incident.High, Techniques: []incident.Technique{"T1555.006"},
			Entities: []incident.Entity{entity(incident.AzureResource, "ResourceId", id)}, Details: details("SecretNames", names),
		}}}, load(t)), "key-vault/rotate-secret")
	}
	tests := []struct {
		names, url string
		missing    int
	}{
		{`["b","a"]`, "https://kv-pay.vault.azure.net/secrets/{secret}?api-version=7.4", 2},
		{`["a"]`, "https://kv-pay.vault.azure.net/secrets/a?api-version=7.4", 1},
		{`["a","https://kv-hr.vault.azure.net/secrets/b/1"]`, "https://{vault}.vault.azure.net/secrets/{secret}?api-version=7.4", 2},
		{`["https://192.0.2.1/secrets/a/1"]`, "https://{vault}.vault.azure.net/secrets/a?api-version=7.4", 2},
		{``, "https://kv-pay.vault.azure.net/secrets/{secret}?api-version=7.4", 2},
	}
	for _, test := range tests {
		got := of(test.names)
		if len(got) != 1 || got[0].Do.URL != test.url || len(got[0].Missing) != test.missing {
			t.Errorf("%s: %+v, want one step to %s", test.names, got, test.url)
			continue
		}
		for _, name := range elements(test.names) {
			if !strings.Contains(got[0].Why, name) {
				t.Errorf("%s: why = %q, want %s in it", test.names, got[0].Why, name)
			}
		}
	}
}

func TestPlanNamesItsTenant(t *testing.T) {
	if got := Make(incident.Incident{ID: "i", Tenant: "t1"}, nil).Tenant; got != "t1" {
		t.Errorf("tenant = %q", got)
	}
}

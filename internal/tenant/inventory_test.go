package tenant

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestParseInventory(t *testing.T) {
	got, err := ParseInventory([]byte(`asOf: 2026-03-01
policies:
  - {name: Impossible travel, enabled: true, sensitivity: Medium, scope: all}
  - {name: Mass download, enabled: false, scope: [Finance]}
  - {name: Voyage impossible, about: Impossible Travel, enabled: true}
connectors: []
corporate: [{cidr: 198.51.100.0/24, name: HQ}]
workingHours: {days: [Mon, tuesday], from: "08:00", to: "17:30", zone: Europe/Amsterdam}
`))
	if err != nil {
		t.Fatal(err)
	}
	want := []CloudAppPolicy{
		{Name: "Impossible travel", Enabled: true, Sensitivity: MediumSensitivity, Scope: []string{}, ScopeKnown: true, Line: 3},
		{Name: "Mass download", Scope: []string{"Finance"}, ScopeKnown: true, Line: 4},
		{Name: "Voyage impossible", About: "impossible travel", Enabled: true, Line: 5},
	}
	if diff := cmp.Diff(want, got.Policies); diff != "" {
		t.Errorf("policies (-want +got):\n%s", diff)
	}
	if !got.DeclaresPolicies() || !got.DeclaresConnectors() || !got.DeclaresCorporate() || got.Corporate[0].Name != "HQ" {
		t.Errorf("declares %+v", got)
	}
	var none *Inventory
	if none.DeclaresPolicies() || none.DeclaresConnectors() || none.DeclaresCorporate() {
		t.Error("no inventory declares something")
	}
	for at, want := range map[string]bool{
		"2026-03-02T07:00:00Z": true,  // Monday, 08:00 in Amsterdam
		"2026-03-02T06:59:59Z": false, // before work
		"2026-03-02T16:30:00Z": false, // 17:30, when it ends
		"2026-07-07T06:00:00Z": true,  // Tuesday, 08:00 in summer
		"2026-03-04T10:00:00Z": false, // a Wednesday
	} {
		instant, err := time.Parse(time.RFC3339, at)
		if err != nil {
			t.Fatal(err)
		}
		if got := got.Hours.Contains(instant); got != want {
			t.Errorf("Contains(%s) = %v, want %v", at, got, want)
		}
	}
}

// A mistake in an inventory is said with its line, and nothing is taken of it.
func TestInventoryProblems(t *testing.T) {
	for _, test := range []struct{ name, text, want string }{
		{"no yes and no no", "policies:\n  - {name: A, enabled: perhaps}\n", `inventory.yaml:2: policies, entry 1: enabled: "perhaps" is neither true nor false`},
		{"not said whether it is on", "policies:\n  - {name: A}\n", "inventory.yaml:2: policies, entry 1: enabled is not there"},
		{"no sensitivity", "policies:\n  - {name: A, enabled: true, sensitivity: extreme}\n", `inventory.yaml:2: policies, entry 1: sensitivity: "extreme" is none of low, medium, high`},
		{"about something else", "policies:\n  - {name: A, about: weather, enabled: true}\n", `inventory.yaml:2: policies, entry 1: about: "weather" is none of impossible travel, mass downloads, mass deletions, OAuth applications`},
		{"nobody in scope", "policies:\n  - {name: A, enabled: true, scope: []}\n", "inventory.yaml:2: policies, entry 1: scope is neither all nor names of groups"},
		{"no zone", "workingHours: {days: [Mon], from: \"08:00\", to: \"09:00\", zone: Nowhere/Land}\n", `inventory.yaml:1: workingHours: zone: "Nowhere/Land" is no time zone such as Europe/Amsterdam`},
		{"no day", "workingHours: {days: [Moon], from: \"08:00\", to: \"09:00\", zone: UTC}\n", `inventory.yaml:1: workingHours: days: "Moon" is none of Sun, Mon, Tue, Wed, Thu, Fri, Sat`},
		{"an end before the start", "workingHours: {days: [Mon], from: \"18:00\", to: \"06:00\", zone: UTC}\n", "inventory.yaml:1: workingHours: to is not after from"},
		{"a key of another file", "vips: []\n", "inventory.yaml:1: the file has no key vips; there are asOf, connectors, corporate, policies, workingHours"},
		{"two documents", "policies: []\n---\npolicies: []\n", "inventory.yaml: an inventory is one document, not 2"},
	} {
		t.Run(test.name, func(t *testing.T) {
			inventory, err := ParseInventory([]byte(test.text))
			if err == nil || inventory != nil {
				t.Fatalf("inventory %v, no error", inventory)
			}
			var wrong *ProblemsError
			if !errors.As(err, &wrong) {
				t.Fatalf("the error is a %T", err)
			}
			if diff := cmp.Diff(test.want, strings.Join(wrong.Lines(InventoryName), "\n")); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

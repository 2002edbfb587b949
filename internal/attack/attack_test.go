package attack

import (
	"slices"
	"strings"
	"testing"

	"github.com/conshelf/conshelf/internal/incident"
)

func TestData(t *testing.T) {
	if got := len(techniques()); got != 697 {
		t.Errorf("%d techniques, want the 222 + 475 of version 19", got)
	}
	for id, technique := range techniques() {
		places := make([]int, len(technique.Tactics))
		for i, tactic := range technique.Tactics {
			places[i] = Order(tactic)
		}
		if len(places) == 0 || slices.Contains(places, 0) || !slices.IsSorted(places) {
			t.Errorf("%s: tactics %v", id, technique.Tactics)
		}
	}
	for old, now := range replaced() {
		if _, ok := techniques()[now]; !ok {
			t.Errorf("%s was replaced by %s, which does not exist", old, now)
		}
		if _, ok := techniques()[old]; ok {
			t.Errorf("%s is replaced and exists", old)
		}
	}
}

func TestLicenceIsReproduced(t *testing.T) {
	for _, want := range []string{"2026 The MITRE Corporation", "royalty-free"} {
		if !strings.Contains(Licence(), want) {
			t.Errorf("licence lacks %q", want)
		}
	}
}

func TestLookup(t *testing.T) {
	tests := []struct {
		id, want incident.Technique
		name     string
	}{
		{"T1078.004", "T1078.004", "Cloud Accounts"},
		{"T1098", "T1098", "Account Manipulation"},
		{"T1562.008", "T1685.002", "Disable or Modify Cloud Log"}, // replaced in version 19
		{"T1552", "T1552", "Unsecured Credentials"},
		{"T9999", "", ""},
		{"t1078", "", ""}, // ids are written with a capital T
	}
	for _, test := range tests {
		got, ok := Lookup(test.id)
		if got.ID != test.want || got.Name != test.name || ok != (test.want != "") {
			t.Errorf("Lookup(%s) = %s %q %t, want %s %q", test.id, got.ID, got.Name, ok, test.want, test.name)
		}
	}
}

func TestLookupGivesAway(t *testing.T) {
	first, _ := Lookup("T1078")
	first.Tactics[0] = "Nothing"
	if again, _ := Lookup("T1078"); again.Tactics[0] != "InitialAccess" {
		t.Errorf("a caller's change is seen by the next: %v", again.Tactics)
	}
}

func TestMatches(t *testing.T) {
	tests := []struct {
		id     incident.Technique
		tactic incident.Tactic
		want   bool
	}{
		{"T1078.004", "InitialAccess", true},
		{"T1078.004", "Stealth", true},
		{"T1078.004", "DefenseEvasion", true}, // the whole of which Stealth is a half
		{"T1078.004", "Impact", false},
		{"T1562.008", "DefenseEvasion", true}, // both as Sentinel writes them
		{"T1562.008", "DefenseImpairment", true},
		{"T1685.002", "DefenseEvasion", true},
		{"T1685.002", "Stealth", false}, // the other half
		{"T1550.001", "DefenseEvasion", true},
		{"T1550.001", "Stealth", false},
		{"T1550.001", "LateralMovement", true},
		{"T1098", "Persistence", true},
		{"T1110.003", "Persistence", false},
		{"T9999", "Persistence", false},
		{"T1098", "persistence", false},
	}
	for _, test := range tests {
		if got := Matches(test.id, test.tactic); got != test.want {
			t.Errorf("Matches(%s, %s) = %t, want %t", test.id, test.tactic, got, test.want)
		}
	}
}

func TestOrder(t *testing.T) {
	inOrder := []incident.Tactic{"Reconnaissance", "InitialAccess", "Persistence", "Stealth", "DefenseImpairment", "CredentialAccess", "Collection", "Exfiltration", "Impact"}
	for i, tactic := range inOrder[1:] {
		if Order(tactic) <= Order(inOrder[i]) {
			t.Errorf("%s is not after %s", tactic, inOrder[i])
		}
	}
	if Order("DefenseEvasion") != Order("Stealth") {
		t.Errorf("DefenseEvasion is at %d, Stealth at %d", Order("DefenseEvasion"), Order("Stealth"))
	}
	if Order("Mischief") != 0 {
		t.Errorf("Order(Mischief) = %d", Order("Mischief"))
	}
}

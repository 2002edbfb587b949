package correlate

import (
	"strings"
	"testing"

	"github.com/conshelf/conshelf/internal/incident"
)

// A spray from one place and a success from another are one attack if the spray
// tried that account and both show a user agent that few others do.
func TestUserAgents(t *testing.T) {
	spray := func(agent, accounts string) incident.Alert {
		a := alert("spray", 0, medium, "CredentialAccess", "T1110.003", ip("203.0.113.7"))
		a.Details = []incident.Detail{{Name: "Client", Value: agent}, {Name: "TriedAccounts", Value: accounts}}
		return a
	}
	success := func(id, who, agent string) incident.Alert {
		a := alert(id, 30, medium, "InitialAccess", "T1078", upn(who), ip("198.51.100."+map[string]string{"adele": "1", "bob": "2"}[who]))
		a.Details = []incident.Detail{{Name: "UserAgents", Value: `["` + agent + `"]`}}
		return a
	}
	tool, all := "python-requests/2.31", `["adele@contoso.com","carla@contoso.com"]`
	for _, test := range []struct {
		name   string
		alerts []incident.Alert
		want   int
	}{
		{"tried, with the tool", []incident.Alert{spray(tool, all), success("a", "adele", tool)}, 1},
		{"tried, with another program", []incident.Alert{spray(tool, all), success("a", "adele", "Mozilla/5.0")}, 2},
		{"the tool, but not tried", []incident.Alert{spray(tool, all), success("b", "bob", tool)}, 2},
		{"two who have the tool", []incident.Alert{success("a", "adele", tool), success("b", "bob", tool)}, 2},
		{"part of a name", []incident.Alert{spray(tool, `["notadele@contoso.com"]`), success("a", "adele", tool)}, 2},
	} {
		got := Incidents(test.alerts)
		if len(got) != test.want {
			t.Errorf("%s: %d incidents, want %d", test.name, len(got), test.want)
		}
		if test.want == 1 && (len(got[0].Links) != 1 || !strings.Contains(got[0].Links[0].Reason, tool)) {
			t.Errorf("%s: links %+v", test.name, got[0].Links)
		}
	}
	crowd := []incident.Alert{spray(tool, all), success("a", "adele", tool)}
	for _, name := range []string{"david", "edith", "farid", "greta", "hugo"} {
		a := alert(name, 40, medium, "InitialAccess", "T1078", upn(name))
		a.Details = []incident.Detail{{Name: "UserAgent", Value: tool}}
		crowd = append(crowd, a)
	}
	if got := Incidents(crowd); len(got) != len(crowd) {
		t.Errorf("a user agent that many show: %d incidents of %d alerts", len(got), len(crowd))
	}
}

package correlate

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/conshelf/conshelf/internal/incident"
)

// deed returns an act some minutes into the test.
func deed(minute int, table, operation, account string, whose incident.Whose) incident.Act {
	return incident.Act{
		Time: start.Add(time.Duration(minute) * time.Minute), Table: table, Operation: operation, Account: account, Address: "203.0.113.7",
		Session: "s1", Whose: whose,
	}
}

// stolen is an incident with the trail of a session that read mail, files and a
// vault and left a rule.
func stolen() incident.Incident {
	in := Incidents(takeover())[0]
	refused := deed(0, "SigninLogs", "Sign-in", "adele@contoso.com", incident.Attackers)
	refused.Failed = true
	file := deed(6, "OfficeActivity", "FileDownloaded", "adele@contoso.com", incident.Attackers)
	file.Target = "https://contoso.sharepoint.com/sites/pay/Shared Documents/a.xlsx"
	secret := deed(7, "AzureDiagnostics", "SecretGet", "adele@contoso.com", incident.Attackers)
	secret.Target = "https://kv.vault.azure.net/secrets/sql/0123"
	again := secret
	again.Time, again.Target = again.Time.Add(time.Second), "https://kv.vault.azure.net/secrets/sql/?api-version=7.4"
	assigned := deed(9, "AzureActivity", "MICROSOFT.AUTHORIZATION/ROLEASSIGNMENTS/WRITE", "adele@contoso.com", incident.Attackers)
	assigned.Target = "/subscriptions/S1/resourceGroups/g"
	rule := incident.Opening{Kind: incident.OpenRule, What: "New-InboxRule", Target: "x", By: "adele@contoso.com", Time: start, Whose: incident.Attackers}
	method := incident.Opening{Kind: incident.OpenMethod, What: "User registered security info", Target: "x", Time: start, Whose: incident.Attackers, Closed: &incident.Act{Time: start.Add(time.Hour)}}
	in.Trail = &incident.Trail{
		Accounts: []string{"adele@contoso.com"}, Addresses: []string{"203.0.113.7"},
		Sessions: []incident.StolenSession{{ID: "s1", Account: "adele@contoso.com", Acts: 5}},
		Acts: []incident.Act{
			refused,
			deed(5, "SigninLogs", "Sign-in", "adele@contoso.com", incident.Attackers),
			deed(5, "OfficeActivity", "UserLoggedIn", "adele@contoso.com", incident.Attackers),
			deed(6, "OfficeActivity", "MailItemsAccessed", "adele@contoso.com", incident.Attackers),
			file, secret, again, assigned,
			deed(11, "AADUserRiskEvents", "Risk detection: unfamiliarFeatures", "adele@contoso.com", incident.AProducts),
			deed(12, "OfficeActivity", "FileAccessed", "adele@contoso.com", incident.Unclear),
		},
		Open: []incident.Opening{rule, method},
	}
	return in
}

func TestStory(t *testing.T) {
	s := Tell(stolen())
	if want := "adele@contoso.com: Sign-in, from 203.0.113.7 (refused)"; s.FirstAct.What != want || !s.FirstAct.Time.Equal(start) {
		t.Errorf("first act %+v, want %s", s.FirstAct, want)
	}
	if !strings.Contains(s.LastAct.What, "ROLEASSIGNMENTS") {
		t.Errorf("last act %+v: what is unclear, or a product's word, is no act of the attacker", s.LastAct)
	}
	if s.PatientZero != "adele@contoso.com" {
		t.Errorf("had first: %q", s.PatientZero)
	}
	var got []string
	for _, r := range s.Reached {
		got = append(got, string(r.Kind)+" "+r.Name+" "+string(rune('0'+r.Acts)))
	}
	want := []string{
		"account adele@contoso.com 1", "mailbox adele@contoso.com 1", "files https://contoso.sharepoint.com/sites/pay 1",
		"secrets kv.vault.azure.net/secrets/sql 2", "subscription /subscriptions/s1 1",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("reached (-want +got):\n%s", diff)
	}
	if len(s.Open) != 1 || s.Open[0].Kind != incident.OpenRule || len(s.Closed) != 1 || s.Closed[0].Kind != incident.OpenMethod {
		t.Errorf("open %v, closed %v", s.Open, s.Closed)
	}
}

// The terms of a confidence add up to it, and each changes it as it should.
func TestConfidence(t *testing.T) {
	whole := Tell(stolen()).Confidence
	sum := 0
	for _, term := range whole.Terms {
		sum += term.Points
	}
	if whole.Score != min(100, sum) || whole.Level != "high" {
		t.Errorf("score %d of terms that add up to %d, %s", whole.Score, sum, whole.Level)
	}
	points := func(in incident.Incident) int {
		sum := 0
		for _, term := range Tell(in).Confidence.Terms {
			sum += term.Points
		}
		return sum
	}
	shared := stolen()
	shared.Trail.Sessions[0].Own = 3
	if got := points(shared); got >= sum {
		t.Errorf("a session that the owner uses too: %d, and %d without", got, sum)
	}
	clean := stolen()
	clean.Trail.Open = nil
	if got := points(clean); got >= sum {
		t.Errorf("nothing left behind: %d, and %d with", got, sum)
	}
	bare := stolen()
	bare.Trail.Acts = nil
	if got := points(bare); got >= sum {
		t.Errorf("no act of the attacker: %d, and %d with", got, sum)
	}
	alone := Incidents([]incident.Alert{alert("a", 0, low, "Persistence", "T1098", upn("adele"))})[0]
	if got := Tell(alone).Confidence; got.Level != "low" || got.Score != 0 {
		t.Errorf("one alert of low severity: %+v", got)
	}
}

// Each harmless explanation is likely where only it fits, and none is where the
// attacker left something behind.
func TestAlternatives(t *testing.T) {
	for _, a := range Tell(stolen()).Alternatives {
		if a.Likely || len(a.Against) == 0 {
			t.Errorf("%s is likely of a stolen session: for %v, against %v", a.Explanation, a.For, a.Against)
		}
	}
	train := Incidents([]incident.Alert{alert("a", 0, medium, "InitialAccess", "T1078", upn("adele"))})[0]
	train.Trail = &incident.Trail{Accounts: []string{"adele@contoso.com"}, Sessions: []incident.StolenSession{{ID: "s1", Own: 4}}}
	for i := range 4 {
		a := deed(i, "SigninLogs", "Sign-in", "adele@contoso.com", incident.Attackers)
		a.Address = "198.51.100." + string(rune('1'+i))
		train.Trail.Acts = append(train.Trail.Acts, a)
		train.Trail.Addresses = append(train.Trail.Addresses, a.Address)
	}
	var likely []string
	for _, a := range Tell(train).Alternatives {
		if a.Likely {
			likely = append(likely, a.Explanation)
		}
	}
	if !slices.ContainsFunc(likely, func(e string) bool { return strings.Contains(e, "mobile carrier") }) {
		t.Errorf("one session from four addresses, used by its owner too: likely are %v", likely)
	}
}

// Lesser alerts are raised by what the evidence shows, and not by their number.
func TestRaised(t *testing.T) {
	in := Incidents([]incident.Alert{
		alert("a", 0, low, "Persistence", "T1098", upn("adele"), ip("203.0.113.7")),
		alert("b", 1, low, "Collection", "T1114", upn("adele"), ip("203.0.113.7")),
		alert("c", 2, low, "InitialAccess", "T1078", upn("adele"), ip("203.0.113.7")),
	})[0]
	trail := *stolen().Trail
	nothing, owner, newcomer, much := trail, trail, trail, trail
	newcomer.Newcomers = []string{"adele@contoso.com"}
	much.Open, much.Acts = nil, nil
	for i := range 20 {
		much.Acts = append(much.Acts, deed(i, "OfficeActivity", "FileDownloaded", "adele@contoso.com", incident.Attackers))
	}
	nothing.Open = nil
	owner.Acts, owner.Open = []incident.Act{deed(5, "SigninLogs", "Sign-in", "adele@contoso.com", incident.TheOwners)}, nil
	for _, test := range []struct {
		name  string
		trail *incident.Trail
		want  incident.Severity
	}{{"not followed", nil, low}, {"nothing left behind", &nothing, low}, {"the owner's own", &owner, low}, {"somebody new", &newcomer, low}, {"a stranger who took much", &much, medium}, {"a stranger who left a rule", &trail, medium}} {
		in.Trail = test.trail
		if got := Raised(in); got != test.want {
			t.Errorf("%s: %s, want %s", test.name, got, test.want)
		}
	}
	one := in
	one.Alerts = in.Alerts[:1]
	one.Trail = &trail
	if got := Raised(one); got != low {
		t.Errorf("one alert: %s", got)
	}
}

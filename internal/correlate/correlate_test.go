package correlate

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/conshelf/conshelf/internal/incident"
)

var start = time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC)

// alert returns an alert some minutes into the test. What it is about is
// written type:identifier=value, several identifiers joined by commas.
func alert(id string, minute int, severity incident.Severity, tactic incident.Tactic, technique incident.Technique, about ...string) incident.Alert {
	at := start.Add(time.Duration(minute) * time.Minute)
	a := incident.Alert{
		ID: id, Rule: incident.Rule{ID: "rule-" + id, Name: "Rule " + id}, Severity: severity,
		Tactics: []incident.Tactic{tactic}, Techniques: []incident.Technique{technique},
		First: at, Last: at.Add(time.Minute),
	}
	for _, text := range about {
		kind, identifiers, _ := strings.Cut(text, ":")
		var ids []incident.Identifier
		for pair := range strings.SplitSeq(identifiers, ",") {
			name, value, _ := strings.Cut(pair, "=")
			ids = append(ids, incident.Identifier{Name: name, Value: value})
		}
		e, ok := incident.NewEntity(incident.EntityType(kind), ids...)
		if !ok {
			panic(text)
		}
		a.Entities = append(a.Entities, e)
	}
	return a
}

func upn(name string) string { return "Account:FullName=" + name + "@contoso.com" }
func ip(address string) string {
	return "IP:Address=" + address
}

const (
	low    = incident.Low
	info   = incident.Informational
	medium = incident.Medium
	high   = incident.High
)

// takeover is a password spray that succeeds, hides, and goes on through an
// application.
func takeover() []incident.Alert {
	return []incident.Alert{
		alert("spray", 0, medium, "CredentialAccess", "T1110.003", ip("203.0.113.7")),
		alert("success", 30, high, "InitialAccess", "T1078.004", upn("adele"), ip("203.0.113.7")),
		alert("forward", 60, medium, "Collection", "T1114.003", "Mailbox:MailboxPrimaryAddress=Adele@contoso.com"),
		alert("consent", 70, medium, "Persistence", "T1671", upn("adele"), "CloudApplication:AppId=a1,Name=Sync Tool"),
		alert("service", 90, medium, "LateralMovement", "T1550.001", "CloudApplication:Name=sync tool", ip("203.0.113.99")),
	}
}

// titles returns title and alerts of each incident, a line each.
func titles(incidents []incident.Incident) string {
	var b strings.Builder
	for _, in := range incidents {
		fmt.Fprintf(&b, "%s | %s |", in.Severity, in.Title)
		for _, a := range in.Alerts {
			b.WriteString(" " + a.ID)
		}
		b.WriteString("\n")
	}
	return b.String()
}

func TestIncidents(t *testing.T) {
	tests := []struct {
		name   string
		alerts []incident.Alert
		want   string
	}{
		{"none", nil, ""},
		{"one attack over address, account, mailbox and application", takeover(), `
High | Password spray to mail forwarding: adele@contoso.com | spray success forward consent service`},
		{"two attacks", []incident.Alert{
			alert("a", 0, high, "InitialAccess", "T1078", upn("adele"), ip("203.0.113.7")),
			alert("b", 1, high, "InitialAccess", "T1078", upn("bob"), ip("198.51.100.7")),
		}, `
High | Rule a: adele@contoso.com | a
High | Rule b: bob@contoso.com | b`},
		{"an account in three spellings", []incident.Alert{
			alert("a", 0, medium, "InitialAccess", "T1078", "Account:FullName=Adele@Contoso.com"),
			alert("b", 1, medium, "InitialAccess", "T1078", "Account:Name=adele,UPNSuffix=contoso.com,AadUserId=0001"),
			alert("c", 2, medium, "InitialAccess", "T1078", "Account:AadUserId=0001"),
		}, `
Medium | Rule a: Adele@Contoso.com | a b c`},
		{"a domain is not a person, nor is a display name", []incident.Alert{
			alert("a", 0, medium, "InitialAccess", "T1078", "Account:Name=adele,UPNSuffix=contoso.com,DisplayName=A"),
			alert("b", 1, medium, "InitialAccess", "T1078", "Account:Name=bob,UPNSuffix=contoso.com,DisplayName=A"),
		}, `
Medium | Rule a: adele | a
Medium | Rule b: bob | b`},
		{"context does not make one attack of two", []incident.Alert{
			alert("a", 0, high, "InitialAccess", "T1078", upn("adele")),
			alert("both", 5, low, "Persistence", "T1098", upn("adele"), upn("bob")),
			alert("b", 15, high, "InitialAccess", "T1078", upn("bob")),
		}, `
High | Rule a: adele@contoso.com | a both
High | Rule b: bob@contoso.com | b`},
		{"context of another day is not of the attack", []incident.Alert{
			alert("c", 0, info, "Persistence", "T1098", upn("adele")),
			alert("a", 60*50, high, "InitialAccess", "T1078", upn("adele")),
		}, `
High | Rule a: adele@contoso.com | a`},
		{"what is only informational is no incident", []incident.Alert{
			alert("a", 0, info, "Persistence", "T1098", upn("adele")),
			alert("b", 1, info, "Discovery", "T1087", upn("adele")),
			alert("c", 2, low, "Discovery", "T1087", upn("bob")),
		}, `
Low | Rule c: bob@contoso.com | c`},
		{"an address that many share is a gateway", gateway(), `
Medium | Rule g0: user0@contoso.com | g0
Medium | Rule g1: user1@contoso.com | g1
Medium | Rule g2: user2@contoso.com | g2
Medium | Rule g3: user3@contoso.com | g3
Medium | Rule g4: user4@contoso.com | g4
Medium | Rule g5: user5@contoso.com | g5`},
		{"unless it is what an alert is about", append(gateway(),
			alert("spray", 100, medium, "CredentialAccess", "T1110.003", ip("203.0.113.50"))), `
Medium | Password spray to account takeover: user0@contoso.com and 5 others | g0 g1 g2 g3 g4 g5 spray`},
		{"an address inside a network means nothing outside it", []incident.Alert{
			alert("a", 0, medium, "InitialAccess", "T1078", upn("adele"), ip("10.0.0.4")),
			alert("b", 1, medium, "InitialAccess", "T1078", upn("bob"), ip("10.0.0.4")),
		}, `
Medium | Rule a: adele@contoso.com | a
Medium | Rule b: bob@contoso.com | b`},
		{"an IPv6 subscriber has a /64, and a port is no part of an address", []incident.Alert{
			alert("a", 0, medium, "InitialAccess", "T1078", upn("adele"), ip("2001:db8:1:2::7")),
			alert("b", 1, medium, "InitialAccess", "T1078", upn("bob"), ip("[2001:db8:1:2::9]:443")),
			alert("c", 2, medium, "InitialAccess", "T1078", upn("cy"), ip("2001:db8:1:3::7")),
		}, `
Medium | Rule a: adele@contoso.com and 1 other | a b
Medium | Rule c: cy@contoso.com | c`},
		{"Microsoft's own applications join nobody", []incident.Alert{
			alert("a", 0, medium, "InitialAccess", "T1078", upn("adele"), "CloudApplication:AppId=00000003-0000-0000-c000-000000000000"),
			alert("b", 1, medium, "InitialAccess", "T1078", upn("bob"), "CloudApplication:AppId=00000003-0000-0000-C000-000000000000"),
		}, `
Medium | Rule a: adele@contoso.com | a
Medium | Rule b: bob@contoso.com | b`},
		{"a name that two applications bear joins neither", []incident.Alert{
			alert("a", 0, medium, "InitialAccess", "T1078", upn("adele"), "CloudApplication:AppId=a1,Name=Sync Tool"),
			alert("b", 1, medium, "InitialAccess", "T1078", upn("bob"), "CloudApplication:AppId=a2,Name=Sync Tool"),
		}, `
Medium | Rule a: adele@contoso.com | a
Medium | Rule b: bob@contoso.com | b`},
		{"no user has the id of nobody", []incident.Alert{
			alert("a", 0, medium, "InitialAccess", "T1078", "Account:AadUserId=00000000-0000-0000-0000-000000000000", ip("203.0.113.7")),
			alert("b", 1, medium, "InitialAccess", "T1078", "Account:AadUserId=00000000-0000-0000-0000-000000000000", ip("203.0.113.8")),
		}, `
Medium | Rule a: 00000000-0000-0000-0000-000000000000 | a
Medium | Rule b: 00000000-0000-0000-0000-000000000000 | b`},
		{"an account's attacks a month apart are two", []incident.Alert{
			alert("a", 0, high, "InitialAccess", "T1078", upn("adele")),
			alert("b", 60*24*30, high, "InitialAccess", "T1078", upn("adele")),
		}, `
High | Rule a: adele@contoso.com | a
High | Rule b: adele@contoso.com | b`},
		{"a session lasts longer", []incident.Alert{
			alert("a", 0, high, "InitialAccess", "T1078", upn("adele"), "Session:SessionId=s1"),
			alert("b", 60*24*20, high, "Collection", "T1114.002", "Session:SessionId=s1"),
		}, `
High | Account takeover to mailbox access: adele@contoso.com | a b`},
		{"two steps raise nothing", takeover()[:2], `
High | Password spray to account takeover: adele@contoso.com | spray success`},
		{"what nobody rated may be an attack", []incident.Alert{
			alert("a", 0, incident.Unrated, "InitialAccess", "T1078", upn("adele")),
			alert("b", 60*24*3, medium, "InitialAccess", "T1078", upn("adele")),
		}, `
Medium | Rule a: adele@contoso.com | a b`},
		{"who has a name is named before who has an id", []incident.Alert{
			alert("a", 0, low, "Persistence", "T1098", "Account:AadUserId=0001", upn("adele")),
		}, `
Low | Rule a: adele@contoso.com and 1 other | a`},
		{"context of another day is no incident's, either", []incident.Alert{
			alert("a", 0, low, "Persistence", "T1098", upn("adele")),
			alert("b", 60*50, low, "Persistence", "T1098", upn("adele")),
		}, `
Low | Rule a: adele@contoso.com | a
Low | Rule b: adele@contoso.com | b`},
		{"low alerts of one person are one incident, and stay low", []incident.Alert{
			alert("a", 0, low, "Persistence", "T1098", upn("adele"), ip("203.0.113.7")),
			alert("b", 1, low, "Collection", "T1114", upn("adele"), ip("203.0.113.7")),
			alert("c", 2, low, "InitialAccess", "T1078", upn("adele"), ip("203.0.113.7")),
			alert("d", 3, low, "InitialAccess", "T1078", upn("bob"), ip("203.0.113.7")),
		}, `
Low | Account takeover to mailbox access: adele@contoso.com | a b c
Low | Rule d: bob@contoso.com | d`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got := titles(Incidents(test.alerts))
			if diff := cmp.Diff(strings.TrimPrefix(test.want, "\n"), strings.TrimSuffix(got, "\n")); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// gateway is alerts about six people behind one address.
func gateway() []incident.Alert {
	var alerts []incident.Alert
	for i := range maxSharers + 1 {
		alerts = append(alerts, alert(fmt.Sprint("g", i), i, medium, "InitialAccess", "T1078", upn(fmt.Sprint("user", i)), ip("203.0.113.50")))
	}
	return alerts
}

func TestTenantsAreApart(t *testing.T) {
	a, b := alert("a", 0, medium, "InitialAccess", "T1078", upn("adele")), alert("b", 1, medium, "InitialAccess", "T1078", upn("adele"))
	a.Tenant, b.Tenant = "t1", "t2"
	if got := Incidents([]incident.Alert{a, b}); len(got) != 2 {
		t.Errorf("incidents: %s", titles(got))
	}
}

func TestOrderMakesNoDifference(t *testing.T) {
	alerts := append(takeover(), gateway()...)
	alerts = append(alerts,
		alert("x", 75, low, "Discovery", "T1087", upn("adele"), upn("user3"), ip("203.0.113.50")),
		alert("y", 76, info, "Persistence", "T1098", upn("user3")),
		alert("z", 76, low, "Persistence", "T1098", upn("zoe"), ip("203.0.113.7")),
		alert("s", 77, medium, "Collection", "T1114.002", upn("USER1"), "Session:SessionId=s"),
		alert("t", 77, medium, "Collection", "T1114.002", upn("user2"), "Session:SessionId=S"))
	want := Incidents(alerts)
	random := rand.New(rand.NewPCG(1, 2))
	for range 200 {
		random.Shuffle(len(alerts), func(i, j int) { alerts[i], alerts[j] = alerts[j], alerts[i] })
		if diff := cmp.Diff(want, Incidents(append(alerts, alerts[0]))); diff != "" {
			t.Fatal(diff)
		}
	}
}

func TestEachAlertIsInOneIncident(t *testing.T) {
	alerts := append(takeover(), gateway()...)
	seen := make(map[string]int)
	for _, in := range Incidents(alerts) {
		for _, a := range in.Alerts {
			seen[a.ID]++
		}
		linked := map[string]bool{in.Alerts[0].ID: true}
		for range in.Links { // as often as needed
			for _, l := range in.Links {
				if linked[l.From] || linked[l.To] {
					linked[l.From], linked[l.To] = true, true
				}
			}
		}
		if len(linked) != len(in.Alerts) {
			t.Errorf("%s: links reach %d of %d alerts", in.Title, len(linked), len(in.Alerts))
		}
	}
	for _, a := range alerts {
		if seen[a.ID] != 1 {
			t.Errorf("alert %s is in %d incidents", a.ID, seen[a.ID])
		}
	}
}

func TestIncident(t *testing.T) {
	got := Incidents(takeover())[0]
	var links, stages, entities []string
	for _, l := range got.Links {
		links = append(links, l.From+" "+l.To+" "+l.Reason)
	}
	for _, s := range got.Stages {
		stages = append(stages, fmt.Sprintf("%s%v%v", s.Tactic, s.Techniques, s.Alerts))
	}
	for _, e := range got.Entities {
		entities = append(entities, fmt.Sprint(e.Type, e.Identifiers))
	}
	wantLinks := []string{
		"spray success Both name the address 203.0.113.7, 29 minutes apart; the alerts know one account there.",
		"success forward Both are about the account adele@contoso.com, 29 minutes apart.",
		"forward consent Both are about the account adele@contoso.com, 9 minutes apart.",
		"consent service Both are about the application Sync Tool, 19 minutes apart.",
	}
	wantStages := []string{
		"InitialAccess[T1078.004][success]",
		"Persistence[T1671][consent]",
		"CredentialAccess[T1110.003][spray]",
		"LateralMovement[T1550.001][service]",
		"Collection[T1114.003][forward]",
	}
	wantEntities := []string{
		"Account[{FullName adele@contoso.com}]",
		"CloudApplication[{AppId a1} {Name Sync Tool}]",
		"IP[{Address 203.0.113.7}]",
		"IP[{Address 203.0.113.99}]",
		"Mailbox[{MailboxPrimaryAddress Adele@contoso.com}]",
	}
	for _, diff := range []string{cmp.Diff(wantLinks, links), cmp.Diff(wantStages, stages), cmp.Diff(wantEntities, entities)} {
		if diff != "" {
			t.Error(diff)
		}
	}
	if got.First != start || got.Last != start.Add(91*time.Minute) {
		t.Errorf("from %s to %s", got.First, got.Last)
	}
}

func TestSeverityIsRaised(t *testing.T) {
	alerts := takeover()
	alerts[1].Severity = medium
	if got := Incidents(alerts)[0].Severity; got != high {
		t.Errorf("five steps of medium severity: %s", got)
	}
	if got := Incidents(alerts[:2])[0].Severity; got != medium {
		t.Errorf("two steps of medium severity: %s", got)
	}
}

func TestInformationalIsNoStage(t *testing.T) {
	got := Incidents(append(takeover(), alert("i", 61, info, "Discovery", "T1087", upn("adele"))))[0]
	if len(got.Alerts) != 6 {
		t.Fatalf("alerts: %s", titles([]incident.Incident{got}))
	}
	for _, s := range got.Stages {
		if s.Tactic == "Discovery" {
			t.Errorf("stage %v", s)
		}
	}
}

// Every spelling of an account is one, and no two accounts are.
func TestSpellingsOfAccounts(t *testing.T) {
	for _, test := range []struct {
		name, a, b string
		same       bool
	}{
		{"case", "Account:FullName=Adele@Contoso.com", "Account:FullName=adele@contoso.com", true},
		{"name and suffix", "Account:Name=adele,UPNSuffix=contoso.com", "Account:FullName=adele@contoso.com", true},
		{"mailbox", "Mailbox:MailboxPrimaryAddress=adele@contoso.com", "Account:FullName=adele@contoso.com", true},
		{"guest and home", "Account:FullName=adele_fabrikam.com#EXT#@contoso.onmicrosoft.com", "Account:FullName=adele@fabrikam.com", true},
		{"underscore in a guest's name", "Account:FullName=adele_v_fabrikam.com#ext#@contoso.onmicrosoft.com", "Account:FullName=adele_v@fabrikam.com", true},
		{"personal account", "Account:FullName=live.com#adele@outlook.example", "Account:FullName=adele@outlook.example", true},
		{"on-prem name", `Account:FullName=CONTOSO\adele`, "Account:NTDomain=contoso,Name=adele", true},
		{"two guests", "Account:FullName=adele_fabrikam.com#EXT#@contoso.onmicrosoft.com", "Account:FullName=bob_fabrikam.com#EXT#@contoso.onmicrosoft.com", false},
		{"a guest and somebody of the same name", "Account:FullName=adele_fabrikam.com#EXT#@contoso.onmicrosoft.com", "Account:FullName=adele@contoso.com", false},
		{"one name in two domains", `Account:FullName=CONTOSO\adele`, `Account:FullName=FABRIKAM\adele`, false},
		{"half a name", "Account:Name=adele", "Account:FullName=adele@contoso.com", false},
	} {
		got := Incidents([]incident.Alert{
			alert("a", 0, medium, "InitialAccess", "T1078", test.a), alert("b", 1, medium, "Collection", "T1114", test.b),
		})
		if same := len(got) == 1; same != test.same {
			t.Errorf("%s: %q and %q are one: %t, want %t", test.name, test.a, test.b, same, test.same)
		}
	}
}

// Two attacks on one day, on one vault, cleaned up by one administrator, are
// two.
func TestTwoAttacksAreTwo(t *testing.T) {
	vault := "AzureResource:ResourceId=/subscriptions/s/vaults/v"
	alerts := []incident.Alert{
		alert("in-a", 0, medium, "InitialAccess", "T1078", upn("adele"), ip("203.0.113.7")),
		alert("read-a", 10, medium, "CredentialAccess", "T1555.006", upn("adele"), ip("203.0.113.7"), vault),
		alert("in-b", 5, medium, "InitialAccess", "T1078", upn("bob"), ip("198.51.100.9")),
		alert("read-b", 15, medium, "CredentialAccess", "T1555.006", upn("bob"), ip("198.51.100.9"), vault),
		alert("reset-a", 60, low, "Persistence", "T1098", upn("root"), upn("adele"), ip("192.0.2.1")),
		alert("reset-b", 61, low, "Persistence", "T1098", upn("root"), upn("bob"), ip("192.0.2.1")),
		alert("azure", 12, info, "Persistence", "T1098", "CloudApplication:AppId=04b07795-8ddb-461a-bbee-02f9e1bf7b46,Name=Microsoft Azure CLI", upn("adele"), upn("bob")),
	}
	if got := Incidents(alerts); len(got) != 2 {
		t.Errorf("%d incidents, want 2:\n%s", len(got), titles(got))
	}
}

// An alert that names a resource and nobody joins one of those that touched the
// resource, and does not make one of two.
func TestResourceWithoutAnActor(t *testing.T) {
	vault := "AzureResource:ResourceId=/subscriptions/s/vaults/v"
	alerts := []incident.Alert{
		alert("a", 0, medium, "CredentialAccess", "T1555.006", upn("adele"), vault),
		alert("product", 20, medium, "CredentialAccess", "T1555.006", "AzureResource:ResourceId=/Subscriptions/s/vaults/V"),
		alert("b", 90, medium, "CredentialAccess", "T1555.006", upn("bob"), vault),
	}
	got := titles(Incidents(alerts))
	if !strings.Contains(got, "| a product\n") || !strings.Contains(got, "| b\n") {
		t.Errorf("incidents:\n%s", got)
	}
}

// A device joins what happened on it.
func TestDeviceJoins(t *testing.T) {
	got := Incidents([]incident.Alert{
		alert("a", 0, medium, "Execution", "T1059", "Host:HostName=lap-1,DnsDomain=contoso.com"),
		alert("b", 9, medium, "CredentialAccess", "T1003", "Host:FullName=LAP-1.contoso.com", upn("adele")),
		alert("c", 9, medium, "CredentialAccess", "T1003", "Host:HostName=lap-2"),
	})
	if len(got) != 2 {
		t.Errorf("%d incidents, want 2:\n%s", len(got), titles(got))
	}
}

package tenant

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/conshelf/conshelf/internal/incident"
)

const known = `
networks:
  - {cidr: 198.51.100.0/24, name: HQ}
egress:
  - {cidr: 203.0.113.7, name: VPN}
penTests:
  - {cidr: 192.0.2.0/28, name: Red team, from: 2026-03-02, to: 2026-03-03}
vips:
  - {user: ceo@contoso.com, name: Chief executive}
breakGlass: [glass@contoso.com]
administrators:
  - {user: admin@contoso.com, id: 1A}
travel:
  - {user: adele@contoso.com, country: FR, home: NL, from: 2026-03-02, to: 2026-03-04}
maintenance:
  - {what: new secrets, who: [admin@contoso.com], from: "2026-03-02T08:00:00Z", to: "2026-03-02T10:00:00Z", rules: [Credentials added]}
applications:
  - {id: 11111111-2222-3333-4444-555555555555, name: Backup}
`

// about returns an alert at 9:00, an hour long. What it is about is written
// type:identifier=value, or .Column=value of a detail.
func about(rule string, s incident.Severity, tactic incident.Tactic, what ...string) incident.Alert {
	at := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	a := incident.Alert{Rule: incident.Rule{Name: rule}, Severity: s, Tactics: []incident.Tactic{tactic}, First: at, Last: at.Add(30 * time.Minute)}
	for _, text := range what {
		name, value, _ := strings.Cut(text, "=")
		if column, ok := strings.CutPrefix(name, "."); ok {
			a.Details = append(a.Details, incident.Detail{Name: column, Value: value})
			continue
		}
		kind, identifier, _ := strings.Cut(name, ":")
		e, _ := incident.NewEntity(incident.EntityType(kind), incident.Identifier{Name: identifier, Value: value})
		a.Entities = append(a.Entities, e)
	}
	return a
}

func TestWeigh(t *testing.T) {
	const (
		low    = incident.Low
		medium = incident.Medium
		high   = incident.High
		signIn = "InitialAccess"
		change = "Persistence"
	)
	adele, ceo, glass, admin := "Account:FullName=Adele@contoso.com", "Account:FullName=ceo@contoso.com", "Account:FullName=glass@contoso.com", "Account:AadUserId=1a"
	hq, vpn, red, elsewhere := "IP:Address=198.51.100.9", "IP:Address=203.0.113.7", "IP:Address=192.0.2.3", "IP:Address=203.0.113.8"
	backup := "CloudApplication:AppId=11111111-2222-3333-4444-555555555555"
	later := func(a incident.Alert, by time.Duration) incident.Alert {
		a.First, a.Last = a.First.Add(by), a.Last.Add(by)
		return a
	}
	for _, test := range []struct {
		name  string
		alert incident.Alert
		want  []string // the terms
	}{
		{"nothing is declared of it", about("r", medium, signIn, adele, elsewhere), nil},
		{"a sign-in from the egress", about("r", medium, signIn, adele, vpn), []string{"source 203.0.113.7 is the declared egress VPN: lowered from Medium to Informational"}},
		{"a sign-in from a network", about("r", medium, signIn, adele, hq), []string{"source 198.51.100.9 is in the declared network HQ: lowered from Medium to Informational"}},
		{"one that is High is a step less", about("r", high, signIn, adele, vpn), []string{"source 203.0.113.7 is the declared egress VPN: lowered from High to Medium"}},
		{"what was done from there is a step less", about("r", high, change, adele, vpn), []string{"source 203.0.113.7 is the declared egress VPN: lowered from High to Medium"}},
		{"one of two addresses explains nothing", about("r", medium, signIn, adele, vpn, elsewhere), nil},
		{"a network and an egress do", about("r", medium, signIn, adele, vpn, hq), []string{"source 203.0.113.7 is the declared network VPN and source 198.51.100.9 is in the declared network HQ: lowered from Medium to Informational"}},
		{"a test that was asked for", about("r", high, signIn, adele, red), []string{"source 192.0.2.3 is in the declared penetration test Red team: lowered from High to Informational"}},
		{"after its time it is an attack", later(about("r", high, signIn, adele, red), 48*time.Hour), nil},
		{"a journey", about("r", medium, signIn, adele, elsewhere, `.Countries=["FR","NL"]`), []string{"account adele@contoso.com was expected to travel to FR from 2026-03-02 00:00 to 2026-03-05 00:00: lowered from Medium to Informational"}},
		{"a third country is none of the journey's", about("r", medium, signIn, adele, elsewhere, `.Countries=["FR","NL","RU"]`), nil},
		{"home alone is no journey", about("r", medium, signIn, adele, elsewhere, `.Location=NL`), nil},
		{"somebody else's journey", about("r", medium, signIn, "Account:FullName=bob@contoso.com", `.Location=FR`), nil},
		{"maintenance, by an administrator", about("Credentials added", medium, change, admin, "Account:FullName=admin@contoso.com"), []string{
			"account admin@contoso.com had announced maintenance (new secrets) from 2026-03-02 08:00 to 2026-03-02 10:00: lowered from Medium to Low",
			"account admin@contoso.com is a declared administrator: left at Low",
		}},
		{"another rule than the work explains", about("Mail forwarded", medium, change, "Account:FullName=admin@contoso.com"), []string{"account admin@contoso.com is a declared administrator: raised from Medium to High"}},
		{"after the work", later(about("Credentials added", low, change, "Account:FullName=admin@contoso.com"), time.Hour), []string{"account admin@contoso.com is a declared administrator: left at Low"}},
		{"an application of the tenant", about("r", medium, change, backup), []string{"application Backup is declared as known: lowered from Medium to Low"}},
		{"and one that is not", about("r", medium, change, backup, "CloudApplication:Name=Backup"), nil},
		{"a VIP", about("r", medium, signIn, ceo, elsewhere), []string{"account ceo@contoso.com (Chief executive) is a declared VIP: raised from Medium to High"}},
		{"context about a VIP stays context", about("r", low, signIn, ceo), []string{"account ceo@contoso.com (Chief executive) is a declared VIP: left at Low"}},
		{"nothing explains an account for emergencies", about("r", low, signIn, glass, vpn), []string{
			"source 203.0.113.7 is the declared egress VPN: lowered from Low to Informational",
			"account glass@contoso.com is a declared break-glass account: raised from Informational to High",
		}},
		{"what nobody rated is not lowered", about("r", incident.Unrated, signIn, adele, vpn), []string{"source 203.0.113.7 is the declared egress VPN: left at Unrated"}},
		{"a mailbox is its owner's", about("r", medium, change, "Mailbox:MailboxPrimaryAddress=CEO@contoso.com"), []string{"account ceo@contoso.com (Chief executive) is a declared VIP: raised from Medium to High"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			facts, err := Parse([]byte(known))
			if err != nil {
				t.Fatal(err)
			}
			before := test.alert
			weighed := facts.Weigh([]incident.Alert{test.alert})
			var got []string
			for _, term := range weighed[0].Terms {
				got = append(got, term.String())
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Error(diff)
			}
			if n := len(weighed[0].Terms); n > 0 && weighed[0].Severity != weighed[0].Terms[n-1].To {
				t.Errorf("severity %s, and the last term says %s", weighed[0].Severity, weighed[0].Terms[n-1].To)
			}
			if diff := cmp.Diff(before, test.alert); diff != "" {
				t.Errorf("the alert given was changed: %s", diff)
			}
		})
	}
}

// Facts of one tenant say nothing of another, and none ever takes an alert
// away.
func TestWeighKeepsAlerts(t *testing.T) {
	facts, err := Parse([]byte("tenant: T1\npenTests: [192.0.2.0/24]\n"))
	if err != nil {
		t.Fatal(err)
	}
	mine, other := about("r", incident.High, "InitialAccess", "IP:Address=192.0.2.3"), about("r", incident.High, "InitialAccess", "IP:Address=192.0.2.3")
	mine.Tenant, other.Tenant = "t1", "t2"
	got := facts.Weigh([]incident.Alert{mine, other})
	if severities := []incident.Severity{got[0].Severity, got[1].Severity}; !slices.Equal(severities, []incident.Severity{incident.Informational, incident.High}) {
		t.Errorf("severities %v", severities)
	}
	var none *Facts
	if got := none.Weigh([]incident.Alert{mine}); len(got) != 1 || got[0].Severity != incident.High || got[0].Terms != nil {
		t.Errorf("without facts: %+v", got)
	}
}

package report

import (
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/conshelf/conshelf/internal/evidence"
	"github.com/conshelf/conshelf/internal/incident"
)

func summaryOf(w io.Writer, d Document) error { return Summary(w, d, Style{}) }

// With two tenants every form of the report says which of them an incident,
// its requests and its queries are about.
func TestTenantsAreTold(t *testing.T) {
	in := Input{Incidents: []incident.Incident{{ID: "1", Title: "a", Tenant: "tenant-one"}, {ID: "2", Title: "b", Tenant: "tenant-two"}, {ID: "3", Title: "c"}}}
	d := New(in)
	for name, want := range map[string][]string{
		render(t, Markdown, d):  {"- Tenants: tenant-one, tenant-two, and records that name none", "- Tenant: tenant-one", "- Tenant: tenant-two", "- Tenant: not named in the evidence", "meant for the tenant tenant-two", "do not say which of them"},
		render(t, HTML, d):      {"<dd>tenant-one, tenant-two, and records that name none</dd>", ">tenant not named in the evidence<", "<dd>tenant-one</dd>", "<dd>tenant-two</dd>", "<dd>not named in the evidence</dd>", "meant for the tenant tenant-two", "do not say which of them"},
		render(t, summaryOf, d): {"tenants, each looked at by itself: tenant-one, tenant-two\nrecords that name no tenant, looked at by themselves too\n", "tenant    tenant-one", "tenant    tenant-two", "tenant    not named in the evidence"},
	} {
		for _, text := range want {
			if !strings.Contains(name, text) {
				t.Errorf("no %q in\n%s", text, name)
			}
		}
	}
	in.Incidents = in.Incidents[:1]
	if got := render(t, Markdown, New(in)); strings.Contains(got, "meant for the tenant") {
		t.Error("one tenant, and the plan is told apart by it")
	}
}

// What is shared with other tenants and not listed is counted wherever what is
// listed is shown, and not of a tenant that was not asked for.
func TestUnlistedIsTold(t *testing.T) {
	in := incident.Incident{ID: "1", Title: "a", Tenant: "t1", Unlisted: []incident.Unlisted{{Tenant: "t2", Incident: "o0", Entities: 4}, {Tenant: "t2", Incidents: 1490}, {Tenant: "t3", Incidents: 1}}}
	for n := range 5 {
		in.Elsewhere = append(in.Elsewhere, incident.Elsewhere{Tenant: "t2", Incident: fmt.Sprintf("o%d", n), Entity: incident.Entity{Type: incident.IP, Identifiers: []incident.Identifier{{Name: "Address", Value: "192.0.2.1"}}}})
	}
	d := New(Input{Incidents: []incident.Incident{in, {ID: "2", Title: "b", Tenant: "t2"}}})
	listed := []string{"1,490 incidents more of tenant t2 with some of it are not listed.", "1 incident more of tenant t3 with some of it is not listed.", "4 more that incident o0 of tenant t2 names too are not listed."}
	for text, want := range map[string][]string{
		render(t, Markdown, d): listed,
		render(t, HTML, d):     listed,
		render(t, summaryOf, d): {
			"shared    192.0.2.1 and 4 more, with incident o0 of tenant t2\n", "shared    192.0.2.1, with incident o2 of tenant t2\n",
			"shared    some of it, with 1,492 incidents more of tenant t2\n", "shared    some of it, with 1 incident more of tenant t3\n",
		},
	} {
		for _, part := range want {
			if !strings.Contains(text, part) {
				t.Errorf("no %q in\n%s", part, text)
			}
		}
	}
	if strings.Contains(render(t, summaryOf, d), "with incident o3") {
		t.Error("the summary names more than three of a tenant")
	}
	part := Select(d, Choice{Tenant: func(n string) bool { return n == "t1" }, Name: "tenant t1"})
	if got := part.Incidents[0].Incident.Unlisted; len(got) != 0 {
		t.Errorf("a report of one tenant counts what is of others: %v", got)
	}
}

// An overview that leaves incidents out says how many.
func TestOverviewSaysWhatItLeavesOut(t *testing.T) {
	in := Input{}
	for i := range 12 {
		in.Incidents = append(in.Incidents, incident.Incident{ID: fmt.Sprint(i), Title: "x"})
	}
	d := New(in)
	page := render(t, HTML, d)
	if len(d.Overview.Top) != 10 || d.Overview.More != 2 || !strings.Contains(page, "And 2 more incidents") {
		t.Errorf("%d named, %d more", len(d.Overview.Top), d.Overview.More)
	}
	in.Incidents = in.Incidents[:7]
	if d := New(in); len(d.Overview.Top) != 7 || d.Overview.More != 0 || strings.Contains(render(t, HTML, d), "more incident") {
		t.Errorf("%d of 7 named, %d more", len(d.Overview.Top), d.Overview.More)
	}
}

func TestSourcesText(t *testing.T) {
	one := []Source{{Name: "a.json", Records: []int64{7}}}
	tests := []struct {
		sources AlertSources
		want    string
	}{
		{AlertSources{Sources: one}, "a.json, record 7"},
		{AlertSources{Sources: one, More: 4}, "a.json, record 7; and at most 4 more"},
		{AlertSources{More: 4}, "no record is listed; there are at most 4"},
		{AlertSources{}, "no record is listed"},
	}
	for _, test := range tests {
		if got := sourcesText(test.sources); got != test.want {
			t.Errorf("got %q, want %q", got, test.want)
		}
	}
}

// A report of one alert has no table without rows, no picture of a line feed,
// and reads as text.
func TestMarkdownReads(t *testing.T) {
	a := incident.Alert{
		ID: "a", Description: "One\nsentence.", Origins: []evidence.Origin{{File: 1, Record: 2}}, OriginCount: 3,
		Details: []incident.Detail{{Name: "UserPrincipalName", Value: "adele@contoso.com"}, {Name: "IPAddress", Value: "192.0.2.1"}},
	}
	d := New(Input{
		Files: []evidence.File{{Number: 1, Path: "a.json"}}, Alerts: []incident.Alert{a},
		Incidents: []incident.Incident{{ID: "1", Alerts: []incident.Alert{a}}},
	})
	page := render(t, Markdown, d)
	for _, want := range []string{"- What it means: One sentence.", "One alert stands alone.", `adele\@contoso.com`, "- Returned IPAddress: 192.0.2.1", "a.json, record 2; and at most 2 more"} {
		if !strings.Contains(page, want) {
			t.Errorf("no %q in\n%s", want, page)
		}
	}
	for _, unwanted := range []string{"&#", "␊", "| Alerts | Shared |"} {
		if strings.Contains(page, unwanted) {
			t.Errorf("%q is in\n%s", unwanted, page)
		}
	}
	if page := render(t, HTML, d); !strings.Contains(page, "One alert stands alone.") || strings.Contains(page, "What each pair of alerts shares") {
		t.Error("the page has a table of no links")
	}
}

// A policy of which nothing is known is told before one that is ruled out, and
// each has its reason beside it.
func TestAccessIsTold(t *testing.T) {
	s := IncidentSection{Access: &Access{Told: "By the 3 policies.", SignIns: 1, Answers: []AccessAnswer{{
		Recorded: "succeeded", Outcome: "stopped or allowed", SignIns: []AccessSignIn{{Account: "adele@contoso.com"}},
		Policies: []AccessPolicy{
			{Name: "Off", Part: AccessOff, Result: "notEnabled"},
			{Name: "Legacy", Part: AccessRuledOut, Result: "notApplied", NotMet: []string{"clientApps"}},
			{Name: "Risk", Result: "unknown", Unknown: []string{"userRisk: userRiskNotGiven"}},
		},
	}}}}
	passages := accessOf(s)
	if len(passages) != 3 {
		t.Fatalf("%d passages, want 3: %v", len(passages), passages)
	}
	policies := passages[1]
	if want := "By these policies: stopped or allowed. Of 3 policies, 1 not known, 1 did not apply, 1 off."; policies.Lines[1] != want {
		t.Errorf("told %q, want %q", policies.Lines[1], want)
	}
	for i, want := range []string{"Risk: not known: userRisk: userRiskNotGiven", "Legacy: not met: clientApps", "Off: "} {
		if got := policies.Rows[i][0] + ": " + policies.Rows[i][4]; got != want {
			t.Errorf("row %d is %q, want %q", i, got, want)
		}
	}
	if accessOf(IncidentSection{}) != nil {
		t.Error("an incident without sign-ins is told of")
	}
}

// What a rule found in passing has the severity of its gravest alert, whichever
// was first.
func TestPassingIsAsGraveAsItsGravest(t *testing.T) {
	at := time.Date(2026, 3, 4, 9, 0, 0, 0, time.UTC)
	alert := func(id string, severity incident.Severity, first time.Time) incident.Alert {
		return incident.Alert{ID: id, Rule: incident.Rule{ID: "r", Name: "Rule"}, Severity: severity, First: first, Last: first}
	}
	d := New(Input{Alerts: []incident.Alert{alert("a", incident.Informational, at), alert("b", incident.Low, at.Add(time.Hour))}})
	if text := render(t, summaryOf, d); !strings.Contains(text, "Low           Rule: 2") {
		t.Errorf("the rule is not told as Low:\n%s", text)
	}
}

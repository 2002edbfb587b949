package report

import (
	"slices"
	"strings"
	"testing"

	"github.com/conshelf/conshelf/internal/evidence"
	"github.com/conshelf/conshelf/internal/incident"
)

// twoTenants is a report of two tenants, each with an incident, a gap and a file,
// and of one alert that is in no incident.
func twoTenants() Document {
	alert := func(id, tenant string) incident.Alert {
		return incident.Alert{ID: id, Tenant: tenant, Rule: incident.Rule{ID: "r", Name: "Rule"}}
	}
	a, b, passing := alert("a", "t1"), alert("b", "t2"), alert("c", "t2")
	b.Terms = []incident.Term{{}}
	return New(Input{
		Alerts: []incident.Alert{a, b, passing},
		Incidents: []incident.Incident{
			{ID: "i1", Tenant: "t1", Severity: incident.High, Alerts: []incident.Alert{a}, Elsewhere: []incident.Elsewhere{{Tenant: "t2", Incident: "i2"}}},
			{ID: "i2", Tenant: "t2", Severity: incident.Low, Alerts: []incident.Alert{b}},
		},
		Gaps:  []incident.Gap{{Kind: incident.GapLimit, Tenant: "t2"}, {Kind: incident.GapLimit, Subject: "all"}},
		Files: []evidence.File{{Number: 1, Tenant: "t1", Counts: evidence.Counts{Read: 1, Stored: 1}}, {Number: 2, Tenant: "t2", Counts: evidence.Counts{Read: 2, Stored: 2}}, {Number: 3}},
		Facts: &Facts{Name: "facts.yaml", Weigh: 1},
		Rules: []RuleRun{{Rule: incident.Rule{ID: "r", Name: "Rule"}, Alerts: 3}},
	})
}

// A part of a report counts what it has, says that it is a part, and has nothing
// of a tenant that was not asked for.
func TestSelect(t *testing.T) {
	whole := twoTenants()
	for _, test := range []struct {
		name                             string
		choice                           Choice
		incidents                        []string
		alerts, passing, gaps, elsewhere int
		files                            int64
		weigh                            int
		verdict                          string
	}{
		{"everything", Choice{}, []string{"i1", "i2"}, 3, 1, 2, 1, 3, 1, "1 rule ran"},
		{"a tenant", Choice{Tenant: func(n string) bool { return n == "t1" }, Name: "tenant t1"}, []string{"i1"}, 1, 0, 1, 0, 1, 0, "This is a part of the report, tenant t1: 1 of 2 incidents. The evidence shows 1 incident, 1 of High severity"},
		{"the other", Choice{Tenant: func(n string) bool { return n == "t2" }, Name: "tenant t2"}, []string{"i2"}, 2, 1, 2, 0, 2, 1, "none of High severity"},
		{"an incident", Choice{Incident: func(id string) bool { return id == "i2" }, Name: "incident i2"}, []string{"i2"}, 1, 0, 2, 0, 3, 1, "incident i2: 1 of 2 incidents"},
	} {
		t.Run(test.name, func(t *testing.T) {
			d := Select(whole, test.choice)
			var ids []string
			elsewhere := 0
			for _, s := range d.Incidents {
				ids = append(ids, s.Incident.ID)
				elsewhere += len(s.Incident.Elsewhere)
			}
			if !slices.Equal(ids, test.incidents) || d.Overview.Alerts != test.alerts || d.Rules[0].Alerts != test.alerts || len(d.Unjoined) != test.passing {
				t.Errorf("%v, %d alerts, %d of the rule, %d in passing", ids, d.Overview.Alerts, d.Rules[0].Alerts, len(d.Unjoined))
			}
			if d.Overview.Gaps != test.gaps || elsewhere != test.elsewhere || d.Records.Stored != test.files {
				t.Errorf("%d gaps, %d elsewhere, %d records", d.Overview.Gaps, elsewhere, d.Records.Stored)
			}
			if d.Facts.Weigh != test.weigh {
				t.Errorf("facts are about %d alerts, want %d", d.Facts.Weigh, test.weigh)
			}
			if test.choice.Name != "" && !strings.Contains(d.Overview.Verdict, test.verdict) {
				t.Errorf("verdict %q", d.Overview.Verdict)
			}
		})
	}
	if len(whole.Incidents) != 2 || len(whole.Incidents[0].Incident.Elsewhere) != 1 || whole.Rules[0].Alerts != 3 || whole.Facts.Weigh != 1 {
		t.Error("the whole was changed")
	}
}

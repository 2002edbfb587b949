package correlate

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/conshelf/conshelf/internal/evidence"
	"github.com/conshelf/conshelf/internal/incident"
)

// of returns an alert of a tenant.
func of(tenant string, a incident.Alert) incident.Alert {
	a.Tenant = tenant
	return a
}

// Two tenants have one user name, one address and one name of a machine. Their
// alerts are two incidents, each of which says what the other has too: not the
// machine, which is another one.
func TestTenantsShareAndDoNotJoin(t *testing.T) {
	host := "Host:HostName=LAP-1"
	incidents := Elsewhere(Incidents([]incident.Alert{
		of("t1", alert("a", 0, medium, "InitialAccess", "T1078", upn("adele"), ip("203.0.113.7"), host)),
		of("t2", alert("b", 1, medium, "InitialAccess", "T1078", upn("Adele"), ip("203.0.113.7"), host)),
		of("", alert("c", 2, medium, "InitialAccess", "T1078", ip("203.0.113.7"))),
		of("t2", alert("d", 3, medium, "InitialAccess", "T1078", upn("bob"), ip("198.51.100.1"))),
	}))
	var b strings.Builder
	for _, in := range incidents {
		fmt.Fprintf(&b, "%s:", in.Alerts[0].ID)
		for _, e := range in.Elsewhere {
			fmt.Fprintf(&b, " %s of %q,", e.Entity, e.Tenant)
			if e.Incident == in.ID {
				t.Error("an incident is elsewhere to itself")
			}
		}
		b.WriteString("\n")
	}
	want := `a: 203.0.113.7 of "", adele@contoso.com of "t2", 203.0.113.7 of "t2",
b: 203.0.113.7 of "", Adele@contoso.com of "t1", 203.0.113.7 of "t1",
c: 203.0.113.7 of "t1", 203.0.113.7 of "t2",
d:
`
	if diff := cmp.Diff(want, b.String()); diff != "" {
		t.Error(diff)
	}
}

// Five hundred incidents in each of two tenants come from one proxy, and one of
// each names twelve addresses that no other has: that one is
// first, few are listed of each, and the others are counted.
func TestElsewhereIsBounded(t *testing.T) {
	incidents := make([]incident.Incident, 0, 1000)
	proxy := incident.Entity{Type: incident.IP, Identifiers: []incident.Identifier{{Name: "Address", Value: "198.51.100.9"}}}
	for _, tenant := range []string{"t1", "t2"} {
		for n := range 500 {
			in := incident.Incident{ID: fmt.Sprintf("%s-%03d", tenant, n), Tenant: tenant, Severity: incident.Low, Entities: []incident.Entity{proxy, proxy}}
			if n == 77 {
				in.Severity = incident.High
			}
			if n == 400 {
				for a := range 12 {
					in.Entities = append(in.Entities, incident.Entity{Type: incident.IP, Identifiers: []incident.Identifier{{Name: "Address", Value: fmt.Sprintf("203.0.113.%d", a)}}})
				}
			}
			incidents = append(incidents, in)
		}
	}
	total := 0
	out := Elsewhere(incidents)
	for _, in := range out {
		total += len(in.Elsewhere)
	}
	if total > len(incidents)*20 {
		t.Errorf("%d entries of %d incidents", total, len(incidents))
	}
	var b strings.Builder
	for _, in := range []incident.Incident{out[0], out[400]} {
		fmt.Fprintf(&b, "%s:", in.ID)
		for _, e := range in.Elsewhere {
			fmt.Fprintf(&b, " %s %s,", e.Incident, e.Entity)
		}
		fmt.Fprintf(&b, " %v\n", in.Unlisted)
	}
	proxied := func(ids ...string) string { return strings.Join(ids, " 198.51.100.9, ") + " 198.51.100.9," }
	want := "t1-000: " + proxied("t2-077", "t2-000", "t2-001", "t2-002", "t2-003", "t2-004", "t2-005", "t2-006", "t2-007", "t2-008") + " [{t2  490 0}]\n" +
		"t1-400: t2-400 203.0.113.0, t2-400 203.0.113.1, t2-400 203.0.113.10, t2-400 203.0.113.11, t2-400 203.0.113.2, t2-400 203.0.113.3, t2-400 203.0.113.4, t2-400 203.0.113.5, t2-400 203.0.113.6, t2-400 203.0.113.7, " +
		proxied("t2-077", "t2-000", "t2-001", "t2-002", "t2-003", "t2-004", "t2-005", "t2-006", "t2-007") + " [{t2 t2-400 0 3} {t2  490 0}]\n"
	if diff := cmp.Diff(want, b.String()); diff != "" {
		t.Error(diff)
	}
}

// One record is an act in the trails of two tenants' incidents, and behind an
// alert of the other: they are not united.
func TestTenantsAreNotUnited(t *testing.T) {
	all := Incidents([]incident.Alert{
		of("t1", alert("a", 0, medium, "InitialAccess", "T1078", upn("adele"))),
		of("t2", alert("b", 1, medium, "InitialAccess", "T1078", upn("adele"))),
	})
	for i := range all {
		act := deed(5, "SigninLogs", "Sign-in", "adele@contoso.com", incident.Attackers)
		act.Origin = evidence.Origin{File: 1, Record: 1}
		all[i].Alerts[0].Origins = []evidence.Origin{act.Origin}
		all[i].Trail = &incident.Trail{Acts: []incident.Act{act}}
	}
	if got := Unite(all); len(got) != 2 {
		t.Errorf("%d incidents, want 2", len(got))
	}
}

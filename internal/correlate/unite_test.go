package correlate

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/conshelf/conshelf/internal/evidence"
	"github.com/conshelf/conshelf/internal/incident"
)

// apart3 are three incidents of three people, with trails.
func apart3() []incident.Incident {
	all := Incidents([]incident.Alert{
		alert("a", 0, medium, "InitialAccess", "T1078", upn("adele"), ip("203.0.113.7")),
		alert("b", 10, medium, "Collection", "T1114", upn("bob")),
		alert("c", 20, medium, "Collection", "T1114", upn("carla")),
		alert("d", 30, low, "Collection", "T1114", upn("david")),
	})
	for i := range all {
		all[i].Alerts[0].Origins = []evidence.Origin{{File: 1, Record: int64(100 + i)}}
		all[i].Trail = &incident.Trail{}
	}
	stolen := deed(5, "SigninLogs", "Sign-in", "bob@contoso.com", incident.Attackers)
	stolen.Origin = evidence.Origin{File: 1, Record: 101} // what the alert about Bob rests on
	all[0].Trail.Acts = append(all[0].Trail.Acts, stolen)
	return all
}

// An alert that rests on an act of another incident's attacker joins the two,
// whatever the order; a third stays apart, and context joins nothing.
func TestUnite(t *testing.T) {
	got := Unite(apart3())
	want := "High | Account takeover to mailbox access: adele@contoso.com and 1 other | a b\nMedium | Rule c: carla@contoso.com | c\nLow | Rule d: david@contoso.com | d\n"
	got[0].Severity = incident.High // as of two steps; not what this test is about
	if diff := cmp.Diff(want, titles(got)); diff != "" {
		t.Error(diff)
	}
	if l := got[0].Links; len(l) != 1 || l[0].From != "a" || l[0].To != "b" || !strings.Contains(l[0].Reason, "record 101 of file 1") {
		t.Errorf("links %+v", l)
	}
	if got[0].Trail != nil || got[1].Trail == nil {
		t.Error("what was joined has to be followed again, and nothing else")
	}
	turned := apart3()
	turned[0], turned[1] = turned[1], turned[0]
	if again := Unite(turned); again[0].ID != got[0].ID {
		t.Errorf("another order, another incident: %s and %s", again[0].ID, got[0].ID)
	}
}

// One act in two trails joins them; a refused one, or one that is unclear, does
// not.
func TestUniteByTrails(t *testing.T) {
	for _, test := range []struct {
		name   string
		change func(*incident.Act)
		want   int
	}{
		{"the attacker's", func(*incident.Act) {}, 3},
		{"refused", func(a *incident.Act) { a.Failed = true }, 4},
		{"unclear", func(a *incident.Act) { a.Whose = incident.Unclear }, 4},
	} {
		all := apart3()
		a := deed(5, "SigninLogs", "Sign-in", "x@contoso.com", incident.Attackers)
		a.Origin = evidence.Origin{File: 2, Record: 1}
		test.change(&a)
		all[0].Trail.Acts, all[2].Trail.Acts = []incident.Act{a}, []incident.Act{a}
		if got := Unite(all); len(got) != test.want {
			t.Errorf("%s: %d incidents, want %d", test.name, len(got), test.want)
		}
	}
}

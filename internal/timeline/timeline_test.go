package timeline

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/conshelf/conshelf/internal/activity"
	"github.com/conshelf/conshelf/internal/evidence"
	"github.com/conshelf/conshelf/internal/incident"
	"github.com/conshelf/conshelf/kql/syntax"
)

var start = time.Date(2026, 3, 4, 9, 0, 0, 0, time.UTC)

// act is a sign-in of adele from an address, some minutes after start, with a
// session, as record n of file 1.
func act(n, minutes int64, address, session string) activity.Activity {
	return activity.Activity{
		Time: start.Add(time.Duration(minutes) * time.Minute), Source: "SigninLogs", Action: "Sign-in", Result: activity.Success, Actor: "Adele@contoso.com",
		IPAddress: address, Network: address, SessionID: session, Origin: evidence.Origin{File: 1, Record: n},
	}
}

// attack is an incident with an alert that rests on records, and a trail.
func attack(records []int64, acts ...incident.Act) []incident.Incident {
	a := incident.Alert{Rule: incident.Rule{Name: "Rule"}, First: start}
	for _, n := range records {
		a.Origins = append(a.Origins, evidence.Origin{File: 1, Record: n})
	}
	return []incident.Incident{{Alerts: []incident.Alert{a}, Trail: &incident.Trail{Acts: acts}}}
}

// TestAttribution tells an alert's record and what the trail has, whose each is,
// from what has the same session or address and is in no trail.
func TestAttribution(t *testing.T) {
	trail := func(n int64, whose incident.Whose) incident.Act {
		return incident.Act{Whose: whose, Why: "because " + string(whose), Origin: evidence.Origin{File: 1, Record: n}}
	}
	habits := Habits{
		Since: map[string]time.Time{"adele@contoso.com": start.Add(-72 * time.Hour)},
		First: map[Habit]time.Time{{"adele@contoso.com", HabitNetwork, "203.0.113.9"}: start},
	}
	entries := Tell(Input{
		Activities: []activity.Activity{
			act(1, 0, "203.0.113.9", "stolen"), act(2, 1, "198.51.100.1", "stolen"), act(3, 2, "203.0.113.9", ""), act(4, 3, "192.0.2.7", "stolen"),
			act(5, 4, "192.0.2.8", "stolen"), act(6, 5, "192.0.2.9", "stolen"),
		},
		Incidents: append(attack([]int64{1}, trail(1, incident.Attackers), trail(2, incident.Attackers), trail(3, incident.Unclear), trail(5, incident.AProducts)),
			attack(nil, trail(2, incident.Unclear), trail(6, incident.Unclear))...),
		Habits: habits,
	})
	type told struct {
		Attribution Attribution
		Links       []string
	}
	got := make(map[int64]told)
	for _, e := range entries {
		for _, o := range e.Origins {
			got[o.Record] = told{e.Attribution, e.Links}
		}
	}
	want := map[int64]told{
		1: {Alerted, []string{"because attacker"}}, 2: {Followed, []string{"because attacker"}}, 3: {Doubtful, []string{"because "}},
		4: {Ordinary, nil}, 5: {Ordinary, nil}, 6: {Doubtful, []string{"because "}},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if !strings.Contains(entries[0].Sentence, "It is the first time from 203.0.113.9, in 3 days of records of this account.") {
		t.Error(entries[0].Sentence)
	}
}

// TestSameAct: the same act again within a quarter of an hour is one entry; its
// records are counted, and those that are not listed too.
func TestSameAct(t *testing.T) {
	var list []activity.Activity
	for n := range int64(50) {
		a := act(n+1, n, "192.0.2.7", "")
		a.Action, a.Target = "FileDownloaded", "file "+string(rune('a'+n%7))
		list = append(list, a)
	}
	list = append(list, act(60, 49+16, "192.0.2.7", ""), act(61, 49+16+16, "192.0.2.7", ""))
	entries := Tell(Input{Activities: list})
	if len(entries) != 3 {
		t.Fatalf("%d entries, want 3", len(entries))
	}
	e := entries[0]
	if e.Count != 50 || len(e.Origins) != maxOrigins || len(e.Targets) != maxTargets || !strings.Contains(e.Sentence, "in 50 records, until 09:49:00: file a, file b, file c, file d, file e ….") {
		t.Errorf("%d records, %d listed: %s", e.Count, len(e.Origins), e.Sentence)
	}
}

// TestMarkOfOneRecord: what is said of one record, which was an entry when it
// was said, is not said of the entry that the record is in now.
func TestMarkOfOneRecord(t *testing.T) {
	list := []activity.Activity{act(1, 0, "192.0.2.7", ""), act(2, 1, "192.0.2.7", "")}
	for record, want := range map[int64]string{1: "", 2: RecordID("", 2)} {
		entries := Tell(Input{Activities: list, Marks: map[string]Mark{RecordID("", record): {Kind: Dismissed}}})
		if len(entries) != 1 || entries[0].Mark == nil || entries[0].Mark.Of != want {
			t.Errorf("record %d: %+v", record, entries)
		}
	}
}

// TestOrder: the story does not depend on the order in which records come.
func TestOrder(t *testing.T) {
	var list []activity.Activity
	for n := range int64(40) {
		list = append(list, act(n+1, n/2, []string{"192.0.2.7", "203.0.113.9"}[n%2], ""))
	}
	in := Input{Activities: list, Incidents: attack([]int64{3}), Marks: map[string]Mark{RecordID("", 5): {Kind: Pinned}}}
	want := Tell(in)
	for seed := range uint64(20) {
		in.Activities = slices.Clone(list)
		rand.New(rand.NewPCG(seed, 0)).Shuffle(len(list), func(i, j int) {
			in.Activities[i], in.Activities[j] = in.Activities[j], in.Activities[i]
		})
		if diff := cmp.Diff(want, Tell(in)); diff != "" {
			t.Fatal(diff)
		}
	}
	if !slices.ContainsFunc(want, func(e Entry) bool { return e.Mark != nil }) {
		t.Error("the mark of a record is lost")
	}
}

// TestQuery: whatever an attacker chose as a name, the query is one query.
func TestQuery(t *testing.T) {
	for _, hostile := range []string{`a" or true //`, "a\n| count", `a\`, "a'b", "\u202e", "\x00", `{}`} {
		a := act(1, 0, hostile, hostile)
		a.Actor, a.Action, a.Target = hostile, hostile, hostile
		e := Tell(Input{Activities: []activity.Activity{a}})[0]
		tree, list := syntax.ParseQuery(e.Query)
		if list.HasErrors() || strings.Count(syntax.Format(tree), "|") != strings.Count(e.Query, "|") {
			t.Errorf("%q gives %s: %v", hostile, e.Query, list)
		}
	}
}

// TestQueryOfOneEntry: what tells an entry from another is in its query.
func TestQueryOfOneEntry(t *testing.T) {
	at := time.Date(2026, 3, 4, 9, 0, 0, 0, time.UTC)
	base := activity.Activity{Time: at, Source: "SigninLogs", Action: "Sign-in", Result: activity.Success, Actor: "adele@contoso.com", Network: "192.0.2.7", App: "Mail", SessionID: "s1"}
	change := map[string]func(a *activity.Activity){
		"another application": func(a *activity.Activity) { a.App = "Files" },
		"no application":      func(a *activity.Activity) { a.App = "" },
		"no session":          func(a *activity.Activity) { a.SessionID = "" },
		"only an id":          func(a *activity.Activity) { a.Actor, a.ActorID = "", "u1" },
		"another id":          func(a *activity.Activity) { a.Actor, a.ActorID = "", "u2" },
		"no time":             func(a *activity.Activity) { a.Time = time.Time{} },
		"a wrong password":    func(a *activity.Activity) { a.Result, a.Reason = activity.Failure, "50126" },
		"a locked account":    func(a *activity.Activity) { a.Result, a.Reason = activity.Failure, "50053" },
		"no network":          func(a *activity.Activity) { a.Result, a.Network = activity.Failure, "" },
	}
	seen := make(map[string]string)
	for name, with := range change {
		other := base
		with(&other)
		for _, e := range Tell(Input{Activities: []activity.Activity{base, other}}) {
			if e.Activity == base {
				continue
			}
			if before, ok := seen[e.Query]; ok || e.Query == "" {
				t.Errorf("%s and %s have one query: %s", name, before, e.Query)
			}
			seen[e.Query] = name
		}
	}
	if len(seen) != len(change) {
		t.Errorf("%d entries of %d are told apart", len(seen), len(change))
	}
}

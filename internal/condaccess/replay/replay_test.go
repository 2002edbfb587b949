package replay

import (
	"fmt"
	"math/rand/v2"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/conshelf/conshelf/internal/condaccess"
)

// policies returns n policies over the conditions that sign-ins differ in.
func policies(n int) string {
	kinds := []string{
		`"conditions":{"users":{"includeUsers":["All"],"excludeGroups":["g"]},"applications":{"includeApplications":["All"]},"clientAppTypes":["all"]},"grantControls":{"operator":"OR","builtInControls":["mfa"]}`,
		`"conditions":{"users":{"includeUsers":["All"]},"applications":{"includeApplications":["app1"]},"clientAppTypes":["exchangeActiveSync","other"]},"grantControls":{"operator":"OR","builtInControls":["block"]}`,
		`"conditions":{"users":{"includeUsers":["All"]},"applications":{"includeApplications":["app2"]},"locations":{"includeLocations":["All"],"excludeLocations":["hq"]}},"grantControls":{"operator":"OR","builtInControls":["block"]}`,
		`"conditions":{"users":{"includeGroups":["g"]},"applications":{"includeApplications":["All"]},"signInRiskLevels":["high"]},"grantControls":{"operator":"OR","builtInControls":["block"]}`,
		`"conditions":{"users":{"includeUsers":["All"]},"applications":{"includeApplications":["app1"]},"devices":{"deviceFilter":{"mode":"include","rule":"device.trustType -eq \"AzureAD\""}}},"grantControls":{"operator":"OR","builtInControls":["compliantDevice"]}`,
		`"conditions":{"users":{"includeUsers":["All"]},"applications":{"includeApplications":["app3"]},"userRiskLevels":["high"]},"grantControls":{"operator":"AND","builtInControls":["mfa","passwordChange"]}`,
	}
	var out []string
	for i := range n {
		out = append(out, fmt.Sprintf(`{"id":"p%d","displayName":"CA%03d","state":"enabled",%s}`, i, i, strings.ReplaceAll(kinds[i%len(kinds)], "app1", fmt.Sprintf("app%d", 1+i/len(kinds)))))
	}
	return strings.Join(out, ",")
}

func evaluator(t testing.TB, n int) *condaccess.Evaluator {
	t.Helper()
	c, err := condaccess.ReadCase([]byte(`{"policies":[` + policies(n) + `],"namedLocations":[{"id":"hq","displayName":"HQ","@odata.type":"#microsoft.graph.ipNamedLocation","ipRanges":[{"cidrAddress":"192.0.2.0/24"}]}],` +
		`"directory":{"users":[],"groups":[{"id":"g","members":["user1","user2"]}]},"signIn":{}}`))
	if err != nil {
		t.Fatal(err)
	}
	return condaccess.NewEvaluator(c.Tenant, condaccess.Options{})
}

// only is the one era of a replay against one set of policies.
func only(r *Replay) *era { return r.eras.of(start) }

var start = time.Date(2026, 5, 4, 8, 0, 0, 0, time.UTC)

func signIn(r *rand.Rand, n, users, apps int) *condaccess.SignIn {
	one := func(of ...string) string { return of[r.IntN(len(of))] }
	s := &condaccess.SignIn{
		ID: fmt.Sprint(n), Time: start.Add(time.Duration(n) * time.Second),
		Principal:  condaccess.Principal{Kind: condaccess.User, ID: fmt.Sprintf("user%d", r.IntN(users)), GuestKnown: r.IntN(4) > 0},
		Target:     condaccess.Target{Applications: []string{fmt.Sprintf("app%d", r.IntN(apps))}, ContextsDone: true},
		Client:     one("browser", "mobileAppsAndDesktopClients", "other", ""),
		Platform:   one("windows", "iOS"),
		Place:      condaccess.Place{IP: netip.AddrFrom4([4]byte{192, 0, byte(2 + r.IntN(2)), byte(r.IntN(250))}), Country: one("DE", "FR"), CountryKnown: true},
		Device:     condaccess.Device{Registered: condaccess.Yes, Attributes: map[string][]string{"trusttype": {one("AzureAD", "Workplace")}, "iscompliant": {one("true", "false")}}},
		SignInRisk: one("none", "none", "high"), UserRisk: one("none", "high", ""), Flow: one("none", "none", ""),
	}
	s.Facts.MFA = condaccess.Truth(r.IntN(3))
	return s
}

// What is counted for a sign-in that is like another is what evaluation finds
// for the sign-in itself.
func TestEqualSignInsAreEqual(t *testing.T) {
	replay := New(evaluator(t, 18))
	r := rand.New(rand.NewPCG(3, 4))
	for n := range 20000 {
		s := signIn(r, n, 40, 8)
		e := only(replay).evaluator.Evaluate(s)
		o := replay.outcome(only(replay), s)
		if want := possible(&e); o.possible != want {
			t.Fatalf("%v, and by evaluation %v: %+v", o.possible, want, s)
		}
		for i := range e.Policies {
			if e.Policies[i].Result != o.verdicts[i].result {
				t.Fatalf("%s is %s, and by evaluation %s: %+v", e.Policies[i].Policy.ID, o.verdicts[i].result, e.Policies[i].Result, s)
			}
		}
	}
	if n := len(only(replay).outcomes); n > 10000 || n < 100 {
		t.Errorf("20000 sign-ins are %d distinct ones", n)
	}
}

func unreached(s *condaccess.SignIn) *condaccess.SignIn {
	s.NotReached = "it failed with 50126 before any policy was asked"
	return s
}

// The numbers of a small replay: an attacker who is stopped for certain, one who
// passes, one of whom it is not known; a colleague who is met twice.
func TestTally(t *testing.T) {
	replay := New(evaluator(t, 6))
	at := func(minute int, user, app, client string, mfa condaccess.Truth) *condaccess.SignIn {
		return &condaccess.SignIn{
			Time: start.Add(time.Duration(minute) * time.Minute), Principal: condaccess.Principal{Kind: condaccess.User, ID: user, GuestKnown: true},
			Target: condaccess.Target{Applications: []string{app}, ContextsDone: true}, Client: client, Platform: "windows",
			Place:  condaccess.Place{IP: netip.MustParseAddr("203.0.113.9"), CountryKnown: true},
			Device: condaccess.Device{Registered: condaccess.No}, SignInRisk: "none", UserRisk: "none", Flow: "none", Facts: condaccess.Facts{MFA: mfa},
		}
	}
	for _, rec := range []Record{
		{SignIn: at(1, "user9", "app2", "browser", condaccess.Yes), Malicious: true},
		{SignIn: at(2, "user9", "app9", "browser", condaccess.Yes), Malicious: true},
		{SignIn: at(3, "user9", "app9", "browser", condaccess.Unsure), Malicious: true},
		{SignIn: unreached(at(3, "user9", "app9", "browser", condaccess.No)), Malicious: true},
		{SignIn: at(4, "user7", "app9", "browser", condaccess.No), User: "anna", App: "Mail"},
		{SignIn: at(8, "user7", "app9", "browser", condaccess.No), User: "anna", App: "Mail"},
		{SignIn: at(5, "user1", "app9", "browser", condaccess.No), User: "ben", App: "Mail"},
	} {
		replay.Add(&rec)
	}
	got := replay.Result()
	want := Tally{Records: 4, Unreached: 1, Stopped: Interval{1, 2}, Challenged: Interval{0, 1}, Allowed: Interval{1, 2}, Unknown: 1}
	if got.Malicious != want {
		t.Errorf("malicious: %+v, want %+v", got.Malicious, want)
	}
	if want := (Tally{Records: 3, Challenged: Interval{2, 2}, Allowed: Interval{1, 1}}); got.Legitimate != want {
		t.Errorf("legitimate: %+v, want %+v", got.Legitimate, want)
	}
	met := replay.Meetings()
	if len(met) != 1 || met[0].User != "anna" || met[0].Count != 2 || met[0].Certain != 2 || met[0].Last.Sub(met[0].First) != 4*time.Minute {
		t.Errorf("met %+v, want anna twice within four minutes", met)
	}
	if why := replay.Malicious(); len(why) != 3 || why[0].Outcome != "stopped" || why[1].Outcome != "allowed" {
		t.Errorf("explained: %+v", why)
	}
}

// A policy that was changed after a sign-in is not compared with what the log
// recorded then.
func TestAgreement(t *testing.T) {
	e := evaluator(t, 2)
	e.Policies()[1].Modified = start.Add(time.Hour)
	replay := New(e)
	r := rand.New(rand.NewPCG(1, 1))
	s := signIn(r, 0, 1, 1)
	s.Principal.GuestKnown, s.Facts.MFA, s.Client = true, condaccess.Yes, "browser"
	said := []condaccess.Recorded{{ID: "P0", Result: condaccess.Success}, {ID: "p1", Result: condaccess.Success}}
	replay.Add(&Record{SignIn: s, Recorded: said})
	said[0].Result = condaccess.Failure
	replay.Add(&Record{SignIn: s, Recorded: said})
	list := replay.Agreements()
	if len(list) != 2 || list[0].Equal != 1 || list[0].Different != 1 || list[0].Matrix[condaccess.Failure][condaccess.Success] != 1 {
		t.Fatalf("agreement of the first: %+v", list[0])
	}
	if list[1].ChangedSince != 2 || list[1].Equal+list[1].Different+list[1].Unknown != 0 {
		t.Errorf("agreement of the changed one: %+v", list[1])
	}
}

// BenchmarkReplay replays a million sign-ins of fifty thousand users against 84
// policies.
func BenchmarkReplay(b *testing.B) {
	e := evaluator(b, 84)
	r := rand.New(rand.NewPCG(7, 7))
	list := make([]*condaccess.SignIn, 1000000)
	for n := range list {
		list[n] = signIn(r, n, 50000, 200)
	}
	for b.Loop() {
		replay := New(e)
		for _, s := range list {
			replay.Add(&Record{SignIn: s, User: s.Principal.ID, App: s.Target.Applications[0]})
		}
		b.ReportMetric(float64(replay.Result().Distinct), "distinct")
	}
}

// A resource that the record names as its audience is not one that it only
// says the token was for: behind that there may be others.
func TestDerivedAudienceIsAnother(t *testing.T) {
	replay := New(evaluator(t, 6))
	for _, derived := range []bool{false, true} {
		s := signIn(rand.New(rand.NewPCG(3, 4)), 1, 40, 8)
		s.Target.Applications, s.Target.Derived = []string{"00000003-0000-0000-c000-000000000000"}, derived
		s.Client = "other"
		e := only(replay).evaluator.Evaluate(s)
		if got, want := replay.outcome(only(replay), s).possible, possible(&e); got != want {
			t.Errorf("derived %v: %v, and by evaluation %v", derived, got, want)
		}
		for i := range e.Policies {
			if got, want := replay.outcome(only(replay), s).verdicts[i].result, e.Policies[i].Result; got != want {
				t.Errorf("derived %v: %s is %s, and by evaluation %s", derived, e.Policies[i].Policy.ID, got, want)
			}
		}
	}
}

// Sign-ins of which the policies make the same are one answer, in order of
// time; one that the log says another thing of, and one that no policy was asked
// about, are others.
func TestAnswers(t *testing.T) {
	replay := New(evaluator(t, 6))
	at := func(minute int, result string) *Record {
		return &Record{Malicious: true, Result: result, SignIn: &condaccess.SignIn{
			Time: start.Add(time.Duration(minute) * time.Minute), Principal: condaccess.Principal{Kind: condaccess.User, ID: "user9", GuestKnown: true},
			Target: condaccess.Target{Applications: []string{"app9"}, ContextsDone: true}, Client: "browser", Platform: "windows",
			Place:  condaccess.Place{IP: netip.MustParseAddr("203.0.113.9"), CountryKnown: true},
			Device: condaccess.Device{Registered: condaccess.No}, SignInRisk: "none", UserRisk: "none", Flow: "none", Facts: condaccess.Facts{MFA: condaccess.Yes},
		}}
	}
	wrong := at(1, "50126")
	unreached(wrong.SignIn)
	for _, rec := range []*Record{wrong, at(9, "0"), at(3, "53003"), at(5, "0")} {
		replay.Add(rec)
	}
	got := replay.Answers()
	if len(got) != 3 {
		t.Fatalf("%d answers, want 3: %+v", len(got), got)
	}
	if first, last := got[0].Span(); got[0].Result != "0" || len(got[0].Records) != 2 || !first.Equal(start.Add(5*time.Minute)) || !last.Equal(start.Add(9*time.Minute)) {
		t.Errorf("the first answer is of %d sign-ins from %v to %v with %s", len(got[0].Records), first, last, got[0].Result)
	}
	if got[1].Result != "53003" || got[1].Outcome != "allowed" || got[2].Unasked == "" || len(got[2].Policies) != 0 {
		t.Errorf("the other answers are %+v", got[1:])
	}
}

// A sign-in meets the policies of its time; one that does not say when it was,
// those of no time.
func TestErasAreApart(t *testing.T) {
	moment := start.Add(time.Hour)
	names := map[string]*condaccess.Evaluator{}
	for name, state := range map[string]string{"before": "enabled", "after": "disabled", "never": "enabledForReportingButNotEnforced"} {
		c, err := condaccess.ReadCase([]byte(`{"policies":[{"id":"p","displayName":"` + name + `","state":"` + state +
			`","conditions":{"users":{"includeUsers":["All"]},"applications":{"includeApplications":["All"]}},"grantControls":{"operator":"OR","builtInControls":["block"]}}],"signIn":{}}`))
		if err != nil {
			t.Fatal(err)
		}
		names[name] = condaccess.NewEvaluator(c.Tenant, condaccess.Options{})
	}
	replay := NewOver([]time.Time{moment}, func(at time.Time) *condaccess.Evaluator {
		switch {
		case at.IsZero():
			return names["never"]
		case at.Before(moment):
			return names["before"]
		}
		return names["after"]
	})
	for _, at := range []time.Time{start, moment, moment.Add(time.Hour), {}} {
		replay.Add(&Record{User: "anna", SignIn: &condaccess.SignIn{Time: at, Principal: condaccess.Principal{Kind: condaccess.User, ID: "u"}}, Recorded: []condaccess.Recorded{{ID: "p", Result: condaccess.Failure}}})
	}
	if got, want := replay.Result().Legitimate, (Tally{Records: 4, Stopped: Interval{1, 1}, Allowed: Interval{3, 3}}); got != want {
		t.Errorf("%+v, want %+v", got, want)
	}
	want := map[condaccess.Result]int{condaccess.Failure: 1, condaccess.NotEnabled: 2, condaccess.ReportOnlyFailure: 1}
	for result, n := range replay.Agreements()[0].Matrix[condaccess.Failure] {
		if want[result] != n {
			t.Errorf("%d are %s, want %d", n, result, want[result])
		}
	}
	if met := replay.Meetings(); len(met) != 1 || met[0].Count != 1 || met[0].Policy.Name != "before" {
		t.Errorf("met %+v, want anna once", met)
	}
}

// Of each condition it is counted who says that it rules a policy out; what the
// address was is of the location, and of a policy that is off nothing is said.
func TestConditionsAgree(t *testing.T) {
	replay := New(evaluator(t, 6))
	s := signIn(rand.New(rand.NewPCG(1, 1)), 0, 1, 1)
	s.Principal.ID, s.Principal.GuestKnown, s.Client, s.Target.Applications = "user9", true, "browser", []string{"app2"}
	s.Place.IP = netip.MustParseAddr("192.0.2.7")
	said := func(id string, result condaccess.Result, no condaccess.LogConditions) condaccess.Recorded {
		return condaccess.Recorded{ID: id, Name: id, Result: result, Conditions: true, NotSatisfied: no}
	}
	replay.Add(&Record{SignIn: s, Count: 3, Recorded: []condaccess.Recorded{
		said("p1", condaccess.NotApplied, condaccess.LogClientType),
		said("p2", condaccess.NotApplied, condaccess.LogLocation|condaccess.LogAddressSeenByEntra),
		said("p3", condaccess.NotEnabled, 0),
		said("gone", condaccess.Success, 0),
	}})
	want := map[string]map[string]Ruling{
		"p1": {"clientType": {Log: 3}, "application": {Evaluation: 3}},
		"p2": {"location": {Both: 3}},
		"p3": {"users": {Evaluation: 3}},
	}
	for _, a := range replay.Agreements() {
		if diff := cmp.Diff(want[a.Policy.ID], a.Conditions); diff != "" {
			t.Errorf("%s (- want, + got):\n%s", a.Policy.ID, diff)
		}
	}
	if got := replay.Strangers(); len(got) != 1 || got[0] != (Stranger{"gone", "gone", 3}) {
		t.Errorf("strangers %+v", got)
	}
}

// Sign-ins that the log has as passed, and that a policy stops for certain, are
// said to disagree; what may have passed is not.
func TestAnswerDisagrees(t *testing.T) {
	for _, test := range []struct {
		result, outcome string
		want            bool
	}{{"0", "stopped", true}, {"0", "challenged", true}, {"0", "stopped or challenged", true}, {"0", "stopped or allowed", false}, {"0", "allowed", false}, {"53003", "stopped", false}, {"0", "", false}} {
		a := Answer{Result: test.result, Outcome: test.outcome}
		if a.Disagrees() != test.want {
			t.Errorf("%s by the log and %q by the policies: disagrees is %v", test.result, test.outcome, !test.want)
		}
	}
}

// Where the users at risk are all exported, a user who is not among them is at
// none, and one whose id is not known may be any of them: the two are not equal,
// whichever comes first.
func TestRiskOfAnUnknownUserIsItsOwn(t *testing.T) {
	c, err := condaccess.ReadCase([]byte(`{"policies":[{"id":"p","state":"enabled","conditions":{"users":{"includeUsers":["All"]},"applications":{"includeApplications":["All"]},"userRiskLevels":["high"]},"grantControls":{"operator":"OR","builtInControls":["block"]}}],` +
		`"directory":{"riskyUsers":[]},"signIn":{}}`))
	if err != nil {
		t.Fatal(err)
	}
	r := New(condaccess.NewEvaluator(c.Tenant, condaccess.Options{}))
	for _, id := range []string{"user1", "alice@contoso.com"} {
		r.Add(&Record{Result: "0", SignIn: &condaccess.SignIn{
			ID: id, Time: start, Principal: condaccess.Principal{Kind: condaccess.User, ID: id, GuestKnown: true}, Target: condaccess.Target{Applications: []string{"app"}, ContextsDone: true},
		}})
	}
	if got := r.Result().Legitimate; !c.Tenant.RiskComplete || got.Allowed != (Interval{1, 2}) || got.Unknown != 1 {
		t.Errorf("%+v (risk complete: %v), want one that is allowed and one that is not known", got, c.Tenant.RiskComplete)
	}
}

// One policy is not another that was there at another time and made the same of
// a sign-in.
func TestAnswersOfOtherPoliciesAreOthers(t *testing.T) {
	moment := start.Add(time.Hour)
	at := func(at time.Time) *condaccess.Evaluator {
		id := "before"
		if !at.Before(moment) {
			id = "after"
		}
		c, err := condaccess.ReadCase([]byte(`{"policies":[{"id":"` + id + `","displayName":"` + id +
			`","state":"enabled","conditions":{"users":{"includeUsers":["All"]},"applications":{"includeApplications":["All"]}},"grantControls":{"operator":"OR","builtInControls":["mfa"]}}],"signIn":{}}`))
		if err != nil {
			t.Fatal(err)
		}
		return condaccess.NewEvaluator(c.Tenant, condaccess.Options{})
	}
	r := NewOver([]time.Time{moment}, at)
	for _, when := range []time.Time{start, moment} {
		r.Add(&Record{Malicious: true, Result: "0", SignIn: &condaccess.SignIn{Time: when, Principal: condaccess.Principal{Kind: condaccess.User, ID: "u"}, Facts: condaccess.Facts{MFA: condaccess.Yes}}})
	}
	var got []string
	for _, a := range r.Answers() {
		got = append(got, a.Policies[0].Policy.ID)
	}
	if diff := cmp.Diff([]string{"before", "after"}, got); diff != "" {
		t.Errorf("answers by policy (- want, + got):\n%s", diff)
	}
}

// A policy that is not here may stop whom the others only ask for more.
func TestMissingPoliciesMayStop(t *testing.T) {
	c, err := condaccess.ReadCase([]byte(`{"policies":[{"id":"p","state":"enabled","conditions":{"users":{"includeUsers":["All"]},"applications":{"includeApplications":["All"]}},"grantControls":{"operator":"OR","builtInControls":["mfa"]}}],"signIn":{}}`))
	if err != nil {
		t.Fatal(err)
	}
	c.Tenant.Incomplete = []string{"a page is missing"}
	e := condaccess.NewEvaluator(c.Tenant, condaccess.Options{})
	for mfa, want := range map[condaccess.Truth]outcomes{condaccess.No: stopped | challenged, condaccess.Yes: stopped | challenged | allowed} {
		got := e.Evaluate(&condaccess.SignIn{Principal: condaccess.Principal{Kind: condaccess.User, ID: "u"}, Client: "browser", Facts: condaccess.Facts{MFA: mfa}})
		if out := possible(&got); out != want {
			t.Errorf("MFA %v: %v, want %v", mfa, out, want)
		}
	}
}

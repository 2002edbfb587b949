package gaps

import (
	"fmt"
	"net/netip"
	"testing"
	"time"

	"github.com/conshelf/conshelf/internal/condaccess"
)

// recorded is a sign-in of a log, and who and what its record names.
func recorded(user, app, ip string, at int) *condaccess.SignIn {
	return &condaccess.SignIn{
		ID: fmt.Sprint(at), Time: time.Date(2026, 1, 1, 0, 0, at, 0, time.UTC), Principal: condaccess.Principal{Kind: condaccess.User, ID: user},
		Target: condaccess.Target{Applications: []string{app}, Derived: true}, Client: browser, Platform: "windows", SignInRisk: "none",
		Place: condaccess.Place{IP: parsed(ip), Country: "DE", CountryKnown: true, NamedDone: true, Trusted: condaccess.No},
		Facts: condaccess.Facts{MFA: condaccess.Yes},
	}
}

const mailbox = "00000002-0000-0ff1-ce00-000000000000"

// A row counts the sign-ins that the attacker could repeat: Anna's from HQ, and
// not those from elsewhere, which are stopped; those of someone whom no export
// has too. The most used row comes first.
func TestRowsAreWeighedByUse(t *testing.T) {
	space := answers(t)
	uses := NewUses(space.tenant)
	for i := range 5 {
		uses.Add(recorded("anna@contoso.com", mailbox, "192.0.2.7", i), 1, "anna@contoso.com", "Mail")
	}
	for i := range 9 {
		uses.Add(recorded("anna", mailbox, "203.0.113.9", 10+i), 1, "anna@contoso.com", "Mail")
	}
	uses.Add(recorded("carl", "an application of ours", "203.0.113.9", 40), 1, "carl@contoso.com", "Ours")
	robot := recorded("robot", mailbox, "203.0.113.9", 50)
	robot.Principal.Kind = condaccess.ServicePrincipalIdentity
	uses.Add(robot, 1, "robot", "Mail")
	space.Weigh(uses)
	report, err := space.Report(profile(t, "phished"), 100)
	if err != nil {
		t.Fatal(err)
	}
	if want := (Weight{Rows: len(report.Rows), People: 2, SignIns: 6, SignedIn: 2}); report.Weight != want {
		t.Errorf("all rows weigh %+v, want %+v", report.Weight, want)
	}
	first := report.Rows[0]
	if first.Recorded != 5 || first.RecordedBy != 1 || first.Last == nil || first.Last.ID != "4" {
		t.Errorf("the first row has %d sign-ins of %d, the last %+v; want Anna's five from HQ", first.Recorded, first.RecordedBy, first.Last)
	}
	for _, row := range report.Rows[1:] {
		if row.Recorded == 1 && row.Last.ID == "40" {
			return
		}
	}
	t.Error("no row counts the sign-in of someone who was not exported")
}

// Without sign-ins nothing is counted.
func TestNoUses(t *testing.T) {
	report, err := answers(t).Report(profile(t, "phished"), 100)
	if err != nil {
		t.Fatal(err)
	}
	if w := report.Weight; w.SignIns != 0 || w.SignedIn != 0 || w.Rows == 0 || report.Rows[0].Last != nil {
		t.Errorf("weight %+v", w)
	}
}

// A change weighs what it closes.
func TestComparisonIsWeighed(t *testing.T) {
	space := answers(t)
	uses := NewUses(space.tenant)
	uses.Add(recorded("anna", mailbox, "203.0.113.9", 1), 1, "", "")
	uses.Add(recorded("anna", mailbox, "192.0.2.7", 2), 1, "", "")
	space.Weigh(uses)
	c, err := space.Compare(profile(t, "phished"), func(i int) bool { return i < 4 }, func(int) bool { return true }, 0)
	if err != nil {
		t.Fatal(err)
	}
	if c.ClosedWeight.SignIns != 1 || c.ClosedWeight.People != 1 || c.ClosedWeight.Rows != c.Further || c.OpenedWeight != (Weight{}) {
		t.Errorf("closed %+v, opened %+v: want Anna's one sign-in from elsewhere", c.ClosedWeight, c.OpenedWeight)
	}
}

// A sign-in is counted if and only if the evaluator lets a repetition of it
// pass, or does not know, for some client and device of the attacker's.
func TestUsesAreWhatTheEvaluatorLetsPass(t *testing.T) {
	const points = 40
	in, all := 0, 0
	for seed := range uint64(4) {
		w := newWorld(900 + seed)
		z := size{policies: 14 + int(seed), users: 12, groups: 4, apps: 3}
		tenant := w.tenant(t, z)
		for _, p := range Profiles() {
			space, err := NewSpace(condaccess.NewEvaluator(tenant, condaccess.Options{}))
			if err != nil {
				t.Fatal(err)
			}
			uses, want := NewUses(tenant), 0
			for range points {
				s := w.point(&p.cases[0], z)
				if s.Principal.GuestKnown { // who is of one kind and tenant is no other
					s.Principal.ID += s.Principal.Guest.String() + s.Principal.HomeTenant
				}
				uses.Add(s, 1, "", "")
				if passes(t, space, &p.cases[0], s) {
					want++
				}
			}
			space.Weigh(uses)
			report, err := space.Report(Profile{cases: p.cases[:1]}, 0)
			if err != nil {
				t.Fatal(err)
			}
			if got := report.Weight.SignIns; got != want {
				t.Errorf("seed %d, %s: %d are counted, and %d pass", seed, p.Name, got, want)
			}
			in, all = in+want, all+points
		}
	}
	if in < all/10 || in > all-all/20 {
		t.Errorf("%d of %d pass: the worlds are too alike", in, all)
	}
}

// passes asks the evaluator about every client and device of a situation.
func passes(t *testing.T, space *Space, sit *situation, s *condaccess.SignIn) bool {
	t.Helper()
	machines, err := devicesOf(space.tenant, sit.device)
	if err != nil {
		t.Fatal(err)
	}
	for _, client := range sit.clients {
		for _, flow := range sit.flows {
			for _, machine := range machines {
				q := *s
				q.Client, q.Flow, q.Facts = client, flow, sit.facts
				machine.put(&q)
				if space.evaluator.Evaluate(&q).Decision != condaccess.DecisionDeny {
					return true
				}
			}
		}
	}
	return false
}

func parsed(ip string) netip.Addr { return netip.MustParseAddr(ip) }

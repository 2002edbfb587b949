package condaccess_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/conshelf/conshelf/internal/condaccess"
)

// worlds is how many random worlds each property is tried in.
const worlds = 80

func (w world) policies() []object {
	var out []object
	for n := range 1 + w.r.IntN(5) {
		out = append(out, w.policy(n))
	}
	return out
}

func options() []condaccess.Options {
	return []condaccess.Options{
		{},
		{Assume: condaccess.AssumeMicrosoft},
		{Assume: condaccess.AssumeLegacy},
		{Assume: condaccess.AssumeWorst},
	}
}

// What is known of a sign-in never contradicts what was known of less of it:
// an unknown may become anything, a yes or a no stays what it is.
func TestKnowingMoreNeverTurnsAnAnswerRound(t *testing.T) {
	definite, opened := 0, 0
	for seed := range uint64(worlds * 4) {
		w := newWorld(seed)
		policies, directory, facts := w.policies(), w.directory(), w.facts()
		part := w.forget(facts)
		less := evaluate(t, policies, directory, part, condaccess.Options{})
		more := evaluate(t, policies, directory, facts, condaccess.Options{})
		if less.Decision != condaccess.DecisionUnknown && less.Decision != more.Decision {
			t.Fatalf("seed %d: the decision is %v, and %v with more known", seed, less.Decision, more.Decision)
		}
		for i := range less.Policies {
			l, m := less.Policies[i], more.Policies[i]
			switch {
			case l.Verdict == condaccess.Unknown:
				opened++
			case l.Verdict != m.Verdict:
				t.Fatalf("seed %d: %s is %v %v, and %v %v with more known\n%v\n%v", seed, l.Policy.ID, l.Verdict, l.Unmet, m.Verdict, m.Unmet, part, facts)
			default:
				definite++
			}
			if l.Result != condaccess.UnknownResult && l.Result != m.Result {
				t.Fatalf("seed %d: %s is %s, and %s with more known", seed, l.Policy.ID, l.Result, m.Result)
			}
		}
	}
	if definite < worlds || opened < worlds {
		t.Errorf("%d definite and %d unknown verdicts: the worlds are too alike", definite, opened)
	}
}

// A directory that holds more never contradicts one that holds less.
func TestExportingMoreNeverTurnsAnAnswerRound(t *testing.T) {
	for seed := range uint64(worlds) {
		w := newWorld(seed)
		policies, directory, facts := w.policies(), w.directory(), w.forget(w.facts())
		less := evaluate(t, policies, w.forget(directory), facts, condaccess.Options{})
		more := evaluate(t, policies, directory, facts, condaccess.Options{})
		for i := range less.Policies {
			if l, m := less.Policies[i], more.Policies[i]; l.Verdict != condaccess.Unknown && l.Verdict != m.Verdict {
				t.Fatalf("seed %d: %s is %v, and %v with more exported: %v", seed, l.Policy.ID, l.Verdict, m.Verdict, facts)
			}
		}
	}
}

func TestOrderOfPoliciesNeverMatters(t *testing.T) {
	for seed := range uint64(worlds) {
		w := newWorld(seed)
		policies, directory, facts := w.policies(), w.directory(), w.forget(w.facts())
		shuffled := append([]object(nil), policies...)
		rand.New(rand.NewPCG(seed, 1)).Shuffle(len(shuffled), func(i, j int) { shuffled[i], shuffled[j] = shuffled[j], shuffled[i] })
		for _, o := range options() {
			one, other := evaluate(t, policies, directory, facts, o), evaluate(t, shuffled, directory, facts, o)
			if one.Decision != other.Decision {
				t.Fatalf("seed %d: %v, and %v in another order", seed, one.Decision, other.Decision)
			}
			if got, want := outcomes(other), outcomes(one); !equal(got, want) {
				t.Fatalf("seed %d: %v, and %v in another order", seed, want, got)
			}
		}
	}
}

func outcomes(e condaccess.Evaluation) map[string]string {
	out := make(map[string]string)
	for _, p := range e.Policies {
		out[p.Policy.ID] = p.Verdict.String() + " " + string(p.Result)
	}
	return out
}

func equal(a, b map[string]string) bool {
	if len(a) != len(b) {
		return false
	}
	for k, v := range a {
		if b[k] != v {
			return false
		}
	}
	return true
}

// A further policy that blocks may close, and leave open whether; it opens
// nothing.
func TestBlockPolicyNeverOpens(t *testing.T) {
	closed := 0
	for seed := range uint64(worlds) {
		w := newWorld(seed)
		policies, directory, facts := w.policies(), w.directory(), w.forget(w.facts())
		block := w.policy(99)
		block["state"], block["grantControls"] = "enabled", object{"operator": "OR", "builtInControls": []string{"block"}}
		for _, o := range options() {
			before, after := evaluate(t, policies, directory, facts, o), evaluate(t, append(policies[:len(policies):len(policies)], block), directory, facts, o)
			if rank(after.Decision) < rank(before.Decision) {
				t.Fatalf("seed %d, assuming %v: %v became %v by a policy that blocks", seed, o.Assume, before.Decision, after.Decision)
			}
			if after.Decision != before.Decision {
				closed++
			}
		}
	}
	if closed == 0 {
		t.Error("no policy ever blocked")
	}
}

// rank orders decisions by how much they keep out.
func rank(d condaccess.Decision) int {
	switch d {
	case condaccess.DecisionGrant:
		return 0
	case condaccess.DecisionUnknown:
		return 1
	case condaccess.DecisionDeny:
		return 2
	}
	panic(d)
}

// What is unknown says why, and what is known has nothing to say.
func TestEveryUnknownHasItsReason(t *testing.T) {
	for seed := range uint64(worlds * 2) {
		tenant, s := newWorld(seed).tenant(t)
		for _, p := range condaccess.NewEvaluator(tenant, condaccess.Options{}).Evaluate(s).Policies {
			unknown := p.Verdict == condaccess.Unknown || p.Verdict == condaccess.Applies && p.Grant.Satisfied == condaccess.Unsure
			if unknown != (len(p.Reasons) > 0) {
				t.Fatalf("seed %d: %s is %v, %v, and says %v", seed, p.Policy.ID, p.Verdict, p.Grant.Satisfied, p.Reasons)
			}
			for _, r := range p.Reasons {
				if r.Code == "" {
					t.Fatalf("seed %d: %s has a reason without a code", seed, p.Policy.ID)
				}
			}
		}
	}
}

// An assumption decides what is open, and changes nothing that is not.
func TestAssumptionsOnlyDecideWhatIsOpen(t *testing.T) {
	decided := 0
	for seed := range uint64(worlds * 2) {
		w := newWorld(seed)
		policies, directory, facts := w.policies(), w.directory(), w.forget(w.facts())
		open := evaluate(t, policies, directory, facts, condaccess.Options{})
		for _, o := range options() {
			got := evaluate(t, policies, directory, facts, o)
			if open.Decision != condaccess.DecisionUnknown && got.Decision != open.Decision {
				t.Fatalf("seed %d: %v, and %v assuming %v", seed, open.Decision, got.Decision, o.Assume)
			}
			if o.Assume == condaccess.AssumeWorst && open.Decision == condaccess.DecisionUnknown {
				decided++
				if broken := strings.Contains(fmt.Sprint(got.Policies), string(condaccess.ConditionNotUnderstood)); got.Decision != condaccess.DecisionGrant && !broken {
					t.Fatalf("seed %d: at worst it is %v", seed, got.Decision)
				}
			}
			for i := range got.Policies {
				if o, g := open.Policies[i], got.Policies[i]; o.Verdict != condaccess.Unknown && o.Verdict != g.Verdict {
					t.Fatalf("seed %d: %s is %v, and then %v", seed, o.Policy.ID, o.Verdict, g.Verdict)
				}
			}
		}
	}
	if decided == 0 {
		t.Error("nothing was open")
	}
}

// What an evaluation is written over leaves nothing in it.
func TestEvaluateIntoLeavesNothing(t *testing.T) {
	var used condaccess.Evaluation
	for seed := range uint64(worlds) {
		w := newWorld(seed)
		tenant, s := w.tenant(t)
		e := condaccess.NewEvaluator(tenant, condaccess.Options{})
		e.EvaluateInto(s, &used)
		if diff := cmp.Diff(e.Evaluate(s), used, cmpopts.IgnoreUnexported(condaccess.Evaluation{}), cmpopts.EquateEmpty(), cmpopts.IgnoreFields(condaccess.PolicyResult{}, "Policy")); diff != "" {
			t.Fatalf("seed %d: %s", seed, diff)
		}
	}
}

// A policy's answer does not depend on which other policies there are.
func TestPoliciesAreEvaluatedAlone(t *testing.T) {
	for seed := range uint64(worlds) {
		w := newWorld(seed)
		policies, directory, facts := w.policies(), w.directory(), w.forget(w.facts())
		all := evaluate(t, policies, directory, facts, condaccess.Options{})
		for i := range policies {
			one := evaluate(t, policies[i:i+1], directory, facts, condaccess.Options{})
			if one.Policies[0].Verdict != all.Policies[i].Verdict || one.Policies[0].Result != all.Policies[i].Result {
				t.Fatalf("seed %d: %s is %v alone and %v among others", seed, all.Policies[i].Policy.ID, one.Policies[0].Verdict, all.Policies[i].Verdict)
			}
		}
	}
}

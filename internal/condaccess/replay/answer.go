package replay

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/conshelf/conshelf/internal/condaccess"
)

// An Answer is what the policies made of those of the attacker's sign-ins of
// which they make the same, clause by clause, and the log says the same.
type Answer struct {
	Outcome  string // stopped, challenged or allowed; several where it is not known which
	Result   string // its code as the log has it; 0 is a success
	Unasked  string // why the policies had no say; empty where they had
	Policies []condaccess.PolicyResult
	Recorded []condaccess.Result // what the log has of each policy; empty where it has nothing
	Records  []*Record           // by time
}

// Answers returns why the attacker's sign-ins passed, or did not: each answer
// once, those that passed first, by the time of the first sign-in.
func (r *Replay) Answers() []Answer {
	at := make(map[string]int)
	var out []Answer
	for _, rec := range r.malicious {
		a := r.answer(rec)
		k := a.key()
		n, ok := at[k]
		if !ok {
			n = len(out)
			at[k] = n
			out = append(out, a)
		}
		out[n].Records = append(out[n].Records, rec)
	}
	for i := range out {
		slices.SortStableFunc(out[i].Records, compareRecords)
	}
	slices.SortStableFunc(out, func(a, b Answer) int {
		return cmp.Or(cmp.Compare(a.rank(), b.rank()), compareRecords(a.Records[0], b.Records[0]), cmp.Compare(a.key(), b.key()))
	})
	return out
}

func compareRecords(a, b *Record) int {
	return cmp.Or(a.SignIn.Time.Compare(b.SignIn.Time), cmp.Compare(a.SignIn.ID, b.SignIn.ID))
}

// rank is lower for what matters more: what passed, what was stopped, what no
// policy was asked about.
func (a *Answer) rank() int {
	switch {
	case a.Unasked != "":
		return 2
	case a.Result == "0":
		return 0
	}
	return 1
}

func (r *Replay) answer(rec *Record) Answer {
	if rec.Unreached() {
		return Answer{Unasked: rec.SignIn.NotReached, Result: rec.Result}
	}
	e := r.eras.of(rec.SignIn.Time).evaluator.Evaluate(rec.SignIn)
	out := Answer{Outcome: possible(&e).String(), Result: rec.Result, Policies: e.Policies, Recorded: make([]condaccess.Result, len(e.Policies))}
	for i := range e.Policies {
		for _, said := range rec.Recorded {
			if strings.EqualFold(said.ID, e.Policies[i].Policy.ID) && said.ID != "" {
				out.Recorded[i] = said.Result
			}
		}
	}
	return out
}

// key is the same for answers that say the same.
func (a *Answer) key() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%q%q%q", a.Result, a.Unasked, a.Outcome)
	for i := range a.Policies {
		p := &a.Policies[i]
		fmt.Fprintf(&b, "\n%q %q %s %s %q %q %q", p.Policy.ID, p.Policy.Name, p.Policy.State, p.Result, a.Recorded[i], p.Unmet, p.Reasons)
		for _, c := range p.Grant.Controls {
			fmt.Fprintf(&b, " %q %s", c.Control.Name(), c.Satisfied)
		}
	}
	return b.String()
}

// Disagrees tells whether the sign-ins passed by the log, and for certain not by
// the policies.
func (a *Answer) Disagrees() bool {
	return a.Result == "0" && (a.Outcome == stopped.String() || a.Outcome == challenged.String() || a.Outcome == (stopped|challenged).String())
}

// Span returns the times of the first and the last sign-in, of those whose time
// is known.
func (a *Answer) Span() (first, last time.Time) {
	for _, rec := range a.Records {
		t := rec.SignIn.Time
		if t.IsZero() {
			continue
		}
		if first.IsZero() {
			first = t
		}
		last = t
	}
	return first, last
}

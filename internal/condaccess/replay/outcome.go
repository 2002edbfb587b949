package replay

import (
	"strings"

	"github.com/conshelf/conshelf/internal/condaccess"
)

// outcomes is a set of what may become of a sign-in.
type outcomes uint8

const (
	stopped    outcomes = 1 << iota // nothing that the user can do helps
	challenged                      // the user is asked for more
	allowed
)

// String names the outcomes, with "or" between.
func (o outcomes) String() string {
	var names []string
	for _, x := range []struct {
		is   outcomes
		name string
	}{{stopped, "stopped"}, {challenged, "challenged"}, {allowed, "allowed"}} {
		if o&x.is != 0 {
			names = append(names, x.name)
		}
	}
	return strings.Join(names, " or ")
}

// An outcome is what the policies make of all sign-ins that they do not tell
// apart.
type outcome struct {
	era      *era
	possible outcomes
	stops    []stop
	verdicts []verdict
}

// A verdict is what is kept of a policy's answer.
type verdict struct {
	result condaccess.Result
	unmet  uint32 // conditions, by their place among loggedConditions
}

// A stop is a policy that stops, or may stop.
type stop struct {
	policy  int
	certain bool
}

func (r *Replay) outcome(era *era, s *condaccess.SignIn) *outcome {
	k := era.features.key(s)
	if o := era.outcomes[string(k)]; o != nil {
		return o
	}
	era.evaluator.EvaluateInto(s, &r.scratch)
	e := &r.scratch
	o := &outcome{era: era, possible: possible(e), verdicts: make([]verdict, len(e.Policies))}
	for i := range e.Policies {
		o.verdicts[i] = verdict{e.Policies[i].Result, unmet(e.Policies[i].Unmet)}
		if stops := e.Policies[i].Stops(); stops != condaccess.No {
			o.stops = append(o.stops, stop{i, stops == condaccess.Yes})
		}
	}
	era.outcomes[string(k)] = o
	return o
}

// possible returns what may become of a sign-in. One policy that blocks decides;
// otherwise one that asks does.
func possible(e *condaccess.Evaluation) outcomes {
	var out outcomes
	ask, block := condaccess.No, condaccess.No
	for i := range e.Policies {
		p := &e.Policies[i]
		switch stops := p.Stops(); {
		case stops == condaccess.Unsure && p.Grant.Satisfied == condaccess.Unsure:
			ask, block = ask.Or(stops), block.Or(stops) // which control is missing decides
		case p.Grant.Interactive:
			ask = ask.Or(stops)
		default:
			block = block.Or(stops)
		}
	}
	if len(e.Reasons) > 0 { // a policy that is not here may do either
		ask, block = ask.Or(condaccess.Unsure), block.Or(condaccess.Unsure)
	}
	if block != condaccess.No {
		out |= stopped
	}
	if block != condaccess.Yes && ask != condaccess.No {
		out |= challenged
	}
	if block != condaccess.Yes && ask != condaccess.Yes {
		out |= allowed
	}
	return out
}

package replay

import (
	"cmp"
	"slices"
	"strings"

	"github.com/conshelf/conshelf/internal/condaccess"
)

// An Agreement compares what the log recorded of a policy with what evaluation
// finds: the policy's text is today's, and so sign-ins before its last change
// are counted apart and not compared.
type Agreement struct {
	Policy *condaccess.Policy
	// Matrix counts by recorded result, then by evaluated one.
	Matrix       map[condaccess.Result]map[condaccess.Result]int
	Equal        int
	Different    int
	Unknown      int // evaluation does not know
	ChangedSince int
	// Conditions counts by the log's name of a condition, where the log says which
	// are not satisfied.
	Conditions map[string]Ruling
}

// A Ruling counts sign-ins by who says that a condition rules the policy out.
type Ruling struct {
	Both       int
	Log        int // and evaluation that something else does, or nothing
	Evaluation int // and the log that something else does, or nothing
	Unknown    int // the log; evaluation does not know whether the policy applies
}

// A Stranger is a policy that the log names and that is not among those that
// are replayed.
type Stranger struct {
	ID, Name string // the name that was met first
	Count    int
}

func (r *Replay) agree(era *era, rec *Record, o *outcome) {
	for _, said := range rec.Recorded {
		if len(era.numbers[strings.ToLower(said.ID)]) == 0 {
			r.meetStranger(&said, rec.count())
		}
		for _, i := range era.numbers[strings.ToLower(said.ID)] {
			p := era.evaluator.Policies()[i]
			r.agreementOf(p).add(p, rec, &said, &o.verdicts[i])
		}
	}
}

func (r *Replay) meetStranger(said *condaccess.Recorded, n int) {
	id := strings.ToLower(said.ID)
	if r.strangers[id] == nil {
		r.strangers[id] = &Stranger{ID: said.ID, Name: said.Name}
	}
	r.strangers[id].Count += n
}

// Strangers returns the policies that the log names and that were not among
// those of the time, by name.
func (r *Replay) Strangers() []Stranger {
	var out []Stranger
	for _, s := range r.strangers {
		out = append(out, *s)
	}
	slices.SortFunc(out, func(a, b Stranger) int { return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.ID, b.ID)) })
	return out
}

func (r *Replay) agreementOf(p *condaccess.Policy) *Agreement {
	id := strings.ToLower(p.ID)
	a := r.agreement[id]
	if a == nil {
		a = &Agreement{Policy: p, Matrix: make(map[condaccess.Result]map[condaccess.Result]int), Conditions: make(map[string]Ruling)}
		r.agreement[id] = a
	}
	return a
}

func (a *Agreement) add(p *condaccess.Policy, rec *Record, said *condaccess.Recorded, found *verdict) {
	if !p.Modified.IsZero() && (rec.SignIn.Time.IsZero() || rec.SignIn.Time.Before(p.Modified)) {
		a.ChangedSince += rec.count()
		return
	}
	if a.Matrix[said.Result] == nil {
		a.Matrix[said.Result] = make(map[condaccess.Result]int)
	}
	a.Matrix[said.Result][found.result] += rec.count()
	switch unknown, equal := found.result == condaccess.UnknownResult, found.result == said.Result; {
	case unknown:
		a.Unknown += rec.count()
	case equal:
		a.Equal += rec.count()
	default:
		a.Different += rec.count()
	}
	a.addCondition(said, found, rec.count())
}

func (a *Agreement) addCondition(said *condaccess.Recorded, found *verdict, n int) {
	if !said.Conditions || said.Result == condaccess.NotEnabled && found.result == condaccess.NotEnabled {
		return // of a policy that is off nothing is evaluated
	}
	log := ruledOut(said.NotSatisfied)
	for at, name := range loggedConditions() {
		c := a.Conditions[name]
		bit := uint32(1) << at
		switch {
		case log&found.unmet&bit != 0:
			c.Both += n
		case log&bit != 0 && found.result == condaccess.UnknownResult:
			c.Unknown += n
		case log&bit != 0:
			c.Log += n
		case found.unmet&bit != 0:
			c.Evaluation += n
		default:
			continue
		}
		a.Conditions[name] = c
	}
}

// ruledOut returns the conditions that the log has as not satisfied, as unmet
// does; what address was seen is of the location.
func ruledOut(c condaccess.LogConditions) uint32 {
	var out uint32
	for _, name := range c.Names() {
		if strings.HasPrefix(name, "ipAddressSeenBy") {
			name = "location"
		}
		at := slices.Index(loggedConditions(), name)
		if at < 0 {
			at = slices.Index(loggedConditions(), otherCondition)
		}
		out |= 1 << at
	}
	return out
}

// otherCondition stands for conditions that only one of the two has a name for.
const otherCondition = "other"

// loggedConditions are the log's names of conditions that evaluation finds
// unmet.
func loggedConditions() []string {
	return []string{
		"application", "users", "devicePlatform", "location", "clientType", "signInRisk", "userRisk", "deviceState",
		"servicePrincipals", "servicePrincipalRisk", "authenticationFlows", "insiderRisk", otherCondition,
	}
}

// unmet returns the conditions that a policy's answer has as not met; the last
// bit stands for those that the log has no name for.
func unmet(list []condaccess.Condition) uint32 {
	var out uint32
	for _, c := range list {
		if at := slices.Index(loggedConditions(), logName(c)); at >= 0 {
			out |= 1 << at
		} else {
			out |= 1 << (len(loggedConditions()) - 1)
		}
	}
	return out
}

// logName returns the sign-in log's name of a condition.
func logName(c condaccess.Condition) string {
	switch c {
	case condaccess.ConditionApplication, condaccess.ConditionUserActions, condaccess.ConditionContext, condaccess.EmptyPolicy:
		return "application"
	case condaccess.ConditionWorkloadIdentities:
		return "servicePrincipals"
	case condaccess.ConditionClientApps:
		return "clientType"
	case condaccess.ConditionDevices:
		return "deviceState"
	case condaccess.ConditionFlow:
		return "authenticationFlows"
	case condaccess.ConditionUsers, condaccess.ConditionPlatform, condaccess.ConditionLocation, condaccess.ConditionSignInRisk, condaccess.ConditionUserRisk,
		condaccess.ConditionServicePrincipalRisk, condaccess.ConditionAgentRisk, condaccess.ConditionInsiderRisk, condaccess.ConditionOther,
		condaccess.PolicyNotEnabled, condaccess.ConditionGrant:
	}
	return string(c)
}

// Agreements returns the policies of which the log recorded something, in order
// of their names.
func (r *Replay) Agreements() []*Agreement {
	var out []*Agreement
	for _, a := range r.agreement {
		out = append(out, a)
	}
	slices.SortFunc(out, func(a, b *Agreement) int {
		return cmp.Or(cmp.Compare(a.Policy.Name, b.Policy.Name), cmp.Compare(a.Policy.ID, b.Policy.ID))
	})
	return out
}

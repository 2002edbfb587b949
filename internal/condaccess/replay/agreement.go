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
	// Conditions counts, where both say that the policy does not apply, by the
	// recorded condition that rules it out and whether evaluation has it too.
	Conditions map[string]Pair
}

// A Pair counts those that are the same and those that are not.
type Pair struct{ Same, Other int }

func (r *Replay) agree(era *era, rec *Record, o *outcome) {
	for _, said := range rec.Recorded {
		for _, i := range era.numbers[strings.ToLower(said.ID)] {
			p := era.evaluator.Policies()[i]
			r.agreementOf(p).add(p, rec, &said, &o.verdicts[i])
		}
	}
}

func (r *Replay) agreementOf(p *condaccess.Policy) *Agreement {
	id := strings.ToLower(p.ID)
	a := r.agreement[id]
	if a == nil {
		a = &Agreement{Policy: p, Matrix: make(map[condaccess.Result]map[condaccess.Result]int), Conditions: make(map[string]Pair)}
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
	if !said.Conditions || said.NotSatisfied == 0 || found.unmet == 0 {
		return
	}
	for _, name := range said.NotSatisfied.Names() {
		pair := a.Conditions[name]
		if at := slices.Index(loggedConditions(), name); at >= 0 && found.unmet&(1<<at) != 0 {
			pair.Same += n
		} else {
			pair.Other += n
		}
		a.Conditions[name] = pair
	}
}

// loggedConditions are the log's names of conditions that evaluation finds
// unmet.
func loggedConditions() []string {
	return []string{
		"application", "users", "devicePlatform", "location", "clientType", "signInRisk", "userRisk", "deviceState",
		"servicePrincipals", "servicePrincipalRisk", "authenticationFlows", "insiderRisk",
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
			out |= 1 << 31
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

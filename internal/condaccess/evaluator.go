package condaccess

import "slices"

// An Evaluator evaluates sign-ins against the policies of one tenant. It does
// not change after it is made and may be used by several goroutines.
type Evaluator struct {
	tenant     *Tenant
	options    Options
	policies   []compiled
	x          *indexes
	membership *membership
	locations  []*NamedLocation // by number; nil where it was not exported
	trusted    []*NamedLocation
	risk       map[string][]RiskChange // by user, in order of time
	names      valueNames
	controls   int // of all policies
}

// Options say how to take what is not known.
type Options struct {
	Assume Assumption
	Scopes ScopeModel
	// Undocumented decides what is not documented, alike for all policies: whether
	// "All" holds users who connect directly and the user accounts of agents, whether
	// all resources are all authentication contexts, and whether policies reach the
	// resources that they are reported not to reach.
	Undocumented Truth
}

// An Assumption decides what is not known. The zero Assumption leaves it
// unknown.
type Assumption int

// The assumptions.
const (
	AssumeNothing Assumption = iota
	// AssumeMicrosoft takes a condition without input as not met, as the What If API does.
	AssumeMicrosoft
	// AssumeLegacy takes a condition without input as met, as the older What If tool does.
	AssumeLegacy
	// AssumeWorst takes everything as the attacker would like it: a policy that may
	// not cover the sign-in does not, a control that may be satisfied is.
	AssumeWorst
)

// String returns the name that the command line has for the assumption.
func (a Assumption) String() string {
	switch a {
	case AssumeNothing:
		return "nothing"
	case AssumeMicrosoft:
		return "microsoft"
	case AssumeLegacy:
		return "legacy"
	case AssumeWorst:
		return "worst"
	}
	panic(a)
}

// ParseAssumption returns the assumption of a name; empty is AssumeNothing.
func ParseAssumption(name string) (Assumption, bool) {
	for _, a := range []Assumption{AssumeNothing, AssumeMicrosoft, AssumeLegacy, AssumeWorst} {
		if name == a.String() || name == "" {
			return a, true
		}
	}
	return AssumeNothing, false
}

// A ScopeModel is how a tenant treats requests for baseline scopes only, where a
// policy for all resources has exclusions. The zero ScopeModel is not known.
type ScopeModel int

// The models.
const (
	ScopesUnknown ScopeModel = iota
	// ScopesLegacy lets such requests past the policy.
	ScopesLegacy
	// ScopesEnforced takes them as requests for the directory.
	ScopesEnforced
)

// NewEvaluator prepares the policies of a tenant, which must not change
// afterwards.
func NewEvaluator(t *Tenant, o Options) *Evaluator {
	x := newIndexes(newBundles(t.Bundles, t.Directory.ServicePrincipals))
	x.know(t)
	e := &Evaluator{tenant: t, options: o, x: x, policies: make([]compiled, len(t.Policies)), names: newValueNames(), risk: risks(t.Risk)}
	strengths := make(map[string]*Strength)
	for _, s := range t.Strengths {
		strengths[fold(s.ID)] = s
	}
	for i, p := range t.Policies {
		e.policies[i] = x.compile(p)
		e.policies[i].clauses = p.Grant.resolved(strengths)
		e.controls += p.Grant.size()
	}
	e.membership = newMembership(&t.Directory, x)
	e.locations = make([]*NamedLocation, len(x.places.ids))
	for _, l := range t.Locations {
		for _, id := range []string{l.ID, l.Alias} {
			if n := x.places.find(id); n >= 0 && id != "" {
				e.locations[n] = l
			}
		}
		if l.Trusted == Yes {
			e.trusted = append(e.trusted, l)
		}
	}
	return e
}

// WithUndocumented returns the evaluator of the same policies for whom what is
// not documented is decided.
func (e *Evaluator) WithUndocumented(holds Truth) *Evaluator {
	out := *e
	out.options.Undocumented = holds
	return &out
}

func (g *Grant) size() int {
	n := 0
	if g != nil {
		for _, clause := range g.Clauses {
			n += len(clause)
		}
	}
	return n
}

// resolved returns the clauses of a grant, in which strengths that are only
// named have their combinations, where they were exported or are Microsoft's.
func (g *Grant) resolved(exported map[string]*Strength) [][]Control {
	if g == nil {
		return nil
	}
	out := make([][]Control, len(g.Clauses))
	for i, clause := range g.Clauses {
		out[i] = append([]Control(nil), clause...)
		for k, c := range clause {
			if c.Kind != AuthenticationStrength || len(c.Strength.Combinations) > 0 {
				continue
			}
			if s := exported[fold(c.Strength.ID)]; s != nil {
				out[i][k].Strength = s
			} else if s := builtInStrength(c.Strength.ID); s != nil {
				out[i][k].Strength = s
			}
		}
	}
	return out
}

// An Evaluation is what all policies make of a sign-in.
type Evaluation struct {
	Decision Decision
	// Reasons say why the decision is unknown, beyond those of the policies.
	Reasons  []Reason
	Policies []PolicyResult
	// Session merges the session controls of the policies that are enforced;
	// SessionOpen says that a policy that may apply has some too.
	Session     Session
	SessionOpen bool
	scratch     scratch
}

// scratch is what the results of an evaluation are cut out of, and what a
// later one may use again.
type scratch struct {
	reasons  []Reason
	unmet    []Condition
	controls []ControlResult
	why      []ReasonCode
	apps     []audience
}

// A Decision is whether the sign-in gets its token. The zero Decision is
// unknown.
type Decision int8

// The decisions.
const (
	DecisionUnknown Decision = iota
	DecisionGrant
	DecisionDeny
)

// String returns grant, deny or unknown.
func (d Decision) String() string {
	switch d {
	case DecisionUnknown:
		return "unknown"
	case DecisionGrant:
		return "grant"
	case DecisionDeny:
		return "deny"
	}
	panic(d)
}

// A Verdict is whether a policy covers a sign-in. The zero Verdict is Unknown: a
// record that does not say is not a no.
type Verdict int8

// The verdicts.
const (
	Unknown Verdict = iota
	Applies
	NotApplies
)

// String returns applies, notApplies or unknown.
func (v Verdict) String() string {
	switch v {
	case Unknown:
		return "unknown"
	case Applies:
		return "applies"
	case NotApplies:
		return "notApplies"
	}
	panic(v)
}

// A PolicyResult is what one policy makes of a sign-in.
type PolicyResult struct {
	Policy  *Policy
	Verdict Verdict
	Result  Result
	// Unmet are the conditions that rule the policy out. After the application or
	// the users Entra evaluates nothing further, and neither does this.
	Unmet []Condition
	// Reasons say why the verdict, or whether the controls are satisfied, is unknown.
	Reasons []Reason
	Grant   GrantResult
}

// Evaluate says what the policies make of a sign-in.
func (e *Evaluator) Evaluate(s *SignIn) Evaluation {
	var out Evaluation
	e.EvaluateInto(s, &out)
	return out
}

// EvaluateInto is Evaluate for many sign-ins: it writes over what out held, with
// all that was cut out of it.
func (e *Evaluator) EvaluateInto(s *SignIn, out *Evaluation) {
	out.Decision, out.Reasons, out.Session, out.SessionOpen = DecisionGrant, nil, Session{}, false
	out.Policies = slices.Grow(out.Policies[:0], len(e.policies))[:len(e.policies)]
	j := newJudge(e, s, out.scratch)
	denied, open := false, false
	for i := range e.policies {
		r := &out.Policies[i]
		j.policy(&e.policies[i], r)
		switch stops := r.stops(); stops {
		case Yes:
			denied = true
		case Unsure:
			open = true
		case No:
		}
		out.addSession(r)
	}
	if len(e.tenant.Incomplete) > 0 && e.options.Assume == AssumeNothing {
		open = true
		for _, why := range e.tenant.Incomplete {
			out.Reasons = append(out.Reasons, Reason{Code: PoliciesIncomplete, Subject: why})
		}
	}
	switch {
	case denied:
		out.Decision = DecisionDeny
	case open:
		out.Decision = DecisionUnknown
	}
	out.scratch = j.scratch
}

// addSession adds the session controls of a policy that is enforced.
func (e *Evaluation) addSession(r *PolicyResult) {
	if r.Policy.Session.empty() || r.Verdict == NotApplies {
		return
	}
	switch r.Policy.State {
	case Enabled:
		if r.Verdict == Applies {
			e.Session.merge(&r.Policy.Session)
			return
		}
		e.SessionOpen = true
	case StateUnknown:
		e.SessionOpen = true
	case ReportOnly, Disabled:
	}
}

// stops tells whether the policy keeps the sign-in from its token.
func (r *PolicyResult) stops() Truth {
	enforced := truth(r.Policy.State == Enabled && !r.Policy.Deleted)
	if r.Policy.State == StateUnknown && !r.Policy.Deleted {
		enforced = Unsure
	}
	return enforced.And(r.Verdict.truth()).And(r.Grant.Satisfied.Not())
}

func (v Verdict) truth() Truth {
	switch v {
	case Unknown:
		return Unsure
	case Applies:
		return Yes
	case NotApplies:
		return No
	}
	panic(v)
}

func verdict(t Truth) Verdict {
	switch t {
	case Unsure:
		return Unknown
	case Yes:
		return Applies
	case No:
		return NotApplies
	}
	panic(t)
}

package condaccess

// A Dimension is what of a sign-in a condition looks at. No condition looks at
// two, but that the client app decides which users a policy for Exchange
// ActiveSync is for, and which controls can be satisfied.
type Dimension int

// The dimensions.
const (
	PrincipalDimension Dimension = iota
	TargetDimension
	ClientDimension
	PlatformDimension
	PlaceDimension
	DeviceDimension
	SignInRiskDimension
	UserRiskDimension
	ServicePrincipalRiskDimension
	AgentRiskDimension
	InsiderRiskDimension
	FlowDimension
	// OtherDimension is what we do not understand of a policy.
	OtherDimension
)

// condition returns the condition over a dimension.
func (d Dimension) condition() Condition {
	switch d {
	case PrincipalDimension:
		return ConditionUsers
	case TargetDimension:
		return ConditionApplication
	case ClientDimension:
		return ConditionClientApps
	case PlatformDimension:
		return ConditionPlatform
	case PlaceDimension:
		return ConditionLocation
	case DeviceDimension:
		return ConditionDevices
	case SignInRiskDimension:
		return ConditionSignInRisk
	case UserRiskDimension:
		return ConditionUserRisk
	case ServicePrincipalRiskDimension:
		return ConditionServicePrincipalRisk
	case AgentRiskDimension:
		return ConditionAgentRisk
	case InsiderRiskDimension:
		return ConditionInsiderRisk
	case FlowDimension:
		return ConditionFlow
	case OtherDimension:
		return ConditionOther
	}
	panic(d)
}

// Probe calls each for every policy, in their order, with whether its condition
// over one dimension holds for a sign-in. A policy without such a condition
// holds. All dimensions together are what Evaluate finds.
func (e *Evaluator) Probe(s *SignIn, d Dimension, each func(policy int, holds Truth)) {
	j := e.probe(s, d)
	condition := d.condition()
	for i := range e.policies {
		c := &e.policies[i]
		each(i, j.holds(c, condition))
	}
}

// ScopeClient returns the client of a sign-in as far as it decides whom a policy
// is for, which the dimension of the principal depends on: one that is Exchange
// ActiveSync or not known, or any other.
func (s *SignIn) ScopeClient() string {
	if s.Client == "" || s.Client == clientEAS {
		return s.Client
	}
	return clientOther
}

// probe returns a judge that knows one dimension only and gives no reasons.
func (e *Evaluator) probe(s *SignIn, d Dimension) *judge {
	j := &judge{e: e, s: s, client: s.Client, who: s.Principal, ruledOut: true}
	switch d {
	case PrincipalDimension:
		j.findPrincipal()
	case TargetDimension:
		j.apps = e.audiences(&s.Target, nil)
	case PlaceDimension:
		j.findPlaces()
	case DeviceDimension, OtherDimension:
	case ClientDimension, PlatformDimension, FlowDimension, SignInRiskDimension, UserRiskDimension, ServicePrincipalRiskDimension,
		AgentRiskDimension, InsiderRiskDimension:
		j.values = e.values(s)
	}
	return j
}

func (j *judge) holds(c *compiled, d Condition) Truth {
	if d == ConditionApplication && c.empty && len(c.gaps) == 0 {
		return No
	}
	for i := range c.steps {
		if c.steps[i].condition == d {
			return j.condition(c, &c.steps[i])
		}
	}
	return Yes
}

// ProbeGrant calls each for every policy with whether it is enforced and its
// controls are not satisfied: whether it stops the sign-in if it covers it.
// Registers says whether a policy that StandsIn tells of covers the sign-in.
func (e *Evaluator) ProbeGrant(s *SignIn, registers Truth, each func(policy int, stops Truth)) {
	j := newJudge(e, s, scratch{})
	j.ruledOut, j.registration = true, registers
	for i := range e.policies {
		c := &e.policies[i]
		r := PolicyResult{Policy: c.p, Verdict: Applies, Grant: j.grant(c, Applies)}
		if c.p.State == Disabled {
			r.Verdict = NotApplies
		}
		each(i, r.stops())
	}
}

// StandsIn tells whether the strength that a policy asks for stands in for those
// of the other policies, where it covers a registration of security information.
func (e *Evaluator) StandsIn(policy int) Truth { return e.policies[policy].standsIn() }

// Stops tells whether the policy keeps the sign-in from its token: whether it is
// enforced, covers the sign-in and is not satisfied.
func (r *PolicyResult) Stops() Truth { return r.stops() }

// Policies returns the policies in the order in which they are evaluated.
func (e *Evaluator) Policies() []*Policy { return e.tenant.Policies }

// Tenant returns what the evaluator was made of.
func (e *Evaluator) Tenant() *Tenant { return e.tenant }

// Combinations returns the combinations of methods that satisfy a strength, as
// the evaluator knows it; none where it was not exported.
func (e *Evaluator) Combinations(s *Strength) []string { return e.tenant.Combinations(s) }

// External returns the kinds of external user that a sign-in's user is and may
// be besides, and its home tenant, as the sign-in and the directory say: on them
// depends whether what another tenant says of a device is trusted.
func (e *Evaluator) External(s *SignIn) (is, perhaps GuestTypes, tenant string) {
	j := e.probe(s, PrincipalDimension)
	return j.guest, j.guests, j.tenant
}

package condaccess

import "slices"

// A judge evaluates policies for one sign-in. What is the same for all of them
// it finds out once.
type judge struct {
	e       *Evaluator
	s       *SignIn
	who     Principal // as far as the directory tells who it is
	user    *UserObject
	self    int // number of the user among users, or -1
	object  int // number of the principal among those that are no people, or -1
	groups  known
	roles   known
	guest   GuestTypes
	guests  GuestTypes // that it may be besides
	sure    bool       // it is one of those for certain
	tenant  string
	places  known
	trusted Truth
	client  string
	values  values
	// registration says whether a policy for the registration itself asks for a
	// strength, which stands in for those of policies for all resources.
	registration Truth
	superseded   Truth // the strengths of the policy that is evaluated
	scratch
	ruledOut bool
	first    int // reason of the policy that is evaluated
}

func newJudge(e *Evaluator, s *SignIn, used scratch) *judge {
	j := &judge{e: e, s: s, values: e.values(s), client: s.Client}
	j.scratch = scratch{used.reasons[:0], used.unmet[:0], used.controls[:0], used.why[:0], used.apps[:0]}
	j.findPrincipal()
	j.findPlaces()
	j.apps = e.audiences(&s.Target, j.apps)
	j.registration = j.findRegistration()
	return j
}

// because notes why something is unknown, unless the policy is ruled out
// whatever it is.
func (j *judge) because(code ReasonCode, c Condition, subject string) Truth {
	r := Reason{code, c, subject}
	if !j.ruledOut && !slices.Contains(j.reasons[j.first:], r) {
		j.reasons = append(j.reasons, r)
	}
	return Unsure
}

// settle keeps the reasons since mark only if t is still open.
func (j *judge) settle(t Truth, mark int) Truth {
	if t != Unsure {
		j.reasons = j.reasons[:mark]
	}
	return t
}

// A step is one condition that a policy has.
type step struct {
	condition Condition
	unmet     Condition // Microsoft's name for it where it is not met
	last      bool      // where it is not met, nothing is evaluated after it
	gap       bool      // it has a part that we do not understand
	path      string    // where that part stands
	test      func(*judge, *compiled) Truth
}

// stepsOf returns the conditions that a policy has, in the order in which Entra
// evaluates them: what is asked for, who asks, and then the rest.
func (c *compiled) stepsOf() []step {
	p := &c.p.Conditions
	ch := newChoices(p)
	var out []step
	for _, x := range []struct {
		condition Condition
		set       bool
		test      func(*judge, *compiled) Truth
	}{
		{ConditionApplication, true, (*judge).target},
		{ConditionUsers, true, (*judge).principal},
		{ConditionClientApps, len(p.ClientApps) > 0, asks(ConditionClientApps, ClientAppNotGiven, ch.client, func(v *values) uint16 { return v.client })},
		{ConditionPlatform, !p.Platforms.Empty(), asks(ConditionPlatform, PlatformNotGiven, ch.platform, func(v *values) uint16 { return v.platform })},
		{ConditionLocation, !p.Locations.Empty(), (*judge).location},
		{ConditionDevices, p.DeviceFilter != nil || !p.DeviceStates.Empty(), (*judge).devices},
		{ConditionSignInRisk, len(p.SignInRisk) > 0, asks(ConditionSignInRisk, SignInRiskNotGiven, ch.signInRisk, func(v *values) uint16 { return v.signInRisk })},
		{ConditionUserRisk, len(p.UserRisk) > 0, asks(ConditionUserRisk, UserRiskNotGiven, ch.userRisk, func(v *values) uint16 { return v.userRisk })},
		{ConditionServicePrincipalRisk, len(p.ServicePrincipalRisk) > 0, asks(ConditionServicePrincipalRisk, ServicePrincipalRiskNotGiven, ch.servicePrincipalRisk, func(v *values) uint16 { return v.servicePrincipalRisk })},
		{ConditionAgentRisk, len(p.AgentRisk) > 0, asks(ConditionAgentRisk, AgentRiskNotGiven, ch.agentRisk, func(v *values) uint16 { return v.agentRisk })},
		{ConditionInsiderRisk, len(p.InsiderRisk) > 0, asks(ConditionInsiderRisk, InsiderRiskNotGiven, ch.insider, func(v *values) uint16 { return v.insider })},
		{ConditionFlow, len(p.Flows) > 0, asks(ConditionFlow, FlowNotGiven, ch.flow, func(v *values) uint16 { return v.flow })},
		{ConditionOther, !p.AgentContexts.Empty(), (*judge).agentContext},
	} {
		path, gap := c.gap(x.condition)
		if x.set || gap {
			last := x.condition == ConditionApplication || x.condition == ConditionUsers
			out = append(out, step{x.condition, c.unmet(x.condition), last, gap, path, x.test})
		}
	}
	return out
}

// asks returns the test of a condition that is a choice, by the value that it is
// about.
func asks(d Condition, code ReasonCode, c choice, value func(*values) uint16) func(*judge, *compiled) Truth {
	return func(j *judge, _ *compiled) Truth {
		t := c.test(value(&j.values))
		if t == Unsure {
			j.because(code, d, "")
		}
		return t
	}
}

func (j *judge) agentContext(*compiled) Truth {
	return j.because(AgentContextNotGiven, ConditionOther, "")
}

// policy evaluates one policy into r.
func (j *judge) policy(c *compiled, r *PolicyResult) {
	*r = PolicyResult{Policy: c.p}
	reasons, unmet := len(j.reasons), len(j.unmet)
	if c.p.State == Disabled || c.p.Deleted {
		j.unmet = append(j.unmet, PolicyNotEnabled)
		r.Verdict, r.Grant, r.Result, r.Unmet = NotApplies, GrantResult{Satisfied: Yes}, NotEnabled, clip(j.unmet[unmet:])
		return
	}
	j.first = reasons
	covered := j.covers(c)
	if covered == No {
		j.reasons = j.reasons[:reasons]
	}
	r.Verdict = verdict(covered)
	if c.p.State == StateUnknown && covered != No && c.p.Lost == "" {
		code := StateNotUnderstood
		if c.p.Contested {
			code = VersionNotKnown
		}
		j.because(code, PolicyNotEnabled, "")
	}
	r.Grant = j.grant(c, r.Verdict)
	r.Result = result(c.p, r)
	r.Reasons = clip(j.reasons[reasons:])
	r.Unmet = clip(j.unmet[unmet:])
}

// clip returns a slice that an append does not write behind.
func clip[T any](s []T) []T {
	if len(s) == 0 {
		return nil
	}
	return s[:len(s):len(s)]
}

// covers tells whether the policy's conditions hold, all of them.
func (j *judge) covers(c *compiled) Truth {
	if c.empty && len(c.gaps) == 0 {
		j.unmet = append(j.unmet, EmptyPolicy)
		return No
	}
	all := Yes
	for i := range c.steps {
		d := &c.steps[i]
		t := j.condition(c, d)
		all = all.And(t)
		if t != No {
			continue
		}
		j.ruledOut = true
		j.unmet = append(j.unmet, d.unmet)
		if d.last {
			break // as in Entra
		}
	}
	j.ruledOut = false
	return all
}

// condition evaluates one condition, and decides it where that was asked for.
// What we do not understand of a policy is not decided so.
func (j *judge) condition(c *compiled, d *step) Truth {
	if d.gap {
		if c.p.Lost != "" {
			return j.because(PolicyTextLost, "", d.path)
		}
		return j.because(ConditionNotUnderstood, d.condition, d.path)
	}
	mark := len(j.reasons)
	t := j.settle(d.test(j, c), mark)
	if t == Unsure {
		t = j.assume(t)
	}
	return t
}

// assume decides what is not known, if that was asked for.
func (j *judge) assume(t Truth) Truth {
	switch j.e.options.Assume {
	case AssumeNothing:
		return t
	case AssumeMicrosoft, AssumeWorst:
		return No
	case AssumeLegacy:
		return Yes
	}
	panic(j.e.options.Assume)
}

// unmet returns Microsoft's name for a condition that is not met, which tells
// kinds of targets and of principals apart.
func (c *compiled) unmet(d Condition) Condition {
	a := &c.p.Conditions.Applications
	named := len(a.Include) > 0 || a.Filter != nil
	switch {
	case d == ConditionApplication && !named && len(a.UserActions) > 0:
		return ConditionUserActions
	case d == ConditionApplication && !named && len(a.Contexts) > 0:
		return ConditionContext
	case d == ConditionUsers && (!c.workloads[0].empty || !c.workloads[1].empty):
		return ConditionWorkloadIdentities
	}
	return d
}

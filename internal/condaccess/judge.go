package condaccess

// A judge evaluates policies for one sign-in. What is the same for all of them
// it finds out once.
type judge struct {
	e       *Evaluator
	s       *SignIn
	user    *UserObject
	self    int // number of the user or service principal, or -1
	groups  known
	roles   known
	guest   GuestTypes
	guests  GuestTypes // that it may be besides
	tenant  string
	apps    []audience
	places  known
	why     []ReasonCode // of each place, why it is open
	trusted Truth
	client  string
	reasons []Reason
	unmet   []Condition
}

func newJudge(e *Evaluator, s *SignIn) *judge {
	j := &judge{e: e, s: s}
	j.findPrincipal()
	j.findPlaces()
	j.apps = e.audiences(&s.Target)
	j.client = s.Client
	return j
}

// because notes why something is unknown.
func (j *judge) because(code ReasonCode, c Condition, subject string) Truth {
	j.reasons = append(j.reasons, Reason{code, c, subject})
	return Unsure
}

// settle keeps the reasons since mark only if t is still open.
func (j *judge) settle(t Truth, mark int) Truth {
	if t != Unsure {
		j.reasons = j.reasons[:mark]
	}
	return t
}

// A dimension is one condition of a policy. Test is only called where the
// policy asks for something.
type dimension struct {
	condition Condition
	test      func(*judge, *compiled) Truth
}

// dimensions are the conditions in the order in which Entra evaluates them:
// what is asked for, who asks, and then the rest.
func dimensions() []dimension {
	return []dimension{
		{ConditionApplication, (*judge).target},
		{ConditionUsers, (*judge).principal},
		{ConditionClientApps, (*judge).clientApps},
		{ConditionPlatform, (*judge).platform},
		{ConditionLocation, (*judge).location},
		{ConditionDevices, (*judge).devices},
		{ConditionSignInRisk, (*judge).signInRisk},
		{ConditionUserRisk, (*judge).userRisk},
		{ConditionServicePrincipalRisk, (*judge).servicePrincipalRisk},
		{ConditionAgentRisk, (*judge).agentRisk},
		{ConditionInsiderRisk, (*judge).insiderRisk},
		{ConditionFlow, (*judge).flow},
		{ConditionOther, (*judge).others},
	}
}

// policy evaluates one policy into r.
func (j *judge) policy(c *compiled, r *PolicyResult) {
	r.Policy = c.p
	reasons, unmet := len(j.reasons), len(j.unmet)
	covered := j.covers(c)
	if covered == No {
		j.reasons = j.reasons[:reasons]
	}
	r.Verdict = verdict(covered)
	if c.p.State == Disabled || c.p.Deleted {
		r.Verdict = NotApplies
		j.reasons, j.unmet = j.reasons[:reasons], append(j.unmet[:unmet], PolicyNotEnabled)
	} else if c.p.State == StateUnknown && covered != No {
		j.because(StateNotUnderstood, PolicyNotEnabled, "")
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
	if c.p.Conditions.Applications.Empty() && c.conditionsKnown {
		j.unmet = append(j.unmet, EmptyPolicy)
		return No
	}
	all := Yes
	for i := range j.e.dimensions {
		d := &j.e.dimensions[i]
		mark := len(j.reasons)
		t := j.settle(d.test(j, c), mark)
		if t == Unsure && d.condition != ConditionOther {
			t = j.assume(t)
		}
		if t == No {
			j.unmet = append(j.unmet, c.condition(d.condition))
		}
		all = all.And(t)
	}
	return all
}

// assume decides what is not known, if that was asked for. What we do not
// understand of a policy is not decided so.
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

// condition returns Microsoft's name for what is unmet, which tells kinds of
// targets and of principals apart.
func (c *compiled) condition(d Condition) Condition {
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

// others is what we do not understand of the conditions.
func (j *judge) others(c *compiled) Truth {
	if c.conditionsKnown {
		return Yes
	}
	for _, u := range c.p.Unread {
		if u.Part == ConditionPart {
			j.because(ConditionNotUnderstood, ConditionOther, u.Path)
		}
	}
	return Unsure
}

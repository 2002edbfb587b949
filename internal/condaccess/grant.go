package condaccess

// A GrantResult is whether a policy's controls are satisfied.
type GrantResult struct {
	Satisfied Truth
	// Interactive says that what is missing the user could be asked for.
	Interactive bool
	Controls    []ControlResult
}

// A ControlResult is whether one control is satisfied.
type ControlResult struct {
	Control   Control
	Satisfied Truth
}

// grant evaluates the controls of a policy that may cover the sign-in. Every
// clause has to be met, by any of its controls.
func (j *judge) grant(c *compiled, v Verdict) GrantResult {
	g := c.p.Grant
	if g == nil && c.grantKnown || v == NotApplies {
		return GrantResult{Satisfied: Yes}
	}
	out := GrantResult{Satisfied: Yes, Interactive: true}
	mark := len(j.reasons)
	if g != nil {
		for _, clause := range g.Clauses {
			met, interactive := j.clause(c, clause, &out)
			out.Satisfied = out.Satisfied.And(met)
			out.Interactive = out.Interactive && (met != No || interactive)
		}
	}
	if g.Blocks() {
		out.Satisfied, out.Interactive = No, false
	}
	if !c.grantKnown && out.Satisfied == Yes || !c.grantKnown && !g.Blocks() {
		out.Satisfied = j.because(ControlNotUnderstood, ConditionGrant, "")
	}
	if out.Satisfied != Unsure {
		j.reasons = j.reasons[:mark]
		return out
	}
	if j.e.options.Assume == AssumeWorst {
		out.Satisfied = Yes
	}
	return out
}

func (j *judge) clause(c *compiled, clause []Control, out *GrantResult) (met Truth, interactive bool) {
	met = No
	for _, control := range clause {
		t := j.control(c, control)
		out.Controls = append(out.Controls, ControlResult{control, t})
		met = met.Or(t)
		interactive = interactive || t == No && control.Kind.interactive() && !j.legacy()
	}
	return met, interactive
}

// interactive tells whether a user can satisfy a control when asked.
func (k ControlKind) interactive() bool {
	switch k {
	case MFA, PasswordChange, RiskRemediation, TermsOfUse, CustomFactor, AuthenticationStrength:
		return true
	case UnknownControl, Block, CompliantDevice, DomainJoinedDevice, ApprovedApplication, CompliantApplication:
		return false
	}
	panic(k)
}

// legacy tells whether the client is one that can answer no question and name
// no device.
func (j *judge) legacy() bool {
	return j.client == clientEAS || j.client == clientEASSupported || j.client == clientOther
}

func (j *judge) control(c *compiled, control Control) Truth {
	t, code := j.satisfied(c, control)
	if t == Unsure {
		j.because(code, ConditionGrant, control.Name())
	}
	return t
}

func (j *judge) satisfied(c *compiled, control Control) (Truth, ReasonCode) {
	f := &j.s.Facts
	if control.Kind != UnknownControl && control.Kind != Block && j.client == clientOther {
		return No, ""
	}
	switch control.Kind {
	case UnknownControl:
		return Unsure, ControlNotUnderstood
	case Block:
		return No, ""
	case MFA:
		return j.unlessMail(f.MFA), ControlNotKnown
	case CompliantDevice:
		return j.device(f.CompliantDevice, j.s.Device.Compliant(), func(t CrossTenant) Truth { return t.CompliantDevice }), ControlNotKnown
	case DomainJoinedDevice:
		return j.device(f.DomainJoinedDevice, j.s.Device.Hybrid(), func(t CrossTenant) Truth { return t.HybridDevice }), ControlNotKnown
	case ApprovedApplication:
		return f.ApprovedApplication, ControlNotKnown
	case CompliantApplication:
		return f.CompliantApplication, ControlNotKnown
	case PasswordChange:
		return j.unlessMail(f.PasswordChange), ControlNotKnown
	case RiskRemediation:
		return j.unlessMail(f.RiskRemediation), ControlNotKnown
	case TermsOfUse:
		return j.unlessMail(f.accepted(control.ID, f.TermsOfUse)), ControlNotKnown
	case CustomFactor:
		return j.unlessMail(f.accepted(control.ID, f.CustomFactors)), ControlNotKnown
	case AuthenticationStrength:
		s := control.Strength
		if known := c.strengths[s]; known != nil {
			s = known
		}
		t, code := s.satisfied(f)
		return j.unlessMail(t), code
	}
	panic(control.Kind)
}

// unlessMail is t, but No for a client that cannot ask the user.
func (j *judge) unlessMail(t Truth) Truth {
	if j.legacy() {
		return No
	}
	return t
}

// device tells whether a control over the device is satisfied: by what is said
// of the control, or else of the device.
func (j *judge) device(fact, device Truth, trust func(CrossTenant) Truth) Truth {
	t := fact
	if t == Unsure {
		t = device
	}
	if j.s.Flow == deviceCodeFlow {
		return No // the device that asks is not the one that signs in
	}
	if t == Yes && j.guest&^InternalGuest != 0 {
		return j.trusts(trust)
	}
	return t
}

// trusts tells whether a claim of the user's home tenant is accepted.
func (j *judge) trusts(claim func(CrossTenant) Truth) Truth {
	t := Unsure
	for _, c := range j.e.tenant.CrossTenant {
		switch {
		case c.Tenant == "" && t == Unsure:
			t = claim(c)
		case c.Tenant != "" && fold(c.Tenant) == fold(j.tenant) && claim(c) != Unsure:
			return claim(c)
		}
	}
	return t
}

func (f *Facts) accepted(id string, all Truth) Truth {
	if contains(f.Accepted, id) {
		return Yes
	}
	return all
}

package condaccess

import "slices"

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
	mark, first := len(j.reasons), len(j.controls)
	j.superseded = No
	if !c.registers {
		j.superseded = j.registration
	}
	for _, clause := range c.clauses {
		met, interactive := j.clause(clause)
		out.Satisfied = out.Satisfied.And(met)
		out.Interactive = out.Interactive && (met != No || interactive)
	}
	out.Controls = clip(j.controls[first:])
	if g.Blocks() {
		out.Satisfied, out.Interactive = No, false
	}
	if !c.grantKnown && out.Satisfied == Yes || !c.grantKnown && !g.Blocks() {
		out.Satisfied = Unsure
		if c.p.Lost == "" {
			j.because(ControlNotUnderstood, ConditionGrant, "")
		}
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

func (j *judge) clause(clause []Control) (met Truth, interactive bool) {
	met = No
	for _, control := range clause {
		t := j.control(control)
		j.controls = append(j.controls, ControlResult{control, t})
		met = met.Or(t)
		interactive = interactive || t == No && control.Kind.interactive() && !j.legacy()
	}
	return met, interactive
}

// findRegistration tells whether a policy for the registration of security
// information, where that is asked for, asks for a strength.
func (j *judge) findRegistration() Truth {
	if j.s.Target.UserAction != registerSecurityInfo {
		return No
	}
	found := No
	for i := range j.e.policies {
		c := &j.e.policies[i]
		if stands := c.standsIn(); stands != No {
			found = found.Or(j.covers(c).And(stands))
		}
	}
	j.reasons, j.unmet = j.reasons[:0], j.unmet[:0]
	return found
}

// standsIn tells whether the strength of a policy stands in for those of policies
// for all resources, where it covers the registration of security information.
func (c *compiled) standsIn() Truth {
	switch {
	case !c.registers || c.p.State == ReportOnly || c.p.State == Disabled || c.p.Deleted:
		return No
	case c.p.State == StateUnknown:
		return Unsure
	}
	return Yes
}

// asksForStrength tells whether a strength is among the controls.
func (g *Grant) asksForStrength() bool {
	if g == nil {
		return false
	}
	for _, clause := range g.Clauses {
		for _, c := range clause {
			if c.Kind == AuthenticationStrength {
				return true
			}
		}
	}
	return false
}

// asksForDevice tells whether a control over the device is among the controls.
func (g *Grant) asksForDevice() bool {
	if g == nil {
		return false
	}
	return slices.ContainsFunc(slices.Concat(g.Clauses...), func(c Control) bool { return c.Kind == CompliantDevice || c.Kind == DomainJoinedDevice })
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

func (j *judge) control(control Control) Truth {
	t, code := j.satisfied(control)
	if t == Unsure {
		j.because(code, ConditionGrant, control.Name())
	}
	return t
}

func (j *judge) satisfied(control Control) (Truth, ReasonCode) {
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
		return j.presented(f.CompliantDevice, j.s.Device.Compliant(), func(t CrossTenant) Truth { return t.CompliantDevice }), ControlNotKnown
	case DomainJoinedDevice:
		return j.presented(f.DomainJoinedDevice, j.s.Device.Hybrid(), func(t CrossTenant) Truth { return t.HybridDevice }), ControlNotKnown
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
		t, code := control.Strength.satisfied(f)
		if t == No && j.superseded == Unsure {
			code = RegistrationStrength
		}
		t = t.Or(j.superseded)
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

// presented tells whether a control over the device is satisfied: as it is said
// of the control, or else as the device is described and can show.
func (j *judge) presented(fact, device Truth, trust func(CrossTenant) Truth) Truth {
	switch {
	case j.s.Flow == deviceCodeFlow:
		return No // the device that asks is not the one that signs in
	case fact != Unsure:
		return fact
	case device != Yes:
		return device
	}
	t := truth(j.s.Flow != "" && j.client != "").Or(Unsure) // some flows and clients show no device
	switch external := j.guest &^ InternalGuest; {
	case external != 0:
		return t.And(j.trusts(trust))
	case j.guests&^InternalGuest != 0:
		return t.And(j.trusts(trust).Or(Unsure))
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

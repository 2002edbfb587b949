package posture

import (
	"fmt"
	"slices"

	"github.com/conshelf/conshelf/internal/condaccess"
)

// sessionsControlled looks for a policy that hands the browser sessions of
// unmanaged devices to Defender for Cloud Apps, and is not for some people alone.
func sessionsControlled(e *Export, r *result) {
	t := e.policies()
	if len(t.Policies) == 0 {
		r.lacks(conditionalAccessWanted())
		return
	}
	ev := condaccess.NewEvaluator(t, condaccess.Options{})
	covers := unmanaged(ev)
	for i, p := range t.Policies {
		if p.Session.CloudAppSecurity == "" || p.Deleted || p.Conditions.Users.Include.Empty() {
			continue
		}
		judgeSession(p, covers[i], r)
	}
	switch {
	case len(r.support) > 0: // one is enough
		r.against, r.open = nil, nil
	case len(r.open)+len(t.Incomplete) > 0: // it may be the one
		r.against, r.open = nil, slices.Concat(r.open, t.Incomplete)
	case len(r.against) == 0:
		r.fail(Evidence{Text: fmt.Sprintf("none of %d policies has the session control", len(t.Policies))})
	}
}

func judgeSession(p *condaccess.Policy, covers condaccess.Truth, r *result) {
	v := Evidence{Text: fmt.Sprintf("policy %q has the session control %s", p.Name, p.Session.CloudAppSecurity), Place: p.File}
	switch {
	case p.State == condaccess.Disabled || p.State == condaccess.ReportOnly:
		v.Text += " and is " + p.State.String()
		r.fail(v)
	case covers == condaccess.No:
		v.Text += " and does not cover browsers on unmanaged devices"
		r.fail(v)
	case covers == condaccess.Unsure || p.State == condaccess.StateUnknown:
		r.doubt(v.String() + ": whether it covers unmanaged devices, and is enforced, is not known")
	case !slices.Contains(p.Conditions.Users.Include.Users, "All"):
		r.doubt(v.String() + ": it is for some people, and what the sessions of the others pass is not known")
	default:
		r.hold(v)
	}
}

// unmanaged tells of each policy whether it covers a browser on a device that is
// not registered, and does not stop it there for not being so: its session is
// never reached then.
func unmanaged(ev *condaccess.Evaluator) []condaccess.Truth {
	yes, no := condaccess.Yes, condaccess.No
	s := &condaccess.SignIn{
		Client: "browser", Device: condaccess.Device{Registered: no, Managed: no},
		Facts: condaccess.Facts{
			MFA: yes, CompliantDevice: no, DomainJoinedDevice: no, ApprovedApplication: yes, CompliantApplication: yes,
			PasswordChange: yes, RiskRemediation: yes, TermsOfUse: yes, CustomFactors: yes,
		},
	}
	out := slices.Clone(probed(ev, s, condaccess.DeviceDimension))
	for i, holds := range probed(ev, s, condaccess.ClientDimension) {
		out[i] = out[i].And(holds)
	}
	ev.ProbeGrant(s, no, func(policy int, stops condaccess.Truth) { out[policy] = out[policy].And(stops.Not()) })
	return out
}

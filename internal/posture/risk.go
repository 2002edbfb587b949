package posture

import (
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/conshelf/conshelf/internal/condaccess"
	"github.com/conshelf/conshelf/internal/incident"
)

// A risk is what Identity Protection says of a user: a detection, or the state
// of the account, which has no kind.
type risk struct {
	time        time.Time
	user, id    string
	level, kind string
	place       string
}

func (e *Export) readRisk(place string, row []byte) error {
	var k struct {
		TimeGenerated             time.Time
		UserID, UserPrincipalName string
		RiskLevel, RiskEventType  string
	}
	if err := json.Unmarshal(row, &k); err != nil {
		return err
	}
	e.person(k.UserID, k.UserPrincipalName)
	e.risks = append(e.risks, risk{k.TimeGenerated, k.UserPrincipalName, k.UserID, fold(k.RiskLevel), k.RiskEventType, place})
	return nil
}

// A riskySignIn is one that Identity Protection rated high.
type riskySignIn struct {
	time              time.Time
	user, id, address string
	place             string
}

func conditionalAccessWanted() want {
	return want{"Conditional Access policy", "GET https://graph.microsoft.com/v1.0/identity/conditionalAccess/policies with Policy.Read.All"}
}

// alertsMeetRisk looks, for each alert of high severity that Defender for Cloud
// Apps raised about a user, for what Identity Protection says of the user, and
// for the policy that would have asked about it.
func alertsMeetRisk(e *Export, r *result) {
	e.looked(r, alertTable)
	if !e.has(riskEventTable) && !e.has(riskyUserTable) {
		e.looked(r, riskEventTable, riskyUserTable)
	}
	if len(e.policies().Policies) == 0 {
		r.lacks(conditionalAccessWanted())
	}
	if len(r.open) > 0 {
		return
	}
	e.every(r, alertTable)
	ev := condaccess.NewEvaluator(e.policies(), condaccess.Options{})
	for i := range e.Alerts {
		a := &e.Alerts[i]
		switch {
		case !a.ofCloudApps():
		case a.Severity == incident.Unrated:
			r.doubt(a.String() + " does not say how severe it is")
		case a.Severity < incident.High:
		case len(a.Users) == 0:
			r.doubt(a.String() + " names no user")
		default:
			e.meets(ev, a, r)
		}
	}
	if len(r.support)+len(r.against)+len(r.open) == 0 {
		r.doubt("no alert of high severity of Defender for Cloud Apps is about a user")
	}
}

func (e *Export) meets(ev *condaccess.Evaluator, a *Alert, r *result) {
	v := a.evidence()
	v.Text += " is about " + e.who(v.User)
	k := e.riskOf(a)
	if why := e.riskUnknown(a); k == nil && why != "" {
		r.doubt(v.String() + ": " + why)
		return
	}
	if k == nil {
		v.Text += ", of whom Identity Protection says nothing within a day"
		r.fail(v)
		return
	}
	v.Text += ", " + k.String()
	names, fires := firing(ev, k)
	if cut := e.policies().Incomplete; fires == condaccess.No && len(cut) > 0 {
		r.doubt(v.String() + ", which no enforced policy that is here asks about: " + sentence(cut))
		return
	}
	switch fires {
	case condaccess.Yes:
		v.Text += ", which policy " + quoted(names) + " asks about"
		r.hold(v)
	case condaccess.No:
		v.Text += ", which no enforced policy asks about"
		r.fail(v)
	case condaccess.Unsure:
		r.doubt(v.String() + ": whether a policy asks about it is not known (" + names + ")")
	}
}

// String says how high the risk is, and what says so.
func (k *risk) String() string {
	if k.kind == "" {
		return fmt.Sprintf("whose risk is %s (%s)", k.level, k.place)
	}
	return fmt.Sprintf("of whom a risk was detected that is %s (%s)", k.level, k.place)
}

// riskOf returns the highest risk that is known of who an alert is about: the
// last state of the account, or a detection within a day; nil: none.
func (e *Export) riskOf(a *Alert) *risk {
	var state, out *risk
	for i := range e.risks {
		k := &e.risks[i]
		switch {
		case !e.about(a, k.user, k.id):
		case k.kind == "" && (state == nil || k.time.After(state.time)):
			state = k
		case k.kind != "" && k.time.Sub(a.Time).Abs() <= day && k.above(out):
			out = k
		}
	}
	if state != nil && state.above(out) {
		out = state
	}
	return out
}

// riskUnknown says why it is not known that who an alert is about has no risk;
// empty: it is.
func (e *Export) riskUnknown(a *Alert) string {
	for i := range e.risks {
		k := &e.risks[i]
		if e.about(a, k.user, k.id) && k.level != "none" && rank(k.level) < 0 {
			return "the level of risk is " + quoted(k.level) + " (" + k.place + ")"
		}
	}
	if lost := slices.Concat(e.tables[riskEventTable].lost, e.tables[riskyUserTable].lost); len(lost) > 0 {
		return "Identity Protection says nothing within a day, and some may be missing: " + sentence(lost)
	}
	return ""
}

// above tells whether there is a risk, and one that is higher than another.
func (k *risk) above(other *risk) bool {
	return rank(k.level) > 0 && (other == nil || rank(k.level) > rank(other.level))
}

// rank orders levels of risk; 0: none.
func rank(level string) int { return slices.Index([]string{"", "low", "medium", "high"}, level) }

// firing tells whether an enforced policy over user risk is for a user and asks
// about the level.
func firing(ev *condaccess.Evaluator, k *risk) (names string, fires condaccess.Truth) {
	s := &condaccess.SignIn{Principal: condaccess.Principal{Kind: condaccess.User, ID: k.id}, UserRisk: k.level}
	asks := probed(ev, s, condaccess.PrincipalDimension)
	level := probed(ev, s, condaccess.UserRiskDimension)
	fires = condaccess.No
	for i, p := range ev.Policies() {
		if p.Deleted || len(p.Conditions.UserRisk) == 0 || p.State == condaccess.Disabled || p.State == condaccess.ReportOnly {
			continue
		}
		holds := asks[i].And(level[i])
		if p.State == condaccess.StateUnknown {
			holds = holds.And(condaccess.Unsure)
		}
		if holds == condaccess.Yes || holds == condaccess.Unsure && fires == condaccess.No {
			names, fires = p.Name, holds
		}
		if fires == condaccess.Yes {
			return names, fires
		}
	}
	return names, fires
}

// probed returns whether the condition over a dimension holds, by policy.
func probed(ev *condaccess.Evaluator, s *condaccess.SignIn, d condaccess.Dimension) []condaccess.Truth {
	out := make([]condaccess.Truth, len(ev.Policies()))
	ev.Probe(s, d, func(policy int, holds condaccess.Truth) { out[policy] = holds })
	return out
}

// riskMeetsAlerts looks for an alert, of any product, about everybody whose
// sign-in Identity Protection rated high.
func riskMeetsAlerts(e *Export, r *result) {
	if !e.looked(r, interactiveTable, alertTable) {
		return
	}
	e.every(r, interactiveTable)
	if len(e.risky) == 0 {
		r.doubt("no sign-in at high risk is in the logs: nothing that an alert should meet")
	}
	for i := range e.risky {
		s := &e.risky[i]
		v := Evidence{Text: fmt.Sprintf("%s signed in at high risk from %s at %s", e.who(s.user), s.address, stamp(s.time)), Place: s.place, User: s.user}
		switch a := e.near(s); {
		case a != nil:
			v.Text += ": " + a.String() + ", " + a.Place
			r.hold(v)
		case !e.covered(s.time):
			r.doubt(v.String() + ": no alert of that time was exported")
		case len(e.tables[alertTable].lost) > 0:
			r.doubt(v.String() + ": no alert within a day, and some may be missing: " + sentence(e.tables[alertTable].lost))
		default:
			v.Text += ": no alert within a day"
			r.fail(v)
		}
	}
}

// near returns an alert about who signed in, within a day before or after.
func (e *Export) near(s *riskySignIn) *Alert {
	for i := range e.Alerts {
		if a := &e.Alerts[i]; a.Time.Sub(s.time).Abs() <= day && e.about(a, given([]string{s.user, s.id})...) {
			return a
		}
	}
	return nil
}

package simulate

import "strconv"

// policies are the Conditional Access policies that sign-ins record. Legacy
// authentication and risk are watched only, in report-only mode: that is how
// the attackers get in.
type policies struct {
	mfa, legacy, risk, device guid
	filler                    []string // policies that never apply, ready to append
	met                       map[meeting]string
}

// A meeting is how the policies met a sign-in. There are few, so each is
// written once.
type meeting struct {
	mfa          string // what the policy on multifactor authentication came to
	legacy, risk bool
}

func newPolicies(d *dice) policies {
	p := policies{mfa: d.guid(), legacy: d.guid(), risk: d.guid(), device: d.guid(), met: make(map[meeting]string)}
	for _, result := range []string{"success", "failure", "notApplied"} {
		for _, legacy := range []bool{false, true} {
			for _, risk := range []bool{false, true} {
				m := meeting{result, legacy, risk}
				p.met[m] = p.write(m)
			}
		}
	}
	for i := range 40 {
		o := object{b: []byte{}}
		o.b = append(o.b, ',')
		o.policy(d.guid(), "CA"+strconv.Itoa(100+i)+": Application group "+strconv.Itoa(i+1), `["Mfa","CompliantDevice"]`, "notApplied", 2, 1)
		p.filler = append(p.filler, string(o.b))
	}
	return p
}

// policy appends one applied policy. The conditions are bit masks: 1 is the
// application, 2 the users.
func (o *object) policy(id guid, name, grants, result string, satisfied, unsatisfied int) {
	o.open()
	o.id("id", id).text("displayName", name).raw("enforcedGrantControls", grants).raw("enforcedSessionControls", "[]")
	o.raw("sessionControlsNotSatisfied", "[]").text("result", result)
	o.number("conditionsSatisfied", satisfied).number("conditionsNotSatisfied", unsatisfied)
	o.raw("includeRulesSatisfied", "[]").raw("excludeRulesSatisfied", "[]").close()
}

func (p *policies) write(m meeting) string {
	o := object{}
	o.policy(p.mfa, "CA001: Require multifactor authentication", `["Mfa"]`, m.mfa, 3, 0)
	o.b = append(o.b, ',')
	o.policy(p.legacy, "CA002: Block legacy authentication", `["Block"]`, reportOnly(m.legacy), 3, bit(!m.legacy, 16))
	o.b = append(o.b, ',')
	o.policy(p.risk, "CA003: Block high risk sign-ins", `["Block"]`, reportOnly(m.risk), 3, bit(!m.risk, 64))
	o.b = append(o.b, ',')
	o.policy(p.device, "CA004: Compliant device for administrators", `["CompliantDevice"]`, "notEnabled", 0, 0)
	return string(o.b)
}

// append appends the policies as s met them, and fills up with others until
// the record is at least padTo bytes long.
func (p *policies) append(o *object, s *signIn, padTo int) {
	o.key("appliedConditionalAccessPolicies")
	o.b = append(append(o.b, '['), p.met[meeting{s.mfaResult(), s.legacy(), s.risk.level == "high"}]...)
	for i := 0; len(o.b) < padTo; i++ {
		o.b = append(o.b, p.filler[i%len(p.filler)]...)
	}
	o.b = append(o.b, ']')
}

func reportOnly(applies bool) string {
	if applies {
		return "reportOnlyFailure"
	}
	return "reportOnlyNotApplied"
}

func bit(set bool, value int) int {
	if set {
		return value
	}
	return 0
}

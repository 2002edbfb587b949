package condaccess

import "strings"

// facts reads which controls are satisfied.
func (r *signInReader) facts() {
	f := &r.s.Facts
	f.MFA = r.first("mfaSatisfied", "mfaClaimInToken", "mfa", "mfaCompleted").truth()
	f.CompliantDevice = r.first("deviceCompliant", "compliantDevice").truth()
	f.DomainJoinedDevice = r.first("deviceHybridJoined", "domainJoinedDevice", "hybridJoinedDevice", "deviceDomainJoined", "hybridJoined").truth()
	f.ApprovedApplication = r.first("approvedApplication", "approvedApp", "approvedClientApp").truth()
	f.CompliantApplication = r.first("compliantApplication", "compliantApp", "appProtectionPolicy").truth()
	f.PasswordChange = r.first("passwordChange", "passwordChanged").truth()
	f.RiskRemediation = r.first("riskRemediation", "riskRemediated").truth()
	f.TermsOfUse = r.first("termsOfUseAccepted", "termsOfUse").truth()
	f.CustomFactors = r.first("customAuthenticationFactor", "customAuthenticationFactors", "customControlSatisfied").truth()
	r.combinations(f)
	if r.said("satisfiedControls") {
		f.only(r.first("satisfiedControls").stringsOf())
	}
	if r.log {
		r.loggedFacts(f)
	}
}

// combinations reads the combinations of methods that were used: each text is
// one, with commas between its methods.
func (r *signInReader) combinations(f *Facts) {
	n := r.first("authenticationCombinations", "authenticationMethodCombinations", "authenticationMethods", "methods")
	if n == nil {
		return
	}
	f.CombinationsKnown = true
	for _, text := range n.texts() {
		if text != "" {
			f.Combinations = append(f.Combinations, combination(text))
		}
	}
}

// only takes a list of satisfied controls as all there are.
func (f *Facts) only(names []string) {
	f.TermsOfUse, f.CustomFactors = No, No
	for _, c := range []struct {
		kind ControlKind
		fact *Truth
	}{
		{MFA, &f.MFA},
		{CompliantDevice, &f.CompliantDevice},
		{DomainJoinedDevice, &f.DomainJoinedDevice},
		{ApprovedApplication, &f.ApprovedApplication},
		{CompliantApplication, &f.CompliantApplication},
		{PasswordChange, &f.PasswordChange},
		{RiskRemediation, &f.RiskRemediation},
		{TermsOfUse, &f.TermsOfUse},
		{CustomFactor, &f.CustomFactors},
	} {
		*c.fact = truth(contains(names, c.kind.String()))
	}
	f.Accepted = append(f.Accepted, names...)
}

// loggedFacts reads what a log tells of the second factor: what was required of
// a sign-in that succeeded was done.
func (r *signInReader) loggedFacts(f *Facts) {
	code := r.first("status.errorCode", "ResultType").str()
	if f.MFA != Unsure || code != "0" {
		return
	}
	switch fold(r.first("authenticationRequirement").str()) {
	case "multifactorauthentication":
		f.MFA = Yes
	case "singlefactorauthentication":
		f.MFA = No
	}
	for _, step := range r.first("authenticationDetails").items() {
		detail := fold(step.get("authenticationStepResultDetail").str())
		if strings.Contains(detail, "mfa") && strings.Contains(detail, "satisfied") && step.get("succeeded").truth() != No {
			f.MFA = Yes
		}
	}
}

package condaccess

import (
	"slices"
	"strings"
)

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
	r.methods(f)
	if r.said("satisfiedControls") {
		f.only(r.first("satisfiedControls").stringsOf())
	}
	if r.log {
		r.loggedFacts(f)
	}
}

// methods reads the methods that were used, or combinations of them.
func (r *signInReader) methods(f *Facts) {
	n := r.first("authenticationCombinations", "authenticationMethodCombinations", "authenticationMethods", "methods", "usedMethods", "usedCombinations", "methodsUsed")
	if n == nil {
		return
	}
	f.Methods, f.MethodsKnown = n.stringsOf(), true
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
	steps := r.first("authenticationDetails").objects()
	f.MethodsKnown = len(steps) > 0 && f.Methods == nil
	for _, step := range steps {
		detail := fold(step.get("authenticationStepResultDetail").str())
		if strings.Contains(detail, "mfa") && strings.Contains(detail, "satisfied") && step.get("succeeded").truth() != No {
			f.MFA = Yes
		}
		if step.get("succeeded").truth() == No {
			continue
		}
		method := loggedMethod(step.get("authenticationMethod").str())
		if method == "" {
			f.MethodsKnown = false
			continue
		}
		f.Methods = append(f.Methods, method)
	}
	if f.MFA != Yes && len(f.Methods) > 0 && slices.ContainsFunc(builtInStrength(strengthMFA).Combinations, f.used) {
		f.MFA = Yes // a key is multifactor authentication where one factor would have done
	}
}

// loggedMethod returns the name that combinations have for what a log calls a
// method, or "" for one that the log does not tell: an earlier one, whose claim
// is in the token, or one that may be either of two.
func loggedMethod(name string) string {
	if strings.HasPrefix(fold(name), "passkey") {
		return "fido2" // bound to a device or in an app
	}
	switch fold(name) {
	case "password":
		return "password"
	case "mobile app notification", "microsoft authenticator app (notification)":
		return "microsoftAuthenticatorPush"
	case "text message":
		return "sms"
	case "phone call approval (authentication phone)", "phone call approval (office phone)", "phone call approval (alternate mobile phone)":
		return "voice"
	case "mobile app verification code", "oath verification code", "software oath token":
		return "softwareOath"
	case "hardware oath token":
		return "hardwareOath"
	case "fido2 security key":
		return "fido2"
	case "windows hello for business":
		return "windowsHelloForBusiness"
	case "passwordless phone sign-in":
		return "deviceBasedPush"
	}
	return ""
}

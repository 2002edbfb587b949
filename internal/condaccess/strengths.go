package condaccess

import (
	"slices"
	"strings"
)

// The ids of Microsoft's own strengths.
const (
	strengthMFA          = "00000000-0000-0000-0000-000000000002"
	strengthPasswordless = "00000000-0000-0000-0000-000000000003"
	strengthResistant    = "00000000-0000-0000-0000-000000000004"
)

// builtInStrength returns one of Microsoft's own strengths, or nil.
func builtInStrength(id string) *Strength {
	resistant := []string{"windowsHelloForBusiness", "fido2", "x509CertificateMultiFactor"}
	switch fold(id) {
	case strengthResistant:
		return &Strength{ID: id, Name: "Phishing-resistant MFA", MFA: true, Combinations: resistant}
	case strengthPasswordless:
		return &Strength{ID: id, Name: "Passwordless MFA", MFA: true, Combinations: append(resistant, "deviceBasedPush")}
	case strengthMFA:
		return &Strength{ID: id, Name: "Multifactor authentication", MFA: true, Combinations: append(resistant,
			"deviceBasedPush", "temporaryAccessPassOneTime", "temporaryAccessPassMultiUse", "microsoftAuthenticatorPush,password",
			"password,softwareOath", "hardwareOath,password", "password,x509CertificateSingleFactor", "password,x509CertificateMultiFactor",
			"password,sms", "password,voice", "federatedMultiFactor", "federatedSingleFactor,microsoftAuthenticatorPush",
			"federatedSingleFactor,softwareOath", "federatedSingleFactor,hardwareOath", "federatedSingleFactor,sms", "federatedSingleFactor,voice")}
	}
	return nil
}

// Combinations returns the combinations of methods that satisfy a strength: those
// that it has, or where it is only named those that were exported of it or that
// Microsoft's own has. There are none where it was not exported.
func (t *Tenant) Combinations(s *Strength) []string {
	if len(s.Combinations) > 0 {
		return s.Combinations
	}
	for _, known := range t.Strengths {
		if fold(known.ID) == fold(s.ID) {
			return known.Combinations
		}
	}
	if known := builtInStrength(s.ID); known != nil {
		return known.Combinations
	}
	return nil
}

// combination returns a combination of methods with its methods in order, so
// that combinations compare as texts.
func combination(s string) string {
	methods := strings.Split(s, ",")
	for i, m := range methods {
		methods[i] = strings.TrimSpace(m)
	}
	slices.SortFunc(methods, func(a, b string) int { return strings.Compare(strings.ToLower(a), strings.ToLower(b)) })
	return strings.Join(methods, ",")
}

// satisfied tells whether what was used satisfies the strength: whether all
// methods of one of its combinations were used.
func (s *Strength) satisfied(f *Facts) (Truth, ReasonCode) {
	if len(s.Combinations) == 0 {
		return Unsure, StrengthNotExported
	}
	limited := false
	for _, c := range s.Combinations {
		switch {
		case !f.used(c):
		case contains(s.Configured, c):
			limited = true
		default:
			return Yes, ""
		}
	}
	switch {
	case limited:
		return Unsure, StrengthConfiguration
	case f.MethodsKnown || f.MFA == No && s.multifactor():
		return No, ""
	case f.MFA == Yes && fold(s.ID) == strengthMFA:
		return Yes, "" // it allows whatever satisfies the control mfa
	}
	return Unsure, ControlNotKnown
}

// multifactor tells whether nothing but multifactor authentication satisfies the
// strength: it says so, or each of its combinations is one of Microsoft's own.
func (s *Strength) multifactor() bool {
	if s.MFA {
		return true
	}
	all := builtInStrength(strengthMFA).Combinations
	return !slices.ContainsFunc(s.Combinations, func(c string) bool { return !contains(all, c) })
}

// used tells whether all methods of a combination were used.
func (f *Facts) used(combination string) bool {
	for method := range strings.SplitSeq(combination, ",") {
		if !contains(f.Methods, method) {
			return false
		}
	}
	return true
}

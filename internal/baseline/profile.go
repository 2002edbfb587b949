package baseline

import "github.com/conshelf/conshelf/internal/condaccess"

// A profile is what an attacker has. Whatever any of them can do without the
// account's owner, such as to accept terms of use or to sign in from an approved
// application of their own telephone, all of them can.
type profile int

const (
	// passwordOnly has the password.
	passwordOnly profile = iota
	// phished has, of a page between the user and Entra, what the user typed and
	// approved.
	phished
	// unmanaged has every factor, and a device that nobody manages.
	unmanaged
	// everything has every factor, and may have a managed device: only a policy that
	// blocks stops it.
	everything
)

func (p profile) apply(s *condaccess.SignIn) {
	f := condaccess.Facts{
		MFA: condaccess.Yes, CompliantDevice: condaccess.No, DomainJoinedDevice: condaccess.No,
		ApprovedApplication: condaccess.Yes, CompliantApplication: condaccess.Yes, TermsOfUse: condaccess.Yes,
		PasswordChange: condaccess.Yes, RiskRemediation: condaccess.Yes, CustomFactors: condaccess.Yes, MethodsKnown: true,
	}
	s.Device = condaccess.Device{Registered: condaccess.No}
	switch p {
	case passwordOnly:
		f.Methods, f.MFA = []string{"password"}, condaccess.No
		f.PasswordChange, f.RiskRemediation, f.CustomFactors = condaccess.Unsure, condaccess.Unsure, condaccess.Unsure
	case phished:
		f.Methods = []string{"password", "microsoftAuthenticatorPush", "sms", "voice", "softwareOath", "hardwareOath", "deviceBasedPush"}
		f.RiskRemediation, f.CustomFactors = condaccess.Unsure, condaccess.Unsure
	case unmanaged:
		f.Methods = everyMethod()
	case everything:
		f.Methods, f.CompliantDevice, f.DomainJoinedDevice = everyMethod(), condaccess.Yes, condaccess.Yes
		s.Device = condaccess.Device{}
	default:
		panic(p)
	}
	s.Facts = f
}

func everyMethod() []string {
	return []string{
		"windowsHelloForBusiness", "fido2", "x509CertificateMultiFactor", "x509CertificateSingleFactor", "password", "microsoftAuthenticatorPush", "sms",
		"voice", "softwareOath", "hardwareOath", "deviceBasedPush", "temporaryAccessPassOneTime", "temporaryAccessPassMultiUse", "federatedMultiFactor",
		"federatedSingleFactor",
	}
}

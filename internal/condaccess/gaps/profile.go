package gaps

import "github.com/conshelf/conshelf/internal/condaccess"

// A Profile is what an attacker has, and so which controls hold none back.
type Profile struct {
	Name  string // as the command line has it
	Title string
	cases []situation
}

// A situation is a part of a profile in which the same controls are satisfied.
type situation struct {
	kind    condaccess.PrincipalKind
	clients []string
	flows   []string
	device  deviceKind
	facts   condaccess.Facts
}

// The values of sign-ins.
const (
	browser       = "browser"
	modernClient  = "mobileAppsAndDesktopClients"
	mailClient    = "exchangeActiveSync"
	mailSupported = "easSupported"
	otherClient   = "other"
	noClient      = "none"
	noFlow        = "none"
	deviceCode    = "deviceCodeFlow"
	authTransfer  = "authenticationTransfer"
)

// Profiles returns the attackers that there are.
func Profiles() []Profile {
	modern := []string{browser, modernClient}
	user := func(clients []string, flow string, device deviceKind, facts condaccess.Facts) situation {
		return situation{condaccess.User, clients, []string{flow}, device, facts}
	}
	return []Profile{
		{"password", "has the password, and nothing else", []situation{user(modern, noFlow, unmanaged, nothing())}},
		{"phished", "has a session with every factor that can be phished, on a device of its own", []situation{user(modern, noFlow, unmanaged, phished())}},
		{"managed", "has a session with every factor that can be phished, on a device of the tenant's", managedCases(modern)},
		{"legacy", "has the password, and a client that cannot be asked for more", []situation{
			user([]string{otherClient}, noFlow, noDevice, nothing()),
			user([]string{mailClient}, noFlow, noDevice, nothing()),
			user([]string{mailSupported}, noFlow, noDevice, nothing()),
		}},
		{"secret", "has the secret of a service principal", []situation{
			{condaccess.ServicePrincipalIdentity, []string{noClient}, []string{noFlow}, noDevice, nothing()},
		}},
		{"agent", "has the credentials of an agent, and of its user account", agentCases(nothing())},
		{"devicecode", "has had a user enter its device code, with any factor", []situation{user(modern, deviceCode, noDevice, every())}},
	}
}

// agentCases returns the situations of an agent identity, and of an agent's user,
// who both answer no question and show no device.
func agentCases(f condaccess.Facts) []situation {
	return []situation{
		{condaccess.AgentIdentity, []string{noClient}, []string{noFlow}, noDevice, f},
		{condaccess.AgentUser, []string{noClient}, []string{noFlow}, noDevice, f},
	}
}

func managedCases(clients []string) []situation {
	var out []situation
	for _, kind := range []deviceKind{fullDevice, compliant, hybrid} {
		f := phished()
		f.CompliantDevice, f.DomainJoinedDevice, f.CompliantApplication, f.ApprovedApplication = kind.compliant(), kind.hybrid(), condaccess.Yes, condaccess.Yes
		out = append(out, situation{condaccess.User, clients, []string{noFlow}, kind, f})
	}
	return out
}

// nothing satisfies no control.
func nothing() condaccess.Facts {
	no := condaccess.No
	return condaccess.Facts{
		MFA: no, CompliantDevice: no, DomainJoinedDevice: no, ApprovedApplication: no, CompliantApplication: no,
		PasswordChange: no, RiskRemediation: no, TermsOfUse: no, CustomFactors: no,
		Methods: []string{"password"}, MethodsKnown: true,
	}
}

// phished satisfies what a user in front of a false page satisfies, and what can
// be done with the session: a change of the password too.
func phished() condaccess.Facts {
	f := nothing()
	yes := condaccess.Yes
	f.MFA, f.TermsOfUse, f.CustomFactors, f.PasswordChange, f.RiskRemediation = yes, yes, yes, yes, yes
	f.Methods = withMethods(f.Methods, phishable()...)
	return f
}

// phishable returns the combinations of methods that a false page can pass on.
func phishable() []string {
	return []string{
		"deviceBasedPush", "temporaryAccessPassOneTime", "temporaryAccessPassMultiUse", "microsoftAuthenticatorPush,password",
		"password,softwareOath", "hardwareOath,password", "password,sms", "password,voice", "federatedMultiFactor", "federatedSingleFactor",
		"federatedSingleFactor,microsoftAuthenticatorPush", "federatedSingleFactor,softwareOath", "federatedSingleFactor,hardwareOath",
		"federatedSingleFactor,sms", "federatedSingleFactor,voice", "sms", "qrCodePin",
	}
}

// every satisfies every control but those of a device.
func every() condaccess.Facts {
	f := phished()
	f.Methods = withMethods(f.Methods, "windowsHelloForBusiness", "fido2", "x509CertificateMultiFactor", "x509CertificateSingleFactor",
		"password,x509CertificateSingleFactor", "password,x509CertificateMultiFactor")
	return f
}

package baseline

import (
	"slices"
	"strings"
	"time"

	"github.com/conshelf/conshelf/internal/condaccess"
)

// registerSecurityInfo is the user action of adding a method of authentication.
const registerSecurityInfo = "urn:user:registersecurityinfo"

func (p *policy) enabled() bool  { return p.State == condaccess.Enabled }
func (p *policy) allUsers() bool { return slices.Contains(p.Conditions.Users.Include.Users, "All") }
func (p *policy) allApps() bool  { return slices.Contains(p.Conditions.Applications.Include, "All") }

// everybody tells whether the policy is enforced, for all users and all
// resources; whom it excludes is not looked at.
func (p *policy) everybody() bool { return p.enabled() && p.allUsers() && p.allApps() }

// controls returns every control of the policy, whichever clause it is in.
func (p *policy) controls() []condaccess.Control {
	if p.Grant == nil {
		return nil
	}
	return slices.Concat(p.Grant.Clauses...)
}

func (p *policy) builtIn(kind condaccess.ControlKind) bool {
	return slices.ContainsFunc(p.controls(), func(c condaccess.Control) bool { return c.Kind == kind })
}

func (p *policy) blocks() bool { return p.builtIn(condaccess.Block) }

// mfa tells whether the policy asks for multifactor authentication or for any
// strength.
func (p *policy) mfa() bool {
	return p.builtIn(condaccess.MFA) || p.builtIn(condaccess.AuthenticationStrength)
}

// builtIns counts the controls that are no strength, terms or custom factor.
func (p *policy) builtIns() int {
	n := 0
	for _, c := range p.controls() {
		switch c.Kind {
		case condaccess.AuthenticationStrength, condaccess.TermsOfUse, condaccess.CustomFactor:
		case condaccess.UnknownControl, condaccess.Block, condaccess.MFA, condaccess.CompliantDevice, condaccess.DomainJoinedDevice,
			condaccess.ApprovedApplication, condaccess.CompliantApplication, condaccess.PasswordChange, condaccess.RiskRemediation:
			n++
		}
	}
	return n
}

// combinations returns what the policy's strength allows.
func (p *policy) combinations() []string {
	for _, c := range p.controls() {
		if c.Kind == condaccess.AuthenticationStrength {
			return p.facts.tenant.Combinations(c.Strength)
		}
	}
	return nil
}

// resistant tells whether the policy's strength allows nothing that can be
// phished.
func (p *policy) resistant() bool {
	list := p.combinations()
	return len(list) > 0 && within(list, resistantCombinations())
}

func resistantCombinations() []string {
	return []string{"windowsHelloForBusiness", "fido2", "x509CertificateMultiFactor"}
}

// multifactorCombinations returns the combinations that Microsoft counts as
// multifactor authentication, each with its methods in order.
func multifactorCombinations() []string {
	return append(resistantCombinations(), "deviceBasedPush", "temporaryAccessPassOneTime", "temporaryAccessPassMultiUse",
		"microsoftAuthenticatorPush,password", "password,softwareOath", "hardwareOath,password", "password,sms", "password,voice",
		"federatedMultiFactor", "federatedSingleFactor,microsoftAuthenticatorPush", "federatedSingleFactor,softwareOath",
		"federatedSingleFactor,hardwareOath", "federatedSingleFactor,sms", "federatedSingleFactor,voice")
}

// within tells whether every text of a list is among others, its methods in
// whatever order.
func within(list, allowed []string) bool {
	for _, s := range list {
		if !slices.ContainsFunc(allowed, func(a string) bool { return sorted(a) == sorted(s) }) {
			return false
		}
	}
	return true
}

func sorted(s string) string {
	parts := strings.Split(strings.ToLower(s), ",")
	slices.Sort(parts)
	return strings.Join(parts, ",")
}

// admins tells whether the policy names all privileged roles.
func (p *policy) admins() bool { return within(p.facts.roles(), p.Conditions.Users.Include.Roles) }

func (p *policy) clients(names ...string) bool { return within(names, p.Conditions.ClientApps) }

// everyClient tells whether the condition on clients is not set.
func (p *policy) everyClient() bool {
	return len(p.Conditions.ClientApps) == 0 || slices.Contains(p.Conditions.ClientApps, "all")
}

func (p *policy) signInRisk(levels ...string) bool { return within(levels, p.Conditions.SignInRisk) }
func (p *policy) userRisk(levels ...string) bool   { return within(levels, p.Conditions.UserRisk) }
func (p *policy) flow(name string) bool            { return slices.Contains(p.Conditions.Flows, name) }

func (p *policy) action(name string) bool {
	return slices.Contains(p.Conditions.Applications.UserActions, name)
}

// everyTime tells whether one has to sign in every time; within a period where
// longest is not zero.
func (p *policy) everyTime() bool { f := p.Session.Frequency; return f != nil && f.EveryTime }

func (p *policy) signsInWithin(longest time.Duration) bool {
	f := p.Session.Frequency
	return f != nil && !f.EveryTime && f.Period > 0 && f.Period <= longest
}

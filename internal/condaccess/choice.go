package condaccess

import "strings"

// A choice is a condition over one of a few values, worked out for each value
// when the policies are prepared.
type choice struct {
	yes, maybe uint16 // values, as bits
	open       Truth  // what the condition is where the value is not known
}

// test returns the condition for a value, of which 0 is one that is not known.
func (c choice) test(value uint16) Truth {
	switch {
	case value == 0:
		return c.open
	case c.yes&value != 0:
		return Yes
	case c.maybe&value != 0:
		return Unsure
	}
	return No
}

// choose works a condition out: of each value by holds. A condition that is the
// same for all of them does not need the value.
func choose(values []string, holds func(value string) Truth) choice {
	c := choice{}
	for i, v := range values {
		switch holds(v) {
		case Yes:
			c.yes |= 1 << i
		case Unsure:
			c.maybe |= 1 << i
		case No:
		}
	}
	switch all := uint16(1)<<len(values) - 1; {
	case c.yes == all:
		c.open = Yes
	case c.yes|c.maybe == 0:
		c.open = No
	}
	return c
}

// bit returns the bit of a value among those a condition may ask for, or 0 for
// one that is not known.
func bit(values []string, value string) uint16 {
	if value == "" {
		return 0
	}
	for i, v := range values {
		if strings.EqualFold(v, value) {
			return 1 << i
		}
	}
	return 0
}

// The values of each choice. Those of sign-ins, which may be other than those
// that policies name.
func clientValues() []string {
	return []string{clientBrowser, clientModern, clientEAS, clientEASSupported, clientOther, "none"}
}

func platformValues() []string { return append(platformNames(), OtherPlatform) }

func riskValues() []string { return append(riskLevels(), "minor", "moderate", "elevated") }

func flowValues() []string { return []string{"none", deviceCodeFlow, authenticationTransfer} }

// choices are the conditions of a policy that are choices.
type choices struct {
	client, platform, flow                                         choice
	signInRisk, userRisk, servicePrincipalRisk, agentRisk, insider choice
}

func newChoices(c *Conditions) choices {
	risk := func(levels []string) choice {
		return choose(riskValues(), func(v string) Truth { return truth(contains(levels, v)) })
	}
	return choices{
		client:   choose(clientValues(), func(v string) Truth { return clientIn(c.ClientApps, v) }),
		platform: choose(platformValues(), func(v string) Truth { return platformIn(&c.Platforms, v) }),
		flow:     choose(flowValues(), func(v string) Truth { return truth(contains(c.Flows, v)) }),
		// Levels have no order: a policy for medium is none for high.
		signInRisk: risk(c.SignInRisk), userRisk: risk(c.UserRisk), servicePrincipalRisk: risk(c.ServicePrincipalRisk),
		agentRisk: risk(c.AgentRisk), insider: risk(c.InsiderRisk),
	}
}

// clientIn tells whether a list of a policy names a kind of client.
func clientIn(list []string, client string) Truth {
	out := No
	for _, v := range list {
		switch {
		case v == "all", v == client, v == "modern" && client == clientModern, v == clientEAS && client == clientEASSupported:
			return Yes
		case (v == clientEASSupported || v == "easUnsupported") && client == clientEAS:
			out = Unsure // the log does not always tell them apart
		}
	}
	return out
}

// platformIn tells whether a platform is included and not excluded. One that
// Entra does not know is in "all" and in nothing else.
func platformIn(l *Lists, platform string) Truth {
	named := func(list []string) bool { return contains(list, "all") || contains(list, platform) }
	return truth((len(l.Include) == 0 || named(l.Include)) && !named(l.Exclude))
}

// values are the bits of what a sign-in says.
type values struct {
	client, platform, flow                                         uint16
	signInRisk, userRisk, servicePrincipalRisk, agentRisk, insider uint16
}

func (e *Evaluator) values(s *SignIn) values {
	return values{
		client: bit(e.names.client, s.Client), platform: bit(e.names.platform, s.Platform), flow: bit(e.names.flow, s.Flow),
		signInRisk: bit(e.names.risk, s.SignInRisk), userRisk: bit(e.names.risk, e.UserRisk(s)), agentRisk: bit(e.names.risk, s.AgentRisk),
		servicePrincipalRisk: bit(e.names.risk, s.ServicePrincipalRisk), insider: bit(e.names.risk, s.InsiderRisk),
	}
}

// valueNames holds the names of the values, made once.
type valueNames struct{ client, platform, flow, risk []string }

func newValueNames() valueNames {
	return valueNames{clientValues(), platformValues(), flowValues(), riskValues()}
}

package condaccess

import "strings"

// A gapInPolicy is a condition of which a part is not understood: whatever the
// rest of it says, it is unknown.
type gapInPolicy struct {
	condition Condition
	path      string
}

// gapsOf returns where the unread parts of a policy belong.
func gapsOf(p *Policy) []gapInPolicy {
	var out []gapInPolicy
	if p.Lost != "" {
		return []gapInPolicy{{ConditionApplication, p.Lost}, {ConditionUsers, p.Lost}}
	}
	for _, u := range p.Unread {
		if u.Part != ConditionPart {
			continue
		}
		rest, within := strings.CutPrefix(fold(u.Path), "conditions")
		name, _, _ := strings.Cut(strings.TrimPrefix(rest, "."), ".")
		switch {
		case within && name == "": // the whole of the conditions
			out = append(out, gapInPolicy{ConditionApplication, u.Path}, gapInPolicy{ConditionUsers, u.Path})
		case within:
			out = append(out, gapInPolicy{conditionNamed(name), u.Path})
		default:
			out = append(out, gapInPolicy{ConditionOther, u.Path})
		}
	}
	return out
}

// conditionNamed returns the condition that a member of conditions belongs to,
// in Graph's form or in the internal one.
func conditionNamed(name string) Condition {
	switch name {
	case "applications":
		return ConditionApplication
	case "users", "clientapplications", "agents", "serviceprincipals":
		return ConditionUsers
	case "clientapptypes", "clienttypes":
		return ConditionClientApps
	case "platforms", "deviceplatforms":
		return ConditionPlatform
	case "locations":
		return ConditionLocation
	case "devices", "devicestates":
		return ConditionDevices
	case "signinrisklevels", "signinrisks":
		return ConditionSignInRisk
	case "userrisklevels", "userrisks":
		return ConditionUserRisk
	case "serviceprincipalrisklevels", "serviceprincipalrisks":
		return ConditionServicePrincipalRisk
	case "agentidrisklevels":
		return ConditionAgentRisk
	case "insiderrisklevels":
		return ConditionInsiderRisk
	case "authenticationflows", "authflows":
		return ConditionFlow
	}
	return ConditionOther
}

// gap tells whether a part of a condition of the policy is not understood.
func (c *compiled) gap(d Condition) (path string, is bool) {
	for _, g := range c.gaps {
		if g.condition == d {
			return g.path, true
		}
	}
	return "", false
}

// beside tells whether a part of a policy stands beside its conditions: in a
// policy without controls it may be controls.
func (u Unread) beside() bool {
	return u.Part == ConditionPart && !strings.HasPrefix(fold(u.Path), "conditions")
}

package baseline

import (
	"slices"

	"github.com/conshelf/conshelf/internal/condaccess"
	"github.com/conshelf/conshelf/internal/incident"
)

const (
	registerDevice = "urn:user:registerdevice"
	azureDevOps    = "499b84ac-1321-427f-aa17-267ca6975798"
)

func maesterDevices() []check {
	return []check{
		{
			id: "MT.1011", source: sourceMaester, title: "Security information is registered from known places only", severity: incident.Medium,
			why: "Who has a password adds a method of authentication of their own (T1098.005).", remedy: "Hold back the user action of registering security information but from known places.",
			one: func(p *policy) bool {
				l := &p.Conditions.Locations
				return p.enabled() && p.allUsers() && p.everyClient() && p.action(registerSecurityInfo) && slices.Contains(l.Include, "All") && len(l.Exclude) > 0
			},
			ask: &question{profile: passwordOnly, action: registerSecurityInfo, elsewhere: true},
		},
		{
			id: "MT.1014", source: sourceMaester, title: "A managed device is required of administrators", severity: incident.Medium,
			why: "An administrator's stolen session is used from the attacker's own device (T1539).", remedy: "Require a compliant or a hybrid joined device of the fourteen roles, with nothing weaker beside it.",
			one: func(p *policy) bool { return p.enabled() && p.admins() && p.allApps() && p.needsDevice() },
			ask: &question{profile: unmanaged, who: administrators},
		},
		{
			id: "MT.1017", source: sourceMaester, title: "No browser session persists on unmanaged devices", severity: incident.Low,
			why: "A session that outlives the browser is stolen from it (T1539).", remedy: "Set the persistent browser to never where the device is neither compliant nor hybrid.",
			one: func(p *policy) bool {
				return p.everybody() && p.Session.PersistentBrowser == "never" && p.unmanagedOnly()
			},
		},
		{
			id: "MT.1018", source: sourceMaester, title: "Sessions on unmanaged devices end", severity: incident.Low,
			why: "A stolen session is good until it ends (T1539).", remedy: "Set a sign-in frequency where the device is neither compliant nor hybrid.",
			one: func(p *policy) bool {
				f := p.Session.Frequency
				return p.everybody() && f != nil && !f.EveryTime && p.unmanagedOnly()
			},
		},
		{
			id: "MT.1071", source: sourceMaester, title: "Azure DevOps is named by a policy", severity: incident.Low,
			why: "Azure DevOps is no longer reached by policies for the management of Azure.", remedy: "Assign a policy to Azure DevOps by its own id.",
			one: func(p *policy) bool {
				return p.enabled() && slices.Contains(p.Conditions.Applications.Include, azureDevOps)
			},
		},
		{
			id: "MT.1181", source: sourceMaester, title: "Agents at high risk are blocked", severity: incident.Medium,
			why: "An agent at high risk is probably another's to command (T1078.004).", remedy: "Block all agent identities at agent risk high, for all resources.",
			one: func(p *policy) bool { return p.blocksRiskyAgents() },
		},
	}
}

// needsDevice tells whether a managed device is asked for that no other control
// is taken instead of.
func (p *policy) needsDevice() bool {
	if p.Grant == nil {
		return false
	}
	return slices.ContainsFunc(p.Grant.Clauses, func(clause []condaccess.Control) bool {
		return len(clause) > 0 && !slices.ContainsFunc(clause, func(c condaccess.Control) bool {
			return c.Kind != condaccess.CompliantDevice && c.Kind != condaccess.DomainJoinedDevice
		})
	})
}

// unmanagedOnly tells whether the policy's filter leaves compliant and hybrid
// devices out, by name.
func (p *policy) unmanagedOnly() bool {
	f := p.Conditions.DeviceFilter
	if f == nil || f.Expr == nil {
		return false
	}
	op := condaccess.OpNe
	if f.Exclude {
		op = condaccess.OpEq
	}
	return compares(f.Expr, "iscompliant", op, "true") && compares(f.Expr, "trusttype", op, "ServerAD")
}

// compares tells whether a rule compares an attribute with a value in some place.
func compares(e condaccess.Expr, attribute string, op condaccess.FilterOp, value string) bool {
	switch e := e.(type) {
	case *condaccess.AndExpr:
		return compares(e.X, attribute, op, value) || compares(e.Y, attribute, op, value)
	case *condaccess.OrExpr:
		return compares(e.X, attribute, op, value) || compares(e.Y, attribute, op, value)
	case *condaccess.NotExpr:
		return false
	case *condaccess.CompareExpr:
		return e.Attribute == attribute && e.Op == op && contains(e.Values, value)
	}
	panic(e)
}

package posture

import (
	"fmt"
	"slices"
	"strings"

	"github.com/conshelf/conshelf/internal/tenant"
)

// declareIt is how to get what no export has.
const declareIt = "no interface exports it: copy it from the Defender portal into a file, and name that with --inventory (docs/posture.md)"

func inventoryWanted() want {
	return want{"inventory of the policies of Defender for Cloud Apps", declareIt}
}

// declared is where in the inventory something stands.
func (e *Export) declared(line int) string { return fmt.Sprintf("%s, line %d", e.Inventory.File, line) }

// ofTopic returns the declared policies of a topic.
func (e *Export) ofTopic(t topic) []tenant.CloudAppPolicy {
	var out []tenant.CloudAppPolicy
	if !e.Inventory.DeclaresPolicies() {
		return nil
	}
	for _, p := range e.Inventory.Policies {
		if p.About == t.String() || p.About == "" && t.in(strings.ToLower(p.Name)) {
			out = append(out, p)
		}
	}
	return out
}

// alive returns the last alert of Defender for Cloud Apps about a topic: a
// policy over it was on then.
func (e *Export) alive(t topic) *Alert {
	var last *Alert
	for i := range e.Alerts {
		a := &e.Alerts[i]
		if a.ofCloudApps() && t.in(a.words()) && (last == nil || a.Time.After(last.Time)) {
			last = a
		}
	}
	return last
}

// oauthPolicies wants one policy that is on. Where none was declared, it is enough
// that it raised alerts; where it was declared off, it no longer does.
func oauthPolicies(e *Export, r *result) {
	policies := e.ofTopic(ofConsents)
	var off []tenant.CloudAppPolicy
	for _, p := range policies {
		if p.Enabled {
			r.hold(Evidence{Text: quoted(p.Name) + " is on", Place: e.declared(p.Line)})
		} else if now, ok := retired(p.Name); ok {
			r.note(quoted(p.Name) + " is off: " + now)
		} else {
			off = append(off, p)
		}
	}
	a := e.alive(ofConsents)
	switch {
	case a == nil:
	case e.Inventory.DeclaresPolicies():
		r.note(a.String() + " says that a policy over " + ofConsents.String() + " was on then")
	default:
		r.hold(a.evidence())
	}
	if len(r.support) > 0 {
		return
	}
	for _, p := range off {
		r.fail(Evidence{Text: quoted(p.Name) + " is off, and no other over OAuth applications is on", Place: e.declared(p.Line)})
	}
	e.undeclared(ofConsents, len(policies), r)
}

// undeclared says that a topic has no policy, or that nobody said.
func (e *Export) undeclared(t topic, policies int, r *result) {
	switch {
	case !e.Inventory.DeclaresPolicies():
		r.lacks(inventoryWanted())
	case policies == 0:
		r.fail(Evidence{Text: "the inventory has no policy over " + t.String(), Place: e.Inventory.File})
	case len(r.against) == 0 && len(r.support) == 0:
		r.doubt("the only policies over " + t.String() + " are ones that Microsoft turned off: its own model is in no export")
	}
}

// judgePolicies wants a policy of a topic that is on, for all users.
func (e *Export) judgePolicies(t topic, r *result, more func(*tenant.CloudAppPolicy, *result) bool) {
	var own result
	policies := e.ofTopic(t)
	for i := range policies {
		e.judgePolicy(&policies[i], &own, more)
	}
	switch {
	case len(own.support) > 0: // one that is right is enough
		own.against, own.open = nil, nil
	case len(own.open) > 0:
		own.against = nil
	default:
		e.undeclared(t, len(policies), &own)
	}
	if a := e.alive(t); a != nil && len(own.support) == 0 {
		own.note(a.String() + " says that a policy over " + t.String() + " was on then, and not for whom")
	}
	r.merge(&own)
}

func (r *result) merge(o *result) {
	r.against = append(r.against, o.against...)
	r.support = append(r.support, o.support...)
	r.open = append(r.open, o.open...)
	r.notes = append(r.notes, o.notes...)
	r.obtain = append(r.obtain, o.obtain...)
	r.ingest = r.ingest || o.ingest
}

func (e *Export) judgePolicy(p *tenant.CloudAppPolicy, r *result, more func(*tenant.CloudAppPolicy, *result) bool) {
	v := Evidence{Text: quoted(p.Name), Place: e.declared(p.Line)}
	now, gone := retired(p.Name)
	switch {
	case !p.Enabled && gone:
		r.note(quoted(p.Name) + " is off: " + now)
	case !p.Enabled:
		v.Text += " is off"
		r.fail(v)
	case !p.ScopeKnown:
		r.doubt("the inventory does not say whom " + quoted(p.Name) + " is for (scope)")
	case len(p.Scope) > 0:
		v.Text += " is only for " + strings.Join(p.Scope, ", ")
		r.fail(v)
	case more(p, r):
		v.Text += " is on for all"
		r.hold(v)
	}
}

func massPolicies(e *Export, r *result) {
	whatever := func(*tenant.CloudAppPolicy, *result) bool { return true }
	e.judgePolicies(ofDownloads, r, whatever)
	e.judgePolicies(ofDeletions, r, whatever)
}

func travelPolicy(e *Export, r *result) {
	e.judgePolicies(ofJourneys, r, func(p *tenant.CloudAppPolicy, r *result) bool {
		switch p.Sensitivity {
		case tenant.UnknownSensitivity:
			r.doubt("the inventory does not say how sensitive " + quoted(p.Name) + " is")
		case tenant.LowSensitivity:
			r.fail(Evidence{Text: quoted(p.Name) + " is of low sensitivity", Place: e.declared(p.Line)})
		case tenant.MediumSensitivity, tenant.HighSensitivity:
			return true
		}
		return false
	})
}

// connected wants both connectors declared, or what they read in the logs.
func connected(e *Export, r *result) {
	for _, name := range []string{"Microsoft 365", "Azure"} {
		if e.Inventory.DeclaresConnectors() {
			e.connector(name, r)
			continue
		}
		e.observed(name, r)
	}
}

// portalNames are what the portal calls a connector, or called it, in lower case.
func portalNames(connector string) []string {
	if connector == "Azure" {
		return []string{"microsoft azure", "azure"}
	}
	return []string{"microsoft 365", "office 365"}
}

// isConnector tells whether a declared name is of a connector, with whatever is
// in brackets behind it: Azure DevOps and Dynamics 365 are others.
func isConnector(declared, connector string) bool {
	name, _, _ := strings.Cut(fold(declared), " (")
	return slices.Contains(portalNames(connector), name)
}

func (e *Export) connector(name string, r *result) {
	found := false
	for _, c := range e.Inventory.Connectors {
		if !isConnector(c.Name, name) {
			continue
		}
		found = true
		if c.Connected {
			r.hold(Evidence{Text: c.Name + " is connected", Place: e.declared(c.Line)})
		} else {
			r.fail(Evidence{Text: c.Name + " is not connected", Place: e.declared(c.Line)})
		}
	}
	if !found {
		r.fail(Evidence{Text: "the inventory has no connector for " + name, Place: e.Inventory.File})
	}
}

// observed takes what Defender for Cloud Apps recorded of an application for a
// connector that was there then.
func (e *Export) observed(name string, r *result) {
	for _, application := range sortedKeys(e.seen) {
		if connectorOf(application) == name {
			r.hold(Evidence{Text: cloudAppTable + " has what " + application + " recorded", Place: e.seen[application]})
			return
		}
	}
	r.lacks(want{"list of the connected applications, nor anything of " + name + " in " + cloudAppTable, declareIt})
}

// connectorOf returns the connector by which activities of an application come;
// those of the directory come by both, and tell of neither, nor does Azure
// DevOps of Azure.
func connectorOf(application string) string {
	switch lower := strings.ToLower(application); {
	case strings.Contains(lower, "active directory"), strings.Contains(lower, "activedirectory"), strings.Contains(lower, "entra"), strings.Contains(lower, "devops"):
		return ""
	case strings.Contains(lower, "azure"):
		return "Azure"
	case strings.Contains(lower, "exchange"), strings.Contains(lower, "sharepoint"), strings.Contains(lower, "onedrive"), strings.Contains(lower, "teams"), strings.Contains(lower, "365"):
		return "Microsoft 365"
	}
	return ""
}

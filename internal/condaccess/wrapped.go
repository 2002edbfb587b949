package condaccess

import (
	"slices"
	"strings"
)

// other takes in an object of no kind that is read here. Tools put what they
// export into objects of their own: policies and locations are looked for within
// it, at any depth.
func (l *Loader) other(n *node) {
	switch {
	case isTemplate(n):
		l.others++
	case holdsPolicies(n), slices.ContainsFunc(n.fields, writtenOut):
		l.wrapped(n)
	case resemblesPolicy(n):
		l.note(n.first("displayName", "display_name", "name").str(), "looks like a policy in a form that is not read; what it does is not known")
		l.incomplete(policiesCollection)
	default:
		l.others++
	}
}

// wrapped takes in those members of an object that are collections by their
// names, or hold policies or locations.
func (l *Loader) wrapped(n *node) {
	for _, f := range n.fields {
		switch context := snapshotCollection(f.name); {
		case noise(f.name):
		case context == trustedIPsMember:
			l.trustedIPs(f.value)
		case context != "" && f.value.kindIs(listNode, objectNode):
			l.emptyCollection(f.value, context)
			l.collection(f.value, context)
		case holdsPolicies(f.value), writtenOut(f):
			l.value(f.value, "")
		}
	}
}

// holdsPolicies tells whether a value is, or has within it, a policy or a named
// location.
func holdsPolicies(n *node) bool {
	if n == nil {
		return false
	}
	if n.kind == listNode {
		return slices.ContainsFunc(n.list, holdsPolicies)
	}
	return n.kind == objectNode && !isTemplate(n) &&
		(isPolicy(n) || isInternal(n) || isInternalDetail(n) || isLocation(n) || slices.ContainsFunc(n.fields, func(f field) bool { return holdsPolicies(f.value) }))
}

// writtenOut tells whether a member is a text that holds policies or named
// locations as JSON, such as the body of an answer; what something was before a
// change and after it is not what there is.
func writtenOut(f field) bool {
	inner := f.value.unpacked()
	return inner != f.value && !strings.EqualFold(f.name, "oldValue") && !strings.EqualFold(f.name, "newValue") && holdsPolicies(inner)
}

// isTemplate tells whether an object is one of Microsoft's templates for
// policies, which covers nobody.
func isTemplate(n *node) bool { return n.has("scenarios") && n.has("details") }

// resemblesPolicy tells whether a value is, or has within it, what other tools
// make of a policy: a name or a state beside conditions in names of their own.
func resemblesPolicy(n *node) bool {
	if n == nil {
		return false
	}
	if n.kind == listNode {
		return slices.ContainsFunc(n.list, resemblesPolicy)
	}
	named, conditions := false, false
	for _, f := range n.fields {
		switch strings.ReplaceAll(fold(f.name), "_", "") {
		case "displayname", "name", "state":
			named = true
		case "conditions", "includeusers", "includedusers", "includeapplications", "includedapplications", "builtincontrols", "grantcontrols", "clientapptypes":
			conditions = true
		}
	}
	return named && conditions || slices.ContainsFunc(n.fields, func(f field) bool { return resemblesPolicy(f.value) })
}

// isRecord tells whether an object is of a log. It has members of a user, and is
// none.
func isRecord(n *node) bool {
	return n.has("correlationId") || n.has("conditionalAccessStatus") || n.has("appliedConditionalAccessPolicies") || n.has("ipAddress") && n.has("appId")
}

package condaccess

import (
	"cmp"
	"encoding/json"
	"strings"
)

// isPolicy tells whether an object is a policy as Graph has it.
func isPolicy(n *node) bool {
	c := n.get("conditions")
	return graphType(n) == "conditionalAccessPolicy" || n.has("conditions") && (n.has("grantControls") || n.has("sessionControls") || n.has("state")) ||
		c.has("users") && c.has("applications") || c.has("clientApplications")
}

// graphType returns an object's type without its namespace, or "".
func graphType(n *node) string {
	t := cmp.Or(n.get("@odata.type").str(), n.get(moduleType).str())
	return t[strings.LastIndexByte(t, '.')+1:]
}

// readPolicy reads a policy in Graph's form: camel case or Pascal case, lists
// or texts with commas, with or without AdditionalProperties.
func readPolicy(n *node) *Policy {
	r := &reader{}
	p := &Policy{
		ID: n.get("id").str(), Name: n.get("displayName").str(),
		Created: n.get("createdDateTime").time(), Modified: n.get("modifiedDateTime").time(),
		TemplateID: n.get("templateId").str(), Deleted: !n.get("deletedDateTime").empty(),
	}
	r.known("", n, "id", "displayName", "description", "createdDateTime", "modifiedDateTime", "deletedDateTime", "templateId",
		"state", "conditions", "grantControls", "sessionControls", "policyApplies", "analysisReasons")
	p.State = r.state(n.get("state"))
	p.Conditions = r.conditions(n.get("conditions"))
	p.Grant = r.grant(n.get("grantControls"))
	p.Session = r.session(n.get("sessionControls"))
	r.whole(n.get("conditions"), &p.Conditions)
	p.Unread = r.unread
	return p
}

// whole refuses a policy of which a part that every policy has was left out of
// the export: for whom it is, and for what.
func (r *reader) whole(n *node, c *Conditions) {
	if n.null() {
		return // refused already
	}
	if n.get("users").null() && c.Workloads.Empty() && c.Agents.Empty() && c.AgentUsers.Empty() {
		r.refuse("conditions.users", nil)
	}
	if n.get("applications").null() {
		r.refuse("conditions.applications", nil)
	}
}

func (r *reader) state(n *node) State {
	switch fold(n.str()) {
	case "enabled":
		return Enabled
	case "disabled":
		return Disabled
	case "enabledforreportingbutnotenforced", "reporting", "reportonly":
		return ReportOnly
	}
	return StateUnknown
}

func (r *reader) conditions(n *node) Conditions {
	const at = "conditions"
	if n.null() {
		r.refuse(at, n)
	}
	r.known(at, n, "users", "applications", "clientApplications", "agents", "agentContext", "clientAppTypes", "platforms", "locations", "devices", "deviceStates",
		"authenticationFlows", "signInRiskLevels", "userRiskLevels", "servicePrincipalRiskLevels", "agentIdRiskLevels", "insiderRiskLevels")
	workloads := n.get("clientApplications")
	r.known(at+".clientApplications", workloads, "includeServicePrincipals", "excludeServicePrincipals", "servicePrincipalFilter",
		"includeAgentIdServicePrincipals", "excludeAgentIdServicePrincipals", "agentIdServicePrincipalFilter")
	agents := n.get("agents")
	r.known(at+".agents", agents, "includeAgentUsers", "excludeAgentUsers", "agentFilter")
	c := Conditions{
		Users:        r.users(n.get("users")),
		Applications: r.applications(n.get("applications")),
		Workloads:    r.workloads(at+".clientApplications", workloads, "ServicePrincipals", "servicePrincipalFilter"),
		Agents:       r.workloads(at+".clientApplications", workloads, "AgentIdServicePrincipals", "agentIdServicePrincipalFilter"),
		AgentUsers:   r.workloads(at+".agents", agents, "AgentUsers", "agentFilter"),
		ClientApps: r.oneOf(at, n, "clientAppTypes", "all", "browser", "mobileAppsAndDesktopClients", "exchangeActiveSync", "easSupported",
			"other", "modern", "easUnsupported"),
		AgentContexts:        r.lists(at+".agentContext", n.get("agentContext"), "AgentContexts"),
		Platforms:            r.platforms(n.get("platforms")),
		Locations:            r.lists(at+".locations", n.get("locations"), "Locations"),
		DeviceStates:         r.deviceStates(at+".deviceStates", n.get("deviceStates"), "States"),
		Flows:                r.flows(n.get("authenticationFlows")),
		SignInRisk:           r.oneOf(at, n, "signInRiskLevels", riskLevels()...),
		UserRisk:             r.oneOf(at, n, "userRiskLevels", riskLevels()...),
		ServicePrincipalRisk: r.oneOf(at, n, "servicePrincipalRiskLevels", riskLevels()...),
		AgentRisk:            r.oneOf(at, n, "agentIdRiskLevels", riskLevels()...),
		InsiderRisk:          r.oneOf(at, n, "insiderRiskLevels", "minor", "moderate", "elevated"),
	}
	r.devices(n.get("devices"), &c)
	return c
}

func riskLevels() []string { return []string{"none", "low", "medium", "high"} }

func (r *reader) lists(at string, n *node, what string) Lists {
	r.known(at, n, "include"+what, "exclude"+what)
	return Lists{r.list(at, n, "include"+what), r.list(at, n, "exclude"+what)}
}

func (r *reader) platforms(n *node) Lists {
	const at = "conditions.platforms"
	r.known(at, n, "includePlatforms", "excludePlatforms")
	names := append(platformNames(), "all")
	return Lists{r.oneOf(at, n, "includePlatforms", names...), r.oneOf(at, n, "excludePlatforms", names...)}
}

func platformNames() []string {
	return []string{"android", "iOS", "windows", "windowsPhone", "macOS", "linux"}
}

func (r *reader) flows(n *node) []string {
	const at = "conditions.authenticationFlows"
	r.known(at, n, "transferMethods")
	flows := r.oneOf(at, n, "transferMethods", "none", deviceCodeFlow, authenticationTransfer)
	var out []string
	for _, f := range flows {
		if f != "none" {
			out = append(out, f)
		}
	}
	return out
}

// The transfer methods.
const (
	deviceCodeFlow         = "deviceCodeFlow"
	authenticationTransfer = "authenticationTransfer"
)

func (r *reader) deviceStates(at string, n *node, what string) Lists {
	r.known(at, n, "include"+what, "exclude"+what)
	names := []string{"All", "Compliant", "DomainJoined"}
	return Lists{r.oneOf(at, n, "include"+what, names...), r.oneOf(at, n, "exclude"+what, names...)}
}

// devices reads the condition on devices: a filter, or device states under the
// names that they had before.
func (r *reader) devices(n *node, c *Conditions) {
	const at = "conditions.devices"
	r.known(at, n, "includeDevices", "excludeDevices", "includeDeviceStates", "excludeDeviceStates", "deviceFilter", "deviceFilterRule")
	c.DeviceFilter = r.filter(at+".deviceFilter", n.get("deviceFilter"), ParseDeviceRule)
	for _, what := range []string{"Devices", "DeviceStates"} {
		names := []string{"All", "Compliant", "DomainJoined"}
		c.DeviceStates.Include = append(c.DeviceStates.Include, r.oneOf(at, n, "include"+what, names...)...)
		c.DeviceStates.Exclude = append(c.DeviceStates.Exclude, r.oneOf(at, n, "exclude"+what, names...)...)
	}
	if old := n.get("deviceFilterRule"); !old.empty() {
		r.refuse(at+".deviceFilterRule", old)
	}
}

func (r *reader) filter(at string, n *node, parse func(string) (Expr, error)) *Filter {
	r.known(at, n, "mode", "rule")
	rule, mode := n.get("rule").str(), fold(n.get("mode").str())
	if n.empty() {
		return nil
	}
	f := &Filter{Exclude: mode == "exclude", Rule: rule}
	f.Expr, f.Problem = parse(rule)
	if mode != "include" && mode != "exclude" {
		r.refuse(at+".mode", n.get("mode"))
	}
	return f
}

func (r *reader) users(n *node) Users {
	const at = "conditions.users"
	r.known(at, n, "includeUsers", "excludeUsers", "includeGroups", "excludeGroups", "includeRoles", "excludeRoles",
		"includeGuestsOrExternalUsers", "excludeGuestsOrExternalUsers")
	set := func(way string) UserSet {
		return UserSet{
			Users: r.list(at, n, way+"Users"), Groups: r.list(at, n, way+"Groups"), Roles: r.list(at, n, way+"Roles"),
			Guests: r.guests(at+"."+way+"GuestsOrExternalUsers", n.get(way+"GuestsOrExternalUsers")),
		}
	}
	return Users{Include: set("include"), Exclude: set("exclude")}
}

func (r *reader) guests(at string, n *node) *Guests {
	r.known(at, n, "guestOrExternalUserTypes", "externalTenants")
	types, unknown := parseGuestTypes(r.listOf(at, n, "guestOrExternalUserTypes", guestWord))
	for _, name := range unknown {
		r.refuse(at+".guestOrExternalUserTypes", &node{kind: stringNode, text: name})
	}
	if types == 0 {
		return nil
	}
	g := &Guests{Types: types, AllTenants: true}
	tenants := n.get("externalTenants")
	r.known(at+".externalTenants", tenants, "membershipKind", "members")
	switch kind := fold(tenants.get("membershipKind").str()); kind {
	case "", "all":
	case "enumerated":
		g.AllTenants = false
		g.Tenants = r.list(at+".externalTenants", tenants, "members")
	default:
		r.refuse(at+".externalTenants.membershipKind", tenants.get("membershipKind"))
	}
	return g
}

func (r *reader) applications(n *node) Applications {
	const at = "conditions.applications"
	r.known(at, n, "includeApplications", "excludeApplications", "includeUserActions", "includeAuthenticationContextClassReferences", "applicationFilter")
	a := Applications{
		Include: r.list(at, n, "includeApplications"), Exclude: r.list(at, n, "excludeApplications"),
		Contexts: r.list(at, n, "includeAuthenticationContextClassReferences"),
		Filter:   r.filter(at+".applicationFilter", n.get("applicationFilter"), ParseAttributeRule),
	}
	for _, action := range r.list(at, n, "includeUserActions") {
		a.UserActions = append(a.UserActions, userAction(action))
	}
	return a
}

// The user actions.
const (
	registerSecurityInfo = "urn:user:registersecurityinfo"
	registerDevice       = "urn:user:registerdevice"
)

// userAction returns the policies' word for a user action, of which What If has
// another.
func userAction(s string) string {
	switch strings.TrimPrefix(fold(s), "urn:user:") {
	case "registersecurityinfo", "registersecurityinformation":
		return registerSecurityInfo
	case "registerdevice", "registerorjoindevices", "registerorjoindevice":
		return registerDevice
	}
	return s
}

func (r *reader) workloads(at string, n *node, what, filter string) Workloads {
	return Workloads{
		Include: r.list(at, n, "include"+what), Exclude: r.list(at, n, "exclude"+what),
		Filter: r.filter(at+"."+filter, n.get(filter), ParseAttributeRule),
	}
}

// document returns the bytes of an object of text.
func document(text []byte, n *node) json.RawMessage {
	if n.end <= n.start || n.end > len(text) {
		return nil
	}
	return append(json.RawMessage(nil), text[n.start:n.end]...)
}

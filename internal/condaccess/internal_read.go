package condaccess

import (
	"errors"
	"strings"
)

// The directory's internal form of a policy, as ROADrecon and the older Azure AD
// Graph export it: criteria that are included and excluded, and controls as
// clauses.
//
//	{"displayName":…, "policyType":18, "policyDetail":["{\"Version\":1,\"State\":\"Enabled\",\"Conditions\":{…},\"Controls\":[{\"Control\":[\"Mfa\"]}]}"]}

// The types of internal policies.
const (
	internalPolicyType   = "18"
	internalLocationType = "6"
)

func isInternal(n *node) bool { return n.has("policyDetail") }

func isInternalDetail(n *node) bool { return n.has("Conditions") && n.has("Controls") }

var errNoDetail = errors.New("policyDetail is not one JSON object")

// internalDetail returns the object within policyDetail, which is JSON within
// JSON.
func internalDetail(n *node) (*node, error) {
	items := n.get("policyDetail").items()
	if len(items) == 1 && items[0].kind == stringNode {
		var err error
		if items, err = parseNodes([]byte(items[0].text)); err != nil {
			return nil, err
		}
	}
	if len(items) != 1 || !items[0].object() {
		return nil, errNoDetail
	}
	return items[0], nil
}

// readInternalPolicy reads an internal policy; detail is what is within it.
func readInternalPolicy(outer, detail *node) *Policy {
	r := &reader{}
	p := &Policy{
		ID: outer.first("policyIdentifier", "objectId", "id").str(), Name: outer.get("displayName").str(),
		Created: detail.get("CreatedDateTime").time(), Modified: detail.get("ModifiedDateTime").time(),
		State: r.state(detail.get("State")),
	}
	r.known("", detail, "Version", "CreatedDateTime", "ModifiedDateTime", "State", "Conditions", "Controls", "SessionControls",
		"EnforceAllPoliciesForEas", "IncludeOtherLegacyClientTypeForEvaluation")
	p.Conditions = r.internalConditions(detail.get("Conditions"))
	p.Grant = r.internalGrant(detail.get("Controls"))
	p.Session = r.internalSession(detail.get("SessionControls"))
	p.Unread = r.unread
	return p
}

func (r *reader) internalConditions(n *node) Conditions {
	const at = "Conditions"
	r.known(at, n, "Users", "Applications", "ServicePrincipals", "ClientTypes", "DevicePlatforms", "Locations", "SignInRisks", "UserRisks",
		"ServicePrincipalRisks", "Devices", "DeviceStates", "AuthFlows")
	if n.null() {
		r.refuse(at, n)
	}
	var c Conditions
	r.internalUsers(n.get("Users"), &c.Users)
	r.internalApplications(n.get("Applications"), &c.Applications)
	get := func(name, criterion string) Lists {
		return Lists{r.criteria(at, n, name, "Include", criterion), r.criteria(at, n, name, "Exclude", criterion)}
	}
	principals := get("ServicePrincipals", "ServicePrincipals")
	c.Workloads = Workloads{Include: principals.Include, Exclude: principals.Exclude}
	c.Platforms, c.Locations = get("DevicePlatforms", "DevicePlatforms"), get("Locations", "Locations")
	one := func(name, criterion string) []string {
		l := get(name, criterion)
		if len(l.Exclude) > 0 {
			r.refuse(at+"."+name+".Exclude", n.path(name, "Exclude"))
		}
		return l.Include
	}
	for _, client := range one("ClientTypes", "ClientTypes") {
		c.ClientApps = append(c.ClientApps, r.internalClient(client))
	}
	c.Platforms.Include = r.spelt(at+".DevicePlatforms", c.Platforms.Include, append(platformNames(), "all"))
	c.Platforms.Exclude = r.spelt(at+".DevicePlatforms", c.Platforms.Exclude, append(platformNames(), "all"))
	c.SignInRisk = r.spelt(at+".SignInRisks", one("SignInRisks", "SignInRisks"), riskLevels())
	c.UserRisk = r.spelt(at+".UserRisks", one("UserRisks", "UserRisks"), riskLevels())
	c.ServicePrincipalRisk = r.spelt(at+".ServicePrincipalRisks", one("ServicePrincipalRisks", "ServicePrincipalRisks"), riskLevels())
	c.Flows = r.spelt(at+".AuthFlows", one("AuthFlows", "AuthFlows"), []string{deviceCodeFlow, authenticationTransfer})
	c.DeviceStates = get("DeviceStates", "DeviceStates")
	r.internalDevices(n.get("Devices"), &c)
	return c
}

// criteria returns the texts of one kind of criterion: Include or Exclude is a
// list of objects, of which each holds one kind.
func (r *reader) criteria(at string, n *node, name, way, criterion string) []string {
	n = n.get(name)
	at = at + "." + name
	if way == "Include" {
		r.known(at, n, "Include", "Exclude")
	}
	var out []string
	for _, item := range n.get(way).items() {
		r.known(at+"."+way, item, criterion)
		out = append(out, r.list(at+"."+way, item, criterion)...)
	}
	return out
}

func (r *reader) internalUsers(n *node, u *Users) {
	const at = "Conditions.Users"
	r.known(at, n, "Include", "Exclude")
	for _, way := range []string{"Include", "Exclude"} {
		set := &u.Include
		if way == "Exclude" {
			set = &u.Exclude
		}
		for _, item := range n.get(way).items() {
			r.known(at+"."+way, item, "Users", "Groups", "Roles")
			set.Users = append(set.Users, r.list(at, item, "Users")...)
			set.Groups = append(set.Groups, r.list(at, item, "Groups")...)
			set.Roles = append(set.Roles, r.list(at, item, "Roles")...)
		}
	}
	for _, users := range [][]string{u.Include.Users, u.Exclude.Users} {
		for i, id := range users {
			if strings.EqualFold(id, "Guests") {
				users[i] = "GuestsOrExternalUsers"
			}
		}
	}
}

// internalApplications reads resources; authentication contexts and user
// actions are both Acrs.
func (r *reader) internalApplications(n *node, a *Applications) {
	const at = "Conditions.Applications"
	r.known(at, n, "Include", "Exclude")
	for _, item := range n.get("Include").items() {
		r.known(at+".Include", item, "Applications", "Acrs")
		a.Include = append(a.Include, r.list(at, item, "Applications")...)
		for _, acr := range r.list(at, item, "Acrs") {
			if strings.HasPrefix(fold(acr), "urn:user:") {
				a.UserActions = append(a.UserActions, userAction(acr))
			} else {
				a.Contexts = append(a.Contexts, acr)
			}
		}
	}
	for _, item := range n.get("Exclude").items() {
		r.known(at+".Exclude", item, "Applications")
		a.Exclude = append(a.Exclude, r.list(at, item, "Applications")...)
	}
}

func (r *reader) internalDevices(n *node, c *Conditions) {
	const at = "Conditions.Devices"
	r.known(at, n, "Include", "Exclude")
	for _, way := range []string{"Include", "Exclude"} {
		for _, item := range n.get(way).items() {
			r.known(at+"."+way, item, "DeviceRule", "DeviceStates")
			states := r.list(at, item, "DeviceStates")
			if way == "Include" {
				c.DeviceStates.Include = append(c.DeviceStates.Include, states...)
			} else {
				c.DeviceStates.Exclude = append(c.DeviceStates.Exclude, states...)
			}
			rule := item.get("DeviceRule").str()
			switch {
			case rule == "":
			case c.DeviceFilter != nil:
				r.refuse(at+"."+way, item.get("DeviceRule"))
			default:
				c.DeviceFilter = &Filter{Exclude: way == "Exclude", Rule: rule}
				c.DeviceFilter.Expr, c.DeviceFilter.Problem = ParseDeviceRule(rule)
			}
		}
	}
}

// internalClient returns Graph's word for a type of client.
func (r *reader) internalClient(s string) string {
	switch fold(s) {
	case "browser":
		return clientBrowser
	case "native", "modern", "nativeapp", "mobiledesktop":
		return clientModern
	case "easunsupported", "eas", "exchangeactivesync":
		return clientEAS
	case "eassupported":
		return clientEASSupported
	case "other", "otherlegacy", "legacysmtp", "legacypop", "legacyimap", "legacymapi", "legacyother", "legacyoffice", "otherclients":
		return clientOther
	case "all":
		return "all"
	}
	r.refuse("Conditions.ClientTypes", &node{kind: stringNode, text: s})
	return s
}

// internalGrant reads clauses: all of Controls, and of each any control.
func (r *reader) internalGrant(n *node) *Grant {
	r.part = GrantPart
	defer func() { r.part = ConditionPart }()
	g := &Grant{}
	for _, item := range n.items() {
		r.known("Controls", item, "Control")
		var clause []Control
		for _, name := range r.list("Controls", item, "Control") {
			c := Control{Kind: controlKind(name)}
			if c.Kind == UnknownControl {
				c.ID = name
			}
			clause = append(clause, c)
		}
		if clause != nil {
			g.Clauses = append(g.Clauses, clause)
		}
	}
	if g.Clauses == nil {
		return nil
	}
	return g
}

func (r *reader) internalSession(n *node) Session {
	names, _ := n.strings()
	var s Session
	for _, name := range names {
		switch fold(name) {
		case "appenforcedrestrictions":
			s.AppEnforcedRestrictions = true
		default:
			s.Others = append(s.Others, name)
		}
	}
	return s
}

// readInternalLocation reads an internal named location.
func readInternalLocation(outer, detail *node) *NamedLocation {
	r := &reader{}
	network := detail.first("KnownNetworkPolicies", "CompressedCidrIpRanges")
	if network == nil || !network.object() {
		network = detail
	}
	l := &NamedLocation{
		ID: network.get("NetworkId").str(), Name: network.get("NetworkName").str(), Trusted: No, Kind: IPLocation,
		Countries: r.list("", network, "CountryIsoCodes"), UnknownCountries: network.get("ApplyToUnknownCountry").truth() == Yes,
	}
	if l.Alias = outer.first("policyIdentifier", "objectId").str(); l.ID == "" {
		l.ID = l.Alias
	}
	if l.Name == "" {
		l.Name = outer.get("displayName").str()
	}
	for _, cidr := range r.list("", network, "CidrIpRanges") {
		got, ok := parseRange(cidr)
		if !ok {
			r.refuse("CidrIpRanges", &node{kind: stringNode, text: cidr})
			continue
		}
		l.Ranges = append(l.Ranges, got)
	}
	if len(l.Countries) > 0 || l.UnknownCountries {
		l.Kind = CountryLocation
	}
	if contains(r.list("", network, "Categories"), "trusted") {
		l.Trusted = Yes
	}
	r.known("", network, "NetworkName", "NetworkId", "CidrIpRanges", "Categories", "ApplyToUnknownCountry", "CountryIsoCodes")
	l.Unread = r.unread
	return l
}

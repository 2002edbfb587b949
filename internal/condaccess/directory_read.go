package condaccess

import (
	"slices"
	"strings"
)

// readUser reads a user of Graph, or what a what-if says of one.
func readUser(n *node) UserObject {
	u := UserObject{
		ID: n.first("id", "userId", "objectId").str(), UPN: n.get("userPrincipalName").str(), Type: n.get("userType").str(),
		HomeTenant: n.first("homeTenantId", "externalTenantId").str(),
		Agent:      graphType(n) == "agentUser",
	}
	u.External = external(n, u.UPN)
	u.readGuest(n)
	u.readMembership(n)
	return u
}

// external tells whether a user signs in with an account of elsewhere.
func external(n *node, upn string) Truth {
	for _, identity := range n.get("identities").items() {
		if fold(identity.get("signInType").str()) == "federated" && identity.get("issuer").str() != "" {
			return Yes
		}
	}
	switch {
	case strings.Contains(strings.ToUpper(upn), "#EXT#"), !n.get("externalUserState").empty(), fold(n.get("creationType").str()) == "invitation":
		return Yes
	case upn != "" || n.has("creationType") || n.has("identities"):
		return No
	}
	return Unsure
}

func (u *UserObject) readGuest(n *node) {
	if names := n.first("guestOrExternalUserTypes", "externalUserType"); names != nil {
		list, _ := names.strings()
		types, unknown := parseGuestTypes(list)
		u.Guest, u.GuestKnown = types, len(unknown) == 0
		return
	}
	guest := fold(u.Type)
	switch {
	case guest == "guest" && u.External == Yes:
		u.Guest, u.GuestKnown = CollaborationGuest, true
	case guest == "guest" && u.External == No:
		u.Guest, u.GuestKnown = InternalGuest, true
	case guest == "member" && u.External == Yes:
		u.Guest, u.GuestKnown = CollaborationMember, true
	case guest == "member":
		u.GuestKnown = true
	}
}

func (u *UserObject) readMembership(n *node) {
	if g := n.first("transitiveMemberOf", "memberOfGroupIds", "groups", "groupIds"); g != nil {
		u.Groups, u.GroupsKnown = idsOf(g), true
	} else if g := n.get("memberOf"); g != nil {
		u.Groups, u.GroupsDirect = idsOf(g), true
	}
	if r := n.first("directoryRoleIds", "roles", "roleIds", "roleTemplateIds"); r != nil {
		u.Roles, u.RolesKnown = idsOf(r), true
	}
}

// idsOf returns the ids of a list of ids or of objects.
func idsOf(n *node) []string {
	out := []string{}
	for _, item := range n.items() {
		id := item.str()
		if item.object() {
			id = item.first("roleTemplateId", "applicationId", "id", "objectId", "principalId").str()
		}
		if id != "" {
			out = append(out, id)
		}
	}
	return out
}

func readGroup(n *node) Group {
	g := Group{ID: n.first("id", "objectId").str(), Name: n.get("displayName").str()}
	for _, name := range []string{"transitiveMembers", "members"} {
		if !n.has(name) {
			continue
		}
		g.Members = append(g.Members, idsOf(n.get(name))...)
		g.MembersKnown = n.get(name+"@odata.nextLink").empty() && !n.get(name).null()
		if slices.ContainsFunc(g.Members, cutOff) {
			g.Members, g.MembersKnown = nil, false
		}
		if expanded(n.get(name)) {
			g.MembersKnown, g.Cut = false, true
		}
		if g.MembersKnown {
			break
		}
	}
	return g
}

// maxExpanded is how many objects Graph's $expand gives, and says nothing of
// the others.
const maxExpanded = 20

// expanded tells whether a list of objects may have been cut by $expand.
func expanded(n *node) bool {
	items := n.items()
	return len(items) == maxExpanded && items[0].object()
}

func readRoleAssignment(n *node, eligible bool) RoleAssignment {
	return RoleAssignment{
		Principal: n.first("principalId", "principal.id", "userId").str(),
		Role:      n.first("roleTemplateId", "roleDefinition.templateId", "roleDefinitionId", "roleDefinition.id", "roleId").str(),
		Group:     graphType(n.get("principal")) == "group" || fold(n.get("principalType").str()) == "group",
		Scope:     n.first("directoryScopeId", "directoryScope.id").str(),
		Eligible:  eligible || fold(n.first("assignmentState", "state", "status").str()) == "eligible",
	}
}

func readServicePrincipal(n *node) ServicePrincipal {
	s := ServicePrincipal{
		ID: n.first("id", "objectId").str(), AppID: n.get("appId").str(), Name: n.get("displayName").str(),
		OwnerTenant: n.get("appOwnerOrganizationId").str(), Kind: ServicePrincipalIdentity,
	}
	switch fold(n.get("servicePrincipalType").str()) {
	case "managedidentity":
		s.Kind = ManagedIdentity
	case "agentidentity", "serviceidentity":
		s.Kind = AgentIdentity
	}
	switch fold(n.get("signInAudience").str()) {
	case "azureadmyorg":
		s.SingleTenant = Yes
	case "azureadmultipleorgs", "azureadandpersonalmicrosoftaccount", "personalmicrosoftaccount":
		s.SingleTenant = No
	}
	if t := n.get("singleTenant").truth(); t != Unsure {
		s.SingleTenant = t
	}
	s.readAttributes(n)
	return s
}

// readAttributes reads custom security attributes: sets of attributes, which
// rules name Set_Attribute.
func (s *ServicePrincipal) readAttributes(n *node) {
	if !n.has("customSecurityAttributes") {
		return
	}
	s.AttributesKnown, s.Attributes = true, make(map[string][]string)
	for _, set := range n.get("customSecurityAttributes").fieldsOf() {
		for _, f := range set.value.fieldsOf() {
			if noise(f.name) {
				continue
			}
			for _, item := range f.value.items() {
				key := fold(set.name + "_" + f.name)
				s.Attributes[key] = append(s.Attributes[key], item.str())
			}
		}
	}
}

func readCrossTenant(n *node) CrossTenant {
	trust := n.get("inboundTrust")
	return CrossTenant{
		Tenant: n.get("tenantId").str(), MFA: trust.get("isMfaAccepted").truth(), Provider: n.get("isServiceProvider").truth(),
		CompliantDevice: trust.get("isCompliantDeviceAccepted").truth(), HybridDevice: trust.get("isHybridAzureADJoinedDeviceAccepted").truth(),
	}
}

// readRisk reads a user at risk, with the history where it was exported.
func readRisk(n *node) []RiskChange {
	user := n.first("userId", "id").str()
	var out []RiskChange
	for _, h := range n.get("history").items() {
		out = append(out, RiskChange{user, h.first("riskLastUpdatedDateTime", "createdDateTime").time(), fold(h.get("riskLevel").str())})
	}
	if at := n.first("riskLastUpdatedDateTime", "TimeGenerated"); at != nil {
		out = append(out, RiskChange{user, at.time(), fold(n.get("riskLevel").str())})
	}
	return out
}

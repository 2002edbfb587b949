package condaccess

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"
)

// A Loader gathers a tenant from the files of an export, whatever they are
// called and however they are mixed.
type Loader struct {
	tenant       Tenant
	file         string
	text         []byte
	locationsCut bool
	others       int // objects that are of no kind that is read here
}

// Read takes in one file. On an error nothing of the file is kept, and the
// tenant's policies are no longer known to be all.
func (l *Loader) Read(file string, data []byte) error {
	text, err := DecodeText(data)
	if err != nil {
		return l.failed(file, foreign(packedForm(data), err))
	}
	nodes, err := parseNodes(text)
	if err != nil {
		return l.failed(file, foreign(cmp.Or(packedForm(data), textForm(text)), err))
	}
	l.file, l.text = file, text
	for _, n := range nodes {
		l.value(n, "")
	}
	return nil
}

// Lacks notes why there may be policies that are not in what is read.
func (l *Loader) Lacks(why string) {
	if !slices.Contains(l.tenant.Incomplete, why) {
		l.tenant.Incomplete = append(l.tenant.Incomplete, why)
	}
}

func (l *Loader) failed(file string, err error) error {
	l.Lacks(file + " could not be read")
	return fmt.Errorf("read %s: %w", file, err)
}

// LoadFS reads every file of a tree. A file that cannot be read is an error of
// the list, and costs only what is in it.
func LoadFS(fsys fs.FS) (*Tenant, []error) {
	var l Loader
	var errs []error
	err := fs.WalkDir(fsys, ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := fs.ReadFile(fsys, path)
		if err == nil {
			err = l.Read(path, data)
		}
		if err != nil {
			errs = append(errs, err)
		}
		return nil
	})
	if err != nil {
		errs = append(errs, err)
	}
	return l.Tenant(), errs
}

// value takes in a value of a file; context is the collection that it is in.
func (l *Loader) value(n *node, context string) {
	switch {
	case n.null():
	case n.kind == listNode:
		for _, item := range n.list {
			l.value(item, context)
		}
	case n.kind == stringNode && l.within(n, context):
	case n.kind != objectNode:
		l.note("", fmt.Sprintf("holds %s where an object should be; it was not read", n.shown()))
		l.incomplete(context)
	case n.has("value") && n.get("value").kindIs(listNode, nullNode):
		l.page(n, context)
	default:
		l.object(n, context)
	}
}

// within takes in what a text holds as JSON, which is what becomes of an export
// that is written as JSON twice. It tells whether there was any.
func (l *Loader) within(n *node, context string) bool {
	inner := []byte(strings.TrimSpace(n.text))
	if len(inner) == 0 || inner[0] != '{' && inner[0] != '[' {
		return false
	}
	nodes, err := parseNodes(inner)
	if err != nil {
		return false
	}
	outer := l.text
	l.text = inner
	for _, value := range nodes {
		l.value(value, context)
	}
	l.text = outer
	return true
}

// kindIs tells whether a value is of one of the kinds.
func (n *node) kindIs(kinds ...nodeKind) bool {
	if n == nil {
		n = &node{}
	}
	for _, k := range kinds {
		if n.kind == k {
			return true
		}
	}
	return false
}

// page takes in a page of Graph.
func (l *Loader) page(n *node, context string) {
	if c := collectionOf(n.get("@odata.context").str()); c != "" {
		context = c
	}
	l.emptyCollection(n.get("value"), context)
	l.value(n.get("value"), context)
	if !n.get("@odata.nextLink").empty() {
		l.note("", "is one page of several; the next was not exported")
		l.incomplete(context)
	}
}

// The collections that an object may be in.
const (
	policiesCollection    = "policies"
	locationsCollection   = "namedLocations"
	rolesCollection       = "roleAssignments"
	eligibleCollection    = "roleEligibility"
	usersCollection       = "users"
	groupsCollection      = "groups"
	principalsCollection  = "servicePrincipals"
	riskCollection        = "riskyUsers"
	strengthsCollection   = "authenticationStrengths"
	crossTenantCollection = "crossTenant"
)

// collectionOf returns the collection that Graph's context names.
func collectionOf(context string) string {
	lower := strings.ToLower(context)
	for _, c := range [...][2]string{
		{"roleeligib", eligibleCollection},
		{"roleassignment", rolesCollection},
		{"conditionalaccess/policies", policiesCollection},
		{"namedlocations", locationsCollection},
		{"authenticationstrength", strengthsCollection},
		{"serviceprincipals", principalsCollection},
		{"riskyusers", riskCollection},
		{"#users", usersCollection},
		{"#groups", groupsCollection},
	} {
		if strings.Contains(lower, c[0]) {
			return c[1]
		}
	}
	return ""
}

// emptyCollection remembers that a collection was exported, though there is
// nothing in it.
func (l *Loader) emptyCollection(n *node, context string) {
	switch context {
	case rolesCollection:
		l.tenant.Directory.RolesKnown = true
	case locationsCollection:
		l.tenant.LocationsKnown = true
	case riskCollection:
		l.tenant.RiskComplete = n.kindIs(listNode)
	}
}

// incomplete notes that objects of a collection are missing.
func (l *Loader) incomplete(context string) {
	switch context {
	case policiesCollection, "":
		l.Lacks(l.file + " is not whole")
	case rolesCollection:
		l.tenant.Directory.RolesKnown = false
	case locationsCollection:
		l.tenant.LocationsKnown, l.locationsCut = false, true
	case riskCollection:
		l.tenant.RiskComplete = false
	}
}

func (l *Loader) note(subject, text string) {
	l.tenant.Notes = append(l.tenant.Notes, Note{File: l.file, Subject: subject, Text: text})
}

// object takes in an object by what it is, which its members tell better than
// the file it is in.
func (l *Loader) object(n *node, context string) {
	t, d := &l.tenant, &l.tenant.Directory
	kind := graphType(n)
	switch {
	case failedAnswer(n) != "":
		l.note("", fmt.Sprintf("holds the error that Graph answered (%s) instead of what was asked for", failedAnswer(n)))
		l.incomplete(context)
	case foreignTool(n) != "":
		l.note(n.first("displayName", "name").str(), fmt.Sprintf("looks like a policy in a form that is not read, that of %s; what it does is not known", foreignTool(n)))
		l.incomplete(policiesCollection)
	case isRecord(n) && !holdsPolicies(n):
		l.others++
	case isSnapshot(n):
		l.snapshot(n)
	case isInternal(n):
		l.internal(n)
	case isInternalDetail(n) && !n.has("grantControls"):
		l.policy(readInternalPolicy(n, n), n)
	case isPolicy(n) || context == policiesCollection && !isLocation(n):
		l.policy(readPolicy(n), n)
	case isLocation(n) || context == locationsCollection:
		l.location(readLocation(n), n)
	case n.get("allowedCombinations") != nil:
		t.Strengths = append(t.Strengths, readStrength(&reader{}, "", n))
	case n.has("inboundTrust") || n.has("b2bCollaborationInbound"):
		t.CrossTenant = append(t.CrossTenant, readCrossTenant(n))
	case kind == "riskyUser" || n.has("riskState") && n.has("riskLevel"):
		t.Risk = append(t.Risk, readRisk(n)...)
	case n.has("principalId") && (n.has("roleDefinitionId") || n.has("roleTemplateId") || n.has("roleDefinition")) || context == rolesCollection || context == eligibleCollection:
		l.assignment(n, context)
	case n.has("rolePermissions") || kind == "unifiedRoleDefinition":
		d.Definitions = append(d.Definitions, RoleDefinition{n.get("id").str(), n.get("templateId").str()})
	case n.has("roleTemplateId"):
		l.directoryRole(n)
	case kind == "servicePrincipal" || n.has("servicePrincipalType") || n.has("appOwnerOrganizationId") || context == principalsCollection:
		d.ServicePrincipals = append(d.ServicePrincipals, readServicePrincipal(n))
	case kind == "group" || n.has("groupTypes") || n.has("securityEnabled") || n.has("transitiveMembers") || n.has("members") || context == groupsCollection:
		g := readGroup(n)
		d.Groups = append(d.Groups, g)
		if g.Cut {
			l.note(g.label(), "has as many members as Graph's $expand gives; who else is in it is unknown")
		}
	case kind == "user" || n.has("userPrincipalName") || n.has("userType") || context == usersCollection:
		d.Users = append(d.Users, readUser(n))
	default:
		l.other(n)
	}
}

// assignment takes in a role assignment; an eligibility is told by its
// collection, its type or a member of its own.
func (l *Loader) assignment(n *node, context string) {
	kind := strings.ToLower(graphType(n))
	eligible := context == eligibleCollection || strings.Contains(kind, "eligib") || n.has("roleEligibilityScheduleId") ||
		strings.Contains(strings.ToLower(l.file), "eligib") || n.get("memberType") != nil && !n.has("assignmentType") && !n.has("roleAssignmentScheduleId")
	a := readRoleAssignment(n, eligible)
	l.tenant.Directory.Roles = append(l.tenant.Directory.Roles, a)
	if !a.Eligible {
		l.tenant.Directory.RolesKnown = true
	}
}

// directoryRole takes in a role of the directory with its members, all of whom
// hold it actively.
func (l *Loader) directoryRole(n *node) {
	d := &l.tenant.Directory
	d.Definitions = append(d.Definitions, RoleDefinition{n.get("id").str(), n.get("roleTemplateId").str()})
	if !n.has("members") {
		return
	}
	d.RolesKnown = !expanded(n.get("members"))
	if !d.RolesKnown {
		l.note(n.get("displayName").str(), "has as many members as Graph's $expand gives; who else holds the role is unknown")
	}
	for _, id := range idsOf(n.get("members")) {
		d.Roles = append(d.Roles, RoleAssignment{Principal: id, Role: n.get("roleTemplateId").str(), Scope: "/"})
	}
}

func (l *Loader) policy(p *Policy, n *node) {
	p.Document, p.File = document(l.text, n), l.file
	l.tenant.Policies = append(l.tenant.Policies, p)
	if n.has("policyApplies") || n.has("analysisReasons") {
		l.Lacks(l.file + " is an answer of the What If API, which may leave out policies")
	}
	for _, u := range p.Unread {
		l.note(p.label(), fmt.Sprintf("%s is not understood (%s); %s", u.Path, u.Value, u.makesUnknown()))
	}
	for _, f := range []*Filter{p.Conditions.DeviceFilter, p.Conditions.Applications.Filter, p.Conditions.Workloads.Filter, p.Conditions.Agents.Filter, p.Conditions.AgentUsers.Filter} {
		if f != nil && f.Problem != nil {
			l.note(p.label(), fmt.Sprintf("its filter %q does not parse: %v; the policy's verdict is unknown where the filter decides", f.Rule, f.Problem))
		}
	}
	if p.State == StateUnknown {
		l.note(p.label(), fmt.Sprintf("its state %q is not known; it may be enforced", n.first("state", "State").str()))
	}
}

func (u Unread) makesUnknown() string {
	switch u.Part {
	case ConditionPart:
		return "the policy's verdict is unknown where nothing else rules it out"
	case GrantPart:
		return "whether its controls are satisfied is unknown"
	case SessionPart:
		return "its session controls may be more"
	}
	panic(u.Part)
}

func (p *Policy) label() string {
	if p.Name != "" {
		return p.Name
	}
	return p.ID
}

func (l *Loader) location(loc *NamedLocation, n *node) {
	loc.Document, loc.File = document(l.text, n), l.file
	l.tenant.Locations = append(l.tenant.Locations, loc)
	l.tenant.LocationsKnown = !l.locationsCut
	for _, u := range loc.Unread {
		l.note(loc.label(), fmt.Sprintf("%s is not understood (%s); who is in the location is unknown", u.Path, u.Value))
	}
	if loc.Kind == UnknownLocation && len(loc.Unread) == 0 {
		l.note(loc.label(), "is a named location of no kind that is known; who is in it is unknown")
	}
}

func (g *Group) label() string {
	if g.Name != "" {
		return g.Name
	}
	return g.ID
}

func (l *NamedLocation) label() string {
	if l.Name != "" {
		return l.Name
	}
	return l.ID
}

var errManyDetails = errors.New("an internal policy of a type that is not known")

// internal takes in an object of the directory's internal form.
func (l *Loader) internal(n *node) {
	detail, err := internalDetail(n)
	name := n.get("displayName").str()
	kind := n.get("policyType").str()
	switch {
	case err != nil:
	case kind == internalLocationType || detail.has("KnownNetworkPolicies"):
		l.location(readInternalLocation(n, detail), n)
		return
	case kind == internalPolicyType || isInternalDetail(detail):
		l.policy(readInternalPolicy(n, detail), n)
		return
	default:
		err = errManyDetails
	}
	l.note(name, err.Error()+"; it was not read")
	if kind == internalPolicyType || kind == "" {
		l.incomplete(policiesCollection)
	}
}

// isSnapshot tells whether an object holds collections by their names.
func isSnapshot(n *node) bool {
	for _, name := range []string{"users", "groups", "roleAssignments", "servicePrincipals", "policies", "namedLocations", "riskyUsers"} {
		if f := n.get(name); f != nil && (f.kind == listNode || f.kind == objectNode) && !isPolicy(n) {
			return true
		}
	}
	return false
}

// snapshot takes in an object that holds collections by their names.
func (l *Loader) snapshot(n *node) {
	for _, f := range n.fields {
		switch context := snapshotCollection(f.name); {
		case f.value.null():
		case context == trustedIPsMember:
			l.trustedIPs(f.value)
		case context != "":
			l.emptyCollection(f.value, context)
			l.collection(f.value, context)
		}
	}
}

// trustedIPsMember is the member that holds the trusted addresses of the
// multifactor service.
const trustedIPsMember = "mfaTrustedIPs"

func snapshotCollection(name string) string {
	switch strings.ReplaceAll(fold(name), "_", "") {
	case "policies", "conditionalaccesspolicies":
		return policiesCollection
	case "namedlocations", "locations":
		return locationsCollection
	case "users":
		return usersCollection
	case "groups", "groupmembers", "groupmemberships":
		return groupsCollection
	case "roleassignments", "rolemembers":
		return rolesCollection
	case "roleeligibilityschedules", "roleeligibilities", "eligibleroleassignments", "roleeligibilityscheduleinstances":
		return eligibleCollection
	case "serviceprincipals":
		return principalsCollection
	case "riskyusers":
		return riskCollection
	case "authenticationstrengths", "authenticationstrengthpolicies":
		return strengthsCollection
	case "crosstenantaccess", "crosstenantaccesspolicy", "crosstenantaccesssettings":
		return crossTenantCollection
	case "mfatrustedips":
		return trustedIPsMember
	case "directoryroles", "roledefinitions":
		return "directoryRoles"
	}
	return ""
}

// collection takes in a collection: a list, a page, one object, or objects by
// their ids.
func (l *Loader) collection(n *node, context string) {
	if !n.object() || n.has("id") || n.has("value") || n.has("inboundTrust") || n.has("default") {
		l.value(n, context)
		if d := n.get("default"); d != nil {
			l.value(d, context)
			l.value(n.get("partners"), context)
		}
		return
	}
	for _, f := range n.fields {
		l.member(f, context)
	}
}

// member takes in an object that stands under its id; a group may be a list of
// its members, a role that of its holders.
func (l *Loader) member(f field, context string) {
	switch {
	case noise(f.name):
	case context == groupsCollection && f.value.kindIs(listNode):
		l.tenant.Directory.Groups = append(l.tenant.Directory.Groups, Group{ID: f.name, Members: idsOf(f.value), MembersKnown: true})
	case context == rolesCollection && f.value.kindIs(listNode):
		for _, id := range idsOf(f.value) {
			l.tenant.Directory.Roles = append(l.tenant.Directory.Roles, RoleAssignment{Principal: id, Role: f.name, Scope: "/"})
		}
	case f.value.object():
		n := *f.value
		if !n.has("id") {
			n.fields = append([]field{{"id", &node{kind: stringNode, text: f.name}}}, n.fields...)
		}
		l.object(&n, context)
	default:
		l.value(f.value, context)
	}
}

func (l *Loader) trustedIPs(n *node) {
	l.tenant.TrustedIPsKnown = true
	list, _ := n.strings()
	for _, s := range list {
		if err := l.TrustIP(s); err != nil {
			l.note(s, err.Error())
		}
	}
}

var errNotAddress = errors.New("is no address and no prefix")

// TrustIP adds a trusted address or prefix of the multifactor service. Called
// with "none", it says that there are no others.
func (l *Loader) TrustIP(s string) error {
	l.tenant.TrustedIPsKnown = true
	if strings.EqualFold(s, "none") {
		return nil
	}
	r, ok := parseRange(s)
	if !ok {
		return errNotAddress
	}
	l.tenant.TrustedIPs = append(l.tenant.TrustedIPs, r)
	return nil
}

// Tenant returns what was gathered, with notes on what it refers to and does
// not hold. The loader is not used afterwards.
func (l *Loader) Tenant() *Tenant {
	t := &l.tenant
	t.check()
	if l.others > 0 {
		t.Notes = append(t.Notes, Note{Text: count(l.others, "object") + " of other kinds, which Conditional Access does not depend on, were not read"})
	}
	return t
}

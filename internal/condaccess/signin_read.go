package condaccess

import (
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strings"
)

// ReadSignIn reads a sign-in: a record of a sign-in log as Graph, Log Analytics
// or a diagnostic setting has it, a request to the What If API, or the same
// facts by their names in one object. Of several texts the first that says
// something counts. Problems are values that could not be read; what they would
// have said is unknown.
func ReadSignIn(texts ...[]byte) (s *SignIn, problems []string, err error) {
	var objects []*node
	for _, data := range texts {
		n, err := readObject(data)
		if err != nil {
			return nil, nil, err
		}
		objects = append(objects, n)
	}
	s, problems = readSignIn(objects...)
	return s, problems, nil
}

func readObject(data []byte) (*node, error) {
	text, err := DecodeText(data)
	if err != nil {
		return nil, fmt.Errorf("read sign-in: %w", err)
	}
	nodes, err := parseNodes(text)
	if err != nil {
		return nil, fmt.Errorf("read sign-in: %w", err)
	}
	if len(nodes) != 1 || !nodes[0].object() {
		return nil, errors.New("read sign-in: it is not one JSON object")
	}
	return nodes[0], nil
}

// sources returns the objects of a sign-in in which its facts may be.
func sources(n *node) []*node {
	var out []*node
	for _, source := range []*node{n, n.get("properties"), n.get("signInIdentity"), n.get("signInContext"), n.get("signInConditions"), n.get("facts")} {
		if source.object() {
			out = append(out, source)
		}
	}
	return out
}

// A signInReader finds the facts of a sign-in in the objects that may hold
// them.
type signInReader struct {
	sources  []*node
	log      bool // a record of what happened; what it does not say is not said
	problems []string
	s        *SignIn
}

// readSignIn reads a sign-in from objects, of which the first that says
// something counts.
func readSignIn(objects ...*node) (*SignIn, []string) {
	r := &signInReader{s: &SignIn{}}
	for _, n := range objects {
		r.sources = append(r.sources, sources(n)...)
	}
	r.log = r.first("conditionalAccessStatus", "clientAppUsed", "correlationId", "ResultType") != nil
	r.s.ID = r.first("id").str()
	r.s.Time = r.first("createdDateTime", "TimeGenerated", "time").time()
	r.principal()
	r.target()
	r.client()
	r.place()
	r.device()
	r.flow()
	r.risks()
	r.facts()
	r.reached()
	return r.s, r.problems
}

// first returns the first of the names that any of the sources has; what is
// JSON within a text is unpacked, on the way too.
func (r *signInReader) first(names ...string) *node {
	for _, source := range r.sources {
		for _, name := range names {
			n := source
			for part := range strings.SplitSeq(name, ".") {
				n = n.get(part).unpacked()
			}
			if !n.null() {
				return n
			}
		}
	}
	return nil
}

// said tells whether any source has the name, be it null.
func (r *signInReader) said(name string) bool {
	for _, source := range r.sources {
		if source.has(name) {
			return true
		}
	}
	return false
}

// unpacked returns the object or list that a text holds as JSON.
func (n *node) unpacked() *node {
	if n.kindIs(stringNode) && (strings.HasPrefix(n.text, "{") || strings.HasPrefix(n.text, "[")) {
		if inner, err := parseNodes([]byte(n.text)); err == nil && len(inner) == 1 {
			return inner[0]
		}
	}
	return n
}

func (r *signInReader) problem(name string, n *node) {
	r.problems = append(r.problems, fmt.Sprintf("%s is %q, which is not understood; it counts as not given", name, n.shown()))
}

func (r *signInReader) principal() {
	p := &r.s.Principal
	user := r.first("userSignIn.userId", "user.id", "userId")
	upn := r.first("userPrincipalName", "user.userPrincipalName", "upn")
	workload := r.first("servicePrincipalSignIn.servicePrincipalId", "servicePrincipal.id", "servicePrincipalId", "agentId")
	p.Kind = r.kind(user.empty() && upn.empty() && !workload.empty())
	switch p.Kind {
	case User, AgentUser:
		p.ID = user.str()
		if p.ID == "" {
			p.ID = upn.str()
		}
	case UnknownPrincipal, ServicePrincipalIdentity, ManagedIdentity, AgentIdentity:
		p.ID = workload.str()
		p.AppID = r.first("appId").str()
	}
	if p.Kind == ServicePrincipalIdentity && p.SingleTenant == Unsure {
		p.SingleTenant = r.first("singleTenant", "servicePrincipal.singleTenant").truth()
	}
	r.membership()
}

// kind returns what signs in. A sign-in that does not say otherwise, and names
// no service principal, is a user's.
func (r *signInReader) kind(workload bool) PrincipalKind {
	names := []string{"principalType", "identityType", "identity", "signInEventTypes", "Category"}
	if r.log {
		names = slices.Delete(names, 2, 3) // there it is the name that is shown, which its bearer may choose
	}
	said := r.first(names...).stringsOf()
	agent := fold(r.first("agent.agentType").str())
	for _, kind := range said {
		switch fold(strings.TrimSuffix(kind, "SignInLogs")) {
		case "managedidentity":
			return ManagedIdentity
		case "multitenantserviceprincipal":
			r.s.Principal.SingleTenant = No
			return ServicePrincipalIdentity
		case "singletenantserviceprincipal":
			r.s.Principal.SingleTenant = Yes
			return ServicePrincipalIdentity
		case "agentidentity", "agent", "agentidserviceprincipal":
			return AgentIdentity
		case "agentuser":
			return AgentUser
		}
	}
	switch {
	case agent == "agenticappinstance" || agent == "agentidentity" || r.first("agentId") != nil:
		return AgentIdentity
	case agent == "agentuser":
		return AgentUser
	case workload:
		return ServicePrincipalIdentity
	}
	return User
}

func (n *node) stringsOf() []string {
	out, _ := n.strings()
	return out
}

// membership reads what the sign-in itself says of the user's groups, roles and
// kind.
func (r *signInReader) membership() {
	p := &r.s.Principal
	for _, source := range append(r.sources, r.first("user")) {
		if !source.object() {
			continue
		}
		u := readUser(source)
		if u.GroupsKnown {
			p.Groups, p.GroupsKnown = u.Groups, true
		}
		if u.RolesKnown {
			p.Roles, p.RolesKnown = u.Roles, true
		}
		if u.GuestKnown && !r.log {
			p.Guest, p.GuestKnown = u.Guest, true
		}
		if u.HomeTenant != "" {
			p.HomeTenant = u.HomeTenant
		}
	}
	if t := r.first("user.homeTenantId", "homeTenantId", "externalTenantId"); t != nil {
		p.HomeTenant = t.str()
	}
	r.crossTenant()
	if !p.GuestKnown && p.MaybeGuest == 0 && fold(r.first("user.userType", "userType").str()) == "guest" {
		p.MaybeGuest, p.GuestSure = AnyGuest&^CollaborationMember, true
	}
}

// crossTenant reads the kind of guest from how a sign-in crossed tenants.
func (r *signInReader) crossTenant() {
	p := &r.s.Principal
	member := fold(r.first("userType").str()) == "member"
	known := func(g GuestTypes) { p.Guest, p.GuestKnown = g, true }
	switch fold(r.first("crossTenantAccessType").str()) {
	case "none":
		if member {
			known(0)
		} else if fold(r.first("userType").str()) == "guest" {
			known(InternalGuest)
		}
	case "b2bcollaboration":
		if member {
			known(CollaborationMember)
		} else if fold(r.first("userType").str()) == "guest" {
			known(CollaborationGuest)
		} else {
			p.MaybeGuest, p.GuestSure = CollaborationGuest|CollaborationMember|OtherExternalUser, true
		}
	case "b2bdirectconnect":
		known(DirectConnectUser)
	case "serviceprovider":
		known(ServiceProvider)
	}
}

func (r *signInReader) target() {
	t := &r.s.Target
	action := r.first("userActionContext.userAction", "application.userAction", "userAction")
	if t.UserAction = userAction(action.str()); t.UserAction != "" && t.UserAction != registerSecurityInfo && t.UserAction != registerDevice {
		r.problem("userAction", action)
		t.UserAction = ""
	}
	contexts := r.first("authContext.authenticationContextValue", "authenticationContextValue", "application.authenticationContext", "authenticationContext",
		"authenticationContexts", "authenticationContextClassReferences")
	for _, c := range contexts.items() {
		if detail := fold(c.get("detail").str()); detail == "" || detail == "required" {
			t.Contexts = append(t.Contexts, idsOf(c)...)
		}
	}
	r.applications(t)
	t.ContextOnly = len(t.Applications) == 0 && r.first("authContext.authenticationContextValue", "authenticationContextValue") != nil
	t.ContextsDone = contexts != nil && !contexts.blank() || !r.log && (len(t.Applications) > 0 || t.UserAction != "") || r.log && contexts == nil && r.said("authenticationContextClassReferences")
	if t.UserAction != "" {
		t.Applications = nil // a request is for one or the other
	}
	switch fold(r.first("clientType").str()) {
	case "confidential":
		t.Confidential = Yes
	case "public", "native", "spa", "singlepageapplication":
		t.Confidential = No
	}
	if scopes := r.first("scopes"); scopes != nil {
		t.ScopesKnown = true
		for _, s := range scopes.stringsOf() {
			t.Scopes = append(t.Scopes, strings.Fields(s)...)
		}
	}
}

func (r *signInReader) applications(t *Target) {
	client := r.first("client", "clientAppId")
	audiences := r.first("conditionalAccessAudiences")
	t.Applications = idsOf(audiences)
	t.Derived = r.log && len(t.Applications) == 0
	names := []string{
		"applicationContext.includeApplications", "includeApplications", "application.appId", "applications", "resourceIdentity", "resourceAppId", "app",
		"application", "resource",
	}
	if len(t.Applications) == 0 {
		t.Applications = idsOf(r.first(names...))
	}
	if resource := r.first("resourceId"); len(t.Applications) == 0 && !strings.Contains(resource.str(), "/") {
		t.Applications = idsOf(resource)
	}
	app := r.first("appId")
	switch {
	case client != nil:
		t.Client = client.str()
	case len(t.Applications) == 0 && !r.log:
		t.Applications = idsOf(app)
	default:
		t.Client = app.str()
	}
}

// A clientName is what logs call a client, and which type it is of.
func clientType(name string) string {
	switch fold(name) {
	case "browser":
		return clientBrowser
	case "mobile apps and desktop clients", "modern clients", "mobileappsanddesktopclients", "modern":
		return clientModern
	case "exchange activesync", "exchangeactivesync", "exchange activesync (unsupported)", "easunsupported":
		return clientEAS
	case "exchange activesync (supported)", "eassupported":
		return clientEASSupported
	case "authenticated smtp", "smtp", "autodiscover", "exchange online powershell", "exchange web services", "imap", "imap4", "mapi", "mapi over http",
		"offline address book", "outlook anywhere (rpc over http)", "outlook service", "pop", "pop3", "reporting web services", "other clients",
		"universal outlook", "other":
		return clientOther
	}
	return ""
}

func (r *signInReader) client() {
	n := r.first("clientAppType", "clientAppUsed")
	r.s.Client = clientType(n.str())
	switch {
	case r.s.Client == "" && n.str() != "" && !r.log:
		r.problem("clientAppType", n)
	case r.s.Client == "" && r.s.Principal.Kind != User:
		r.s.Client = "none" // only people have clients of a type
	}
	r.s.Platform = platform(r.first("devicePlatform", "device.platform", "platform").str())
	if r.s.Platform == "" {
		r.s.Platform = loggedPlatform(r.first("deviceDetail.operatingSystem").str(), r.first("deviceDetail"))
	}
}

func platform(s string) string {
	for _, p := range platformNames() {
		if strings.EqualFold(p, s) {
			return p
		}
	}
	switch fold(s) {
	case "", "all", "unknownfuturevalue":
		return ""
	}
	return OtherPlatform
}

// loggedPlatform returns the platform of a log's operating system: a name that
// begins with that of a platform, or else one that Entra does not know.
func loggedPlatform(system string, detail *node) string {
	if system == "" {
		system = detail.get("operatingSystem").str()
	}
	for _, p := range [...][2]string{
		{"windows phone", "windowsPhone"},
		{"windows", "windows"},
		{"mac", "macOS"},
		{"ios", "iOS"},
		{"ipados", "iOS"},
		{"android", "android"},
		{"linux", "linux"},
	} {
		if strings.HasPrefix(fold(system), p[0]) {
			return p[1]
		}
	}
	if system == "" {
		return ""
	}
	return OtherPlatform
}

func (r *signInReader) place() {
	p := &r.s.Place
	if ip := r.first("ipAddress", "location.ipAddress", "ip"); ip != nil {
		p.IP = address(ip.str())
		if !p.IP.IsValid() && ip.str() != "" {
			r.problem("ipAddress", ip)
		}
	}
	r.country(p)
	if id := r.first("namedLocationIds", "location.namedLocationIds", "location.namedLocationId", "namedLocationId"); id != nil || r.said("namedLocationIds") {
		p.Named, p.NamedIDs, p.NamedDone = idsOf(id), true, true
	}
	p.Trusted = r.first("location.isTrustedLocation", "isTrustedLocation", "trustedLocation").truth()
	for _, item := range r.first("networkLocationDetails").objects() {
		p.NamedDone = true
		p.Named = append(p.Named, item.get("networkNames").texts()...)
		if strings.Contains(fold(item.get("networkType").str()), "trusted") {
			p.Trusted = Yes
		}
	}
	if p.NamedDone && !p.NamedIDs && p.Trusted == Unsure {
		p.Trusted = No
	}
	p.CompliantNetwork = r.first("isThroughGlobalSecureAccess", "compliantNetwork").truth()
}

// texts returns the texts of a list, whose commas belong to them.
func (n *node) texts() []string {
	var out []string
	for _, item := range n.items() {
		out = append(out, item.str())
	}
	return out
}

// address reads an address, with or without a port.
func address(s string) netip.Addr {
	if ip, err := netip.ParseAddr(s); err == nil {
		return ip.Unmap().WithZone("")
	}
	port, err := netip.ParseAddrPort(s)
	if err != nil {
		return netip.Addr{}
	}
	return port.Addr().Unmap().WithZone("")
}

// country reads the country that Entra found. Where the sign-in has the member
// and it is empty, Entra found none.
func (r *signInReader) country(p *Place) {
	n := r.first("country", "location.countryOrRegion", "location.country", "locationDetails.countryOrRegion", "countryCode")
	if n == nil {
		if details := r.first("locationDetails"); details.object() {
			n = details.get("countryOrRegion")
		}
	}
	if l := r.first("location"); n == nil && l.kindIs(stringNode) {
		n = l
	}
	if code := n.str(); code != "" && len(code) != 2 && !r.log {
		r.problem("country", n)
		return
	}
	p.Country = strings.ToUpper(n.str())
	p.CountryKnown = n != nil || r.said("country") || r.log && (r.said("location") || r.said("locationDetails"))
}

func (r *signInReader) device() {
	d := &r.s.Device
	if r.log {
		r.loggedDevice(d)
		return
	}
	for _, name := range []string{"deviceInfo", "device", "device.properties"} {
		n := r.first(name)
		if !n.object() {
			continue
		}
		if d.Attributes == nil {
			d.Attributes = make(map[string][]string)
		}
		d.Described = d.Described || name != "device" || len(n.fields) > 1 || len(n.fields) == 1 && !n.has("platform")
		for _, f := range n.fields {
			if key := fold(f.name); deviceAttribute(key) {
				d.Attributes[key] = f.value.texts()
			}
		}
		if t := n.first("registered", "isRegistered").truth(); t != Unsure {
			d.Registered = t
		}
		if t := n.first("managedByIntune", "isManaged").truth(); t != Unsure {
			d.Managed = t
		}
	}
	if d.Registered == Unsure && len(d.Attributes) > 0 {
		d.Registered = Yes
	}
}

// loggedDevice reads what a log says of the device. Of the attributes of a
// filter it has four.
func (r *signInReader) loggedDevice(d *Device) {
	n := r.first("deviceDetail")
	if !n.object() {
		return
	}
	id := n.get("deviceId")
	switch {
	case id.str() != "":
		d.Registered = Yes
	case n.has("deviceId"):
		d.Registered = No
	}
	d.Managed = n.get("isManaged").truth()
	d.Attributes = make(map[string][]string)
	for _, name := range []string{"deviceId", "displayName", "isCompliant", "trustType"} {
		if v := n.get(name); !v.empty() {
			d.Attributes[fold(name)] = []string{v.str()}
		}
	}
}

func (r *signInReader) flow() {
	n := r.first("authenticationFlow.transferMethod", "authenticationFlow", "transferMethod", "transferMethods", "originalTransferMethod")
	protocol := r.first("authenticationProtocol")
	for _, v := range []string{n.str(), protocol.str()} {
		switch fold(v) {
		case "devicecodeflow", "devicecode":
			r.s.Flow = deviceCodeFlow
			return
		case "authenticationtransfer":
			r.s.Flow = authenticationTransfer
			return
		}
	}
	switch said := fold(n.str()); {
	case said != "" && said != "none" && !r.log:
		r.problem("authenticationFlow", n)
	case said != "" || protocol.str() != "" && !r.log:
		r.s.Flow = "none"
	}
}

func (r *signInReader) risks() {
	s := r.s
	s.SignInRisk = r.first("signInRiskLevel", "risk.signInRiskLevel", "riskLevelDuringSignIn", "signInRisk").str()
	s.UserRisk = r.first("userRiskLevel", "risk.userRiskLevel", "userRisk").str()
	s.ServicePrincipalRisk = r.first("servicePrincipalRiskLevel", "risk.servicePrincipalRiskLevel", "servicePrincipalRisk").str()
	s.AgentRisk = r.first("agentIdRiskLevel", "risk.agentIdRiskLevel", "agentRiskLevel").str()
	s.InsiderRisk = r.first("insiderRiskLevel", "risk.insiderRiskLevel", "insiderRisk").str()
	for _, level := range []struct {
		name  string
		value *string
	}{
		{"signInRiskLevel", &s.SignInRisk},
		{"userRiskLevel", &s.UserRisk},
		{"servicePrincipalRiskLevel", &s.ServicePrincipalRisk},
		{"agentIdRiskLevel", &s.AgentRisk},
		{"insiderRiskLevel", &s.InsiderRisk},
	} {
		known := append(riskLevels(), "minor", "moderate", "elevated", "hidden", "unknownFutureValue")
		if v := fold(*level.value); v != "" && !contains(known, v) {
			r.problem(level.name, &node{kind: stringNode, text: *level.value})
			*level.value = ""
		}
	}
}

// firstFactorFailure tells whether a code is of sign-ins that fail before any
// policy is asked: no such account, application or tenant, a wrong password or
// secret, one that is void, an account that is locked or off.
func firstFactorFailure(code string) bool {
	switch code {
	case "50034", "50053", "50055", "50056", "50057", "50059", "50064", "50126", "50128", "50144", "700016", "7000215", "7000222":
		return true
	}
	return false
}

// reached tells whether the tenant's policies had a say.
func (r *signInReader) reached() {
	code := r.first("status.errorCode", "ResultType").str()
	switch {
	case r.log && firstFactorFailure(code):
		r.s.NotReached = "it failed with " + code + " before any policy was asked"
	case fold(r.first("crossTenantAccessType").str()) == "passthrough":
		r.s.NotReached = "it passed through the tenant, and another's policies decided"
	}
}

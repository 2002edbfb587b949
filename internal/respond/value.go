package respond

import (
	"encoding/json"
	"fmt"
	"net/netip"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/conshelf/conshelf/internal/incident"
)

// A binding is what a step's templates are filled from.
type binding struct {
	incident incident.Incident
	subjects []subject
	subject  *subject         // nil: a step for the whole incident
	alerts   []incident.Alert // those that call for the step
	item     string           // the element of a detail that the step is for
}

// A value is something a template may name, and how it is found and written.
// What no record holds, or holds in a shape that it cannot have, is missing:
// it is never passed on in the hope that a server refuses it.
type value struct {
	name  string
	forms []form
	of    incident.EntityType // the entity it is a value of; "": of the incident
	write func(b *binding, as form) (text, problem string)
}

var (
	anywhere  = []form{asText, asURL, asJSONString, asKQL}
	inText    = []form{asText}
	inRequest = []form{asURL, asJSONString}
)

func valueNamed(name string) *value {
	all := values()
	if i := slices.IndexFunc(all, func(v value) bool { return v.name == name }); i >= 0 {
		return &all[i]
	}
	return nil
}

func valueNames() []string {
	var names []string
	for _, v := range values() {
		names = append(names, v.name)
	}
	return names
}

// values is every value that a playbook may name.
func values() []value {
	account, app, ip, resource, group := incident.Account, incident.CloudApplication, incident.IP,
		incident.AzureResource, incident.SecurityGroup
	return []value{
		{"entity", inText, "", func(b *binding, _ form) (string, string) { return b.name(), "" }},
		{"standing", inText, "", func(b *binding, _ form) (string, string) { return b.reason(), "" }},
		{"alert", inText, "", func(b *binding, _ form) (string, string) { return b.alertNames(), "" }},
		{"incident", []form{asText, asJSONString}, "", plain(func(b *binding) string { return b.incident.ID })},
		{"first", []form{asText, asKQL}, "", instant(func(b *binding) time.Time { return b.incident.First })},
		{"last", []form{asText, asKQL}, "", instant(func(b *binding) time.Time { return b.incident.Last })},
		{"item", []form{asText, asURL, asKQL}, "", scalar(asOpaque, func(b *binding) string { return b.item }, "item", "its name or id, which no alert's details hold")},
		{"operation", inText, "", plain(detail("OperationName", "Operation", "ActivityDisplayName"))},

		{"used", inText, "", accountsThatAre(Used)},
		{"targeted", inText, "", accountsThatAre(Targeted)},
		{"unclear", inText, "", accountsThatAre(Unclear, Acted)},
		{"addresses", []form{asText, asKQL}, "", addressList},
		{"address-ranges", []form{asJSON}, "", addressRanges},
		{"address", []form{asText, asKQL}, ip, scalar(asAddress, identifier("Address"), "address", "the address")},

		{"user", anywhere, account, scalar(asUser, userID, "user-id", "the account's object id: GET /v1.0/users?$filter=… by the name in this step")},
		{"user-name", []form{asText, asKQL}, account, scalar(asUser, func(b *binding) string { return userPrincipalName(b.subject.entity) }, "user-name", "the account's user principal name")},
		{"method", anywhere, account, scalar(asGUID, detail("MethodId", "AuthenticationMethodId"), "method-id", "the id of the method that was added: GET /v1.0/users/…/authentication/methods, by its createdDateTime")},
		{"device", anywhere, "", scalar(asGUID, detail("DeviceObjectId", "TargetDeviceObjectId"), "device-object-id", "the object id of the device that was registered: GET /v1.0/devices?$filter=deviceId eq …")},

		{"application", []form{asURL}, app, directoryObject("applications", "ApplicationObjectId", "ObjectId")},
		{"service-principal", []form{asURL}, app, directoryObject("servicePrincipals", "ServicePrincipalId", "ServicePrincipalObjectId")},
		{"app-id", anywhere, app, scalar(asGUID, identifier("AppId"), "app-id", "the application's appId")},
		{"grant", anywhere, app, scalar(asOpaque, detail("GrantId", "OAuth2PermissionGrantId", "DelegatedPermissionGrantId"), "grant-id", "the id of the grant: GET /v1.0/servicePrincipals/…/oauth2PermissionGrants")},
		{"app-role-assignment", anywhere, app, scalar(asOpaque, detail("AppRoleAssignmentId"), "app-role-assignment-id", "the id of the assignment: GET /v1.0/servicePrincipals/…/appRoleAssignments")},
		{"key", anywhere, app, scalar(asGUID, detail("KeyId", "CredentialKeyId", "NewKeyId"), "key-id", "the keyId of the credential that was added: GET the application, passwordCredentials and keyCredentials")},
		{"federated-credential", anywhere, app, scalar(asOpaque, detail("FederatedCredentialId", "FederatedIdentityCredentialId"), "federated-credential-id", "the id of the credential: GET /v1.0/applications/…/federatedIdentityCredentials")},
		{"permissions", inText, "", plain(detail("Permissions", "Scopes", "Scope", "ConsentedPermissions", "AppRoles", "Permission"))},

		{"role", inText, "", plain(detail("RoleName", "RoleDisplayName", "Role", "RoleAssigned"))},
		{"role-assignment", anywhere, "", scalar(asOpaque, detail("RoleAssignmentId"), "role-assignment-id", "the id of the assignment: GET /v1.0/roleManagement/directory/roleAssignments?$filter=principalId eq …")},
		{"role-definition", anywhere, "", scalar(asGUID, detail("RoleDefinitionId", "RoleTemplateId", "RoleId"), "role-definition-id", "the id of the role: GET /v1.0/roleManagement/directory/roleDefinitions")},
		{"principal", anywhere, account, scalar(asGUID, firstOf(identifier("AadUserId", "ObjectGuid"), detail("PrincipalId")), "principal-id", "the object id of the account")},
		{"group", anywhere, group, scalar(asGUID, identifier("ObjectGuid", "AadGroupId", "ObjectId"), "group-id", "the object id of the group")},
		{"group-member", anywhere, group, scalar(asGUID, detail("MemberId", "MemberObjectId"), "member-id", "the object id of the member that was added")},
		{"arm-assignment", anywhere, resource, armAssignment},
		{"azure-role", inText, "", plain(detail("RoleName", "RoleId", "RoleDefinitionId"))},
		{"azure-principal", inText, "", plain(azurePrincipal)},

		{"resource", anywhere, resource, armValue(identifier("ResourceId"), "resource-id", "the resource id, from /subscriptions on")},
		{"secret", []form{asURL}, resource, secretURL},
		{"secrets", inText, resource, secretList},
		{"vault", []form{asText, asKQL}, resource, plain(vaultName)},

		{"inbox-rule", anywhere, "", scalar(asOpaque, detail("InboxRuleId", "RuleId"), "inbox-rule-id", "the id of the rule: GET /v1.0/users/…/mailFolders/inbox/messageRules")},
		{"inbox-rule-name", []form{asText, asKQL}, "", plain(detail("InboxRuleName", "RuleName"))},
		{"forward-to", inText, "", plain(detail("ForwardTo", "ForwardingSmtpAddress", "ForwardingAddress", "RedirectTo", "ForwardAsAttachmentTo", "Recipient"))},

		{"domain", anywhere, "", scalar(asDomain, detail("DomainName", "Domain", "TargetDomain"), "domain", "the name of the domain whose federation was changed")},
		{"policy-name", inText, "", plain(detail("PolicyName", "Policy", "ConditionalAccessPolicyName"))},

		lookup("break-glass-group", "the object id of the group of emergency-access accounts, which every policy must leave out"),
		lookup("block-location", "the id that the answer to “Make a named location of the addresses” gives"),
		lookup("allowed-location", "the id of the named location with the countries that people do sign in from; no log says which these are"),
		lookup("trusted-location", "the id of the named location that the workload runs from; no log says which this is"),
		lookup("new-password", "a new, random password, to be given to the owner by a way that the intruder does not read"),
		lookup("new-secret", "the new value, made where the secret is used; no log holds it"),
		lookup("federation", "the id of the configuration: GET /v1.0/domains/…/federationConfiguration"),
	}
}

func lookup(name, how string) value {
	return value{name, inRequest, "", scalar(asOpaque, func(*binding) string { return "" }, name, how)}
}

// scalar writes the value that source finds, if valid says that it has the
// shape; otherwise it is missing, under the name and with how to find it.
func scalar(valid func(string) (string, bool), source func(*binding) string, name, how string) func(*binding, form) (string, string) {
	return func(b *binding, as form) (text, problem string) {
		found := strings.TrimSpace(source(b))
		v, ok := valid(found)
		if ok {
			if text, ok := encode(v, as); ok {
				return text, ""
			}
		}
		if as == asText {
			return orUnknown(found), ""
		}
		problem = "{" + name + "}: " + how
		if found != "" {
			problem += "; what the records hold in its place does not have its shape"
		}
		return "{" + name + "}", problem
	}
}

func encode(v string, as form) (string, bool) {
	switch as {
	case asText:
		return v, true
	case asURL:
		return pathSegment(v)
	case asJSONString, asJSON:
		return jsonText(v), true
	case asKQL:
		return kqlText(v), true
	}
	panic(as)
}

// plain writes free text, which has no shape to check.
func plain(source func(*binding) string) func(*binding, form) (string, string) {
	return func(b *binding, as form) (string, string) {
		v := strings.TrimSpace(source(b))
		if as == asText {
			return orUnknown(v), ""
		}
		text, ok := encode(v, as)
		if !ok || v == "" {
			return text, "the records do not say"
		}
		return text, ""
	}
}

// notInRecords stands in text for a value that no record holds.
const notInRecords = "(not in the records)"

func orUnknown(v string) string {
	if v == "" {
		return notInRecords
	}
	return v
}

func instant(source func(*binding) time.Time) func(*binding, form) (string, string) {
	return func(b *binding, as form) (string, string) {
		text := source(b).UTC().Format("2006-01-02T15:04:05.0000000Z")
		if as == asKQL {
			return "datetime(" + text + ")", ""
		}
		return source(b).UTC().Format("2006-01-02 15:04:05 UTC"), ""
	}
}

func identifier(names ...string) func(*binding) string {
	return func(b *binding) string {
		for _, name := range names {
			if v := only(b.subject.entity, name); v != "" {
				return v
			}
		}
		return ""
	}
}

// only returns the value of an identifier that has one value. Where an entity
// has several, nobody said which one an action would meet.
func only(e incident.Entity, name string) string {
	value := ""
	for _, id := range e.Identifiers {
		switch {
		case id.Name != name || id.Value == nobody || strings.EqualFold(id.Value, value):
		case value != "":
			return ""
		default:
			value = id.Value
		}
	}
	return value
}

// detail returns the value of the first of the details that an alert has, if
// it is one value: of a list, nobody said which is meant.
func detail(names ...string) func(*binding) string {
	return func(b *binding) string {
		for _, a := range b.alerts {
			for _, name := range names {
				for _, d := range a.Details {
					if strings.EqualFold(d.Name, name) && strings.TrimSpace(d.Value) != "" {
						return single(d.Value)
					}
				}
			}
		}
		return ""
	}
}

func single(v string) string {
	if list := elements(v); len(list) == 1 {
		return list[0]
	}
	return v
}

func firstOf(sources ...func(*binding) string) func(*binding) string {
	return func(b *binding) string {
		for _, source := range sources {
			if v := source(b); v != "" {
				return v
			}
		}
		return ""
	}
}

func userID(b *binding) string {
	return firstOf(identifier("AadUserId", "ObjectGuid"), func(b *binding) string { return userPrincipalName(b.subject.entity) })(b)
}

var (
	guidShape   = regexp.MustCompile(`^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$`)
	userShape   = regexp.MustCompile(`^[^\s\pC@/\\"<>{}]+@[A-Za-z0-9][A-Za-z0-9.-]*$`)
	domainShape = regexp.MustCompile(`^[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?(\.[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?)+$`)
	vaultShape  = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9-]{1,22}[A-Za-z0-9]$`)
	secretShape = regexp.MustCompile(`^[A-Za-z0-9-]{1,127}$`)
	opaqueShape = regexp.MustCompile(`^[^\s\pC/\\%{}]{1,512}$`)
)

func asGUID(v string) (string, bool)   { return strings.ToLower(v), guidShape.MatchString(v) }
func asDomain(v string) (string, bool) { return v, len(v) <= 253 && domainShape.MatchString(v) }
func asOpaque(v string) (string, bool) { return v, opaqueShape.MatchString(v) }
func asUser(v string) (string, bool) {
	return v, guidShape.MatchString(v) || len(v) <= 320 && userShape.MatchString(v)
}

func asAddress(v string) (string, bool) {
	addr, err := netip.ParseAddr(v)
	return addr.String(), err == nil && addr.Zone() == ""
}

// directoryObject writes the path of an application or a service principal:
// by its appId, which Graph takes as a key, so that every alert names it the
// same; by the object id that a detail holds if nothing holds the appId.
func directoryObject(collection string, objectID ...string) func(*binding, form) (string, string) {
	return func(b *binding, _ form) (string, string) {
		if id, ok := asGUID(strings.TrimSpace(identifier("AppId")(b))); ok {
			return collection + "(appId='" + id + "')", ""
		}
		if id, ok := asGUID(strings.TrimSpace(firstOf(identifier(objectID[0]), detail(objectID...))(b))); ok {
			return collection + "/" + id, ""
		}
		return collection + "/{object-id}", "{object-id}: the object id, or the appId, of " + b.name()
	}
}

// armPath returns a resource id as a path, each of its segments checked.
func armPath(v string) (string, bool) {
	segments := strings.Split(strings.Trim(v, "/"), "/")
	if len(segments) < 2 || !slices.Contains([]string{"subscriptions", "providers"}, strings.ToLower(segments[0])) {
		return "", false
	}
	for i, s := range segments {
		escaped, ok := pathSegment(s)
		if !ok || !opaqueShape.MatchString(strings.ReplaceAll(s, " ", "")) {
			return "", false
		}
		segments[i] = escaped
	}
	return "/" + strings.Join(segments, "/"), true
}

func armValue(source func(*binding) string, name, how string) func(*binding, form) (string, string) {
	return func(b *binding, as form) (string, string) {
		raw := strings.TrimSpace(source(b))
		path, ok := armPath(raw)
		switch {
		case as == asText:
			return orUnknown(raw), ""
		case !ok:
			return "/{" + name + "}", "{" + name + "}: " + how
		case as == asURL:
			return path, ""
		}
		text, _ := encode(raw, as)
		return text, ""
	}
}

// armAssignment writes the resource id of a role assignment. A log that names
// the scope, the role and the principal alone says what to look for.
func armAssignment(b *binding, as form) (string, string) {
	return armValue(roleAssignmentID, "role-assignment-resource-id", fmt.Sprintf(
		"the resource id of the assignment: GET %s/providers/Microsoft.Authorization/roleAssignments, and take the one of principal %s with role %s",
		strings.TrimRight(orUnknown(identifier("ResourceId")(b)), "/"), orUnknown(azurePrincipal(b)), orUnknown(detail("RoleId", "RoleDefinitionId", "RoleName")(b))))(b, as)
}

// azurePrincipal returns who an assignment is to: a name where the incident
// has one for the id that the record holds.
func azurePrincipal(b *binding) string {
	id := detail("Principal", "PrincipalId")(b)
	for _, s := range b.subjects {
		if s.entity.Type == incident.Account && isNamed(s.entity, id) && !strings.EqualFold(display(s.entity), id) {
			return display(s.entity) + " (" + id + ")"
		}
	}
	return id
}

func roleAssignmentID(b *binding) string {
	for _, v := range []string{detail("RoleAssignmentResourceId")(b), identifier("ResourceId")(b)} {
		if strings.Contains(strings.ToLower(v), "/providers/microsoft.authorization/roleassignments/") {
			return v
		}
	}
	return ""
}

// secretsOf returns the secrets that the alerts name, each once.
func secretsOf(b *binding) []string {
	var all []string
	for _, a := range b.alerts {
		all = append(all, itemsOf(a, []string{"SecretName", "SecretNames", "SecretId", "SecretIds", "SecretUri", "SecretUris"})...)
	}
	slices.Sort(all)
	return slices.DeleteFunc(slices.Compact(all), func(s string) bool { return s == "" })
}

// secretList writes all of them: a list to work through is not cut.
func secretList(b *binding, _ form) (string, string) {
	return orUnknown(strings.Join(secretsOf(b), ", ")), ""
}

// secretURL writes the address of a Key Vault's secret, of the public cloud's
// vaults only: a host that a log names is not a host to send a new secret to.
// Of several, it is the address that each of them has in turn.
func secretURL(b *binding, _ form) (string, string) {
	all := secretsOf(b)
	if len(all) == 0 {
		all = []string{""}
	}
	vault, secret := secretParts(b, all[0])
	each := []string{all[0]}
	for _, item := range all[1:] {
		v, _ := secretParts(b, item)
		if v != vault {
			vault = ""
		}
		secret, each = "", append(each, item)
	}
	var problems []string
	if !vaultShape.MatchString(vault) {
		vault = "{vault}"
		problems = append(problems, "{vault}: the name of the vault")
	}
	switch {
	case len(each) > 1:
		secret = "{secret}"
		problems = append(problems, "{secret}: each of these in turn: "+strings.Join(each, ", "))
	case !secretShape.MatchString(secret):
		secret = "{secret}"
		problems = append(problems, "{secret}: the name of the secret")
	}
	return "https://" + vault + ".vault.azure.net/secrets/" + secret, strings.Join(problems, "; ")
}

// secretParts returns the vault and the name of a secret that a log names by
// either its name or its address; what has another shape is "".
func secretParts(b *binding, item string) (vault, secret string) {
	rest, ok := strings.CutPrefix(item, "https://")
	if !ok {
		return vaultName(b), item
	}
	host, path, _ := strings.Cut(rest, "/")
	vault, _ = strings.CutSuffix(strings.ToLower(host), ".vault.azure.net")
	if parts := strings.Split(path, "/"); len(parts) >= 2 && parts[0] == "secrets" {
		secret = parts[1]
	}
	return vault, secret
}

func vaultName(b *binding) string {
	segments := strings.Split(identifier("ResourceId")(b), "/")
	if len(segments) == 1 {
		return strings.ToLower(segments[0]) // logs name a vault without its path, too
	}
	for i, s := range segments[:len(segments)-1] {
		if strings.EqualFold(s, "vaults") {
			return segments[i+1]
		}
	}
	return ""
}

// maxRanges is how many ranges Entra takes in one named location.
const maxRanges = 2000

func (b *binding) publicAddresses() []netip.Addr {
	var all []netip.Addr
	for _, s := range b.subjects {
		if addr, ok := address(s.entity); ok && s.is == External && b.mentions(s) {
			all = append(all, addr)
		}
	}
	slices.SortFunc(all, netip.Addr.Compare)
	return slices.Compact(all)
}

func (b *binding) mentions(s subject) bool {
	return slices.ContainsFunc(s.alerts, func(i int) bool {
		return slices.ContainsFunc(b.alerts, func(a incident.Alert) bool { return a.ID == b.incident.Alerts[i].ID })
	})
}

func addressList(b *binding, as form) (string, string) {
	var texts []string
	for _, addr := range b.publicAddresses() {
		text, _ := encode(addr.String(), as)
		texts = append(texts, text)
	}
	if len(texts) == 0 {
		return "none", "no public address"
	}
	if as == asText {
		return atMost(texts, 20), ""
	}
	return strings.Join(texts, ", "), ""
}

func addressRanges(b *binding, _ form) (string, string) {
	type cidr struct {
		Type    string `json:"@odata.type"`
		Address string `json:"cidrAddress"`
	}
	all, problem := b.publicAddresses(), ""
	if len(all) > maxRanges {
		problem = fmt.Sprintf("a second named location: one holds %d ranges, and there are %d addresses", maxRanges, len(all))
		all = all[:maxRanges]
	}
	ranges := make([]cidr, len(all))
	for i, addr := range all {
		ranges[i] = cidr{"#microsoft.graph.iPv4CidrRange", netip.PrefixFrom(addr, addr.BitLen()).String()}
		if addr.Is6() {
			ranges[i].Type = "#microsoft.graph.iPv6CidrRange"
		}
	}
	text, err := json.Marshal(ranges)
	if err != nil {
		panic(err) // strings always marshal
	}
	return string(text), problem
}

func accountsThatAre(which ...Standing) func(*binding, form) (string, string) {
	return func(b *binding, _ form) (string, string) {
		var names []string
		for _, s := range b.subjects {
			if s.entity.Type == incident.Account && slices.Contains(which, s.is) {
				names = append(names, display(s.entity))
			}
		}
		return atMost(names, 20), ""
	}
}

func atMost(texts []string, n int) string {
	switch {
	case len(texts) == 0:
		return "none"
	case len(texts) > n:
		return fmt.Sprintf("%s and %d more", strings.Join(texts[:n], ", "), len(texts)-n)
	}
	return strings.Join(texts, ", ")
}

func (b *binding) name() string {
	if b.subject == nil {
		return "the incident"
	}
	return display(b.subject.entity)
}

func (b *binding) reason() string {
	if b.subject == nil {
		return ""
	}
	return b.subject.reason
}

func (b *binding) alertNames() string {
	var names []string
	for _, a := range b.alerts {
		if name := "“" + a.Rule.Name + "”"; !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return atMost(names, 6)
}

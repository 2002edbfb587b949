package ingest

import (
	"bytes"
	"fmt"
	"strings"
)

// Downloads of the Entra portal as CSV, under the portal's English headings.
// What Microsoft Graph has as one object, the portal spreads over columns; here
// it is put together again.

func portalShapes() []shape {
	signIns, audits := portalSignInMapping(), portalAuditMapping()
	return []shape{
		{
			name: "entra-portal-sign-ins", all: []string{"date (utc)", "request id", "ip address", "status"},
			row: func(m *mapper, r *record) string { return m.portalSignIn(signIns, r) },
		},
		{
			name: "entra-portal-audits", all: []string{"date (utc)", "activity", "service", "actortype"},
			row: func(m *mapper, r *record) string { return m.portalAudit(audits, r) },
		},
	}
}

// normalHeading takes off what varies in the portal's headings: brackets,
// quotes, and how many spaces there are.
func normalHeading(s string) string {
	return strings.Join(strings.Fields(strings.Trim(s, `[]" `)), " ")
}

// headings returns the record's cells by heading. They are valid until the
// next record.
func (m *mapper) headings(r *record) map[string]value {
	clear(m.cells)
	for n := range r.members {
		id := m.keys.id(n, &r.members[n], &m.at[0])
		if id < 0 {
			continue
		}
		name := m.keys.names[id].heading
		if _, twice := m.cells[name]; !twice {
			m.cells[name] = r.members[n].value
		}
	}
	return m.cells
}

func portalSignInMapping() *mapping {
	mp := &mapping{
		name:    "portal-signin",
		heading: true,
		columns: map[string]string{
			"date (utc)":                      "CreatedDateTime",
			"request id":                      "Id",
			"user agent":                      "UserAgent",
			"correlation id":                  "CorrelationId",
			"user id":                         "UserId",
			"username":                        "UserPrincipalName",
			"user type":                       "UserType",
			"cross tenant access type":        "CrossTenantAccessType",
			"incoming token type":             "IncomingTokenType",
			"authentication protocol":         "AuthenticationProtocol",
			"unique token identifier":         "UniqueTokenIdentifier",
			"original transfer method":        "OriginalTransferMethod",
			"client credential type":          "ClientCredentialType",
			"application":                     "AppDisplayName",
			"application id":                  "AppId",
			"app owner tenant id":             "AppOwnerTenantId",
			"resource":                        "ResourceDisplayName",
			"resource id":                     "ResourceIdentity",
			"resource tenant id":              "ResourceTenantId",
			"resource owner tenant id":        "ResourceOwnerTenantId",
			"home tenant id":                  "HomeTenantId",
			"home tenant name":                "HomeTenantName",
			"ip address":                      "IPAddress",
			"failure reason":                  "ResultDescription",
			"client app":                      "ClientAppUsed",
			"sign-in identifier":              "SignInIdentifier",
			"session id":                      "SessionId",
			"ip address (seen by resource)":   "IPAddressFromResourceProvider",
			"through global secure access":    "IsThroughGlobalSecureAccess",
			"global secure access ip address": "GlobalSecureAccessIpAddress",
			"autonomous system number":        "AutonomousSystemNumber",
			"flagged for review":              "FlaggedForReview",
			"token issuer type":               "TokenIssuerType",
			"token issuer name":               "TokenIssuerName",
			"service principal id":            "ServicePrincipalId",
			"credential key id":               "ServicePrincipalCredentialKeyId",
			"credential thumbprint":           "ServicePrincipalCredentialThumbprint",
		},
		special: map[string]func(m *mapper, v value){
			"user":                       identified("UserDisplayName"),
			"service principal name":     identified("ServicePrincipalName"),
			"latency":                    (*mapper).processingTime,
			"authentication requirement": named("AuthenticationRequirement", portalRequirement),
			"conditional access":         named("ConditionalAccessStatus", portalConditionalAccess),
			"location":                   (*mapper).portalLocation,
		},
	}
	drop(mp, "status", "sign-in error code")
	for heading := range deviceHeadings() {
		drop(mp, heading)
	}
	drop(mp, mfaHeadings()...)
	return mp
}

// drop leaves headings to the functions that put objects together.
func drop(mp *mapping, headings ...string) {
	for _, heading := range headings {
		mp.special[heading] = func(*mapper, value) {}
	}
}

func portalRequirement(s string) string {
	switch strings.ToLower(s) {
	case "single-factor authentication":
		return "singleFactorAuthentication"
	case "multifactor authentication", "multi-factor authentication":
		return "multiFactorAuthentication"
	}
	return s
}

func portalConditionalAccess(s string) string {
	switch strings.ToLower(s) {
	case "success", "failure":
		return strings.ToLower(s)
	case "not applied":
		return "notApplied"
	}
	return s
}

func (m *mapper) portalSignIn(mp *mapping, r *record) string {
	cells := m.headings(r)
	table, category := m.portalTable(cells)
	m.begin(table)
	m.give("OperationName", m.literal("Sign-in activity"))
	m.give("Category", m.literal(category))
	m.put(mp, r.members, 0)
	m.portalStatus(cells)
	var device object
	for _, part := range deviceParts() {
		device.add(m, part[1], cells[part[0]], part[1] == "isCompliant" || part[1] == "isManaged")
	}
	device.give(m, "DeviceDetail")
	var mfa object
	mfa.add(m, "authMethod", cells["multifactor authentication auth method"], false)
	mfa.add(m, "authDetail", cells["multifactor authentication auth detail"], false)
	mfa.give(m, "MfaDetail")
	m.portalTenant(cells)
	return ""
}

// portalTable returns the table of a sign-in. The portal tells interactive from
// non-interactive sign-ins in the file's name alone.
func (m *mapper) portalTable(cells map[string]value) (table, category string) {
	application := cells["user id"].empty() && !cells["service principal id"].empty()
	switch {
	case m.named("msisignins") || !cells["managed identity type"].empty() && application && string(m.text(cells["managed identity type"])) != "None":
		return "AADManagedIdentitySignInLogs", "ManagedIdentitySignInLogs"
	case m.named("applicationsignins") || application:
		return "AADServicePrincipalSignInLogs", "ServicePrincipalSignInLogs"
	case m.named("noninteractive"):
		return "AADNonInteractiveUserSignInLogs", "NonInteractiveUserSignInLogs"
	}
	if !m.named("interactivesignins") {
		m.tally.guessedTable++
	}
	return "SigninLogs", "SignInLogs"
}

// portalStatus puts Status together. The portal has no error code for a
// success.
func (m *mapper) portalStatus(cells map[string]value) {
	code := cells["sign-in error code"]
	result := string(m.text(cells["status"]))
	if code.empty() && strings.EqualFold(result, "Success") {
		m.give("ResultType", m.literal("0"))
	} else {
		m.give("ResultType", code)
	}
	var status object
	if n, ok := parseInt(m.row.text("ResultType")); ok {
		status.raw("errorCode", fmt.Sprint(n))
	}
	status.add(m, "failureReason", cells["failure reason"], false)
	status.add(m, "additionalDetails", cells["multifactor authentication result"], false)
	status.give(m, "Status")
	m.give("PortalStatus", cells["status"])
}

func deviceParts() [][2]string {
	return [][2]string{
		{"device id", "deviceId"},
		{"operating system", "operatingSystem"},
		{"browser", "browser"},
		{"compliant", "isCompliant"},
		{"managed", "isManaged"},
		{"join type", "trustType"},
	}
}

func deviceHeadings() map[string]bool {
	headings := make(map[string]bool)
	for _, part := range deviceParts() {
		headings[part[0]] = true
	}
	return headings
}

func mfaHeadings() []string {
	return []string{
		"multifactor authentication result", "multifactor authentication auth method", "multifactor authentication auth detail",
	}
}

// portalLocation takes "City, State, CC" apart.
func (m *mapper) portalLocation(v value) {
	parts := strings.Split(string(m.text(v)), ", ")
	if len(parts) != 3 || len(parts[2]) != 2 {
		m.give("Location", v)
		return
	}
	m.give("Location", m.literal(parts[2]))
	var details object
	details.text("city", parts[0])
	details.text("state", parts[1])
	details.text("countryOrRegion", parts[2])
	details.give(m, "LocationDetails")
}

func (m *mapper) portalTenant(cells map[string]value) {
	crossed := cells["cross tenant access type"]
	home, resource := cells["home tenant id"], cells["resource tenant id"]
	if (crossed.empty() || strings.EqualFold(string(crossed.raw), "none")) && (home.empty() || bytes.EqualFold(home.raw, resource.raw)) {
		m.of(resource)
	}
}

func portalAuditMapping() *mapping {
	mp := &mapping{
		name:    "portal-audit",
		heading: true,
		columns: map[string]string{
			"date (utc)": "ActivityDateTime",
			"service":    "LoggedByService",
			"activity":   "ActivityDisplayName",
		},
		special: make(map[string]func(m *mapper, v value)),
	}
	drop(mp, "actortype", "actordisplayname", "actorobjectid", "actoruserprincipalname", "ipaddress",
		"actorserviceprincipalid", "actorserviceprincipalname", "user agent")
	for target := 1; target <= portalTargets; target++ {
		for _, part := range targetParts() {
			drop(mp, fmt.Sprintf("target%d%s", target, part[0]))
		}
		for property := 1; property <= portalProperties; property++ {
			for _, part := range propertyParts() {
				drop(mp, fmt.Sprintf("target%dmodifiedproperty%d%s", target, property, part[0]))
			}
		}
	}
	return mp
}

// The portal writes no more targets of an activity, and no more properties of
// a target, than these.
const (
	portalTargets    = 3
	portalProperties = 5
)

func targetParts() [][2]string {
	return [][2]string{
		{"objectid", "id"}, {"displayname", "displayName"}, {"type", "type"}, {"userprincipalname", "userPrincipalName"},
	}
}

func propertyParts() [][2]string {
	return [][2]string{{"name", "displayName"}, {"oldvalue", "oldValue"}, {"newvalue", "newValue"}}
}

func (m *mapper) portalAudit(mp *mapping, r *record) string {
	cells := m.headings(r)
	m.begin("AuditLogs")
	m.put(mp, r.members, 0)
	m.give("OperationName", cells["activity"])
	m.portalActor(cells)
	m.portalTargets(cells)
	if agent := cells["user agent"]; !agent.empty() {
		var detail object
		detail.text("key", "User-Agent")
		detail.add(m, "value", agent, false)
		m.give("AdditionalDetails", m.literal("["+detail.String()+"]"))
	}
	return ""
}

// portalActor puts InitiatedBy together.
func (m *mapper) portalActor(cells map[string]value) {
	var actor, by object
	kind := string(m.text(cells["actortype"]))
	m.give("ActorType", cells["actortype"])
	m.fill("Identity", cells["actordisplayname"])
	if strings.EqualFold(kind, "User") {
		actor.add(m, "id", cells["actorobjectid"], false)
		actor.add(m, "displayName", cells["actordisplayname"], false)
		actor.add(m, "userPrincipalName", cells["actoruserprincipalname"], false)
		actor.add(m, "ipAddress", cells["ipaddress"], false)
		by.raw("user", actor.String())
	} else {
		actor.add(m, "displayName", cells["actordisplayname"], false)
		actor.add(m, "servicePrincipalId", cells["actorserviceprincipalid"], false)
		actor.add(m, "servicePrincipalName", cells["actorserviceprincipalname"], false)
		actor.add(m, "objectId", cells["actorobjectid"], false)
		actor.add(m, "userPrincipalName", cells["actoruserprincipalname"], false)
		actor.add(m, "ipAddress", cells["ipaddress"], false)
		by.raw("app", actor.String())
	}
	by.give(m, "InitiatedBy")
}

// portalTargets puts TargetResources together. A record that fills all that
// the portal writes may have had more.
func (m *mapper) portalTargets(cells map[string]value) {
	var targets []string
	cut := false
	for n := 1; n <= portalTargets; n++ {
		var target object
		for _, part := range targetParts() {
			target.add(m, part[1], cells[fmt.Sprintf("target%d%s", n, part[0])], false)
		}
		var properties []string
		for p := 1; p <= portalProperties; p++ {
			var property object
			for _, part := range propertyParts() {
				property.add(m, part[1], cells[fmt.Sprintf("target%dmodifiedproperty%d%s", n, p, part[0])], false)
			}
			if len(property.members) > 0 {
				properties = append(properties, property.String())
			}
		}
		cut = cut || len(properties) == portalProperties
		if len(target.members) > 0 || len(properties) > 0 {
			target.raw("modifiedProperties", "["+strings.Join(properties, ",")+"]")
			targets = append(targets, target.String())
		}
	}
	if cut || len(targets) == portalTargets {
		m.tally.flattened++
	}
	m.give("TargetResources", m.literal("["+strings.Join(targets, ",")+"]"))
}

// An object is a JSON object that is being put together.
type object struct{ members []string }

// raw adds a member that is JSON already.
func (o *object) raw(name, json string) {
	o.members = append(o.members, string(appendQuoted(nil, []byte(name)))+":"+json)
}

func (o *object) text(name, text string) { o.raw(name, string(appendQuoted(nil, []byte(text)))) }

// add adds a cell, unless it is empty: as text, or as true or false if it is.
func (o *object) add(m *mapper, name string, v value, boolean bool) {
	if v.empty() {
		return
	}
	if boolean {
		if n, ok := m.boolean(v); ok {
			o.raw(name, fmt.Sprint(n == 1))
			return
		}
	}
	o.raw(name, string(m.quoted(v)))
}

func (o *object) String() string { return "{" + strings.Join(o.members, ",") + "}" }

// give sets a column to the object, as dynamic or as text, if it has members.
func (o *object) give(m *mapper, column string) {
	if len(o.members) > 0 {
		m.give(column, m.literal(o.String()))
	}
}

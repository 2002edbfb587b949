package ingest

import (
	"bytes"
	"cmp"
	"fmt"
	"strings"

	"github.com/conshelf/conshelf/internal/schema"
)

// Sign-ins as the Entra portal saves them as CSV. What Microsoft Graph has as
// one object, the portal spreads over columns; here it is put together again.
// Headings drift from release to release and are in the portal's language, so
// that they are known by name, never by place.

const portalSignIns = "entra-portal-sign-ins"

func portalSignInShapes() []shape {
	mp := portalSignInMapping()
	return []shape{{
		name: portalSignIns, all: []string{"date (utc)"},
		any: []string{
			"request id", "ip address", "status", "username", "user", "user id", "application", "application id", "resource",
			"location", "client app", "user agent", "correlation id", "sign-in error code", "conditional access",
			"authentication requirement", "service principal id", "service principal name",
		},
		least: 4,
		none:  []string{"actortype", "authentication method", "authentication method detail"},
		row:   func(m *mapper, r *record) string { return m.portalSignIn(mp, r) },
	}}
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
	documented := schema.Values()
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
			"unique token identifier":         "UniqueTokenIdentifier",
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
			"sign-in identifier":              "SignInIdentifier",
			"session id":                      "SessionId",
			"ip address (seen by resource)":   "IPAddressFromResourceProvider",
			"global secure access ip address": "GlobalSecureAccessIpAddress",
			"autonomous system number":        "AutonomousSystemNumber",
			"token issuer name":               "TokenIssuerName",
			"service principal id":            "ServicePrincipalId",
			"credential key id":               "ServicePrincipalCredentialKeyId",
			"credential thumbprint":           "ServicePrincipalCredentialThumbprint",
		},
		special: map[string]func(m *mapper, v value){
			"user":                   identified("UserDisplayName"),
			"service principal name": identified("ServicePrincipalName"),
			"latency":                (*mapper).processingTime,

			"through global secure access": portalTruth("IsThroughGlobalSecureAccess"),
			"flagged for review":           portalTruth("FlaggedForReview"),

			"authentication requirement": named("AuthenticationRequirement", portalRequirement),
			"conditional access":         named("ConditionalAccessStatus", portalConditionalAccess),
			"location":                   (*mapper).portalLocation,
			"user type":                  named("UserType", portalUserType),
			"client app":                 named("ClientAppUsed", portalClient),
			"cross tenant access type":   graphWord("CrossTenantAccessType", documented["CrossTenantAccessType"]),
			"authentication protocol":    graphWord("AuthenticationProtocol", documented["AuthenticationProtocol"]),
			"token issuer type":          graphWord("TokenIssuerType", documented["TokenIssuerType"]),
			"incoming token type": graphWord("IncomingTokenType", []string{
				"none", "primaryRefreshToken", "saml11", "saml20", "remoteDesktopToken", "refreshToken",
			}),
			"original transfer method": graphWord("OriginalTransferMethod", []string{"none", "deviceCodeFlow", "authenticationTransfer"}),
			"client credential type": graphWord("ClientCredentialType", []string{
				"none", "clientSecret", "clientAssertion", "federatedIdentityCredential", "managedIdentity", "certificate",
			}),
		},
	}
	drop(mp, "status", "sign-in error code", "failure reason")
	for _, parts := range [][][2]string{deviceParts(), mfaParts(), tokenProtectionParts(), managedIdentityParts()} {
		for _, part := range parts {
			drop(mp, part[0])
		}
	}
	drop(mp, "multifactor authentication result")
	return mp
}

// drop leaves headings to the functions that put objects together.
func drop(mp *mapping, headings ...string) {
	for _, heading := range headings {
		mp.special[heading] = func(*mapper, value) {}
	}
}

// graphWord returns a function that sets column to the value that Graph has
// for one that the portal shows with spaces and capitals: Device code is
// deviceCode. Another value stays as it is.
func graphWord(column string, values []string) func(m *mapper, v value) {
	words := make(map[string]string, len(values))
	for _, word := range values {
		words[foldWord(word)] = word
	}
	return named(column, func(s string) string {
		return cmp.Or(words[foldWord(s)], words[foldWord(englishValue(s))], s)
	})
}

// portalTruth returns a function that sets column to true or false where the
// portal writes Yes or No, in any language.
func portalTruth(column string) func(m *mapper, v value) {
	return func(m *mapper, v value) {
		switch englishValue(string(m.text(v))) {
		case "true", "1":
			v = value{kind: kindBool, raw: []byte("true")}
		case "false", "0":
			v = value{kind: kindBool, raw: []byte("false")}
		}
		m.give(column, v)
	}
}

func portalRequirement(s string) string {
	switch englishValue(s) {
	case "single-factor authentication":
		return "singleFactorAuthentication"
	case "multifactor authentication", "multi-factor authentication":
		return "multiFactorAuthentication"
	}
	return s
}

func portalUserType(s string) string {
	switch englishValue(s) {
	case "member":
		return "Member"
	case "guest":
		return "Guest"
	}
	return s
}

func portalClient(s string) string {
	switch englishValue(s) {
	case "browser":
		return "Browser"
	case "mobile apps and desktop clients":
		return "Mobile Apps and Desktop clients"
	}
	return s
}

func portalConditionalAccess(s string) string {
	switch english := englishValue(s); english {
	case "success", "failure":
		return english
	case "not applied":
		return "notApplied"
	}
	return s
}

func (m *mapper) portalSignIn(mp *mapping, r *record) string {
	cells := m.headings(r)
	kind := m.portalKind(cells)
	m.begin(kind.table())
	m.give("OperationName", m.literal("Sign-in activity"))
	m.signInKind(kind)
	m.interactive(kind)
	m.put(mp, r.members, 0)
	m.portalStatus(cells)
	m.assemble(cells, "DeviceDetail", deviceParts())
	m.assemble(cells, "MfaDetail", mfaParts())
	m.assemble(cells, "TokenProtectionStatusDetails", tokenProtectionParts())
	m.assemble(cells, "ManagedServiceIdentity", managedIdentityParts())
	m.portalTenant(cells)
	return ""
}

// interactive notes what the kind says of a user's sign-in; an undecided one
// has null there.
func (m *mapper) interactive(k signInKind) {
	switch k {
	case interactiveSignIn:
		m.give("IsInteractive", m.literal("true"))
	case nonInteractiveSignIn:
		m.give("IsInteractive", m.literal("false"))
	case undecidedSignIn, undecidedApplication, applicationSignIn, managedIdentitySignIn:
	}
}

// portalKind returns what kind of sign-in a row is. The portal tells that in
// the file's name alone; only what has no user is no user's.
func (m *mapper) portalKind(cells map[string]value) signInKind {
	named := m.namedKind()
	application := cells["user id"].empty() && cells["username"].empty() && !cells["service principal id"].empty()
	if identity := englishValue(string(m.text(cells["managed identity type"]))); application && identity != "" && identity != "none" {
		return managedIdentitySignIn
	}
	return named.among(application)
}

// assemble puts an object together from cells, and gives it to a column.
func (m *mapper) assemble(cells map[string]value, column string, parts [][2]string) {
	var o object
	for _, part := range parts {
		v := cells[part[0]]
		switch {
		case column == "ManagedServiceIdentity" && strings.EqualFold(string(m.text(v)), "none"):
		case part[1] == "signInSessionStatusCode":
			o.number(m, part[1], v)
		case part[1] == "isCompliant" || part[1] == "isManaged":
			o.truth(m, part[1], v)
		default:
			o.add(m, part[1], v)
		}
	}
	o.give(m, column)
}

// portalStatus puts Status together. The portal has no error code for a
// success.
func (m *mapper) portalStatus(cells map[string]value) {
	code := cells["sign-in error code"]
	result := englishValue(string(m.text(cells["status"])))
	none := code.empty() || strings.EqualFold(string(m.text(code)), "none")
	switch {
	case none && result == "success":
		m.give("ResultType", m.literal("0"))
	case none:
		m.tally.noResult++
	default:
		m.give("ResultType", code)
	}
	if result != "success" {
		m.give("ResultDescription", cells["failure reason"])
	}
	var status object
	if n, ok := parseInt(m.row.text("ResultType")); ok {
		status.raw("errorCode", fmt.Sprint(n))
	}
	status.add(m, "failureReason", cells["failure reason"])
	status.add(m, "additionalDetails", cells["multifactor authentication result"])
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

func mfaParts() [][2]string {
	return [][2]string{
		{"multifactor authentication auth method", "authMethod"},
		{"multifactor authentication auth detail", "authDetail"},
	}
}

func tokenProtectionParts() [][2]string {
	return [][2]string{
		{"token protection - sign in session", "signInSessionStatus"},
		{"token protection - sign in session statuscode", "signInSessionStatusCode"},
	}
}

func managedIdentityParts() [][2]string {
	return [][2]string{
		{"managed identity type", "msiType"},
		{"associated resource id", "associatedResourceId"},
		{"federated token id", "federatedTokenId"},
		{"federated token issuer", "federatedTokenIssuer"},
	}
}

// portalLocation takes "City, Region, CC" apart. A city or a region with a
// comma in it cannot be told from the other: then only the country is taken,
// and what was written is kept.
func (m *mapper) portalLocation(v value) {
	parts := strings.Split(string(m.text(v)), ",")
	for i := range parts {
		parts[i] = strings.TrimSpace(parts[i])
	}
	country := parts[len(parts)-1]
	if len(country) != 2 || strings.ToUpper(country) != country {
		m.give("Location", v)
		return
	}
	m.give("Location", m.literal(country))
	var details object
	if len(parts) == 3 {
		details.some("city", parts[0])
		details.some("state", parts[1])
	}
	details.text("countryOrRegion", country)
	details.give(m, "LocationDetails")
	if len(parts) == 2 || len(parts) > 3 {
		m.side(m.row.column("Location"), v)
	}
}

func (m *mapper) portalTenant(cells map[string]value) {
	crossed := cells["cross tenant access type"]
	home, resource := cells["home tenant id"], cells["resource tenant id"]
	if (crossed.empty() || englishValue(string(crossed.raw)) == "none") && (home.empty() || bytes.EqualFold(home.raw, resource.raw)) {
		m.of(resource)
	}
}

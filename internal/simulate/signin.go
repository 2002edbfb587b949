package simulate

// A signIn is one sign-in of a person.
type signIn struct {
	at          instant
	id          guid
	correlation guid
	session     guid
	token       guid
	user        *user
	stranger    string // the name that was tried, if user is nil
	app         *app
	device      *device
	net         *network
	code        int
	interactive bool
	client      string // clientAppUsed, if not the application's usual one
	proof       proof
	risk        risk
}

// A proof is how a sign-in met the demand for a second factor.
type proof int

const (
	noProof    proof = iota
	byClaim          // the token says it was given before
	byApp            // the person approved it just now
	unanswered       // it was asked for and not given
)

// A risk is what Identity Protection made of a sign-in. The zero risk is none.
type risk struct {
	level  string
	state  string
	detail string
	events []string
}

func (s *signIn) legacy() bool {
	switch s.client {
	case "IMAP4", "POP3", "Authenticated SMTP":
		return true
	}
	return false
}

// mfaResult is what the policy that demands a second factor came to.
func (s *signIn) mfaResult() string {
	switch {
	case s.proof == unanswered:
		return "failure"
	case s.code != 0, s.user == nil, s.user.exempt, s.legacy():
		return "notApplied"
	}
	return "success"
}

func (s *signIn) account() (upn, name, id string) {
	if s.user == nil {
		return s.stranger, s.stranger, guid{}.String()
	}
	return s.user.upn, s.user.name, s.user.id.String()
}

// write writes s to its export, and to the Unified Audit Log, which has its
// own record of each interactive sign-in that was finished.
func (s *signIn) write(x *exports) {
	x.signIn(s)
	if s.interactive && s.finished() && x.on[UnifiedAuditLog] {
		x.unified(s.unified())
	}
	if c, ok := s.callsGraph(); ok {
		c.write(x)
	}
}

func (s *signIn) when() instant { return s.at }

// finished says that no other attempt completes this one.
func (s *signIn) finished() bool {
	switch s.code {
	case 0, 50126, 50053, 50034:
		return true
	}
	return false
}

// append appends s as Graph's beta endpoint returns it, or, if diagnostic, as
// the properties of a diagnostic settings record.
func (s *signIn) append(b []byte, x *exports, diagnostic bool, padTo int) []byte {
	o := object{b: b}
	o.open().id("id", s.id).key("createdDateTime")
	o.b = append(o.b, '"')
	if diagnostic {
		o.b = append(x.calendar.ticks(o.b, s.at), "+00:00\""...)
	} else {
		o.b = append(x.calendar.seconds(o.b, s.at), "Z\""...)
	}
	s.who(&o, x)
	s.what(&o)
	s.outcome(&o)
	s.where(&o)
	s.methods(&o, x)
	x.world.policies.append(&o, s, padTo)
	return o.close().b
}

func (s *signIn) who(o *object, x *exports) {
	upn, name, _ := s.account()
	o.text("userDisplayName", name).text("userPrincipalName", upn)
	if s.user == nil {
		o.id("userId", guid{})
	} else {
		o.id("userId", s.user.id)
	}
	kind, crossing, home := "member", "none", x.world.tenant
	if s.user != nil && s.user.homeTenant != (guid{}) {
		kind, crossing, home = "guest", "b2bCollaboration", s.user.homeTenant
	}
	o.text("userType", kind).id("homeTenantId", home).id("resourceTenantId", x.world.tenant)
	o.text("signInIdentifier", upn)
	o.fixed(`"homeTenantName":"","signInIdentifierType":null,"crossTenantAccessType":"` + crossing + `","servicePrincipalName":null,"servicePrincipalId":""`)
}

func (s *signIn) what(o *object) {
	o.text("appId", s.app.id).text("appDisplayName", s.app.name)
	o.text("resourceDisplayName", s.app.resource).text("resourceId", s.app.resourceID)
	o.text("clientAppUsed", s.clientApp()).text("userAgent", s.agent())
	o.id("correlationId", s.correlation).id("originalRequestId", s.id).truth("isInteractive", s.interactive)
	if s.interactive {
		o.raw("signInEventTypes", `["interactiveUser"]`)
	} else {
		o.raw("signInEventTypes", `["nonInteractiveUser"]`)
	}
	o.text("incomingTokenType", s.app.incoming).text("authenticationProtocol", s.app.protocol)
	o.id("sessionId", s.session).key("uniqueTokenIdentifier")
	o.b = append(appendToken(append(o.b, '"'), s.token), '"')
	o.fixed(`"tokenIssuerName":"","tokenIssuerType":"AzureAD","clientCredentialType":"none","originalTransferMethod":"` + s.transfer() + `","signInTokenProtectionStatus":"none","isTenantRestricted":false,"flaggedForReview":false`)
	o.number("processingTimeInMilliseconds", 60+int(s.token[0]))
}

// transfer is how the sign-in came from another device.
func (s *signIn) transfer() string {
	if s.app.protocol == deviceCodeFlow {
		return "deviceCodeFlow"
	}
	return "none"
}

func (s *signIn) clientApp() string {
	if s.client != "" {
		return s.client
	}
	return s.app.client
}

func (s *signIn) agent() string {
	if s.app.userAgent != "" {
		return s.app.userAgent
	}
	return s.device.userAgent
}

func (s *signIn) outcome(o *object) {
	o.text("conditionalAccessStatus", s.accessStatus())
	o.text("riskDetail", orNone(s.risk.detail)).text("riskLevelAggregated", orNone(s.risk.level))
	o.text("riskLevelDuringSignIn", orNone(s.risk.level)).text("riskState", orNone(s.risk.state))
	o.texts("riskEventTypes_v2", s.risk.events)
	reason, details := failure(s.code)
	o.key("status").open().number("errorCode", s.code).text("failureReason", reason).text("additionalDetails", details).close()
}

func (s *signIn) accessStatus() string {
	if result := s.mfaResult(); result != "failure" {
		return result
	}
	return "failure"
}

func orNone(s string) string {
	if s == "" {
		return "none"
	}
	return s
}

func (s *signIn) where(o *object) {
	o.text("ipAddress", s.net.ip).raw("ipAddressFromResourceProvider", "null").number("autonomousSystemNumber", s.net.asn)
	o.location(s.net.place)
	d := s.device
	o.key("deviceDetail").open()
	if d.id == (guid{}) {
		o.text("deviceId", "")
	} else {
		o.id("deviceId", d.id)
	}
	o.text("displayName", d.name).text("operatingSystem", d.os).text("browser", d.browser)
	o.truth("isCompliant", d.managed).truth("isManaged", d.managed).text("trustType", d.trust).close()
	if s.net.name == "" {
		o.raw("networkLocationDetails", "[]")
		return
	}
	o.key("networkLocationDetails")
	o.b = append(o.b, '[')
	o.open().text("networkType", "trustedNamedLocation").texts("networkNames", []string{s.net.name}).close()
	o.b = append(o.b, ']')
}

func (o *object) location(p *place) *object {
	o.key("location").open().text("city", p.city).text("state", p.state).text("countryOrRegion", p.country)
	o.key("geoCoordinates").open().raw("altitude", "null").degrees("latitude", p.latitude).degrees("longitude", p.longitude).close()
	return o.close()
}

// methods appends how the person proved to be who they are.
func (s *signIn) methods(o *object, x *exports) {
	requirement := "multiFactorAuthentication"
	if s.proof == noProof {
		requirement = "singleFactorAuthentication"
	}
	o.text("authenticationRequirement", requirement)
	o.fixed(`"authenticationMethodsUsed":[],"authenticationRequirementPolicies":[],"authenticationProcessingDetails":[{"key":"Is CAE Token","value":"False"}],"sessionLifetimePolicies":[]`)
	o.key("authenticationDetails")
	o.b = append(o.b, '[')
	if s.interactive && s.user != nil {
		s.password(o, x)
		s.second(o, x)
	}
	o.b = append(o.b, ']')
	if s.proof == byApp {
		o.raw("mfaDetail", `{"authMethod":"Mobile app notification","authDetail":null}`)
	} else {
		o.raw("mfaDetail", "null")
	}
}

func (s *signIn) password(o *object, x *exports) {
	wrong := s.code == 50126 || s.code == 50053
	result := "Correct password"
	if wrong {
		result = "Invalid username or password or Invalid on-premise username or password."
	}
	s.step(o, x, "Password", "Password in the cloud", !wrong, result, "Primary authentication")
}

func (s *signIn) second(o *object, x *exports) {
	switch s.proof {
	case noProof:
	case byClaim:
		o.b = append(o.b, ',')
		s.step(o, x, "Previously satisfied", "", true, "MFA requirement satisfied by claim in the token", "")
	case byApp:
		o.b = append(o.b, ',')
		s.step(o, x, "Mobile app notification", "", true, "MFA completed in Azure AD", "")
	case unanswered:
		o.b = append(o.b, ',')
		s.step(o, x, "Mobile app notification", "", false, "Authentication in progress", "")
	default:
		panic(s.proof)
	}
}

func (s *signIn) step(o *object, x *exports, method, detail string, ok bool, result, requirement string) {
	o.open().key("authenticationStepDateTime")
	o.b = append(x.calendar.seconds(append(o.b, '"'), s.at), "Z\""...)
	o.text("authenticationMethod", method).text("authenticationMethodDetail", detail).truth("succeeded", ok)
	o.text("authenticationStepResultDetail", result).text("authenticationStepRequirement", requirement).close()
}

const tokenDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"

// appendToken appends g as token identifiers are written: 22 characters.
func appendToken(b []byte, g guid) []byte {
	for i := range 22 {
		b = append(b, tokenDigits[(g[i%16]>>(i/16))&63])
	}
	return b
}

// failure returns the texts that go with an error code.
func failure(code int) (reason, details string) {
	switch code {
	case 0:
		return "Other.", ""
	case 50034:
		return "The user account does not exist in the {tenant} directory. To sign into this application, the account must be added to the directory.", ""
	case 50053:
		return "The account is locked, you've tried to sign in too many times with an incorrect user ID or password.", ""
	case 50055:
		return "Invalid password, entered expired password.", ""
	case 50058:
		return "Session information is not sufficient for single-sign-on.", ""
	case 50074:
		return "Strong Authentication is required.", "The user required multi-factor authentication"
	case 50126:
		return "Error validating credentials due to invalid username or password.", ""
	case 50140:
		return "This error occurred due to 'Keep me signed in' interrupt when the user was signing-in.", ""
	case 50173:
		return "The provided grant has expired due to it being revoked, a fresh auth token is needed.", ""
	case 65001:
		return "The user or administrator has not consented to use the application with ID '{identifier}'{namePhrase}. Send an interactive authorization request for this user and resource.", ""
	case 70043:
		return "The refresh token has expired or is invalid due to sign-in frequency checks by conditional access.", ""
	case 500121:
		return "Authentication failed during strong authentication request.", "MFA denied; user did not respond to mobile app notification"
	}
	panic(code)
}

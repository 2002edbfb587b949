package ingest

import (
	"bytes"
	"slices"
	"strings"
)

// Alerts as Microsoft Graph has them: those of Defender XDR (security/alerts_v2)
// and of the older interface (security/alerts). Both become rows of
// SecurityAlert, whose Entities are put together from the alert's evidence; the
// evidence itself stays beside them, whole.

const graphAlerts = "graph-alerts"

func graphAlertShapes() []shape {
	newer, older := alertMapping(), legacyAlertMapping()
	none := []string{"properties", "timegenerated", "systemalertid"}
	return []shape{
		{
			name: "graph-legacy-alerts", all: []string{"title", "vendorinformation"},
			any: []string{
				"eventdatetime", "userstates", "hoststates", "networkconnections", "cloudappstates", "azuretenantid",
				"detectionids", "sourcematerials",
			},
			least: 2, none: none,
			row: func(m *mapper, r *record) string { return m.legacyAlert(older, r) },
		},
		{
			// As a collector makes a table of it: who says so is in other columns.
			name: "graph-legacy-alerts", all: []string{"title", "severity", "eventdatetime"},
			any:   []string{"azuretenantid", "lastmodifieddatetime", "activitygroupname", "detectionids", "confidence", "azuresubscriptionid"},
			least: 2, none: none,
			row: func(m *mapper, r *record) string { return m.legacyAlert(older, r) },
		},
		{
			name: graphAlerts, all: []string{"title", "severity", "createddatetime"},
			any: []string{
				"servicesource", "detectionsource", "evidence", "alertweburl", "provideralertid", "incidentid", "detectorid",
				"firstactivitydatetime", "mitretechniques",
			},
			least: 2, none: none,
			row: func(m *mapper, r *record) string { return m.alert(newer, r) },
		},
	}
}

func alertMapping() *mapping {
	return withAdditional(&mapping{
		name: "alert",
		columns: map[string]string{
			"id":                    "SystemAlertId",
			"provideralertid":       "VendorOriginalId",
			"title":                 "AlertName",
			"createddatetime":       timeGenerated,
			"firstactivitydatetime": "StartTime",
			"lastactivitydatetime":  "EndTime",
			"alertweburl":           "AlertLink",
			"recommendedactions":    "RemediationSteps",
		},
		special: map[string]func(m *mapper, v value){
			"severity": named("AlertSeverity", capital),
			"status":   named("Status", capital),
			"tenantid": tenantIn("AADTenantId"),
			"category": (*mapper).alertCategory,
		},
	})
}

// alert makes the row of an alert of Defender XDR.
func (m *mapper) alert(mp *mapping, r *record) string {
	m.begin("SecurityAlert")
	m.pascal = isPascal(r.members)
	m.put(mp, r.members, 0)
	m.fill("DisplayName", m.lookup(r.members, "title"))
	m.give("VendorName", m.literal("Microsoft"))
	source := string(m.text(m.lookup(r.members, "serviceSource")))
	provider, product := alertProvider(source)
	m.give("ProviderName", m.literal(provider))
	m.fill("ProductName", m.literal(product))
	m.alertTechniques(m.lookup(r.members, "mitreTechniques"))
	m.alertEntities(m.evidence(m.asGraph(m.lookup(r.members, "evidence"))))
	return ""
}

// alertCategory stores the category, and as a tactic if it is one.
func (m *mapper) alertCategory(v value) {
	if i := m.own("category", false); i >= 0 {
		m.set(i, v)
	}
	if text := string(m.text(v)); isTactic(text) {
		m.give("Tactics", m.literal(text))
	}
}

func isTactic(s string) bool {
	switch s {
	case "Reconnaissance", "ResourceDevelopment", "InitialAccess", "Execution", "Persistence", "PrivilegeEscalation",
		"DefenseEvasion", "CredentialAccess", "Discovery", "LateralMovement", "Collection", "CommandAndControl",
		"Exfiltration", "Impact":
		return true
	}
	return false
}

// alertTechniques stores techniques and sub-techniques as SecurityAlert has
// them: apart, and each as text that holds a list.
func (m *mapper) alertTechniques(v value) {
	var techniques, subs []string
	for _, e := range m.elements(v) {
		id := string(m.text(e))
		if parent, _, ok := strings.Cut(id, "."); ok {
			subs = append(subs, id)
			id = parent
		}
		if !slices.Contains(techniques, id) {
			techniques = append(techniques, id)
		}
	}
	m.give("Techniques", m.list(techniques))
	m.give("SubTechniques", m.list(subs))
}

// list returns a JSON list of text, valid until the next call, or nothing.
func (m *mapper) list(texts []string) value {
	if len(texts) == 0 {
		return value{}
	}
	b := []byte{'['}
	for _, s := range texts {
		b = appendQuoted(appendComma(b), []byte(s))
	}
	return m.literal(string(append(b, ']')))
}

// elements returns the elements of an array, or of an array inside text.
func (m *mapper) elements(v value) []value {
	if v = m.arrayOf(v); v.kind != kindArray {
		return nil
	}
	var list []value
	s := scan{data: v.raw, maxDepth: m.limits.Depth}
	for i := s.space(1); i < len(s.data) && s.data[i] != ']'; {
		var e value
		if i = s.member(i, &e); i < 0 {
			break // unreachable: the array was scanned before
		}
		list = append(list, e)
		if i = s.space(i); i < len(s.data) && s.data[i] == ',' {
			i = s.space(i + 1)
		}
	}
	return list
}

// arrayOf returns the array that text is as JSON, or the value as it is.
func (m *mapper) arrayOf(v value) value {
	if v.kind != kindText && v.kind != kindString {
		return v
	}
	text := bytes.TrimSpace(m.text(v))
	if len(text) == 0 || text[0] != '[' {
		return v
	}
	s := scan{maxDepth: m.limits.Depth}
	if inner, ok := s.document(bytes.Clone(text)); ok {
		return inner
	}
	return v
}

// alertProvider returns the names that SecurityAlert has for the source of an
// alert. A source without known names keeps its own.
func alertProvider(source string) (provider, product string) {
	switch source {
	case "microsoftDefenderForCloudApps":
		return "MCAS", "Microsoft Cloud App Security"
	case "azureAdIdentityProtection":
		return "IPC", "Azure Active Directory Identity Protection"
	case "microsoftDefenderForEndpoint":
		return "MDATP", "Microsoft Defender Advanced Threat Protection"
	case "microsoftDefenderForOffice365":
		return "OATP", "Office 365 Advanced Threat Protection"
	case "microsoftDefenderForIdentity":
		return "Azure Advanced Threat Protection", "Azure Advanced Threat Protection"
	case "microsoftDefenderForCloud":
		return "Azure Security Center", "Azure Security Center"
	}
	return source, ""
}

func legacyAlertMapping() *mapping {
	return withAdditional(&mapping{
		name: "legacy-alert",
		columns: map[string]string{
			"id":                  "SystemAlertId",
			"title":               "AlertName",
			"category":            "AlertType",
			"createddatetime":     timeGenerated,
			"eventdatetime":       "StartTime",
			"azuresubscriptionid": "WorkspaceSubscriptionId",
			"sourcematerials":     "ExtendedLinks",
			"recommendedactions":  "RemediationSteps",
		},
		special: map[string]func(m *mapper, v value){
			"severity":      named("AlertSeverity", capital),
			"status":        named("Status", legacyStatus),
			"azuretenantid": tenantIn("AADTenantId"),
		},
	})
}

func legacyStatus(s string) string {
	if s == "newAlert" {
		return "New"
	}
	return capital(s)
}

// legacyAlert makes the row of an alert of the older interface.
func (m *mapper) legacyAlert(mp *mapping, r *record) string {
	m.begin("SecurityAlert")
	m.pascal = isPascal(r.members)
	m.put(mp, r.members, 0)
	m.fill("DisplayName", m.lookup(r.members, "title"))
	m.fill("EndTime", m.lookup(r.members, "eventDateTime"))
	vendor := m.lookup(r.members, "vendorInformation")
	m.give("ProviderName", m.lookup(m.object(vendor), "provider"))
	m.give("VendorName", m.lookup(m.object(vendor), "vendor"))
	m.alertEntities(m.states(r.members))
	return ""
}

// entities are the entities of an alert, as SecurityAlert writes them.
type entities struct {
	list  [][]byte
	users []string // each once, in any case
}

// add adds an entity, unless the alert has it already.
func (e *entities) add(o *object, kind string) {
	if len(o.members) == 0 {
		return
	}
	o.text("Type", kind)
	text := []byte(o.String())
	if !slices.ContainsFunc(e.list, func(have []byte) bool { return bytes.Equal(have, text) }) {
		e.list = append(e.list, text)
	}
}

// account adds an account.
func (e *entities) account(upn, name, domain, id, sid string) {
	var o object
	if user, suffix, ok := strings.Cut(upn, "@"); ok {
		o.some("Name", user)
		o.some("UPNSuffix", suffix)
	} else {
		o.some("Name", name)
		o.some("NTDomain", domain)
	}
	o.some("AadUserId", id)
	o.some("Sid", sid)
	if upn != "" && !slices.ContainsFunc(e.users, func(have string) bool { return strings.EqualFold(have, upn) }) {
		e.users = append(e.users, upn)
	}
	e.add(&o, "account")
}

func (e *entities) one(member, text, kind string) {
	var o object
	o.some(member, text)
	e.add(&o, kind)
}

// alertEntities stores the entities, and names the account that the alert is
// about if it names one alone.
func (m *mapper) alertEntities(e *entities) {
	if len(e.list) > 0 {
		m.give("Entities", m.literal("["+string(bytes.Join(e.list, []byte{','}))+"]"))
	}
	if len(e.users) == 1 {
		m.fill("CompromisedEntity", m.literal(e.users[0]))
	}
}

// asGraph returns a value with its members named as Graph names them. It is
// valid until the next call.
func (m *mapper) asGraph(v value) value {
	if m.pascal {
		return m.camelCase(v)
	}
	return v
}

// pathText returns the text at a path of members.
func (m *mapper) pathText(v value, path ...string) string {
	for _, name := range path {
		v = m.lookup(m.object(v), name)
	}
	if v.kind != kindString {
		return ""
	}
	return string(m.text(v))
}

// evidence reads the evidence of an alert of Defender XDR. What is neither
// account, address, host, mailbox, application, link nor file is in the alert's
// evidence alone.
func (m *mapper) evidence(v value) *entities {
	e := &entities{}
	for _, item := range m.elements(v) {
		get := func(path ...string) string { return m.pathText(item, path...) }
		switch strings.TrimPrefix(get("@odata.type"), "#microsoft.graph.security.") {
		case "userEvidence":
			m.userEntity(e, item)
		case "mailboxEvidence":
			e.one("MailboxPrimaryAddress", get("primaryAddress"), "mailbox")
			m.userEntity(e, item)
		case "ipEvidence":
			e.one("Address", get("ipAddress"), "ip")
		case "urlEvidence":
			e.one("Url", get("url"), "url")
		case "deviceEvidence":
			var o object
			o.some("HostName", get("deviceDnsName"))
			o.some("MdatpDeviceId", get("mdeDeviceId"))
			o.some("AadDeviceId", get("azureAdDeviceId"))
			e.add(&o, "host")
		case "oauthApplicationEvidence", "cloudApplicationEvidence":
			var o object
			o.some("Name", get("displayName"))
			o.some("OAuthAppId", get("appId"))
			e.add(&o, "cloud-application")
		case "fileEvidence":
			var o object
			o.some("Directory", get("fileDetails", "filePath"))
			o.some("Name", get("fileDetails", "fileName"))
			e.add(&o, "file")
		}
	}
	return e
}

func (m *mapper) userEntity(e *entities, item value) {
	get := func(name string) string { return m.pathText(item, "userAccount", name) }
	e.account(get("userPrincipalName"), get("accountName"), get("domainName"), get("azureAdUserId"), get("userSid"))
}

// states reads the states that an alert of the older interface has instead of
// evidence.
func (m *mapper) states(members []member) *entities {
	e := &entities{}
	for _, s := range m.elements(m.asGraph(m.lookup(members, "userStates"))) {
		get := func(name string) string { return m.pathText(s, name) }
		e.account(get("userPrincipalName"), get("accountName"), get("domainName"), get("aadUserId"), get("onPremisesSecurityIdentifier"))
		e.one("Address", get("logonIp"), "ip")
	}
	for _, s := range m.elements(m.asGraph(m.lookup(members, "hostStates"))) {
		e.one("HostName", m.pathText(s, "fqdn"), "host")
	}
	for _, s := range m.elements(m.asGraph(m.lookup(members, "networkConnections"))) {
		e.one("Address", m.pathText(s, "sourceAddress"), "ip")
	}
	for _, s := range m.elements(m.asGraph(m.lookup(members, "cloudAppStates"))) {
		e.one("Name", m.pathText(s, "destinationServiceName"), "cloud-application")
	}
	return e
}

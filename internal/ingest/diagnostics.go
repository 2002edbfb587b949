package ingest

import (
	"fmt"
	"strings"
)

// Records of Azure's diagnostic settings: JSON Lines in storage, or
// {"records":[…]} in Event Hub messages. What Entra ID and Microsoft Graph
// write goes to the table of its category, the rest to AzureDiagnostics.

func diagnosticShapes() []shape {
	d := newDiagnostics()
	around := []string{"time", "resourceid", "operationname", "operationversion", "resulttype", "identity"}
	none := []string{"timegenerated", "eventtimestamp", "event_timestamp", "eventdataid"}
	return []shape{
		// Some categories have no time around their properties.
		{name: "azure-diagnostics", all: []string{"category", "properties"}, any: around, least: 1, none: none, row: d.row},
		{name: "azure-diagnostics", all: []string{"category", "time"}, any: around, least: 3, none: none, row: d.row},
	}
}

// diagnostics maps diagnostic records.
type diagnostics struct {
	entra    map[string]entraCategory // by lower-case category
	activity map[string]bool          // categories of Azure's activity log
	outer    *mapping
	auditOut *mapping
	keyVault *keyVault
	azure    *azureActivity
	hunting  *mapping // what is around an event of Defender XDR
	event    *mapping
	storage  *storage
	whole    *mapping // records whose properties are one column
}

type entraCategory struct {
	table   string
	mapping *mapping
}

func newDiagnostics() *diagnostics {
	signIn, audit, risk := signInMapping(), auditMapping(), riskMapping()
	plain := &mapping{name: "plain", columns: map[string]string{"tenantid": "AADTenantId"}}
	graph := &mapping{name: "graph-activity", columns: plain.columns, special: map[string]func(m *mapper, v value){
		"userprincipalobjectid": (*mapper).graphCaller,
		"c_sid":                 into("SessionId"),
		"c_deviceid":            into("DeviceId"),
	}}
	return &diagnostics{
		entra: map[string]entraCategory{
			"signinlogs":                          {"SigninLogs", signIn},
			"noninteractiveusersigninlogs":        {"AADNonInteractiveUserSignInLogs", signIn},
			"serviceprincipalsigninlogs":          {"AADServicePrincipalSignInLogs", signIn},
			"managedidentitysigninlogs":           {"AADManagedIdentitySignInLogs", signIn},
			"adfssigninlogs":                      {"ADFSSignInLogs", signIn},
			"microsoftserviceprincipalsigninlogs": {"MicrosoftServicePrincipalSignInLogs", signIn},
			"auditlogs":                           {"AuditLogs", audit},
			"customsecurityattributeauditlogs":    {"AADCustomSecurityAttributeAuditLogs", audit},
			"provisioninglogs":                    {"AADProvisioningLogs", plain},
			"azureadgraphactivitylogs":            {"AADGraphActivityLogs", graph},
			"networkaccessgenerativeaiinsights":   {"NetworkAccessGenerativeAIInsights", plain},
			"riskyusers":                          {"AADRiskyUsers", risk},
			"userriskevents":                      {"AADUserRiskEvents", risk},
			"riskyserviceprincipals":              {"AADRiskyServicePrincipals", risk},
			"serviceprincipalriskevents":          {"AADServicePrincipalRiskEvents", risk},
			"riskyagents":                         {"AADRiskyAgents", risk},
			"agentriskevents":                     {"AADAgentRiskEvents", risk},
			"microsoftgraphactivitylogs":          {"MicrosoftGraphActivityLogs", graph},
			"graphnotificationsactivitylogs":      {"GraphNotificationsActivityLogs", plain},
			"aadgraphactivitylogs":                {"AADGraphActivityLogs", graph},
			"networkaccesstrafficlogs":            {"NetworkAccessTraffic", plain},
			"networkaccessalerts":                 {"NetworkAccessAlerts", plain},
			"networkaccessconnectionevents":       {"NetworkAccessConnectionEvents", plain},
			"remotenetworkhealthlogs":             {"RemoteNetworkHealthLogs", plain},
			"enrichedoffice365auditlogs":          {"EnrichedMicrosoft365AuditLogs", plain},
			"b2crequestlogs":                      {"AADB2CRequestLogs", plain},
			"enrichedmicrosoft365auditlogs":       {"EnrichedMicrosoft365AuditLogs", plain},
		},
		activity: map[string]bool{
			"administrative": true, "security": true, "servicehealth": true, "alert": true, "recommendation": true,
			"policy": true, "autoscale": true, "resourcehealth": true, "write": true, "delete": true, "action": true,
		},
		outer:    outerMapping("diagnostic", "Category"),
		auditOut: outerMapping("diagnostic-audit", ""),
		keyVault: newKeyVault(),
		azure:    newAzureActivity(),
		hunting:  huntingMapping(),
		event:    &mapping{name: "event"},
		storage:  newStorage(),
		whole: &mapping{name: "diagnostic-whole", columns: map[string]string{"time": timeGenerated}, special: map[string]func(m *mapper, v value){
			"tenantid":   tenantIn("AADTenantId"),
			"resourceid": resourceOf("resourceId"),
		}},
	}
}

// intune returns the table of a category of Intune, whose audits share their
// category with those of Entra ID and not their content.
func (d *diagnostics) intune(m *mapper, r *record, category, resource string) string {
	switch category {
	case "operationallogs":
		return "IntuneOperationalLogs"
	case "devicecomplianceorg":
		return "IntuneDeviceComplianceOrg"
	case "devices":
		return "IntuneDevices"
	case "auditlogs":
		if strings.Contains(resource, "/microsoft.intune") || !m.lookup(m.object(m.lookup(r.members, "properties")), "AuditEventId").empty() {
			return "IntuneAuditLogs"
		}
	}
	return ""
}

// graphCaller stores who called Microsoft Graph: a user, unless the token is
// an application's.
func (m *mapper) graphCaller(v value) {
	if string(m.lookup(m.members, "C_Idtyp").raw) == "app" {
		m.give("UserPrincipalObjectID", v)
		return
	}
	m.give("UserId", v)
}

// resourceOf returns a function that sets a column to the id of a resource, and
// takes the tenant from it.
func resourceOf(column string) func(m *mapper, v value) {
	return func(m *mapper, v value) {
		m.ofResource(v)
		m.give(column, v)
	}
}

// outerMapping is where the members around the properties go. An audit's
// Category is that of its properties: what the log is called is its table.
func outerMapping(name, category string) *mapping {
	mp := &mapping{
		name: name,
		special: map[string]func(m *mapper, v value){
			"time":            func(m *mapper, v value) { m.give(timeGenerated, v) },
			"properties":      func(m *mapper, v value) { m.inner = v },
			"calleripaddress": func(m *mapper, v value) { m.caller = v },
			"resourceid":      resourceOf("ResourceId"),
			"tenantid": func(m *mapper, v value) {
				m.tenant = m.tenant[:0]
				m.of(v)
				m.give("AADTenantId", v)
			},
		},
	}
	if category == "" {
		mp.special["category"] = func(*mapper, value) {}
	}
	return mp
}

func (d *diagnostics) row(m *mapper, r *record) string {
	name := string(m.text(m.lookup(r.members, "category")))
	category := strings.ToLower(name)
	resource := strings.ToLower(string(m.text(m.lookup(r.members, "resourceId"))))
	if table := d.intune(m, r, category, resource); table != "" {
		m.begin(table)
		m.put(d.whole, r.members, 0)
		return ""
	}
	if c, ok := d.entra[category]; ok {
		return d.entraRow(m, r, c, d.around(c))
	}
	if table, ok := huntingTable(name); ok {
		d.huntingRow(m, r, table)
		return ""
	}
	if table := d.storage.table(category, resource); table != "" {
		return d.storage.row(m, r, table)
	}
	if d.activity[category] && m.asksManager(r) {
		return d.azure.diagnostic(m, r)
	}
	if strings.Contains(resource, "/microsoft.aadiam") {
		if d.isAudit(m, r) {
			return d.entraRow(m, r, d.entra["auditlogs"], d.outer)
		}
		return fmt.Sprintf("the category %.60q of Microsoft Entra ID is not known", name)
	}
	if d.activity[category] && !strings.Contains(resource, "/microsoft.keyvault/vaults/") || d.isActivity(m, r) {
		return d.azure.diagnostic(m, r)
	}
	if !strings.HasPrefix(resource, "/subscriptions/") {
		return fmt.Sprintf("neither the category %.60q nor the resource of the record is known", name)
	}
	return d.keyVault.row(m, r)
}

// isActivity tells whether the record is of the activity log: only there does
// the identity hold an authorization.
func (d *diagnostics) isActivity(m *mapper, r *record) bool {
	identity := m.lookup(r.members, "identity")
	return identity.kind == kindObject && m.lookup(m.object(identity), "authorization").kind == kindObject
}

// asksManager tells whether the operation is one of Azure Resource Manager,
// Microsoft.KeyVault/vaults/delete, and not one of the vault itself, SecretGet.
func (m *mapper) asksManager(r *record) bool {
	name := m.lookup(r.members, "operationName")
	return name.kind == kindObject || strings.Contains(string(m.text(name)), "/")
}

// isAudit tells whether the record is an audit of Entra ID under the category
// of the audit itself, in place of that of the log.
func (d *diagnostics) isAudit(m *mapper, r *record) bool {
	properties := m.object(m.lookup(r.members, "properties"))
	return !m.lookup(properties, "activityDisplayName").empty() && !m.lookup(properties, "loggedByService").empty()
}

// around returns where the members around the properties of a category go.
func (d *diagnostics) around(c entraCategory) *mapping {
	if c.mapping.name == "audit" {
		return d.auditOut
	}
	return d.outer
}

func (d *diagnostics) entraRow(m *mapper, r *record, c entraCategory, outer *mapping) string {
	m.begin(c.table)
	if c.mapping.name == riskRecords { // what is around a detection is of its record
		m.inner = m.lookup(r.members, "properties")
		m.put(c.mapping, m.properties(), 1)
		m.put(outer, r.members, 0)
		m.callerAddress()
		return ""
	}
	m.put(outer, r.members, 0)
	m.put(c.mapping, m.properties(), 1)
	m.callerAddress()
	return ""
}

// properties returns the members of the record's properties. Properties that
// are not an object are kept as they are.
func (m *mapper) properties() []member {
	members := m.rest(m.inner)
	if members == nil && !m.inner.empty() {
		m.keep("properties", m.inner)
	}
	return members
}

// callerAddress stores callerIpAddress where the table has its address, unless
// the properties told it; one that says otherwise is kept beside it.
func (m *mapper) callerAddress() {
	if m.caller.empty() {
		return
	}
	for _, name := range []string{"ipaddress", "calleripaddress"} {
		c, ok := m.row.listed[name]
		if !ok {
			continue
		}
		if string(m.text(m.caller)) == "<null>" {
			break
		}
		address(c.Name)(m, m.caller)
		return
	}
	m.give("callerIpAddress", m.caller)
}

package ingest

import (
	"bytes"
	"strings"
)

// The activity log of Azure as Azure Resource Manager has it (camelCase, or
// PascalCase from PowerShell), as the Azure SDK for Python has it (snake_case),
// and as diagnostic settings have it.

func azureActivityShapes() []shape {
	a := newAzureActivity()
	any := []string{
		"operationname", "operation_name", "correlationid", "correlation_id", "resourceid", "resource_id",
		"caller", "eventdataid", "event_data_id", "subscriptionid", "subscription_id", "submissiontimestamp",
	}
	return []shape{
		{name: "azure-activity", all: []string{"eventtimestamp"}, any: any, least: 3, none: []string{"timegenerated"}, row: a.arm},
		{name: "azure-activity-sdk", all: []string{"event_timestamp"}, any: any, least: 3, row: a.arm},
	}
}

type azureActivity struct {
	armMapping        *mapping
	diagnosticMapping *mapping
}

func newAzureActivity() *azureActivity {
	a := &azureActivity{
		armMapping: &mapping{
			name:  "azure-activity",
			snake: true,
			columns: map[string]string{
				"eventtimestamp":      timeGenerated,
				"submissiontimestamp": "EventSubmissionTimestamp",
				"resourcegroupname":   "ResourceGroup",
			},
			special: map[string]func(m *mapper, v value){
				"operationname":        (*mapper).activityName,
				"status":               localized("ActivityStatus", "ActivityStatusValue"),
				"substatus":            localized("ActivitySubstatus", "ActivitySubstatusValue"),
				"category":             localized("Category", "CategoryValue"),
				"resourceprovidername": localized("ResourceProvider", "ResourceProviderValue"),
				"eventname":            localized("EventName", "EventNameValue"),
				"resourcetype":         localized("ResourceType", "ResourceTypeValue"),
				"authorization":        parsed("Authorization"),
				"claims":               parsed("Claims"),
				"properties":           (*mapper).activityProperties,
				"httprequest":          (*mapper).activityRequest,
				"resourceid":           (*mapper).activityResource,
				"tenantid":             (*mapper).activityTenant,
				"id":                   func(m *mapper, v value) { m.give("EventId", v) },

				"operationnamelocalizedvalue":        into("OperationName"),
				"categorylocalizedvalue":             into("Category"),
				"statusvalue":                        into("ActivityStatusValue"),
				"statuslocalizedvalue":               into("ActivityStatus"),
				"substatusvalue":                     into("ActivitySubstatusValue"),
				"substatuslocalizedvalue":            into("ActivitySubstatus"),
				"resourceprovidernamevalue":          (*mapper).activityProvider,
				"resourceprovidernamelocalizedvalue": into("ResourceProvider"),
				"eventnamelocalizedvalue":            into("EventName"),
				"resourcetypelocalizedvalue":         into("ResourceType"),
				"eventnamevalue":                     into("EventNameValue"),
				"resourcetypevalue":                  into("ResourceTypeValue"),
				"claim":                              parsed("Claims"),
				"property":                           (*mapper).activityProperties,
			},
		},
		diagnosticMapping: &mapping{
			name: "azure-activity-diagnostic",
			columns: map[string]string{
				"time":            timeGenerated,
				"category":        "CategoryValue",
				"resulttype":      "ActivityStatusValue",
				"resultsignature": "ActivitySubstatusValue",
			},
			special: map[string]func(m *mapper, v value){
				"operationname": (*mapper).activityOperation,
				"identity":      (*mapper).activityIdentity,
				"properties":    (*mapper).activityProperties,
				"resourceid":    (*mapper).activityResource,
				"tenantid":      (*mapper).activityTenant,
			},
		},
	}
	for _, parts := range [][][2]string{flatRequest(), flatAuthorization()} {
		for _, part := range parts {
			drop(a.armMapping, part[0])
		}
	}
	return a
}

func (a *azureActivity) arm(m *mapper, r *record) string {
	m.begin("AzureActivity")
	m.pascal = isPascal(r.members)
	m.put(a.armMapping, r.members, 0)
	m.flatActivity(r.members)
	if !m.row.set(m.row.column("OperationNameValue")) {
		properties := m.content(m.lookup(r.members, "Properties"))
		if message := m.lookup(m.object(properties), "message"); isOperation(m.text(message)) {
			m.fill("OperationNameValue", message)
		}
	}
	return ""
}

// into returns a function that sets column.
func into(column string) func(m *mapper, v value) {
	return func(m *mapper, v value) { m.give(column, v) }
}

// activityProvider sets the provider, which the resource may name in another
// case.
func (m *mapper) activityProvider(v value) {
	i := m.row.column("ResourceProviderValue")
	if m.row.set(i) && strings.EqualFold(string(m.row.text("ResourceProviderValue")), string(m.text(v))) {
		return
	}
	m.set(i, v)
}

// flatRequest and flatAuthorization are the members over which newer versions of
// PowerShell's module spread two objects of an event, and what they are there.
func flatRequest() [][2]string {
	return [][2]string{
		{"httprequestclientrequestid", "clientRequestId"},
		{"httprequestclientipaddress", "clientIpAddress"},
		{"httprequestmethod", "method"},
		{"httprequesturi", "uri"},
	}
}

func flatAuthorization() [][2]string {
	return [][2]string{
		{"authorizationaction", "action"},
		{"authorizationrole", "role"},
		{"authorizationscope", "scope"},
	}
}

// flatActivity puts together what was spread.
func (m *mapper) flatActivity(members []member) {
	if request := m.spread(members, flatRequest()); !request.empty() {
		m.activityRequest(request)
	}
	if authorization := m.spread(members, flatAuthorization()); !authorization.empty() {
		parsed("Authorization")(m, authorization)
	}
}

// spread returns the object that was spread over parts, or nothing.
func (m *mapper) spread(members []member, parts [][2]string) value {
	var o object
	for _, part := range parts {
		v := m.lookup(members, part[0])
		switch {
		case v.empty():
		case part[1] == "errorCode":
			o.number(m, part[1], v)
		case part[1] == "isCompliant" || part[1] == "isManaged":
			o.truth(m, part[1], v)
		default:
			o.add(m, part[1], v)
		}
	}
	if len(o.members) == 0 {
		return value{}
	}
	return value{kind: kindObject, raw: []byte(o.String())}
}

func (a *azureActivity) diagnostic(m *mapper, r *record) string {
	m.begin("AzureActivity")
	m.put(a.diagnosticMapping, r.members, 0)
	return ""
}

// localized returns a function that takes {"value", "localizedValue"} apart:
// in AzureActivity the plain column is the localised one.
func localized(column, valueColumn string) func(m *mapper, v value) {
	return func(m *mapper, v value) {
		if v.kind != kindObject {
			m.give(valueColumn, v)
			m.fill(column, v)
			return
		}
		for _, mem := range m.object(v) {
			switch strings.ToLower(strings.ReplaceAll(string(mem.key), "_", "")) {
			case "value":
				m.give(valueColumn, mem.value)
			case "localizedvalue":
				m.give(column, mem.value)
			default:
				m.keep(column+"."+string(mem.key), mem.value)
			}
		}
	}
}

// parsed returns a function that stores a value as text and, in the column
// whose name ends in _d, as dynamic.
func parsed(column string) func(m *mapper, v value) {
	return func(m *mapper, v value) {
		v = m.content(v)
		m.give(column, v)
		if v.kind == kindObject || v.kind == kindString && len(v.raw) > 0 && v.raw[0] == '{' {
			m.give(column+"_d", v)
		}
	}
}

// content returns what PowerShell's dictionaries hold: older versions of its
// module write {"Content": {…}} for an object whose members differ.
func (m *mapper) content(v value) value {
	if v.kind != kindObject {
		return v
	}
	if members := m.object(v); len(members) == 1 && members[0].kind == kindObject && strings.EqualFold(string(members[0].key), "content") {
		return members[0].value
	}
	return v
}

// activityName stores what an operation is and is called. Text alone may be
// either.
func (m *mapper) activityName(v value) {
	if v.kind == kindObject || isOperation(m.text(v)) {
		localized("OperationName", "OperationNameValue")(m, v)
		return
	}
	m.give("OperationName", v)
}

// activityOperation stores the operation's name, which some exports have as
// Azure Resource Manager gives it, with how it is called.
func (m *mapper) activityOperation(v value) {
	if v.kind == kindObject {
		localized("OperationName", "OperationNameValue")(m, v)
		return
	}
	m.give("OperationNameValue", v)
}

func (m *mapper) activityProperties(v value) {
	parsed("Properties")(m, v)
	m.fill("Hierarchy", m.lookup(m.object(m.content(v)), "hierarchy"))
}

func (m *mapper) activityRequest(v value) {
	m.give("HTTPRequest", v)
	for _, mem := range m.object(v) {
		if strings.EqualFold(strings.ReplaceAll(string(mem.key), "_", ""), "clientIpAddress") {
			m.fill("CallerIpAddress", mem.value)
		}
	}
}

func (m *mapper) activityResource(v value) {
	m.give("ResourceId", v)
	id := string(m.text(v))
	m.fill("_ResourceId", m.literal(strings.ToLower(id)))
	for _, part := range resourceParts(id) {
		switch part.column {
		case "SubscriptionId", "ResourceGroup":
			m.fill(part.column, m.literal(part.value))
		case "ResourceProvider":
			m.fill("ResourceProviderValue", m.literal(part.value))
		case "Resource":
			m.fill("Resource", m.literal(part.value))
		}
	}
}

func (m *mapper) activityTenant(v value) {
	m.of(v)
	m.give("AADTenantId", v)
}

// activityIdentity takes the identity of a diagnostic record apart: who asked,
// and by what right.
func (m *mapper) activityIdentity(v value) {
	rest := false
	for _, mem := range m.rest(v) {
		switch strings.ToLower(string(mem.key)) {
		case "authorization":
			parsed("Authorization")(m, mem.value)
		case "claims":
			parsed("Claims")(m, mem.value)
			m.activityCaller(mem.value)
		default:
			rest = true
		}
	}
	if rest || v.kind != kindObject {
		m.give("identity", v)
	}
}

// activityCaller names the caller as AzureActivity does: a user by its name, an
// application by its object id.
func (m *mapper) activityCaller(claims value) {
	members := m.object(claims)
	for _, claim := range []string{
		"http://schemas.xmlsoap.org/ws/2005/05/identity/claims/upn",
		"http://schemas.xmlsoap.org/ws/2005/05/identity/claims/name",
		"http://schemas.microsoft.com/identity/claims/objectidentifier",
		"appid",
	} {
		if v := m.claim(members, claim); !v.empty() {
			m.fill("Caller", v)
			return
		}
	}
}

// olderActivity completes a row of AzureActivity as Log Analytics had it before
// the columns that end in Value: what an operation is called was there in the
// reader's language, and what it is in the properties, as their message. What
// the authorization names is not it: who deletes a group deletes what is in it.
func (m *mapper) olderActivity(r *record) {
	if m.row.set(m.row.column("OperationNameValue")) {
		return
	}
	operation := m.lookup(m.object(m.lookup(r.members, "Properties")), "message")
	if !isOperation(m.text(operation)) {
		operation = m.lookup(r.members, "OperationName")
	}
	if !isOperation(m.text(operation)) {
		return
	}
	m.fill("OperationNameValue", operation)
	for _, name := range []string{"ActivityStatus", "Category"} {
		if v := m.lookup(r.members, name); !v.empty() {
			m.fill(name+"Value", v)
		}
	}
	for _, name := range []string{"Authorization", "Claims", "Properties"} {
		if v := m.lookup(r.members, name); bytes.HasPrefix(bytes.TrimSpace(m.text(v)), []byte("{")) {
			m.fill(name+"_d", v)
		}
	}
}

// isOperation tells whether text is an operation, Microsoft.Compute/disks/write,
// and not what one is called.
func isOperation(text []byte) bool {
	return bytes.Count(text, []byte("/")) >= 2 && bytes.IndexByte(text, '.') > 0 && !bytes.ContainsAny(text, " \t\n")
}

// claim returns the claim called name, whose slashes may be escaped.
func (m *mapper) claim(members []member, name string) value {
	for _, mem := range members {
		if string(bytes.ReplaceAll(mem.key, []byte(`\/`), []byte(`/`))) == name {
			return mem.value
		}
	}
	return value{}
}

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
	return &azureActivity{
		armMapping: &mapping{
			name:  "azure-activity",
			snake: true,
			columns: map[string]string{
				"eventtimestamp":      timeGenerated,
				"submissiontimestamp": "EventSubmissionTimestamp",
				"resourcegroupname":   "ResourceGroup",
			},
			special: map[string]func(m *mapper, v value){
				"operationname":        localized("OperationName", "OperationNameValue"),
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
}

func (a *azureActivity) arm(m *mapper, r *record) string {
	m.begin("AzureActivity")
	m.put(a.armMapping, r.members, 0)
	return ""
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
		m.give(column, v)
		if v.kind == kindObject || v.kind == kindString && len(v.raw) > 0 && v.raw[0] == '{' {
			m.give(column+"_d", v)
		}
	}
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
	m.fill("Hierarchy", m.lookup(m.object(v), "hierarchy"))
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

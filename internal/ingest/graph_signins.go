package ingest

import (
	"bytes"
	"strings"
)

// Sign-ins as Microsoft Graph has them (auditLogs/signIns, v1.0 and beta), and
// as the properties of diagnostic records.

func graphSignInShapes() []shape {
	return []shape{{
		name: "graph-sign-ins",
		all:  []string{"createddatetime"},
		any: []string{
			"appid", "appdisplayname", "ipaddress", "clientappused", "status", "conditionalaccessstatus",
			"resourcedisplayname", "isinteractive", "signineventtypes", "appliedconditionalaccesspolicies",
			"devicedetail", "serviceprincipalid",
		},
		least: 4,
		none:  []string{"properties", "riskeventtype"},
		row:   graphSignIn(signInMapping()),
	}}
}

func graphSignIn(mp *mapping) func(m *mapper, r *record) string {
	return func(m *mapper, r *record) string {
		table, category := m.signInTable(r.members)
		m.begin(table)
		m.give("OperationName", m.literal("Sign-in activity"))
		m.give("Category", m.literal(category))
		m.put(mp, r.members, 0)
		m.signInTenant(r.members)
		return ""
	}
}

// signInMapping is where a sign-in's members go, in all of the sign-in tables.
func signInMapping() *mapping {
	return &mapping{
		name: "signin",
		columns: map[string]string{
			"appliedconditionalaccesspolicies": "ConditionalAccessPolicies",
			"resourceid":                       "ResourceIdentity",
			"tenantid":                         "AADTenantId",
		},
		special: map[string]func(m *mapper, v value){
			"status":                       (*mapper).signInStatus,
			"location":                     (*mapper).signInLocation,
			"processingtimeinmilliseconds": (*mapper).processingTime,
			"userdisplayname":              identified("UserDisplayName"),
			"serviceprincipalname":         identified("ServicePrincipalName"),
		},
	}
}

// signInTable returns the table that a sign-in belongs to, and its category.
// The record's own word comes first; an export that has none is of v1.0, which
// holds interactive sign-ins only, unless the portal named the file otherwise.
func (m *mapper) signInTable(members []member) (table, category string) {
	kinds := m.text(m.lookup(members, "signInEventTypes"))
	switch {
	case bytes.Contains(kinds, []byte("managedIdentity")):
		return "AADManagedIdentitySignInLogs", "ManagedIdentitySignInLogs"
	case bytes.Contains(kinds, []byte("servicePrincipal")):
		return "AADServicePrincipalSignInLogs", "ServicePrincipalSignInLogs"
	case bytes.Contains(kinds, []byte("nonInteractiveUser")):
		return "AADNonInteractiveUserSignInLogs", "NonInteractiveUserSignInLogs"
	case bytes.Contains(kinds, []byte("interactiveUser")):
		return "SigninLogs", "SignInLogs"
	}
	if m.lookup(members, "userId").empty() && !m.lookup(members, "servicePrincipalId").empty() {
		if m.named("msisignins", "managedidentity") {
			return "AADManagedIdentitySignInLogs", "ManagedIdentitySignInLogs"
		}
		return "AADServicePrincipalSignInLogs", "ServicePrincipalSignInLogs"
	}
	interactive := m.text(m.lookup(members, "isInteractive"))
	if bytes.EqualFold(interactive, []byte("false")) ||
		len(interactive) == 0 && m.named("noninteractive") {
		return "AADNonInteractiveUserSignInLogs", "NonInteractiveUserSignInLogs"
	}
	return "SigninLogs", "SignInLogs"
}

// named tells whether the file's name has one of the words.
func (m *mapper) named(words ...string) bool {
	for _, word := range words {
		if strings.Contains(m.path, word) {
			return true
		}
	}
	return false
}

// signInTenant finds the tenant whose log the sign-in is in. The resource's
// tenant is that only if the sign-in stayed in one tenant: the sign-in of a
// guest is in the logs of both.
func (m *mapper) signInTenant(members []member) {
	if len(m.tenant) > 0 {
		return
	}
	crossed := m.lookup(members, "crossTenantAccessType")
	stayed := crossed.empty() || string(crossed.raw) == "none"
	home, resource := m.lookup(members, "homeTenantId"), m.lookup(members, "resourceTenantId")
	if stayed && (home.empty() || bytes.EqualFold(home.raw, resource.raw)) {
		m.of(resource)
	}
}

func (m *mapper) signInStatus(v value) {
	m.give("Status", v)
	for _, mem := range m.object(v) {
		switch {
		case strings.EqualFold(string(mem.key), "errorCode"):
			m.fill("ResultType", mem.value)
		case strings.EqualFold(string(mem.key), "failureReason"):
			if string(m.row.text("ResultType")) != "0" {
				m.fill("ResultDescription", mem.value)
			}
		}
	}
}

func (m *mapper) signInLocation(v value) {
	if v.kind != kindObject {
		m.give("Location", v)
		return
	}
	m.give("LocationDetails", v)
	m.fill("Location", m.lookup(m.object(v), "countryOrRegion"))
}

func (m *mapper) processingTime(v value) {
	if _, ok := m.row.listed["processingtimeinms"]; ok {
		m.give("ProcessingTimeInMs", v)
		return
	}
	m.give("ProcessingTimeInMilliseconds", v)
}

// identified returns a function that sets column, and Identity if it is free.
func identified(column string) func(m *mapper, v value) {
	return func(m *mapper, v value) {
		m.give(column, v)
		m.fill("Identity", v)
	}
}

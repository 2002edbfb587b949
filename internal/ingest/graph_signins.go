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
	objects, flat := flatSignIn(), flatSignInMapping()
	return func(m *mapper, r *record) string {
		kind := m.graphKind(r.members)
		m.begin(kind.table())
		m.pascal = isPascal(r.members)
		m.give("OperationName", m.literal("Sign-in activity"))
		m.signInKind(kind)
		if r.members[0].kind == kindText { // a table
			m.put(flat, r.members, 0)
			m.flatSignIn(objects, r.members)
		} else {
			m.put(mp, r.members, 0)
		}
		m.signInTenant(r.members)
		m.signInUnseen(r.members)
		return ""
	}
}

// signInMapping is where a sign-in's members go, in all of the sign-in tables.
func signInMapping() *mapping {
	return withAdditional(&mapping{
		name: "signin",
		columns: map[string]string{
			"appliedconditionalaccesspolicies": "ConditionalAccessPolicies",
			"resourceid":                       "ResourceIdentity",
			"tenantid":                         "AADTenantId",
			"riskeventtypesv2":                 "RiskEventTypes_V2",
		},
		special: map[string]func(m *mapper, v value){
			"status":                       (*mapper).signInStatus,
			"location":                     (*mapper).signInLocation,
			"devicedetail":                 func(m *mapper, v value) { m.give("DeviceDetail", m.fromNotation(v)) },
			"processingtimeinmilliseconds": (*mapper).processingTime,
			"userdisplayname":              identified("UserDisplayName"),
			"serviceprincipalname":         identified("ServicePrincipalName"),
		},
	})
}

// flatSignInMapping is that of sign-ins in a table, whose objects may be spread
// over columns.
func flatSignInMapping() *mapping {
	mp := signInMapping()
	mp.name = "signin-flat"
	for _, o := range flatSignIn() {
		for _, part := range o.parts {
			drop(mp, part[0])
		}
	}
	return mp
}

// A flatObject is an object of a sign-in that a program which makes tables has
// spread over columns, and the member that it was.
type flatObject struct {
	member string
	parts  [][2]string
}

// flatSignIn lists the objects of a sign-in that matter, with the names that
// their members have where they are columns: status.errorCode, status_errorCode.
func flatSignIn() []flatObject {
	var list []flatObject
	for _, o := range []struct {
		member string
		parts  []string
	}{
		{"status", []string{"errorCode", "failureReason", "additionalDetails"}},
		{"location", []string{"city", "state", "countryOrRegion"}},
		{"deviceDetail", []string{"deviceId", "displayName", "operatingSystem", "browser", "isCompliant", "isManaged", "trustType"}},
	} {
		flat := flatObject{member: o.member}
		for _, between := range []string{".", "_", "/"} {
			for _, part := range o.parts {
				flat.parts = append(flat.parts, [2]string{strings.ToLower(o.member + between + part), part})
			}
		}
		list = append(list, flat)
	}
	return list
}

// flatSignIn puts the objects of a flat sign-in together.
func (m *mapper) flatSignIn(objects []flatObject, members []member) {
	for _, o := range objects {
		v := m.spread(members, o.parts)
		if v.empty() {
			continue
		}
		switch o.member {
		case "status":
			m.signInStatus(v)
		case "location":
			m.signInLocation(v)
		default:
			m.give("DeviceDetail", v)
		}
	}
}

// graphKind returns what kind of sign-in a record is. Its own word comes first;
// v1.0 says only whether a person was there. The name of the file is the last
// to ask.
func (m *mapper) graphKind(members []member) signInKind {
	m.ours = appendLower(m.ours[:0], m.text(m.lookup(members, "signInEventTypes")))
	switch types := m.ours; {
	case bytes.Contains(types, []byte("managedidentity")):
		return managedIdentitySignIn
	case bytes.Contains(types, []byte("serviceprincipal")):
		return applicationSignIn
	case bytes.Contains(types, []byte("noninteractiveuser")):
		return nonInteractiveSignIn
	case bytes.Contains(types, []byte("interactiveuser")):
		return interactiveSignIn
	}
	application := m.lookup(members, "userId").empty() && !m.lookup(members, "servicePrincipalId").empty()
	if interactive, ok := m.boolean(m.lookup(members, "isInteractive")); ok && !application {
		if interactive == 1 {
			return interactiveSignIn
		}
		return nonInteractiveSignIn
	}
	return m.namedKind().among(application)
}

// signInUnseen counts what the export could not see of a sign-in. Graph leaves
// the list of policies empty for whoever may not read policies: that is not "no
// policy applied".
func (m *mapper) signInUnseen(members []member) {
	switch status := string(m.text(m.lookup(members, "conditionalAccessStatus"))); status {
	case "success", "failure":
		if policies := fromWindowsPowerShell(m.lookup(members, "appliedConditionalAccessPolicies"), m.limits.Depth); policies.empty() || isEmptyArray(policies) {
			m.tally.unseenPolicies++
		}
	}
	if string(m.text(m.lookup(members, "riskLevelDuringSignIn"))) == "hidden" {
		m.tally.hiddenRisk++
	}
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

// isEmptyArray tells whether nothing but white space is in an array.
func isEmptyArray(v value) bool {
	return v.kind == kindArray && len(bytes.TrimSpace(v.raw[1:len(v.raw)-1])) == 0
}

func (m *mapper) signInStatus(v value) {
	v = m.fromNotation(v)
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
	v = m.fromText(m.fromNotation(v))
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

package ingest

import "strings"

// Directory audits as Microsoft Graph has them (auditLogs/directoryAudits), and
// as the properties of diagnostic records.

func graphAuditShapes() []shape {
	mp, flat := auditMapping(), flatAuditMapping()
	return []shape{{
		name: "graph-directoryaudits",
		all:  []string{"activitydatetime", "activitydisplayname"},
		none: []string{"properties", "riskeventtype"},
		row: func(m *mapper, r *record) string {
			m.begin("AuditLogs")
			m.pascal = isPascal(r.members)
			if r.members[0].kind != kindText {
				m.put(mp, r.members, 0)
				return ""
			}
			m.put(flat, r.members, 0) // a table
			m.flatActor(r.members)
			return ""
		},
	}}
}

// flatActor lists the names that the members of who acted have where a program
// which makes tables has spread them over columns: initiatedBy.user.id.
func flatActor(who string) [][2]string {
	var parts [][2]string
	for _, between := range []string{".", "_", "/"} {
		for _, part := range []string{
			"id", "displayName", "userPrincipalName", "ipAddress", "userType", "homeTenantId", "homeTenantName",
			"appId", "servicePrincipalId", "servicePrincipalName",
		} {
			parts = append(parts, [2]string{strings.ToLower("initiatedBy" + between + who + between + part), part})
		}
	}
	return parts
}

// flatAuditMapping is that of audits in a table.
func flatAuditMapping() *mapping {
	mp := auditMapping()
	mp.name = "audit-flat"
	for _, who := range []string{"user", "app"} {
		for _, part := range flatActor(who) {
			drop(mp, part[0])
		}
	}
	return mp
}

// flatActor puts who acted together.
func (m *mapper) flatActor(members []member) {
	var by object
	for _, who := range []string{"user", "app"} {
		if actor := m.spread(members, flatActor(who)); !actor.empty() {
			by.raw(who, string(actor.raw))
		}
	}
	if len(by.members) > 0 {
		m.auditActor(value{kind: kindObject, raw: []byte(by.String())})
	}
}

func auditMapping() *mapping {
	return withAdditional(&mapping{
		name:    "audit",
		columns: map[string]string{"operationtype": "AADOperationType", "tenantid": "AADTenantId"},
		special: map[string]func(m *mapper, v value){
			"activitydisplayname": (*mapper).auditActivity,
			"initiatedby":         (*mapper).auditActor,
		},
	})
}

func (m *mapper) auditActivity(v value) {
	m.give("ActivityDisplayName", v)
	m.fill("OperationName", v)
}

func (m *mapper) auditActor(v value) {
	m.give("InitiatedBy", v)
	for _, who := range []string{"user", "app"} {
		actor := m.lookup(m.object(v), who)
		if actor.kind == kindObject {
			m.fill("Identity", m.lookup(m.object(actor), "displayName"))
		}
	}
}

package ingest

// Directory audits as Microsoft Graph has them (auditLogs/directoryAudits), and
// as the properties of diagnostic records.

func graphAuditShapes() []shape {
	mp := auditMapping()
	return []shape{{
		name: "graph-directoryaudits",
		all:  []string{"activitydatetime", "activitydisplayname"},
		none: []string{"properties", "riskeventtype"},
		row: func(m *mapper, r *record) string {
			m.begin("AuditLogs")
			m.pascal = isPascal(r.members)
			m.put(mp, r.members, 0)
			return ""
		},
	}}
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

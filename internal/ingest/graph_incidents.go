package ingest

// Incidents of Defender XDR as Microsoft Graph has them (security/incidents),
// with their alerts where they were asked for ($expand=alerts).

func graphIncidentShapes() []shape {
	mp := withAdditional(&mapping{
		name: "incident",
		columns: map[string]string{
			"id":                 "ProviderIncidentId",
			"displayname":        "Title",
			"incidentweburl":     "IncidentUrl",
			"createddatetime":    "CreatedTime",
			"lastupdatedatetime": "LastModifiedTime",
		},
		special: map[string]func(m *mapper, v value){
			"severity":       named("Severity", capital),
			"status":         named("Status", capital),
			"classification": named("Classification", capital),
			"tenantid":       tenantIn("AADTenantId"),
		},
	})
	return []shape{{
		name: "graph-incidents", all: []string{"incidentweburl", "displayname", "severity"},
		none: []string{"properties", "timegenerated", "alertweburl"}, inside: nesting{"alerts", graphAlerts},
		row: func(m *mapper, r *record) string {
			m.begin("SecurityIncident")
			m.pascal = isPascal(r.members)
			m.put(mp, r.members, 0)
			return ""
		},
	}}
}

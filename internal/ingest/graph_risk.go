package ingest

// Risk detections and risky identities as Microsoft Graph has them
// (identityProtection/…), and as the properties of diagnostic records.

func graphRiskShapes() []shape {
	mp := riskMapping()
	none := []string{"properties"}
	into := func(table string) func(m *mapper, r *record) string {
		return func(m *mapper, r *record) string {
			m.begin(table)
			m.pascal = isPascal(r.members)
			m.put(mp, r.members, 0)
			m.flatLocation(r.members)
			return ""
		}
	}
	return []shape{
		{
			name: "graph-serviceprincipalriskdetections", all: []string{"riskeventtype", "serviceprincipalid"},
			none: none, row: into("AADServicePrincipalRiskEvents"),
		},
		{
			name: "graph-riskdetections", all: []string{"riskeventtype", "riskstate"},
			none: none, row: into("AADUserRiskEvents"),
		},
		{
			name: "graph-riskyserviceprincipals", all: []string{"risklastupdateddatetime", "riskstate", "serviceprincipaltype"},
			none: none, row: into("AADRiskyServicePrincipals"),
		},
		{
			name: "graph-riskyusers", all: []string{"risklastupdateddatetime", "riskstate"},
			none: none, row: into("AADRiskyUsers"),
		},
	}
}

// riskRecords is the name of the mapping of risk detections and risky identities.
const riskRecords = "risk"

func flatLocation() [][2]string {
	return [][2]string{{"city", "city"}, {"state", "state"}, {"countryorregion", "countryOrRegion"}}
}

// flatLocation puts together the place that a collector has spread over columns.
func (m *mapper) flatLocation(members []member) {
	if place := m.spread(members, flatLocation()); !place.empty() {
		m.give("Location", place)
	}
}

func riskMapping() *mapping {
	mp := withAdditional(&mapping{name: riskRecords, special: map[string]func(m *mapper, v value){
		"tenantid": func(m *mapper, v value) {
			m.of(v)
			m.give("AADTenantId", v)
		},
	}})
	for _, part := range flatLocation() {
		drop(mp, part[0])
	}
	return mp
}

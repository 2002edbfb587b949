package ingest

import "strings"

// Incidents of Microsoft Sentinel as Azure Resource Manager has them
// (Microsoft.SecurityInsights/incidents), whole or with their properties among
// the other members, as Azure's command line writes them.

const sentinelIncidents = "sentinel-incidents"

func sentinelIncidentShapes() []shape {
	mp := sentinelIncidentMapping()
	return []shape{{
		name: sentinelIncidents, all: []string{"incidentnumber", "title", "createdtimeutc"},
		none: []string{"properties", "timegenerated"},
		row: func(m *mapper, r *record) string {
			m.begin("SecurityIncident")
			m.put(mp, r.members, 0)
			return ""
		},
	}}
}

// isSentinelIncident tells whether a resource of such a type is an incident.
func isSentinelIncident(kind string) bool {
	return strings.EqualFold(kind, "Microsoft.SecurityInsights/incidents")
}

// sentinelIncidentMapping is where an incident's members go. A row of
// SecurityIncident is written when the incident was last changed.
func sentinelIncidentMapping() *mapping {
	mp := &mapping{
		name: "sentinel-incident",
		columns: map[string]string{
			"name":                 "IncidentName",
			"createdtimeutc":       "CreatedTime",
			"closedtimeutc":        "ClosedTime",
			"firstactivitytimeutc": "FirstActivityTime",
			"lastactivitytimeutc":  "LastActivityTime",
			"firstmodifiedtimeutc": "FirstModifiedTime",
			"type":                 "resourceType",
			"id":                   "resourceId",
		},
		special: map[string]func(m *mapper, v value){
			"lastmodifiedtimeutc": both("LastModifiedTime", timeGenerated),
		},
	}
	mp.special["properties"] = func(m *mapper, v value) {
		if members := m.rest(v); members != nil {
			m.put(mp, members, 1)
			return
		}
		m.keep("properties", v)
	}
	return mp
}

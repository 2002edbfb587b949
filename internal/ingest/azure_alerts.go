package ingest

import (
	"bytes"
	"strings"
)

// Alerts of Defender for Cloud as Azure Resource Manager has them
// (Microsoft.Security/alerts), whole or with their properties among the other
// members, as Azure's command line and a continuous export write them.

const azureAlerts = "azure-alerts"

func azureAlertShapes() []shape {
	mp := azureAlertMapping()
	return []shape{{
		name: azureAlerts, all: []string{"alertdisplayname"},
		any: []string{"alerttype", "compromisedentity", "starttimeutc", "timegeneratedutc", "alerturi", "systemalertid", "reportedseverity"}, least: 2,
		none: []string{"properties"},
		row: func(m *mapper, r *record) string {
			m.azureAlert(mp, r)
			return ""
		},
	}}
}

// isAzureAlert tells whether a resource of such a type is an alert.
func isAzureAlert(kind string) bool {
	kind = strings.ToLower(kind)
	return kind == "microsoft.security/alerts" || kind == "microsoft.security/locations/alerts"
}

func azureAlertMapping() *mapping {
	mp := &mapping{
		name: "azure-alert",
		columns: map[string]string{
			"timegeneratedutc":     timeGenerated,
			"reportedtimeutc":      timeGenerated,
			"starttimeutc":         "StartTime",
			"detectedtimeutc":      "StartTime",
			"endtimeutc":           "EndTime",
			"processingendtimeutc": "ProcessingEndTime",
			"alerturi":             "AlertLink",
			"alertname":            "AlertType", // the older interface tells the type by name
			"type":                 "resourceType",
		},
		special: map[string]func(m *mapper, v value){
			"alertdisplayname": both("AlertName", "DisplayName"),
			"systemalertid":    both("SystemAlertId", "VendorOriginalId"),
			"instanceid":       both("SystemAlertId", "VendorOriginalId"),
			"severity":         named("AlertSeverity", capital),
			"reportedseverity": named("AlertSeverity", capital),
			"status":           named("Status", capital),
			"state":            named("Status", capital),
			"associatedresource": func(m *mapper, v value) {
				m.fill("ResourceId", v)
				m.give("associatedResource", v)
			},
			"intent":              (*mapper).azureAlertIntent,
			"entities":            func(m *mapper, v value) { m.give("Entities", m.capitals(v)) },
			"resourceidentifiers": (*mapper).azureAlertResources,
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

// both returns a function that sets two columns.
func both(a, b string) func(m *mapper, v value) {
	return func(m *mapper, v value) {
		m.give(a, v)
		m.give(b, v)
	}
}

// azureAlert makes the row of an alert of Defender for Cloud.
func (m *mapper) azureAlert(mp *mapping, r *record) {
	m.begin("SecurityAlert")
	m.put(mp, r.members, 0)
	provider, product := alertProvider("microsoftDefenderForCloud")
	m.fill("ProviderName", m.literal(provider))
	m.fill("ProductName", m.literal(product))
	m.fill("VendorName", m.literal("Microsoft"))
}

// azureAlertIntent stores what an attacker intends, and as tactics if all of it
// is.
func (m *mapper) azureAlertIntent(v value) {
	if i := m.own("intent", false); i >= 0 {
		m.set(i, v)
	}
	for tactic := range strings.SplitSeq(string(m.text(v)), ",") {
		if !isTactic(strings.TrimSpace(tactic)) {
			return
		}
	}
	m.give("Tactics", v)
}

// azureAlertResources stores which resource an alert is about, and which
// workspace has it.
func (m *mapper) azureAlertResources(v value) {
	m.give("resourceIdentifiers", v)
	for _, id := range m.elements(v) {
		for _, part := range []struct{ member, column string }{
			{"azureResourceId", "ResourceId"},
			{"workspaceSubscriptionId", "WorkspaceSubscriptionId"},
			{"workspaceResourceGroup", "WorkspaceResourceGroup"},
			{"agentId", "SourceComputerId"},
		} {
			if text := m.pathText(id, part.member); text != "" {
				m.fill(part.column, m.literal(text))
			}
		}
	}
}

// capitals returns the entities of an alert with their members named as
// SecurityAlert names them, which rules tell apart from others by case. It is
// valid until the next call.
func (m *mapper) capitals(v value) value {
	if v.kind != kindArray {
		return v
	}
	m.invalid(v)
	m.camel = appendRenamed(m.camel[:0], v, m.limits.Depth, entityMember)
	return value{kind: v.kind, raw: m.camel}
}

// entityMember returns the name that SecurityAlert has for a member of an
// entity: type is Type, upnSuffix is UPNSuffix. A reference such as $id keeps
// its own.
func entityMember(name []byte) []byte {
	switch string(name) {
	case "upnSuffix":
		return []byte("UPNSuffix")
	case "ntDomain":
		return []byte("NTDomain")
	}
	if len(name) == 0 || name[0] < 'a' || name[0] > 'z' {
		return name
	}
	return append(bytes.ToUpper(name[:1]), name[1:]...)
}

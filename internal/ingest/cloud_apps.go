package ingest

import (
	"strconv"
	"strings"
)

// Alerts of Defender for Cloud Apps as its own API has them. Microsoft Sentinel
// has them in SecurityAlert, of the provider MCAS.

func cloudAppShapes() []shape {
	mp := cloudAppMapping()
	return []shape{{
		name: "cloud-apps-alerts", all: []string{"_id", "timestamp", "title"},
		any: []string{
			"severityvalue", "statusvalue", "resolutionstatusvalue", "contextid", "threatscore", "issystemalert", "stories",
			"entities", "idvalue", "comment", "evidence", "intent",
		},
		least: 3,
		row: func(m *mapper, r *record) string {
			m.begin("SecurityAlert")
			m.give("ProviderName", m.literal("MCAS"))
			m.give("ProductName", m.literal("Microsoft Cloud App Security"))
			m.give("VendorName", m.literal("Microsoft"))
			m.put(mp, r.members, 0)
			return ""
		},
	}}
}

func cloudAppMapping() *mapping {
	return &mapping{
		name:    "cloud-apps",
		columns: map[string]string{"url": "AlertLink"},
		special: map[string]func(m *mapper, v value){
			"_id": func(m *mapper, v value) {
				m.give("SystemAlertId", v)
				m.give("VendorOriginalId", v)
			},
			"title": func(m *mapper, v value) {
				m.give("AlertName", v)
				m.give("DisplayName", v)
			},
			"timestamp":     (*mapper).epochTime,
			"severityvalue": (*mapper).cloudAppSeverity,
			"entities":      func(m *mapper, v value) { m.give("Entities", v) },
		},
	}
}

// epochTime stores the time of a record, which is in milliseconds since 1970 or
// in words.
func (m *mapper) epochTime(v value) {
	n, ok := m.integer(v)
	if !ok {
		m.give(timeGenerated, v)
		return
	}
	m.give(timeGenerated, m.literal("/Date("+strconv.FormatInt(n, 10)+")/"))
}

// cloudAppSeverity stores a severity, which the API numbers.
func (m *mapper) cloudAppSeverity(v value) {
	severity := ""
	switch strings.TrimSpace(string(m.text(v))) {
	case "0":
		severity = "Low"
	case "1":
		severity = "Medium"
	case "2":
		severity = "High"
	case "3":
		severity = "Informational"
	}
	if severity == "" {
		m.give("AlertSeverity", v)
		return
	}
	m.give("AlertSeverity", m.literal(severity))
	m.give("severityValue", v)
}

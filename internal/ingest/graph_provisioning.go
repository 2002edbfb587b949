package ingest

// Provisioning of accounts as Microsoft Graph has it (auditLogs/provisioning).
// In AADProvisioningLogs who, what and where are text that holds JSON.

func graphProvisioningShapes() []shape {
	mp := withAdditional(&mapping{
		name: "provisioning",
		columns: map[string]string{
			"activitydatetime":       timeGenerated,
			"durationinmilliseconds": "DurationMs",
			"action":                 "ProvisioningAction",
			"statusinfo":             "ProvisioningStatusInfo",
		},
		special: map[string]func(m *mapper, v value){"tenantid": tenantIn("AADTenantId")},
	})
	return []shape{{
		name: "graph-provisioning", all: []string{"activitydatetime", "jobid"},
		any:   []string{"cycleid", "changeid", "provisioningsteps", "provisioningaction", "sourceidentity", "targetidentity"},
		least: 2, none: []string{"properties", "timegenerated"},
		row: func(m *mapper, r *record) string {
			m.begin("AADProvisioningLogs")
			m.pascal = isPascal(r.members)
			m.give("OperationName", m.literal("Provisioning activity"))
			m.give("Category", m.literal("ProvisioningLogs"))
			m.put(mp, r.members, 0)
			return ""
		},
	}}
}

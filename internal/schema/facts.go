package schema

import "github.com/conshelf/conshelf/kql/types"

// Facts returns what is known about the tables beyond their columns: the
// values of closed sets, and names and literals that published guides use and
// no workspace has.
func Facts() types.Facts {
	return types.Facts{
		Values: Values(),
		Instead: map[string]string{
			"MCASAlerts":                       `alerts of Defender for Cloud Apps are rows of SecurityAlert: SecurityAlert | where ProviderName == "MCAS"; their title is AlertName, their accounts are in Entities`,
			"IdentityProtectionEvents":         `detections of Identity Protection are rows of AADUserRiskEvents (RiskEventType, DetectionTimingType, IpAddress), users at risk of AADRiskyUsers`,
			"ReportedSeverity":                 "AlertSeverity",
			"Timestamp":                        "TimeGenerated; only the events of Defender XDR have a Timestamp too",
			"AuditLogs.IPAddress":              "tostring(InitiatedBy.user.ipAddress), or InitiatedBy.app for an application",
			"AzureDiagnostics.IPAddress":       "CallerIPAddress",
			"AzureDiagnostics.Caller":          "identity_claim_http_schemas_xmlsoap_org_ws_2005_05_identity_claims_upn_s for a user, identity_claim_appid_g for an application",
			"AADUserRiskEvents.IPAddress":      "IpAddress",
			"AzureActivity.IPAddress":          "CallerIpAddress",
			"AADUserRiskEvents.RiskEventTypes": "RiskEventType",
			"AADUserRiskEvents.DetectionType":  "DetectionTimingType",
			"SecurityAlert.AlertCreationTime":  "TimeGenerated",
			"SecurityAlert.UserAccounts":       "CompromisedEntity, or the accounts in Entities",
			"SecurityAlert.Severity":           "AlertSeverity",
		},
		Literals: map[string][]types.Remark{
			"SecurityAlert.ProviderName": {{
				Text: "IdentityProtection", Never: true,
				Message: "no provider of SecurityAlert is called IdentityProtection",
				Hint:    `ProviderName == "IPC" is Identity Protection`,
			}},
			"AuditLogs.OperationName": {
				{
					Text: "Update application permissions", Never: true,
					Message: "no operation of AuditLogs is called Update application permissions",
					Hint:    `"Add app role assignment to service principal", "Add delegated permission grant" and "Consent to application" are the operations that give an application permissions`,
				},
				{
					Text:    "Add member to role",
					Message: "in this operation TargetResources[0] is the member, and its displayName is not the role's",
					Hint:    "the role's name is the newValue of the modifiedProperties element called Role.DisplayName, a JSON string in a string",
				},
				{
					Text: "Update application - Certificates and secrets management", Never: true,
					Message: "this operation is written with an en dash and ends in a space",
					Hint:    "OperationName has \"Certificates and secrets management\"",
				},
			},
			"AzureDiagnostics.OperationName": {{
				Text: "KeyVaultSecretGet", Never: true,
				Message: "no operation of Key Vault is called KeyVaultSecretGet",
				Hint:    `OperationName == "SecretGet"; in resource-specific mode the table is AZKVAuditLogs`,
			}},
		},
	}
}

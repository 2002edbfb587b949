package ingest

// recordTypeName returns the name of a record type of the unified audit log.
func recordTypeName(number string) string {
	switch number {
	case "1":
		return "ExchangeAdmin"
	case "2":
		return "ExchangeItem"
	case "3":
		return "ExchangeItemGroup"
	case "4":
		return "SharePoint"
	case "6":
		return "SharePointFileOperation"
	case "7":
		return "OneDrive"
	case "8":
		return "AzureActiveDirectory"
	case "9":
		return "AzureActiveDirectoryAccountLogon"
	case "10":
		return "DataCenterSecurityCmdlet"
	case "11":
		return "ComplianceDLPSharePoint"
	case "13":
		return "ComplianceDLPExchange"
	case "14":
		return "SharePointSharingOperation"
	case "15":
		return "AzureActiveDirectoryStsLogon"
	case "18":
		return "SecurityComplianceCenterEOPCmdlet"
	case "19":
		return "ExchangeAggregatedOperation"
	case "20":
		return "PowerBIAudit"
	case "21":
		return "CRM"
	case "22":
		return "Yammer"
	case "23":
		return "SkypeForBusinessCmdlets"
	case "24":
		return "Discovery"
	case "25":
		return "MicrosoftTeams"
	case "28":
		return "ThreatIntelligence"
	case "30":
		return "MicrosoftFlow"
	case "31":
		return "AeD"
	case "32":
		return "MicrosoftStream"
	case "35":
		return "Project"
	case "36":
		return "SharePointListOperation"
	case "38":
		return "DataGovernance"
	case "40":
		return "SecurityComplianceAlerts"
	case "41":
		return "ThreatIntelligenceUrl"
	case "43":
		return "MipLabel"
	case "45":
		return "PowerAppsApp"
	case "47":
		return "ThreatIntelligenceAtpContent"
	case "50":
		return "ExchangeItemAggregated"
	case "54":
		return "SharePointListItemOperation"
	case "55":
		return "SharePointContentTypeOperation"
	case "56":
		return "SharePointFieldOperation"
	case "57":
		return "MicrosoftTeamsAdmin"
	case "62":
		return "Campaign"
	case "64":
		return "AirInvestigation"
	case "65":
		return "Quarantine"
	case "66":
		return "MicrosoftForms"
	}
	return number
}

// userTypeName returns the name of a user type of the unified audit log.
func userTypeName(number string) string {
	switch number {
	case "0":
		return "Regular"
	case "1":
		return "Reserved"
	case "2":
		return "Admin"
	case "3":
		return "DcAdmin"
	case "4":
		return "System"
	case "5":
		return "Application"
	case "6":
		return "ServicePrincipal"
	case "7":
		return "CustomPolicy"
	case "8":
		return "SystemPolicy"
	}
	return number
}

// logonTypeName returns the name of a mailbox logon type.
func logonTypeName(number string) string {
	switch number {
	case "0":
		return "Owner"
	case "1":
		return "Admin"
	case "2":
		return "Delegated"
	case "3":
		return "Transport"
	case "4":
		return "SystemService"
	case "5":
		return "BestAccess"
	case "6":
		return "DelegatedAdmin"
	}
	return number
}

package posture

// The tables that checks read.
const (
	activityTable    = "AzureActivity"
	alertTable       = "SecurityAlert"
	auditTable       = "AuditLogs"
	cloudAppTable    = "CloudAppEvents"
	officeTable      = "OfficeActivity"
	riskEventTable   = "AADUserRiskEvents"
	riskyUserTable   = "AADRiskyUsers"
	interactiveTable = "SigninLogs"
)

// Row takes in a row of a table as a JSON object: of those that Queries selects,
// with their columns. Place says where it was found. What a row says counts once
// Table noted its table.
func (e *Export) Row(table, place string, row []byte) {
	var read func(place string, row []byte) error
	switch table {
	case activityTable:
		read = e.readActivity
	case alertTable:
		read = e.readAlert
	case auditTable:
		read = e.readGrant
	case cloudAppTable:
		read = e.readCloudAppEvents
	case officeTable:
		read = e.readOffice
	case riskEventTable, riskyUserTable:
		read = e.readRisk
	case interactiveTable:
		read = e.readSignIn
	default:
		panic(table) // unreachable: Queries has no other
	}
	if err := read(place, row); err != nil {
		e.skip(place, plain(err))
	}
}

// A Query selects the rows of a table that checks look at: in KQL, with their
// columns in one dynamic column called Row, by time.
type Query struct{ Table, Text string }

// Queries returns what has to be asked of a case. Those over sign-ins come last:
// who is who is known by then.
func Queries() []Query {
	const packed = " | order by TimeGenerated asc | project Row = pack_all()"
	return []Query{
		{riskyUserTable, "AADRiskyUsers | project TimeGenerated, UserId = Id, UserPrincipalName, RiskLevel" + packed},
		{riskEventTable, "AADUserRiskEvents | project TimeGenerated, UserId, UserPrincipalName, RiskLevel, RiskEventType" + packed},
		{alertTable, "SecurityAlert | project TimeGenerated, SystemAlertId, ProviderName, ProductName, AlertName = iff(isempty(AlertName), DisplayName, AlertName), AlertType, AlertSeverity, CompromisedEntity, Entities" + packed},
		{auditTable, `AuditLogs | where OperationName =~ "Consent to application" and Result =~ "success" | project TimeGenerated, InitiatedBy, TargetResources` + packed},
		{activityTable, `AzureActivity | where OperationNameValue in~ ("` + initiate + `", "microsoft.security/jitnetworkaccesspolicies/initiate/action") and ActivityStatusValue in~ ("Success", "Succeeded", "Accept", "Accepted") ` +
			`| project TimeGenerated, Caller, AppId = iff(Caller contains "@", "", tostring(Claims_d.appid)), CallerIpAddress, Resource = tolower(iff(isempty(_ResourceId), ResourceId, _ResourceId)), Status = ActivityStatusValue` + packed},
		{officeTable, burstQuery("OfficeActivity | extend User = tolower(UserId), Act = Operation, Object = OfficeObjectId, Application = OfficeWorkload")},
		{cloudAppTable, burstQuery("CloudAppEvents | extend User = tolower(AccountObjectId), Act = ActionType, Object = ObjectName")},
		{interactiveTable, `SigninLogs | where ResultType == "0" or RiskLevelDuringSignIn =~ "high" or RiskLevelAggregated =~ "high" ` +
			`| project TimeGenerated, Succeeded = ResultType == "0", UserId, UserPrincipalName, IPAddress, Country = tostring(LocationDetails.countryOrRegion), Latitude = toreal(LocationDetails.geoCoordinates.latitude), ` +
			`Longitude = toreal(LocationDetails.geoCoordinates.longitude), RiskLevelDuringSignIn, RiskLevelAggregated` + packed},
	}
}

// burstQuery counts the files that each person downloaded or deleted, hour by
// hour: by their names, and each record that has none.
func burstQuery(events string) string {
	return events + ` | where isnotempty(User) | extend Kind = case(Act in~ (` + acts(downloads()) + `), "download", Act in~ (` + acts(deletions()) + `), "deletion", "other") ` +
		`| summarize Files = count_distinctif(Object, isnotempty(Object)) + countif(isempty(Object)) by User, Kind, Application = tostring(Application), TimeGenerated = bin(TimeGenerated, 1h) ` +
		`| order by TimeGenerated asc, User asc, Kind asc, Application asc | project Row = pack_all()`
}

func tableWanted(table string) want {
	how := map[string]string{
		activityTable:    "the subscription's activity log, as Monitoring Reader",
		alertTable:       "Sentinel's SecurityAlert, or GET https://graph.microsoft.com/v1.0/security/alerts_v2 with SecurityAlert.Read.All",
		auditTable:       "GET https://graph.microsoft.com/v1.0/auditLogs/directoryAudits with AuditLog.Read.All",
		cloudAppTable:    "advanced hunting over CloudAppEvents with ThreatHunting.Read.All",
		officeTable:      "the unified audit log, with the role View-Only Audit Logs",
		riskEventTable:   "GET https://graph.microsoft.com/v1.0/identityProtection/riskDetections with IdentityRiskEvent.Read.All, which needs Entra ID P2",
		riskyUserTable:   "GET https://graph.microsoft.com/v1.0/identityProtection/riskyUsers with IdentityRiskyUser.Read.All, which needs Entra ID P2",
		interactiveTable: "GET https://graph.microsoft.com/v1.0/auditLogs/signIns with AuditLog.Read.All, which needs Entra ID P1",
	}
	return want{"table " + table + " in a case", how[table]}
}

// every notes that what is met has to hold for every row of tables: not where
// they may lack some.
func (e *Export) every(r *result, tables ...string) {
	for _, table := range tables {
		if lost := e.tables[table].lost; len(lost) > 0 {
			r.partial = append(r.partial, table+" may lack rows: "+sentence(lost))
		}
	}
}

// looked tells whether tables are there, and notes those that are not.
func (e *Export) looked(r *result, tables ...string) bool {
	all := true
	for _, table := range tables {
		if !e.has(table) {
			r.lacks(tableWanted(table))
			r.ingest = true
			all = false
		}
	}
	return all
}

package lineage

import "github.com/conshelf/conshelf/internal/incident"

// A lens shows the rows of a table as acts: columns gives the columns of a
// row in KQL, those of base replaced.
type lens struct {
	table   string
	kind    kind
	columns map[string]string
}

// A kind is what the rows of a table are.
type kind int

const (
	activity kind = iota
	signIns       // of people
	words         // what a product says
)

// columns are what every lens shows, in order, with what a table that has no
// such thing shows instead.
func columns() [][2]string {
	return [][2]string{
		{"At", "TimeGenerated"},
		{"Operation", "OperationName"},
		{"Account", `""`},
		{"AccountId", `""`},
		{"Address", `""`},
		{"Session", `""`},
		{"Token", `""`},
		{"AppId", `""`},
		{"Principal", `""`},
		{"AppName", `""`},
		{"Device", `""`},
		{"Target", `""`},
		{"Done", "true"},
		{"Detail", `""`},
		{"Request", `""`},
		{"Reason", `""`},
	}
}

// lenses are the tables that tell who did what with which session or token.
func lenses() []lens {
	signIn := map[string]string{
		"Operation": `"Sign-in"`, "Account": "UserPrincipalName", "AccountId": "UserId", "Address": "IPAddress", "Session": "SessionId",
		"Token": "UniqueTokenIdentifier", "AppId": "AppId", "AppName": "AppDisplayName", "Device": "tostring(DeviceDetail.deviceId)",
		"Target": "ResourceDisplayName", "Done": `ResultType == "0"`, "Request": "Id",
	}
	service := map[string]string{
		"Operation": `"Sign-in"`, "Address": "IPAddress", "Session": "SessionId", "Token": "UniqueTokenIdentifier", "AppId": "AppId", "Principal": "ServicePrincipalId",
		"AppName": "ServicePrincipalName", "Target": "ResourceDisplayName", "Done": `ResultType == "0"`, "Request": "Id",
	}
	claims := `parse_json(iff(isnotempty(Claims), Claims, tostring(Claims_d)))`
	graph := map[string]string{
		"Operation": `strcat(RequestMethod, " ", tostring(split(replace_regex(RequestUri, @"^https?://[^/]+/[^/]+", ""), "?")[0]))`, "AccountId": "UserId", "Address": "IPAddress",
		"Session": "SessionId", "Token": "SignInActivityId", "AppId": "AppId", "Principal": "ServicePrincipalId", "Target": "RequestUri", "Done": "ResponseStatusCode < 400",
	}
	return []lens{
		{"SigninLogs", signIns, signIn},
		{"AADNonInteractiveUserSignInLogs", signIns, with(signIn, "Device", "tostring(parse_json(DeviceDetail).deviceId)")},
		{"AADServicePrincipalSignInLogs", activity, service},
		{"AADManagedIdentitySignInLogs", activity, with(service, "Address", `column_ifexists("IPAddress", "")`)},
		{"AuditLogs", activity, map[string]string{
			"Account": "tostring(InitiatedBy.user.userPrincipalName)", "AccountId": "tostring(InitiatedBy.user.id)",
			// Privileged Identity Management writes the address among the details.
			"Address": `iff(isnotempty(tostring(InitiatedBy.user.ipAddress)), tostring(InitiatedBy.user.ipAddress), extract(@'(?i)"key":"ipaddr(?:ess)?","value":"([^"]+)"', 1, tostring(AdditionalDetails)))`,
			"AppId":   "tostring(InitiatedBy.app.appId)", "Principal": "tostring(InitiatedBy.app.servicePrincipalId)", "AppName": "tostring(InitiatedBy.app.displayName)",
			"Target": `iff(isempty(tostring(TargetResources[0].displayName)), tostring(TargetResources[0].userPrincipalName), tostring(TargetResources[0].displayName))`,
			"Done":   `Result =~ "success"`, "Detail": "tostring(TargetResources)",
			"Reason": "iff(isnotempty(ResultDescription), ResultDescription, ResultReason)",
		}},
		{"OfficeActivity", activity, map[string]string{
			"Operation": "Operation", "Account": "UserId", "Address": "case(isnotempty(ClientIP), ClientIP, isnotempty(Client_IPAddress), Client_IPAddress, ActorIpAddress)",
			"Session": `case(isnotempty(column_ifexists("SessionId", "")), column_ifexists("SessionId", ""), tostring(AppAccessContext.AADSessionId))`,
			"Token":   "tostring(AppAccessContext.UniqueTokenId)", "AppId": "iff(isnotempty(ClientAppId), ClientAppId, tostring(AppAccessContext.ClientAppId))",
			"Target": "iff(isnotempty(OfficeObjectId), OfficeObjectId, MailboxOwnerUPN)", "Done": `ResultStatus !in~ ("Failed", "False")`,
			"Detail": "Parameters", "Request": "IntraSystemId",
		}},
		{"MicrosoftGraphActivityLogs", activity, graph},
		{"AADGraphActivityLogs", activity, with(graph, "Address", "CallerIpAddress")},
		{"AzureActivity", activity, map[string]string{
			"Operation": `strcat(OperationNameValue, iff(ActivityStatusValue in~ ("Start", "Started", "Accepted"), "` + incident.Started + `", ""))`, "Account": `iff(Caller contains "@", Caller, "")`, "Address": "CallerIpAddress",
			"AccountId": `iff(tostring(` + claims + `.idtyp) == "app", "", tostring(` + claims + `["http://schemas.microsoft.com/identity/claims/objectidentifier"]))`,
			"Session":   "tostring(" + claims + ".sid)", "Token": "tostring(" + claims + ".uti)",
			"AppId": `iff(Caller contains "@", "", tostring(` + claims + `.appid))`, "Principal": `iff(Caller contains "@", "", Caller)`,
			"Target": "iff(isempty(_ResourceId), ResourceId, _ResourceId)", "Done": `ActivityStatusValue !in~ ("Failed", "Failure")`, "Detail": "Properties",
		}},
		{"AzureDiagnostics", activity, map[string]string{
			"Account":   `iff(isnotempty(column_ifexists("identity_claim_http_schemas_xmlsoap_org_ws_2005_05_identity_claims_upn_s", "")), column_ifexists("identity_claim_http_schemas_xmlsoap_org_ws_2005_05_identity_claims_upn_s", ""), column_ifexists("identity_claim_upn_s", ""))`,
			"AccountId": `column_ifexists("identity_claim_oid_g", "")`, "Address": `column_ifexists("CallerIPAddress", "")`, "AppId": `column_ifexists("identity_claim_appid_g", "")`,
			"Target": `iff(isnotempty(column_ifexists("id_s", "")), column_ifexists("id_s", ""), ResourceId)`, "Done": `ResultType !in~ ("Failed", "Failure", "ClientError")`,
		}},
		{"AZKVAuditLogs", activity, map[string]string{
			"Account":   `tostring(Identity.claim["http://schemas.xmlsoap.org/ws/2005/05/identity/claims/upn"])`,
			"AccountId": `tostring(Identity.claim["http://schemas.microsoft.com/identity/claims/objectidentifier"])`,
			"AppId":     `tostring(Identity.claim.appid)`, "Address": "CallerIpAddress", "Target": "iff(isnotempty(Id), Id, RequestUri)", "Done": "HttpStatusCode < 400",
		}},
		{"StorageBlobLogs", activity, map[string]string{
			"Account": "RequesterUpn", "AccountId": "RequesterObjectId", "AppId": "RequesterAppId", "Address": "tostring(split(CallerIpAddress, \":\")[0])", "Target": "ObjectKey",
			"Done": `iff(isempty(StatusText), isempty(StatusCode) or toint(StatusCode) < 400, StatusText =~ "Success")`,
		}},
		{"AADUserRiskEvents", words, map[string]string{
			"Operation": `strcat("Risk detection: ", RiskEventType)`, "Account": "UserPrincipalName", "AccountId": "UserId", "Address": "IpAddress", "Request": "RequestId",
		}},
	}
}

// with returns m with another value of one column.
func with(m map[string]string, column, value string) map[string]string {
	out := make(map[string]string, len(m))
	for k, v := range m {
		out[k] = v
	}
	out[column] = value
	return out
}

// text is the lens as the beginning of a query. Names are in lower case, and an
// address of IPv6 is its /64, which is what one subscriber has.
func (l lens) text() string {
	q := "['" + l.table + "'] | where isnotnull(TimeGenerated) | project "
	for i, c := range columns() {
		if i > 0 {
			q += ", "
		}
		value := c[1]
		if v, ok := l.columns[c[0]]; ok {
			value = v
		}
		switch c[0] {
		case "Account", "AccountId", "Session", "AppId", "Principal", "Address":
			value = "tolower(" + value + ")"
		}
		q += c[0] + " = " + value
	}
	return q + ` | extend Network = iff(Address contains ":", tostring(parse_ipv6_mask(Address, 64)), Address)`
}

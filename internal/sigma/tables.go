package sigma

// A table is where the logs of a source are, and what rules call its columns.
type table struct {
	name  string
	where string // which of its rows; empty: all
	// aliases says, for a field's name in small letters, which expressions hold
	// it: texts, of which any may match. Columns need none.
	aliases map[string][]string
	// refused says why a field is nowhere to be found.
	refused map[string]string
	lists   []string // columns that hold lists
	nested  []string // properties of elements that hold lists
	// properties are the names in the elements of lists, by their small letters.
	properties map[string]string
	under      map[string][]string // names that rules give to what is in a list
	json       []string            // columns of type string that hold JSON
	columns    []string            // that a rule over several tables returns; empty: all
	// account and address name who did it and from where.
	account, address string
}

// signInAliases is what rules call the columns of sign-ins. Parsed names the
// column as a value that has properties. A status is what the portal calls it,
// or what is in the record's own.
func signInAliases(parsed func(column string) string) map[string][]string {
	property := func(column, name string) []string {
		return []string{"tostring(" + parsed(column) + "." + name + ")"}
	}
	return map[string][]string{
		"status":                       {`iff(ResultType == "0", "Success", "Failure")`, "tostring(Status)"},
		"activitydetails":              {`"Sign-ins"`},
		"errorcode":                    {"ResultType"},
		"status.errorcode":             {"ResultType"},
		"status.failurereason":         {"ResultDescription"},
		"status.additionaldetails":     property("Status", "additionalDetails"),
		"username":                     {"UserPrincipalName"},
		"user":                         {"UserPrincipalName"},
		"initiatedby":                  {"UserPrincipalName"},
		"clientapp":                    {"ClientAppUsed"},
		"callerip":                     {"IPAddress"},
		"callipaddress":                {"IPAddress"},
		"sourceip":                     {"IPAddress"},
		"applicationdisplayname":       {"AppDisplayName"},
		"application":                  {"AppDisplayName"},
		"devicedetail.deviceid":        property("DeviceDetail", "deviceId"),
		"devicedetail.displayname":     property("DeviceDetail", "displayName"),
		"devicedetail.operatingsystem": property("DeviceDetail", "operatingSystem"),
		"devicedetail.browser":         property("DeviceDetail", "browser"),
		"devicedetail.iscompliant":     property("DeviceDetail", "isCompliant"),
		"devicedetail.ismanaged":       property("DeviceDetail", "isManaged"),
		"devicedetail.trusttype":       property("DeviceDetail", "trustType"),
		"locationdetails.city":         property("LocationDetails", "city"),
		"locationdetails.state":        property("LocationDetails", "state"),
		"location.city":                property("LocationDetails", "city"),
		"location.state":               property("LocationDetails", "state"),
		"location.countryorregion":     property("LocationDetails", "countryOrRegion"),
		"mfadetail.authmethod":         property("MfaDetail", "authMethod"),
		"risklevel":                    {"RiskLevelDuringSignIn"},
	}
}

// signInColumns are what sign-ins of both tables return: columns that have the
// same type in both.
func signInColumns() []string {
	return []string{
		"TimeGenerated", "UserPrincipalName", "UserId", "IPAddress", "Location", "AppDisplayName", "AppId", "ResourceDisplayName", "ClientAppUsed",
		"UserAgent", "ResultType", "ResultDescription", "ConditionalAccessStatus", "AuthenticationRequirement", "AuthenticationProtocol",
		"RiskState", "RiskLevelDuringSignIn", "SessionId", "CorrelationId", "Id",
	}
}

func interactiveSignIns() table {
	return table{
		name: "SigninLogs", aliases: signInAliases(func(column string) string { return column }),
		lists: []string{"ConditionalAccessPolicies", "AppliedEventListeners"}, json: signInJSON(), columns: signInColumns(),
		account: "UserPrincipalName", address: "IPAddress",
	}
}

func otherSignIns() table {
	return table{
		name: "AADNonInteractiveUserSignInLogs", aliases: signInAliases(func(column string) string { return "parse_json(" + column + ")" }),
		lists: []string{"ConditionalAccessPolicies", "AppliedEventListeners"}, json: signInJSON(), columns: signInColumns(),
		account: "UserPrincipalName", address: "IPAddress",
	}
}

func signInJSON() []string {
	return []string{
		"Agent", "DeviceDetail", "Status", "LocationDetails", "MfaDetail", "TokenProtectionStatusDetails", "ConditionalAccessPolicies",
		"AuthenticationDetails", "AuthenticationProcessingDetails", "NetworkLocationDetails", "AuthenticationRequirementPolicies",
	}
}

func directoryAudits() table {
	return table{
		name: "AuditLogs",
		aliases: map[string][]string{
			"message":                            {"OperationName", "ActivityDisplayName"},
			"activitytype":                       {"OperationName", "ActivityDisplayName"},
			"operation":                          {"OperationName"},
			"status":                             {"Result"},
			"workload":                           {`"AzureActiveDirectory"`},
			"username":                           {"tostring(InitiatedBy.user.userPrincipalName)"},
			"user":                               {"tostring(InitiatedBy.user.userPrincipalName)"},
			"actor":                              {"tostring(InitiatedBy.user.userPrincipalName)", "tostring(InitiatedBy.app.displayName)"},
			"ipaddress":                          {"tostring(InitiatedBy.user.ipAddress)"},
			"callerip":                           {"tostring(InitiatedBy.user.ipAddress)"},
			"sourceip":                           {"tostring(InitiatedBy.user.ipAddress)"},
			"initiatedby.ip":                     {"tostring(InitiatedBy.user.ipAddress)"},
			"initiatedby.user.userprincipalname": {"tostring(InitiatedBy.user.userPrincipalName)"},
			"initiatedby.user.ipaddress":         {"tostring(InitiatedBy.user.ipAddress)"},
			"initiatedby.app.displayname":        {"tostring(InitiatedBy.app.displayName)"},
			"initiatedby.app.appid":              {"tostring(InitiatedBy.app.appId)"},
		},
		lists:  []string{"TargetResources", "AdditionalDetails"},
		nested: []string{"modifiedProperties", "administrativeUnits"},
		properties: map[string]string{
			"type": "type", "displayname": "displayName", "id": "id", "userprincipalname": "userPrincipalName", "grouptype": "groupType",
			"modifiedproperties": "modifiedProperties", "oldvalue": "oldValue", "newvalue": "newValue", "key": "key", "value": "value",
			"administrativeunits": "administrativeUnits",
		},
		under:   map[string][]string{"modifiedproperties": {"TargetResources", "modifiedProperties"}},
		account: "iff(isempty(tostring(InitiatedBy.user.userPrincipalName)), tostring(InitiatedBy.user.id), tostring(InitiatedBy.user.userPrincipalName))",
		address: "tostring(InitiatedBy.user.ipAddress)",
	}
}

// privilegedAccess is what Privileged Identity Management writes into the
// directory's audit log. Its alerts, which Graph lists, are in no log.
func privilegedAccess() table {
	t := directoryAudits()
	t.where = `LoggedByService =~ "PIM"`
	t.refused = map[string]string{"riskeventtype": "the alerts of Privileged Identity Management are in no log: Graph lists them"}
	return t
}

func azureActivity() table {
	operation := []string{"OperationNameValue", "OperationName"}
	return table{
		name: "AzureActivity",
		aliases: map[string][]string{
			"message":          operation,
			"operationname":    operation,
			"status":           {"ActivityStatusValue", "ActivityStatus"},
			"activitystatus":   {"ActivityStatusValue", "ActivityStatus"},
			"resulttype":       {"ActivityStatusValue", "ActivityStatus"},
			"category":         {"CategoryValue", "Category"},
			"resourceprovider": {"ResourceProviderValue", "ResourceProvider"},
			"resourceid":       {"ResourceId", "_ResourceId"},
			"resource_id":      {"ResourceId", "_ResourceId"},
			"user":             {"Caller"},
			"username":         {"Caller"},
			"ipaddress":        {"CallerIpAddress"},
			"callerip":         {"CallerIpAddress"},
			"sourceip":         {"CallerIpAddress"},
		},
		json: []string{"Authorization", "Claims", "HTTPRequest", "Properties"}, account: "Caller", address: "CallerIpAddress",
	}
}

func riskDetections() table {
	return table{
		name: "AADUserRiskEvents",
		aliases: map[string][]string{
			"user":                     {"UserPrincipalName"},
			"username":                 {"UserPrincipalName"},
			"location.city":            {"tostring(Location.city)"},
			"location.state":           {"tostring(Location.state)"},
			"location.countryorregion": {"tostring(Location.countryOrRegion)"},
		},
		lists: []string{"AdditionalInfo"}, account: "UserPrincipalName", address: "IpAddress",
	}
}

func graphActivity() table {
	return table{
		name: "MicrosoftGraphActivityLogs",
		aliases: map[string][]string{
			"user":     {"UserId"},
			"callerip": {"IPAddress"},
			"sourceip": {"IPAddress"},
		},
		account: "UserId", address: "IPAddress",
	}
}

// officeActivity is the unified audit log. That a record was a success is
// written in several ways.
func officeActivity(where string) table {
	return table{
		name: "OfficeActivity", where: where,
		aliases: map[string][]string{
			"eventsource": {"OfficeWorkload", "EventSource"},
			"workload":    {"OfficeWorkload"},
			"eventname":   {"Operation"},
			"operations":  {"Operation"},
			"status":      {`iff(ResultStatus in~ ("True", "Succeeded", "Success"), "success", ResultStatus)`},
			"clientip":    {"ClientIP", "Client_IPAddress", "ActorIpAddress"},
			"ipaddress":   {"ClientIP", "Client_IPAddress", "ActorIpAddress"},
			"sourceip":    {"ClientIP", "Client_IPAddress", "ActorIpAddress"},
			"user":        {"UserId"},
			"username":    {"UserId"},
			"objectid":    {"OfficeObjectId"},
		},
		json: []string{"Parameters", "ExtendedProperties", "ModifiedProperties", "Item", "Folder"}, account: "UserId", address: "ClientIP",
	}
}

// securityAlerts is where alerts of Microsoft 365 are. Rules name the workload
// that the unified audit log gives them, and a status that each alert has.
func securityAlerts() table {
	return table{
		name: "SecurityAlert", where: `ProviderName in~ ("MCAS", "OATP", "Office 365 Security & Compliance", "Microsoft 365 Defender", "MicrosoftThreatProtection")`,
		aliases: map[string][]string{
			"eventsource": {`"SecurityComplianceCenter"`},
			"eventname":   {"AlertName", "DisplayName"},
			"status":      {`"success"`},
			"user":        {"CompromisedEntity"},
			"username":    {"CompromisedEntity"},
		},
		json: []string{"Entities", "ExtendedProperties", "ExtendedLinks"}, account: "CompromisedEntity",
	}
}

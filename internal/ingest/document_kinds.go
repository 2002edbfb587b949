package ingest

import (
	"slices"
	"strings"
)

// documentShapes lists the kinds that can be told by members alone, the most
// particular first. A kind that shares its members with others is not here.
func documentShapes() []documentShape {
	return slices.Concat(policyShapes(), roleShapes(), directoryShapes(), scoreShapes(), azureShapes())
}

const graphPrefix = "microsoft.graph."

// policyShapes are what decides on access.
func policyShapes() []documentShape {
	return []documentShape{
		{kind: graphPrefix + "conditionalAccessPolicy", all: []string{"conditions", "grantcontrols"}},
		{kind: graphPrefix + "conditionalAccessPolicy", all: []string{"conditions", "sessioncontrols", "state"}},
		{kind: graphPrefix + "ipNamedLocation", all: []string{"ipranges"}, any: []string{"istrusted", "displayname"}, least: 1},
		{kind: graphPrefix + "countryNamedLocation", all: []string{"countriesandregions"}},
		{
			kind: graphPrefix + "authenticationStrengthPolicy", all: []string{"allowedcombinations"},
			any: []string{"policytype", "requirementssatisfied", "combinationconfigurations", "displayname"}, least: 1,
		},
		{kind: graphPrefix + "authenticationContextClassReference", all: []string{"isavailable", "displayname"}, any: []string{"id", "description"}, only: true},
		{kind: graphPrefix + "authenticationMethodsPolicy", all: []string{"authenticationmethodconfigurations"}},
		{
			kind: graphPrefix + "authorizationPolicy",
			any:  []string{"allowinvitesfrom", "defaultuserrolepermissions", "allowedtosignupemailbasedsubscriptions", "guestuserroleid", "blockmsolpowershell", "allowedtousesspr"}, least: 2,
		},
		{
			kind: graphPrefix + "identitySecurityDefaultsEnforcementPolicy", all: []string{"id", "isenabled"}, any: []string{"displayname", "description"},
			only: true, id: "00000000-0000-0000-0000-000000000005",
		},
		{kind: graphPrefix + "adminConsentRequestPolicy", all: []string{"notifyreviewers", "requestdurationindays"}},
		{kind: graphPrefix + "crossTenantAccessPolicyConfigurationDefault", all: []string{"b2bcollaborationinbound", "isservicedefault"}},
		{kind: graphPrefix + "crossTenantAccessPolicyConfigurationPartner", all: []string{"b2bcollaborationinbound", "tenantid"}},
		{kind: graphPrefix + "crossTenantAccessPolicy", all: []string{"allowedcloudendpoints"}},
		{kind: graphPrefix + "agreement", all: []string{"isviewingbeforeacceptancerequired"}},
		{kind: graphPrefix + "permissionGrantPolicy", all: []string{"includes", "excludes", "displayname"}},
		{kind: graphPrefix + "stsPolicy", all: []string{"definition", "isorganizationdefault"}},
		{kind: graphPrefix + "unifiedRoleManagementPolicy", all: []string{"scopeid", "scopetype", "isorganizationdefault"}},
		{kind: graphPrefix + "unifiedRoleManagementPolicyAssignment", all: []string{"scopeid", "scopetype", "policyid"}},
		{kind: graphPrefix + "groupSetting", all: []string{"templateid", "values", "displayname"}},
		{kind: graphPrefix + "userRegistrationDetails", all: []string{"ismfaregistered", "userprincipalname"}},
		{kind: graphPrefix + "internalDomainFederation", all: []string{"issueruri", "passivesigninuri"}},
	}
}

// roleShapes are who holds what, and who may.
func roleShapes() []documentShape {
	assignment := []string{"roledefinitionid", "principalid"}
	return []documentShape{
		// A request for a role and one for the eligibility to it have the same members.
		{kind: graphPrefix + "request", all: append([]string{"action", "targetscheduleid"}, assignment...)},
		{kind: graphPrefix + "unifiedRoleAssignmentScheduleInstance", all: append([]string{"roleassignmentscheduleid"}, assignment...)},
		{kind: graphPrefix + "unifiedRoleAssignmentScheduleInstance", all: append([]string{"roleassignmentoriginid"}, assignment...)},
		{kind: graphPrefix + "unifiedRoleEligibilityScheduleInstance", all: append([]string{"roleeligibilityscheduleid"}, assignment...)},
		{kind: graphPrefix + "unifiedRoleAssignmentSchedule", all: append([]string{"scheduleinfo", "assignmenttype"}, assignment...), none: []string{"action"}},
		{kind: graphPrefix + "unifiedRoleEligibilitySchedule", all: append([]string{"scheduleinfo", "membertype"}, assignment...), none: []string{"action", "assignmenttype"}},
		{kind: graphPrefix + "unifiedRoleAssignment", all: append([]string{"directoryscopeid"}, assignment...), none: []string{"action", "scheduleinfo", "startdatetime", "status"}},
		{kind: graphPrefix + "unifiedRoleDefinition", all: []string{"rolepermissions"}, any: []string{"isbuiltin", "isenabled", "templateid", "displayname"}, least: 2},
		{kind: graphPrefix + "directoryRole", all: []string{"roletemplateid", "displayname"}},
		{kind: graphPrefix + "privilegedAccessGroupEligibilitySchedule", all: []string{"accessid", "groupid", "principalid", "scheduleinfo"}, none: []string{"assignmenttype", "action"}},
		{kind: graphPrefix + "privilegedAccessGroupAssignmentSchedule", all: []string{"accessid", "groupid", "principalid", "scheduleinfo", "assignmenttype"}, none: []string{"action"}},
		{kind: graphPrefix + "oAuth2PermissionGrant", all: []string{"consenttype", "clientid", "scope"}},
		{kind: graphPrefix + "appRoleAssignment", all: []string{"approleid", "principalid", "resourceid"}},
	}
}

// directoryShapes are the objects of the directory.
func directoryShapes() []documentShape {
	return []documentShape{
		{
			kind: graphPrefix + "servicePrincipal", all: []string{"appid"},
			any: []string{"serviceprincipaltype", "serviceprincipalnames", "appownerorganizationid", "approleassignmentrequired", "accountenabled", "replyurls", "preferredsinglesignonmode"}, least: 2,
		},
		{
			kind: graphPrefix + "application", all: []string{"appid"},
			any: []string{"identifieruris", "requiredresourceaccess", "signinaudience", "publisherdomain", "passwordcredentials", "keycredentials", "web", "spa", "publicclient", "isfallbackpublicclient"}, least: 2,
			none: []string{"serviceprincipaltype"},
		},
		{kind: graphPrefix + "federatedIdentityCredential", all: []string{"issuer", "subject", "audiences"}},
		{
			kind: graphPrefix + "user", all: []string{"userprincipalname"},
			any: []string{
				"displayname", "mail", "accountenabled", "usertype", "givenname", "surname", "businessphones", "jobtitle", "proxyaddresses",
				"assignedlicenses", "onpremisessyncenabled", "mailnickname", "lastpasswordchangedatetime", "signinsessionsvalidfromdatetime",
			}, least: 1,
			none: []string{"userdisplayname", "operation", "activity", "ipaddress", "riskstate"},
		},
		{
			kind: graphPrefix + "group", all: []string{"displayname"},
			any: []string{"securityenabled", "mailenabled", "grouptypes", "membershiprule", "membershipruleprocessingstate", "isassignabletorole", "securityidentifier", "mailnickname"}, least: 2,
			none: []string{"userprincipalname", "appid"},
		},
		{kind: graphPrefix + "administrativeUnit", all: []string{"ismembermanagementrestricted", "displayname"}},
		{kind: graphPrefix + "managedDevice", all: []string{"azureaddeviceid"}, any: []string{"devicename", "compliancestate", "managementagent", "manageddeviceownertype"}, least: 2},
		{
			kind: graphPrefix + "device", all: []string{"deviceid", "displayname"},
			any: []string{"operatingsystem", "trusttype", "iscompliant", "ismanaged", "approximatelastsignindatetime", "accountenabled", "profiletype", "physicalids"}, least: 2,
		},
		{kind: graphPrefix + "organization", all: []string{"verifieddomains", "displayname"}},
		{
			kind: graphPrefix + "domain", all: []string{"authenticationtype"},
			any: []string{"isverified", "isdefault", "isinitial", "isadminmanaged", "supportedservices", "passwordvalidityperiodindays"}, least: 2,
		},
		{kind: graphPrefix + "subscribedSku", all: []string{"skupartnumber"}, any: []string{"prepaidunits", "consumedunits", "capabilitystatus", "serviceplans"}, least: 1},
	}
}

// scoreShapes are what Microsoft thinks of the configuration.
func scoreShapes() []documentShape {
	return []documentShape{
		{kind: graphPrefix + "secureScore", all: []string{"controlscores"}, any: []string{"currentscore", "maxscore", "activeusercount"}, least: 1},
		{
			kind: graphPrefix + "secureScoreControlProfile", all: []string{"title"},
			any: []string{"controlcategory", "implementationcost", "remediationimpact", "actiontype", "maxscore", "userimpact", "controlstateupdates"}, least: 3,
		},
	}
}

// documentCollections are the kinds of the documents in a collection, by the
// end of the path that @odata.context has after its #. A collection of more
// than one kind is not here.
func documentCollections() map[string]string {
	kinds := map[string]string{
		"identity/conditionalaccess/policies":                "conditionalAccessPolicy",
		"conditionalaccess/policies":                         "conditionalAccessPolicy",
		"authenticationcontextclassreferences":               "authenticationContextClassReference",
		"authenticationstrengthpolicies":                     "authenticationStrengthPolicy",
		"authenticationstrength/policies":                    "authenticationStrengthPolicy",
		"authenticationmethodspolicy":                        "authenticationMethodsPolicy",
		"authorizationpolicy":                                "authorizationPolicy",
		"identitysecuritydefaultsenforcementpolicy":          "identitySecurityDefaultsEnforcementPolicy",
		"adminconsentrequestpolicy":                          "adminConsentRequestPolicy",
		"crosstenantaccesspolicy":                            "crossTenantAccessPolicy",
		"crosstenantaccesspolicy/default":                    "crossTenantAccessPolicyConfigurationDefault",
		"crosstenantaccesspolicy/partners":                   "crossTenantAccessPolicyConfigurationPartner",
		"permissiongrantpolicies":                            "permissionGrantPolicy",
		"tokenlifetimepolicies":                              "tokenLifetimePolicy",
		"claimsmappingpolicies":                              "claimsMappingPolicy",
		"homerealmdiscoverypolicies":                         "homeRealmDiscoveryPolicy",
		"activitybasedtimeoutpolicies":                       "activityBasedTimeoutPolicy",
		"appmanagementpolicies":                              "appManagementPolicy",
		"rolemanagementpolicies":                             "unifiedRoleManagementPolicy",
		"rolemanagementpolicyassignments":                    "unifiedRoleManagementPolicyAssignment",
		"users":                                              "user",
		"groups":                                             "group",
		"devices":                                            "device",
		"domains":                                            "domain",
		"organization":                                       "organization",
		"subscribedskus":                                     "subscribedSku",
		"administrativeunits":                                "administrativeUnit",
		"directoryroles":                                     "directoryRole",
		"directoryroletemplates":                             "directoryRoleTemplate",
		"roledefinitions":                                    "unifiedRoleDefinition",
		"roleassignments":                                    "unifiedRoleAssignment",
		"roleassignmentschedules":                            "unifiedRoleAssignmentSchedule",
		"roleeligibilityschedules":                           "unifiedRoleEligibilitySchedule",
		"roleassignmentscheduleinstances":                    "unifiedRoleAssignmentScheduleInstance",
		"roleeligibilityscheduleinstances":                   "unifiedRoleEligibilityScheduleInstance",
		"roleassignmentschedulerequests":                     "unifiedRoleAssignmentScheduleRequest",
		"roleeligibilityschedulerequests":                    "unifiedRoleEligibilityScheduleRequest",
		"serviceprincipals":                                  "servicePrincipal",
		"applications":                                       "application",
		"oauth2permissiongrants":                             "oAuth2PermissionGrant",
		"approleassignments":                                 "appRoleAssignment",
		"approleassignedto":                                  "appRoleAssignment",
		"federatedidentitycredentials":                       "federatedIdentityCredential",
		"userregistrationdetails":                            "userRegistrationDetails",
		"securescores":                                       "secureScore",
		"securescorecontrolprofiles":                         "secureScoreControlProfile",
		"manageddevices":                                     "managedDevice",
		"devicemanagement/roledefinitions":                   "roleDefinition",
		"devicemanagement/roleassignments":                   "deviceAndAppManagementRoleAssignment",
		"groupsettings":                                      "groupSetting",
		"identityproviders":                                  "identityProviderBase",
		"devicemanagement/devicecompliancepolicies":          "deviceCompliancePolicy",
		"identitygovernance/termsofuse/agreements":           "agreement",
		"identitygovernance/accessreviews/definitions":       "accessReviewScheduleDefinition",
		"tenantrelationships/delegatedadminrelationships":    "delegatedAdminRelationship",
		"directory/federationconfigurations":                 "internalDomainFederation",
		"federationconfiguration":                            "internalDomainFederation",
		"mailfolders/inbox/messagerules":                     "messageRule",
		"messagerules":                                       "messageRule",
		"authentication/methods":                             "authenticationMethod",
		"identity/customauthenticationextensions":            "customAuthenticationExtension",
		"identitygovernance/entitlementmanagement/resources": "accessPackageResource",
	}
	for collection, name := range kinds {
		kinds[collection] = graphPrefix + name
	}
	return kinds
}

// collection returns the kind of what a page is of, by its @odata.context, or
// "".
func (l *librarian) collection(context string) string {
	_, path, ok := strings.Cut(context, "#")
	if !ok {
		return ""
	}
	if kind := graphType(strings.TrimSuffix(strings.TrimPrefix(path, "Collection("), ")")); kind != "" {
		return kind
	}
	segments := collectionPath(path)
	for i := range segments {
		if kind, ok := l.collections[strings.Join(segments[i:], "/")]; ok {
			return kind
		}
	}
	return ""
}

// collectionPath returns the names of a path such as
// users('ana')/appRoleAssignments(id,principalId)/$entity, in lower case.
func collectionPath(path string) []string {
	var names strings.Builder
	depth := 0
	for _, c := range strings.ToLower(path) {
		switch {
		case c == '(':
			depth++
		case c == ')':
			depth--
		case depth == 0:
			names.WriteRune(c)
		}
	}
	segments := strings.Split(strings.TrimSuffix(names.String(), "/$entity"), "/")
	if last := segments[len(segments)-1]; strings.HasPrefix(last, graphPrefix) {
		segments = segments[:len(segments)-1] // a cast, which graphType has seen
	}
	return segments
}

// logTypes are the formats of logs by the Graph type of their records: one that
// says what it is, and has not the members, is no document of configuration.
func logTypes() map[string]string {
	types := map[string]string{
		"signIn":                        "graph-sign-ins",
		"directoryAudit":                "graph-directoryaudits",
		"riskDetection":                 "graph-riskdetections",
		"riskyUser":                     "graph-riskyusers",
		"riskyServicePrincipal":         "graph-riskyserviceprincipals",
		"servicePrincipalRiskDetection": "graph-serviceprincipalriskdetections",
		"provisioningObjectSummary":     "graph-provisioning",
		"alert":                         "graph-legacy-alerts",
		"security.alert":                "graph-alerts",
		"security.incident":             "graph-incidents",
		"security.auditLogRecord":       "unified-audit-log",
	}
	out := make(map[string]string, len(types))
	for name, format := range types {
		out[graphPrefix+name] = format
	}
	return out
}

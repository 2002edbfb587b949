package schema

// Values returns the documented values of columns that have a closed set of
// them, for telling an author that a literal never matches. A key is a
// column's name, or Table.Column where tables differ; the latter wins. Columns
// whose documentation gives only examples are not listed.
func Values() map[string][]string {
	riskState := []string{"none", "confirmedSafe", "remediated", "dismissed", "atRisk", "confirmedCompromised", "unknownFutureValue"}
	riskLevel := []string{"none", "low", "medium", "high", "hidden", "unknownFutureValue"}
	severity := []string{"Informational", "Low", "Medium", "High"}
	return map[string][]string{
		"RiskState":             riskState,
		"RiskLevel":             riskLevel,
		"RiskLevelAggregated":   riskLevel,
		"RiskLevelDuringSignIn": riskLevel,
		"RiskDetail": {
			"none", "adminGeneratedTemporaryPassword", "userPerformedSecuredPasswordChange",
			"userPerformedSecuredPasswordReset", "adminConfirmedSigninSafe", "aiConfirmedSigninSafe",
			"userPassedMFADrivenByRiskBasedPolicy", "adminDismissedAllRiskForUser",
			"adminConfirmedSigninCompromised", "hidden", "adminConfirmedUserCompromised",
			"m365DAdminDismissedDetection", "adminConfirmedServicePrincipalCompromised",
			"adminDismissedAllRiskForServicePrincipal", "userChangedPasswordOnPremises",
			"adminDismissedRiskForSignIn", "adminConfirmedAccountSafe", "unknownFutureValue",
		},
		"ConditionalAccessStatus": {"success", "failure", "notApplied", "unknownFutureValue"},
		"AuthenticationProtocol": {
			"none", "oAuth2", "ropc", "wsFederation", "saml20", "deviceCode", "unknownFutureValue",
			"authenticationTransfer", "nativeAuth", "implicitAccessTokenAndGetResponseMode",
			"implicitIdTokenAndGetResponseMode", "implicitAccessTokenAndPostResponseMode",
			"implicitIdTokenAndPostResponseMode", "authorizationCodeWithoutPkce",
			"authorizationCodeWithPkce", "clientCredentials", "refreshTokenGrant", "encryptedAuthorizeResponse",
			"directUserGrant", "kerberos", "prtGrant", "seamlessSso", "prtBrokerBased",
			"prtNonBrokerBased", "onBehalfOf", "samlOnBehalfOf",
		},
		"AuthenticationRequirement": {"singleFactorAuthentication", "multiFactorAuthentication"},
		"CrossTenantAccessType": {
			"none", "b2bCollaboration", "b2bDirectConnect", "microsoftSupport", "serviceProvider",
			"unknownFutureValue", "passthrough",
		},
		"TokenIssuerType": {
			"AzureAD", "ADFederationServices", "UnknownFutureValue", "AzureADBackupAuth",
			"ADFederationServicesMFAAdapter", "NPSExtension",
		},
		"SignInIdentifierType": {
			"userPrincipalName", "phoneNumber", "proxyAddress", "qrCode", "onPremisesUserPrincipalName",
			"unknownFutureValue",
		},
		"DetectionTimingType": {"notDefined", "realtime", "nearRealtime", "offline", "unknownFutureValue"},

		"AuditLogs.Result":                {"success", "failure", "timeout", "unknownFutureValue"},
		"SecurityAlert.AlertSeverity":     severity,
		"SecurityIncident.Severity":       severity,
		"SecurityIncident.Status":         {"New", "Active", "Closed"},
		"SecurityIncident.Classification": {"BenignPositive", "FalsePositive", "TruePositive", "Undetermined"},
		"AzureActivity.Level":             {"Critical", "Error", "Warning", "Informational"},
	}
}

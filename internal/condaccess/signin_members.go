package condaccess

// SignInMembers returns the names, in lower case, of the members of a record of
// a sign-in log that ReadSignIn and ReadRecorded look at, but for its id and its
// times: what else a record says changes no answer. Names of members within
// members are among them.
func SignInMembers() []string {
	return []string{
		// Where the rest may be.
		"properties", "signinidentity", "signincontext", "signinconditions", "facts",
		// Whether it is a record of a log.
		"conditionalaccessstatus", "clientappused", "resulttype",
		// Who signs in.
		"usersignin", "user", "userid", "objectid", "userprincipalname", "upn", "serviceprincipalsignin", "serviceprincipal", "serviceprincipalid",
		"agentid", "agent", "agenttype", "appid", "singletenant", "principaltype", "identitytype", "identity", "signineventtypes", "category", "usertype",
		"hometenantid", "externaltenantid", "@odata.type", "identities", "signintype", "issuer", "externaluserstate", "creationtype",
		"guestorexternalusertypes", "externalusertype", "transitivememberof", "memberofgroupids", "groups", "groupids", "memberof",
		"directoryroleids", "roles", "roleids", "roletemplateids", "roletemplateid", "applicationid", "principalid", "crosstenantaccesstype",
		// What for.
		"useractioncontext", "application", "useraction", "authcontext", "authenticationcontextvalue", "authenticationcontext", "authenticationcontexts",
		"authenticationcontextclassreferences", "detail", "clienttype", "scopes", "client", "clientappid", "conditionalaccessaudiences",
		"applicationcontext", "includeapplications", "applications", "resourceidentity", "resourceappid", "app", "resource", "resourceid",
		// With what, and from where.
		"clientapptype", "deviceplatform", "device", "deviceinfo", "platform", "devicedetail", "operatingsystem", "registered", "isregistered",
		"managedbyintune", "ismanaged", "deviceid", "ipaddress", "location", "ip", "namedlocationids", "namedlocationid", "istrustedlocation",
		"trustedlocation", "networklocationdetails", "networknames", "networktype", "isthroughglobalsecureaccess", "compliantnetwork", "country",
		"locationdetails", "countrycode", "countryorregion",
		// How, and at what risk.
		"authenticationflow", "transfermethod", "transfermethods", "originaltransfermethod", "authenticationprotocol", "risk", "signinrisklevel",
		"risklevelduringsignin", "signinrisk", "userrisklevel", "userrisk", "serviceprincipalrisklevel", "serviceprincipalrisk", "agentidrisklevel",
		"agentrisklevel", "insiderrisklevel", "insiderrisk",
		// Which controls are satisfied.
		"mfasatisfied", "mfaclaimintoken", "mfa", "mfacompleted", "devicecompliant", "compliantdevice", "devicehybridjoined", "domainjoineddevice",
		"hybridjoineddevice", "devicedomainjoined", "hybridjoined", "approvedapplication", "approvedapp", "approvedclientapp", "compliantapplication",
		"compliantapp", "appprotectionpolicy", "passwordchange", "passwordchanged", "riskremediation", "riskremediated", "termsofuseaccepted",
		"termsofuse", "customauthenticationfactor", "customauthenticationfactors", "customcontrolsatisfied", "authenticationcombinations",
		"authenticationmethodcombinations", "authenticationmethods", "methods", "usedmethods", "usedcombinations", "methodsused", "satisfiedcontrols",
		"status", "errorcode", "authenticationrequirement", "authenticationdetails", "authenticationstepresultdetail", "succeeded", "authenticationmethod",
		// What was recorded of each policy.
		"conditionalaccesspolicies", "appliedconditionalaccesspolicies",
	}
}

package ingest

// What collectors list beside logs, under the names of Exchange's cmdlets or
// their own: how mailboxes, rules and consents stood when it was collected. Each
// is a document of its kind, as found.

func collectorReportShapes() []shape {
	events := []string{"timegenerated", "creationtime", "auditdata", "time", "category", "activitydatetime", "eventtimestamp"}
	report := func(name string, all []string, least int, some ...string) shape {
		return shape{name: name, all: all, any: some, least: least, none: events, row: func(m *mapper, r *record) string {
			m.document(name, r)
			return ""
		}}
	}
	return []shape{
		report("exchange.inboxRule", nil, 3, "ruleidentity", "rulename", "forwardto", "redirectto", "forwardasattachmentto",
			"movetofolder", "copytofolder", "deletemessage", "stopprocessingrules", "mailboxownerid", "softdeletemessage"),
		report("exchange.transportRule", nil, 3, "redirectmessageto", "blindcopyto", "addtorecipients", "senttoscope", "fromscope",
			"setscl", "ruleversion", "rulesubtype", "routemessageoutboundconnector"),
		report("exchange.casMailbox", nil, 3, "popenabled", "imapenabled", "owaenabled", "activesyncenabled", "mapienabled", "ewsenabled"),
		report("exchange.mailbox", nil, 3, "forwardingsmtpaddress", "forwardingaddress", "delivertomailboxandforward",
			"recipienttypedetails", "exchangeguid", "primarysmtpaddress", "auditenabled", "grantsendonbehalfto"),
		report("exchange.mailboxPermission", []string{"accessrights"}, 2, "user", "identity", "isinherited", "deny", "trustee", "inheritancetype"),
		report("collector.authenticationMethods", []string{"userprincipalname"}, 4, "mfastatus", "fido2", "softwareoath", "phone", "email",
			"password", "app", "windowshelloforbusiness", "temporaryaccesspass"),
		report("collector.oauthPermission", []string{"permissiontype", "permission"}, 2, "clientobjectid", "consenttype", "resourceobjectid",
			"clientdisplayname", "principalobjectid", "appid"),
		report("collector.roleAssignment", []string{"rolename"}, 1, "assignmenttype", "assignmentstatus", "membertype", "startdatetime", "username"),
	}
}

package ingest

import "strings"

// An unread kind is an export that is known by its members and is not read. What
// it is, and what to export in its place, is all that is said of it.
type unread struct {
	all  []string // members that it has, in lower case
	what string
}

// unreadKinds lists them, the most particular first.
func unreadKinds() []unread {
	return []unread{
		{[]string{"messagetraceid", "recipientaddress"}, "a message trace of Exchange Online: EmailEvents of advanced hunting has the same mail"},
		{[]string{"senderaddress", "recipientaddress", "received"}, "a message trace of Exchange Online: EmailEvents of advanced hunting has the same mail"},
		{[]string{"operationresult", "logontype", "mailboxguid"}, "a search of mailbox audit logs: export the unified audit log, which has the same acts"},
		{[]string{"sessionid", "internetmessageid"}, "what a collector listed of mail that was read: its export of the unified audit log has the same acts"},
		{[]string{"sessionid", "operationcount", "clientip"}, "what a collector listed of mail that was read: its export of the unified audit log has the same acts"},
		{[]string{"contenturi", "contenttype"}, "a list of the content of the Management Activity API: fetch what its addresses name"},
		{[]string{"enqueuedtimeutc", "body"}, "messages of Event Hubs with what is around them: write their bodies alone, one a line"},
		{[]string{"cmdletname", "objectmodified"}, "the admin audit log of Exchange: export the unified audit log, which has the same acts"},
		{[]string{"risk state", "risk level", "username"}, "a risk report of the Entra portal: export identityProtection/riskDetections and riskyUsers of Microsoft Graph"},
		{[]string{"flowrecords", "flowlogguid"}, "flow logs of a virtual network"},
		{[]string{"eventtypename", "appid", "instantiation"}, "activities of Defender for Cloud Apps: CloudAppEvents of advanced hunting has the same acts"},
		{[]string{"activity type", "raw ip address"}, "activities of Defender for Cloud Apps: CloudAppEvents of advanced hunting has the same acts"},
		{[]string{"alert", "resolution type", "policy"}, "alerts of Defender for Cloud Apps as its portal lists them: export security/alerts_v2 of Microsoft Graph"},
		{[]string{"alert name", "investigation state"}, "the list of alerts of Defender XDR's portal: export security/alerts_v2 of Microsoft Graph"},
		{[]string{"incidentname", "redirectincidentid"}, "incidents of Defender XDR's own interface: export security/incidents of Microsoft Graph"},
		{[]string{"alert title", "affected resource"}, "the list of alerts of Defender for Cloud's portal: export Microsoft.Security/alerts of Azure Resource Manager"},
		{[]string{"recommendationid", "recommendationdisplayname"}, "the list of recommendations of Defender for Cloud's portal: export Microsoft.Security/assessments of Azure Resource Manager"},
		{[]string{"activity", "item", "detail", "user"}, "an audit search of the former Security & Compliance Center: search the unified audit log again"},
		{[]string{"responses"}, "an answer to a batch of requests to Microsoft Graph: write each answer's body to a file"},
		{[]string{"error"}, "the error of an interface, in place of records: the export did not succeed"},
	}
}

// unreadKind says what a record is that is known and not read, or is "".
func unreadKind(r *record) string {
	has := make(map[string]bool, len(r.members))
	for _, mem := range r.members[:min(len(r.members), 200)] {
		has[normalHeading(strings.ToLower(string(mem.key)))] = true
	}
	for _, kind := range unreadKinds() {
		found := 0
		for _, name := range kind.all {
			if has[name] {
				found++
			}
		}
		if found == len(kind.all) && (len(kind.all) > 1 || len(r.members) == 1) {
			return kind.what
		}
	}
	return ""
}

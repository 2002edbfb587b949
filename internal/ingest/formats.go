package ingest

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

//go:generate go run formats_gen.go

// A Format is what the records of an export are recognised as. A file's Format
// is the name of one.
type Format struct {
	Name   string
	About  string   // what it is, and who writes it
	By     []string // the members that tell a record of it, in Markdown; any of them
	Tables []string // that it feeds; none if its rows name theirs
	Test   string   // the folder of testdata whose documents hold its traps

	Document bool // it is a kind of configuration
}

// Formats returns the formats that are read, the most particular first, and
// after them the kinds of documents of configuration.
func Formats() []Format {
	var list []Format
	facts := formatFacts()
	for _, s := range shapes() {
		n := slices.IndexFunc(list, func(f Format) bool { return f.Name == s.name })
		if n < 0 {
			f := facts[s.name]
			f.Name = s.name
			list, n = append(list, f), len(list)
		}
		list[n].By = append(list[n].By, recognisedBy(s))
	}
	return append(list, documentFormats()...)
}

func documentFormats() []Format {
	kinds := make(map[string]*Format)
	kind := func(name string) *Format {
		if kinds[name] == nil {
			kinds[name] = &Format{Name: name, Tables: []string{ConfigurationTable}, Test: "configuration", Document: true}
		}
		return kinds[name]
	}
	for _, s := range documentShapes() {
		f := kind(s.kind)
		by := members(s.all, s.any, s.least, s.none)
		if s.only {
			by += ", and no others"
		}
		f.By = append(f.By, by)
	}
	for _, name := range documentCollections() {
		kind(name)
	}
	for _, name := range azureKinds() {
		kind(name)
	}
	var list []Format
	for _, name := range slices.Sorted(maps.Keys(kinds)) {
		list = append(list, *kinds[name])
	}
	return list
}

// recognisedBy says how a record of a shape is told. A mark that no member can
// have is one of a line's notation.
func recognisedBy(s shape) string {
	if len(s.all) == 1 && strings.HasPrefix(s.all[0], " ") {
		return "how its lines begin"
	}
	return members(s.all, s.any, s.least, s.none)
}

// members says which members tell a record, in Markdown.
func members(all, any []string, least int, none []string) string {
	var parts []string
	if len(all) > 0 {
		parts = append(parts, quotedNames(all))
	}
	switch {
	case len(any) == 0 || least == 0:
	case least == 1:
		parts = append(parts, "one of "+quotedNames(any))
	default:
		parts = append(parts, fmt.Sprintf("%d of %s", least, quotedNames(any)))
	}
	if len(none) > 0 {
		parts = append(parts, "not "+quotedNames(none))
	}
	return strings.Join(parts, ", ")
}

func quotedNames(names []string) string {
	quoted := make([]string, len(names))
	for i, name := range names {
		quoted[i] = "`" + name + "`"
	}
	return strings.Join(quoted, " ")
}

// signInTables are the tables of sign-ins, which one export may feed together.
func signInTables() []string {
	return []string{
		"SigninLogs", "AADNonInteractiveUserSignInLogs", "AADServicePrincipalSignInLogs", "AADManagedIdentitySignInLogs",
	}
}

// diagnosticTables are the tables that diagnostic settings feed.
func diagnosticTables() []string {
	tables := map[string]bool{
		"AzureActivity": true, azureDiagnostics: true,
		"StorageBlobLogs": true, "StorageFileLogs": true, "StorageQueueLogs": true, "StorageTableLogs": true,
		"IntuneAuditLogs": true, "IntuneOperationalLogs": true, "IntuneDeviceComplianceOrg": true, "IntuneDevices": true,
	}
	for _, c := range newDiagnostics().entra {
		tables[c.table] = true
	}
	return slices.Sorted(maps.Keys(tables))
}

// envelopeTest is the folder of formats that only surround others.
const envelopeTest = "envelopes"

// formatFacts is what is known of each format beyond its shapes.
func formatFacts() map[string]Format {
	return map[string]Format{
		"unified-audit-log": {
			About:  "the unified audit log with `AuditData` in a cell or member: Search-UnifiedAuditLog, Purview, audit search in Microsoft Graph",
			Tables: []string{"OfficeActivity"}, Test: "ual",
		},
		"unified-audit-data": {
			About:  "bare `AuditData` of the unified audit log: the Management Activity API and collectors",
			Tables: []string{"OfficeActivity"}, Test: "ual",
		},
		"azure-diagnostics": {
			About:  "diagnostic settings, as lines in storage or `{\"records\":[…]}` in messages; its category names the table, those of advanced hunting too",
			Tables: diagnosticTables(), Test: "diagnostics",
		},
		"azure-activity": {
			About:  "the activity log of Azure Resource Manager, from its interface or PowerShell",
			Tables: []string{"AzureActivity"}, Test: "azure_activity",
		},
		"azure-activity-sdk": {
			About:  "the activity log as Azure's SDK for Python writes it",
			Tables: []string{"AzureActivity"}, Test: "azure_activity",
		},
		"log-analytics": {
			About: "rows of Log Analytics and Azure Data Explorer as JSON, lines, CSV, Parquet or a query service's answer: the row's `Type` names the table, or its columns fit one alone",
			Test:  "loganalytics",
		},
		"advanced-hunting": {
			About: "results of advanced hunting in Defender XDR, as JSON or CSV: their columns fit one table alone",
			Test:  "hunting",
		},
		"unified-audit-flat": {
			About:  "the unified audit log whose `AuditData` a collector has spread over columns; a copy that is whole says more",
			Tables: []string{"OfficeActivity"}, Test: "hawk",
		},
		"goose-log": {
			About:  "the log of Untitled Goose Tool, for what it confesses not to have collected",
			Tables: []string{CollectorTable}, Test: "goose",
		},
		"hawk-log": {
			About:  "the log of Hawk",
			Tables: []string{CollectorTable}, Test: "hawk",
		},
		"dfir-o365rc-log": {
			About:  "the log of DFIR-O365RC",
			Tables: []string{CollectorTable}, Test: "dfir_o365rc",
		},
		"mes-log": {
			About:  "the log of Microsoft-Extractor-Suite, for the windows that it confesses not to have captured",
			Tables: []string{CollectorTable}, Test: "mes",
		},
		"collector-log": {
			About:  "the log of a collector that is not named, in one of the usual notations",
			Tables: []string{CollectorTable}, Test: "collector_log",
		},
		"splunk": {
			About: "events that Splunk exported: the record is in `_raw` or `result`, and is of the format that it would be alone",
			Test:  envelopeTest,
		},
		"elastic": {
			About: "events that Elasticsearch exported: the record is in `_source`, and is of the format that it would be alone",
			Test:  envelopeTest,
		},
		"cloud-apps-alerts": {
			About:  "alerts of Defender for Cloud Apps, from its own interface",
			Tables: []string{"SecurityAlert"}, Test: "cloud_apps",
		},
		"exchange.inboxRule": {
			About:  "rules of mailboxes: Get-InboxRule",
			Tables: []string{ConfigurationTable}, Test: "mes",
		},
		"exchange.transportRule": {
			About:  "rules of the mail flow: Get-TransportRule",
			Tables: []string{ConfigurationTable}, Test: "exchange",
		},
		"exchange.casMailbox": {
			About:  "how mailboxes may be reached: Get-CASMailbox",
			Tables: []string{ConfigurationTable}, Test: "exchange",
		},
		"exchange.mailbox": {
			About:  "mailboxes: Get-Mailbox",
			Tables: []string{ConfigurationTable}, Test: "exchange",
		},
		"exchange.mailboxPermission": {
			About:  "who may open mailboxes: Get-MailboxPermission",
			Tables: []string{ConfigurationTable}, Test: "exchange",
		},
		"collector.authenticationMethods": {
			About:  "the authentication methods of users, as Microsoft-Extractor-Suite lists them",
			Tables: []string{ConfigurationTable}, Test: "mes",
		},
		"collector.oauthPermission": {
			About:  "the permissions of applications, as Microsoft-Extractor-Suite lists them",
			Tables: []string{ConfigurationTable}, Test: "mes",
		},
		"collector.roleAssignment": {
			About:  "holders of roles, as Microsoft-Extractor-Suite lists them",
			Tables: []string{ConfigurationTable}, Test: "mes",
		},
		"graph-directoryaudits": {
			About:  "`auditLogs/directoryAudits` of Microsoft Graph, or of PowerShell's SDK",
			Tables: []string{"AuditLogs"}, Test: "graph_audits",
		},
		"graph-serviceprincipalriskdetections": {
			About:  "`identityProtection/servicePrincipalRiskDetections` of Microsoft Graph",
			Tables: []string{"AADServicePrincipalRiskEvents"}, Test: "graph_risk",
		},
		"graph-riskdetections": {
			About:  "`identityProtection/riskDetections` of Microsoft Graph",
			Tables: []string{"AADUserRiskEvents"}, Test: "graph_risk",
		},
		"graph-riskyserviceprincipals": {
			About:  "`identityProtection/riskyServicePrincipals` of Microsoft Graph",
			Tables: []string{"AADRiskyServicePrincipals"}, Test: "graph_risk",
		},
		"graph-riskyusers": {
			About:  "`identityProtection/riskyUsers` of Microsoft Graph",
			Tables: []string{"AADRiskyUsers"}, Test: "graph_risk",
		},
		"graph-sign-ins": {
			About:  "`auditLogs/signIns` of Microsoft Graph, v1.0 and beta, of PowerShell's SDK, and the portal's JSON",
			Tables: signInTables(), Test: "graph_sign_ins",
		},
		"graph-provisioning": {
			About:  "`auditLogs/provisioning` of Microsoft Graph",
			Tables: []string{"AADProvisioningLogs"}, Test: "graph_provisioning",
		},
		graphAlerts: {
			About:  "`security/alerts_v2` of Microsoft Graph: alerts of Defender XDR with their evidence",
			Tables: []string{"SecurityAlert"}, Test: "graph_alerts",
		},
		"graph-legacy-alerts": {
			About:  "`security/alerts` of Microsoft Graph: the older interface",
			Tables: []string{"SecurityAlert"}, Test: "graph_alerts",
		},
		azureAlerts: {
			About:  "alerts of Defender for Cloud: `Microsoft.Security/alerts` of Azure Resource Manager, of Resource Graph and of a continuous export; a resource of that type is one too",
			Tables: []string{"SecurityAlert"}, Test: "azure_alerts",
		},
		sentinelIncidents: {
			About:  "incidents of Microsoft Sentinel: `Microsoft.SecurityInsights/incidents` of Azure Resource Manager; a resource of that type is one too",
			Tables: []string{"SecurityIncident"}, Test: "sentinel_incidents",
		},
		"graph-incidents": {
			About:  "`security/incidents` of Microsoft Graph; the alerts inside an incident are records of their own",
			Tables: []string{"SecurityIncident", "SecurityAlert"}, Test: "graph_incidents",
		},
		storageAnalytics: {
			About:  "the older logs of Azure Storage (`$logs`), versions 1.0 and 2.0: a line a request, without a header, whose fields have these names here",
			Tables: []string{"StorageBlobLogs", "StorageFileLogs", "StorageQueueLogs", "StorageTableLogs"}, Test: "storage_analytics",
		},
		portalActivity: {
			About:  "the activity log that the Azure portal saved as CSV: neither what an operation is, nor its address",
			Tables: []string{"AzureActivity"}, Test: "azure_activity",
		},
		portalSignIns: {
			About:  "sign-ins that the Entra portal saved as CSV, of all four kinds, in eight languages; the file's name tells the kind",
			Tables: signInTables(), Test: "portal_csv",
		},
		"entra-portal-authentication-steps": {
			About:  "the steps of authentication that the Entra portal saves beside its sign-ins (`…_AuthDetails.csv`)",
			Tables: []string{authenticationStepTable}, Test: "portal_csv",
		},
		"entra-portal-audits": {
			About:  "audits that the Entra portal saved as CSV, whose targets are flattened",
			Tables: []string{"AuditLogs"}, Test: "portal_csv",
		},
		"conditional-access-flat": {
			About:  "Conditional Access policies that a collector flattened to CSV: kept, but lossy",
			Tables: []string{ConfigurationTable}, Test: "configuration",
		},
	}
}

// FormatsDocument returns the formats as a document in Markdown.
func FormatsDocument() string {
	var b strings.Builder
	b.WriteString(formatsIntroduction)
	b.WriteString("| format | is | recognised by | feeds | test |\n|---|---|---|---|---|\n")
	logs, kinds := splitFormats(Formats())
	for _, f := range logs {
		feeds := quotedNames(f.Tables)
		if len(f.Tables) == 0 {
			feeds = "what a record says"
		}
		fmt.Fprintf(&b, "| `%s` | %s | %s | %s | [%s](../internal/ingest/testdata/%s) |\n",
			f.Name, f.About, strings.Join(f.By, " — or "), feeds, f.Test, f.Test)
	}
	b.WriteString(documentsIntroduction)
	b.WriteString("| kind | recognised by |\n|---|---|\n")
	for _, f := range kinds {
		by := strings.Join(f.By, " — or ")
		if by == "" {
			by = "what it, its page or its id says"
		}
		fmt.Fprintf(&b, "| `%s` | %s |\n", f.Name, by)
	}
	b.WriteString(faultsDocument)
	return b.String()
}

func splitFormats(list []Format) (logs, kinds []Format) {
	for _, f := range list {
		if f.Document {
			kinds = append(kinds, f)
			continue
		}
		logs = append(logs, f)
	}
	return logs, kinds
}

const formatsIntroduction = `<!-- Generated by go generate from internal/ingest. Do not edit. -->

# Formats

What an export may be, in whatever file, folder, zip or gzip, as UTF-8, UTF-16 or Parquet, as a page, an array, one object, lines, or these one after
another. A record is recognised by the names of its members, in any case: nothing depends on what a file is called, but for what only its name
can tell, which is said in the file's notes. Rows have Microsoft's names and types, as the table has them. A record that is not recognised is
in ` + "`" + QuarantineTable + "`" + `, with its file, place and reason.

## Logs

`

const documentsIntroduction = `
## Configuration

Policies, objects of the directory and resources of Azure are documents, one row each of ` + "`" + ConfigurationTable + "`" + `: Kind, Id, DisplayName, Document (as
found), Modified and TenantId, where the document says them. What a document says that it is (` + "`@odata.type`" + `, the id of a resource), or what
its page says (` + "`@odata.context`" + `), comes first, and names kinds that are not listed here too; else its members tell.
Tests: [configuration](../internal/ingest/testdata/configuration).

`

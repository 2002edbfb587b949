package simulate

import (
	"errors"
	"strings"
)

// An alert is one row of SecurityAlert: what another product concluded.
type alert struct {
	at                 instant // when it reached the workspace
	from, to           instant
	id, vendor         guid
	name, kind         string // AlertName and AlertType
	severity           string
	description        string
	provider, product  string // IPC or MCAS, and its product
	user               *user
	ip                 string
	tactics, technique string
}

const (
	identityProtection = "Azure Active Directory Identity Protection"
	cloudApps          = "Microsoft Defender for Cloud Apps"
)

func (a *alert) when() instant { return a.at }

func (a *alert) write(x *exports) {
	if x.wants(SecurityAlerts) {
		x.keep(x.alerts.add(a.row(x)))
	}
}

func alertColumns() []string {
	return []string{
		"TenantId", "TimeGenerated [UTC]", "DisplayName", "AlertName", "AlertSeverity", "Description", "ProviderName", "VendorName",
		"VendorOriginalId", "SystemAlertId", "ResourceId", "SourceComputerId", "AlertType", "ConfidenceLevel", "ConfidenceScore", "IsIncident",
		"StartTime [UTC]", "EndTime [UTC]", "ProcessingEndTime [UTC]", "RemediationSteps", "ExtendedProperties", "Entities", "SourceSystem",
		"WorkspaceSubscriptionId", "WorkspaceResourceGroup", "ExtendedLinks", "ProductName", "ProductComponentName", "AlertLink", "Status",
		"CompromisedEntity", "Tactics", "Techniques", "SubTechniques", "Type",
	}
}

// row returns the columns of alertColumns, in order.
func (a *alert) row(x *exports) []string {
	at := func(i instant) string { return string(x.calendar.american(nil, i, ", ", true)) }
	technique, _, _ := strings.Cut(a.technique, ".")
	subs := "[]"
	if technique != a.technique {
		subs = "[" + quote(a.technique) + "]"
	}
	return []string{
		x.world.tenant.String(), at(a.at), a.name, a.name, a.severity, a.description, a.provider, "Microsoft",
		a.vendor.String(), a.id.String(), "", "", a.kind, "", "", "False",
		at(a.from), at(a.to), at(a.at), "", a.properties(), a.entities(x), "Detection",
		x.world.azure.id.String(), x.world.azure.group, "", a.product, "", "", "New",
		a.user.upn, a.tactics, "[" + quote(technique) + "]", subs, "SecurityAlert",
	}
}

func (a *alert) properties() string {
	o := object{}
	return string(o.open().text("User Account", a.user.upn).text("Client IP Address", a.ip).text("Detection Subcategory", a.kind).close().b)
}

func (a *alert) entities(x *exports) string {
	local, domain, _ := strings.Cut(a.user.upn, "@")
	o := object{b: []byte{'['}}
	o.open().text("$id", "2").text("Name", local).text("UPNSuffix", domain).id("AadTenantId", x.world.tenant).id("AadUserId", a.user.id)
	o.truth("IsDomainJoined", false).text("Type", "account").close()
	if a.ip != "" {
		o.b = append(o.b, ',')
		o.open().text("$id", "3").text("Address", a.ip).text("Type", "ip").close()
	}
	return string(append(o.b, ']'))
}

// A table is a CSV download from the Log Analytics portal, with its byte order
// mark.
type table struct {
	path string
	file *file
}

func (t *table) open() error {
	if t.file != nil {
		return nil
	}
	f, err := create(t.path)
	if err != nil {
		return err
	}
	t.file = f
	if err := f.write([]byte("\ufeff")); err != nil {
		return err
	}
	return t.write(alertColumns())
}

func (t *table) add(row []string) error {
	if err := t.open(); err != nil {
		return err
	}
	return t.write(row)
}

func (t *table) write(row []string) error {
	var b []byte
	for i, s := range row {
		if i > 0 {
			b = append(b, ',')
		}
		if strings.ContainsAny(s, ",\"\r\n") {
			s = `"` + strings.ReplaceAll(s, `"`, `""`) + `"`
		}
		b = append(b, s...)
	}
	return t.file.write(append(b, '\r', '\n'))
}

func (t *table) close() error {
	err := t.open()
	if t.file == nil {
		return err
	}
	return errors.Join(err, t.file.close())
}

package schema

import (
	"slices"
	"strings"

	"github.com/conshelf/conshelf/kql/types"
)

// standard returns the columns that every table of a workspace has, whether
// its published list names them or not. Tables of Defender XDR also have the
// columns that advanced hunting gives them.
func standard(table string) []types.Column {
	columns := []types.Column{
		{Name: "TenantId", Type: types.String},
		{Name: "_ResourceId", Type: types.String},
		{Name: "SourceSystem", Type: types.String},
		{Name: "_TimeReceived", Type: types.DateTime},
		{Name: "_ItemId", Type: types.String},
	}
	if Hunting(table) {
		columns = append(columns,
			types.Column{Name: "Timestamp", Type: types.DateTime}, types.Column{Name: "ReportId", Type: types.String})
	}
	return columns
}

// Hunting tells whether a table is one of Defender XDR's advanced hunting,
// whose events carry their time in Timestamp too: that, and TimeGenerated of a
// workspace, are one time, and an event that has one of them is given the other
// when it is loaded.
func Hunting(table string) bool {
	if slices.Contains([]string{
		"AlertEvidence", "AlertInfo", "BehaviorEntities", "BehaviorInfo", "CampaignInfo", "CloudAppEvents",
		"CloudAuditEvents", "CloudDnsEvents", "CloudProcessEvents", "CloudStorageAggregatedEvents",
		"FileMaliciousContentInfo", "OAuthAppInfo", "UrlClickEvents",
		"DeviceEvents", "DeviceFileCertificateInfo", "DeviceFileEvents", "DeviceImageLoadEvents", "DeviceInfo",
		"DeviceLogonEvents", "DeviceNetworkEvents", "DeviceNetworkInfo", "DeviceProcessEvents", "DeviceRegistryEvents",
	}, table) {
		return true
	}
	for _, prefix := range []string{"DeviceBehavior", "DeviceCustom", "DeviceTvm", "Email", "Identity", "Message"} {
		if strings.HasPrefix(table, prefix) {
			return true
		}
	}
	return false
}

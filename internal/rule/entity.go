package rule

import (
	"slices"

	"github.com/conshelf/conshelf/internal/incident"
)

// An entityType is one of Sentinel's entity types and what identifies it.
type entityType struct {
	name        incident.EntityType
	identifiers []string
	// needs are those of which a mapping must have one; for a type that needs
	// all of several, all is set.
	needs []string
	all   bool
}

func entityTypes() []entityType {
	return []entityType{
		{
			name:        incident.Account,
			identifiers: []string{"Name", "FullName", "NTDomain", "DnsDomain", "UPNSuffix", "Sid", "AadTenantId", "AadUserId", "PUID", "IsDomainJoined", "DisplayName", "ObjectGuid"},
			needs:       []string{"FullName", "Sid", "Name", "AadUserId", "PUID", "ObjectGuid"},
		},
		{
			name:        incident.Host,
			identifiers: []string{"DnsDomain", "NTDomain", "HostName", "FullName", "NetBiosName", "AzureID", "OMSAgentID", "OSFamily", "OSVersion", "IsDomainJoined"},
			needs:       []string{"FullName", "HostName", "NetBiosName", "AzureID", "OMSAgentID"},
		},
		{name: incident.IP, identifiers: []string{"Address"}, needs: []string{"Address"}},
		{name: "Malware", identifiers: []string{"Name", "Category"}, needs: []string{"Name"}},
		{name: incident.File, identifiers: []string{"Directory", "Name"}, needs: []string{"Name"}},
		{
			name:        "Process",
			identifiers: []string{"ProcessId", "CommandLine", "ElevationToken", "CreationTimeUtc"},
			needs:       []string{"CommandLine", "ProcessId"},
		},
		{
			name:        incident.CloudApplication,
			identifiers: []string{"AppId", "Name", "InstanceName"},
			needs:       []string{"AppId", "Name"},
		},
		{name: "DNS", identifiers: []string{"DomainName"}, needs: []string{"DomainName"}},
		{name: incident.AzureResource, identifiers: []string{"ResourceId"}, needs: []string{"ResourceId"}},
		{name: "FileHash", identifiers: []string{"Algorithm", "Value"}, needs: []string{"Algorithm", "Value"}, all: true},
		{name: "RegistryKey", identifiers: []string{"Hive", "Key"}, needs: []string{"Hive", "Key"}, all: true},
		{name: "RegistryValue", identifiers: []string{"Name", "Value", "ValueType"}, needs: []string{"Name"}},
		{
			name:        incident.SecurityGroup,
			identifiers: []string{"DistinguishedName", "SID", "ObjectGuid"},
			needs:       []string{"DistinguishedName", "SID", "ObjectGuid"},
		},
		{name: incident.URL, identifiers: []string{"Url"}, needs: []string{"Url"}},
		{
			name:        incident.Mailbox,
			identifiers: []string{"MailboxPrimaryAddress", "DisplayName", "Upn", "ExternalDirectoryObjectId", "RiskLevel"},
			needs:       []string{"MailboxPrimaryAddress"},
		},
		{
			name: "MailCluster",
			identifiers: []string{
				"NetworkMessageIds", "CountByDeliveryStatus", "CountByThreatType", "CountByProtectionStatus", "Threats", "Query",
				"QueryTime", "MailCount", "IsVolumeAnomaly", "Source", "ClusterSourceIdentifier", "ClusterSourceType",
				"ClusterQueryStartTime", "ClusterQueryEndTime", "ClusterGroup",
			},
			needs: []string{"Query", "Source"},
			all:   true,
		},
		{
			name: "MailMessage",
			identifiers: []string{
				"Recipient", "Urls", "Threats", "Sender", "P1Sender", "P1SenderDisplayName", "P1SenderDomain", "SenderIP", "P2Sender",
				"P2SenderDisplayName", "P2SenderDomain", "ReceivedDate", "NetworkMessageId", "InternetMessageId", "Subject",
				"BodyFingerprintBin1", "BodyFingerprintBin2", "BodyFingerprintBin3", "BodyFingerprintBin4", "BodyFingerprintBin5",
				"AntispamDirection", "DeliveryAction", "DeliveryLocation", "Language", "ThreatDetectionMethods",
			},
			needs: []string{"NetworkMessageId", "Recipient"},
			all:   true,
		},
		{
			name: "SubmissionMail",
			identifiers: []string{
				"NetworkMessageId", "Timestamp", "Recipient", "Sender", "SenderIp", "Subject", "ReportType", "SubmissionId",
				"SubmissionDate", "Submitter",
			},
			needs: []string{"NetworkMessageId", "Recipient", "Submitter", "SubmissionId"},
			all:   true,
		},
		{name: "IoTDevice", identifiers: []string{"IoTHub", "DeviceId", "DeviceName"}, needs: []string{"IoTHub", "DeviceId"}, all: true},
	}
}

func findEntityType(name string) (entityType, bool) {
	for _, t := range entityTypes() {
		if string(t.name) == name {
			return t, true
		}
	}
	return entityType{}, false
}

func entityTypeNames() []string {
	var names []string
	for _, t := range entityTypes() {
		names = append(names, string(t.name))
	}
	return names
}

// enough tells whether the identifiers say which entity is meant.
func (t entityType) enough(identifiers []string) bool {
	has := func(need string) bool { return slices.Contains(identifiers, need) }
	if t.all {
		return !slices.ContainsFunc(t.needs, func(need string) bool { return !has(need) })
	}
	return slices.ContainsFunc(t.needs, has)
}

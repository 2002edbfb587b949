package ingest

import (
	"bytes"
	"fmt"
	"html"
	"strings"
	"time"
)

// The older logs of Azure Storage, its analytics ($logs): a line a request, with
// semicolons between the fields and no header. Version 2.0 adds who asked.

const storageAnalytics = "storage-analytics"

// storageFields are the names that the documentation has for the fields, in
// their order; the last eight are of version 2.0. None is a member of another
// format.
func storageFields() []string {
	return []string{
		"storage log version", "request-start-time", "operation-type", "request-status", "http-status-code",
		"end-to-end-latency-in-ms", "server-latency-in-ms", "authentication-type", "requester-account-name",
		"owner-account-name", "service-type", "request-url", "requested-object-key", "request-id-header",
		"operation-count", "requester-ip-address", "request-version-header", "request-header-size",
		"request-packet-size", "response-header-size", "response-packet-size", "request-content-length",
		"request-md5", "server-md5", "etag-identifier", "last-modified-time", "conditions-used",
		"user-agent-header", "referrer-header", "client-request-id",
		"user-object-id", "tenant-id", "application-id", "audience", "issuer", "user-principal-name", "reserved-field",
		"authorization-detail",
	}
}

// storageFieldsOf10 is how many fields version 1.0 has.
const storageFieldsOf10 = 30

// isStorageLine tells whether a line's cells are those of such a log.
func isStorageLine(cells []value) bool {
	if len(cells) < storageFieldsOf10 || len(cells) > len(storageFields()) {
		return false
	}
	if version := string(cells[0].raw); version != "1.0" && version != "2.0" {
		return false
	}
	_, ok := (&clock{}).ticks(cells[1].raw)
	return ok
}

func storageAnalyticsShapes() []shape {
	mp := storageAnalyticsMapping()
	return []shape{{
		name: storageAnalytics, all: []string{"storage log version"},
		row: func(m *mapper, r *record) string {
			service := string(m.text(m.lookup(r.members, "service-type")))
			switch strings.ToLower(service) {
			case "blob", "file", "queue", "table":
			default:
				return fmt.Sprintf("the service %.40q of Azure Storage is not known", service)
			}
			m.begin("Storage" + capital(strings.ToLower(service)) + "Logs")
			m.put(mp, r.members, 0)
			return ""
		},
	}}
}

func storageAnalyticsMapping() *mapping {
	mp := &mapping{
		name: storageAnalytics,
		columns: map[string]string{
			"storage log version":      "SchemaVersion",
			"request-start-time":       timeGenerated,
			"operation-type":           "OperationName",
			"request-status":           "StatusText",
			"http-status-code":         "StatusCode",
			"end-to-end-latency-in-ms": "DurationMs",
			"server-latency-in-ms":     "ServerLatencyMs",
			"authentication-type":      "AuthenticationType",
			"requester-account-name":   "RequesterAccountName",
			"owner-account-name":       "AccountName",
			"service-type":             "ServiceType",
			"request-id-header":        "CorrelationId",
			"operation-count":          "OperationCount",
			"requester-ip-address":     "CallerIpAddress",
			"request-version-header":   "OperationVersion",
			"request-header-size":      "RequestHeaderSize",
			"request-packet-size":      "RequestBodySize",
			"response-header-size":     "ResponseHeaderSize",
			"response-packet-size":     "ResponseBodySize",
			"request-content-length":   "ContentLengthHeader",
			"request-md5":              "RequestMd5",
			"server-md5":               "ResponseMd5",
			"conditions-used":          "ConditionsUsed",
			"client-request-id":        "ClientRequestId",
			"user-object-id":           "RequesterObjectId",
			"tenant-id":                "RequesterTenantId",
			"application-id":           "RequesterAppId",
			"audience":                 "RequesterAudience",
			"issuer":                   "RequesterTokenIssuer",
			"user-principal-name":      "RequesterUpn",
			"authorization-detail":     "AuthorizationDetails",
		},
		special: map[string]func(m *mapper, v value){"last-modified-time": (*mapper).storageModified},
	}
	for field, column := range map[string]string{
		"request-url": "Uri", "requested-object-key": "ObjectKey", "etag-identifier": "Etag",
		"user-agent-header": "UserAgentHeader", "referrer-header": "ReferrerHeader",
	} {
		mp.special[field] = func(m *mapper, v value) { // quotes and ampersands are escaped as in HTML
			m.give(column, m.literal(html.UnescapeString(string(m.text(v)))))
		}
	}
	return mp
}

// storageModified stores a time such as Friday, 20-Nov-26 11:00:00 GMT.
func (m *mapper) storageModified(v value) {
	if at, err := time.Parse(time.RFC850, string(bytes.TrimSpace(m.text(v)))); err == nil {
		v = m.literal(at.UTC().Format(time.RFC3339))
	}
	m.give("LastModifiedTime", v)
}

package ingest

import "strings"

// Diagnostic records of Azure Storage, which Log Analytics holds in a table for
// each service.

type storage struct{ outer, identity, requester *mapping }

func newStorage() *storage {
	return &storage{
		outer: &mapping{
			name:    "storage",
			columns: map[string]string{"time": timeGenerated},
			special: map[string]func(m *mapper, v value){
				"identity":   func(*mapper, value) {},
				"properties": func(*mapper, value) {},
				"resourceid": func(m *mapper, v value) {
					m.give("_ResourceId", m.literal(strings.ToLower(string(m.text(v)))))
				},
			},
		},
		identity: &mapping{
			name: "storage-identity", prefix: "identity_",
			columns: map[string]string{
				"type": "AuthenticationType", "tokenhash": "AuthenticationHash", "authorization": "AuthorizationDetails",
			},
			special: map[string]func(m *mapper, v value){"requester": func(*mapper, value) {}},
		},
		requester: &mapping{
			name: "storage-requester", prefix: "Requester",
			columns: map[string]string{
				"appid": "RequesterAppId", "audience": "RequesterAudience", "objectid": "RequesterObjectId",
				"tokenissuer": "RequesterTokenIssuer", "upn": "RequesterUpn", "tenantid": "RequesterTenantId",
			},
		},
	}
}

// table returns the table of a category of Azure Storage, or "".
func (*storage) table(category, resource string) string {
	switch category {
	case "storageread", "storagewrite", "storagedelete":
	default:
		return ""
	}
	for _, service := range []string{"Blob", "File", "Queue", "Table"} {
		if strings.Contains(resource, "/"+strings.ToLower(service)+"services/") {
			return "Storage" + service + "Logs"
		}
	}
	return ""
}

func (s *storage) row(m *mapper, r *record, table string) string {
	m.begin(table)
	m.put(s.outer, r.members, 0)
	properties := m.lookup(r.members, "properties")
	identity := m.lookup(r.members, "identity")
	m.put(s.outer, m.rest(properties), 1)
	m.put(s.identity, m.rest(identity), 1)
	m.put(s.requester, m.rest(m.lookup(m.object(identity), "requester")), 1)
	return ""
}

package ingest

import (
	"bytes"
	"strings"
)

// Diagnostic records of Azure resources, as AzureDiagnostics has them: Key
// Vault's AuditEvent before all. A member of the record's objects becomes a
// column named by its path and by the type of its value: _s, _d, _b or _g.

const azureDiagnostics = "AzureDiagnostics"

type keyVault struct{ outer *mapping }

func newKeyVault() *keyVault {
	return &keyVault{&mapping{
		name:    "resource",
		columns: map[string]string{"time": timeGenerated},
		special: map[string]func(m *mapper, v value){
			"properties": func(m *mapper, v value) { m.flatten("", v, 0) },
			"identity":   func(m *mapper, v value) { m.flatten("identity", v, 0) },
			"resourceid": (*mapper).azureResource,
			"tenantid": func(m *mapper, v value) {
				m.of(v)
				m.give("tenantId_g", v)
			},
		},
	}}
}

func (k *keyVault) row(m *mapper, r *record) string {
	m.begin(azureDiagnostics)
	category := string(m.text(m.lookup(r.members, "category")))
	m.ofCluster = strings.EqualFold(category, "kube-audit") || strings.EqualFold(category, "kube-audit-admin")
	for n := range r.members {
		mem := &r.members[n]
		id := m.keys.id(n, mem, &m.at[0])
		if id < 0 {
			m.keep(string(mem.key), mem.value)
			continue
		}
		name := m.keys.names[id]
		if special, ok := k.outer.special[name.lower]; ok {
			special(m, mem.value)
			continue
		}
		if column, ok := k.outer.columns[name.lower]; ok {
			m.give(column, mem.value)
			continue
		}
		if c, ok := m.row.listed[name.lower]; ok {
			if isAddressColumn(name.lower) {
				address(c.Name)(m, mem.value)
				continue
			}
			m.give(c.Name, mem.value)
			continue
		}
		m.flatten(name.name, mem.value, 0)
	}
	return ""
}

// flattenIn flattens what is inside an object, whose own path is given.
func (m *mapper) flattenIn(path string, v value, depth int) {
	s := scan{data: v.raw, maxDepth: m.limits.Depth}
	s.object(0)
	for _, mem := range s.members {
		name := appendText(nil, value{kind: kindString, flags: mem.keyFlags, raw: mem.key})
		at := joinPath(path, string(name))
		// What a Kubernetes cluster wrote is one text to Azure, and stays one
		// when a collector has opened it.
		if at == "log" && mem.kind == kindObject && m.ofCluster {
			m.give("log_s", mem.value)
			continue
		}
		m.flatten(at, mem.value, depth+1)
	}
}

// flatten gives every value inside v a column named by its path.
func (m *mapper) flatten(path string, v value, depth int) {
	if v.kind == kindObject && depth < 4 {
		m.flattenIn(path, v, depth)
		return
	}
	if v.empty() {
		return
	}
	if column := m.own(path+m.suffixOf(v), false); column >= 0 {
		m.set(column, v)
		return
	}
	m.keep(path, v)
}

// joinPath is how AzureDiagnostics names what is inside what: what is not a
// letter or a digit is an underscore, runs of them are one.
func joinPath(path, name string) string {
	clean := strings.FieldsFunc(name, func(r rune) bool {
		return !isLetterOrDigit(r)
	})
	if path == "" {
		return strings.Join(clean, "_")
	}
	return path + "_" + strings.Join(clean, "_")
}

func isLetterOrDigit(r rune) bool {
	return 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9'
}

func (m *mapper) suffixOf(v value) string {
	switch v.kind {
	case kindBool:
		return "_b"
	case kindNumber:
		return "_d"
	case kindString, kindText:
		if isGUID(m.text(v)) {
			return "_g"
		}
		return "_s"
	case kindNone, kindNull, kindObject, kindArray:
		return "_s"
	}
	panic("ingest: unknown kind of value")
}

// azureResource stores a resource id and the parts that it names. As in Azure,
// AzureDiagnostics has them in capitals.
func (m *mapper) azureResource(v value) {
	upper := bytes.ToUpper(m.text(v))
	m.give("ResourceId", m.literal(string(upper)))
	for _, part := range resourceParts(string(upper)) {
		m.give(part.column, m.literal(part.value))
	}
}

type resourcePart struct{ column, value string }

// resourceParts takes /SUBSCRIPTIONS/<id>/RESOURCEGROUPS/<name>/PROVIDERS/
// <provider>/<type>/<name> apart.
func resourceParts(id string) []resourcePart {
	var parts []resourcePart
	words := strings.Split(strings.Trim(id, "/"), "/")
	for i := 0; i+1 < len(words); i++ {
		switch strings.ToLower(words[i]) {
		case "subscriptions":
			parts = append(parts, resourcePart{"SubscriptionId", words[i+1]})
		case "resourcegroups":
			parts = append(parts, resourcePart{"ResourceGroup", words[i+1]})
		case "providers":
			parts = append(parts, resourcePart{"ResourceProvider", words[i+1]})
			if i+3 < len(words) {
				parts = append(parts,
					resourcePart{"ResourceType", words[i+2]},
					resourcePart{"Resource", words[len(words)-1]})
			}
			return parts
		default:
			continue
		}
		i++
	}
	return parts
}

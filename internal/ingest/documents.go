package ingest

import (
	"bytes"
	"strings"

	"github.com/conshelf/conshelf/kql/types"
)

// Configuration lies beside the logs in an export: policies, named locations,
// accounts, roles, applications. Each is kept as one typed document, as found;
// what it means is for others to say. A document has no time of an event, and
// TimeGenerated is null: a policy of three years ago is no event of then.

// ConfigurationTable has a row for each document of configuration.
const ConfigurationTable = "Configuration_CL"

// Columns of ConfigurationTable.
const (
	documentKindColumn = "Kind" // the type's name as Microsoft Graph or Azure Resource Manager has it
	documentName       = "DisplayName"
	documentBody       = "Document" // as found
	documentModified   = "Modified" // where the document says so
	documentTenant     = "TenantId"
)

func documentTable() types.Table {
	return types.Table{Name: ConfigurationTable, Columns: []types.Column{
		{Name: timeGenerated, Type: types.DateTime},
		{Name: documentKindColumn, Type: types.String},
		{Name: "Id", Type: types.String},
		{Name: documentName, Type: types.String},
		{Name: documentBody, Type: types.Dynamic},
		{Name: documentModified, Type: types.DateTime},
		{Name: documentTenant, Type: types.String},
		{Name: "Type", Type: types.String},
	}}
}

// A documentShape is how a document of one kind is told by its members, where
// neither it nor the page around it says what it is.
type documentShape struct {
	kind  string
	all   []string // members that it must have, in lower case
	any   []string // members of which it must have some
	least int      // how many of those
	none  []string // members that it must not have
	only  bool     // members of all and any are the only ones
	id    string   // the one that it always has
}

func (s *documentShape) fits(names map[string]bool, id string) bool {
	for _, name := range s.all {
		if !names[name] {
			return false
		}
	}
	for _, name := range s.none {
		if names[name] {
			return false
		}
	}
	some := 0
	for _, name := range s.any {
		if names[name] {
			some++
		}
	}
	if s.only && len(s.all)+some != len(names) {
		return false
	}
	return some >= s.least && (s.id == "" || strings.EqualFold(s.id, id))
}

// A librarian tells documents of configuration by their kind.
type librarian struct {
	shapes      []documentShape
	collections map[string]string // kinds by the collection that a page is of
	logs        map[string]string // formats by the Graph type of a log's records
	formats     map[string]*shape // of the documents, by kind
}

func newLibrarian() *librarian {
	return &librarian{
		shapes:      documentShapes(),
		collections: documentCollections(),
		logs:        logTypes(),
		formats:     make(map[string]*shape),
	}
}

// shape returns the shape of a record that no log's shape fits, or nil.
func (l *librarian) shape(rc *recogniser, m *mapper, r *record) *shape {
	kind := l.kind(m, r)
	if name, ok := l.logs[kind]; ok {
		return rc.named(name)
	}
	if isAzureAlert(kind) {
		return rc.named(azureAlerts)
	}
	if isSentinelIncident(kind) {
		return rc.named(sentinelIncidents)
	}
	if kind == "" {
		return nil
	}
	if l.formats[kind] == nil {
		l.formats[kind] = &shape{name: kind, row: func(m *mapper, r *record) string {
			m.document(kind, r)
			return ""
		}}
	}
	return l.formats[kind]
}

// kind returns what a record says that it is; else what the page says that it
// is of; else the kind whose members it has.
func (l *librarian) kind(m *mapper, r *record) string {
	inner := m.additional(r.members)
	for _, members := range [][]member{r.members, inner} {
		if kind := graphType(string(m.text(m.lookup(members, "@odata.type")))); kind != "" {
			return kind
		}
	}
	if kind := resourceType(string(m.text(m.lookup(r.members, "id")))); kind != "" {
		return kind
	}
	for _, context := range []string{string(m.text(m.lookup(r.members, "@odata.context"))), r.context} {
		if kind := l.collection(context); kind != "" {
			return kind
		}
	}
	return l.infer(m, r.members, inner)
}

// infer finds the kind of a document by its members. Annotations, and members
// that every object of a directory may have, say nothing.
func (l *librarian) infer(m *mapper, members, inner []member) string {
	names := make(map[string]bool, len(members)+len(inner))
	for _, list := range [][]member{members, inner} {
		for n := range list {
			if name := memberName(&list[n]); !isAnnotation(name) {
				names[name] = true
			}
		}
	}
	id := string(m.text(m.lookup(members, "id")))
	for i := range l.shapes {
		if l.shapes[i].fits(names, id) {
			return l.shapes[i].kind
		}
	}
	return ""
}

func memberName(mem *member) string {
	return strings.ToLower(string(appendText(nil, value{kind: kindString, flags: mem.keyFlags, raw: mem.key})))
}

// isAnnotation tells whether a member, in lower case, is about the document
// and not of it.
func isAnnotation(name string) bool {
	switch name {
	case "deleteddatetime", "additionalproperties", "odata.type", "odatatype":
		return true
	}
	return strings.Contains(name, "@odata.") || strings.HasPrefix(name, "#microsoft.graph.")
}

// additional returns the members of what PowerShell's SDK has no property for.
// They are valid until the next record.
func (m *mapper) additional(members []member) []member {
	v := m.lookup(members, "AdditionalProperties")
	if v.kind != kindObject {
		return nil
	}
	s := scan{data: v.raw, maxDepth: m.limits.Depth, members: m.members[:0]}
	if s.object(0) != len(v.raw) {
		return nil
	}
	m.members = s.members
	return s.members
}

// graphType returns the type that an annotation such as
// #microsoft.graph.conditionalAccessPolicy names, or "".
func graphType(s string) string {
	s = strings.TrimPrefix(s, "#")
	name, ok := strings.CutPrefix(s, "microsoft.graph.")
	if !ok || name == "" || len(name) > 100 || !isWord(name, ".") {
		return ""
	}
	return s
}

// isWord tells whether s is of ASCII letters, digits and the characters of
// others.
func isWord(s, others string) bool {
	for _, c := range []byte(s) {
		if !isDigit(c) && (c|0x20 < 'a' || c|0x20 > 'z') && strings.IndexByte(others, c) < 0 {
			return false
		}
	}
	return true
}

// document makes the row of a document.
func (m *mapper) document(kind string, r *record) {
	m.begin(ConfigurationTable)
	inner := m.additional(r.members)
	m.give(documentKindColumn, m.literal(kind))
	m.give("Id", m.first(r.members, inner, documentIDs()))
	m.give(documentName, m.documentName(r.members, inner))
	m.documentChanged(r.members, inner)
	m.documentOf(kind, r.members)
	m.json = appendMembers(m.json[:0], r.members)
	m.row.batch.Vectors[m.row.column(documentBody)].SetText(m.json)
	if isCut(r.raw) {
		m.tally.cutDocuments++
	}
}

// documentIDs are the members that may hold a document's id, the best first.
func documentIDs() []string {
	return []string{"id", "roleAssignmentId", "objectId"}
}

// documentNames are the members that may hold a document's name, the best
// first.
func documentNames() []string {
	return []string{"displayName", "title", "roleName", "skuPartNumber", "userDisplayName", "principalDisplayName"}
}

// documentName returns what a document is called. The name of a resource is
// often a GUID, and the last choice.
func (m *mapper) documentName(members, inner []member) value {
	if v := m.first(members, inner, documentNames()); !v.empty() {
		return v
	}
	if v := m.first(m.object(m.lookup(members, "properties")), nil, documentNames()); !v.empty() {
		return v
	}
	return m.lookup(members, "name")
}

// first returns the first of the members that is not empty and no object.
func (m *mapper) first(members, inner []member, names []string) value {
	for _, name := range names {
		for _, list := range [][]member{members, inner} {
			v := m.lookup(list, name)
			if !v.empty() && v.kind != kindObject && v.kind != kindArray {
				return v
			}
		}
	}
	return value{}
}

// documentChanged notes when the document was changed last, if it says so. A
// document that was never changed has none.
func (m *mapper) documentChanged(members, inner []member) {
	for _, name := range []string{"modifiedDateTime", "lastModifiedDateTime", "lastModified", "updatedDateTime", "updatedOn"} {
		for _, list := range [][]member{members, inner} {
			if v := m.lookup(list, name); !v.empty() {
				m.give(documentModified, v)
				return
			}
		}
	}
	if v := m.lookup(m.object(m.lookup(members, "properties")), "updatedOn"); !v.empty() {
		m.give(documentModified, v)
		return
	}
	if v := m.lookup(m.object(m.lookup(members, "systemData")), "lastModifiedAt"); !v.empty() {
		m.give(documentModified, v)
	}
}

// documentOf notes whose tenant the document is of. In most kinds a tenantId
// is another tenant: that of a partner, or of an application's owner.
func (m *mapper) documentOf(kind string, members []member) {
	var v value
	switch kind {
	case "microsoft.graph.organization":
		v = m.lookup(members, "id")
	case "microsoft.graph.secureScore", "microsoft.graph.secureScoreControlProfile":
		v = m.lookup(members, "azureTenantId")
	case "microsoft.graph.group", "microsoft.graph.user", "microsoft.graph.device":
		v = m.lookup(members, "tenantId")
	}
	if v.empty() {
		return
	}
	m.of(v)
	m.give(documentTenant, v)
}

// appendMembers appends the object of members, as found but for white space
// and needless escapes. Cells of a CSV are text.
func appendMembers(dst []byte, members []member) []byte {
	dst = append(dst, '{')
	for i := range members {
		mem := &members[i]
		if i > 0 {
			dst = append(dst, ',')
		}
		kind := kindString
		if mem.kind == kindText {
			kind = kindText
		}
		dst = appendJSON(dst, value{kind: kind, flags: mem.keyFlags | mem.flags&flagInvalid, raw: mem.key})
		dst = append(dst, ':')
		dst = appendJSON(dst, mem.value)
	}
	return append(dst, '}')
}

// isCut tells whether PowerShell wrote the names of types, or its own notation,
// where it went no deeper.
func isCut(raw []byte) bool {
	for _, mark := range []string{`"System.Object[]"`, `"System.Collections.`, `"Microsoft.Graph.PowerShell.Models.`, `"Microsoft.Open.MSGraph.Model.`, `"@{`} {
		if bytes.Contains(raw, []byte(mark)) {
			return true
		}
	}
	return false
}

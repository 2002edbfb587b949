package ingest

import (
	"bytes"
	"strings"
)

// The unified audit log of Microsoft 365: Search-UnifiedAuditLog and Purview
// as CSV, with AuditData as JSON in a cell; the same as JSON; audit search in
// Microsoft Graph; bare AuditData; and what collectors flatten it to. All of it
// goes to OfficeActivity, the records of Entra ID too.

func unifiedAuditShapes() []shape {
	u := newUnifiedAudit()
	return []shape{
		{
			name: "unified-audit-log", all: []string{"auditdata"},
			any:   []string{"recordtype", "operations", "operation", "creationdate", "userids", "userid", "auditlogrecordtype", "createddatetime"},
			least: 2, row: u.wrapped,
		},
		{name: "unified-audit-log", all: []string{"auditdata"}, row: u.wrapped},
		{
			name: "unified-audit-flat", all: []string{"recordtype", "creationdate"},
			any:   []string{"userids", "userid", "operations", "operation", "recordid", "identity", "id"},
			least: 3, none: []string{"timegenerated", "auditdata"}, row: u.flattened,
		},
		{
			name: "unified-audit-data", all: []string{"creationtime", "operation"},
			any:   []string{"recordtype", "workload", "userkey", "organizationid", "usertype"},
			least: 2, none: []string{"timegenerated"}, row: u.bare,
		},
	}
}

type unifiedAudit struct {
	data  *mapping
	outer *mapping
}

func newUnifiedAudit() *unifiedAudit {
	return &unifiedAudit{
		data: &mapping{
			name: "audit-data",
			columns: map[string]string{
				"creationtime":                  timeGenerated,
				"workload":                      "OfficeWorkload",
				"objectid":                      "OfficeObjectId",
				"site":                          "Site_",
				"siteurl":                       "Site_Url",
				"eventdata":                     "Event_Data",
				"sourcename":                    "Source_Name",
				"azureactivedirectoryeventtype": "AzureActiveDirectory_EventType",
				"target":                        "AADTarget",
				"starttime":                     "Start_Time",
			},
			special: map[string]func(m *mapper, v value){
				"id": func(m *mapper, v value) {
					m.give("OfficeId", v)
					m.give("SourceRecordId", v)
				},
				"organizationid":     tenantIn("OrganizationId"),
				"recordtype":         named("RecordType", recordTypeName),
				"usertype":           named("UserType", userTypeName),
				"logontype":          named("Logon_Type", logonTypeName),
				"clientip":           address("ClientIP"),
				"clientipaddress":    address("Client_IPAddress"),
				"actoripaddress":     address("ActorIpAddress"),
				"extendedproperties": (*mapper).auditExtended,
			},
		},
		// What surrounds AuditData says how it was collected, and differs when
		// the same record is collected again.
		outer: &mapping{
			name:  "audit-outer",
			loose: true,
			special: map[string]func(m *mapper, v value){
				"auditdata":          func(m *mapper, v value) { m.inner = v },
				"recordid":           fillOr("OfficeId", "RecordId"),
				"operation":          fillOr("Operation", "operation"),
				"operations":         fillOr("Operation", "Operations"),
				"userid":             fillOr("UserId", "userId"),
				"userids":            fillOr("UserId", "UserIds"),
				"recordtype":         outerRecordType,
				"auditlogrecordtype": outerRecordType,
				"creationdate":       outerTime("CreationDate"),
				"createddatetime":    outerTime("createdDateTime"),
				"id":                 fillOr("OfficeId", "id"),
				"identity":           fillOr("OfficeId", "Identity"),
				"organizationid":     fillOr("OrganizationId", "organizationId"),
				"service":            fillOr("OfficeWorkload", "service"),
				"objectid":           fillOr("OfficeObjectId", "objectId"),
				"clientip":           outerAddress,
				"usertype":           outerUserType,
				"resultcount":        resultCount,
			},
		},
	}
}

func (u *unifiedAudit) bare(m *mapper, r *record) string {
	m.begin("OfficeActivity")
	m.put(u.data, r.members, 0)
	m.auditAddress()
	return ""
}

// wrapped reads AuditData first: what surrounds it only fills what it lacks.
// AuditData that is missing, or was cut where an export cuts long cells, leaves
// the row with what surrounds it, and with nothing else to tell it by.
func (u *unifiedAudit) wrapped(m *mapper, r *record) string {
	m.begin("OfficeActivity")
	data := m.lookup(r.members, "AuditData")
	members := m.auditMembers(data)
	partial := len(members) == 0
	if partial {
		members = m.salvage(data)
	}
	m.put(u.data, members, 1)
	m.put(u.outer, r.members, 0)
	if partial && !m.row.set(m.row.time) && len(m.row.text("Operation")) == 0 {
		return "its AuditData is missing or cannot be read, and nothing around it says when or what"
	}
	if partial {
		m.tally.noDetail++
		m.row.tight = true
		m.give("AuditData", data)
		m.give("Partial", value{kind: kindBool, raw: []byte("true")})
	}
	m.auditAddress()
	return ""
}

// auditMembers returns the members of AuditData. PowerShell's SDK, which has
// none of them, holds them in AdditionalProperties.
func (m *mapper) auditMembers(data value) []member {
	members := m.rest(data)
	if inner := m.lookup(members, "AdditionalProperties"); inner.kind == kindObject && m.lookup(members, "Operation").empty() {
		return m.rest(inner)
	}
	return members
}

// flattened reads a record whose AuditData a collector has spread over columns.
// The whole record, if it is held, says more.
func (u *unifiedAudit) flattened(m *mapper, r *record) string {
	m.begin("OfficeActivity")
	inner := m.members[:0]
	outer := make([]member, 0, 8)
	for _, mem := range r.members {
		if isCollectedMember(mem.key) {
			outer = append(outer, mem)
			continue
		}
		inner = append(inner, mem)
	}
	m.members = inner
	m.put(u.data, inner, 1)
	m.put(u.outer, outer, 0)
	m.lesser = len(m.row.text("OfficeId")) > 0
	m.auditAddress()
	return ""
}

// isCollectedMember tells whether a member of a flattened record surrounds
// AuditData rather than being of it.
func isCollectedMember(key []byte) bool {
	switch strings.ToLower(string(key)) {
	case "creationdate", "userids", "operations", "resultindex", "resultcount", "identity", "isvalid", "objectstate", "recordid":
		return true
	}
	return false
}

// salvage returns the members of an object inside text that was cut, up to the
// cut. They are valid until the next record.
func (m *mapper) salvage(v value) []member {
	if v.kind != kindString && v.kind != kindText {
		return nil
	}
	m.outer = append(m.outer[:0], m.text(v)...)
	raw := bytes.TrimSpace(m.outer)
	if len(raw) == 0 || raw[0] != '{' {
		return nil
	}
	s := scan{data: raw, maxDepth: m.limits.Depth, members: m.members}
	s.object(0)
	m.members = s.members
	return s.members
}

// resultCount notes how many records the search found that this one is of.
func resultCount(m *mapper, v value) {
	if n, ok := m.integer(v); ok {
		m.tally.promised = max(m.tally.promised, n)
	}
	m.beside("ResultCount", v)
}

// outerUserType fills the type of the user, which Graph writes otherwise.
func outerUserType(m *mapper, v value) {
	fillOr("UserType", "userType")(m, m.literal(userTypeName(capital(string(m.text(v))))))
}

// capital returns a name as the audit log writes it, which Graph begins with a
// small letter.
func capital(name string) string {
	if name == "" || name[0] < 'a' || name[0] > 'z' {
		return name
	}
	return strings.ToUpper(name[:1]) + name[1:]
}

// auditAddress fills ClientIP, the column that analytics read, from the
// address that the workload has instead.
func (m *mapper) auditAddress() {
	for _, column := range []string{"Client_IPAddress", "ActorIpAddress"} {
		if s := m.row.text(column); len(s) > 0 {
			m.fill("ClientIP", m.literal(string(s)))
		}
	}
}

// fillOr returns a function that fills column, or keeps a value that differs
// in a column of its own.
func fillOr(column, own string) func(m *mapper, v value) {
	return func(m *mapper, v value) {
		if v = m.only(v); v.empty() {
			return
		}
		i := m.row.column(column)
		if !m.row.set(i) {
			m.set(i, v)
			return
		}
		if !bytes.EqualFold(m.row.text(column), m.text(v)) {
			m.beside(own, v)
		}
	}
}

// only returns the text that is the one element of an array, or v itself.
func (m *mapper) only(v value) value {
	if v.kind != kindArray {
		return v
	}
	s := scan{data: v.raw, maxDepth: m.limits.Depth}
	var one value
	i := s.space(1)
	if s.data[i] != '"' {
		return v
	}
	if i = s.space(s.member(i, &one)); s.data[i] != ']' {
		return v
	}
	return one
}

// beside keeps a value of the collection in a column of its own.
func (m *mapper) beside(name string, v value) {
	if _, published := m.row.listed[strings.ToLower(name)]; published {
		name += original
	}
	if i := m.own(name, true); i >= 0 {
		m.set(i, v)
	}
}

// outerTime returns a function that fills TimeGenerated. AuditData has the
// time in UTC; what surrounds it is in the collector's notation.
func outerTime(own string) func(m *mapper, v value) {
	return func(m *mapper, v value) {
		if m.row.set(m.row.time) {
			m.clock.learn(m.text(v), m.row.batch.Vectors[m.row.time].Ints[m.row.batch.Rows])
			m.beside(own, v)
			return
		}
		m.give(timeGenerated, v)
	}
}

func outerTypeName(s string) string { return recordTypeName(capital(s)) }

func outerRecordType(m *mapper, v value) {
	if len(m.row.text("RecordType")) == 0 {
		named("RecordType", outerTypeName)(m, v)
		return
	}
	name := outerTypeName(string(m.text(v)))
	if !strings.EqualFold(string(m.row.text("RecordType")), name) {
		m.beside("RecordType", v)
	}
}

func outerAddress(m *mapper, v value) {
	if len(m.row.text("ClientIP")) == 0 {
		address("ClientIP")(m, v)
	}
}

// named returns a function that sets column to the name of a number. A number
// that has no known name stays a number.
func named(column string, name func(string) string) func(m *mapper, v value) {
	return func(m *mapper, v value) {
		if v.kind == kindNumber || v.kind == kindString || v.kind == kindText {
			v = m.literal(name(string(m.text(v))))
		}
		m.give(column, v)
	}
}

// auditExtended stores the extended properties of a record of Entra ID, and
// the user agent among them where OfficeActivity has it.
func (m *mapper) auditExtended(v value) {
	m.give("ExtendedProperties", v)
	if v.kind == kindArray && bytes.Contains(v.raw, []byte("UserAgent")) {
		m.fill("UserAgent", m.property(v, "UserAgent"))
	}
}

// property returns the value called name in an array of {"Name", "Value"}.
func (m *mapper) property(array value, name string) value {
	s := &m.nested
	s.data = array.raw
	for i := s.space(1); i < len(s.data) && s.data[i] == '{'; {
		if i = s.object(i); i < 0 {
			break
		}
		if string(m.text(m.lookup(s.members, "Name"))) == name {
			return m.lookup(s.members, "Value")
		}
		if i = s.space(i); i < len(s.data) && s.data[i] == ',' {
			i = s.space(i + 1)
		}
	}
	return value{}
}

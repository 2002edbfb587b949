package ingest

import (
	"cmp"
	"fmt"
	"hash/fnv"
	"slices"
	"strings"

	"github.com/conshelf/conshelf/internal/schema"
	"github.com/conshelf/conshelf/kql/types"
)

// Rows of Log Analytics and of Defender's advanced hunting: data export, query
// services, the portal and its command line, as JSON, CSV or Parquet. The row's
// Type names its table; where it is missing, the columns must fit one table
// better than any other. The file's name decides only between tables that fit.

const (
	customSuffix  = "_CL"
	primaryResult = "PrimaryResult" // what query services call a result, whatever its table
)

func logAnalyticsShapes() []shape {
	l := newLogAnalytics()
	for category, c := range newDiagnostics().entra {
		l.category[category] = c.table
	}
	return []shape{
		{name: "log-analytics", all: []string{"timegenerated"}, row: l.row, timed: true},
		{name: "log-analytics", all: []string{"type", "sourcesystem"}, row: l.row, timed: true},
		{name: "log-analytics", all: []string{"type", "timestamp"}, row: l.row, timed: true},
		{
			name: "log-analytics", all: []string{"operationname", "correlationid", "resultsignature"},
			any: []string{"aadtenantid", "resourceprovider", "operationversion"}, least: 2,
			none: []string{"properties", "time"}, row: l.row, timed: true,
		},
		{
			name: "advanced-hunting", all: []string{"timestamp"},
			any: []string{
				"actiontype", "reportid", "deviceid", "devicename", "accountobjectid", "accountupn", "accountname", "application",
				"networkmessageid", "alertid", "servicesource", "additionalfields", "evidencerole", "entitytype", "oauthappid",
			},
			least: 2, none: []string{"timegenerated", "properties", "eventtimestamp", "creationtime", "auditdata"}, row: l.row,
		},
	}
}

type logAnalytics struct {
	mapping  *mapping
	tables   []types.Table
	columns  []map[string]bool // of each table, in lower case
	category map[string]string // tables by lower-case category
	names    map[string]string // tables by lower-case name
}

func newLogAnalytics() *logAnalytics {
	l := &logAnalytics{tables: schema.Fed(), category: make(map[string]string), names: make(map[string]string)}
	for _, t := range schema.Tables() {
		l.names[strings.ToLower(t.Name)] = t.Name
	}
	for _, t := range l.tables {
		columns := make(map[string]bool, len(t.Columns))
		for _, c := range t.Columns {
			columns[strings.ToLower(c.Name)] = true
		}
		l.columns = append(l.columns, columns)
	}
	l.mapping = &mapping{name: "log-analytics", special: map[string]func(m *mapper, v value){
		"$table":         func(*mapper, value) {},
		"tablename":      result,
		"type":           typed,
		"aadtenantid":    tenantIn("AADTenantId"),
		"resourceid":     resourceOf("ResourceId"),
		"organizationid": tenantIn("OrganizationId"),
	}}
	return l
}

// tenantIn returns a function that sets a column which names the tenant.
func tenantIn(column string) func(m *mapper, v value) {
	return func(m *mapper, v value) {
		m.of(v)
		m.give(column, v)
	}
}

func (l *logAnalytics) row(m *mapper, r *record) string {
	table, reason := l.table(m, r)
	if reason != "" {
		return reason
	}
	m.begin(table)
	if string(m.text(m.lookup(r.members, "TableName"))) == primaryResult {
		m.flat = true
	}
	m.put(l.mapping, r.members, 0)
	if table == "AzureActivity" {
		m.olderActivity(r)
	}
	return ""
}

// result keeps the name that a result has in a query, unless it is the one that
// all of them have.
func result(m *mapper, v value) {
	if string(m.text(v)) != primaryResult {
		m.beside("TableName", v)
	}
}

// typed keeps a Type that is not the table's name.
func typed(m *mapper, v value) {
	if !strings.EqualFold(string(m.text(v)), m.row.batch.Table) {
		m.give("Type", v)
	}
}

// actionTable returns the table of advanced hunting that has events of a
// device called so. Their columns alone fit more than one.
func actionTable(action string) string {
	switch action {
	case "ProcessCreated", "OpenProcess":
		return "DeviceProcessEvents"
	case "LogonSuccess", "LogonFailed", "LogonAttempted":
		return "DeviceLogonEvents"
	case "FileCreated", "FileModified", "FileDeleted", "FileRenamed":
		return "DeviceFileEvents"
	case "ConnectionSuccess", "ConnectionFailed", "ConnectionFound", "ConnectionRequest", "ListeningConnectionCreated",
		"InboundConnectionAccepted", "ConnectionAcknowledged", "ConnectionAttempt":
		return "DeviceNetworkEvents"
	case "RegistryKeyCreated", "RegistryKeyDeleted", "RegistryKeyRenamed", "RegistryValueSet", "RegistryValueDeleted":
		return "DeviceRegistryEvents"
	case "ImageLoaded":
		return "DeviceImageLoadEvents"
	}
	return ""
}

// table finds the table of a row.
func (l *logAnalytics) table(m *mapper, r *record) (table, reason string) {
	for _, member := range []string{"Type", "$table", "TableName"} {
		name := string(m.text(m.lookup(r.members, member)))
		if known, ok := l.names[strings.ToLower(name)]; ok {
			return known, ""
		}
		if isCustomTable(name) {
			return name, ""
		}
		if member == "Type" && name != "" && !m.lookup(r.members, timeGenerated).empty() {
			return "", fmt.Sprintf("the table %.60q is not known", name)
		}
	}
	fits := l.fitting(m, r)
	if len(fits) == 1 {
		return fits[0], ""
	}
	category := strings.ToLower(string(m.text(m.lookup(r.members, "Category"))))
	if t, ok := l.category[category]; ok && slices.Contains(fits, t) {
		return t, ""
	}
	if t := actionTable(string(m.text(m.lookup(r.members, "ActionType")))); slices.Contains(fits, t) {
		return t, ""
	}
	if t := l.ofFile(m, r); t != "" && (slices.Contains(fits, t) || len(fits) == 0) {
		return t, ""
	}
	if len(fits) == 0 {
		return "", "its columns fit no table that is known: export the column Type too"
	}
	return "", "its columns fit " + strings.Join(fits, " and ") + " alike: export the column Type too"
}

// ofFile returns the table that the file is named for, as data export and
// people name files, if it has the most of the row's columns.
func (l *logAnalytics) ofFile(m *mapper, r *record) string {
	names, sum := m.columnNames(r)
	if t, ok := m.fileFits[sum]; ok {
		return t
	}
	table := ""
	for _, word := range fileWords(m.name) {
		if isCustomTable(word) && suffixed(names) || l.holds(word, names) {
			table = cmp.Or(l.names[strings.ToLower(word)], word)
			break
		}
	}
	if len(m.fileFits) < maxKeys {
		m.fileFits[sum] = table
	}
	return table
}

// holds tells whether the table called name, in any case, has the most of the
// columns.
func (l *logAnalytics) holds(name string, columns []string) bool {
	t, _ := schema.Lookup(l.names[strings.ToLower(name)])
	have := 0
	for _, column := range columns {
		if slices.ContainsFunc(t.Columns, func(c types.Column) bool { return strings.EqualFold(c.Name, column) }) {
			have++
		}
	}
	return 2*have > len(columns)
}

// fileWords returns what the parts of a path may name a table by: how they
// begin, up to any underscore.
func fileWords(path string) []string {
	var words []string
	for _, part := range strings.FieldsFunc(path, func(r rune) bool { return r == '/' || r == '!' }) {
		part = strings.TrimPrefix(part, "am-")
		word := part[:len(part)-len(strings.TrimLeftFunc(part, isNameRune))]
		for word != "" {
			words = append(words, word)
			word = word[:max(0, strings.LastIndexByte(word, '_'))]
		}
	}
	return words
}

func isNameRune(r rune) bool { return r == '_' || isLetterOrDigit(r) }

// suffixed tells whether a column is named as custom tables name theirs, by
// its type.
func suffixed(names []string) bool {
	return slices.ContainsFunc(names, func(name string) bool {
		return len(name) > 2 && strings.Contains("_s_d_b_t_g", name[len(name)-2:]) && name[len(name)-2] == '_'
	})
}

// isCustomTable tells whether name can be a custom table's. The tables about
// the evidence itself are ours: a row that says it is theirs is forged.
func isCustomTable(name string) bool {
	if isAbout(name) || isOwn(name) {
		return false
	}
	if !strings.HasSuffix(name, customSuffix) || len(name) > 63 {
		return false
	}
	for _, c := range []byte(name) {
		if c != '_' && !isDigit(c) && (c|0x20 < 'a' || c|0x20 > 'z') {
			return false
		}
	}
	return true
}

// fitting returns the tables that have the most of the row's columns, if they
// have at least five of them and two of three.
func (l *logAnalytics) fitting(m *mapper, r *record) []string {
	names, sum := m.columnNames(r)
	if fits, ok := m.fits[sum]; ok {
		return fits
	}
	most := 0
	var fits []string
	for i, columns := range l.columns {
		n := 0
		for _, name := range names {
			if columns[name] {
				n++
			}
		}
		if n > most {
			most, fits = n, nil
		}
		if n == most {
			fits = append(fits, l.tables[i].Name)
		}
	}
	if most < 5 || 3*most < 2*len(names) {
		fits = nil
	}
	if len(m.fits) < maxKeys {
		m.fits[sum] = fits
	}
	return fits
}

// columnNames returns the names of the row's columns in lower case, and a hash
// of them.
func (m *mapper) columnNames(r *record) ([]string, uint64) {
	h := fnv.New64a()
	names := make([]string, 0, len(r.members))
	for n := range r.members {
		id := m.keys.id(n, &r.members[n], &m.at[0])
		if id < 0 {
			continue
		}
		name := cleanHeader(m.keys.names[id].lower)
		names = append(names, name)
		_, _ = h.Write([]byte(name))
		_, _ = h.Write([]byte{0})
	}
	return names, h.Sum64()
}

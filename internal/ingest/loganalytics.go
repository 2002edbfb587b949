package ingest

import (
	"fmt"
	"hash/fnv"
	"slices"
	"strings"

	"github.com/conshelf/conshelf/internal/schema"
	"github.com/conshelf/conshelf/kql/types"
)

// Rows of Log Analytics: data export, Azure Data Explorer and the portal, as
// JSON or CSV. The row's Type names its table; where it is missing, the
// columns must fit one table better than any other.

const customSuffix = "_CL"

func logAnalyticsShapes() []shape {
	l := newLogAnalytics()
	return []shape{
		{name: "log-analytics", all: []string{"timegenerated"}, row: l.row, timed: true},
		{name: "log-analytics", all: []string{"type", "sourcesystem"}, row: l.row, timed: true},
		{name: "log-analytics", all: []string{"type", "timestamp"}, row: l.row, timed: true},
		{
			name: "log-analytics", all: []string{"operationname", "correlationid", "resultsignature"},
			any: []string{"aadtenantid", "resourceprovider", "operationversion"}, least: 2,
			none: []string{"properties", "time"}, row: l.row, timed: true,
		},
	}
}

type logAnalytics struct {
	mapping  *mapping
	tables   []types.Table
	columns  []map[string]bool // of each table, in lower case
	category map[string]string // tables by lower-case category
}

func newLogAnalytics() *logAnalytics {
	l := &logAnalytics{tables: schema.Fed(), category: make(map[string]string)}
	for category, c := range newDiagnostics().entra {
		l.category[category] = c.table
	}
	for _, t := range l.tables {
		columns := make(map[string]bool, len(t.Columns))
		for _, c := range t.Columns {
			columns[strings.ToLower(c.Name)] = true
		}
		l.columns = append(l.columns, columns)
	}
	l.mapping = &mapping{name: "log-analytics", special: map[string]func(m *mapper, v value){
		"$table":      func(*mapper, value) {},
		"aadtenantid": tenantIn("AADTenantId"),
		"resourceid": func(m *mapper, v value) {
			m.ofResource(v)
			m.give("ResourceId", v)
		},
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
	m.put(l.mapping, r.members, 0)
	return ""
}

// table finds the table of a row.
func (l *logAnalytics) table(m *mapper, r *record) (table, reason string) {
	for _, member := range []string{"Type", "$table", "TableName"} {
		name := string(m.text(m.lookup(r.members, member)))
		if _, ok := schema.Lookup(name); ok || isCustomTable(name) {
			return name, ""
		}
		if member == "Type" && name != "" {
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
	if len(fits) == 0 {
		return "", "its columns fit no table that is known"
	}
	return "", "its columns fit " + strings.Join(fits, " and ") + " alike: export the column Type too"
}

// isCustomTable tells whether name can be a custom table's. The tables about
// the evidence itself are ours: a row that says it is theirs is forged.
func isCustomTable(name string) bool {
	if strings.EqualFold(name, ManifestTable) || strings.EqualFold(name, QuarantineTable) || isOwn(name) {
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

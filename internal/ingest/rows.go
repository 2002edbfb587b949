package ingest

import (
	"bytes"
	"crypto/sha256"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/conshelf/conshelf/internal/engine"
	"github.com/conshelf/conshelf/internal/schema"
	"github.com/conshelf/conshelf/kql/types"
)

const (
	timeGenerated = "TimeGenerated"
	timestamp     = "Timestamp" // of the events of Defender XDR
	unlisted      = "Unlisted"  // members that cannot be columns, as one object
	original      = "_original" // suffix: a value that its column cannot hold
)

// rows are the rows of one table on their way into a load.
type rows struct {
	table    string
	batch    *engine.Batch
	batches  *batchPool
	listed   map[string]types.Column      // published, by lower-case name
	columns  map[string]int32             // by lower-case name
	exact    map[string]int32             // by name as it was asked for
	order    []int32                      // by lower-case name
	lowers   []string                     // by vector: its name in lower case
	loose    []bool                       // by vector: not part of a row's identity
	digests  cellDigests                  // for identities
	present  bitset                       // columns in which the row has a value
	headed   map[string][sha256.Size]byte // digests of names, by present
	tight    bool                         // in the row being built, loose columns are part of it
	extra    int                          // columns that are not published
	suffix   bool                         // the table types its columns by suffix
	timeless bool                         // its rows are no events, and TimeGenerated stays null
	id       string                       // the column that names the record, or ""
	within   string                       // the column within whose values ids are distinct, or ""
	time     int32
	hunting  bool // Timestamp is the same time
}

// listedColumns returns the columns that a table has as published, by
// lower-case name.
func listedColumns(table string) map[string]types.Column {
	listed := make(map[string]types.Column)
	published, ok := schema.Lookup(table)
	if !ok {
		published = ownTable(table)
	}
	for _, c := range published.Columns {
		listed[strings.ToLower(c.Name)] = c
	}
	return listed
}

func newRows(table string, batches *batchPool) *rows {
	t := &rows{
		table:    table,
		batches:  batches,
		listed:   listedColumns(table),
		columns:  make(map[string]int32),
		exact:    make(map[string]int32),
		headed:   make(map[string][sha256.Size]byte),
		suffix:   table == azureDiagnostics || strings.HasSuffix(table, customSuffix),
		timeless: table == ConfigurationTable,
		hunting:  schema.Hunting(table),
	}
	t.id = idColumn(t.listed)
	if t.timeless {
		t.within = documentKindColumn
	}
	return t
}

// idColumn returns the column that names a record of a table with these
// columns, or "".
func idColumn(listed map[string]types.Column) string {
	if _, ok := listed["id"]; ok {
		return "Id" // a risk event has a RequestId too: that of its sign-in
	}
	for _, id := range []string{"OfficeId", "EventDataId", "SystemAlertId", "RequestId"} {
		if c, ok := listed[strings.ToLower(id)]; ok && c.Name == id {
			return id
		}
	}
	return ""
}

// ownTable returns the table of ours that has that name.
func ownTable(name string) types.Table {
	for _, t := range ownTables() {
		if t.Name == name {
			return t
		}
	}
	return types.Table{}
}

// ownTables are the tables that no workspace has, for what an export holds
// beside logs.
func ownTables() []types.Table {
	return []types.Table{documentTable(), authenticationStepColumns(), collectorTable()}
}

// isOwn tells whether name, in any case, is a table of ours.
func isOwn(name string) bool {
	return slices.ContainsFunc(ownTables(), func(t types.Table) bool { return strings.EqualFold(t.Name, name) })
}

// start begins an empty batch, with no column but the time.
func (t *rows) start() {
	t.batch = t.batches.take(t.table)
	clear(t.columns)
	clear(t.exact)
	clear(t.headed)
	t.order, t.lowers, t.loose = t.order[:0], t.lowers[:0], t.loose[:0]
	t.extra = 0
	t.time = t.column(timeGenerated)
}

// turn goes on in an empty batch with the same columns in the same order.
func (t *rows) turn() {
	full := t.batch
	t.batch = t.batches.take(t.table)
	for i := range full.Vectors {
		t.batch.Column(full.Vectors[i].Column)
	}
}

// column returns the index of the vector called name, adding it if it is new.
func (t *rows) column(name string) int32 {
	if i, ok := t.exact[name]; ok {
		return i
	}
	i := t.anyCase(name)
	if len(t.exact) < maxKeys {
		t.exact[name] = i
	}
	return i
}

func (t *rows) anyCase(name string) int32 {
	lower := strings.ToLower(name)
	if i, ok := t.columns[lower]; ok {
		return i
	}
	c, ok := t.listed[lower]
	if !ok {
		c = types.Column{Name: name, Type: t.typeOf(lower)}
		t.extra++
	}
	i := int32(t.batch.Column(c))
	t.columns[lower] = i
	t.loose = append(t.loose, false)
	t.lowers = append(t.lowers, lower)
	at, _ := slices.BinarySearchFunc(t.order, lower, func(v int32, lower string) int {
		return strings.Compare(t.lowers[v], lower)
	})
	t.order = slices.Insert(t.order, at, i)
	return i
}

// typeOf is the type of a column that is not published, by its name in lower
// case.
func (t *rows) typeOf(name string) types.Scalar {
	if name == "timegenerated" {
		return types.DateTime
	}
	if t.suffix {
		for suffix, scalar := range map[string]types.Scalar{
			"_s": types.String, "_g": types.String, "_d": types.Real, "_b": types.Bool, "_t": types.DateTime,
		} {
			if strings.HasSuffix(name, suffix) {
				return scalar
			}
		}
		if name == "type" || name == "tenantid" {
			return types.String
		}
	}
	return types.Dynamic
}

// isColumnName tells whether a member's name can be a column's.
func isColumnName(name string) bool {
	if name == "" || len(name) > maxColumnName || name[0] == '$' || !utf8.ValidString(name) {
		return false
	}
	return !strings.ContainsFunc(name, unicode.IsControl)
}

// set tells whether the row being built has a value in column i.
func (t *rows) set(i int32) bool { return t.batch.Vectors[i].Len() > t.batch.Rows }

// lookup returns the vector of a column in which the row being built has a
// value, or nil.
func (t *rows) lookup(name string) *engine.Vector {
	i, ok := t.exact[name]
	if !ok {
		i, ok = t.columns[strings.ToLower(name)]
	}
	if !ok || !t.set(i) {
		return nil
	}
	return &t.batch.Vectors[i]
}

// text returns the row's value in a column of text, or nil.
func (t *rows) text(name string) []byte {
	vec := t.lookup(name)
	if vec == nil || len(vec.Ends) == 0 {
		return nil
	}
	return vec.Text(t.batch.Rows)
}

// size is how much text the batch holds.
func (t *rows) size() int {
	n := 0
	for i := range t.batch.Vectors {
		n += len(t.batch.Vectors[i].Bytes)
	}
	return n
}

// isGUID tells whether b is a GUID as Microsoft writes them.
func isGUID(b []byte) bool {
	if len(b) != 36 {
		return false
	}
	for i, c := range b {
		if i == 8 || i == 13 || i == 18 || i == 23 {
			if c != '-' {
				return false
			}
		} else if !isHex(c) {
			return false
		}
	}
	return !bytes.Equal(b, []byte("00000000-0000-0000-0000-000000000000"))
}

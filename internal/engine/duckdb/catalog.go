package duckdb

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	bindings "github.com/duckdb/duckdb-go-bindings"

	"github.com/conshelf/conshelf/internal/engine"
	"github.com/conshelf/conshelf/kql/plan"
	"github.com/conshelf/conshelf/kql/sqlgen"
	"github.com/conshelf/conshelf/kql/types"
)

// A catalog is the tables of evidence by name. DuckDB does not tell UserId
// from Userid and Kusto does, so a name may be stored under another one; two
// tables of the database, $tables and $columns, say under which.
type catalog map[string]*storedTable

// A storedTable is a table and how it is stored. It does not change: a load
// that widens it makes a new one.
type storedTable struct {
	name, physical string
	columns        []storedColumn
}

type storedColumn struct {
	types.Column
	physical string
}

func createCatalog() []string {
	return []string{
		`CREATE TABLE IF NOT EXISTS evidence.main."$tables" (name VARCHAR, physical VARCHAR)`,
		`CREATE TABLE IF NOT EXISTS evidence.main."$columns" ("table" VARCHAR, name VARCHAR, type VARCHAR, physical VARCHAR, position BIGINT)`,
	}
}

func readCatalog(ctx context.Context, c *connection) (catalog, error) {
	tables := catalog{}
	err := c.rows(ctx, `SELECT name, physical FROM evidence.main."$tables"`, nil, func(chunk bindings.DataChunk) error {
		names, physicals := texts(chunk, 0), texts(chunk, 1)
		for i, name := range names {
			tables[name] = &storedTable{name: name, physical: physicals[i]}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	err = c.rows(ctx, `SELECT "table", name, type, physical FROM evidence.main."$columns" ORDER BY position`, nil, func(chunk bindings.DataChunk) error {
		of, names, kinds, physicals := texts(chunk, 0), texts(chunk, 1), texts(chunk, 2), texts(chunk, 3)
		for i, name := range names {
			t, ok := tables[of[i]]
			scalar, known := types.ParseScalar(kinds[i])
			if !ok || !known {
				return fmt.Errorf("catalog has column %s of %s, a %s", name, of[i], kinds[i])
			}
			t.columns = append(t.columns, storedColumn{types.Column{Name: name, Type: scalar}, physicals[i]})
		}
		return nil
	})
	return tables, err
}

func texts(chunk bindings.DataChunk, column int) []string {
	r := newReader(bindings.DataChunkGetVector(chunk, bindings.IdxT(column)))
	list := make([]string, bindings.DataChunkGetSize(chunk))
	for i := range list {
		list[i] = strings.Clone(r.text(i))
	}
	return list
}

func (c catalog) sorted() []*storedTable {
	list := make([]*storedTable, 0, len(c))
	for _, name := range slices.Sorted(maps.Keys(c)) {
		list = append(list, c[name])
	}
	return list
}

// Source tells where a table is stored; see sqlgen.Schema.
func (c catalog) Source(table string) (sqlgen.Source, bool) {
	t, ok := c[table]
	if !ok {
		return sqlgen.Source{}, false
	}
	source := sqlgen.Source{From: t.from(), Columns: make(map[string]sqlgen.StoredColumn, len(t.columns)+2)}
	for _, column := range t.columns {
		source.Columns[column.Name] = sqlgen.StoredColumn{Physical: column.physical, Type: column.Type}
	}
	for _, name := range originColumns() {
		source.Columns[name.Name] = sqlgen.StoredColumn{Physical: name.Name, Type: name.Type}
	}
	return source, true
}

// originColumns are in every table, first.
func originColumns() []types.Column {
	return []types.Column{
		{Name: plan.OriginFile, Type: types.Long},
		{Name: plan.OriginRecord, Type: types.Long},
		{Name: plan.OriginTenant, Type: types.String},
		{Name: plan.OriginKey1, Type: types.Long},
		{Name: plan.OriginKey2, Type: types.Long},
	}
}

func (t *storedTable) from() string { return storage + ".main." + sqlgen.Identifier(t.physical) }

func (t *storedTable) table() types.Table {
	table := types.Table{Name: t.name}
	for _, c := range t.columns {
		table.Columns = append(table.Columns, c.Column)
	}
	return table
}

func (t *storedTable) column(name string) int {
	return slices.IndexFunc(t.columns, func(c storedColumn) bool { return c.Name == name })
}

// with returns the table with one more column.
func (t *storedTable) with(c types.Column) *storedTable {
	used := make(map[string]bool, len(t.columns)+5)
	for _, o := range originColumns() {
		used[strings.ToLower(o.Name)] = true
	}
	for _, o := range t.columns {
		used[strings.ToLower(o.physical)] = true
	}
	wide := *t
	wide.columns = append(slices.Clone(t.columns), storedColumn{c, unused(c.Name, used)})
	return &wide
}

// physicalTable returns the name to store a new table under.
func (c catalog) physicalTable(name string) string {
	used := map[string]bool{"$tables": true, "$columns": true}
	for _, t := range c {
		used[strings.ToLower(t.physical)] = true
	}
	return unused(name, used)
}

// unused returns name, or name and a number if it is taken but for case.
func unused(name string, taken map[string]bool) string {
	physical := strings.ReplaceAll(name, "\x00", "\uFFFD")
	if physical == "" {
		physical = "$"
	}
	for n := 1; taken[strings.ToLower(physical)]; n++ {
		physical = fmt.Sprintf("%s$%d", name, n)
	}
	return physical
}

// measure counts the rows and finds the first and last TimeGenerated.
func (t *storedTable) measure(ctx context.Context, c *connection, info *engine.TableInfo) error {
	first, last := "NULL::BIGINT", "NULL::BIGINT"
	if i := t.column("TimeGenerated"); i >= 0 && t.columns[i].Type == types.DateTime {
		name := sqlgen.Identifier(t.columns[i].physical)
		first, last = "min("+name+")", "max("+name+")"
	}
	query := "SELECT count(*), coalesce(" + first + ", 0), coalesce(" + last + ", 0) FROM " + t.from()
	return c.rows(ctx, query, nil, func(chunk bindings.DataChunk) error {
		info.Rows = newReader(bindings.DataChunkGetVector(chunk, 0)).int64(0)
		info.First = newReader(bindings.DataChunkGetVector(chunk, 1)).int64(0)
		info.Last = newReader(bindings.DataChunkGetVector(chunk, 2)).int64(0)
		return nil
	})
}

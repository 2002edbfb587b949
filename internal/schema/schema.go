// Package schema holds the Log Analytics tables that this program knows, with
// the columns and types that Microsoft publishes, letter for letter. Evidence
// may have more columns than these, never other types.
package schema

import (
	_ "embed" // the list of tables
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"

	"github.com/conshelf/conshelf/kql/types"
)

// The tables that export formats feed, and all others.
//
//go:embed tables.txt
var fed string

//go:embed others.txt
var others string

// Tables returns the published tables, sorted by name.
func Tables() []types.Table { return slices.Clone(parsed().tables) }

// Fed returns the published tables that export formats of ours feed, sorted by
// name: those that a row without a table's name may belong to.
func Fed() []types.Table { return slices.Clone(parsedFed().tables) }

// Lookup returns the published table of exactly that name.
func Lookup(name string) (types.Table, bool) { return parsed().Table(name) }

// Catalog returns the published tables.
func Catalog() types.Catalog { return parsed() }

// Merge returns the tables of base and of have. A table that both know has the
// columns of base first, with the types of base, then those that only have
// knows, in its order.
func Merge(base types.Catalog, have []types.Table) types.Catalog {
	merged := make(map[string]types.Table)
	for _, name := range base.Tables() {
		t, _ := base.Table(name)
		merged[name] = t
	}
	for _, t := range have {
		merged[t.Name] = union(merged[t.Name], t)
	}
	return newCatalog(merged)
}

// union returns t's columns and those of u that t lacks, under u's name.
func union(t, u types.Table) types.Table {
	out := types.Table{Name: u.Name, Columns: slices.Clone(t.Columns), Apart: t.Apart || u.Apart}
	known := make(map[string]bool, len(t.Columns))
	for _, c := range t.Columns {
		known[c.Name] = true
	}
	for _, c := range u.Columns {
		if !known[c.Name] {
			known[c.Name] = true
			out.Columns = append(out.Columns, c)
		}
	}
	return out
}

// A catalog is a fixed set of tables.
type catalog struct {
	tables []types.Table // sorted by name
	index  map[string]int
}

func newCatalog(tables map[string]types.Table) *catalog {
	c := &catalog{index: make(map[string]int, len(tables))}
	for i, name := range slices.Sorted(maps.Keys(tables)) {
		c.tables = append(c.tables, tables[name])
		c.index[name] = i
	}
	return c
}

// Table returns the table of exactly that name.
func (c *catalog) Table(name string) (types.Table, bool) {
	i, ok := c.index[name]
	if !ok {
		return types.Table{}, false
	}
	return c.tables[i], true
}

// Tables returns the names of all tables, sorted.
func (c *catalog) Tables() []string {
	names := make([]string, len(c.tables))
	for i, t := range c.tables {
		names[i] = t.Name
	}
	return names
}

// parsed reads the embedded lists once.
var parsed = sync.OnceValue(func() *catalog { return read(fed + others) })

// parsedFed reads the first of the embedded lists once.
var parsedFed = sync.OnceValue(func() *catalog { return read(fed) })

// read reads a list. One that does not read is a broken build.
func read(list string) *catalog {
	tables, err := parse(list)
	if err != nil {
		panic("schema: " + err.Error())
	}
	for name, t := range tables {
		tables[name] = union(t, types.Table{Name: name, Columns: standard(name)})
	}
	return newCatalog(tables)
}

// parse reads lines of `Table:` followed by indented `column:type` words.
func parse(text string) (map[string]types.Table, error) {
	tables := make(map[string]types.Table)
	name := ""
	for n, line := range strings.Split(text, "\n") {
		switch {
		case line == "" || line[0] == '#':
		case line[0] != ' ':
			name = strings.TrimSuffix(line, ":")
			if _, twice := tables[name]; twice || name == line {
				return nil, fmt.Errorf("tables.txt:%d: %q does not begin a new table", n+1, line)
			}
			tables[name] = types.Table{Name: name}
		default:
			columns, err := parseColumns(line)
			if err != nil {
				return nil, fmt.Errorf("tables.txt:%d: %w", n+1, err)
			}
			t := tables[name]
			t.Columns = append(t.Columns, columns...)
			tables[name] = t
		}
	}
	return tables, nil
}

func parseColumns(line string) ([]types.Column, error) {
	var columns []types.Column
	for _, word := range strings.Fields(line) {
		name, keyword, _ := strings.Cut(word, ":")
		scalar, ok := types.ParseScalar(keyword)
		if !ok {
			return nil, fmt.Errorf("column %s has the unknown type %q", name, keyword)
		}
		columns = append(columns, types.Column{Name: name, Type: scalar})
	}
	return columns, nil
}

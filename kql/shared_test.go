package kql

import (
	"bufio"
	"encoding/csv"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/conshelf/conshelf/kql/types"
)

// shared returns the path of a sample that lives beside the checkout, and
// skips the test where it is absent.
func shared(t *testing.T, elem ...string) string {
	t.Helper()
	path := filepath.Join(append([]string{"..", "..", "shared", "data"}, elem...)...)
	if _, err := os.Stat(path); err != nil {
		t.Skipf("%s is absent: the samples are not in this checkout", filepath.Join(elem...))
	}
	return path
}

// tables is a catalog for tests.
type tables map[string]types.Table

func (c tables) Table(name string) (types.Table, bool) {
	table, ok := c[name]
	return table, ok
}

func (c tables) Tables() []string {
	names := make([]string, 0, len(c))
	for name := range c {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// publishedTables reads the published schema of Log Analytics.
func publishedTables(t *testing.T) tables {
	t.Helper()
	f, err := os.Open(shared(t, "schema", "log_analytics_tables.csv"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	catalog := make(tables)
	r := csv.NewReader(f)
	for {
		record, err := r.Read()
		if err == io.EOF {
			return catalog
		}
		if err != nil {
			t.Fatal(err)
		}
		kind, ok := publishedType(record[2])
		table := catalog[record[0]]
		if !ok || table.Column(record[1]) >= 0 {
			continue // the header; AzureDiagnostics has some twice
		}
		table.Name = record[0]
		table.Columns = append(table.Columns, types.Column{Name: record[1], Type: kind})
		catalog[record[0]] = table
	}
}

// publishedType reads a type; AzureDiagnostics has those of another language.
func publishedType(name string) (types.Scalar, bool) {
	switch name {
	case "Double":
		return types.Real, true
	case "BigInt":
		return types.Long, true
	}
	return types.ParseScalar(strings.ToLower(name))
}

func schemaText(cols []types.Column) []string {
	text := make([]string, len(cols))
	for i, c := range cols {
		text[i] = c.Name + ":" + c.Type.String()
	}
	return text
}

const testNow = 638_000_000_000_000_000

// publishedQueries returns the queries of a file of cases that others made.
func publishedQueries(t *testing.T, file string) []string {
	t.Helper()
	f, err := os.Open(shared(t, "kql", file))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	var list []string
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 1<<22)
	for lines.Scan() {
		var c struct{ KQL string }
		if err := json.Unmarshal(lines.Bytes(), &c); err != nil {
			t.Fatal(err)
		}
		list = append(list, c.KQL)
	}
	if err := lines.Err(); err != nil {
		t.Fatal(err)
	}
	return list
}

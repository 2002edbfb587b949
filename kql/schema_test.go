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
		kind, ok := types.ParseScalar(record[2])
		if !ok {
			continue // the header
		}
		table := catalog[record[0]]
		table.Name = record[0]
		table.Columns = append(table.Columns, types.Column{Name: record[1], Type: kind})
		catalog[record[0]] = table
	}
}

// withTimestamp adds a column Timestamp to every table that has none.
func withTimestamp(catalog tables) tables {
	added := make(tables)
	for name, table := range catalog {
		if table.Column("Timestamp") < 0 {
			cols := append([]types.Column{{Name: "Timestamp", Type: types.DateTime}}, table.Columns...)
			table = types.Table{Name: name, Columns: cols}
		}
		added[name] = table
	}
	return added
}

// A schemaCase is a query and the columns that Microsoft's binder gives it.
type schemaCase struct {
	ID     string
	KQL    string
	Schema []string
}

func schemaCases(t *testing.T) []schemaCase {
	t.Helper()
	f, err := os.Open(shared(t, "kql", "schema_cases.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	var cases []schemaCase
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 1<<22)
	for lines.Scan() {
		var c schemaCase
		if err := json.Unmarshal(lines.Bytes(), &c); err != nil {
			t.Fatal(err)
		}
		cases = append(cases, c)
	}
	if err := lines.Err(); err != nil {
		t.Fatal(err)
	}
	return cases
}

func schemaText(cols []types.Column) []string {
	text := make([]string, len(cols))
	for i, c := range cols {
		text[i] = c.Name + ":" + c.Type.String()
	}
	return text
}

// TestSchemaCases compares the columns of real queries with those of
// Microsoft's binder. A query that is refused is counted; one that gives other
// columns is a wrong answer.
func TestSchemaCases(t *testing.T) {
	// The others: covariance, which an engine names otherwise than the binder
	// does; kind=inner, of which the binder keeps every column; tables whose
	// published types differ.
	const floorSame, floorAlike, ceilingWrong = 1706, 2329, 9
	options := Options{Catalog: publishedTables(t), Now: testNow}
	// Some queries are for Defender's own schema, which names the time of an
	// event otherwise.
	defender := Options{Catalog: withTimestamp(options.Catalog.(tables)), Now: testNow}
	same, alike, refused, wrong := 0, 0, 0, 0
	for _, c := range schemaCases(t) {
		query, list := Compile(c.KQL, options)
		if query == nil && strings.Contains(c.KQL, "Timestamp") {
			query, list = Compile(c.KQL, defender)
		}
		if query == nil {
			refused++
			if os.Getenv("SCHEMA_CASES") != "" {
				t.Logf("refused %s\n%s", c.ID, strings.Split(list.Format(c.ID, c.KQL), "\n")[0])
				t.Logf("%s", list.Format(c.ID, c.KQL))
			}
			continue
		}
		got := schemaText(query.Root.Columns())
		if !slices.Equal(got, c.Schema) && slices.Equal(published(got), published(c.Schema)) {
			alike++
			continue
		}
		if !slices.Equal(got, c.Schema) {
			wrong++
			t.Logf("%s:\n%s\ngot  %v\nwant %v", c.ID, c.KQL, got, c.Schema)
			continue
		}
		same++
	}
	t.Logf("%d same, %d alike, %d refused, %d wrong", same, alike, refused, wrong)
	if same < floorSame || same+alike < floorAlike {
		t.Errorf("%d queries give Microsoft's columns, %d alike; the floors are %d, %d in sum", same, alike, floorSame, floorAlike)
	}
	if wrong > ceilingWrong {
		t.Errorf("%d queries give other columns than Microsoft's, more than %d", wrong, ceilingWrong)
	}
}

// published leaves out the columns that differ between the published schema
// and the one that the answers were made with: those of the service itself,
// and their numbered twins after a join.
func published(schema []string) []string {
	var kept []string
	for _, c := range schema {
		name, _, _ := strings.Cut(c, ":")
		switch strings.TrimRight(name, "0123456789") {
		case "TenantId", "Timestamp", "TimeGenerated", "Type", "SourceSystem", "MG", "ManagementGroupName", "ReportId":
			continue
		}
		if !strings.HasPrefix(name, "_") {
			kept = append(kept, c)
		}
	}
	return kept
}

const testNow = 638_000_000_000_000_000

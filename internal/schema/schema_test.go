package schema

import (
	"encoding/csv"
	"errors"
	"io"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/conshelf/conshelf/kql/types"
)

const publishedList = "../../../shared/data/schema/log_analytics_tables.csv"

// Every table is as published, but AzureDiagnostics: its published list is a
// sample, with placeholders, of the columns that resource types add.
func TestTablesAreAsPublished(t *testing.T) {
	want := readPublished(t)
	for _, table := range Tables() {
		if table.Name == "AzureDiagnostics" {
			continue
		}
		expected := union(types.Table{Columns: want[table.Name]}, types.Table{Columns: standard(table.Name)}).Columns
		if diff := cmp.Diff(expected, table.Columns); diff != "" {
			t.Errorf("%s (-published +ours):\n%s", table.Name, diff)
		}
		delete(want, table.Name)
	}
	delete(want, "AzureDiagnostics")
	delete(want, "table_name") // the header
	for name := range want {
		t.Errorf("%s is missing", name)
	}
}

// Every table has the columns that a workspace adds; those of advanced hunting
// have a Timestamp.
func TestStandardColumns(t *testing.T) {
	for _, name := range []string{"SigninLogs", "AlertInfo", "Heartbeat"} {
		table, _ := Lookup(name)
		for _, column := range []string{"TenantId", "_ItemId", "_TimeReceived", "_ResourceId", "Type"} {
			if table.Column(column) < 0 {
				t.Errorf("%s has no %s", name, column)
			}
		}
		if got := table.Column("Timestamp") >= 0; got != (name == "AlertInfo") {
			t.Errorf("%s has Timestamp: %t", name, got)
		}
	}
}

func readPublished(t *testing.T) map[string][]types.Column {
	t.Helper()
	f, err := os.Open(publishedList)
	if errors.Is(err, os.ErrNotExist) {
		t.Skip("the published list is not here: ", publishedList)
	}
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	tables := make(map[string][]types.Column)
	r := csv.NewReader(f)
	for {
		row, err := r.Read()
		if errors.Is(err, io.EOF) {
			return tables
		}
		if err != nil {
			t.Fatal(err)
		}
		scalar, ok := types.ParseScalar(dotnet(row[2]))
		if !ok && row[0] != "AzureDiagnostics" && row[2] != "column_type" {
			t.Errorf("%s.%s has the type %s", row[0], row[1], row[2])
		}
		tables[row[0]] = append(tables[row[0]], types.Column{Name: row[1], Type: scalar})
	}
}

// A column name twice in one table, but for case, cannot be told apart by an
// engine whose names ignore case.
func TestColumnsDifferByMoreThanCase(t *testing.T) {
	for _, table := range Fed() {
		seen := make(map[string]string)
		for _, c := range table.Columns {
			lower := strings.ToLower(c.Name)
			if twin, ok := seen[lower]; ok {
				t.Errorf("%s has both %s and %s", table.Name, twin, c.Name)
			}
			seen[lower] = c.Name
		}
	}
}

func TestTheSameColumnHasAnotherTypeInAnotherTable(t *testing.T) {
	for table, want := range map[string]types.Scalar{"SigninLogs": types.Dynamic, "AADNonInteractiveUserSignInLogs": types.String} {
		got, _ := Lookup(table)
		if i := got.Column("DeviceDetail"); i < 0 || got.Columns[i].Type != want {
			t.Errorf("%s.DeviceDetail is not %v", table, want)
		}
	}
}

func TestEveryTableHasTimeGenerated(t *testing.T) {
	for _, table := range Tables() {
		if i := table.Column("TimeGenerated"); i < 0 || table.Columns[i].Type != types.DateTime {
			t.Errorf("%s has no TimeGenerated of type datetime", table.Name)
		}
	}
}

func TestLookupIsCaseSensitive(t *testing.T) {
	if _, ok := Lookup("signinlogs"); ok {
		t.Error("signinlogs is a table")
	}
	if !slices.IsSorted(Catalog().Tables()) {
		t.Error("table names are not sorted")
	}
}

func TestMergeKeepsPublishedTypesAndAddsColumns(t *testing.T) {
	have := []types.Table{
		{Name: "SigninLogs", Columns: []types.Column{{Name: "Extra", Type: types.Dynamic}, {Name: "DurationMs", Type: types.Dynamic}}},
		{Name: "Door_CL", Columns: []types.Column{{Name: "Name_s", Type: types.String}}},
	}
	merged := Merge(Catalog(), have)
	got, _ := merged.Table("SigninLogs")
	base, _ := Lookup("SigninLogs")
	want := append(slices.Clone(base.Columns), types.Column{Name: "Extra", Type: types.Dynamic})
	if diff := cmp.Diff(want, got.Columns); diff != "" {
		t.Errorf("SigninLogs (-want +got):\n%s", diff)
	}
	if _, ok := merged.Table("Door_CL"); !ok {
		t.Error("a table that only the evidence has is missing")
	}
	if _, ok := Lookup("Door_CL"); ok {
		t.Error("Merge changed the published tables")
	}
}

func TestParseRefusesWhatIsNotATable(t *testing.T) {
	for _, text := range []string{"A:\n  x:colour\n", "A\n  x:string\n", "A:\nA:\n"} {
		if _, err := parse(text); err == nil {
			t.Errorf("parse(%q) = nil error", text)
		}
	}
}

// Every key of Values is a column somewhere.
func TestValuesNameColumns(t *testing.T) {
	for key, values := range Values() {
		table, column, qualified := strings.Cut(key, ".")
		if !qualified {
			table, column = "", key
		}
		found := false
		for _, tb := range Tables() {
			found = found || (table == "" || tb.Name == table) && tb.Column(column) >= 0
		}
		if !found {
			t.Errorf("%s is no column", key)
		}
		if sorted := slices.Sorted(slices.Values(values)); len(slices.Compact(sorted)) != len(values) {
			t.Errorf("%s lists a value twice", key)
		}
	}
}

// dotnet returns KQL's name of a type that the list names as .NET does.
func dotnet(name string) string {
	switch name {
	case "Double":
		return "real"
	case "BigInt":
		return "long"
	}
	return strings.ToLower(name)
}

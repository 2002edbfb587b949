package kql

import (
	"bufio"
	"encoding/json"
	"os"
	"slices"
	"strings"
	"testing"
)

// An engineCase is a query and the columns that a Kusto engine gave it.
type engineCase struct {
	ID      string
	KQL     string
	Columns []string
	Error   *string
}

func engineCases(t *testing.T, file string) []engineCase {
	t.Helper()
	f, err := os.Open(shared(t, "kql", file))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	var cases []engineCase
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 1<<22)
	for lines.Scan() {
		var c engineCase
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

// TestEngineColumns compares the names of columns with those that an engine
// gave, and our errors with its errors.
func TestEngineColumns(t *testing.T) {
	tests := []struct {
		file                  string
		floor, wrong, invalid int
	}{
		{"engine_fuzz.jsonl", 714, 0, 0},
		{"engine_docs.jsonl", 255, 0, 0},
	}
	for _, test := range tests {
		t.Run(test.file, func(t *testing.T) {
			same, refused, wrong, invalid := 0, 0, 0, 0
			for _, c := range engineCases(t, test.file) {
				query, list := Compile(c.KQL, Options{Now: testNow})
				switch {
				case query == nil && c.Error != nil:
					same++
				case query == nil:
					refused++
					if testing.Verbose() {
						t.Logf("refused:\n%s", list.Format(c.ID, c.KQL))
					}
				case c.Error != nil:
					invalid++
					t.Logf("%s: the engine refuses\n%s", c.ID, c.KQL)
				case !slices.Equal(columnNames(schemaText(query.Root.Columns())), c.Columns):
					wrong++
					t.Logf("%s:\n%s\ngot  %v\nwant %v", c.ID, c.KQL, schemaText(query.Root.Columns()), c.Columns)
				default:
					same++
				}
			}
			t.Logf("%d same, %d refused, %d wrong, %d accepted that are errors", same, refused, wrong, invalid)
			if same < test.floor || wrong > test.wrong || invalid > test.invalid {
				t.Errorf("%d same, %d wrong, %d accepted that are errors", same, wrong, invalid)
			}
		})
	}
}

// columnNames strips the types of a schema.
func columnNames(schema []string) []string {
	names := make([]string, len(schema))
	for i, c := range schema {
		names[i] = c[:strings.LastIndexByte(c, ':')]
	}
	return names
}

package ingest

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/conshelf/conshelf/internal/engine"
	"github.com/conshelf/conshelf/internal/evidence"
)

// stored loads a text as a reference and returns its rows, a line for each.
func stored(t *testing.T, text string, f Framing) (string, *memory, error) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	r, err := OpenReference(path, "it", f)
	if err != nil {
		return "", nil, err
	}
	m := &memory{}
	if err := r.Store(t.Context(), m, 3, evidence.Acquisition{}); err != nil {
		return "", m, err
	}
	var b strings.Builder
	for _, row := range m.rows {
		if row.table != r.Table() || !engine.IsReference(row.table) || row.origin.File != 3 {
			t.Errorf("row of %s, file %d", row.table, row.origin.File)
		}
		fmt.Fprintf(&b, "%d:", row.origin.Record)
		for _, name := range slices.Sorted(maps.Keys(row.cells)) {
			fmt.Fprintf(&b, " %s=%s", name, row.cells[name].Text)
		}
		b.WriteByte('\n')
	}
	return b.String(), m, nil
}

func TestReference(t *testing.T) {
	tests := []struct {
		name    string
		text    string
		framing Framing
		want    string
	}{
		{"csv", "a,\"b,\n\"\"c\"\"\"\r\nd\n", Framing{Format: "csv"}, "1: c1=a c2=b,\n\"c\"\n2: c1=d\n"},
		{"first is no row", "h1,h2\nx,y\n", Framing{Format: "csv", Skip: true}, "1: c1=x c2=y\n"},
		{"header", "\uFEFFk, v\nx,y\nz\n", Framing{Format: "csv", Header: true}, "1: k=x v=y\n2: k=z\n"},
		{"tsv", "a\tb,c\n", Framing{Format: "tsv"}, "1: c1=a c2=b,c\n"},
		{"psv", "a|b\n", Framing{Format: "psv"}, "1: c1=a c2=b\n"},
		{"lines keep commas", "# x\n1,2\r\n\nlast", Framing{Format: "txt", Skip: true}, "1: c1=1,2\n2:\n3: c1=last\n"},
		{"raw", "a\nb\n", Framing{Format: "raw"}, "1: c1=a\nb\n\n"},
		{"json lines", "{\"a\": 1}\n{\"b\":[2]}\n", Framing{Format: "json"}, "1: record={\"a\":1}\n2: record={\"b\":[2]}\n"},
		{"array over lines", "[{\"a\":1},\n{\"a\":2}]", Framing{Format: "multijson"}, "1: record={\"a\":1}\n2: record={\"a\":2}\n"},
		{"no text", "a\xff,b\n", Framing{Format: "csv"}, "1: c1=a\uFFFD c2=b\n"},
		{"utf-16", "\xff\xfea\x00,\x00b\x00\n\x00", Framing{Format: "csv"}, "1: c1=a c2=b\n"},
		{"packed", packed(t, "a,b\n"), Framing{Format: "csv"}, "1: c1=a c2=b\n"},
		{"empty", "", Framing{Format: "csv"}, ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got, m, err := stored(t, test.text, test.framing)
			if err != nil {
				t.Fatal(err)
			}
			if got != test.want {
				t.Errorf("got\n%swant\n%s", got, test.want)
			}
			if len(m.about) != 1 || !strings.Contains(m.about[0].cells[ManifestColumn].Text, `"sha256":"`) {
				t.Errorf("the manifest has %v", m.about)
			}
		})
	}
}

// A file that is not what it is said to be leaves nothing behind.
func TestReferenceProblems(t *testing.T) {
	tests := []struct {
		name, text, want string
		framing          Framing
	}{
		{"format", "", "the format parquet is not read", Framing{Format: "parquet"}},
		{"columns of one name", "a,a\n", "two columns of the header are called a", Framing{Format: "csv", Header: true}},
		{"column without a name", "a,\n", "column 2 has no name", Framing{Format: "csv", Header: true}},
		{"reserved name", "$file\n", "reserved", Framing{Format: "csv", Header: true}},
		{"more cells than names", "a\n1,2\n", "record 1 has 2 cells and the header 1", Framing{Format: "csv", Header: true}},
		{"no json", "{\"a\":1}\n{", "record 2", Framing{Format: "json"}},
		{"a database", "SQLite format 3\x00", "an SQLite database", Framing{Format: "csv"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			_, m, err := stored(t, test.text, test.framing)
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got %v, want %s", err, test.want)
			}
			if m != nil && (len(m.rows)+len(m.about) > 0 || m.open) {
				t.Errorf("something stays: %v %v", m.rows, m.about)
			}
		})
	}
}

// The table of a file depends on its content and how it is read, not its name.
func TestReferenceTable(t *testing.T) {
	dir := t.TempDir()
	table := func(name, text string, f Framing) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		r, err := OpenReference(path, name, f)
		if err != nil {
			t.Fatal(err)
		}
		return r.Table()
	}
	plain := Framing{Format: "csv"}
	if table("a", "x", plain) != table("b", "x", plain) {
		t.Error("two files of one content are two tables")
	}
	if table("a", "x", plain) == table("a", "y", plain) || table("a", "x", plain) == table("a", "x", Framing{Format: "csv", Skip: true}) {
		t.Error("two contents, or two ways to read one, are one table")
	}
}

func packed(t *testing.T, text string) string {
	t.Helper()
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	if _, err := w.Write([]byte(text)); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

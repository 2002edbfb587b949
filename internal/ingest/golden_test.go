package ingest

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/conshelf/conshelf/internal/evidence"
	"github.com/conshelf/conshelf/internal/golden"
	"github.com/conshelf/conshelf/kql/types"
)

// Each archive in testdata holds files as they were exported, the rows that
// they must become, and what must be told of each file.
func TestFormats(t *testing.T) {
	dirs, err := filepath.Glob("testdata/*")
	if err != nil {
		t.Fatal(err)
	}
	for _, dir := range dirs {
		if name := filepath.Base(dir); name != "fuzz" {
			t.Run(name, func(t *testing.T) { golden.Run(t, dir+"/*.txtar", ingestArchive) })
		}
	}
}

func ingestArchive(t *testing.T, in map[string]string) map[string]string {
	dir := t.TempDir()
	for name, data := range in {
		if strings.HasPrefix(name, "want") {
			continue
		}
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(data), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want := ingestDir(t, dir, recentIdentities)
	if diff := cmp.Diff(want, ingestDir(t, dir, 2)); diff != "" {
		t.Errorf("with most identities set aside (-without +with):\n%s", diff)
	}
	return want
}

func ingestDir(t *testing.T, dir string, identities int) map[string]string {
	m := &memory{}
	var told strings.Builder
	in := New(m, Options{Temp: t.TempDir()})
	in.recent = identities
	err := in.Ingest(t.Context(), []string{dir}, nil, func(f evidence.File, rejects []evidence.Reject) error {
		f.Path = strings.TrimPrefix(f.Path, filepath.ToSlash(dir)+"/")
		tell(&told, f, rejects)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	var rows strings.Builder
	for _, r := range m.rows {
		tellRow(&rows, r)
	}
	return map[string]string{"want.rows": rows.String(), "want.files": told.String()}
}

func tell(b *strings.Builder, f evidence.File, rejects []evidence.Reject) {
	fmt.Fprintf(b, "%d %s: %q, %d read = %d stored + %d duplicate + %d quarantined\n",
		f.Number, f.Name(), f.Format, f.Counts.Read, f.Counts.Stored, f.Counts.Duplicate, f.Counts.Quarantined)
	if f.Tenant != "" {
		fmt.Fprintf(b, "  tenant %s\n", f.Tenant)
	}
	if f.Problem != "" {
		fmt.Fprintf(b, "  problem: %s\n", f.Problem)
	}
	for _, note := range f.Notes {
		fmt.Fprintf(b, "  note: %s\n", note)
	}
	for _, loss := range f.Losses {
		fmt.Fprintf(b, "  loss: %s\n", loss)
	}
	for _, r := range rejects {
		fmt.Fprintf(b, "  reject: record %d at %d: %s: %q\n", r.Record, r.Offset, r.Reason, r.Raw)
	}
}

func tellRow(b *strings.Builder, r memoryRow) {
	fmt.Fprintf(b, "%s: file %d record %d tenant %q\n", r.table, r.origin.File, r.origin.Record, r.origin.Tenant)
	for _, name := range slices.Sorted(maps.Keys(r.cells)) {
		v := r.cells[name]
		fmt.Fprintf(b, "  %s:%s %s\n", name, v.Type, printed(v))
	}
}

func printed(v types.Value) string {
	switch v.Type {
	case types.DateTime:
		return types.FormatDateTime(v.Int)
	case types.Bool:
		return fmt.Sprint(v.Int != 0)
	case types.Int, types.Long:
		return fmt.Sprint(v.Int)
	case types.Real:
		return fmt.Sprint(v.Float)
	case types.String:
		return fmt.Sprintf("%q", v.Text)
	case types.Dynamic:
		return v.Text
	case types.TimeSpan, types.GUID, types.Decimal, types.Unknown:
	}
	panic("no table has a column of type " + v.Type.String())
}

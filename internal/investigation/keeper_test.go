package investigation

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/conshelf/conshelf/internal/custody"
	"github.com/conshelf/conshelf/internal/engine"
	"github.com/conshelf/conshelf/internal/evidence"
	"github.com/conshelf/conshelf/internal/ingest"
	"github.com/conshelf/conshelf/kql/types"
)

// A line promises a commit. Where the program is stopped between the two, or
// right after, the next session says what became of it, and the case verifies.
func TestAPromiseIsKeptOrWithdrawn(t *testing.T) {
	tests := []struct {
		name      string
		committed bool
		want      custody.Resumed
		told      int // that the file, which has no bytes, could not be read
	}{
		{"stopped before the commit", false, custody.Resumed{Session: 5, Withdrawn: []int64{6}}, 0},
		{"stopped after the commit", true, custody.Resumed{Session: 5, Kept: []int64{6}}, 1},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			dir := t.TempDir()
			cases := filepath.Join(dir, "case")
			ingested(t, cases, signInFile(t, dir, "one.jsonl", 3))
			stopped(t, cases, test.committed)
			if got := told(t, cases, readOnly); len(got) != 2 || !strings.Contains(got[0], "the session that line 5 of the journal opened was stopped") {
				t.Errorf("stopped: %q", got)
			}
			ingested(t, cases, signInFile(t, dir, "two.jsonl", 3))
			if got := told(t, cases, readOnly); len(got) != test.told {
				t.Errorf("resumed: %q", got)
			}
			lines := journal(t, cases).Lines
			at := slices.IndexFunc(lines, func(l custody.Line) bool { return l.Resumed != nil })
			if at < 0 {
				t.Fatal("no line says that the case was resumed")
			}
			got := *lines[at].Resumed
			if got.Session != test.want.Session || !slices.Equal(got.Kept, test.want.Kept) || !slices.Equal(got.Withdrawn, test.want.Withdrawn) || len(got.Unseen) > 0 {
				t.Errorf("got %+v, want %+v", got, test.want)
			}
		})
	}
}

func journal(t *testing.T, dir string) custody.Chain {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(dir, custody.JournalName))
	if err != nil {
		t.Fatal(err)
	}
	return custody.Read(data)
}

// stopped loads a file as the program does when it is stopped at its commit.
func stopped(t *testing.T, dir string, committed bool) {
	t.Helper()
	c, err := Open(t.Context(), dir, openDuckDB)
	if err != nil {
		t.Fatal(err)
	}
	c.As(adele())
	load, err := c.store().Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	b := engine.NewBatch(ingest.ManifestTable)
	entry, err := json.Marshal(evidence.File{Number: 2, Path: "stopped.jsonl"})
	if err != nil {
		t.Fatal(err)
	}
	b.Vectors[b.Column(types.Column{Name: ingest.ManifestColumn, Type: types.Dynamic})].SetText(entry)
	b.EndRow(engine.Origin{File: 2})
	if err := load.Append(t.Context(), b); err != nil {
		t.Fatal(err)
	}
	l := load.(*witnessedLoad)
	tables, rows, err := l.notes.Finish()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := l.keeper.promise(l.file, tables, rows); err != nil {
		t.Fatal(err)
	}
	if committed {
		err = l.Load.Commit(t.Context())
	} else {
		err = l.Load.Rollback()
	}
	if err != nil {
		t.Fatal(err)
	}
	if err := c.engine.Close(); err != nil {
		t.Fatal(err)
	}
}

// A case that another build filled is not added to where that build told records
// apart by another rule: each would be counted as new. It can be read.
func TestACaseOfAnotherIdentityIsNotAddedTo(t *testing.T) {
	dir := t.TempDir()
	c := openCase(t, filepath.Join(dir, "case"))
	load, err := c.store().Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	b := engine.NewBatch(ingest.ManifestTable)
	b.Vectors[b.Column(types.Column{Name: ingest.ManifestColumn, Type: types.Dynamic})].SetText([]byte(`{"number":1,"path":"old.jsonl","counts":{"read":3,"stored":3}}`))
	b.EndRow(engine.Origin{File: 1})
	if err := load.Append(t.Context(), b); err != nil {
		t.Fatal(err)
	}
	if err := load.Commit(t.Context()); err != nil {
		t.Fatal(err)
	}
	loaded, err := c.Ingest(t.Context(), []string{signInFile(t, dir, "one.jsonl", 3)}, IngestOptions{})
	if !errors.Is(err, ingest.ErrIdentity) || len(loaded.Files) > 0 || !strings.Contains(err.Error(), "load all of the evidence into a new case") {
		t.Errorf("%v, and %d files", err, len(loaded.Files))
	}
	if files, err := c.Files(t.Context()); err != nil || len(files) != 1 {
		t.Errorf("%d files, %v; want the one that was there", len(files), err)
	}
}

// A database that was changed between two sessions is not taken for the one
// that was left.
func TestAChangeBetweenSessionsIsTold(t *testing.T) {
	dir := t.TempDir()
	cases := filepath.Join(dir, "case")
	ingested(t, cases, signInFile(t, dir, "one.jsonl", 3))
	f, err := os.OpenFile(filepath.Join(cases, database), os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.Write(make([]byte, 10)); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	ingested(t, cases, signInFile(t, dir, "two.jsonl", 3))
	got := told(t, cases, readOnly)
	if len(got) != 1 || !strings.HasPrefix(got[0], "evidence.duckdb: has ") || !strings.Contains(got[0], "before line 5 of the journal opened the case") {
		t.Errorf("got %q", got)
	}
}

// A report is promised before it is in place, and what was promised is put there
// by the next run if the first was stopped.
func TestAReportIsPromised(t *testing.T) {
	dir := t.TempDir()
	cases := filepath.Join(dir, "case")
	ingested(t, cases, signInFile(t, dir, "one.jsonl", 3))
	k := &keeper{dir: cases, actor: adele()}
	next := filepath.Join(cases, "report.md"+custody.PendingSuffix)
	if err := os.WriteFile(next, []byte("new"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := k.noteReport(map[string][]byte{"report.md": []byte("new")}); err != nil {
		t.Fatal(err)
	}
	if got := told(t, cases, readOnly); len(got) == 0 || !strings.HasPrefix(got[0], "report.md: is not there any more") {
		t.Errorf("stopped before it is in place: %q", got)
	}
	if err := k.finishReport(); err != nil {
		t.Fatal(err)
	}
	if got := told(t, cases, readOnly); len(got) > 0 {
		t.Errorf("in place: %q", got)
	}
	if err := os.WriteFile(next, []byte("half"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := k.finishReport(); err != nil {
		t.Fatal(err)
	}
	if got := told(t, cases, readOnly); len(got) > 0 {
		t.Errorf("what no line promised was put in place: %q", got)
	}
}

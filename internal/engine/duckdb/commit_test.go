package duckdb_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"github.com/conshelf/conshelf/internal/engine"
	"github.com/conshelf/conshelf/internal/engine/duckdb"
	"github.com/conshelf/conshelf/kql/types"
)

// What is committed is durable before it is written as columns: the files as
// they stand after Commit, without any Close, hold every row, for a reader
// that may not write too.
func TestCommittedRowsAreDurableWithoutClose(t *testing.T) {
	dir := t.TempDir()
	e := open(t, dir)
	l, err := e.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	b := engine.NewBatch("T")
	for n := range int64(engine.BatchRows) {
		b.Vectors[b.Column(types.Column{Name: "n", Type: types.Long})].SetInt(n)
		b.EndRow(engine.Origin{File: 1, Record: n + 1, Identity: engine.Identity{1, n}})
	}
	if err := errors.Join(l.Append(t.Context(), b), l.Commit(t.Context())); err != nil {
		t.Fatal(err)
	}
	for _, readOnly := range []bool{true, false} {
		copied := filepath.Join(t.TempDir(), "copy")
		copyFiles(t, dir, copied)
		again, err := duckdb.Open(t.Context(), duckdb.Options{Path: filepath.Join(copied, "evidence.duckdb"), ReadOnly: readOnly})
		if err != nil {
			t.Fatalf("read-only %v: %v", readOnly, err)
		}
		tables, err := again.Tables(t.Context())
		if err != nil || len(tables) != 1 || tables[0].Rows != engine.BatchRows {
			t.Errorf("read-only %v: %+v, %v", readOnly, tables, err)
		}
		if err := again.Close(); err != nil {
			t.Error(err)
		}
	}
}

// copyFiles copies the database as a crash would leave it.
func copyFiles(t *testing.T, from, to string) {
	t.Helper()
	if err := os.MkdirAll(to, 0o700); err != nil {
		t.Fatal(err)
	}
	log := false
	err := fs.WalkDir(os.DirFS(from), ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		log = log || filepath.Ext(path) == ".wal"
		data, err := os.ReadFile(filepath.Join(from, path))
		if err != nil {
			return err
		}
		return os.WriteFile(filepath.Join(to, path), data, 0o600)
	})
	if err != nil {
		t.Fatal(err)
	}
	if !log {
		t.Fatal("there is no log: the rows were written as columns at once")
	}
}

package duckdb_test

import (
	"path/filepath"
	"testing"

	"github.com/conshelf/conshelf/internal/engine"
	"github.com/conshelf/conshelf/internal/engine/duckdb"
	"github.com/conshelf/conshelf/internal/engine/enginetest"
)

func open(t *testing.T, dir string) engine.Engine {
	t.Helper()
	e, err := duckdb.Open(t.Context(), duckdb.Options{Path: filepath.Join(dir, "evidence.duckdb"), MemoryLimit: 1 << 30})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := e.Close(); err != nil {
			t.Error(err)
		}
	})
	return e
}

func TestEngine(t *testing.T) {
	enginetest.Run(t, open)
}

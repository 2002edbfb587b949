package duckdb_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/conshelf/conshelf/internal/engine"
	"github.com/conshelf/conshelf/internal/engine/duckdb"
	"github.com/conshelf/conshelf/kql"
	"github.com/conshelf/conshelf/kql/plan"
	"github.com/conshelf/conshelf/kql/types"
)

// noTables is a catalog of nothing.
type noTables struct{}

func (noTables) Table(string) (types.Table, bool) { return types.Table{}, false }
func (noTables) Tables() []string                 { return nil }

func compileBare(t *testing.T, text string) *plan.Query {
	t.Helper()
	q, list := kql.Compile(text, kql.Options{Catalog: noTables{}, Now: 2000 * 365 * types.TicksPerDay})
	if q == nil {
		t.Fatal(list.Format("query", text))
	}
	return q
}

// A single chunk of rows keeps a function busy far longer than a caller wants
// to wait, and the database looks for an interrupt only after it. The caller
// has its answer at once all the same, the engine answers the next query, and
// closing it does not wait.
func TestCancelWithinAChunk(t *testing.T) {
	e, err := duckdb.Open(t.Context(), duckdb.Options{Threads: 1})
	if err != nil {
		t.Fatal(err)
	}
	slow := compileBare(t, `range x from 1 to 2000 step 1
		| extend s = strcat(strrep("ab", 50000), x)
		| extend e = extract_all("((a+)b?)", s) | summarize dcount(tostring(e))`)
	ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
	defer cancel()
	start := time.Now()
	err = e.Query(ctx, slow, func([]types.Value) error { return nil })
	if took := time.Since(start); !errors.Is(err, context.DeadlineExceeded) || took > 1200*time.Millisecond {
		t.Errorf("Query = %v after %s, want the deadline within a second of it", err, took)
	}
	rows := 0
	if err := e.Query(t.Context(), compileBare(t, "print 1"), func([]types.Value) error { rows++; return nil }); err != nil || rows != 1 {
		t.Errorf("the next query has %d rows and %v", rows, err)
	}
	start = time.Now()
	if err := e.Close(); err != nil || time.Since(start) > time.Second {
		t.Errorf("Close = %v after %s", err, time.Since(start))
	}
	if err := e.Query(t.Context(), compileBare(t, "print 1"), func([]types.Value) error { return nil }); err == nil {
		t.Error("a closed engine answers")
	}
}

// What needs more memory than there is ends with the error that says so, and
// the engine goes on.
func TestOutOfMemory(t *testing.T) {
	e, err := duckdb.Open(t.Context(), duckdb.Options{MemoryLimit: 50 << 20, Threads: 1})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = e.Close() }()
	big := compileBare(t, `range x from 1 to 3000000 step 1 | extend s = strcat("some text that is not short ", x) | summarize count() by s | count`)
	if err := e.Query(t.Context(), big, func([]types.Value) error { return nil }); !errors.Is(err, engine.ErrMemory) {
		t.Errorf("Query = %v, want %v", err, engine.ErrMemory)
	}
	rows := 0
	if err := e.Query(t.Context(), compileBare(t, "print 1"), func([]types.Value) error { rows++; return nil }); err != nil || rows != 1 {
		t.Errorf("the next query has %d rows and %v", rows, err)
	}
}

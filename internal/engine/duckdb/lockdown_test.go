package duckdb

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	bindings "github.com/duckdb/duckdb-go-bindings"

	"github.com/conshelf/conshelf/kql/plan"
	"github.com/conshelf/conshelf/kql/types"
)

func openTest(t *testing.T, o Options) *Engine {
	t.Helper()
	e, err := Open(t.Context(), o)
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

// A statement that got past everything else still reaches no file, no
// network, no extension and no setting.
func TestLockdown(t *testing.T) {
	e := openTest(t, Options{Path: filepath.Join(t.TempDir(), "evidence.duckdb")})
	c, err := e.db.acquire()
	if err != nil {
		t.Fatal(err)
	}
	defer e.db.release(c)
	secret := filepath.Join(t.TempDir(), "secret.csv")
	if err := os.WriteFile(secret, []byte("a,b\n1,2\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, statement := range []string{
		"SELECT * FROM read_csv('" + secret + "')",
		"SELECT * FROM '" + secret + "'",
		"SELECT * FROM read_text('" + secret + "')",
		"SELECT * FROM glob('" + filepath.Dir(secret) + "/*')",
		"COPY (SELECT 1) TO '" + secret + ".out'",
		"ATTACH '" + secret + ".duckdb'",
		"EXPORT DATABASE '" + secret + "'",
		"INSTALL httpfs",
		"LOAD httpfs",
		"SELECT * FROM read_csv('https://contoso.com/x.csv')",
		"SET enable_external_access = true",
		"SET memory_limit = '1TB'",
		"PRAGMA memory_limit = '1TB'",
	} {
		if err := c.exec(t.Context(), statement); err == nil {
			t.Errorf("the database ran %s", statement)
		}
	}
}

// Every function that compiled SQL may call is there.
func TestFunctionsExist(t *testing.T) {
	have := map[string]bool{"kql_set": true, "kql_set_texts": true, "kql_place": true, "kql_series": true, "kql_origins": true, "kql_origin_sets": true}
	for _, f := range append(compiled(), goFunctions()...) {
		if have[f.name] {
			t.Errorf("%s is registered twice", f.name)
		}
		have[f.name] = true
	}
	paths, err := filepath.Glob("../../../kql/sqlgen/*.go")
	if err != nil || len(paths) == 0 {
		t.Fatalf("no sources of the dialect: %v", err)
	}
	for _, path := range paths {
		source, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range regexp.MustCompile(`kql_[a-z0-9_]*[a-z0-9]\b`).FindAllString(string(source), -1) {
			if !have[name] {
				t.Errorf("%s calls %s, which the engine does not have", filepath.Base(path), name)
			}
		}
	}
}

func numbers(rows int64) *plan.Query {
	bound := func(n int64) plan.Expr { return &plan.Const{Value: types.NewLong(n)} }
	return &plan.Query{Root: &plan.Range{Col: types.Column{Name: "n", Type: types.Long}, From: bound(1), To: bound(rows), Step: bound(1)}}
}

func TestCancelEndsAQuery(t *testing.T) {
	e := openTest(t, Options{Threads: 1})
	ctx, cancel := context.WithCancel(t.Context())
	n := 0
	err := e.Query(ctx, numbers(1<<60), func([]types.Value) error {
		if n++; n == 1 {
			cancel()
		}
		return nil
	})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("Query = %v after %d rows, want that it was cancelled", err, n)
	}
	if err := e.Query(t.Context(), numbers(3), func([]types.Value) error { return nil }); err != nil {
		t.Errorf("the query after a cancelled one: %v", err)
	}
}

// A query within the callback of another has a connection of its own.
func TestQueriesNest(t *testing.T) {
	e := openTest(t, Options{})
	sum := int64(0)
	err := e.Query(t.Context(), numbers(3), func(outer []types.Value) error {
		return e.Query(t.Context(), numbers(outer[0].Int), func(inner []types.Value) error {
			sum += inner[0].Int
			return nil
		})
	})
	if err != nil || sum != 1+3+6 {
		t.Errorf("sum = %d, %v", sum, err)
	}
}

func TestReadOnlyTakesNothing(t *testing.T) {
	path := filepath.Join(t.TempDir(), "evidence.duckdb")
	e, err := Open(t.Context(), Options{Path: path})
	if err != nil {
		t.Fatal(err)
	}
	if err := e.Close(); err != nil {
		t.Fatal(err)
	}
	if err := e.Query(t.Context(), numbers(1), func([]types.Value) error { return nil }); !errors.Is(err, errClosed) {
		t.Errorf("Query after Close = %v", err)
	}
	e = openTest(t, Options{Path: path, ReadOnly: true})
	if _, err := e.Begin(t.Context()); err == nil {
		t.Error("a read-only engine opened a load")
	}
}

func TestSpillsUnderItsLimit(t *testing.T) {
	e := openTest(t, Options{Path: filepath.Join(t.TempDir(), "evidence.duckdb"), MemoryLimit: 64 << 20, Threads: 1})
	c, err := e.db.acquire()
	if err != nil {
		t.Fatal(err)
	}
	defer e.db.release(c)
	rows := 0
	err = c.rows(t.Context(), "SELECT n, repeat('x', 200) || n FROM range(1000000) t(n) ORDER BY hash(n)", nil, func(chunk bindings.DataChunk) error {
		rows += int(bindings.DataChunkGetSize(chunk))
		return nil
	})
	if err != nil || rows != 1_000_000 {
		t.Errorf("%d rows, %v", rows, err)
	}
}

// A panic in a function of ours is the query's error, not the process's end.
func TestPanicIsAnError(t *testing.T) {
	e := openTest(t, Options{})
	c, err := e.db.acquire()
	if err != nil {
		t.Fatal(err)
	}
	defer e.db.release(c)
	err = c.exec(t.Context(), "SELECT kql_countof_regex('a', '(')")
	if err == nil || !strings.Contains(err.Error(), "missing closing") {
		t.Errorf("error %v, want the expression's", err)
	}
}

package duckdb

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	bindings "github.com/duckdb/duckdb-go-bindings"

	"github.com/conshelf/conshelf/internal/engine"
	"github.com/conshelf/conshelf/kql/types"
)

// fillBatch empties b and puts rows into it whose long texts name their record.
func fillBatch(b *engine.Batch, from, rows, width int) {
	b.Reset()
	for n := from; n < from+rows; n++ {
		text := fmt.Appendf(nil, "%0*d", width, n)
		b.Vectors[b.Column(types.Column{Name: "text", Type: types.String})].SetText(text)
		if n%3 == 0 {
			b.Vectors[b.Column(types.Column{Name: "third", Type: types.Long})].SetInt(int64(n))
		}
		b.EndRow(engine.Origin{File: 1, Record: int64(n + 1), Tenant: strings.Repeat("t", n%40), Identity: engine.Identity{int64(n), 7}})
	}
}

// number64 returns the one number that a query of SQL gives.
func number64(t *testing.T, e *Engine, query string) int64 {
	t.Helper()
	n := int64(-1)
	err := e.scan(t.Context(), query, func(chunk bindings.DataChunk) error {
		n = newReader(bindings.DataChunkGetVector(chunk, 0)).int64(0)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// Rows are stored many at a time, from batches that the caller goes on using,
// and in the order in which they were appended, whatever other tables a load
// fills and however large a batch is.
func TestRowsAreStoredInOrderAndWhole(t *testing.T) {
	e, err := Open(t.Context(), Options{Path: filepath.Join(t.TempDir(), "e.duckdb"), MemoryLimit: 512 << 20})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = e.Close() }()
	l, err := e.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	const width, batches = 1200, 24
	rows := map[string]int{}
	held := map[string]*engine.Batch{"A": engine.NewBatch("A"), "B": engine.NewBatch("B")}
	for n := range batches {
		for _, table := range []string{"A", "B"} {
			size := 300 + 90*n // some take several chunks
			fillBatch(held[table], rows[table], size, width)
			if err := l.Append(t.Context(), held[table]); err != nil {
				t.Fatal(err)
			}
			rows[table] += size
		}
		runtime.GC() // what the database will read must stay where it is
	}
	if err := l.Commit(t.Context()); err != nil {
		t.Fatal(err)
	}
	if size := rows["A"] * width; size < heldBytes/2 {
		t.Fatalf("%d bytes of a table are too few to be stored before the commit", size)
	}
	for table, want := range rows {
		if n := number64(t, e, "SELECT count(*) FROM evidence.main."+table); n != int64(want) {
			t.Errorf("%s has %d rows, not %d", table, n, want)
		}
		wrong := number64(t, e, `SELECT count(*) FROM evidence.main.`+table+` WHERE "$record" <> rowid + 1 OR "$key1" <> rowid OR "$key2" <> 7
			OR text::BIGINT <> rowid OR strlen(text) <> 1200 OR length("$tenant") <> rowid % 40
			OR third IS DISTINCT FROM CASE WHEN rowid % 3 = 0 THEN rowid END`)
		if wrong != 0 {
			t.Errorf("%d rows of %s are not those that were appended there", wrong, table)
		}
	}
}

// A chunk takes rows of several batches, each from where the one before it ended:
// of whatever type a column is, and whether a batch has it or not. A text that
// many rows of a batch have is each row's.
func TestAChunkTakesRowsOfSeveralBatches(t *testing.T) {
	e, err := Open(t.Context(), Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = e.Close() }()
	l, err := e.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	rows := 0
	for n := range 40 {
		b := engine.NewBatch("T")
		for range 1 + 37*n%101 {
			if rows == 0 || n%3 > 0 {
				fillRow(b, rows)
			}
			b.EndRow(engine.Origin{File: int64(n % 3), Record: int64(rows + 1), Tenant: "t"})
			rows++
		}
		if err := l.Append(t.Context(), b); err != nil {
			t.Fatal(err)
		}
	}
	if err := l.Commit(t.Context()); err != nil {
		t.Fatal(err)
	}
	if n := number64(t, e, "SELECT count(*) FROM evidence.main.T"); n != int64(rows) {
		t.Errorf("%d rows, not %d", n, rows)
	}
	wrong := number64(t, e, `SELECT count(*) FROM evidence.main.T WHERE "$record" <> rowid + 1 OR if("$file" = 0 AND rowid > 0,
		truth IS NOT NULL OR small IS NOT NULL OR large IS NOT NULL OR part IS NOT NULL OR bag IS NOT NULL OR text <> '',
		truth IS DISTINCT FROM (rowid % 2 = 1) OR small IS DISTINCT FROM rowid OR large IS DISTINCT FROM if(rowid % 5 = 0, NULL, -rowid)
			OR part IS DISTINCT FROM rowid / 2 OR bag IS DISTINCT FROM '{"a":"' || repeat(chr((97 + rowid % 3)::INTEGER), 80) || '"}'
			OR text <> repeat(chr((97 + rowid % 12)::INTEGER), 80))`)
	if wrong != 0 {
		t.Errorf("%d rows are not those that were appended", wrong)
	}
}

// fillRow gives the row that is being built a value of every kind, but for one
// in five that has no large number.
func fillRow(b *engine.Batch, n int) {
	vector := func(name string, t types.Scalar) *engine.Vector {
		return &b.Vectors[b.Column(types.Column{Name: name, Type: t})]
	}
	vector("truth", types.Bool).SetInt(int64(n % 2))
	vector("small", types.Int).SetInt(int64(n))
	if large := vector("large", types.Long); n%5 > 0 {
		large.SetInt(-int64(n))
	}
	vector("part", types.Real).SetReal(float64(n) / 2)
	vector("bag", types.Dynamic).SetText([]byte(`{"a":"` + strings.Repeat(string(rune('a'+n%3)), 80) + `"}`))
	vector("text", types.String).SetText([]byte(strings.Repeat(string(rune('a'+n%12)), 80)))
}

// Outside of a load there is nothing to store: the function that gives the rows
// of one says so.
func TestNothingIsFedOutsideOfALoad(t *testing.T) {
	e, err := Open(t.Context(), Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = e.Close() }()
	err = e.scan(t.Context(), "SELECT * FROM "+feedFunction+"()", func(bindings.DataChunk) error { return nil })
	if err == nil || !strings.Contains(err.Error(), "nothing is stored now") {
		t.Errorf("err = %v", err)
	}
}

// A load whose context ends while it stores leaves nothing, and the next load
// works.
func TestALoadThatIsCancelledWhileItStoresLeavesNothing(t *testing.T) {
	e, err := Open(t.Context(), Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = e.Close() }()
	for _, cancelled := range []bool{true, false} {
		ctx, cancel := context.WithCancel(t.Context())
		l, err := e.Begin(ctx)
		if err != nil {
			t.Fatal(err)
		}
		b := engine.NewBatch("T")
		fillBatch(b, 0, 5000, 20)
		if err := l.Append(ctx, b); err != nil {
			t.Fatal(err)
		}
		if cancelled {
			cancel()
		}
		if err := l.Commit(ctx); cancelled != errors.Is(err, context.Canceled) {
			t.Errorf("cancelled %v: %v", cancelled, err)
		}
		cancel()
	}
	if n := number64(t, e, "SELECT count(*) FROM evidence.main.T"); n != 5000 {
		t.Errorf("%d rows, not 5000", n)
	}
}

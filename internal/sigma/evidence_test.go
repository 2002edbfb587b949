package sigma

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/conshelf/conshelf/internal/doctree"
	"github.com/conshelf/conshelf/internal/engine"
	"github.com/conshelf/conshelf/internal/engine/duckdb"
	"github.com/conshelf/conshelf/internal/schema"
	"github.com/conshelf/conshelf/kql"
	kqlplan "github.com/conshelf/conshelf/kql/plan"
	"github.com/conshelf/conshelf/kql/types"
)

// An event is a row of a table: columns to texts, and when it was.
type event struct {
	table string
	at    time.Time
	texts map[string]string
}

// load returns an engine that holds the events.
func load(t *testing.T, events []event) *duckdb.Engine {
	t.Helper()
	e, err := duckdb.Open(t.Context(), duckdb.Options{Threads: 1})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := e.Close(); err != nil {
			t.Error(err)
		}
	})
	into, err := e.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	batches := make(map[string]*engine.Batch)
	for i, ev := range events {
		b := batches[ev.table]
		if b == nil {
			b = engine.NewBatch(ev.table)
			batches[ev.table] = b
		}
		addEvent(t, b, ev)
		b.EndRow(engine.Origin{File: 1, Record: int64(i), Identity: engine.Identity{1, int64(i)}})
	}
	for _, name := range []string{"SigninLogs", "AADNonInteractiveUserSignInLogs", "AuditLogs"} {
		if b := batches[name]; b != nil {
			if err := into.Append(t.Context(), b); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := into.Commit(t.Context()); err != nil {
		t.Fatal(err)
	}
	return e
}

func addEvent(t *testing.T, b *engine.Batch, ev event) {
	t.Helper()
	table, _ := schema.Lookup(ev.table)
	column := func(name string) *engine.Vector { return &b.Vectors[b.Column(table.Columns[table.Column(name)])] }
	column("TimeGenerated").SetInt(types.TicksOf(ev.at))
	for name, text := range ev.texts {
		column(name).SetText([]byte(text))
	}
}

// compiled returns the result for the document of that title.
func compiled(t *testing.T, title string, docs ...any) Result {
	t.Helper()
	var read []*Document
	for _, doc := range docs {
		read = append(read, Read(parsed(t, doc)))
	}
	i := slices.IndexFunc(read, func(d *Document) bool { return d.title == title })
	return Compile(read)[i]
}

func parsed(t *testing.T, doc any) *doctree.Node {
	t.Helper()
	text, err := json.Marshal(doc)
	if err != nil {
		t.Fatal(err)
	}
	n, err := doctree.JSON(string(text))
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// answer returns columns of the rows of a query, sorted.
func answer(t *testing.T, e *duckdb.Engine, text string, now time.Time, columns ...string) []string {
	t.Helper()
	q, list := kql.Compile(text, kql.Options{Catalog: schema.Catalog(), Facts: schema.Facts(), Now: types.TicksOf(now)})
	if q == nil {
		t.Fatalf("%s\n%s", text, list.Format("query", text))
	}
	return rowsOf(t, e, q, columns...)
}

func rowsOf(t *testing.T, e *duckdb.Engine, q *kqlplan.Query, columns ...string) []string {
	t.Helper()
	got := []string{}
	err := e.Query(t.Context(), q, func(row []types.Value) error {
		var cells []string
		for _, name := range columns {
			at := slices.IndexFunc(q.Root.Columns(), func(c types.Column) bool { return c.Name == name })
			cells = append(cells, row[at].String())
		}
		got = append(got, strings.Join(cells, " "))
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(got)
	return got
}

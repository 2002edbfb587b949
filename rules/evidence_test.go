package rules

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/conshelf/conshelf/internal/engine"
	"github.com/conshelf/conshelf/internal/engine/duckdb"
	"github.com/conshelf/conshelf/internal/schema"
	"github.com/conshelf/conshelf/kql/types"
)

// load returns an engine that holds the archive's tables: each file
// Table.jsonl has a row of that table on each line. The files are numbered by
// name.
func load(t *testing.T, in map[string]string) (e *duckdb.Engine, files []string) {
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
	for _, name := range slices.Sorted(maps.Keys(in)) {
		table, ok := strings.CutSuffix(name, ".jsonl")
		if !ok {
			continue
		}
		files = append(files, name)
		loadTable(t, e, table, int64(len(files)), in[name])
	}
	return e, files
}

func loadTable(t *testing.T, e *duckdb.Engine, table string, file int64, text string) {
	t.Helper()
	published, ok := schema.Lookup(table)
	if !ok {
		t.Fatalf("no table %s", table)
	}
	batch := engine.NewBatch(table)
	record := int64(0)
	for line := range strings.Lines(text) {
		record++
		if err := addRow(batch, published, line); err != nil {
			t.Fatalf("%s:%d: %v", table, record, err)
		}
		batch.EndRow(engine.Origin{File: file, Record: record, Identity: engine.Identity{file, record}})
	}
	into, err := e.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if err := into.Append(t.Context(), batch); err != nil {
		t.Fatal(err)
	}
	if err := into.Commit(t.Context()); err != nil {
		t.Fatal(err)
	}
}

func addRow(b *engine.Batch, published types.Table, line string) error {
	var row map[string]json.RawMessage
	if err := json.Unmarshal([]byte(line), &row); err != nil {
		return err
	}
	for _, name := range slices.Sorted(maps.Keys(row)) {
		i := published.Column(name)
		if i < 0 {
			return fmt.Errorf("no column %s", name)
		}
		if string(row[name]) == "null" {
			continue
		}
		if err := setValue(&b.Vectors[b.Column(published.Columns[i])], row[name]); err != nil {
			return fmt.Errorf("column %s: %w", name, err)
		}
	}
	return nil
}

func setValue(v *engine.Vector, value json.RawMessage) error {
	switch v.Column.Type {
	case types.Dynamic:
		var compact bytes.Buffer
		if err := json.Compact(&compact, value); err != nil {
			return err
		}
		v.SetText(compact.Bytes())
	case types.DateTime:
		var at time.Time
		if err := json.Unmarshal(value, &at); err != nil {
			return err
		}
		v.SetInt(types.TicksOf(at))
	case types.String, types.GUID, types.Decimal:
		var text string
		if err := json.Unmarshal(value, &text); err != nil {
			return err
		}
		v.SetText([]byte(text))
	case types.Bool, types.Int, types.Long:
		n, err := strconv.ParseInt(string(value), 10, 64)
		if err != nil {
			return err
		}
		v.SetInt(n)
	case types.Real, types.TimeSpan, types.Unknown:
		return fmt.Errorf("type %s", v.Column.Type)
	}
	return nil
}

package enginetest

import (
	"bufio"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/conshelf/conshelf/internal/engine"
	"github.com/conshelf/conshelf/internal/schema"
	"github.com/conshelf/conshelf/kql"
	"github.com/conshelf/conshelf/kql/plan"
	"github.com/conshelf/conshelf/kql/types"
)

// realStride is how many real queries are passed over for one that is run:
// all of them take minutes.
const realStride = 16

// runReal runs queries that people wrote, over one row of each table. Their
// answers are not known, but an engine either runs a query or refuses it.
func runReal(t *testing.T, open Opener) {
	f, err := os.Open(sharedFile(t, "real_queries.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	e := open(t, t.TempDir())
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 1<<24)
	loaded := map[string]bool{}
	ran := 0
	for n := 0; lines.Scan(); n++ {
		if n%realStride != 0 {
			continue
		}
		var line struct {
			Query string `json:"query"`
		}
		if err := json.Unmarshal(lines.Bytes(), &line); err != nil {
			t.Fatal(err)
		}
		q, list := kql.Compile(line.Query, kql.Options{Catalog: schema.Catalog(), Now: now})
		if q == nil || list.HasErrors() {
			continue
		}
		for _, scan := range plan.Scans(q) {
			if !loaded[scan.Table.Name] {
				loaded[scan.Table.Name] = true
				loadOneRow(t, e, scan.Table)
			}
		}
		for _, q := range []*plan.Query{q, plan.WithOrigins(q, 5)} {
			if _, err := run(t, e, q); err != nil && !refused(err) {
				t.Errorf("%v\n%s", err, line.Query)
			}
		}
		ran++
	}
	if err := lines.Err(); err != nil || ran == 0 {
		t.Errorf("%d queries ran, %v", ran, err)
	}
}

// loadOneRow takes in a row that has a value in every column.
func loadOneRow(t *testing.T, e engine.Engine, table types.Table) {
	t.Helper()
	var row []cell
	for _, c := range table.Columns {
		v := types.Value{Type: c.Type, Valid: true, Int: 1, Float: 1.5}
		switch c.Type {
		case types.String:
			v.Text = "someone@contoso.com at 203.0.113.7"
		case types.GUID:
			v.Text = "00000000-0000-0000-0000-000000000001"
		case types.Decimal:
			v.Text = "1.5"
		case types.Dynamic:
			v.Text = `[{"displayName":"x","newValue":"\"y\"","ipAddress":"203.0.113.7"}]`
		case types.DateTime:
			v.Int = now - types.TicksPerMinute
		case types.Bool, types.Int, types.Long, types.Real, types.TimeSpan:
		case types.Unknown:
			t.Fatalf("column %s has no type", c.Name)
		}
		row = append(row, cell{c.Name, v})
	}
	load(t, e, table.Name, 1, row)
}

// sharedFile finds the samples beside the checkout, and skips the test where
// they are absent.
func sharedFile(t *testing.T, name string) string {
	t.Helper()
	for dir := "."; len(dir) < 60; dir = filepath.Join("..", dir) {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err != nil {
			continue
		}
		path := filepath.Join(dir, "..", "shared", "data", "kql", name)
		if _, err := os.Stat(path); err == nil {
			return path
		}
		break
	}
	t.Skipf("%s is absent: the samples are not beside this checkout", name)
	return ""
}

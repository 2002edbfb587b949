package investigation

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/conshelf/conshelf/internal/custody"
	"github.com/conshelf/conshelf/internal/engine"
	"github.com/conshelf/conshelf/internal/engine/duckdb"
	"github.com/conshelf/conshelf/kql/plan"
	"github.com/conshelf/conshelf/kql/types"
)

func adele() custody.Actor {
	return custody.Actor{User: "adele", Host: "desk", Version: "1", Now: func() time.Time { return time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC) }}
}

// signInFile writes n rows of SigninLogs and returns the file.
func signInFile(t *testing.T, dir, name string, n int) string {
	t.Helper()
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, `{"Type":"SigninLogs","TimeGenerated":"2026-03-01T08:00:00Z","Id":"%s-%d","UserPrincipalName":"adele@contoso.com","IPAddress":"192.0.2.1","ResultType":"0","DeviceDetail":{ "b":1.50, "a":null },"Strange":%d}`+"\n", name, i, i)
	}
	path := filepath.Join(dir, name)
	if err := os.WriteFile(path, []byte(b.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func ingested(t *testing.T, dir string, paths ...string) {
	t.Helper()
	c, err := Open(t.Context(), dir, openDuckDB)
	if err != nil {
		t.Fatal(err)
	}
	c.As(adele())
	if _, err := c.Ingest(t.Context(), paths, IngestOptions{Stdin: strings.NewReader("not JSON at all\n")}); err != nil {
		t.Fatal(err)
	}
	if err := c.Close(); err != nil {
		t.Fatal(err)
	}
}

func readOnly(ctx context.Context, database, temp string) (engine.Engine, error) {
	return duckdb.Open(ctx, duckdb.Options{Path: database, TempDir: temp, ReadOnly: true})
}

func told(t *testing.T, dir string, open Opener) []string {
	t.Helper()
	var list []string
	_, err := Verify(t.Context(), dir, open, VerifyOptions{Tell: func(f custody.Finding) { list = append(list, f.String()) }})
	if err != nil {
		t.Fatal(err)
	}
	return list
}

// A case verifies after every session: what is read back of each row is what
// was noted when it was stored, whatever its types, and however often columns
// were added.
func TestACaseVerifies(t *testing.T) {
	dir := t.TempDir()
	cases := filepath.Join(dir, "case")
	one := signInFile(t, dir, "one.jsonl", 3000)
	ingested(t, cases, one)
	two := filepath.Join(dir, "two.jsonl")
	rows := `{"Type":"SigninLogs","TimeGenerated":"2026-03-01T09:00:00Z","Id":"z","NewColumn":"x","UserPrincipalName":"\ud800 \u0000","CorrelationId":"no guid"}
{"Type":"AuditLogs","TimeGenerated":"2026-03-01T09:00:00Z","Id":"y","TargetResources":[{"id":1e400}],"DurationMs":3}
{"Type":"SecurityAlert","TimeGenerated":"2026-03-01T09:00:00Z","SystemAlertId":"z","ConfidenceScore":0.1,"IsIncident":true}
not JSON
`
	if err := os.WriteFile(two, []byte(rows), 0o600); err != nil {
		t.Fatal(err)
	}
	ingested(t, cases, two, "-", one)
	if got := told(t, cases, readOnly); len(got) > 0 {
		t.Errorf("got %q", got)
	}
}

// A row that was changed, taken out or added behind the journal's back is
// named by its file and record.
func TestChangedRowsAreNamed(t *testing.T) {
	dir := t.TempDir()
	cases := filepath.Join(dir, "case")
	ingested(t, cases, signInFile(t, dir, "one.jsonl", 10), signInFile(t, dir, "two.jsonl", 10))
	tests := []struct {
		name   string
		tamper func(file, record int64, row []types.Value) [][]types.Value
		want   string
	}{
		{"changed", func(file, record int64, row []types.Value) [][]types.Value {
			for i, v := range row {
				if file == 2 && record == 4 && v.Text == "192.0.2.1" {
					row[i].Text = "192.0.2.2"
				}
			}
			return [][]types.Value{row}
		}, "record 4: was changed"},
		{"taken out", func(file, record int64, row []types.Value) [][]types.Value {
			if file == 2 && record == 4 {
				return nil
			}
			return [][]types.Value{row}
		}, "record 4: is not there any more"},
		{"added", func(file, record int64, row []types.Value) [][]types.Value {
			if file == 2 && record == 4 {
				return [][]types.Value{row, row}
			}
			return [][]types.Value{row}
		}, "record 4: was added"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			open := func(ctx context.Context, database, temp string) (engine.Engine, error) {
				e, err := readOnly(ctx, database, temp)
				return tampered{e, test.tamper}, err
			}
			if got, want := told(t, cases, open), []string{"table SigninLogs: file 2 (" + filepath.ToSlash(filepath.Join(dir, "two.jsonl")) + "), " + test.want}; !slices.Equal(got, want) {
				t.Errorf("got %q, want %q", got, want)
			}
		})
	}
}

// A tampered engine holds other rows than were stored.
type tampered struct {
	engine.Engine
	tamper func(file, record int64, row []types.Value) [][]types.Value
}

func (e tampered) Query(ctx context.Context, q *plan.Query, each func([]types.Value) error) error {
	return e.Engine.Query(ctx, q, func(row []types.Value) error {
		if len(row) < 10 || q.Root.Columns()[0].Name != plan.OriginFile || q.Root.(*plan.Scan).Table.Name != "SigninLogs" {
			return each(row)
		}
		for _, r := range e.tamper(row[0].Int, row[1].Int, slices.Clone(row)) {
			if err := each(r); err != nil {
				return err
			}
		}
		return nil
	})
}

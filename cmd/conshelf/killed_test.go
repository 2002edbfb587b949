package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/conshelf/conshelf/internal/custody"
	"github.com/conshelf/conshelf/internal/engine"
	"github.com/conshelf/conshelf/internal/engine/duckdb"
	"github.com/conshelf/conshelf/internal/investigation"
	"github.com/conshelf/conshelf/kql/types"
)

// kills is how many times the load is killed.
const kills = 50

// TestKilledAtAnyPoint kills the load of ten files at any point of it, loads
// them again, and finds the case as if nothing had happened: row for row, and
// with a journal that verifies.
func TestKilledAtAnyPoint(t *testing.T) {
	program, err := exec.LookPath("conshelf")
	if err != nil {
		t.Fatalf("the test binary did not install the command: %v", err)
	}
	dir := t.TempDir()
	exports := filepath.Join(dir, "exports")
	if err := os.Mkdir(exports, 0o700); err != nil {
		t.Fatal(err)
	}
	for i := range 10 {
		if err := os.WriteFile(filepath.Join(exports, fmt.Sprintf("%d.jsonl", i)), signIns(1+60*i, 60), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	undisturbed := filepath.Join(dir, "undisturbed")
	start := time.Now()
	run(t, program, "ingest", exports, "--case", undisturbed)
	took := time.Since(start)
	want := signInsOf(t, undisturbed)
	if len(want) != 600 {
		t.Fatalf("the undisturbed case has %d rows", len(want))
	}

	random := rand.New(rand.NewPCG(5, 50))
	for i := 0; i < kills; { // the first third of a run is its start
		c := filepath.Join(dir, fmt.Sprintf("case-%d", i))
		start := time.Now()
		if ended(t, program, took/3+time.Duration(random.Int64N(int64(took)))*2/3, "ingest", exports, "--case", c) {
			took = min(took, time.Since(start)) // the machine is faster now
		} else {
			again(t, c, exports)
			if diff := cmp.Diff(want, signInsOf(t, c)); diff != "" {
				t.Fatalf("kill %d: the case differs (-undisturbed +killed):\n%s", i, diff)
			}
			verifies(t, c)
			i++
		}
		if err := os.RemoveAll(c); err != nil {
			t.Fatal(err)
		}
	}
}

// ended runs the program, kills it after a time, and tells whether it had ended
// before.
func ended(t *testing.T, program string, after time.Duration, args ...string) bool {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), after)
	defer cancel()
	return exec.CommandContext(ctx, program, args...).Run() == nil
}

func opener(readOnly bool) investigation.Opener {
	return func(ctx context.Context, database, temp string) (engine.Engine, error) {
		return duckdb.Open(ctx, duckdb.Options{Path: database, TempDir: temp, ReadOnly: readOnly})
	}
}

// again loads the files into a case.
func again(t *testing.T, dir, exports string) {
	t.Helper()
	c, err := investigation.Open(t.Context(), dir, opener(false))
	if err != nil {
		t.Fatal(err)
	}
	_, err = c.Ingest(t.Context(), []string{exports}, investigation.IngestOptions{})
	if err = errors.Join(err, c.Close()); err != nil {
		t.Fatal(err)
	}
}

// signInsOf returns the sign-ins of a case, sorted.
func signInsOf(t *testing.T, dir string) []string {
	t.Helper()
	c, err := investigation.OpenExisting(t.Context(), dir, opener(true))
	if err != nil {
		t.Fatal(err)
	}
	q, list, err := c.Compile(t.Context(), "SigninLogs | project all = strcat(TimeGenerated, Id, UserPrincipalName, IPAddress, ResultType, Category)", investigation.CompileOptions{})
	if err != nil || q == nil {
		t.Fatal(err, list)
	}
	var rows []string
	err = c.Query(t.Context(), q, func(row []types.Value) error {
		rows = append(rows, row[0].Text)
		return nil
	})
	if err = errors.Join(err, c.Close()); err != nil {
		t.Fatal(err)
	}
	slices.Sort(rows)
	return rows
}

func verifies(t *testing.T, dir string) {
	t.Helper()
	_, err := investigation.Verify(t.Context(), dir, opener(true), investigation.VerifyOptions{Tell: func(f custody.Finding) {
		t.Errorf("%s: %s", dir, f)
	}})
	if err != nil {
		t.Fatal(err)
	}
}

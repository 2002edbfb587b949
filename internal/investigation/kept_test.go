package investigation

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/conshelf/conshelf/internal/rule"
	"github.com/conshelf/conshelf/internal/simulate"
	"github.com/conshelf/conshelf/rules"
)

// A round is one investigation of a case, as a process of its own does it.
type round struct {
	taken, total int
	files        map[string]string
}

// investigated loads paths into the case in dir, investigates it, closes it,
// and verifies it.
func investigated(t *testing.T, dir string, o Options, paths ...string) round {
	t.Helper()
	c, err := Open(t.Context(), dir, openDuckDB)
	if err != nil {
		t.Fatal(err)
	}
	c.As(adele())
	if len(paths) > 0 {
		load(t, c, paths...)
	}
	var r round
	o.Reused = func(taken, total int) { r.taken, r.total = taken, total }
	doc, _, err := c.Investigate(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	written, err := c.WriteReport(doc)
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Close(); err != nil {
		t.Fatal(err)
	}
	r.files = make(map[string]string)
	for _, path := range append(written, filepath.Join(dir, resultsFile)) {
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		r.files[filepath.Base(path)] = string(data)
	}
	if found := told(t, dir, readOnly); len(found) > 0 {
		t.Errorf("the case does not verify: %v", found)
	}
	return r
}

// edited returns the pack with one file changed.
func edited(t *testing.T, path, from, to string) fs.FS {
	t.Helper()
	pack := fstest.MapFS{}
	err := fs.WalkDir(rules.FS(), ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := fs.ReadFile(rules.FS(), name)
		pack[name] = &fstest.MapFile{Data: data}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	text := string(pack[path].Data)
	if !strings.Contains(text, from) {
		t.Fatalf("%s has no %s", path, from)
	}
	pack[path] = &fstest.MapFile{Data: []byte(strings.Replace(text, from, to, 1))}
	return pack
}

// TestOnlyWhatChangedRunsAgain investigates a case again and again. Each time
// only the rules run on which the change can tell, and the report and what is
// kept are, byte for byte, those of running everything.
func TestOnlyWhatChangedRunsAgain(t *testing.T) {
	dir := t.TempDir()
	exports := filepath.Join(dir, "exports")
	if _, err := simulate.Write(t.Context(), exports, small(1)); err != nil {
		t.Fatal(err)
	}
	later := filepath.Join(dir, "later")
	o := small(1)
	o.End = time.Date(2026, 4, 2, 0, 0, 0, 0, time.UTC) // the evidence, and its window, reach further
	o.Attacks = []simulate.Attack{}
	o.Formats.Exports = []simulate.Export{simulate.KeyVaultAudit}
	if _, err := simulate.Write(t.Context(), later, o); err != nil {
		t.Fatal(err)
	}
	loaded, _ := rule.Load(rules.FS())
	reading := map[string]int{"AzureDiagnostics": 0}
	for _, r := range loaded {
		for table := range reading {
			if strings.Contains(r.Query, table) {
				reading[table]++
			}
		}
	}
	place := filepath.Join(dir, "case")
	whole := Options{Rules: rules.FS(), Version: "test", Basis: "program"}
	changed := whole
	changed.Rules = edited(t, "identity/legacy-authentication.yaml", "severity: ", "severity: High #")
	other := changed
	other.Basis = "another program"
	for _, step := range []struct {
		name  string
		with  Options
		paths []string
		run   int // rules that are not taken as they were
	}{
		{"the first time", whole, []string{exports}, len(loaded)},
		{"again", whole, nil, 0},
		{"with a rule changed", changed, nil, 1},
		{"with more of one table", changed, []string{later}, reading["AzureDiagnostics"]},
		{"by another program", other, nil, len(loaded)},
	} {
		t.Run(step.name, func(t *testing.T) {
			got := investigated(t, place, step.with, step.paths...)
			if ran := got.total - got.taken; ran != step.run {
				t.Errorf("%d of %d rules ran, want %d", ran, got.total, step.run)
			}
			fresh := step.with
			fresh.Fresh = true
			want := investigated(t, place, fresh)
			if want.taken != 0 {
				t.Errorf("%d rules were taken though all were to run", want.taken)
			}
			if diff := cmp.Diff(want.files, got.files); diff != "" {
				t.Errorf("run anew, and as it was kept: %s", diff)
			}
		})
	}
	t.Run("with a result changed by hand", func(t *testing.T) {
		path := filepath.Join(place, resultsFile)
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(strings.ReplaceAll(string(text), "High", "Low")), 0o600); err != nil {
			t.Fatal(err)
		}
		if found := told(t, place, readOnly); len(found) != 1 {
			t.Errorf("the change is told %d times: %v", len(found), found)
		}
		if got := investigated(t, place, other); got.taken != 0 {
			t.Errorf("%d rules were taken from a file that the journal does not know", got.taken)
		}
	})
}

package conformance_test

import (
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/conshelf/conshelf/internal/conformance"
	"github.com/conshelf/conshelf/internal/engine/duckdb"
	"github.com/conshelf/conshelf/internal/schema"
)

// A floor is what a file of cases has to reach, in shares of all its cases.
type floor struct {
	file   string
	passed float64
	wrong  float64
	judge  func(t *testing.T, file string, r io.Reader) (conformance.Report, error)
}

// maxSkipped is how many cases of a file the list of those that cannot be
// judged may name.
const maxSkipped = 20

func floors() []floor {
	return []floor{
		{"engine_fuzz.jsonl", 0.995, 0, rows},
		{"engine_docs.jsonl", 0.945, 0, rows},
		{"schema_cases.jsonl", 0.995, 0.003, func(_ *testing.T, file string, r io.Reader) (conformance.Report, error) {
			return conformance.Columns(file, r, schema.Catalog())
		}},
		{"real_queries.jsonl", 0.985, 0, func(_ *testing.T, file string, r io.Reader) (conformance.Report, error) {
			return conformance.Compiles(file, r, schema.Catalog())
		}},
	}
}

func rows(t *testing.T, file string, r io.Reader) (conformance.Report, error) {
	t.Helper()
	e, err := duckdb.Open(t.Context(), duckdb.Options{MemoryLimit: 1 << 30})
	if err != nil {
		return conformance.Report{}, err
	}
	report, err := conformance.Rows(t.Context(), e, file, r)
	if closed := e.Close(); err == nil {
		err = closed
	}
	return report, err
}

// TestConformance judges the cases beside the checkout, or those in the folder
// that CONSHELF_CASES names. With CONSHELF_SHOW it prints each case that did
// not pass.
func TestConformance(t *testing.T) {
	dir := os.Getenv("CONSHELF_CASES")
	if dir == "" {
		dir = filepath.Join("..", "..", "..", "shared", "data", "kql")
	}
	for _, f := range floors() {
		t.Run(f.file, func(t *testing.T) {
			r, err := os.Open(filepath.Join(dir, f.file))
			if err != nil {
				t.Skip("no such cases: ", err)
			}
			defer func() { _ = r.Close() }()
			report, err := f.judge(t, f.file, r)
			if err != nil {
				t.Fatal(err)
			}
			t.Log(report)
			show(t, report)
			if got := report.Passed(); got < f.passed {
				t.Errorf("%.2f %% pass, less than %.2f %%", 100*got, 100*f.passed)
			}
			if got := report.WrongShare(); got > f.wrong {
				t.Errorf("%.2f %% are wrong, more than %.2f %%", 100*got, 100*f.wrong)
			}
			if n := report.Count(conformance.Skipped); n > maxSkipped {
				t.Errorf("%d cases are skipped, more than %d", n, maxSkipped)
			}
		})
	}
}

// show prints the wrong cases, and every one that did not pass if asked to.
func show(t *testing.T, r conformance.Report) {
	t.Helper()
	for _, o := range r.Outcomes {
		wrong := o.Verdict == conformance.Wrong || o.Verdict == conformance.Failed || o.Verdict == conformance.Lenient
		passed := o.Verdict == conformance.Pass || o.Verdict == conformance.Shape
		if passed || !wrong && os.Getenv("CONSHELF_SHOW") == "" {
			continue
		}
		t.Logf("%s line %d %s %s\n%s\n%s", r.File, o.Line, o.ID, o.Verdict, o.Query, o.Detail)
	}
}

package kql

import (
	"fmt"
	"strings"
	"testing"

	"github.com/conshelf/conshelf/internal/golden"
	"github.com/conshelf/conshelf/kql/bind"
	"github.com/conshelf/conshelf/kql/plan"
	"github.com/conshelf/conshelf/kql/types"
)

// discoverOf answers questions in their order; nil: the archive has no answers.
func discoverOf(t *testing.T, in map[string]string) func(*plan.Query) ([][]types.Value, error) {
	t.Helper()
	text, ok := in["discover"]
	if !ok {
		return nil
	}
	answers := strings.Split(strings.TrimSuffix(text, "\n"), "\n\n")
	return func(q *plan.Query) ([][]types.Value, error) {
		if len(answers) == 0 {
			return nil, fmt.Errorf("one more question than answers:\n%s", plan.Dump(q))
		}
		var rows [][]types.Value
		for line := range strings.SplitSeq(answers[0], "\n") {
			var row []types.Value
			for cell := range strings.SplitSeq(line, "\t") {
				row = append(row, types.NewString(cell))
			}
			if len(row) != len(q.Root.Columns()) {
				return nil, fmt.Errorf("the answer %q has not the columns of\n%s", line, plan.Dump(q))
			}
			rows = append(rows, row)
		}
		answers = answers[1:]
		return rows, nil
	}
}

// externalOf returns the table of a name; nil: the archive has none.
func externalOf(t *testing.T, in map[string]string) func(bind.External) (plan.Rel, error) {
	t.Helper()
	text, ok := in["external"]
	if !ok {
		return nil
	}
	held := parseTables(t, text)
	return func(ref bind.External) (plan.Rel, error) {
		for name, table := range held {
			if strings.EqualFold(strings.NewReplacer(".", "_", ":", "_", "/", "_").Replace(ref.Name), name) {
				return &plan.Scan{Table: table, Reference: true}, nil
			}
		}
		return nil, fmt.Errorf("no file stands for %s", ref)
	}
}

// An archive of testdata/analyze holds query.kql and tables, as those of
// testdata do, and what Analyze says of it.
func TestAnalyze(t *testing.T) {
	golden.Run(t, "testdata/analyze/*.txtar", func(t *testing.T, in map[string]string) map[string]string {
		text := strings.TrimSuffix(in["query.kql"], "\n")
		a := Analyze(text, Options{Catalog: parseTables(t, in["tables"]), Functions: functionsOf(in), Now: testNow})
		columns := strings.Join(schemaText(a.Columns), "\n") + "\n"
		if a.Open {
			columns += "…\n"
		}
		return map[string]string{"columns": columns, "diagnostics": a.Diagnostics.Format("query.kql", text)}
	})
}

// TestDraftIsNotRun looks for questions that are asked of a query with errors:
// an engine must never see a draft.
func TestDraftIsNotRun(t *testing.T) {
	asked := 0
	options := Options{Catalog: tables{"T": types.Table{Name: "T", Columns: []types.Column{{Name: "d", Type: types.Dynamic}}}}}
	options.Discover = func(*plan.Query) ([][]types.Value, error) {
		asked++
		return nil, nil
	}
	for _, text := range []string{
		"T | where nothing == 1 | evaluate bag_unpack(d)",
		"let u = T | extend x = nothing; u | evaluate pivot(x)",
		"Missing | evaluate bag_unpack(d)",
		"let m = Missing; union m, T | evaluate bag_unpack(d)",
		"T | mv-apply d on (evaluate bag_unpack(d))",
	} {
		if q, list := Compile(text, options); q != nil || !list.HasErrors() {
			t.Errorf("%s compiles", text)
		}
	}
	if asked != 0 {
		t.Errorf("%d questions were asked of drafts", asked)
	}
	if q, list := Compile("let m = Missing; union isfuzzy=true m, T | evaluate bag_unpack(d)", options); q == nil {
		t.Errorf("a union that goes on without a table: %s", list.Format("", ""))
	}
	if asked != 1 {
		t.Errorf("%d questions were asked, want 1", asked)
	}
}

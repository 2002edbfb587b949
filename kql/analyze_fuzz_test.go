package kql

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"golang.org/x/tools/txtar"

	"github.com/conshelf/conshelf/kql/plan"
	"github.com/conshelf/conshelf/kql/types"
)

// FuzzAnalyze looks at any text: it must end, soon, and must not panic,
// whatever is open. A query that has no errors and is not open has the columns
// of its plan. With answers to every question, Compile has a plan or errors.
func FuzzAnalyze(f *testing.F) {
	for _, pattern := range []string{"testdata/*.txtar", "testdata/analyze/*.txtar"} {
		paths, err := filepath.Glob(pattern)
		if err != nil {
			f.Fatal(err)
		}
		for _, path := range paths {
			text, err := os.ReadFile(path)
			if err != nil {
				f.Fatal(err)
			}
			for _, file := range txtar.Parse(text).Files {
				if file.Name == "query.kql" {
					f.Add(string(file.Data))
				}
			}
		}
	}
	options := Options{
		Catalog: tables{"T": {Name: "T", Columns: []types.Column{
			{Name: "a", Type: types.String}, {Name: "b", Type: types.Long}, {Name: "d", Type: types.Dynamic}, {Name: "t", Type: types.DateTime},
		}}},
		Now: testNow,
	}
	answering := options
	answering.Discover = func(q *plan.Query) ([][]types.Value, error) {
		row := make([]types.Value, len(q.Root.Columns()))
		for i := range row {
			row[i] = types.NewString("string")
		}
		return [][]types.Value{row}, nil
	}
	const budget = time.Minute
	f.Fuzz(func(t *testing.T, text string) {
		overdue := time.AfterFunc(budget, func() { panic("it takes too long: " + text) })
		defer overdue.Stop()
		a := Analyze(text, options)
		query, list := Compile(text, answering)
		if (query == nil) != list.HasErrors() {
			t.Fatalf("plan is nil: %v, diagnostics: %v", query == nil, list)
		}
		if query == nil {
			return
		}
		checkSchema(t, query.Root)
		if a.Diagnostics.HasErrors() {
			t.Errorf("it compiles, and Analyze has errors: %v", a.Diagnostics)
		}
	})
}

package kql

import (
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"golang.org/x/tools/txtar"

	"github.com/conshelf/conshelf/kql/plan"
	"github.com/conshelf/conshelf/kql/types"
)

// FuzzCompile compiles any text. It must end, soon; it must not panic; a query
// has a plan or errors, and a plan whose schema has unique names and types.
func FuzzCompile(f *testing.F) {
	paths, err := filepath.Glob("testdata/*.txtar")
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
	options := Options{
		Catalog: tables{"T": {Name: "T", Columns: []types.Column{
			{Name: "a", Type: types.String},
			{Name: "b", Type: types.Long},
			{Name: "c", Type: types.Real},
			{Name: "d", Type: types.Dynamic},
			{Name: "t", Type: types.DateTime},
			{Name: "x", Type: types.Bool},
		}}},
		Facts: types.Facts{Values: map[string][]string{"a": {"one", "Two"}}},
		Now:   testNow,
	}
	const budget = time.Minute
	f.Fuzz(func(t *testing.T, text string) {
		overdue := time.AfterFunc(budget, func() { panic("compiling takes too long: " + text) })
		defer overdue.Stop()
		query, list := Compile(text, options)
		if (query == nil) != list.HasErrors() {
			t.Fatalf("plan is nil: %v, diagnostics: %v", query == nil, list)
		}
		if query == nil {
			return
		}
		checkSchema(t, query.Root)
		plan.Dump(query)
	})
}

func checkSchema(t *testing.T, rel plan.Rel) {
	t.Helper()
	seen := make(map[string]bool)
	for _, c := range rel.Columns() {
		if seen[c.Name] {
			t.Errorf("%T has two columns %s", rel, c.Name)
		}
		if c.Type == types.Unknown {
			t.Errorf("%T: column %s has no type", rel, c.Name)
		}
		seen[c.Name] = true
	}
	for _, in := range plan.Inputs(rel) {
		checkSchema(t, in)
	}
}

// TestDeepQueries compiles what is long or deep in one direction.
func TestDeepQueries(t *testing.T) {
	tests := []struct{ name, text string }{
		{"and", "print x = true" + strings.Repeat(" and true", 5_000)},
		{"sum", "print x = 1" + strings.Repeat(" + 1", 1_000)},
		{"path", "print d = dynamic({}) | project x = d" + strings.Repeat(".a", 1_000)},
		{"pipe", "print x = 1" + strings.Repeat(" | extend x = x + 1", 500)},
		{"parentheses", "print x = " + strings.Repeat("(", 200) + "1" + strings.Repeat(")", 200)},
		{"lets", "let a0 = 1.0; " + chain(200) + " print a200"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			query, list := Compile(test.text, Options{Now: testNow})
			if query == nil {
				t.Errorf("Compile refuses it: %v", list)
			}
		})
	}
}

func chain(n int) string {
	var b strings.Builder
	for i := range n {
		before, next := name(i), name(i+1)
		b.WriteString("let " + next + " = " + before + " + 1.0; ")
	}
	return b.String()
}

func name(i int) string { return "a" + strconv.Itoa(i) }

// TestMutations compiles real queries with words dropped, swapped and
// repeated: what a person types on the way to a query.
func TestMutations(t *testing.T) {
	options := Options{Catalog: publishedTables(t), Now: testNow}
	random := rand.New(rand.NewPCG(1, 2))
	for _, published := range publishedQueries(t, "schema_cases.jsonl") {
		text := mutate(random, strings.SplitAfter(published, " "))
		query, list := Compile(text, options)
		if (query == nil) != list.HasErrors() {
			t.Errorf("plan is nil: %v, diagnostics: %v\n%s", query == nil, list, text)
		}
		if query != nil {
			checkSchema(t, query.Root)
			plan.Dump(query)
		}
	}
}

func mutate(random *rand.Rand, words []string) string {
	for range 1 + random.IntN(3) {
		i, j := random.IntN(len(words)), random.IntN(len(words))
		switch random.IntN(3) {
		case 0:
			words[i] = ""
		case 1:
			words[i], words[j] = words[j], words[i]
		case 2:
			words[i] = words[j]
		}
	}
	return strings.Join(words, "")
}

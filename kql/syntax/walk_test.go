package syntax

import (
	"path/filepath"
	"reflect"
	"slices"
	"testing"

	"golang.org/x/tools/txtar"
)

// Inspect visits all that a tree is made of: what reflection finds, it finds.
func TestInspectVisitsAll(t *testing.T) {
	paths, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(paths) == 0 {
		t.Fatal("no archives", err)
	}
	seen := map[string]bool{}
	for _, path := range paths {
		archive, err := txtar.ParseFile(path)
		if err != nil {
			t.Fatal(err)
		}
		query, _ := ParseQuery(string(archive.Files[0].Data))
		want := map[Node]bool{}
		collect(reflect.ValueOf(query), want)
		got := map[Node]int{}
		Inspect(query, func(n Node) bool {
			got[n]++
			seen[reflect.TypeOf(n).Elem().Name()] = true
			return true
		})
		for n := range want {
			if got[n] != 1 {
				t.Errorf("%s: %T %v is visited %d times", path, n, n.Span(), got[n])
			}
		}
		if len(got) != len(want) {
			t.Errorf("%s: visited %d nodes of %d", path, len(got), len(want))
		}
	}
	checkSeen(t, seen)
}

// collect finds the nodes below v by reflection.
func collect(v reflect.Value, nodes map[Node]bool) {
	kind := v.Kind()
	if kind == reflect.Interface || kind == reflect.Pointer {
		if v.IsNil() {
			return
		}
		if n, ok := v.Interface().(Node); ok && kind == reflect.Pointer {
			nodes[n] = true
		}
		collect(v.Elem(), nodes)
	}
	if kind == reflect.Struct {
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				collect(v.Field(i), nodes)
			}
		}
	}
	if kind == reflect.Slice {
		for i := range v.Len() {
			collect(v.Index(i), nodes)
		}
	}
}

// checkSeen checks that the documents together have every operator.
func checkSeen(t *testing.T, seen map[string]bool) {
	t.Helper()
	for _, name := range []string{
		"Where", "Extend", "Project", "ProjectAway", "ProjectKeep", "ProjectRename", "ProjectReorder",
		"ProjectByNames", "Summarize", "Distinct", "Count", "Take", "Sample", "SampleDistinct", "Sort",
		"Top", "TopNested", "TopHitters", "Join", "Lookup", "Union", "MvExpand", "MvApply", "Parse",
		"ParseKv", "MakeSeries", "Evaluate", "Invoke", "As", "Serialize", "Render", "GetSchema",
		"Consume", "Print", "Range", "Search", "Find", "Facet", "Fork", "Partition", "Reduce", "Scan",
		"MakeGraph", "GraphMatch", "GraphToTable", "GraphMark", "BadOperator",
		"Let", "Set", "Declare", "Alias", "Restrict", "Pattern", "ExprStatement",
	} {
		if !seen[name] {
			t.Errorf("no document has a %s", name)
		}
	}
}

// Where f returns false, nothing below is visited.
func TestInspectStops(t *testing.T) {
	query, _ := ParseQuery("T | where a == 1 | extend b = 2")
	var names []string
	Inspect(query, func(n Node) bool {
		if name, ok := n.(*Name); ok {
			names = append(names, name.Text)
		}
		_, where := n.(*Where)
		return !where
	})
	if want := []string{"T", "b"}; !slices.Equal(names, want) {
		t.Errorf("names %v, want %v", names, want)
	}
}

// Every operator that may follow a bar is read, or refused by name.
func TestOperatorNames(t *testing.T) {
	p := newParser("")
	for _, name := range slices.Concat(operatorNames(), sourceOperatorNames()) {
		if (p.reader(name) == nil) != (refusal(name) != "") {
			t.Errorf("operator %s is neither read nor refused, or both", name)
		}
	}
	if !slices.IsSorted(operatorNames()) {
		t.Error("operator names are not in order")
	}
}

func TestOperatorHint(t *testing.T) {
	tests := []struct{ name, want string }{
		{"sumarize", "did you mean summarize?"},
		{"summarise", "did you mean summarize?"},
		{"Where", "did you mean where?"},
		{"WHERE", "did you mean where?"},
		{"mv-expnad", "did you mean mv-expand?"},
		{"projectaway", "did you mean project-away?"},
		{"extned", "did you mean extend?"},
		{"tke", "did you mean take?"},
		{"select", "write project"},
		{"frobnicate", ""},
		{"x", ""},
	}
	for _, test := range tests {
		if got := operatorHint(test.name); got != test.want {
			t.Errorf("operatorHint(%s) = %q, want %q", test.name, got, test.want)
		}
	}
}

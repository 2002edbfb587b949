package kql

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/conshelf/conshelf/internal/golden"
	"github.com/conshelf/conshelf/kql/bind"
	"github.com/conshelf/conshelf/kql/plan"
	"github.com/conshelf/conshelf/kql/types"
)

// An archive of testdata holds query.kql; tables, a line for each such as
// T(a:string, b:long); functions/<name>.kql; facts.json; and what Compile
// makes of it: plan and diagnostics. In discover are the rows that discovery
// finds, a line for each with its cells divided by tabs, an empty line after
// each question; in external the tables that stand for data from outside.
func TestCompile(t *testing.T) {
	golden.Run(t, "testdata/*.txtar", func(t *testing.T, in map[string]string) map[string]string {
		text := strings.TrimSuffix(in["query.kql"], "\n")
		query, list := Compile(text, Options{
			Catalog: parseTables(t, in["tables"]), Functions: functionsOf(in), Now: testNow, Facts: factsOf(t, in),
			Discover: discoverOf(t, in), External: externalOf(t, in),
		})
		out := map[string]string{"plan": "", "diagnostics": list.Format("query.kql", text)}
		if query != nil {
			out["plan"] = plan.Dump(query) + schemaLine(query)
		}
		for _, name := range []string{"plan", "diagnostics"} {
			if _, ok := in[name]; !ok && out[name] != "" {
				t.Errorf("the archive lacks %s:\n%s", name, out[name])
			}
		}
		return out
	})
}

func schemaLine(q *plan.Query) string {
	return "-> " + strings.Join(schemaText(q.Root.Columns()), ", ") + "\n"
}

func parseTables(t *testing.T, text string) tables {
	t.Helper()
	catalog := make(tables)
	for line := range strings.Lines(text) {
		name, cols, ok := strings.Cut(strings.TrimSuffix(strings.TrimSpace(line), ")"), "(")
		if !ok {
			t.Fatalf("table %q", line)
		}
		table := types.Table{Name: name}
		for col := range strings.SplitSeq(cols, ", ") {
			column, keyword, _ := strings.Cut(col, ":")
			kind, ok := types.ParseScalar(keyword)
			if !ok {
				t.Fatalf("column %q", col)
			}
			table.Columns = append(table.Columns, types.Column{Name: column, Type: kind})
		}
		catalog[name] = table
	}
	return catalog
}

// functionsOf reads functions/<name>.kql; a first line (…) is the parameters.
func functionsOf(in map[string]string) []bind.Function {
	var list []bind.Function
	for file, text := range in {
		name, ok := strings.CutPrefix(file, "functions/")
		if !ok {
			continue
		}
		f := bind.Function{Name: strings.TrimSuffix(name, ".kql"), Body: text}
		if first, rest, _ := strings.Cut(text, "\n"); strings.HasPrefix(first, "(") {
			f.Parameters, f.Body = strings.TrimSuffix(first[1:], ")"), rest
		}
		list = append(list, f)
	}
	slices.SortFunc(list, func(a, b bind.Function) int { return strings.Compare(a.Name, b.Name) })
	return list
}

func factsOf(t *testing.T, in map[string]string) types.Facts {
	t.Helper()
	var facts types.Facts
	if text := in["facts.json"]; text != "" {
		if err := json.Unmarshal([]byte(text), &facts); err != nil {
			t.Fatal(err)
		}
	}
	return facts
}

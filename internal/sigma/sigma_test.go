package sigma

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/conshelf/conshelf/internal/doctree"
	"github.com/conshelf/conshelf/internal/golden"
	"github.com/conshelf/conshelf/internal/schema"
	"github.com/conshelf/conshelf/kql"
	"github.com/conshelf/conshelf/kql/bind"
	kqlplan "github.com/conshelf/conshelf/kql/plan"
	"github.com/conshelf/conshelf/kql/types"
)

// TestCompile compiles the archive's .yaml files together. Kql is what they
// become, diagnostics what is said about them.
func TestCompile(t *testing.T) {
	golden.Run(t, "testdata/*.txtar", func(t *testing.T, in map[string]string) map[string]string {
		var docs []*Document
		var files []string
		for _, name := range slices.Sorted(maps.Keys(in)) {
			if !strings.HasSuffix(name, ".yaml") {
				continue
			}
			nodes, err := doctree.YAML(in[name])
			if err != nil {
				t.Fatal(err)
			}
			for _, n := range nodes {
				docs, files = append(docs, Read(n)), append(files, name)
			}
		}
		var queries, diagnostics strings.Builder
		for i, r := range Compile(docs) {
			r.Diagnostics.Sort()
			diagnostics.WriteString(r.Diagnostics.Format(files[i], in[files[i]]))
			if r.Query == nil {
				continue
			}
			queries.WriteString("// " + r.Query.Title + ", every " + r.Query.Frequency.String() + " over " + r.Query.Period.String())
			for _, e := range r.Query.Entities {
				queries.WriteString(", " + e.Type + " " + e.Column)
			}
			queries.WriteString("\n" + r.Query.KQL)
			checkQuery(t, r.Query)
		}
		return map[string]string{"kql": queries.String(), "diagnostics": diagnostics.String()}
	})
}

// checkQuery compiles a query, and checks that it returns the columns that
// name entities.
func checkQuery(t *testing.T, query *Query) {
	t.Helper()
	q, list := kql.Compile(query.KQL, kql.Options{Catalog: schema.Catalog(), Facts: schema.Facts(), Now: types.TicksPerDay * 365 * 2000, External: anyList})
	if list.HasErrors() {
		t.Errorf("%s", list.Format(query.Title, query.KQL))
	}
	if q == nil {
		return
	}
	for _, e := range query.Entities {
		if !slices.ContainsFunc(q.Root.Columns(), func(c types.Column) bool { return c.Name == e.Column }) {
			t.Errorf("%s returns no column %s", query.Title, e.Column)
		}
	}
}

// anyList is a watchlist without rows, whatever it is called.
func anyList(bind.External) (kqlplan.Rel, error) {
	return &kqlplan.Values{Cols: []types.Column{{Name: "SearchKey", Type: types.String}}}, nil
}

// Every table of ours binds: each alias, and what names entities.
func TestAliases(t *testing.T) {
	tables := []table{
		interactiveSignIns(), otherSignIns(), directoryAudits(), privilegedAccess(), azureActivity(), riskDetections(), graphActivity(),
		officeActivity(""), securityAlerts(),
	}
	for _, table := range tables {
		var b strings.Builder
		b.WriteString(table.name)
		if table.where != "" {
			b.WriteString("\n| where " + table.where)
		}
		for _, name := range slices.Sorted(maps.Keys(table.aliases)) {
			for _, x := range table.aliases[name] {
				b.WriteString("\n| where " + x + ` == "x"`)
			}
			if strings.ToLower(name) != name {
				t.Errorf("%s: alias %s is never found", table.name, name)
			}
		}
		for _, x := range []string{table.account, table.address} {
			if x != "" {
				b.WriteString("\n| where " + x + ` == "x"`)
			}
		}
		b.WriteString("\n" + table.texts() + table.columnsKept())
		checkQuery(t, &Query{Title: table.name, KQL: b.String(), Entities: table.entities()})
		published, _ := schema.Lookup(table.name)
		for _, name := range slices.Concat(table.lists, table.json) {
			if published.Column(name) < 0 {
				t.Errorf("%s has no column %s", table.name, name)
			}
		}
	}
}

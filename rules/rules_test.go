package rules

import (
	"errors"
	"os"
	"path"
	"strings"
	"testing"

	"github.com/conshelf/conshelf/internal/engine/duckdb"
	"github.com/conshelf/conshelf/internal/golden"
	"github.com/conshelf/conshelf/internal/rehearse"
	"github.com/conshelf/conshelf/internal/rule"
	"github.com/conshelf/conshelf/internal/schema"
	"github.com/conshelf/conshelf/internal/tenant"
	"github.com/conshelf/conshelf/kql"
	"github.com/conshelf/conshelf/kql/bind"
	"github.com/conshelf/conshelf/kql/diag"
	"github.com/conshelf/conshelf/kql/plan"
	"github.com/conshelf/conshelf/kql/types"
)

func compiler(query string, now int64) (*plan.Query, diag.List) {
	return compilerWith(nil, nil)(query, now)
}

// compilerWith compiles queries over tables, besides the published ones, that
// may read the watchlists of a tenant's facts.
func compilerWith(have []types.Table, facts *tenant.Facts) rule.Compiler {
	catalog := schema.Merge(schema.Catalog(), have)
	return func(query string, now int64) (*plan.Query, diag.List) {
		return kql.Compile(query, kql.Options{Catalog: catalog, Facts: schema.Facts(), Now: now, External: func(ref bind.External) (plan.Rel, error) {
			if rel, _, known := facts.Watchlist(ref.Name); known && ref.Kind == bind.Watchlist {
				return rel, nil
			}
			return nil, errors.New("no file stands for " + ref.String())
		}})
	}
}

// The rules are a model for others: nothing is to be said about one.
func TestRulesCompile(t *testing.T) {
	loaded, problems := rule.Load(FS())
	for _, p := range problems {
		t.Error(p)
	}
	for _, r := range loaded {
		if p := rule.Compile(r, compiler).Problem(); len(p.Diagnostics) > 0 {
			t.Error(p)
		}
		if _, err := os.Stat(strings.TrimSuffix(r.Path, ".yaml") + ".txtar"); err != nil {
			t.Errorf("%s has no test beside it: %v", r.Path, err)
		}
	}
	if len(loaded) < 90 {
		t.Errorf("%d rules", len(loaded))
	}
}

// TestRule runs each rule over the events beside it. A line of want-alerts is
// an alert: its severity, its time, its entities and the records it is of. A
// file facts.yaml is what the tenant says of itself.
func TestRule(t *testing.T) {
	loaded, _ := rule.Load(FS())
	for _, r := range loaded {
		t.Run(path.Dir(r.Path), func(t *testing.T) {
			golden.Run(t, strings.TrimSuffix(r.Path, ".yaml")+".txtar", func(t *testing.T, in map[string]string) map[string]string {
				return map[string]string{"want-alerts": alertsOf(t, r, in)}
			})
		})
	}
}

func alertsOf(t *testing.T, r *rule.Rule, in map[string]string) string {
	t.Helper()
	e, err := duckdb.Open(t.Context(), duckdb.Options{Threads: 1})
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := e.Close(); err != nil {
			t.Error(err)
		}
	}()
	facts, err := tenant.Parse([]byte(in["facts.yaml"]))
	if err != nil {
		t.Fatal(err)
	}
	files, err := rehearse.Load(t.Context(), e, in)
	if err != nil {
		t.Fatal(err)
	}
	have, err := rehearse.Tables(t.Context(), e)
	if err != nil {
		t.Fatal(err)
	}
	alerts, err := rehearse.Alerts(t.Context(), e, []*rule.Compiled{rule.Compile(r, compilerWith(have, facts))}, files)
	if err != nil {
		t.Error(err)
	}
	return alerts
}

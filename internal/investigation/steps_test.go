package investigation

import (
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/conshelf/conshelf/internal/detect"
	"github.com/conshelf/conshelf/internal/rule"
	"github.com/conshelf/conshelf/internal/simulate"
	"github.com/conshelf/conshelf/kql/plan"
	"github.com/conshelf/conshelf/rules"
)

// What the rules find in simulated tenants, alone and beside one another, is
// what they find step by step.
func TestThePackIsAsItIsStepByStep(t *testing.T) {
	for _, test := range []struct {
		name    string
		tenants []simulate.Options
	}{
		{"a tenant", []simulate.Options{{Seed: 11, Users: 25, Days: 9}}},
		{"two tenants", []simulate.Options{{Seed: 12, Users: 20, Days: 4}, {Seed: 13, Users: 20, Days: 4}}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			c := openCase(t, filepath.Join(dir, "case"))
			for i, o := range test.tenants {
				exports := filepath.Join(dir, string(rune('a'+i)))
				truth, err := simulate.Write(t.Context(), exports, o)
				if err != nil {
					t.Fatal(err)
				}
				loadAs(t, c, truth.Tenant.ID, exports)
			}
			compareSteps(t, c)
		})
	}
}

func compareSteps(t *testing.T, c *Case) {
	t.Helper()
	catalog, infos, err := c.catalog(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	loaded, _ := rule.Load(rules.FS())
	_, end := span(infos)
	pack, _, _ := compileRules(loaded, catalog, nil, func() lookups { return c.lookups(t.Context(), CompileOptions{}).replayed(end) })
	window := evidenceWindow(infos, Options{}.Window)
	for _, r := range pack {
		want, err := detect.Run(t.Context(), c.engine, []*rule.Compiled{r}, detect.Options{Window: window, Stepwise: true})
		if err != nil {
			t.Fatal(err)
		}
		got, err := detect.Run(t.Context(), c.engine, []*rule.Compiled{r}, detect.Options{Window: window})
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-stepwise +as it is run): %s\n%s", r.Name, diff, plan.Dump(r.Query))
		}
	}
}

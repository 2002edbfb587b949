package rule

import (
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/conshelf/conshelf/internal/golden"
	"github.com/conshelf/conshelf/internal/schema"
	"github.com/conshelf/conshelf/kql"
	"github.com/conshelf/conshelf/kql/diag"
	"github.com/conshelf/conshelf/kql/plan"
	"github.com/conshelf/conshelf/kql/types"
)

func published(query string, now int64) (*plan.Query, diag.List) {
	return kql.Compile(query, kql.Options{Catalog: schema.Catalog(), Facts: schema.Facts(), Now: now})
}

// TestCompile compiles rule.yaml against the published schema.
func TestCompile(t *testing.T) {
	golden.Run(t, "testdata/compile/*.txtar", func(t *testing.T, in map[string]string) map[string]string {
		rules, problems := Load(fstest.MapFS{"rule.yaml": {Data: []byte(in["rule.yaml"])}})
		if len(rules) == 0 {
			t.Fatal(problems)
		}
		c := Compile(rules[0], published)
		if (c.Query == nil) != c.Diagnostics.HasErrors() {
			t.Errorf("query %v, diagnostics %v", c.Query, c.Diagnostics)
		}
		return map[string]string{"diagnostics": c.Problem().String()}
	})
}

// A query that asks for the time is another at another time.
func TestAt(t *testing.T) {
	for query, uses := range map[string]bool{"SigninLogs | where TimeGenerated > ago(1d)": true, "SigninLogs": false} {
		text := "id: 11111111-1111-4111-8111-111111111111\nname: x\nkind: Scheduled\nseverity: Low\nqueryFrequency: 1h\nqueryPeriod: 1h\ntriggerOperator: gt\ntriggerThreshold: 0\nquery: " + query + "\n"
		rules, problems := Load(fstest.MapFS{"rule.yaml": {Data: []byte(text)}})
		if len(rules) == 0 {
			t.Fatal(problems)
		}
		c := Compile(rules[0], published)
		now := types.TicksOf(time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC))
		if q := c.At(now); q.Now != now || q.UsesNow != uses || (q.Root == c.Query.Root) == uses {
			t.Errorf("%s: now %d, uses it: %t, the same plan: %t", query, q.Now, q.UsesNow, q.Root == c.Query.Root)
		}
	}
}

func TestFill(t *testing.T) {
	got := Fill("{{ A }} and {{B}}, {{ not this }}", func(column string) string { return strings.ToLower(column) + "{{B}}" })
	if want := "a{{B}} and b{{B}}, {{ not this }}"; got != want {
		t.Errorf("Fill = %q, want %q", got, want)
	}
}

package sigma

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/conshelf/conshelf/internal/schema"
	"github.com/conshelf/conshelf/kql"
	"github.com/conshelf/conshelf/kql/bind"
	kqlplan "github.com/conshelf/conshelf/kql/plan"
	"github.com/conshelf/conshelf/kql/types"
)

// kinds is a watchlist of two values, an empty line between them.
func kinds(bind.External) (kqlplan.Rel, error) {
	text := func(s string) []kqlplan.Expr { return []kqlplan.Expr{&kqlplan.Const{Value: types.NewString(s)}} }
	return &kqlplan.Values{Cols: []types.Column{{Name: "SearchKey", Type: types.String}}, Rows: [][]kqlplan.Expr{text("user"), text(""), text("Group")}}, nil
}

// What a placeholder stands for is looked up in every element of a list of the
// record, too; not over it, what is not there is in no list.
func TestPlaceholdersOverRecords(t *testing.T) {
	records := []string{`[{"type":"Device"},{"type":"User"}]`, `[{"type":"group"}]`, `[{"type":"Role"}]`, `[{}]`, `[]`, ``}
	at := time.Date(2026, 3, 1, 8, 0, 0, 0, time.UTC)
	var events []event
	for i, r := range records {
		ev := event{table: "AuditLogs", at: at.Add(time.Duration(i) * time.Minute), texts: map[string]string{"Id": fmt.Sprint(i)}}
		if r != "" {
			ev.texts["TargetResources"] = r
		}
		events = append(events, ev)
	}
	e := load(t, events)
	for _, test := range []struct{ entry, condition, want string }{
		{"TargetResources.type|expand", "selection", "0 1"},
		{"TargetResources.type|expand", "not selection", "2 3 4 5"},
		{"TargetResources.type|expand|cased", "selection", ""},
		{"TargetResources.type|expand|neq", "selection", "2 3 4 5"},
	} {
		result := compiled(t, "Rule", map[string]any{
			"title": "Rule", "logsource": map[string]any{"product": "azure", "service": "auditlogs"},
			"detection": map[string]any{"selection": map[string]any{test.entry: "%kinds%"}, "condition": test.condition},
		})
		if result.Query == nil {
			t.Errorf("%s: %v", test.entry, result.Diagnostics)
			continue
		}
		q, list := kql.Compile(result.Query.KQL, kql.Options{Catalog: schema.Catalog(), Facts: schema.Facts(), Now: types.TicksOf(at.Add(time.Hour)), External: kinds})
		if q == nil {
			t.Fatalf("%s\n%s", result.Query.KQL, list.Format("query", result.Query.KQL))
		}
		got := strings.Join(rowsOf(t, e, q, "Id"), " ")
		if diff := cmp.Diff(test.want, got); diff != "" {
			t.Errorf("%s %s: %s\n%s", test.condition, test.entry, diff, result.Query.KQL)
		}
	}
}

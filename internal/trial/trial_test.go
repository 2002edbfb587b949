package trial

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/conshelf/conshelf/internal/engine"
	"github.com/conshelf/conshelf/internal/engine/duckdb"
	"github.com/conshelf/conshelf/internal/rule"
	"github.com/conshelf/conshelf/internal/schema"
	"github.com/conshelf/conshelf/kql"
	"github.com/conshelf/conshelf/kql/diag"
	"github.com/conshelf/conshelf/kql/plan"
	"github.com/conshelf/conshelf/kql/types"
	"github.com/conshelf/conshelf/rules"
)

// What the pack has to reach.
const (
	found     = 0.9
	maxArgued = 2
)

func pack(t *testing.T) []*rule.Compiled {
	t.Helper()
	loaded, problems := rule.Load(rules.FS())
	for _, p := range problems {
		t.Error(p)
	}
	var compiled []*rule.Compiled
	for _, r := range loaded {
		compiled = append(compiled, compile(r, nil))
	}
	return compiled
}

func compile(r *rule.Rule, have []engine.TableInfo) *rule.Compiled {
	var tables []types.Table
	for _, info := range have {
		tables = append(tables, info.Table)
	}
	catalog := schema.Merge(schema.Catalog(), tables)
	return rule.Compile(r, func(query string, now int64) (*plan.Query, diag.List) {
		return kql.Compile(query, kql.Options{Catalog: catalog, Facts: schema.Facts(), Now: now})
	})
}

func judge(t *testing.T, cases []Case) Report {
	t.Helper()
	return judgeBy(t, pack(t), cases)
}

func judgeBy(t *testing.T, rules []*rule.Compiled, cases []Case) Report {
	t.Helper()
	j := Judge{Rules: rules, Compile: compile, Open: func(ctx context.Context) (Store, error) {
		return duckdb.Open(ctx, duckdb.Options{MemoryLimit: 256 << 20, Threads: 1})
	}}
	report, err := j.Judge(t.Context(), cases)
	if err != nil {
		t.Fatal(err)
	}
	return report
}

// TestCases judges the cases beside the checkout, or those of the file that
// CONSHELF_CASES names.
func TestCases(t *testing.T) {
	file := os.Getenv("CONSHELF_CASES")
	if file == "" {
		file = filepath.Join("..", "..", "..", "shared", "data", "detections", "single_event_cases.jsonl")
	}
	r, err := os.Open(file)
	if err != nil {
		t.Skip("no such cases: ", err)
	}
	defer func() { _ = r.Close() }()
	cases, err := Read(r)
	if err != nil {
		t.Fatal(err)
	}
	report := judge(t, cases)
	t.Log("\n" + report.String())
	if got := report.Share(); got < found {
		t.Errorf("%.1f %% of what should alert does, less than %.1f %%", 100*got, 100*found)
	}
	argued := Argued()
	if len(argued) > maxArgued {
		t.Errorf("%d cases are argued, more than %d", len(argued), maxArgued)
	}
	for _, o := range report.Wrong() {
		if argued[o.Name()] == "" {
			t.Errorf("%s should not alert and does: %s", o.Name(), strings.Join(o.Rules, "; "))
		}
	}
}

const invented = `{"rule_id":"R","test_name":"deleted","expected":true,"log_type":["A"],"event":{"time":"2026-03-02T09:00:00Z","resourceId":"/subscriptions/00000000-0000-4000-8000-000000000800/resourceGroups/rg/providers/Microsoft.Insights/diagnosticSettings/d","operationName":"MICROSOFT.INSIGHTS/DIAGNOSTICSETTINGS/DELETE","category":"Administrative","resultType":"Success","callerIpAddress":"203.0.113.7"}}
{"rule_id":"R","test_name":"failed","expected":true,"log_type":["A"],"event":{"time":"2026-03-02T09:00:00Z","resourceId":"/subscriptions/00000000-0000-4000-8000-000000000800/resourceGroups/rg/providers/Microsoft.Insights/diagnosticSettings/d","operationName":"MICROSOFT.INSIGHTS/DIAGNOSTICSETTINGS/DELETE","category":"Administrative","resultType":"Failure","callerIpAddress":"203.0.113.7"}}
{"rule_id":"R","test_name":"often","expected":true,"threshold":50,"log_type":["A"],"event":{"time":"2026-03-02T09:00:00Z","category":"Administrative"}}
{"rule_id":"R","test_name":"meant well","expected":false,"log_type":["A"],"event":{"time":"2026-03-02T09:00:00Z","resourceId":"/subscriptions/00000000-0000-4000-8000-000000000800/resourceGroups/rg/providers/Microsoft.Insights/diagnosticSettings/d","operationName":"microsoft.insights/diagnosticsettings/delete","category":"Administrative","resultType":"Succeeded","callerIpAddress":"203.0.113.7"}}
{"rule_id":"R","test_name":"read","expected":false,"log_type":["A"],"event":{"time":"2026-03-02T09:00:00Z","resourceId":"/subscriptions/00000000-0000-4000-8000-000000000800/resourceGroups/rg/providers/Microsoft.Insights/diagnosticSettings/d","operationName":"MICROSOFT.INSIGHTS/DIAGNOSTICSETTINGS/READ","category":"Administrative","resultType":"Success","callerIpAddress":"203.0.113.7"}}
{"rule_id":"R","test_name":"strange","expected":false,"log_type":["A"],"event":{"what":"is this"}}
`

// A case counts, is missed, is wrong or cannot be read, and each is told apart.
func TestReport(t *testing.T) {
	cases, err := Read(strings.NewReader(invented))
	if err != nil {
		t.Fatal(err)
	}
	report := judge(t, cases)
	if found, all := report.Found(); found != 1 || all != 2 {
		t.Errorf("found %d of %d, want 1 of 2\n%s", found, all, report)
	}
	wrong := report.Wrong()
	if len(wrong) != 1 || wrong[0].Test != "meant well" {
		t.Errorf("wrong: %v, want the one that was meant well\n%s", wrong, report)
	}
	if o := report.Outcomes[len(cases)-1]; o.Problem == "" {
		t.Errorf("%s was read", o.Name())
	}
	if _, err := Read(strings.NewReader("{")); err == nil {
		t.Error("half a case is read")
	}
}

// An export may have columns that the published table lacks. Rules that ask
// for one see it, by either name of the function.
func TestColumnsBesideThePublished(t *testing.T) {
	const alert = `{"rule_id":"R","test_name":"alert","expected":true,"event":{"CreationTime":"2026-03-02T09:00:00","Id":"00000000-0000-4000-8000-000000000001","Operation":"AlertTriggered","OrganizationId":"00000000-0000-4000-8000-000000000900","RecordType":40,"UserKey":"k","UserType":4,"Version":1,"Workload":"SecurityComplianceCenter","UserId":"SecurityComplianceAlerts","AlertId":"a","Name":"User restricted from sending email","Severity":"High","Status":"Active"}}`
	cases, err := Read(strings.NewReader(alert))
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"column_ifexists", "columnifexists"} {
		t.Run(name, func(t *testing.T) {
			var asking []*rule.Compiled
			for _, c := range pack(t) {
				if strings.Contains(c.Rule.Query, "column_ifexists") {
					r := *c.Rule
					r.Query = strings.ReplaceAll(r.Query, "column_ifexists", name)
					asking = append(asking, compile(&r, nil))
				}
			}
			if found, all := judgeBy(t, asking, cases).Found(); found != 1 || all != 1 {
				t.Errorf("found %d of %d, want 1 of 1", found, all)
			}
		})
	}
}

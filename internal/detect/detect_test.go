package detect

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/conshelf/conshelf/internal/engine"
	"github.com/conshelf/conshelf/internal/incident"
	"github.com/conshelf/conshelf/internal/rule"
	"github.com/conshelf/conshelf/kql/diag"
	"github.com/conshelf/conshelf/kql/plan"
	"github.com/conshelf/conshelf/kql/types"
)

var start = time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC)

func hour(h float64) int64 {
	return types.TicksOf(start.Add(time.Duration(h * float64(time.Hour))))
}

// A record is a row of the fake evidence: when, who, and from where.
type record struct {
	at     int64
	who    string
	from   string
	tenant string
}

// A fake holds one table. A query over it is a scan of the table's name, or
// of "Count": how many records each person has in the window.
type fake struct {
	records []record
	limit   int   // of origins in a row; 0: none
	fail    error // of queries
	broken  error // of Tables, from the second time on
	mu      sync.Mutex
	listed  int
	scopes  []plan.Scope
}

func columns(table string) []types.Column {
	if table == "Count" {
		return []types.Column{{Name: "User", Type: types.String}, {Name: "Count", Type: types.Long}, {Name: "IPs", Type: types.Dynamic}}
	}
	return []types.Column{{Name: "TimeGenerated", Type: types.DateTime}, {Name: "User", Type: types.String}, {Name: "IP", Type: types.String}, {Name: "Rating", Type: types.String}}
}

func (f *fake) Tables(context.Context) ([]engine.TableInfo, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.listed++; f.listed > 1 && f.broken != nil {
		return nil, f.broken
	}
	info := engine.TableInfo{Table: types.Table{Name: "Events"}, Rows: int64(len(f.records))}
	for _, r := range f.records {
		if info.First == 0 || r.at < info.First {
			info.First = r.at
		}
		info.Last = max(info.Last, r.at)
	}
	count := info
	count.Name = "Count"
	return []engine.TableInfo{count, info, {Table: types.Table{Name: "Empty"}}}, nil
}

func (f *fake) Tenants(context.Context) ([]string, error) {
	var names []string
	for _, r := range f.records {
		names = append(names, r.tenant)
	}
	slices.Sort(names)
	return slices.Compact(names), nil
}

func (f *fake) Query(ctx context.Context, q *plan.Query, each func([]types.Value) error) error {
	f.mu.Lock()
	f.scopes = append(f.scopes, q.Scope)
	f.mu.Unlock()
	if err := ctx.Err(); err != nil {
		return err
	}
	if f.fail != nil {
		return f.fail
	}
	table := scanned(q.Root)
	people := make(map[string][]int64)
	ips := make(map[string]string)
	for i, r := range f.records {
		if r.at < q.Scope.From || q.Scope.To != 0 && r.at >= q.Scope.To || !shows(q.Scope.Tenant, r.tenant) {
			continue
		}
		origin := int64(i + 1)
		if table == "Count" {
			people[r.who] = append(people[r.who], origin)
			ips[r.who] += fmt.Sprintf(",%q", r.from)
			continue
		}
		row := []types.Value{types.NewDateTime(r.at), types.NewString(r.who), types.NewString(r.from), types.NewString("high")}
		if err := each(f.traced(q, row, origin)); err != nil {
			return err
		}
	}
	for who, origins := range people {
		row := []types.Value{types.NewString(who), types.NewLong(int64(len(origins))), types.NewDynamic("[" + ips[who][1:] + "]")}
		if err := each(f.traced(q, row, origins...)); err != nil {
			return err
		}
	}
	return nil
}

func scanned(r plan.Rel) string {
	for {
		if scan, ok := r.(*plan.Scan); ok {
			return scan.Table.Name
		}
		r = plan.Inputs(r)[0]
	}
}

// traced appends the origins, if the query asks for them.
func (f *fake) traced(q *plan.Query, row []types.Value, origins ...int64) []types.Value {
	if last := q.Root.Columns()[len(q.Root.Columns())-1]; last.Name != plan.OriginCountColumn {
		return row
	}
	var pairs []string
	for i, o := range origins {
		if f.limit > 0 && i == f.limit {
			break
		}
		pairs = append(pairs, fmt.Sprintf("[1,%d]", o))
	}
	return append(row, types.NewDynamic("["+strings.Join(pairs, ",")+"]"), types.NewLong(int64(len(origins))))
}

// compiled returns a rule whose query is the name of a table. More is lines of
// YAML.
func compiled(t *testing.T, query, period string, more ...string) *rule.Compiled {
	t.Helper()
	text := fmt.Sprintf(`
id: 11111111-1111-4111-8111-111111111111
name: %s
kind: Scheduled
description: A rule.
severity: Medium
requiredDataConnectors: []
queryFrequency: 1h
queryPeriod: %s
tactics: [InitialAccess]
relevantTechniques: [T1078]
version: 1.0.0
query: %s
%s
`, query, period, query, strings.Join(more, "\n"))
	if !strings.Contains(text, "triggerOperator") {
		text += "triggerOperator: gt\ntriggerThreshold: 0\n"
	}
	if !strings.Contains(text, "aggregationKind") {
		text += "eventGroupingSettings: {aggregationKind: AlertPerResult}\n"
	}
	rules, problems := rule.Load(fstest.MapFS{"rule.yaml": {Data: []byte(text)}})
	if len(rules) == 0 {
		t.Fatal(problems)
	}
	return rule.Compile(rules[0], func(query string, now int64) (*plan.Query, diag.List) {
		if query == "Broken" {
			var list diag.List
			list.Errorf(diag.Span{Start: 0, End: 6}, diag.UnknownTable, "no table named Broken")
			return nil, list
		}
		return &plan.Query{Root: &plan.Scan{Table: types.Table{Name: query, Columns: columns(query)}}, Now: now}, nil
	})
}

const byUser = "entityMappings: [{entityType: Account, fieldMappings: [{identifier: FullName, columnName: User}]}]"

// summary returns alerts and gaps, a line each.
func summary(r Result) string {
	var b strings.Builder
	for _, a := range r.Alerts {
		fmt.Fprintf(&b, "%s..%s %s", a.First.Format("02T15:04"), a.Last.Format("02T15:04"), a.Severity)
		for _, e := range a.Entities {
			fmt.Fprintf(&b, " %s", e)
		}
		fmt.Fprintf(&b, " of %d", a.OriginCount)
		for _, o := range a.Origins {
			fmt.Fprintf(&b, " %d", o.Record)
		}
		if a.Tenant != "" {
			b.WriteString(" in " + a.Tenant)
		}
		b.WriteString("\n")
	}
	for _, g := range r.Gaps {
		fmt.Fprintf(&b, "gap %s: %s: %s %s\n", g.Kind, g.Subject, g.Reason, g.Consequence)
	}
	return b.String()
}

func check(t *testing.T, f *fake, o Options, want string, rules ...*rule.Compiled) {
	t.Helper()
	got, err := Run(t.Context(), f, rules, o)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(strings.TrimPrefix(want, "\n"), summary(got)); diff != "" {
		t.Error(diff)
	}
}

func TestStepsCoverTheEvidence(t *testing.T) {
	f := &fake{records: []record{{at: hour(1.5), who: "a"}, {at: hour(4), who: "b"}}}
	check(t, f, Options{Stepwise: true, Concurrency: 1}, "", compiled(t, "Count", "2h", "triggerOperator: gt", "triggerThreshold: 5"))
	var got [][2]int64
	for _, s := range f.scopes {
		window := [2]int64{(s.From - hour(0)) / types.TicksPerHour, (s.To - hour(0)) / types.TicksPerHour}
		if !slices.Contains(got, window) {
			got = append(got, window)
		}
	}
	// The record at 4:00 sharp is only in a window that ends after it.
	want := [][2]int64{{0, 2}, {1, 3}, {2, 4}, {3, 5}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// A hunting query has no schedule: it sees everything at once, and now() is
// the end of the evidence.
func TestHuntingRunsOnce(t *testing.T) {
	f := &fake{records: []record{{at: hour(1.5), who: "a"}, {at: hour(400), who: "a"}}}
	r := compiled(t, "Count", "2h")
	r.Kind, r.Frequency, r.Period = rule.Hunting, 0, 0
	check(t, f, Options{Concurrency: 1}, "02T01:30..18T16:00 Medium of 2 1 2\n", r)
	for _, s := range f.scopes {
		if s.From != hour(1.5) || s.To != hour(400)+1 {
			t.Errorf("it looked from %d to %d", s.From, s.To)
		}
	}
}

func TestRepeatedMatchesAreOneAlert(t *testing.T) {
	f := &fake{records: []record{
		{at: hour(0.5), who: "a"},
		{at: hour(5), who: "a"},
		{at: hour(5), who: "b"},
		{at: hour(24 * 5), who: "a"}, // nothing of it is in a window with the others
	}}
	check(t, f, Options{}, `
02T00:30..03T05:00 Medium a of 2 1 2
02T00:30..03T05:00 Medium b of 1 3
06T01:00..07T00:00 Medium a of 1 4
`, compiled(t, "Count", "1d", byUser))
}

func TestEntitiesThatGrowAreOneAlert(t *testing.T) {
	f := &fake{records: []record{{at: hour(0.5), who: "a", from: "192.0.2.1"}, {at: hour(1.5), who: "a", from: "192.0.2.2"}, {at: hour(1.5), who: "b", from: "192.0.2.2"}}}
	ips := "entityMappings: [{entityType: Account, fieldMappings: [{identifier: FullName, columnName: User}]}, {entityType: IP, fieldMappings: [{identifier: Address, columnName: IPs}]}]"
	check(t, f, Options{}, `
02T00:30..02T01:30 Medium a 192.0.2.1 192.0.2.2 of 2 1 2
02T00:30..02T01:30 Medium b 192.0.2.2 of 1 3
`, compiled(t, "Count", "1d", ips))
}

// A rule that looks at each row by itself may run once over all of the time.
// That must give what step by step gives.
func TestOnePassIsStepwise(t *testing.T) {
	f := &fake{records: []record{
		{at: hour(0), who: "a", from: "192.0.2.1"},
		{at: hour(0), who: "a", from: "192.0.2.1"}, // twice the same
		{at: hour(0.25), who: "a", from: "192.0.2.1"},
		{at: hour(3), who: "b", from: "192.0.2.1:443"},
		{at: hour(24), who: "a", from: ""},
		{at: hour(24 * 9), who: "c", from: "[2001:db8::1]:80"},
	}}
	mapped := "entityMappings: [{entityType: Account, fieldMappings: [{identifier: FullName, columnName: User}]}, {entityType: IP, fieldMappings: [{identifier: Address, columnName: IP}]}]"
	want := `
02T00:00..02T00:00 Medium a 192.0.2.1 of 2 1 2
02T00:15..02T00:15 Medium a 192.0.2.1 of 1 3
02T03:00..02T03:00 Medium b 192.0.2.1 of 1 4
03T00:00..03T00:00 Medium a of 1 5
11T00:00..11T00:00 Medium c 2001:db8::1 of 1 6
`
	for _, period := range []string{"1h", "5h", "2d"} {
		r := compiled(t, "Events", period, mapped)
		check(t, f, Options{Stepwise: true}, want, r)
		steps := len(f.scopes)
		f.scopes = nil
		check(t, f, Options{}, want, r)
		if len(f.scopes) != 2 || steps < 100 {
			t.Errorf("period %s: %d queries in one pass, %d step by step", period, len(f.scopes), steps)
		}
		f.scopes = nil
		once, _ := Run(t.Context(), f, []*rule.Compiled{r}, Options{})
		each, _ := Run(t.Context(), f, []*rule.Compiled{r}, Options{Stepwise: true})
		if diff := cmp.Diff(each, once); diff != "" {
			t.Error(diff)
		}
		f.scopes = nil
	}
}

func TestWhatIsNotRunIsAGap(t *testing.T) {
	f := &fake{records: []record{{at: hour(1), who: "a"}}}
	check(t, f, Options{}, `
02T01:00..02T01:00 Medium a of 1 1
gap rule: Broken: The rule does not compile: rule.yaml:13:8: Broken: KS204: no table named Broken Nothing can be said about what it looks for.
gap missing table: Empty: No evidence was collected for Empty. The rule did not run: that it found nothing means nothing.
gap missing table: Missing: No evidence was collected for Missing. The rule did not run: that it found nothing means nothing.
`, compiled(t, "Broken", "1h"), compiled(t, "Empty", "1h"), compiled(t, "Missing", "1h"), compiled(t, "Events", "1h", byUser))
}

func TestWindowWithoutRecordsIsAGap(t *testing.T) {
	f := &fake{records: []record{{at: hour(1), who: "a"}}}
	check(t, f, Options{Window: incident.Window{From: start.Add(2 * time.Hour)}}, `
gap missing data: Events: No record that it reads has a time in the window looked at. The rule did not run: that it found nothing means nothing.
`, compiled(t, "Events", "1h", byUser))
}

func TestFailingRuleIsAGap(t *testing.T) {
	f := &fake{records: []record{{at: hour(1), who: "a"}}, fail: errors.New("cannot divide")}
	check(t, f, Options{}, `
gap rule: Events: The rule failed: cannot divide What it would have found after the failure is not known.
`, compiled(t, "Events", "1h", byUser))
}

func TestFailingEngineIsAnError(t *testing.T) {
	disk := errors.New("disk gone")
	f := &fake{records: []record{{at: hour(1), who: "a"}}, fail: errors.New("read page"), broken: disk}
	if _, err := Run(t.Context(), f, []*rule.Compiled{compiled(t, "Events", "1h")}, Options{}); !errors.Is(err, disk) {
		t.Errorf("error %v", err)
	}
	canceled, cancel := context.WithCancel(t.Context())
	cancel()
	f = &fake{records: []record{{at: hour(1), who: "a"}}}
	if _, err := Run(canceled, f, []*rule.Compiled{compiled(t, "Events", "1h")}, Options{}); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
}

// shows tells whether a scope shows the rows of a tenant.
func shows(scope, tenant string) bool {
	return scope == "" || scope == tenant || scope == plan.Tenantless && tenant == ""
}

func TestTenantsAreReplayedApart(t *testing.T) {
	f := &fake{records: []record{{at: hour(1), who: "a", tenant: "t1"}, {at: hour(1), who: "a", tenant: "t2"}, {at: hour(1), who: "a"}}}
	check(t, f, Options{}, `
02T01:00..02T01:00 Medium a of 1 3
02T01:00..02T01:00 Medium a of 1 1 in t1
02T01:00..02T01:00 Medium a of 1 2 in t2
gap evidence: records that name no tenant: The evidence holds records of several tenants, and records that do not say whose they are. Rules looked at these records together, apart from the tenants: what they and a tenant's own records would show was not seen. Load them again into another case with --tenant, if it is known whose they are.
`, compiled(t, "Events", "1h", byUser))
}

func TestRecordsWithoutTenantAreOfTheOnlyOne(t *testing.T) {
	f := &fake{records: []record{{at: hour(1), who: "a", tenant: "t1"}, {at: hour(2), who: "a"}}}
	check(t, f, Options{}, `
02T01:00..02T01:00 Medium a of 1 1 in t1
02T02:00..02T02:00 Medium a of 1 2 in t1
`, compiled(t, "Events", "1h", byUser))
}

func TestTriggerCountsRows(t *testing.T) {
	f := &fake{records: []record{{at: hour(1), who: "a"}, {at: hour(1), who: "b"}, {at: hour(5), who: "c"}}}
	check(t, f, Options{}, `
02T01:00..02T01:00 Medium a of 1 1
02T01:00..02T01:00 Medium b of 1 2
`, compiled(t, "Events", "1h", byUser, "triggerOperator: gt", "triggerThreshold: 1"))
	// Silence is what some rules look for; it has no rows to be about.
	check(t, f, Options{}, `
02T02:00..02T03:00 Medium of 0
02T03:00..02T04:00 Medium of 0
02T04:00..02T05:00 Medium of 0
`, compiled(t, "Events", "1h", "triggerOperator: eq", "triggerThreshold: 0"))
}

func TestSingleAlert(t *testing.T) {
	f := &fake{records: []record{{at: hour(1), who: "a", from: "x"}, {at: hour(1.5), who: "b", from: "x"}, {at: hour(2), who: "c"}}}
	r := compiled(t, "Events", "1h", byUser, "eventGroupingSettings: {aggregationKind: SingleAlert}")
	check(t, f, Options{}, `
02T01:00..02T01:30 Medium a b of 2 1 2
02T02:00..02T02:00 Medium c of 1 3
`, r)
	got, _ := Run(t.Context(), f, []*rule.Compiled{r}, Options{})
	if user, ip := got.Alerts[0].Detail("User"), got.Alerts[0].Detail("IP"); user != "a, b" || ip != "x" {
		t.Errorf("details %q and %q", user, ip)
	}
}

func TestAlertIsWhatTheRowSays(t *testing.T) {
	f := &fake{records: []record{{at: hour(1), who: "a{{IP}}", from: "192.0.2.1"}}}
	got, err := Run(t.Context(), f, []*rule.Compiled{compiled(t, "Events", "1h", byUser, "customDetails: {Who: User, IP: IP}",
		`alertDetailsOverride: {alertDescriptionFormat: "{{ User }} from {{IP}}", alertSeverityColumnName: Rating}`)}, Options{})
	if err != nil {
		t.Fatal(err)
	}
	a := got.Alerts[0]
	want := []incident.Detail{{Name: "Who", Value: "a{{IP}}"}, {Name: "TimeGenerated", Value: "2026-03-02T01:00:00.0000000Z"}, {Name: "User", Value: "a{{IP}}"}, {Name: "IP", Value: "192.0.2.1"}, {Name: "Rating", Value: "high"}}
	if diff := cmp.Diff(want, a.Details); diff != "" {
		t.Error(diff)
	}
	if a.Severity != incident.High || a.Description != "a{{IP}} from 192.0.2.1" {
		t.Errorf("%s: %s", a.Severity, a.Description)
	}
}

func TestOriginsAreCapped(t *testing.T) {
	f := &fake{limit: 3}
	for i := range 10 {
		f.records = append(f.records, record{at: hour(1 + float64(i)/100), who: "a"})
	}
	check(t, f, Options{Origins: 3}, `
02T01:00..02T01:05 Medium a of 10 1 2 3
`, compiled(t, "Count", "1h", byUser))
}

func TestResultIsTheSameEveryTime(t *testing.T) {
	f := &fake{}
	for i := range 50 {
		f.records = append(f.records, record{at: hour(float64(i)), who: fmt.Sprint("u", i%7), from: fmt.Sprint("192.0.2.", i%3)})
	}
	rules := []*rule.Compiled{compiled(t, "Count", "1d", byUser), compiled(t, "Events", "1h", byUser), compiled(t, "Missing", "1h")}
	want, err := Run(t.Context(), f, rules, Options{})
	if err != nil {
		t.Fatal(err)
	}
	ids := make(map[string]bool)
	for _, a := range want.Alerts {
		ids[a.ID] = true
	}
	if len(ids) != len(want.Alerts) || len(ids) < 50 {
		t.Errorf("%d ids of %d alerts", len(ids), len(want.Alerts))
	}
	for range 5 {
		slices.Reverse(rules)
		got, _ := Run(t.Context(), f, rules, Options{Concurrency: 3})
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatal(diff)
		}
	}
}

func TestGaps(t *testing.T) {
	_, problems := rule.Load(fstest.MapFS{"b.yaml": {Data: []byte("name: x\nkind: Scheduled\n")}})
	got := summary(Result{Gaps: Gaps(problems)})
	want := "gap rule: b.yaml: b.yaml:1:1: x: CSH010: the rule has no id (and 6 more) Nothing can be said about what this rule looks for.\n"
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestTacticsOf(t *testing.T) {
	for text, want := range map[string]string{
		"":                                   "[]",
		"DefenseEvasion":                     "[DefenseEvasion]",
		"InitialAccess, Persistence":         "[InitialAccess Persistence]",
		`["InitialAccess","Unknown"]`:        "[InitialAccess]",
		"InitialAccess,InitialAccess,Nobody": "[InitialAccess]",
	} {
		if got := fmt.Sprint(tacticsOf(text)); got != want {
			t.Errorf("tacticsOf(%q) = %s, want %s", text, got, want)
		}
	}
}

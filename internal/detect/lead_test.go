package detect

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/conshelf/conshelf/internal/rule"
	"github.com/conshelf/conshelf/kql/plan"
	"github.com/conshelf/conshelf/kql/types"
)

func events() *plan.Scan {
	return &plan.Scan{Table: types.Table{Name: "Events", Columns: columns("Events")}}
}

func column(index int) *plan.Col { return &plan.Col{Index: index, T: columns("Events")[index].Type} }

func call(name string, args ...plan.Expr) plan.Expr {
	return &plan.Call{Func: name, Args: args, T: types.Bool}
}

func at(hours float64) plan.Expr { return &plan.Const{Value: types.NewDateTime(hour(hours))} }

func isA() plan.Expr { return call("==", column(1), &plan.Const{Value: types.NewString("a")}) }

// A query has no rows without those of its leads; one that may have some has
// no leads.
func TestLeads(t *testing.T) {
	known := &plan.Aggregate{Input: events(), Keys: []plan.Named{{Name: "User", Expr: column(1)}}}
	recent := call("and", call(">", column(0), at(5)), isA())
	unknown := &plan.InQuery{Op: "!in", X: column(1), Rel: known}
	filtered := &plan.Filter{Input: events(), Cond: call("and", recent, unknown)}
	renamed := &plan.Project{Input: events(), Cols: []plan.Named{{Name: "Who", Expr: column(1)}, {Name: "When", Expr: column(0)}}}
	timeless := &plan.Project{Input: events(), Cols: []plan.Named{{Name: "Who", Expr: column(1)}}}
	count := &plan.Aggregate{Input: events(), Aggs: []plan.Agg{{Name: "N", Call: &plan.AggCall{Func: "count", Type: types.Long}}}}
	const scan = "scan Events\n"
	for _, c := range []struct {
		name  string
		query plan.Rel
		want  []string // the leads' rows; nil: the query may have rows without
		over  span
		time  int
	}{
		{name: "a table", query: events(), want: []string{scan}},
		{name: "a condition on a row, and one on others", query: filtered, want: []string{dump(&plan.Filter{Input: events(), Cond: isA()})}, over: span{from: hour(5) + 1}},
		{name: "bounds of time", query: &plan.Filter{Input: &plan.Filter{Input: events(), Cond: call("<=", column(0), at(7))}, Cond: call("<", column(0), at(6))}, want: []string{scan}, over: span{to: hour(6)}},
		{name: "any of two conditions bounds nothing", query: &plan.Filter{Input: events(), Cond: call("or", call(">", column(0), at(5)), isA())}, want: []string{dump(&plan.Filter{Input: events(), Cond: call("or", call(">", column(0), at(5)), isA())})}},
		{name: "a column moves", query: renamed, want: []string{dump(renamed)}, time: 1},
		{name: "the time is left out", query: timeless, want: []string{scan}},
		{name: "groups", query: known, want: []string{scan}},
		{name: "a condition on groups", query: &plan.Filter{Input: known, Cond: isA()}, want: []string{scan}},
		{name: "either of two", query: &plan.Union{Inputs: []plan.Rel{events(), filtered.Input}}, want: []string{scan, scan}},
		{name: "what the left side has", query: &plan.Join{Left: events(), Right: count, Kind: plan.LeftOuter}, want: []string{scan}},
		{name: "what the right side has", query: &plan.Join{Left: events(), Right: known, Kind: plan.RightOuter}},
		{name: "the number of rows, even of none", query: count},
		{name: "rows of the query itself, or a table's", query: &plan.Union{Inputs: []plan.Rel{events(), &plan.Values{Cols: columns("Events")}}}},
	} {
		leads, ok := leadsOf(c.query)
		if ok != (c.want != nil) {
			t.Errorf("%s: leads %t", c.name, ok)
			continue
		}
		var got []string
		for n, l := range leads {
			got = append(got, dump(l.rows))
			if ok && n == 0 && (l.over != c.over || l.time != c.time) {
				t.Errorf("%s: over %v, time in column %d", c.name, l.over, l.time)
			}
		}
		if diff := cmp.Diff(c.want, got); ok && diff != "" {
			t.Errorf("%s: %s", c.name, diff)
		}
	}
}

func dump(r plan.Rel) string { return plan.Dump(&plan.Query{Root: r}) }

func TestLeadWithinStep(t *testing.T) {
	hours := []int64{hour(2), hour(10)} // rows from 2:00 to 2:59 and from 10:00 to 10:59
	for _, c := range []struct {
		from, to float64
		over     span
		want     bool
	}{
		{0, 2, span{}, false},
		{0, 2.001, span{}, true},
		{2.5, 4, span{}, true},
		{3, 10, span{}, false},
		{0, 24, span{from: hour(11)}, false},
		{0, 24, span{from: hour(10.5)}, true},
		{0, 24, span{to: hour(2)}, false},
		{11, 30, span{}, false},
	} {
		run := step{span{hour(c.from), hour(c.to)}}
		if got := (lead{over: c.over}).within(run, hours); got != c.want {
			t.Errorf("from %v to %v, over %v: %t", c.from, c.to, c.over, got)
		}
	}
}

// Steps in which the rule has nothing to read are not run, and the alerts are
// those of all steps.
func TestBarrenStepsAreLeftOut(t *testing.T) {
	f := &fake{records: []record{{at: hour(3), who: "a"}, {at: hour(24), who: "b"}, {at: hour(24 * 9), who: "c"}}}
	r := compiled(t, "Events", "2h", byUser, "eventGroupingSettings: {aggregationKind: SingleAlert}")
	want, err := Run(t.Context(), f, []*rule.Compiled{r}, Options{Stepwise: true})
	if err != nil {
		t.Fatal(err)
	}
	f.scopes = nil
	got, err := Run(t.Context(), f, []*rule.Compiled{r}, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" || len(got.Alerts) != 3 {
		t.Errorf("%d alerts; %s", len(got.Alerts), diff)
	}
	if len(f.scopes) > 16 {
		t.Errorf("%d queries", len(f.scopes))
	}
	quiet := compiled(t, "Events", "2h", "triggerOperator: lt", "triggerThreshold: 1")
	got, err = Run(t.Context(), f, []*rule.Compiled{quiet}, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if len(got.Alerts) == 0 {
		t.Error("a rule that alerts when there are no rows was not run where there are none")
	}
}

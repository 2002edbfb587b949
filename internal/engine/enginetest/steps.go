package enginetest

import (
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/conshelf/conshelf/internal/engine"
	"github.com/conshelf/conshelf/kql"
	"github.com/conshelf/conshelf/kql/plan"
	"github.com/conshelf/conshelf/kql/types"
)

// instants are what a query asks of the instant, before its other stages.
var instants = []string{
	"P | project k, n, d",
	"P | where TimeGenerated > ago(7h) | project k, n, d",
	"P | where TimeGenerated between (ago(1d) .. ago(6h)) | project k, n, d",
	"P | extend n = n + tolong((now() - TimeGenerated) / 1h) | project k, n, d",
	"P | extend n = datetime_part('hour', startofday(now()) + 1h * n) | project k, n, d",
	"P | where TimeGenerated < ago(6h) | distinct k, n | extend d = dynamic(null)",
	"P | where TimeGenerated >= ago(12h) | summarize n = dcount(n) by k | extend d = dynamic(null)",
	"P | where TimeGenerated < ago(12h) and n > 0 | project k, n, d",
	"P | where TimeGenerated > ago(6h) | summarize n = dcount(n) by k | extend d = dynamic(null)",
	"P | where TimeGenerated <= ago(6h) | distinct k | extend n = 1, d = dynamic(null)",
	"P | where ago(12h) <= TimeGenerated and ago(6h) > TimeGenerated | distinct k | extend n = 1, d = dynamic(null)",
	"union (P | where TimeGenerated < ago(6h) | project k, n), (P | project k, n) | distinct k, n | extend d = dynamic(null)",
	"P | where TimeGenerated < ago(6h) | join kind=leftanti (P | where TimeGenerated >= ago(6h) | distinct k) on k | project k, n, d",
	"P | where TimeGenerated > ago(20d) | summarize n = dcount(strcat(k, n)) by b = bin(TimeGenerated, 6h) | project k = tostring(b), n, d = dynamic(null)",
	"P | where TimeGenerated <= ago(6h) | summarize n = sum(n) by k | extend d = dynamic(null)",
	"P | where TimeGenerated <= ago(6h) and TimeGenerated >= ago(18h) | summarize n = sumif(n, n > 0) + count(), m = max(TimeGenerated) by k | project k = strcat(k, m), n, d = dynamic(null)",
	"P | where TimeGenerated between (ago(18h) .. ago(6h)) | summarize n = dcount(n) by k | extend d = dynamic(null)",
	"P | where TimeGenerated > ago(18h) and TimeGenerated <= ago(5h) | summarize n = countif(n > 0) by b = bin(TimeGenerated, 12h) | project k = tostring(b), n, d = dynamic(null)",
	"P | where TimeGenerated < ago(1h) and TimeGenerated > ago(20h) | summarize n = minif(n, n > 0), m = maxif(n, n < 2) | project k = tostring(m), n, d = dynamic(null)",
	"P | summarize n = tolong((max(TimeGenerated) - min(TimeGenerated)) / 1h) | extend k = 'all', d = dynamic(null)",
	"let B = P | where TimeGenerated <= ago(6h) | extend m = n + 1; B | where k in ((B | where m > 1 | project k)) | join kind=leftouter (B | summarize n = sum(m) by k) on k | project k, n = coalesce(n1, n), d",
	"let B = P | where n > 0; let O = B | where TimeGenerated <= ago(6h); B | where TimeGenerated > ago(6h) and k !in ((O | distinct k)) | project k, n = n + toscalar(O | summarize count()), d",
	"let cut = ago(8h); P | where TimeGenerated < cut | project k, n, d",
	"P | where k !in ((Q | where TimeGenerated > ago(9h) | project k)) | project k, n, d",
	"P | where n > toscalar(Q | where TimeGenerated < ago(2h) | summarize min(m)) | project k, n, d",
	"P | summarize n = countif(TimeGenerated > ago(6h)), d = make_list(n) by k",
	"P | summarize n = count(), d = make_list(k) | extend k = 'all'",
	"P | summarize arg_max(TimeGenerated, *) by k | project k, n, d",
	"P | sort by TimeGenerated asc, n asc | extend n = coalesce(prev(n), -1) | project k, n, d",
	"P | sort by TimeGenerated asc, n asc, k asc | where n > 0 and prev(n) < 2 | project k, n, d",
	"P | sort by TimeGenerated asc, n asc, k asc | where k in ((Q | project k)) and prev(n) < 2 | project k, n, d",
	"P | join kind=rightouter (Q | where TimeGenerated < ago(4h) | project k, m) on k | project k, n = coalesce(m, n), d",
	"P | join kind=fullouter (Q | where TimeGenerated < ago(4h) | project k, m) on k | project k, n = coalesce(m, n), d",
	"datatable(k:string, m:long)['a', 1, 'zz', 2] | join kind=leftouter (P) on k | project k, n, d",
	"datatable(k:string, m:long)['a', 1, 'zz', 2] | join kind=fullouter (P) on k | project k, n, d",
	"P | join kind=rightouter (datatable(k:string, m:long)['a', 1, 'zz', 2]) on k | project k, n, d",
	"P | join kind=leftouter (Q | where TimeGenerated < ago(4h) | project k, m) on k | project k, n = coalesce(m, n), d",
	"union (P | project k, n, d), (Q | where TimeGenerated > ago(5h) | project k, n = m, d)",
	"union (P | project k, n, d), (Q | summarize n = count() by k | extend d = dynamic(null))",
}

// runSteps checks of queries, given and made at random, that an engine that
// answers many steps at once answers each as if it were asked alone.
func runSteps(t *testing.T, open Opener) {
	number := 120
	if text := os.Getenv("CONSHELF_QUERIES"); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil {
			t.Fatal(err)
		}
		number = n
	}
	perTable := len(instants)
	r := rand.New(rand.NewPCG(20, 27))
	answered := 0
	for i := range (number + perTable - 1) / perTable {
		e := open(t, t.TempDir())
		stepper, ok := e.(engine.Stepper)
		if !ok {
			t.Skip("the engine is asked step by step")
		}
		tables := catalog{"P": loadTimed(t, r, e, "P", 1, "n"), "Q": loadTimed(t, r, e, "Q", 2, "m")}
		for k := range perTable {
			text := instants[k]
			if i > 0 {
				made := makePipeline(r).text
				text = strings.Replace(made, "\nP\n", "\n"+pick(r, instants[:8])+"\n", 1)
			}
			steps := stepsOf(pick(r, []string{"6", "24", "10"}))
			t.Run(fmt.Sprintf("%d", i*perTable+k), func(t *testing.T) {
				if checkSteps(t, e, stepper, tables, text, steps) {
					answered++
				}
			})
		}
	}
	if answered < number*2/3 {
		t.Errorf("of %d queries only %d are answered at many steps at once", number, answered)
	}
}

// stepsOf are some steps at every sixth hour, one of which is left out, over
// periods of so many hours.
func stepsOf(hours string) plan.Steps {
	n, err := strconv.ParseInt(hours, 10, 64)
	if err != nil {
		panic(err)
	}
	steps := plan.Steps{Every: 6 * types.TicksPerHour, Period: n * types.TicksPerHour}
	for _, i := range []int64{-30, -24, -18, -6, 0} {
		steps.At = append(steps.At, now+i*types.TicksPerHour)
	}
	return steps
}

// loadTimed takes a sample in whose rows have times: on the steps, between
// them, together, and none.
func loadTimed(t *testing.T, r *rand.Rand, e engine.Engine, table string, file int64, number string) types.Table {
	t.Helper()
	s := makeSample(r, file, number)
	for range 2 {
		s.rows = append(s.rows, makeSample(r, file, number).rows...)
	}
	s.columns += ", TimeGenerated: datetime"
	for i := range s.rows {
		at := "datetime(null)"
		if r.IntN(8) > 0 {
			at = "datetime(" + types.FormatDateTime(now-r.Int64N(60)*types.TicksPerHour) + ")"
		}
		s.rows[i] += ", " + at
	}
	return loadSample(t, e, table, s)
}

func checkSteps(t *testing.T, e engine.Engine, stepper engine.Stepper, tables catalog, text string, steps plan.Steps) bool {
	t.Helper()
	open, ok := compileAt(t, e, text, tables, plan.OpenNow)
	if !ok || len(open.Others) > 0 {
		return false
	}
	open.Scope = plan.Scope{From: steps.At[0] - steps.Period, To: steps.At[len(steps.At)-1]}
	got := make(map[int64][]string)
	err := stepper.QuerySteps(t.Context(), plan.WithOrigins(open, 1000), steps, func(at int64, row []types.Value) error {
		got[at] = append(got[at], showRow(row))
		return nil
	})
	if refused(err) {
		return false
	}
	if err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	for _, at := range steps.At {
		alone, ok := compileAt(t, e, text, tables, at)
		if !ok {
			t.Fatalf("does not compile at %s:\n%s", types.FormatDateTime(at), text)
		}
		alone.Scope = plan.Scope{From: at - steps.Period, To: at}
		rows, err := run(t, e, plan.WithOrigins(alone, 1000))
		if err != nil {
			t.Fatalf("%v\n%s", err, text)
		}
		want := showRows(rows)
		slices.Sort(want)
		slices.Sort(got[at])
		if !slices.Equal(got[at], want) {
			t.Errorf("%s\nat %s over %d hours\ntogether\n%s\nalone\n%s", text, types.FormatDateTime(at), steps.Period/types.TicksPerHour,
				strings.Join(got[at], "\n"), strings.Join(want, "\n"))
		}
		delete(got, at)
	}
	if len(got) > 0 {
		t.Errorf("%s\nrows at other instants: %v", text, got)
	}
	return true
}

// compileAt compiles a query for an instant; ok is false if it does not
// compile.
func compileAt(t *testing.T, e engine.Engine, text string, c types.Catalog, at int64) (*plan.Query, bool) {
	t.Helper()
	discover := func(q *plan.Query) ([][]types.Value, error) { return run(t, e, q) }
	q, _ := kql.Compile(text, kql.Options{Catalog: c, Now: at, Discover: discover})
	return q, q != nil
}

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
	"github.com/conshelf/conshelf/kql/plan"
	"github.com/conshelf/conshelf/kql/types"
)

// A sample is the rows of a table, as KQL writes them.
type sample struct {
	file    int64
	columns string
	rows    []string
}

// A pipeline is a query made at random over the samples P and Q. The columns
// k, n and d are there between its stages.
type pipeline struct {
	text string
	// again tells that each row is given again by the records behind it alone:
	// no stage looks at the rows that are not there.
	again bool
}

// stages are what a pipeline is made of. Each keeps k:string, n:long and
// d:dynamic. Those of again give a row again from the records behind it, of
// whatever other records there are too; a group is one of them if it comes once.
var stages = struct{ again, groups, others, ends []string }{
	again: []string{
		"mv-expand kind=array d",
		"mv-apply with_itemindex=i d on (top 1 by i desc) | project-away i",
		"parse kind=regex k with r: string 'x' | project k = strcat(k, r), n, d",
		"extend d = iff(n > 1, d, dynamic(null)), k = strcat(k, 'x')",
		"join kind=inner (Q | where m > 1 | distinct k) on k",
		"where isnotnull(n) and not(k == '')",
		"project k, n = iff(n > 2, long(null), n), d",
		"invoke Positive()",
		"where n > 1",
		"where k != 'y'",
		"where k has 'x' or n == 2",
		"extend n = n + 1",
		"project-reorder n, k",
		"sort by n asc, k asc",
		"distinct k, n, tostring(d) | project k, n, d = todynamic(d)",
		"mv-expand d",
		"mv-expand e = d to typeof(long) | project k, n = coalesce(e, n), d",
		"mv-expand with_itemindex=i d limit 2 | project k, n = i + n, d",
		"mv-apply d on (where tostring(d) != '2')",
		"mv-apply e = d to typeof(long) on (summarize s = sum(e)) | project k, n = s, d",
		"parse k with a 'x' *",
		"parse-where k with * 'x' *",
		"parse-kv k as (a: string) with (pair_delimiter=' ', kv_delimiter='=') | project k, n, d",
		"join kind=inner (Q | project k, m) on k | project k, n = m, d",
		"join kind=inner (P | project n, u = k) on n | project k = u, n, d",
		"lookup kind=inner (Q | project k, m) on k | project k, n = n + m, d",
		"union (Q | project k, n = m, d)",
		"union isfuzzy=true withsource=s P | project k, n, d",
		"as hint.materialized=true S | union S",
		"extend b = bag_pack('a', n, 'c', k) | evaluate bag_unpack(b, 'b_') | project k, n = tolong(column_ifexists('b_a', long(null))), d",
		"make-graph k --> k with Q on k | graph-match (x)-[e]->(y) project k = e.k, n = e.n, d = y.d",
		"evaluate narrow() | where Column == 'n' | project k = Column, n = tolong(Value), d = todynamic(Value)",
		"partition hint.strategy=native by k (where n > 1 | extend n = n * 2)",
	},
	groups: []string{
		"summarize arg_max(n, *) by k",
		"summarize n = percentile(n, 50), d = make_list_if(n, n > 1) by k",
		"summarize n = countif(n > 1), d = make_bag(bag_pack(k, n)) by k",
		"summarize hint.shufflekey=k n = max(n) by k, d = tostring(d) | extend d = todynamic(d)",
		"summarize n = take_any(n), d = take_any(d) by k",
		"summarize n = sum(n), d = make_list(k) by k",
		"summarize arg_max(n, d) by k",
		"summarize n = dcount(n), d = make_set(n) by k",
		"partition hint.strategy=native by k (summarize n = count(), d = make_set(n) | extend k = 'p') | project k, n, d",
		"make-series s = count() on n from 0 to 4 step 1 by k | project k, n = tolong(array_sum(s)), d = s",
		"summarize n = count() by k, b = bin(n, 2) | project k, n, d = pack_array(b)",
		"extend k = strcat('p', k) | evaluate pivot(k, sum(n), k) | extend k = 'p', n = 1, d = dynamic([1, 2]) | project k, n, d",
	},
	others: []string{
		"where n in ((Q | project m))",
		"where k !in ((Q | project k))",
		"extend n = n + toscalar(Q | summarize max(m))",
		"sort by n desc nulls last, k asc | extend n = row_cumsum(coalesce(n, 0), k != prev(k))",
		"serialize n = next(n, 1, 0)",
		"top-nested 1 of k with others = 'rest' by c = count() | project k, n = c, d = dynamic(null)",
		"join kind=rightouter (Q | project k, m) on k | project k = k1, n = m, d",
		"join kind=rightsemi Q on k | project k, n = m, d",
		"where n > toscalar(P | summarize avg(n))",
		"make-series s = sum(n) default=0 on n step 1 by k | mv-expand n to typeof(long), s to typeof(long) | project k, n, d = pack_array(s)",
		"union kind=inner Q | extend n = 1",
		"as A | join kind=inner A on n | project k, n, d",
		"sort by k asc, n desc | partition hint.strategy=native by k (take 1)",
		"join kind=rightsemi (Q | project k, n = m, d) on k",
		"join kind=leftsemi Q on k",
		"take 3",
		"top 2 by n desc",
		"sort by n asc, k asc | serialize r = row_number() | project k, n = r, d",
		"sort by n asc | extend n = coalesce(prev(n), 0) + n",
		"sort by n asc, k asc | scan declare (m: long = 0) with (step all: true => m = all.m + n;) | project k, n = m, d",
		"sort by n asc, k asc | scan with_match_id=id with (step a: k == 'x'; step b: n > a.n;) | project k, n = id, d",
		"join kind=leftouter (Q | project k, m) on k | project k, n = coalesce(m, n), d",
		"join kind=fullouter (Q | project k, m, e = d) on k | project k = iff(k == '', k1, k), n = coalesce(n, m), d = coalesce(d, e)",
		"join kind=leftanti (Q | where m > 1) on k",
		"join kind=rightanti (Q | project k, n = m, d) on k",
		"join (Q | project k, m) on k | project k, n = m, d",
		"lookup (Q | project k, m) on k | project k, n = coalesce(m, n), d",
		"partition hint.strategy=native by k (top 1 by n asc)",
		"top-nested 2 of k by c = sum(n), top-nested 1 of n by max(n) | extend d = dynamic([1, 2])",
		"top-hitters 2 of k | extend n = tolong(approximate_count_k), d = dynamic([3])",
		"sample-distinct 3 of k | extend n = 1, d = dynamic([1])",
		"summarize n = count(), d = make_list(n) | extend k = 'x'",
	},
	ends: []string{
		"search 'x' | project k, n, d",
		"count",
		"summarize count() by k",
		"extend k = strcat('p', k) | evaluate pivot(k)",
		"sort by k asc, n asc",
		"project-away d",
		"getschema",
		"where n > 1 | fork (where n > 1) (count)",
	},
}

// sources are what a pipeline starts with.
var sources = []string{
	"P",
	"P",
	"Q | project k, n = m, d",
	"union P, (Q | project k, n = m, d)",
	"let S = P | where n >= 1; S",
	"let S = materialize(P | extend n = n + 1); S",
	"find in (P, Q) where k != 'z' project k, d | project k, n = 1, d",
	"search in (P, Q) 'x' | project k, n = coalesce(n, m), d",
}

func pick(r *rand.Rand, list []string) string { return list[r.IntN(len(list))] }

// makePipeline makes a pipeline of up to four stages.
func makePipeline(r *rand.Rand) pipeline {
	p := pipeline{again: r.IntN(2) == 0}
	parts := []string{pick(r, sources)}
	grouped := false
	for range r.IntN(4) {
		switch {
		case !p.again && r.IntN(2) == 0:
			parts = append(parts, pick(r, stages.others))
		case !grouped && r.IntN(4) == 0:
			grouped = true
			parts = append(parts, pick(r, stages.groups))
		default:
			parts = append(parts, pick(r, stages.again))
		}
	}
	if !p.again && r.IntN(3) == 0 {
		parts = append(parts, pick(r, stages.ends))
	}
	p.text = "let Positive = (T: (k: string, n: long, d: dynamic)) { T | where n > 0 };\n" + strings.Join(parts, "\n| ")
	return p
}

// makeSample makes up to five rows of few values, so that they meet.
func makeSample(r *rand.Rand, file int64, number string) sample {
	s := sample{file: file, columns: "k: string, " + number + ": long, d: dynamic"}
	for range 1 + r.IntN(5) {
		s.rows = append(s.rows, fmt.Sprintf("%s, %s, %s",
			pick(r, []string{"'x'", "'y'", "'a x'", "''", "'x'"}),
			pick(r, []string{"long(null)", "1", "2", "3", "2"}),
			pick(r, []string{"dynamic(null)", "dynamic([1, 2])", "dynamic([])", "dynamic({'a': 1})", "dynamic('t')", "dynamic([3, 2])"})))
	}
	return s
}

// only returns the sample as a datatable of some of its records, in order.
func (s sample) only(records map[[2]int64]bool) string {
	var rows []string
	for i, row := range s.rows {
		if records == nil || records[[2]int64{s.file, int64(i + 1)}] {
			rows = append(rows, row)
		}
	}
	return fmt.Sprintf("datatable(%s) [%s]", s.columns, strings.Join(rows, ", "))
}

// loadSample takes a sample in, as the engine itself reads its text.
func loadSample(t *testing.T, e engine.Engine, table string, s sample) types.Table {
	t.Helper()
	q, err := compile(t, e, s.only(nil), catalog{})
	if err != nil {
		t.Fatal(err)
	}
	rows, err := run(t, e, q)
	if err != nil {
		t.Fatal(err)
	}
	var cells [][]cell
	columns := q.Root.Columns()
	for _, row := range rows {
		var list []cell
		for i, v := range row {
			if v.Valid {
				list = append(list, cell{columns[i].Name, v})
			}
		}
		cells = append(cells, list)
	}
	load(t, e, table, s.file, cells...)
	return types.Table{Name: table, Columns: columns}
}

// runOriginsOfAny checks of queries made at random that they give the same
// rows with origins, and the same over constants as over tables, and that the
// records behind a row give it again. The
// number of queries may be raised by CONSHELF_QUERIES.
func runOriginsOfAny(t *testing.T, open Opener) {
	const perTable = 12
	number := 96
	if text := os.Getenv("CONSHELF_QUERIES"); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil {
			t.Fatal(err)
		}
		number = n
	}
	r := rand.New(rand.NewPCG(20, 26))
	answered := 0
	for i := range (number + perTable - 1) / perTable {
		e := open(t, t.TempDir())
		p, q := makeSample(r, 1, "n"), makeSample(r, 2, "m")
		tables := catalog{"P": loadSample(t, e, "P", p), "Q": loadSample(t, e, "Q", q)}
		for k := range perTable {
			made := makePipeline(r)
			t.Run(fmt.Sprintf("%d", i*perTable+k), func(t *testing.T) {
				if checkOriginsOfAny(t, e, tables, p, q, made) {
					answered++
				}
			})
		}
	}
	if answered < number*2/3 {
		t.Errorf("of %d queries only %d have answers", number, answered)
	}
}

func checkOriginsOfAny(t *testing.T, e engine.Engine, tables catalog, p, q sample, made pipeline) bool {
	compiled, err := compile(t, e, made.text, tables)
	if err != nil {
		t.Fatalf("%v\n%s", err, made.text)
	}
	plain, err := run(t, e, compiled)
	if refused(err) {
		return false
	}
	if err != nil {
		t.Fatalf("%v\n%s", err, made.text)
	}
	traced, err := run(t, e, plan.WithOrigins(compiled, 1000))
	if err != nil {
		t.Fatalf("with origins: %v\n%s", err, made.text)
	}
	n := len(compiled.Root.Columns())
	without := make([][]types.Value, len(traced))
	for i, row := range traced {
		without[i] = row[:n]
	}
	if got, want := showRows(without), showRows(plain); !slices.Equal(got, want) {
		t.Errorf("%s\nP %s\nQ %s\nwith origins the rows are\n%s\nwithout\n%s", made.text, p.only(nil), q.only(nil), strings.Join(got, "\n"), strings.Join(want, "\n"))
		return true
	}
	_, rows := answerOver(t, e, p, q, nil, made.text)
	if got, want := showRows(rows), showRows(plain); !slices.Equal(got, want) {
		t.Errorf("%s\nP %s\nQ %s\nas constants give\n%s\nas tables\n%s", made.text, p.only(nil), q.only(nil), strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	if made.again {
		for _, row := range traced {
			checkAgain(t, e, p, q, made.text, row[:n], row[n])
		}
	}
	return true
}

// checkAgain runs a query over the records behind one of its rows.
func checkAgain(t *testing.T, e engine.Engine, p, q sample, text string, row []types.Value, origins types.Value) {
	t.Helper()
	records := make(map[[2]int64]bool)
	for pair := range strings.SplitSeq(strings.Trim(origins.Text, "[]"), "],[") {
		file, record, _ := strings.Cut(pair, ",")
		records[[2]int64{integer(t, file), integer(t, record)}] = true
	}
	over, rows := answerOver(t, e, p, q, records, text)
	if want := showRow(row); !slices.Contains(showRows(rows), want) {
		t.Errorf("%s\ngives\n%s\nbut of all of\nP %s\nQ %s\nthese records gave\n%s", over, strings.Join(showRows(rows), "\n"), p.only(nil), q.only(nil), want)
	}
}

// answerOver runs a query over constants: some of the records, or all of them.
func answerOver(t *testing.T, e engine.Engine, p, q sample, records map[[2]int64]bool, text string) (over string, rows [][]types.Value) {
	t.Helper()
	over = fmt.Sprintf("let P = %s;\nlet Q = %s;\n%s", p.only(records), q.only(records), text)
	compiled, err := compile(t, e, over, catalog{})
	if err != nil {
		t.Fatalf("%v\n%s", err, over)
	}
	if rows, err = run(t, e, compiled); err != nil {
		t.Fatalf("%v\n%s", err, over)
	}
	return over, rows
}

func integer(t *testing.T, text string) int64 {
	t.Helper()
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		t.Fatalf("an origin is %q", text)
	}
	return n
}

func showRows(rows [][]types.Value) []string {
	list := make([]string, len(rows))
	for i, row := range rows {
		list[i] = showRow(row)
	}
	return list
}

func showRow(row []types.Value) string {
	list := make([]string, len(row))
	for i, v := range row {
		list[i] = show(v)
	}
	return strings.Join(list, " ")
}

package enginetest

import (
	"embed"
	"encoding/csv"
	"path"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"golang.org/x/tools/txtar"

	"github.com/conshelf/conshelf/internal/engine"
	"github.com/conshelf/conshelf/kql"
	"github.com/conshelf/conshelf/kql/plan"
	"github.com/conshelf/conshelf/kql/types"
)

// A case is a txtar archive: tables/*.csv, whose header says name:type of each
// column, query.kql, and the truth, want.csv, in the order that the query
// gives it. A row of want.csv is the values as tostring prints them, null as
// NULL. An archive may hold several queries, <name>.kql, each with its
// want-<name>.csv. A name with "origins" also asks for the records behind each
// row; FILE in its truth is the number of the archive. Where the truth is what
// the compiler says, it is want-<name>.codes: a line for each diagnostic, its
// severity and code, and "refused" where the engine would not run the
// query, or "failed" where a row stopped it.
//
//go:embed testdata/*.txtar testdata/traps/*.txtar
var cases embed.FS

// runCases runs every case.
func runCases(t *testing.T, open Opener) {
	e := open(t, t.TempDir())
	for i, name := range slices.Concat(documents(t, "testdata"), documents(t, trapsDir)) {
		t.Run(strings.TrimSuffix(strings.TrimPrefix(name, "testdata/"), ".txtar"), func(t *testing.T) {
			data, err := cases.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			runCase(t, e, int64(i+1), txtar.Parse(data))
		})
	}
}

// documents names the archives of a folder, in order.
func documents(t *testing.T, dir string) []string {
	t.Helper()
	entries, err := cases.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, entry := range entries {
		if !entry.IsDir() {
			names = append(names, path.Join(dir, entry.Name()))
		}
	}
	return names
}

func runCase(t *testing.T, e engine.Engine, file int64, archive *txtar.Archive) {
	files := map[string]string{}
	var queries []string
	tables := catalog{}
	for _, f := range archive.Files {
		files[f.Name] = string(f.Data)
		if name, ok := strings.CutSuffix(f.Name, ".kql"); ok {
			queries = append(queries, name)
		}
		if name, ok := strings.CutPrefix(f.Name, "tables/"); ok {
			table := strings.TrimSuffix(name, ".csv")
			tables[table] = loadCSV(t, e, table, file, files[f.Name])
		}
	}
	for _, name := range queries {
		want := "want-" + name + ".csv"
		if name == "query" {
			want = "want.csv"
		}
		t.Run(name, func(t *testing.T) {
			if codes, ok := files["want-"+name+".codes"]; ok {
				runCaseCodes(t, e, tables, files[name+".kql"], codes)
				if _, rows := files[want]; !rows {
					return
				}
			}
			origins, truth := strings.Contains(name, "origins"), files[want]
			if origins {
				truth = strings.ReplaceAll(truth, "FILE", strconv.FormatInt(file, 10))
			}
			runCaseQuery(t, e, tables, files[name+".kql"], truth, origins)
		})
	}
}

// runCaseCodes compares what the compiler says of a query with the truth.
func runCaseCodes(t *testing.T, e engine.Engine, tables catalog, text, want string) {
	discover := func(q *plan.Query) ([][]types.Value, error) { return run(t, e, q) }
	q, list := kql.Compile(text, kql.Options{Catalog: tables, Now: now, Discover: discover})
	var got strings.Builder
	for _, d := range list {
		got.WriteString(d.Severity.String() + " " + string(d.Code) + "\n")
	}
	if q != nil && !list.HasErrors() {
		switch _, err := run(t, e, q); {
		case refused(err):
			got.WriteString("refused\n")
		case err != nil:
			got.WriteString("failed\n")
		}
	}
	if got.String() != want {
		t.Errorf("got\n%s\nwant\n%s\n%s", &got, want, list.Format("query", text))
	}
}

// runCaseQuery compares an answer with the truth. With origins, the records
// behind each row are the last columns.
func runCaseQuery(t *testing.T, e engine.Engine, tables catalog, text, want string, origins bool) {
	q, err := compile(t, e, text, tables)
	if err != nil {
		t.Fatal(err)
	}
	if origins {
		q = plan.WithOrigins(q, 3)
	}
	rows, err := run(t, e, q)
	if err != nil {
		t.Fatal(err)
	}
	got := printRows(t, q.Root.Columns(), rows)
	if got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func printRows(t *testing.T, columns []types.Column, rows [][]types.Value) string {
	var b strings.Builder
	w := csv.NewWriter(&b)
	records := [][]string{columnNames(columns)}
	for _, row := range rows {
		record := make([]string, len(row))
		for i, v := range row {
			if record[i] = v.String(); !v.Valid {
				record[i] = "NULL"
			}
		}
		records = append(records, record)
	}
	if err := w.WriteAll(records); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// loadCSV takes a table in; an empty cell is not set.
func loadCSV(t *testing.T, e engine.Engine, table string, file int64, data string) types.Table {
	t.Helper()
	records, err := csv.NewReader(strings.NewReader(data)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	made := types.Table{Name: table}
	for _, header := range records[0] {
		name, kind, _ := strings.Cut(header, ":")
		scalar, ok := types.ParseScalar(kind)
		if !ok {
			t.Fatalf("%s: column %q has no type", table, header)
		}
		made.Columns = append(made.Columns, types.Column{Name: name, Type: scalar})
	}
	l := begin(t, e)
	b := engine.NewBatch(table)
	for _, c := range made.Columns {
		b.Column(c)
	}
	for i, record := range records[1:] {
		for k, c := range made.Columns {
			if record[k] != "" {
				set(b, cell{c.Name, parseCell(t, c.Type, record[k])})
			}
		}
		b.EndRow(engine.Origin{File: file, Record: int64(i + 1)})
	}
	if err := l.Append(t.Context(), b); err != nil {
		t.Fatal(err)
	}
	if err := l.Commit(t.Context()); err != nil {
		t.Fatal(err)
	}
	return made
}

func parseCell(t *testing.T, s types.Scalar, text string) types.Value {
	t.Helper()
	fail := func(err error) {
		if err != nil {
			t.Fatalf("%q is no %s: %v", text, s, err)
		}
	}
	switch s {
	case types.Bool:
		b, err := strconv.ParseBool(text)
		fail(err)
		return types.NewBool(b)
	case types.Int, types.Long, types.TimeSpan:
		n, err := strconv.ParseInt(text, 10, 64)
		fail(err)
		return types.Value{Type: s, Valid: true, Int: n}
	case types.Real:
		f, err := strconv.ParseFloat(text, 64)
		fail(err)
		return types.NewReal(f)
	case types.DateTime:
		at, err := time.Parse(time.RFC3339Nano, text)
		fail(err)
		return types.NewDateTime(types.TicksOf(at))
	case types.String, types.GUID, types.Decimal, types.Dynamic:
		return types.Value{Type: s, Valid: true, Text: text}
	case types.Unknown:
	}
	t.Fatalf("no cell is %s", s)
	return types.Value{}
}

// runOrigins checks what every query with origins must keep: the rows are
// those of the query without.
func runOrigins(t *testing.T, open Opener) {
	e := open(t, t.TempDir())
	load(t, e, "A", 1, []cell{text("k", "x"), long("n", 1)}, []cell{text("k", "y"), long("n", 2)}, []cell{text("k", "x"), long("n", 3)})
	load(t, e, "B", 2, []cell{text("k", "x"), {"d", types.NewDynamic(`[1,2]`)}}, []cell{text("k", "z"), {"d", types.NewDynamic(`{"a":1}`)}})
	for _, test := range []struct{ query, want string }{
		{"A | where n > 1", "[[1,2]] 1|[[1,3]] 1"},
		{"A | project k | sort by k desc", "[[1,2]] 1|[[1,1]] 1|[[1,3]] 1"},
		{"A | take 1", "[[1,1]] 1"},
		{"A | summarize count() by k | sort by k asc", "[[1,1],[1,3]] 2|[[1,2]] 1"},
		{"A | count", "[[1,1],[1,2]] 3"},
		{"A | where n > 9 | count", "[] 0"},
		{"A | distinct k | sort by k desc", "[[1,2]] 1|[[1,1],[1,3]] 2"},
		{"A | join kind=inner B on k | sort by n asc", "[[1,1],[2,1]] 2|[[1,3],[2,1]] 2"},
		{"A | join kind=leftouter B on k | sort by n asc", "[[1,1],[2,1]] 2|[[1,2]] 1|[[1,3],[2,1]] 2"},
		{"A | join kind=leftanti B on k", "[[1,2]] 1"},
		{"union A, B | sort by k asc, n asc", "[[2,1]] 1|[[1,1]] 1|[[1,3]] 1|[[1,2]] 1|[[2,2]] 1"},
		{"B | mv-expand d | where k == 'x'", "[[2,1]] 1|[[2,1]] 1"},
		{"B | mv-expand e = d | where k == 'x' | project k, e", "[[2,1]] 1|[[2,1]] 1"},
		{"B | parse k with 'x' rest", "[[2,1]] 1|[[2,2]] 1"},
		{"let S = A | where k == 'x'; S | join kind=inner S on n | sort by n asc", "[[1,1]] 2|[[1,3]] 2"},
		{"A | summarize arg_max(n, *) by k | sort by k asc", "[[1,1],[1,3]] 2|[[1,2]] 1"},
		{"B | mv-apply d on (summarize s = sum(tolong(d))) | sort by k asc", "[[2,1]] 1|[[2,2]] 1"},
		{"B | mv-apply e = d on (where tolong(e) == 2 | project two = e)", "[[2,1]] 1"},
		{"A | make-series count() on n from 1 to 4 step 1 by k | sort by k asc", "[[1,1],[1,3]] 2|[[1,2]] 1"},
		{"A | sort by n asc | scan declare (m:long=0) with (step s: k == 'x' => m = s.m + n;)", "[[1,1]] 1|[[1,3]] 1"},
		{"A | make-graph k --> k with_node_id=id | graph-match (x)-[e]->(y) project e.n | sort by e_n asc", "[[1,1]] 1|[[1,2]] 1|[[1,3]] 1"},
		{"print 1", "[] 0"},
	} {
		t.Run(test.query, func(t *testing.T) { checkOrigins(t, e, test.query, test.want) })
	}
}

func checkOrigins(t *testing.T, e engine.Engine, text, want string) {
	q, err := compile(t, e, text, catalogOf(t, e))
	if err != nil {
		t.Fatal(err)
	}
	plain, err := run(t, e, q)
	if err != nil {
		t.Fatal(err)
	}
	traced := plan.WithOrigins(q, 2)
	rows, err := run(t, e, traced)
	if err != nil {
		t.Fatal(err)
	}
	n := len(q.Root.Columns())
	if got := columnNames(traced.Root.Columns()[n:]); !slices.Equal(got, []string{plan.OriginsColumn, plan.OriginCountColumn}) {
		t.Fatalf("the columns after the query's are %q", got)
	}
	var got []string
	for i, row := range rows {
		got = append(got, show(row[n])+" "+show(row[n+1]))
		if i < len(plain) && !slices.Equal(row[:n], plain[i]) {
			t.Errorf("row %d is %v with origins, %v without", i, row[:n], plain[i])
		}
	}
	if len(rows) != len(plain) || strings.Join(got, "|") != want {
		t.Errorf("%d rows from %s, want %d from %s", len(rows), strings.Join(got, "|"), len(plain), want)
	}
}

func columnNames(columns []types.Column) []string {
	list := make([]string, len(columns))
	for i, c := range columns {
		list[i] = c.Name
	}
	return list
}

func show(v types.Value) string {
	if !v.Valid {
		return "null"
	}
	if v.Type == types.String {
		return strconv.Quote(v.Text)
	}
	return v.String()
}

package duckdb

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	bindings "github.com/duckdb/duckdb-go-bindings"

	"github.com/conshelf/conshelf/internal/schema"
	"github.com/conshelf/conshelf/kql"
	"github.com/conshelf/conshelf/kql/diag"
	"github.com/conshelf/conshelf/kql/plan"
	"github.com/conshelf/conshelf/kql/types"
)

// endOfSignIns is what now() means.
const endOfSignIns = firstSignIn + signInDays*types.TicksPerDay

// BenchmarkKQL runs each shape as KQL and as SQL over ROWS simulated
// sign-ins, and prints how much longer KQL takes. The time of KQL includes its
// compilation. KQL_BENCH_DIR keeps the database for the next run, SHAPE runs
// those whose name contains it.
func BenchmarkKQL(b *testing.B) {
	e := benchSignIns(b, benchRows(b))
	only := os.Getenv("SHAPE")
	var ratios []float64
	say(b, "\n%-22s %10s %10s %7s\n", "shape", "kql ms", "sql ms", "ratio")
	for _, s := range benchShapes() {
		if !strings.Contains(s.name, only) {
			continue
		}
		if _, list := s.compiled(); list.HasErrors() {
			b.Errorf("%s: %s", s.name, list[0].Message)
			continue
		}
		k, q := compareShape(b, e, s)
		ratio := k.Seconds() / q.Seconds()
		ratios = append(ratios, ratio)
		say(b, "%-22s %10.2f %10.2f %7.2f\n", s.name, milliseconds(k), milliseconds(q), ratio)
	}
	slices.Sort(ratios)
	middle, worst := ratios[len(ratios)/2], ratios[len(ratios)-1]
	say(b, "%d shapes, ratio: median %.2f, worst %.2f\n", len(ratios), middle, worst)
	b.ReportMetric(middle, "median-ratio")
	b.ReportMetric(worst, "worst-ratio")
}

// say prints a line at once: the log of a benchmark is cut after ten lines.
func say(b *testing.B, format string, args ...any) {
	b.Helper()
	if _, err := fmt.Fprintf(os.Stdout, format, args...); err != nil {
		b.Fatal(err)
	}
}

func milliseconds(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

func benchRows(b *testing.B) int {
	b.Helper()
	text := os.Getenv("ROWS")
	if text == "" {
		return 5_000_000
	}
	rows, err := strconv.Atoi(text)
	if err != nil {
		b.Fatal(err)
	}
	return rows
}

func benchSignIns(b *testing.B, rows int) *Engine {
	b.Helper()
	dir := os.Getenv("KQL_BENCH_DIR")
	if dir == "" {
		dir = b.TempDir()
	}
	path := filepath.Join(dir, fmt.Sprintf("sign-ins-%d.duckdb", rows))
	_, err := os.Stat(path)
	fresh := err != nil
	e, err := Open(b.Context(), Options{Path: path})
	if err != nil {
		b.Fatal(err)
	}
	if fresh {
		start := time.Now()
		newSignInLog(rows).load(b.Context(), b, e)
		if err := e.Close(); err != nil {
			b.Fatal(err)
		}
		b.Logf("loaded %d rows, %.0f rows/s", rows, float64(rows)/time.Since(start).Seconds())
		if e, err = Open(b.Context(), Options{Path: path}); err != nil {
			b.Fatal(err)
		}
	}
	b.Cleanup(func() { _ = e.Close() })
	return e
}

// compareShape checks that the answers are equal, and returns the best time of
// each. The two take turns.
func compareShape(b *testing.B, e *Engine, s shape) (k, q time.Duration) {
	b.Helper()
	sql := s.statement(e)
	columns := s.compile(b).Root.Columns()
	compareAnswers(b, s, s.runKQL(b, e, true), s.runSQL(b, e, sql, columns, true))
	k, q = time.Hour, time.Hour
	for spent, n := time.Duration(0), 0; n < 2 || spent < 2*time.Second && n < 40; n++ {
		start := time.Now()
		s.runKQL(b, e, false)
		middle := time.Now()
		s.runSQL(b, e, sql, columns, false)
		end := time.Now()
		k, q = min(k, middle.Sub(start)), min(q, end.Sub(middle))
		spent += end.Sub(start)
	}
	return k, q
}

func (s shape) compile(b *testing.B) *plan.Query {
	b.Helper()
	query, list := s.compiled()
	if query == nil {
		b.Fatalf("%s: %v", s.name, list)
	}
	return query
}

func (s shape) compiled() (*plan.Query, diag.List) {
	return kql.Compile(s.kql, kql.Options{Catalog: schema.Catalog(), Now: endOfSignIns})
}

// statement is the SQL over the table as it is stored.
func (s shape) statement(e *Engine) string {
	t := e.catalog()["SigninLogs"]
	var search []string
	for _, c := range t.columns {
		if c.Type == types.String || c.Type == types.Dynamic {
			search = append(search, sqlHas(c.physical, "python-requests"))
		}
	}
	path := func(column, path string) string { return "json_extract_string(" + column + ", '$." + path + "')" }
	return strings.NewReplacer("$T", t.from(), "$SEARCH", strings.Join(search, " OR "),
		"$COUNTRY", path("LocationDetails", "countryOrRegion"), "$SYSTEM", path("DeviceDetail", "operatingSystem"),
		"$REASON", path("Status", "failureReason"), "$CODE", path("Status", "errorCode"), "$DEVICE", path("DeviceDetail", "deviceId"),
		"$LAT", path("LocationDetails", "geoCoordinates.latitude"), "$LON", path("LocationDetails", "geoCoordinates.longitude")).Replace(s.sql)
}

// sqlHas asks for a term in SQL: an expert lets a plain search go before the
// regular expression.
func sqlHas(column, word string) string {
	return fmt.Sprintf(`(contains(lower("%s"), '%s') AND regexp_matches("%[1]s", '(?i)(^|[^\pL\pN])%[2]s($|[^\pL\pN])'))`, column, word)
}

// runKQL compiles and runs the query, and returns its rows if keep is set.
func (s shape) runKQL(b *testing.B, e *Engine, keep bool) []string {
	b.Helper()
	var rows []string
	err := e.Query(b.Context(), s.compile(b), func(row []types.Value) error {
		if keep {
			rows = append(rows, s.printed(row))
		}
		return nil
	})
	if err != nil {
		b.Fatalf("%s: %v", s.name, err)
	}
	return rows
}

func (s shape) runSQL(b *testing.B, e *Engine, sql string, columns []types.Column, keep bool) []string {
	b.Helper()
	c, err := e.db.acquire()
	if err != nil {
		b.Fatal(err)
	}
	defer e.db.release(c)
	var rows []string
	row := make([]types.Value, len(columns))
	err = c.rows(b.Context(), sql, nil, func(chunk bindings.DataChunk) error {
		return rowsOf(chunk, columns, row, func(row []types.Value) error {
			if keep {
				rows = append(rows, s.printed(row))
			}
			return nil
		})
	})
	if err != nil {
		b.Fatalf("%s: %v\n%s", s.name, err, sql)
	}
	return rows
}

func (s shape) printed(row []types.Value) string {
	cells := make([]string, len(row))
	for i, v := range row {
		switch {
		case v.Type == types.Real && v.Valid:
			cells[i] = strconv.FormatFloat(v.Float, 'g', 9, 64)
		case s.sets && isArray(v.Text):
			list := elements(v.Text)
			slices.Sort(list)
			cells[i] = joinArray(list)
		default:
			cells[i] = v.String()
		}
	}
	return strings.Join(cells, "\t")
}

func compareAnswers(b *testing.B, s shape, got, want []string) {
	b.Helper()
	if !s.ordered {
		slices.Sort(got)
		slices.Sort(want)
	}
	if len(got) != len(want) {
		b.Fatalf("%s: %d rows, want %d", s.name, len(got), len(want))
	}
	for i := range got {
		if got[i] != want[i] {
			b.Fatalf("%s: row %d of %d:\n%s\nwant\n%s", s.name, i, len(got), got[i], want[i])
		}
	}
	if len(got) == 0 {
		b.Fatalf("%s: no rows", s.name)
	}
}

// BenchmarkKQLCompile compiles the queries that people wrote, and those that
// look at every table there is.
func BenchmarkKQLCompile(b *testing.B) {
	catalog := schema.Catalog()
	for _, wide := range []string{`search "x"`, `union *`, `find where UserPrincipalName == "x"`} {
		start := time.Now()
		if query, list := kql.Compile(wide, kql.Options{Catalog: catalog, Now: endOfSignIns}); query == nil {
			b.Errorf("%s: %v", wide, list)
		}
		say(b, "compile %s over %d tables: %.1f ms\n", wide, len(catalog.Tables()), milliseconds(time.Since(start)))
	}
	queries := realQueries(b)
	times := make([]time.Duration, len(queries))
	for i, q := range queries {
		start := time.Now()
		kql.Compile(q, kql.Options{Catalog: catalog, Now: endOfSignIns})
		times[i] = time.Since(start)
	}
	slices.Sort(times)
	middle, most := times[len(times)/2], times[len(times)*99/100]
	b.Logf("compile %d queries: median %.2f ms, p99 %.2f ms, worst %.2f ms", len(times), milliseconds(middle), milliseconds(most), milliseconds(times[len(times)-1]))
	b.ReportMetric(milliseconds(middle), "median-ms")
	b.ReportMetric(milliseconds(most), "p99-ms")
}

func realQueries(b *testing.B) []string {
	b.Helper()
	f, err := os.Open(filepath.Join("..", "..", "..", "..", "shared", "data", "kql", "real_queries.jsonl"))
	if err != nil {
		b.Skip("no sample queries beside the checkout")
	}
	defer func() { _ = f.Close() }()
	var list []string
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 1<<24)
	for lines.Scan() {
		var line struct {
			Query string `json:"query"`
		}
		if err := json.Unmarshal(lines.Bytes(), &line); err != nil {
			b.Fatal(err)
		}
		list = append(list, line.Query)
	}
	return list
}

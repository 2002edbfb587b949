package conformance

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/conshelf/conshelf/internal/engine"
	"github.com/conshelf/conshelf/kql"
	"github.com/conshelf/conshelf/kql/plan"
	"github.com/conshelf/conshelf/kql/sqlgen"
	"github.com/conshelf/conshelf/kql/types"
)

// A recorded is a query and the answer that Kusto gave.
type recorded struct {
	ID       string   `json:"id"`
	KQL      string   `json:"kql"`
	Columns  []string `json:"columns"`
	Count    *int     `json:"row_count"`
	Texts    []string `json:"rows_text"`
	Complete *bool    `json:"complete"`
	Random   bool     `json:"nondeterministic"`
	Error    *string  `json:"error"`
	Rows     [][]any  `json:"rows"`
}

// Rows runs each query in r and compares its rows with those recorded.
func Rows(ctx context.Context, e engine.Querier, file string, r io.Reader) (Report, error) {
	cases, err := read[recorded](r)
	report := Report{File: file}
	for i, c := range cases {
		report.add(i+1, c.ID, c.KQL, func() (Verdict, string) { return c.judge(ctx, e) })
	}
	return report, err
}

func (r recorded) judge(ctx context.Context, e engine.Querier) (Verdict, string) {
	q, rows, err := answer(ctx, e, r.KQL)
	var unsupported *sqlgen.UnsupportedError
	switch refused := q == nil || errors.As(err, &unsupported); {
	case refused && r.Error != nil, r.Error != nil && err != nil:
		return Pass, ""
	case refused:
		return Refused, err.Error()
	case r.Error != nil:
		return Lenient, "Kusto says: " + *r.Error
	case err != nil:
		return Failed, err.Error()
	}
	if got := columnNames(q.Root.Columns()); strings.Join(got, "|") != strings.Join(r.Columns, "|") {
		return Wrong, fmt.Sprintf("columns %q, want %q", got, r.Columns)
	}
	if r.Random || q.UsesNow || plan.Random(q) || r.Complete != nil && !*r.Complete {
		return r.shape(rows)
	}
	if detail := r.compare(rows, sortColumns(q)); detail != "" {
		return Wrong, detail
	}
	return Pass, ""
}

// shape judges an answer that differs from run to run, or of which a part was
// recorded: the number of its rows, and the rows that are there.
func (r recorded) shape(rows [][]types.Value) (Verdict, string) {
	want := max(len(r.Texts), len(r.Rows))
	if r.Count != nil {
		want = *r.Count
	}
	if len(rows) != want {
		return Wrong, fmt.Sprintf("%d rows, want %d\n%s", len(rows), want, r.difference(rows))
	}
	if r.Complete == nil || *r.Complete {
		return Shape, ""
	}
	for k, text := range r.Texts {
		if !slices.ContainsFunc(rows, func(row []types.Value) bool { return matchText(row, text) }) {
			return Wrong, fmt.Sprintf("row %d is missing\n%s", k+1, r.difference(rows))
		}
	}
	return Pass, ""
}

// answer compiles and runs a query. The query is nil if it does not compile.
func answer(ctx context.Context, e engine.Querier, text string) (*plan.Query, [][]types.Value, error) {
	run := func(q *plan.Query) ([][]types.Value, error) {
		var rows [][]types.Value
		err := e.Query(ctx, q, func(row []types.Value) error {
			rows = append(rows, slices.Clone(row))
			return nil
		})
		return rows, err
	}
	q, list := kql.Compile(text, kql.Options{Now: now, Discover: run})
	if q == nil {
		return nil, nil, errors.New(list.Format("query", text))
	}
	rows, err := run(q)
	return q, rows, err
}

func columnNames(columns []types.Column) []string {
	list := make([]string, len(columns))
	for i, c := range columns {
		list[i] = c.Name
	}
	return list
}

// sortColumns returns the columns of the result that the query itself orders
// the rows by, nil if none. Rows that they do not tell apart may come in any
// order.
func sortColumns(q *plan.Query) []int {
	passed := make([]int, len(q.Root.Columns())) // the input's column behind each of the result's
	for i := range passed {
		passed[i] = i
	}
	for r := q.Root; ; {
		switch x := r.(type) {
		case *plan.Sort:
			return keyColumns(x, passed)
		case *plan.Project:
			for i, at := range passed {
				passed[i] = -1
				if at < 0 {
					continue
				}
				if col, ok := x.Cols[at].Expr.(*plan.Col); ok {
					passed[i] = col.Index
				}
			}
			r = x.Input
		case *plan.Filter, *plan.Limit, *plan.Serialize, *plan.Shared:
			r = plan.Inputs(x)[0]
		case *plan.Scan, *plan.Values, *plan.Range, *plan.Aggregate, *plan.Join, *plan.Union, *plan.Expand,
			*plan.Apply, *plan.Partition, *plan.Match, *plan.Given, *plan.Parse, *plan.MakeSeries, *plan.Plugin:
			return nil
		default:
			panic(r) // unreachable: gochecksumtype proves the switch complete
		}
	}
}

func keyColumns(s *plan.Sort, passed []int) []int {
	var list []int
	for _, k := range s.Keys {
		col, ok := k.Expr.(*plan.Col)
		if !ok {
			return list
		}
		at := slices.Index(passed, col.Index)
		if at < 0 {
			return list
		}
		list = append(list, at)
	}
	return list
}

// compare returns a description of the difference, or ”. Order are the
// columns that order the rows.
func (r recorded) compare(rows [][]types.Value, order []int) string {
	want := len(r.Rows)
	if r.Texts != nil {
		want = len(r.Texts)
	}
	matches := func(i, k int) bool {
		if r.Texts != nil {
			return matchText(rows[i], r.Texts[k])
		}
		return matchJSON(rows[i], r.Rows[k])
	}
	if len(rows) != want {
		return fmt.Sprintf("%d rows, want %d\n%s", len(rows), want, r.difference(rows))
	}
	used := make([]bool, want)
	for i := range rows {
		found := false
		for k := range used {
			if !used[k] && matches(i, k) && (order == nil || i == k || sameKeys(rows[i], rows[k], order)) {
				used[k], found = true, true
				break
			}
		}
		if !found {
			return r.difference(rows)
		}
	}
	return ""
}

// sameKeys tells whether two rows of ours are equal in what orders them, so
// that either may come first.
func sameKeys(a, b []types.Value, order []int) bool {
	for _, k := range order {
		if a[k] != b[k] {
			return false
		}
	}
	return true
}

func (r recorded) difference(rows [][]types.Value) string {
	var b strings.Builder
	for _, row := range rows {
		b.WriteString("got  ")
		for _, v := range row {
			b.WriteString(" " + show(v))
		}
		b.WriteByte('\n')
	}
	for _, text := range r.Texts {
		fmt.Fprintf(&b, "want  %s\n", text)
	}
	for _, row := range r.Rows {
		text, _ := json.Marshal(row)
		fmt.Fprintf(&b, "want  %s\n", text)
	}
	return b.String()
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

// matchText compares a row with its text: (1, 'a', null).
func matchText(row []types.Value, text string) bool {
	text, ok := strings.CutPrefix(text, "(")
	for i, v := range row {
		if i > 0 && ok {
			text, ok = strings.CutPrefix(text, ", ")
		}
		if ok {
			text, ok = cutValue(v, text)
		}
	}
	return ok && text == ")"
}

// cutValue cuts the text of a value off, if it is that of v.
func cutValue(v types.Value, text string) (string, bool) {
	if !v.Valid {
		return strings.CutPrefix(text, "null")
	}
	switch v.Type {
	case types.String:
		return strings.CutPrefix(text, "'"+v.Text+"'")
	case types.GUID:
		if rest, ok := strings.CutPrefix(text, v.Text); ok {
			return rest, true
		}
		return strings.CutPrefix(text, "'"+v.Text+"'")
	case types.Real:
		end := strings.IndexAny(text, ",)")
		if end < 0 {
			return text, false
		}
		f, err := strconv.ParseFloat(text[:end], 64)
		return text[end:], err == nil && near(v.Float, f)
	case types.Dynamic:
		d := json.NewDecoder(strings.NewReader(text))
		d.UseNumber()
		var want any
		if err := d.Decode(&want); err != nil {
			return text, false
		}
		return text[d.InputOffset():], equalJSON(decode(v.Text), want)
	case types.Unknown, types.Bool, types.Int, types.Long, types.Decimal, types.DateTime, types.TimeSpan:
	}
	return strings.CutPrefix(text, v.String())
}

func decode(text string) any {
	d := json.NewDecoder(strings.NewReader(text))
	d.UseNumber()
	var v any
	if err := d.Decode(&v); err != nil {
		return fmt.Sprintf("malformed %q: %v", text, err)
	}
	return v
}

func near(a, b float64) bool {
	if math.IsNaN(a) || math.IsNaN(b) {
		return math.IsNaN(a) && math.IsNaN(b)
	}
	return a == b || math.Abs(a-b) <= 1e-9*math.Max(math.Abs(a), math.Abs(b))
}

// equalJSON compares JSON values: numbers by value, bags whatever the order of
// their keys.
func equalJSON(a, b any) bool {
	switch x := a.(type) {
	case json.Number:
		y, ok := b.(json.Number)
		if !ok {
			return false
		}
		f, _ := x.Float64()
		g, _ := y.Float64()
		return near(f, g)
	case []any:
		y, ok := b.([]any)
		if !ok || len(x) != len(y) {
			return false
		}
		for i := range x {
			if !equalJSON(x[i], y[i]) {
				return false
			}
		}
		return true
	case map[string]any:
		y, ok := b.(map[string]any)
		if !ok || len(x) != len(y) {
			return false
		}
		for k := range x {
			if v, ok := y[k]; !ok || !equalJSON(x[k], v) {
				return false
			}
		}
		return true
	}
	return a == b
}

// matchJSON compares a row with JSON values as Kusto's REST interface gives
// them.
func matchJSON(row []types.Value, want []any) bool {
	if len(row) != len(want) {
		return false
	}
	for i, v := range row {
		if !matchValue(v, want[i]) {
			return false
		}
	}
	return true
}

func matchValue(v types.Value, want any) bool {
	if !v.Valid || want == nil {
		return !v.Valid && want == nil
	}
	switch v.Type {
	case types.Bool:
		return want == (v.Int != 0) || want == json.Number(strconv.FormatInt(v.Int, 10))
	case types.Real:
		switch w := want.(type) {
		case json.Number:
			f, _ := w.Float64()
			return near(v.Float, f)
		case string:
			return types.FormatReal(v.Float) == w
		}
		return false
	case types.DateTime:
		s, _ := want.(string)
		return trimFraction(v.String()) == trimFraction(s)
	case types.Dynamic:
		return equalJSON(decode(v.Text), want)
	case types.Int, types.Long:
		return want == json.Number(strconv.FormatInt(v.Int, 10))
	case types.String, types.Decimal, types.TimeSpan, types.GUID, types.Unknown:
	}
	return want == v.String()
}

// trimFraction drops the zeros at the end of a datetime's fraction.
func trimFraction(s string) string {
	s = strings.TrimSuffix(s, "Z")
	if strings.Contains(s, ".") {
		s = strings.TrimRight(strings.TrimRight(s, "0"), ".")
	}
	return s
}

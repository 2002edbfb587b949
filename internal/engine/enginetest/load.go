package enginetest

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/conshelf/conshelf/internal/engine"
	"github.com/conshelf/conshelf/kql/types"
)

// runLoads tests the taking in of evidence: all of a file or none of it, and
// nothing of it changed but what the contract says.
func runLoads(t *testing.T, open Opener) {
	for _, test := range []struct {
		name string
		run  func(t *testing.T, open Opener)
	}{
		{"every type comes back", loadTypes},
		{"rollback leaves nothing", loadRollback},
		{"a load that never ended leaves nothing", loadKilled},
		{"nothing is seen before commit", loadIsolation},
		{"a table grows wider", loadWiden},
		{"names that differ in case", loadCase},
		{"hostile names and values", loadHostile},
		{"values that are not what they should be", loadRepair},
		{"a column keeps its type", loadTypeConflict},
		{"many rows of two files", loadMany},
		{"the scope limits what is shown", loadScope},
		{"a broken load cannot be committed", loadBroken},
		{"an error of the caller ends a query", queryStopped},
	} {
		t.Run(test.name, func(t *testing.T) { test.run(t, open) })
	}
}

// A cell sets a column of a row.
type cell struct {
	name  string
	value types.Value
}

func text(name, s string) cell { return cell{name, types.NewString(s)} }

func long(name string, n int64) cell { return cell{name, types.NewLong(n)} }

func set(b *engine.Batch, c cell) {
	v := &b.Vectors[b.Column(types.Column{Name: c.name, Type: c.value.Type})]
	switch {
	case !c.value.Valid:
		v.SetNull()
	case c.value.Type == types.Real:
		v.SetReal(c.value.Float)
	case c.value.Text != "" || c.value.Type == types.String:
		v.SetText([]byte(c.value.Text))
	default:
		v.SetInt(c.value.Int)
	}
}

// load takes rows in as one file.
func load(t *testing.T, e engine.Engine, table string, file int64, rows ...[]cell) {
	t.Helper()
	l := begin(t, e)
	appendRows(t, l, table, file, rows...)
	if err := l.Commit(t.Context()); err != nil {
		t.Fatal(err)
	}
}

func begin(t *testing.T, e engine.Engine) engine.Load {
	t.Helper()
	l, err := e.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func appendRows(t *testing.T, l engine.Load, table string, file int64, rows ...[]cell) {
	t.Helper()
	b := engine.NewBatch(table)
	for i, row := range rows {
		for _, c := range row {
			set(b, c)
		}
		record := int64(i + 1)
		b.EndRow(engine.Origin{File: file, Record: record, Tenant: "", Identity: engine.Identity{file, record}})
	}
	if err := l.Append(t.Context(), b); err != nil {
		t.Fatal(err)
	}
}

// answer runs a query and prints its rows, one a line.
func answer(t *testing.T, e engine.Engine, text string) string {
	t.Helper()
	rows, err := query(t, e, text)
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	lines := make([]string, len(rows))
	for i, row := range rows {
		cells := make([]string, len(row))
		for k, v := range row {
			cells[k] = show(v)
		}
		lines[i] = strings.Join(cells, " ")
	}
	return strings.Join(lines, "\n")
}

func expect(t *testing.T, e engine.Engine, text, want string) {
	t.Helper()
	if diff := cmp.Diff(want, answer(t, e, text)); diff != "" {
		t.Errorf("%s (-want +got):\n%s", text, diff)
	}
}

func loadTypes(t *testing.T, open Opener) {
	e := open(t, t.TempDir())
	load(t, e, "T", 1,
		[]cell{
			{"b", types.NewBool(true)},
			{"i", types.NewInt(-7)},
			{"l", types.NewLong(1 << 62)},
			{"r", types.NewReal(0.1)},
			text("s", "longer than twelve bytes"),
			{"t", types.NewDateTime(639_040_752_000_000_001)},
			{"d", types.NewTimeSpan(-1)},
			{"g", types.Value{Type: types.GUID, Valid: true, Text: "AAAAAAAA-0000-0000-0000-000000000001"}},
			{"n", types.NewDynamic(`{"a":[1,"x"]}`)},
			{"e", types.Value{Type: types.Decimal, Valid: true, Text: "1.50"}},
		},
		nil,
	)
	expect(t, e, "T | project b, i, l, r, s, t, d, g, n, tostring(e)", ""+
		`True -7 4611686018427387904 0.1 "longer than twelve bytes" 2026-01-15T12:00:00.0000001Z -00:00:00.0000001 `+
		`aaaaaaaa-0000-0000-0000-000000000001 {"a":[1,"x"]} "1.5"`+"\n"+
		`null null null null "" null null null null ""`)
	tenants, err := e.Tenants(t.Context())
	if err != nil || !slices.Equal(tenants, []string{""}) {
		t.Errorf("Tenants = %q, %v; want one empty", tenants, err)
	}
}

func loadRollback(t *testing.T, open Opener) {
	e := open(t, t.TempDir())
	load(t, e, "T", 1, []cell{text("a", "kept")})
	l := begin(t, e)
	appendRows(t, l, "T", 2, []cell{text("b", "gone")})
	appendRows(t, l, "U", 2, []cell{text("b", "gone")})
	if err := l.Rollback(); err != nil {
		t.Fatal(err)
	}
	if err := l.Append(t.Context(), engine.NewBatch("T")); err == nil {
		t.Error("a load takes rows after its end")
	}
	want := catalog{"T": {Name: "T", Columns: []types.Column{{Name: "a", Type: types.String}}}}
	if diff := cmp.Diff(want, catalogOf(t, e)); diff != "" {
		t.Errorf("tables (-want +got):\n%s", diff)
	}
	expect(t, e, "T", `"kept"`)
	load(t, e, "T", 3, []cell{text("b", "later")})
	expect(t, e, "T", `"kept" ""`+"\n"+`"" "later"`)
}

func loadKilled(t *testing.T, open Opener) {
	dir := t.TempDir()
	first := open(t, dir)
	load(t, first, "T", 1, []cell{text("a", "kept")})
	l := begin(t, first)
	appendRows(t, l, "T", 2, []cell{text("a", "gone")}, []cell{long("n", 1)})
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	again := open(t, dir)
	expect(t, again, "T", `"kept"`)
	var identities []engine.Identity
	err := again.Identities(t.Context(), func(i engine.Identity) error {
		identities = append(identities, i)
		return nil
	})
	if diff := cmp.Diff([]engine.Identity{{1, 1}}, identities); diff != "" || err != nil {
		t.Errorf("identities (-want +got): %v\n%s", err, diff)
	}
	load(t, again, "T", 2, []cell{text("a", "again")})
	expect(t, again, "T", `"kept"`+"\n"+`"again"`)
}

func loadIsolation(t *testing.T, open Opener) {
	e := open(t, t.TempDir())
	l := begin(t, e)
	appendRows(t, l, "T", 1, []cell{text("a", "x")})
	if c := catalogOf(t, e); len(c) > 0 {
		t.Errorf("tables before commit: %v", c)
	}
	if err := l.Commit(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := l.Rollback(); err != nil {
		t.Errorf("rollback after commit: %v", err)
	}
	expect(t, e, "T", `"x"`)
}

func loadWiden(t *testing.T, open Opener) {
	dir := t.TempDir()
	e := open(t, dir)
	l := begin(t, e)
	appendRows(t, l, "T", 1, []cell{text("a", "1")})
	appendRows(t, l, "T", 1, []cell{text("s", "two"), long("n", 2), {"d", types.NewDynamic(`{}`)}})
	appendRows(t, l, "T", 1, []cell{text("a", "3")})
	if err := l.Commit(t.Context()); err != nil {
		t.Fatal(err)
	}
	load(t, e, "T", 2, []cell{{"r", types.NewReal(4)}})
	want := `"1" "" null null null` + "\n" + `"" "two" 2 {} null` + "\n" + `"3" "" null null null` + "\n" + `"" "" null null 4`
	expect(t, e, "T", want)
	if err := e.Close(); err != nil {
		t.Fatal(err)
	}
	expect(t, open(t, dir), "T", want)
}

// loadCase: Kusto tells UserId from Userid, a database may not.
func loadCase(t *testing.T, open Opener) {
	dir := t.TempDir()
	e := open(t, dir)
	load(t, e, "Logs", 1, []cell{text("UserId", "a"), text("Userid", "b")})
	load(t, e, "Logs", 2, []cell{text("USERID", "c"), text("userid$1", "d")})
	load(t, e, "logs", 3, []cell{text("userid", "e")})
	for range 2 {
		expect(t, e, "Logs | project Userid, UserId, USERID, ['userid$1']", `"b" "a" "" ""`+"\n"+`"" "" "c" "d"`)
		expect(t, e, "logs | project userid", `"e"`)
		expect(t, e, "Logs | where Userid == 'b' | extend userid = strcat(UserId, Userid), uSerId = 'z' | project userid, uSerId, UserId", `"ab" "z" "a"`)
		if err := e.Close(); err != nil {
			t.Fatal(err)
		}
		e = open(t, dir)
	}
}

// loadHostile: a name and a value are whatever an attacker chose.
func loadHostile(t *testing.T, open Opener) {
	e := open(t, t.TempDir())
	const evil = `x"; DROP TABLE "T"; --'`
	load(t, e, "T", 1, []cell{text(evil, evil), text("$file", "not an origin"), text("a\x00b", "a\x00b"), {"d", types.NewDynamic(`{"k":"\u0000'"}`)}})
	rows, err := query(t, e, "T")
	if err != nil {
		t.Fatal(err)
	}
	want := []types.Value{types.NewString(evil), types.NewString("not an origin"), types.NewString("a\x00b"), types.NewDynamic(`{"k":"\u0000'"}`)}
	if diff := cmp.Diff([][]types.Value{want}, rows); diff != "" {
		t.Errorf("rows (-want +got):\n%s", diff)
	}
	expect(t, e, "T | project ['_$file']", `"not an origin"`)
	expect(t, e, `T | where ['x"; DROP TABLE "T"; --\''] == 'x"; DROP TABLE "T"; --\'' | count`, "1")
}

// loadRepair: what cannot be stored as it is becomes what the contract says,
// and no query fails on it.
func loadRepair(t *testing.T, open Opener) {
	e := open(t, t.TempDir())
	deep := strings.Repeat("[", 100_000)
	load(t, e, "T", 1,
		[]cell{{"d", types.NewDynamic(`{ "b" : 1.50, "a":"\u00e5\/" }`)}, {"g", types.Value{Type: types.GUID, Valid: true, Text: "nonsense"}}},
		[]cell{{"d", types.NewDynamic(`{"a":`)}},
		[]cell{{"d", types.NewDynamic(`null`)}},
		[]cell{{"d", types.NewDynamic("{\"a\":\"\xff\"}")}},
		[]cell{{"d", types.NewDynamic(deep)}},
		[]cell{text("s", "caf\xe9\xe9\xe9\xe9\xe9\xe9\xe9\xe9\xe9\xe9")},
	)
	expect(t, e, "T | project gettype(d), tostring(d.a), isnull(g) | take 4", ""+
		`"dictionary" "å/" True`+"\n"+`"string" "" True`+"\n"+`"null" "" True`+"\n"+`"dictionary" "`+"\uFFFD"+`" True`)
	expect(t, e, "T | where isnotempty(s) | project s", strings.Replace(`"caf*"`, "*", strings.Repeat("\uFFFD", 1), 1))
	expect(t, e, "T | where strlen(tostring(d)) > 1000 | project gettype(d), strlen(tostring(d))", `"string" 100000`)
}

func loadTypeConflict(t *testing.T, open Opener) {
	e := open(t, t.TempDir())
	load(t, e, "T", 1, []cell{text("a", "x")})
	l := begin(t, e)
	b := engine.NewBatch("T")
	set(b, long("a", 1))
	b.EndRow(engine.Origin{File: 2, Record: 1})
	if err := l.Append(t.Context(), b); err == nil {
		t.Error("a column took two types")
	}
	if err := l.Rollback(); err != nil {
		t.Error(err)
	}
	expect(t, e, "T", `"x"`)
}

// loadBroken: after an error nothing of the load may stay.
func loadBroken(t *testing.T, open Opener) {
	e := open(t, t.TempDir())
	load(t, e, "T", 1, []cell{text("a", "x")})
	l := begin(t, e)
	appendRows(t, l, "T", 2, []cell{text("a", "half")})
	b := engine.NewBatch("T")
	set(b, long("a", 1))
	b.EndRow(engine.Origin{File: 2, Record: 2})
	if err := l.Append(t.Context(), b); err == nil {
		t.Fatal("a column took two types")
	}
	if err := l.Commit(t.Context()); err == nil {
		t.Error("a load was committed without some of its rows")
	}
	expect(t, e, "T", `"x"`)
	load(t, e, "T", 3, []cell{text("a", "y")})
	expect(t, e, "T", `"x"`+"\n"+`"y"`)
}

func loadMany(t *testing.T, open Opener) {
	const perFile = 50_000
	dir := t.TempDir()
	e := open(t, dir)
	for file := int64(1); file <= 2; file++ {
		l := begin(t, e)
		b := engine.NewBatch("T")
		for record := int64(1); record <= perFile; record++ {
			set(b, long("n", record))
			set(b, text("user", fmt.Sprintf("user-%05d@contoso.com", record%100)))
			if record%2 == 0 {
				set(b, cell{"d", types.NewDynamic(fmt.Sprintf(`{"n":%d,"pad":"a text that is not short"}`, record))})
			}
			b.EndRow(engine.Origin{File: file, Record: record, Tenant: fmt.Sprintf("tenant-%d-of-two", file), Identity: engine.Identity{file, record}})
			if b.Full() {
				if err := l.Append(t.Context(), b); err != nil {
					t.Fatal(err)
				}
				b.Reset()
			}
		}
		if err := l.Append(t.Context(), b); err != nil {
			t.Fatal(err)
		}
		if err := l.Commit(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if err := e.Close(); err != nil {
		t.Fatal(err)
	}
	e = open(t, dir)
	expect(t, e, "T | summarize count(), sum(n), dcount(user), sum(tolong(d.n)), countif(isnull(d))", "100000 2500050000 100 1250050000 50000")
	expect(t, e, "T | summarize c = count() by user | top 2 by user asc", `"user-00000@contoso.com" 1000`+"\n"+`"user-00001@contoso.com" 1000`)
	tenants, err := e.Tenants(t.Context())
	if diff := cmp.Diff([]string{"tenant-1-of-two", "tenant-2-of-two"}, tenants); diff != "" || err != nil {
		t.Errorf("tenants (-want +got): %v\n%s", err, diff)
	}
	sum := int64(0)
	if err := e.Identities(t.Context(), func(i engine.Identity) error {
		sum += i[0]*1_000_000 + i[1]
		return nil
	}); err != nil || sum != 3*perFile*1_000_000+2*perFile*(perFile+1)/2 {
		t.Errorf("identities sum to %d, %v", sum, err)
	}
}

func loadScope(t *testing.T, open Opener) {
	e := open(t, t.TempDir())
	l := begin(t, e)
	b := engine.NewBatch("T")
	for i, tenant := range []string{"a", "a", "b", "b"} {
		if i < 3 {
			set(b, cell{"TimeGenerated", types.NewDateTime(now + int64(i))})
		}
		set(b, long("n", int64(i)))
		b.EndRow(engine.Origin{File: 1, Record: int64(i + 1), Tenant: tenant})
	}
	if err := l.Append(t.Context(), b); err != nil {
		t.Fatal(err)
	}
	if err := l.Commit(t.Context()); err != nil {
		t.Fatal(err)
	}
	infos, err := e.Tables(t.Context())
	if err != nil || len(infos) != 1 || infos[0].Rows != 4 || infos[0].First != now || infos[0].Last != now+2 {
		t.Errorf("Tables = %+v, %v", infos, err)
	}
	for _, test := range []struct {
		from, to int64
		tenant   string
		want     string
	}{
		{0, 0, "", "0 1 2 3"},
		{now + 1, 0, "", "1 2"},
		{0, now + 1, "", "0"},
		{now + 1, now + 2, "", "1"},
		{0, 0, "b", "2 3"},
		{now, now + 3, "b", "2"},
		{0, 0, "c", ""},
	} {
		q, err := compile(t, e, "T | project n", catalogOf(t, e))
		if err != nil {
			t.Fatal(err)
		}
		q.Scope.From, q.Scope.To, q.Scope.Tenant = test.from, test.to, test.tenant
		rows, err := run(t, e, q)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, row := range rows {
			got = append(got, show(row[0]))
		}
		if strings.Join(got, " ") != test.want {
			t.Errorf("scope %+v shows %q, want %q", q.Scope, got, test.want)
		}
	}
}

func queryStopped(t *testing.T, open Opener) {
	e := open(t, t.TempDir())
	load(t, e, "T", 1, []cell{long("n", 1)}, []cell{long("n", 2)})
	q, err := compile(t, e, "T", catalogOf(t, e))
	if err != nil {
		t.Fatal(err)
	}
	stop, calls := errors.New("enough"), 0
	err = e.Query(t.Context(), q, func([]types.Value) error {
		calls++
		return stop
	})
	if !errors.Is(err, stop) || calls != 1 {
		t.Errorf("Query = %v after %d rows; want the caller's error after one", err, calls)
	}
	expect(t, e, "T | count", "2")
}

package ingest

import (
	"bytes"
	"context"
	"fmt"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/conshelf/conshelf/internal/engine"
	"github.com/conshelf/conshelf/internal/evidence"
)

// A scribe is a loader that writes down all that it is given, column by column.
type scribe struct {
	text  bytes.Buffer
	begun int
}

func (s *scribe) Begin(context.Context) (engine.Load, error) {
	s.begun = s.text.Len()
	return s, nil
}
func (s *scribe) Identities(context.Context, func(engine.Identity) error) error { return nil }
func (s *scribe) Commit(context.Context) error                                  { return nil }

func (s *scribe) Rollback() error {
	s.text.Truncate(s.begun)
	return nil
}

func (s *scribe) Append(_ context.Context, b *engine.Batch) error {
	fmt.Fprintf(&s.text, "%s %d\n", b.Table, b.Rows)
	for i := range b.Vectors {
		fmt.Fprintf(&s.text, "%s %v:", b.Vectors[i].Column.Name, b.Vectors[i].Column.Type)
		for row := range b.Rows {
			v := valueAt(&b.Vectors[i], row)
			fmt.Fprintf(&s.text, " %v %d %g %s", v.Valid, v.Int, v.Float, v.Text)
		}
	}
	for _, o := range b.Origins {
		fmt.Fprintln(&s.text, o)
	}
	return nil
}

// mixed is a text of several parcels with all that could tell one worker from
// many: columns that come late and in other cases, records of several tables,
// duplicates, twins, faults, dates that could be either, and tenants.
func mixed() string {
	var b strings.Builder
	pad := strings.Repeat("x", 900)
	for n := range 12_000 {
		switch id := n % 9000; {
		case n%97 == 0:
			b.WriteString("{\"id\": broken}\n")
		case n%89 == 0:
			fmt.Fprintf(&b, `{"nothing":"known","n":%d}`+"\n", n)
		case n%11 == 0:
			fmt.Fprintf(&b, `{"Type":"Odd_CL","TimeGenerated":"2026-03-04T05:06:07Z","n_d":%d,"Extra%d_s":"%s","eXtra%d_S":1}`+"\n", id, n%50, pad, (n+1)%50)
		case n%7 == 0:
			fmt.Fprintf(&b, `{"id":"r%d","riskEventType":"x","riskState":"atRisk","detectedDateTime":"%d/%d/2026 5:06:07 AM","homeTenantId":"a0000000-0000-4000-8000-00000000000%d"}`+"\n", id, n%12+1, n%12+1, n%3)
		default:
			fmt.Fprintf(&b, `{"id":"r%d","riskEventType":"x","riskState":"s%d","detectedDateTime":"2026-03-04T05:06:07Z","Late%d":%d,"pad":"%s"}`+"\n", id, n/9000, n/1000, n%7, pad)
		}
	}
	return b.String()
}

// Any number of workers makes the same rows, in the same order, with the same
// columns, numbers, offsets and remarks.
func TestOneWorkerEqualsMany(t *testing.T) {
	dir := write(t, map[string]string{"mixed.json": mixed(), "array.json": "[" + strings.ReplaceAll(strings.TrimSpace(many(0, 30_000)), "\n", ",") + "]"})
	read := func(workers int, limits Limits) string {
		s, told := &scribe{}, ""
		err := New(s, Options{Workers: workers, Limits: limits}).Ingest(t.Context(), []string{dir}, nil, func(f evidence.File, rejects []evidence.Reject) error {
			told += fmt.Sprintf("%+v\n%+v\n", f, rejects)
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		return s.text.String() + told
	}
	for name, limits := range map[string]Limits{"": {}, "few columns": {Columns: 20}} {
		want := read(1, limits)
		if len(want) < 10<<20 || !strings.Contains(want, "Odd_CL") {
			t.Fatalf("%s: %d bytes", name, len(want))
		}
		for range 2 {
			if got := read(4, limits); got != want {
				t.Errorf("%s: four workers make something else than one: %s", name, firstDifference(want, got))
			}
		}
	}
}

// firstDifference quotes where two long texts part.
func firstDifference(want, got string) string {
	n := 0
	for n < min(len(want), len(got)) && want[n] == got[n] {
		n++
	}
	from := max(0, n-100)
	return fmt.Sprintf("want %q, got %q", want[from:min(len(want), n+200)], got[from:min(len(got), n+200)])
}

// Whatever is counted of a parcel is counted of the file.
func TestTalliesAddUp(t *testing.T) {
	var one, sum tally
	fields := reflect.TypeFor[tally]()
	for i := range fields.NumField() {
		count := reflect.ValueOf(&one).Elem().Field(i)
		*(*int64)(count.Addr().UnsafePointer()) = 1 // the fields are not exported
	}
	sum.add(&one)
	sum.add(&one)
	for i := range fields.NumField() {
		if n := reflect.ValueOf(sum).Field(i).Int(); n != 2 && fields.Field(i).Name != "promised" { // the most that a record promises
			t.Errorf("%s is %d after two parcels with one each", fields.Field(i).Name, n)
		}
	}
}

// A column that one parcel calls otherwise is the same column.
func TestAColumnInAnotherCaseIsTheSame(t *testing.T) {
	m := &memory{}
	lines := strings.ReplaceAll(many(0, 30_000), `"riskState"`, `"Made_Up":1,"riskState"`)
	lines += strings.ReplaceAll(many(40_000, 5), `"riskState"`, `"made_UP":1,"riskState"`)
	dir := write(t, map[string]string{"a.json": lines})
	ingestInto(t, m, Options{}, nil, filepath.Join(dir, "a.json"))
	names := make(map[string]int)
	for _, r := range m.rows {
		for name := range r.cells {
			if strings.EqualFold(name, "made_up") {
				names[name]++
			}
		}
	}
	if diff := cmp.Diff(map[string]int{"Made_Up": 30_005}, names); diff != "" {
		t.Error(diff)
	}
}

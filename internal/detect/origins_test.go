package detect

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/conshelf/conshelf/internal/rule"
	"github.com/conshelf/conshelf/kql/types"
)

// A query that expands a record's elements and groups them again counts the
// record once for each element.
func TestOriginsCountRecordsOnce(t *testing.T) {
	m := match{limit: 3}
	for _, test := range []struct {
		list  string
		count types.Value
		want  int64
	}{
		{"[[1,7]]", types.NewLong(5), 1},
		{"[[1,7],[1,8],[2,1]]", types.NewLong(40), 40}, // the list is cut: there may be 40
		{"[]", types.Null(types.Long), 0},
	} {
		list, got := m.origins([]types.Value{types.NewDynamic(test.list), test.count})
		if got != test.want || int64(len(list)) > got {
			t.Errorf("%s of %s are %d records, want %d", test.list, test.count, got, test.want)
		}
	}
}

// A run gives at most so many rows; all of the time in one run must not give
// fewer than its steps do.
func TestOnePassLosesNothing(t *testing.T) {
	f := &fake{}
	for i := range maxRows + 10 {
		f.records = append(f.records, record{at: hour(float64(1 + i%6)), who: "a"})
	}
	r := compiled(t, "Events", "1h", byUser)
	if !onePass(r) {
		t.Fatal("the rule does not run in one pass: the test says nothing")
	}
	want, err := Run(t.Context(), f, []*rule.Compiled{r}, Options{Stepwise: true})
	if err != nil || len(want.Gaps) > 0 {
		t.Fatal(err, want.Gaps)
	}
	got, err := Run(t.Context(), f, []*rule.Compiled{r}, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("one pass (-stepwise +one pass):\n%s", diff)
	}
}

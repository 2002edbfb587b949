package sketch

import (
	"errors"
	"strconv"
	"testing"
)

func TestDistinct(t *testing.T) {
	a, err := Distinct([]string{`"b"`, `"a"`, `"b"`, `1`, `""`})
	if want := `{"hll":["","a","b",1]}`; err != nil || a != want {
		t.Fatalf("Distinct = %s, %v; want %s", a, err, want)
	}
	b, _ := Distinct([]string{`"c"`, `"1"`, `1`})
	merged, err := MergeDistinct([]string{a, b})
	if err != nil {
		t.Fatal(err)
	}
	if n, err := CountDistinct(merged); n != 6 || err != nil {
		t.Errorf("CountDistinct(%s) = %d, %v; want 6", merged, n, err)
	}
	none, _ := Distinct(nil)
	if n, err := CountDistinct(none); n != 0 || err != nil {
		t.Errorf("CountDistinct(%s) = %d, %v; want 0", none, n, err)
	}
}

func TestDistinctIsBounded(t *testing.T) {
	values := make([]string, Limit+1)
	for i := range values {
		values[i] = strconv.Itoa(i)
	}
	if _, err := Distinct(values); !errors.Is(err, ErrLimit) {
		t.Errorf("Distinct = %v, want ErrLimit", err)
	}
}

// What is no sketch of ours is not read as one.
func TestForeignSketches(t *testing.T) {
	for _, s := range []string{"", "null", "[[1024,14],[-624],[]]", `{"hll":1}`, `{"hll":[1}`, `{"tdigest":[["x"]]}`, `{"tdigest":[[1,"x"]]}`} {
		if _, err := CountDistinct(s); !errors.Is(err, ErrForeign) {
			t.Errorf("CountDistinct(%s) = %v, want ErrForeign", s, err)
		}
		if _, err := ReadWeighted(s); !errors.Is(err, ErrForeign) {
			t.Errorf("ReadWeighted(%s) = %v, want ErrForeign", s, err)
		}
	}
}

func TestPercentile(t *testing.T) {
	w, err := Weigh([]Value{"40", "10", "20", "30", "7"}, []int64{1, 8, 6, 3, 0})
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		rank float64
		want Value
	}{{0, "10"}, {44.4, "10"}, {44.5, "20"}, {50, "20"}, {75, "20"}, {99.9, "40"}, {100, "40"}} {
		if got, ok := w.Percentile(test.rank); !ok || got != test.want {
			t.Errorf("Percentile(%v) = %s, %v; want %s", test.rank, got, ok, test.want)
		}
	}
	if got, ok := (Weighted{}).Percentile(50); ok {
		t.Errorf("Percentile of nothing = %s", got)
	}
	if got, ok := w.Percentile(101); ok {
		t.Errorf("Percentile(101) = %s", got)
	}
}

func TestMergeWeighted(t *testing.T) {
	a, _ := Weigh([]Value{"2.5", "1"}, []int64{1, 2})
	b, _ := Weigh([]Value{"1.0", "10"}, []int64{3, 1})
	w, err := MergeWeighted([]string{a.JSON(), b.JSON()})
	if want := `{"tdigest":[[1,5],[2.5,1],[10,1]]}`; err != nil || w.JSON() != want {
		t.Errorf("merged = %s, %v; want %s", w.JSON(), err, want)
	}
	if rank, total := w.Rank("2.5"); rank != 6 || total != 7 {
		t.Errorf("Rank(2.5) = %d of %d, want 6 of 7", rank, total)
	}
}

// Longs that no real tells apart are different values.
func TestLongsAreExact(t *testing.T) {
	w, _ := Weigh([]Value{"9223372036854775807", "9223372036854775806"}, []int64{1, 1})
	if got, _ := w.Percentile(50); got != "9223372036854775806" {
		t.Errorf("Percentile(50) = %s", got)
	}
}

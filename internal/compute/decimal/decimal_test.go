package decimal_test

import (
	"slices"
	"testing"

	"github.com/conshelf/conshelf/internal/compute/decimal"
)

func TestArithmetic(t *testing.T) {
	for _, test := range []struct {
		name string
		f    func(x, y string) (string, error)
		x, y string
		want string // "": an error
	}{
		{"sum", decimal.Add, "0.1", "0.2", "0.3"},
		{"sum of opposites", decimal.Add, "1.5", "-1.5", "0"},
		{"difference", decimal.Subtract, "1", "2.25", "-1.25"},
		{"product", decimal.Multiply, "1.5", "-2", "-3"},
		{"product of two long numbers", decimal.Multiply, "12345678901234567", "12345678901234567", "152415787532388345526596755677489"},
		{"half to even", decimal.Multiply, "0.5", "0.0000000000000000000000000000000001", "0"},
		{"too long", decimal.Multiply, "9999999999999999999999999999999999", "10", ""},
		{"rest", decimal.Modulo, "10", "3", "1"},
		{"rest of a negative", decimal.Modulo, "-7.5", "2", "0.5"},
		{"rest by a negative", decimal.Modulo, "7", "-3", "1"},
		{"rest by zero", decimal.Modulo, "7", "0", ""},
		{"no number", decimal.Add, "x", "1", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			got, err := test.f(test.x, test.y)
			if got != test.want || (err != nil) != (test.want == "") {
				t.Errorf("%s, %s gives %q, %v; want %q", test.x, test.y, got, err, test.want)
			}
		})
	}
}

func TestSum(t *testing.T) {
	if got, err := decimal.Sum([]string{"1.5", "-0.5", "10"}); got != "11" || err != nil {
		t.Errorf("Sum = %q, %v; want 11", got, err)
	}
	if got, err := decimal.Sum(nil); got != "0" || err != nil {
		t.Errorf("Sum of none = %q, %v; want 0", got, err)
	}
}

// TestKey sorts numbers by their keys.
func TestKey(t *testing.T) {
	sorted := []string{"-10", "-9.5", "-9", "-0.25", "-0.2", "0", "0.05", "0.1", "0.15", "1", "1.5", "9", "10", "10.01", "100"}
	shuffled := slices.Clone(sorted)
	slices.Sort(shuffled)
	slices.SortFunc(shuffled, func(a, b string) int {
		if decimal.Key(a) < decimal.Key(b) {
			return -1
		}
		return 1
	})
	if !slices.Equal(shuffled, sorted) {
		t.Errorf("by their keys the numbers are %q, want %q", shuffled, sorted)
	}
	for i := range sorted[1:] {
		if c, err := decimal.Compare(sorted[i], sorted[i+1]); c != -1 || err != nil {
			t.Errorf("Compare(%s, %s) = %d, %v; want -1", sorted[i], sorted[i+1], c, err)
		}
	}
}

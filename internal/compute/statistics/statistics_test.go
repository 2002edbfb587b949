package statistics

import (
	"math"
	"testing"
)

func near(a, b float64) bool { return math.Abs(a-b) <= 1e-12*math.Max(1, math.Abs(b)) }

// A beta distribution with a parameter of 1 has a closed form.
func TestBeta(t *testing.T) {
	for _, x := range []float64{0, 0.25, 0.5, 1} {
		if got, want := BetaCDF(x, 3, 1), x*x*x; !near(got, want) {
			t.Errorf("BetaCDF(%v, 3, 1) = %v, want %v", x, got, want)
		}
		if got, want := BetaPDF(x, 3, 1), 3*x*x; !near(got, want) {
			t.Errorf("BetaPDF(%v, 3, 1) = %v, want %v", x, got, want)
		}
		if got, ok := BetaInv(x*x*x, 3, 1); !ok || math.Abs(got-x) > 1e-9 {
			t.Errorf("BetaInv(%v, 3, 1) = %v, %v; want %v", x*x*x, got, ok, x)
		}
	}
	if _, ok := BetaInv(1.5, 3, 1); ok {
		t.Error("BetaInv(1.5) gives a value: 1.5 is no probability")
	}
	inverse, _ := BetaInv(0.5, -1, 1)
	for i, x := range []float64{BetaCDF(1.5, 3, 1), BetaCDF(0.5, -1, 1), BetaPDF(-1, 3, 1), BetaPDF(0.5, 3, 0), inverse} {
		if !math.IsNaN(x) {
			t.Errorf("%d: out of range gives %v, want NaN", i, x)
		}
	}
}

// With two degrees of freedom the t distribution has a closed form.
func TestWelch(t *testing.T) {
	a, b := Sample{Mean: 3, Variance: 2, Count: 2}, Sample{Mean: 1, Variance: 2, Count: 2}
	score := 2 / math.Sqrt2
	want := 1 - score/math.Sqrt(2+score*score)
	if got := Welch(a, b); !near(got, want) {
		t.Errorf("Welch = %v, want %v", got, want)
	}
	if got := Welch(a, a); !near(got, 1) {
		t.Errorf("Welch of one sample with itself = %v, want 1", got)
	}
	if got := Welch(Sample{Count: 1}, Sample{Count: 1}); !math.IsNaN(got) {
		t.Errorf("Welch without variance = %v, want NaN", got)
	}
}

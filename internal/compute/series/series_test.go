package series

import (
	"errors"
	"math"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

var near = cmpopts.EquateApprox(1e-12, 1e-12)

func TestDescribe(t *testing.T) {
	got := Describe([]float64{3, 1, 5, 1, 5})
	want := Stats{Min: 1, MinIndex: 1, Max: 5, MaxIndex: 2, Avg: 3, Stdev: 2, Variance: 4, Sum: 15, Len: 5}
	if diff := cmp.Diff(want, got, near); diff != "" {
		t.Error(diff)
	}
	if one := Describe([]float64{7}); one.Variance != 0 || one.Avg != 7 {
		t.Errorf("Describe of one value = %+v", one)
	}
}

func TestFitLine(t *testing.T) {
	// By hand: slope 8/5, average 4; what is left is 0.4, -1.2, 1.2, -0.4.
	got := FitLine([]float64{2, 2, 6, 6})
	want := Line{
		Slope: 1.6, Interception: 1.6, Variance: 16.0 / 3, RVariance: 3.2 / 3, RSquare: 0.8,
		Fit: []float64{1.6, 3.2, 4.8, 6.4},
	}
	if diff := cmp.Diff(want, got, near); diff != "" {
		t.Error(diff)
	}
}

func TestFitLines(t *testing.T) {
	got, err := FitLines([]float64{0, 1, 2, 3, 10, 8, 6, 4})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]float64{0, 1, 2, 3, 10, 8, 6, 4}, got.Fit, near); diff != "" {
		t.Error(diff)
	}
	if math.Abs(got.Left.Slope-1) > 1e-12 || math.Abs(got.Right.Slope+2) > 1e-12 || math.Abs(got.RSquare-1) > 1e-12 {
		t.Errorf("FitLines = %+v", got)
	}
}

// Any split of a straight line is as good as any other.
func TestFitLinesOfALine(t *testing.T) {
	if _, err := FitLines([]float64{1, 2, 3, 4, 5, 6}); !errors.As(err, new(Uncertain)) {
		t.Errorf("FitLines of a line: %v, want an uncertain answer", err)
	}
}

func TestFitPoly(t *testing.T) {
	x := []float64{10, 11, 12, 13, 14}
	y := make([]float64, len(x))
	for i, v := range x {
		y[i] = 2*v*v - 3*v + 1
	}
	got, err := FitPoly(x, y, 2)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]float64{2, -3, 1}, got.Coefficients, cmpopts.EquateApprox(1e-9, 1e-9)); diff != "" {
		t.Errorf("coefficients, the highest power first: %s", diff)
	}
	if math.Abs(got.RSquare-1) > 1e-9 {
		t.Errorf("RSquare = %v", got.RSquare)
	}
	if _, err := FitPoly([]float64{1, 1, 1}, []float64{1, 2, 3}, 1); err == nil {
		t.Error("a line through points of one place is fitted")
	}
}

func TestVectors(t *testing.T) {
	x, y := []float64{3, 4}, []float64{4, 3}
	for _, test := range []struct {
		name      string
		got, want float64
	}{
		{"dot", Dot(x, y), 24},
		{"magnitude", Magnitude(x), 5},
		{"cosine", Cosine(x, y), 0.96},
		{"pearson", Pearson(x, y), -1},
		{"sum", Sum(x), 7},
		{"product", Product(x), 12},
	} {
		if math.Abs(test.got-test.want) > 1e-12 {
			t.Errorf("%s = %v, want %v", test.name, test.got, test.want)
		}
	}
}

func TestFilters(t *testing.T) {
	x := []float64{1, 2, 4, 8}
	if diff := cmp.Diff([]float64{1, 1, 2, 4}, FIR(x, []float64{1, -1}, false)); diff != "" {
		t.Errorf("differences: %s", diff)
	}
	if diff := cmp.Diff([]float64{3, 7, 14, 12}, FIR(x, []float64{1, 1, 1}, true)); diff != "" {
		t.Errorf("centred: %s", diff)
	}
	if diff := cmp.Diff([]float64{1, 3, 7, 15}, IIR(x, []float64{1}, []float64{1, -1})); diff != "" {
		t.Errorf("running sum: %s", diff)
	}
}

// Of 0 to 10 the deciles are 1 and 9, the quartiles 2.5 and 7.5.
func TestOutliers(t *testing.T) {
	x := []float64{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10}
	got, err := Outliers(x, Quartiles, 0)
	if err != nil {
		t.Fatal(err)
	}
	want := []float64{-0.5, -0.3, -0.1, 0, 0, 0, 0, 0, 0.1, 0.3, 0.5}
	if diff := cmp.Diff(want, got, near); diff != "" {
		t.Error(diff)
	}
	got, err = Outliers(x, Deciles, 0)
	if err != nil {
		t.Fatal(err)
	}
	want = []float64{-0.125 / decileUnit, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0.125 / decileUnit}
	if diff := cmp.Diff(want, got, near); diff != "" {
		t.Error(diff)
	}
}

func TestOutliersOfEqualValues(t *testing.T) {
	if got, err := Outliers([]float64{4, 4, 4}, Deciles, 0); err != nil || got[0] != 0 {
		t.Errorf("a flat series: %v, %v", got, err)
	}
	spike := make([]float64, 30)
	spike[7] = 1
	if _, err := Outliers(spike, Deciles, 0); !errors.As(err, new(Uncertain)) {
		t.Errorf("one spike among equal values: %v, want an uncertain answer", err)
	}
}

func TestSeasonal(t *testing.T) {
	got := Seasonal([]float64{1, 10, 3, 30, 2, 20, 99}, 2, 6)
	if diff := cmp.Diff([]float64{2, 20, 2, 20, 2, 20, 2}, got); diff != "" {
		t.Errorf("the median of each place, of what is learnt: %s", diff)
	}
}

// wave is n values that repeat every 7.
func wave(n int) []float64 {
	x := make([]float64, n)
	for i := range x {
		x[i] = []float64{10, 12, 11, 13, 12, 3, 1}[i%7]
	}
	return x
}

func TestPeriod(t *testing.T) {
	if got, err := Period(wave(70), Threshold); err != nil || got != 7 {
		t.Errorf("Period of a week = %v, %v", got, err)
	}
	flat := make([]float64, 40)
	if got, err := Period(flat, Threshold); err != nil || got != 0 {
		t.Errorf("Period of a flat series = %v, %v", got, err)
	}
	noise, state := make([]float64, 500), uint32(1)
	for i := range noise {
		state = state*1664525 + 1013904223
		noise[i] = float64(state >> 8)
	}
	if got, err := Period(noise, Threshold); err != nil || got != 0 {
		t.Errorf("Period of noise = %v, %v", got, err)
	}
}

func TestDecompose(t *testing.T) {
	x := wave(35)
	for i := range x {
		x[i] += 2
	}
	x[30] += 100 // a test point
	p, err := Decompose(x, Options{Seasonality: 7, TestPoints: 7})
	if err != nil {
		t.Fatal(err)
	}
	for i := range x {
		want := 0.0
		if i == 30 {
			want = 100
		}
		if math.Abs(p.Residual[i]-want) > 1e-12 || math.Abs(p.Baseline[i]+p.Residual[i]-x[i]) > 1e-12 {
			t.Errorf("residual %d = %v, want %v", i, p.Residual[i], want)
		}
	}
	line, err := Decompose([]float64{1, 3, 5, 7}, Options{Trend: LineFit})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]float64{1, 3, 5, 7}, line.Trend, near); diff != "" {
		t.Error(diff)
	}
}

func TestFindAnomalies(t *testing.T) {
	x := make([]float64, 60)
	for i := range x {
		x[i] = float64(i % 3)
	}
	x[20], x[40] = 30, -30
	got, err := FindAnomalies(x, 1.5, Options{}, Deciles)
	if err != nil {
		t.Fatal(err)
	}
	for i, flag := range got.Flags {
		want := 0
		switch i {
		case 20:
			want = 1
		case 40:
			want = -1
		}
		if flag != want {
			t.Errorf("flag %d = %d, want %d", i, flag, want)
		}
	}
}

package series

// A Line is the straight line that fits a series best, by least squares over
// the places 0, 1, 2, … of its values.
type Line struct {
	// RSquare is the share of the variance that the line explains.
	RSquare float64
	Slope   float64
	// Variance is that of the series, RVariance that of what the line leaves.
	Variance, RVariance float64
	Interception        float64
	Fit                 []float64
}

// FitLine fits a line to two values or more.
func FitLine(y []float64) Line {
	slope, interception := leastSquares(y)
	l := Line{Slope: slope, Interception: interception, Fit: points(slope, interception, len(y))}
	l.Variance, l.RVariance, l.RSquare = quality(y, l.Fit)
	return l
}

// leastSquares returns the line through a series; a single value has no slope.
func leastSquares(y []float64) (slope, interception float64) {
	middle, average := float64(len(y)-1)/2, mean(y)
	products, width := 0.0, 0.0
	for i, v := range y {
		d := float64(i) - middle
		products += d * (v - average)
		width += d * d
	}
	if width == 0 {
		return 0, average
	}
	slope = products / width
	return slope, average - slope*middle
}

// points returns the first n points of a line.
func points(slope, interception float64, n int) []float64 {
	fit := make([]float64, n)
	for i := range fit {
		fit[i] = interception + slope*float64(i)
	}
	return fit
}

// quality returns the variance of a series, that of what a fit leaves of it,
// and R².
func quality(y, fit []float64) (variance, rest, rSquare float64) {
	variance = sampleVariance(y)
	rest = squares(subtract(y, fit), 0) / float64(len(y)-1)
	return variance, rest, 1 - rest/variance
}

func subtract(x, y []float64) []float64 {
	rest := make([]float64, len(x))
	for i := range x {
		rest[i] = x[i] - y[i]
	}
	return rest
}

package series

// A Trend is what is looked for below the season.
type Trend int

// The trends.
const (
	Average Trend = iota
	LineFit
	NoTrend
)

// Auto is the seasonality that is to be found.
const Auto = -1

// Threshold is the least score of a season, if none is given.
const Threshold = 0.6

// An Options says how a series is taken apart.
type Options struct {
	// Seasonality is the period in values, 0 for none, or Auto.
	Seasonality int
	Trend       Trend
	// TestPoints are values at the end that are not learnt from.
	TestPoints int
	// Threshold is the least score of a season that is found.
	Threshold float64
}

// Parts are what a series is made of: Baseline is Seasonal and Trend together,
// and Residual is the rest.
type Parts struct {
	Baseline, Seasonal, Trend, Residual []float64
}

// Decompose takes a series apart: first the season, as it is in the series,
// then the trend of what is left.
func Decompose(x []float64, o Options) (Parts, error) {
	learn := len(x) - o.TestPoints
	if learn < 1 || o.TestPoints < 0 || o.Seasonality < Auto || !finite(x) {
		return Parts{}, Uncertain("there are too few values to learn from, or they are not numbers")
	}
	period := o.Seasonality
	if period == Auto {
		found, err := Period(x[:learn], o.Threshold)
		if err != nil {
			return Parts{}, err
		}
		period = found
	}
	if period > learn {
		return Parts{}, Uncertain("the seasonality is longer than what there is to learn from")
	}
	p := Parts{Seasonal: Seasonal(x, period, learn)}
	left := subtract(x, p.Seasonal)
	p.Trend = trend(left[:learn], len(x), o.Trend)
	p.Baseline = make([]float64, len(x))
	for i := range x {
		p.Baseline[i] = p.Seasonal[i] + p.Trend[i]
	}
	p.Residual = subtract(x, p.Baseline)
	return p, nil
}

// trend returns n points of the trend of what was learnt.
func trend(x []float64, n int, kind Trend) []float64 {
	switch kind {
	case Average:
		return points(0, mean(x), n)
	case LineFit:
		slope, interception := leastSquares(x)
		return points(slope, interception, n)
	case NoTrend:
		return make([]float64, n)
	}
	panic("series: kind of trend")
}

// Anomalies are the values of a series that its parts do not explain.
type Anomalies struct {
	// Flags are 1 for a value that is too high, -1 for one too low.
	Flags    []int
	Scores   []float64
	Baseline []float64
}

// FindAnomalies scores what decomposing a series leaves, and flags the values
// whose score is beyond the threshold.
func FindAnomalies(x []float64, threshold float64, o Options, fences Fences) (Anomalies, error) {
	if o.TestPoints != 0 {
		return Anomalies{}, Uncertain("whether Kusto learns its fences from the test points too is not documented")
	}
	parts, err := Decompose(x, o)
	if err != nil {
		return Anomalies{}, err
	}
	scores, err := Outliers(parts.Residual, fences, 1e-9*size(x))
	if err != nil {
		return Anomalies{}, err
	}
	flags := make([]int, len(scores))
	for i, s := range scores {
		switch {
		case s > threshold:
			flags[i] = 1
		case s < -threshold:
			flags[i] = -1
		}
	}
	return Anomalies{Flags: flags, Scores: scores, Baseline: parts.Baseline}, nil
}

// size returns the largest of the values, whatever its sign.
func size(x []float64) float64 {
	largest := 0.0
	for _, v := range x {
		largest = max(largest, v, -v)
	}
	return largest
}

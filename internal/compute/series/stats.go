package series

import "math"

// Stats describe the values of a series.
type Stats struct {
	Min, Max, Avg, Stdev, Variance, Sum float64
	MinIndex, MaxIndex, Len             int
}

// Describe returns the statistics of a series that is not empty. Of equal
// extremes the first counts; the variance is that of a sample, 0 for one value.
func Describe(x []float64) Stats {
	s := Stats{Min: x[0], Max: x[0], Sum: sum(x), Len: len(x)}
	for i, v := range x {
		if v < s.Min {
			s.Min, s.MinIndex = v, i
		}
		if v > s.Max {
			s.Max, s.MaxIndex = v, i
		}
	}
	s.Avg = s.Sum / float64(s.Len)
	s.Variance = sampleVariance(x)
	s.Stdev = math.Sqrt(s.Variance)
	return s
}

func sampleVariance(x []float64) float64 {
	if len(x) < 2 {
		return 0
	}
	return squares(x, mean(x)) / float64(len(x)-1)
}

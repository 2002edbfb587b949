// Package series computes what KQL's functions of series compute: statistics,
// fits, filters, and the decomposition of a series into season, trend and
// rest. It is arithmetic alone. What Kusto would answer where neither its
// documentation nor a recorded answer tells is an Uncertain error, never a
// guess.
package series

import (
	"math"
	"slices"
)

// Uncertain is the error of a series for which Kusto's answer is not known.
// Its text says why, and what to write instead.
type Uncertain string

// Error returns the reason.
func (u Uncertain) Error() string { return string(u) }

// sum adds the values in their order.
func sum(x []float64) float64 {
	total := 0.0
	for _, v := range x {
		total += v
	}
	return total
}

func mean(x []float64) float64 { return sum(x) / float64(len(x)) }

// squares returns the sum of the squared distances from a value.
func squares(x []float64, from float64) float64 {
	total := 0.0
	for _, v := range x {
		total += (v - from) * (v - from)
	}
	return total
}

// median returns the middle value, or the mean of the two in the middle.
func median(x []float64) float64 {
	sorted := slices.Sorted(slices.Values(x))
	n := len(sorted)
	if n%2 == 1 {
		return sorted[n/2]
	}
	return (sorted[n/2-1] + sorted[n/2]) / 2
}

// quantile interpolates between the values of a sorted series.
func quantile(sorted []float64, p float64) float64 {
	at := p * float64(len(sorted)-1)
	low := int(at)
	high := min(low+1, len(sorted)-1)
	return sorted[low] + (sorted[high]-sorted[low])*(at-float64(low))
}

// finite tells whether all values are numbers.
func finite(x []float64) bool {
	return !slices.ContainsFunc(x, func(v float64) bool { return math.IsNaN(v) || math.IsInf(v, 0) })
}

package series

import "slices"

// Fences are the two ways of Tukey's test.
type Fences int

// The ways: Quartiles is Tukey's own, from the 25th to the 75th percentile;
// Deciles is Kusto's default, from the 10th to the 90th.
const (
	Deciles Fences = iota
	Quartiles
)

// decileUnit is the unit of a score between the deciles, by their distance. It
// is measured: the ratio of every score in a recorded answer.
const decileUnit = 0.36067156396620254

// Outliers scores how far each value lies outside of the fences: 0 between
// them, and beyond in units of their distance. Fences no further apart than
// noise are no fences.
func Outliers(x []float64, fences Fences, noise float64) ([]float64, error) {
	if !finite(x) {
		return nil, Uncertain("a series with NaN or an infinity in it has no scores")
	}
	low, high, unit := 0.10, 0.90, decileUnit
	if fences == Quartiles {
		low, high, unit = 0.25, 0.75, 1
	}
	sorted := slices.Sorted(slices.Values(x))
	below, above := quantile(sorted, low), quantile(sorted, high)
	scores := make([]float64, len(x))
	for i, v := range x {
		distance := beyond(v, below, above)
		if distance == 0 {
			continue
		}
		if above-below <= noise {
			return nil, Uncertain("how Kusto scores a value where nearly all others are equal is not documented")
		}
		scores[i] = distance / ((above - below) * unit)
	}
	return scores, nil
}

// beyond returns how far v lies outside; below is negative.
func beyond(v, below, above float64) float64 {
	switch {
	case v > above:
		return v - above
	case v < below:
		return v - below
	}
	return 0
}

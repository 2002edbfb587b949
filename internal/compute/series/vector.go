package series

import "math"

// dot returns the sum of the products of the elements of two series of one
// length.
func dot(x, y []float64) float64 {
	total := 0.0
	for i := range x {
		total += x[i] * y[i]
	}
	return total
}

// Dot returns the sum of the products of two series' elements.
func Dot(x, y []float64) float64 { return dot(x, y) }

// Sum returns the sum of a series.
func Sum(x []float64) float64 { return sum(x) }

// Product returns the product of a series' elements; 1 for none.
func Product(x []float64) float64 {
	product := 1.0
	for _, v := range x {
		product *= v
	}
	return product
}

// Magnitude returns the length of a series as a vector.
func Magnitude(x []float64) float64 { return math.Sqrt(dot(x, x)) }

// Cosine returns the cosine of the angle between two series as vectors.
func Cosine(x, y []float64) float64 { return dot(x, y) / (Magnitude(x) * Magnitude(y)) }

// Pearson returns how two series correlate: 1 together, -1 against each other.
func Pearson(x, y []float64) float64 {
	x, y = around(x, mean(x)), around(y, mean(y))
	return dot(x, y) / math.Sqrt(dot(x, x)*dot(y, y))
}

// around returns the distances from a value.
func around(x []float64, from float64) []float64 {
	out := make([]float64, len(x))
	for i, v := range x {
		out[i] = v - from
	}
	return out
}

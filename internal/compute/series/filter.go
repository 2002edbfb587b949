package series

// FIR returns a series through a filter of finite response: each value is the
// sum of the values up to it, the last first, times the filter's coefficients.
// Before the first value there is 0. A centred filter looks as far ahead as
// back.
func FIR(x, filter []float64, center bool) []float64 {
	ahead := 0
	if center {
		ahead = len(filter) / 2
	}
	out := make([]float64, len(x))
	for i := range x {
		for k, c := range filter {
			if at := i + ahead - k; at >= 0 && at < len(x) {
				out[i] += c * x[at]
			}
		}
	}
	return out
}

// IIR returns a series through a filter of infinite response: the values up to
// it times the numerators, less the results before times the denominators, all
// by the first denominator.
func IIR(x, numerators, denominators []float64) []float64 {
	out := make([]float64, len(x))
	for i := range x {
		value := 0.0
		for k, c := range numerators {
			if i-k >= 0 {
				value += c * x[i-k]
			}
		}
		for k, c := range denominators {
			if k > 0 && i-k >= 0 {
				value -= c * out[i-k]
			}
		}
		out[i] = value / denominators[0]
	}
	return out
}

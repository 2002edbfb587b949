package builtin

// series are the functions of arrays of numbers that make-series gives.
func series() []Function {
	list := []Function{
		{Name: "series_fill_const", Signatures: sigs(sig(dynamic, dynamic, anyType, anyType).optional(1)), Doc: "The series with its gaps filled by a value."},
		{Name: "series_fill_forward", Signatures: sigs(sig(dynamic, dynamic, anyType).optional(1)), Doc: "The series with its gaps filled by the value before."},
		{Name: "series_fill_backward", Signatures: sigs(sig(dynamic, dynamic, anyType).optional(1)), Doc: "The series with its gaps filled by the value after."},
		{Name: "series_fill_linear", Signatures: sigs(sig(dynamic, dynamic, anyType, boolean, anyType).optional(3)), Doc: "The series with its gaps filled by a line."},
		{Name: "series_stats_dynamic", Signatures: sigs(sig(dynamic, dynamic, boolean).optional(1)), Doc: "Minimum, maximum, average, deviation and variance, as a bag."},
		{Name: "series_fit_line_dynamic", Signatures: sigs(sig(dynamic, dynamic)), Doc: "The line that fits a series best, as a bag."},
		{Name: "series_fit_2lines_dynamic", Signatures: sigs(sig(dynamic, dynamic)), Doc: "The two lines that fit a series best, as a bag."},
		{Name: "series_outliers", Column: FirstArg, Signatures: sigs(sig(dynamic, dynamic, text, double, double, double).optional(4)), Doc: "How anomalous each value is."},
		{Name: "series_seasonal", Signatures: sigs(sig(dynamic, dynamic, long).optional(1)), Doc: "The seasonal part of a series."},
		{Name: "series_sum", Signatures: sigs(sig(double, dynamic)), Doc: "The sum of a series."},
		{Name: "series_product", Signatures: sigs(sig(double, dynamic)), Doc: "The product of a series."},
		{Name: "series_magnitude", Signatures: sigs(sig(double, dynamic)), Doc: "The length of a series as a vector."},
		{Name: "series_dot_product", Signatures: sigs(sig(double, anyType, anyType)), Doc: "The sum of the products of two series."},
		{Name: "series_cosine_similarity", Signatures: sigs(sig(double, dynamic, dynamic)), Doc: "The cosine between two series as vectors."},
		{Name: "series_pearson_correlation", Signatures: sigs(sig(double, dynamic, dynamic)), Doc: "How two series correlate, -1 to 1."},
	}
	for _, f := range []struct{ name, doc string }{
		{"series_add", "sums"},
		{"series_subtract", "differences"},
		{"series_multiply", "products"},
		{"series_divide", "quotients"},
		{"series_equals", "equality"},
		{"series_not_equals", "inequality"},
		{"series_greater", "whether the first is greater"},
		{"series_greater_equals", "whether the first is not less"},
		{"series_less", "whether the first is less"},
		{"series_less_equals", "whether the first is not greater"},
		{"series_pow", "powers"},
	} {
		list = append(list, Function{Name: f.name, Signatures: sigs(sig(dynamic, anyType, anyType)), Doc: "The " + f.doc + " of two series, element by element."})
	}
	for _, f := range []struct{ name, doc string }{
		{"series_abs", "absolute values"},
		{"series_ceiling", "values rounded up"},
		{"series_floor", "values rounded down"},
		{"series_exp", "powers of e"},
		{"series_log", "natural logarithms"},
		{"series_sign", "signs"},
		{"series_sin", "sines"},
		{"series_cos", "cosines"},
		{"series_tan", "tangents"},
		{"series_asin", "arc sines"},
		{"series_acos", "arc cosines"},
		{"series_atan", "arc tangents"},
	} {
		list = append(list, Function{Name: f.name, Signatures: sigs(sig(dynamic, dynamic)), Doc: "The " + f.doc + " of a series."})
	}
	return list
}

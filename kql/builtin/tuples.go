package builtin

import "github.com/conshelf/conshelf/kql/types"

// tuples are the functions of series that give several columns at once.
func tuples() []Function {
	return []Function{
		{
			Name: "series_stats", Signatures: sigs(sig(dynamic, dynamic, boolean).optional(1)), Doc: "Minimum, maximum, their places, average, deviation and variance of a series.",
			Tuple: components(double, "min", long, "min_idx", double, "max", long, "max_idx", double, "avg", double, "stdev", double, "variance"),
		},
		{
			Name: "series_fit_line", Signatures: sigs(sig(dynamic, dynamic)), Doc: "The line that fits a series best.",
			Tuple: components(double, "rsquare", double, "slope", double, "variance", double, "rvariance", double, "interception", dynamic, "line_fit"),
		},
		{
			Name: "series_fit_2lines", Signatures: sigs(sig(dynamic, dynamic)), Doc: "The two lines that fit a series best.",
			Tuple: components(
				double, "rsquare", long, "split_idx", double, "variance", double, "rvariance", dynamic, "line_fit",
				double, "right_rsquare", double, "right_slope", double, "right_interception", double, "right_variance", double, "right_rvariance",
				double, "left_rsquare", double, "left_slope", double, "left_interception", double, "left_variance", double, "left_rvariance",
			),
		},
		{
			Name: "series_fit_poly", Signatures: sigs(sig(dynamic, dynamic, dynamic, long).optional(2), sig(dynamic, dynamic, long)), Doc: "The polynomial that fits a series best.",
			Tuple: components(double, "rsquare", dynamic, "coefficients", double, "variance", double, "rvariance", dynamic, "poly_fit"),
		},
		{
			Name: "series_periods_detect", Signatures: sigs(sig(dynamic, dynamic, double, double, long)), Doc: "The periods of a series, the surest first.",
			Tuple: components(dynamic, "periods", dynamic, "scores"),
		},
		{
			Name: "series_periods_validate", Signatures: sigs(sig(dynamic, dynamic, double).variadic()), Doc: "How sure it is that a series has the periods given.",
			Tuple: components(dynamic, "periods", dynamic, "scores"),
		},
		{
			Name: "series_decompose", Signatures: sigs(sig(dynamic, dynamic, long, text, long, double).optional(4)), Doc: "A series as baseline, seasonal part, trend and residual.",
			Tuple: components(dynamic, "baseline", dynamic, "seasonal", dynamic, "trend", dynamic, "residual"),
		},
		{
			Name: "series_decompose_forecast", Signatures: sigs(sig(dynamic, dynamic, long, long, text, double).optional(3)), Doc: "How a series goes on.",
			Tuple: components(dynamic, "baseline", dynamic, "seasonal", dynamic, "trend", dynamic, "residual"),
		},
		{
			Name: "series_decompose_anomalies", Signatures: sigs(sig(dynamic, dynamic, double, long, text, long, text, double).optional(6)), Doc: "The values of a series that its season and trend do not explain.",
			Tuple: components(dynamic, "ad_flag", dynamic, "ad_score", dynamic, "baseline"),
		},
		{
			Name: "series_fft", Signatures: sigs(sig(dynamic, dynamic, dynamic).optional(1)), Doc: "The Fourier transform of a series.",
			Tuple: components(dynamic, "real", dynamic, "imag"),
		},
		{
			Name: "series_ifft", Signatures: sigs(sig(dynamic, dynamic, dynamic).optional(1)), Doc: "The inverse Fourier transform of a series.",
			Tuple: components(dynamic, "real", dynamic, "imag"),
		},
		{Name: "series_fir", Signatures: sigs(sig(dynamic, dynamic, dynamic, boolean, boolean).optional(2)), Doc: "A series through a filter of finite response."},
		{Name: "series_iir", Signatures: sigs(sig(dynamic, dynamic, dynamic, dynamic)), Doc: "A series through a filter of infinite response."},
	}
}

// components returns columns of pairs of a type and the end of a name.
func components(pairs ...any) []types.Column {
	list := make([]types.Column, 0, len(pairs)/2)
	for i := 0; i+1 < len(pairs); i += 2 {
		list = append(list, types.Column{Name: pairs[i+1].(string), Type: pairs[i].(types.Scalar)})
	}
	return list
}

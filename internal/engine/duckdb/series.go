package duckdb

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/conshelf/conshelf/internal/compute/series"
	"github.com/conshelf/conshelf/kql/sqlgen"
)

// numericSeriesFunctions are those that compute with series of numbers. What
// is no array gives null; an array with a gap in it, or an answer that is not
// certain, stops the query.
func numericSeriesFunctions() []function {
	list := []function{
		{name: "kql_series_sum", signature: "s:d", eval: ofSeries("series_sum", series.Sum)},
		{name: "kql_series_product", signature: "s:d", eval: ofSeries("series_product", series.Product)},
		{name: "kql_series_magnitude", signature: "s:d", eval: ofSeries("series_magnitude", series.Magnitude)},
		{name: "kql_series_dot_product", signature: "ss:d", eval: ofTwoSeries("series_dot_product", series.Dot)},
		{name: "kql_series_cosine_similarity", signature: "ss:d", eval: ofTwoSeries("series_cosine_similarity", series.Cosine)},
		{name: "kql_series_pearson_correlation", signature: "ss:d", eval: ofTwoSeries("series_pearson_correlation", series.Pearson)},
		{name: "kql_series_stats", signature: "s:s", eval: seriesStats},
		{name: "kql_series_stats_bag", signature: "s:s", eval: seriesStatsBag},
		{name: "kql_series_fit_line", signature: "s:s", eval: seriesFitLine},
		{name: "kql_series_fit_line_bag", signature: "s:s", eval: seriesFitLineBag},
		{name: "kql_series_fit_2lines", signature: "s:s", eval: seriesFitLines},
		{name: "kql_series_fit_poly", signature: "ssl:s", eval: seriesFitPoly},
		{name: "kql_series_fir", signature: "ssbb:s", eval: seriesFIR},
		{name: "kql_series_iir", signature: "sss:s", eval: seriesIIR},
		{name: "kql_series_outliers", signature: "ss:s", eval: seriesOutliers},
		{name: "kql_series_seasonal", signature: "sl:s", eval: seriesSeasonal},
		{name: "kql_series_decompose", signature: "slsld:s", eval: seriesDecompose},
		{name: "kql_series_forecast", signature: "sllsd:s", eval: seriesForecast},
		{name: "kql_series_anomalies", signature: "sdlslsd:s", eval: seriesAnomalies},
		{name: "kql_series_fill_linear", signature: "ssbs:s", eval: seriesFillLinear},
	}
	return append(append(list, elementFunctions()...), mappedFunctions()...)
}

// uncertainMark begins, separates and ends the name and the reason of a refusal
// in the database's message.
const uncertainMark = "\x1f"

// uncertain stops the query: the answer for a row is not known.
func uncertain(name string, err error) {
	panic(uncertainMark + name + uncertainMark + err.Error() + uncertainMark)
}

// uncertainIn returns the refusal that a message of the database holds; nil if
// it holds none.
func uncertainIn(message string) error {
	parts := strings.Split(message, uncertainMark)
	if len(parts) != 4 {
		return nil
	}
	return &sqlgen.UnsupportedError{Construct: parts[1], Reason: parts[2]}
}

// seriesOf returns the values of an array of numbers; false if json is none.
func seriesOf(name, json string) ([]float64, bool) {
	if !isArray(json) {
		return nil, false
	}
	list := elements(json)
	if len(list) == 0 {
		uncertain(name, series.Uncertain("what Kusto answers for an empty series is not documented"))
	}
	values := make([]float64, len(list))
	for i, e := range list {
		v, ok := number(e)
		if !ok {
			uncertain(name, series.Uncertain("element "+strconv.Itoa(i)+" of the series is no number: fill the gaps first, with series_fill_const(…)"))
		}
		values[i] = v
	}
	return values, true
}

// series returns an argument as a series of at least n values; false if it is
// no array.
func (r *row) series(name string, k, n int) ([]float64, bool) {
	values, ok := seriesOf(name, r.json(k))
	if ok && len(values) < n {
		uncertain(name, series.Uncertain(fmt.Sprintf("what Kusto answers for a series of %d is not documented", len(values))))
	}
	return values, ok
}

func ofSeries(name string, f func([]float64) float64) func(*row, *result) {
	return func(r *row, out *result) {
		if x, ok := r.series(name, 0, 1); ok {
			out.real(f(x))
		}
	}
}

// ofTwoSeries calls f with two series of one length; one number stands for a
// series of it.
func ofTwoSeries(name string, f func(x, y []float64) float64) func(*row, *result) {
	return func(r *row, out *result) {
		x, y := r.json(0), r.json(1)
		if isArray(x) && isNumber(y) {
			y = repeated(y, len(elements(x)))
		} else if isArray(y) && isNumber(x) {
			x = repeated(x, len(elements(y)))
		}
		a, okA := seriesOf(name, x)
		b, okB := seriesOf(name, y)
		switch {
		case !okA || !okB:
		case len(a) != len(b):
			uncertain(name, series.Uncertain("the series are of different lengths"))
		default:
			out.real(f(a, b))
		}
	}
}

func repeated(json string, n int) string {
	list := make([]string, n)
	for i := range list {
		list[i] = json
	}
	return joinArray(list)
}

func realsJSON(x []float64) string {
	list := make([]string, len(x))
	for i, v := range x {
		list[i] = realJSON(v)
	}
	return joinArray(list)
}

func seriesStats(r *row, out *result) {
	if x, ok := r.series("series_stats", 0, 1); ok {
		s := series.Describe(x)
		out.text(joinArray([]string{
			realJSON(s.Min), strconv.Itoa(s.MinIndex), realJSON(s.Max), strconv.Itoa(s.MaxIndex),
			realJSON(s.Avg), realJSON(s.Stdev), realJSON(s.Variance),
		}))
	}
}

func seriesStatsBag(r *row, out *result) {
	if x, ok := r.series("series_stats_dynamic", 0, 1); ok {
		s := series.Describe(x)
		out.text(joinBag([]property{
			{`"min"`, realJSON(s.Min)},
			{`"min_idx"`, strconv.Itoa(s.MinIndex)},
			{`"max"`, realJSON(s.Max)},
			{`"max_idx"`, strconv.Itoa(s.MaxIndex)},
			{`"avg"`, realJSON(s.Avg)},
			{`"stdev"`, realJSON(s.Stdev)},
			{`"variance"`, realJSON(s.Variance)},
			{`"sum"`, realJSON(s.Sum)},
			{`"len"`, strconv.Itoa(s.Len)},
		}))
	}
}

func seriesFitLine(r *row, out *result) {
	if y, ok := r.series("series_fit_line", 0, 2); ok {
		l := series.FitLine(y)
		out.text(joinArray([]string{
			realJSON(l.RSquare), realJSON(l.Slope), realJSON(l.Variance), realJSON(l.RVariance), realJSON(l.Interception), realsJSON(l.Fit),
		}))
	}
}

func seriesFitLineBag(r *row, out *result) {
	if y, ok := r.series("series_fit_line_dynamic", 0, 2); ok {
		l := series.FitLine(y)
		out.text(joinBag([]property{
			{`"rsquare"`, realJSON(l.RSquare)},
			{`"slope"`, realJSON(l.Slope)},
			{`"variance"`, realJSON(l.Variance)},
			{`"rvariance"`, realJSON(l.RVariance)},
			{`"interception"`, realJSON(l.Interception)},
			{`"line_fit"`, realsJSON(l.Fit)},
		}))
	}
}

// seriesFitLines leaves null what the dialect refuses: where the split is
// counted from, and the interception of the right line.
func seriesFitLines(r *row, out *result) {
	y, ok := r.series("series_fit_2lines", 0, 4)
	if !ok {
		return
	}
	l, err := series.FitLines(y)
	if err != nil {
		uncertain("series_fit_2lines", err)
	}
	out.text(joinArray([]string{
		realJSON(l.RSquare), "null", realJSON(l.Variance), realJSON(l.RVariance), realsJSON(l.Fit),
		realJSON(l.Right.RSquare), realJSON(l.Right.Slope), "null", realJSON(l.Right.Variance), realJSON(l.Right.RVariance),
		realJSON(l.Left.RSquare), realJSON(l.Left.Slope), realJSON(l.Left.Interception), realJSON(l.Left.Variance), realJSON(l.Left.RVariance),
	}))
}

// seriesFitPoly takes the values, the places or null, and the degree.
func seriesFitPoly(r *row, out *result) {
	const name = "series_fit_poly"
	y, ok := r.series(name, 0, 2)
	if !ok || r.null(2) {
		return
	}
	x := make([]float64, len(y))
	for i := range x {
		x[i] = float64(i)
	}
	if !r.null(1) {
		if x, ok = r.series(name, 1, 2); !ok {
			uncertain(name, series.Uncertain("the places are no array"))
		}
	}
	degree := r.long(2)
	if degree < 1 || degree >= int64(len(y)) || len(x) != len(y) {
		uncertain(name, series.Uncertain("the points do not determine a polynomial of that degree"))
	}
	p, err := series.FitPoly(x, y, int(degree))
	if err != nil {
		uncertain(name, err)
	}
	out.text(joinArray([]string{realJSON(p.RSquare), realsJSON(p.Coefficients), realJSON(p.Variance), realJSON(p.RVariance), realsJSON(p.Fit)}))
}

// seriesFIR takes the series, the filter, whether to divide by its sum or null,
// and whether it is centred.
func seriesFIR(r *row, out *result) {
	const name = "series_fir"
	x, okX := r.series(name, 0, 1)
	filter, okFilter := r.series(name, 1, 1)
	if !okX || !okFilter {
		return
	}
	negative, total := false, 0.0
	for _, c := range filter {
		negative, total = negative || c < 0, total+c
	}
	normalize := !negative
	if !r.null(2) {
		normalize = r.bool(2)
	}
	switch {
	case normalize && negative:
		return // null, as documented
	case normalize && total == 0:
		uncertain(name, series.Uncertain("the coefficients have the sum 0, by which they cannot be divided"))
	case r.bool(3) && len(filter)%2 == 0:
		uncertain(name, series.Uncertain("where the centre of a filter of even length lies is not documented"))
	}
	values := series.FIR(x, filter, r.bool(3))
	if !normalize && wholeNumbers(r.json(0)) && wholeNumbers(r.json(1)) {
		out.text(longsJSON(values))
		return
	}
	if normalize {
		for i := range values {
			values[i] /= total
		}
	}
	out.text(realsJSON(values))
}

// wholeNumbers tells whether an array holds longs alone.
func wholeNumbers(json string) bool { return !strings.ContainsAny(json, ".eE") }

// longsJSON writes values that are whole.
func longsJSON(x []float64) string {
	list := make([]string, len(x))
	for i, v := range x {
		list[i] = strconv.FormatInt(int64(v), 10)
	}
	return joinArray(list)
}

func seriesIIR(r *row, out *result) {
	const name = "series_iir"
	x, okX := r.series(name, 0, 1)
	numerators, okN := r.series(name, 1, 1)
	denominators, okD := r.series(name, 2, 1)
	if !okX || !okN || !okD {
		return
	}
	if denominators[0] == 0 {
		uncertain(name, series.Uncertain("the first denominator is 0"))
	}
	out.text(realsJSON(series.IIR(x, numerators, denominators)))
}

// fencesOf reads the name of a test for outliers.
func fencesOf(name, text string) series.Fences {
	switch text {
	case "", "ctukey":
		return series.Deciles
	case "tukey":
		return series.Quartiles
	}
	uncertain(name, series.Uncertain("there is no test "+strconv.Quote(text)+": it is ctukey or tukey"))
	return series.Deciles
}

func trendOf(name, text string) series.Trend {
	switch text {
	case "avg":
		return series.Average
	case "linefit":
		return series.LineFit
	case "none":
		return series.NoTrend
	}
	uncertain(name, series.Uncertain("there is no trend "+strconv.Quote(text)+": it is avg, linefit or none"))
	return series.Average
}

func seriesOutliers(r *row, out *result) {
	const name = "series_outliers"
	x, ok := r.series(name, 0, 1)
	if !ok {
		return
	}
	scores, err := series.Outliers(x, fencesOf(name, r.text(1)), 0)
	if err != nil {
		uncertain(name, err)
	}
	out.text(realsJSON(scores))
}

// options reads how a series is taken apart; a period must be one of whole
// values.
func (r *row) options(name string, x []float64, seasonality, trend, test, threshold int) series.Options {
	o := series.Options{
		Seasonality: int(min(r.long(seasonality), int64(len(x))+1)), Trend: trendOf(name, r.text(trend)),
		TestPoints: int(max(-1, min(r.long(test), int64(len(x))))), Threshold: r.real(threshold),
	}
	if r.anyNull() {
		uncertain(name, series.Uncertain("an argument is null"))
	}
	return o
}

func (r *row) parts(name string, seasonality, trend, test, threshold int) (series.Parts, bool) {
	x, ok := r.series(name, 0, 1)
	if !ok {
		return series.Parts{}, false
	}
	parts, err := series.Decompose(x, r.options(name, x, seasonality, trend, test, threshold))
	if err != nil {
		uncertain(name, err)
	}
	return parts, true
}

func seriesSeasonal(r *row, out *result) {
	const name = "series_seasonal"
	x, ok := r.series(name, 0, 1)
	if !ok || r.null(1) {
		return
	}
	period := int(min(max(r.long(1), -2), int64(len(x))+1))
	switch {
	case period == series.Auto:
		found, err := series.Period(x, series.Threshold)
		if err != nil {
			uncertain(name, err)
		}
		period = found
	case period < 1 || period > len(x):
		uncertain(name, series.Uncertain("the period does not fit the series"))
	}
	out.text(realsJSON(series.Seasonal(x, period, len(x))))
}

func seriesDecompose(r *row, out *result) {
	if p, ok := r.parts("series_decompose", 1, 2, 3, 4); ok {
		out.text(joinArray([]string{realsJSON(p.Baseline), realsJSON(p.Seasonal), realsJSON(p.Trend), realsJSON(p.Residual)}))
	}
}

// seriesForecast takes the series, the points to forecast at its end, the
// seasonality, the trend and the threshold.
func seriesForecast(r *row, out *result) {
	if p, ok := r.parts("series_decompose_forecast", 2, 3, 1, 4); ok {
		out.text(joinArray([]string{realsJSON(p.Baseline), realsJSON(p.Seasonal), realsJSON(p.Trend), realsJSON(p.Residual)}))
	}
}

// seriesAnomalies takes the series, the threshold of a score, the seasonality,
// the trend, the test points, the test and the threshold of a season.
func seriesAnomalies(r *row, out *result) {
	const name = "series_decompose_anomalies"
	x, ok := r.series(name, 0, 1)
	if !ok {
		return
	}
	o := r.options(name, x, 2, 3, 4, 6)
	a, err := series.FindAnomalies(x, r.real(1), o, fencesOf(name, r.text(5)))
	if err != nil {
		uncertain(name, err)
	}
	flags := make([]string, len(a.Flags))
	for i, f := range a.Flags {
		flags[i] = strconv.Itoa(f)
	}
	out.text(joinArray([]string{joinArray(flags), realsJSON(a.Scores), realsJSON(a.Baseline)}))
}

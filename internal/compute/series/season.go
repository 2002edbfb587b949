package series

// Seasonal returns the seasonal part of a series of a known period: for each
// place in the period, the median of the values there. Period 0 is no season.
// Only the first learn values are looked at.
func Seasonal(x []float64, period, learn int) []float64 {
	out := make([]float64, len(x))
	if period == 0 {
		return out
	}
	season := make([]float64, period)
	for place := range season {
		var values []float64
		for i := place; i < learn; i += period {
			values = append(values, x[i])
		}
		if len(values) > 0 {
			season[place] = median(values)
		}
	}
	for i := range out {
		out[i] = season[i%period]
	}
	return out
}

// Bounds of what Kusto decides about a season. Its score is not documented.
// Every recorded score is below the correlation of the series with itself a
// period later, so that less than the threshold there is no season; and every
// recorded season has at least sure, and leads every other by lead.
const (
	shortest = 4
	sure     = 0.744
	lead     = 0.2
)

// Period returns the period of a series, in values, or 0 if it has none that
// reaches the threshold.
func Period(x []float64, threshold float64) (int, error) {
	if !finite(x) {
		return 0, Uncertain("a series with NaN or an infinity in it has no season")
	}
	level := correlations(around(x, mean(x)))
	slope, interception := leastSquares(x)
	straight := correlations(subtract(x, points(slope, interception, len(x))))
	at, best := highest(level)
	atStraight, bestStraight := highest(straight)
	switch {
	case max(best, bestStraight) < threshold:
		return 0, nil
	case at == atStraight && threshold <= Threshold && min(best, bestStraight) >= sure && leads(level, at):
		return at, nil
	}
	return 0, Uncertain("whether Kusto finds a season in this series, and which, is not certain: give the seasonality, 0 for none")
}

// correlations returns how a series correlates with itself, by lag, up to half
// its length. A flat series does not.
func correlations(x []float64) []float64 {
	list := make([]float64, len(x)/2+1)
	all := dot(x, x)
	if all <= 1e-24*float64(len(x)) {
		return list
	}
	for lag := range list {
		n := len(x) - lag
		list[lag] = dot(x[:n], x[lag:]) / all * float64(len(x)) / float64(n)
	}
	return list
}

// highest returns the peak that is a period. A multiple of a period is as high
// but for chance, so the shortest of those as high counts.
func highest(list []float64) (lag int, height float64) {
	for i := shortest; i < len(list)-1; i++ {
		if peak(list, i) && list[i] > height {
			lag, height = i, list[i]
		}
	}
	for i := shortest; i < lag; i++ {
		if lag%i == 0 && peak(list, i) && list[i] > height-0.05 {
			return i, list[i]
		}
	}
	return lag, height
}

func peak(list []float64, i int) bool { return list[i] >= list[i-1] && list[i] >= list[i+1] }

// leads tells whether no other peak comes near that of a period, but for those
// at and beside its multiples.
func leads(list []float64, period int) bool {
	for i := shortest; i < len(list)-1; i++ {
		beside := min(i%period, period-i%period) <= 1
		if !beside && peak(list, i) && list[i] > list[period]-lead {
			return false
		}
	}
	return true
}

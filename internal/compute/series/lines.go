package series

// Lines are the two lines that fit a series best: one up to a place, another
// from there on.
type Lines struct {
	RSquare, Variance, RVariance float64
	Fit                          []float64
	Left, Right                  Line
}

// FitLines tries each split of four values or more and keeps the one whose two
// lines explain most. How short a part may be is not documented: where a part
// of one value would explain more than any of two, or two splits are as good,
// the answer is uncertain.
func FitLines(y []float64) (Lines, error) {
	const why = Uncertain("which two lines fit this series best is not certain: several are as good, or one is of a single value")
	best, split, tie := 0.0, 0, false
	scale := squares(y, mean(y))
	for at := 1; at < len(y); at++ {
		rest := rest(y[:at]) + rest(y[at:])
		switch {
		case split > 0 && rest > best+1e-12*scale:
		case split > 0 && rest >= best-1e-12*scale:
			tie = true
		default:
			best, split, tie = rest, at, false
		}
	}
	if tie || split < 2 || split > len(y)-2 {
		return Lines{}, why
	}
	l := Lines{Left: FitLine(y[:split]), Right: FitLine(y[split:])}
	l.Fit = append(append([]float64{}, l.Left.Fit...), l.Right.Fit...)
	l.Variance, l.RVariance, l.RSquare = quality(y, l.Fit)
	return l, nil
}

// rest is what the best line leaves of a series, squared.
func rest(y []float64) float64 {
	slope, interception := leastSquares(y)
	return squares(subtract(y, points(slope, interception, len(y))), 0)
}

// Package statistics computes the distributions that KQL's functions ask for.
// A parameter outside its range gives NaN or nothing, as Kusto documents.
package statistics

import (
	"math"

	"gonum.org/v1/gonum/mathext"
	"gonum.org/v1/gonum/stat/distuv"
)

// BetaCDF returns the probability that a beta distributed value is not above
// x; NaN outside 0 to 1.
func BetaCDF(x, alpha, beta float64) float64 {
	if !inUnit(x) || !positive(alpha, beta) {
		return math.NaN()
	}
	return mathext.RegIncBeta(alpha, beta, x)
}

// BetaPDF returns the density of the beta distribution at x; NaN outside 0 to
// 1.
func BetaPDF(x, alpha, beta float64) float64 {
	if !inUnit(x) || !positive(alpha, beta) {
		return math.NaN()
	}
	return math.Exp(timesLog(alpha-1, x) + timesLog(beta-1, 1-x) - mathext.Lbeta(alpha, beta))
}

// BetaInv returns the value that a beta distributed value does not exceed with
// probability p. It is false if p is no probability, NaN if a parameter is out
// of its range.
func BetaInv(p, alpha, beta float64) (float64, bool) {
	switch {
	case !inUnit(p):
		return 0, false
	case !positive(alpha, beta):
		return math.NaN(), true
	}
	return mathext.InvRegIncBeta(alpha, beta, p), true
}

// timesLog returns a·log(x), which is 0 for a = 0 whatever x is.
func timesLog(a, x float64) float64 {
	if a == 0 {
		return 0
	}
	return a * math.Log(x)
}

func inUnit(x float64) bool { return x >= 0 && x <= 1 }

func positive(list ...float64) bool {
	for _, x := range list {
		if !(x > 0) {
			return false
		}
	}
	return true
}

// A Sample is what Welch's test needs to know of a sample.
type Sample struct {
	Mean, Variance, Count float64
}

// Welch returns the probability of a difference in means such as that of two
// samples, or a greater one, if there were none between what they are of.
func Welch(a, b Sample) float64 {
	va, vb := a.Variance/a.Count, b.Variance/b.Count
	t := (a.Mean - b.Mean) / math.Sqrt(va+vb)
	freedom := (va + vb) * (va + vb) / (va*va/(a.Count-1) + vb*vb/(b.Count-1))
	if math.IsNaN(t) || !positive(freedom) {
		return math.NaN()
	}
	return 2 * distuv.StudentsT{Mu: 0, Sigma: 1, Nu: freedom}.CDF(-math.Abs(t))
}

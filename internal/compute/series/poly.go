package series

import "math"

// A Poly is the polynomial that fits a series best, by least squares.
type Poly struct {
	RSquare, Variance, RVariance float64
	// Coefficients are those of the highest power first.
	Coefficients []float64
	Fit          []float64
}

// FitPoly fits a polynomial of a degree to more points than the degree. It
// fails where the points do not determine one.
func FitPoly(x, y []float64, degree int) (Poly, error) {
	center, scale := spread(x)
	rows := make([][]float64, len(x))
	for i, v := range x {
		rows[i] = powers((v-center)/scale, degree)
	}
	c, ok := solve(rows, y)
	if !ok {
		return Poly{}, Uncertain("the points do not determine a polynomial of that degree")
	}
	p := Poly{Coefficients: descending(expand(c, center, scale)), Fit: make([]float64, len(y))}
	for i := range y {
		for k, power := range powers((x[i]-center)/scale, degree) {
			p.Fit[i] += c[k] * power
		}
	}
	p.Variance, p.RVariance, p.RSquare = quality(y, p.Fit)
	return p, nil
}

// spread returns what moves the values into -1 to 1, where powers of them can
// be told apart.
func spread(x []float64) (center, scale float64) {
	low, high := x[0], x[0]
	for _, v := range x {
		low, high = min(low, v), max(high, v)
	}
	if high == low {
		return low, 1
	}
	return (low + high) / 2, (high - low) / 2
}

func powers(x float64, degree int) []float64 {
	list := make([]float64, degree+1)
	list[0] = 1
	for i := 1; i <= degree; i++ {
		list[i] = list[i-1] * x
	}
	return list
}

// solve returns the least squares solution of rows·c = y, by Gram-Schmidt with
// each step done twice.
func solve(rows [][]float64, y []float64) ([]float64, bool) {
	n := len(rows[0])
	basis, r := make([][]float64, n), make([][]float64, n)
	for k := range n {
		column := make([]float64, len(rows))
		for i := range rows {
			column[i] = rows[i][k]
		}
		before := math.Sqrt(squares(column, 0))
		r[k] = make([]float64, n)
		for range 2 {
			for j := range k {
				part := dot(basis[j], column)
				r[j][k] += part
				for i := range column {
					column[i] -= part * basis[j][i]
				}
			}
		}
		r[k][k] = math.Sqrt(squares(column, 0))
		if r[k][k] <= 1e-12*before {
			return nil, false
		}
		for i := range column {
			column[i] /= r[k][k]
		}
		basis[k] = column
	}
	c := make([]float64, n)
	for k := n - 1; k >= 0; k-- {
		c[k] = dot(basis[k], y)
		for j := k + 1; j < n; j++ {
			c[k] -= r[k][j] * c[j]
		}
		c[k] /= r[k][k]
	}
	return c, true
}

// expand returns the coefficients in x of a polynomial in (x-center)/scale.
func expand(c []float64, center, scale float64) []float64 {
	out := make([]float64, len(c))
	for k := len(c) - 1; k >= 0; k-- {
		next := make([]float64, len(c))
		for i, v := range out {
			next[i] -= v * center / scale
			if i+1 < len(c) {
				next[i+1] += v / scale
			}
		}
		next[0] += c[k]
		out = next
	}
	return out
}

func descending(c []float64) []float64 {
	out := make([]float64, len(c))
	for i, v := range c {
		out[len(c)-1-i] = v
	}
	return out
}

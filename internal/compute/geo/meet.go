package geo

import (
	"cmp"
	"math"
	"slices"

	"github.com/golang/geo/r3"
	"github.com/golang/geo/s2"
)

// A bound is a box in space round an edge.
type bound struct {
	low, high r3.Vector
	edge      int
	second    bool // of the second list
}

// newBound encloses the arc, which bulges beyond the box of its ends by no more
// than the height of the arc over its chord.
func newBound(e s2.Edge, i int, second bool) bound {
	chord := e.V1.Sub(e.V0.Vector).Norm()
	pad := 1 - math.Sqrt(max(0, 1-chord*chord/4)) + 1e-14
	margin := r3.Vector{X: pad, Y: pad, Z: pad}
	a, b := e.V0, e.V1
	return bound{
		low:  r3.Vector{X: min(a.X, b.X), Y: min(a.Y, b.Y), Z: min(a.Z, b.Z)}.Sub(margin),
		high: r3.Vector{X: max(a.X, b.X), Y: max(a.Y, b.Y), Z: max(a.Z, b.Z)}.Add(margin),
		edge: i, second: second,
	}
}

func (x bound) meets(y bound) bool {
	return x.low.Y <= y.high.Y && y.low.Y <= x.high.Y && x.low.Z <= y.high.Z && y.low.Z <= x.high.Z
}

// meetings calls visit with each pair of an edge of a and one of b whose bounds
// meet, until visit returns false.
func meetings(a, b []s2.Edge, visit func(i, j int) bool) {
	bounds := make([]bound, 0, len(a)+len(b))
	for i, e := range a {
		bounds = append(bounds, newBound(e, i, false))
	}
	for j, e := range b {
		bounds = append(bounds, newBound(e, j, true))
	}
	slices.SortStableFunc(bounds, func(x, y bound) int { return cmp.Compare(x.low.X, y.low.X) })
	var open [2][]bound
	for _, x := range bounds {
		side, other := 0, 1
		if x.second {
			side, other = 1, 0
		}
		open[other] = slices.DeleteFunc(open[other], func(y bound) bool { return y.high.X < x.low.X })
		for _, y := range open[other] {
			if !x.meets(y) {
				continue
			}
			first, second := x, y
			if x.second {
				first, second = y, x
			}
			if !visit(first.edge, second.edge) {
				return
			}
		}
		open[side] = append(open[side], x)
	}
}

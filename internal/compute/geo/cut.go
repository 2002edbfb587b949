package geo

import (
	"cmp"
	"slices"

	"github.com/golang/geo/s1"
	"github.com/golang/geo/s2"
)

// mergeRadius is the distance at which two vertices are one: twice the error of
// a computed crossing.
const mergeRadius s1.Angle = 3.6e-15

// A piece is a part of an edge between two crossings.
type piece struct {
	s2.Edge
	id     int  // of the edge, in the order of the shape
	inside bool // of the other area
	shared int  // 1: an edge of the other area, too; -1: the other way round
}

// A crossing is where an edge meets one of the other shape.
type crossing struct {
	at    s2.Point
	along s1.ChordAngle
}

// crossings returns, for each edge of a, where edges of b cross it, in order,
// and the same for b.
func crossings(a, b []s2.Edge) (onA, onB [][]crossing) {
	onA, onB = make([][]crossing, len(a)), make([][]crossing, len(b))
	meetings(a, b, func(i, j int) bool {
		x, y := a[i], b[j]
		if s2.CrossingSign(x.V0, x.V1, y.V0, y.V1) == s2.Cross {
			at := s2.Intersection(x.V0, x.V1, y.V0, y.V1)
			onA[i] = append(onA[i], crossing{at, s2.ChordAngleBetweenPoints(x.V0, at)})
			onB[j] = append(onB[j], crossing{at, s2.ChordAngleBetweenPoints(y.V0, at)})
		}
		return true
	})
	for _, list := range slices.Concat(onA, onB) {
		slices.SortStableFunc(list, func(x, y crossing) int { return cmp.Compare(x.along, y.along) })
	}
	return onA, onB
}

// An arrangement is an area as what goes out from each of its vertices.
type arrangement struct {
	area *s2.Polygon
	out  map[s2.Point][]s2.Point // where edges lead to
	in   map[s2.Point][]s2.Point // where edges come from
}

func arrange(p Polygon) arrangement {
	x := arrangement{area: p.area, out: map[s2.Point][]s2.Point{}, in: map[s2.Point][]s2.Point{}}
	for _, e := range p.edges() {
		x.out[e.V0] = append(x.out[e.V0], e.V1)
		x.in[e.V1] = append(x.in[e.V1], e.V0)
	}
	return x
}

// isVertex tells whether p is a vertex of the area.
func (x arrangement) isVertex(p s2.Point) bool { return len(x.out[p]) > 0 }

// shares tells whether e is an edge of the area, or one the other way round.
func (x arrangement) shares(e s2.Edge) int {
	switch {
	case slices.Contains(x.out[e.V0], e.V1):
		return 1
	case slices.Contains(x.in[e.V0], e.V1):
		return -1
	}
	return 0
}

// enters tells whether the way from e's start along e is inside the area.
func (x arrangement) enters(e s2.Edge) bool {
	if !x.isVertex(e.V0) {
		return x.area.ContainsPoint(e.V0)
	}
	// The first of the area's edges met clockwise from e has the area on its
	// anticlockwise side if it goes out.
	ways := slices.Concat(x.out[e.V0], x.in[e.V0])
	first := firstClockwise(e.V0, e.V1, ways)
	return slices.Contains(x.out[e.V0], first)
}

// firstClockwise returns the first of the ways out of v that is met turning
// clockwise from the way to p, which itself comes last.
func firstClockwise(v, p s2.Point, ways []s2.Point) s2.Point {
	best := ways[0]
	for _, w := range ways[1:] {
		if best == p || w != p && w != best && s2.OrderedCCW(best, w, p, v) {
			best = w
		}
	}
	return best
}

// pieces cuts edges where they cross those of the area.
func pieces(edges []s2.Edge, on [][]crossing, x arrangement) []piece {
	var list []piece
	for i, e := range edges {
		if shared := x.shares(e); shared != 0 {
			list = append(list, piece{Edge: e, id: i, shared: shared})
			continue
		}
		inside, from := x.enters(e), e.V0
		for _, c := range on[i] {
			list = append(list, piece{Edge: s2.Edge{V0: from, V1: c.at}, id: i, inside: inside})
			inside, from = !inside, c.at
		}
		list = append(list, piece{Edge: s2.Edge{V0: from, V1: e.V1}, id: i, inside: inside})
	}
	return list
}

// merged maps vertices that are within mergeRadius of an earlier one to it.
func merged(list []s2.Point) map[s2.Point]s2.Point {
	order := make([]int, len(list))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(i, j int) int { return cmp.Compare(list[i].X, list[j].X) })
	to := make(map[s2.Point]s2.Point, len(list))
	place := make(map[s2.Point]int, len(list))
	for i, p := range list {
		if _, ok := place[p]; !ok {
			place[p] = i
		}
	}
	for k, i := range order {
		best := place[list[i]]
		for _, step := range []int{-1, 1} {
			for m := k + step; m >= 0 && m < len(order); m += step {
				q := list[order[m]]
				if d := q.X - list[i].X; d > float64(mergeRadius) || -d > float64(mergeRadius) {
					break
				}
				if q.Distance(list[i]) <= mergeRadius {
					best = min(best, place[q])
				}
			}
		}
		to[list[i]] = list[best]
	}
	return to
}

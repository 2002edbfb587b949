package geo

import (
	"math"
	"slices"

	"github.com/golang/geo/s2"
)

// corners are the corners of a cell in the grid of corners, anticlockwise. A
// pentagon has all but the last.
func corners(resolution int) []ijk {
	if isTurned(resolution) {
		return []ijk{{5, 4, 0}, {1, 5, 0}, {0, 5, 4}, {0, 1, 5}, {4, 0, 5}, {5, 0, 1}}
	}
	return []ijk{{2, 1, 0}, {1, 2, 0}, {0, 2, 1}, {0, 1, 2}, {1, 0, 2}, {2, 0, 1}}
}

// outline returns the cell's corners and, in a turned grid, where its edges
// cross those of the icosahedron.
func (h H3Cell) outline() []s2.Point {
	center, resolution := h.onFace(), h.Resolution()
	list := corners(resolution)
	if h.isPentagon() {
		list = list[:5]
	}
	middle := center.down3Twice()
	if isTurned(resolution) {
		middle = middle.down(resolution + 1)
	}
	for i, c := range list {
		list[i] = middle.plus(c)
	}
	if h.isPentagon() {
		return pentagonOutline(center.face, list, resolution)
	}
	return hexagonOutline(center.face, list, resolution)
}

// evenAbove is the first resolution from this one on whose grid is not turned.
func evenAbove(resolution int) int { return resolution + resolution%2 }

func hexagonOutline(f int, list []ijk, resolution int) []s2.Point {
	even := evenAbove(resolution)
	var out []s2.Point
	lastFace, lastWhere := -1, onFace
	for n := range len(list) + 1 {
		v := n % len(list)
		at, where := faceCell{f, list[v]}.folded(even, false, true)
		if isTurned(resolution) && n > 0 && at.face != lastFace && lastWhere != onEdge {
			other := at.face
			if lastFace != f {
				other = lastFace
			}
			before := list[(v+len(list)-1)%len(list)].plane()
			if p, ok := crossed(f, other, before, list[v].plane(), even); ok {
				out = append(out, p)
			}
		}
		if n < len(list) {
			out = append(out, at.spot(even, true).point())
		}
		lastFace, lastWhere = at.face, where
	}
	return out
}

// pentagonOutline gives each edge of a pentagon in a turned grid the point where
// it crosses an edge of the icosahedron.
func pentagonOutline(f int, list []ijk, resolution int) []s2.Point {
	even := evenAbove(resolution)
	var out []s2.Point
	var last faceCell
	for n := range len(list) + 1 {
		at := faceCell{f, list[n%len(list)]}
		for where := offFace; where == offFace; {
			at, where = at.folded(even, false, true)
		}
		if isTurned(resolution) && n > 0 {
			if p, ok := pentagonCrossed(last, at, even); ok {
				out = append(out, p)
			}
		}
		if n < len(list) {
			out = append(out, at.spot(even, true).point())
		}
		last = at
	}
	return out
}

func pentagonCrossed(last, at faceCell, even int) (s2.Point, bool) {
	s, ok := sideBetween(at.face, last.face)
	if !ok {
		return s2.Point{}, false
	}
	f := folds()[at.face][s]
	next := at.ijk
	for range f.turns {
		next = next.turnedCCW()
	}
	next = next.plus(f.shift.times(3 * scale(even)))
	return crossed(f.face, at.face, last.plane(), next.plane(), even)
}

// sideBetween returns the side of a face that another is beyond.
func sideBetween(f, other int) (side, bool) {
	list := folds()[f]
	i := slices.IndexFunc(list[:], func(x fold) bool { return x.face == other })
	return side(i), i >= 0
}

// crossed returns where the line from a to b on the plane of face f crosses the
// side to another face; false if that is one of its ends.
func crossed(f, other int, a, b vec2, even int) (s2.Point, bool) {
	s, ok := sideBetween(f, other)
	if !ok {
		return s2.Point{}, false
	}
	size := float64(6 * scale(even))
	i, j, k := vec2{size, 0}, vec2{-size / 2, size * sin60}, vec2{-size / 2, -size * sin60}
	ends := [3][2]vec2{sideIJ: {i, j}, sideKI: {k, i}, sideJK: {j, k}}[s]
	p := meet(a, b, ends[0], ends[1])
	if p.near(a) || p.near(b) {
		return s2.Point{}, false
	}
	return p.spot(f, even, true).point(), true
}

func (v vec2) near(o vec2) bool {
	const least = 1.1920929e-07
	return math.Abs(v.x-o.x) < least && math.Abs(v.y-o.y) < least
}

// meet is where the lines through a and b and through c and d cross.
func meet(a, b, c, d vec2) vec2 {
	s, t := vec2{b.x - a.x, b.y - a.y}, vec2{d.x - c.x, d.y - c.y}
	u := (t.x*(a.y-c.y) - t.y*(a.x-c.x)) / (-t.x*s.y + s.x*t.y)
	return vec2{a.x + u*s.x, a.y + u*s.y}
}

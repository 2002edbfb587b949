package geo

import (
	"slices"

	"github.com/golang/geo/s1"
	"github.com/golang/geo/s2"
)

// A Line is one or more polylines.
type Line struct {
	parts []s2.Polyline
	multi bool // written as a MultiLineString
}

// ReadLine reads a LineString or a MultiLineString.
func ReadLine(text string) (Line, bool) {
	s, ok := readShape(text)
	if !ok {
		return Line{}, false
	}
	switch s.Type {
	case "LineString":
		list, ok := read[[]position](s)
		if !ok {
			return Line{}, false
		}
		part, ok := polyline(list)
		return Line{parts: []s2.Polyline{part}}, ok
	case "MultiLineString":
		return readLines(s)
	}
	return Line{}, false
}

func readLines(s shape) (Line, bool) {
	lists, ok := read[[][]position](s)
	if !ok || len(lists) == 0 {
		return Line{}, false
	}
	l := Line{multi: true}
	for _, list := range lists {
		part, ok := polyline(list)
		if !ok {
			return Line{}, false
		}
		l.parts = append(l.parts, part)
	}
	return l, true
}

// polyline needs two points, and no edge that is none or goes half round the
// Earth.
func polyline(list []position) (s2.Polyline, bool) {
	part, ok := points(list)
	if !ok || len(part) < 2 {
		return nil, false
	}
	for i := 1; i < len(part); i++ {
		if !isEdge(part[i-1], part[i]) {
			return nil, false
		}
	}
	return part, true
}

func isEdge(a, b s2.Point) bool { return a != b && a != s2.Point{Vector: b.Mul(-1)} }

// JSON writes the line: a LineString if it is one.
func (l Line) JSON() string {
	if len(l.parts) == 1 && !l.multi {
		return string(append(appendPoints([]byte(`{"type":"LineString","coordinates":`), l.parts[0]), '}'))
	}
	b := appendList([]byte(`{"type":"MultiLineString","coordinates":`), l.parts,
		func(b []byte, p s2.Polyline) []byte { return appendPoints(b, p) })
	return string(append(b, '}'))
}

// Length returns the line's length in metres.
func (l Line) Length() float64 {
	var sum s1.Angle
	for _, p := range l.parts {
		sum += p.Length()
	}
	return metres(sum)
}

// Centroid returns the middle of the line's length; false if there is none.
func (l Line) Centroid() (Point, bool) {
	var sum s2.Point
	for _, p := range l.parts {
		sum = s2.Point{Vector: sum.Add(p.Centroid().Vector)}
	}
	return direction(sum)
}

// direction is the place that a vector points to.
func direction(v s2.Point) (Point, bool) {
	if v.Norm2() == 0 {
		return Point{}, false
	}
	return Point{s2.Point{Vector: v.Normalize()}}, true
}

// Interpolate returns the point at a fraction of a line of one part.
func (l Line) Interpolate(fraction float64) (Point, bool) {
	if len(l.parts) != 1 || !(fraction >= 0 && fraction <= 1) {
		return Point{}, false
	}
	p, _ := l.parts[0].Interpolate(fraction)
	return Point{p}, true
}

// Locate returns the fraction of a line of one part at which it is nearest to
// p.
func (l Line) Locate(p Point) (float64, bool) {
	if len(l.parts) != 1 {
		return 0, false
	}
	on, next := l.parts[0].Project(p.Point)
	return l.parts[0].Uninterpolate(on, next), true
}

// edges returns the line's edges in order.
func (l Line) edges() []s2.Edge {
	var list []s2.Edge
	for _, p := range l.parts {
		for i := 1; i < len(p); i++ {
			list = append(list, s2.Edge{V0: p[i-1], V1: p[i]})
		}
	}
	return list
}

// DistanceTo returns the metres from the line to p.
func (l Line) DistanceTo(p Point) float64 {
	_, distance := nearest(p, l.edges())
	return metres(distance)
}

// Closest returns the point of the line that is nearest to p.
func (l Line) Closest(p Point) Point {
	e, _ := nearest(p, l.edges())
	return Point{s2.Project(p.Point, e.V0, e.V1)}
}

// nearest returns the first of the edges nearest to p, and how near it is.
func nearest(p Point, edges []s2.Edge) (s2.Edge, s1.Angle) {
	best, least := edges[0], s1.InfAngle()
	for _, e := range edges {
		if d := s2.DistanceFromSegment(p.Point, e.V0, e.V1); d < least {
			best, least = e, d
		}
	}
	return best, least
}

// reversed returns the points the other way round.
func reversed(list []s2.Point) []s2.Point {
	list = slices.Clone(list)
	slices.Reverse(list)
	return list
}

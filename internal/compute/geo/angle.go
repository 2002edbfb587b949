package geo

import (
	"math"

	"github.com/golang/geo/r3"
	"github.com/golang/geo/s2"
)

// Distance returns the metres between two points.
func Distance(a, b Point) float64 { return metres(a.Distance(b.Point)) }

// Azimuth returns the angle at a, clockwise, between true north and the way to
// b, in radians; false if there is no one way.
func Azimuth(a, b Point) (float64, bool) {
	return clockwise(a, r3.Vector{Z: 1}, b.Vector)
}

// Angle returns the angle at b, clockwise, between the way to a and the way to
// c, in radians; false if there is no one way.
func Angle(a, b, c Point) (float64, bool) {
	return clockwise(b, a.Vector, c.Vector)
}

// clockwise returns the angle at p from the direction of a to that of c, at
// least 0 and less than 2π.
func clockwise(p Point, a, c r3.Vector) (float64, bool) {
	u, v := p.Cross(a), p.Cross(c)
	if same(p, a) || same(p, c) {
		return 0, false
	}
	angle := math.Atan2(v.Cross(u).Dot(p.Vector), u.Dot(v))
	if angle < 0 {
		angle += 2 * math.Pi
	}
	return angle, true
}

// same tells that from p there is no one way to v: it is p, or opposite.
func same(p Point, v r3.Vector) bool {
	q := s2.Point{Vector: v}
	return p.ApproxEqual(q) || p.ApproxEqual(s2.Point{Vector: v.Mul(-1)})
}

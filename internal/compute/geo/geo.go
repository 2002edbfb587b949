// Package geo is Kusto's geometry: points, lines and polygons on a round Earth,
// whose edges are the shortest ways between their ends. Shapes are read from
// GeoJSON and written as it. What is not a valid shape gives no answer, never a
// wrong one; Refusal is the answer to what Kusto does and does not document.
package geo

import (
	"math"

	"github.com/golang/geo/s1"
	"github.com/golang/geo/s2"
)

// EarthRadius is the radius, in metres, with which Kusto's own distances come
// out.
const EarthRadius = 6371010.0

// A Refusal says why a shape is not computed with: Kusto has an answer and does
// not document which.
type Refusal string

// Error returns the reason.
func (r Refusal) Error() string { return string(r) }

// A Point is a place on Earth.
type Point struct{ s2.Point }

// NewPoint returns the place at a longitude and a latitude in degrees; false if
// there is none.
func NewPoint(lng, lat float64) (Point, bool) {
	if !(math.Abs(lng) <= 180 && math.Abs(lat) <= 90) { // true for NaN, too
		return Point{}, false
	}
	return Point{s2.PointFromLatLng(s2.LatLngFromDegrees(lat, lng))}, true
}

// metres is the length of an arc on Earth.
func metres(a s1.Angle) float64 { return a.Radians() * EarthRadius }

// arc is the angle of a length on Earth.
func arc(metres float64) s1.Angle { return s1.Angle(metres / EarthRadius) }

// degrees returns the longitude and the latitude of p.
func degrees(p s2.Point) (lng, lat float64) {
	ll := s2.LatLngFromPoint(p)
	return ll.Lng.Degrees(), ll.Lat.Degrees()
}

package geo

import (
	"encoding/json"

	"github.com/golang/geo/s2"

	"github.com/conshelf/conshelf/kql/types"
)

// A shape is GeoJSON as far as lines and polygons need it.
type shape struct {
	Type        string          `json:"type"`
	Coordinates json.RawMessage `json:"coordinates"`
}

// A position is a longitude and a latitude as written.
type position []float64

// readShape reads an object with a type.
func readShape(text string) (shape, bool) {
	var s shape
	err := json.Unmarshal([]byte(text), &s)
	return s, err == nil && s.Coordinates != nil
}

// read decodes coordinates of one depth.
func read[T any](s shape) (T, bool) {
	var v T
	err := json.Unmarshal(s.Coordinates, &v)
	return v, err == nil
}

// points returns the places of positions, all or none.
func points(list []position) ([]s2.Point, bool) {
	out := make([]s2.Point, 0, len(list))
	for _, p := range list {
		if len(p) != 2 {
			return nil, false
		}
		at, ok := NewPoint(p[0], p[1])
		if !ok {
			return nil, false
		}
		out = append(out, at.Point)
	}
	return out, true
}

// JSON writes a point.
func (p Point) JSON() string {
	return string(append(appendPoint([]byte(`{"type":"Point","coordinates":`), p.Point), '}'))
}

func appendPoint(b []byte, p s2.Point) []byte {
	lng, lat := degrees(p)
	return appendPosition(b, lng, lat)
}

func appendPosition(b []byte, lng, lat float64) []byte {
	b = types.NewReal(lng).AppendJSON(append(b, '['))
	b = types.NewReal(lat).AppendJSON(append(b, ','))
	return append(b, ']')
}

// appendList writes an array, each element by write.
func appendList[T any](b []byte, list []T, write func([]byte, T) []byte) []byte {
	b = append(b, '[')
	for i, x := range list {
		if i > 0 {
			b = append(b, ',')
		}
		b = write(b, x)
	}
	return append(b, ']')
}

func appendPoints(b []byte, list []s2.Point) []byte { return appendList(b, list, appendPoint) }

// A box is a rectangle of longitudes and latitudes.
type box struct{ west, south, east, north float64 }

// json writes the box as a polygon, anticlockwise from its south-west corner.
func (x box) json() string {
	b := []byte(`{"type":"Polygon","coordinates":[`)
	b = appendList(b, [][2]float64{{x.west, x.south}, {x.east, x.south}, {x.east, x.north}, {x.west, x.north}, {x.west, x.south}},
		func(b []byte, c [2]float64) []byte { return appendPosition(b, c[0], c[1]) })
	return string(append(b, "]}"...))
}

// noGeometry is what an intersection without points is.
const noGeometry = `{"type":"GeometryCollection","geometries":[]}`

package geo

import (
	"math"

	"github.com/golang/geo/r2"
	"github.com/golang/geo/s2"
)

// antimeridian is why an edge that spans more than half of the longitudes is
// not drawn.
const antimeridian = Refusal("an edge crosses the antimeridian; Kusto does not document how it is drawn on a flat map")

// densify returns points so near to each other that the shortest ways between
// them are within tolerance metres of the straight lines of a flat map.
func densify(list []s2.Point, tolerance float64) ([]s2.Point, error) {
	flat := s2.NewPlateCarreeProjection(180)
	tessellator := s2.NewEdgeTessellator(flat, arc(tolerance))
	var out []s2.Point
	for i := 1; i < len(list); i++ {
		a, b := flat.Project(list[i-1]), flat.Project(list[i])
		if math.Abs(a.X-b.X) > 180 {
			return nil, antimeridian
		}
		out = tessellator.AppendUnprojected(r2.Point{X: a.X, Y: a.Y}, r2.Point{X: b.X, Y: b.Y}, out)
	}
	return out, nil
}

// isTolerance tells whether Kusto densifies so finely.
func isTolerance(metres float64) bool { return metres >= 0.1 && metres <= 10000 }

// Densify returns the line that follows, within tolerance metres, what is
// straight on a flat map; false if the tolerance is out of range.
func (l Line) Densify(tolerance float64) (Line, bool, error) {
	if !isTolerance(tolerance) {
		return Line{}, false, nil
	}
	dense := Line{multi: l.multi}
	for _, part := range l.parts {
		list, err := densify(part, tolerance)
		if err != nil {
			return Line{}, false, err
		}
		dense.parts = append(dense.parts, list)
	}
	return dense, true, nil
}

// Densify returns the polygon whose edges follow, within tolerance metres, what
// is straight on a flat map; false if the tolerance is out of range or the
// result is no polygon.
func (p Polygon) Densify(tolerance float64) (Polygon, bool, error) {
	if !isTolerance(tolerance) {
		return Polygon{}, false, nil
	}
	var loops []*s2.Loop
	for _, ring := range p.rings() {
		list, err := densify(append(ring, ring[0]), tolerance)
		if err != nil {
			return Polygon{}, false, err
		}
		loops = append(loops, s2.LoopFromPoints(list[:len(list)-1]))
	}
	if cross(loops) {
		return Polygon{}, false, nil
	}
	return Polygon{s2.PolygonFromOrientedLoops(loops)}, true, nil
}

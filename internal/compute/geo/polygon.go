package geo

import (
	"slices"

	"github.com/golang/geo/s1"
	"github.com/golang/geo/s2"
)

// A Polygon is an area of the Earth: one or more shells, each of less than half
// of the Earth, with their holes.
type Polygon struct{ area *s2.Polygon }

// ReadPolygon reads a Polygon or a MultiPolygon, whose polygons are united.
func ReadPolygon(text string) (Polygon, bool) {
	s, ok := readShape(text)
	if !ok {
		return Polygon{}, false
	}
	var lists [][][]position
	switch s.Type {
	case "Polygon":
		var one [][]position
		one, ok = read[[][]position](s)
		lists = [][][]position{one}
	case "MultiPolygon":
		lists, ok = read[[][][]position](s)
	default:
		return Polygon{}, false
	}
	if !ok || len(lists) == 0 {
		return Polygon{}, false
	}
	var parts []Polygon
	for _, rings := range lists {
		part, ok := polygon(rings)
		if !ok {
			return Polygon{}, false
		}
		parts = append(parts, part)
	}
	return together(parts), true
}

// together unites the polygons of one shape; those that do not meet stay as
// they are.
func together(parts []Polygon) Polygon {
	if len(parts) == 1 {
		return parts[0]
	}
	if apart(parts) {
		var loops []*s2.Loop
		for _, p := range parts {
			loops = append(loops, p.loops()...)
		}
		return Polygon{s2.PolygonFromOrientedLoops(loops)}
	}
	return unite(parts)
}

// apart tells that no two of the polygons have bounds that meet.
func apart(parts []Polygon) bool {
	for i, p := range parts {
		for _, q := range parts[:i] {
			if p.area.RectBound().Intersects(q.area.RectBound()) {
				return false
			}
		}
	}
	return true
}

// polygon is a shell and its holes, in any orientation.
func polygon(rings [][]position) (Polygon, bool) {
	var loops []*s2.Loop
	for _, ring := range rings {
		l, ok := loop(ring)
		if !ok {
			return Polygon{}, false
		}
		loops = append(loops, l)
	}
	if len(loops) == 0 || cross(loops) || !nested(loops) {
		return Polygon{}, false
	}
	return Polygon{s2.PolygonFromLoops(loops)}, true
}

// loop is a ring of distinct points that ends where it starts.
func loop(ring []position) (*s2.Loop, bool) {
	list, ok := points(ring)
	if !ok || len(list) < 4 || list[0] != list[len(list)-1] {
		return nil, false
	}
	list = list[:len(list)-1]
	seen := make(map[s2.Point]bool, len(list))
	for i, p := range list {
		if seen[p] || !isEdge(p, list[(i+1)%len(list)]) {
			return nil, false
		}
		seen[p] = true
	}
	l := s2.LoopFromPoints(list)
	l.Normalize()
	return l, true
}

// cross tells whether any two edges of the loops cross, or are the same.
func cross(loops []*s2.Loop) bool {
	edges := loopEdges(loops)
	found := false
	meetings(edges, edges, func(i, j int) bool {
		if i >= j {
			return true
		}
		a, b := edges[i], edges[j]
		found = s2.CrossingSign(a.V0, a.V1, b.V0, b.V1) == s2.Cross || a == b || a == s2.Edge{V0: b.V1, V1: b.V0}
		return !found
	})
	return found
}

// nested tells whether the first loop is round all others, and these are apart.
func nested(loops []*s2.Loop) bool {
	for i, hole := range loops[1:] {
		if !loops[0].ContainsNested(hole) {
			return false
		}
		for _, other := range loops[1 : 1+i] {
			if hole.ContainsNested(other) || other.ContainsNested(hole) {
				return false
			}
		}
	}
	return true
}

func loopEdges(loops []*s2.Loop) []s2.Edge {
	var edges []s2.Edge
	for _, l := range loops {
		for i := range l.NumVertices() {
			edges = append(edges, s2.Edge{V0: l.OrientedVertex(i), V1: l.OrientedVertex(i + 1)})
		}
	}
	return edges
}

// loops returns copies of the polygon's loops: shells run anticlockwise, holes
// clockwise.
func (p Polygon) loops() []*s2.Loop {
	var list []*s2.Loop
	for _, ring := range p.rings() {
		list = append(list, s2.LoopFromPoints(ring))
	}
	return list
}

// rings returns the vertices of each loop, with the area to their left.
func (p Polygon) rings() [][]s2.Point {
	var list [][]s2.Point
	for _, l := range p.area.Loops() {
		list = append(list, ring(l))
	}
	return list
}

func ring(l *s2.Loop) []s2.Point {
	if l.IsHole() {
		return reversed(l.Vertices())
	}
	return slices.Clone(l.Vertices())
}

// edges returns the polygon's edges, with the area to their left.
func (p Polygon) edges() []s2.Edge {
	var list []s2.Edge
	for _, ring := range p.rings() {
		for i := range ring {
			list = append(list, s2.Edge{V0: ring[i], V1: ring[(i+1)%len(ring)]})
		}
	}
	return list
}

// JSON writes the polygon: a Polygon if it has one shell, else a MultiPolygon.
func (p Polygon) JSON() string {
	var shells [][][]s2.Point
	for _, l := range p.area.Loops() {
		list := ring(l)
		list = append(list, list[0])
		if l.IsHole() {
			shells[len(shells)-1] = append(shells[len(shells)-1], list)
		} else {
			shells = append(shells, [][]s2.Point{list})
		}
	}
	write := func(b []byte, rings [][]s2.Point) []byte { return appendList(b, rings, appendPoints) }
	switch len(shells) {
	case 0:
		return noGeometry
	case 1:
		return string(append(write([]byte(`{"type":"Polygon","coordinates":`), shells[0]), '}'))
	}
	return string(append(appendList([]byte(`{"type":"MultiPolygon","coordinates":`), shells, write), '}'))
}

// Contains tells whether p is inside. Of polygons that share an edge, one at
// most contains a point of it.
func (p Polygon) Contains(q Point) bool { return p.area.ContainsPoint(q.Point) }

// Area returns the square metres of the polygon.
func (p Polygon) Area() float64 { return p.area.Area() * EarthRadius * EarthRadius }

// Perimeter returns the metres of all of the polygon's edges.
func (p Polygon) Perimeter() float64 {
	var sum s1.Angle
	for _, e := range p.edges() {
		sum += e.V0.Distance(e.V1)
	}
	return metres(sum)
}

// Centroid returns the middle of the polygon's area.
func (p Polygon) Centroid() (Point, bool) { return direction(p.area.Centroid()) }

// DistanceTo returns the metres from the polygon to q; 0 if it is inside.
func (p Polygon) DistanceTo(q Point) float64 {
	if p.Contains(q) {
		return 0
	}
	_, distance := nearest(q, p.edges())
	return metres(distance)
}

// Closest returns the point of the polygon that is nearest to q: q itself if it
// is inside.
func (p Polygon) Closest(q Point) Point {
	if p.Contains(q) {
		return q
	}
	e, _ := nearest(q, p.edges())
	return Point{s2.Project(q.Point, e.V0, e.V1)}
}

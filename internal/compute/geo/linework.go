package geo

import (
	"slices"

	"github.com/golang/geo/s2"
)

// touching is why a line that only touches an area is not judged.
const touching = Refusal("the line touches the polygon at a vertex or runs along its edge; Kusto does not document whether that is inside")

// Within returns the parts of the line inside the polygon as GeoJSON.
func (l Line) Within(p Polygon) (string, error) {
	runs, touches := l.within(p)
	if touches {
		return "", touching
	}
	return linesJSON(runs), nil
}

// Enters tells whether any of the line is inside the polygon.
func (l Line) Enters(p Polygon) (bool, error) {
	runs, touches := l.within(p)
	if touches && len(runs) == 0 {
		return false, touching
	}
	return len(runs) > 0, nil
}

// within returns the runs of the line inside the polygon, and whether it
// touches the polygon without going in or out.
func (l Line) within(p Polygon) (runs []s2.Polyline, touches bool) {
	x := arrange(p)
	for _, part := range l.parts {
		edges := Line{parts: []s2.Polyline{part}}.edges()
		on, _ := crossings(edges, p.edges())
		var run s2.Polyline
		was := false
		for _, e := range pieces(edges, on, x) {
			touches = touches || e.shared != 0 || !was && !e.inside && x.isVertex(e.V0) || !e.inside && e.V1 == part[len(part)-1] && x.isVertex(e.V1)
			switch {
			case e.inside && run == nil:
				run = s2.Polyline{e.V0, e.V1}
			case e.inside:
				run = append(run, e.V1)
			case run != nil:
				runs, run = append(runs, run), nil
			}
			was = e.inside
		}
		if run != nil {
			runs = append(runs, run)
		}
	}
	return runs, touches
}

// linesJSON writes a line, several, or the empty collection.
func linesJSON(parts []s2.Polyline) string {
	if len(parts) == 0 {
		return noGeometry
	}
	return Line{parts: parts, multi: len(parts) > 1}.JSON()
}

// Meets tells whether two lines have a point in common.
func (l Line) Meets(m Line) bool {
	points, runs := l.common(m)
	return len(points)+len(runs) > 0
}

// Intersection returns what two lines have in common as GeoJSON.
func (l Line) Intersection(m Line) (string, error) {
	points, runs := l.common(m)
	switch {
	case len(points) > 0 && len(runs) > 0:
		return "", Refusal("the lines have points and edges in common; Kusto does not document how both are given")
	case len(points) == 1:
		return Point{points[0]}.JSON(), nil
	case len(points) > 1:
		return string(append(appendPoints([]byte(`{"type":"MultiPoint","coordinates":`), points), '}')), nil
	}
	return linesJSON(runs), nil
}

// common returns the runs of edges that both lines have, and the other points,
// in the order of the first line.
func (l Line) common(m Line) (points []s2.Point, runs []s2.Polyline) {
	a, b := l.edges(), m.edges()
	on, _ := crossings(a, b)
	edges, vertices := map[s2.Edge]bool{}, map[s2.Point]bool{}
	for _, e := range b {
		edges[e], edges[s2.Edge{V0: e.V1, V1: e.V0}] = true, true
		vertices[e.V0], vertices[e.V1] = true, true
	}
	covered := map[s2.Point]bool{}
	for i, e := range a {
		if !edges[e] {
			continue
		}
		covered[e.V0], covered[e.V1] = true, true
		if i > 0 && edges[a[i-1]] && a[i-1].V1 == e.V0 {
			runs[len(runs)-1] = append(runs[len(runs)-1], e.V1)
		} else {
			runs = append(runs, s2.Polyline{e.V0, e.V1})
		}
	}
	add := func(p s2.Point) {
		if !covered[p] {
			covered[p] = true
			points = append(points, p)
		}
	}
	for i, e := range a {
		if vertices[e.V0] {
			add(e.V0)
		}
		for _, c := range on[i] {
			add(c.at)
		}
		if vertices[e.V1] {
			add(e.V1)
		}
	}
	return points, runs
}

// UnionLines returns the lines as one, each edge once. Where more than two
// edges meet it is a Refusal: Kusto does not document which belong together.
func UnionLines(list []Line) (Line, error) {
	edges, err := distinctEdges(list)
	if err != nil {
		return Line{}, err
	}
	next, degree, into := map[s2.Point]s2.Edge{}, map[s2.Point]int{}, map[s2.Point]bool{}
	for _, e := range edges {
		degree[e.V0]++
		degree[e.V1]++
		if _, twice := next[e.V0]; twice || into[e.V1] || degree[e.V0] > 2 || degree[e.V1] > 2 {
			return Line{}, branching
		}
		next[e.V0], into[e.V1] = e, true
	}
	var parts []s2.Polyline
	used := map[s2.Edge]bool{}
	for _, rings := range []bool{false, true} {
		for _, e := range edges {
			if used[e] || into[e.V0] && !rings {
				continue
			}
			parts = append(parts, follow(e, next, used))
		}
	}
	return Line{parts: parts, multi: len(parts) > 1}, nil
}

const branching = Refusal("lines cross, branch or run against each other; Kusto does not document how their union is split")

// follow returns the polyline that starts with e.
func follow(e s2.Edge, next map[s2.Point]s2.Edge, used map[s2.Edge]bool) s2.Polyline {
	line := s2.Polyline{e.V0}
	for ok := true; ok && !used[e]; e, ok = next[e.V1] {
		used[e] = true
		line = append(line, e.V1)
	}
	return line
}

// distinctEdges returns the edges of the lines, each once; none may cross
// another.
func distinctEdges(list []Line) ([]s2.Edge, error) {
	var edges []s2.Edge
	seen := map[s2.Edge]bool{}
	for _, l := range list {
		for _, e := range l.edges() {
			if !seen[e] {
				seen[e] = true
				edges = append(edges, e)
			}
		}
	}
	on, _ := crossings(edges, edges)
	if slices.ContainsFunc(on, func(c []crossing) bool { return len(c) > 0 }) {
		return nil, branching
	}
	return edges, nil
}

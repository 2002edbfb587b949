package geo

import (
	"cmp"
	"slices"

	"github.com/golang/geo/s2"
)

// Union returns the area of all of the polygons.
func Union(list []Polygon) (Polygon, bool) {
	if len(list) == 0 {
		return Polygon{}, false
	}
	return unite(list), true
}

// unite unites two by two, those with the fewest vertices first.
func unite(list []Polygon) Polygon {
	list = slices.Clone(list)
	bySize := func(p, q Polygon) int { return cmp.Compare(p.area.NumEdges(), q.area.NumEdges()) }
	slices.SortStableFunc(list, bySize)
	for len(list) > 1 {
		both := overlay(list[0], list[1], true)
		list = list[2:]
		at := len(list)
		for at > 0 && bySize(list[at-1], both) > 0 {
			at--
		}
		list = slices.Insert(list, at, both)
	}
	return list[0]
}

// Intersection returns the area that both polygons have. Polygons that only
// touch are a Refusal: Kusto does not document what they have in common.
func (p Polygon) Intersection(q Polygon) (Polygon, error) {
	both := overlay(p, q, false)
	if both.area.IsEmpty() && p.touches(q) {
		return Polygon{}, Refusal("the polygons only touch; Kusto does not document whether they intersect")
	}
	return both, nil
}

// Meets tells whether two polygons have an area in common.
func (p Polygon) Meets(q Polygon) (bool, error) {
	both, err := p.Intersection(q)
	return err == nil && !both.area.IsEmpty(), err
}

// touches tells whether the polygons have a vertex in common.
func (p Polygon) touches(q Polygon) bool {
	x := arrange(p)
	return slices.ContainsFunc(q.snappedTo(p).edges(), func(e s2.Edge) bool { return x.isVertex(e.V0) })
}

// overlay is the union of two polygons, or what both have.
func overlay(p, q Polygon, union bool) Polygon {
	q = q.snappedTo(p)
	a, b := p.edges(), q.edges()
	onA, onB := crossings(a, b)
	var kept []piece
	for _, x := range pieces(a, onA, arrange(q)) {
		if x.shared == 1 || x.shared == 0 && x.inside != union {
			kept = append(kept, x)
		}
	}
	for _, x := range pieces(b, onB, arrange(p)) {
		if x.shared == 0 && x.inside != union {
			x.id += len(a)
			kept = append(kept, x)
		}
	}
	return assemble(kept)
}

// snappedTo moves vertices that are all but those of q onto them.
func (p Polygon) snappedTo(q Polygon) Polygon {
	var all []s2.Point
	for _, ring := range slices.Concat(q.rings(), p.rings()) {
		all = append(all, ring...)
	}
	to := merged(all)
	moved := false
	var loops []*s2.Loop
	for _, ring := range p.rings() {
		for i, v := range ring {
			moved = moved || to[v] != v
			ring[i] = to[v]
		}
		if ring = withoutRepeats(ring); len(ring) >= 3 {
			loops = append(loops, s2.LoopFromPoints(ring))
		}
	}
	if !moved {
		return p
	}
	return Polygon{s2.PolygonFromOrientedLoops(loops)}
}

func withoutRepeats(ring []s2.Point) []s2.Point {
	ring = slices.Compact(ring)
	for len(ring) > 1 && ring[0] == ring[len(ring)-1] {
		ring = ring[:len(ring)-1]
	}
	return ring
}

// assemble makes a polygon of edges that have the area to their left.
func assemble(kept []piece) Polygon {
	kept = settle(kept)
	out := map[s2.Point][]int{}
	for i, x := range kept {
		out[x.V0] = append(out[x.V0], i)
	}
	used := make([]bool, len(kept))
	var rings [][]piece
	for i := range kept {
		if !used[i] {
			rings = append(rings, walk(kept, out, used, i)...)
		}
	}
	for i, r := range rings {
		rings[i] = canonical(r)
	}
	slices.SortStableFunc(rings, func(x, y []piece) int { return cmp.Compare(x[0].id, y[0].id) })
	loops := make([]*s2.Loop, 0, len(rings))
	for _, r := range rings {
		list := make([]s2.Point, len(r))
		for i, x := range r {
			list[i] = x.V0
		}
		if len(list) >= 3 {
			loops = append(loops, s2.LoopFromPoints(list))
		}
	}
	if len(loops) == 0 {
		return Polygon{s2.PolygonFromLoops(nil)}
	}
	return Polygon{s2.PolygonFromOrientedLoops(loops)}
}

// settle merges vertices, and drops what is then no edge, stands twice or is
// there in both directions.
func settle(kept []piece) []piece {
	var all []s2.Point
	for _, x := range kept {
		all = append(all, x.V0, x.V1)
	}
	to := merged(all)
	count := map[s2.Edge]int{}
	for i := range kept {
		kept[i].V0, kept[i].V1 = to[kept[i].V0], to[kept[i].V1]
		count[kept[i].Edge]++
	}
	var list []piece
	for _, x := range kept {
		if x.V0 != x.V1 && count[x.Edge] > 0 && count[s2.Edge{V0: x.V1, V1: x.V0}] == 0 {
			list = append(list, x)
			count[x.Edge] = 0
		}
	}
	return list
}

// walk follows edges from the first, at each vertex by the leftmost turn, and
// cuts a ring off wherever it comes back to a vertex.
func walk(kept []piece, out map[s2.Point][]int, used []bool, first int) [][]piece {
	var rings [][]piece
	var path []piece
	place := map[s2.Point]int{}
	for at := first; at >= 0; {
		x := kept[at]
		used[at] = true
		place[x.V0] = len(path)
		path = append(path, x)
		if start, ok := place[x.V1]; ok {
			rings = append(rings, slices.Clone(path[start:]))
			for _, y := range path[start:] {
				delete(place, y.V0)
			}
			path = path[:start]
			if len(path) == 0 {
				return rings
			}
			x = path[len(path)-1]
		}
		at = leftmost(kept, out[x.V1], used, x)
	}
	panic(Refusal("the outlines are too close to each other to be told apart"))
}

// leftmost returns the unused edge that turns most to the left from the end of
// x; -1 if there is none.
func leftmost(kept []piece, ways []int, used []bool, x piece) int {
	best := -1
	for _, i := range ways {
		if used[i] {
			continue
		}
		if best < 0 || s2.OrderedCCW(kept[best].V1, kept[i].V1, x.V0, x.V1) {
			best = i
		}
	}
	return best
}

// canonical turns a ring so that it ends with the last piece of the edge with
// the highest number.
func canonical(r []piece) []piece {
	pos, gap := 0, false
	for i := 1; i < len(r); i++ {
		switch c := r[i].id - r[pos].id; {
		case c < 0:
			gap = true
		case c > 0 || !gap:
			pos, gap = i, false
		}
	}
	pos = (pos + 1) % len(r)
	return slices.Concat(r[pos:], r[:pos])
}

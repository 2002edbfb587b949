package duckdb

import (
	"slices"

	"github.com/conshelf/conshelf/internal/compute/geo"
)

// geoFunctions are those of places on Earth. What is not a valid place or shape
// gives null, and ” where the result is a string.
func geoFunctions() []function {
	return slices.Concat(pointFunctions(), figureFunctions("line", geo.ReadLine), lineFunctions(),
		figureFunctions("polygon", geo.ReadPolygon), polygonFunctions(), cellFunctions())
}

func pointFunctions() []function {
	return []function{
		{name: "kql_geo_azimuth", signature: "dddd:d", eval: func(r *row, out *result) {
			if p, ok := r.points(0, 2); ok {
				out.realIf(geo.Azimuth(p[0], p[1]))
			}
		}},
		{name: "kql_geo_angle", signature: "dddddd:d", eval: func(r *row, out *result) {
			if p, ok := r.points(0, 3); ok {
				out.realIf(geo.Angle(p[0], p[1], p[2]))
			}
		}},
		{name: "kql_geo_point_in_circle", signature: "ddddd:b", eval: func(r *row, out *result) {
			if p, ok := r.points(0, 2); ok && !r.null(4) && r.real(4) >= 0 {
				out.bool(geo.Distance(p[0], p[1]) <= r.real(4))
			}
		}},
		{name: "kql_geo_from_wkt", signature: "s:s", eval: func(r *row, out *result) { out.textIf(geo.FromWKT(r.text(0))) }},
	}
}

// A figure is a line or a polygon.
type figure[F any] interface {
	DistanceTo(p geo.Point) float64
	Closest(p geo.Point) geo.Point
	Centroid() (geo.Point, bool)
	Densify(tolerance float64) (F, bool, error)
	S2Cells(level int64, radius float64) ([]string, bool)
	JSON() string
}

// figureFunctions are those that lines have and polygons too, under the noun.
func figureFunctions[F figure[F]](noun string, read func(string) (F, bool)) []function {
	return []function{
		{name: "kql_geo_distance_point_to_" + noun, signature: "dds:d", eval: func(r *row, out *result) {
			if p, f, ok := pointAnd(r, read); ok {
				out.real(f.DistanceTo(p))
			}
		}},
		{name: "kql_geo_closest_point_on_" + noun, signature: "dds:s", eval: func(r *row, out *result) {
			if p, f, ok := pointAnd(r, read); ok {
				out.text(f.Closest(p).JSON())
			}
		}},
		{name: "kql_geo_" + noun + "_centroid", signature: "s:s", eval: func(r *row, out *result) {
			if f, ok := shapeOf(r, 0, read); ok {
				out.pointIf(f.Centroid())
			}
		}},
		{name: "kql_geo_" + noun + "_densify", signature: "sd:s", eval: func(r *row, out *result) {
			if f, ok := shapeOf(r, 0, read); ok && !r.null(1) {
				if dense, ok := mustHave(f.Densify(r.real(1))); ok {
					out.text(dense.JSON())
				}
			}
		}},
		{name: "kql_geo_" + noun + "_to_s2cells", signature: "sld:s", eval: func(r *row, out *result) {
			if f, ok := shapeOf(r, 0, read); ok && !r.null(1) && !r.null(2) {
				out.tokensIf(f.S2Cells(r.long(1), r.real(2)))
			}
		}},
	}
}

func lineFunctions() []function {
	return []function{
		{name: "kql_geo_line_length", signature: "s:d", eval: func(r *row, out *result) {
			if l, ok := shapeOf(r, 0, geo.ReadLine); ok {
				out.real(l.Length())
			}
		}},
		{name: "kql_geo_line_interpolate_point", signature: "sd:s", eval: func(r *row, out *result) {
			if l, ok := shapeOf(r, 0, geo.ReadLine); ok && !r.null(1) {
				out.pointIf(l.Interpolate(r.real(1)))
			}
		}},
		{name: "kql_geo_line_locate_point", signature: "sdd:d", eval: func(r *row, out *result) {
			l, ok := shapeOf(r, 0, geo.ReadLine)
			if p, valid := r.points(1, 1); ok && valid {
				out.realIf(l.Locate(p[0]))
			}
		}},
		{name: "kql_geo_intersects_2lines", signature: "ss:b", eval: func(r *row, out *result) {
			if a, b, ok := bothShapes(r, geo.ReadLine, geo.ReadLine); ok {
				out.bool(a.Meets(b))
			}
		}},
		{name: "kql_geo_intersection_2lines", signature: "ss:s", eval: func(r *row, out *result) {
			if a, b, ok := bothShapes(r, geo.ReadLine, geo.ReadLine); ok {
				out.text(must(a.Intersection(b)))
			}
		}},
		{name: "kql_geo_union_lines_array", signature: "s:s", eval: func(r *row, out *result) {
			if list, ok := shapesOf(r.json(0), geo.ReadLine); ok {
				out.text(must(geo.UnionLines(list)).JSON())
			}
		}},
	}
}

func polygonFunctions() []function {
	return []function{
		{name: "kql_geo_point_in_polygon", signature: "dds:b", eval: func(r *row, out *result) {
			if p, a, ok := pointAnd(r, geo.ReadPolygon); ok {
				out.bool(a.Contains(p))
			}
		}},
		{name: "kql_geo_polygon_area", signature: "s:d", eval: func(r *row, out *result) {
			if a, ok := shapeOf(r, 0, geo.ReadPolygon); ok {
				out.real(a.Area())
			}
		}},
		{name: "kql_geo_polygon_perimeter", signature: "s:d", eval: func(r *row, out *result) {
			if a, ok := shapeOf(r, 0, geo.ReadPolygon); ok {
				out.real(a.Perimeter())
			}
		}},
		{name: "kql_geo_intersects_2polygons", signature: "ss:b", eval: func(r *row, out *result) {
			if a, b, ok := bothShapes(r, geo.ReadPolygon, geo.ReadPolygon); ok {
				out.bool(must(a.Meets(b)))
			}
		}},
		{name: "kql_geo_intersection_2polygons", signature: "ss:s", eval: func(r *row, out *result) {
			if a, b, ok := bothShapes(r, geo.ReadPolygon, geo.ReadPolygon); ok {
				out.text(must(a.Intersection(b)).JSON())
			}
		}},
		{name: "kql_geo_intersects_line_with_polygon", signature: "ss:b", eval: func(r *row, out *result) {
			if l, a, ok := bothShapes(r, geo.ReadLine, geo.ReadPolygon); ok {
				out.bool(must(l.Enters(a)))
			}
		}},
		{name: "kql_geo_intersection_line_with_polygon", signature: "ss:s", eval: func(r *row, out *result) {
			if l, a, ok := bothShapes(r, geo.ReadLine, geo.ReadPolygon); ok {
				out.text(must(l.Within(a)))
			}
		}},
		{name: "kql_geo_union_polygons_array", signature: "s:s", eval: func(r *row, out *result) {
			if list, ok := shapesOf(r.json(0), geo.ReadPolygon); ok {
				if union, ok := geo.Union(list); ok {
					out.text(union.JSON())
				}
			}
		}},
	}
}

func cellFunctions() []function {
	return slices.Concat(h3Functions(), []function{
		cellOf("kql_geo_point_to_geohash", geo.Geohash),
		cellOf("kql_geo_point_to_s2cell", geo.S2Cell),
		cellShape("kql_geo_geohash_to_central_point", geo.GeohashCenter),
		cellShape("kql_geo_geohash_to_polygon", geo.GeohashPolygon),
		cellShape("kql_geo_s2cell_to_polygon", geo.S2CellPolygon),
		cellCenter("kql_geo_s2cell_to_central_point", geo.S2CellCenter),
		cellList("kql_geo_geohash_neighbors", geo.GeohashNeighbors),
		cellList("kql_geo_s2cell_neighbors", geo.S2CellNeighbors),
	})
}

// cellOf is the name of the cell of a place.
func cellOf(name string, of func(lng, lat float64, level int64) (string, bool)) function {
	return function{name: name, signature: "ddl:s", eval: func(r *row, out *result) {
		cell := ""
		if !r.anyNull() {
			if c, ok := of(r.real(0), r.real(1), r.long(2)); ok {
				cell = c
			}
		}
		out.text(cell)
	}}
}

func cellShape(name string, of func(string) (string, bool)) function {
	return function{name: name, signature: "s:s", eval: func(r *row, out *result) { out.textIf(of(r.text(0))) }}
}

func cellCenter(name string, of func(string) (geo.Point, bool)) function {
	return function{name: name, signature: "s:s", eval: func(r *row, out *result) { out.pointIf(of(r.text(0))) }}
}

func cellList(name string, of func(string) ([]string, bool)) function {
	return function{name: name, signature: "s:s", eval: func(r *row, out *result) { out.tokensIf(of(r.text(0))) }}
}

// points returns n points whose longitudes and latitudes start with argument k.
func (r *row) points(k, n int) ([]geo.Point, bool) {
	list := make([]geo.Point, n)
	for i := range list {
		lng, lat := k+2*i, k+2*i+1
		if r.null(lng) || r.null(lat) {
			return nil, false
		}
		p, ok := geo.NewPoint(r.real(lng), r.real(lat))
		if !ok {
			return nil, false
		}
		list[i] = p
	}
	return list, true
}

// A memo is the shape last read from an argument; a shape is often the same in
// all rows.
type memo struct {
	text  string
	shape any
	ok    bool
}

// shapeOf reads the shape in argument k.
func shapeOf[T any](r *row, k int, read func(string) (T, bool)) (T, bool) {
	var none T
	if r.null(k) {
		return none, false
	}
	memos, _ := r.memo.(map[int]memo)
	if memos == nil {
		memos = map[int]memo{}
		r.memo = memos
	}
	text := r.text(k)
	if m, ok := memos[k]; ok && m.text == text {
		return m.shape.(T), m.ok
	}
	shape, ok := read(text)
	memos[k] = memo{text, shape, ok}
	return shape, ok
}

// pointAnd reads a point and the shape after it.
func pointAnd[T any](r *row, read func(string) (T, bool)) (geo.Point, T, bool) {
	var none T
	p, ok := r.points(0, 1)
	if !ok {
		return geo.Point{}, none, false
	}
	shape, ok := shapeOf(r, 2, read)
	return p[0], shape, ok
}

func bothShapes[A, B any](r *row, readA func(string) (A, bool), readB func(string) (B, bool)) (A, B, bool) {
	a, ok := shapeOf(r, 0, readA)
	b, also := shapeOf(r, 1, readB)
	return a, b, ok && also
}

// shapesOf reads an array of shapes, all or none.
func shapesOf[T any](json string, read func(string) (T, bool)) ([]T, bool) {
	var list []T
	for _, e := range elements(json) {
		shape, ok := read(e)
		if !ok {
			return nil, false
		}
		list = append(list, shape)
	}
	return list, len(list) > 0
}

// mustHave is must for what may be none.
func mustHave[T any](v T, ok bool, err error) (T, bool) { return must(v, err), ok }

func (w *result) realIf(f float64, ok bool) {
	if ok {
		w.real(f)
	}
}

func (w *result) textIf(s string, ok bool) {
	if ok {
		w.text(s)
	}
}

func (w *result) pointIf(p geo.Point, ok bool) {
	if ok {
		w.text(p.JSON())
	}
}

func (w *result) tokensIf(list []string, ok bool) {
	if !ok {
		return
	}
	values := make([]string, len(list))
	for i, s := range list {
		values[i] = quoted(s)
	}
	w.text(joinArray(values))
}

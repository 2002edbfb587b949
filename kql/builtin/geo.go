package builtin

import (
	"slices"

	"github.com/conshelf/conshelf/kql/types"
)

// geography are the functions of places on Earth. Longitude stands before
// latitude, both in degrees; lengths are in metres.
func geography() []Function {
	return slices.Concat(places(), lines(), areas(), cells())
}

// places are the functions of points.
func places() []Function {
	return []Function{
		geo("geo_azimuth", "The angle between true north and the way to a second point, clockwise, in radians.", double, points(2), "points that are the same give null"),
		geo("geo_angle", "The angle at the second of three points, clockwise, in radians.", double, points(3), "points that are the same give null"),
		geo("geo_from_wkt", "A geometry in well-known text as GeoJSON, or null.", dynamic, args(text)),
	}
}

// lines are the functions of lines.
func lines() []Function {
	return []Function{
		geo("geo_distance_point_to_line", "The metres from a point to a line.", double, args(double, double, dynamic)),
		geo("geo_closest_point_on_line", "The point of a line that is nearest to a point.", dynamic, args(double, double, dynamic)),
		geo("geo_line_length", "The metres of a line.", double, args(dynamic)),
		geo("geo_line_centroid", "The middle of a line.", dynamic, args(dynamic)),
		geo("geo_line_interpolate_point", "The point at a fraction of a line.", dynamic, args(dynamic, double)),
		geo("geo_line_locate_point", "The fraction of a line at which it is nearest to a point.", double, args(dynamic, double, double)),
		geo("geo_line_densify", "The line with points added, so that it follows what is straight on a flat map.", dynamic, args(dynamic, double, boolean)).leaving(2),
		geo("geo_line_simplify", "The line with fewer points.", dynamic, args(dynamic, double)).leaving(1),
		geo("geo_line_buffer", "The area within a radius of a line.", dynamic, args(dynamic, double, double)).leaving(1),
		geo("geo_line_to_s2cells", "The S2 cells that cover a line.", dynamic, args(dynamic, long, double)).leaving(2),
		geo("geo_intersects_2lines", "True if two lines meet.", boolean, args(dynamic, dynamic)),
		geo("geo_intersection_2lines", "What two lines have in common.", dynamic, args(dynamic, dynamic), "nothing in common is an empty collection, not null"),
		geo("geo_union_lines_array", "The lines of an array as one.", dynamic, args(dynamic)),
	}
}

// areas are the functions of polygons.
func areas() []Function {
	return []Function{
		geo("geo_point_in_polygon", "True if a point is in a polygon.", boolean, args(double, double, dynamic), "a polygon that is not valid gives null, not false"),
		geo("geo_distance_point_to_polygon", "The metres from a point to a polygon, 0 inside.", double, args(double, double, dynamic)),
		geo("geo_closest_point_on_polygon", "The point of a polygon that is nearest to a point.", dynamic, args(double, double, dynamic)),
		geo("geo_polygon_area", "The square metres of a polygon.", double, args(dynamic)),
		geo("geo_polygon_perimeter", "The metres round a polygon.", double, args(dynamic)),
		geo("geo_polygon_centroid", "The middle of a polygon.", dynamic, args(dynamic), "the polygons of a MultiPolygon are united"),
		geo("geo_polygon_densify", "The polygon with points added, so that it follows what is straight on a flat map.", dynamic, args(dynamic, double, boolean)).leaving(2),
		geo("geo_polygon_simplify", "The polygon with fewer points.", dynamic, args(dynamic, double)).leaving(1),
		geo("geo_simplify_polygons_array", "The polygons of an array with fewer points.", dynamic, args(dynamic, double)).leaving(1),
		geo("geo_polygon_buffer", "The area within a radius of a polygon.", dynamic, args(dynamic, double, double)).leaving(1),
		geo("geo_polygon_to_s2cells", "The S2 cells that cover a polygon.", dynamic, args(dynamic, long, double)).leaving(2),
		geo("geo_polygon_to_h3cells", "The H3 cells that cover a polygon.", dynamic, args(dynamic, long, double)).leaving(2),
		geo("geo_intersects_2polygons", "True if two polygons meet.", boolean, args(dynamic, dynamic)),
		geo("geo_intersection_2polygons", "The area that two polygons have in common.", dynamic, args(dynamic, dynamic)),
		geo("geo_intersects_line_with_polygon", "True if a line meets a polygon.", boolean, args(dynamic, dynamic)),
		geo("geo_intersection_line_with_polygon", "The parts of a line that are in a polygon.", dynamic, args(dynamic, dynamic)),
		geo("geo_union_polygons_array", "The area of the polygons of an array.", dynamic, args(dynamic)),
		geo("geo_point_buffer", "The area within a radius of a point.", dynamic, args(double, double, double, double)).leaving(1),
	}
}

// cells are the functions of geohashes and of the cells of S2 and H3.
func cells() []Function {
	list := []Function{
		geo("geo_point_to_geohash", "The geohash of a point, or ''.", text, args(double, double, long)).leaving(1),
		geo("geo_point_to_s2cell", "The S2 cell of a point, or ''.", text, args(double, double, long)).leaving(1),
		geo("geo_point_to_h3cell", "The H3 cell of a point, or ''.", text, args(double, double, long)).leaving(1),
		geo("geo_h3cell_parent", "The H3 cell that a cell is in, or ''.", text, args(text, long), "a level that no parent has gives ''").leaving(1),
		geo("geo_h3cell_children", "The H3 cells that are in a cell.", dynamic, args(text, long)).leaving(1),
		geo("geo_h3cell_level", "The resolution of an H3 cell.", integer, args(text)),
		geo("geo_h3cell_rings", "The H3 cells round a cell, ring by ring.", dynamic, args(text, long)),
	}
	for _, kind := range []struct{ name, called string }{{"geohash", "geohash"}, {"s2cell", "S2 cell"}, {"h3cell", "H3 cell"}} {
		list = append(list,
			geo("geo_"+kind.name+"_to_central_point", "The middle of a "+kind.called+".", dynamic, args(text)),
			geo("geo_"+kind.name+"_to_polygon", "The outline of a "+kind.called+".", dynamic, args(text)),
			geo("geo_"+kind.name+"_neighbors", "What is next to a "+kind.called+".", dynamic, args(text)),
		)
	}
	return list
}

func geo(name, doc string, result types.Scalar, arguments []types.Scalar, traps ...string) Function {
	return Function{Name: name, Signatures: sigs(sig(result, arguments...)), Doc: doc, Traps: traps}
}

// leaving lets the last n arguments be left out.
func (f Function) leaving(n int) Function {
	f.Signatures = sigs(f.Signatures[0].optional(n))
	return f
}

func args(list ...types.Scalar) []types.Scalar { return list }

// points are the longitudes and latitudes of n points.
func points(n int) []types.Scalar {
	list := make([]types.Scalar, 2*n)
	for i := range list {
		list[i] = double
	}
	return list
}

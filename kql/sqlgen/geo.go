package sqlgen

import (
	"strings"

	"github.com/conshelf/conshelf/kql/plan"
	"github.com/conshelf/conshelf/kql/types"
)

// geoForms are the functions of places on Earth. Each is one of the engine's
// with the same arguments, those left out written out.
func geoForms() map[string]callForm {
	forms := map[string]callForm{
		"geo_point_to_geohash":   geoForm("kql_geo_point_to_geohash", 2, "5"),
		"geo_point_to_s2cell":    geoForm("kql_geo_point_to_s2cell", 2, "11"),
		"geo_line_to_s2cells":    geoForm("kql_geo_line_to_s2cells", 1, "11", "0"),
		"geo_polygon_to_s2cells": geoForm("kql_geo_polygon_to_s2cells", 1, "11", "0"),
		"geo_point_to_h3cell":    geoForm("kql_geo_point_to_h3cell", 2, "6"),
		"geo_h3cell_parent":      levelForm("kql_geo_h3cell_parent"),
		"geo_h3cell_children":    levelForm("kql_geo_h3cell_children"),
		"geo_line_densify":       densifyForm("kql_geo_line_densify"),
		"geo_polygon_densify":    densifyForm("kql_geo_polygon_densify"),
	}
	for _, name := range []string{
		"geo_azimuth", "geo_angle", "geo_point_in_circle", "geo_from_wkt",
		"geo_distance_point_to_line", "geo_closest_point_on_line", "geo_line_length", "geo_line_centroid", "geo_line_interpolate_point",
		"geo_line_locate_point", "geo_intersects_2lines", "geo_intersection_2lines", "geo_union_lines_array",
		"geo_point_in_polygon", "geo_distance_point_to_polygon", "geo_closest_point_on_polygon", "geo_polygon_area", "geo_polygon_perimeter",
		"geo_polygon_centroid", "geo_intersects_2polygons", "geo_intersection_2polygons", "geo_intersects_line_with_polygon",
		"geo_intersection_line_with_polygon", "geo_union_polygons_array",
		"geo_geohash_to_central_point", "geo_geohash_to_polygon", "geo_geohash_neighbors",
		"geo_s2cell_to_central_point", "geo_s2cell_to_polygon", "geo_s2cell_neighbors",
		"geo_h3cell_to_central_point", "geo_h3cell_to_polygon", "geo_h3cell_neighbors", "geo_h3cell_level", "geo_h3cell_rings",
	} {
		forms[name] = geoForm("kql_"+name, 0)
	}
	return forms
}

// geoRefusals says why the others are refused.
func geoRefusals() map[string]string {
	list := map[string]string{}
	for _, r := range []struct {
		reason string
		names  []string
	}{
		{"which vertices Kusto gives the outline of a buffer is not documented", []string{"geo_point_buffer", "geo_line_buffer", "geo_polygon_buffer"}},
		{"which vertices Kusto keeps is not documented", []string{"geo_line_simplify", "geo_polygon_simplify", "geo_simplify_polygons_array"}},
		{"whether a cell that a polygon covers in part belongs to it is not documented", []string{"geo_polygon_to_h3cells"}},
	} {
		for _, name := range r.names {
			list[name] = r.reason
		}
	}
	return list
}

// geoForm writes a call with the values of the arguments that are left out,
// which start with argument first.
func geoForm(function string, first int, defaults ...string) callForm {
	return func(g *generator, s scope, c *plan.Call) string {
		args := g.exprs(s, c.Args)
		if len(defaults) > 0 {
			args = append(args, defaults[len(args)-first:]...)
		}
		return function + "(" + strings.Join(args, ", ") + ")"
	}
}

// levelForm writes a call of a cell and a level, and whether the level is given.
func levelForm(function string) callForm {
	return func(g *generator, s scope, c *plan.Call) string {
		args := g.exprs(s, c.Args)
		if len(args) == 1 {
			return function + "(" + args[0] + ", 0, false)"
		}
		return function + "(" + strings.Join(args, ", ") + ", true)"
	}
}

// densifyForm drops the argument that says what becomes of a crossing of the
// antimeridian: only false, the value of one left out, is documented enough.
func densifyForm(function string) callForm {
	return func(g *generator, s scope, c *plan.Call) string {
		if len(c.Args) == 3 {
			if k, ok := c.Args[2].(*plan.Const); !ok || k.Value.Type != types.Bool || !k.Value.Valid || k.Value.Int != 0 {
				return g.refuse(c.Func, "only preserve_crossing=false is documented", "", c.At)
			}
		}
		args := g.exprs(s, c.Args[:min(len(c.Args), 2)])
		if len(args) == 1 {
			args = append(args, "10")
		}
		return function + "(" + strings.Join(args, ", ") + ")"
	}
}

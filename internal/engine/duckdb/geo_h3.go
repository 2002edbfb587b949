package duckdb

import "github.com/conshelf/conshelf/internal/compute/geo"

// h3Functions are those of the cells of H3.
func h3Functions() []function {
	return []function{
		cellOf("kql_geo_point_to_h3cell", func(lng, lat float64, level int64) (string, bool) {
			p, ok := geo.NewPoint(lng, lat)
			if !ok {
				return "", false
			}
			h, ok := geo.H3CellOf(p, level)
			return h.String(), ok
		}),
		{name: "kql_geo_h3cell_to_central_point", signature: "s:s", eval: func(r *row, out *result) {
			if h, ok := geo.ReadH3Cell(r.text(0)); ok {
				out.text(h.Center().JSON())
			}
		}},
		{name: "kql_geo_h3cell_to_polygon", signature: "s:s", eval: func(r *row, out *result) {
			if h, ok := geo.ReadH3Cell(r.text(0)); ok {
				out.text(h.Polygon())
			}
		}},
		{name: "kql_geo_h3cell_level", signature: "s:i", eval: func(r *row, out *result) {
			if h, ok := geo.ReadH3Cell(r.text(0)); ok {
				out.int(int32(h.Resolution()))
			}
		}},
		{name: "kql_geo_h3cell_neighbors", signature: "s:s", eval: func(r *row, out *result) {
			if h, ok := geo.ReadH3Cell(r.text(0)); ok {
				out.tokensIf(must(h.Neighbors()), true)
			}
		}},
		{name: "kql_geo_h3cell_rings", signature: "sl:s", eval: func(r *row, out *result) {
			if h, ok := geo.ReadH3Cell(r.text(0)); ok && !r.null(1) {
				out.h3Rings(h, r.long(1))
			}
		}},
		{name: "kql_geo_h3cell_parent", signature: "slb:s", eval: func(r *row, out *result) {
			if h, level, ok := r.h3Level(-1); ok {
				if parent, ok := h.Parent(level); ok {
					out.text(parent.String())
					return
				}
			}
			out.text("")
		}},
		{name: "kql_geo_h3cell_children", signature: "slb:s", eval: func(r *row, out *result) {
			if h, level, ok := r.h3Level(1); ok {
				out.tokensIf(h.Children(level))
			}
		}},
	}
}

// h3Level reads a cell and a level; without one it is the cell's own and so
// many more.
func (r *row) h3Level(more int64) (geo.H3Cell, int64, bool) {
	h, ok := geo.ReadH3Cell(r.text(0))
	if !r.bool(2) {
		return h, int64(h.Resolution()) + more, ok
	}
	if r.null(1) {
		return 0, 0, false
	}
	return h, r.long(1), ok
}

func (w *result) h3Rings(h geo.H3Cell, distance int64) {
	rings, ok := mustHave(h.Rings(distance))
	if !ok {
		return
	}
	values := make([]string, len(rings))
	for i, ring := range rings {
		list := make([]string, len(ring))
		for k, cell := range ring {
			list[k] = quoted(cell)
		}
		values[i] = joinArray(list)
	}
	w.text(joinArray(values))
}

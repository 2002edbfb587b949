package geo

import (
	"github.com/golang/geo/s1"
	"github.com/golang/geo/s2"
)

// MaxCells is how many cells a shape may be covered with.
const MaxCells = 65536

// S2Cell returns the token of the S2 cell of a place at a level, 0 to 30.
func S2Cell(lng, lat float64, level int64) (string, bool) {
	p, ok := NewPoint(lng, lat)
	if !ok || !s2Level(level) {
		return "", false
	}
	return s2.CellFromPoint(p.Point).ID().Parent(int(level)).ToToken(), true
}

func s2Level(level int64) bool { return level >= 0 && level <= s2.MaxLevel }

// readS2Cell reads a token.
func readS2Cell(token string) (s2.CellID, bool) {
	id := s2.CellIDFromToken(token)
	return id, id.IsValid() && id.ToToken() == token
}

// S2CellCenter returns the middle of a cell.
func S2CellCenter(token string) (Point, bool) {
	id, ok := readS2Cell(token)
	if !ok {
		return Point{}, false
	}
	return Point{id.Point()}, true
}

// S2CellPolygon returns a cell as GeoJSON.
func S2CellPolygon(token string) (string, bool) {
	id, ok := readS2Cell(token)
	if !ok {
		return "", false
	}
	cell := s2.CellFromCellID(id)
	var list []s2.Point
	for k := range 5 {
		list = append(list, cell.Vertex(k%4))
	}
	b := appendList([]byte(`{"type":"Polygon","coordinates":`), [][]s2.Point{list}, appendPoints)
	return string(append(b, '}')), true
}

// S2CellNeighbors returns the tokens of the cells of the same level that touch
// a cell.
func S2CellNeighbors(token string) ([]string, bool) {
	id, ok := readS2Cell(token)
	if !ok {
		return nil, false
	}
	return hashOrder(tokens(id.AllNeighbors(id.Level()))), true
}

func tokens(ids []s2.CellID) []string {
	list := make([]string, 0, len(ids))
	for _, id := range ids {
		list = append(list, id.ToToken())
	}
	return list
}

// S2Cells returns the cells of a level that the line, or a point as near to it
// as radius metres, may touch; false if they are too many.
func (l Line) S2Cells(level int64, radius float64) ([]string, bool) {
	edges := l.edges()
	return cover(level, radius, func(cell s2.Cell) bool { return nearCell(cell, edges, radius) })
}

// S2Cells returns the cells of a level that the polygon, or a point as near to
// it as radius metres, may touch; false if they are too many.
func (p Polygon) S2Cells(level int64, radius float64) ([]string, bool) {
	edges := p.edges()
	return cover(level, radius, func(cell s2.Cell) bool {
		return p.area.IntersectsCell(cell) || radius > 0 && nearCell(cell, edges, radius)
	})
}

// nearCell tells whether a cell is as near to any of the edges.
func nearCell(cell s2.Cell, edges []s2.Edge, radius float64) bool {
	limit := s1.ChordAngleFromAngle(arc(radius)).Successor()
	for _, e := range edges {
		if cell.DistanceToEdge(e.V0, e.V1) < limit {
			return true
		}
	}
	return false
}

// cover lists the cells of a level that meet, in the order of their numbers.
func cover(level int64, radius float64, meets func(s2.Cell) bool) ([]string, bool) {
	if !s2Level(level) || !(radius >= 0) {
		return nil, false
	}
	var ids []s2.CellID
	for face := range 6 {
		if ids = descend(ids, s2.CellFromCellID(s2.CellIDFromFace(face)), int(level), meets); len(ids) > MaxCells {
			return nil, false
		}
	}
	return tokens(ids), true
}

// descend appends the cells of a level within cell that meet, and stops when
// there are too many.
func descend(ids []s2.CellID, cell s2.Cell, level int, meets func(s2.Cell) bool) []s2.CellID {
	if len(ids) > MaxCells || !meets(cell) {
		return ids
	}
	if cell.Level() == level {
		return append(ids, cell.ID())
	}
	children, _ := cell.Children()
	for _, child := range children {
		ids = descend(ids, child, level, meets)
	}
	return ids
}

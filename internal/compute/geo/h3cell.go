package geo

import (
	"fmt"
	"strconv"

	"github.com/golang/geo/s2"
)

// An H3Cell is a cell of the hexagonal grid H3: its base cell, and the
// direction to take at each finer resolution.
type H3Cell uint64

// ReadH3Cell reads a cell's number in hexadecimal.
func ReadH3Cell(text string) (H3Cell, bool) {
	n, err := strconv.ParseUint(text, 16, 64)
	h := H3Cell(n)
	return h, err == nil && h.isValid()
}

// String returns the cell's number in hexadecimal.
func (h H3Cell) String() string { return fmt.Sprintf("%x", uint64(h)) }

// newH3Cell is the middle cell of a base cell.
func newH3Cell(base, resolution int) H3Cell {
	h := H3Cell(1<<59 | uint64(resolution)<<52 | uint64(base)<<45 | (1<<45 - 1))
	for r := 1; r <= resolution; r++ {
		h = h.with(r, h3Center)
	}
	return h
}

// Resolution is 0, the coarsest, to 15.
func (h H3Cell) Resolution() int { return int(h >> 52 & 15) }

func (h H3Cell) base() int           { return int(h >> 45 & 127) }
func (h H3Cell) digit(r int) h3Digit { return h3Digit(h >> (3 * (h3MaxLevel - r)) & 7) }
func (h H3Cell) inPentagon() bool    { return baseCells()[h.base()].pentagon }
func (h H3Cell) isPentagon() bool    { return h.inPentagon() && h.leading() == h3Center }
func (h H3Cell) with(r int, d h3Digit) H3Cell {
	shift := 3 * (h3MaxLevel - r)
	return h&^(7<<shift) | H3Cell(d)<<shift
}

// leading is the first direction that is not the center.
func (h H3Cell) leading() h3Digit {
	for r := 1; r <= h.Resolution(); r++ {
		if d := h.digit(r); d != h3Center {
			return d
		}
	}
	return h3Center
}

func (h H3Cell) isValid() bool {
	if h>>59 != 1 || h>>56&7 != 0 || h.base() >= h3BaseCells {
		return false
	}
	for r := 1; r <= h3MaxLevel; r++ {
		if (h.digit(r) == h3Unused) != (r > h.Resolution()) {
			return false
		}
	}
	return !h.inPentagon() || h.leading() != h3K
}

// turned turns all directions.
func (h H3Cell) turned(n int) H3Cell {
	for r := 1; r <= h.Resolution(); r++ {
		if d := h.digit(r); d != h3Center {
			h = h.with(r, d.turned(n))
		}
	}
	return h
}

// turnedPast turns all directions once anticlockwise in a pentagon, where there
// is nothing in direction k.
func (h H3Cell) turnedPast() H3Cell {
	found := false
	for r := 1; r <= h.Resolution(); r++ {
		d := h.digit(r)
		if d == h3Center {
			continue
		}
		h = h.with(r, d.turned(1))
		if !found {
			found = true
			if h.leading() == h3K {
				h = h.turned(1)
			}
		}
	}
	return h
}

// H3CellOf returns the cell of a place at a resolution.
func H3CellOf(p Point, resolution int64) (H3Cell, bool) {
	if resolution < 0 || resolution > h3MaxLevel {
		return 0, false
	}
	f, v := facePoint(p.Point, int(resolution))
	return faceCell{f, v.cell()}.h3(int(resolution))
}

// h3 is the cell at a place of a face's grid; false if it is too far beyond the
// face.
func (c faceCell) h3(resolution int) (H3Cell, bool) {
	h := newH3Cell(0, resolution)
	at := c.ijk
	for r := resolution; r > 0; r-- {
		up := at.up(r)
		d := at.minus(up.down(r))
		h = h.with(r, h3Digit(d.i<<2|d.j<<1|d.k))
		at = up
	}
	place, ok := basePlaces()[faceCell{c.face, at}]
	if !ok {
		return 0, false
	}
	h |= H3Cell(place.cell) << 45
	base := baseCells()[place.cell]
	if !base.pentagon {
		return h.turned(place.turns), true
	}
	if h.leading() == h3K {
		if c.face == base.clockOne || c.face == base.clockTwo {
			h = h.turned(-1)
		} else {
			h = h.turned(1)
		}
	}
	for range place.turns {
		h = h.turnedPast()
	}
	return h, true
}

// onFace returns where the cell's middle is in the grid of the face it is on.
func (h H3Cell) onFace() faceCell {
	if h.inPentagon() && h.leading() == h3IK {
		h = h.turned(-1)
	}
	at, resolution := baseCells()[h.base()].home, h.Resolution()
	for r := 1; r <= resolution; r++ {
		at.ijk = at.down(r).plus(h.digit(r).vector())
	}
	plain, even := at, resolution
	if isTurned(resolution) {
		even++
		at.ijk = at.down(even)
	}
	next, where := at.folded(even, h.inPentagon() && h.leading() == h3I, false)
	if where == onFace {
		return plain
	}
	if h.inPentagon() {
		for where != onFace {
			next, where = next.folded(even, false, false)
		}
	}
	if even != resolution {
		next.ijk = next.up(even)
	}
	return next
}

// Center returns the middle of the cell.
func (h H3Cell) Center() Point {
	return Point{h.onFace().spot(h.Resolution(), false).point()}
}

// Parent returns the cell of a coarser resolution that the cell belongs to.
func (h H3Cell) Parent(resolution int64) (H3Cell, bool) {
	if resolution < 0 || resolution > int64(h.Resolution()) {
		return 0, false
	}
	for r := int(resolution) + 1; r <= h.Resolution(); r++ {
		h = h.with(r, h3Unused)
	}
	return h&^(15<<52) | H3Cell(resolution)<<52, true
}

// maxH3Steps is how many resolutions below a cell its children may be.
const maxH3Steps = 5

// Children returns the cells of a finer resolution that belong to the cell.
func (h H3Cell) Children(resolution int64) ([]string, bool) {
	own := int64(h.Resolution())
	if resolution < own || resolution > h3MaxLevel || resolution-own > maxH3Steps {
		return nil, false
	}
	cells := []H3Cell{h}
	for r := own + 1; r <= resolution; r++ {
		cells = childrenOf(cells, int(r))
	}
	list := make([]string, len(cells))
	for i, c := range cells {
		list[i] = c.String()
	}
	return list, true
}

func childrenOf(cells []H3Cell, resolution int) []H3Cell {
	var list []H3Cell
	for _, c := range cells {
		c = c&^(15<<52) | H3Cell(resolution)<<52
		for d := h3Center; d < h3Unused; d++ {
			if child := c.with(resolution, d); child.isValid() {
				list = append(list, child)
			}
		}
	}
	return list
}

// Polygon returns the cell's outline as GeoJSON.
func (h H3Cell) Polygon() string {
	list := h.outline()
	list = append(list, list[0])
	b := appendList([]byte(`{"type":"Polygon","coordinates":`), [][]s2.Point{list}, appendPoints)
	return string(append(b, '}'))
}

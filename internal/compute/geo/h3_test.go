package geo

import (
	"testing"

	"github.com/golang/geo/s2"
)

func TestH3BaseCellsRunFromNorthToSouth(t *testing.T) {
	last := 91.0
	seen := map[string]bool{}
	for i := range baseCells() {
		h := newH3Cell(i, 0)
		_, lat := degrees(h.Center().Point)
		if lat > last+1e-9 {
			t.Errorf("base cell %d is at %v, north of the one before, at %v", i, lat, last)
		}
		last = lat
		at := h.Center().JSON()
		if seen[at] {
			t.Errorf("base cell %d is where another is", i)
		}
		seen[at] = true
		back, ok := H3CellOf(h.Center(), 0)
		if !ok || back != h {
			t.Errorf("base cell %d: the cell of its middle is %v", i, back)
		}
	}
}

// A cell's middle belongs to the cell, at every resolution: round the pentagons
// and all over the Earth.
func TestH3CellOfItsMiddle(t *testing.T) {
	var starts []H3Cell
	for i := range baseCells() {
		starts = append(starts, newH3Cell(i, 0))
	}
	for resolution := 1; resolution <= 3; resolution++ {
		starts = childrenOf(starts, resolution)
		for _, h := range starts {
			if back, ok := H3CellOf(h.Center(), int64(resolution)); !ok || back != h {
				t.Fatalf("resolution %d: the cell of the middle of %v is %v", resolution, h, back)
			}
		}
	}
	for i := range 400 {
		p := Point{s2.PointFromLatLng(s2.LatLngFromDegrees(float64(i*53%179)-89, float64(i*97%359)-179))}
		for resolution := range int64(16) {
			h, ok := H3CellOf(p, resolution)
			if back, also := H3CellOf(h.Center(), resolution); !ok || !also || back != h {
				t.Fatalf("resolution %d: the cell of the middle of %v is %v", resolution, h, back)
			}
			if !loopOf(h).ContainsPoint(p.Point) {
				t.Fatalf("resolution %d: %v is not round %v", resolution, h, p.JSON())
			}
		}
	}
}

func loopOf(h H3Cell) *s2.Loop { return s2.LoopFromPoints(h.outline()) }

// The outlines of all cells cover the Earth once.
func TestH3OutlinesCoverTheEarth(t *testing.T) {
	var cells []H3Cell
	for i := range baseCells() {
		cells = append(cells, newH3Cell(i, 0))
	}
	for resolution := 0; resolution <= 2; resolution++ {
		if resolution > 0 {
			cells = childrenOf(cells, resolution)
		}
		sum := 0.0
		for _, h := range cells {
			l := loopOf(h)
			if !l.ContainsPoint(h.Center().Point) {
				t.Fatalf("%v is not round its middle", h)
			}
			sum += l.Area()
		}
		if diff := sum/(4*3.141592653589793) - 1; diff > 1e-9 || diff < -1e-9 {
			t.Errorf("resolution %d: the cells cover %v of the Earth", resolution, 1+diff)
		}
	}
}

// What is next to a cell is next to it from the other side, too.
func TestH3NeighborsAreMutual(t *testing.T) {
	var cells []H3Cell
	for i := range baseCells() {
		cells = append(cells, newH3Cell(i, 0))
	}
	for resolution := 0; resolution <= 2; resolution++ {
		if resolution > 0 {
			cells = childrenOf(cells, resolution)
		}
		alone := 0
		for _, h := range cells {
			list, ok := h.around()
			if !ok {
				alone++
				continue
			}
			for _, n := range list {
				theirs, ok := n.around()
				back := false
				for _, m := range theirs {
					back = back || m == h
				}
				if ok && !back {
					t.Fatalf("%v has %v next to it, which has not", h, n)
				}
			}
		}
		if alone != 12 {
			t.Errorf("resolution %d: %d cells are not among six others; that is so of the 12 pentagons", resolution, alone)
		}
	}
}

package geo

import (
	"slices"
)

// nearPentagon is why cells that a walk round a pentagon gives are not listed.
const nearPentagon = Refusal("the cells are next to one of the twelve pentagons of H3; Kusto does not document their order there")

// maxH3Rings is how many rings H3 gives at most.
const maxH3Rings = 142

// Neighbors returns the cells next to the cell.
func (h H3Cell) Neighbors() ([]string, error) {
	rings, _, err := h.Rings(1)
	if err != nil {
		return nil, err
	}
	return rings[1], nil
}

// Rings returns the cell and the rings of cells round it, each as H3 walks it:
// from the cell in direction ij anticlockwise; false if they are too many.
func (h H3Cell) Rings(distance int64) ([][]string, bool, error) {
	if distance < 0 || distance > maxH3Rings {
		return nil, false, nil
	}
	rings := [][]string{{h.String()}}
	at, turns := h, 0
	for ring := 1; ring <= int(distance); ring++ {
		var err error
		if at, turns, err = at.walk(h3I, turns); err != nil {
			return nil, false, err
		}
		list := make([]string, 0, 6*ring)
		for _, d := range []h3Digit{h3J, h3JK, h3K, h3IK, h3I, h3IJ} {
			for range ring {
				if at, turns, err = at.walk(d, turns); err != nil {
					return nil, false, err
				}
				list = append(list, at.String())
			}
		}
		rings = append(rings, list)
	}
	return rings, true, nil
}

// walk goes to the next cell in a direction of the walk, which has been turned
// against the cell's own directions, and returns the cell and how it is turned
// there.
func (h H3Cell) walk(d h3Digit, turns int) (H3Cell, int, error) {
	own, ok := h.around()
	if !ok {
		return 0, 0, nearPentagon
	}
	d = d.turned(turns)
	next := own[d]
	theirs, ok := next.around()
	if !ok {
		return 0, 0, nearPentagon
	}
	for _, back := range h3Wheel() {
		if theirs[back] == h {
			for n := range 6 {
				if d.turned(n) == back.turned(3) {
					return next, (turns + n) % 6, nil
				}
			}
		}
	}
	return 0, 0, nearPentagon
}

// around returns the six cells next to the cell by their direction from it;
// false if it is a pentagon.
func (h H3Cell) around() (map[h3Digit]H3Cell, bool) {
	if h.isPentagon() {
		return nil, false
	}
	center, resolution := h.onFace(), h.Resolution()
	wheel := h3Wheel()
	var cells [6]H3Cell
	offset := 0
	for i, d := range wheel {
		next, ok := faceCell{center.face, center.plus(d.vector())}.h3(resolution)
		if !ok || slices.Contains(cells[:i], next) || next == h {
			return nil, false
		}
		cells[i] = next
		if to, ok := h.siblingWay(next); ok {
			offset = slices.Index(wheel[:], to) - i
		}
	}
	list := map[h3Digit]H3Cell{}
	for i, d := range wheel {
		list[d.turned(offset)] = cells[i]
	}
	return list, true
}

// siblingWay returns the direction from the cell to one of the same parent.
func (h H3Cell) siblingWay(next H3Cell) (h3Digit, bool) {
	r := h.Resolution()
	if r == 0 || h.with(r, h3Center) != next.with(r, h3Center) {
		return h3Center, false
	}
	v := next.digit(r).vector().minus(h.digit(r).vector())
	return h3Digit(v.i<<2 | v.j<<1 | v.k), true
}

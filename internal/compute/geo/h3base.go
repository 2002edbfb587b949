package geo

import "sync"

// A baseCell is one of the 122 cells of the coarsest grid.
type baseCell struct {
	home     faceCell
	pentagon bool
	clockOne int // faces on which a pentagon's missing part is met the other way round; -1: none
	clockTwo int
}

// h3BaseCells is how many there are.
const h3BaseCells = 122

// pentagons are the base cells round the icosahedron's corners.
func pentagons() map[int][2]int {
	return map[int][2]int{
		4: {-1, -1}, 14: {2, 6}, 24: {1, 5}, 38: {3, 7}, 49: {0, 9}, 58: {4, 8},
		63: {11, 15}, 72: {12, 16}, 83: {10, 19}, 97: {13, 17}, 107: {14, 18}, 117: {-1, -1},
	}
}

// homes has for each base cell, from north to south, four digits: its face and
// where it is in the face's grid. Faces are counted from a.
const homes = "" +
	"b100 c110 b000 c100 a200 b110 b001 c000 a100 c010 b010 b011 d100 d110 l200 e100 a000 g010 a001 c011 h001 c001 a110 g001 k200 g000 d000 l100 e110 d010 " +
	"a011 e000 f010 a010 h010 l110 h000 k100 m200 g101 h101 e001 d001 d011 e010 g100 l000 i001 f001 o200 f000 m100 k110 e011 m110 h100 l010 k000 n200 k001 " +
	"l001 j010 i010 g200 i000 j001 o100 f101 q011 i101 f100 m000 h200 m010 k010 j000 n100 q001 p011 p010 q010 o110 n110 f200 i100 o000 j101 o001 r001 m001 " +
	"q000 r011 p001 q101 j100 p000 n000 i200 n010 r101 t010 o010 t011 r010 n001 r000 q100 j200 p101 p100 s011 s001 t001 r100 t000 s010 s101 t200 t100 s000 " +
	"t101 s100 "

var baseCells = sync.OnceValue(func() [h3BaseCells]baseCell {
	var list [h3BaseCells]baseCell
	for i := range list {
		at := homes[5*i:]
		list[i] = baseCell{
			home:     faceCell{int(at[0] - 'a'), ijk{int(at[1] - '0'), int(at[2] - '0'), int(at[3] - '0')}},
			clockOne: -1, clockTwo: -1,
		}
		if offset, ok := pentagons()[i]; ok {
			list[i].pentagon, list[i].clockOne, list[i].clockTwo = true, offset[0], offset[1]
		}
	}
	return list
})

// A basePlace says which base cell is at a place of a face's grid, and how many
// turns of 60° anticlockwise take the face's directions to those of the cell.
type basePlace struct{ cell, turns int }

// basePlaces are those of all cells of the coarsest grid that are on a face or
// next to it.
var basePlaces = sync.OnceValue(func() map[faceCell]basePlace {
	places := map[faceCell]basePlace{}
	homes := map[faceCell]int{}
	for i, b := range baseCells() {
		homes[b.home] = i
	}
	for f := range h3Faces {
		for n := range 27 {
			at := faceCell{f, ijk{n / 9, n / 3 % 3, n % 3}}
			if at.ijk == at.normal() {
				places[at] = findBase(at, homes)
			}
		}
	}
	return places
})

// findBase looks for the base cell at a place on this face and, if it is on an
// edge or beyond, on those round it.
func findBase(at faceCell, homes map[faceCell]int) basePlace {
	type step struct {
		faceCell
		turns int
	}
	seen := map[faceCell]bool{}
	for queue := []step{{at, 0}}; len(queue) > 0; queue = queue[1:] {
		x := queue[0]
		if seen[x.faceCell] {
			continue
		}
		seen[x.faceCell] = true
		if cell, ok := homes[x.faceCell]; ok {
			if baseCells()[cell].pentagon {
				return basePlace{cell, pentagonTurns(at, cell)}
			}
			return basePlace{cell, x.turns % 6}
		}
		for s, f := range folds()[x.face] {
			if !x.reaches(side(s)) {
				continue
			}
			next := x.ijk
			for range f.turns {
				next = next.turnedCCW()
			}
			queue = append(queue, step{faceCell{f.face, next.plus(f.shift)}, x.turns + f.turns})
		}
	}
	panic("geo: a place of the coarsest grid has no cell")
}

// reaches tells whether a place of the coarsest grid is on a side or beyond it.
func (c faceCell) reaches(s side) bool {
	if c.sum() < 2 {
		return false
	}
	switch s {
	case sideIJ:
		return c.k == 0
	case sideKI:
		return c.j == 0
	case sideJK:
		return c.i == 0
	}
	panic("geo: side of a face")
}

// pentagonTurns counts the turns, of those that leave out the missing part, that
// take the direction of the middle of a face at its corner to where the base
// cell has it. Home is in the middle of JK; the others follow anticlockwise.
func pentagonTurns(at faceCell, cell int) int {
	order := [5]h3Digit{h3JK, h3IK, h3I, h3IJ, h3J}
	own := map[ijk]h3Digit{{2, 0, 0}: h3JK, {0, 2, 0}: h3IK, {0, 0, 2}: h3IJ}[at.ijk]
	x := baseCells()[cell].home
	steps := 0
	for x.face != at.face {
		x = x.nextAround()
		steps++
	}
	turns := 0
	for own != order[steps] {
		if own = own.turned(1); own == h3K {
			own = own.turned(1)
		}
		turns++
	}
	return turns
}

// nextAround returns the same corner on the next face anticlockwise round it.
func (c faceCell) nextAround() faceCell {
	s := sideKI
	switch c.ijk {
	case ijk{0, 2, 0}:
		s = sideIJ
	case ijk{0, 0, 2}:
		s = sideJK
	}
	f := folds()[c.face][s]
	next := c.ijk
	for range f.turns {
		next = next.turnedCCW()
	}
	return faceCell{f.face, next.plus(f.shift)}
}

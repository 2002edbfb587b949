package geo

import "math"

// An ijk is a cell of a hexagonal grid: three axes, 120° apart, none negative
// and one at least 0.
type ijk struct{ i, j, k int }

// An h3Digit is a direction from a cell to one next to it, or to itself.
type h3Digit uint8

// The directions; their bits are the axes k, j and i.
const (
	h3Center h3Digit = iota
	h3K
	h3J
	h3JK
	h3I
	h3IK
	h3IJ
	h3Unused
)

func (d h3Digit) vector() ijk { return ijk{int(d >> 2 & 1), int(d >> 1 & 1), int(d & 1)} }

// h3Wheel are the directions anticlockwise.
func h3Wheel() [6]h3Digit { return [6]h3Digit{h3I, h3IJ, h3J, h3JK, h3K, h3IK} }

// turned returns the direction after n turns of 60° anticlockwise.
func (d h3Digit) turned(n int) h3Digit {
	wheel := h3Wheel()
	for at, w := range wheel {
		if w == d {
			return wheel[((at+n)%6+6)%6]
		}
	}
	return d
}

func (c ijk) plus(o ijk) ijk  { return ijk{c.i + o.i, c.j + o.j, c.k + o.k}.normal() }
func (c ijk) minus(o ijk) ijk { return ijk{c.i - o.i, c.j - o.j, c.k - o.k}.normal() }
func (c ijk) times(n int) ijk { return ijk{c.i * n, c.j * n, c.k * n} }
func (c ijk) sum() int        { return c.i + c.j + c.k }

func (c ijk) normal() ijk {
	least := min(c.i, c.j, c.k)
	return ijk{c.i - least, c.j - least, c.k - least}
}

// mapped is the linear map that takes the axes to i, j and k.
func (c ijk) mapped(i, j, k ijk) ijk {
	return ijk{
		c.i*i.i + c.j*j.i + c.k*k.i,
		c.i*i.j + c.j*j.j + c.k*k.j,
		c.i*i.k + c.j*j.k + c.k*k.k,
	}.normal()
}

func (c ijk) turnedCCW() ijk { return c.mapped(ijk{1, 1, 0}, ijk{0, 1, 1}, ijk{1, 0, 1}) }
func (c ijk) turnedCW() ijk  { return c.mapped(ijk{1, 0, 1}, ijk{1, 1, 0}, ijk{0, 1, 1}) }

// down3 is the cell in the grid three times as fine, twice: turned one way and
// back.
func (c ijk) down3Twice() ijk {
	return c.mapped(ijk{2, 0, 1}, ijk{1, 2, 0}, ijk{0, 1, 2}).mapped(ijk{2, 1, 0}, ijk{0, 2, 1}, ijk{1, 0, 2})
}

// isTurned tells whether the grid of a resolution is turned against that of
// the faces.
func isTurned(resolution int) bool { return resolution%2 == 1 }

// down is the cell's middle child in the grid of a resolution, seven times as
// fine.
func (c ijk) down(resolution int) ijk {
	if isTurned(resolution) {
		return c.mapped(ijk{3, 0, 1}, ijk{1, 3, 0}, ijk{0, 1, 3})
	}
	return c.mapped(ijk{3, 1, 0}, ijk{0, 3, 1}, ijk{1, 0, 3})
}

// up is the parent of a cell of a resolution.
func (c ijk) up(resolution int) ijk {
	i, j := float64(c.i-c.k), float64(c.j-c.k)
	if isTurned(resolution) {
		return ijk{roundInt((3*i - j) / 7), roundInt((i + 2*j) / 7), 0}.normal()
	}
	return ijk{roundInt((2*i + j) / 7), roundInt((3*j - i) / 7), 0}.normal()
}

func roundInt(f float64) int { return int(math.Round(f)) }

// A vec2 is a point of the plane of a face.
type vec2 struct{ x, y float64 }

const sin60 = 0.86602540378443864676372317075293618347140262690519

// plane returns the middle of the cell.
func (c ijk) plane() vec2 {
	i, j := float64(c.i-c.k), float64(c.j-c.k)
	return vec2{i - 0.5*j, j * sin60}
}

// cell returns the cell that a point of the plane is in.
func (v vec2) cell() ijk {
	x2 := math.Abs(v.y) / sin60
	x1 := math.Abs(v.x) + x2/2
	i, j := int(x1), int(x2)
	r1, r2 := x1-float64(i), x2-float64(j)
	di, dj := hexCorner(r1, r2)
	i, j = i+di, j+dj
	if v.x < 0 {
		if j%2 == 0 {
			i -= 2 * (i - j/2)
		} else {
			i -= 2*(i-(j+1)/2) + 1
		}
	}
	if v.y < 0 {
		i, j = i-(2*j+1)/2, -j
	}
	return ijk{i, j, 0}.normal()
}

// hexCorner tells which of the four cells round a unit of the axes a point with
// those remainders is in.
func hexCorner(r1, r2 float64) (i, j int) {
	switch {
	case r1 < 1.0/3:
		return 0, above(r2 >= (1+r1)/2)
	case r1 < 0.5:
		return above(1-r1 <= r2 && r2 < 2*r1), above(r2 >= 1-r1)
	case r1 < 2.0/3:
		return above(!(2*r1-1 < r2 && r2 < 1-r1)), above(r2 >= 1-r1)
	}
	return 1, above(r2 >= r1/2)
}

func above(yes bool) int {
	if yes {
		return 1
	}
	return 0
}

package geo

import (
	"math"
	"sync"

	"github.com/golang/geo/s1"
	"github.com/golang/geo/s2"
)

// H3 lays a grid of hexagons on each face of an icosahedron; the grid of each
// finer resolution is turned a little, and seven times as fine.
const (
	h3Faces     = 20
	h3MaxLevel  = 15
	h3Turn      = 0.333473172251832115336090755351601070065900389 // between the grids of two resolutions
	h3Unit      = 0.38196601125010500003                          // of the coarsest grid, on the plane that touches a face
	h3Precision = 1e-16
)

// A spot is a latitude and a longitude in radians.
type spot struct{ lat, lng float64 }

func (s spot) point() s2.Point {
	return s2.PointFromLatLng(s2.LatLng{Lat: s1.Angle(s.lat), Lng: s1.Angle(s.lng)})
}

// A face is one of the icosahedron's: its middle, and the azimuth of its axis
// i there.
type face struct {
	center spot
	axis   float64
}

// faces returns the icosahedron that H3 chose so that no vertex is on land.
func faces() [h3Faces]face {
	return [h3Faces]face{
		{spot{0.803582649718989942, 1.248397419617396099}, 5.619958268523939882},
		{spot{1.307747883455638156, 2.536945009877921159}, 5.760339081714187279},
		{spot{1.054751253523952054, -1.347517358900396623}, 0.780213654393430055},
		{spot{0.600191595538186799, -0.450603909469755746}, 0.430469363979999913},
		{spot{0.491715428198773866, 0.401988202911306943}, 6.130269123335111400},
		{spot{0.172745327415618701, 1.678146885280433686}, 2.692877706530642877},
		{spot{0.605929321571350690, 2.953923329812411617}, 2.982963003477243874},
		{spot{0.427370518328979641, -1.888876200336285401}, 3.532912002790141181},
		{spot{-0.079066118549212831, -0.733429513380867741}, 3.494305004259568154},
		{spot{-0.230961644455383637, 0.506495587332349035}, 3.003214169499538391},
		{spot{0.079066118549212831, 2.408163140208925497}, 5.930472956509811562},
		{spot{0.230961644455383637, -2.635097066257444203}, 0.138378484090254847},
		{spot{-0.172745327415618701, -1.463445768309359553}, 0.448714947059150361},
		{spot{-0.605929321571350690, -0.187669323777381622}, 0.158629650112549365},
		{spot{-0.427370518328979641, 1.252716453253507838}, 5.891865957979238535},
		{spot{-0.600191595538186799, 2.690988744120037492}, 2.711123289609793325},
		{spot{-0.491715428198773866, -2.739604450678486295}, 3.294508837434268316},
		{spot{-0.803582649718989942, -1.893195233972397139}, 3.804819692245439833},
		{spot{-1.307747883455638156, -0.604647643711872080}, 3.664438879055192436},
		{spot{-1.054751253523952054, 1.794075294689396615}, 2.361378999196363184},
	}
}

// A faceCell is a cell in the grid of a face, which goes on beyond the face.
type faceCell struct {
	face int
	ijk
}

// A side is where a face ends: between the axes i and j, k and i, or j and k.
type side int

const (
	sideIJ side = iota
	sideKI
	sideJK
)

// A fold says how the grid of a face goes on as that of the face beyond a side.
type fold struct {
	face  int
	turns int // of 60°, anticlockwise
	shift ijk // in units of the coarsest grid
}

// folds are those of all faces.
var folds = sync.OnceValue(func() [h3Faces][3]fold {
	var list [h3Faces][3]fold
	for f := range h3Faces {
		for s, ends := range [3][2]ijk{sideIJ: {{2, 0, 0}, {0, 2, 0}}, sideKI: {{0, 0, 2}, {2, 0, 0}}, sideJK: {{0, 2, 0}, {0, 0, 2}}} {
			list[f][s] = newFold(f, ends)
		}
	}
	return list
})

// newFold finds the other face that has both ends of a side.
func newFold(f int, ends [2]ijk) fold {
	for other := range h3Faces {
		first, ok1 := cornerAt(other, faceCell{f, ends[0]})
		second, ok2 := cornerAt(other, faceCell{f, ends[1]})
		if other == f || !ok1 || !ok2 {
			continue
		}
		a, b := ends[0], ends[1]
		for turns := range 6 {
			if shift := first.minus(a); shift == second.minus(b) {
				return fold{other, turns, shift}
			}
			a, b = a.turnedCCW(), b.turnedCCW()
		}
	}
	panic("geo: a face of the icosahedron has no neighbor")
}

// cornerAt returns the corner of a face that is where c is.
func cornerAt(f int, c faceCell) (ijk, bool) {
	at := c.spot(0, false).point()
	for _, corner := range []ijk{{2, 0, 0}, {0, 2, 0}, {0, 0, 2}} {
		if (faceCell{f, corner}).spot(0, false).point().Distance(at) < 1e-9 {
			return corner, true
		}
	}
	return ijk{}, false
}

// facePoint projects a place on the plane of the face nearest to it.
func facePoint(p s2.Point, resolution int) (int, vec2) {
	best, least := 0, math.Inf(1)
	all := faces()
	for i, f := range all {
		if d := p.Sub(f.center.point().Vector).Norm2(); d < least {
			best, least = i, d
		}
	}
	r := math.Acos(1 - least/2)
	if r < h3Precision {
		return best, vec2{}
	}
	ll := s2.LatLngFromPoint(p)
	theta := all[best].axis - all[best].center.azimuth(spot{ll.Lat.Radians(), ll.Lng.Radians()})
	if isTurned(resolution) {
		theta -= h3Turn
	}
	r = math.Tan(r) / h3Unit * math.Pow(math.Sqrt(7), float64(resolution))
	return best, vec2{r * math.Cos(theta), r * math.Sin(theta)}
}

func (s spot) azimuth(to spot) float64 {
	return math.Atan2(math.Cos(to.lat)*math.Sin(to.lng-s.lng),
		math.Cos(s.lat)*math.Sin(to.lat)-math.Sin(s.lat)*math.Cos(to.lat)*math.Cos(to.lng-s.lng))
}

// away is the place at an azimuth and a distance.
func (s spot) away(azimuth, distance float64) spot {
	sin := math.Sin(s.lat)*math.Cos(distance) + math.Cos(s.lat)*math.Sin(distance)*math.Cos(azimuth)
	lat := math.Asin(max(-1, min(1, sin)))
	lng := s.lng + math.Atan2(math.Sin(azimuth)*math.Sin(distance)*math.Cos(s.lat), math.Cos(distance)-math.Sin(s.lat)*sin)
	return spot{lat, math.Remainder(lng, 2*math.Pi)}
}

// spot returns the middle of the cell in the grid of a resolution, or in the
// grid of corners, three times as fine and never turned.
func (c faceCell) spot(resolution int, corners bool) spot {
	return c.plane().spot(c.face, resolution, corners)
}

func (v vec2) spot(f, resolution int, corners bool) spot {
	at := faces()[f]
	r := math.Hypot(v.x, v.y)
	if r < h3Precision {
		return at.center
	}
	theta := math.Atan2(v.y, v.x)
	r /= math.Pow(math.Sqrt(7), float64(resolution))
	if corners {
		r /= 3
		if isTurned(resolution) {
			r /= math.Sqrt(7)
		}
	} else if isTurned(resolution) {
		theta += h3Turn
	}
	return at.center.away(at.axis-theta, math.Atan(r*h3Unit))
}

// scale is how many units of a resolution's grid, an even one, a unit of the
// coarsest has.
func scale(resolution int) int {
	n := 1
	for range resolution / 2 {
		n *= 7
	}
	return n
}

// beyond tells where a cell is: on its face, on the edge of the face, or
// beyond.
type beyond int

const (
	onFace beyond = iota
	onEdge
	offFace
)

// folded moves a cell that is beyond its face to the next face. Resolution is
// even. At the corner i of a face there is one face less than a plane has:
// gap tells that the cell is past it.
func (c faceCell) folded(resolution int, gap, corners bool) (faceCell, beyond) {
	unit := scale(resolution)
	if corners {
		unit *= 3
	}
	switch most := 2 * unit; {
	case corners && c.sum() == most:
		return c, onEdge
	case c.sum() <= most:
		return c, onFace
	}
	s := sideIJ
	switch {
	case c.k > 0 && c.j > 0:
		s = sideJK
	case c.k > 0:
		s = sideKI
		if gap {
			origin := ijk{2 * unit, 0, 0}
			c.ijk = c.minus(origin).turnedCW().plus(origin)
		}
	}
	f := folds()[c.face][s]
	next := c.ijk
	for range f.turns {
		next = next.turnedCCW()
	}
	next = next.plus(f.shift.times(unit))
	if corners && next.sum() == 2*unit {
		return faceCell{f.face, next}, onEdge
	}
	return faceCell{f.face, next}, offFace
}

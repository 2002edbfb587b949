package geo

import (
	"math"
	"slices"
	"strings"
)

// digits are those of geohashes.
const digits = "0123456789bcdefghjkmnpqrstuvwxyz"

// MaxGeohash is the length of the longest geohash.
const MaxGeohash = 18

// Geohash returns the geohash of a place, so many characters long; false if
// there is none.
func Geohash(lng, lat float64, length int64) (string, bool) {
	if _, ok := NewPoint(lng, lat); !ok || length < 1 || length > MaxGeohash {
		return "", false
	}
	world := box{-180, -90, 180, 90}
	var b strings.Builder
	for bit, digit := 0, 0; b.Len() < int(length); {
		digit = digit<<1 | world.halve(lng, lat, bit%2 == 0)
		if bit++; bit%5 == 0 {
			b.WriteByte(digits[digit])
			digit = 0
		}
	}
	return b.String(), true
}

// halve keeps the half of the box that a place is in, and tells which: 1 for
// the eastern or northern one.
func (x *box) halve(lng, lat float64, byLongitude bool) int {
	value, low, high := lat, &x.south, &x.north
	if byLongitude {
		value, low, high = lng, &x.west, &x.east
	}
	middle := (*low + *high) / 2
	if value >= middle {
		*low = middle
		return 1
	}
	*high = middle
	return 0
}

// geohashBox returns the rectangle of a geohash.
func geohashBox(hash string) (box, bool) {
	x := box{-180, -90, 180, 90}
	if hash == "" || len(hash) > MaxGeohash {
		return box{}, false
	}
	bit := 0
	for i := range len(hash) {
		digit := strings.IndexByte(digits, hash[i])
		if digit < 0 {
			return box{}, false
		}
		for k := 4; k >= 0; k-- {
			x.keep(digit>>k&1, bit%2 == 0)
			bit++
		}
	}
	return x, true
}

// keep keeps one half of the box.
func (x *box) keep(half int, byLongitude bool) {
	low, high := &x.south, &x.north
	if byLongitude {
		low, high = &x.west, &x.east
	}
	middle := (*low + *high) / 2
	if half == 1 {
		*low = middle
	} else {
		*high = middle
	}
}

// GeohashPolygon returns the rectangle of a geohash as GeoJSON.
func GeohashPolygon(hash string) (string, bool) {
	x, ok := geohashBox(hash)
	return x.json(), ok
}

// GeohashCenter returns the middle of a geohash as GeoJSON.
func GeohashCenter(hash string) (string, bool) {
	x, ok := geohashBox(hash)
	b := appendPosition([]byte(`{"type":"Point","coordinates":`), (x.west+x.east)/2, (x.south+x.north)/2)
	return string(append(b, '}')), ok
}

// GeohashNeighbors returns the geohashes of the same length round a geohash,
// fewer at a pole.
func GeohashNeighbors(hash string) ([]string, bool) {
	x, ok := geohashBox(hash)
	if !ok {
		return nil, false
	}
	width, height := x.east-x.west, x.north-x.south
	lng, lat := (x.west+x.east)/2, (x.south+x.north)/2
	var list []string
	for _, step := range [][2]float64{{-1, -1}, {-1, 1}, {1, -1}, {0, 1}, {-1, 0}, {1, 1}, {1, 0}, {0, -1}} {
		east := math.Remainder(lng+step[0]*width, 360)
		if neighbor, ok := Geohash(east, lat+step[1]*height, int64(len(hash))); ok && neighbor != hash && !slices.Contains(list, neighbor) {
			list = append(list, neighbor)
		}
	}
	return list, true
}

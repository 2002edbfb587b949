package simulate

import (
	"math/bits"
	"math/rand/v2"
)

// dice is a stream of random choices. Each person and day has its own, so that
// what one does never depends on how many others there are.
type dice struct {
	source rand.PCG
}

// roll returns the dice that belong to the labels.
func roll(labels ...uint64) dice {
	var d dice
	d.reset(labels...)
	return d
}

func (d *dice) reset(labels ...uint64) {
	low, high := uint64(0x9e3779b97f4a7c15), uint64(0xd1b54a32d192ed03)
	for _, label := range labels {
		low = mix(low ^ label)
		high = mix(high + low)
	}
	d.source.Seed(high, low)
}

// mix is the finalizer of SplitMix64.
func mix(x uint64) uint64 {
	x += 0x9e3779b97f4a7c15
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}

// below returns a number in [0, n). All choices are made with whole numbers,
// because floating point may round differently on another machine.
func (d *dice) below(n int) int {
	high, _ := bits.Mul64(d.source.Uint64(), uint64(n))
	return int(high)
}

// span returns a number in [low, high).
func (d *dice) span(low, high int64) int64 {
	if high <= low {
		return low
	}
	return low + int64(d.below(int(high-low)))
}

// chance is true in permille of 1000 cases.
func (d *dice) chance(permille int) bool {
	return d.below(1000) < permille
}

func (d *dice) guid() guid {
	a, b := d.source.Uint64(), d.source.Uint64()
	var g guid
	for i := range 8 {
		g[i] = byte(a >> (8 * i))
		g[8+i] = byte(b >> (8 * i))
	}
	g[6] = g[6]&0x0f | 0x40
	g[8] = g[8]&0x3f | 0x80
	return g
}

func pick[T any](d *dice, list []T) T {
	return list[d.below(len(list))]
}

// shuffle puts list in a random order.
func shuffle[T any](d *dice, list []T) {
	for i := len(list) - 1; i > 0; i-- {
		j := d.below(i + 1)
		list[i], list[j] = list[j], list[i]
	}
}

// A guid is an identifier as Microsoft writes them.
type guid [16]byte

func (g guid) append(b []byte) []byte {
	at := len(b)
	b = append(b, "00000000-0000-0000-0000-000000000000"...)
	out := b[at:]
	i := 0
	for _, c := range g {
		if out[i] == '-' {
			i++
		}
		out[i], out[i+1] = hexDigits[c>>4], hexDigits[c&15]
		i += 2
	}
	return b
}

func (g guid) String() string {
	return string(g.append(nil))
}

package condaccess

import (
	"math/bits"
	"strings"
)

// A bitset is a set of small numbers: the ids that policies name, as an index
// counts them.
type bitset []uint64

func (b *bitset) add(i int) {
	for len(*b) <= i/64 {
		*b = append(*b, 0)
	}
	(*b)[i/64] |= 1 << (i % 64)
}

func (b bitset) has(i int) bool {
	return i/64 < len(b) && b[i/64]&(1<<(i%64)) != 0
}

// common returns the least number that is in both sets, or -1.
func (b bitset) common(o bitset) int {
	for i := range min(len(b), len(o)) {
		if both := b[i] & o[i]; both != 0 {
			return i*64 + bits.TrailingZeros64(both)
		}
	}
	return -1
}

func (b bitset) meets(o bitset) bool { return b.common(o) >= 0 }

func (b bitset) empty() bool {
	for _, w := range b {
		if w != 0 {
			return false
		}
	}
	return true
}

// union returns a new set that holds what either holds.
func (b bitset) union(o bitset) bitset {
	if len(o) > len(b) {
		b, o = o, b
	}
	out := append(bitset(nil), b...)
	for i, w := range o {
		out[i] |= w
	}
	return out
}

// An index numbers ids, which compare without regard to case.
type index struct {
	number  map[string]int
	ids     []string
	objects map[string]bool // ids that were exported; no word of Microsoft's is one
}

func newIndex() *index { return &index{number: make(map[string]int)} }

// intern returns the number of id, giving it one if it has none.
func (x *index) intern(id string) int {
	key := fold(id)
	if n, ok := x.number[key]; ok {
		return n
	}
	n := len(x.ids)
	x.number[key] = n
	x.ids = append(x.ids, id)
	return n
}

// find returns the number of id, or -1.
func (x *index) find(id string) int {
	if n, ok := x.number[fold(id)]; ok {
		return n
	}
	return -1
}

func (x *index) set(ids []string) bitset {
	var b bitset
	for _, id := range ids {
		b.add(x.intern(id))
	}
	return b
}

func fold(id string) string { return strings.ToLower(strings.TrimSpace(id)) }

// known is a set of which some members are certain and some may be in it.
type known struct{ yes, maybe bitset }

// meets tells whether the set has a member in common with o, and the number of
// a member that left it open.
func (k known) meets(o bitset) (Truth, int) {
	if k.yes.meets(o) {
		return Yes, -1
	}
	if n := k.maybe.common(o); n >= 0 {
		return Unsure, n
	}
	return No, -1
}

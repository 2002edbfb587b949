package ingest

import (
	"slices"

	"github.com/conshelf/conshelf/internal/engine"
)

// identityChunk is how many identities are held in one piece.
const identityChunk = 1 << 15

// An identityTable is a set of identities in memory, in the order in which they
// were added, with an index of them by linear probing. The first of those that
// share their first half is looked for from that half, the others from both: a
// million records under one id are found as fast as any. A row takes 21 to 27
// bytes, and none is copied when the table grows.
type identityTable struct {
	chunks [][]engine.Identity
	used   int
	index  []uint32 // numbers of identities, from 1; 0 is free
}

// add adds id. It tells whether it was new, and whether the table had another
// identity with the same first half: the same record id with other content.
func (t *identityTable) add(id engine.Identity) (isNew, sameID bool) {
	if 4*(t.used+1) > 3*len(t.index) {
		t.grow()
	}
	place, sameID := t.find(id)
	if t.index[place] != 0 {
		return false, sameID
	}
	if t.used == len(t.chunks)*identityChunk {
		t.chunks = append(t.chunks, make([]engine.Identity, identityChunk))
	}
	t.chunks[t.used/identityChunk][t.used%identityChunk] = id
	t.used++
	t.index[place] = uint32(t.used)
	return true, sameID
}

// find returns the place of id in the index, or the free one where it would
// stand, and whether another identity has the same first half.
func (t *identityTable) find(id engine.Identity) (place int, sameID bool) {
	place = t.home(id[0])
	for ; t.index[place] != 0; place = t.next(place) {
		held := t.at(t.index[place])
		if held == id {
			return place, sameID
		}
		sameID = sameID || held[0] == id[0]
	}
	if !sameID {
		return place, false
	}
	place = t.home(id[0] ^ id[1])
	for t.index[place] != 0 && t.at(t.index[place]) != id {
		place = t.next(place)
	}
	return place, true
}

// names tells whether the table has an identity with the same first half: a
// record with that id, whatever its content.
func (t *identityTable) names(id engine.Identity) bool {
	if len(t.index) == 0 {
		return false
	}
	place, sameID := t.find(id)
	return sameID || t.index[place] != 0
}

// truncate removes all but the first n. The last goes first: nothing that was
// added before it was ever looked for beyond its place.
func (t *identityTable) truncate(n int) {
	for ; t.used > n; t.used-- {
		place, _ := t.find(t.at(uint32(t.used)))
		t.index[place] = 0
	}
	t.chunks = t.chunks[:(n+identityChunk-1)/identityChunk]
}

// sorted returns the first n identities and the others in sorted pieces. They
// are sorted where they stand, each piece small enough for the processor's own
// memory: the table has to be emptied before anything else is asked of it.
func (t *identityTable) sorted(n int) (first, others []*identities) {
	for start := 0; start < t.used; start += identityChunk {
		chunk := identities(t.chunks[start/identityChunk][:min(identityChunk, t.used-start)])
		border := min(max(0, n-start), len(chunk))
		if stays := chunk[:border]; len(stays) > 0 {
			first = append(first, &stays)
		}
		if rest := chunk[border:]; len(rest) > 0 {
			others = append(others, &rest)
		}
	}
	for _, piece := range slices.Concat(first, others) {
		slices.SortFunc(*piece, compareIdentities)
	}
	return first, others
}

// empty removes all and keeps the memory.
func (t *identityTable) empty() {
	t.used = 0
	clear(t.index)
}

func (t *identityTable) at(number uint32) engine.Identity {
	return t.chunks[(number-1)/identityChunk][(number-1)%identityChunk]
}

func (t *identityTable) home(half int64) int {
	return int(uint64(half) & uint64(len(t.index)-1))
}

func (t *identityTable) next(place int) int { return (place + 1) & (len(t.index) - 1) }

func (t *identityTable) grow() {
	t.index = make([]uint32, max(1024, 2*len(t.index)))
	for n := range t.used {
		number := uint32(n + 1)
		place, _ := t.find(t.at(number))
		t.index[place] = number
	}
}

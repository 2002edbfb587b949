package ingest

import "bytes"

// A memo holds objects and arrays that were read, by the place of their member.
// A text that begins with one of them begins with the same value: where it
// ends, and that it is well formed, need not be found out again. Records of one
// log repeat themselves in this, policies above all.
type memo struct {
	places [memoPlaces][memoWays]known
	next   [memoPlaces]uint8
}

// A known is a value that was read, and what must be done to it.
type known struct {
	raw   []byte
	flags flags
}

const (
	memoPlaces = 128
	memoWays   = 8
	memoLeast  = 64 // bytes of a value: shorter ones are read as fast
	memoMost   = 16 << 10
)

// recall returns the end of the value at i, if it is known.
func (s *scan) recall(i int) (end int, ok bool) {
	place := len(s.members)
	if s.memo == nil || place >= memoPlaces {
		return 0, false
	}
	for way := range s.memo.places[place] {
		k := &s.memo.places[place][way]
		if len(k.raw) > 0 && bytes.HasPrefix(s.data[i:], k.raw) {
			s.flags = k.flags
			return i + len(k.raw), true
		}
	}
	return 0, false
}

// remember notes the value from i to end.
func (s *scan) remember(i, end int) {
	place := len(s.members)
	if s.memo == nil || place >= memoPlaces || end-i < memoLeast || end-i > memoMost {
		return
	}
	k := &s.memo.places[place][s.memo.next[place]]
	k.raw, k.flags = append(k.raw[:0], s.data[i:end]...), s.flags
	s.memo.next[place] = (s.memo.next[place] + 1) % memoWays
}

package ingest

import (
	"bytes"
	"crypto/sha256"
)

// longCell is the least length of a text that stands in a row's identity as its
// digest. The digest of one that was met lately in the same column need not be
// computed again: records of one log repeat their long texts.
const longCell = 256

// cellDigests are digests of long texts, by the vector that they were met in.
type cellDigests struct {
	cells [][cellWays]cellDigest
	next  []uint8
}

type cellDigest struct {
	text []byte
	sum  [sha256.Size]byte
}

const (
	cellWays = 8
	cellMost = 16 << 10 // bytes of a text that is remembered
)

// of returns the SHA-256 of a text in a vector.
func (d *cellDigests) of(vector int32, text []byte) [sha256.Size]byte {
	for int(vector) >= len(d.cells) {
		d.cells, d.next = append(d.cells, [cellWays]cellDigest{}), append(d.next, 0)
	}
	ways := &d.cells[vector]
	for i := range ways {
		if bytes.Equal(ways[i].text, text) {
			return ways[i].sum
		}
	}
	sum := sha256.Sum256(text)
	if len(text) <= cellMost {
		c := &ways[d.next[vector]]
		c.text, c.sum = append(c.text[:0], text...), sum
		d.next[vector] = (d.next[vector] + 1) % cellWays
	}
	return sum
}

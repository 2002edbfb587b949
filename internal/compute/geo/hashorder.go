package geo

import "encoding/binary"

// hashBuckets is the size of the table that takes the eight neighbors of a
// cell.
const hashBuckets = 11

// hashOrder returns the distinct texts in the order in which Kusto lists the
// neighbors of a cell: that of a chained hash table into which they are put one
// by one. A text goes before those of its bucket, or before all if it is the
// first of it.
func hashOrder(list []string) []string {
	var out []string
	buckets := map[string]uint64{}
	for _, s := range list {
		if _, ok := buckets[s]; ok {
			continue
		}
		buckets[s] = murmur(s) % hashBuckets
		at := 0
		for i, other := range out {
			if buckets[other] == buckets[s] {
				at = i
				break
			}
		}
		out = append(out, "")
		copy(out[at+1:], out[at:])
		out[at] = s
	}
	return out
}

// murmur is MurmurHash64A with the seed of that table.
func murmur(s string) uint64 {
	const (
		seed       = 0xc70f6907
		multiplier = 0xc6a4a7935bd1e995
	)
	mix := func(x uint64) uint64 { return x ^ x>>47 }
	b := []byte(s)
	h := seed ^ uint64(len(b))*multiplier
	for ; len(b) >= 8; b = b[8:] {
		h = (h ^ mix(binary.LittleEndian.Uint64(b)*multiplier)*multiplier) * multiplier
	}
	if len(b) > 0 {
		var tail [8]byte
		copy(tail[:], b)
		h = (h ^ binary.LittleEndian.Uint64(tail[:])) * multiplier
	}
	return mix(mix(h) * multiplier)
}

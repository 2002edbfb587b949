package ingest

import (
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"math"

	"github.com/conshelf/conshelf/internal/engine"
	"github.com/conshelf/conshelf/internal/evidence"
	"github.com/conshelf/conshelf/kql/types"
)

// IdentityVersion is the version of the rule by which identities are computed.
// Identities of two versions say nothing of each other: a record that is held
// under one is new under the other. What a row holds is part of its identity, so
// a format that gives other rows of the records that it knew is another rule too.
const IdentityVersion = 2

// ErrIdentity is the error of adding to rows whose identities are of another
// version.
var ErrIdentity = errors.New("what is held was stored by a build that tells records apart by another rule, and would be taken in again as new: " +
	"load all of the evidence into a new case; this one can be read as before")

// sameRule returns ErrIdentity unless the identities of what is known are of
// this version. What is no evidence, and a file of which nothing was stored, has
// none.
func sameRule(known []evidence.File) error {
	for _, f := range known {
		if f.Identity != IdentityVersion && f.Counts.Stored > 0 && !IsReference(f) {
			return ErrIdentity
		}
	}
	return nil
}

// identity returns who the row being built is: half from the table and the
// record's id, half from the table and all that the row holds. A table without
// an id has both halves from the content. The file's path, the row's number,
// the order of columns and the case of their names play no part. The hash is
// cryptographic, because a collision would hide a record as a duplicate.
func (t *rows) identity(scratch []byte) (engine.Identity, []byte) {
	row := t.batch.Rows
	b := append(scratch[:0], t.batch.Table...)
	b = append(b, 0)
	prefix := len(b)
	t.present.clear(len(t.batch.Vectors))
	for _, i := range t.order {
		vec := &t.batch.Vectors[i]
		if vec.Len() <= row || vec.Null[row] || t.loose[i] && !t.tight {
			continue
		}
		before := len(b)
		if b = t.appendCell(b, i, vec, row); len(b) > before {
			t.present.add(i)
		}
	}
	sum := t.headings()
	content := sha256.Sum256(append(b, sum[:]...))
	id := engine.Identity{half(content[:]), half(content[8:])}
	if t.id != "" {
		if name := t.text(t.id); len(name) > 0 {
			b = append(b[:prefix], name...)
			b = append(b, t.text(t.within)...)
			sum := sha256.Sum256(b)
			id[0] = half(sum[:])
		}
	}
	return id, b
}

// headings returns the digest of the names and types of the columns in which the
// row has a value. The row's values stand in its identity without their names:
// with this digest no two different rows read the same.
func (t *rows) headings() [sha256.Size]byte {
	sum, ok := t.headed[string(t.present)]
	if ok {
		return sum
	}
	var b []byte
	for _, i := range t.order {
		if t.present.has(i) {
			b = binary.AppendUvarint(b, uint64(len(t.lowers[i])))
			b = append(b, t.lowers[i]...)
			b = append(b, byte(t.batch.Vectors[i].Column.Type))
		}
	}
	sum = sha256.Sum256(b)
	if len(t.headed) < maxKeys/10 {
		t.headed[string(t.present)] = sum
	}
	return sum
}

// A bitset is a set of small numbers.
type bitset []byte

// clear makes the set empty, with room for the numbers below n.
func (s *bitset) clear(n int) {
	*s = append((*s)[:0], make([]byte, (n+7)/8)...)
}

func (s bitset) add(i int32)      { s[i/8] |= 1 << (i % 8) }
func (s bitset) has(i int32) bool { return s[i/8]>>(i%8)&1 != 0 }

func half(sum []byte) int64 { return int64(binary.LittleEndian.Uint64(sum)) }

// appendCell appends a cell: a number, or the length of a text and the text, or
// its digest if it is long. An empty text is no cell.
func (t *rows) appendCell(b []byte, vector int32, vec *engine.Vector, row int) []byte {
	switch vec.Column.Type {
	case types.Bool, types.Int, types.Long, types.DateTime, types.TimeSpan:
		return binary.LittleEndian.AppendUint64(b, uint64(vec.Ints[row]))
	case types.Real:
		return binary.LittleEndian.AppendUint64(b, math.Float64bits(vec.Floats[row]))
	case types.String, types.GUID, types.Decimal, types.Dynamic:
		text := vec.Text(row)
		if len(text) == 0 {
			return b
		}
		b = binary.AppendUvarint(b, uint64(len(text)))
		if len(text) < longCell {
			return append(b, text...)
		}
		sum := t.digests.of(vector, text)
		return append(b, sum[:]...)
	case types.Unknown:
	}
	panic("ingest: column " + vec.Column.Name + " has no type")
}

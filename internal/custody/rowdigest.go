package custody

import (
	"cmp"
	"crypto/sha256"
	"encoding/binary"
	"math"
	"slices"

	"github.com/conshelf/conshelf/internal/engine"
	"github.com/conshelf/conshelf/kql/types"
)

// A RowDigest is the SHA-256 of a row as it is stored: its origin and each
// value that it has, under the name of its column. Columns without a value play
// no part, so that a table may get new ones.
type RowDigest [sha256.Size]byte

// A rowHasher makes digests of rows of one table.
type rowHasher struct {
	names [][]byte // length and name, by column
	order []int    // the columns by name
	row   []byte
}

func newRowHasher(columns []types.Column) *rowHasher {
	h := &rowHasher{names: make([][]byte, len(columns)), order: make([]int, len(columns))}
	for i, c := range columns {
		h.names[i] = append(binary.AppendUvarint(nil, uint64(len(c.Name))), c.Name...)
		h.order[i] = i
	}
	slices.SortFunc(h.order, func(a, b int) int { return cmp.Compare(columns[a].Name, columns[b].Name) })
	return h
}

func (h *rowHasher) begin(o engine.Origin) {
	h.row = h.row[:0]
	for _, n := range []int64{o.File, o.Record, o.Identity[0], o.Identity[1]} {
		h.row = binary.LittleEndian.AppendUint64(h.row, uint64(n))
	}
	h.row = append(binary.AppendUvarint(h.row, uint64(len(o.Tenant))), o.Tenant...)
}

func (h *rowHasher) int(column int, n int64) {
	h.row = append(h.row, h.names[column]...)
	h.row = binary.LittleEndian.AppendUint64(h.row, uint64(n))
}

func (h *rowHasher) real(column int, f float64) {
	if f != f {
		f = math.NaN() // all are one
	}
	h.int(column, int64(math.Float64bits(f)))
}

// stored returns the digest of row i of what a load stores. Vectors has one for
// each column; nil: the rows have no value there.
func (h *rowHasher) stored(o engine.Origin, vectors []*engine.Vector, i int) RowDigest {
	h.begin(o)
	for _, at := range h.order {
		v := vectors[at]
		if v == nil || v.Null[i] {
			continue
		}
		switch v.Column.Type {
		case types.Bool, types.Int, types.Long, types.DateTime, types.TimeSpan:
			h.int(at, v.Ints[i])
		case types.Real:
			h.real(at, v.Floats[i])
		case types.String, types.GUID, types.Decimal, types.Dynamic:
			if text := v.Text(i); len(text) > 0 {
				h.row = append(h.row, h.names[at]...)
				h.row = binary.AppendUvarint(h.row, uint64(len(text)))
				h.row = append(h.row, text...)
			}
		case types.Unknown:
			panic("custody: column " + v.Column.Name + " has no type")
		}
	}
	return sha256.Sum256(h.row)
}

// read returns the digest of a row that was read back.
func (h *rowHasher) read(o engine.Origin, row []types.Value) RowDigest {
	h.begin(o)
	for _, at := range h.order {
		v := row[at]
		if !v.Valid {
			continue
		}
		switch v.Type {
		case types.Bool, types.Int, types.Long, types.DateTime, types.TimeSpan:
			h.int(at, v.Int)
		case types.Real:
			h.real(at, v.Float)
		case types.String, types.GUID, types.Decimal, types.Dynamic:
			if v.Text != "" {
				h.row = append(h.row, h.names[at]...)
				h.row = binary.AppendUvarint(h.row, uint64(len(v.Text)))
				h.row = append(h.row, v.Text...)
			}
		case types.Unknown:
			panic("custody: value of no type")
		}
	}
	return sha256.Sum256(h.row)
}

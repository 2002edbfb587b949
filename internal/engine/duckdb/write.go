package duckdb

import (
	"bytes"
	"errors"
	"fmt"
	"math"
	"runtime"
	"unicode/utf8"
	"unsafe"

	bindings "github.com/duckdb/duckdb-go-bindings"

	"github.com/conshelf/conshelf/internal/engine"
	"github.com/conshelf/conshelf/kql/plan"
	"github.com/conshelf/conshelf/kql/types"
)

// write copies the columns of b into the chunk's vectors. Texts are not
// copied: their string values point into the batch's memory, which is pinned
// until the database has taken the chunk. The witness, if there is one, sees
// what is stored.
func (w *writer) write(b *engine.Batch, witness engine.Witness) error {
	vectors := make([]*engine.Vector, len(w.table.columns))
	for i := range b.Vectors {
		vectors[w.table.column(stored(b.Vectors[i].Column).Name)] = &b.Vectors[i]
	}
	for i, v := range vectors {
		if v == nil {
			continue
		}
		clean, err := w.scratch.clean(i, v)
		if err != nil {
			return fmt.Errorf("column %s: %w", v.Column.Name, err)
		}
		vectors[i] = clean
	}
	if witness != nil {
		if err := witness(w.table.table(), vectors, b.Origins); err != nil {
			return err
		}
	}
	for from := 0; from < b.Rows; from += engine.BatchRows {
		if err := w.piece(b, vectors, from, min(b.Rows, from+engine.BatchRows)); err != nil {
			return err
		}
	}
	return w.relieve(vectors)
}

// heldText is how many bytes of text the appender may hold before they go to
// the table. Left to itself it waits for some 200,000 rows, however long.
const heldText = 64 << 20

// relieve has the appender hand its rows to the table when they are many.
func (w *writer) relieve(vectors []*engine.Vector) error {
	for _, v := range vectors {
		if v != nil {
			w.held += len(v.Bytes)
		}
	}
	if w.held < heldText {
		return nil
	}
	w.held = 0
	if bindings.AppenderFlush(w.appender) == bindings.StateError {
		return errors.New(bindings.AppenderError(w.appender))
	}
	return nil
}

// piece appends rows from to to of a batch.
func (w *writer) piece(b *engine.Batch, vectors []*engine.Vector, from, to int) error {
	var pins runtime.Pinner
	defer pins.Unpin()
	rows := to - from
	bindings.DataChunkReset(w.chunk)
	w.origins(b.Origins[from:to], &pins)
	for i, v := range vectors {
		t := w.target(len(originColumns())+i, rows)
		if v == nil {
			t.absent(w.table.columns[i].Type)
			continue
		}
		t.fill(v, from, to, &pins)
	}
	bindings.DataChunkSetSize(w.chunk, bindings.IdxT(rows))
	if bindings.AppendDataChunk(w.appender, w.chunk) == bindings.StateError {
		return errors.New(bindings.AppenderError(w.appender))
	}
	return nil
}

func (w *writer) origins(list []engine.Origin, pins *runtime.Pinner) {
	for k, c := range originColumns() {
		t := w.target(k, len(list))
		for i := range list {
			o := &list[i]
			switch c.Name {
			case plan.OriginFile:
				t.long(i, o.File)
			case plan.OriginRecord:
				t.long(i, o.Record)
			case plan.OriginKey1:
				t.long(i, o.Identity[0])
			case plan.OriginKey2:
				t.long(i, o.Identity[1])
			case plan.OriginTenant:
				if len(o.Tenant) > inlineLength {
					pins.Pin(unsafe.StringData(o.Tenant))
				}
				t.text(i, unsafe.Slice(unsafe.StringData(o.Tenant), len(o.Tenant)))
			}
		}
	}
}

// A target is a vector of the chunk that is being filled.
type target struct {
	data     unsafe.Pointer
	validity []uint64
	rows     int
}

func (w *writer) target(column, rows int) target {
	v := bindings.DataChunkGetVector(w.chunk, bindings.IdxT(column))
	bindings.VectorEnsureValidityWritable(v)
	t := target{data: bindings.VectorGetData(v), rows: rows}
	t.validity = unsafe.Slice((*uint64)(bindings.VectorGetValidity(v)), (rows+63)/64)
	for i := range t.validity {
		t.validity[i] = math.MaxUint64
	}
	return t
}

func (t target) null(i int) { t.validity[i/64] &^= 1 << (i % 64) }

func (t target) long(i int, n int64) { *(*int64)(unsafe.Add(t.data, i*8)) = n }

// text writes the string value of s, which must stay where it is if it is
// longer than inlineLength.
func (t target) text(i int, s []byte) {
	v := (*stringT)(unsafe.Add(t.data, i*int(unsafe.Sizeof(stringT{}))))
	*v = stringT{length: uint32(len(s))}
	if len(s) <= inlineLength {
		n := copy(v.prefix[:], s)
		copy(v.rest[:], s[n:])
		return
	}
	copy(v.prefix[:], s)
	*(*uintptr)(unsafe.Pointer(&v.rest)) = uintptr(unsafe.Pointer(&s[0]))
}

// absent fills a column that the batch does not have.
func (t target) absent(s types.Scalar) {
	if s == types.String {
		clear(unsafe.Slice((*stringT)(t.data), t.rows))
		return
	}
	clear(t.validity)
}

func (t target) fill(v *engine.Vector, from, to int, pins *runtime.Pinner) {
	for i := from; i < to; i++ {
		if v.Null[i] {
			t.null(i - from)
		}
	}
	switch v.Column.Type {
	case types.Bool:
		for i, n := range v.Ints[from:to] {
			*(*bool)(unsafe.Add(t.data, i)) = n != 0
		}
	case types.Int:
		for i, n := range v.Ints[from:to] {
			*(*int32)(unsafe.Add(t.data, i*4)) = int32(n)
		}
	case types.Long, types.DateTime, types.TimeSpan:
		copy(unsafe.Slice((*int64)(t.data), to-from), v.Ints[from:to])
	case types.Real:
		copy(unsafe.Slice((*float64)(t.data), to-from), v.Floats[from:to])
	case types.String, types.GUID, types.Decimal, types.Dynamic:
		if len(v.Bytes) > 0 {
			pins.Pin(&v.Bytes[0])
		}
		for i := from; i < to; i++ {
			t.text(i-from, v.Text(i))
		}
	case types.Unknown:
		panic("duckdb: column of no type")
	}
}

// scratch holds the vectors that had to be rewritten, one for each column, so
// that their memory is used again.
type scratch struct {
	vectors map[int]*engine.Vector
	status  []uint8
}

// clean returns v if its values can be stored as they are, else a vector in
// which they can.
func (s *scratch) clean(column int, v *engine.Vector) (*engine.Vector, error) {
	switch v.Column.Type {
	case types.Int:
		for _, n := range v.Ints {
			if int64(int32(n)) != n {
				return nil, fmt.Errorf("%d is no int", n)
			}
		}
	case types.String:
		if !validTexts(v) {
			return s.rewrite(column, v, func(b []byte) ([]byte, bool) { return bytes.ToValidUTF8(b, []byte("\uFFFD")), true }), nil
		}
	case types.GUID:
		return s.rewrite(column, v, func(b []byte) ([]byte, bool) {
			g, ok := parseGUID(string(b))
			return []byte(g), ok
		}), nil
	case types.Decimal:
		return s.rewrite(column, v, func(b []byte) ([]byte, bool) {
			d, ok := parseDecimal(string(b))
			return []byte(d), ok
		}), nil
	case types.Dynamic:
		if !s.canonical(v) {
			return s.rewrite(column, v, func(b []byte) ([]byte, bool) {
				json := parseJSON(string(bytes.ToValidUTF8(b, []byte("\uFFFD"))))
				return []byte(json), json != "null"
			}), nil
		}
	case types.Bool, types.Long, types.Real, types.DateTime, types.TimeSpan:
	case types.Unknown:
		return nil, errors.New("it has no type")
	}
	return v, nil
}

// validTexts tells whether every value is UTF-8.
func validTexts(v *engine.Vector) bool {
	if !utf8.Valid(v.Bytes) {
		return false
	}
	// No value may start within a character of the value before.
	for _, end := range v.Ends {
		if int(end) < len(v.Bytes) && !utf8.RuneStart(v.Bytes[end]) {
			return false
		}
	}
	return true
}

// canonical tells whether every value is canonical JSON other than null, or
// marked null.
func (s *scratch) canonical(v *engine.Vector) bool {
	if len(v.Ends) == 0 {
		return true
	}
	if cap(s.status) < len(v.Ends) {
		s.status = make([]uint8, len(v.Ends))
	}
	s.status = s.status[:len(v.Ends)]
	checkJSON(v.Bytes, v.Ends, s.status)
	for i, status := range s.status {
		if !v.Null[i] && (status != canonicalJSON || string(v.Text(i)) == "null") {
			return false
		}
	}
	return validTexts(v)
}

// rewrite copies v with every value mapped; one that f refuses becomes null.
func (s *scratch) rewrite(column int, v *engine.Vector, f func([]byte) ([]byte, bool)) *engine.Vector {
	if s.vectors == nil {
		s.vectors = map[int]*engine.Vector{}
	}
	w := s.vectors[column]
	if w == nil {
		w = &engine.Vector{}
		s.vectors[column] = w
	}
	*w = engine.Vector{Column: v.Column, Null: w.Null[:0], Ends: w.Ends[:0], Bytes: w.Bytes[:0]}
	for i := range v.Null {
		if v.Null[i] {
			w.SetNull()
			continue
		}
		if b, ok := f(v.Text(i)); ok {
			w.SetText(b)
		} else {
			w.SetNull()
		}
	}
	return w
}

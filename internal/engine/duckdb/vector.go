package duckdb

import (
	"unsafe"

	bindings "github.com/duckdb/duckdb-go-bindings"

	"github.com/conshelf/conshelf/kql/types"
)

// stringT is DuckDB's string_t: up to inlineLength bytes stand in the value
// itself, longer ones behind a pointer beside their first four bytes.
type stringT struct {
	length uint32
	prefix [4]byte
	rest   [8]byte // the pointer, or bytes 4 to 12
}

const inlineLength = 12

// A reader reads the values of one vector of a chunk.
type reader struct {
	data     unsafe.Pointer
	validity unsafe.Pointer // nil: all are valid
}

func newReader(v bindings.Vector) reader {
	return reader{data: bindings.VectorGetData(v), validity: bindings.VectorGetValidity(v)}
}

func (r reader) null(i int) bool {
	if r.validity == nil {
		return false
	}
	word := *(*uint64)(unsafe.Add(r.validity, i/64*8))
	return word>>(i%64)&1 == 0
}

func (r reader) boolean(i int) bool { return *(*bool)(unsafe.Add(r.data, i)) }
func (r reader) int32(i int) int32  { return *(*int32)(unsafe.Add(r.data, i*4)) }
func (r reader) int64(i int) int64  { return *(*int64)(unsafe.Add(r.data, i*8)) }
func (r reader) real(i int) float64 { return *(*float64)(unsafe.Add(r.data, i*8)) }

// text returns a string that shares the vector's memory.
func (r reader) text(i int) string {
	s := (*stringT)(unsafe.Add(r.data, i*int(unsafe.Sizeof(stringT{}))))
	if s.length <= inlineLength {
		return unsafe.String(&s.prefix[0], s.length)
	}
	return unsafe.String(*(**byte)(unsafe.Pointer(&s.rest)), s.length)
}

// entry returns where the list of row i starts in the child vector, and its length.
func (r reader) entry(i int) (start, length int) {
	e := (*[2]uint64)(unsafe.Add(r.data, i*16))
	return int(e[0]), int(e[1])
}

// value returns value i as a value of type t, with memory of its own.
func (r reader) value(t types.Scalar, i int) types.Value {
	if r.null(i) {
		return types.Null(t)
	}
	v := types.Value{Type: t, Valid: true}
	switch t {
	case types.Bool:
		if r.boolean(i) {
			v.Int = 1
		}
	case types.Int:
		v.Int = int64(r.int32(i))
	case types.Long, types.DateTime, types.TimeSpan:
		v.Int = r.int64(i)
	case types.Real:
		v.Float = r.real(i)
	case types.String, types.GUID, types.Decimal, types.Dynamic:
		v.Text = string([]byte(r.text(i)))
	case types.Unknown:
		panic("duckdb: value of no type")
	}
	return v
}

// columnType returns the SQL type that holds values of type t.
func columnType(t types.Scalar) string {
	switch t {
	case types.Bool:
		return "BOOLEAN"
	case types.Int:
		return "INTEGER"
	case types.Long, types.DateTime, types.TimeSpan:
		return "BIGINT"
	case types.Real:
		return "DOUBLE"
	case types.String, types.GUID, types.Decimal, types.Dynamic:
		return "VARCHAR"
	case types.Unknown:
	}
	panic("duckdb: column of no type")
}

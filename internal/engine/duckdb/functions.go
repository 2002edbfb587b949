package duckdb

// #cgo CFLAGS: -O2 -std=gnu11
// #cgo LDFLAGS: -lm
// #include <stdlib.h>
// #include "functions.h"
import "C"

import (
	"fmt"
	"slices"
	"sync"
	"unicode"
	"unsafe"

	bindings "github.com/duckdb/duckdb-go-bindings"
)

// A function is a scalar function that compiled queries call. Its signature
// has one letter for each parameter, then a colon and the result: b BOOLEAN,
// i INTEGER, l BIGINT, d DOUBLE, s VARCHAR, h HUGEINT, S VARCHAR[], and * after
// the last parameter if it repeats.
type function struct {
	name      string
	signature string
	// eval computes one row; nil for a function of functions.c.
	eval func(r *row, out *result)
}

// compiled lists the functions of functions.c.
func compiled() []function {
	list := []function{
		{name: "kql_fold", signature: "s:s"},
		{name: "kql_has_any", signature: "sS:b"},
		{name: "kql_has_all", signature: "sS:b"},
		{name: "kql_add", signature: "ll:l"},
		{name: "kql_subtract", signature: "ll:l"},
		{name: "kql_multiply", signature: "ll:l"},
		{name: "kql_divide", signature: "ll:l"},
		{name: "kql_modulo", signature: "ll:l"},
		{name: "kql_bin", signature: "ll:l"},
		{name: "kql_add_time", signature: "ll:l"},
		{name: "kql_modulo_real", signature: "dd:d"},
		{name: "kql_bin_real", signature: "dd:d"},
		{name: "kql_wrap", signature: "h:l"},
		{name: "kql_parse_json", signature: "s:s"},
		{name: "kql_capture", signature: "ssl:s"},
		{name: "kql_path", signature: "ss:s"},
		{name: "kql_path_text", signature: "ss:s"},
		{name: "kql_element", signature: "sl:s"},
		{name: "kql_dynamic_text", signature: "s:s"},
		{name: "kql_array_length", signature: "s:l"},
		{name: "kql_quote", signature: "s:s"},
		{name: "kql_expand", signature: "s:S"},
		{name: "kql_expand_arrays", signature: "s:S"},
		{name: "kql_strings", signature: "s:S"},
		{name: "kql_distance", signature: "dddd:d"},
		{name: "kql_origin", signature: "ll:s"},
		{name: "kql_merge_origins", signature: "ssl:s"},
	}
	for _, name := range []string{"has", "has_cs", "hasprefix", "hasprefix_cs", "hassuffix", "hassuffix_cs", "contains", "startswith", "endswith", "equal"} {
		list = append(list, function{name: "kql_" + name, signature: "ss:b"})
	}
	return list
}

// goFunctions returns the functions written in Go; a function's place is its tag.
var goFunctions = sync.OnceValue(func() []function {
	return slices.Concat(conversionFunctions(), dynamicFunctions(), bagFunctions(), arrayFunctions(), textFunctions(), codingFunctions(),
		timeFunctions(), numberFunctions(), decimalFunctions(), addressFunctions(), sketchFunctions(), decodeFunctions(), statisticsFunctions(), sessionFunctions(), geoFunctions(), keyValueFunctions(), axisFunctions(), seriesFunctions(), numericSeriesFunctions(), procedureFunctions())
})

// characters is the table that functions.c reads: the upper case of each
// character, and whether it is a letter or a digit. As in .NET, no ASCII
// letter is the other case of one that is not.
var characters = sync.OnceValue(func() unsafe.Pointer {
	size := C.size_t(C.KQL_CHARACTERS)
	p := C.malloc(size * 4)
	table := unsafe.Slice((*uint32)(p), int(size))
	for i := range table {
		c := rune(i)
		upper := unicode.ToUpper(c)
		if c >= 0x80 && upper < 0x80 {
			upper = c
		}
		table[i] = uint32(upper)
		if unicode.IsLetter(c) || unicode.IsDigit(c) {
			table[i] |= 1 << 31
		}
	}
	return p
})

// register makes every function known to the database of c, for all of its
// connections.
func register(c *connection) error {
	for _, f := range compiled() {
		pointer := C.kql_pointer(cName(f.name))
		if pointer == nil {
			return fmt.Errorf("no function %s", f.name)
		}
		if err := registerOne(c, f, pointer, characters()); err != nil {
			return err
		}
	}
	for i, f := range goFunctions() {
		if err := registerOne(c, f, C.kql_call_pointer(), C.kql_tag(C.int(i))); err != nil {
			return err
		}
	}
	if name := C.kql_register_aggregates(c.handle.Ptr); name != nil {
		return fmt.Errorf("register %s", C.GoString(name))
	}
	return nil
}

// cName returns name as C has it; names are few and live as long as the program.
func cName(name string) *C.char { return C.CString(name) }

func registerOne(c *connection, f function, pointer, extra unsafe.Pointer) error {
	scalar := bindings.CreateScalarFunction()
	defer bindings.DestroyScalarFunction(&scalar)
	bindings.ScalarFunctionSetName(scalar, f.name)
	parameters, repeats, result := f.parse()
	for i, letter := range parameters {
		t := logicalType(letter)
		if repeats && i == len(parameters)-1 {
			bindings.ScalarFunctionSetVarargs(scalar, t)
		} else {
			bindings.ScalarFunctionAddParameter(scalar, t)
		}
		bindings.DestroyLogicalType(&t)
	}
	t := logicalType(result)
	bindings.ScalarFunctionSetReturnType(scalar, t)
	bindings.DestroyLogicalType(&t)
	bindings.ScalarFunctionSetSpecialHandling(scalar)
	bindings.ScalarFunctionSetExtraInfo(scalar, extra, nil)
	bindings.ScalarFunctionSetFunction(scalar, pointer)
	if bindings.RegisterScalarFunction(c.handle, scalar) == bindings.StateError {
		return fmt.Errorf("register %s", f.name)
	}
	return nil
}

// parse takes a signature apart.
func (f function) parse() (parameters string, repeats bool, result byte) {
	s := f.signature
	result = s[len(s)-1]
	parameters = s[:len(s)-2]
	if n := len(parameters); n > 0 && parameters[n-1] == '*' {
		return parameters[:n-1], true, result
	}
	return parameters, false, result
}

func logicalType[T rune | byte](letter T) bindings.LogicalType {
	switch letter {
	case 'b':
		return bindings.CreateLogicalType(bindings.TypeBoolean)
	case 'i':
		return bindings.CreateLogicalType(bindings.TypeInteger)
	case 'l':
		return bindings.CreateLogicalType(bindings.TypeBigInt)
	case 'd':
		return bindings.CreateLogicalType(bindings.TypeDouble)
	case 's':
		return bindings.CreateLogicalType(bindings.TypeVarchar)
	case 'h':
		return bindings.CreateLogicalType(bindings.TypeHugeInt)
	case 'S':
		child := bindings.CreateLogicalType(bindings.TypeVarchar)
		defer bindings.DestroyLogicalType(&child)
		return bindings.CreateListType(child)
	}
	panic("duckdb: type letter " + string(rune(letter)))
}

// kqlCall runs a Go function over a chunk. A panic becomes the query's error:
// it must not unwind through the database.
//
//export kqlCall
func kqlCall(info, in, out unsafe.Pointer) {
	fi := bindings.FunctionInfo{Ptr: info}
	defer func() {
		if r := recover(); r != nil {
			bindings.ScalarFunctionSetError(fi, fmt.Sprint(r))
		}
	}()
	f := &goFunctions()[C.kql_index(bindings.ScalarFunctionGetExtraInfo(fi))]
	call(f, bindings.DataChunk{Ptr: in}, bindings.Vector{Ptr: out})
}

func call(f *function, in bindings.DataChunk, out bindings.Vector) {
	rows := int(bindings.DataChunkGetSize(in))
	r := &row{}
	for i := range bindings.DataChunkGetColumnCount(in) {
		v := bindings.DataChunkGetVector(in, i)
		r.args = append(r.args, newReader(v))
		var child reader
		if letter := f.parameter(int(i)); letter == 'S' {
			child = newReader(bindings.ListVectorGetChild(v))
		}
		r.children = append(r.children, child)
	}
	w := newResult(f.signature[len(f.signature)-1], out, rows)
	for r.i = range rows {
		f.eval(r, w)
		w.end(r.i)
	}
	w.flush()
}

func (f function) parameter(i int) byte {
	parameters, _, _ := f.parse()
	return parameters[min(i, len(parameters)-1)]
}

// A row is the arguments of one call. Texts share the chunk's memory and must
// not be kept.
type row struct {
	args     []reader
	children []reader
	i        int
	memo     any // what a function keeps from row to row of a chunk
}

func (r *row) null(k int) bool    { return r.args[k].null(r.i) }
func (r *row) bool(k int) bool    { return !r.null(k) && r.args[k].boolean(r.i) }
func (r *row) long(k int) int64   { return r.args[k].int64(r.i) }
func (r *row) real(k int) float64 { return r.args[k].real(r.i) }
func (r *row) text(k int) string  { return r.textOr(k, "") }
func (r *row) json(k int) string  { return r.textOr(k, "null") }
func (r *row) anyNull() bool {
	for k := range r.args {
		if r.null(k) {
			return true
		}
	}
	return false
}

func (r *row) textOr(k int, null string) string {
	if r.null(k) {
		return null
	}
	return r.args[k].text(r.i)
}

func (r *row) list(k int) []string {
	if r.null(k) {
		return nil
	}
	start, n := r.args[k].entry(r.i)
	list := make([]string, 0, n)
	for j := start; j < start+n; j++ {
		if r.children[k].null(j) {
			list = append(list, "null")
			continue
		}
		list = append(list, r.children[k].text(j))
	}
	return list
}

// A result takes the value of each row: exactly one set, or none for null.
type result struct {
	letter byte
	out    bindings.Vector
	data   unsafe.Pointer
	set    bool
	i      int
	valid  []bool
	bytes  []byte
	ends   []uint64
	null   []bool
	lists  [][2]uint64
}

func newResult(letter byte, out bindings.Vector, rows int) *result {
	w := &result{letter: letter, out: out}
	switch letter {
	case 's':
		w.ends, w.null = make([]uint64, 0, rows), make([]bool, 0, rows)
	case 'S':
		w.lists = make([][2]uint64, 0, rows)
	default:
		w.data = bindings.VectorGetData(out)
	}
	return w
}

func (w *result) bool(b bool) {
	*(*bool)(unsafe.Add(w.data, w.i)) = b
	w.set = true
}

func (w *result) int(n int32) {
	*(*int32)(unsafe.Add(w.data, w.i*4)) = n
	w.set = true
}

func (w *result) long(n int64) {
	*(*int64)(unsafe.Add(w.data, w.i*8)) = n
	w.set = true
}

func (w *result) real(f float64) {
	*(*float64)(unsafe.Add(w.data, w.i*8)) = f
	w.set = true
}

// text sets a string, which is copied.
func (w *result) text(s string) {
	w.bytes = append(w.bytes, s...)
	w.set = true
}

// json sets a dynamic value; null if s is JSON's null.
func (w *result) json(s string) {
	if s != "null" {
		w.text(s)
	}
}

// element adds an element to a list; without one the list is empty.
func (w *result) element(s string) {
	w.bytes = append(w.bytes, s...)
	w.ends = append(w.ends, uint64(len(w.bytes)))
	w.null = append(w.null, false)
}

func (w *result) end(i int) {
	switch w.letter {
	case 's':
		w.ends = append(w.ends, uint64(len(w.bytes)))
		w.null = append(w.null, !w.set)
	case 'S':
		start := uint64(0)
		if i > 0 {
			start = w.lists[i-1][0] + w.lists[i-1][1]
		}
		w.lists = append(w.lists, [2]uint64{start, uint64(len(w.ends)) - start})
	default:
		if !w.set {
			bindings.VectorEnsureValidityWritable(w.out)
			bindings.ValiditySetRowInvalid(bindings.VectorGetValidity(w.out), bindings.IdxT(i))
		}
	}
	w.i, w.set = i+1, false
}

func (w *result) flush() {
	vector, count := w.out, len(w.ends)
	if w.letter == 'S' {
		copy(unsafe.Slice((*[2]uint64)(bindings.VectorGetData(w.out)), len(w.lists)), w.lists)
		bindings.ListVectorReserve(w.out, bindings.IdxT(count))
		bindings.ListVectorSetSize(w.out, bindings.IdxT(count))
		vector = bindings.ListVectorGetChild(w.out)
	}
	if count == 0 {
		return
	}
	w.bytes = append(w.bytes, 0) // so that there is a first byte to point to
	C.kql_assign(vector.Ptr, (*C.char)(unsafe.Pointer(&w.bytes[0])), (*C.uint64_t)(&w.ends[0]), (*C.bool)(&w.null[0]), 0, C.idx_t(count))
}

package duckdb

// #include <stdint.h>
// #include <stdlib.h>
// #include "functions.h"
import "C"

import (
	"errors"
	"fmt"
	"runtime"
	"runtime/cgo"
	"slices"
	"unsafe"

	bindings "github.com/duckdb/duckdb-go-bindings"

	"github.com/conshelf/conshelf/internal/engine"
	"github.com/conshelf/conshelf/kql/types"
)

// A feeder is the table function kql_feed of a database. The statement that
// stores rows reads them from it, so that they go from the batches that a load
// holds straight into the table's columns.
type feeder struct {
	handle cgo.Handle
	extra  unsafe.Pointer // C memory that holds the handle
	now    *feed          // of the statement that runs; there is one at a time
}

// feedFunction is the name of the table function.
const feedFunction = "kql_feed"

func newFeeder() *feeder {
	f := &feeder{extra: C.malloc(C.size_t(unsafe.Sizeof(C.uintptr_t(0))))}
	f.handle = cgo.NewHandle(f)
	*(*C.uintptr_t)(f.extra) = C.uintptr_t(f.handle)
	return f
}

// register makes the function known.
func (f *feeder) register(c *connection) error {
	function := bindings.CreateTableFunction()
	defer bindings.DestroyTableFunction(&function)
	bindings.TableFunctionSetName(function, feedFunction)
	bindings.TableFunctionSetExtraInfo(function, f.extra, nil)
	bindings.TableFunctionSetBind(function, C.kql_feed_bind_pointer())
	bindings.TableFunctionSetInit(function, C.kql_feed_init_pointer())
	bindings.TableFunctionSetFunction(function, C.kql_feed_pointer())
	if bindings.RegisterTableFunction(c.handle, function) == bindings.StateError {
		return fmt.Errorf("register %s", feedFunction)
	}
	return nil
}

// close releases the function. No statement may run.
func (f *feeder) close() {
	f.handle.Delete()
	C.free(f.extra)
}

// feederOf returns the feeder whose handle is at extra.
func feederOf(extra unsafe.Pointer) *feeder {
	return cgo.Handle(*(*C.uintptr_t)(extra)).Value().(*feeder)
}

// A feed is what one statement stores: batches of one table, one after another.
type feed struct {
	table *storedTable
	held  []held
	from  int // rows of the first batch that are stored already
	pins  runtime.Pinner
}

// A held is a batch that a load holds, with the vector of each column of its
// table; nil: the rows have no value there.
type held struct {
	batch   *engine.Batch
	vectors []*engine.Vector
}

// kqlFeedBind tells the columns of the feed.
//
//export kqlFeedBind
func kqlFeedBind(info unsafe.Pointer) {
	bi := bindings.BindInfo{Ptr: info}
	f := feederOf(bindings.BindGetExtraInfo(bi))
	if f.now == nil {
		bindings.BindSetError(bi, "nothing is stored now")
		return
	}
	for i, c := range append(originColumns(), f.now.table.table().Columns...) {
		t := bindings.CreateLogicalType(storedType(c.Type))
		bindings.BindAddResultColumn(bi, fmt.Sprintf("c%d", i), t)
		bindings.DestroyLogicalType(&t)
	}
}

// kqlFeedInit asks for one thread: the rows keep their order.
//
//export kqlFeedInit
func kqlFeedInit(info unsafe.Pointer) {
	bindings.InitSetMaxThreads(bindings.InitInfo{Ptr: info}, 1)
}

// kqlFeed gives the next rows; none at the end. A panic becomes the statement's
// error: it must not unwind through the database.
//
//export kqlFeed
func kqlFeed(info, out unsafe.Pointer) {
	fi := bindings.FunctionInfo{Ptr: info}
	defer func() {
		if r := recover(); r != nil {
			bindings.FunctionSetError(fi, fmt.Sprint(r))
		}
	}()
	f := feederOf(bindings.FunctionGetExtraInfo(fi))
	if f.now == nil {
		panic(errors.New("nothing is stored now"))
	}
	f.now.fill(bindings.DataChunk{Ptr: out})
}

// fill puts the next rows into the chunk, of as many batches as it has room for:
// each chunk costs the database something for every column. Texts are not
// copied: their string values point into the memory of the batch, which is
// pinned until the statement has ended.
func (f *feed) fill(chunk bindings.DataChunk) {
	targets := f.targets(chunk)
	first, rows := len(originColumns()), 0
	for len(f.held) > 0 && rows < engine.BatchRows {
		h := f.held[0]
		to := min(h.batch.Rows, f.from+engine.BatchRows-rows)
		f.origins(targets, h.batch.Origins[f.from:to], rows)
		for i, v := range h.vectors {
			t := targets[first+i].below(rows)
			if v == nil {
				t.absent(f.table.columns[i].Type, to-f.from)
				continue
			}
			t.fill(v, f.from, to, &f.pins)
		}
		rows += to - f.from
		if f.from = to; to == h.batch.Rows {
			f.held, f.from = f.held[1:], 0
		}
	}
	bindings.DataChunkSetSize(chunk, bindings.IdxT(rows))
}

// targets returns the vectors of the chunk. Those of a feed that has ended are
// not asked for.
func (f *feed) targets(chunk bindings.DataChunk) []target {
	if len(f.held) == 0 {
		return nil
	}
	columns := slices.Concat(originColumns(), f.table.table().Columns)
	list := make([]target, len(columns))
	for i, c := range columns {
		list[i] = targetOf(chunk, i, storedSize(c.Type))
	}
	return list
}

func (f *feed) origins(targets []target, list []engine.Origin, row int) {
	file, record, tenant := targets[0].below(row), targets[1].below(row), targets[2].below(row)
	first, second := targets[3].below(row), targets[4].below(row)
	pinned := ""
	for i := range list {
		o := &list[i]
		file.long(i, o.File)
		record.long(i, o.Record)
		if len(o.Tenant) > inlineLength && unsafe.StringData(o.Tenant) != unsafe.StringData(pinned) {
			pinned = o.Tenant
			f.pins.Pin(unsafe.StringData(pinned))
		}
		tenant.text(i, unsafe.Slice(unsafe.StringData(o.Tenant), len(o.Tenant)))
		first.long(i, o.Identity[0])
		second.long(i, o.Identity[1])
	}
}

// A target is a vector of the chunk that is being filled, from some row on.
type target struct {
	data     unsafe.Pointer // of that row
	size     int            // bytes of a value
	validity []uint64       // of all rows
	from     int            // the row
}

func targetOf(chunk bindings.DataChunk, column, size int) target {
	v := bindings.DataChunkGetVector(chunk, bindings.IdxT(column))
	bindings.VectorEnsureValidityWritable(v)
	t := target{data: bindings.VectorGetData(v), size: size}
	t.validity = unsafe.Slice((*uint64)(bindings.VectorGetValidity(v)), engine.BatchRows/64)
	for i := range t.validity {
		t.validity[i] = ^uint64(0)
	}
	return t
}

// below returns the same vector from a row on.
func (t target) below(row int) target {
	t.data, t.from = unsafe.Add(t.data, row*t.size), row
	return t
}

func (t target) null(i int) { t.validity[(t.from+i)/64] &^= 1 << ((t.from + i) % 64) }

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

// absent fills rows of a column that the batch does not have.
func (t target) absent(s types.Scalar, rows int) {
	if s == types.String {
		clear(unsafe.Slice((*stringT)(t.data), rows))
		return
	}
	for i := range rows {
		t.null(i)
	}
}

func (t target) fill(v *engine.Vector, from, to int, pins *runtime.Pinner) {
	for i, null := range v.Null[from:to] {
		if null {
			t.null(i)
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

// storedSize is how many bytes a value takes in a vector.
func storedSize(t types.Scalar) int {
	switch t {
	case types.Bool:
		return 1
	case types.Int:
		return 4
	case types.Long, types.DateTime, types.TimeSpan, types.Real:
		return 8
	case types.String, types.GUID, types.Decimal, types.Dynamic:
		return int(unsafe.Sizeof(stringT{}))
	case types.Unknown:
	}
	panic("duckdb: column of no type")
}

package duckdb

// #include <stdint.h>
// #include <stdlib.h>
// #include "functions.h"
import "C"

import (
	"fmt"
	"runtime/cgo"
	"unsafe"

	bindings "github.com/duckdb/duckdb-go-bindings"

	"github.com/conshelf/conshelf/internal/compute/atlas"
)

// placeFile is the database of places that an engine was given: nil if none.
type placeFile struct {
	database *atlas.Database
	handle   cgo.Handle
	extra    unsafe.Pointer // C memory that holds the handle
}

// openPlaces opens the database that a file holds; nil if there is no file.
func openPlaces(path string) (*placeFile, error) {
	if path == "" {
		return nil, nil
	}
	database, err := atlas.Open(path)
	if err != nil {
		return nil, err
	}
	p := &placeFile{database: database, handle: cgo.NewHandle(database), extra: C.malloc(C.size_t(unsafe.Sizeof(C.uintptr_t(0))))}
	*(*C.uintptr_t)(p.extra) = C.uintptr_t(p.handle)
	return p, nil
}

// register makes kql_place known, if there is a database.
func (p *placeFile) register(c *connection) error {
	if p == nil {
		return nil
	}
	return registerOne(c, function{name: "kql_place", signature: "s:s"}, C.kql_place_pointer(), p.extra)
}

// close releases the database of places. No query may run. It was only read, so
// that nothing is lost if it cannot be closed.
func (p *placeFile) close() {
	if p == nil {
		return
	}
	p.handle.Delete()
	C.free(p.extra)
	_ = p.database.Close()
}

// kqlPlace looks up the addresses of a chunk.
//
//export kqlPlace
func kqlPlace(info, in, out unsafe.Pointer) {
	fi := bindings.FunctionInfo{Ptr: info}
	defer func() {
		if r := recover(); r != nil {
			bindings.ScalarFunctionSetError(fi, fmt.Sprint(r))
		}
	}()
	database := cgo.Handle(*(*C.uintptr_t)(bindings.ScalarFunctionGetExtraInfo(fi))).Value().(*atlas.Database)
	f := function{signature: "s:s", eval: func(r *row, out *result) {
		json, found, err := database.Find(r.text(0))
		if err != nil {
			panic(err)
		}
		if found {
			out.text(json)
		}
	}}
	call(&f, bindings.DataChunk{Ptr: in}, bindings.Vector{Ptr: out})
}

// withPlaces is what an engine stores, and whether it has a database of places.
type withPlaces struct {
	catalog
	has bool
}

// HasPlaces tells whether kql_place is known.
func (s withPlaces) HasPlaces() bool { return s.has }

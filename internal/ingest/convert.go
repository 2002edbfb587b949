package ingest

import (
	"bytes"
	"math"
	"strconv"

	"github.com/conshelf/conshelf/internal/engine"
	"github.com/conshelf/conshelf/kql/types"
)

// store appends v, which is not empty, to a column, converted to its type. It
// tells whether it did; if not, the conversion would have lost something.
func (m *mapper) store(vec *engine.Vector, v value) bool {
	switch vec.Column.Type {
	case types.String, types.GUID, types.Decimal:
		vec.SetText(m.text(v))
		return true
	case types.Dynamic:
		vec.SetText(m.dynamic(v))
		return true
	case types.Bool:
		return storeInt(vec, v, m.boolean)
	case types.Int:
		return storeInt(vec, v, m.int32)
	case types.Long:
		return storeInt(vec, v, m.integer)
	case types.DateTime:
		return storeInt(vec, v, m.time)
	case types.Real:
		return m.storeReal(vec, v)
	case types.TimeSpan, types.Unknown:
	}
	panic("ingest: no table has a column of type " + vec.Column.Type.String())
}

// text returns the value as text, valid until the next call.
func (m *mapper) text(v value) []byte {
	m.invalid(v)
	if v.flags == 0 {
		return v.raw
	}
	m.scratch = appendText(m.scratch[:0], v)
	return m.scratch
}

func (m *mapper) invalid(v value) {
	if v.flags&flagInvalid != 0 {
		m.replaced = true
	}
}

// dynamic returns the value as JSON, valid until the next call. An object or
// array that arrives as text is the object or array.
func (m *mapper) dynamic(v value) []byte {
	m.invalid(v)
	switch v.kind {
	case kindString, kindText:
		m.json = m.appendUnwrapped(m.json[:0], v)
	case kindNone, kindNull, kindBool, kindNumber, kindObject, kindArray:
		if v.flags == 0 && v.kind != kindNone {
			return v.raw
		}
		m.json = appendJSON(m.json[:0], v)
	}
	return m.json
}

func (m *mapper) appendUnwrapped(dst []byte, v value) []byte {
	s := bytes.TrimSpace(m.text(v))
	if len(s) > 1 && (s[0] == '{' || s[0] == '[') {
		if inner, ok := m.scan.document(s); ok {
			return appendJSON(dst, inner)
		}
	}
	return appendJSON(dst, v)
}

func storeInt(vec *engine.Vector, v value, read func(value) (int64, bool)) bool {
	n, ok := read(v)
	if ok {
		vec.SetInt(n)
	}
	return ok
}

func (m *mapper) boolean(v value) (int64, bool) {
	if v.kind == kindObject || v.kind == kindArray {
		return 0, false
	}
	switch s := m.text(v); {
	case bytes.EqualFold(s, []byte("true")), string(s) == "1":
		return 1, true
	case bytes.EqualFold(s, []byte("false")), string(s) == "0":
		return 0, true
	}
	return 0, false
}

func (m *mapper) int32(v value) (int64, bool) {
	n, ok := m.integer(v)
	return n, ok && n >= math.MinInt32 && n <= math.MaxInt32
}

func (m *mapper) integer(v value) (int64, bool) {
	if v.kind == kindObject || v.kind == kindArray || v.kind == kindBool {
		return 0, false
	}
	s := bytes.TrimSpace(m.text(v))
	if n, ok := parseInt(s); ok {
		return n, true
	}
	f, err := strconv.ParseFloat(string(s), 64)
	if err != nil || f != math.Trunc(f) || math.Abs(f) > 1<<53 {
		return 0, false
	}
	return int64(f), true
}

// parseInt reads an integer without allocating.
func parseInt(s []byte) (int64, bool) {
	digits := s
	if len(s) > 0 && s[0] == '-' {
		digits = s[1:]
	}
	if len(digits) == 0 || len(digits) > 18 {
		n, err := strconv.ParseInt(string(s), 10, 64)
		return n, err == nil
	}
	n := int64(0)
	for _, c := range digits {
		if !isDigit(c) {
			return 0, false
		}
		n = n*10 + int64(c-'0')
	}
	if len(digits) < len(s) {
		n = -n
	}
	return n, true
}

func (m *mapper) storeReal(vec *engine.Vector, v value) bool {
	f, ok := m.real(v)
	if ok {
		vec.SetReal(f)
	}
	return ok
}

func (m *mapper) real(v value) (float64, bool) {
	if v.kind != kindNumber && v.kind != kindString && v.kind != kindText {
		return 0, false
	}
	f, err := strconv.ParseFloat(string(bytes.TrimSpace(m.text(v))), 64)
	return f, err == nil && !math.IsInf(f, 0) && !math.IsNaN(f)
}

func (m *mapper) time(v value) (int64, bool) {
	if v.kind == kindObject { // PowerShell 5 writes a date that was given a notation as {"value", "DateTime"}
		v = m.lookup(m.object(v), "value")
	}
	if v.kind != kindString && v.kind != kindText {
		return 0, false
	}
	return m.clock.ticks(m.text(v))
}

package duckdb

// #include "functions.h"
import "C"

import (
	"strconv"
	"strings"
	"unicode/utf8"
	"unsafe"

	"github.com/conshelf/conshelf/kql/types"
)

// Dynamic values are canonical JSON wherever they stand in the database:
// valid, without white space, with no escape that types.AppendQuoted would
// not write. Equal strings, then, are equal texts.

// malformed, valid and canonical are what checkJSON finds.
const (
	canonicalJSON = C.KQL_CANONICAL
	validJSON     = C.KQL_VALID
	malformedJSON = C.KQL_MALFORMED
)

// checkJSON sets status[i] for each text, from starts[i] to ends[i].
func checkJSON(text []byte, starts, ends []uint32, status []uint8) {
	if len(ends) == 0 {
		return
	}
	var none [1]byte
	p := &none[0]
	if len(text) > 0 {
		p = &text[0]
	}
	C.kql_check_json((*C.char)(unsafe.Pointer(p)), (*C.uint32_t)(&starts[0]), (*C.uint32_t)(&ends[0]), (*C.uint8_t)(&status[0]), C.size_t(len(ends)))
}

// canonical returns the canonical form of a JSON text, or false if it is none.
func canonical(json string) (string, bool) {
	if !utf8.ValidString(json) || len(json) > 1<<31 {
		return "", false
	}
	starts, ends, status := [1]uint32{}, [1]uint32{uint32(len(json))}, [1]uint8{}
	checkJSON(unsafe.Slice(unsafe.StringData(json), len(json)), starts[:], ends[:], status[:])
	switch status[0] {
	case canonicalJSON:
		return json, true
	case validJSON:
		return string(appendCanonical(make([]byte, 0, len(json)), json)), true
	}
	return "", false
}

// parseJSON is what parse_json makes of a text: one that is not JSON is a
// string, and nothing is null.
func parseJSON(text string) string {
	if strings.TrimSpace(text) == "" {
		return "null"
	}
	if json, ok := canonical(text); ok {
		return json
	}
	return quoted(text)
}

// kqlParseJSON stores parseJSON of a text that is not canonical.
//
//export kqlParseJSON
func kqlParseJSON(vector unsafe.Pointer, row C.idx_t, p *C.char, n C.size_t) {
	json := parseJSON(unsafe.String((*byte)(unsafe.Pointer(p)), int(n)))
	ends, null := [1]C.uint64_t{C.uint64_t(len(json))}, [1]C.bool{json == "null"}
	C.kql_assign(vector, (*C.char)(unsafe.Pointer(unsafe.StringData(json))), &ends[0], &null[0], row, 1)
}

func quoted(s string) string { return string(types.AppendQuoted(nil, s)) }

// appendCanonical rewrites a valid JSON text.
func appendCanonical(b []byte, json string) []byte {
	for i := 0; i < len(json); {
		switch c := json[i]; c {
		case ' ', '\t', '\n', '\r':
			i++
		case '"':
			end := i + stringEnd(json[i:])
			text, _ := types.Unquote(json[i:end])
			b = types.AppendQuoted(b, text)
			i = end
		default:
			b = append(b, c)
			i++
		}
	}
	return b
}

// stringEnd returns the length of the JSON string at the start of s.
func stringEnd(s string) int {
	for i := 1; i < len(s); i++ {
		switch s[i] {
		case '\\':
			i++
		case '"':
			return i + 1
		}
	}
	return len(s)
}

// valueEnd returns the length of the canonical JSON value at the start of s.
func valueEnd(s string) int {
	depth := 0
	for i := 0; i < len(s); {
		switch s[i] {
		case '"':
			i += stringEnd(s[i:])
		case '{', '[':
			depth++
			i++
			continue
		case '}', ']':
			if depth == 0 {
				return i
			}
			depth--
			i++
		case ',', ':':
			if depth == 0 {
				return i
			}
			i++
			continue
		default:
			i++
			continue
		}
		if depth == 0 {
			return i
		}
	}
	return len(s)
}

func isArray(json string) bool  { return json != "" && json[0] == '[' }
func isBag(json string) bool    { return json != "" && json[0] == '{' }
func isString(json string) bool { return json != "" && json[0] == '"' }
func isNumber(json string) bool {
	return json != "" && (json[0] == '-' || json[0] >= '0' && json[0] <= '9')
}

// elements returns the elements of a canonical array; none of anything else.
func elements(json string) []string {
	if !isArray(json) || len(json) <= 2 {
		return nil
	}
	list := make([]string, 0, 8)
	for i := 1; i < len(json)-1; i++ {
		n := valueEnd(json[i:])
		list = append(list, json[i:i+n])
		i += n
	}
	return list
}

// A property is a member of a bag: its key, quoted, and its value.
type property struct{ key, value string }

// properties returns the members of a canonical bag; none of anything else.
func properties(json string) []property {
	if !isBag(json) || len(json) <= 2 {
		return nil
	}
	var list []property
	for i := 1; i < len(json)-1; i++ {
		k := i + stringEnd(json[i:])
		n := valueEnd(json[k+1:])
		list = append(list, property{json[i:k], json[k+1 : k+1+n]})
		i = k + 1 + n
	}
	return list
}

// member returns the value of the last member with that quoted key.
func member(json, key string) (string, bool) {
	value, found := "", false
	for _, p := range properties(json) {
		if p.key == key {
			value, found = p.value, true
		}
	}
	return value, found
}

// dynamicText is tostring of a dynamic value.
func dynamicText(json string) string {
	switch {
	case json == "null" || json == "":
		return ""
	case isString(json):
		text, _ := types.Unquote(json)
		return text
	case isNumber(json):
		if _, err := strconv.ParseInt(json, 10, 64); err != nil {
			f, _ := strconv.ParseFloat(json, 64)
			return types.FormatReal(f)
		}
	}
	return json
}

// number returns the value of a JSON number.
func number(json string) (float64, bool) {
	if !isNumber(json) {
		return 0, false
	}
	f, err := strconv.ParseFloat(json, 64)
	return f, err == nil
}

// joinArray writes an array of JSON values.
func joinArray(values []string) string { return "[" + strings.Join(values, ",") + "]" }

// joinBag writes a bag; of properties with one key, the first counts.
func joinBag(list []property) string {
	var b strings.Builder
	b.WriteByte('{')
	seen := make(map[string]bool, len(list))
	for _, p := range list {
		if seen[p.key] {
			continue
		}
		seen[p.key] = true
		if b.Len() > 1 {
			b.WriteByte(',')
		}
		b.WriteString(p.key + ":" + p.value)
	}
	b.WriteByte('}')
	return b.String()
}

// realJSON writes a real as a JSON value.
func realJSON(f float64) string { return string(types.NewReal(f).AppendJSON(nil)) }

// equalJSON tells whether two values are equal: numbers by value, all else as
// texts.
func equalJSON(a, b string) bool {
	if a == b {
		return true
	}
	x, isX := number(a)
	y, isY := number(b)
	return isX && isY && x == y && !wholeAndDifferent(a, b)
}

// wholeAndDifferent tells that a and b are longs of different value that a
// real cannot tell apart.
func wholeAndDifferent(a, b string) bool {
	x, errX := strconv.ParseInt(a, 10, 64)
	y, errY := strconv.ParseInt(b, 10, 64)
	return errX == nil && errY == nil && x != y
}

// compareJSON orders two numbers, two strings or two booleans; anything else
// has no order.
func compareJSON(a, b string) (int, bool) {
	switch {
	case isNumber(a) && isNumber(b):
		return compareNumbers(a, b), true
	case isString(a) && isString(b):
		return strings.Compare(dynamicText(a), dynamicText(b)), true
	case isBoolean(a) && isBoolean(b):
		return strings.Compare(a, b), true
	}
	return 0, false
}

func isBoolean(json string) bool { return json == "true" || json == "false" }

func compareNumbers(a, b string) int {
	x, errX := strconv.ParseInt(a, 10, 64)
	y, errY := strconv.ParseInt(b, 10, 64)
	if errX == nil && errY == nil {
		switch {
		case x < y:
			return -1
		case x > y:
			return 1
		}
		return 0
	}
	f, _ := number(a)
	g, _ := number(b)
	switch {
	case f < g:
		return -1
	case f > g:
		return 1
	}
	return 0
}

// flatten appends the scalars of an array, however deep.
func flatten(list []string, json string) []string {
	if !isArray(json) {
		return append(list, json)
	}
	for _, e := range elements(json) {
		list = flatten(list, e)
	}
	return list
}

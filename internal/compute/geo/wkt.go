package geo

import (
	"math"
	"strconv"
	"strings"
)

// A wkt reads well-known text, one token after the other.
type wkt struct {
	text string
	bad  bool
}

// FromWKT returns the GeoJSON of a geometry in well-known text; false if it is
// none.
func FromWKT(text string) (string, bool) {
	r := &wkt{text: text}
	b := r.geometry(nil, 0)
	return string(b), !r.bad && strings.TrimSpace(r.text) == ""
}

// names are GeoJSON's names of the kinds, and how deep their lists are.
func wktKind(word string) (name string, depth int, ok bool) {
	switch strings.ToUpper(word) {
	case "POINT":
		return "Point", 0, true
	case "LINESTRING":
		return "LineString", 1, true
	case "MULTIPOINT":
		return "MultiPoint", 1, true
	case "POLYGON":
		return "Polygon", 2, true
	case "MULTILINESTRING":
		return "MultiLineString", 2, true
	case "MULTIPOLYGON":
		return "MultiPolygon", 3, true
	}
	return "", 0, false
}

// deepest is how many collections may stand in one another.
const deepest = 64

func (r *wkt) geometry(b []byte, depth int) []byte {
	word := r.word()
	if strings.EqualFold(word, "GEOMETRYCOLLECTION") && depth < deepest {
		b = append(b, `{"type":"GeometryCollection","geometries":`...)
		b = r.list(b, func(b []byte) []byte { return r.geometry(b, depth+1) })
		return append(b, '}')
	}
	name, lists, ok := wktKind(word)
	if !ok {
		r.bad = true
		return b
	}
	b = append(b, `{"type":"`+name+`","coordinates":`...)
	if name == "Point" {
		b = r.inBrackets(b)
	} else {
		b = r.lists(b, lists, name == "MultiPoint")
	}
	return append(b, '}')
}

// lists reads lists within lists of positions.
func (r *wkt) lists(b []byte, depth int, bracketed bool) []byte {
	return r.list(b, func(b []byte) []byte {
		if depth > 1 {
			return r.lists(b, depth-1, false)
		}
		if bracketed && r.peek() == '(' {
			return r.inBrackets(b)
		}
		return r.position(b)
	})
}

// list reads elements between brackets.
func (r *wkt) list(b []byte, element func([]byte) []byte) []byte {
	b = append(b, '[')
	for open := byte('('); ; open = ',' {
		if !r.take(open) {
			r.bad = true
			return b
		}
		if open == ',' {
			b = append(b, ',')
		}
		b = element(b)
		if r.bad || r.take(')') {
			return append(b, ']')
		}
	}
}

// inBrackets reads a position between brackets.
func (r *wkt) inBrackets(b []byte) []byte {
	if !r.take('(') {
		r.bad = true
		return b
	}
	b = r.position(b)
	if !r.take(')') {
		r.bad = true
	}
	return b
}

func (r *wkt) position(b []byte) []byte {
	lng, lat := r.number(), r.number()
	return appendPosition(b, lng, lat)
}

func (r *wkt) number() float64 {
	r.peek()
	end := strings.IndexFunc(r.text, func(c rune) bool { return !strings.ContainsRune("+-.0123456789eE", c) })
	if end < 0 {
		end = len(r.text)
	}
	f, err := strconv.ParseFloat(r.text[:end], 64)
	if err != nil || math.IsInf(f, 0) {
		r.bad = true
	}
	r.text = r.text[end:]
	return f
}

func (r *wkt) word() string {
	r.peek()
	end := 0
	for end < len(r.text) && (r.text[end]|0x20 >= 'a' && r.text[end]|0x20 <= 'z') {
		end++
	}
	word := r.text[:end]
	r.text = r.text[end:]
	return word
}

// peek skips white space and returns what comes next; 0 at the end.
func (r *wkt) peek() byte {
	r.text = strings.TrimLeft(r.text, " \t\r\n")
	if r.text == "" {
		return 0
	}
	return r.text[0]
}

func (r *wkt) take(c byte) bool {
	if r.peek() != c {
		return false
	}
	r.text = r.text[1:]
	return true
}

package ingest

import (
	"encoding/binary"
	"math/bits"
	"strconv"
	"unicode/utf8"
)

// A scan reads JSON values in one pass that also proves them well formed.
// Its methods take the index of a value's first byte and return the index
// after its last, or one of the codes below.
type scan struct {
	data     []byte
	whole    bool // the value does not go on after the data
	maxDepth int
	flags    flags  // of what was scanned since they were last cleared
	reason   string // of the last malformed
	members  []member
	reach    int    // how far the last value was read, about
	memo     *memo  // nil: nothing is remembered
	names    *names // nil: none is remembered
	last     *name  // that was read last in the object; nil: it is not remembered
}

const (
	short     = -1 // the data ends inside the value
	malformed = -2 // see scan.reason
)

func (s *scan) bad(reason string) int {
	s.reason = reason
	return malformed
}

// object scans the object at i and notes its members.
func (s *scan) object(i int) int {
	s.members = s.members[:0]
	s.begin()
	i = s.space(i + 1)
	if i < len(s.data) && s.data[i] == '}' {
		return i + 1
	}
	for {
		var m member
		if i = s.key(i, &m); i < 0 {
			return i
		}
		if i = s.member(i, &m.value); i < 0 {
			return i
		}
		if len(s.members) == maxMembers {
			return s.bad("has more than " + strconv.Itoa(maxMembers) + " members")
		}
		s.members = append(s.members, m)
		i = s.space(i)
		if i >= len(s.data) {
			return short
		}
		switch s.data[i] {
		case ',':
			i = s.space(i + 1)
		case '}':
			return i + 1
		default:
			return s.bad("no comma between two members")
		}
	}
}

// begin begins the names of an object.
func (s *scan) begin() {
	if s.names != nil {
		s.last = &s.names.first
	}
}

// key scans a member's key and colon, and returns where its value begins.
func (s *scan) key(i int, m *member) int {
	if i >= len(s.data) {
		return short
	}
	if s.last != nil && s.last.next.begins(s.data[i:]) {
		s.last = s.last.next
		s.last.is(m)
		if i = s.space(i + len(s.last.written)); i >= len(s.data) {
			return short
		}
		return i
	}
	if s.data[i] != '"' {
		return s.bad("a member's name is not in quotes")
	}
	s.flags = 0
	end := s.str(i + 1)
	if end < 0 {
		return end
	}
	m.key, m.keyFlags = s.data[i+1:end-1], s.flags
	if s.last != nil {
		if s.last = s.names.after(s.last, m); s.last != nil {
			s.last.is(m)
		}
	}
	i = s.space(end)
	if i >= len(s.data) {
		return short
	}
	if s.data[i] != ':' {
		return s.bad("no colon after a member's name")
	}
	if i = s.space(i + 1); i >= len(s.data) {
		return short
	}
	return i
}

// member scans one value and says what it is.
func (s *scan) member(i int, v *value) int {
	if i >= len(s.data) {
		return short
	}
	end := s.memberEnd(i)
	if end < 0 {
		return end
	}
	v.flags, v.raw = s.flags, s.data[i:end]
	switch s.data[i] {
	case '"':
		v.kind, v.raw = kindString, s.data[i+1:end-1]
	case '{':
		v.kind = kindObject
	case '[':
		v.kind = kindArray
	case 't', 'f':
		v.kind = kindBool
	case 'n':
		v.kind = kindNull
	default:
		v.kind = kindNumber
	}
	return end
}

// memberEnd scans the value of a member, unless it is known.
func (s *scan) memberEnd(i int) int {
	s.flags = 0
	if c := s.data[i]; c != '{' && c != '[' {
		return s.value(i, 2)
	}
	if end, ok := s.recall(i); ok {
		return end
	}
	end := s.value(i, 2)
	if end > 0 {
		s.remember(i, end)
	}
	return end
}

// value scans any value.
func (s *scan) value(i, depth int) int {
	if i >= len(s.data) {
		return short
	}
	switch c := s.data[i]; c {
	case '"':
		return s.str(i + 1)
	case '{', '[':
		if depth > s.maxDepth {
			return s.bad("nested deeper than " + strconv.Itoa(s.maxDepth))
		}
		if c == '{' {
			return s.nestedObject(i+1, depth)
		}
		return s.nestedArray(i+1, depth)
	case 't':
		return s.word(i, "true")
	case 'f':
		return s.word(i, "false")
	case 'n':
		return s.word(i, "null")
	default:
		return s.number(i)
	}
}

func (s *scan) nestedObject(i, depth int) int {
	i = s.nestedSpace(i)
	if i < len(s.data) && s.data[i] == '}' {
		return i + 1
	}
	for {
		if i >= len(s.data) {
			return short
		}
		if s.data[i] != '"' {
			return s.bad("a member's name is not in quotes")
		}
		if i = s.str(i + 1); i < 0 {
			return i
		}
		if i = s.nestedSpace(i); i >= len(s.data) {
			return short
		}
		if s.data[i] != ':' {
			return s.bad("no colon after a member's name")
		}
		if i = s.value(s.nestedSpace(i+1), depth+1); i < 0 {
			return i
		}
		if i = s.nestedSpace(i); i >= len(s.data) {
			return short
		}
		switch s.data[i] {
		case ',':
			i = s.nestedSpace(i + 1)
		case '}':
			return i + 1
		default:
			return s.bad("no comma between two members")
		}
	}
}

func (s *scan) nestedArray(i, depth int) int {
	i = s.nestedSpace(i)
	if i < len(s.data) && s.data[i] == ']' {
		return i + 1
	}
	for {
		if i = s.value(i, depth+1); i < 0 {
			return i
		}
		if i = s.nestedSpace(i); i >= len(s.data) {
			return short
		}
		switch s.data[i] {
		case ',':
			i = s.nestedSpace(i + 1)
		case ']':
			return i + 1
		default:
			return s.bad("no comma between two elements")
		}
	}
}

// space returns the index of the first byte from i on that is not white space.
func (s *scan) space(i int) int {
	for i < len(s.data) && isSpace(s.data[i]) {
		i++
	}
	return i
}

func (s *scan) nestedSpace(i int) int {
	if i < len(s.data) && s.data[i] > ' ' {
		return i
	}
	j := s.space(i)
	if j > i {
		s.flags |= flagSpaced
	}
	return j
}

func isSpace(c byte) bool { return c == ' ' || c == '\n' || c == '\r' || c == '\t' }

func (s *scan) word(i int, word string) int {
	rest := s.data[i:]
	if len(rest) < len(word) {
		if word[:len(rest)] == string(rest) {
			return short
		}
		return s.bad("a value is neither text, number, object, array nor " + word)
	}
	if string(rest[:len(word)]) != word {
		return s.bad("a value is neither text, number, object, array nor " + word)
	}
	return i + len(word)
}

const (
	ones  = 0x0101010101010101
	highs = 0x80 * ones
)

// zeros marks the lowest zero byte of x, and perhaps bytes above it.
func zeros(x uint64) uint64 { return (x - ones) &^ x & highs }

// str scans the rest of a string whose opening quote is before i.
func (s *scan) str(i int) int {
	s.reach = i
	start, wide := i, uint64(highs)
	for {
		for i+8 <= len(s.data) {
			x := binary.LittleEndian.Uint64(s.data[i:])
			stop := zeros(x^('"'*ones)) | zeros(x^('\\'*ones)) | (x-0x20*ones)&^x&highs | x&wide
			if stop != 0 {
				i += bits.TrailingZeros64(stop) >> 3
				break
			}
			i += 8
		}
		if i >= len(s.data) {
			return short
		}
		switch c := s.data[i]; {
		case c == '"':
			if wide == 0 && !utf8.Valid(s.data[start:i]) {
				s.flags |= flagInvalid
			}
			return i + 1
		case c == '\\':
			s.flags |= flagEscaped
			if i = s.escape(i + 1); i < 0 {
				return i
			}
		case c < ' ':
			return s.bad("a control character inside text")
		default:
			if c >= utf8.RuneSelf {
				wide = 0
			}
			i++
		}
	}
}

// escape scans what follows a backslash.
func (s *scan) escape(i int) int {
	if i >= len(s.data) {
		return short
	}
	switch s.data[i] {
	case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
		return i + 1
	case 'u':
		for n := 1; n <= 4; n++ {
			if i+n >= len(s.data) {
				return short
			}
			if !isHex(s.data[i+n]) {
				return s.bad("an escape that is not JSON's")
			}
		}
		return i + 5
	}
	return s.bad("an escape that is not JSON's")
}

func isHex(c byte) bool {
	return c >= '0' && c <= '9' || c >= 'a' && c <= 'f' || c >= 'A' && c <= 'F'
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

// number scans a number. Where the data ends the number may go on, unless the
// data is whole.
func (s *scan) number(i int) int {
	s.reach = i
	start := i
	if s.data[i] == '-' {
		i++
	}
	whole := i
	i = s.digits(i)
	if i == whole && s.certain(i) {
		return s.bad("a value is neither text, number, object, array nor word")
	}
	if i > whole+1 && s.data[whole] == '0' {
		return s.bad("a number begins with 0")
	}
	if i < len(s.data) && s.data[i] == '.' {
		fraction := i + 1
		if i = s.digits(fraction); i == fraction && s.certain(i) {
			return s.bad("a number ends in its point")
		}
	}
	exponent := false
	if i < len(s.data) && s.data[i]|0x20 == 'e' {
		exponent = true
		i++
		if i < len(s.data) && (s.data[i] == '+' || s.data[i] == '-') {
			i++
		}
		power := i
		if i = s.digits(power); i == power && s.certain(i) {
			return s.bad("a number ends in its exponent")
		}
	}
	if !s.certain(i) {
		return short
	}
	return s.inRange(start, i, exponent)
}

// certain tells whether more data would not change what stands at i.
func (s *scan) certain(i int) bool { return i < len(s.data) || s.whole }

// inRange refuses a number that no double holds.
func (s *scan) inRange(start, end int, exponent bool) int {
	if exponent || end-start > 300 {
		if _, err := strconv.ParseFloat(string(s.data[start:end]), 64); err != nil {
			return s.bad("a number is out of range")
		}
	}
	return end
}

func (s *scan) digits(i int) int {
	for i < len(s.data) && isDigit(s.data[i]) {
		i++
	}
	return i
}

// document scans text that is one value and nothing else.
func (s *scan) document(data []byte) (value, bool) {
	s.data, s.whole = data, true
	defer func() { s.whole = false }()
	var v value
	end := s.member(s.space(0), &v)
	return v, end >= 0 && s.space(end) == len(s.data)
}

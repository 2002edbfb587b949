package syntax

import (
	"unicode/utf8"

	"github.com/conshelf/conshelf/kql/diag"
)

func isDigit(b byte) bool { return '0' <= b && b <= '9' }

func isHexLetter(b byte) bool {
	return 'a' <= b && b <= 'f' || 'A' <= b && b <= 'F'
}

func isHex(b byte) bool { return isDigit(b) || isHexLetter(b) }

// number scans a number, a timespan such as 5m, a GUID without guid(…), or a
// name that starts with digits.
func (s *scanner) number() token {
	if s.rawGUID() {
		t := s.take(tokenTyped, rawGUIDSize)
		t.lit = GUIDLiteral
		s.report(t.span, diag.RawGUID, "a guid is not written bare", "write guid("+t.text+")")
		return t
	}
	if size := s.timeSpanSize(); size > 0 {
		return s.numeric(TimeSpanLiteral, size)
	}
	if size := s.realSize(); size > 0 {
		return s.numeric(RealLiteral, size)
	}
	if size := s.hexSize(); size > 0 {
		return s.numeric(LongLiteral, size)
	}
	size := s.digits(0)
	if !s.wordAt(size) {
		return s.numeric(LongLiteral, size)
	}
	return s.take(tokenWord, wordSize(s.text[s.pos:]))
}

func (s *scanner) numeric(kind LiteralKind, size int) token {
	t := s.take(tokenNumber, size)
	t.lit = kind
	return t
}

// digits returns how many digits stand n bytes ahead.
func (s *scanner) digits(n int) int {
	count := 0
	for isDigit(s.peek(n + count)) {
		count++
	}
	return count
}

// wordAt tells whether a letter, digit or underscore stands n bytes ahead.
func (s *scanner) wordAt(n int) bool {
	if s.pos+n >= len(s.text) {
		return false
	}
	r, _ := utf8.DecodeRuneInString(s.text[s.pos+n:])
	return isWordRune(r)
}

// timeSpanSize returns the size of a timespan such as 1.5h, or 0.
func (s *scanner) timeSpanSize() int {
	size := s.digits(0)
	if fraction := s.digits(size + 1); s.peek(size) == '.' && fraction > 0 {
		size += 1 + fraction
	}
	unit := wordSize(s.text[s.pos+size:])
	if !isTimeUnit(s.text[s.pos+size : s.pos+size+unit]) {
		return 0
	}
	return size + unit
}

// isTimeUnit tells whether unit may follow a number in a timespan literal.
func isTimeUnit(unit string) bool {
	switch unit {
	case "d", "day", "days",
		"h", "hr", "hrs", "hour", "hours",
		"m", "min", "minute", "minutes",
		"s", "sec", "second", "seconds",
		"ms", "milli", "millis", "millisec", "millisecond", "milliseconds",
		"micro", "micros", "microsec", "microsecond", "microseconds",
		"nano", "nanos", "nanosec", "nanosecond", "nanoseconds",
		"tick", "ticks":
		return true
	}
	return false
}

// realSize returns the size of a real such as 1.5, 1. or 1e-3, or 0. The dots
// of a range are not part of a number: 1..5 is 1, .. and 5.
func (s *scanner) realSize() int {
	size := s.digits(0)
	if s.peek(size) == '.' && (s.peek(size+1) != '.' || s.peek(size+2) == '.') {
		size++
		size += s.digits(size)
		size += s.exponentSize(size)
	} else if exponent := s.exponentSize(size); exponent > 0 {
		size += exponent
	} else {
		return 0
	}
	if s.wordAt(size) {
		return 0
	}
	return size
}

// exponentSize returns the size of an exponent such as e-3 n bytes ahead, or 0.
func (s *scanner) exponentSize(n int) int {
	if s.peek(n) != 'e' && s.peek(n) != 'E' {
		return 0
	}
	size := 1
	if sign := s.peek(n + 1); sign == '+' || sign == '-' {
		size++
	}
	digits := s.digits(n + size)
	if digits == 0 {
		return 0
	}
	return size + digits
}

// hexSize returns the size of a number such as 0x1F, or 0.
func (s *scanner) hexSize() int {
	if s.peek(0) != '0' || s.peek(1) != 'x' && s.peek(1) != 'X' {
		return 0
	}
	size := 2
	for isHex(s.peek(size)) {
		size++
	}
	if size == 2 || s.wordAt(size) {
		return 0
	}
	return size
}

// rawGUIDSize is the size of a GUID's text.
const rawGUIDSize = 36

// rawGUID tells whether a bare GUID stands here. Its digits would otherwise
// be read as a subtraction.
func (s *scanner) rawGUID() bool {
	for i := range rawGUIDSize {
		switch i {
		case 8, 13, 18, 23:
			if s.peek(i) != '-' {
				return false
			}
		default:
			if !isHex(s.peek(i)) {
				return false
			}
		}
	}
	return !s.wordAt(rawGUIDSize)
}

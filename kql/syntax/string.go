package syntax

import (
	"strings"
	"unicode/utf8"

	"github.com/conshelf/conshelf/kql/diag"
)

// scanString scans a string literal, if one stands here: "…" and '…' with
// escapes, @"…" as it is, ```…``` and ~~~…~~~ over lines, each of them
// hidden after h or H.
func (s *scanner) scanString() (token, bool) {
	prefix := 0
	hidden := s.peek(0) == 'h' || s.peek(0) == 'H'
	if hidden {
		prefix++
	}
	verbatim := s.peek(prefix) == '@'
	if verbatim {
		prefix++
	}
	rest := s.text[min(s.pos+prefix, len(s.text)):]
	t := token{kind: tokenString, lit: StringLiteral, hidden: hidden}
	start := s.pos
	switch {
	case strings.HasPrefix(rest, "```") && !verbatim, strings.HasPrefix(rest, "~~~") && !verbatim:
		s.pos += prefix
		t.text = s.multiLine(start)
	case strings.HasPrefix(rest, `"`), strings.HasPrefix(rest, `'`):
		s.pos += prefix
		if verbatim {
			t.text = s.verbatim(start)
		} else {
			t.text = s.escaped(start)
		}
	default:
		return token{}, false
	}
	t.span = diag.Span{Start: start, End: s.pos}
	return t, true
}

func (s *scanner) unterminated(start int, quote string) {
	s.report(diag.Span{Start: start, End: s.pos}, diag.Unterminated,
		"the string has no closing "+quote, "")
}

// multiLine scans a string between triple quotes; nothing in it is an escape.
func (s *scanner) multiLine(start int) string {
	quote := s.text[s.pos : s.pos+3]
	s.pos += 3
	content := s.text[s.pos:]
	end := strings.Index(content, quote)
	if end < 0 {
		s.pos = len(s.text)
		s.unterminated(start, quote)
		return content
	}
	s.pos += end + 3
	return content[:end]
}

// verbatim scans a string in which only its doubled quote is an escape.
func (s *scanner) verbatim(start int) string {
	quote := s.text[s.pos]
	s.pos++
	var value strings.Builder
	for {
		size := strings.IndexAny(s.text[s.pos:], string(quote)+"\r\n")
		if size < 0 {
			size = len(s.text) - s.pos
		}
		value.WriteString(s.text[s.pos : s.pos+size])
		s.pos += size
		if s.peek(0) != quote {
			s.unterminated(start, string(quote))
			return value.String()
		}
		s.pos++
		if s.peek(0) != quote {
			return value.String()
		}
		value.WriteByte(quote)
		s.pos++
	}
}

// escaped scans a string with backslash escapes.
func (s *scanner) escaped(start int) string {
	quote := s.text[s.pos]
	s.pos++
	var value strings.Builder
	for {
		size := strings.IndexAny(s.text[s.pos:], string(quote)+"\\\r\n")
		if size < 0 {
			size = len(s.text) - s.pos
		}
		value.WriteString(s.text[s.pos : s.pos+size])
		s.pos += size
		switch s.peek(0) {
		case quote:
			s.pos++
			return value.String()
		case '\\':
			s.escape(&value)
		default:
			s.unterminated(start, string(quote))
			return value.String()
		}
	}
}

// escape decodes one backslash escape.
func (s *scanner) escape(value *strings.Builder) {
	c := s.peek(1)
	if plain, ok := plainEscape(c); ok {
		value.WriteByte(plain)
		s.pos += 2
		return
	}
	if size := hexEscapeSize(c); size > 0 {
		if r, ok := s.hexEscape(size); ok {
			value.WriteRune(r)
			s.pos += 2 + size
			return
		}
	}
	if '0' <= c && c <= '7' {
		s.octalEscape(value)
		return
	}
	s.badEscape(value)
}

// plainEscape returns what a one-letter escape stands for.
func plainEscape(c byte) (byte, bool) {
	switch c {
	case '\\', '"', '\'':
		return c, true
	case 'a':
		return '\a', true
	case 'b':
		return '\b', true
	case 'f':
		return '\f', true
	case 'n':
		return '\n', true
	case 'r':
		return '\r', true
	case 't':
		return '\t', true
	case 'v':
		return '\v', true
	}
	return 0, false
}

// hexEscapeSize returns how many hexadecimal digits follow \c, or 0.
func hexEscapeSize(c byte) int {
	switch c {
	case 'x':
		return 2
	case 'u':
		return 4
	case 'U':
		return 8
	}
	return 0
}

// hexEscape reads size hexadecimal digits after a two-byte prefix.
func (s *scanner) hexEscape(size int) (rune, bool) {
	r := rune(0)
	for i := range size {
		c := s.peek(2 + i)
		if !isHex(c) || r > utf8.MaxRune>>4 {
			return 0, false
		}
		r = r<<4 | rune(hexValue(c))
	}
	return r, r <= utf8.MaxRune
}

func hexValue(c byte) byte {
	switch {
	case isDigit(c):
		return c - '0'
	case c >= 'a':
		return c - 'a' + 10
	}
	return c - 'A' + 10
}

// octalEscape decodes one to three octal digits, of at most \377.
func (s *scanner) octalEscape(value *strings.Builder) {
	s.pos++
	r := rune(0)
	for n := 0; n < 3 && '0' <= s.peek(0) && s.peek(0) <= '7' && r<<3 <= 0o377; n++ {
		r = r<<3 | rune(s.peek(0)-'0')
		s.pos++
	}
	value.WriteRune(r)
}

// badEscape reports a backslash that starts no escape and keeps it as it is.
func (s *scanner) badEscape(value *strings.Builder) {
	size := 1
	if s.pos+1 < len(s.text) {
		_, next := utf8.DecodeRuneInString(s.text[s.pos+1:])
		if c := s.peek(1); c != '\r' && c != '\n' {
			size += next
		}
	}
	value.WriteByte('\\')
	span := diag.Span{Start: s.pos, End: s.pos + size}
	s.pos++
	if size == 1 {
		return // the string has no end, which is what will be reported
	}
	s.report(span, diag.UnexpectedCharacter, "unknown escape "+s.text[span.Start:span.End]+" in a string",
		`write \\ for a backslash, or @"…" for a string without escapes`)
}

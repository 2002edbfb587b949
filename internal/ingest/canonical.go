package ingest

import (
	"bytes"
	"unicode/utf16"
	"unicode/utf8"
)

const replacement = "\uFFFD"

// appendText appends the value as text: a string without quotes and escapes,
// anything else as JSON. What is not UTF-8 becomes U+FFFD.
func appendText(dst []byte, v value) []byte {
	switch v.kind {
	case kindNone, kindNull:
		return dst
	case kindText:
		if v.flags&flagInvalid != 0 {
			return append(dst, bytes.ToValidUTF8(v.raw, []byte(replacement))...)
		}
		return append(dst, v.raw...)
	case kindString:
		return appendUnescaped(dst, v)
	case kindBool, kindNumber, kindObject, kindArray:
		return appendJSON(dst, v)
	}
	panic("ingest: unknown kind of value")
}

// appendJSON appends the value as JSON without white space and without the
// escapes that JSON does not need, so that a value has one text whoever wrote
// it. Text becomes a JSON string.
func appendJSON(dst []byte, v value) []byte {
	switch v.kind {
	case kindNone:
		return append(dst, "null"...)
	case kindText:
		return appendQuoted(dst, appendText(nil, v))
	case kindString:
		dst = append(dst, '"')
		dst = appendCompact(dst, v, true)
		return append(dst, '"')
	case kindNull, kindBool, kindNumber, kindObject, kindArray:
		return appendCompact(dst, v, false)
	}
	panic("ingest: unknown kind of value")
}

// appendRecord appends members as a JSON object.
func appendRecord(dst []byte, members []member) []byte {
	dst = append(dst, '{')
	for i, mem := range members {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = appendQuoted(dst, bytes.ToValidUTF8(mem.key, []byte(replacement)))
		dst = append(dst, ':')
		dst = appendJSON(dst, mem.value)
	}
	return append(dst, '}')
}

func appendCompact(dst []byte, v value, inside bool) []byte {
	if v.flags == 0 {
		return append(dst, v.raw...)
	}
	raw := v.raw
	if v.flags&flagInvalid != 0 {
		raw = bytes.ToValidUTF8(raw, []byte(replacement))
	}
	for i := 0; i < len(raw); {
		switch c := raw[i]; {
		case c == '\\':
			r, size := unescape(raw[i:])
			dst = appendEscaped(dst, r)
			i += size
		case c == '"':
			inside = !inside
			dst = append(dst, c)
			i++
		case !inside && isSpace(c):
			i++
		default:
			n := plain(raw[i:])
			dst = append(dst, raw[i:i+n]...)
			i += n
		}
	}
	return dst
}

// plain returns how many bytes of b, at least one, can be copied unseen.
func plain(b []byte) int {
	n := 1
	for n < len(b) && b[n] != '\\' && b[n] != '"' && b[n] > ' ' {
		n++
	}
	return n
}

func appendUnescaped(dst []byte, v value) []byte {
	raw := v.raw
	if v.flags&flagInvalid != 0 {
		raw = bytes.ToValidUTF8(raw, []byte(replacement))
	}
	if v.flags&flagEscaped == 0 {
		return append(dst, raw...)
	}
	for len(raw) > 0 {
		n := bytes.IndexByte(raw, '\\')
		if n < 0 {
			return append(dst, raw...)
		}
		dst = append(dst, raw[:n]...)
		r, size := unescape(raw[n:])
		dst = utf8.AppendRune(dst, r)
		raw = raw[n+size:]
	}
	return dst
}

// unescape returns the character of the escape that b begins with, which must
// be well formed, and its length. Half a surrogate pair is U+FFFD.
func unescape(b []byte) (rune, int) {
	switch b[1] {
	case 'b':
		return '\b', 2
	case 'f':
		return '\f', 2
	case 'n':
		return '\n', 2
	case 'r':
		return '\r', 2
	case 't':
		return '\t', 2
	case 'u':
		r := hex4(b[2:])
		if !utf16.IsSurrogate(r) {
			return r, 6
		}
		if len(b) >= 12 && b[6] == '\\' && b[7] == 'u' {
			if pair := utf16.DecodeRune(r, hex4(b[8:])); pair != utf8.RuneError {
				return pair, 12
			}
		}
		return utf8.RuneError, 6
	}
	return rune(b[1]), 2
}

func hex4(b []byte) rune {
	var r rune
	for _, c := range b[:4] {
		switch {
		case c <= '9':
			r = r<<4 | rune(c-'0')
		default:
			r = r<<4 | rune(c|0x20-'a'+10)
		}
	}
	return r
}

// appendQuoted appends UTF-8 text as a JSON string.
func appendQuoted(dst, s []byte) []byte {
	dst = append(dst, '"')
	for len(s) > 0 {
		n := 0
		for n < len(s) && s[n] >= ' ' && s[n] != '"' && s[n] != '\\' {
			n++
		}
		dst = append(dst, s[:n]...)
		if n == len(s) {
			break
		}
		dst = appendEscaped(dst, rune(s[n]))
		s = s[n+1:]
	}
	return append(dst, '"')
}

// appendEscaped appends a character as it stands inside a JSON string.
func appendEscaped(dst []byte, r rune) []byte {
	const digits = "0123456789abcdef"
	switch r {
	case '"', '\\':
		return append(dst, '\\', byte(r))
	case '\b':
		return append(dst, `\b`...)
	case '\f':
		return append(dst, `\f`...)
	case '\n':
		return append(dst, `\n`...)
	case '\r':
		return append(dst, `\r`...)
	case '\t':
		return append(dst, `\t`...)
	}
	if r < ' ' {
		return append(dst, '\\', 'u', '0', '0', digits[r>>4], digits[r&15])
	}
	return utf8.AppendRune(dst, r)
}

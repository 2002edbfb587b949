package types

import (
	"math"
	"strconv"
	"strings"
	"unicode/utf8"
)

// String returns the value as Kusto's tostring does: True and False, a
// datetime with seven digits, a dynamic string without quotes, and ” for
// null.
func (v Value) String() string {
	if !v.Valid {
		return ""
	}
	switch v.Type {
	case Bool:
		if v.Int != 0 {
			return "True"
		}
		return "False"
	case Int, Long:
		return strconv.FormatInt(v.Int, 10)
	case Real:
		return FormatReal(v.Float)
	case String, Decimal, GUID:
		return v.Text
	case Dynamic:
		return dynamicText(v.Text)
	case DateTime:
		return FormatDateTime(v.Int)
	case TimeSpan:
		return FormatTimeSpan(v.Int)
	case Unknown:
		return ""
	}
	panic("value of type " + v.Type.String())
}

// FormatReal prints a real as Kusto's tostring does: the fewest digits that
// give the number back, an exponent from 1E+15 up and from 1E-05 down.
func FormatReal(f float64) string {
	switch {
	case math.IsNaN(f):
		return "NaN"
	case math.IsInf(f, 1):
		return "Infinity"
	case math.IsInf(f, -1):
		return "-Infinity"
	case f == 0:
		return "0"
	}
	text := strconv.FormatFloat(f, 'E', -1, 64)
	mantissa, exp, _ := strings.Cut(text, "E")
	if n, _ := strconv.Atoi(exp); n < 15 && n > -5 {
		return strconv.FormatFloat(f, 'f', -1, 64)
	}
	return mantissa + "E" + exp
}

// AppendJSON appends the value as Kusto's REST interface writes it: a
// datetime and a timespan as text, a dynamic as it is, NaN and the infinities
// as text.
func (v Value) AppendJSON(b []byte) []byte {
	if !v.Valid {
		return append(b, "null"...)
	}
	switch v.Type {
	case Bool:
		return strconv.AppendBool(b, v.Int != 0)
	case Int, Long:
		return strconv.AppendInt(b, v.Int, 10)
	case Real:
		return appendRealJSON(b, v.Float)
	case Dynamic:
		return append(b, v.Text...)
	case String, Decimal, GUID, DateTime, TimeSpan:
		return AppendQuoted(b, v.String())
	case Unknown:
		return append(b, "null"...)
	}
	panic("value of type " + v.Type.String())
}

func appendRealJSON(b []byte, f float64) []byte {
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return AppendQuoted(b, FormatReal(f))
	}
	text := strconv.FormatFloat(f, 'g', -1, 64)
	b = append(b, text...)
	if !strings.ContainsAny(text, ".e") {
		b = append(b, ".0"...)
	}
	return b
}

// AppendQuoted appends s as a JSON string. Bytes that are not UTF-8 become
// U+FFFD.
func AppendQuoted(b []byte, s string) []byte {
	const hex = "0123456789abcdef"
	b = append(b, '"')
	for _, r := range s {
		switch {
		case r == '"' || r == '\\':
			b = append(b, '\\', byte(r))
		case r == '\n':
			b = append(b, '\\', 'n')
		case r == '\r':
			b = append(b, '\\', 'r')
		case r == '\t':
			b = append(b, '\\', 't')
		case r < 0x20 || r == 0x7f:
			b = append(b, '\\', 'u', '0', '0', hex[r>>4], hex[r&15])
		default:
			b = utf8.AppendRune(b, r)
		}
	}
	return append(b, '"')
}

// dynamicText returns what tostring gives for a dynamic: the JSON text, but a
// string without its quotes and null as nothing.
func dynamicText(json string) string {
	if json == "null" {
		return ""
	}
	if len(json) < 2 || json[0] != '"' {
		return json
	}
	if text, ok := Unquote(json); ok {
		return text
	}
	return json
}

// Unquote returns the text of a JSON string literal, its quotes included.
func Unquote(json string) (string, bool) {
	if len(json) < 2 || json[0] != '"' || json[len(json)-1] != '"' {
		return "", false
	}
	body := json[1 : len(json)-1]
	if !strings.Contains(body, `\`) {
		return body, true
	}
	var b strings.Builder
	for i := 0; i < len(body); {
		if body[i] != '\\' {
			b.WriteByte(body[i])
			i++
			continue
		}
		r, n := unescape(body[i:])
		if n == 0 {
			return "", false
		}
		b.WriteRune(r)
		i += n
	}
	return b.String(), true
}

// unescape decodes the escape at the start of s and returns how long it is; 0
// if it is none.
func unescape(s string) (rune, int) {
	if len(s) < 2 {
		return 0, 0
	}
	switch s[1] {
	case '"', '\\', '/':
		return rune(s[1]), 2
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
		return unescapeUnicode(s)
	}
	return 0, 0
}

func unescapeUnicode(s string) (rune, int) {
	high, ok := hex4(s)
	if !ok {
		return 0, 0
	}
	if high < 0xD800 || high > 0xDBFF {
		return high, 6
	}
	if low, ok := hex4(s[6:]); ok && low >= 0xDC00 && low <= 0xDFFF {
		return 0x10000 + (high-0xD800)<<10 + (low - 0xDC00), 12
	}
	return utf8.RuneError, 6
}

func hex4(s string) (rune, bool) {
	if len(s) < 6 || s[0] != '\\' || s[1] != 'u' {
		return 0, false
	}
	n, err := strconv.ParseUint(s[2:6], 16, 32)
	return rune(n), err == nil
}

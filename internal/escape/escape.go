// Package escape makes text that an attacker may have chosen safe to print:
// one function for each place that text is printed to. Each is total, and
// keeps what it can of the text visible; none drops a character in silence.
package escape

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Terminal returns s with every character that a terminal obeys, hides or
// reorders by made visible. Line feed and tab stay; a caller whose output is
// one line a record wants Line.
func Terminal(s string) string { return visible(s, "\n\t") }

// Line returns s as Terminal does, with line feed and tab made visible too.
func Line(s string) string { return visible(s, "") }

func visible(s, kept string) string {
	if !strings.ContainsFunc(s, func(r rune) bool { return hidden(r) }) && utf8.ValidString(s) {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); {
		r, size := utf8.DecodeRuneInString(s[i:])
		switch {
		case r == utf8.RuneError && size == 1:
			fmt.Fprintf(&b, `\x%02x`, s[i])
		case !hidden(r) || strings.ContainsRune(kept, r):
			b.WriteRune(r)
		case r < 0x20:
			b.WriteRune(0x2400 + r) // the control's picture: ␛
		case r == 0x7F:
			b.WriteRune('␡')
		default:
			fmt.Fprintf(&b, `\u{%04x}`, r)
		}
		i += size
	}
	return b.String()
}

// hidden tells whether a character has an effect in place of a shape: control
// characters, the format characters that reorder or vanish, separators that
// break lines, and tags and selectors that carry text unseen.
func hidden(r rune) bool {
	return unicode.In(r, unicode.Cc, unicode.Cf, unicode.Zl, unicode.Zp) || r == 0x034F || r == 0x115F || r == 0x1160 ||
		r == 0x3164 || r == 0xFFA0 || r == 0x2800 || 0xFE00 <= r && r <= 0xFE0F && r != 0xFE0F || 0xE0000 <= r && r <= 0xE0FFF
}

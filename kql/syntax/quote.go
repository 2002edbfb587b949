package syntax

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// Quote writes s as one KQL string literal, whatever s holds. It is the only
// way in which text becomes part of a query. Control characters, line and
// paragraph separators and characters that are invisible or change the direction of
// text are escaped, so that what is shown is what is run. A byte that is not
// part of a character becomes U+FFFD.
func Quote(s string) string {
	var b strings.Builder
	b.Grow(len(s) + 2)
	b.WriteByte('"')
	for i := 0; i < len(s); {
		r, size := utf8.DecodeRuneInString(s[i:])
		i += size
		quoteRune(&b, r)
	}
	b.WriteByte('"')
	return b.String()
}

func quoteRune(b *strings.Builder, r rune) {
	switch {
	case r == '"' || r == '\\':
		b.WriteByte('\\')
		b.WriteRune(r)
	case r == '\n':
		b.WriteString(`\n`)
	case r == '\r':
		b.WriteString(`\r`)
	case r == '\t':
		b.WriteString(`\t`)
	case isHiddenRune(r):
		if r > 0xFFFF {
			fmt.Fprintf(b, `\U%08X`, r)
			return
		}
		fmt.Fprintf(b, `\u%04X`, r)
	default:
		b.WriteRune(r)
	}
}

// isHiddenRune tells whether r does not show as itself: C0, DEL and C1
// controls, invisible and direction-changing formatting, line and paragraph
// separators, the byte order mark, tags.
func isHiddenRune(r rune) bool {
	switch {
	case r < 0x20, 0x7F <= r && r <= 0x9F:
		return true
	case r == 0xAD, r == 0x61C, r == 0x180E, r == 0xFEFF:
		return true
	case 0x200B <= r && r <= 0x200F, 0x2028 <= r && r <= 0x202E, 0x2060 <= r && r <= 0x206F:
		return true
	}
	return 0xE0000 <= r && r <= 0xE007F
}

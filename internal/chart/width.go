package chart

import (
	"strings"
	"unicode"

	"github.com/conshelf/conshelf/internal/escape"
)

// cells is how many columns of a terminal a text takes.
func cells(s string) int {
	n := 0
	for _, r := range s {
		n += runeCells(r)
	}
	return n
}

func runeCells(r rune) int {
	switch {
	case unicode.In(r, unicode.Mn, unicode.Me):
		return 0
	case wide(r):
		return 2
	}
	return 1
}

// wide tells whether a character takes two columns: East Asian letters and
// pictures.
func wide(r rune) bool {
	return 0x1100 <= r && r <= 0x115F || 0x2E80 <= r && r <= 0xA4CF || 0xAC00 <= r && r <= 0xD7A3 ||
		0xF900 <= r && r <= 0xFAFF || 0xFE30 <= r && r <= 0xFE6F || 0xFF00 <= r && r <= 0xFF60 ||
		0xFFE0 <= r && r <= 0xFFE6 || 0x1F300 <= r && r <= 0x1FAFF || 0x20000 <= r && r <= 0x3FFFD
}

// cut makes text of the evidence safe for one line of a terminal, and no wider
// than width.
func cut(s string, width int) string {
	s = escape.Line(s)
	if cells(s) <= width {
		return s
	}
	var b strings.Builder
	n := 0
	for _, r := range s {
		if n+runeCells(r) > width-1 {
			break
		}
		b.WriteRune(r)
		n += runeCells(r)
	}
	return b.String() + "…"
}

// padLeft and padRight fill a text with spaces up to width.
func padLeft(s string, width int) string  { return strings.Repeat(" ", max(0, width-cells(s))) + s }
func padRight(s string, width int) string { return s + strings.Repeat(" ", max(0, width-cells(s))) }

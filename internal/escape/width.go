package escape

import (
	"strings"
	"unicode"
)

// Cells returns how many columns of a terminal a text takes that Line has made
// safe: East Asian letters and pictures take two, accents none.
func Cells(s string) int {
	n := 0
	for _, r := range s {
		n += runeCells(r)
	}
	return n
}

// Cut returns s, or as much of it as fits with the mark of the cut into width
// columns.
func Cut(s string, width int, mark string) string {
	if len(s) <= width || Cells(s) <= width {
		return s
	}
	var b strings.Builder
	room := width - Cells(mark)
	for _, r := range s {
		if room -= runeCells(r); room < 0 {
			break
		}
		b.WriteRune(r)
	}
	return b.String() + mark
}

func runeCells(r rune) int {
	switch {
	case r < 0x300:
		return 1
	case unicode.In(r, unicode.Mn, unicode.Me):
		return 0
	case wide(r):
		return 2
	}
	return 1
}

// wide tells whether a character takes two columns.
func wide(r rune) bool {
	return 0x1100 <= r && r <= 0x115F || 0x2E80 <= r && r <= 0xA4CF || 0xAC00 <= r && r <= 0xD7A3 ||
		0xF900 <= r && r <= 0xFAFF || 0xFE30 <= r && r <= 0xFE6F || 0xFF00 <= r && r <= 0xFF60 ||
		0xFFE0 <= r && r <= 0xFFE6 || 0x1F300 <= r && r <= 0x1FAFF || 0x20000 <= r && r <= 0x3FFFD
}

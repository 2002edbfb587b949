package doctree

import "strings"

// The parser takes a time that grows with the square of how deep a text nests,
// so what is far deeper than any document is refused before it.
const (
	maxOpen   = 1000 // brackets and braces that are open
	maxDashes = 100  // lists in lists on one line
	maxParts  = 2000 // documents
)

// beyond returns where a text nests deeper than it is read; ok is false if it
// does nowhere. Brackets in texts count, which no document has that many of.
func beyond(text string) (at int, ok bool) {
	open, dashes := 0, strings.Repeat("- ", maxDashes)
	for i := range len(text) {
		switch text[i] {
		case '[', '{':
			if open++; open > maxOpen {
				return i, true
			}
		case ']', '}':
			open = max(0, open-1)
		case '-':
			if strings.HasPrefix(text[i:], dashes) {
				return i, true
			}
		}
	}
	return 0, false
}

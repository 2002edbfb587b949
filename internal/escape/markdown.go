package escape

import "strings"

// Markdown returns s as text within a line, a table's cell or a link's text:
// nothing in it is markup, a link, an image or HTML, and it has no line
// breaks. Characters without a shape are made visible as in Line.
func Markdown(s string) string {
	s = Line(s)
	var b strings.Builder
	for i, r := range s {
		switch {
		case r == ' ' && i == 0:
			b.WriteString("&#32;") // four in front would make code of the line
		case strings.ContainsRune("\\`*_{}[]()#!|~$^=", r):
			b.WriteByte('\\')
			b.WriteRune(r)
		case r == '<':
			b.WriteString("&lt;")
		case r == '>':
			b.WriteString("&gt;")
		case r == '&':
			b.WriteString("&amp;")
		case r == '@', r == ':' && besideLetter(s, i), r == '.' && wwwBefore(s[:i]):
			// Otherwise a bare address becomes a link by itself.
			b.WriteByte('\\')
			b.WriteRune(r)
		case (r == '-' || r == '+') && strings.TrimSpace(s[:i]) == "":
			b.WriteByte('\\')
			b.WriteRune(r)
		case r == '.' && digits(strings.TrimSpace(s[:i])) && (i+1 == len(s) || s[i+1] == ' '):
			b.WriteString(`\.`)
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}

// besideLetter tells whether the colon at i could end a scheme, or begin or
// end the name of a picture: a letter stands before it and something after, or
// a letter or a slash after. The colon of a time, and one at a word's end, could not.
func besideLetter(s string, i int) bool {
	before, after := s[:i], s[i+1:]
	return after != "" && (letter(after) || strings.ContainsRune("/+-", rune(after[0]))) ||
		before != "" && letter(before[len(before)-1:]) && after != "" && after[0] != ' '
}

func letter(s string) bool {
	return s != "" && (s[0] >= 0x80 || 'a' <= s[0]|0x20 && s[0]|0x20 <= 'z')
}

func wwwBefore(s string) bool {
	return len(s) >= 3 && strings.EqualFold(s[len(s)-3:], "www")
}

// digits tells whether s could number a list's item.
func digits(s string) bool {
	return s != "" && strings.Trim(s, "0123456789") == ""
}

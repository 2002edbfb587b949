package sqlgen

import (
	"fmt"
	"regexp/syntax"
	"strings"
)

// regexDialect translates a regular expression of Kusto's to one of RE2's:
// Kusto's \d, \w and \s are Unicode classes. It returns an error for what RE2
// does not have.
func regexDialect(pattern string) (string, error) {
	var b strings.Builder
	inClass := false
	class := "" // the text of the class that i is in
	for i := 0; i < len(pattern); i++ {
		c := pattern[i]
		switch {
		case c == '\\' && i+1 < len(pattern):
			i++
			if pattern[i] == 'Q' {
				end := strings.Index(pattern[i:], `\E`)
				if end < 0 {
					end = len(pattern) - i
				}
				b.WriteString(`\` + pattern[i:i+end])
				i += end - 1
				continue
			}
			escape, err := unicodeClass(pattern[i], inClass, class)
			if err != nil {
				return "", fmt.Errorf("regular expression %q: %w", pattern, err)
			}
			b.WriteString(escape)
			continue
		case c == '(' && !inClass && namedGroup(pattern[i:]):
			b.WriteString("(?P")
			i++
			continue
		case c == '[' && inClass && i+1 < len(pattern) && pattern[i+1] == ':':
			end := strings.Index(pattern[i:], ":]")
			if end > 0 {
				b.WriteString(pattern[i : i+end+2])
				i += end + 1
				continue
			}
		case c == '[' && !inClass:
			inClass, class = true, classText(pattern[i:])
			b.WriteByte(c)
			if i+1 < len(pattern) && pattern[i+1] == '^' {
				i++
				b.WriteByte('^')
			}
			if i+1 < len(pattern) && pattern[i+1] == ']' {
				i++
				b.WriteString(`\]`)
			}
			continue
		case c == ']' && inClass:
			inClass = false
		case inClass && i+1 < len(pattern) && pattern[i+1] == c && (c == '&' || c == '~' || c == '-'):
			return "", fmt.Errorf("regular expression %q: set operations in a class are not supported", pattern)
		}
		b.WriteByte(c)
	}
	if _, err := syntax.Parse(b.String(), syntax.Perl); err != nil {
		return "", fmt.Errorf("regular expression %q: %w", pattern, err)
	}
	return b.String(), nil
}

// namedGroup tells whether a group starts here that is named without a P.
func namedGroup(s string) bool {
	return len(s) > 3 && strings.HasPrefix(s, "(?<") && s[3] != '=' && s[3] != '!'
}

// classText returns the class at the start of s, up to its end.
func classText(s string) string {
	for i := 2; i < len(s); i++ {
		switch s[i] {
		case '\\':
			i++
		case ']':
			return s[:i]
		}
	}
	return s
}

// unicodeClass writes an escape; a class of ASCII becomes one of Unicode.
func unicodeClass(c byte, inClass bool, class string) (string, error) {
	members := ""
	switch c {
	case 'd', 'D':
		members = `\p{Nd}`
	case 'w', 'W':
		members = `\p{L}\p{M}\p{Nd}\p{Pc}`
	case 's', 'S':
		members = `\t-\r\x{85}\p{Z}`
	default:
		return `\` + string(c), nil
	}
	switch {
	case c >= 'a' && inClass:
		return members, nil
	case c >= 'a':
		return "[" + members + "]", nil
	case !inClass:
		return "[^" + members + "]", nil
	case c == 'D':
		return `\P{Nd}`, nil
	case strings.Contains(class, `\`+strings.ToLower(string(c))):
		return `\` + string(c), nil // with its opposite it is everything
	}
	return "", fmt.Errorf(`\%c inside a class is not supported`, c)
}

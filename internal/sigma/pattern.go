package sigma

import (
	"regexp"
	"strings"
	"unicode"
)

// A pattern is a value of Sigma: texts, and wildcards between them.
type pattern []piece

// A piece is a run of text, or a wildcard.
type piece struct {
	kind pieceKind
	text string // of literal
}

type pieceKind int

const (
	literal  pieceKind = iota
	anything           // *
	anyOne             // ?
	anyDash            // a character that introduces a flag: - / and their look-alikes
)

// parsePattern reads a value. A backslash makes the wildcard, or the
// backslash, that follows it a plain character; before anything else it is one
// itself.
func parsePattern(text string) pattern {
	var p pattern
	var plain strings.Builder
	wildcard := func(kind pieceKind) {
		p = p.withText(plain.String())
		plain.Reset()
		if kind != anything || len(p) == 0 || p[len(p)-1].kind != anything { // two in a row say what one does
			p = append(p, piece{kind: kind})
		}
	}
	escaped := false
	for _, c := range text {
		switch {
		case escaped && strings.ContainsRune(`*?\`, c):
			plain.WriteRune(c)
			escaped = false
			continue
		case escaped:
			plain.WriteRune('\\')
			escaped = false
		}
		switch c {
		case '\\':
			escaped = true
		case '*':
			wildcard(anything)
		case '?':
			wildcard(anyOne)
		default:
			plain.WriteRune(c)
		}
	}
	if escaped {
		plain.WriteRune('\\')
	}
	return p.withText(plain.String())
}

func (p pattern) withText(text string) pattern {
	if text == "" {
		return p
	}
	return append(p, piece{literal, text})
}

// plain returns the text of a pattern without wildcards.
func (p pattern) plain() (text string, ok bool) {
	switch {
	case len(p) == 0:
		return "", true
	case len(p) == 1 && p[0].kind == literal:
		return p[0].text, true
	}
	return "", false
}

// within returns the pattern with anything before it, after it, or both.
func (p pattern) within(before, after bool) pattern {
	out := append(pattern(nil), p...)
	if before && (len(p) == 0 || p[0].kind != anything) {
		out = append(pattern{{kind: anything}}, out...)
	}
	if after && (len(out) == 0 || out[len(out)-1].kind != anything) {
		out = append(out, piece{kind: anything})
	}
	return out
}

// dashes returns the pattern with each character that introduces a flag, as in
// -name and /name, open to all the characters that may.
func (p pattern) dashes() pattern {
	var out pattern
	for _, one := range p {
		if one.kind != literal {
			out = append(out, one)
			continue
		}
		runes := []rune(one.text)
		from := 0
		for i, c := range runes {
			if (c == '-' || c == '/') && (i == 0 || !isWord(runes[i-1])) && i+1 < len(runes) && isWord(runes[i+1]) {
				out = append(out.withText(string(runes[from:i])), piece{kind: anyDash})
				from = i + 1
			}
		}
		out = out.withText(string(runes[from:]))
	}
	return out
}

func isWord(c rune) bool { return c == '_' || unicode.IsLetter(c) || unicode.IsDigit(c) }

// regex returns a regular expression that finds what the pattern matches.
// Character is the expression of any one character.
func (p pattern) regex(character string) string {
	var b strings.Builder
	for _, one := range p {
		switch one.kind {
		case literal:
			b.WriteString(regexp.QuoteMeta(one.text))
		case anything:
			b.WriteString(character + "*")
		case anyOne:
			b.WriteString(character)
		case anyDash:
			b.WriteString("[-/\u2013\u2014\u2015]")
		default:
			panic("sigma: piece of a pattern")
		}
	}
	return b.String()
}

package syntax

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/conshelf/conshelf/kql/diag"
)

// A scanner cuts a text into tokens, from front to back, looking at each byte
// a bounded number of times.
type scanner struct {
	text   string
	pos    int
	tokens []token
	report func(span diag.Span, code diag.Code, message, hint string)
}

// scan returns the tokens of text; the last is the end token.
func scan(text string, report func(diag.Span, diag.Code, string, string)) []token {
	s := &scanner{text: text, report: report, tokens: make([]token, 0, len(text)/4+1)}
	s.directives()
	for {
		spaced := s.skipSpace()
		s.tokens = append(s.tokens, s.next())
		last := &s.tokens[len(s.tokens)-1]
		last.spaced = spaced
		if last.kind == tokenEnd {
			return s.tokens
		}
	}
}

// peek returns the byte n after the current one, or 0 past the end.
func (s *scanner) peek(n int) byte {
	if s.pos+n < len(s.text) {
		return s.text[s.pos+n]
	}
	return 0
}

// skipSpace skips white space and comments, and tells whether there were any.
func (s *scanner) skipSpace() bool {
	start := s.pos
	for s.pos < len(s.text) {
		r, size := utf8.DecodeRuneInString(s.text[s.pos:])
		switch {
		case unicode.IsSpace(r) || r == '\ufeff' || r == '\u200b':
			s.pos += size
		case strings.HasPrefix(s.text[s.pos:], "//"):
			s.skipComment()
		default:
			return s.pos > start
		}
	}
	return s.pos > start
}

func (s *scanner) skipComment() {
	if end := strings.IndexAny(s.text[s.pos:], "\r\n"); end >= 0 {
		s.pos += end
		return
	}
	s.pos = len(s.text)
}

// next scans one token. There is no white space before it.
func (s *scanner) next() token {
	if s.pos >= len(s.text) {
		return token{kind: tokenEnd, span: diag.Span{Start: len(s.text), End: len(s.text)}}
	}
	if t, ok := s.scanString(); ok {
		return t
	}
	r, _ := utf8.DecodeRuneInString(s.text[s.pos:])
	switch {
	case isDigit(s.peek(0)) || isHexLetter(s.peek(0)) && s.rawGUID():
		return s.number()
	case r == '_' || r == '$' || unicode.IsLetter(r):
		return s.word()
	}
	return s.punct()
}

// take makes a token of the next size bytes.
func (s *scanner) take(kind tokenKind, size int) token {
	t := token{
		kind: kind,
		span: diag.Span{Start: s.pos, End: s.pos + size},
		text: s.text[s.pos : s.pos+size],
	}
	s.pos += size
	return t
}

// wordSize returns the number of bytes of text that are letters, digits and
// underscores.
func wordSize(text string) int {
	for i, r := range text {
		if !isWordRune(r) {
			return i
		}
	}
	return len(text)
}

func isWordRune(r rune) bool {
	return r == '_' || unicode.IsLetter(r) || unicode.IsDigit(r)
}

// word scans a name, a keyword, a literal such as datetime(…), or in~.
func (s *scanner) word() token {
	_, first := utf8.DecodeRuneInString(s.text[s.pos:])
	size := first + wordSize(s.text[s.pos+first:])
	word := s.text[s.pos : s.pos+size]
	if kind, ok := typedLiteral(word); ok && s.peek(size) == '(' {
		return s.typed(kind, size)
	}
	if word == "in" && s.peek(size) == '~' && s.peek(size+1) != '~' {
		return s.take(tokenPunct, size+1)
	}
	return s.take(tokenWord, size)
}

// typed scans type(content). The content ends at the first closing
// parenthesis and does not go past its line, whatever it holds.
func (s *scanner) typed(kind LiteralKind, size int) token {
	start := s.pos
	content := s.text[s.pos+size+1:]
	end := strings.IndexAny(content, ")\r\n")
	if end < 0 || content[end] != ')' {
		if end < 0 {
			end = len(content)
		}
		t := s.take(tokenTyped, size+1+end)
		t.lit, t.text = kind, strings.TrimSpace(content[:end])
		s.report(t.span, diag.Unterminated, `missing ")" on the line of the literal`, "")
		return t
	}
	s.pos += size + 1 + end + 1
	return token{
		kind: tokenTyped, lit: kind, text: strings.TrimSpace(content[:end]),
		span: diag.Span{Start: start, End: s.pos},
	}
}

// typedLiteral returns the kind of the literal type(…).
func typedLiteral(word string) (LiteralKind, bool) {
	switch word {
	case "bool":
		return BoolLiteral, true
	case "long", "int64":
		return LongLiteral, true
	case "int", "int32":
		return IntLiteral, true
	case "real", "double":
		return RealLiteral, true
	case "decimal":
		return DecimalLiteral, true
	case "datetime", "date":
		return DateTimeLiteral, true
	case "timespan", "time":
		return TimeSpanLiteral, true
	case "guid":
		return GUIDLiteral, true
	}
	return 0, false
}

// punct scans a punctuation mark or a symbolic operator, the longest that fits.
func (s *scanner) punct() token {
	if s.peek(0) == '!' {
		if t, ok := s.negation(); ok {
			return t
		}
	}
	rest := s.text[s.pos:]
	for _, mark := range [...]string{"==", "=~", "=>", "<=", ">=", "<>", ".."} {
		if strings.HasPrefix(rest, mark) {
			return s.take(tokenPunct, len(mark))
		}
	}
	if strings.IndexByte("()[]{}|,;:.+-*/%<>=@?", rest[0]) >= 0 {
		return s.take(tokenPunct, 1)
	}
	_, size := utf8.DecodeRuneInString(rest)
	t := s.take(tokenBad, size)
	s.report(t.span, diag.UnexpectedCharacter, "unexpected character "+Quote(t.text), badCharacterHint(t.text))
	return t
}

func badCharacterHint(text string) string {
	switch text {
	case "!":
		return "write not(…)"
	case "“", "”", "‘", "’":
		return `write straight quotes: " or '`
	case "&":
		return "write and"
	case "#":
		return "comments start with //"
	case "\\":
		return "a backslash stands inside strings only"
	}
	return ""
}

// negation scans !=, !~, and the negated word operators such as !has.
func (s *scanner) negation() (token, bool) {
	if next := s.peek(1); next == '=' || next == '~' {
		return s.take(tokenPunct, 2), true
	}
	size := 1 + wordSize(s.text[s.pos+1:])
	word := s.text[s.pos+1 : s.pos+size]
	if word == "in" && s.peek(size) == '~' {
		return s.take(tokenPunct, size+1), true
	}
	if word == "in" || word == "between" || isNegatable(word) {
		return s.take(tokenPunct, size), true
	}
	return token{}, false
}

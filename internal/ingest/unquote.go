package ingest

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"strconv"
	"unicode/utf16"
	"unicode/utf8"
)

// isQuotedJSON tells whether a text that begins so is JSON in a string, once or
// twice: a string that begins with { or [, in which quotes are escaped. The
// header of a CSV has no such escape.
func isQuotedJSON(head []byte) bool {
	head = bytes.TrimLeft(head, " \t\r\n")
	inside, ok := bytes.CutPrefix(head, []byte(`"`))
	if !ok {
		return false
	}
	if again, ok := bytes.CutPrefix(inside, []byte(`\"`)); ok {
		inside = again
	}
	for _, blank := range []string{" ", `\t`, `\r`, `\n`, `\\t`, `\\r`, `\\n`} {
		inside = bytes.TrimPrefix(inside, []byte(blank))
	}
	if len(inside) == 0 || inside[0] != '{' && inside[0] != '[' {
		return false
	}
	quote := bytes.IndexByte(inside, '"')
	return quote > 0 && inside[quote-1] == '\\'
}

// unquoted returns the text that is JSON in strings, or r's text if it is none,
// and tells whether it was.
func unquoted(r io.Reader) (io.Reader, bool) {
	was := false
	for range 2 {
		b := bufio.NewReaderSize(r, 64<<10)
		head, _ := b.Peek(256)
		if r = b; !isQuotedJSON(head) {
			break
		}
		r, was = &unquoter{r: b}, true
	}
	return r, was
}

// An unquoter reads what stands in the JSON strings of a text, one after another.
type unquoter struct {
	r      *bufio.Reader
	inside bool
	out    []byte // not read yet
	err    error
}

var errNoString = errors.New("text stands between strings of JSON")

func (u *unquoter) Read(p []byte) (int, error) {
	for len(u.out) == 0 && u.err == nil {
		u.out = u.out[:0]
		u.fill()
	}
	n := copy(p, u.out)
	u.out = u.out[n:]
	if n > 0 {
		return n, nil
	}
	return 0, u.err
}

// fill reads what is in sight.
func (u *unquoter) fill() {
	for len(u.out) < 32<<10 && u.err == nil {
		c, err := u.r.ReadByte()
		switch {
		case err != nil:
			u.err = err
		case u.inside && c == '\\':
			u.escape()
		case c == '"':
			u.inside = !u.inside
		case u.inside, isSpace(c):
			u.out = append(u.out, c)
		default:
			u.err = errNoString
		}
	}
}

// escape reads what follows a backslash. What is no escape stays as it is.
func (u *unquoter) escape() {
	c, err := u.r.ReadByte()
	if err != nil {
		u.err = err
		return
	}
	if plain := bytes.IndexByte([]byte(`"\/bfnrt`), c); plain >= 0 {
		u.out = append(u.out, "\"\\/\b\f\n\r\t"[plain])
		return
	}
	first, ok := u.unit()
	if c != 'u' || !ok {
		u.out = append(u.out, '\\', c)
		return
	}
	_, _ = u.r.Discard(4)
	if utf16.IsSurrogate(first) {
		if next, _ := u.r.Peek(2); string(next) == `\u` {
			_, _ = u.r.Discard(2)
			second, _ := u.unit()
			if pair := utf16.DecodeRune(first, second); pair != utf8.RuneError {
				_, _ = u.r.Discard(4)
				u.out = utf8.AppendRune(u.out, pair)
				return
			}
			u.out = append(u.out, replacement...)
			u.out = append(u.out, '\\', 'u')
			return
		}
	}
	u.out = utf8.AppendRune(u.out, first)
}

// unit returns the four hexadecimal digits in sight.
func (u *unquoter) unit() (rune, bool) {
	digits, err := u.r.Peek(4)
	if err != nil {
		return 0, false
	}
	n, err := strconv.ParseUint(string(digits), 16, 16)
	return rune(n), err == nil
}

package condaccess

import (
	"errors"
	"fmt"
	"strings"
)

type tokenKind int

const (
	endToken tokenKind = iota
	wordToken
	textToken     // in quotes
	operatorToken // without its hyphen
	markToken     // ( ) [ ] ,
)

type ruleToken struct {
	kind tokenKind
	text string
	at   int
}

func (t ruleToken) is(mark string) bool { return t.kind == markToken && t.text == mark }

func (t ruleToken) operator(name string) bool {
	return t.kind == operatorToken && strings.EqualFold(t.text, name)
}

func (t ruleToken) unexpected(want string) error {
	if t.kind == endToken {
		return fmt.Errorf("the rule ends where %s should be", want)
	}
	return fmt.Errorf("character %d: %q stands where %s should be", t.at+1, t.text, want)
}

// scanRule splits a rule into tokens. The last is endToken.
func scanRule(rule string) ([]ruleToken, error) {
	var out []ruleToken
	for i := 0; i < len(rule); {
		switch c := rule[i]; {
		case c == ' ' || c == '\t' || c == '\r' || c == '\n':
			i++
		case strings.IndexByte("()[],", c) >= 0:
			out = append(out, ruleToken{markToken, string(c), i})
			i++
		case c == '"' || c == '\'':
			text, n, err := scanText(rule[i:])
			if err != nil {
				return nil, fmt.Errorf("character %d: %w", i+1, err)
			}
			out = append(out, ruleToken{textToken, text, i})
			i += n
		case c == '-':
			n := wordLength(rule[i+1:])
			out = append(out, ruleToken{operatorToken, rule[i+1 : i+1+n], i})
			i += 1 + n
		default:
			n := max(1, wordLength(rule[i:]))
			out = append(out, ruleToken{wordToken, rule[i : i+n], i})
			i += n
		}
	}
	return append(out, ruleToken{endToken, "", len(rule)}), nil
}

func wordLength(s string) int {
	if n := strings.IndexAny(s, " \t\r\n()[],\"'"); n >= 0 {
		return n
	}
	return len(s)
}

var errOpenText = errors.New("a quote is not closed")

// scanText reads a text in quotes; a backtick keeps the character after it.
func scanText(s string) (text string, length int, err error) {
	var b strings.Builder
	for i := 1; i < len(s); i++ {
		switch {
		case s[i] == s[0]:
			return b.String(), i + 1, nil
		case s[i] == '`' && i+1 < len(s):
			i++
		}
		b.WriteByte(s[i])
	}
	return "", 0, errOpenText
}

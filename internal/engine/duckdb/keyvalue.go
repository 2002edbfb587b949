package duckdb

import (
	"encoding/json"
	"strings"
	"unicode"
	"unicode/utf8"
)

// keyValueFunctions are those of parse-kv.
func keyValueFunctions() []function {
	return []function{
		{name: "kql_parse_kv", signature: "sssssb:s", eval: func(r *row, out *result) {
			p := kvParser{pair: r.text(1), kv: r.text(2), quotes: []rune(r.text(3)), escapes: r.text(4), greedy: r.bool(5)}
			out.text(joinBag(p.parse(r.text(0))))
		}},
		{name: "kql_first_pairs", signature: "s:s", eval: func(r *row, out *result) { out.text(firstPairs(r.text(0))) }},
	}
}

// firstPairs makes a bag of [key, value] arrays; of a key that comes again,
// the first counts.
func firstPairs(array string) string {
	var pairs [][]string
	if err := json.Unmarshal([]byte(array), &pairs); err != nil {
		return "{}"
	}
	var list []property
	for _, p := range pairs {
		if len(p) == 2 {
			list = append(list, property{quoted(strings.TrimSpace(p[0])), quoted(strings.TrimSpace(p[1]))})
		}
	}
	return joinBag(list)
}

// A kvParser takes a text apart into keys and values.
type kvParser struct {
	pair, kv string
	quotes   []rune // an opening and a closing one, and so on
	escapes  string
	greedy   bool
}

// parse returns the pairs in order. Text that belongs to no pair is passed over.
func (p kvParser) parse(s string) []property {
	var list []property
	for s != "" && p.pair != "" {
		key, rest, ok := p.key(s)
		if !ok {
			s = p.after(s)
			continue
		}
		value, rest := p.value(rest)
		list = append(list, property{quoted(key), quoted(value)})
		s = rest
	}
	return list
}

// after returns what follows the first delimiter of pairs.
func (p kvParser) after(s string) string {
	_, rest, _ := strings.Cut(s, p.pair)
	return rest
}

// key reads a key and the delimiter after it.
func (p kvParser) key(s string) (key, rest string, ok bool) {
	s = p.space(s)
	if key, rest, ok = p.quote(s); ok {
		rest, ok = strings.CutPrefix(p.space(rest), p.kv)
		return key, rest, ok
	}
	key, rest, ok = strings.Cut(s, p.kv)
	if !ok || strings.Contains(key, p.pair) {
		return "", "", false
	}
	return strings.TrimSpace(key), rest, true
}

// value reads a value and the delimiter of pairs after it.
func (p kvParser) value(s string) (value, rest string) {
	if value, rest, ok := p.quote(p.space(s)); ok {
		return value, p.after(rest)
	}
	end := strings.Index(s, p.pair)
	if p.greedy {
		end = p.greedyEnd(s)
	}
	if end < 0 {
		return strings.TrimSpace(s), ""
	}
	return strings.TrimSpace(s[:end]), s[end+len(p.pair):]
}

// greedyEnd is the last delimiter of pairs before the next key, or -1.
func (p kvParser) greedyEnd(s string) int {
	next := strings.Index(s, p.kv)
	if next < 0 {
		return -1
	}
	return strings.LastIndex(s[:next], p.pair)
}

// space drops leading white space, unless it divides pairs.
func (p kvParser) space(s string) string {
	for s != "" && !strings.HasPrefix(s, p.pair) {
		r, size := utf8.DecodeRuneInString(s)
		if !unicode.IsSpace(r) {
			break
		}
		s = s[size:]
	}
	return s
}

// quote reads a text in quotes; ok is false if there is none.
func (p kvParser) quote(s string) (text, rest string, ok bool) {
	first, size := utf8.DecodeRuneInString(s)
	var closing rune
	for i := 0; i+1 < len(p.quotes) && !ok; i += 2 {
		closing, ok = p.quotes[i+1], size > 0 && p.quotes[i] == first
	}
	if !ok {
		return "", s, false
	}
	var b strings.Builder
	escaped := false
	for i, r := range s[size:] {
		switch {
		case escaped:
			escaped = false
			b.WriteRune(r)
		case strings.ContainsRune(p.escapes, r):
			escaped = true
		case r == closing:
			return b.String(), s[size+i+utf8.RuneLen(r):], true
		default:
			b.WriteRune(r)
		}
	}
	return "", s, false
}

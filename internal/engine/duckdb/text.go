package duckdb

import (
	"fmt"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// textFunctions are those of strings. Places and lengths are in code points.
func textFunctions() []function {
	return []function{
		{name: "kql_ascii_words", signature: "s:s", eval: func(r *row, out *result) {
			if !r.null(0) {
				out.text(must(asciiWords(r.text(0))))
			}
		}},
		{name: "kql_substring", signature: "sll:s", eval: func(r *row, out *result) { out.text(substring(r.text(0), r, 1)) }},
		{name: "kql_split", signature: "ss:s", eval: func(r *row, out *result) { out.text(joinArray(splitText(r.text(0), r.text(1)))) }},
		{name: "kql_split_at", signature: "ssl:s", eval: func(r *row, out *result) {
			list := splitText(r.text(0), r.text(1))
			if r.null(2) || r.long(2) < 0 || r.long(2) >= int64(len(list)) {
				return
			}
			out.text(joinArray(list[r.long(2) : r.long(2)+1]))
		}},
		{name: "kql_extract_all", signature: "sss:s", eval: func(r *row, out *result) {
			if json := extractAll(r.regexp(r.text(0)), r.json(1), r.text(2)); json != "" {
				out.text(json)
			}
		}},
		{name: "kql_indexof", signature: "sslll:l", eval: func(r *row, out *result) {
			if r.text(1) == "" || r.null(2) || r.null(3) || r.null(4) {
				return
			}
			if n, ok := indexOf(r, literalIndexes(r.text(1))); ok {
				out.long(n)
			}
		}},
		{name: "kql_indexof_regex", signature: "sslll:l", eval: func(r *row, out *result) {
			if r.text(1) == "" || r.null(2) || r.null(3) || r.null(4) {
				return
			}
			if n, ok := indexOf(r, regexpIndexes(r.regexp(r.text(1)))); ok {
				out.long(n)
			}
		}},
		{name: "kql_countof", signature: "ss:l", eval: func(r *row, out *result) { out.long(int64(countOf(r.text(0), r.text(1)))) }},
		{name: "kql_countof_regex", signature: "ss:l", eval: func(r *row, out *result) {
			out.long(int64(len(r.regexp(r.text(1)).FindAllStringIndex(r.text(0), -1))))
		}},
		{name: "kql_replace_strings", signature: "sss:s", eval: func(r *row, out *result) {
			out.text(replaceStrings(r.text(0), elements(r.json(1)), r.json(2)))
		}},
		{name: "kql_reverse", signature: "s:s", eval: func(r *row, out *result) {
			runes := []rune(r.text(0))
			slices.Reverse(runes)
			out.text(string(runes))
		}},
		{name: "kql_strrep", signature: "sls:s", eval: func(r *row, out *result) {
			n := 0
			if !r.null(1) {
				n = int(max(0, min(r.long(1), 1024)))
			}
			out.text(strings.Join(slices.Repeat([]string{r.text(0)}, n), r.text(2)))
		}},
		{name: "kql_strcmp", signature: "ss:l", eval: func(r *row, out *result) { out.long(int64(strings.Compare(r.text(0), r.text(1)))) }},
		{name: "kql_translate", signature: "sss:s", eval: func(r *row, out *result) { out.text(translate(r.text(0), r.text(1), r.text(2))) }},
		{name: "kql_isascii", signature: "s:b", eval: func(r *row, out *result) {
			out.bool(strings.IndexFunc(r.text(0), func(c rune) bool { return c >= 0x80 }) < 0)
		}},
		{name: "kql_regex_quote", signature: "s:s", eval: func(r *row, out *result) { out.text(regexp.QuoteMeta(r.text(0))) }},
		{name: "kql_format_bytes", signature: "dls:s", eval: func(r *row, out *result) {
			if r.null(0) {
				out.text("")
				return
			}
			precision := int64(0)
			if !r.null(1) {
				precision = r.long(1)
			}
			out.text(formatBytes(r.real(0), int(max(0, min(precision, 15))), r.text(2)))
		}},
		{name: "kql_codepoints", signature: "s:s", eval: func(r *row, out *result) {
			var list []string
			for _, c := range r.text(0) {
				list = append(list, strconv.Itoa(int(c)))
			}
			out.text(joinArray(list))
		}},
		{name: "kql_from_codepoints", signature: "s*:s", eval: func(r *row, out *result) {
			var b []byte
			for k := range r.args {
				for _, e := range flatten(nil, r.json(k)) {
					if n, ok := number(e); ok && n >= 0 && n <= utf8.MaxRune {
						b = utf8.AppendRune(b, rune(n))
					}
				}
			}
			out.text(string(b))
		}},
		{name: "kql_has_any_index", signature: "ss:l", eval: func(r *row, out *result) {
			if isArray(r.json(1)) {
				out.long(int64(slices.IndexFunc(elements(r.json(1)), func(e string) bool { return hasTerm(r.text(0), dynamicText(e)) })))
			}
		}},
		{name: "kql_valid_text", signature: "s:b", eval: func(r *row, out *result) { out.bool(utf8.ValidString(r.text(0))) }},
		{name: "kql_parse_regex", signature: "ssS:S", eval: func(r *row, out *result) { parseRegexp(r, out) }},
	}
}

// regexp returns the compiled expression; it is compiled once in a chunk of
// rows that share it.
func (r *row) regexp(expression string) *regexp.Regexp {
	if re, ok := r.memo.(*regexp.Regexp); ok && re.String() == expression {
		return re
	}
	re := regexp.MustCompile(expression)
	r.memo = re
	return re
}

// substring takes the part from argument k on, of the length in argument k+1.
func substring(s string, r *row, k int) string {
	if r.null(k) {
		return ""
	}
	start, n := r.long(k), int64(utf8.RuneCountInString(s))
	if start < 0 {
		start = max(0, start+n)
	}
	length := n
	if !r.null(k + 1) {
		length = r.long(k + 1)
	}
	if start >= n || length <= 0 {
		return ""
	}
	end := n
	if length < n-start {
		end = start + length
	}
	if int(n) == len(s) {
		return s[start:end]
	}
	return string([]rune(s)[start:end])
}

func splitText(s, delimiter string) []string {
	parts := []string{s}
	if delimiter != "" {
		parts = strings.Split(s, delimiter)
	}
	for i, p := range parts {
		parts[i] = quoted(p)
	}
	return parts
}

// extractAll lists all matches: of one group as strings, of several as arrays.
// Groups chooses them by number or name; null is all. No match is ”.
func extractAll(re *regexp.Regexp, groups, s string) string {
	matches := re.FindAllStringSubmatch(s, -1)
	if len(matches) == 0 {
		return ""
	}
	var chosen []int
	for _, g := range elements(groups) {
		if n, err := strconv.Atoi(g); err == nil && n <= re.NumSubexp() {
			chosen = append(chosen, n)
		} else if n := re.SubexpIndex(dynamicText(g)); n >= 0 {
			chosen = append(chosen, n)
		}
	}
	if !isArray(groups) {
		for n := 1; n <= re.NumSubexp(); n++ {
			chosen = append(chosen, n)
		}
		if re.NumSubexp() == 0 {
			chosen = []int{0}
		}
	}
	list := make([]string, len(matches))
	for i, m := range matches {
		texts := make([]string, len(chosen))
		for k, n := range chosen {
			texts[k] = quoted(m[n])
		}
		if list[i] = joinArray(texts); len(chosen) == 1 {
			list[i] = texts[0]
		}
	}
	return joinArray(list)
}

// indexOf finds an occurrence of argument 1 in argument 0; the further ones
// are start, length and which occurrence. The length limits where a match may
// start, not where it ends.
func indexOf(r *row, find func(s string) []int) (int64, bool) {
	runes := []rune(r.text(0))
	n := int64(len(runes))
	start, length, occurrence := r.long(2), r.long(3), r.long(4)
	if length < -1 || occurrence < 1 {
		return 0, false
	}
	if start < 0 {
		start = max(0, start+n)
	}
	if start > n {
		return -1, true
	}
	end := n
	if length >= 0 && length < n-start {
		end = start + length
	}
	part := string(runes[start:])
	places := find(part)
	if int64(len(places)) < occurrence {
		return -1, true
	}
	at := start + int64(utf8.RuneCountInString(part[:places[occurrence-1]]))
	if at >= end {
		return -1, true
	}
	return at, true
}

func literalIndexes(needle string) func(string) []int {
	return func(s string) []int {
		var places []int
		for from := 0; ; {
			i := strings.Index(s[from:], needle)
			if i < 0 {
				return places
			}
			places = append(places, from+i)
			from += i + 1
		}
	}
}

func regexpIndexes(re *regexp.Regexp) func(string) []int {
	return func(s string) []int {
		var places []int
		for _, m := range re.FindAllStringIndex(s, -1) {
			places = append(places, m[0])
		}
		return places
	}
}

// countOf counts overlapping occurrences.
func countOf(s, needle string) int {
	if needle == "" {
		return 0
	}
	return len(literalIndexes(needle)(s))
}

// replaceStrings replaces each text of from in turn, but nothing in what was
// put there before. A replacement that is no string leaves the text as it is.
func replaceStrings(s string, from []string, to string) string {
	type piece struct {
		text string
		done bool
	}
	pieces := []piece{{text: s}}
	replacements := elements(to)
	for i, f := range from {
		old, with := dynamicText(f), to
		if isArray(to) {
			with = "null"
			if i < len(replacements) {
				with = replacements[i]
			}
		}
		put := dynamicText(with)
		if !isString(with) {
			put = old
		}
		var next []piece
		for _, p := range pieces {
			if p.done || old == "" {
				next = append(next, p)
				continue
			}
			for k, part := range strings.Split(p.text, old) {
				if k > 0 {
					next = append(next, piece{put, true})
				}
				next = append(next, piece{text: part})
			}
		}
		pieces = next
	}
	var b strings.Builder
	for _, p := range pieces {
		b.WriteString(p.text)
	}
	return b.String()
}

// hasTerm is the operator has, for where a list of terms is searched in order.
func hasTerm(s, term string) bool {
	if term == "" {
		return true
	}
	expression := regexp.QuoteMeta(term)
	first, _ := utf8.DecodeRuneInString(term)
	last, _ := utf8.DecodeLastRuneInString(term)
	if unicode.IsLetter(first) || unicode.IsDigit(first) {
		expression = `(?:^|[^\pL\p{Nd}])` + expression
	}
	if unicode.IsLetter(last) || unicode.IsDigit(last) {
		expression += `(?:$|[^\pL\p{Nd}])`
	}
	return regexp.MustCompile("(?i)" + expression).MatchString(s)
}

// translate replaces each character of from by that at the same place of to,
// or by the last of to.
func translate(s, from, to string) string {
	olds, news := []rune(from), []rune(to)
	return strings.Map(func(c rune) rune {
		i := slices.Index(olds, c)
		switch {
		case i < 0:
			return c
		case len(news) == 0:
			return -1
		}
		return news[min(i, len(news)-1)]
	}, s)
}

func formatBytes(f float64, precision int, unit string) string {
	units := []string{"Bytes", "KB", "MB", "GB", "TB", "PB", "EB"}
	at := slices.Index(units, unit)
	if at < 0 {
		at = 0
		for g := math.Abs(f); g >= 1024 && at < len(units)-1; g /= 1024 {
			at++
		}
	}
	scaled := f / math.Pow(1024, float64(at))
	text := strconv.FormatFloat(roundTo(scaled, precision), 'f', -1, 64)
	return text + " " + units[at]
}

// roundTo rounds half away from zero to so many decimals.
func roundTo(f float64, decimals int) float64 {
	text := strconv.FormatFloat(math.Abs(f), 'f', -1, 64)
	whole, fraction, _ := strings.Cut(text, ".")
	if len(fraction) <= decimals || decimals < 0 {
		return f
	}
	up := fraction[decimals] >= '5'
	d, err := strconv.ParseFloat(whole+"."+fraction[:decimals]+"", 64)
	if err != nil {
		return f
	}
	if up {
		d, _ = strconv.ParseFloat(strconv.FormatFloat(d+math.Pow10(-decimals), 'f', decimals, 64), 64)
	}
	return math.Copysign(d, f)
}

// parseRegexp lists an empty text and then the captures of an expression's
// first match; the third argument tells which groups are captures. The list is
// empty if there is no match.
func parseRegexp(r *row, out *result) {
	m := r.regexp(r.text(1)).FindStringSubmatch(r.text(0))
	if m == nil {
		return
	}
	out.element("")
	for _, g := range r.list(2) {
		n, _ := strconv.Atoi(g)
		out.element(m[n])
	}
}

// asciiWords returns a text of which RE2's \b finds the words as Kusto's does,
// or an error: it takes letters beyond ASCII for none.
func asciiWords(s string) (string, error) {
	for _, c := range s {
		if c >= utf8.RuneSelf && (unicode.IsLetter(c) || unicode.IsDigit(c) || unicode.IsMark(c) || unicode.Is(unicode.Pc, c)) {
			return "", fmt.Errorf(`a regular expression with \b or \B does not find the words of %q: it has letters beyond ASCII`, s)
		}
	}
	return s, nil
}

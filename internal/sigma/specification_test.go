package sigma

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/netip"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode"

	"github.com/google/go-cmp/cmp"
)

// What follows is a matcher of Sigma written from its specification, for
// rules that are made up at random: it shares no code with the compiler.

// A specTest is one entry of a search: field|modifiers: values.
type specTest struct {
	field     string
	modifiers []string
	values    []any
}

func (s specTest) has(modifier string) bool { return slices.Contains(s.modifiers, modifier) }

// matches tells whether the entry holds for an event.
func (s specTest) matches(texts map[string]string) bool {
	if s.field == "" {
		return s.anyText(texts)
	}
	found := 0
	for _, v := range s.values {
		if s.one(fieldText(texts, s.field), v, texts) {
			found++
		}
	}
	if s.has("all") {
		return found == len(s.values)
	}
	if s.has("neq") {
		return found == 0
	}
	return found > 0
}

// anyText looks for keywords in each column on its own.
func (s specTest) anyText(texts map[string]string) bool {
	for _, v := range s.values {
		found := false
		for name, text := range texts {
			found = found || name != "Id" && globs(v.(string), text, true, true, false)
		}
		if found {
			return true
		}
	}
	return false
}

// fieldText returns what a field holds: nothing where it is not there.
func fieldText(texts map[string]string, field string) string {
	if rest, ok := strings.CutPrefix(field, "DeviceDetail."); ok {
		var detail map[string]string
		if json.Unmarshal([]byte(texts["DeviceDetail"]), &detail) != nil {
			return ""
		}
		return detail[rest]
	}
	return texts[field]
}

func (s specTest) one(text string, v any, texts map[string]string) bool {
	switch {
	case v == nil:
		return text == ""
	case s.has("exists"):
		return (text != "") == v.(bool)
	case s.has("re"):
		return regexp.MustCompile(v.(string)).MatchString(text)
	case s.has("cidr"):
		addr, err := netip.ParseAddr(text)
		return err == nil && netip.MustParsePrefix(v.(string)).Contains(addr)
	case s.has("fieldref"):
		other := fieldText(texts, v.(string))
		return text != "" && other != "" && s.text(text, strings.NewReplacer(`\`, `\\`, `*`, `\*`, `?`, `\?`).Replace(other))
	}
	for op, holds := range map[string]func(a, b float64) bool{
		"lt": func(a, b float64) bool { return a < b }, "lte": func(a, b float64) bool { return a <= b },
		"gt": func(a, b float64) bool { return a > b }, "gte": func(a, b float64) bool { return a >= b },
	} {
		if s.has(op) {
			n, err := strconv.ParseFloat(text, 64)
			return err == nil && holds(n, float64(v.(int)))
		}
	}
	value := fmt.Sprint(v)
	if !s.has("windash") {
		return s.text(text, value)
	}
	return slices.ContainsFunc(permutations(value), func(p string) bool { return s.text(text, p) })
}

// permutations returns a value with each character that introduces a flag
// replaced by each of them.
func permutations(value string) []string {
	runes := []rune(value)
	for i, c := range runes {
		word := func(j int) bool {
			return j >= 0 && j < len(runes) && (runes[j] == '_' || unicode.IsLetter(runes[j]) || unicode.IsDigit(runes[j]))
		}
		if (c != '-' && c != '/') || word(i-1) || !word(i+1) {
			continue
		}
		var out []string
		for _, tail := range permutations(string(runes[i+1:])) {
			for _, dash := range "-/–—―" {
				out = append(out, string(runes[:i])+string(dash)+tail)
			}
		}
		return out
	}
	return []string{value}
}

func (s specTest) text(text, value string) bool {
	before := s.has("contains") || s.has("endswith")
	after := s.has("contains") || s.has("startswith")
	if text == "" { // a field that is not there, which no wildcard stands for
		return value == "" && !before && !after
	}
	return globs(value, text, before, after, s.has("cased"))
}

// globs tells whether a text is of a value with wildcards: by backtracking
// over both, a character at a time.
func globs(value, text string, before, after, cased bool) bool {
	type symbol struct {
		wild bool
		c    rune
	}
	var want []symbol
	if before {
		want = append(want, symbol{true, '*'})
	}
	runes := []rune(value)
	for i := 0; i < len(runes); i++ {
		switch c := runes[i]; {
		case c == '\\' && i+1 < len(runes) && strings.ContainsRune(`\*?`, runes[i+1]):
			i++
			want = append(want, symbol{false, runes[i]})
		case c == '*' || c == '?':
			want = append(want, symbol{true, c})
		default:
			want = append(want, symbol{false, c})
		}
	}
	if after {
		want = append(want, symbol{true, '*'})
	}
	var from func(w int, rest []rune) bool
	from = func(w int, rest []rune) bool {
		if w == len(want) {
			return len(rest) == 0
		}
		switch s := want[w]; {
		case s.wild && s.c == '*':
			return from(w+1, rest) || len(rest) > 0 && from(w, rest[1:])
		case len(rest) == 0:
			return false
		case s.wild:
			return from(w+1, rest[1:])
		case cased:
			return s.c == rest[0] && from(w+1, rest[1:])
		default:
			return unicode.ToLower(s.c) == unicode.ToLower(rest[0]) && from(w+1, rest[1:])
		}
	}
	return from(0, []rune(text))
}

// A specRule is a rule: searches, and a condition over them.
type specRule struct {
	searches  map[string][][]specTest // alternatives of entries that must all hold
	condition specCondition
}

type specCondition struct {
	text string
	of   func(search func(name string) bool) bool
}

func (r specRule) matches(texts map[string]string) bool {
	return r.condition.of(func(name string) bool {
		return slices.ContainsFunc(r.searches[name], func(tests []specTest) bool {
			return !slices.ContainsFunc(tests, func(s specTest) bool { return !s.matches(texts) })
		})
	})
}

// document returns the rule as its author would write it.
func (r specRule) document() map[string]any {
	detection := map[string]any{"condition": r.condition.text}
	for name, alternatives := range r.searches {
		var list []any
		for _, tests := range alternatives {
			if tests[0].field == "" {
				list = append(list, tests[0].values...)
				continue
			}
			entries := make(map[string]any)
			for _, s := range tests {
				var value any = s.values
				if len(s.values) == 1 {
					value = s.values[0]
				}
				entries[strings.Join(append([]string{s.field}, s.modifiers...), "|")] = value
			}
			list = append(list, entries)
		}
		detection[name] = list
	}
	return map[string]any{"title": "Rule", "logsource": map[string]any{"product": "azure", "service": "signinlogs"}, "detection": detection}
}

// A maker makes up rules and events out of few characters, so that they meet.
type maker struct{ *rand.Rand }

func (m maker) pick(of ...string) string { return of[m.IntN(len(of))] }

func (m maker) word() string {
	var b strings.Builder
	for range m.IntN(5) {
		b.WriteString(m.pick("a", "A", "b", "B", "-", "/", "\\", "*", "?", " ", ".", "é", "É", "\"", "_", "ab", "-a"))
	}
	return b.String()
}

func (m maker) field() string {
	return m.pick("UserAgent", "AppDisplayName", "UserPrincipalName", "DeviceDetail.browser", "ResultType", "IPAddress")
}

func (m maker) event(i int) event {
	browser, _ := json.Marshal(map[string]string{"browser": m.word()})
	ev := event{
		table: m.pick("SigninLogs", "AADNonInteractiveUserSignInLogs"), at: time.Date(2026, 3, 1, 8, 0, i, 0, time.UTC),
		texts: map[string]string{
			"Id": fmt.Sprintf("#%03d", i), "UserAgent": m.word(), "AppDisplayName": m.word(), "UserPrincipalName": m.word(),
			"ResultType": strconv.Itoa(m.IntN(12)), "IPAddress": m.pick("192.0.2.1", "192.0.2.77", "198.51.100.9", "2001:db8::1", "2001:db8:1::2", "", "none"),
		},
	}
	if m.IntN(3) == 0 {
		ev.texts["UserAgent"] = m.pick("z k", "ZK", "zaK", "kz", `k\"`, "k*", "z", "k")
	}
	if m.IntN(4) > 0 {
		ev.texts["DeviceDetail"] = string(browser)
	}
	return ev
}

func (m maker) value() any {
	switch m.IntN(8) {
	case 0:
		return nil
	case 1:
		return m.IntN(12)
	}
	return m.word()
}

func (m maker) test() specTest {
	s := specTest{field: m.field()}
	number := func() any { return m.IntN(12) }
	text := func() any { return m.word() }
	of := func(modifiers []string, one func() any, most int) specTest {
		s.modifiers = modifiers
		for range 1 + m.IntN(most) {
			s.values = append(s.values, one())
		}
		return s
	}
	switch m.IntN(14) {
	case 0:
		return of([]string{"contains"}, text, 3)
	case 1:
		return of([]string{"contains", "all"}, text, 3)
	case 2:
		return of([]string{"startswith"}, text, 2)
	case 3:
		return of([]string{"endswith", "cased"}, text, 2)
	case 4:
		return of([]string{"windash", m.pick("contains", "startswith")}, text, 2)
	case 5:
		return of([]string{"re"}, func() any { return m.pick("^a", "[ab]{2}", "(?i)É", "^$", "a.b") }, 2)
	case 6:
		s.field = "IPAddress"
		return of([]string{"cidr"}, func() any { return m.pick("192.0.2.0/24", "192.0.2.64/26", "198.51.100.0/28", "2001:db8::/48") }, 2)
	case 7:
		return of([]string{"exists"}, func() any { return m.IntN(2) == 0 }, 1)
	case 8:
		return of(m.pickList([]string{"fieldref"}, []string{"fieldref", "contains"}, []string{"fieldref", "startswith"}), func() any { return m.field() }, 1)
	case 9:
		s.field = m.pick("ResultType", "UserAgent")
		return of([]string{m.pick("lt", "lte", "gt", "gte")}, number, 1)
	case 10:
		return of([]string{"neq"}, text, 1)
	case 11:
		return of([]string{"cased"}, text, 2)
	}
	return of(nil, m.value, 3)
}

func (m maker) pickList(of ...[]string) []string { return of[m.IntN(len(of))] }

func (m maker) rule() specRule {
	r := specRule{searches: make(map[string][][]specTest)}
	for _, name := range []string{"selection_a", "selection_b", "filter", "_hidden"} {
		for range 1 + m.IntN(2) {
			tests := []specTest{m.test()}
			if other := m.test(); m.IntN(2) == 0 && other.field != tests[0].field {
				tests = append(tests, other)
			}
			r.searches[name] = append(r.searches[name], tests)
		}
	}
	if m.IntN(3) == 0 {
		r.searches["filter"] = [][]specTest{{{values: []any{m.pick("zk", "Z k", "z*k", "z?k", "*kz*", `k\\"`, `k\*`, "z\nk")}}}}
	}
	r.condition = m.condition(3)
	return r
}

func (m maker) condition(depth int) specCondition {
	some := func(text string, all bool, names ...string) specCondition {
		return specCondition{text, func(search func(string) bool) bool {
			found := 0
			for _, name := range names {
				if search(name) {
					found++
				}
			}
			return found == len(names) || !all && found > 0
		}}
	}
	if depth == 0 || m.IntN(3) == 0 {
		switch m.IntN(6) {
		case 0:
			return some("1 of selection_*", false, "selection_a", "selection_b")
		case 1:
			return some("all of selection_*", true, "selection_a", "selection_b")
		case 2:
			return some("1 of them", false, "selection_a", "selection_b", "filter")
		case 3:
			return some("all of them", true, "selection_a", "selection_b", "filter")
		}
		name := m.pick("selection_a", "selection_b", "filter", "_hidden")
		return some(name, true, name)
	}
	a, b := m.condition(depth-1), m.condition(depth-1)
	switch m.IntN(3) {
	case 0:
		return specCondition{"not (" + a.text + ")", func(s func(string) bool) bool { return !a.of(s) }}
	case 1:
		return specCondition{"(" + a.text + ") and (" + b.text + ")", func(s func(string) bool) bool { return a.of(s) && b.of(s) }}
	}
	return specCondition{"(" + a.text + ") or (" + b.text + ")", func(s func(string) bool) bool { return a.of(s) || b.of(s) }}
}

// TestSpecification makes up rules and events, and compares what the KQL
// answers with what the specification says.
func TestSpecification(t *testing.T) {
	m := maker{rand.New(rand.NewPCG(7, 11))}
	var events []event
	for i := range 120 {
		events = append(events, m.event(i))
	}
	e := load(t, events)
	matched := 0
	for i := range 250 {
		r := m.rule()
		want := []string{}
		for _, ev := range events {
			if r.matches(ev.texts) {
				want = append(want, ev.texts["Id"])
			}
		}
		result := compiled(t, "Rule", r.document())
		if result.Query == nil {
			t.Fatalf("%v: %v", r.document(), result.Diagnostics)
		}
		got := answer(t, e, result.Query.KQL, time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC), "Id")
		if diff := cmp.Diff(want, got); diff != "" {
			text, _ := json.MarshalIndent(r.document(), "", " ")
			t.Fatalf("rule %d\n%s\n%s\n%s", i, text, result.Query.KQL, diff)
		}
		if len(want) > 0 && len(want) < len(events) {
			matched++
		}
	}
	if matched < 60 {
		t.Errorf("only %d rules matched some events and not others: the test says little", matched)
	}
}

package duckdb

import (
	"fmt"
	"math"
	"strings"
	"testing"

	bindings "github.com/duckdb/duckdb-go-bindings"

	"github.com/conshelf/conshelf/kql/sqlgen"
	"github.com/conshelf/conshelf/kql/types"
)

// evaluate runs an SQL expression of type VARCHAR.
func evaluate(t *testing.T, e *Engine, expression string) string {
	t.Helper()
	out := "no row"
	err := e.scan(t.Context(), "SELECT CAST("+expression+" AS VARCHAR)", func(chunk bindings.DataChunk) error {
		r := newReader(bindings.DataChunkGetVector(chunk, 0))
		if out = "NULL"; !r.null(0) {
			out = strings.Clone(r.text(0))
		}
		return nil
	})
	if err != nil {
		t.Errorf("%s: %v", expression, err)
	}
	return out
}

func TestFunctions(t *testing.T) {
	e := openTest(t, Options{})
	for _, test := range []struct{ expression, want string }{
		// An underscore ends a term, a letter of any alphabet does not.
		{"kql_has('alpha_beta', 'ALPHA')", "true"},
		{"kql_has('helloworld', 'hello')", "false"},
		{"kql_has('v1.2.3', '1')", "false"},
		{"kql_has('version=1.2.3', '2.3')", "true"},
		{"kql_has('Å-bar', 'bar')", "true"},
		{"kql_has('Åbar', 'bar')", "false"},
		{"kql_has('xÜBER y', 'über')", "false"},
		{"kql_has('x ÜBER', 'über')", "true"},
		{"kql_has('a', '')", "true"},
		{"kql_has('', 'a')", "false"},
		{"kql_has_cs('Alpha', 'alpha')", "false"},
		{"kql_hasprefix('the alphabet', 'ALPHA')", "true"},
		{"kql_hasprefix('xalpha', 'alpha')", "false"},
		{"kql_hassuffix('the alphabet', 'bet')", "true"},
		{"kql_hassuffix('betx', 'bet')", "false"},
		// Case is ordinal: no ASCII letter has a partner that is not.
		{"kql_equal('K', chr(8490))", "false"},
		{"kql_equal('ß', 'SS')", "false"},
		{"kql_equal('ÅSA@X', 'åsa@x')", "true"},
		{"kql_equal('abc', 'ab')", "false"},
		{"kql_contains('xyZ', 'YZ')", "true"},
		{"kql_startswith('Ébc', 'éB')", "true"},
		{"kql_endswith('abÉ', 'Bé')", "true"},
		{"kql_endswith('É', 'xÉ')", "false"},
		{"kql_fold('straße 😀 é')", "STRAßE 😀 É"},
		{"kql_has_any('a b', ['x', 'B'])", "true"},
		{"kql_has_any('a b', CAST([] AS VARCHAR[]))", "false"},
		{"kql_has_all('a b', ['a', 'B'])", "true"},
		{"kql_has_all('a b', CAST([] AS VARCHAR[]))", "true"},
		// A walk gives what it finds, and null where there is nothing.
		{`kql_path('{"a":{"b":[1,{"c":"x"}]}}', 'm1:am1:bi1;m1:c')`, `"x"`},
		{`kql_path('{"a":[1,2,3]}', 'm1:ai-1;')`, "3"},
		{`kql_path('{"a":[1,2,3]}', 'm1:ai-4;')`, "NULL"},
		{`kql_path('{"a":null}', 'm1:a')`, "NULL"},
		{`kql_path('{"a":1,"a":2}', 'm1:a')`, "2"},
		{`kql_path('{"x":"}\"{","a":2}', 'm1:a')`, "2"},
		{`kql_path('[[],[{}],"]"]', 'i2;')`, `"]"`},
		{`kql_path('"text"', 'm1:a')`, "NULL"},
		{`kql_path(NULL, 'm1:a')`, "NULL"},
		{`kql_path('{"a', 'm1:a')`, "NULL"},
		{`kql_path_text('{"a":"b\n\u0001\"c"}', 'm1:a')`, "b\n\x01\"c"},
		{`kql_dynamic_text('1e3')`, "1000"},
		{`kql_dynamic_text('1.50')`, "1.5"},
		{`kql_dynamic_text('9223372036854775807')`, "9223372036854775807"},
		{`kql_dynamic_text('92233720368547758080')`, "9.223372036854776E+19"},
		{`kql_dynamic_text('true')`, "true"},
		{`kql_array_length('[1,[2,3],{"a":[4]}]')`, "3"},
		{`kql_array_length('{}')`, "NULL"},
		{`kql_expand('{"a":1,"b":[2]}')`, `['{"a":1}', '{"b":[2]}']`},
		{`kql_expand_arrays('{"a":1}')`, `['["a",1]']`},
		{`len(kql_expand('[]'))`, "0"},
		{`len(kql_expand(NULL))`, "1"},
		{`kql_strings('["a",["b",1],null,true]')`, "[a, b, 1, true]"},
		{`kql_quote('a"\' || chr(10) || chr(1) || 'é')`, `"a\"\\\n\u0001é"`},
		{`kql_parse_json(' {"a" : 1.0 , "b":"\u00e5\/"} ')`, `{"a":1.0,"b":"å/"}`},
		{`kql_parse_json('{"a":01}')`, `"{\"a\":01}"`},
		{`kql_parse_json('')`, "NULL"},
		{`kql_parse_json('null')`, "NULL"},
		{`kql_json_equal('1', '1.0')`, "true"},
		{`kql_json_equal('9223372036854775807', '9223372036854775806')`, "false"},
		{`kql_json_equal('"1"', '1')`, "false"},
		{`kql_json_equal(NULL, '1')`, "false"},
		{`kql_json_equal(NULL, 'null')`, "NULL"},
		// A sum of places that is no datetime is null.
		{"kql_add_time(3155378975999999999, 1)", "NULL"},
		{"kql_add_time(0, -1)", "NULL"},
		{"kql_wrap(CAST(9223372036854775807 AS HUGEINT) + 1)", "-9223372036854775808"},
		{"kql_distance(-122.407628, 47.578557, -118.275287, 34.019056)", "1546754.35197381"},
		{"kql_distance(0, 91, 0, 0)", "NULL"},
		{"kql_ipv4_is_private('192.168.0.1/24')", "true"},
		{"kql_ipv4_is_private('10.0.0.0/7')", "false"},
		{"kql_ipv4_is_private('x')", "NULL"},
		{"kql_ipv4_in_range('203.0.113.7', '203.0.113.0/24')", "true"},
		{"kql_ipv4_in_any('203.0.113.7', ['198.51.100.0/24', '203.0.113.7'])", "true"},
		{"kql_ipv6_in_range('2001:db8::1', '2001:db8::/32')", "true"},
		{"kql_has_ipv4('from 203.0.113.7:80', ['203.0.113.7'])", "true"},
		{"kql_has_ipv4('from 1203.0.113.7', ['203.0.113.7'])", "false"},
	} {
		if got := evaluate(t, e, test.expression); got != test.want && !nearNumbers(got, test.want) {
			t.Errorf("%s = %s, want %s", test.expression, got, test.want)
		}
	}
}

func nearNumbers(a, b string) bool {
	var x, y float64
	if _, err := fmt.Sscan(a, &x); err != nil {
		return false
	}
	if _, err := fmt.Sscan(b, &y); err != nil {
		return false
	}
	return x != y && math.Abs(x-y) < 1e-8*math.Abs(y)
}

// C and Go print the same real.
func TestRealsPrintAlike(t *testing.T) {
	e := openTest(t, Options{})
	for _, f := range []float64{
		0.1, 1.5, 100, 123456.789, 1e14, 1e15, 1.5e15, 123456789012345678, 1e-4, 1e-5, 1.2345e-5, 1e-6, -0.5, 5e-324, math.MaxFloat64, 1.0 / 3, 2.0 / 3 * 1e20,
	} {
		want := types.FormatReal(f)
		json := realJSON(f)
		if got := evaluate(t, e, "kql_dynamic_text("+sqlgen.Quote(json)+")"); got != want {
			t.Errorf("kql_dynamic_text(%s) = %s, want %s", json, got, want)
		}
		if got := dynamicText(json); got != want {
			t.Errorf("dynamicText(%s) = %s, want %s", json, got, want)
		}
	}
}

// The first seen comes first, whatever the order in which rows are taken, and
// the limit keeps the first.
func TestSets(t *testing.T) {
	e := openTest(t, Options{})
	query := "(SELECT kql_set(kql_quote('v' || (n * 7 % 1000)), n, 0, 3) FROM (SELECT * FROM range(200000) t(n) ORDER BY hash(n)))"
	if got, want := evaluate(t, e, query), `["v0","v7","v14"]`; got != want {
		t.Errorf("set = %s, want %s", got, want)
	}
	query = "(SELECT kql_origins(n % 3, n, 2) FROM range(200000) t(n))"
	if got, want := evaluate(t, e, query), "[[0,0],[0,3]]"; got != want {
		t.Errorf("origins = %s, want %s", got, want)
	}
	query = "(SELECT kql_origin_sets(s, 3) FROM (VALUES ('[[1,5],[2,1]]'), ('[[1,2],[1,5]]'), (NULL)) v(s))"
	if got, want := evaluate(t, e, query), "[[1,2],[1,5],[2,1]]"; got != want {
		t.Errorf("origins = %s, want %s", got, want)
	}
}

func FuzzCanonicalJSON(f *testing.F) {
	for _, s := range []string{`{"a":[1,2.5e3,"x\u00e9\/"],"b":null}`, ` [ ] `, `"\ud83d\ude00"`, `{"a":}`, "\xff", `-0`, `01`, `[[[`} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		json, ok := canonical(s)
		if !ok {
			return
		}
		again, ok := canonical(json)
		if !ok || again != json {
			t.Errorf("canonical(%q) = %q, whose canonical form is %q (%t)", s, json, again, ok)
		}
		if n := valueEnd(json); n != len(json) {
			t.Errorf("valueEnd(%q) = %d", json, n)
		}
	})
}

// A capture is found by the texts around it, and there is none of a text that
// does not match to its end.
func TestCapture(t *testing.T) {
	e := openTest(t, Options{})
	for _, test := range []struct{ text, pattern, want string }{
		{"ann@contoso.com", "c=1:@c", "|ann|contoso.com"},
		{"ann", "c=1:@c", "NULL"},
		{"a=1;b=2", "=2:a=c=3:;b=c", "|1|2"},
		{"a=1;c=2", "=2:a=c=3:;b=c", "NULL"},
		{"x a: 1 b", "*=3:a: c=2: b", "|1"},
		{"1=2=3", "c=1:=c", "|1|2=3"},
		{"ab", "cc", "||ab"},
		{"é:ü", "c=1::c", "|é|ü"},
		{"a:5:x", "=4:a:5:c", "|x"},
		{"", "c", "|"},
		{"aab", "c=2:ab*", "|a"},
	} {
		got := ""
		for n := range strings.Count(test.want, "|") + 1 {
			part := evaluate(t, e, fmt.Sprintf("kql_capture(%s, %s, %d)", sqlgen.Quote(test.text), sqlgen.Quote(test.pattern), n))
			if part == "NULL" {
				got = part
				break
			}
			if n > 0 {
				got += "|" + part
			}
		}
		if got != test.want {
			t.Errorf("kql_capture(%q, %q) = %s, want %s", test.text, test.pattern, got, test.want)
		}
	}
}

// A search by words of bytes finds what a search byte by byte finds, wherever
// it stands.
func TestSearchAnywhere(t *testing.T) {
	e := openTest(t, Options{})
	for at := range 40 {
		text := strings.Repeat("-", at) + "KEY" + strings.Repeat("-", 3*at%11)
		for _, test := range []struct{ function, needle, want string }{
			{"kql_has", "key", "true"},
			{"kql_has", "ke", "false"},
			{"kql_has_cs", "key", "false"},
			{"kql_has_cs", "KEY", "true"},
			{"kql_contains", "eY", "true"},
			{"kql_contains", "keyz", "false"},
			{"kql_hasprefix", "ke", "true"},
			{"kql_hassuffix", "EY", "true"},
			{"kql_hassuffix", "KE", "false"},
			{"kql_contains", "ÿ", "false"},
		} {
			if got := evaluate(t, e, test.function+"("+sqlgen.Quote(text)+", "+sqlgen.Quote(test.needle)+")"); got != test.want {
				t.Errorf("%s(%q, %q) = %s, want %s", test.function, text, test.needle, got, test.want)
			}
		}
	}
}

// What is in the middle of a word of eight bytes is checked as any byte is.
func TestJSONStringsAnywhere(t *testing.T) {
	e := openTest(t, Options{})
	for at := range 20 {
		before := strings.Repeat("x", at)
		for _, test := range []struct{ inside, want string }{
			{`é`, `é`}, {`\u00e9`, `é`}, {`\/`, `/`}, {`\"`, `\"`}, {"\x7f", `\u007f`}, {`\ud83d\ude00`, "😀"},
		} {
			in, want := `["`+before+test.inside+`yyyyyyyyy"]`, `["`+before+test.want+`yyyyyyyyy"]`
			if got := evaluate(t, e, "kql_parse_json("+sqlgen.Quote(in)+")"); got != want {
				t.Errorf("kql_parse_json(%s) = %s, want %s", in, got, want)
			}
		}
		for _, bad := range []string{"\x01", "\n", `\x`} {
			in := `["` + before + bad + `yyyyyyyyy"]`
			if got := evaluate(t, e, "kql_parse_json("+sqlgen.Quote(in)+")"); got != quoted(in) {
				t.Errorf("kql_parse_json(%q) = %s, want the text", in, got)
			}
		}
	}
}

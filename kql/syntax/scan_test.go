package syntax

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/conshelf/conshelf/kql/diag"
)

func scanAll(text string) (tokens string, codes []string) {
	report := func(span diag.Span, code diag.Code, _, _ string) {
		codes = append(codes, fmt.Sprintf("%s@%d-%d", code, span.Start, span.End))
	}
	var parts []string
	for _, t := range scan(text, report) {
		switch t.kind {
		case tokenWord:
			parts = append(parts, "w:"+t.text)
		case tokenNumber:
			parts = append(parts, fmt.Sprintf("n%d:%s", t.lit, t.text))
		case tokenString:
			mark := "s"
			if t.hidden {
				mark = "h"
			}
			parts = append(parts, fmt.Sprintf("%s:%q", mark, t.text))
		case tokenTyped:
			parts = append(parts, fmt.Sprintf("t%d:%s", t.lit, t.text))
		case tokenPunct:
			parts = append(parts, t.text)
		case tokenBad:
			parts = append(parts, "bad:"+t.text)
		case tokenEnd:
		}
	}
	return strings.Join(parts, " "), codes
}

// Numbers in the wanted tokens are literal kinds: 1 long, 2 int, 3 real,
// 6 datetime, 7 timespan, 8 guid.
func TestScan(t *testing.T) {
	tests := []struct {
		name, text, want string
		codes            []string
	}{
		{"longs", "0 12 0x1F 0XaB", "n1:0 n1:12 n1:0x1F n1:0XaB", nil},
		{"reals", "1.5 1. 1e3 1.5E-3 1e+2", "n3:1.5 n3:1. n3:1e3 n3:1.5E-3 n3:1e+2", nil},
		{"timespans", "1d 1.5h 3m 4min 5s 6ms 7tick 8microseconds 9nanos", "n7:1d n7:1.5h n7:3m n7:4min n7:5s n7:6ms n7:7tick n7:8microseconds n7:9nanos", nil},
		{"a week is a name", "1w 2weeks", "w:1w w:2weeks", nil},
		{"a name may start with digits", "3Dchart 1abc 1e 0x 1_", "w:3Dchart w:1abc w:1e w:0x w:1_", nil},
		{"a timespan needs its end", "1day2", "w:1day2", nil},
		{"a range is not a real", "1..5 1...5", "n1:1 .. n1:5 n3:1. .. n1:5", nil},
		{"a path from a number", "1.x 1.5.x", "n1:1 . w:x n3:1.5 . w:x", nil},
		{"comments", "a // b \"c\n d", "w:a w:d", nil},
		{"a comment at the end", "a//", "w:a", nil},
		{"a comment ends at a carriage return", "a//b\rc", "w:a w:c", nil},
		{"a slash", "a/b", "w:a / w:b", nil},
		{"no comment in a string", `"http://a" 'b//c' @"//d"`, `s:"http://a" s:"b//c" s:"//d"`, nil},
		{"strings", `"a" 'b' "it's" 'say "x"'`, `s:"a" s:"b" s:"it's" s:"say \"x\""`, nil},
		{"escapes", `"\\ \" \' \a \b \f \n \r \t \v"`, `s:"\\ \" ' \a \b \f \n \r \t \v"`, nil},
		{"escapes by number", `"\x41 \u0041 \U00000041 \101 \0 \47 \4000"`, `s:"A A A A \x00 '  00"`, nil},
		{"an escape past Unicode", `"\UFFFFFFFF"`, `s:"\\UFFFFFFFF"`, []string{"KS002@1-3"}},
		{"an unknown escape is kept", `"\d\w"`, `s:"\\d\\w"`, []string{"KS002@1-3", "KS002@3-5"}},
		{"verbatim", `@"\d" @'a''b' @"a""b" @""`, `s:"\\d" s:"a'b" s:"a\"b" s:""`, nil},
		{"hidden", `h"a" H'b' h@"\c" H@'d'`, `h:"a" h:"b" h:"\\c" h:"d"`, nil},
		{"h is also a name", `h H hash h ("x")`, `w:h w:H w:hash w:h ( s:"x" )`, nil},
		{"lines", "```a\n\"b\\``` ~~~c`~\n~~~ h```d```", `s:"a\n\"b\\" s:"c` + "`" + `~\n" h:"d"`, nil},
		{"a string does not go past its line", "\"a\nb", `s:"a" w:b`, []string{"KS001@0-2"}},
		{"a verbatim string does not go past its line", "@'a\r\nb", `s:"a" w:b`, []string{"KS001@0-3"}},
		{"a string at the end", `'a`, `s:"a"`, []string{"KS001@0-2"}},
		{"a backslash at the end", `'a\`, `s:"a\\"`, []string{"KS001@0-3"}},
		{"lines without an end", "```a", `s:"a"`, []string{"KS001@0-4"}},
		{"typed", "datetime(2024-01-01) date( 1 ) time(1d) guid(x) int(1) int64(2) double(3)", "t6:2024-01-01 t6:1 t7:1d t8:x t2:1 t1:2 t3:3", nil},
		{"a type is a name without its parenthesis", "datetime (a) int", "w:datetime ( w:a ) w:int", nil},
		{"a typed literal takes quotes and slashes", `datetime("a//b")`, `t6:"a//b"`, nil},
		{"a typed literal does not go past its line", "int(1\n2)", "t2:1 n1:2 )", []string{"KS001@0-5"}},
		{"a string type is no literal", "string(a) dynamic(b)", "w:string ( w:a ) w:dynamic ( w:b )", nil},
		{"operators", "a==b=~c!~d!=e<>f<=g>=h=>i..j", "w:a == w:b =~ w:c !~ w:d != w:e <> w:f <= w:g >= w:h => w:i .. w:j", nil},
		{"words with !", "a !has b !has_cs c !in d !in~ e in~ f !between g !contains_cs h", "w:a !has w:b !has_cs w:c !in w:d !in~ w:e in~ w:f !between w:g !contains_cs w:h", nil},
		{"in before ~~~", "in~~~a~~~", `w:in s:"a"`, nil},
		{"no other word takes !", "!a", "bad:! w:a", []string{"KS002@0-1"}},
		{"dollar names", "$left.a $right", "w:$left . w:a w:$right", nil},
		{"letters of any script", "имя 名前 é1", "w:имя w:名前 w:é1", nil},
		{"spaces of any kind", "a\u00a0b\u3000c\ufeffd\u2028e", "w:a w:b w:c w:d w:e", nil},
		{"a guid without guid", "74be27de-1e4e-49d9-b579-fe0b331d3642", "t8:74be27de-1e4e-49d9-b579-fe0b331d3642", []string{"KS214@0-36"}},
		{"a guid that starts with a letter", "abcdef01-1e4e-49d9-b579-fe0b331d3642", "t8:abcdef01-1e4e-49d9-b579-fe0b331d3642", []string{"KS214@0-36"}},
		{"a subtraction is no guid", "12345678-1234", "n1:12345678 - n1:1234", nil},
		{"bad characters", "a & “b” \x00 \xff", "w:a bad:& bad:“ w:b bad:” bad:\x00 bad:\xff", []string{"KS002@2-3", "KS002@4-7", "KS002@8-11", "KS002@12-13", "KS002@14-15"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got, codes := scanAll(test.text)
			if got != test.want {
				t.Errorf("scan(%q)\n got %s\nwant %s", test.text, got, test.want)
			}
			if diff := cmp.Diff(test.codes, codes); diff != "" {
				t.Errorf("scan(%q) diagnostics (-want +got)\n%s", test.text, diff)
			}
		})
	}
}

// Tokens and what is between them are the whole text: nothing is read twice
// and nothing but white space and comments is left out.
func TestScanCoversText(t *testing.T) {
	text := "let a = 1d; // c\nT | where b in~ ('x', @\"y\") and c !has h'z' or datetime(2024-01-01) == ['d e']"
	end := 0
	for _, token := range scan(text, func(diag.Span, diag.Code, string, string) {}) {
		between := text[end:token.span.Start]
		if rest := strings.TrimSpace(between); rest != "" && rest != "// c" {
			t.Errorf("%q lies between tokens", between)
		}
		end = token.span.End
	}
	if end != len(text) {
		t.Errorf("the last token ends at %d of %d", end, len(text))
	}
}

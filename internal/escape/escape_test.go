package escape

import (
	"encoding/csv"
	"strings"
	"testing"
	"unicode/utf8"
)

func TestTerminal(t *testing.T) {
	tests := []struct{ in, want string }{
		{"plain Ünïcödé 日本\n\tx", "plain Ünïcödé 日本\n\tx"},
		{"\x1b[31mred", "␛[31mred"},
		{"\x1b]8;;https://192.0.2.1\x07x", "␛]8;;https://192.0.2.1␇x"},
		{"a\rb\x00\x7f", "a␍b␀␡"},
		{"\u009b31m", `\u{009b}31m`},
		{"a\u202egnp", `a\u{202e}gnp`},
		{"z\u200bw\ufeff\u2066", `z\u{200b}w\u{feff}\u{2066}`},
		{"\u2028", `\u{2028}`},
		{"bad\xff", `bad\xff`},
		{"tag\U000E0041", `tag\u{e0041}`},
		{"�", "�"},
	}
	for _, test := range tests {
		if got := Terminal(test.in); got != test.want {
			t.Errorf("Terminal(%q) = %q, want %q", test.in, got, test.want)
		}
	}
	if got := Line("a\n\tb"); got != "a␊␉b" {
		t.Errorf("Line = %q", got)
	}
}

func TestCSV(t *testing.T) {
	for _, in := range []string{`=cmd|'/C calc'!A0`, "+1", "-1", "@SUM(1)", "\t=1", "\r=1", "＝1", "＋1", "－1", "＠x", "  =1", "\u00a0=1", "\n=1", "\ufeff=1", "\tx"} {
		if got := CSV(in); got != "'"+in {
			t.Errorf("CSV(%q) = %q, want an apostrophe before it", in, got)
		}
	}
	for _, in := range []string{"", "x=1", "adele@contoso.com", "2026-03-01", "192.0.2.1", "   ", "a\t=1"} {
		if got := CSV(in); got != in {
			t.Errorf("CSV(%q) = %q, want it as it is", in, got)
		}
	}
}

func TestMarkdown(t *testing.T) {
	tests := []struct{ in, want string }{
		{"adele", "adele"},
		{"a|b", `a\|b`},
		{"<b>&amp;", "&lt;b&gt;&amp;amp;"},
		{"[x](javascript:1)", `\[x\]\(javascript\:1\)`},
		{"www.contoso.com", `www\.contoso.com`},
		{"a@contoso.com", `a\@contoso.com`},
		{"# x\n# y", `\# x␊\# y`},
		{"- x", `\- x`},
		{"1. x", `1\. x`},
		{"1.", `1\.`},
		{"192.0.2.1", "192.0.2.1"},
		{"2026-03-01 15:04:05Z", "2026-03-01 15:04:05Z"},
		{"Reason: none", "Reason: none"},
		{"https://192.0.2.1", `https\://192.0.2.1`},
		{"mailto:x", `mailto\:x`},
		{"web+a2://x", `web+a2\://x`},
		{":skull:", `\:skull:`},
		{"    code", "&#32;   code"},
		{" - x", `&#32;\- x`},
		{"`x` \\", "\\`x\\` \\\\"},
	}
	for _, test := range tests {
		if got := Markdown(test.in); got != test.want {
			t.Errorf("Markdown(%q) = %q, want %q", test.in, got, test.want)
		}
	}
}

func FuzzEscape(f *testing.F) {
	for _, seed := range []string{"", "\x1b[31m", "=1", "a|b\n", "\u202e", "\xff", "www.x", "１. x"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, s string) {
		for _, got := range []string{Terminal(s), Line(s), Markdown(s)} {
			if !utf8.ValidString(got) {
				t.Errorf("%q gives bytes that are not UTF-8: %q", s, got)
			}
			if at := strings.IndexFunc(got, func(r rune) bool { return r != '\n' && r != '\t' && hidden(r) }); at >= 0 {
				t.Errorf("%q gives a hidden character: %q", s, got)
			}
		}
		if strings.ContainsAny(Markdown(s), "\n\t<>") || strings.ContainsAny(Line(s), "\n\t") {
			t.Errorf("%q breaks its line", s)
		}
		var b strings.Builder
		w := csv.NewWriter(&b)
		if err := w.Write([]string{CSV(s), "end"}); err != nil {
			t.Fatal(err)
		}
		w.Flush()
		row, err := csv.NewReader(strings.NewReader(b.String())).Read()
		if err != nil || len(row) != 2 || row[1] != "end" {
			t.Errorf("CSV(%q) reads back as %q, %v", s, row, err)
		}
	})
}

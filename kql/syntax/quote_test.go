package syntax

import (
	"math/rand/v2"
	"strings"
	"testing"
	"unicode/utf8"
)

func TestQuote(t *testing.T) {
	tests := []struct{ text, want string }{
		{"", `""`},
		{`a "b" \c`, `"a \"b\" \\c"`},
		{"it's", `"it's"`},
		{"\r\n\t", `"\r\n\t"`},
		{"\x00\x1b\x7f\u0085\u009b", `"\u0000\u001B\u007F\u0085\u009B"`},
		{"\u202e\u2066\u200f\u2028\u2029\ufeff\u00ad", `"\u202E\u2066\u200F\u2028\u2029\uFEFF\u00AD"`},
		{"\U000E0041", `"\U000E0041"`},
		{"é名😀", `"é名😀"`},
		{`" | take 0 //`, `"\" | take 0 //"`},
	}
	for _, test := range tests {
		if got := Quote(test.text); got != test.want {
			t.Errorf("Quote(%q) = %s, want %s", test.text, got, test.want)
		}
	}
}

// Whatever is quoted is one literal with the same value, in any place where a
// string may stand.
func TestQuoteIsOneLiteral(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	pieces := []string{
		`"`, `'`, `\`, "`", "```", "~~~", "@", "h", "\n", "\r", "\t", "\x00", "\x1b", "\u0085", "\u202e", "\u2028",
		"//", "|", ";", ")", "]", "'; drop", "a", "é", "😀", "\U000E0041", "\\u0041", "\\x", "$left", "{", "}",
	}
	for range 5000 {
		var b strings.Builder
		for range random.IntN(12) {
			b.WriteString(pieces[random.IntN(len(pieces))])
		}
		checkQuoted(t, b.String())
	}
}

func checkQuoted(t *testing.T, text string) {
	t.Helper()
	quoted := Quote(text)
	query, list := ParseQuery("T | where a == " + quoted + " | take 1")
	if list.HasErrors() {
		t.Fatalf("Quote(%q) = %s\n%s", text, quoted, list.Format("q", quoted))
	}
	pipe := query.Statements[0].(*ExprStatement).Expr.(*Pipe)
	got := pipe.Ops[0].(*Where).Cond.(*Binary).Y.(*Literal)
	want := strings.ToValidUTF8(text, string(utf8.RuneError))
	if len(query.Statements) != 1 || len(pipe.Ops) != 2 || got.Kind != StringLiteral || got.Text != want {
		t.Errorf("Quote(%q) = %s reads as %q", text, quoted, got.Text)
	}
}

// A name that is not a word is put in brackets, so that a tree built from
// evidence prints as the same tree.
func TestFormatHostileNames(t *testing.T) {
	for _, text := range []string{"a b", "a|b", `x"] | take 0 //`, "", "a.b", "a*", "1 or 1", "é\u202e"} {
		got := Format(&Where{Cond: &Binary{Op: "==", X: &Name{Text: text}, Y: &Literal{Kind: StringLiteral, Text: text}}})
		query, list := ParseQuery("T | " + got)
		if list.HasErrors() {
			t.Fatalf("%s\n%s", got, list.Format("q", got))
		}
		cond := query.Statements[0].(*ExprStatement).Expr.(*Pipe).Ops[0].(*Where).Cond.(*Binary)
		if name := cond.X.(*Name); name.Text != text {
			t.Errorf("name %q prints in %s and reads as %q", text, got, name.Text)
		}
	}
}

// Printing adds the parentheses that a tree built by hand needs.
func TestFormatParenthesizes(t *testing.T) {
	a, b, c := &Name{Text: "a"}, &Name{Text: "b"}, &Name{Text: "c"}
	or := &Binary{Op: "or", X: a, Y: b}
	tests := []struct {
		x    Expr
		want string
	}{
		{&Binary{Op: "and", X: or, Y: c}, "(a or b) and c"},
		{&Binary{Op: "or", X: c, Y: or}, "c or (a or b)"},
		{&Binary{Op: "==", X: &Binary{Op: "==", X: a, Y: b}, Y: c}, "(a == b) == c"},
		{&Binary{Op: "has", X: &Binary{Op: "+", X: a, Y: b}, Y: c}, "(a + b) has c"},
		{&Unary{Op: "-", X: &Unary{Op: "-", X: a}}, "-(-a)"},
		{&Path{X: or, Name: c}, "(a or b).c"},
		{&Index{X: &Unary{Op: "-", X: a}, Index: b}, "(-a)[b]"},
		{&Membership{Op: "in", X: or, List: []Expr{c}}, "(a or b) in (c)"},
		{&Between{X: or, Low: b, High: c}, "(a or b) between (b .. c)"},
	}
	for _, test := range tests {
		if got := Format(test.x); got != test.want {
			t.Errorf("Format = %s, want %s", got, test.want)
		}
	}
}

package syntax

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/conshelf/conshelf/internal/golden"
)

// Each archive holds query.kql and any of: tree, what was read; printed, the
// canonical text; diagnostics.
func TestParseQuery(t *testing.T) {
	golden.Run(t, "testdata/*.txtar", func(t *testing.T, in map[string]string) map[string]string {
		text := in["query.kql"]
		query, list := ParseQuery(text)
		if !list.HasErrors() {
			checkRoundTrip(t, text)
		}
		checkSpans(t, text, query)
		return map[string]string{
			"tree":        dump(query),
			"printed":     Format(query) + "\n",
			"diagnostics": list.Format("query.kql", text),
		}
	})
}

// checkRoundTrip checks that printing a query and reading it again changes
// nothing.
func checkRoundTrip(t *testing.T, text string) {
	t.Helper()
	query, list := ParseQuery(text)
	if list.HasErrors() {
		t.Fatalf("%s\n%s", text, list.Format("query", text))
	}
	printed := Format(query)
	again, list := ParseQuery(printed)
	if list.HasErrors() {
		t.Fatalf("printed text does not parse\n%s\nfrom\n%s", list.Format("printed", printed), text)
	}
	if diff := cmp.Diff(dump(query), dump(again)); diff != "" {
		t.Errorf("the tree changed (-first +again)\n%s\nprinted\n%s", diff, printed)
	}
	if second := Format(again); second != printed {
		t.Errorf("printing is not stable (-first +second)\n%s", cmp.Diff(printed, second))
	}
}

// checkSpans checks that every span lies within the text and within that of
// its parent.
func checkSpans(t *testing.T, text string, root Node) {
	t.Helper()
	Inspect(root, func(n Node) bool {
		span := n.Span()
		if span.Start < 0 || span.End < span.Start || span.End > len(text) {
			t.Errorf("%T has span %v of %d bytes", n, span, len(text))
		}
		Inspect(n, func(child Node) bool {
			if child == n {
				return true
			}
			if c := child.Span(); c.Start < span.Start || c.End > span.End {
				t.Errorf("%T %v lies outside of %T %v", child, c, n, span)
			}
			return false
		})
		return true
	})
}

func TestParseExpr(t *testing.T) {
	tests := []struct{ name, text, want string }{
		{"scalar", "1 + 2 * 3", "1 + 2 * 3"},
		{"rows", "T | take 1", "T\n| take 1"},
		{"left over", "a b", "KS005"},
		{"stray parenthesis", "a )", "KS198"},
		{"empty", "", "KS006"},
		{"not UTF-8", "\"\xff\"", "KS002"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			x, list := ParseExpr(test.text)
			got := Format(x)
			if list.HasErrors() {
				got = string(list[0].Code)
			}
			if got != test.want {
				t.Errorf("ParseExpr(%q) = %q, want %q", test.text, got, test.want)
			}
		})
	}
}

// Grouping shows how operators bind: each is printed with its operands in
// parentheses.
func TestPrecedence(t *testing.T) {
	tests := []struct{ text, want string }{
		{"a or b and c", "(a or (b and c))"},
		{"a and b or c", "((a and b) or c)"},
		{"a + b has c", "(a + (b has c))"}, // string operators bind tighter than arithmetic
		{"a == b + c * d", "(a == (b + (c * d)))"},
		{"a - b - c", "((a - b) - c)"},
		{"a < b == c < d", "((a < b) == (c < d))"},
		{"-a * b", "(-a * b)"},
		{"-a.b[0]", "-a.b[0]"},
		{"a =~ b and c !has d", "((a =~ b) and (c !has d))"},
		{"a in (1, 2) and b", "(a in (1, 2) and b)"},
		{"a between (1 .. 2) or b", "(a between (1 .. 2) or b)"},
		{"a matches regex b or c", "((a matches regex b) or c)"},
		{"* has a or b : c", "((* has a) or (b : c))"},
		{"a has b == true", "((a has b) == true)"},
	}
	for _, test := range tests {
		t.Run(test.text, func(t *testing.T) {
			x, list := ParseExpr(test.text)
			if list.HasErrors() {
				t.Fatal(list.Format("text", test.text))
			}
			if got := grouped(x); got != test.want {
				t.Errorf("%s groups as %s, want %s", test.text, got, test.want)
			}
		})
	}
}

func grouped(x Expr) string {
	if x, ok := x.(*Binary); ok {
		return "(" + grouped(x.X) + " " + x.Op + " " + grouped(x.Y) + ")"
	}
	return Format(x)
}

func TestLimits(t *testing.T) {
	deep := strings.Repeat("(", maxNesting+1) + "1" + strings.Repeat(")", maxNesting+1)
	tests := []struct {
		name, text string
		want       bool
	}{
		{"parentheses past the limit", "print " + deep, true},
		{"parentheses at the limit", "print " + deep[3:len(deep)-3], false},
		{"arrays past the limit", "print dynamic(" + strings.Repeat("[", maxNesting+1), true},
		{"functions past the limit", strings.Repeat("let f = () { ", maxNesting+1), true},
		{"subqueries past the limit", strings.Repeat("T | join (", maxNesting+1), true},
		{"calls past the limit", "print " + strings.Repeat("f(", maxNesting+1), true},
		{"indexes past the limit", "print " + strings.Repeat("a[", maxNesting+1), true},
		{"signs do not nest", "print " + strings.Repeat("-", 10*maxNesting) + "1", false},
		{"a chain is not nesting", "print 1" + strings.Repeat(" + 1", 5000), false},
		{"a chain past the limit", "print 1" + strings.Repeat(" + 1", maxHeight+1), true},
		{"a chain in a chain", "print (1" + strings.Repeat(" + 1", maxHeight/2+1) + ")" + strings.Repeat(" + 1", maxHeight/2+1), true},
		{"a path past the limit", "print a" + strings.Repeat(".b", maxHeight+1), true},
		{"a list is not nesting", "print 1" + strings.Repeat(", 1", 50_000), false},
		{"a pipe is not nesting", "T" + strings.Repeat(" | take 1", 50_000), false},
		{"text past the limit", strings.Repeat(" ", maxSize+1), true},
		{"text at the limit", strings.Repeat(" ", maxSize), false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			query, list := ParseQuery(test.text)
			if query == nil {
				t.Fatal("no tree")
			}
			got := false
			for _, d := range list {
				got = got || d.Code == "CSH003"
			}
			if got != test.want {
				t.Errorf("too complex = %v, want %v (%d diagnostics)", got, test.want, len(list))
			}
		})
	}
}

// Work grows with the text, however broken it is: these would take minutes if
// it grew with the square.
func TestHostileTexts(t *testing.T) {
	for _, part := range []string{
		"(", ")", "[", "]", "{", "}", "|", ";", ",", "T |", "T | where (", "\"", "'", "\\", "```",
		"!", "let a =", "a.", "a-b-", "-", "in (", "union ", "(a,", "top-nested of a by b,",
		"dynamic({", "datatable(", "h@", "1..", "/", "\x00", "\xff", "é", "| nosuch ", "a b ",
		"~~~", "@\"\"", "hint.", "x=", "['", "12345678-", "T|scan with (step a: b=>c=d;", "()-[",
	} {
		text := strings.Repeat(part, 60_000/len(part))
		query, _ := ParseQuery(text)
		checkSpansOnce(t, text, query)
	}
}

func checkSpansOnce(t *testing.T, text string, query *Query) {
	t.Helper()
	Inspect(query, func(n Node) bool {
		if span := n.Span(); span.Start < 0 || span.End < span.Start || span.End > len(text) {
			t.Errorf("%T has span %v of %d bytes", n, span, len(text))
		}
		return true
	})
}

package diag

import (
	"strings"
	"testing"
)

func TestFormat(t *testing.T) {
	text := "SigninLogs\n| where Üser == 1\n"
	start := len("SigninLogs\n| where ")
	d := Diagnostic{Span: Span{start, start + len("Üser")}, Code: UnknownName, Message: "no column is called Üser", Hint: "User"}
	want := "q.kql:2:9: error KS142: no column is called Üser\n" +
		"    | where Üser == 1\n" +
		"            ~~~~\n" +
		"hint: User\n"
	if got := d.Format("q.kql", text); got != want {
		t.Errorf("Format =\n%s\nwant\n%s", got, want)
	}
}

func TestPositionIsWithinTheText(t *testing.T) {
	for _, test := range []struct{ offset, line, column int }{
		{-5, 1, 1}, {0, 1, 1}, {2, 1, 3}, {3, 2, 1}, {99, 2, 2},
	} {
		if line, column := Position("ab\nc", test.offset); line != test.line || column != test.column {
			t.Errorf("Position(%d) = %d:%d, want %d:%d", test.offset, line, column, test.line, test.column)
		}
	}
}

func TestListKeepsOneOfEach(t *testing.T) {
	var l List
	l.Errorf(Span{4, 5}, UnknownName, "b")
	l.Errorf(Span{1, 2}, UnknownName, "a")
	l.Errorf(Span{4, 5}, UnknownName, "b")
	l.Sort()
	if len(l) != 2 || l[0].Message != "a" || !l.HasErrors() {
		t.Errorf("list %+v", l)
	}
}

// The zero Severity must stop a query: a diagnostic that forgets to say is an
// error.
func TestZeroSeverityIsError(t *testing.T) {
	if !(List{{}}).HasErrors() {
		t.Error("a diagnostic without severity does not stop")
	}
}

// A line that is very long is shown in part, with its place still underlined.
func TestFormatLongLine(t *testing.T) {
	text := strings.Repeat("a", 1000) + "?" + strings.Repeat("b", 1000)
	for _, start := range []int{0, 10, 1000, 1990, 2001} {
		got := Diagnostic{Span: Span{start, start + 1}, Code: Expected, Message: "m"}.Format("q", text)
		lines := strings.Split(got, "\n")
		if len([]rune(lines[1])) > longLine+10 {
			t.Errorf("at %d a line of %d", start, len(lines[1]))
		}
		if at := strings.IndexByte(lines[2], '~'); start == 1000 && []rune(lines[1])[at] != '?' {
			t.Errorf("at %d the mark is under %q:\n%s", start, []rune(lines[1])[at], got)
		}
	}
}

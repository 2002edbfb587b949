package kql

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// patience is what compiling anything may take where nothing else runs, and
// much more, because tests run beside others. What grows without bound takes
// longer than that.
const patience = 20 * time.Second

// TestHostileQueries compiles what is long, deep or doubles itself. Each is
// answered or refused, soon; few diagnostics are enough to say so.
func TestHostileQueries(t *testing.T) {
	options := Options{Catalog: publishedTables(t), Now: testNow}
	repeat := strings.Repeat
	tests := []struct{ name, text string }{
		{"parentheses", "print x = " + repeat("(", 10_000) + "1" + repeat(")", 10_000)},
		{"open parentheses", "print x = " + repeat("(", 100_000)},
		{"brackets", "print x = dynamic(" + repeat("[", 10_000) + repeat("]", 10_000) + ")"},
		{"bags", "print x = dynamic(" + repeat(`{"a":`, 10_000) + "1" + repeat("}", 10_000) + ")"},
		{"minus", "print x = " + repeat("-", 100_000) + "1"},
		{"calls", "print x = " + repeat("strcat(", 10_000) + "'a'" + repeat(")", 10_000)},
		{"tables in parentheses", repeat("(", 10_000) + "SigninLogs" + repeat(")", 10_000)},
		{"unions in unions", repeat("union (", 5_000) + "SigninLogs" + repeat(")", 5_000)},
		{"a megabyte of plus", "print x = 1" + repeat(" + 1", 250_000)},
		{"a megabyte of and", "SigninLogs | where true" + repeat(" and UserType == 'x'", 50_000)},
		{"a megabyte of values", "SigninLogs | where UserType in ('x'" + repeat(", 'yyyyyyy'", 90_000) + ")"},
		{"a megabyte of where", "SigninLogs" + repeat("| where UserType == 'x'", 45_000)},
		{"a megabyte of extend", "SigninLogs" + repeat("| extend x = 1", 70_000)},
		{"a megabyte of text", "print x = '" + repeat("a", 1_000_000) + "'"},
		{"a megabyte of open text", "print x = '" + repeat("a", 1_000_000)},
		{"a megabyte of quotes", "print x = " + repeat("'", 1_000_000)},
		{"a megabyte of signs", repeat("| , ; ( ", 125_000)},
		{"a megabyte of bars", repeat("|", 1_000_000)},
		{"a megabyte of semicolons", repeat(";", 1_000_000)},
		{"a megabyte of comments", repeat("//x\n", 250_000) + "print 1"},
		{"more than a megabyte", repeat(" ", 1<<21)},
		{"a path", "print x = dynamic({}) | project y = x" + repeat(".a", 300_000)},
		{"lets that double", "let a0 = 'x';" + links(1_000, "let a%[2]d = strcat(a%[1]d, a%[1]d);") + "print a1000"},
		{"lets of tables", "let a0 = SigninLogs;" + links(5_000, "let a%[2]d = a%[1]d | where UserType == 'x';") + "a5000"},
		{"unions that double", "let a0 = SigninLogs;" + links(100, "let a%[2]d = union a%[1]d, a%[1]d;") + "a100"},
		{"joins that double", "let a0 = SigninLogs;" + links(30, "let a%[2]d = a%[1]d | join a%[1]d on UserType;") + "a30"},
		{"functions that double", "let a0 = (x:long) { x + x };" + links(60, "let a%[2]d = (x:long) { a%[1]d(a%[1]d(x)) };") + "print a60(1)"},
		{"views that double", "let a0 = () { SigninLogs };" + links(60, "let a%[2]d = () { union (a%[1]d), (a%[1]d()) };") + "a60"},
		{"joins", "SigninLogs" + repeat("| join kind=inner (SigninLogs | project UserType) on UserType", 1_000)},
		{"a wide union", "union " + repeat("SigninLogs, ", 10_000) + "SigninLogs"},
		{"all tables, often", "union *" + repeat(", *", 50)},
		{"searches", `search "x"` + repeat(`| search "y"`, 20)},
		{"aggregates", "SigninLogs | summarize count()" + repeat(", count()", 2_000)},
		{"one column, often", "SigninLogs | project UserType" + repeat(", UserType", 2_000)},
		{"mv-apply in mv-apply", "SigninLogs" + repeat("| mv-apply DeviceDetail on (project DeviceDetail", 500) + repeat(")", 500)},
		{"a regular expression that doubles", "SigninLogs | where UserType matches regex '" + repeat("(", 500) + "a" + repeat("){1,1000}", 500) + "'"},
		{"unknown tables", "union " + repeat("Signinlog, ", 1_000) + "X"},
		{"unknown functions", "print " + repeat("strca(1), ", 5_000) + "1"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			overdue := time.AfterFunc(patience, func() { panic("compiling takes too long: " + test.name) })
			defer overdue.Stop()
			query, list := Compile(test.text, options)
			if (query == nil) != list.HasErrors() {
				t.Errorf("plan is nil: %v, diagnostics: %v", query == nil, list)
			}
		})
	}
}

// links writes a chain: each link names itself and the one before.
func links(n int, format string) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, format, i, i+1)
	}
	return b.String()
}

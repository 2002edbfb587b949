package investigation

import (
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"github.com/conshelf/conshelf/kql/bind"
)

func TestLoadFunctions(t *testing.T) {
	dir := fstest.MapFS{
		"plain.kql":      {Data: []byte("SigninLogs | count\n")},
		"commented.kql":  {Data: []byte("// commented(a:string, b:datetime=datetime(null))\nT | where x == a\n")},
		"remark.kql":     {Data: []byte("// what it is for (mostly)\nT\n")},
		"literal.kql":    {Data: []byte("(T:(*), s:string=\")\") { T | where x == s };\n")},
		"command.kql":    {Data: []byte(".create-or-alter function ifnotexists with (docstring='a (b', folder=\"f\") Named(n:long) {\n T | take n\n}\n")},
		"sub/parser.yml": {Data: []byte("ParserName: vimX\nEquivalentBuiltInParser: _Im_X\nParserParams:\n  - Name: who\n    Type: string\n    Default: '*'\n  - Name: off\n    Type: bool\n    Default: false\nParserQuery: T | where a == who and not(off)\n")},
		"sub/other.yaml": {Data: []byte("name: a rule, no parser\n")},
		"notes.txt":      {Data: []byte("not read")},
	}
	got, problems := LoadFunctions(dir)
	if len(problems) > 0 {
		t.Errorf("problems: %v", problems)
	}
	parser := bind.Function{Name: "vimX", Parameters: `who:string="*", off:bool=false`, Body: "T | where a == who and not(off)"}
	alias := parser
	alias.Name = "_Im_X"
	want := []bind.Function{
		{Name: "Named", Parameters: "n:long", Body: "\n T | take n\n"},
		alias,
		{Name: "commented", Parameters: "a:string, b:datetime=datetime(null)", Body: "// commented(a:string, b:datetime=datetime(null))\nT | where x == a\n"},
		{Name: "literal", Parameters: `T:(*), s:string=")"`, Body: " T | where x == s "},
		{Name: "plain", Body: "SigninLogs | count\n"},
		{Name: "remark", Body: "// what it is for (mostly)\nT\n"},
		parser,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// A file that is wrong is said with its place, and the others are there.
func TestLoadFunctionsProblems(t *testing.T) {
	dir := fstest.MapFS{
		"a.kql":      {Data: []byte("T | count")},
		"bad.kql":    {Data: []byte("T\n| whre x\n")},
		"bad.yaml":   {Data: []byte("ParserName: [\n")},
		"second.kql": {Data: []byte(".create function a() { U }")},
	}
	got, problems := LoadFunctions(dir)
	if len(got) != 1 || got[0].Name != "a" || got[0].Body != "T | count" {
		t.Errorf("functions: %v", got)
	}
	var text strings.Builder
	for _, p := range problems {
		text.WriteString(p.String())
	}
	for _, want := range []string{"bad.kql:2:3: error KS176: there is no operator whre", "bad.yaml:1:1:", "second.kql:1:1:", "another file defines a function of the name a"} {
		if !strings.Contains(text.String(), want) {
			t.Errorf("the problems lack %q:\n%s", want, text.String())
		}
	}
}

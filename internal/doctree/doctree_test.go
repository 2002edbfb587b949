package doctree

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/conshelf/conshelf/kql/diag"
)

// print writes a tree in one line.
func print(n *Node) string {
	switch n.Kind {
	case Null:
		return "~"
	case Text:
		return fmt.Sprintf("%q", n.Text)
	case Number, Bool:
		return n.Text
	case List:
		var items []string
		for _, item := range n.Items {
			items = append(items, print(item))
		}
		return "[" + strings.Join(items, " ") + "]"
	case Map:
		var entries []string
		for _, e := range n.Entries {
			entries = append(entries, e.Key+":"+print(e.Value))
		}
		return "{" + strings.Join(entries, " ") + "}"
	}
	panic(n.Kind)
}

func TestYAML(t *testing.T) {
	for text, want := range map[string]string{
		"b: 1\na: [x, '2', 0x10, true, null, ~]": `{b:1 a:["x" "2" 0x10 true ~ ~]}`,
		"2026-01-02: 2026-01-02":                 `{2026-01-02:"2026-01-02"}`,
		"1: yes\nno: on":                         `{1:"yes" no:"on"}`,
		"a: &x {y: z}\nb: *x":                    `{a:{y:"z"} b:{y:"z"}}`,
		"a: |\n  x\n\n  y\nb: >-\n  one\n  two":  `{a:"x\n\ny\n" b:"one two"}`,
		"a: 1\n---\n---\nb: 2":                   `{a:1} {b:2}`,
		"---\na: 1\n--- # two\nb: |\n  x\n---\n": `{a:1} {b:"x\n"}`,
		"a: 1\n---\n---\nb: [2":                  "error",
		"a: \"\\u0041\"":                         `{a:"A"}`,
		"":                                       "",
		"a: *x":                                  "1:4: the alias *x has no anchor before it",
		"a: &x [*x]":                             "1:8: the alias *x has no anchor before it",
		"a: 1\na: 2":                             "error",
		"? {a: b}\n: c":                          "error",
		"a: !!binary aGk=":                       "error",
		"a: [1\nb: 2":                            "error",
		strings.Repeat("[", 300) + strings.Repeat("]", 300): "error",
	} {
		docs, err := YAML(text)
		var got []string
		for _, d := range docs {
			got = append(got, print(d))
		}
		check(t, text, strings.Join(got, " "), err, want)
	}
}

func TestJSON(t *testing.T) {
	for text, want := range map[string]string{
		`{"b": 1.50, "a": ["x", true, null, {}]}`: `{b:1.50 a:["x" true ~ {}]}`,
		`"\u00e9\n"`:    `"é\n"`,
		`{"a":1,"a":2}`: "1:8: the key a is there twice",
		`{"a":1} 2`:     "error",
		`{"a"`:          "error",
		`[1,`:           "error",
		``:              "error",
		strings.Repeat("[", 300) + strings.Repeat("]", 300): "error",
	} {
		n, err := JSON(text)
		got := ""
		if err == nil {
			got = print(n)
		}
		check(t, text, got, err, want)
	}
}

func check(t *testing.T, text, got string, err error, want string) {
	t.Helper()
	var wrong *SyntaxError
	if errors.As(err, &wrong) {
		line, column := diag.Position(text, wrong.At.Start)
		got = fmt.Sprintf("%d:%d: %s", line, column, wrong.Message)
		if want == "error" {
			return
		}
	}
	if got != want {
		t.Errorf("%q: got %s, want %s", text, got, want)
	}
}

// Aliases of aliases would make a tree larger than any memory.
func TestAliasesAreBounded(t *testing.T) {
	var b strings.Builder
	b.WriteString("a0: &a0 [x, x]\n")
	for i := range 40 {
		fmt.Fprintf(&b, "a%d: &a%d [*a%d, *a%d]\n", i+1, i+1, i, i)
	}
	if _, err := YAML(b.String()); err == nil {
		t.Error("a tree of 2^40 nodes was read")
	}
}

// Every node says where it stands.
func TestAt(t *testing.T) {
	text := `{"a": "x\"y", "b": [12, true]}`
	n, err := JSON(text)
	if err != nil {
		t.Fatal(err)
	}
	for at, want := range map[diag.Span]string{
		n.Entries[0].At: `"a"`, n.Value("a").At: `"x\"y"`, n.Value("b").Items[0].At: "12", n.Value("b").Items[1].At: "true",
	} {
		if got := text[at.Start:at.End]; got != want {
			t.Errorf("%s is at %s", want, got)
		}
	}
}

func TestEqual(t *testing.T) {
	tests := []struct {
		a, b string
		want bool
	}{
		{"{a: 1, b: [x]}", "{b: [x], a: 1}", true},
		{"{a: 1}", "{a: '1'}", false},
		{"[1, 2]", "[2, 1]", false},
		{"{a: 1}", "{a: 1, b: 2}", false},
	}
	for _, test := range tests {
		a, _ := YAML(test.a)
		b, _ := YAML(test.b)
		if got := Equal(a[0], b[0]); got != test.want {
			t.Errorf("Equal(%s, %s) = %t", test.a, test.b, got)
		}
	}
}

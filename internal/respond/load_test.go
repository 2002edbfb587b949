package respond

import (
	"errors"
	"strings"
	"testing"
	"testing/fstest"
)

func TestLoadErrors(t *testing.T) {
	const head = "id: p\nname: P\ndescription: D\nsteps:\n  - id: s\n    phase: Recovery\n    turn: verify\n    title: T\n    why: W\n"
	tests := []struct{ name, text, want string }{
		{"syntax", "id: [", "p.yaml:1:"},
		{"id", strings.Replace(head, "id: p", "id: q", 1), `p.yaml:1:1: error CSH020: the id is "q"; it must be the file's name, "p"`},
		{"unknown field", head + "    wen: {}\n", `p.yaml:10:5: error CSH020: no field is called "wen"`},
		{"phase", strings.Replace(head, "Recovery", "Recover", 1), `p.yaml:6:12: error CSH020: no phase is called "Recover"`},
		{"turn", strings.Replace(head, "verify", "later", 1), "p.yaml:7:11: error CSH020: turn is one of"},
		{"value", head + "    verify: T | where A == ${nobody}\n", `no value is called "nobody"`},
		{"value of another entity", head + "    forEach: IP\n    verify: T | where A == ${user}\n", "${user} is a value of Account"},
		{"text in a query", head + "    verify: T | where A == ${entity}\n", "the value entity cannot stand in KQL"},
		{"no permission", head + "    do: {method: GET, url: https://graph.microsoft.com/v1.0/x}\n    noUndo: it reads\n", "a do needs the least permission"},
		{"no undo", head + "    do: {method: GET, url: https://graph.microsoft.com/v1.0/x}\n    permission: P\n", "either an undo, or a noUndo"},
		{"foreign host", head + "    do: {method: GET, url: https://graph.microsoft.com.example.org/x}\n    permission: P\n    noUndo: it reads\n", "a request goes to https://graph.microsoft.com/"},
		{"before that writes", head + "    before: {method: POST, url: https://graph.microsoft.com/x}\n    do: {method: GET, url: https://graph.microsoft.com/v1.0/x}\n    permission: P\n    noUndo: it reads\n", "before reads; its method is GET"},
		{"undo to nowhere", head + "    do: {method: DELETE, url: https://graph.microsoft.com/v1.0/x}\n    permission: P\n    undo:\n      method: POST\n      url: https://graph.microsoft.com/v1.0/x\n      body: {a: \"{before.a}\"}\n", "there is no before"},
		{"standing", head + "    when: {standing: [guilty]}\n", `no standing is called "guilty"`},
		{"no steps", "id: p\nname: P\ndescription: D\n", "a playbook needs steps"},
		{"twice", head + head[strings.Index(head, "  - id"):], `two steps have the id "s"`},
		{"a list where text is needed", strings.Replace(head, "title: T", "title: [T]", 1), "text is needed here"},
		{"empty", "", "a mapping is needed here"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			_, err := Load(fstest.MapFS{"p.yaml": {Data: []byte(test.text)}})
			var at *LoadError
			if !errors.As(err, &at) || !strings.Contains(err.Error(), test.want) {
				t.Errorf("Load = %v, want %s", err, test.want)
			}
		})
	}
	if books, err := Load(fstest.MapFS{"p.yaml": {Data: []byte(head)}}); err != nil || len(books) != 1 {
		t.Errorf("Load of the unspoilt playbook = %v, %v", books, err)
	}
}

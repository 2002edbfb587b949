package tenant

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// Everything that is wrong is said, each in a line with its number, and
// nothing is taken of a file that has a problem.
func TestProblems(t *testing.T) {
	for _, test := range []struct{ name, text, want string }{
		{"an unknown key", "vip: [a@contoso.com]\n", "facts.yaml:1: the file has no key vip; there are administrators, applications, breakGlass, egress, maintenance, networks, penTests, tenant, travel, vips"},
		{"a key in another case", "vips: []\nBreakglass: []\n", "facts.yaml:2: the file has no key Breakglass: write breakGlass"},
		{"no network", "networks:\n  - cidr: 198.51.100.0/40\n    name: HQ\n", `facts.yaml:2: networks, entry 1: cidr: "198.51.100.0/40" is no address and no network such as 198.51.100.0/24`},
		{"bits beyond the length", "egress:\n  - 198.51.100.7/24\n", "facts.yaml:2: egress, entry 1: 198.51.100.7/24 has bits beyond its length: write 198.51.100.0/24"},
		{"every address", "egress:\n  - 0.0.0.0/0\n", "facts.yaml:2: egress, entry 1: 0.0.0.0/0 is every address"},
		{"no user", "breakGlass:\n  - name: Emergency\n", "facts.yaml:2: breakGlass, entry 1: neither user nor id is there"},
		{"no name of a user", "vips: [Adele]\n", `facts.yaml:1: vips, entry 1: "Adele" is no user principal name; an object id is written id: …`},
		{"no list", "vips: a@contoso.com\n", "facts.yaml:1: vips is not a list"},
		{"a time that is none", "travel:\n  - user: a@contoso.com\n    country: FR\n    from: March\n    to: 2026-03-02\n", `facts.yaml:4: travel, entry 1: from: "March" is no date such as 2026-03-01 and no time such as 2026-03-01T08:00:00Z`},
		{"times in the wrong order", "travel:\n  - user: a@contoso.com\n    country: FR\n    from: 2026-03-04\n    to: 2026-03-02\n", "facts.yaml:5: travel, entry 1: to is not after from"},
		{"a journey without an end", "travel:\n  - user: a@contoso.com\n    country: FR\n    from: 2026-03-04\n", "facts.yaml:2: travel, entry 1: to is not there"},
		{"maintenance by nobody", "maintenance:\n  - what: patches\n    from: 2026-03-04\n    to: 2026-03-05\n", "facts.yaml:2: maintenance, entry 1: who does it is not there"},
		{"an application by name alone", "applications:\n  - name: Backup\n", "facts.yaml:2: applications, entry 1: id is not there"},
		{"several at once", "vips: [Adele]\nspies: []\n", "facts.yaml:1: vips, entry 1: \"Adele\" is no user principal name; an object id is written id: …\nfacts.yaml:2: the file has no key spies; there are administrators, applications, breakGlass, egress, maintenance, networks, penTests, tenant, travel, vips"},
		{"no YAML", "vips: [\n", "facts.yaml:1: not YAML: sequence end token ']' not found"},
		{"two documents", "vips: []\n---\nvips: []\n", "facts.yaml: a file of facts is one document, not 2"},
		{"a list", "- vips\n", "facts.yaml:1: the file is not a mapping of keys to values"},
	} {
		t.Run(test.name, func(t *testing.T) {
			facts, err := Parse([]byte(test.text))
			if err == nil || facts != nil {
				t.Fatalf("facts %v, no error", facts)
			}
			if diff := cmp.Diff(strings.Split(test.want, "\n"), strings.Split(err.Error(), "\n")); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// A file may be empty; what it declares empty is declared.
func TestDeclared(t *testing.T) {
	for _, text := range []string{"", "# nothing\n"} {
		if f, err := Parse([]byte(text)); err != nil || f.Declares("vips") {
			t.Errorf("%q: %v, vips %t", text, err, f.Declares("vips"))
		}
	}
	f, err := Parse([]byte("vips:\nbreakGlass: []\n"))
	if err != nil || !f.Declares("vips") || !f.Declares("breakGlass") || f.Declares("egress") {
		t.Errorf("%v: vips %t, breakGlass %t, egress %t", err, f.Declares("vips"), f.Declares("breakGlass"), f.Declares("egress"))
	}
}

// Every alias gives columns with a search key, and rows only where they are
// declared.
func TestWatchlists(t *testing.T) {
	var nothing *Facts
	f, err := Parse([]byte("breakGlass:\n  - {user: glass@contoso.com, id: 1b}\n  - {id: 2b}\negress: [203.0.113.7]\n"))
	if err != nil {
		t.Fatal(err)
	}
	for _, alias := range Aliases() {
		rel, declared, known := nothing.Watchlist(alias)
		if !known || declared || len(rel.Rows) > 0 || rel.Cols[2].Name != "SearchKey" {
			t.Errorf("%s: known %t, declared %t, %d rows, columns %v", alias, known, declared, len(rel.Rows), rel.Cols)
		}
		if !strings.Contains(strings.Join(keys(), " "), Key(alias)) {
			t.Errorf("%s is of key %s, which no file has", alias, Key(alias))
		}
		_, declared, _ = f.Watchlist(alias)
		if want := alias == "BreakGlass" || alias == "Egress"; declared != want {
			t.Errorf("%s: declared %t", alias, declared)
		}
	}
	if rel, _, _ := f.Watchlist("BreakGlass"); len(rel.Rows) != 2 {
		t.Errorf("BreakGlass has %d rows", len(rel.Rows))
	}
	if _, _, known := f.Watchlist("Spies"); known {
		t.Error("a watchlist of spies is known")
	}
}

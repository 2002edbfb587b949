package support

import (
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/conshelf/conshelf/kql"
	"github.com/conshelf/conshelf/kql/builtin"
	"github.com/conshelf/conshelf/kql/sqlgen"
	"github.com/conshelf/conshelf/kql/syntax"
)

//go:generate go test . -run ^TestDocument$ -update

var update = flag.Bool("update", false, "write docs/kql-support.md")

// The page says what is true.
func TestDocument(t *testing.T) {
	path := filepath.Join("..", "..", "docs", "kql-support.md")
	if *update {
		if err := os.WriteFile(path, []byte(Markdown()), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	page, err := os.ReadFile(path)
	if err != nil || string(page) != Markdown() {
		t.Errorf("docs/kql-support.md is not what the tables say (%v): run go generate ./internal/support", err)
	}
}

// Every construct is answered, or refused with a reason: its example is no
// mistake, and a reason says more than that it is refused.
func TestConstructsAreTotal(t *testing.T) {
	seen := make(map[string]bool)
	for _, f := range Families() {
		for _, c := range f.Constructs {
			a := c.Answered()
			switch {
			case seen[c.Name]:
				t.Errorf("%s stands there twice", c.Name)
			case a.Mistaken:
				t.Errorf("%s: its example is no query: %s\n%s", c.Name, a.Reason, c.Example)
			case a.Refused && (a.Reason == "" || strings.HasSuffix(a.Reason, "is not supported")):
				t.Errorf("%s is refused without a reason: %q", c.Name, a.Reason)
			}
			seen[c.Name] = true
		}
	}
}

// Every operator that the parser knows has an example.
func TestOperatorsHaveExamples(t *testing.T) {
	families := Families()
	for _, name := range syntax.Operators() {
		if name != "mvapply" && name != "mvexpand" && !hasExample(families[0], name) && !hasExample(families[1], name) {
			t.Errorf("the operator %s has no example", name)
		}
	}
}

func hasExample(f Family, name string) bool {
	return slices.ContainsFunc(f.Constructs, func(c Construct) bool {
		word, _, _ := strings.Cut(c.Name, " ")
		return strings.TrimSuffix(word, ",") == name && strings.Contains(c.Example, name)
	})
}

// Every name that Microsoft's language service completes is answered or
// refused with a reason.
func TestCatalogIsTotal(t *testing.T) {
	text, err := os.ReadFile(filepath.Join("..", "..", "..", "shared", "data", "kql", "catalog.json"))
	if err != nil {
		t.Skip("no catalog beside the checkout: ", err)
	}
	var catalog map[string]json.RawMessage
	if err := json.Unmarshal(text, &catalog); err != nil {
		t.Fatal(err)
	}
	for _, kind := range []string{"BuiltInFunction", "AggregateFunction", "ScalarInfix", "ScalarPrefix", "QueryPrefix"} {
		var names []string
		if err := json.Unmarshal(catalog[kind], &names); err != nil || len(names) == 0 {
			t.Fatalf("%s: %v", kind, err)
		}
		for _, name := range names {
			if why := thirdState(kind, name); why != "" {
				t.Errorf("%s %s %s", kind, name, why)
			}
		}
	}
}

// thirdState says what is wrong with a name that is neither answered nor
// refused; empty: it is one of them.
func thirdState(kind, name string) string {
	switch kind {
	case "QueryPrefix":
		if !hasExample(Families()[0], name) && !hasExample(Families()[1], name) {
			return "has no example"
		}
		return ""
	case "ScalarPrefix":
		if name == "toscalar" {
			return ""
		}
		value := map[string]string{"dynamic": "[1]", "datetime": "2024-01-02"}[name]
		if value == "" {
			value = "null"
		}
		_, list := kql.Compile("print "+name+"("+value+")", kql.Options{})
		if list.HasErrors() {
			return "is no literal: " + list[0].Message
		}
		return ""
	}
	f, ok := builtin.Lookup(name)
	if !ok {
		return "has no row"
	}
	why, refused := sqlgen.DuckDB().Refusal(*f)
	if refused && !f.Replaced && why == "" {
		return "is refused without a reason"
	}
	return ""
}

// What an example is about is known to be refused where the program has no
// such thing: the test would not see a refusal that vanished otherwise.
func TestRefusalsAreNamed(t *testing.T) {
	for _, test := range []struct{ query, want string }{
		{"T | consume", "it gives no rows"},
		{"T | evaluate python(typeof(*), 'x')", "no program of a query is run"},
		{"T | extend y = current_principal()", "evidence has no"},
		{"T | evaluate autocluster()", "not documented"},
		{"T | evaluate sequence_detect(t, 1d, 1d, x = a == 'q')", "not documented"},
		{"evaluate http_request('https://contoso.com')", "nothing is fetched"},
		{".show tables", "nothing is fetched"},
		{"T | graph-where-nodes x == 1", "documented by its name alone"},
	} {
		if a := (Construct{Example: test.query}).Answered(); !a.Refused || a.Mistaken || !strings.Contains(a.Reason, test.want) {
			t.Errorf("%s is %+v, want a refusal with %q", test.query, a, test.want)
		}
	}
	if a := (Construct{Example: "T | where missing == 1"}).Answered(); !a.Mistaken {
		t.Errorf("a query with an unknown column is %+v", a)
	}
}

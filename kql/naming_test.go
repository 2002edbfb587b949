package kql

import (
	"encoding/json"
	"os"
	"slices"
	"strings"
	"testing"
)

// A namingRule is a query, the columns that Microsoft's binder gives it and
// what it says about it.
type namingRule struct {
	Prefix, KQL    string
	Schema, Errors []string
}

// differs says why an answer of ours is not that of Microsoft's binder, which
// checks less. Each is a refusal.
func differs(kql string) (why string, ok bool) {
	switch {
	case strings.HasPrefix(kql, "extend r=row_number()"):
		return "a window function needs an order", true
	case strings.HasPrefix(kql, "evaluate bag_unpack"), strings.HasPrefix(kql, "evaluate pivot"):
		return "the columns depend on the rows", true
	}
	return "", false
}

func TestNamingRules(t *testing.T) {
	text, err := os.ReadFile(shared(t, "kql", "naming_rules.json"))
	if err != nil {
		t.Fatal(err)
	}
	var rules []namingRule
	if err := json.Unmarshal(text, &rules); err != nil {
		t.Fatal(err)
	}
	for _, rule := range rules {
		t.Run(rule.KQL, func(t *testing.T) {
			query, list := Compile(rule.Prefix+rule.KQL, Options{Now: testNow})
			why, refused := differs(rule.KQL)
			switch {
			case refused && query != nil:
				t.Errorf("Compile accepts what it should refuse: %s", why)
			case refused:
			case len(rule.Errors) > 0:
				code, _, _ := strings.Cut(rule.Errors[0], ":")
				if query != nil || len(list) != len(rule.Errors) || string(list[0].Code) != code {
					t.Errorf("Compile says %v, want %s", list, rule.Errors[0])
				}
			case query == nil:
				t.Errorf("Compile refuses it:\n%s", list.Format("query", rule.Prefix+rule.KQL))
			default:
				if got := schemaText(query.Root.Columns()); !slices.Equal(got, rule.Schema) {
					t.Errorf("columns are\n%v, want\n%v", got, rule.Schema)
				}
			}
		})
	}
}

package baseline_test

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/conshelf/conshelf/internal/baseline"
	"github.com/conshelf/conshelf/internal/condaccess"
)

// casesFile returns other people's cases: of the folder CONSHELF_CASES, or of the
// one beside the checkout. Without any the test is skipped.
func casesFile(t *testing.T) []byte {
	t.Helper()
	dir := os.Getenv("CONSHELF_CASES")
	if dir == "" {
		dir = filepath.Join("..", "..", "..", "shared", "data", "conditional-access")
	}
	data, err := os.ReadFile(filepath.Join(dir, "baseline_cases.jsonl"))
	if err != nil {
		t.Skip("no such cases: ", err)
	}
	return data
}

// A baselineCase is a test of another tool: a configuration, and whether the
// tool's own rule is met.
type baselineCase struct {
	Rule     string                     `json:"rule_id"`
	Name     string                     `json:"test_name"`
	Expected bool                       `json:"expected"`
	Event    map[string]json.RawMessage `json:"event"`
}

// verdict returns our verdict of the source's rule.
func (c *baselineCase) verdict(t *testing.T) string {
	t.Helper()
	var l condaccess.Loader
	if err := l.Read(c.Name, c.Event["conditional_access_policies"]); err != nil {
		t.Fatal(err)
	}
	facts := make(map[string]json.RawMessage)
	for name, value := range c.Event {
		if name == "scuba_config" || name == "service_plans" || name == "privileged_roles" {
			facts[name] = value
		}
	}
	text, err := json.Marshal(facts)
	if err != nil {
		t.Fatal(err)
	}
	f, err := baseline.ReadFacts(text)
	if err != nil {
		t.Fatal(err)
	}
	v, known := baseline.Compat(c.Rule, l.Tenant(), f)
	if !known {
		return "no such check"
	}
	return v.String()
}

func TestBaselineCases(t *testing.T) {
	equal, different, unknown := 0, 0, 0
	for line := range bytes.Lines(casesFile(t)) {
		var c baselineCase
		if strings.TrimSpace(string(line)) == "" {
			continue
		}
		if err := json.Unmarshal(line, &c); err != nil {
			t.Fatal(err)
		}
		want := baseline.NotMet.String()
		if c.Expected {
			want = baseline.Met.String()
		}
		switch got := c.verdict(t); got {
		case want:
			equal++
		case baseline.Met.String(), baseline.NotMet.String():
			different++
			t.Errorf("different: %s %s: got %s, want %s", c.Rule, c.Name, got, want)
		default:
			unknown++
			t.Errorf("unknown: %s %s: %s, want %s", c.Rule, c.Name, got, want)
		}
	}
	t.Logf("baseline_cases.jsonl: equal %d, different %d, unknown %d", equal, different, unknown)
}

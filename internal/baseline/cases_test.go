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
	Rule     string          `json:"rule_id"`
	Name     string          `json:"test_name"`
	Expected bool            `json:"expected"`
	Event    json.RawMessage `json:"event"`
}

// configuration returns the policies of a case, and the facts beside them.
func (c *baselineCase) configuration() (policies, facts []byte) {
	var members map[string]json.RawMessage
	if json.Unmarshal(c.Event, &members) != nil {
		return c.Event, []byte("{}") // the policies are all there is
	}
	beside := make(map[string]json.RawMessage)
	for _, name := range []string{"scuba_config", "service_plans", "privileged_roles"} {
		if value, ok := members[name]; ok {
			beside[name] = value
		}
	}
	facts, err := json.Marshal(beside)
	if err != nil {
		panic(err) // it was JSON before
	}
	if list, ok := members["conditional_access_policies"]; ok {
		return list, facts
	}
	return c.Event, facts
}

// verdict returns our verdict of the source's rule, which may be named without
// its source.
func (c *baselineCase) verdict() string {
	policies, facts := c.configuration()
	var l condaccess.Loader
	if err := l.Read(c.Name, policies); err != nil {
		return err.Error()
	}
	f, err := baseline.ReadFacts(facts)
	if err != nil {
		return err.Error()
	}
	tenant := l.Tenant()
	for _, source := range []string{"", "CIS.", "ZTA."} {
		if v, known := baseline.Compat(source+c.Rule, tenant, f); known {
			return v.String()
		}
	}
	return "no such check"
}

func TestBaselineCases(t *testing.T) {
	equal, different, unknown := 0, 0, 0
	for line := range bytes.Lines(casesFile(t)) {
		var c baselineCase
		if strings.TrimSpace(string(line)) == "" {
			continue
		}
		if err := json.Unmarshal(line, &c); err != nil {
			unknown++
			t.Errorf("unknown: %v", err)
			continue
		}
		want := baseline.NotMet.String()
		if c.Expected {
			want = baseline.Met.String()
		}
		switch got := c.verdict(); got {
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

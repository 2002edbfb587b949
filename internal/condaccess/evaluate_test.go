package condaccess_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/conshelf/conshelf/internal/condaccess"
	"github.com/conshelf/conshelf/internal/golden"
)

// TestEvaluate evaluates the sign-ins of each document, a JSON object a line,
// against what its other files hold. The answer is a truth.
func TestEvaluate(t *testing.T) {
	golden.Run(t, "testdata/*.txtar", func(t *testing.T, in map[string]string) map[string]string {
		var l condaccess.Loader
		var b strings.Builder
		names := make([]string, 0, len(in))
		for name := range in {
			names = append(names, name)
		}
		slices.Sort(names)
		for _, name := range names {
			if strings.HasSuffix(name, ".json") {
				if err := l.Read(name, []byte(in[name])); err != nil {
					t.Fatal(err)
				}
			}
		}
		for _, ip := range strings.Fields(in["mfa-trusted-ips"]) {
			if err := l.TrustIP(ip); err != nil {
				t.Fatal(err)
			}
		}
		e := condaccess.NewEvaluator(l.Tenant(), optionsOf(t, in["options"]))
		for line := range strings.Lines(in["signins.jsonl"]) {
			describe(t, &b, e, line)
		}
		return map[string]string{"want": b.String()}
	})
}

func optionsOf(t *testing.T, text string) condaccess.Options {
	t.Helper()
	var o condaccess.Options
	for _, word := range strings.Fields(text) {
		switch assume, ok := condaccess.ParseAssumption(word); {
		case ok:
			o.Assume = assume
		case word == "scopes-legacy":
			o.Scopes = condaccess.ScopesLegacy
		case word == "scopes-enforced":
			o.Scopes = condaccess.ScopesEnforced
		default:
			t.Fatalf("no option is called %s", word)
		}
	}
	return o
}

// describe writes a sign-in's decision, and a line for each policy.
func describe(t *testing.T, b *strings.Builder, e *condaccess.Evaluator, line string) {
	t.Helper()
	var note struct {
		Note string `json:"note"`
	}
	if err := json.Unmarshal([]byte(line), &note); err != nil {
		t.Fatalf("%s: %v", line, err)
	}
	s, problems, err := condaccess.ReadSignIn([]byte(line))
	if err != nil {
		t.Fatal(err)
	}
	out := e.Evaluate(s)
	fmt.Fprintf(b, "%s: %v\n", note.Note, out.Decision)
	for _, p := range problems {
		fmt.Fprintf(b, "  %s\n", p)
	}
	for i := range out.Policies {
		p := &out.Policies[i]
		fmt.Fprintf(b, "  %s: %v, %s", p.Policy.ID, p.Verdict, p.Result)
		for _, unmet := range p.Unmet {
			fmt.Fprintf(b, ", not %s", unmet)
		}
		for _, r := range p.Reasons {
			fmt.Fprintf(b, ", %v", r)
		}
		b.WriteString("\n")
	}
}

// A history of risk goes by ids. Of a user who is known by name only it tells
// through the directory, and nothing where that was not exported.
func TestRiskOfANamedUser(t *testing.T) {
	const risky = `{"@odata.context":"https://graph.microsoft.com/v1.0/$metadata#riskyUsers","value":[{"id":"u1","userPrincipalName":"alice@contoso.com","riskLevel":"high","riskState":"atRisk","riskLastUpdatedDateTime":"2026-05-04T09:00:00Z"}]}`
	const policy = `{"id":"p","state":"enabled","conditions":{"users":{"includeUsers":["All"]},"applications":{"includeApplications":["All"]},"userRiskLevels":["high"]},"grantControls":{"operator":"OR","builtInControls":["block"]}}`
	const users = `{"@odata.context":"https://graph.microsoft.com/v1.0/$metadata#users","value":[{"id":"u1","userPrincipalName":"alice@contoso.com","userType":"Member"}]}`
	signIn := []byte(`{"createdDateTime":"2026-05-04T10:00:00Z","userPrincipalName":"alice@contoso.com"}`)
	for _, test := range []struct {
		name  string
		files map[string]string
		want  condaccess.Decision
	}{
		{"no directory", map[string]string{"r.json": risky, "p.json": policy}, condaccess.DecisionUnknown},
		{"a directory", map[string]string{"r.json": risky, "p.json": policy, "u.json": users}, condaccess.DecisionDeny},
	} {
		t.Run(test.name, func(t *testing.T) {
			s, _, err := condaccess.ReadSignIn(signIn)
			if err != nil {
				t.Fatal(err)
			}
			tenant := load(t, test.files)
			if got := condaccess.NewEvaluator(tenant, condaccess.Options{}).Evaluate(s).Decision; got != test.want || !tenant.RiskComplete {
				t.Errorf("%v (complete %v), want %v", got, tenant.RiskComplete, test.want)
			}
		})
	}
}

package condaccess_test

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/conshelf/conshelf/internal/condaccess"
)

// casesDir returns the folder of other people's cases: CONSHELF_CASES, or the
// one beside the checkout. Without any the test is skipped.
func casesDir(t *testing.T) string {
	t.Helper()
	dir := os.Getenv("CONSHELF_CASES")
	if dir == "" {
		dir = filepath.Join("..", "..", "..", "shared", "data", "conditional-access")
	}
	if _, err := os.Stat(dir); err != nil {
		t.Skip("no such cases: ", err)
	}
	return dir
}

// A tally counts what became of the cases of a file.
type tally struct {
	file                      string
	equal, different, unknown int
	unargued                  int
	argued                    map[string]string // differences, by a part of the case's name
}

// why returns why a case may differ, or "".
func (c *tally) why(id string) string {
	for name, why := range c.argued {
		if strings.Contains(id, name) {
			return why
		}
	}
	return ""
}

func (c *tally) report(t *testing.T) {
	t.Helper()
	t.Logf("%s: equal %d, different %d, unknown %d", c.file, c.equal, c.different, c.unknown)
}

// add judges one answer against what the case wants.
func (c *tally) add(t *testing.T, id, got, want, detail string) {
	t.Helper()
	why := c.why(id)
	switch got {
	case want:
		c.equal++
	case "unknown":
		c.unknown++
		t.Logf("unknown: %s: want %s (%s) %s", id, want, why, detail)
	default:
		c.different++
		t.Logf("different: %s: got %s, want %s (%s) %s", id, got, want, why, detail)
		if why == "" {
			c.unargued++
		}
	}
}

// argued reads the differences that documentation decides in our favour: file,
// a part of the case's name, and why.
func argued(t *testing.T, file string) map[string]string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", "differences.txt"))
	if err != nil {
		t.Fatal(err)
	}
	out := make(map[string]string)
	for line := range strings.Lines(string(data)) {
		fields := strings.Split(strings.TrimSpace(line), " :: ")
		if len(fields) == 3 && fields[0] == file {
			out[fields[1]] = fields[2]
		}
	}
	return out
}

func lines(t *testing.T, path string) [][]byte {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Skip("no such cases: ", err)
	}
	defer func() { _ = f.Close() }()
	scanner := bufio.NewScanner(f)
	scanner.Buffer(nil, 16<<20)
	var out [][]byte
	for scanner.Scan() {
		if len(strings.TrimSpace(scanner.Text())) > 0 {
			out = append(out, []byte(scanner.Text()))
		}
	}
	if err := scanner.Err(); err != nil {
		t.Fatal(err)
	}
	return out
}

// A documented case is a fact that Microsoft documents. Each member that it has
// is one check.
type documented struct {
	ID         string    `json:"id"`
	Applies    *[]string `json:"applies"`
	Legacy     *[]string `json:"applies_legacy_tool"`
	Three      string    `json:"three_valued"`
	Filter     *bool     `json:"filter_matches"`
	Match      *bool     `json:"policy_conditions_match"`
	Result     string    `json:"result"`
	Decision   string    `json:"decision"`
	ScopesOld  *bool     `json:"enforced_legacy_model"`
	ScopesNew  *bool     `json:"enforced_baseline_scope_model"`
	Value      *int      `json:"value"`
	Conditions *[]string `json:"conditions"`
}

func TestDocumentedCases(t *testing.T) {
	file := "documented_cases.jsonl"
	c := &tally{file: file, argued: argued(t, file)}
	for _, line := range lines(t, filepath.Join(casesDir(t), file)) {
		var d documented
		if err := d.read(line); err != nil {
			c.add(t, d.ID, "unknown", "an answer", err.Error())
			continue
		}
		before := c.equal + c.different + c.unknown
		judgeDocumented(t, c, line, d)
		if c.equal+c.different+c.unknown == before {
			c.add(t, d.ID, "unknown", "an answer", "the case asks for nothing that is known here")
		}
	}
	c.report(t)
	if c.different+c.unknown > 0 {
		t.Errorf("%d of the documented facts are not answered as documented", c.different+c.unknown)
	}
}

var errNoPolicy = errors.New("the case has no policy to judge")

// read reads a case, and tells whether it can be judged: what asks about a policy
// has one.
func (d *documented) read(line []byte) error {
	if err := json.Unmarshal(line, d); err != nil || d.Value != nil {
		return err
	}
	c, err := condaccess.ReadCase(line)
	if err == nil && len(c.Tenant.Policies) == 0 && (d.Three != "" || d.Filter != nil || d.Result != "") {
		err = errNoPolicy
	}
	return err
}

func judgeDocumented(t *testing.T, c *tally, line []byte, d documented) {
	t.Helper()
	evaluate := func(o condaccess.Options) condaccess.Evaluation { return evaluateCase(t, line, d, o) }
	if d.Applies != nil {
		c.add(t, d.ID+"/applies", applied(evaluate(condaccess.Options{Assume: condaccess.AssumeMicrosoft})), join(*d.Applies), "")
	}
	if d.Legacy != nil {
		c.add(t, d.ID+"/applies_legacy_tool", applied(evaluate(condaccess.Options{Assume: condaccess.AssumeLegacy})), join(*d.Legacy), "")
	}
	if d.Three != "" {
		got := evaluate(condaccess.Options{}).Policies[0].Verdict.String()
		if d.Three == "unknown" && got == "unknown" {
			c.equal++
		} else {
			c.add(t, d.ID+"/three_valued", got, d.Three, "")
		}
	}
	if d.Filter != nil {
		c.add(t, d.ID+"/filter_matches", filterMatches(evaluate(condaccess.Options{})), fmt.Sprint(*d.Filter), "")
	}
	if d.Result != "" {
		c.add(t, d.ID+"/result", string(evaluate(condaccess.Options{}).Policies[0].Result), d.Result, "")
	}
	if d.Decision != "" {
		c.add(t, d.ID+"/decision", evaluate(condaccess.Options{}).Decision.String(), d.Decision, "")
	}
	for _, m := range []struct {
		want  *bool
		model condaccess.ScopeModel
		name  string
	}{{d.ScopesOld, condaccess.ScopesLegacy, "/legacy"}, {d.ScopesNew, condaccess.ScopesEnforced, "/baseline"}} {
		if m.want != nil {
			got := applied(evaluate(condaccess.Options{Scopes: m.model})) != ""
			c.add(t, d.ID+m.name, fmt.Sprint(got), fmt.Sprint(*m.want), "")
		}
	}
	if d.Value != nil {
		got := condaccess.LogConditions(*d.Value).Names()
		c.add(t, d.ID, join(got), join(*d.Conditions), "")
	}
}

// evaluateCase evaluates a case as the command does. That a policy's conditions
// do not match is all that some cases say; a condition on the flow of a sign-in
// that had none says the same.
func evaluateCase(t *testing.T, line []byte, d documented, o condaccess.Options) condaccess.Evaluation {
	t.Helper()
	read, err := condaccess.ReadCase(line)
	if err != nil {
		t.Fatalf("%s: %v", d.ID, err)
	}
	if d.Match != nil && !*d.Match {
		for _, p := range read.Tenant.Policies {
			p.Conditions.Flows = []string{"deviceCodeFlow"}
		}
		read.SignIn.Flow = "none"
	}
	return condaccess.NewEvaluator(read.Tenant, o).Evaluate(read.SignIn)
}

// filterMatches tells from the verdict of a policy, whose other conditions hold,
// whether its filter matches.
func filterMatches(e condaccess.Evaluation) string {
	p := e.Policies[0]
	matches := p.Verdict == condaccess.Applies
	if p.Policy.Conditions.DeviceFilter.Exclude {
		matches = !matches
	}
	if p.Verdict == condaccess.Unknown {
		return "unknown"
	}
	return fmt.Sprint(matches)
}

func applied(e condaccess.Evaluation) string {
	var ids []string
	for _, p := range e.Policies {
		if p.Verdict == condaccess.Applies {
			ids = append(ids, p.Policy.ID)
		}
	}
	return join(ids)
}

func join(ids []string) string {
	ids = slices.Clone(ids)
	slices.Sort(ids)
	return strings.Join(ids, ",")
}

// A condition case is a test of another tool: one condition against a context.
type conditionCase struct {
	Rule     string `json:"rule_id"`
	Name     string `json:"test_name"`
	Verdict  bool   `json:"verdict"`
	Expected struct {
		Phase string `json:"phase"`
	} `json:"expected"`
	Event struct {
		Context   map[string]any `json:"context"`
		Condition any            `json:"condition"`
	} `json:"event"`
}

// line returns the case as the command reads it.
func (c conditionCase) line() ([]byte, error) {
	conditions := map[string]any{
		"users":          map[string]any{"includeUsers": []string{"All"}},
		"applications":   map[string]any{"includeApplications": []string{"All"}},
		"clientAppTypes": []string{"all"},
	}
	kind, _, _ := strings.Cut(c.Rule, ".")
	switch kind {
	case "UserConditionMatcher":
		conditions["users"] = c.Event.Condition
	case "ApplicationConditionMatcher":
		conditions["applications"] = c.Event.Condition
	case "ClientAppMatcher":
		conditions["clientAppTypes"] = c.Event.Condition
	case "DevicePlatformMatcher":
		conditions["platforms"] = c.Event.Condition
	case "LocationConditionMatcher":
		conditions["locations"] = c.Event.Condition
	case "DeviceFilterMatcher":
		conditions["devices"] = map[string]any{"deviceFilter": c.Event.Condition}
	case "AuthenticationFlowMatcher":
		conditions["authenticationFlows"] = c.Event.Condition
	case "InsiderRiskMatcher":
		conditions["insiderRiskLevels"] = c.Event.Condition
	case "RiskLevelMatcher":
		levels, _ := c.Event.Condition.(map[string]any)
		for k, v := range levels {
			conditions[k] = v
		}
	default:
		return nil, fmt.Errorf("no condition is called %s", c.Rule)
	}
	return json.Marshal(map[string]any{
		"policies": []any{map[string]any{"id": "p", "state": "enabled", "conditions": conditions, "grantControls": map[string]any{"operator": "OR", "builtInControls": []string{"block"}}}},
		"signIn":   complete(c.Event.Context),
	})
}

// verdict returns what the command makes of the case, and why.
func (c conditionCase) verdict(o condaccess.Options) (got, why string) {
	line, err := c.line()
	if err != nil {
		return "unknown", err.Error()
	}
	read, err := condaccess.ReadCase(line)
	if err != nil {
		return "unknown", err.Error()
	}
	r := condaccess.NewEvaluator(read.Tenant, o).Evaluate(read.SignIn).Policies[0]
	return map[condaccess.Verdict]string{condaccess.Unknown: "unknown", condaccess.Applies: "true", condaccess.NotApplies: "false"}[r.Verdict], fmt.Sprint(r.Reasons)
}

// complete says what that tool's context says by leaving it out: no transfer
// method, in no named location, a platform that is none of the known.
func complete(context map[string]any) map[string]any {
	out := make(map[string]any)
	for k, v := range context {
		out[k] = v
	}
	if out["authenticationFlow"] == nil {
		out["authenticationFlow"] = "none"
	}
	location, _ := out["location"].(map[string]any)
	named := []any{}
	if id := location["namedLocationId"]; id != nil {
		named = append(named, id)
	}
	out["namedLocationIds"] = named
	out["isTrustedLocation"] = location["isTrustedLocation"] == true
	device, _ := out["device"].(map[string]any)
	if device["platform"] == nil {
		out["devicePlatform"] = condaccess.OtherPlatform
	}
	return out
}

func TestConditionCases(t *testing.T) {
	for _, o := range []condaccess.Options{{Assume: condaccess.AssumeLegacy}, {}} {
		t.Run(o.Assume.String(), func(t *testing.T) { judgeConditionCases(t, o) })
	}
}

func judgeConditionCases(t *testing.T, o condaccess.Options) {
	file := "condition_cases.jsonl"
	c := &tally{file: file + " --assume " + o.Assume.String(), argued: argued(t, file)}
	all := lines(t, filepath.Join(casesDir(t), file))
	for i, line := range all {
		var d conditionCase
		got, why := "unknown", ""
		if err := json.Unmarshal(line, &d); err != nil {
			why = err.Error()
		} else {
			got, why = d.verdict(o)
		}
		c.add(t, fmt.Sprintf("line %d: %s", i+1, d.Name), got, fmt.Sprint(d.Verdict), why)
	}
	c.report(t)
	if c.unargued > 0 {
		t.Errorf("%d differences are not argued", c.unargued)
	}
	if o.Assume == condaccess.AssumeLegacy && float64(c.equal) < 0.95*float64(len(all)) {
		t.Errorf("%d of %d are equal, less than 95 %%", c.equal, len(all))
	}
}

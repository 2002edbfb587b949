package rule

import (
	"fmt"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/conshelf/conshelf/internal/doctree"
	"github.com/conshelf/conshelf/internal/golden"
	"github.com/conshelf/conshelf/kql/diag"
)

// TestLoad loads the archive's files. Rules are those that load,
// diagnostics what is said about the others.
func TestLoad(t *testing.T) {
	golden.Run(t, "testdata/load/*.txtar", func(_ *testing.T, in map[string]string) map[string]string {
		fsys := make(fstest.MapFS)
		for name, data := range in {
			if strings.HasSuffix(name, ".yaml") || strings.HasSuffix(name, ".yml") || strings.HasSuffix(name, ".json") {
				fsys[name] = &fstest.MapFile{Data: []byte(data)}
			}
		}
		rules, problems := Load(fsys)
		out := map[string]string{"rules": "", "diagnostics": ""}
		for _, r := range rules {
			out["rules"] += fmt.Sprintln(r.Path+":", r.Name, r.Form, r.Kind, r.Frequency, r.Period, r.Trigger, r.Grouping, r.Severity, r.Tactics, r.Techniques, len(r.Entities))
		}
		for _, p := range problems {
			out["diagnostics"] += p.String()
		}
		return out
	})
}

func TestLoadReadsEverything(t *testing.T) {
	text := `
id: 11111111-AAAA-4111-8111-111111111111
name: Everything
kind: Scheduled
description: |
  What it is.
severity: Low
requiredDataConnectors:
  - connectorId: AzureActiveDirectory
    dataTypes: [SigninLogs]
queryFrequency: PT1H
queryPeriod: 14d
triggerOperator: gt
triggerThreshold: 3
tactics: [InitialAccess]
relevantTechniques:
  - T1078
query: SigninLogs
entityMappings:
  - entityType: Account
    fieldMappings:
      - identifier: FullName
        columnName: UserPrincipalName
customDetails:
  App: AppDisplayName
alertDetailsOverride:
  alertDescriptionFormat: "{{UserPrincipalName}} signed in"
eventGroupingSettings:
  aggregationKind: AlertPerResult
version: 1.0.0
`
	rules, problems := Load(fstest.MapFS{"a.yaml": {Data: []byte("\ufeff" + strings.ReplaceAll(text, "\n", "\r\n"))}})
	if len(problems) > 0 {
		t.Fatal(problems[0])
	}
	r := rules[0]
	got := fmt.Sprintln(r.ID, r.Name, r.Description, r.Severity, r.Connectors, r.Frequency, r.Period, r.Trigger, r.Tactics, r.Techniques,
		r.Query, r.Entities[0].Type, r.Entities[0].Fields[0].Identifier, r.Entities[0].Fields[0].Column, r.Details[0].Name, r.Details[0].Column,
		r.Override.Description, r.Grouping, r.Version)
	want := fmt.Sprintln("11111111-aaaa-4111-8111-111111111111", "Everything", "What it is.", "Low", "[{AzureActiveDirectory [SigninLogs]}]",
		time.Hour, 14*day, "{gt 3}", "[InitialAccess]", "[T1078]", "SigninLogs", "Account", "FullName", "UserPrincipalName", "App", "AppDisplayName",
		"{{UserPrincipalName}} signed in", "AlertPerResult", "1.0.0")
	if got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestParseDuration(t *testing.T) {
	tests := []struct {
		text string
		want time.Duration
		ok   bool
	}{
		{"5m", 5 * time.Minute, true},
		{"1h", time.Hour, true},
		{"14d", 14 * day, true},
		{"PT1H", time.Hour, true},
		{"PT1H30M", 90 * time.Minute, true},
		{"P1DT12H", 36 * time.Hour, true},
		{"P14D", 14 * day, true},
		{"P", 0, false},
		{"PT", 0, false},
		{"P1DT", 0, false},
		{"1w", 0, false},
		{"1H", 0, false},
		{"-1h", 0, false},
		{"99999d", 0, false},
		{"", 0, false},
	}
	for _, test := range tests {
		if got, ok := parseDuration(test.text); got != test.want || ok != test.ok {
			t.Errorf("parseDuration(%q) = %s, %t, want %s, %t", test.text, got, ok, test.want, test.ok)
		}
	}
}

// Each span of the query must be the same text in the file.
func TestInQuery(t *testing.T) {
	texts := map[string]string{
		"block":    "a: 1\nquery: |\n\n  SigninLogs\n    | where é == 1\n\n  | take 1\nb: 2\n",
		"stripped": "query: |-\n    SigninLogs\n    | take 1",
		"indented": "query: |2\n    SigninLogs\n  | take 1\n",
		"plain":    "query: SigninLogs | take 1\n",
	}
	for name, text := range texts {
		rule := ruleOf(t, text)
		words := 0
		for start := range rule.Query {
			for end := start + 1; end <= len(rule.Query) && rule.Query[end-1] > ' '; end++ {
				at := rule.inQuery(diag.Span{Start: start, End: end})
				if got, want := text[at.Start:at.End], rule.Query[start:end]; got != want {
					t.Fatalf("%s: %q is at %q", name, want, got)
				}
				words++
			}
		}
		if words < 20 {
			t.Errorf("%s: %d spans in query %q", name, words, rule.Query)
		}
	}
	folded := "query: >\n  SigninLogs\n  | take 1\n"
	if at := ruleOf(t, folded).inQuery(diag.Span{Start: 3, End: 5}); folded[at.Start:at.End] != ">" {
		t.Errorf("a folded query is at %q", folded[at.Start:at.End])
	}
}

func ruleOf(t *testing.T, text string) *Rule {
	t.Helper()
	docs, err := doctree.YAML(text)
	if err != nil {
		t.Fatal(err)
	}
	return (&reader{}).rule(docs[0])
}

func TestTrigger(t *testing.T) {
	for op, want := range map[Operator]string{GreaterThan: "false false true", LessThan: "true false false", Equal: "false true false", NotEqual: "true false true"} {
		trigger := Trigger{op, 2}
		if got := fmt.Sprint(trigger.Met(1), trigger.Met(2), trigger.Met(3)); got != want {
			t.Errorf("%s: %s, want %s", op, got, want)
		}
	}
}

func FuzzLoad(f *testing.F) {
	f.Add("query: |\n  SigninLogs\nentityMappings: [{entityType: IP}]\n")
	f.Add("id: &a [*a]\n")
	f.Add("title: x\nlogsource: {product: azure, service: auditlogs}\ndetection: {a: {Category|contains|all: [x, null]}, condition: 1 of a*}\n")
	f.Add("title: x\ncorrelation: {type: event_count, rules: [x], group-by: y, timespan: 5m, condition: {gte: 2}, aliases: {y: {x: z}}}\n---\ntitle: y\nfilter: {rules: any}\n")
	f.Add("displayName: x\nqueryCondition: {queryText: x}\nschedule: {period: 0}\ndetectionAction: {alertTemplate: {impactedAssets: [{identifier: x}]}}\n")
	f.Add(`{"contentVersion": "1", "resources": [{"type": "x/alertRules", "kind": "NRT", "name": "[concat('a')]", "properties": {"query": "[variables('x')]", "tactics": null}}]}`)
	f.Add("? {a: b}\n: c\n--- x\n")
	f.Fuzz(func(_ *testing.T, text string) {
		loaded, problems := Load(fstest.MapFS{"a.yaml": {Data: []byte(text)}, "b.json": {Data: []byte(text)}})
		for _, p := range problems {
			_, _ = p.String(), p.Line()
		}
		for _, r := range loaded {
			_, _ = r.YAML()
		}
		_, _ = Template(loaded)
	})
}

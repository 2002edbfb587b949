package cli

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/conshelf/conshelf/internal/incident"
	"github.com/conshelf/conshelf/internal/investigation"
	"github.com/conshelf/conshelf/internal/rule"
	"github.com/conshelf/conshelf/kql/plan"
)

func (a *app) rulesCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "rules",
		Short: "The analytics rules: list, test, check, convert, and what of ATT&CK they look for",
		Long: "Rules are those of the program, or of a directory: Sentinel's scheduled and NRT rules and hunting queries in YAML,\n" +
			"Defender's custom detections, templates of Azure Resource Manager, and Sigma rules with their correlations, in any mix.",
		Example: "  conshelf rules list --tactic Persistence\n" +
			"  conshelf rules lint ./my-rules\n" +
			"  conshelf rules coverage --case ./case -o navigator > layer.json\n" +
			"  conshelf rules convert ./sigma --to arm > rules.json",
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(a.rulesListCommand(), a.rulesTestCommand(), a.rulesLintCommand(), a.rulesCoverageCommand(), a.rulesConvertCommand())
	return cmd
}

// A ruleSet is the rules of a directory, and what is wrong there.
type ruleSet struct {
	rules    []*rule.Compiled
	problems []rule.Problem
}

// ruleSet loads and compiles the rules that args name.
func (a *app) ruleSet(args []string, f *sourceFlags) (ruleSet, error) {
	sources, err := a.sources(f)
	if err != nil {
		return ruleSet{}, err
	}
	loaded, problems, err := loadRules(args)
	if err != nil {
		return ruleSet{}, err
	}
	compiled, more := investigation.CompileRules(loaded, nil, sources)
	return ruleSet{compiled, append(problems, more...)}, nil
}

// broken says in one line each which rules do not run, and why. The error is
// that there are some: the others were dealt with.
func (s ruleSet) broken(w io.Writer) error {
	if brokenLines(w, s.problems) > 0 {
		return silent{exitSkipped}
	}
	return nil
}

// brokenLines prints a line for each problem that keeps a rule from running,
// and returns how many there are.
func brokenLines(w io.Writer, problems []rule.Problem) int {
	count := 0
	for _, p := range problems {
		if line := p.Line(); line != "" {
			printLine(w, line)
			count++
		}
	}
	return count
}

// tablesRead returns the tables that a rule reads, sorted.
func tablesRead(r *rule.Compiled) []string {
	var names []string
	if r.Query != nil {
		for _, scan := range plan.Scans(r.Query) {
			names = append(names, scan.Table.Name)
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// A ruleFilter chooses rules. Its zero value chooses all.
type ruleFilter struct {
	tactics, techniques, tables, severities, kinds, forms []string
	enabled                                               bool
}

func (f *ruleFilter) register(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.StringSliceVar(&f.tactics, "tactic", nil, "only rules of this tactic")
	flags.StringSliceVar(&f.techniques, "technique", nil, "only rules of this technique, or of its sub-techniques")
	flags.StringSliceVar(&f.tables, "table", nil, "only rules that read this table")
	flags.StringSliceVar(&f.severities, "severity", nil, "only rules of this severity: Informational, Low, Medium, High")
	flags.StringSliceVar(&f.kinds, "kind", nil, "only rules of this kind: Scheduled, NRT, Hunting")
	flags.StringSliceVar(&f.forms, "form", nil, "only rules written so: Sentinel, Defender, ARM, Sigma")
	flags.BoolVar(&f.enabled, "enabled", false, "only rules that are not turned off")
	for name, words := range map[string][]string{
		"severity": {"Informational", "Low", "Medium", "High"}, "kind": {"Scheduled", "NRT", "Hunting"}, "form": {"Sentinel", "Defender", "ARM", "Sigma"},
	} {
		must(cmd.RegisterFlagCompletionFunc(name, cobra.FixedCompletions(words, cobra.ShellCompDirectiveNoFileComp)))
	}
}

// must panics with an error that only a mistake in the program can give.
func must(err error) {
	if err != nil {
		panic(err)
	}
}

// check returns an error of a word that no rule could have.
func (f *ruleFilter) check() error {
	for _, s := range f.severities {
		if _, err := parseSeverity("--severity", s); err != nil {
			return err
		}
	}
	return nil
}

// chooses tells whether the rule is one of those.
func (f *ruleFilter) chooses(r *rule.Compiled) bool {
	return meets(f.tactics, texted(r.Tactics), strings.EqualFold) &&
		meets(f.techniques, texted(r.Techniques), ofTechnique) &&
		meets(f.tables, tablesRead(r), strings.EqualFold) &&
		meets(f.severities, []string{r.Severity.String()}, strings.EqualFold) &&
		meets(f.kinds, []string{string(r.Kind)}, strings.EqualFold) &&
		meets(f.forms, []string{string(r.Form)}, strings.EqualFold) &&
		(!f.enabled || !r.Disabled)
}

// ofTechnique tells whether a technique is the one asked for, or of it.
func ofTechnique(asked, id string) bool {
	return strings.EqualFold(asked, id) || len(id) > len(asked) && strings.EqualFold(id[:len(asked)+1], asked+".")
}

// meets tells whether one of those asked for is there; nothing asked is met.
func meets(asked, have []string, same func(asked, have string) bool) bool {
	return len(asked) == 0 || slices.ContainsFunc(asked, func(a string) bool {
		return slices.ContainsFunc(have, func(h string) bool { return same(a, h) })
	})
}

func texted[S ~string](list []S) []string {
	out := make([]string, len(list))
	for i, s := range list {
		out[i] = string(s)
	}
	return out
}

func join[S ~string](list []S) string { return strings.Join(texted(list), ", ") }

func loadRules(args []string) ([]*rule.Rule, []rule.Problem, error) {
	dir := ""
	if len(args) == 1 {
		dir = args[0]
	}
	pack, err := rulePack(dir)
	if err != nil {
		return nil, nil, err
	}
	loaded, problems := rule.Load(pack)
	return loaded, problems, nil
}

func atMostOne(cmd *cobra.Command, args []string) error {
	if len(args) > 1 {
		return usagef("%s takes one directory, and got %d", cmd.CommandPath(), len(args))
	}
	return nil
}

// caseTables returns which tables of the case have rows; nil if the case is not
// asked for.
func (a *app) caseTables(ctx context.Context, asked bool) (rows map[string]bool, err error) {
	if !asked {
		return nil, nil
	}
	c, err := a.openExisting(ctx, a.caseDir)
	if err != nil {
		return nil, err
	}
	defer func() { err = firstError(err, c.Close()) }()
	infos, err := c.Tables(ctx)
	if err != nil {
		return nil, err
	}
	rows = make(map[string]bool)
	for _, t := range infos {
		rows[t.Name] = t.Rows > 0
	}
	return rows, nil
}

func parseSeverity(flag, text string) (incident.Severity, error) {
	s, ok := incident.ParseSeverity(capital(text))
	if !ok || s == incident.Unrated {
		return incident.Unrated, usagef("%s %s: want Informational, Low, Medium or High", flag, text)
	}
	return s, nil
}

// capital is text as the names of severities are written.
func capital(text string) string {
	if text == "" {
		return ""
	}
	return strings.ToUpper(text[:1]) + strings.ToLower(text[1:])
}

// count writes a number of things.
func count(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}

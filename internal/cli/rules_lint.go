package cli

import (
	"fmt"

	"github.com/spf13/cobra"
)

func (a *app) rulesLintCommand() *cobra.Command {
	var f sourceFlags
	var strict bool
	cmd := &cobra.Command{
		Use:   "lint [DIR]",
		Short: "Check rules: Sentinel's limits, queries, mapped columns, ATT&CK techniques",
		Long: "lint says what is wrong with each rule, with its place and what to write instead, as the program's own tests do.\n" +
			"An error keeps a rule from running, here or in Sentinel; a warning does not. It exits with 1 if there is an error.",
		Example: "  conshelf rules lint ./my-rules\n  conshelf rules lint ./my-rules --strict",
		Args:    atMostOne,
		RunE: func(_ *cobra.Command, args []string) error {
			return a.lintRules(args, &f, strict)
		},
	}
	cmd.Flags().BoolVar(&strict, "strict", false, "a warning counts as an error")
	f.registerFunctions(cmd)
	return cmd
}

func (a *app) lintRules(args []string, f *sourceFlags, strict bool) error {
	set, err := a.ruleSet(args, f)
	if err != nil {
		return err
	}
	errors, warnings := 0, 0
	for _, p := range set.problems {
		if p.Diagnostics.HasErrors() {
			errors++
		} else {
			warnings++
		}
		printText(a.out, p.String())
	}
	for _, r := range set.rules {
		for _, beyond := range r.Beyond() {
			printLine(a.out, fmt.Sprintf("%s: %s: beyond Sentinel's limits: %s", r.Path, r.Name, beyond))
			warnings++
		}
	}
	if errors > 0 || strict && warnings > 0 {
		printLine(a.out, fmt.Sprintf("%s: %s, %s", count(len(set.rules), "rule", "rules"),
			count(errors, "broken", "broken"), count(warnings, "with a warning", "with warnings")))
		return silent{exitError}
	}
	_, err = fmt.Fprintf(a.out, "%d rules: ok\n", len(set.rules))
	return err
}

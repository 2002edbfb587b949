package cli

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/conshelf/conshelf/internal/investigation"
	"github.com/conshelf/conshelf/internal/rule"
	"github.com/conshelf/conshelf/kql/types"
)

func (a *app) rulesCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "rules",
		Short: "The analytics rules, in Sentinel's scheduled-rule YAML",
		Args:  noArgs,
		RunE:  func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(a.rulesListCommand(), a.rulesLintCommand())
	return cmd
}

func (a *app) rulesListCommand() *cobra.Command {
	var format string
	cmd := &cobra.Command{
		Use:   "list [DIR]",
		Short: "List the program's own rules, or those of a directory",
		Args:  atMostOne,
		RunE: func(_ *cobra.Command, args []string) error {
			loaded, _, err := loadRules(args)
			if err != nil {
				return err
			}
			return a.listRules(loaded, format)
		},
	}
	cmd.Flags().StringVarP(&format, "output", "o", "table", strings.Join(formats(), ", "))
	return cmd
}

func (a *app) listRules(loaded []*rule.Rule, format string) error {
	cols := []types.Column{
		{Name: "Severity", Type: types.String},
		{Name: "Name", Type: types.String},
		{Name: "Tactics", Type: types.String},
		{Name: "Techniques", Type: types.String},
		{Name: "ID", Type: types.String},
		{Name: "Path", Type: types.String},
	}
	rows, err := newRowWriter(format, a.out, cols, terminalWidth(a.out))
	if err != nil {
		return err
	}
	for _, r := range loaded {
		if err := rows.row(texts(r.Severity.String(), r.Name, join(r.Tactics), join(r.Techniques), r.ID, r.Path)); err != nil {
			return err
		}
	}
	return rows.close()
}

func (a *app) rulesLintCommand() *cobra.Command {
	var f sourceFlags
	cmd := &cobra.Command{
		Use:   "lint [DIR]",
		Short: "Check rules: Sentinel's limits, queries, mapped columns, ATT&CK techniques",
		Args:  atMostOne,
		RunE: func(_ *cobra.Command, args []string) error {
			return a.lintRules(args, &f)
		},
	}
	f.registerFunctions(cmd)
	return cmd
}

func (a *app) lintRules(args []string, f *sourceFlags) error {
	sources, err := a.sources(f)
	if err != nil {
		return err
	}
	loaded, problems, err := loadRules(args)
	if err != nil {
		return err
	}
	_, more := investigation.CompileRulesWith(loaded, sources)
	failed := false
	for _, p := range append(problems, more...) {
		failed = failed || p.Diagnostics.HasErrors()
		printText(a.out, p.String())
	}
	if failed {
		return silent{exitError}
	}
	_, err = fmt.Fprintf(a.out, "%d rules: ok\n", len(loaded))
	return err
}

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

func join[S ~string](list []S) string {
	out := make([]string, len(list))
	for i, s := range list {
		out[i] = string(s)
	}
	return strings.Join(out, ", ")
}

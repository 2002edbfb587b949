package cli

import (
	"context"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/conshelf/conshelf/internal/rule"
)

func (a *app) rulesListCommand() *cobra.Command {
	var format string
	var filter ruleFilter
	var f sourceFlags
	cmd := &cobra.Command{
		Use:   "list [DIR]",
		Short: "List the program's own rules, or those of a directory",
		Long:  "list prints a line for each rule. With --case it says whether the case has the tables that the rule reads, and which it lacks.",
		Example: "  conshelf rules list --severity High --table SigninLogs\n" +
			"  conshelf rules list ./sigma --technique T1098 -o json",
		Args: atMostOne,
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := filter.check(); err != nil {
				return err
			}
			return a.rulesList(cmd.Context(), args, &f, filter, format, caseNamed(cmd))
		},
	}
	filter.register(cmd)
	f.registerFunctions(cmd)
	cmd.Flags().StringVarP(&format, "output", "o", "table", strings.Join(formats(), ", "))
	return cmd
}

func (a *app) rulesList(ctx context.Context, args []string, f *sourceFlags, filter ruleFilter, format string, withCase bool) error {
	set, err := a.ruleSet(args, f)
	if err != nil {
		return err
	}
	fed, err := a.caseTables(ctx, withCase)
	if err != nil {
		return err
	}
	set.rules = slices.DeleteFunc(set.rules, func(r *rule.Compiled) bool { return !filter.chooses(r) })
	if err := a.listRules(set.rules, fed, format); err != nil {
		return err
	}
	return set.broken(a.err)
}

// listRules prints a line for each rule. Fed holds the tables of the case that
// have rows; nil: there is no case.
func (a *app) listRules(all []*rule.Compiled, fed map[string]bool, format string) error {
	names := []string{"Severity", "Name", "Tactics", "Techniques", "Tables", "Kind", "Form", "Enabled", "ID", "Path"}
	if fed != nil {
		names = slices.Insert(names, 2, "Sight", "Missing")
	}
	l := listing{cols: textColumns(names...)}
	for _, r := range all {
		enabled := "yes"
		if r.Disabled {
			enabled = "no"
		}
		row := []string{
			r.Severity.String(), r.Name, join(r.Tactics), join(r.Techniques), strings.Join(tablesRead(r), ", "), string(r.Kind), string(r.Form), enabled, r.ID, r.Path,
		}
		if fed != nil {
			m := inMatrix(r, fed)
			row = slices.Insert(row, 2, m.Sight.String(), strings.Join(m.Missing, ", "))
		}
		l.rows = append(l.rows, texts(row...))
	}
	return a.list(format, l)
}

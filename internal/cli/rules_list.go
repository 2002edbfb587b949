package cli

import (
	"strings"

	"github.com/spf13/cobra"

	"github.com/conshelf/conshelf/internal/rule"
	"github.com/conshelf/conshelf/kql/types"
)

func (a *app) rulesListCommand() *cobra.Command {
	var format string
	var filter ruleFilter
	var f sourceFlags
	cmd := &cobra.Command{
		Use:   "list [DIR]",
		Short: "List the program's own rules, or those of a directory",
		Example: "  conshelf rules list --severity High --table SigninLogs\n" +
			"  conshelf rules list ./sigma --technique T1098 -o json",
		Args: atMostOne,
		RunE: func(_ *cobra.Command, args []string) error {
			if err := filter.check(); err != nil {
				return err
			}
			set, err := a.ruleSet(args, &f)
			if err != nil {
				return err
			}
			if err := a.listRules(set.rules, filter, format); err != nil {
				return err
			}
			return set.broken(a.err)
		},
	}
	filter.register(cmd)
	f.registerFunctions(cmd)
	cmd.Flags().StringVarP(&format, "output", "o", "table", strings.Join(formats(), ", "))
	return cmd
}

func (a *app) listRules(all []*rule.Compiled, filter ruleFilter, format string) error {
	var cols []types.Column
	for _, name := range []string{"Severity", "Name", "Tactics", "Techniques", "Tables", "Kind", "Form", "Enabled", "ID", "Path"} {
		cols = append(cols, types.Column{Name: name, Type: types.String})
	}
	rows, err := newRowWriter(format, a.out, cols, terminalWidth(a.out))
	if err != nil {
		return err
	}
	for _, r := range all {
		if !filter.chooses(r) {
			continue
		}
		enabled := "yes"
		if r.Disabled {
			enabled = "no"
		}
		err := rows.row(texts(r.Severity.String(), r.Name, join(r.Tactics), join(r.Techniques), strings.Join(tablesRead(r), ", "),
			string(r.Kind), string(r.Form), enabled, r.ID, r.Path))
		if err != nil {
			return err
		}
	}
	return rows.close()
}

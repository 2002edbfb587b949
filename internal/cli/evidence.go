package cli

import "github.com/spf13/cobra"

func (a *app) evidenceCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:        "evidence",
		SuggestFor: []string{"coverage", "custody", "verify"},
		Short:      "What was acquired, by whom, what was not, and whether it is still as it was",
		Args:       noArgs,
		RunE:       func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(a.evidenceListCommand(), a.coverageCommand(), a.evidenceVerifyCommand(), a.evidenceSealCommand(), a.evidenceSignCommand())
	return cmd
}

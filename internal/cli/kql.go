package cli

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/conshelf/conshelf/internal/investigation"
	"github.com/conshelf/conshelf/kql/diag"
)

func (a *app) kqlCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "kql",
		Short: "Work on KQL texts",
		Args:  noArgs,
		RunE:  func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(a.kqlCheckCommand())
	return cmd
}

func (a *app) kqlCheckCommand() *cobra.Command {
	var f queryFlags
	cmd := &cobra.Command{
		Use:   "check 'KQL' | -f FILE",
		Short: "Say what is wrong with a query on a real workspace, and what to write instead",
		Long: "check compiles a query against the published Log Analytics schema, and the case's own columns if there is a\n" +
			"case. Diagnostics go to standard output; the status is 1 if the query would not run.",
		RunE: func(cmd *cobra.Command, args []string) error {
			name, text, err := a.queryText(args, f.file)
			if err != nil {
				return err
			}
			return a.kqlCheck(cmd.Context(), name, text, f)
		},
	}
	f.register(cmd)
	return cmd
}

func (a *app) kqlCheck(ctx context.Context, name, text string, f queryFlags) error {
	list, err := a.check(ctx, text, f)
	if err != nil {
		return err
	}
	printText(a.out, list.Format(name, text))
	if list.HasErrors() {
		return silent{exitError}
	}
	if len(list) == 0 {
		_, err = fmt.Fprintf(a.out, "%s: ok\n", name)
	}
	return err
}

func (a *app) check(ctx context.Context, text string, f queryFlags) (list diag.List, err error) {
	o := investigation.CompileOptions{Vocabulary: f.vocabulary}
	c, err := investigation.OpenExisting(ctx, a.caseDir, a.open(true))
	if errors.Is(err, investigation.ErrNoCase) {
		_, list, err = investigation.CompileOffline(text, o)
		return list, err
	}
	if err != nil {
		return nil, err
	}
	defer func() { err = firstError(err, c.Close()) }()
	_, list, err = c.Compile(ctx, text, o)
	return list, err
}

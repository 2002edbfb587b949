package cli

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/conshelf/conshelf/kql/plan"
)

func (a *app) kqlExplainCommand() *cobra.Command {
	var f queryFlags
	cmd := &cobra.Command{
		Use:   "explain FILE… | 'KQL' | -f FILE",
		Short: "Print the plan of a query and the SQL that would run; nothing is run",
		RunE: func(cmd *cobra.Command, args []string) error {
			texts, err := a.kqlTexts(cmd.Context(), args, f.file)
			if err != nil {
				return err
			}
			return a.kqlExplain(cmd.Context(), texts, &f)
		},
	}
	f.register(cmd)
	return cmd
}

func (a *app) kqlExplain(ctx context.Context, texts []kqlText, f *queryFlags) (err error) {
	s, err := a.sessionOrEmpty(ctx, f)
	if err != nil {
		return err
	}
	defer func() { err = firstError(err, s.close()) }()
	failed := false
	for _, t := range texts {
		if len(texts) > 1 {
			printLine(a.out, "== "+t.name+" ==")
		}
		q, list, err := s.compile(ctx, t.text)
		if err != nil {
			return err
		}
		a.diagnose(t.name, t.text, list)
		if q == nil {
			failed = true
			continue
		}
		if err := a.printPlans(s, q); err != nil {
			printText(a.err, fmt.Sprintln(explain(t.name, t.text, err)))
			failed = true
		}
	}
	if failed {
		return silent{exitError}
	}
	return nil
}

func (a *app) printPlans(s *session, q *plan.Query) error {
	for i, r := range results(q) {
		if err := printSection(a.out, "plan", i, plan.Dump(r)); err != nil {
			return err
		}
		sql, err := s.c.Explain(r)
		if err != nil {
			return err
		}
		if err := printSection(a.out, "sql", i, sql); err != nil {
			return err
		}
	}
	return nil
}

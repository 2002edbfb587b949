package cli

import (
	"context"
	"errors"
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"github.com/conshelf/conshelf/internal/investigation"
	"github.com/conshelf/conshelf/kql"
	"github.com/conshelf/conshelf/kql/diag"
	"github.com/conshelf/conshelf/kql/types"
)

func (a *app) kqlCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "kql",
		Short: "Check, format and explain KQL texts",
		Args:  noArgs,
		RunE:  func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(a.kqlCheckCommand(), a.kqlFormatCommand(), a.kqlExplainCommand())
	return cmd
}

func (a *app) kqlCheckCommand() *cobra.Command {
	var f queryFlags
	cmd := &cobra.Command{
		Use:   "check FILE… | 'KQL' | -f FILE | --batch",
		Short: "Say what is wrong with a query on a real workspace, and what to write instead",
		Long: "check compiles a query against the published Log Analytics schema, and the case's own columns if there is a\n" +
			"case. An argument that names a file is that file. Diagnostics go to standard output; the status is 1 if a query\n" +
			"would not run.\n\n" +
			"--batch reads JSON Lines {\"id\":…,\"query\":\"…\"} from standard input and writes a line for each, in order:\n" +
			"{\"id\":…,\"diagnostics\":[{\"code\",\"severity\",\"message\",\"start\",\"end\",\"hint\"}],\"columns\":[{\"name\",\"type\"}]}, where start and\n" +
			"end count bytes of the query's UTF-8 text, and the columns are those of its last result. Its status is 0 whatever\n" +
			"the queries are.",
		RunE: func(cmd *cobra.Command, args []string) error {
			if f.batch {
				if f.file != "" || len(args) > 0 {
					return usagef("--batch reads its queries from standard input; give no query and no -f")
				}
				return a.checkBatch(cmd.Context(), &f)
			}
			texts, err := a.kqlTexts(cmd.Context(), args, f.file)
			if err != nil {
				return err
			}
			return a.kqlCheck(cmd.Context(), texts, &f)
		},
	}
	f.register(cmd)
	cmd.Flags().BoolVar(&f.batch, "batch", false, "read queries as JSON Lines from standard input")
	return cmd
}

// A kqlText is a query and what to call it in messages.
type kqlText struct {
	name, text string
	file       bool
}

// kqlTexts returns the queries that the arguments name: files, or one text.
func (a *app) kqlTexts(ctx context.Context, args []string, file string) ([]kqlText, error) {
	if file != "" || len(args) == 0 || len(args) == 1 && !isFile(args[0]) {
		name, text, err := a.queryText(ctx, args, file)
		if err != nil {
			return nil, err
		}
		return []kqlText{{name, text, file != "" && file != "-"}}, nil
	}
	var texts []kqlText
	for _, path := range args {
		data, err := os.ReadFile(path)
		if err != nil {
			return nil, fmt.Errorf("read query: %w", err)
		}
		texts = append(texts, kqlText{path, string(data), true})
	}
	return texts, nil
}

func isFile(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Mode().IsRegular()
}

func (a *app) kqlCheck(ctx context.Context, texts []kqlText, f *queryFlags) error {
	return a.withChecker(ctx, f, func(c checker) error {
		failed := false
		for _, t := range texts {
			found, err := c.check(ctx, t.text)
			if err != nil {
				return err
			}
			printText(a.out, found.list.Format(t.name, t.text))
			failed = failed || found.list.HasErrors()
			if len(found.list) == 0 {
				printLine(a.out, t.name+": ok")
			}
		}
		if failed {
			return silent{exitError}
		}
		return nil
	})
}

// What a check found: diagnostics, and the columns of the result as far as
// they are known.
type checked struct {
	list    diag.List
	columns []types.Column
	failed  *answerError
}

// A checker checks queries against a case, or against the published schema if
// c is nil.
type checker struct {
	c       *investigation.Case
	options investigation.CompileOptions
}

func (a *app) withChecker(ctx context.Context, f *queryFlags, use func(checker) error) (err error) {
	if err := wantVocabulary(f.vocabulary); err != nil {
		return err
	}
	s, err := a.sources(&f.sources)
	if err != nil {
		return err
	}
	o := investigation.CompileOptions{Vocabulary: f.vocabulary, Sources: s}
	c, err := a.openExisting(ctx, a.caseDir)
	if errors.Is(err, investigation.ErrNoCase) {
		return use(checker{options: o})
	}
	if err != nil {
		return err
	}
	defer func() { err = firstError(err, c.Close()) }()
	return use(checker{c, o})
}

func (c checker) check(ctx context.Context, text string) (checked, error) {
	found, err := c.analyze(ctx, text)
	return checked{list: found.Diagnostics, columns: found.Columns}, err
}

func (c checker) analyze(ctx context.Context, text string) (kql.Analysis, error) {
	if c.c == nil {
		return investigation.AnalyzeOffline(text, c.options)
	}
	return c.c.Analyze(ctx, text, c.options)
}

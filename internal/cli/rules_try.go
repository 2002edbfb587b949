package cli

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"golang.org/x/tools/txtar"

	"github.com/conshelf/conshelf/internal/engine/duckdb"
	"github.com/conshelf/conshelf/internal/investigation"
	"github.com/conshelf/conshelf/internal/rehearse"
	"github.com/conshelf/conshelf/internal/rule"
)

// wantAlerts is the file of a test that says which alerts there are to be.
const wantAlerts = "want-alerts"

// factsOfTest is the file of a test that says what the tenant says of itself.
const factsOfTest = "facts.yaml"

func (a *app) rulesTestCommand() *cobra.Command {
	var f sourceFlags
	cmd := &cobra.Command{
		Use:   "test DIR",
		Short: "Run each rule of a directory over the events beside it",
		Long: "Beside rule.yaml stands rule.txtar: files Table.jsonl with the rows of a table, a JSON object a line, and want-alerts with\n" +
			"a line for each alert that the rule is to give; facts.yaml may say what the tenant says of itself. What a rule gives and what it is to give is printed where the two\n" +
			"differ. It exits with 1 if a test fails, and with 3 if rules do not load or have no test.",
		Example: "  conshelf rules test ./my-rules",
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) != 1 {
				return usagef("%s takes one directory, and got %d: the program's own rules are tested when it is built", cmd.CommandPath(), len(args))
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error { return a.testRules(cmd.Context(), args, &f) },
	}
	f.registerFunctions(cmd)
	return cmd
}

func (a *app) testRules(ctx context.Context, args []string, f *sourceFlags) error {
	sources, err := a.sources(f)
	if err != nil {
		return err
	}
	set, err := a.ruleSet(args, f)
	if err != nil {
		return err
	}
	pack, err := rulePack(args[0])
	if err != nil {
		return err
	}
	passed, failed, without := 0, 0, 0
	for _, rules := range byFile(set.rules) {
		name := rules[0].Path
		archive, err := fs.ReadFile(pack, strings.TrimSuffix(name, path.Ext(name))+".txtar")
		switch {
		case errors.Is(err, fs.ErrNotExist):
			without++
			printLine(a.out, "no test  "+name)
			continue
		case err != nil:
			return fmt.Errorf("read the test of %s: %w", name, err)
		}
		if wrong := tryRules(ctx, rules, *sources, txtar.Parse(archive)); wrong != nil {
			if ctx.Err() != nil {
				return ctx.Err()
			}
			failed++
			printLine(a.out, "FAIL     "+name)
			printText(a.out, wrong.Error()+"\n")
			continue
		}
		passed++
		printLine(a.out, "ok       "+name)
	}
	printLine(a.out, fmt.Sprintf("%d passed, %d failed, %d without a test", passed, failed, without))
	broken := set.broken(a.err)
	switch {
	case failed > 0:
		return silent{exitError}
	case without > 0:
		return silent{exitSkipped}
	}
	return broken
}

// byFile returns the rules of each file, in the files' order. Those that do not
// compile are not run, and said elsewhere.
func byFile(rules []*rule.Compiled) [][]*rule.Compiled {
	var files [][]*rule.Compiled
	for _, r := range rules {
		if r.Query == nil {
			continue
		}
		i := slices.IndexFunc(files, func(of []*rule.Compiled) bool { return of[0].Path == r.Path })
		if i < 0 {
			files = append(files, nil)
			i = len(files) - 1
		}
		files[i] = append(files[i], r)
	}
	return files
}

// tryRules runs the rules of a file over a test's events. The error is how the
// alerts differ from those that there are to be. The tenant's facts are those
// of the test.
func tryRules(ctx context.Context, rules []*rule.Compiled, sources investigation.Sources, test *txtar.Archive) (err error) {
	in := make(map[string]string)
	for _, file := range test.Files {
		in[file.Name] = string(file.Data)
	}
	want, ok := in[wantAlerts]
	if !ok {
		return fmt.Errorf("the test has no %s", wantAlerts)
	}
	if sources.Facts, err = investigation.ParseFacts(factsOfTest, []byte(in[factsOfTest])); err != nil {
		return err
	}
	var loaded []*rule.Rule
	for _, r := range rules {
		loaded = append(loaded, r.Rule)
	}
	e, err := duckdb.Open(ctx, duckdb.Options{Threads: 1})
	if err != nil {
		return err
	}
	defer func() { err = firstError(err, e.Close()) }()
	files, err := rehearse.Load(ctx, e, in)
	if err != nil {
		return err
	}
	have, err := rehearse.Tables(ctx, e)
	if err != nil {
		return err
	}
	rules, _ = investigation.CompileRules(loaded, have, &sources) // they compiled before
	got, err := rehearse.Alerts(ctx, e, rules, files)
	if err != nil {
		return err
	}
	if got != want {
		return fmt.Errorf("got\n%s\nwant\n%s", indented(got), indented(want))
	}
	return nil
}

// indented sets lines apart from what is around them.
func indented(lines string) string {
	if lines == "" {
		return "  no alert"
	}
	return "  " + strings.ReplaceAll(strings.TrimRight(lines, "\n"), "\n", "\n  ")
}

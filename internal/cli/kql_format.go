package cli

import (
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/conshelf/conshelf/kql/syntax"
)

func (a *app) kqlFormatCommand() *cobra.Command {
	var file string
	var write, check bool
	cmd := &cobra.Command{
		Use:   "fmt FILE… | 'KQL' | -f FILE",
		Short: "Print queries in the one way that they are written, comments kept",
		Long: "fmt prints each query with an operator to a line. With -w the files are rewritten; with --check nothing is\n" +
			"printed but the names of those that are written otherwise, and the status is 1 if there are any. A query with\n" +
			"a syntax error is left as it is, and said.",
		RunE: func(cmd *cobra.Command, args []string) error {
			if write && check {
				return usagef("-w rewrites and --check does not: give one")
			}
			texts, err := a.kqlTexts(cmd.Context(), args, file)
			if err != nil {
				return err
			}
			return a.kqlFormat(texts, write, check)
		},
	}
	cmd.Flags().StringVarP(&file, "file", "f", "", "read the query from a file (- for standard input)")
	cmd.Flags().BoolVarP(&write, "write", "w", false, "rewrite the files")
	cmd.Flags().BoolVar(&check, "check", false, "only name what is written otherwise")
	return cmd
}

func (a *app) kqlFormat(texts []kqlText, write, check bool) error {
	failed := false
	for _, t := range texts {
		if write && !t.file {
			return usagef("-w rewrites files, and %s is none", t.name)
		}
		ok, err := a.formatOne(t, write, check)
		if err != nil {
			return err
		}
		failed = failed || !ok
	}
	if failed {
		return silent{exitError}
	}
	return nil
}

// formatOne formats one query; false: it was not formatted, and why is said.
func (a *app) formatOne(t kqlText, write, check bool) (bool, error) {
	formatted, list := syntax.FormatText(t.text)
	if list.HasErrors() {
		printText(a.err, list.Format(t.name, t.text))
		return false, nil
	}
	switch {
	case check && formatted != t.text:
		printLine(a.out, t.name)
		return false, nil
	case check || write && formatted == t.text:
		return true, nil
	case write:
		return true, replaceFile(t.name, formatted)
	}
	_, err := io.WriteString(a.out, formatted)
	return true, err
}

// replaceFile writes a file whole or not at all.
func replaceFile(path, text string) (err error) {
	info, err := os.Stat(path)
	if err != nil {
		return fmt.Errorf("rewrite %s: %w", path, err)
	}
	f, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+"-")
	if err != nil {
		return fmt.Errorf("rewrite %s: %w", path, err)
	}
	defer func() {
		if err != nil {
			err = fmt.Errorf("rewrite %s: %w", path, err)
			_ = os.Remove(f.Name())
		}
	}()
	_, err = f.WriteString(text)
	if err = firstError(err, f.Chmod(info.Mode().Perm()), f.Close()); err != nil {
		return err
	}
	return os.Rename(f.Name(), path)
}

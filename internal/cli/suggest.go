package cli

import (
	"errors"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// mistyped is how many letters of a name may be wrong for it to be recognised.
const mistyped = 2

// unknownCommand is the error of a command that there is not, with those that
// may have been meant.
func unknownCommand(cmd *cobra.Command, name string) error {
	cmd.SuggestionsMinimumDistance = mistyped
	path := strings.TrimPrefix(cmd.CommandPath()+" "+name, "conshelf ")
	return usagef("no command is called %q%s; see %s --help", path, meant("", cmd.SuggestionsFor(name)), cmd.CommandPath())
}

// unknownFlag is the error of how flags were written, with those that may have
// been meant.
func unknownFlag(cmd *cobra.Command, err error) error {
	hint := ""
	var bad *pflag.InvalidValueError
	if errors.As(err, &bad) {
		return usagef("--%s %s: want %s; see %s --help", bad.GetFlag().Name, bad.GetValue(), valueOf(bad.GetFlag()), cmd.CommandPath())
	}
	var none *pflag.NotExistError
	if errors.As(err, &none) && none.GetSpecifiedShortnames() == "" {
		hint = meantFlag(cmd, none.GetSpecifiedName())
	}
	return usagef("%w%s; see %s --help", err, hint, cmd.CommandPath())
}

// valueOf says what a flag takes.
func valueOf(f *pflag.Flag) string {
	switch f.Value.Type() {
	case "int", "int64":
		return "a number"
	case "uint", "uint64":
		return "a number, 0 or above"
	case "duration":
		return "a span such as 30m"
	case "bool":
		return "true or false"
	}
	return "a value of type " + f.Value.Type()
}

// meantFlag says which flags may have been meant: a format's name is one of
// --output.
func meantFlag(cmd *cobra.Command, name string) string {
	if cmd.Flags().Lookup("output") != nil && slices.Contains(append(formats(), "chart", "text", timesketch), name) {
		return meant("-o ", []string{name})
	}
	var names []string
	cmd.Flags().VisitAll(func(f *pflag.Flag) { names = append(names, f.Name) })
	return meant("--", near(name, names))
}

// near returns the names that a name may stand for, as commands are told apart;
// of a short one a letter may be wrong.
func near(name string, names []string) []string {
	all := &cobra.Command{SuggestionsMinimumDistance: max(1, min(mistyped, len(name)/2-1))}
	for _, n := range names {
		all.AddCommand(&cobra.Command{Use: n, Run: func(*cobra.Command, []string) {}})
	}
	return all.SuggestionsFor(name)
}

func meant(prefix string, names []string) string {
	if len(names) == 0 {
		return ""
	}
	names = slices.Compact(names)
	for i, n := range names {
		names[i] = prefix + n
	}
	return ": did you mean " + strings.Join(names, " or ") + "?"
}

// strict has the commands that the library makes refuse what they do not know.
func strict(root *cobra.Command) {
	root.InitDefaultHelpCmd()
	root.InitDefaultCompletionCmd()
	for _, cmd := range root.Commands() {
		switch cmd.Name() {
		case "help":
			cmd.Args = func(_ *cobra.Command, args []string) error {
				of, rest, _ := root.Find(args)
				if len(rest) > 0 {
					return unknownCommand(of, rest[0])
				}
				return nil
			}
		case "completion":
			cmd.Args = noArgs
			cmd.RunE = func(cmd *cobra.Command, _ []string) error { return cmd.Help() }
		}
	}
}

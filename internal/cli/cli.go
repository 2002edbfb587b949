// Package cli is the command line: arguments, wiring and exit status. Data
// goes to standard output, everything else to standard error, and every
// string of the evidence passes through internal/escape on its way out.
package cli

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"github.com/conshelf/conshelf/internal/engine"
	"github.com/conshelf/conshelf/internal/engine/duckdb"
	"github.com/conshelf/conshelf/internal/escape"
	"github.com/conshelf/conshelf/internal/investigation"
)

// defaultCase is the case directory where none is named.
const defaultCase = "conshelf-case"

// caseVariable is the environment's name for the case, where no flag has one.
const caseVariable = "CONSHELF_CASE"

// caseNamed tells whether somebody named a case, for commands that also do
// without one.
func caseNamed(cmd *cobra.Command) bool {
	return cmd.Flags().Changed("case") || os.Getenv(caseVariable) != ""
}

// An app is the program's surroundings and the flags that all commands share.
type app struct {
	in       io.Reader
	out, err io.Writer
	caseDir  string
	memory   string
	threads  int
	quiet    bool
	timeZone string
}

// Main runs the program and returns its exit status.
func Main(args []string, in io.Reader, out, stderr io.Writer) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	defer stop()
	signal.Ignore(syscall.SIGPIPE) // a reader that has enough shows as an error of the write
	ignoreSizeLimit()
	a := &app{in: in, out: out, err: stderr}
	root := a.root()
	root.SetArgs(args)
	return status(stderr, root.ExecuteContext(ctx))
}

func (a *app) root() *cobra.Command {
	root := &cobra.Command{
		Use:   "conshelf",
		Short: "Investigate unauthorized sign-ins to Entra ID, Microsoft 365 and Azure, offline",
		Long: "conshelf reads exports of a Microsoft tenant's logs, runs Sentinel's KQL and analytics rules over them,\n" +
			"joins the alerts into incidents and writes a report with a response plan. It sends nothing anywhere.",
		Version: version(),
		Args:    noArgs,
		RunE:    func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
		PersistentPreRunE: func(*cobra.Command, []string) error {
			if a.threads < 0 {
				return usagef("--threads %d: want a number, 0 or above", a.threads)
			}
			if _, err := a.memoryLimit(); err != nil {
				return err
			}
			_, err := a.zone()
			return err
		},
		SilenceErrors: true,
		SilenceUsage:  true,
	}
	root.SetIn(a.in)
	root.SetOut(a.out)
	root.SetErr(a.err)
	root.SetFlagErrorFunc(unknownFlag)
	flags := root.PersistentFlags()
	flags.StringVar(&a.caseDir, "case", envOr(caseVariable, defaultCase), "directory of the case")
	flags.StringVar(&a.memory, "memory", envOr("CONSHELF_MEMORY", "4GB"), "memory that the program may use before it spills to disk (also --memory-limit)")
	flags.IntVar(&a.threads, "threads", 0, "threads that the engine may use (0: all cores)")
	flags.BoolVarP(&a.quiet, "quiet", "q", false, "no progress and no notes, only errors")
	flags.StringVar(&a.timeZone, "tz", "", "add a column in this time zone (Europe/Berlin) beside each UTC time")
	root.AddCommand(a.ingestCommand(), a.investigateCommand(), a.queryCommand(), a.kqlCommand(), a.rulesCommand(),
		a.triageCommand(), a.huntCommand(), a.timelineCommand(), a.exportCommand(), a.accessCommand(), a.postureCommand(),
		a.tablesCommand(), a.evidenceCommand(), a.demoCommand(), a.simulateCommand(), a.versionCommand())
	strict(root)
	root.SetGlobalNormalizationFunc(spellings)
	return root
}

func (a *app) versionCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "version",
		Short: "Print the version",
		Args:  noArgs,
		RunE: func(*cobra.Command, []string) error {
			_, err := fmt.Fprintln(a.out, "conshelf "+version())
			return err
		},
	}
}

// version is the module's version, or the revision that it was built from.
func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "development"
	}
	if v := info.Main.Version; v != "" && v != "(devel)" {
		return v
	}
	for _, s := range info.Settings {
		if s.Key == "vcs.revision" {
			return "development " + s.Value
		}
	}
	return "development"
}

// note prints a line for people, unless they asked for quiet.
func (a *app) note(format string, args ...any) {
	if !a.quiet {
		printLine(a.err, fmt.Sprintf(format, args...))
	}
}

// printLine prints text that may hold strings of the evidence.
func printLine(w io.Writer, text string) {
	_, _ = io.WriteString(w, escape.Terminal(text)+"\n")
}

func (a *app) open(readOnly bool) investigation.Opener {
	return a.opener(readOnly, duckdb.Share)
}

// opener opens databases that may hold a share of the memory.
func (a *app) opener(readOnly bool, share func(limit int64) int64) investigation.Opener {
	return func(ctx context.Context, database, temp string) (engine.Engine, error) {
		memory, err := a.memoryLimit()
		if err != nil {
			return nil, err
		}
		return duckdb.Open(ctx, duckdb.Options{Path: database, TempDir: temp, MemoryLimit: share(memory), Threads: a.threads, ReadOnly: readOnly})
	}
}

// leastMemory is the memory with which the engine opens a case.
const leastMemory = 8_000_000

// memoryLimit returns how many bytes the program may use.
func (a *app) memoryLimit() (int64, error) {
	memory, err := parseSize(a.memory)
	if err != nil {
		return 0, usagef("--memory %s: %w", a.memory, err)
	}
	if memory < leastMemory {
		return 0, usagef("--memory %s: want 8MB or more: with less no case can be opened", a.memory)
	}
	return memory, nil
}

// unknownWidth is the width of a terminal that does not say.
const unknownWidth = 80

// terminalWidth returns the width of w, or 0 if it is not a terminal.
func terminalWidth(w io.Writer) int {
	f, ok := w.(*os.File)
	if !ok || !term.IsTerminal(int(f.Fd())) {
		return 0
	}
	width, _, err := term.GetSize(int(f.Fd()))
	if err != nil || width <= 0 {
		return unknownWidth
	}
	return width
}

// colour tells whether w is to have colours: a terminal, and nothing that
// forbids it.
func colour(w io.Writer) bool {
	if os.Getenv("NO_COLOR") != "" || os.Getenv("TERM") == "dumb" {
		return false
	}
	return os.Getenv("CLICOLOR_FORCE") != "" || terminalWidth(w) > 0
}

func envOr(name, fallback string) string {
	if v := os.Getenv(name); v != "" {
		return v
	}
	return fallback
}

func noArgs(cmd *cobra.Command, args []string) error {
	switch {
	case len(args) == 0:
		return nil
	case cmd.HasSubCommands():
		return unknownCommand(cmd, args[0])
	}
	return usagef("%s takes no arguments, and got %q", cmd.CommandPath(), args[0])
}

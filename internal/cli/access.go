package cli

import (
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/conshelf/conshelf/internal/condaccess"
)

func (a *app) accessCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:        "ca",
		SuggestFor: []string{"conditional-access", "policies", "whatif"},
		Short:      "Conditional Access: what the policies make of a sign-in, and what they leave open",
		Args:       noArgs,
		RunE:       func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(a.accessEvaluateCommand(), a.accessWhatIfCommand(), a.accessLintCommand(),
		a.accessGapsCommand(), a.accessProveCommand(), a.accessDiffCommand(), a.accessDeadCommand(), a.accessReplayCommand(), a.accessGenerateCommand())
	return cmd
}

// accessFlags say how to take what is not known.
type accessFlags struct {
	assume, scopes string
	emit           bool
}

func (f *accessFlags) register(cmd *cobra.Command) {
	f.registerAssumptions(cmd)
	cmd.Flags().BoolVar(&f.emit, "emit-evaluate-requests", false, "print the request with which Microsoft's What If API answers the same, and evaluate nothing")
}

func (f *accessFlags) registerAssumptions(cmd *cobra.Command) {
	cmd.Flags().StringVar(&f.assume, "assume", "", "decide what is not known: microsoft (a condition without input is not met, as the What If API\n"+
		"has it), legacy (it is met, as the older What If has it) or worst (as the attacker would like it)")
	cmd.Flags().StringVar(&f.scopes, "baseline-scopes", "", "how the tenant treats requests for baseline scopes where a policy for all resources has\n"+
		"exclusions: legacy (lets them past) or enforced (takes them as requests for the directory)")
}

func (f *accessFlags) options() (condaccess.Options, error) {
	var o condaccess.Options
	assume, ok := condaccess.ParseAssumption(f.assume)
	if !ok {
		return o, usagef("--assume %s: want one of microsoft, legacy, worst", f.assume)
	}
	o.Assume = assume
	switch f.scopes {
	case "":
	case "legacy":
		o.Scopes = condaccess.ScopesLegacy
	case "enforced":
		o.Scopes = condaccess.ScopesEnforced
	default:
		return o, usagef("--baseline-scopes %s: want one of legacy, enforced", f.scopes)
	}
	return o, nil
}

// loadTenant reads the files and directories of an export. A file that cannot
// be read is listed; that there are then no policies left is an error.
func (a *app) loadTenant(paths, trusted []string) (*condaccess.Tenant, error) {
	var l condaccess.Loader
	failed := 0
	for _, path := range paths {
		files, err := filesUnder(path)
		if err != nil {
			return nil, err
		}
		for _, file := range files {
			if err := readInto(&l, file); err != nil {
				failed++
				printLine(a.err, "conshelf: "+err.Error())
			}
		}
	}
	for _, ip := range trusted {
		if err := l.TrustIP(ip); err != nil {
			return nil, usagef("--mfa-trusted-ip %s: %w", ip, err)
		}
	}
	t := l.Tenant()
	for _, n := range t.Notes {
		a.note("%s", n)
	}
	if len(t.Policies) == 0 {
		return nil, fmt.Errorf("no Conditional Access policy in %s", strings.Join(paths, ", "))
	}
	if failed > 0 {
		a.note("%s could not be read: there may be policies that are not here, and so nothing is granted for certain", plural(failed, "file"))
	}
	return t, nil
}

func readInto(l *condaccess.Loader, file string) error {
	data, err := os.ReadFile(file)
	if err != nil {
		return fmt.Errorf("read policies: %w", err)
	}
	return l.Read(file, data)
}

// filesUnder returns a file, or the files of a directory in order.
func filesUnder(path string) ([]string, error) {
	var out []string
	err := filepath.WalkDir(path, func(p string, d fs.DirEntry, err error) error {
		if err == nil && d.Type().IsRegular() {
			out = append(out, p)
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read policies: %w", err)
	}
	return out, nil
}

// readAllOf reads a file, or standard input for "-".
func (a *app) readAllOf(path string) ([]byte, error) {
	if path == "-" {
		return io.ReadAll(a.in)
	}
	return os.ReadFile(path)
}

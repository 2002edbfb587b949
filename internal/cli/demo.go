package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/conshelf/conshelf/internal/simulate"
)

// truthFile is where a demo writes what it injected.
const truthFile = "truth.json"

// A tenantFlags is the flags that describe a synthetic tenant.
type tenantFlags struct {
	out     string
	force   bool
	seed    uint64
	users   int
	days    int
	end     string
	attacks []string
	signIns int
	pad     int
}

func (f *tenantFlags) register(cmd *cobra.Command, users, days int) {
	flags := cmd.Flags()
	flags.Uint64Var(&f.seed, "seed", 1, "the tenant's number: the same number is the same tenant")
	flags.IntVar(&f.users, "users", users, "people in the tenant")
	flags.IntVar(&f.days, "days", days, "days of logs")
}

func (a *app) demoCommand() *cobra.Command {
	var f tenantFlags
	cmd := &cobra.Command{
		Use:   "demo",
		Short: "Make a synthetic tenant with three attacks and investigate it",
		Args:  noArgs,
		RunE:  func(cmd *cobra.Command, _ []string) error { return a.demo(cmd.Context(), f) },
	}
	cmd.Flags().StringVar(&f.out, "out", "conshelf-demo", "directory for the exports, the case and the report")
	cmd.Flags().BoolVar(&f.force, "force", false, "replace what an earlier demo wrote there")
	f.register(cmd, 60, 14)
	return cmd
}

func (a *app) demo(ctx context.Context, f tenantFlags) error {
	if err := clearDemo(f.out, f.force); err != nil {
		return err
	}
	exports, truth := filepath.Join(f.out, "exports"), filepath.Join(f.out, truthFile)
	start := time.Now()
	if err := a.writeTenant(ctx, exports, truth, f); err != nil {
		return err
	}
	a.caseDir = filepath.Join(f.out, "case")
	err := a.investigate(ctx, []string{exports}, investigateFlags{})
	if err == nil {
		a.note("the whole of it took %.1f s; what was injected is in %s", time.Since(start).Seconds(), truth)
		a.note("go on with: conshelf query --case %s 'SigninLogs | summarize count() by ResultType'", a.caseDir)
	}
	return err
}

func (a *app) simulateCommand() *cobra.Command {
	var f tenantFlags
	var truth string
	cmd := &cobra.Command{
		Use:   "simulate DIR",
		Short: "Write a synthetic tenant's exports, in their real shapes, from a seed number",
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 1 {
				return usagef("simulate wants the directory to write")
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.writeTenant(cmd.Context(), args[0], truth, f)
		},
	}
	f.register(cmd, 50, 14)
	flags := cmd.Flags()
	flags.StringVar(&truth, "truth", "", "file for what was injected (default: not written)")
	flags.StringVar(&f.end, "end", "", "the day after the last, as 2026-03-31")
	flags.StringSliceVar(&f.attacks, "attacks", nil, "attacks to inject, or none (default: the first three): "+attackNames())
	flags.IntVar(&f.signIns, "sign-ins", 0, "aim for this many sign-ins in total")
	flags.IntVar(&f.pad, "pad", 0, "least bytes of a raw sign-in record")
	return cmd
}

func attackNames() string {
	names := make([]string, 0, len(simulate.Stories()))
	for _, attack := range simulate.Stories() {
		names = append(names, string(attack))
	}
	return strings.Join(names, ", ")
}

func (a *app) writeTenant(ctx context.Context, dir, truth string, f tenantFlags) error {
	o, err := f.options()
	if err != nil {
		return err
	}
	if err := emptied(dir); err != nil {
		return err
	}
	injected, err := simulate.Write(ctx, dir, o)
	if err != nil {
		return fmt.Errorf("simulate: %w", err)
	}
	if truth == "" {
		return nil
	}
	data, err := json.MarshalIndent(injected, "", "  ")
	if err != nil {
		return fmt.Errorf("write truth: %w", err)
	}
	if err := os.WriteFile(truth, append(data, '\n'), 0o600); err != nil {
		return fmt.Errorf("write truth: %w", err)
	}
	return nil
}

func (f tenantFlags) options() (simulate.Options, error) {
	o := simulate.Options{Seed: f.seed, Users: f.users, Days: f.days, SignIns: f.signIns, PadTo: f.pad}
	if f.end != "" {
		end, err := time.Parse(time.DateOnly, f.end)
		if err != nil {
			return o, usagef("--end %s: want a date such as 2026-03-31", f.end)
		}
		o.End = end
	}
	if f.attacks == nil {
		return o, nil
	}
	o.Attacks = []simulate.Attack{}
	for _, name := range f.attacks {
		if name == "none" {
			continue
		}
		if !slices.Contains(simulate.Stories(), simulate.Attack(name)) {
			return o, usagef("--attacks %s: want none, or some of %s", name, attackNames())
		}
		o.Attacks = append(o.Attacks, simulate.Attack(name))
	}
	return o, nil
}

// emptied returns an error unless dir is missing or empty.
func emptied(dir string) error {
	entries, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) || err == nil && len(entries) == 0 {
		return nil
	}
	if err != nil {
		return fmt.Errorf("write exports: %w", err)
	}
	return usagef("%s is not empty: name a new directory for the exports", dir)
}

// clearDemo removes what an earlier demo wrote into dir, and nothing else:
// the truth that it left says that there was one.
func clearDemo(dir string, force bool) error {
	truth := filepath.Join(dir, truthFile)
	if _, err := os.Stat(truth); errors.Is(err, fs.ErrNotExist) {
		return emptied(dir)
	}
	if !force {
		return usagef("%s holds an earlier demo; --force replaces it", dir)
	}
	for _, path := range []string{filepath.Join(dir, "exports"), filepath.Join(dir, "case"), truth} {
		if err := os.RemoveAll(path); err != nil {
			return fmt.Errorf("replace demo: %w", err)
		}
	}
	return nil
}

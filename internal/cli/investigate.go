package cli

import (
	"context"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/conshelf/conshelf/internal/incident"
	"github.com/conshelf/conshelf/internal/investigation"
	"github.com/conshelf/conshelf/internal/report"
	"github.com/conshelf/conshelf/internal/rule"
	"github.com/conshelf/conshelf/rules"
)

// An investigateFlags is the flags of investigate.
type investigateFlags struct {
	out      string
	rules    string
	policies []string
	times    spanFlags
	failOn   string
	load     loadFlags
	asJSON   bool
	fresh    bool
	ruleTime time.Duration
	sources  sourceFlags
}

func (a *app) investigateCommand() *cobra.Command {
	var f investigateFlags
	cmd := &cobra.Command{
		Use:        "investigate [PATH...]",
		SuggestFor: []string{"analyze", "detect", "incidents", "report", "respond", "plan"},
		Short:      "From exports to incidents and a report, in one go",
		Long: "investigate loads the paths into the case, runs the analytics rules over the evidence's own window, joins the\n" +
			"alerts into incidents and writes report.html, report.md and report.json into the case. Without a path it\n" +
			"works on what the case holds already.",
		Example: "  conshelf investigate ./export --out ./case",
		RunE: func(cmd *cobra.Command, args []string) error {
			if f.out != "" {
				a.caseDir = f.out
			}
			return a.investigate(cmd.Context(), args, f)
		},
	}
	cmd.Flags().StringVar(&f.out, "out", "", "directory of the case and the report (default: --case)")
	cmd.Flags().StringVar(&f.rules, "rules", "", "directory of analytics rules to use in place of the program's own")
	cmd.Flags().StringSliceVar(&f.policies, "policies", nil, "Conditional Access policies, files or folders of an export, by which to say why the attacker's sign-ins\n"+
		"passed (default: those that the case holds)")
	f.times.add(cmd)
	cmd.Flags().StringVar(&f.failOn, "fail-on", "", "exit with 10 if an incident has this severity or a higher one: Low, Medium, High")
	f.load.register(cmd)
	cmd.Flags().BoolVar(&f.fresh, "fresh", false, "run every rule, also one whose result is kept and of which nothing has changed")
	cmd.Flags().DurationVar(&f.ruleTime, "rule-time", 10*time.Minute, "how long one rule may run before it is stopped, and a gap says so (0: as long as it takes)")
	f.sources.register(cmd)
	cmd.Flags().BoolVar(&f.asJSON, "json", false, "print the report's document as JSON in place of the summary")
	return cmd
}

func (a *app) investigate(ctx context.Context, paths []string, f investigateFlags) (err error) {
	failOn, err := parseFailOn(f.failOn)
	if err != nil {
		return err
	}
	pack, err := rulePack(f.rules)
	if err != nil {
		return err
	}
	options, err := a.options(f.load)
	if err != nil {
		return err
	}
	if err := a.wantFiles(paths); err != nil {
		return err
	}
	c, err := a.openFor(ctx, paths)
	if err != nil {
		return err
	}
	defer func() { err = firstError(err, c.Close()) }()
	if err := a.useSources(c, &f.sources, len(paths) == 0); err != nil {
		return err
	}
	loaded, err := a.load(ctx, c, paths, options)
	if err != nil {
		return err
	}
	if len(paths) > 0 && len(loaded.Files) == 0 {
		return firstError(a.skipped(loaded), usagef("no file in %s", strings.Join(paths, ", ")))
	}
	if len(paths) > 0 && !f.asJSON {
		if err := printFiles(a.out, loaded.Files, false, terminalWidth(a.out)); err != nil {
			return err
		}
	}
	doc, broken, err := a.findings(ctx, c, pack, f)
	if err != nil {
		return err
	}
	if brokenLines(a.err, broken) > 0 {
		a.note("conshelf rules lint says more of rules that do not run")
	}
	if err := a.present(c, doc, f.asJSON); err != nil {
		return err
	}
	return firstError(findingStatus(doc, failOn), a.skipped(loaded), a.ruleStatus(doc))
}

// openFor opens the case for new evidence, or to be read if there is none.
func (a *app) openFor(ctx context.Context, paths []string) (*investigation.Case, error) {
	if len(paths) == 0 {
		return a.openExisting(ctx, a.caseDir)
	}
	return a.openCase(ctx, a.caseDir)
}

func (a *app) findings(ctx context.Context, c *investigation.Case, pack fs.FS, f investigateFlags) (report.Document, []rule.Problem, error) {
	w, err := f.times.inside(ctx, c)
	if err != nil {
		return report.Document{}, nil, err
	}
	policies, err := policyFiles(f.policies)
	if err != nil {
		return report.Document{}, nil, err
	}
	bar := newProgress(a.err, terminalWidth(a.err) > 0 && !a.quiet, "running rules", 0)
	defer bar.clear()
	basis, err := programDigest()
	if err != nil {
		return report.Document{}, nil, err
	}
	return c.Investigate(ctx, investigation.Options{
		Rules: pack, Policies: policies, Window: w, Version: version(), Threads: a.threads, Progress: bar.step, Basis: basis, Fresh: f.fresh, RuleTime: f.ruleTime,
		Reused: func(taken, total int) {
			bar.clear()
			if taken > 0 {
				a.note("%d of %d rules were taken as they were: nothing that they depend on has changed (--fresh runs all)", taken, total)
			}
		},
	})
}

func (a *app) present(c *investigation.Case, doc report.Document, asJSON bool) error {
	paths, err := c.WriteReport(doc)
	if err != nil {
		return err
	}
	if asJSON {
		return report.JSON(a.out, doc)
	}
	a.inUTC()
	if err := report.Summary(a.out, doc, report.Style{Colour: colour(a.out), Width: terminalWidth(a.out)}); err != nil {
		return err
	}
	for _, p := range paths {
		printLine(a.out, "report: "+p)
	}
	return nil
}

// findingStatus is the error of an incident at or above the severity that the
// caller fails on.
func findingStatus(doc report.Document, failOn incident.Severity) error {
	if failOn == incident.Unrated {
		return nil
	}
	for _, i := range doc.Incidents {
		if s := i.Incident.Severity; s >= failOn || s == incident.Unrated {
			return silent{exitFindings}
		}
	}
	return nil
}

func parseFailOn(text string) (incident.Severity, error) {
	if text == "" {
		return incident.Unrated, nil
	}
	s, err := parseSeverity("--fail-on", text)
	if err != nil || s == incident.Informational {
		return s, usagef("--fail-on %s: want Low, Medium or High: what is only informational is no incident", text)
	}
	return s, nil
}

// ruleStatus is the error of rules that could not run to their end. Those that
// are broken have been printed; those that failed while they ran are here.
func (a *app) ruleStatus(doc report.Document) error {
	problems := doc.Problems()
	for _, g := range problems {
		if slices.ContainsFunc(doc.Rules, func(r report.RuleRun) bool { return r.Rule.Name == g.Subject && r.Partly != "" }) {
			printLine(a.err, "rule "+g.Subject+": "+g.Reason)
		}
	}
	if len(problems) > 0 {
		return silent{exitSkipped}
	}
	return nil
}

// rulePack returns the rules of a directory, or the program's own.
func rulePack(dir string) (fs.FS, error) {
	if dir == "" {
		return rules.FS(), nil
	}
	info, err := os.Stat(dir)
	if err != nil {
		return nil, fmt.Errorf("read rules: %w", err)
	}
	if !info.IsDir() {
		return nil, usagef("--rules %s is not a directory", dir)
	}
	pack := os.DirFS(dir)
	if loaded, problems := rule.Load(pack); len(loaded) == 0 && len(problems) == 0 {
		return nil, usagef("%s holds no analytics rule: want files that end in .yaml, .yml or .json", dir)
	}
	return pack, nil
}

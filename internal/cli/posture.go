package cli

import (
	"context"
	"fmt"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/conshelf/conshelf/internal/incident"
	"github.com/conshelf/conshelf/internal/posture"
	"github.com/conshelf/conshelf/internal/tenant"
)

// postureFlags are what posture is told.
type postureFlags struct {
	inventory, by, format, failOn string
	ofCase                        bool // --case was given
}

func postureViews() []string { return []string{"check", "incident"} }

func (a *app) postureCommand() *cobra.Command {
	var f postureFlags
	cmd := &cobra.Command{
		Use:   "posture [PATH…] [--case CASE]",
		Short: "What Defender for Cloud and Defender for Cloud Apps should have, against the guide",
		Long: "posture reads files, or directories of them, as the API of Microsoft.Security or Resource Graph gives them: assessments,\n" +
			"pricings, jitNetworkAccessPolicies, secureScores; network security groups, vaults, storage accounts and diagnostic\n" +
			"settings; virtual machines and their network interfaces; alerts of Defender for Cloud Apps; from Graph, the\n" +
			"authorization policy, the policy for requests of consent, group settings, Conditional Access policies and named\n" +
			"locations. With --case it reads those that the case holds, and its tables: whether risky consents, impossible journeys\n" +
			"and mass downloads raised alerts, and who of an incident asked for just-in-time access.\n\n" +
			"Each check has its evidence with the record that says so, a remedy and the ATT&CK techniques that it bears on. What is\n" +
			"not there was not looked at, and that is no pass: Obtain says how to get it. What no interface exports, such as the\n" +
			"policies of Defender for Cloud Apps, is declared in a file (--inventory; docs/posture.md shows one).\n\n" +
			"--by incident lists which entities of the last investigation's incidents sit on what is not as it should be.",
		Example: "  conshelf posture assessments.json pricings.json --fail-on High\n  conshelf posture --case ./case --inventory inventory.yaml --by incident",
		RunE: func(cmd *cobra.Command, args []string) error {
			f.ofCase = caseNamed(cmd)
			if len(args) == 0 && !f.ofCase {
				return usagef("%s needs the files of the export, or --case", cmd.CommandPath())
			}
			return a.posture(cmd.Context(), args, &f)
		},
	}
	cmd.Flags().StringVar(&f.inventory, "inventory", "", "file that declares the policies of Defender for Cloud Apps, connectors, corporate addresses and working hours")
	cmd.Flags().StringVar(&f.by, "by", "check", strings.Join(postureViews(), ", "))
	cmd.Flags().StringVarP(&f.format, "output", "o", "table", strings.Join(formats(), ", "))
	cmd.Flags().StringVar(&f.failOn, "fail-on", "", "exit with 10 if a check of this severity or a higher one is not met: Low, Medium, High")
	return cmd
}

func (a *app) posture(ctx context.Context, paths []string, f *postureFlags) error {
	least, err := f.check()
	if err != nil {
		return err
	}
	var e posture.Export
	if err := readInventory(&e, f.inventory); err != nil {
		return err
	}
	if f.ofCase {
		if err := a.readPostureCase(ctx, &e); err != nil {
			return err
		}
	}
	if err := a.readPostureFiles(&e, paths); err != nil {
		return err
	}
	if e.Empty() {
		return fmt.Errorf("nothing of Defender, consent or Conditional Access in %s", strings.Join(a.postureSources(paths, f), ", "))
	}
	a.notePosture(&e)
	findings := e.Findings()
	exposures := exposuresOf(&e, findings)
	l := postureListing(findings, exposures)
	if f.by == "incident" {
		l = exposureListing(exposures)
	}
	if err := a.list(f.format, l); err != nil {
		return err
	}
	return a.postureStatus(&e, findings, exposures, least)
}

// check says what is wrong with the flags, and returns the severity of
// --fail-on.
func (f *postureFlags) check() (incident.Severity, error) {
	switch {
	case f.by != "check" && f.by != "incident":
		return incident.Unrated, usagef("--by %s: want one of %s", f.by, strings.Join(postureViews(), ", "))
	case f.by == "incident" && !f.ofCase:
		return incident.Unrated, usagef("--by incident needs --case: incidents are in a case")
	}
	return (&lintFlags{failOn: f.failOn}).severity()
}

func (a *app) postureSources(paths []string, f *postureFlags) []string {
	if f.ofCase {
		return append([]string{a.caseDir}, paths...)
	}
	return paths
}

func readInventory(e *posture.Export, path string) error {
	if path == "" {
		return nil
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return fmt.Errorf("read inventory: %w", err)
	}
	inventory, err := tenant.ParseInventory(text)
	if err != nil {
		return &statusError{exitUsage, namedProblems(path, err)}
	}
	inventory.File = path
	e.Inventory = inventory
	return nil
}

func (a *app) readPostureFiles(e *posture.Export, paths []string) error {
	for _, path := range paths {
		files, err := filesUnder(path)
		if err != nil {
			return err
		}
		for _, file := range files {
			data, err := os.ReadFile(file)
			if err != nil {
				return fmt.Errorf("read posture: %w", err)
			}
			if err := e.Read(file, data); err != nil {
				printLine(a.err, "conshelf: "+err.Error())
			}
		}
	}
	return nil
}

// notePosture says what was not taken as it is, and what has no verdict.
func (a *app) notePosture(e *posture.Export) {
	for _, line := range e.Skipped {
		printLine(a.err, "conshelf: "+line)
	}
	if e.Others > 0 {
		a.note("%s of other kinds were not read", plural(e.Others, "record"))
	}
	for _, why := range e.Incomplete {
		a.note("%s: nothing is met for certain", why)
	}
	for i := range e.Scores {
		a.note("%s (%s)", e.Scores[i].String(), e.Scores[i].Place)
	}
	if e.Inventory != nil && !e.Inventory.AsOf.IsZero() {
		a.note("the inventory says how it was on %s", e.Inventory.AsOf.Format("2006-01-02"))
	}
}

func (a *app) postureStatus(e *posture.Export, findings []posture.Finding, exposures []exposure, least incident.Severity) error {
	unmet, open, fails := 0, 0, false
	for i := range findings {
		switch f := &findings[i]; f.Verdict {
		case posture.NotMet:
			unmet++
			fails = fails || least != incident.Unrated && f.Severity >= least
		case posture.NotLookedAt:
			open++
		case posture.Met:
		}
	}
	a.note("%s: %d not met, %d not looked at, which is no pass", plural(len(findings), "check"), unmet, open)
	if n := len(entitiesOf(exposures)); n > 0 {
		a.note("%s of incidents on what is not as it should be: --by incident lists them", plural(n, "place"))
	}
	switch {
	case fails:
		return silent{exitFindings}
	case len(e.Incomplete)+len(e.Skipped)+e.Others > 0:
		return silent{exitSkipped}
	}
	return nil
}

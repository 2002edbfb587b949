package cli

import (
	"fmt"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/conshelf/conshelf/internal/incident"
	"github.com/conshelf/conshelf/internal/posture"
	"github.com/conshelf/conshelf/kql/types"
)

func (a *app) postureCommand() *cobra.Command {
	var format, failOn string
	cmd := &cobra.Command{
		Use:   "posture PATH…",
		Short: "What Defender for Cloud's export says of the subscription, against the guide",
		Long: "posture reads files, or directories of them, as the API of Microsoft.Security or Resource Graph gives them: assessments,\n" +
			"pricings and jitNetworkAccessPolicies. Each check has its evidence, a remedy and the ATT&CK techniques that it bears on.\n" +
			"What the export does not hold was not looked at, and that is no pass.",
		Example: "  conshelf posture assessments.json pricings.json --fail-on High",
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return usagef("%s needs the files of the export", cmd.CommandPath())
			}
			return nil
		},
		RunE: func(_ *cobra.Command, args []string) error { return a.posture(args, format, failOn) },
	}
	cmd.Flags().StringVarP(&format, "output", "o", "table", strings.Join(formats(), ", "))
	cmd.Flags().StringVar(&failOn, "fail-on", "", "exit with 10 if a check of this severity or a higher one is not met: Low, Medium, High")
	return cmd
}

func (a *app) posture(paths []string, format, failOn string) error {
	least, err := (&lintFlags{failOn: failOn}).severity()
	if err != nil {
		return err
	}
	e, err := a.readPosture(paths)
	if err != nil {
		return err
	}
	findings := e.Findings()
	if err := a.list(format, postureListing(findings)); err != nil {
		return err
	}
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
	switch {
	case fails:
		return silent{exitFindings}
	case len(e.Incomplete) > 0:
		return silent{exitSkipped}
	}
	return nil
}

func (a *app) readPosture(paths []string) (*posture.Export, error) {
	var e posture.Export
	for _, path := range paths {
		files, err := filesUnder(path)
		if err != nil {
			return nil, err
		}
		for _, file := range files {
			data, err := os.ReadFile(file)
			if err != nil {
				return nil, fmt.Errorf("read posture: %w", err)
			}
			if err := e.Read(file, data); err != nil {
				printLine(a.err, "conshelf: "+err.Error())
			}
		}
	}
	if !e.Assessed && !e.Planned && !e.Timed {
		return nil, fmt.Errorf("no assessment, plan or just-in-time policy of Microsoft.Security in %s", strings.Join(paths, ", "))
	}
	for _, why := range e.Incomplete {
		a.note("%s: nothing is met for certain", why)
	}
	if e.Others > 0 {
		a.note("%s of other kinds were not read", plural(e.Others, "record"))
	}
	return &e, nil
}

func postureListing(findings []posture.Finding) listing {
	var l listing
	for _, name := range []string{"Check", "Severity", "Title", "Verdict", "Evidence", "Note", "Techniques", "Remedy"} {
		l.cols = append(l.cols, types.Column{Name: name, Type: types.String})
	}
	for i := range findings {
		f := &findings[i]
		l.rows = append(l.rows, texts(f.ID, f.Severity.String(), f.Title, f.Verdict.String(), strings.Join(f.Evidence, "; "), f.Note, join(f.Techniques), f.Remedy))
	}
	return l
}

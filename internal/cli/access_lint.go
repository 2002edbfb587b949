package cli

import (
	"fmt"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/conshelf/conshelf/internal/baseline"
	"github.com/conshelf/conshelf/internal/incident"
	"github.com/conshelf/conshelf/kql/types"
)

// lintFlags are what ca lint is told.
type lintFlags struct {
	policies, directory, trusted []string
	facts, format, failOn        string
}

func (a *app) accessLintCommand() *cobra.Command {
	var f lintFlags
	cmd := &cobra.Command{
		Use:   "lint --policies PATH… [--directory PATH…] [--facts FILE]",
		Short: "Hold the policies against what others recommend",
		Long: "lint makes the checks of CISA SCuBA, CIS, Maester, Microsoft and the guide. Each has two verdicts: compat is the source's\n" +
			"own rule over how policies are written; effective evaluates sign-ins, of everybody and from everywhere, and has one as\n" +
			"witness that gets past the policies. Where the two disagree, it says so. Unknown is no pass.\n\n" +
			"The facts are JSON: breakGlass{users, groups} are the accounts that no check counts, exclusions{CHECK: {users, groups,\n" +
			"applications, guestUserTypes}} what one check does not, servicePlans the licences, privilegedRoles the template ids of\n" +
			"roles. ScubaGear's scuba_config, service_plans and privileged_roles are read too.",
		Example: "  conshelf ca lint --policies policies.json --directory directory.json --facts facts.json --fail-on High",
		RunE: func(_ *cobra.Command, args []string) error {
			f.policies = append(f.policies, args...)
			return a.lintAccess(&f)
		},
	}
	flags := cmd.Flags()
	flags.StringSliceVar(&f.policies, "policies", nil, "files or directories of policies and named locations")
	flags.StringSliceVar(&f.directory, "directory", nil, "files or directories of users, groups and role assignments")
	flags.StringSliceVar(&f.trusted, "mfa-trusted-ip", nil, "trusted addresses of the multifactor service, which no export has, or none")
	flags.StringVar(&f.facts, "facts", "", "JSON file of what no export has")
	flags.StringVar(&f.failOn, "fail-on", "", "exit with 10 if a check of this severity or a higher one is not met by either verdict: Low, Medium, High")
	flags.StringVarP(&f.format, "output", "o", "table", strings.Join(formats(), ", "))
	return cmd
}

func (a *app) lintAccess(f *lintFlags) error {
	if len(f.policies) == 0 {
		return usagef("conshelf ca lint needs --policies")
	}
	failOn, err := f.severity()
	if err != nil {
		return err
	}
	facts, err := readLintFacts(f.facts)
	if err != nil {
		return err
	}
	t, err := a.loadTenant(append(f.policies, f.directory...), f.trusted)
	if err != nil {
		return err
	}
	findings := baseline.Lint(t, facts)
	if err := a.list(f.format, lintListing(findings)); err != nil {
		return err
	}
	a.noteLint(findings)
	if failOn != incident.Unrated && failing(findings, failOn) {
		return silent{exitFindings}
	}
	if len(t.Incomplete) > 0 {
		return silent{exitSkipped}
	}
	return nil
}

// severity returns that of --fail-on; Unrated where nothing fails.
func (f *lintFlags) severity() (incident.Severity, error) {
	if f.failOn == "" {
		return incident.Unrated, nil
	}
	return parseSeverity("--fail-on", f.failOn)
}

func readLintFacts(path string) (*baseline.Facts, error) {
	if path == "" {
		return &baseline.Facts{}, nil
	}
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("read facts: %w", err)
	}
	f, err := baseline.ReadFacts(data)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return f, nil
}

// noteLint says how many checks say what, and which verdicts disagree.
func (a *app) noteLint(findings []baseline.Finding) {
	unmet, open := 0, 0
	for i := range findings {
		f := &findings[i]
		switch {
		case f.Fails():
			unmet++
		case f.Compat == baseline.Unknown || f.Effective == baseline.Unknown:
			open++
		}
		if f.Disagrees() {
			a.note("%s: the source's rule says %s, the evaluation says %s: %s", f.ID, f.Compat, f.Effective, lintDetail(f))
		}
	}
	a.note("%s", baseline.NotCounted)
	a.note("%s: %d not met, %d not known, which is no pass", plural(len(findings), "check"), unmet, open)
}

func failing(findings []baseline.Finding, least incident.Severity) bool {
	for i := range findings {
		if findings[i].Fails() && findings[i].Severity >= least {
			return true
		}
	}
	return false
}

func lintListing(findings []baseline.Finding) listing {
	var l listing
	for _, name := range []string{"Check", "Source", "Severity", "Title", "Compat", "Effective", "Disagree", "Policies", "Detail", "Why", "Remedy"} {
		l.cols = append(l.cols, types.Column{Name: name, Type: types.String})
	}
	for i := range findings {
		f := &findings[i]
		disagree := ""
		if f.Disagrees() {
			disagree = "yes"
		}
		l.rows = append(l.rows, texts(f.ID, f.Source, f.Severity.String(), f.Title, f.Compat.String(), f.Effective.String(), disagree,
			strings.Join(f.By, ", "), lintDetail(f), f.Why, f.Remedy))
	}
	return l
}

// lintDetail says what the verdicts rest on.
func lintDetail(f *baseline.Finding) string {
	var out []string
	if f.CompatNote != "" {
		out = append(out, f.CompatNote)
	}
	switch {
	case f.Effective == baseline.NotMet:
		out = append(out, "witness: "+f.Witness)
	case len(f.Reasons) > 0 && f.Witness != "":
		out = append(out, "not known for "+f.Witness+" ("+strings.Join(f.Reasons, "; ")+")")
	case len(f.Reasons) > 0:
		out = append(out, strings.Join(f.Reasons, "; "))
	}
	return strings.Join(out, "; ")
}

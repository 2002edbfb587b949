package cli

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/conshelf/conshelf/internal/condaccess"
	"github.com/conshelf/conshelf/internal/condaccess/gaps"
	"github.com/conshelf/conshelf/kql/types"
)

// gapFlags are what every command over gaps has.
type gapFlags struct {
	accessFlags
	profile, format string
	trusted         []string
	limit           int
	enforce         bool
	tenant          tenantFlag
}

func (f *gapFlags) register(cmd *cobra.Command) {
	f.registerAssumptions(cmd)
	cmd.Flags().StringSliceVar(&f.trusted, "mfa-trusted-ip", nil, "trusted addresses of the multifactor service, which no export has, or none")
	cmd.Flags().BoolVar(&f.enforce, "enforce-report-only", false, "take policies in report-only mode as enforced")
	cmd.Flags().StringVarP(&f.format, "output", "o", "table", strings.Join(formats(), ", "))
}

func (f *gapFlags) registerProfile(cmd *cobra.Command) {
	cmd.Flags().StringVar(&f.profile, "profile", "", "one attacker only: "+strings.Join(profileNames(), ", "))
	cmd.Flags().IntVar(&f.limit, "limit", 20, "rows for each attacker; how many more there are is said")
}

func profileNames() []string {
	var out []string
	for _, p := range gaps.Profiles() {
		out = append(out, p.Name)
	}
	return out
}

// profiles returns the attackers that are asked about.
func (f *gapFlags) profiles() ([]gaps.Profile, error) {
	all := gaps.Profiles()
	if f.profile == "" {
		return all, nil
	}
	for i := range all {
		if all[i].Name == f.profile {
			return all[i : i+1], nil
		}
	}
	return nil, usagef("--profile %s: want one of %s", f.profile, strings.Join(profileNames(), ", "))
}

// space reads policies and returns their space.
func (a *app) space(paths []string, f *gapFlags) (*gaps.Space, *condaccess.Tenant, error) {
	o, err := f.options()
	if err != nil {
		return nil, nil, err
	}
	t, err := a.loadTenant(paths, f.trusted)
	if err != nil {
		return nil, nil, err
	}
	space, err := a.spaceOf(t, o, f)
	return space, t, err
}

func (a *app) spaceOf(t *condaccess.Tenant, o condaccess.Options, f *gapFlags) (*gaps.Space, error) {
	if f.enforce {
		enforceReported(t)
	}
	space, err := gaps.NewSpace(condaccess.NewEvaluator(t, o))
	if err != nil {
		return nil, err
	}
	for _, text := range space.Omitted() {
		a.note("%s", text)
	}
	return space, nil
}

func enforceReported(t *condaccess.Tenant) {
	for i, p := range t.Policies {
		if p.State == condaccess.ReportOnly {
			enforced := *p
			enforced.State = condaccess.Enabled
			t.Policies[i] = &enforced
		}
	}
}

func (a *app) accessGapsCommand() *cobra.Command {
	var f gapFlags
	cmd := &cobra.Command{
		Use:   "gaps [PATH…]",
		Short: "What the policies in these files leave open to an attacker, all of it",
		Long: "gaps lists to whom, for which resources and under which conditions no enforced policy stops an attacker: by working\n" +
			"out every sign-in that the policies tell apart, not by trying some. Users who are to come, places in no named\n" +
			"location and applications that no policy names are among them. Open is yes where no policy may stop the row's\n" +
			"sign-ins, and unknown where that depends on what was not exported. A row's witness is one of its sign-ins,\n" +
			"which the evaluator has confirmed. The limits of a row hold one by one: not all their combinations need be open.\n\n" +
			"With --case the rows are weighed by the case's sign-ins, the most used first: SignIns counts those that the attacker\n" +
			"could repeat as one of the row, by the same principal, for the same resource, from the same place, on the same\n" +
			"platform, at the same risk, with a client and a device of the attacker's; what a record does not say may be anything.\n" +
			"SignedIn counts whose they are, Last is the last of them. Without PATH the policies are those that the case holds.\n\n" +
			profileHelp(),
		Example: "  conshelf ca gaps ./export --profile phished\n  conshelf ca gaps ./export --case ./case",
		Args: func(cmd *cobra.Command, args []string) error {
			if cmd.Flag("case").Changed {
				return nil
			}
			return needsPolicies(cmd, args)
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			if cmd.Flag("case").Changed {
				return a.listUsedGaps(cmd.Context(), args, &f)
			}
			return a.listGaps(args, &f)
		},
	}
	f.register(cmd)
	f.registerProfile(cmd)
	f.tenant.add(cmd)
	return cmd
}

func profileHelp() string {
	var b strings.Builder
	b.WriteString("The attackers:\n")
	for _, p := range gaps.Profiles() {
		fmt.Fprintf(&b, "  %-11s%s\n", p.Name, p.Title)
	}
	return b.String()
}

func needsPolicies(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return usagef("%s needs the files of the policies", cmd.CommandPath())
	}
	return nil
}

func (a *app) listGaps(paths []string, f *gapFlags) error {
	profiles, err := f.profiles()
	if err != nil {
		return err
	}
	space, t, err := a.space(paths, f)
	if err != nil {
		return err
	}
	return a.listReports(space, t, profiles, f, false)
}

// listReports lists what each profile finds open; weighed says that the space
// knows recorded sign-ins.
func (a *app) listReports(space *gaps.Space, t *condaccess.Tenant, profiles []gaps.Profile, f *gapFlags, weighed bool) error {
	l := listing{cols: rowColumns("Attacker", "Open")}
	if weighed {
		l.cols = append(l.cols, typedColumns([]string{"SignIns", "SignedIn", "Last"}, "SignIns", "SignedIn")...)
	}
	for _, p := range profiles {
		report, err := space.Report(p, f.limit)
		if err != nil {
			return err
		}
		for i := range report.Rows {
			r := &report.Rows[i]
			cells := rowCells(r, p.Name, openText(r))
			if weighed {
				cells = append(append(cells, longs(r.Recorded, r.RecordedBy)...), texts(lastText(r.Last))...)
			}
			l.rows = append(l.rows, cells)
		}
		if report.Further > 0 {
			a.note("%s: %s more; --limit lists them", p.Name, plural(report.Further, "row"))
		}
		if w := report.Weight; weighed {
			a.note("%s: could repeat %s of %s", p.Name, plural(w.SignIns, "recorded sign-in"), plural(w.SignedIn, "principal"))
		}
	}
	if err := a.list(f.format, l); err != nil {
		return err
	}
	return incompleteStatus(t)
}

func incompleteStatus(t *condaccess.Tenant) error {
	if len(t.Incomplete) > 0 {
		return silent{exitSkipped}
	}
	return nil
}

func openText(r *gaps.Row) string {
	if r.Certain {
		return "yes"
	}
	return "unknown"
}

// rowColumns are the columns of rows, after those of the command.
func rowColumns(first ...string) []types.Column {
	var out []types.Column
	for _, name := range append(first, "Who") {
		out = append(out, types.Column{Name: name, Type: types.String})
	}
	out = append(out, types.Column{Name: "People", Type: types.Long})
	for _, name := range []string{"Resources", "Conditions", "Witness", "Why"} {
		out = append(out, types.Column{Name: name, Type: types.String})
	}
	return out
}

// shownNames is how many names a cell lists.
const shownNames = 4

func rowCells(r *gaps.Row, first ...string) []types.Value {
	out := texts(append(first, someOf(r.Principals))...)
	out = append(out, types.NewLong(int64(r.People)))
	return append(out, texts(someOf(r.Resources), limitsText(r.Conditions), signInText(r.Witness), reasonTexts(r.Unknown))...)
}

func someOf(names []string) string {
	if len(names) <= shownNames {
		return strings.Join(names, "; ")
	}
	return fmt.Sprintf("%s; and %d more", strings.Join(names[:shownNames], "; "), len(names)-shownNames)
}

// limitsText says of each dimension what is open, or what is not, whichever is
// less to say.
func limitsText(limits []gaps.Limit) string {
	var out []string
	for _, l := range limits {
		if len(l.Closed) > 0 && len(l.Closed) < len(l.Open) {
			out = append(out, l.Dimension+": any but "+someOf(l.Closed))
		} else {
			out = append(out, l.Dimension+": "+someOf(l.Open))
		}
	}
	return strings.Join(out, " | ")
}

func reasonTexts(reasons []condaccess.Reason) string {
	var out []string
	for _, r := range reasons {
		out = append(out, r.String())
	}
	return someOf(out)
}

// signInText describes a sign-in by what it says.
func signInText(s *condaccess.SignIn) string {
	if s == nil {
		return ""
	}
	var out []string
	add := func(name, value string) {
		if value != "" && value != "none" {
			out = append(out, name+"="+value)
		}
	}
	add("principal", s.Principal.ID)
	add("groups", strings.Join(s.Principal.Groups, ","))
	add("roles", strings.Join(s.Principal.Roles, ","))
	add("guest", s.Principal.Guest.String())
	add("home", s.Principal.HomeTenant)
	add("app", strings.Join(s.Target.Applications, ","))
	add("action", s.Target.UserAction)
	add("context", strings.Join(s.Target.Contexts, ","))
	add("client", s.Client)
	add("flow", s.Flow)
	add("signInRisk", s.SignInRisk)
	add("userRisk", s.UserRisk)
	add("servicePrincipalRisk", s.ServicePrincipalRisk)
	add("agentRisk", s.AgentRisk)
	add("insiderRisk", s.InsiderRisk)
	add("platform", s.Platform)
	if s.Place.IP.IsValid() {
		add("ip", s.Place.IP.String())
	}
	add("country", s.Place.Country)
	return strings.Join(out, " ")
}

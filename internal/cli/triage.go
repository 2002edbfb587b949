package cli

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/conshelf/conshelf/internal/activity"
	"github.com/conshelf/conshelf/internal/escape"
	"github.com/conshelf/conshelf/internal/incident"
	"github.com/conshelf/conshelf/internal/investigation"
	"github.com/conshelf/conshelf/kql/plan"
)

func (a *app) triageCommand() *cobra.Command {
	var scope scopeFlags
	var format string
	cmd := &cobra.Command{
		Use:        "triage user|ip|app|session|agent|device|resource|domain ID",
		SuggestFor: []string{"user", "account"},
		Short:      "What the evidence says of one account, address, application or session, on a page",
		Long: "triage tells of one account (by its name or object id), address or network, application, session or token id, user agent,\n" +
			"device or resource: when and where it was seen, what it did, what was done to it, who shares its addresses, the alerts of\n" +
			"the last investigation, and which logs were not there to look at. Of a session or token it tells everything that was done with\n" +
			"it, in every log, and how each act is known to be of it.",
		Example: "  conshelf triage user adele@contoso.com --case ./case\n  conshelf triage ip 198.51.100.0/24 --from -7d -o json",
		Args:    pair("triage", "a kind and an ID"),
		ValidArgsFunction: func(_ *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
			return kindNames(args), cobra.ShellCompDirectiveNoFileComp
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.triage(cmd.Context(), args[0], args[1], scope, format)
		},
	}
	scope.add(cmd)
	cmd.Flags().StringVarP(&format, "output", "o", "text", "text, json")
	return cmd
}

// pair asks for two arguments.
func pair(command, want string) cobra.PositionalArgs {
	return func(_ *cobra.Command, args []string) error {
		if len(args) != 2 {
			return usagef("%s wants %s; see conshelf %s --help", command, want, command)
		}
		return nil
	}
}

func kindNames(args []string) []string {
	if len(args) > 0 {
		return nil
	}
	var names []string
	for _, k := range activity.Kinds() {
		names = append(names, string(k))
	}
	return names
}

func (a *app) triage(ctx context.Context, kind, value string, f scopeFlags, format string) (err error) {
	if format != "text" && format != "json" {
		return usagef("-o %s: want text or json", format)
	}
	k, err := activity.ParseKind(kind)
	if err != nil {
		return usagef("triage %w", err)
	}
	i, err := activity.NewIndicator(k, value)
	if err != nil {
		return usagef("triage: %w", err)
	}
	c, s, err := a.openScope(ctx, f)
	if err != nil {
		return err
	}
	defer func() { err = firstError(err, c.Close()) }()
	t, err := c.Triage(ctx, i, s)
	if err != nil {
		return err
	}
	if format == "json" {
		return a.printJSON(t)
	}
	a.inUTC()
	return a.printTriage(t, s.Window != (incident.Window{}))
}

// A page is text for a terminal, whose every line is escaped.
type page struct{ b strings.Builder }

func (p *page) line(format string, args ...any) {
	p.b.WriteString(escape.Line(fmt.Sprintf(format, args...)))
	p.b.WriteByte('\n')
}

func (p *page) title(text string) { p.b.WriteByte('\n'); p.line("%s", text) }

// table prints rows under headings, each column as wide as it must be.
func (p *page) table(rows [][]string) {
	var widths []int
	for _, row := range rows {
		for n := range row {
			row[n] = escape.Line(row[n])
			if n == len(widths) {
				widths = append(widths, 0)
			}
			widths[n] = max(widths[n], escape.Cells(row[n]))
		}
	}
	for _, row := range rows {
		line := " "
		for n, cell := range row {
			line += " " + cell + strings.Repeat(" ", widths[n]-escape.Cells(cell)+1)
		}
		p.b.WriteString(strings.TrimRight(line, " ") + "\n")
	}
}

// printTriage prints a page. What the last investigation found is told whenever
// it was, and that is said where a window is named.
func (a *app) printTriage(t investigation.Triage, windowed bool) error {
	whenever := ""
	if windowed {
		whenever = ", whenever they were"
	}
	var p page
	p.line("%s", t.Subject)
	if len(t.Names) > 0 {
		p.line("  also known as %s", strings.Join(t.Names, ", "))
	}
	if t.Records == 0 {
		p.line("  is in no record that was looked at")
	} else {
		p.line("  in %s from %s to %s", plural(int(t.Records), "record"), stamp(t.First), stamp(t.Last))
	}
	p.tenants(t.Tenants)
	p.incidents(t, whenever)
	p.alerts(t, whenever)
	p.tallies("Logs", t.Sources, false)
	p.tallies("Sign-ins", t.Results, false)
	for _, f := range t.Facets {
		name := strings.ToUpper(f.Name[:1]) + f.Name[1:]
		if int(f.Total) > len(f.Values) {
			name += fmt.Sprintf(" (the %d most frequent of %d)", len(f.Values), f.Total)
		}
		p.tallies(name, f.Values, slices.ContainsFunc(f.Values, func(v investigation.Tally) bool { return v.Others > 0 }))
	}
	for _, l := range t.Lineage {
		p.lineage(l)
	}
	p.acts("Changed by it", t.Changes, t.ChangesTotal)
	p.acts("Done to it", t.Against, t.AgainstTotal)
	if len(t.Unseen) > 0 {
		p.title("Not looked at, for no file holds it: " + strings.Join(t.Unseen, ", "))
	}
	for _, left := range t.Left {
		p.title("Not looked at: " + left)
	}
	_, err := a.out.Write([]byte(p.b.String()))
	return err
}

// tenants tells how many records of the subject each tenant has.
func (p *page) tenants(list []investigation.Tally) {
	if len(list) == 0 {
		return
	}
	p.title("Told of several tenants together, and marked where an act is told; --tenant tells one")
	rows := make([][]string, 0, len(list))
	for _, t := range list {
		row := []string{"0", "", "", tenantName(t.Value)}
		if t.Count > 0 {
			row = []string{fmt.Sprint(t.Count), stamp(t.First), stamp(t.Last), row[3]}
		}
		rows = append(rows, row)
	}
	p.table(rows)
}

func (p *page) incidents(t investigation.Triage, whenever string) {
	if len(t.Incidents) > 0 {
		p.title("Incidents" + whenever)
	}
	for _, i := range t.Incidents {
		of := i.Incident
		if len(t.Tenants) > 0 {
			of += ", " + tenantName(cmp.Or(i.Tenant, plan.Tenantless))
		}
		p.line("  %-13s %s (%s)", i.Severity, i.Title, of)
	}
}

func (p *page) alerts(t investigation.Triage, whenever string) {
	if len(t.Alerts) > 0 {
		p.title("Alerts that name it" + whenever)
	}
	rows := make([][]string, 0, len(t.Alerts))
	for _, alert := range t.Alerts {
		row := []string{stamp(alert.First), alert.Severity.String(), alert.Rule.Name}
		if len(t.Tenants) > 0 {
			row = append(row, tenantName(cmp.Or(alert.Tenant, plan.Tenantless)))
		}
		rows = append(rows, row)
	}
	p.table(rows)
	if t.Told != "" {
		p.title("Alerts: " + t.Told)
	}
}

func (p *page) tallies(name string, list []investigation.Tally, shared bool) {
	if len(list) == 0 {
		return
	}
	p.title(name)
	rows := make([][]string, 0, len(list))
	for _, t := range list {
		row := []string{fmt.Sprint(t.Count), stamp(t.First), stamp(t.Last), t.Value, ""}
		if t.Failures > 0 && t.Failures < t.Count {
			row[4] = fmt.Sprintf("%d failed", t.Failures)
		} else if t.Failures > 0 {
			row[4] = "all failed"
		}
		if shared && t.Others > 0 {
			row[4] = strings.TrimPrefix(row[4]+", also used by "+plural(int(t.Others), "other"), ", ")
		}
		rows = append(rows, row)
	}
	p.table(rows)
}

// maxLineage is how many acts of a lineage a page lists; JSON has them all.
const maxLineage = 200

// lineage tells everything that a session or a token did, and how each is known.
func (p *page) lineage(l investigation.Lineage) {
	name := "Everything that it did" + inTenant(l.Tenant)
	acts := l.Acts[:min(maxLineage, len(l.Acts))]
	if len(acts) < len(l.Acts) {
		name += fmt.Sprintf(" (the first %d of %d; -o json has all)", len(acts), len(l.Acts))
	}
	p.title(name)
	for len(acts) > 0 {
		n := sameDeed(acts)
		p.line("  %s  %s: %s%s", stamp(acts[0].Time), acts[0].Table, deed(acts[0]), repeated(acts[:n]))
		p.line("                        because %s", acts[0].Why)
		acts = acts[n:]
	}
	for _, s := range l.Sessions {
		p.line("  session %s of %s is named in %d of these, with %s, from %s to %s",
			s.ID, cmp.Or(s.Account, "nobody whom the log names"), s.Acts, plural(s.Tokens, "token"), stamp(s.First), stamp(s.Last))
	}
	for _, o := range l.Open {
		p.line("  %s", opened(o))
	}
	for _, stop := range l.Stops {
		p.line("  where the search stopped: %s", stop)
	}
}

// sameDeed is how many of the first acts are alike but for their time and target.
func sameDeed(acts []incident.Act) int {
	first := acts[0]
	n := slices.IndexFunc(acts, func(a incident.Act) bool {
		return a.Table != first.Table || a.Operation != first.Operation || a.Account != first.Account || a.Application != first.Application ||
			a.Address != first.Address || a.Failed != first.Failed || a.Why != first.Why
	})
	if n < 0 {
		return len(acts)
	}
	return n
}

// repeated says of acts that are alike how many there are, and of how many
// targets.
func repeated(acts []incident.Act) string {
	if len(acts) == 1 {
		return ""
	}
	targets := make(map[string]bool)
	for _, a := range acts {
		targets[a.Target] = true
	}
	text := fmt.Sprintf("; so in %d records, until %s", len(acts), stamp(acts[len(acts)-1].Time))
	if len(targets) > 1 {
		text += fmt.Sprintf(", to %d targets", len(targets))
	}
	return text
}

// deed is an act in a clause.
func deed(a incident.Act) string {
	text := cmp.Or(a.Account, a.Application, "somebody") + " did “" + strings.TrimSpace(a.Operation) + "”"
	if a.Account != "" && a.Application != "" {
		text += " with " + a.Application
	}
	if a.Target != "" {
		text += " to " + a.Target
	}
	if a.Address != "" {
		text += " from " + a.Address
	}
	if a.Failed {
		text += ", which failed"
	}
	return text
}

// opened says what an act opened, and what closed it.
func opened(o incident.Opening) string {
	text := fmt.Sprintf("%s opened %s: %s, %s", o.Kind, stamp(o.Time), strings.TrimSpace(o.What), cmp.Or(o.Target, "of whom the log does not say"))
	if o.Closed == nil {
		return text + "; nothing in the evidence closes it"
	}
	return text + "; closed " + stamp(o.Closed.Time) + " by " + strings.TrimSpace(o.Closed.Operation)
}

func (p *page) acts(name string, list []activity.Activity, total int64) {
	if len(list) == 0 {
		return
	}
	if int(total) > len(list) {
		name += fmt.Sprintf(" (the last %d of %d)", len(list), total)
	}
	p.title(name)
	for _, act := range list {
		in := tenantName(act.Tenant)
		if in != "" {
			in = " [" + in + "]"
		}
		p.line("  %s  %s%s", stamp(act.Time), act.Sentence(), in)
	}
}

func stamp(t time.Time) string {
	if t.IsZero() {
		return "(no time)"
	}
	return t.Format("2006-01-02 15:04:05Z")
}

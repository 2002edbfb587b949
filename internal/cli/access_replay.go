package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/conshelf/conshelf/internal/condaccess"
	"github.com/conshelf/conshelf/internal/condaccess/replay"
	"github.com/conshelf/conshelf/internal/evidence"
	"github.com/conshelf/conshelf/internal/incident"
	"github.com/conshelf/conshelf/internal/investigation"
	"github.com/conshelf/conshelf/internal/report"
)

// replayFlags are the flags of ca replay.
type replayFlags struct {
	gapFlags
	policies []string
	incident string
	by       string
}

func replayViews() []string { return []string{"outcome", "agreement", "condition", "people", "why"} }

func (a *app) accessReplayCommand() *cobra.Command {
	var f replayFlags
	cmd := &cobra.Command{
		Use:   "replay",
		Short: "What policies make of the sign-ins that the case recorded",
		Long: "replay evaluates the case's sign-ins against the policies that the case holds, or against those of --policies: for\n" +
			"the attacker's sign-ins, which are those behind the alerts of the incidents that the last investigation found, and\n" +
			"for all others. Each number is what is certain, and what is possible. --by says what of it is shown:\n" +
			"  outcome    how many are stopped, challenged and allowed\n" +
			"  agreement  of each policy, what the log recorded beside what evaluation finds; sign-ins before the policy's last\n" +
			"             change are counted apart, and not compared\n" +
			"  condition  of each policy and condition, where both say that it does not apply, whether both say why\n" +
			"  people     who, with which application, would be stopped or asked for more: how often, first and last\n" +
			"  why        of each of the attacker's sign-ins, what each policy made of it, clause by clause",
		Example: "  conshelf ca replay --case ./case\n  conshelf ca replay --case ./case --policies proposed.json --enforce-report-only --by people",
		Args:    noArgs,
		RunE:    func(cmd *cobra.Command, _ []string) error { return a.replaySignIns(cmd.Context(), &f) },
	}
	f.register(cmd)
	cmd.Flags().StringSliceVar(&f.policies, "policies", nil, "files of other policies, instead of those that the case holds")
	cmd.Flags().StringVar(&f.incident, "incident", "", "only this incident's sign-ins are the attacker's")
	cmd.Flags().StringVar(&f.by, "by", "outcome", strings.Join(replayViews(), ", "))
	return cmd
}

func (a *app) replaySignIns(ctx context.Context, f *replayFlags) (err error) {
	if !slices.Contains(replayViews(), f.by) {
		return usagef("--by %s: want one of %s", f.by, strings.Join(replayViews(), ", "))
	}
	o, err := f.options()
	if err != nil {
		return err
	}
	c, err := a.openExisting(ctx, a.caseDir)
	if err != nil {
		return err
	}
	defer func() { err = firstError(err, c.Close()) }()
	t, err := a.replayTenant(ctx, c, f)
	if err != nil {
		return err
	}
	if f.enforce {
		enforceReported(t)
	}
	malicious, err := a.attackerRecords(ctx, c, f.incident)
	if err != nil {
		return err
	}
	r := replay.New(condaccess.NewEvaluator(t, o))
	if err := a.replayCase(ctx, c, r, malicious); err != nil {
		return err
	}
	if err := a.list(f.format, replayListing(r, f.by)); err != nil {
		return err
	}
	return incompleteStatus(t)
}

// replayTenant reads the configuration of the case, and the policies that are to
// stand in for its own.
func (a *app) replayTenant(ctx context.Context, c *investigation.Case, f *replayFlags) (*condaccess.Tenant, error) {
	var l condaccess.Loader
	if err := a.readConfiguration(ctx, c, &l, len(f.policies) > 0); err != nil {
		return nil, err
	}
	for _, path := range f.policies {
		files, err := filesUnder(path)
		if err != nil {
			return nil, err
		}
		for _, file := range files {
			if err := readInto(&l, file); err != nil {
				a.note("%v", err)
			}
		}
	}
	for _, ip := range f.trusted {
		if err := l.TrustIP(ip); err != nil {
			return nil, usagef("--mfa-trusted-ip %s: %w", ip, err)
		}
	}
	t := l.Tenant()
	if len(t.Policies) == 0 {
		return nil, errors.New("the case holds no Conditional Access policy: ingest an export of them, or name files with --policies")
	}
	for _, n := range t.Notes {
		a.note("%s", n)
	}
	return t, nil
}

// readConfiguration reads what the case holds of the tenant's configuration: all
// of it, or all but its policies.
func (a *app) readConfiguration(ctx context.Context, c *investigation.Case, l *condaccess.Loader, noPolicies bool) error {
	return c.Configuration(ctx, func(kind string, document []byte) error {
		if noPolicies && kind == "#microsoft.graph.conditionalAccessPolicy" {
			return nil
		}
		if err := l.Read("Configuration_CL", document); err != nil {
			a.note("%v", err)
		}
		return nil
	})
}

// attackerRecords returns the records behind the alerts of incidents.
func (a *app) attackerRecords(ctx context.Context, c *investigation.Case, id string) (map[evidence.Origin]bool, error) {
	doc, stale, err := c.Report(ctx)
	if errors.Is(err, investigation.ErrNoReport) && id == "" {
		a.note("nothing was investigated yet: no sign-in counts as the attacker's")
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	if stale != "" {
		a.note("%s", stale)
	}
	out, found := make(map[evidence.Origin]bool), false
	for i := range doc.Incidents {
		in := &doc.Incidents[i].Incident
		if id == "" || in.ID == id {
			found = true
			a.addOrigins(out, in)
		}
	}
	if !found && id != "" {
		return nil, usagef("--incident %s: the last investigation has no such incident; it has %s", id, incidentIDs(&doc))
	}
	return out, nil
}

func (a *app) addOrigins(out map[evidence.Origin]bool, in *incident.Incident) {
	for i := range in.Alerts {
		alert := &in.Alerts[i]
		for _, o := range alert.Origins {
			out[o] = true
		}
		if more := alert.OriginCount - int64(len(alert.Origins)); more > 0 {
			a.note("alert %s has %d records that the report does not list: they count as no attacker's", alert.ID, more)
		}
	}
}

func incidentIDs(doc *report.Document) string {
	var out []string
	for i := range doc.Incidents {
		out = append(out, doc.Incidents[i].Incident.ID)
	}
	return someOf(out)
}

// replayCase adds the sign-ins of a case.
func (a *app) replayCase(ctx context.Context, c *investigation.Case, r *replay.Replay, malicious map[evidence.Origin]bool) error {
	unread := 0
	absent, err := c.SignIns(ctx, func(origin evidence.Origin, row []byte) error {
		rec, err := replayRecord(row)
		if err != nil {
			unread++
			return nil //nolint:nilerr // one record that is not understood is counted and said
		}
		rec.Malicious = malicious[origin]
		r.Add(rec)
		return nil
	})
	if err != nil {
		return err
	}
	for _, table := range absent {
		a.note("the case has no %s: what is there was not replayed", table)
	}
	if unread > 0 {
		a.note("%s could not be read, and were not replayed", plural(unread, "sign-in"))
	}
	return nil
}

// loggedNames are what is shown of a row.
type loggedNames struct {
	UserPrincipalName, ServicePrincipalName string
	ResourceDisplayName, AppDisplayName     string
	ResultType                              json.RawMessage
}

func replayRecord(row []byte) (*replay.Record, error) {
	s, _, err := condaccess.ReadSignIn(row)
	if err != nil {
		return nil, err
	}
	said, err := condaccess.ReadRecorded(row)
	if err != nil {
		return nil, err
	}
	var names loggedNames
	if err := json.Unmarshal(row, &names); err != nil {
		return nil, fmt.Errorf("read sign-in: %w", err)
	}
	user, app := names.UserPrincipalName, names.AppDisplayName
	if user == "" {
		user = names.ServicePrincipalName
	}
	if app == "" {
		app = names.ResourceDisplayName
	}
	return &replay.Record{SignIn: s, User: user, App: app, Recorded: said, Unreached: firstFactorFailed(strings.Trim(string(names.ResultType), `"`))}, nil
}

// firstFactorFailed tells whether a sign-in ended before any policy was asked.
func firstFactorFailed(code string) bool {
	return slices.Contains([]string{"50034", "50053", "50055", "50056", "50057", "50059", "50064", "50126", "50128", "50144", "7000215", "7000222", "700016"}, code)
}

func shownTime(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}

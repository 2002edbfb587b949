package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/conshelf/conshelf/internal/condaccess"
	"github.com/conshelf/conshelf/internal/condaccess/replay"
	"github.com/conshelf/conshelf/internal/engine"
	"github.com/conshelf/conshelf/internal/evidence"
	"github.com/conshelf/conshelf/internal/investigation"
	"github.com/conshelf/conshelf/internal/report"
	"github.com/conshelf/conshelf/kql/types"
)

// replayFlags are the flags of ca replay.
type replayFlags struct {
	gapFlags
	policies []string
	incident string
	by       string
	at       string
}

func replayViews() []string { return []string{"outcome", "agreement", "condition", "people", "why"} }

func (a *app) accessReplayCommand() *cobra.Command {
	var f replayFlags
	cmd := &cobra.Command{
		Use:   "replay",
		Short: "What policies make of the sign-ins that the case recorded",
		Long: "replay evaluates the case's sign-ins against the policies that the case holds, or against those of --policies: for\n" +
			"the attacker's sign-ins, which are those behind the alerts of the incidents that the last investigation found and\n" +
			"the attacker's own of their trails, and for all others. Each number is what is certain, and what is possible. --by says what of it is shown:\n" +
			"  outcome    how many are stopped, challenged and allowed\n" +
			"  agreement  of each policy, what the log recorded beside what evaluation finds; sign-ins before the policy's last\n" +
			"             change are counted apart, and not compared\n" +
			"  condition  of each policy and condition, who says that it rules the policy out: both, the log, evaluation; or the log,\n" +
			"             and evaluation does not know\n" +
			"  people     who, with which application, would be stopped or asked for more: how often, first and last\n" +
			"  why        of each of the attacker's sign-ins, what each policy made of it, clause by clause",
		Example: "  conshelf ca replay --case ./case\n  conshelf ca replay --case ./case --policies proposed.json --enforce-report-only --by people",
		Args:    noArgs,
		RunE:    func(cmd *cobra.Command, _ []string) error { return a.replaySignIns(cmd.Context(), &f) },
	}
	f.register(cmd)
	f.tenant.add(cmd)
	cmd.Flags().StringSliceVar(&f.policies, "policies", nil, "files of other policies, instead of those that the case holds")
	cmd.Flags().StringVar(&f.at, "policies-at", policiesToday, "today: the policies as they are in the export, for every sign-in; log: as they were at the time of each\n"+
		"sign-in, rebuilt from the changes that the audit log recorded. What cannot be rebuilt is unknown")
	cmd.Flags().StringVar(&f.incident, "incident", "", "only this incident's sign-ins are the attacker's")
	cmd.Flags().StringVar(&f.by, "by", "outcome", strings.Join(replayViews(), ", "))
	return cmd
}

func (a *app) replaySignIns(ctx context.Context, f *replayFlags) (err error) {
	if !slices.Contains(replayViews(), f.by) {
		return usagef("--by %s: want one of %s", f.by, strings.Join(replayViews(), ", "))
	}
	if f.at != policiesToday && f.at != policiesLog {
		return usagef("--policies-at %s: want one of %s, %s", f.at, policiesToday, policiesLog)
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
	tenant, err := oneTenant(ctx, c, f.tenant)
	if err != nil {
		return err
	}
	t, err := a.replayTenant(ctx, c, tenant, f)
	if err != nil {
		return err
	}
	malicious, err := a.attackerRecords(ctx, c, f.incident)
	if err != nil {
		return err
	}
	r, options, err := a.replayOf(ctx, c, tenant, t, o, f)
	if err != nil {
		return err
	}
	options.Attackers, options.Tenant = malicious, tenant
	if err := a.replayCase(ctx, c, r, options); err != nil {
		return err
	}
	if err := a.list(f.format, replayListing(r, f.by)); err != nil {
		return err
	}
	if err := a.agreement(r, f); err != nil {
		return err
	}
	return incompleteStatus(t)
}

// When the policies are of.
const (
	policiesToday = "today"
	policiesLog   = "log"
)

// replayOf returns a replay against the policies of today, or those that were
// in force at the time of each sign-in, and which sign-ins are apart for it.
func (a *app) replayOf(ctx context.Context, c *investigation.Case, tenant string, t *condaccess.Tenant, o condaccess.Options, f *replayFlags) (r *replay.Replay, apart investigation.SignInOptions, err error) {
	evaluator := func(t *condaccess.Tenant) *condaccess.Evaluator {
		if f.enforce {
			enforceReported(t)
		}
		return condaccess.NewEvaluator(t, o)
	}
	if f.at == policiesToday {
		apart.Moments, apart.Users = replay.Apart([]*condaccess.Tenant{t}, nil)
		return replay.New(evaluator(t)), apart, a.noteChanged(ctx, c, t, f)
	}
	past, err := c.PolicyHistory(ctx, t, tenant)
	if err != nil {
		return nil, apart, err
	}
	if past.Empty() {
		return nil, apart, errors.New("the case holds no Conditional Access policy and no record of a change of one: ingest an export of them and AuditLogs, or name files with --policies")
	}
	for _, note := range past.Notes() {
		a.note("%s", note.Text)
	}
	moments := past.Moments()
	apart.Moments, apart.Users = replay.Apart(past.Tenants(), moments)
	return replay.NewOver(moments, func(at time.Time) *condaccess.Evaluator { return evaluator(past.At(at)) }), apart, nil
}

// noteChanged says how many of the case's own policies were changed after its
// first sign-in, which today's are not the ones that it met.
func (a *app) noteChanged(ctx context.Context, c *investigation.Case, t *condaccess.Tenant, f *replayFlags) error {
	if len(f.policies) > 0 {
		return nil
	}
	tables, err := c.Tables(ctx)
	if err != nil {
		return err
	}
	changed := 0
	for _, p := range t.Policies {
		if slices.ContainsFunc(tables, func(table engine.TableInfo) bool {
			return slices.Contains(investigation.SignInTables(), table.Name) && table.Last != 0 && p.Modified.After(types.TimeOf(table.First))
		}) {
			changed++
		}
	}
	if changed > 0 {
		a.note("policies that were changed after the first sign-in: %d; every sign-in is replayed against what they are now (--policies-at log: against what they were)", changed)
	}
	return nil
}

// oneTenant returns the tenant whose sign-ins policies are held against.
func oneTenant(ctx context.Context, c *investigation.Case, named tenantFlag) (string, error) {
	tenant, err := c.OneTenant(ctx, string(named))
	if errors.Is(err, investigation.ErrSeveralTenants) {
		return "", usagef("%w: name theirs with --tenant", err)
	}
	return tenant, err
}

// replayTenant reads the configuration of the case, and the policies that are to
// stand in for its own.
func (a *app) replayTenant(ctx context.Context, c *investigation.Case, tenant string, f *replayFlags) (*condaccess.Tenant, error) {
	files, err := policyFiles(f.policies)
	if err != nil {
		return nil, err
	}
	var l condaccess.Loader
	problems, err := c.ReadConfiguration(ctx, &l, files)
	if err != nil {
		return nil, err
	}
	for _, problem := range problems {
		a.note("%v", problem)
	}
	for _, ip := range f.trusted {
		if err := l.TrustIP(ip); err != nil {
			return nil, usagef("--mfa-trusted-ip %s: %w", ip, err)
		}
	}
	t := l.Tenant()
	if len(t.Policies) == 0 && f.at == policiesToday {
		if err := a.nameStrangers(ctx, c, tenant, t); err != nil {
			return nil, err
		}
		return nil, errors.New("the case holds no Conditional Access policy: ingest an export of them, or name their files")
	}
	for _, n := range t.Notes {
		a.note("%s", n)
	}
	return t, nil
}

// policyFiles reads the files at paths, and those of the folders there.
func policyFiles(paths []string) ([]investigation.PolicyFile, error) {
	var out []investigation.PolicyFile
	for _, path := range paths {
		names, err := filesUnder(path)
		if err != nil {
			return nil, err
		}
		for _, name := range names {
			text, err := os.ReadFile(name)
			if err != nil {
				return nil, fmt.Errorf("read policies: %w", err)
			}
			out = append(out, investigation.PolicyFile{Name: name, Text: text})
		}
	}
	return out, nil
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
		if id != "" && in.ID != id {
			continue
		}
		found = true
		if more := investigation.AttackerRecords(in, out); more > 0 {
			a.note("incident %s has up to %d records that its alerts do not list: they count as no attacker's", in.ID, more)
		}
	}
	if !found && id != "" {
		return nil, usagef("--incident %s: the last investigation has no such incident; it has %s", id, incidentIDs(&doc))
	}
	return out, nil
}

func incidentIDs(doc *report.Document) string {
	var out []string
	for i := range doc.Incidents {
		out = append(out, doc.Incidents[i].Incident.ID)
	}
	return someOf(out)
}

// replayCase adds the sign-ins of a case.
func (a *app) replayCase(ctx context.Context, c *investigation.Case, r *replay.Replay, o investigation.SignInOptions) error {
	read, err := c.SignIns(ctx, o, func(_ evidence.Origin, rec *replay.Record) error {
		if rec != nil {
			r.Add(rec)
		}
		return nil
	})
	if err != nil {
		return err
	}
	for _, table := range read.Absent {
		a.note("the case has no %s: what is there was not replayed", table)
	}
	if read.Unread > 0 {
		a.note("%s could not be read, and were not replayed", plural(read.Unread, "sign-in"))
	}
	return nil
}

func shownTime(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}

package investigation

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/conshelf/conshelf/internal/condaccess"
	"github.com/conshelf/conshelf/internal/condaccess/history"
	"github.com/conshelf/conshelf/internal/condaccess/replay"
	"github.com/conshelf/conshelf/internal/coverage"
	"github.com/conshelf/conshelf/internal/custody"
	"github.com/conshelf/conshelf/internal/evidence"
	"github.com/conshelf/conshelf/internal/incident"
	"github.com/conshelf/conshelf/internal/report"
)

// A PolicyFile is a file of Conditional Access policies, and of what they refer
// to, that stands in for the policies that the case holds.
type PolicyFile struct {
	Name string
	Text []byte
}

// policyKind is the kind of the case's documents that are policies.
const policyKind = "microsoft.graph.conditionalAccessPolicy"

// ReadConfiguration reads the configuration that the case holds into l, and the
// files, which stand in for the case's policies if there is any. Problems are
// what could not be read, and what the case's own files of it lack.
func (c *Case) ReadConfiguration(ctx context.Context, l *condaccess.Loader, files []PolicyFile) (problems []error, err error) {
	err = c.Configuration(ctx, func(kind string, document []byte) error {
		if len(files) > 0 && kind == policyKind {
			return nil
		}
		if err := l.Read("Configuration_CL", document); err != nil {
			problems = append(problems, err)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	for _, f := range files {
		if err := l.Read(f.Name, f.Text); err != nil {
			problems = append(problems, err)
		}
	}
	if len(files) > 0 {
		return problems, nil
	}
	its, err := c.Files(ctx)
	if err != nil {
		return nil, err
	}
	for _, why := range lacking(coverage.OfFiles(its)) {
		l.Lacks(why)
		problems = append(problems, errors.New(why))
	}
	return problems, nil
}

// noPolicies says why nothing is said of Conditional Access, and what would
// change that.
const noPolicies = "The case holds no Conditional Access policy, so why these sign-ins passed was not looked at: export identity/conditionalAccess/policies and " +
	"identity/conditionalAccess/namedLocations with Microsoft Graph (permission Policy.Read.All), add them to the case or name their folder with --policies, and investigate again."

// access says of each incident why its attacker's sign-ins passed, and what of
// the policies was not understood or not exported.
func (c *Case) access(ctx context.Context, incidents []incident.Incident, files []PolicyFile) ([]report.Access, []incident.Gap, error) {
	a := accountant{records: make(map[evidence.Origin]*replay.Record)}
	all := make(map[evidence.Origin]bool)
	for i := range incidents {
		AttackerRecords(&incidents[i], all)
	}
	if _, err := c.SignIns(ctx, SignInOptions{Attackers: all, Only: true}, a.read); err != nil {
		return nil, nil, err
	}
	if len(a.records)+len(a.unread) == 0 {
		return nil, nil, nil
	}
	var l condaccess.Loader
	problems, err := c.ReadConfiguration(ctx, &l, files)
	if err != nil {
		return nil, nil, err
	}
	tenants, err := c.engine.Tenants(ctx)
	if err != nil {
		return nil, nil, fmt.Errorf("list tenants: %w", err)
	}
	tenants = slices.DeleteFunc(tenants, func(t string) bool { return t == "" })
	t := l.Tenant()
	past, err := c.PolicyHistory(ctx, t, "")
	if err != nil {
		return nil, nil, err
	}
	a.past, a.told = past, toldOf(past, t, files, tenants)
	a.evaluators = make(map[era]*condaccess.Evaluator)
	var out []report.Access
	for i := range incidents {
		if answer := a.of(&incidents[i]); answer != nil {
			out = append(out, *answer)
		}
	}
	if past.Empty() {
		return out, nil, nil
	}
	return out, accessGaps(t, past, problems), nil
}

// toldOf says by which policies sign-ins are answered for.
func toldOf(past *history.History, t *condaccess.Tenant, files []PolicyFile, tenants []string) string {
	if past.Empty() {
		return noPolicies
	}
	if len(t.Policies) == 0 {
		return "The case holds no export of the Conditional Access policies. By what the audit log recorded of their changes alone: those that were never changed are not here."
	}
	told := fmt.Sprintf("By %s that the case holds", policies(len(t.Policies)))
	if len(files) > 0 {
		names := make([]string, len(files))
		for i, f := range files {
			names[i] = fmt.Sprintf("%s (SHA-256 %s)", f.Name, custody.Sum(f.Text))
		}
		told = fmt.Sprintf("By %s of %s, which the case does not hold", policies(len(t.Policies)), strings.Join(names, ", "))
	}
	told += ", and the audit log's record of their changes: each as it was at the time of the sign-in."
	if len(tenants) > 1 {
		told += " The evidence is of several tenants, and policies do not say whose they are: what follows is right for theirs alone."
	}
	return told
}

func policies(n int) string {
	if n == 1 {
		return "the 1 policy"
	}
	return fmt.Sprintf("the %d policies", n)
}

// accessGaps are what could not be read of the policies, and what they refer to
// that is not there.
func accessGaps(t *condaccess.Tenant, past *history.History, problems []error) []incident.Gap {
	var gaps []incident.Gap
	add := func(subject, reason, consequence string) {
		gaps = append(gaps, incident.Gap{Kind: incident.GapAccess, Subject: subject, Reason: reason, Consequence: consequence})
	}
	for _, p := range problems {
		add("Conditional Access", p.Error(), "There may be policies that are not here: what they would have made of a sign-in is not known.")
	}
	for _, n := range t.Notes {
		if n.Subject+n.File == "" {
			continue // what Conditional Access does not depend on
		}
		add(cmp.Or(n.Subject, "Conditional Access"), n.Text, "What the policies make of a sign-in is unknown where it depends on this.")
	}
	for _, note := range past.Notes() {
		if note.Lost {
			add(note.Subject, note.Text, "What it made of the sign-ins of that time is unknown.")
		}
	}
	return gaps
}

// An accountant answers for the attacker's sign-ins of incidents.
type accountant struct {
	records map[evidence.Origin]*replay.Record
	unread  []evidence.Origin
	past    *history.History
	told    string
	// evaluators are those of the eras that were asked for.
	evaluators map[era]*condaccess.Evaluator
}

// An era is a time in which no policy changes, or that of the sign-ins that do
// not say when they were.
type era struct {
	from    time.Time
	undated bool
}

// at returns the policies of a moment. The same are taken for all incidents.
func (a *accountant) at(t time.Time) *condaccess.Evaluator {
	k := era{a.past.Era(t), t.IsZero()}
	if a.evaluators[k] == nil {
		a.evaluators[k] = condaccess.NewEvaluator(a.past.At(t), condaccess.Options{})
	}
	return a.evaluators[k]
}

func (a *accountant) read(origin evidence.Origin, rec *replay.Record) error {
	if rec == nil {
		a.unread = append(a.unread, origin)
		return nil
	}
	a.records[origin] = rec
	return nil
}

// of answers for the sign-ins of one incident; nil: it has none.
func (a *accountant) of(in *incident.Incident) *report.Access {
	own := make(map[evidence.Origin]bool)
	more := AttackerRecords(in, own)
	out := &report.Access{Incident: in.ID, Told: a.told, Answers: []report.AccessAnswer{}, Notes: []string{}}
	origins := make(map[*replay.Record]evidence.Origin)
	r := replay.NewOver(a.past.Moments(), a.at)
	for _, origin := range sortedOrigins(own) {
		if rec := a.records[origin]; rec != nil {
			origins[rec] = origin
			r.Add(rec)
		}
	}
	unread := 0
	for _, origin := range a.unread {
		if own[origin] {
			unread++
		}
	}
	if len(origins)+unread == 0 {
		return nil
	}
	out.SignIns = len(origins)
	if a.past.Empty() {
		return out
	}
	if unread > 0 {
		out.Notes = append(out.Notes, fmt.Sprintf("Sign-ins that could not be read, and were not looked at: %d.", unread))
	}
	if more > 0 {
		out.Notes = append(out.Notes, fmt.Sprintf("Records behind its alerts that are not listed, so that sign-ins among them were not looked at: at most %d.", more))
	}
	for _, answer := range r.Answers() {
		out.Answers = append(out.Answers, answerOf(&answer, origins))
	}
	return out
}

package investigation

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/conshelf/conshelf/internal/activity"
	"github.com/conshelf/conshelf/internal/engine"
	"github.com/conshelf/conshelf/internal/incident"
	"github.com/conshelf/conshelf/internal/report"
	"github.com/conshelf/conshelf/kql/types"
)

// A Triage is what the evidence says of one user, address, application or
// session, on a page.
type Triage struct {
	Subject activity.Indicator `json:"subject"`
	// Tenants are those that are told, and the subject's records in each; none:
	// there is one, or one was named.
	Tenants []Tally `json:"tenants,omitempty"`
	// Names are the names and ids that the evidence has for the subject.
	Names   []string  `json:"names"`
	Records int64     `json:"records"`
	First   time.Time `json:"first,omitzero"`
	Last    time.Time `json:"last,omitzero"`
	Sources []Tally   `json:"sources"`
	Results []Tally   `json:"results"` // of sign-ins
	Facets  []Facet   `json:"facets"`
	// Changes are what the subject changed, Against what was done to it; the
	// last of them, by time.
	Changes      []activity.Activity `json:"changes"`
	ChangesTotal int64               `json:"changesTotal"`
	Against      []activity.Activity `json:"against"`
	AgainstTotal int64               `json:"againstTotal"`
	Alerts       []incident.Alert    `json:"alerts"`    // of the last investigation
	Incidents    []report.Finding    `json:"incidents"` // likewise
	Told         string              `json:"told"`      // what the alerts are worth; empty: nothing to say of it
	// Lineage is everything that a session or a token did, a trail for each tenant
	// that has it. Of other subjects there is none.
	Lineage []Lineage `json:"lineage,omitempty"`
	Unseen  []string  `json:"unseen"` // tables of the view that no file fed
	Left    []string  `json:"left"`   // what else was not looked at, and why
}

// A Tally is how often something was seen, and from when to when.
type Tally struct {
	Tenant   string    `json:"tenant,omitempty"` // where several are told apart
	Value    string    `json:"value"`
	Count    int64     `json:"count"`
	Failures int64     `json:"failures,omitempty"`
	Others   int64     `json:"others,omitempty"` // actors that share it, beside the subject
	First    time.Time `json:"first,omitzero"`
	Last     time.Time `json:"last,omitzero"`
}

// A Facet is the values of one column, the most frequent first.
type Facet struct {
	Name   string  `json:"name"`
	Values []Tally `json:"values"` // at most maxFacet
	Total  int64   `json:"total"`  // how many values there are
}

// How much of a page is listed; all of it is counted.
const (
	maxFacet   = 12
	maxChanges = 25
)

// Triage tells what the evidence says of one indicator within a scope.
func (c *Case) Triage(ctx context.Context, i activity.Indicator, s Scope) (Triage, error) {
	t := Triage{Subject: i, Names: []string{}, Sources: []Tally{}, Results: []Tally{}, Alerts: []incident.Alert{}, Incidents: []report.Finding{}}
	shares, err := c.shares(ctx, s)
	if err != nil {
		return t, err
	}
	if len(shares) == 1 {
		s = shares[0].Scope
	}
	q := inquiry{c: c, ctx: ctx, scope: s, shares: shares, subject: []activity.Indicator{i}}
	if i.Kind == activity.User {
		if err := q.spellings(&t); err != nil {
			return t, err
		}
	}
	for _, step := range []func(*Triage) error{q.tenants, q.sources, q.results, q.facets, q.changes, q.against, q.lineage, q.unseen, q.left, q.findings} {
		if err := step(&t); err != nil {
			return t, fmt.Errorf("triage %s: %w", i, err)
		}
	}
	return t, nil
}

// An inquiry asks the evidence about one subject.
type inquiry struct {
	c       *Case
	ctx     context.Context
	scope   Scope
	shares  []share              // of the scope
	subject []activity.Indicator // in all spellings
}

// tenants counts the subject's records in each tenant, where several are told.
func (q *inquiry) tenants(t *Triage) error {
	for _, s := range q.shares {
		if s.label == "" {
			continue
		}
		err := q.c.ask(q.ctx, q.mine()+" | summarize "+counted, s.Scope, func(row []types.Value) error {
			t.Tenants = append(t.Tenants, Tally{Value: s.label, Count: row[0].Int, Failures: row[1].Int, First: timeOf(row[2]), Last: timeOf(row[3])})
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func (q *inquiry) mine() string { return activity.View + " | where " + activity.Any(q.subject) }

// spellings finds the names and object ids that a user goes by.
func (q *inquiry) spellings(t *Triage) (err error) {
	q.subject, err = q.c.spelled(q.ctx, q.scope, q.subject)
	for _, i := range q.subject[1:] {
		t.Names = append(t.Names, i.Value)
	}
	return err
}

// spelled adds to indicators the names and object ids that the users among them
// go by, whenever that was: those that stand beside the one that is there. A log
// may have either.
func (c *Case) spelled(ctx context.Context, s Scope, list []activity.Indicator) ([]activity.Indicator, error) {
	all := slices.Clone(list)
	for _, i := range list {
		if i.Kind != activity.User {
			continue
		}
		value := literals([]string{i.Value})
		text := activity.View + ` | where ActorType == "User" and (Actor =~ ` + value + " or ActorId =~ " + value + ") | distinct Actor = tolower(Actor), ActorId = tolower(ActorId) | sort by Actor asc, ActorId asc"
		err := c.ask(ctx, text, s.always(), func(row []types.Value) error {
			for _, name := range []string{row[0].Text, row[1].Text} {
				if other, err := activity.NewIndicator(activity.User, name); err == nil && !slices.Contains(all, other) {
					all = append(all, other)
				}
			}
			return nil
		})
		if err != nil {
			return all, err
		}
	}
	return all, nil
}

func (q *inquiry) ask(text string, each func([]types.Value) error) error {
	return q.c.ask(q.ctx, text, q.scope, each)
}

// tallies reads rows of a value, a count, failures and two times.
func (q *inquiry) tallies(text string) (list []Tally, err error) {
	list = []Tally{}
	err = q.ask(text+" | project Value, Count, Failures, First, Last", func(row []types.Value) error {
		list = append(list, Tally{Value: row[0].Text, Count: row[1].Int, Failures: row[2].Int, First: timeOf(row[3]), Last: timeOf(row[4])})
		return nil
	})
	return list, err
}

func timeOf(v types.Value) time.Time {
	if !v.Valid {
		return time.Time{}
	}
	return types.TimeOf(v.Int)
}

// counted is what is asked of each group.
const counted = `Count = count(), Failures = countif(Result == "failure"), First = min(TimeGenerated), Last = max(TimeGenerated)`

func (q *inquiry) sources(t *Triage) (err error) {
	t.Sources, err = q.tallies(q.mine() + " | summarize " + counted + " by Value = Source | sort by Value asc")
	for _, s := range t.Sources {
		t.Records += s.Count
		if !s.First.IsZero() && (t.First.IsZero() || s.First.Before(t.First)) {
			t.First = s.First
		}
		if s.Last.After(t.Last) {
			t.Last = s.Last
		}
	}
	return err
}

func (q *inquiry) results(t *Triage) (err error) {
	t.Results, err = q.tallies(q.mine() + ` | where Action == "Sign-in" | summarize ` + counted + " by Value = Result | sort by Value asc")
	return err
}

// facetsOf are the columns to tell of each kind of subject.
func facetsOf(k activity.Kind) [][2]string {
	actor, network := [2]string{"accounts and applications", "Actor"}, [2]string{"addresses", "Network"}
	country, app := [2]string{"countries", "Country"}, [2]string{"applications", "App"}
	agent, device := [2]string{"clients", "UserAgent"}, [2]string{"devices", "Device"}
	session, action := [2]string{"sessions", "SessionId"}, [2]string{"actions", "Action"}
	switch k {
	case activity.User:
		return [][2]string{network, country, device, app, agent, session, action}
	case activity.IP:
		return [][2]string{actor, app, agent, device, action}
	case activity.App:
		return [][2]string{actor, network, country, action}
	case activity.Session:
		return [][2]string{actor, network, country, agent, device, app, action}
	case activity.Agent, activity.Device:
		return [][2]string{actor, network, country, app, action}
	case activity.Resource, activity.Domain:
		return [][2]string{actor, network, action}
	}
	panic(k)
}

func (q *inquiry) facets(t *Triage) error {
	t.Facets = []Facet{}
	for _, f := range facetsOf(t.Subject.Kind) {
		facet, err := q.facet(f[0], f[1])
		if err != nil {
			return err
		}
		if facet.Total > 0 {
			t.Facets = append(t.Facets, facet)
		}
	}
	return nil
}

func (q *inquiry) facet(name, column string) (f Facet, err error) {
	f = Facet{Name: name}
	grouped := q.mine() + " | where isnotempty(" + column + ") | summarize " + counted + " by Value = tostring(" + column + ")"
	if f.Values, err = q.tallies(fmt.Sprintf("%s | sort by Count desc, Value asc | take %d", grouped, maxFacet)); err != nil {
		return f, err
	}
	f.Total = int64(len(f.Values))
	if f.Total == maxFacet {
		if err := q.ask(grouped+" | count", func(row []types.Value) error { f.Total = row[0].Int; return nil }); err != nil {
			return f, err
		}
	}
	if column != "Network" || q.subject[0].Kind != activity.User { // of others, who is in the records is told anyway
		return f, nil
	}
	return f, q.shared(f.Values)
}

// shared counts who else uses each address.
func (q *inquiry) shared(networks []Tally) error {
	if len(networks) == 0 {
		return nil
	}
	names := make([]string, len(networks))
	for n, t := range networks {
		names[n] = t.Value
	}
	text := activity.View + " | where Network in (" + literals(names) + ") and isnotempty(Actor) and " + activity.Done + " and not(" + activity.Any(q.subject) + ") | summarize count_distinct(tolower(Actor)) by Network"
	return q.ask(text, func(row []types.Value) error {
		for n := range networks {
			if networks[n].Value == row[0].Text {
				networks[n].Others = row[1].Int
			}
		}
		return nil
	})
}

// reading tells the actions that change nothing.
const reading = `(Action == "Sign-in" or ActorType == "Product" or Source in ("MicrosoftGraphActivityLogs", "StorageBlobLogs") or ` +
	`Action has_any ("UserLoggedIn", "UserLoginFailed", "MailItemsAccessed", "FileAccessed", "FileAccessedExtended", "FilePreviewed", "FileDownloaded", "FileModified", ` +
	`"FileModifiedExtended", "FileUploaded", "FileSyncDownloadedFull", "FileSyncUploadedFull", "PageViewed", "SearchQueryPerformed", "Send", "Create") or ` +
	`Source in ("AzureDiagnostics", "AZKVAuditLogs") and Action !endswith "Set" and Action !endswith "Delete" and Action !endswith "Put")`

// byMe is of the rows in which the subject acts, and is not acted upon.
func (q *inquiry) byMe() string {
	if q.subject[0].Kind != activity.User {
		return "true"
	}
	names := make([]string, len(q.subject))
	for n, i := range q.subject {
		names[n] = i.Value
	}
	return "(Actor in~ (" + literals(names) + ") or ActorId in~ (" + literals(names) + "))"
}

// lineage follows a session or a token through every log.
func (q *inquiry) lineage(t *Triage) error {
	if t.Subject.Kind != activity.Session {
		return nil
	}
	for _, s := range q.shares {
		l, found, err := q.c.lineageOf(q.ctx, t.Subject.Value, s)
		if err != nil {
			return err
		}
		if found {
			t.Lineage = append(t.Lineage, l)
		}
	}
	return nil
}

func (q *inquiry) changes(t *Triage) (err error) {
	t.Changes, t.ChangesTotal, err = q.last("(" + activity.Any(q.subject) + ") and " + q.byMe() + " and not" + reading)
	return err
}

func (q *inquiry) against(t *Triage) (err error) {
	t.Against = []activity.Activity{}
	if q.subject[0].Kind == activity.User {
		t.Against, t.AgainstTotal, err = q.last("(" + activity.Any(q.subject) + ") and not(" + q.byMe() + ")")
	}
	return err
}

// last returns the last activities that a predicate is true of, by time, each
// with its tenant where several are told.
func (q *inquiry) last(predicate string) ([]activity.Activity, int64, error) {
	all, total := []activity.Activity{}, int64(0)
	for _, s := range q.shares {
		list, n, err := q.c.activities(q.ctx, predicate, s.Scope, fmt.Sprintf("top %d by TimeGenerated desc", maxChanges))
		if err != nil {
			return nil, 0, err
		}
		slices.Reverse(list)
		for _, a := range list {
			a.Tenant = s.label
			all = append(all, a)
		}
		total += n
	}
	slices.SortStableFunc(all, func(a, b activity.Activity) int { return a.Time.Compare(b.Time) })
	return all[max(0, len(all)-maxChanges):], total, nil
}

// unseen names the tables of the view that nothing of the scope's tenant fed.
func (q *inquiry) unseen(t *Triage) (err error) {
	t.Unseen, err = q.c.unseen(q.ctx, q.scope)
	return err
}

// unseen names the tables of the view Activities that nothing of a scope's
// tenant fed.
func (c *Case) unseen(ctx context.Context, s Scope) ([]string, error) {
	infos, err := c.Tables(ctx)
	if err != nil {
		return nil, err
	}
	plan, err := c.question(ctx, activity.View, s)
	if err != nil {
		return nil, err
	}
	if infos, err = c.ofTenant(ctx, plan, infos); err != nil {
		return nil, err
	}
	return slices.DeleteFunc(scanned(plan), func(name string) bool {
		return slices.ContainsFunc(infos, func(i engine.TableInfo) bool { return i.Name == name && i.Rows > 0 })
	}), nil
}

// unheld says in a sentence which logs no file of a scope's tenant holds.
func (c *Case) unheld(ctx context.Context, s Scope) ([]string, error) {
	names, err := c.unseen(ctx, s)
	if err != nil || len(names) == 0 {
		return nil, err
	}
	return []string{"logs that no file holds: " + strings.Join(names, ", ")}, nil
}

// left tells of the rows that the scope leaves out.
func (q *inquiry) left(t *Triage) error {
	left, err := q.c.leftBy(q.ctx, activity.Any(q.subject), share{Scope: q.scope})
	t.Left = append([]string{}, left...)
	if err != nil {
		return err
	}
	if t.Subject.Kind == activity.User {
		all, err := q.c.people(q.ctx, q.scope)
		t.Left = append(t.Left, all.alike(t.Subject.Value, t.Records > 0)...)
		return err
	}
	column := columnOf(t.Subject.Kind)
	if column == "" || t.Records > 0 {
		return nil
	}
	alike, err := q.c.containing(q.ctx, q.scope, column, t.Subject.Value)
	t.Left = append(t.Left, alike...)
	return err
}

// findings tells what the last investigation says of the subject.
func (q *inquiry) findings(t *Triage) error {
	doc, stale, err := q.c.Report(q.ctx)
	if err != nil {
		t.Told = err.Error()
		return ignore(err, ErrNoReport)
	}
	t.Told = stale
	for _, s := range doc.Incidents {
		mine := q.named(s.Incident.Alerts)
		if len(mine) > 0 || q.told(s.Incident.Tenant) && q.followed(s.Incident.Trail) {
			t.Incidents = append(t.Incidents, s.Finding())
			t.Alerts = append(t.Alerts, mine...)
		}
	}
	for _, s := range doc.Unjoined {
		t.Alerts = append(t.Alerts, q.named([]incident.Alert{s.Alert})...)
	}
	slices.SortStableFunc(t.Alerts, func(a, b incident.Alert) int { return a.First.Compare(b.First) })
	return nil
}

// told tells whether what is of a tenant is told.
func (q *inquiry) told(tenant string) bool {
	return slices.ContainsFunc(q.shares, func(s share) bool { return s.holds(tenant) })
}

// followed tells whether the subject is a session or a token of a trail that an
// attacker had.
func (q *inquiry) followed(t *incident.Trail) bool {
	if t == nil || q.subject[0].Kind != activity.Session {
		return false
	}
	id := q.subject[0].Value
	return slices.ContainsFunc(t.Sessions, func(s incident.StolenSession) bool { return strings.EqualFold(s.ID, id) }) ||
		slices.ContainsFunc(t.Acts, func(a incident.Act) bool { return strings.EqualFold(a.Token, id) })
}

// named returns the alerts that are told and name the subject.
func (q *inquiry) named(alerts []incident.Alert) []incident.Alert {
	var mine []incident.Alert
	for _, a := range alerts {
		if q.told(a.Tenant) && slices.ContainsFunc(a.Entities, q.is) {
			mine = append(mine, a)
		}
	}
	return mine
}

func (q *inquiry) is(e incident.Entity) bool {
	return slices.ContainsFunc(e.Identifiers, func(id incident.Identifier) bool {
		return slices.ContainsFunc(q.subject, func(i activity.Indicator) bool { return strings.EqualFold(i.Value, id.Value) })
	})
}

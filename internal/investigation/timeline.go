package investigation

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/conshelf/conshelf/internal/activity"
	"github.com/conshelf/conshelf/internal/custody"
	"github.com/conshelf/conshelf/internal/evidence"
	"github.com/conshelf/conshelf/internal/incident"
	"github.com/conshelf/conshelf/internal/timeline"
	"github.com/conshelf/conshelf/kql/plan"
	"github.com/conshelf/conshelf/kql/types"
)

// TimelineOptions says whose story to tell. Without indicators it is that of
// the incidents.
type TimelineOptions struct {
	// Scope's window, where it is zero and no indicator is named, is from the first
	// act of the incidents; of what is ordinary, from an hour before them to an hour
	// after.
	Scope
	Indicators []activity.Indicator
	Incidents  []incident.Incident // whose alerts' records and trails are an attacker's acts
}

// A Timeline is a story, and what it leaves out.
type Timeline struct {
	Entries []timeline.Entry
	Tenants []string // that are told, each by itself; none: there is one, or one was named
	Total   int64    // records that it is about; fewer are told where it is cut
	Told    int64    // records that are told
	Left    []string // sentences: what is not in it, and why
}

// Timeline tells what was done, by whom, in the order of time.
func (c *Case) Timeline(ctx context.Context, o TimelineOptions) (Timeline, error) {
	return c.eachTenant(ctx, o, c.story)
}

// eachTenant tells a story of each tenant, and puts them into one order.
func (c *Case) eachTenant(ctx context.Context, o TimelineOptions, tell func(context.Context, share, TimelineOptions) (Timeline, error)) (Timeline, error) {
	shares, err := c.shares(ctx, o.Scope)
	if err != nil {
		return Timeline{}, err
	}
	whole := Timeline{Entries: []timeline.Entry{}, Tenants: labels(shares)}
	for _, s := range shares {
		its := o
		its.Scope = s.Scope
		its.Incidents = slices.DeleteFunc(slices.Clone(o.Incidents), func(i incident.Incident) bool { return !s.holds(i.Tenant) })
		t, err := tell(ctx, s, its)
		if err != nil {
			return Timeline{}, err
		}
		unheld, err := c.unheld(ctx, s.Scope)
		if err != nil {
			return Timeline{}, err
		}
		t.Left = append(t.Left, unheld...)
		whole.Entries = append(whole.Entries, t.Entries...)
		whole.Total += t.Total
		whole.Told += t.Told
		whole.Left = append(whole.Left, s.said(t.Left)...)
	}
	slices.SortStableFunc(whole.Entries, func(a, b timeline.Entry) int { return a.First.Compare(b.First) })
	return whole, nil
}

// story tells the story of one tenant.
func (c *Case) story(ctx context.Context, s share, o TimelineOptions) (Timeline, error) {
	var t Timeline
	of, err := c.spelled(ctx, o.Scope, o.Indicators)
	if err != nil {
		return t, err
	}
	predicate, ordinary := activity.Any(of), incident.Window{}
	if len(o.Indicators) == 0 {
		if len(o.Incidents) == 0 {
			return t, nil
		}
		if predicate, t.Left, err = c.suspects(ctx, o.Scope, o.Incidents); err != nil {
			return t, err
		}
		if o.Window == (incident.Window{}) {
			ordinary = around(o.Incidents)
			o.Window.From = earliest(o.Incidents, ordinary.From)
		}
	}
	list, total, err := c.Activities(ctx, predicate, o.Scope)
	if err != nil {
		return t, err
	}
	t.Total, t.Told = total, int64(len(list))
	left, err := c.leftBy(ctx, predicate, share{Scope: o.Scope, label: s.label})
	if err != nil {
		return t, err
	}
	t.Left = append(t.Left, left...)
	alike, err := c.meant(ctx, o.Scope, o.Indicators, func(activity.Indicator) bool { return total > 0 })
	if err != nil {
		return t, err
	}
	t.Left = append(t.Left, alike...)
	if len(o.Indicators) == 0 && t.Told == t.Total {
		t.Left = append(t.Left, unread(list, o.Incidents, o.Window)...)
	}
	if t, err = c.tell(ctx, t, s, list, o.Incidents); err != nil || ordinary.To.IsZero() {
		return t, err
	}
	return beside(t, ordinary), nil
}

// unread says which acts of the incidents' trails are in no row of the view.
func unread(list []activity.Activity, incidents []incident.Incident, w incident.Window) []string {
	told := make(map[evidence.Origin]bool, len(list))
	for _, a := range list {
		told[a.Origin] = true
	}
	missing := make(map[string]int)
	for _, i := range incidents {
		if i.Trail == nil {
			continue
		}
		for _, a := range i.Trail.Acts {
			if a.Whose == incident.Attackers && !told[a.Origin] && within(a.Time, w) && !strings.HasSuffix(a.Operation, incident.Started) {
				told[a.Origin] = true
				missing[a.Table]++
			}
		}
	}
	var left []string
	for _, table := range slices.Sorted(maps.Keys(missing)) {
		left = append(left, fmt.Sprintf("%d acts of the attacker in %s, which the report has and the timeline does not read", missing[table], table))
	}
	return left
}

// beside leaves out what is ordinary before and after a window, and says so. What
// may be an attacker's act is told to both ends of the evidence.
func beside(t Timeline, w incident.Window) Timeline {
	count := func(where string, at time.Time, out func(timeline.Entry) bool) {
		all := len(t.Entries)
		t.Entries = slices.DeleteFunc(t.Entries, func(e timeline.Entry) bool { return e.Attribution == timeline.Ordinary && out(e) })
		if left := all - len(t.Entries); left > 0 {
			t.Left = append(t.Left, fmt.Sprintf("%d ordinary acts %s %s; --from and --to tell them", left, where, at.UTC().Format(time.RFC3339)))
		}
	}
	count("before", w.From, func(e timeline.Entry) bool { return e.Last.Before(w.From) })
	count("after", w.To, func(e timeline.Entry) bool { return e.First.After(w.To) })
	return t
}

// tell tells the story of some activities.
func (c *Case) tell(ctx context.Context, t Timeline, s share, list []activity.Activity, incidents []incident.Incident) (Timeline, error) {
	for i := range list {
		list[i].Tenant = s.label
	}
	if t.Told < t.Total {
		t.Left = append(t.Left, fmt.Sprintf("%d later records: %d is the most at a time; --from and --to choose others", t.Total-t.Told, t.Told))
	}
	in := timeline.Input{Activities: list, Incidents: incidents}
	t.Left = append(t.Left, unnamed(incidents)...)
	var err error
	if in.Habits, err = c.habits(ctx, actors(list), s.Scope); err != nil {
		return t, err
	}
	if in.Files, err = c.Files(ctx); err != nil {
		return t, err
	}
	if in.Marks, err = c.Marks(); err != nil {
		return t, err
	}
	t.Entries = timeline.Tell(in)
	return t, nil
}

// unnamed says of which alerts not every record is named, and of which trails
// not every act is listed: those that are not are told as if nothing were of them.
func unnamed(incidents []incident.Incident) []string {
	var left []string
	for _, i := range incidents {
		for _, a := range i.Alerts {
			if more := a.OriginCount - int64(len(a.Origins)); more > 0 {
				left = append(left, fmt.Sprintf("that %d more records are behind the alert %s of %s, which names %d",
					more, a.Rule.Name, a.First.UTC().Format(time.RFC3339), len(a.Origins)))
			}
		}
		if i.Trail != nil && i.Trail.More > 0 {
			left = append(left, fmt.Sprintf("that %d more acts are in the lineage of the incident %s, which lists %d", i.Trail.More, i.ID, len(i.Trail.Acts)))
		}
	}
	return left
}

// leftBy says how many rows of the view a predicate is true of that a scope
// leaves out because they do not say: those that have no time, and so are in no
// window, and those that name no tenant, unless they are a share of their own.
func (c *Case) leftBy(ctx context.Context, predicate string, s share) (left []string, err error) {
	count := func(text string, s Scope, format string) error {
		return c.ask(ctx, text+" | count", s, func(row []types.Value) error {
			if n := row[0].Int; n > 0 {
				left = append(left, fmt.Sprintf(format, n))
			}
			return nil
		})
	}
	if s.Window != (incident.Window{}) {
		infos, err := c.Tables(ctx)
		if err != nil {
			return nil, err
		}
		from, end := span(infos)
		for _, d := range outside(s.plan(), from, end) {
			left = append(left, "anything: "+d.Message)
		}
		if err := count(activity.View+" | where isnull(TimeGenerated) and ("+predicate+")", s.always(), "records that have no time, and so are in no window: %d"); err != nil {
			return nil, err
		}
	}
	if s.named() && s.label == "" {
		err = count(activity.View+" | where "+predicate, Scope{s.Window, plan.Tenantless}, "records that name no tenant: %d; --tenant '"+plan.Tenantless+"' looks at them alone")
	}
	return left, err
}

// crowd is how many actors an address may have and still tell of one of them.
const crowd = 10

// suspects returns what is true of what the incidents are about: the accounts,
// applications, sessions and tokens of their alerts and trails, and addresses that
// few use.
func (c *Case) suspects(ctx context.Context, s Scope, incidents []incident.Incident) (predicate string, left []string, err error) {
	var b bundle
	for _, i := range incidents {
		for _, e := range i.Entities {
			b.entity(e)
		}
		if i.Trail != nil {
			b.trail(*i.Trail)
		}
	}
	users, err := c.usersOf(ctx, b.addresses, s)
	if err != nil {
		return "", nil, err
	}
	for _, a := range b.addresses {
		if n := users[a]; n > crowd {
			left = append(left, fmt.Sprintf("what others did from %s, from where %d accounts and applications succeeded", a, n))
			continue
		}
		b.add(activity.IP, a)
	}
	predicate = activity.Any(b.indicators)
	if len(b.tokens) > 0 {
		predicate += " or TokenId in (" + literals(b.tokens) + ")"
	}
	return predicate, left, nil
}

// A bundle is what incidents are about.
type bundle struct {
	indicators []activity.Indicator
	addresses  []string
	tokens     []string // of acts that name no session
}

func (b *bundle) add(k activity.Kind, value string) {
	if i, err := activity.NewIndicator(k, value); err == nil && !slices.Contains(b.indicators, i) {
		b.indicators = append(b.indicators, i)
	}
}

func (b *bundle) address(a string) { b.addresses = noted(b.addresses, a) }

// noted returns the list with a text in it, once.
func noted(list []string, text string) []string {
	if text == "" || slices.Contains(list, text) {
		return list
	}
	return append(list, text)
}

func (b *bundle) entity(e incident.Entity) {
	switch e.Type {
	case incident.Account:
		b.add(activity.User, e.Identifier("FullName"))
		b.add(activity.User, e.Identifier("AadUserId"))
	case incident.CloudApplication:
		b.add(activity.App, e.Identifier("AppId"))
	case incident.Session:
		b.add(activity.Session, e.Identifier("SessionId"))
	case incident.IP:
		b.address(e.Identifier("Address"))
	case incident.Host, incident.AzureResource, incident.Mailbox, incident.URL, incident.File, incident.SecurityGroup:
	}
}

func (b *bundle) trail(t incident.Trail) {
	for _, name := range t.Accounts {
		b.add(activity.User, name)
	}
	for _, id := range t.Applications {
		b.add(activity.App, id)
	}
	for _, s := range t.Sessions {
		b.add(activity.Session, s.ID)
	}
	for _, a := range t.Addresses {
		b.address(a)
	}
	for _, a := range t.Acts {
		if a.Session == "" {
			b.tokens = noted(b.tokens, a.Token)
		}
	}
}

// usersOf returns how many actors succeeded from each address.
func (c *Case) usersOf(ctx context.Context, addresses []string, s Scope) (map[string]int64, error) {
	users := make(map[string]int64)
	if len(addresses) == 0 {
		return users, nil
	}
	text := activity.View + " | where IPAddress in (" + literals(addresses) + ") and isnotempty(Actor) and " + activity.Done + " | summarize count_distinct(tolower(Actor)) by IPAddress"
	err := c.ask(ctx, text, s.always(), func(row []types.Value) error {
		users[row[0].Text] = row[1].Int
		return nil
	})
	return users, err
}

// around is from an hour before the first of some incidents to an hour after
// the last.
func around(incidents []incident.Incident) incident.Window {
	var w incident.Window
	for _, i := range incidents {
		if w.From.IsZero() || i.First.Before(w.From) {
			w.From = i.First
		}
		if i.Last.After(w.To) {
			w.To = i.Last
		}
	}
	if w != (incident.Window{}) {
		w.From, w.To = w.From.Add(-time.Hour), w.To.Add(time.Hour)
	}
	return w
}

// earliest is the first act that the trails of some incidents have for the
// attacker's or for unclear, if that is before at; or at.
func earliest(incidents []incident.Incident, at time.Time) time.Time {
	for _, i := range incidents {
		if i.Trail == nil {
			continue
		}
		for _, a := range i.Trail.Acts {
			if (a.Whose == incident.Attackers || a.Whose == incident.Unclear) && a.Time.Before(at) {
				at = a.Time
			}
		}
	}
	return at
}

// actors returns the names of those who did something, in lower case, sorted.
func actors(list []activity.Activity) []string {
	var names []string
	for _, a := range list {
		if a.Actor != "" {
			names = append(names, strings.ToLower(a.Actor))
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// Marks returns what people said of entries of the timeline, by the entry's
// ID: of each the last thing.
func (c *Case) Marks() (map[string]timeline.Mark, error) {
	j, err := custody.Open(c.dir, c.keeper.actor)
	if err != nil {
		return nil, err
	}
	marks := make(map[string]timeline.Mark)
	for _, line := range j.Chain().Lines {
		m := line.Mark
		if line.Event != custody.EntryMarked || m == nil {
			continue
		}
		if timeline.MarkKind(m.Kind) == timeline.Cleared {
			delete(marks, m.Entry)
			continue
		}
		marks[m.Entry] = timeline.Mark{Kind: timeline.MarkKind(m.Kind), Text: m.Text, By: line.User, At: line.Time}
	}
	return marks, nil
}

// Mark writes down what somebody says of an entry of the timeline. It is a
// line of the journal, and so stays when evidence is added.
func (c *Case) Mark(ctx context.Context, entry string, kind timeline.MarkKind, text string) error {
	if _, err := c.recordOf(ctx, entry); err != nil {
		return err
	}
	j, err := custody.Open(c.dir, c.keeper.actor)
	if err != nil {
		return err
	}
	_, err = j.Append(custody.Line{Event: custody.EntryMarked, Mark: &custody.Mark{Entry: entry, Kind: string(kind), Text: text}})
	return err
}

// recordOf returns the record that an entry's ID names.
func (c *Case) recordOf(ctx context.Context, id string) (evidence.Origin, error) {
	files, err := c.Files(ctx)
	if err != nil {
		return evidence.Origin{}, err
	}
	digest, number, _ := strings.Cut(id, "-")
	record, err := strconv.ParseInt(number, 10, 64)
	for _, f := range files {
		if err == nil && record >= 1 && record <= f.Counts.Read && timeline.RecordID(f.SHA256, record) == digest+"-"+number {
			return evidence.Origin{File: f.Number, Record: record}, nil
		}
	}
	return evidence.Origin{}, fmt.Errorf("%s is no entry of this case's timeline", id)
}

// recordTime returns the time of the record that an entry's ID names.
func (c *Case) recordTime(ctx context.Context, id string) (time.Time, error) {
	origin, err := c.recordOf(ctx, id)
	if err != nil {
		return time.Time{}, err
	}
	q, err := c.question(ctx, activity.View+" | project TimeGenerated", Scope{})
	if err != nil {
		return time.Time{}, err
	}
	var at time.Time
	want := fmt.Sprintf("[[%d,%d]]", origin.File, origin.Record)
	err = c.engine.Query(ctx, plan.WithOrigins(q, 1), func(row []types.Value) error {
		if row[0].Valid && row[1].Text == want {
			at = types.TimeOf(row[0].Int)
			return errEnough
		}
		return nil
	})
	if err := ignore(err, errEnough); err != nil {
		return time.Time{}, fmt.Errorf("read the time of %s: %w", id, err)
	}
	if at.IsZero() {
		return time.Time{}, fmt.Errorf("the record of %s has no time", id)
	}
	return at, nil
}

var errEnough = errors.New("enough rows")

// Around tells what anybody did within some time of an entry of the timeline.
// The options' window and indicators play no part.
func (c *Case) Around(ctx context.Context, entry string, d time.Duration, o TimelineOptions) (Timeline, error) {
	at, err := c.recordTime(ctx, entry)
	if err != nil {
		return Timeline{}, err
	}
	o.Window = incident.Window{From: at.Add(-d), To: at.Add(d)}
	return c.eachTenant(ctx, o, func(ctx context.Context, s share, o TimelineOptions) (Timeline, error) {
		list, total, err := c.Activities(ctx, "true", o.Scope)
		if err != nil {
			return Timeline{}, err
		}
		return c.tell(ctx, Timeline{Total: total, Told: int64(len(list))}, s, list, o.Incidents)
	})
}

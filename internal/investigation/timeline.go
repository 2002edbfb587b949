package investigation

import (
	"context"
	"errors"
	"fmt"
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
	Indicators []activity.Indicator
	Incidents  []incident.Incident // whose alerts' records are an attacker's acts
	// Window, where it is zero and no indicator is named, is from an hour before
	// the incidents; of what is ordinary, to an hour after them.
	Window incident.Window
}

// A Timeline is a story, and what it leaves out.
type Timeline struct {
	Entries []timeline.Entry
	Total   int64    // records that it is about; fewer are told where it is cut
	Told    int64    // records that are told
	Left    []string // sentences: what is not in it, and why
}

// Timeline tells what was done, by whom, in the order of time.
func (c *Case) Timeline(ctx context.Context, o TimelineOptions) (Timeline, error) {
	var t Timeline
	named := len(o.Indicators)
	if named == 0 {
		var err error
		if o.Indicators, t.Left, err = c.suspects(ctx, o.Incidents); err != nil {
			return t, err
		}
	}
	ordinary := incident.Window{}
	if named == 0 && o.Window == (incident.Window{}) {
		ordinary = around(o.Incidents)
		o.Window.From = ordinary.From
	}
	list, total, err := c.Activities(ctx, activity.Any(o.Indicators), o.Window)
	if err != nil {
		return t, err
	}
	t.Total, t.Told = total, int64(len(list))
	left, err := c.untimed(ctx, activity.Any(o.Indicators), o.Window)
	if err != nil {
		return t, err
	}
	t.Left = append(t.Left, left...)
	if t, err = c.tell(ctx, t, list, o.Incidents); err != nil || ordinary.To.IsZero() {
		return t, err
	}
	return until(t, ordinary.To), nil
}

// until leaves out what is ordinary after some time, and says so. What may be
// an attacker's act is told to the end of the evidence.
func until(t Timeline, end time.Time) Timeline {
	all := len(t.Entries)
	t.Entries = slices.DeleteFunc(t.Entries, func(e timeline.Entry) bool { return e.Attribution == timeline.Ordinary && e.First.After(end) })
	if left := all - len(t.Entries); left > 0 {
		t.Left = append(t.Left, fmt.Sprintf("%d ordinary acts after %s; --from and --to tell them", left, end.UTC().Format(time.RFC3339)))
	}
	return t
}

// tell tells the story of some activities.
func (c *Case) tell(ctx context.Context, t Timeline, list []activity.Activity, incidents []incident.Incident) (Timeline, error) {
	if t.Told < t.Total {
		t.Left = append(t.Left, fmt.Sprintf("%d later records: %d is the most at a time; --from and --to choose others", t.Total-t.Told, t.Told))
	}
	in := timeline.Input{Activities: list}
	for _, i := range incidents {
		in.Alerts = append(in.Alerts, i.Alerts...)
	}
	t.Left = append(t.Left, unnamed(in.Alerts)...)
	var err error
	if in.Habits, err = c.habits(ctx, actors(list)); err != nil {
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

// unnamed says of which alerts not every record is named: those of them that are
// not are told as if no alert were of them.
func unnamed(alerts []incident.Alert) []string {
	var left []string
	for _, a := range alerts {
		if more := a.OriginCount - int64(len(a.Origins)); more > 0 {
			left = append(left, fmt.Sprintf("that %d more records are behind the alert %s of %s, which names %d",
				more, a.Rule.Name, a.First.UTC().Format(time.RFC3339), len(a.Origins)))
		}
	}
	return left
}

// untimed says how many rows of the view a predicate is true of that have no
// time, and so are in no window.
func (c *Case) untimed(ctx context.Context, predicate string, w incident.Window) (left []string, err error) {
	if w == (incident.Window{}) {
		return nil, nil
	}
	err = c.ask(ctx, activity.View+" | where isnull(TimeGenerated) and ("+predicate+") | count", incident.Window{}, func(row []types.Value) error {
		if n := row[0].Int; n > 0 {
			left = append(left, fmt.Sprintf("records that have no time, and so are in no window: %d", n))
		}
		return nil
	})
	return left, err
}

// crowd is how many actors an address may have and still tell of one of them.
const crowd = 10

// suspects are what the incidents are about: accounts, applications, sessions,
// and addresses that few use.
func (c *Case) suspects(ctx context.Context, incidents []incident.Incident) (list []activity.Indicator, left []string, err error) {
	add := func(k activity.Kind, value string) {
		if i, err := activity.NewIndicator(k, value); err == nil && !slices.Contains(list, i) {
			list = append(list, i)
		}
	}
	var addresses []string
	for _, i := range incidents {
		for _, e := range i.Entities {
			switch e.Type {
			case incident.Account:
				add(activity.User, e.Identifier("FullName"))
				add(activity.User, e.Identifier("AadUserId"))
			case incident.CloudApplication:
				add(activity.App, e.Identifier("AppId"))
			case incident.Session:
				add(activity.Session, e.Identifier("SessionId"))
			case incident.IP:
				if a := e.Identifier("Address"); a != "" && !slices.Contains(addresses, a) {
					addresses = append(addresses, a)
				}
			case incident.Host, incident.AzureResource, incident.Mailbox, incident.URL, incident.File, incident.SecurityGroup:
			}
		}
	}
	users, err := c.usersOf(ctx, addresses)
	if err != nil {
		return nil, nil, err
	}
	for _, a := range addresses {
		if n := users[a]; n > crowd {
			left = append(left, fmt.Sprintf("what others did from %s, from where %d accounts and applications succeeded", a, n))
			continue
		}
		add(activity.IP, a)
	}
	return list, left, nil
}

// usersOf returns how many actors succeeded from each address.
func (c *Case) usersOf(ctx context.Context, addresses []string) (map[string]int64, error) {
	users := make(map[string]int64)
	if len(addresses) == 0 {
		return users, nil
	}
	text := activity.View + " | where IPAddress in (" + literals(addresses) + ") and isnotempty(Actor) and " + activity.Done + " | summarize count_distinct(tolower(Actor)) by IPAddress"
	err := c.ask(ctx, text, incident.Window{}, func(row []types.Value) error {
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
	q, err := c.question(ctx, activity.View+" | project TimeGenerated", incident.Window{})
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
func (c *Case) Around(ctx context.Context, entry string, d time.Duration, incidents []incident.Incident) (Timeline, error) {
	at, err := c.recordTime(ctx, entry)
	if err != nil {
		return Timeline{}, err
	}
	w := incident.Window{From: at.Add(-d), To: at.Add(d)}
	list, total, err := c.Activities(ctx, "true", w)
	if err != nil {
		return Timeline{}, err
	}
	return c.tell(ctx, Timeline{Total: total, Told: int64(len(list))}, list, incidents)
}

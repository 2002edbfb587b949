package cli

import (
	"bufio"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/conshelf/conshelf/internal/activity"
	"github.com/conshelf/conshelf/internal/exchange"
	"github.com/conshelf/conshelf/internal/incident"
	"github.com/conshelf/conshelf/internal/investigation"
	"github.com/conshelf/conshelf/internal/timeline"
)

// timesketch is the format that Timesketch imports.
const timesketch = "timesketch"

// A timelineFlags is the flags of timeline.
type timelineFlags struct {
	scope     scopeFlags
	subjects  subjectFlags
	incidents []string
	severity  string
	around    string
	window    string
	all       bool
	attacker  bool
	format    string
}

// A subjectFlags is the flags that name indicators.
type subjectFlags struct{ values map[activity.Kind]*[]string }

func (f *subjectFlags) add(cmd *cobra.Command, what string) {
	f.values = make(map[activity.Kind]*[]string)
	for _, k := range activity.Kinds() {
		list := new([]string)
		cmd.Flags().StringArrayVar(list, string(k), nil, what+" this "+string(k)+" (may be repeated)")
		f.values[k] = list
	}
}

func (f subjectFlags) indicators() ([]activity.Indicator, error) {
	var all []activity.Indicator
	for _, k := range activity.Kinds() {
		for _, value := range *f.values[k] {
			i, err := activity.NewIndicator(k, value)
			if err != nil {
				return nil, usagef("--%s: %w", k, err)
			}
			all = append(all, i)
		}
	}
	return all, nil
}

func (a *app) timelineCommand() *cobra.Command {
	var f timelineFlags
	cmd := &cobra.Command{
		Use:        "timeline",
		SuggestFor: []string{"story"},
		Short:      "One story of what was done, attacker's acts apart from ordinary ones",
		Long: "timeline tells in the order of time and in sentences what those did whom the incidents of the last investigation name, or\n" +
			"the accounts, addresses, applications and sessions that you name. An act is held for an attacker's if a record of it is behind\n" +
			"an alert, or if the search for an incident's sessions, tokens and addresses came to it, which says why; whose some are that\n" +
			"it came to is unclear; the rest is ordinary. Tenants are told each by itself. Each entry has its records, and the query that\n" +
			"finds them: run it with conshelf query --vocabulary activity.",
		Example: "  conshelf timeline --case ./case\n  conshelf timeline --user adele@contoso.com --from -2d\n" +
			"  conshelf timeline --around 3f5a0c11d2e4-17 --window 30m\n  conshelf timeline -o timesketch > story.jsonl\n" +
			"  conshelf timeline note 3f5a0c11d2e4-17 'she says that this was not her'",
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := f.fit(cmd); err != nil {
				return err
			}
			return a.timeline(cmd.Context(), f)
		},
	}
	f.scope.add(cmd)
	f.subjects.add(cmd, "the story of")
	cmd.Flags().StringArrayVar(&f.incidents, "incident", nil, "only this incident, by its id or the beginning of it (may be repeated)")
	cmd.Flags().StringVar(&f.severity, "severity", incident.Medium.String(), "only incidents of this severity or above, where --incident names none")
	cmd.Flags().StringVar(&f.around, "around", "", "everything that was done around this entry, by anybody")
	cmd.Flags().StringVar(&f.window, "window", "15m", "how long before and after it")
	cmd.Flags().BoolVar(&f.all, "all", false, "dismissed entries too")
	cmd.Flags().BoolVar(&f.attacker, "attacker", false, "only acts that are, or may be, an attacker's")
	cmd.Flags().StringVarP(&f.format, "output", "o", "text", "text, "+timesketch+", "+strings.Join(formats(), ", "))
	cmd.AddCommand(a.markCommand(timeline.Pinned, "pin ENTRY [TEXT]", "Mark an entry as one that matters"),
		a.markCommand(timeline.Noted, "note ENTRY TEXT", "Write something to an entry"),
		a.markCommand(timeline.Dismissed, "dismiss ENTRY [TEXT]", "Leave an entry out of the story; --all shows it"),
		a.markCommand(timeline.Cleared, "clear ENTRY", "Take a mark back"))
	return cmd
}

func (a *app) markCommand(kind timeline.MarkKind, use, short string) *cobra.Command {
	return &cobra.Command{
		Use:   use,
		Short: short,
		Long:  short + ". It is written into the journal of the case, with your name, and stays when evidence is added.",
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 || len(args) > 2 || kind == timeline.Noted && len(args) != 2 || kind == timeline.Cleared && len(args) != 1 {
				return usagef("timeline %s: want %s", kind, use)
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.mark(cmd.Context(), kind, append(args, "")[0], append(args, "", "")[1])
		},
	}
}

func (a *app) mark(ctx context.Context, kind timeline.MarkKind, entry, text string) (err error) {
	c, err := a.openExisting(ctx, a.caseDir)
	if err != nil {
		return err
	}
	defer func() { err = firstError(err, c.Close()) }()
	return c.Mark(ctx, entry, kind, text)
}

func (a *app) timeline(ctx context.Context, f timelineFlags) (err error) {
	if err := wantFormat(f.format, "text", timesketch); err != nil {
		return err
	}
	o := investigation.TimelineOptions{}
	if o.Indicators, err = f.subjects.indicators(); err != nil {
		return err
	}
	c, scope, err := a.openScope(ctx, f.scope)
	if err != nil {
		return err
	}
	defer func() { err = firstError(err, c.Close()) }()
	o.Scope = scope
	if o.Incidents, err = a.incidents(ctx, c, f, o); err != nil {
		return err
	}
	var t investigation.Timeline
	if f.around != "" {
		t, err = a.around(ctx, c, f, o)
	} else {
		t, err = c.Timeline(ctx, o)
	}
	if err != nil {
		return err
	}
	t.Entries = wanted(t.Entries, f)
	return a.printTimeline(f.format, t)
}

// fit refuses flags that are wrong, or of which one would not count beside
// another.
func (f timelineFlags) fit(cmd *cobra.Command) error {
	changed := func(names ...string) string {
		at := slices.IndexFunc(names, cmd.Flags().Changed)
		if at < 0 {
			return ""
		}
		return names[at]
	}
	if f.around == "" && changed("window") != "" {
		return usagef("--window goes with --around")
	}
	if d, err := time.ParseDuration(f.window); err != nil || d <= 0 {
		return usagef("--window %s: want a span such as 30m", f.window)
	}
	if _, err := parseSeverity("--severity", f.severity); err != nil {
		return err
	}
	others := []string{"from", "to"}
	for _, k := range activity.Kinds() {
		others = append(others, string(k))
	}
	if name := changed(others...); f.around != "" && name != "" {
		return usagef("--around tells what anybody did within --window of the entry: it does not go with --%s", name)
	}
	return nil
}

// incidents returns those of the last investigation that are of the scope; where
// the story is theirs, that there was no investigation is an error.
func (a *app) incidents(ctx context.Context, c *investigation.Case, f timelineFlags, o investigation.TimelineOptions) ([]incident.Incident, error) {
	must := len(o.Indicators) == 0 && f.around == ""
	least, err := parseSeverity("--severity", f.severity)
	if err != nil {
		return nil, err
	}
	ids := f.incidents
	doc, stale, err := c.Report(ctx)
	if err != nil {
		if must || len(ids) > 0 {
			return nil, err
		}
		a.note("no act is told apart: %v", err)
		return nil, nil
	}
	if stale != "" {
		a.note("%s", stale)
	}
	var list []incident.Incident
	lower := 0
	for _, s := range doc.Incidents {
		if !ofTenant(s.Incident.Tenant, o.Tenant) {
			continue
		}
		named := begins(s.Incident.ID, ids)
		grave := s.Incident.Severity >= least || s.Incident.Severity == incident.Unrated
		switch {
		case named, len(ids) == 0 && grave:
			list = append(list, s.Incident)
		case len(ids) == 0:
			lower++
		}
	}
	switch {
	case lower > 0 && must:
		a.note("%s below %s not told; --severity Low or --incident ID tells them", plural(lower, "incident"), least)
	case lower > 0:
		a.note("%s below %s, whose acts are not marked; --severity Low or --incident ID marks them", plural(lower, "incident"), least)
	}
	if must && len(list)+lower+len(ids) == 0 {
		a.note("the last investigation found no incident to tell of; --user, --ip and the like name what to tell of")
	}
	if missing := notAmong(list, ids); len(missing) > 0 {
		return nil, noIncident(missing, o.Tenant)
	}
	return list, nil
}

// notAmong returns the ids, or beginnings of ids, that none of the incidents has.
func notAmong(list []incident.Incident, asked []string) []string {
	return slices.DeleteFunc(slices.Clone(asked), func(id string) bool {
		return slices.ContainsFunc(list, func(i incident.Incident) bool { return begins(i.ID, []string{id}) })
	})
}

// noIncident is the error of naming incidents that are not there.
func noIncident(ids []string, tenant string) error {
	if tenant == "" {
		return usagef("--incident %s: the last investigation has none of that id", strings.Join(ids, ", "))
	}
	return usagef("--incident %s: the last investigation has none of that id that is of tenant %s", strings.Join(ids, ", "), tenant)
}

// around tells what anybody did around an entry.
func (a *app) around(ctx context.Context, c *investigation.Case, f timelineFlags, o investigation.TimelineOptions) (investigation.Timeline, error) {
	d, err := time.ParseDuration(f.window) // as fit has seen
	if err != nil {
		return investigation.Timeline{}, err
	}
	return c.Around(ctx, f.around, d, o)
}

// wanted leaves out what was dismissed, and what is ordinary if that is asked for.
func wanted(entries []timeline.Entry, f timelineFlags) []timeline.Entry {
	return slices.DeleteFunc(entries, func(e timeline.Entry) bool {
		dismissed := e.Mark != nil && e.Mark.Kind == timeline.Dismissed && e.Mark.Of == ""
		return dismissed && !f.all || f.attacker && e.Attribution == timeline.Ordinary
	})
}

func (a *app) printTimeline(format string, t investigation.Timeline) error {
	var err error
	switch format {
	case "text":
		a.inUTC()
		err = a.printStory(t)
	case timesketch:
		w := bufio.NewWriter(a.out)
		var without int
		without, err = exchange.Timesketch(w, t.Entries)
		err = firstError(err, w.Flush())
		if without > 0 {
			t.Left = append(t.Left, fmt.Sprintf("%d entries without a time, for which Timesketch has no place", without))
		}
	case "json":
		err = a.printJSON(t.Entries)
	default:
		err = a.list(format, timelineListing(t.Entries))
	}
	if len(t.Tenants) > 0 && format != "text" {
		a.note("%s", toldOf(t.Tenants))
	}
	for _, left := range t.Left {
		a.note("not told: %s", left)
	}
	return err
}

// printStory prints a line a sentence, what is held for an attacker's act with
// a mark before it.
func (a *app) printStory(t investigation.Timeline) error {
	var p page
	p.told(t.Tenants)
	day := ""
	for _, e := range t.Entries {
		d, clock := e.First.Format("2006-01-02"), e.First.Format("15:04:05Z")
		if e.First.IsZero() {
			d, clock = "(no time)", strings.Repeat(" ", len(clock))
		}
		if d != day {
			p.title(d)
			day = d
		}
		p.line("%s %s  %s [%s]", clock, sign(e.Attribution), e.Sentence, e.ID+inTenant(e.Activity.Tenant))
		if len(e.Alerts) > 0 {
			p.line("             alert: %s", strings.Join(e.Alerts, ", "))
		}
		if len(e.Links) > 0 {
			p.line("             link: %s", strings.Join(e.Links, "; "))
		}
		if e.Mark != nil {
			p.line("             %s by %s: %s", markName(e.Mark), e.Mark.By, e.Mark.Text)
		}
	}
	if len(t.Entries) == 0 {
		p.line("nothing to tell")
	} else {
		p.line("")
		p.line("!! a record of it is behind an alert; !  it is in the lineage of an incident, by the link that is named; ?  so it is, and whose act it is is unclear")
	}
	_, err := a.out.Write([]byte(p.b.String()))
	return err
}

// markName is the kind of a mark, and the record that it is of if it is not of
// the whole entry; "" if there is none.
func markName(m *timeline.Mark) string {
	switch {
	case m == nil:
		return ""
	case m.Of == "":
		return string(m.Kind)
	}
	return string(m.Kind) + " of " + m.Of + " alone"
}

func sign(a timeline.Attribution) string {
	switch a {
	case timeline.Alerted:
		return "!!"
	case timeline.Followed:
		return "! "
	case timeline.Doubtful:
		return "? "
	case timeline.Ordinary:
	}
	return "  "
}

func timelineListing(entries []timeline.Entry) listing {
	type entry = timeline.Entry
	return listingOf(entries,
		timeField("Time", func(e entry) time.Time { return e.First }),
		timeField("Until", func(e entry) time.Time { return e.Last }),
		numberField("Records", func(e entry) int64 { return e.Count }),
		textField("Attribution", func(e entry) string { return string(e.Attribution) }),
		textField("Sentence", func(e entry) string { return e.Sentence }),
		textField("Alerts", func(e entry) string { return strings.Join(e.Alerts, ", ") }),
		textField("Links", func(e entry) string { return strings.Join(e.Links, "; ") }),
		textField("Actor", func(e entry) string { return e.Activity.Actor }),
		textField("IPAddress", func(e entry) string { return e.Activity.IPAddress }),
		textField("Source", func(e entry) string { return e.Activity.Source }),
		textField("Mark", func(e entry) string { return markName(e.Mark) }),
		textField("Note", func(e entry) string {
			if e.Mark == nil {
				return ""
			}
			return e.Mark.Text
		}),
		textField("Entry", func(e entry) string { return e.ID }),
		textField("Query", func(e entry) string { return e.Query }),
		textField("Tenant", func(e entry) string { return e.Activity.Tenant }),
	)
}

package investigation

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/conshelf/conshelf/internal/activity"
	"github.com/conshelf/conshelf/internal/incident"
	"github.com/conshelf/conshelf/kql/types"
)

// HuntOptions says from what to set out, and how far to go.
type HuntOptions struct {
	Scope
	Seeds []activity.Indicator
	Depth int // steps from a seed; 0: DefaultDepth
	// Crowd is how many accounts may share an address or a client that still
	// leads on; 0: DefaultCrowd. What more share says nothing of one of them.
	Crowd int64
}

// Where a hunt stops if nothing else is said.
const (
	DefaultDepth = 4
	DefaultCrowd = crowd
)

// maxSteps is how many indicators a hunt looks at. What it did not look at, it
// says.
const maxSteps = 500

// A Step is an indicator that a hunt came to.
type Step struct {
	Tenant    string             `json:"tenant,omitempty"` // where several are hunted in
	Indicator activity.Indicator `json:"indicator"`
	Depth     int                `json:"depth"` // 0: a seed
	From      int                `json:"from"`  // the step that led here; -1: a seed
	Why       string             `json:"why"`
	Records   int64              `json:"records"` // that the indicator is in
	Failed    int64              `json:"failed"`  // attempts that failed among them
	First     time.Time          `json:"first,omitzero"`
	Last      time.Time          `json:"last,omitzero"`
	// Stopped says why the hunt did not go on from here; ”: it did, or there
	// was nothing more.
	Stopped string `json:"stopped,omitempty"`
	Query   string `json:"query"` // finds the records, over the vocabulary activity
}

// A Hunt is what was found from some indicators on: of each tenant every
// indicator once, in the order in which it was come to.
type Hunt struct {
	Tenants []string `json:"tenants,omitempty"` // each hunted in by itself; none: there is one, or one was named
	Steps   []Step   `json:"steps"`
	// Tried are accounts that were only tried from what was found: no attempt
	// succeeded.
	Tried []Tally  `json:"tried"`
	Left  []string `json:"left"` // sentences: what was not looked at, and why
}

// Hunt expands from indicators to what they touched, and from there on: from an
// address or a client to the accounts that succeeded with it and their
// sessions, from a session to all its addresses and clients. From an account it
// goes on only by a session, or where it is a seed. It does not go on from one
// tenant to another, and says where it could.
func (c *Case) Hunt(ctx context.Context, o HuntOptions) (Hunt, error) {
	if o.Depth == 0 {
		o.Depth = DefaultDepth
	}
	if o.Crowd == 0 {
		o.Crowd = DefaultCrowd
	}
	shares, err := c.shares(ctx, o.Scope)
	if err != nil {
		return Hunt{}, err
	}
	whole := Hunt{Tenants: labels(shares), Steps: []Step{}, Tried: []Tally{}, Left: []string{}}
	for _, s := range shares {
		its := o
		its.Scope = s.Scope
		h := hunter{c: c, ctx: ctx, o: its, tenant: s.label, tried: make(map[string]*Tally)}
		if err := h.run(); err != nil {
			return Hunt{}, err
		}
		if err := h.unfound(s); err != nil {
			return Hunt{}, err
		}
		h.hunt.Left = s.said(h.hunt.Left)
		whole.add(h.hunt)
	}
	across, err := c.across(ctx, whole, shares)
	whole.Left = append(whole.Left, across...)
	return whole, err
}

// unfound says which logs were not there to look at, and whom seeds may have
// meant that are in no record.
func (h *hunter) unfound(s share) error {
	unheld, err := h.c.unheld(h.ctx, s.Scope)
	if err != nil {
		return err
	}
	h.hunt.Left = append(h.hunt.Left, unheld...)
	found := func(i activity.Indicator) bool {
		return slices.ContainsFunc(h.hunt.Steps, func(t Step) bool { return t.Indicator == i && t.Records > 0 })
	}
	alike, err := h.c.meant(h.ctx, s.Scope, h.o.Seeds, found)
	h.hunt.Left = append(h.hunt.Left, alike...)
	return err
}

// stepsAway says how far from its seed a hunt stopped.
func stepsAway(n int) string {
	if n == 1 {
		return "1 step from where it began"
	}
	return fmt.Sprintf("%d steps from where it began", n)
}

// add adds what was found in one more tenant.
func (h *Hunt) add(its Hunt) {
	before := len(h.Steps)
	for _, s := range its.Steps {
		if s.From >= 0 {
			s.From += before
		}
		h.Steps = append(h.Steps, s)
	}
	h.Tried = append(h.Tried, its.Tried...)
	h.Left = append(h.Left, its.Left...)
}

// across says which addresses and sessions that one tenant led to are in records
// of another that did not lead to them.
func (c *Case) across(ctx context.Context, h Hunt, shares []share) (left []string, err error) {
	for _, s := range h.Steps {
		if k := s.Indicator.Kind; s.From < 0 || k != activity.IP && k != activity.Session {
			continue
		}
		for _, other := range shares {
			met := func(t Step) bool { return t.Tenant == other.label && t.Indicator == s.Indicator }
			if other.label == s.Tenant || slices.ContainsFunc(h.Steps, met) {
				continue
			}
			err := c.ask(ctx, s.Query+" | count", other.Scope, func(row []types.Value) error {
				if n := row[0].Int; n > 0 {
					left = append(left, fmt.Sprintf("%s, which tenant %s led to, is in %d records of tenant %s: --tenant '%s' --%s '%s' goes on there",
						s.Indicator, s.Tenant, n, other.label, other.label, s.Indicator.Kind, s.Indicator.Value))
				}
				return nil
			})
			if err != nil {
				return nil, err
			}
		}
	}
	return left, nil
}

// run hunts in one tenant.
func (h *hunter) run() (err error) {
	seeds, err := h.c.spelled(h.ctx, h.o.Scope, h.o.Seeds)
	if err != nil {
		return err
	}
	if h.hunt.Left, err = h.c.leftBy(h.ctx, activity.Any(seeds), share{Scope: h.o.Scope, label: h.tenant}); err != nil {
		return err
	}
	for _, seed := range h.o.Seeds {
		h.reach(seed, -1, 0, "asked for")
	}
	for n := 0; n < len(h.hunt.Steps) && n < maxSteps; n++ {
		if err := h.expand(n); err != nil {
			return fmt.Errorf("hunt from %s: %w", h.hunt.Steps[n].Indicator, err)
		}
	}
	if rest := len(h.hunt.Steps) - maxSteps; rest > 0 {
		h.hunt.Steps = h.hunt.Steps[:maxSteps]
		h.hunt.Left = append(h.hunt.Left, fmt.Sprintf("%d more indicators were come to and not looked at: %d is the most", rest, maxSteps))
	}
	h.settle()
	return nil
}

// A hunter hunts in one tenant.
type hunter struct {
	c      *Case
	ctx    context.Context
	o      HuntOptions
	tenant string // as its steps name it
	hunt   Hunt
	tried  map[string]*Tally
}

// reach adds an indicator that has not been come to yet.
func (h *hunter) reach(i activity.Indicator, from, depth int, why string) {
	if slices.ContainsFunc(h.hunt.Steps, func(s Step) bool { return s.Indicator == i }) {
		return
	}
	h.hunt.Steps = append(h.hunt.Steps, Step{
		Tenant: h.tenant, Indicator: i, Depth: depth, From: from, Why: why, Query: activity.View + " | where " + i.Predicate(),
	})
}

// expand looks at one indicator and reaches what it leads to.
func (h *hunter) expand(n int) error {
	s := &h.hunt.Steps[n]
	names, err := h.c.spelled(h.ctx, h.o.Scope, []activity.Indicator{s.Indicator})
	if err != nil {
		return err
	}
	s.Query = activity.View + " | where " + activity.Any(names)
	actors, err := h.measure(s)
	if err != nil || s.Records == 0 {
		return err
	}
	switch s.Indicator.Kind {
	case activity.IP, activity.Agent, activity.Device, activity.App, activity.Resource, activity.Domain:
		if actors > h.o.Crowd {
			s.Stopped = fmt.Sprintf("%d accounts and applications share it, more than %d: it says nothing of one of them", actors, h.o.Crowd)
			return nil
		}
	case activity.User:
		if s.Depth > 0 {
			s.Stopped = "an account leads on by its sessions only"
			return nil
		}
	case activity.Session:
	}
	if s.Depth == h.o.Depth {
		s.Stopped = stepsAway(s.Depth)
		return nil
	}
	switch s.Indicator.Kind {
	case activity.User:
		return h.fresh(n)
	case activity.Session:
		return h.all(n, h.networks, h.agents, h.accounts)
	case activity.IP, activity.Agent, activity.Device, activity.App, activity.Resource, activity.Domain:
		return h.all(n, h.accounts, h.sessions)
	}
	panic(s.Indicator.Kind)
}

func (h *hunter) all(n int, ways ...func(int) error) error {
	for _, way := range ways {
		if err := way(n); err != nil {
			return err
		}
	}
	return nil
}

// measure counts the records of a step, and who is in them.
func (h *hunter) measure(s *Step) (actors int64, err error) {
	text := s.Query + ` | summarize Records = count(), Failed = countif(Result == "failure"), First = min(TimeGenerated), Last = max(TimeGenerated), ` +
		`Actors = count_distinctif(tolower(Actor), isnotempty(Actor) and ` + activity.Done + `)`
	err = h.c.ask(h.ctx, text, h.o.Scope, func(row []types.Value) error {
		s.Records, s.Failed, s.First, s.Last, actors = row[0].Int, row[1].Int, timeOf(row[2]), timeOf(row[3]), row[4].Int
		return nil
	})
	return actors, err
}

// accounts reaches those that succeeded, and notes those that were only tried.
func (h *hunter) accounts(n int) error {
	s := h.hunt.Steps[n]
	text := s.Query + ` | where isnotempty(Actor) and ActorType in ("User", "Application") | summarize Count = countif(` + activity.Done + `), ` +
		`Failures = countif(Result == "failure"), First = min(TimeGenerated), Last = max(TimeGenerated) by Actor = tolower(Actor), ActorType | sort by Actor asc`
	var rows [][]types.Value
	err := h.c.ask(h.ctx, text, h.o.Scope, func(row []types.Value) error {
		rows = append(rows, slices.Clone(row))
		return nil
	})
	if err != nil {
		return err
	}
	for _, row := range rows {
		if err := h.account(n, row); err != nil {
			return err
		}
	}
	return nil
}

// account reaches or notes one of them, by its name if the evidence has one for
// its id.
func (h *hunter) account(n int, row []types.Value) error {
	s := h.hunt.Steps[n]
	t := Tally{Tenant: h.tenant, Value: row[0].Text, Count: row[2].Int, Failures: row[3].Int, First: timeOf(row[4]), Last: timeOf(row[5])}
	if row[1].Text == "User" && !strings.Contains(t.Value, "@") {
		names, err := h.names(t.Value)
		if err != nil {
			return err
		}
		if i := slices.IndexFunc(names, func(name string) bool { return strings.Contains(name, "@") }); i >= 0 {
			t.Value = names[i]
		}
	}
	if t.Count == 0 {
		h.try(t)
		return nil
	}
	kind := activity.User
	if row[1].Text == "Application" {
		kind = activity.App
	}
	return h.lead(n, kind, t.Value, fmt.Sprintf("acted %s with %s", times(t.Count), s.Indicator))
}

func (h *hunter) try(t Tally) {
	known, there := h.tried[t.Value]
	if !there {
		h.tried[t.Value] = &t
		return
	}
	known.Failures += t.Failures
	if t.First.Before(known.First) {
		known.First = t.First
	}
	if t.Last.After(known.Last) {
		known.Last = t.Last
	}
}

func times(n int64) string {
	if n == 1 {
		return "once"
	}
	return fmt.Sprintf("%d times", n)
}

// maxBranches is how many indicators of a kind one step leads to.
const maxBranches = 50

// values reaches the values of a column.
func (h *hunter) values(n int, kind activity.Kind, column, more, why string) error {
	s := h.hunt.Steps[n]
	seen := 0
	text := fmt.Sprintf("%s | where isnotempty(%s)%s | summarize Count = count() by Value = tostring(%s) | sort by Count desc, Value asc | take %d", s.Query, column, more, column, maxBranches+1)
	return h.c.ask(h.ctx, text, h.o.Scope, func(row []types.Value) error {
		if seen++; seen > maxBranches {
			h.hunt.Left = append(h.hunt.Left, fmt.Sprintf("%s has more than %d of kind %s: the others were not looked at", s.Indicator, maxBranches, kind))
			return nil
		}
		return h.lead(n, kind, row[0].Text, fmt.Sprintf("%s %s, %s", why, s.Indicator, times(row[1].Int)))
	})
}

const succeeded = " and " + activity.Done

func (h *hunter) sessions(n int) error {
	return h.values(n, activity.Session, "SessionId", succeeded, "a session with")
}

func (h *hunter) networks(n int) error {
	return h.values(n, activity.IP, "Network", "", "an address of")
}

func (h *hunter) agents(n int) error {
	return h.values(n, activity.Agent, "UserAgent", "", "a client of")
}

// lead reaches an indicator from another.
func (h *hunter) lead(n int, kind activity.Kind, value, why string) error {
	if kind == activity.IP {
		value = activity.NetworkOf(value)
	}
	i, err := activity.NewIndicator(kind, value)
	if err != nil {
		h.hunt.Left = append(h.hunt.Left, fmt.Sprintf("%s of %s: %s", value, h.hunt.Steps[n].Indicator, err))
		return nil
	}
	h.reach(i, n, h.hunt.Steps[n].Depth+1, why)
	return nil
}

// fresh reaches the addresses that are new for an account, and the sessions
// from there.
func (h *hunter) fresh(n int) error {
	s := h.hunt.Steps[n]
	names, err := h.names(s.Indicator.Value)
	if err != nil {
		return err
	}
	habits, err := h.c.habits(h.ctx, names, h.o.Scope)
	if err != nil {
		return err
	}
	var found []string
	for habit, first := range habits.First {
		since := habits.Since[habit.Actor]
		if habit.Kind == "network" && first.Sub(since) >= 24*time.Hour && within(first, h.o.Window) {
			found = append(found, habit.Value)
		}
	}
	slices.Sort(found)
	for _, network := range slices.Compact(found) {
		if err := h.lead(n, activity.IP, network, "an address from which "+s.Indicator.Value+" had not been seen for a day or longer"); err != nil {
			return err
		}
	}
	if len(found) == 0 {
		h.hunt.Steps[n].Stopped = "no address is new for it; --ip, --session or --agent go on from something else"
	}
	return nil
}

// names returns the names of an actor that a name or an object id is of.
func (h *hunter) names(value string) (names []string, err error) {
	quoted := literals([]string{value})
	err = h.c.ask(h.ctx, activity.View+" | where Actor =~ "+quoted+" or ActorId =~ "+quoted+" | distinct Actor = tolower(Actor) | sort by Actor asc", h.o.always(), func(row []types.Value) error {
		names = append(names, row[0].Text)
		return nil
	})
	return names, err
}

func within(t time.Time, w incident.Window) bool {
	return (w.From.IsZero() || !t.Before(w.From)) && (w.To.IsZero() || t.Before(w.To))
}

// settle lists the accounts that were tried and not reached.
func (h *hunter) settle() {
	h.hunt.Tried = []Tally{}
	for _, t := range h.tried {
		if !slices.ContainsFunc(h.hunt.Steps, func(s Step) bool { return s.Indicator.Value == t.Value }) {
			h.hunt.Tried = append(h.hunt.Tried, *t)
		}
	}
	slices.SortFunc(h.hunt.Tried, func(a, b Tally) int { return cmp.Compare(a.Value, b.Value) })
}

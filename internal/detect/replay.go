package detect

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/conshelf/conshelf/internal/engine"
	"github.com/conshelf/conshelf/internal/incident"
	"github.com/conshelf/conshelf/internal/rule"
	"github.com/conshelf/conshelf/kql/plan"
	"github.com/conshelf/conshelf/kql/types"
)

// maxRows is how many rows of one run become alerts. A rule that returns more
// matches everything, and says nothing.
const maxRows = 10_000

// run runs one rule, or takes what is known of it.
func (s *scene) run(ctx context.Context, r *rule.Compiled) (outcome, error) {
	if r.Query == nil {
		return outcome{Kept: Kept{Gaps: []incident.Gap{notCompiled(r)}}}, nil
	}
	have, missing := s.present(r)
	over := s.span(r, have)
	key := s.key(r, over)
	if known, ok := s.recalled(key); ok {
		return outcome{Kept: known, key: key, taken: true}, nil
	}
	found, err := s.replayAll(ctx, r, have, missing, over)
	if !lasting(found.Gaps) {
		key = ""
	}
	return outcome{Kept: found, key: key}, err
}

// replayAll runs one rule for every tenant.
func (s *scene) replayAll(ctx context.Context, r *rule.Compiled, have []string, missing *incident.Gap, over span) (Kept, error) {
	var result Kept
	if missing != nil {
		result.Gaps = append(result.Gaps, *missing)
		if len(have) == 0 {
			return result, nil
		}
	}
	if over.empty() {
		result.Gaps = append(result.Gaps, ruleGap(r, incident.GapMissingData, "No record that it reads has a time in the window looked at.",
			"The rule did not run: that it found nothing means nothing."))
		return result, nil
	}
	for _, t := range s.shares {
		alerts, gaps, err := s.replay(ctx, r, t, over)
		if err != nil {
			return Kept{}, err
		}
		result.Alerts = append(result.Alerts, alerts...)
		result.Gaps = append(result.Gaps, gaps...)
	}
	return result, nil
}

// A span is a range of time in ticks, from <= t < to.
type span struct{ from, to int64 }

func (s span) empty() bool { return s.from >= s.to }

func (s span) overlaps(o span) bool { return s.from < o.to && o.from < s.to }

// span returns the time that the rule is replayed over: that of its tables,
// within the window asked for. A rule that alerts when there are no rows is
// replayed over all of the evidence.
func (s *scene) span(r *rule.Compiled, tables []string) span {
	var all span
	for name, t := range s.tables {
		if r.Trigger.Met(0) || contains(tables, name) {
			all = all.extended(t.First, t.Last)
		}
	}
	if from := s.options.Window.From; !from.IsZero() {
		all.from = max(all.from, types.TicksOf(from))
	}
	if to := s.options.Window.To; !to.IsZero() {
		all.to = min(all.to, types.TicksOf(to))
	}
	return all
}

func contains(names []string, name string) bool {
	for _, n := range names {
		if n == name {
			return true
		}
	}
	return false
}

// extended returns s with the records from first to last in it.
func (s span) extended(first, last int64) span {
	switch {
	case first == 0 && last == 0:
		return s
	case s.empty():
		return span{first, last + 1}
	}
	return span{min(s.from, first), max(s.to, last+1)}
}

// A step is one run of a rule: at its end, over the period before.
type step struct{ span }

// steps returns the runs over a span. They are at whole multiples of the
// frequency, so that evidence collected at another moment is cut alike; the
// last is the first after the end. What has no frequency, a hunting query, runs
// once over everything.
func steps(frequency, period time.Duration, over span) []step {
	if frequency == 0 {
		return []step{{over}}
	}
	every, back := ticks(frequency), ticks(period)
	var all []step
	for now := over.from - over.from%every + every; ; now += every {
		all = append(all, step{span{now - back, now}})
		if now >= over.to {
			return all
		}
	}
}

func ticks(d time.Duration) int64 { return int64(d / 100) }

// replay runs the rule at each step for one tenant.
func (s *scene) replay(ctx context.Context, r *rule.Compiled, t engine.Share, over span) ([]incident.Alert, []incident.Gap, error) {
	runs := steps(r.Frequency, r.Period, over)
	if !s.options.Stepwise && onePass(r) {
		all := []step{{span{runs[0].from, runs[len(runs)-1].to}}}
		alerts, gaps, cut, err := s.replaySteps(ctx, r, t, over, all)
		if err != nil || !cut {
			return alerts, gaps, err
		}
		// More rows than one run may give: step by step there may be fewer in each.
	}
	runs = s.inhabited(ctx, r, t, runs)
	if found, ok := s.atOnce(ctx, r, t, over, runs); ok {
		return found, nil, nil
	}
	alerts, gaps, _, err := s.replaySteps(ctx, r, t, over, runs)
	return alerts, gaps, err
}

// replaySteps runs the rule at the steps given, and tells whether one of them
// had more rows than a run may give.
func (s *scene) replaySteps(ctx context.Context, r *rule.Compiled, t engine.Share, over span, runs []step) (alerts []incident.Alert, gaps []incident.Gap, cut bool, err error) {
	queries := s.queriesOf(r, t, runs)
	promising := s.promising(ctx, r, t, runs, queries)
	m := newMerger(s.options.Origins)
	for n, run := range runs {
		if !promising[n] {
			continue
		}
		rows, err := s.rows(ctx, queries[n])
		if err != nil && stopped(ctx) {
			gaps = append(gaps, s.outOfTime(r, t, over))
			break
		}
		if err != nil {
			if fatal := s.fatal(ctx, err); fatal != nil {
				return nil, nil, false, fatal
			}
			gaps = append(gaps, failed(r, t, over, err))
			break
		}
		if rows.cut {
			cut = true
			gaps = append(gaps, overflow(r, t, run))
		}
		m.add(run.span, s.alerts(r, t, run, over, rows))
	}
	return m.alerts(), gaps, cut, nil
}

// onePass tells whether the rule gives the same alerts in one run over all of
// the time as it does step by step: no row depends on another or on the time
// of the run, one row is enough, and the row says when it was.
func onePass(r *rule.Compiled) bool {
	enough := r.Trigger == rule.Trigger{Operator: rule.GreaterThan}
	return enough && r.Grouping == rule.AlertPerResult && plan.RowWise(r.Query) && timed(r.Query.Root.Columns())
}

// A table is the rows of one run.
type table struct {
	columns []types.Column
	rows    [][]types.Value // each with its origins last
	cut     bool            // there were more
}

var errEnough = errors.New("enough rows")

// queriesOf returns the query of each step. None sees records from after the
// window that was asked for.
func (s *scene) queriesOf(r *rule.Compiled, t engine.Share, runs []step) []*plan.Query {
	queries := make([]*plan.Query, len(runs))
	for n, run := range runs {
		queries[n] = r.At(run.to)
		queries[n].Scope = plan.Scope{From: run.from, To: s.end(run), Tenant: t.Scope}
	}
	return queries
}

// end is where a step stops reading: at its own time, or where the window that
// was asked for ends.
func (s *scene) end(run step) int64 {
	if to := s.options.Window.To; !to.IsZero() {
		return min(run.to, types.TicksOf(to))
	}
	return run.to
}

// rows runs the query of one step. Where the rows come from is only asked for
// if there are any.
func (s *scene) rows(ctx context.Context, query *plan.Query) (table, error) {
	result := table{columns: query.Root.Columns()}
	count := int64(0)
	err := s.evidence.Query(ctx, query, func([]types.Value) error {
		count++
		return errEnough
	})
	if err != nil && !errors.Is(err, errEnough) || count == 0 {
		return result, err
	}
	traced := plan.WithOrigins(query, s.options.Origins)
	err = s.evidence.Query(ctx, traced, func(row []types.Value) error {
		if len(result.rows) == maxRows {
			result.cut = true
			return errEnough
		}
		result.rows = append(result.rows, append([]types.Value(nil), row...))
		return nil
	})
	if errors.Is(err, errEnough) {
		err = nil
	}
	return result, err
}

// fatal returns the error if it is not the rule's: if the run was called off,
// or the evidence cannot be read at all.
func (s *scene) fatal(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if _, unreadable := s.evidence.Tables(ctx); unreadable != nil {
		return errors.Join(err, unreadable)
	}
	return nil
}

func (s *scene) outOfTime(r *rule.Compiled, t engine.Share, over span) incident.Gap {
	g := ruleGap(r, incident.GapRule, fmt.Sprintf("The rule was stopped: it ran for more than %s.", s.options.Limit),
		"What it would have found after that is not known. Give it more time (--rule-time), or look at less (--from, --to).")
	g.Tenant, g.Window = t.Tenant, over.window()
	return g
}

func failed(r *rule.Compiled, t engine.Share, over span, err error) incident.Gap {
	g := ruleGap(r, incident.GapRule, "The rule failed: "+err.Error(), "What it would have found after the failure is not known.")
	g.Tenant, g.Window = t.Tenant, over.window()
	return g
}

func overflow(r *rule.Compiled, t engine.Share, run step) incident.Gap {
	g := ruleGap(r, incident.GapLimit, fmt.Sprintf("One run of the rule returned more than %d rows.", maxRows), "The other rows are no alerts.")
	g.Tenant, g.Window = t.Tenant, run.window()
	return g
}

func (s span) window() incident.Window {
	return incident.Window{From: types.TimeOf(s.from), To: types.TimeOf(s.to)}
}

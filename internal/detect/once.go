package detect

import (
	"context"
	"slices"

	"github.com/conshelf/conshelf/internal/engine"
	"github.com/conshelf/conshelf/internal/incident"
	"github.com/conshelf/conshelf/internal/rule"
	"github.com/conshelf/conshelf/kql/plan"
	"github.com/conshelf/conshelf/kql/types"
)

// A query over all steps reads every record once for each step that sees it.
// More than maxSeen, and the steps are run one by one.
const maxSeen = 64

// maxAtOnce is how many rows of all steps are held. More, and the steps are
// run one by one.
const maxAtOnce = 5 * maxRows

// atOnce runs the rule at all steps in two queries: at which steps it has rows,
// and what they are. Ok is false where the steps must be run one by one.
func (s *scene) atOnce(ctx context.Context, r *rule.Compiled, t engine.Share, over span, runs []step) (alerts []incident.Alert, ok bool) {
	stepper, ok := s.evidence.(engine.Stepper)
	every, period := ticks(r.Frequency), ticks(r.Period)
	if !ok || s.options.Stepwise || r.Trigger.Met(0) || len(runs) < 2 || period > maxSeen*every {
		return nil, false
	}
	query, ok := r.Open()
	if !ok || len(query.Others) > 0 {
		return nil, false
	}
	live, ok := s.live(ctx, stepper, s.scoped(query, t, runs), stepsOf(runs, every, period))
	if !ok {
		return nil, false
	}
	runs = slices.DeleteFunc(slices.Clone(runs), func(run step) bool { return !slices.Contains(live, run.to) })
	if len(runs) == 0 {
		return nil, true
	}
	traced := plan.WithOrigins(s.scoped(query, t, runs), s.options.Origins)
	found, ok := s.rowsAt(ctx, stepper, traced, stepsOf(runs, every, period))
	if !ok {
		return nil, false
	}
	m := newMerger(s.options.Origins)
	for _, run := range runs {
		m.add(run.span, s.alerts(r, t, run, over, table{columns: query.Root.Columns(), rows: found[run.to]}))
	}
	return m.alerts(), true
}

// scoped is a query over the time of all runs.
func (s *scene) scoped(query *plan.Query, t engine.Share, runs []step) *plan.Query {
	scoped := *query
	scoped.Scope = plan.Scope{From: runs[0].from, To: s.end(runs[len(runs)-1]), Tenant: t.Scope}
	return &scoped
}

func stepsOf(runs []step, every, period int64) plan.Steps {
	steps := plan.Steps{Every: every, Period: period}
	for _, run := range runs {
		steps.At = append(steps.At, run.to)
	}
	return steps
}

// live returns the instants at which the query has rows; ok is false if one has
// more than a run may give, or the engine does not say.
func (s *scene) live(ctx context.Context, e engine.Stepper, query *plan.Query, steps plan.Steps) (live []int64, ok bool) {
	counted := *query
	counted.Root = &plan.Aggregate{Input: query.Root, Grouped: true, Aggs: []plan.Agg{{Name: "Rows", Call: &plan.AggCall{Func: "count", Type: types.Long}}}}
	total := int64(0)
	err := e.QuerySteps(ctx, &counted, steps, func(at int64, row []types.Value) error {
		if total += row[0].Int; row[0].Int > maxRows || total > maxAtOnce {
			return errEnough
		}
		live = append(live, at)
		return nil
	})
	return live, err == nil
}

// rowsAt returns the rows of each step by its instant.
func (s *scene) rowsAt(ctx context.Context, e engine.Stepper, query *plan.Query, steps plan.Steps) (map[int64][][]types.Value, bool) {
	rows := make(map[int64][][]types.Value)
	err := e.QuerySteps(ctx, query, steps, func(at int64, row []types.Value) error {
		rows[at] = append(rows[at], slices.Clone(row))
		return nil
	})
	return rows, err == nil
}

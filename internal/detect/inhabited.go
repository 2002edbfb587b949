package detect

import (
	"context"
	"slices"
	"sync"

	"github.com/conshelf/conshelf/internal/engine"
	"github.com/conshelf/conshelf/internal/rule"
	"github.com/conshelf/conshelf/kql/plan"
	"github.com/conshelf/conshelf/kql/types"
)

// A calendar knows at which hours each table has rows of each tenant. It asks
// once for each.
type calendar struct {
	mu    sync.Mutex
	hours map[tableOf]answer
}

// A tableOf is the rows of a table that a tenant's replay sees.
type tableOf struct{ table, scope string }

// An answer is hours, in order, if the evidence could say.
type answer struct {
	hours []int64
	ok    bool
}

// inhabited returns the steps in whose period some table of the rule has a
// row. Evidence of years may have rows at a few days of them, and a rule that
// begins with its tables' rows gives nothing at the others. The first step
// always stays: a query that the engine refuses is refused there.
func (s *scene) inhabited(ctx context.Context, r *rule.Compiled, t engine.Share, runs []step) []step {
	if len(runs) <= fewSteps || s.options.Stepwise || r.Trigger.Met(0) {
		return runs
	}
	if _, ok := leadsOf(r.Query.Root); !ok {
		return runs
	}
	var tables []answer
	for _, scan := range plan.Scans(r.Query) {
		a := s.calendar.of(ctx, s, scan, t)
		if !a.ok {
			return runs
		}
		tables = append(tables, a)
	}
	kept := runs[:1:1]
	for _, run := range runs[1:] {
		if slices.ContainsFunc(tables, func(a answer) bool { return lead{}.within(run, a.hours) }) {
			kept = append(kept, run)
		}
	}
	return kept
}

func (c *calendar) of(ctx context.Context, s *scene, scan *plan.Scan, t engine.Share) answer {
	c.mu.Lock()
	defer c.mu.Unlock()
	key := tableOf{scan.Table.Name, t.Scope}
	if a, ok := c.hours[key]; ok {
		return a
	}
	var a answer
	if at := slices.Index(scan.Table.Columns, types.Column{Name: "TimeGenerated", Type: types.DateTime}); at >= 0 {
		a.hours, a.ok = s.hours(ctx, lead{rows: scan, time: at}, plan.Scope{Tenant: t.Scope})
	}
	if c.hours == nil {
		c.hours = make(map[tableOf]answer)
	}
	c.hours[key] = a
	return a
}

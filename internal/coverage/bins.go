package coverage

import (
	"errors"
	"fmt"
	"slices"

	"github.com/conshelf/conshelf/internal/engine"
	"github.com/conshelf/conshelf/kql"
	"github.com/conshelf/conshelf/kql/plan"
	"github.com/conshelf/conshelf/kql/types"
)

// finest is the width of the bins that the evidence is asked for.
const finest = 5 * types.TicksPerMinute

// A bin is the rows of a table within a span of time.
type bin struct {
	at          int64 // its start, in ticks
	rows        int64
	first, last int64 // the least and greatest time of its rows
}

// bins returns the table's bins within the window that have rows, by time.
func (s *survey) bins(info engine.TableInfo, sh engine.Share) ([]bin, error) {
	var bins []bin
	err := s.ask(named(info.Name)+` | where isnotnull(TimeGenerated)
		| summarize Rows = count(), First = min(TimeGenerated), Last = max(TimeGenerated) by Bin = bin(TimeGenerated, 5m)
		| sort by Bin asc`, sh, func(row []types.Value) {
		bins = append(bins, bin{at: row[0].Int, rows: row[1].Int, first: row[2].Int, last: row[3].Int})
	})
	return bins, err
}

// ask runs a query over the rows of a share within the window.
func (s *survey) ask(text string, sh engine.Share, each func(row []types.Value)) error {
	over := plan.Scope{Tenant: sh.Scope}
	if !s.window.From.IsZero() {
		over.From = types.TicksOf(s.window.From)
	}
	if !s.window.To.IsZero() {
		over.To = types.TicksOf(s.window.To)
	}
	return s.query(text, over, each)
}

// query runs a query over what the tables show of a scope.
func (s *survey) query(text string, over plan.Scope, each func(row []types.Value)) error {
	q, list := kql.Compile(text, kql.Options{Catalog: s.catalog})
	if q == nil {
		return fmt.Errorf("%w: %s", errQuestion, list.Format("coverage", text))
	}
	q.Scope = over
	return s.evidence.Query(s.ctx, q, func(row []types.Value) error {
		each(row)
		return nil
	})
}

// errQuestion is a question of ours that does not compile over the evidence.
var errQuestion = errors.New("the question does not compile")

// named returns a table's name as KQL reads any name.
func named(table string) string { return "['" + table + "']" }

// has tells whether the evidence holds rows of a table.
func (s *survey) has(table string) bool {
	return slices.ContainsFunc(s.tables, func(t engine.TableInfo) bool { return t.Name == table })
}

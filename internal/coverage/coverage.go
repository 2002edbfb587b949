// Package coverage computes what was collected: of each table when it has
// rows, where it has none though its own rhythm promises some, which files end
// where an export is cut, what a collector confesses, and what a permission, a
// licence or a filter hid. Whatever is missing becomes a gap.
//
//	tables ──bins──▶ rhythm ──▶ holes ─┐
//	rows ──what is visible────────────┼──▶ gaps, in a Statement
//	files ──caps, confessions─────────┘
package coverage

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/conshelf/conshelf/internal/engine"
	"github.com/conshelf/conshelf/internal/evidence"
	"github.com/conshelf/conshelf/internal/incident"
	"github.com/conshelf/conshelf/kql/plan"
	"github.com/conshelf/conshelf/kql/types"
)

// A Statement says what was collected within a window, and what was not.
type Statement struct {
	Window incident.Window `json:"window"`
	Tables []Table         `json:"tables"` // by name, then tenant
	Gaps   []incident.Gap  `json:"gaps"`   // in incident's order
}

// A Table is what was collected of one table, of one tenant where there are
// several.
type Table struct {
	Name   string    `json:"table"`
	Tenant string    `json:"tenant,omitempty"`
	Rows   int64     `json:"rows"` // that have a time
	First  time.Time `json:"first"`
	Last   time.Time `json:"last"`
	Users  int64     `json:"users"` // accounts, or principals, that the rows name; 0: the table names none
	Hours  []Hour    `json:"hours"` // that have rows, by time
	Holes  []Hole    `json:"holes"` // by time
}

// An Hour is how many rows a table has within one.
type Hour struct {
	Start time.Time `json:"start"`
	Rows  int64     `json:"rows"`
}

// A Hole is a time without a row in which a table usually has some.
type Hole struct {
	incident.Window
	Usual int64 `json:"usual"` // rows that the same hours of other days would let expect
}

// Evidence is what is measured.
type Evidence interface {
	engine.Querier
	engine.Cataloger
}

// A scope is whose rows are looked at together.
type scope struct{ tenant, name string }

// A survey measures evidence.
type survey struct {
	ctx      context.Context // a survey lives as long as the call that made it
	evidence Evidence
	tables   []engine.TableInfo
	scopes   []scope
	window   incident.Window
	logs     []types.Table // of collectors; none: nothing was collected of them
}

// Measure computes the statement of what the evidence, and the files that it
// was read from, hold within a window.
func Measure(ctx context.Context, e Evidence, files []evidence.File, w incident.Window) (Statement, error) {
	s, err := newSurvey(ctx, e, w)
	if err != nil {
		return Statement{}, err
	}
	st := Statement{Window: w, Tables: []Table{}}
	for _, info := range s.tables {
		for _, sc := range s.scopes {
			table, err := s.measure(info, sc)
			if err != nil {
				return Statement{}, fmt.Errorf("measure %s: %w", info.Name, err)
			}
			if table.Rows > 0 {
				st.Tables = append(st.Tables, table)
			}
		}
	}
	slices.SortFunc(st.Tables, func(a, b Table) int {
		return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.Tenant, b.Tenant))
	})
	hidden, err := s.hidden()
	if err != nil {
		return Statement{}, err
	}
	lost, err := s.confessions()
	if err != nil {
		return Statement{}, err
	}
	st.Gaps = sorted(slices.Concat(missing(st), holes(st), narrow(st), capped(files), unfinished(files), lacking(files), unread(files), hidden, lost))
	return st, nil
}

func newSurvey(ctx context.Context, e Evidence, w incident.Window) (*survey, error) {
	s := &survey{ctx: ctx, evidence: e, window: w}
	var err error
	if s.tables, err = e.Tables(ctx); err != nil {
		return nil, fmt.Errorf("list tables: %w", err)
	}
	for _, t := range s.tables {
		if t.Name == collectorLog {
			s.logs = append(s.logs, t.Table)
		}
	}
	s.tables = slices.DeleteFunc(s.tables, func(t engine.TableInfo) bool { return t.Last == 0 || aside(t.Name) })
	s.scopes, err = scopesOf(ctx, e)
	return s, err
}

// aside tells whether a table is about the evidence rather than of a tenant's
// logs.
func aside(table string) bool {
	return slices.Contains([]string{"Evidence_CL", "Quarantine_CL", "Duplicate_CL", "Configuration_CL", collectorLog}, table) || engine.IsReference(table)
}

// scopesOf returns one scope for all rows, or one for each of several tenants.
func scopesOf(ctx context.Context, e Evidence) ([]scope, error) {
	names, err := e.Tenants(ctx)
	if err != nil {
		return nil, fmt.Errorf("list tenants: %w", err)
	}
	named := slices.DeleteFunc(slices.Clone(names), func(n string) bool { return n == "" })
	if len(named) < 2 {
		return []scope{{}}, nil
	}
	var scopes []scope
	for _, name := range named {
		scopes = append(scopes, scope{tenant: name, name: name})
	}
	if len(named) < len(names) {
		scopes = append(scopes, scope{tenant: plan.Tenantless})
	}
	return scopes, nil
}

// measure measures one table within the window.
func (s *survey) measure(info engine.TableInfo, sc scope) (Table, error) {
	t := Table{Name: info.Name, Tenant: sc.name, Hours: []Hour{}, Holes: []Hole{}}
	bins, err := s.bins(info, sc)
	if err != nil || len(bins) == 0 {
		return t, err
	}
	for _, b := range bins {
		t.Rows += b.rows
		start := types.TimeOf(b.at).Truncate(time.Hour)
		if n := len(t.Hours); n > 0 && t.Hours[n-1].Start.Equal(start) {
			t.Hours[n-1].Rows += b.rows
			continue
		}
		t.Hours = append(t.Hours, Hour{start, b.rows})
	}
	t.First, t.Last = types.TimeOf(bins[0].first), types.TimeOf(bins[len(bins)-1].last)
	w, _ := wantedOf(info.Name)
	t.Holes = holesIn(bins, s.window, w.steady)
	t.Users, err = s.users(info, sc)
	return t, err
}

// sorted orders gaps and keeps one of equal ones.
func sorted(gaps []incident.Gap) []incident.Gap {
	slices.SortFunc(gaps, incident.CompareGaps)
	return slices.CompactFunc(gaps, func(a, b incident.Gap) bool { return incident.CompareGaps(a, b) == 0 })
}

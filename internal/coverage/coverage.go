// Package coverage computes what was collected: of each table when it has
// rows, where it has none or few though its own rhythm promises more, which files
// end where an export is cut, what a collector confesses, and what a permission, a
// licence or a filter hid. Whatever is missing becomes a gap.
//
//	tables ──bins──▶ rhythm ──▶ holes, thin times ─┐
//	rows ──what is visible─────────────────────────┼──▶ gaps, in a Statement
//	files ──losses, confessions────────────────────┘
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
	"github.com/conshelf/conshelf/internal/ingest"
	"github.com/conshelf/conshelf/internal/schema"
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
	Users  int64     `json:"users"`          // accounts, or principals, that the rows name; 0: the table names none
	Hours  []Hour    `json:"hours"`          // that have rows, by time
	Holes  []Hole    `json:"holes"`          // by time
	Thin   []Thin    `json:"thin,omitempty"` // by time
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

// A survey measures evidence.
type survey struct {
	ctx      context.Context // a survey lives as long as the call that made it
	evidence Evidence
	catalog  types.Catalog
	tables   []engine.TableInfo // of a tenant's logs, that have rows
	shares   []engine.Share     // nobody is named where all is one tenant's
	window   incident.Window
	logs     bool // collectors' logs are in the evidence
}

// Measure computes the statement of what the evidence, and the files that it
// was read from, hold within a window.
func Measure(ctx context.Context, e Evidence, files []evidence.File, w incident.Window) (Statement, error) {
	s, err := newSurvey(ctx, e, w)
	if err != nil {
		return Statement{}, err
	}
	st := Statement{Window: w, Tables: []Table{}}
	var held []holding
	for _, info := range s.tables {
		for _, sh := range s.shares {
			table, h, err := s.measure(info, sh)
			if err != nil {
				return Statement{}, fmt.Errorf("measure %s: %w", info.Name, err)
			}
			if table.Rows > 0 {
				st.Tables = append(st.Tables, table)
			}
			if h.rows > 0 {
				held = append(held, h)
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
	st.Gaps = sorted(slices.Concat(missing(held, w), undated(held), holes(st), thinness(st), narrow(st), OfFiles(files), hidden, lost))
	return st, nil
}

func newSurvey(ctx context.Context, e Evidence, w incident.Window) (*survey, error) {
	infos, err := e.Tables(ctx)
	if err != nil {
		return nil, fmt.Errorf("list tables: %w", err)
	}
	tenants, err := e.Tenants(ctx)
	if err != nil {
		return nil, fmt.Errorf("list tenants: %w", err)
	}
	s := &survey{ctx: ctx, evidence: e, window: w, shares: engine.Shares(tenants)}
	if len(s.shares) == 1 {
		s.shares[0].Tenant = ""
	}
	held := make([]types.Table, 0, len(infos))
	for _, t := range infos {
		if engine.IsReference(t.Name) {
			continue
		}
		held = append(held, t.Table)
		s.logs = s.logs || t.Name == ingest.CollectorTable
		if t.Rows > 0 && !ingest.Apart(t.Name) && t.Name != ingest.ConfigurationTable {
			s.tables = append(s.tables, t)
		}
	}
	s.catalog = schema.Merge(schema.Catalog(), held)
	return s, nil
}

// measure measures one table within the window, and counts its rows at any
// time.
func (s *survey) measure(info engine.TableInfo, sh engine.Share) (Table, holding, error) {
	t, err := s.table(info, sh)
	if err != nil {
		return Table{}, holding{}, err
	}
	h, err := s.holding(info, sh, t.Rows)
	return t, h, err
}

// table measures one table within the window.
func (s *survey) table(info engine.TableInfo, sh engine.Share) (Table, error) {
	t := Table{Name: info.Name, Tenant: sh.Tenant, Hours: []Hour{}, Holes: []Hole{}}
	if info.Last == 0 {
		return t, nil
	}
	bins, err := s.bins(info, sh)
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
	t.Thin = thinIn(bins, t.Holes)
	t.Users, err = s.users(info, sh)
	return t, err
}

// sorted orders gaps and keeps one of equal ones.
func sorted(gaps []incident.Gap) []incident.Gap {
	slices.SortFunc(gaps, incident.CompareGaps)
	return slices.CompactFunc(gaps, func(a, b incident.Gap) bool { return incident.CompareGaps(a, b) == 0 })
}

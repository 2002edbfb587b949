package investigation

import (
	"context"
	"fmt"
	"slices"

	"github.com/conshelf/conshelf/internal/coverage"
	"github.com/conshelf/conshelf/internal/evidence"
	"github.com/conshelf/conshelf/internal/incident"
	"github.com/conshelf/conshelf/internal/rule"
	"github.com/conshelf/conshelf/kql/plan"
)

// Coverage computes what was collected within a window, whose zero ends are
// those of the evidence, and what was not.
func (c *Case) Coverage(ctx context.Context, w incident.Window) (coverage.Statement, error) {
	infos, err := c.Tables(ctx)
	if err != nil {
		return coverage.Statement{}, err
	}
	files, err := c.Files(ctx)
	if err != nil {
		return coverage.Statement{}, err
	}
	return c.measure(ctx, files, evidenceWindow(infos, w))
}

// Accounts tells of each account what was collected of it within a window,
// whose zero ends are those of the evidence.
func (c *Case) Accounts(ctx context.Context, w incident.Window) ([]coverage.Account, error) {
	accounts, err := coverage.Accounts(ctx, c.engine, w)
	if err != nil {
		return nil, fmt.Errorf("measure the coverage: %w", err)
	}
	return accounts, nil
}

func (c *Case) measure(ctx context.Context, files []evidence.File, w incident.Window) (coverage.Statement, error) {
	s, err := coverage.Measure(ctx, c.engine, files, w)
	if err != nil {
		return coverage.Statement{}, fmt.Errorf("measure the coverage: %w", err)
	}
	return s, nil
}

// weakened returns the gaps with the rules that each weakens: those that read
// one of its tables.
func weakened(gaps []incident.Gap, rules []*rule.Compiled) []incident.Gap {
	readers := make(map[string][]string)
	for _, r := range rules {
		if r.Query == nil {
			continue
		}
		for _, scan := range plan.Scans(r.Query) {
			if names := readers[scan.Table.Name]; !slices.Contains(names, r.Name) {
				readers[scan.Table.Name] = append(names, r.Name)
			}
		}
	}
	gaps = slices.Clone(gaps)
	for i := range gaps {
		g := &gaps[i]
		for _, table := range g.Tables {
			g.Weakens = append(g.Weakens, readers[table]...)
		}
		slices.Sort(g.Weakens)
		g.Weakens = slices.Compact(g.Weakens)
	}
	return gaps
}

func sortGaps(gaps []incident.Gap) []incident.Gap {
	slices.SortFunc(gaps, incident.CompareGaps)
	return slices.CompactFunc(gaps, func(a, b incident.Gap) bool { return incident.CompareGaps(a, b) == 0 })
}

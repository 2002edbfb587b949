package investigation

import (
	"context"

	"github.com/conshelf/conshelf/internal/correlate"
	"github.com/conshelf/conshelf/internal/incident"
	"github.com/conshelf/conshelf/internal/lineage"
)

// Lineage returns what was done with the sessions, tokens, addresses and
// applications of a seed, in every log of the case that tells.
func (c *Case) Lineage(ctx context.Context, seed lineage.Seed) (incident.Trail, error) {
	trails, err := lineage.Trace(ctx, c.engine, []lineage.Seed{seed})
	if err != nil {
		return incident.Trail{}, err
	}
	return trails[0], nil
}

// follow searches the evidence for the rest of each incident, joins those that
// turn out to be one, and tells the story of each.
func (c *Case) follow(ctx context.Context, incidents []incident.Incident) ([]incident.Incident, error) {
	if err := c.trace(ctx, incidents); err != nil {
		return nil, err
	}
	if joined := correlate.Unite(incidents); len(joined) < len(incidents) {
		incidents = joined
		if err := c.trace(ctx, incidents); err != nil {
			return nil, err
		}
	}
	for i := range incidents {
		if incidents[i].Trail == nil {
			continue // context, which was not followed
		}
		incidents[i].Severity = correlate.Raised(incidents[i])
		story := correlate.Tell(incidents[i])
		incidents[i].Story = &story
	}
	return incidents, nil
}

// trace fills in the trails of those incidents that have none yet and can have
// one.
func (c *Case) trace(ctx context.Context, incidents []incident.Incident) error {
	var seeds []lineage.Seed
	var of []int
	for i, in := range incidents {
		if seed, ok := lineage.SeedOf(in); ok && in.Trail == nil {
			seeds = append(seeds, seed)
			of = append(of, i)
		}
	}
	trails, err := lineage.Trace(ctx, c.engine, seeds)
	if err != nil {
		return err
	}
	for n, i := range of {
		incidents[i].Trail = &trails[n]
	}
	return nil
}

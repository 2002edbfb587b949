package investigation

import (
	"cmp"
	"context"

	"github.com/conshelf/conshelf/internal/activity"
	"github.com/conshelf/conshelf/internal/correlate"
	"github.com/conshelf/conshelf/internal/incident"
	"github.com/conshelf/conshelf/internal/lineage"
	"github.com/conshelf/conshelf/kql/plan"
	"github.com/conshelf/conshelf/kql/types"
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

// A Lineage is a trail, and whose it is where several tenants are told.
type Lineage struct {
	Tenant string `json:"tenant,omitempty"`
	incident.Trail
}

// lineageOf follows what goes by a session's or a token's id; found is false if
// nothing does. The window plays no part: what a session did, it did.
func (c *Case) lineageOf(ctx context.Context, id string, s share) (l Lineage, found bool, err error) {
	seed := lineage.Seed{Tenant: s.Tenant}
	err = c.ask(ctx, activity.View+" | where TokenId =~ "+literals([]string{id})+" | distinct TokenId | sort by TokenId asc", s.always(), func(row []types.Value) error {
		seed.Tokens = append(seed.Tokens, row[0].Text)
		return nil
	})
	if err != nil {
		return l, false, err
	}
	seed.Sessions = []string{id}
	l.Tenant = s.label
	l.Trail, err = c.Lineage(ctx, seed)
	return l, len(l.Acts) > 0, err
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
	shares, err := c.shares(ctx, Scope{})
	if err != nil {
		return err
	}
	var seeds []lineage.Seed
	var of []int
	for i, in := range incidents {
		if seed, ok := lineage.SeedOf(in); ok && in.Trail == nil {
			seed.Tenant = scopeOf(in.Tenant, shares)
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

// scopeOf is the scope of what an incident of a tenant is followed through.
func scopeOf(tenant string, shares []share) string {
	for _, s := range shares {
		if s.holds(tenant) {
			return s.Tenant
		}
	}
	return cmp.Or(tenant, plan.Tenantless) // a tenant of which there is no row
}

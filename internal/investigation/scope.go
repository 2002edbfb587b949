package investigation

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/conshelf/conshelf/internal/engine"
	"github.com/conshelf/conshelf/internal/incident"
	"github.com/conshelf/conshelf/kql/plan"
	"github.com/conshelf/conshelf/kql/types"
)

// ErrNoTenant is the error of naming a tenant that the evidence does not have.
var ErrNoTenant = errors.New("no tenant")

// ErrSeveralTenants is the error of not naming a tenant where that matters.
var ErrSeveralTenants = errors.New("no tenant is named")

// A Scope is the part of the evidence that is looked at. The zero Scope is all
// of it.
type Scope struct {
	Window incident.Window // of TimeGenerated; zero ends are open
	Tenant string          // whose rows; empty: all; plan.Tenantless: those that name none
}

// plan is the scope as a plan has it.
func (s Scope) plan() plan.Scope {
	p := plan.Scope{Tenant: s.Tenant}
	if !s.Window.From.IsZero() {
		p.From = types.TicksOf(s.Window.From)
	}
	if !s.Window.To.IsZero() {
		p.To = types.TicksOf(s.Window.To)
	}
	return p
}

// within is the scope with another window.
func (s Scope) within(w incident.Window) Scope { return Scope{Window: w, Tenant: s.Tenant} }

// always is the scope without a window.
func (s Scope) always() Scope { return s.within(incident.Window{}) }

// named tells whether the scope is of one tenant that is named.
func (s Scope) named() bool { return s.Tenant != "" && s.Tenant != plan.Tenantless }

// Tenant returns the tenant as the evidence spells it. One that the evidence
// does not have is an error: no rows of a tenant that is not there would read
// as nothing found.
func (c *Case) Tenant(ctx context.Context, name string) (string, error) {
	if name == "" || name == plan.Tenantless {
		return name, nil
	}
	all, err := c.engine.Tenants(ctx)
	if err != nil {
		return "", fmt.Errorf("list tenants: %w", err)
	}
	named := slices.DeleteFunc(all, func(t string) bool { return t == "" })
	if i := slices.IndexFunc(named, func(t string) bool { return strings.EqualFold(t, name) }); i >= 0 {
		return named[i], nil
	}
	if len(named) == 0 {
		return "", fmt.Errorf("%w %s: no record of the evidence names one", ErrNoTenant, name)
	}
	return "", fmt.Errorf("%w %s: the evidence has %s", ErrNoTenant, name, strings.Join(named, ", "))
}

// OneTenant is Tenant for what is about the configuration of one, which does not
// say whose it is: in a case of several tenants it has to be named.
func (c *Case) OneTenant(ctx context.Context, name string) (string, error) {
	tenant, err := c.Tenant(ctx, name)
	if err != nil || tenant != "" {
		return tenant, err
	}
	all, err := c.engine.Tenants(ctx)
	if err != nil {
		return "", fmt.Errorf("list tenants: %w", err)
	}
	named := slices.DeleteFunc(all, func(t string) bool { return t == "" })
	if len(named) > 1 {
		return "", fmt.Errorf("%w: the evidence is of %s, and policies do not say whose they are", ErrSeveralTenants, strings.Join(named, ", "))
	}
	return "", nil
}

// A share is the part of a scope that is looked at by itself: what one tenant
// has is never held against what another has.
type share struct {
	Scope
	// whose is the tenant that its incidents are of; of all, where all tells so.
	whose string
	all   bool
	// label names the tenant where several are told; plan.Tenantless: the rows that
	// name none. Empty: one is told.
	label string
}

// holds tells whether an alert or an incident of a tenant is in the share.
func (s share) holds(tenant string) bool { return s.all || s.whose == tenant }

// said puts the tenant before sentences, where several are told.
func (s share) said(sentences []string) []string {
	if s.label == "" {
		return sentences
	}
	var out []string
	for _, sentence := range sentences {
		out = append(out, s.label+": "+sentence)
	}
	return out
}

// shares divides a scope by tenants, as the rules' runs are.
func (c *Case) shares(ctx context.Context, s Scope) ([]share, error) {
	tenant, err := c.Tenant(ctx, s.Tenant)
	if err != nil {
		return nil, err
	}
	if tenant != "" {
		return []share{{Scope: Scope{s.Window, tenant}, whose: strings.TrimPrefix(tenant, plan.Tenantless)}}, nil
	}
	tenants, err := c.engine.Tenants(ctx)
	if err != nil {
		return nil, fmt.Errorf("list tenants: %w", err)
	}
	parts := engine.Shares(tenants)
	if len(parts) == 1 {
		return []share{{Scope: s, all: true}}, nil
	}
	var list []share
	for _, p := range parts {
		list = append(list, share{Scope: Scope{s.Window, p.Scope}, whose: p.Tenant, label: p.Scope})
	}
	return list, nil
}

// labels are the tenants of shares, where they are several.
func labels(list []share) []string {
	names := []string{}
	for _, s := range list {
		if s.label != "" {
			names = append(names, s.label)
		}
	}
	return names
}

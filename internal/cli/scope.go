package cli

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/conshelf/conshelf/internal/incident"
	"github.com/conshelf/conshelf/internal/investigation"
	"github.com/conshelf/conshelf/kql/plan"
)

// A spanFlags is the flags of a window of time.
type spanFlags struct{ from, to string }

func (f *spanFlags) add(cmd *cobra.Command) {
	cmd.Flags().StringVar(&f.from, "from", "", "start of the window to look at: RFC 3339, a date, or -7d before the evidence's end")
	cmd.Flags().StringVar(&f.to, "to", "", "end of the window, exclusive")
}

func (f spanFlags) window(ctx context.Context, c *investigation.Case) (incident.Window, error) {
	_, end, err := c.Span(ctx)
	if err != nil {
		return incident.Window{}, err
	}
	return window(timeFlag(f.from), timeFlag(f.to), end)
}

// inside is the window, which must have some of the evidence: a statement about
// another would be about nothing.
func (f spanFlags) inside(ctx context.Context, c *investigation.Case) (incident.Window, error) {
	w, err := f.window(ctx, c)
	if err != nil {
		return w, err
	}
	first, end, err := c.Span(ctx)
	if err != nil || end.IsZero() {
		return w, err
	}
	if !w.From.IsZero() && !w.From.Before(end) || !w.To.IsZero() && !w.To.After(first) {
		return w, usagef("the window of --from and --to is outside the evidence, which is from %s to %s", first.Format(time.RFC3339), end.Format(time.RFC3339))
	}
	return w, nil
}

// A tenantFlag is the flag that names one tenant of a case.
type tenantFlag string

func (f *tenantFlag) add(cmd *cobra.Command) {
	cmd.Flags().StringVar((*string)(f), "tenant", "", "only this tenant's rows ($none: those that name none)")
}

// A scopeFlags is the flags of the part of the evidence that is looked at.
type scopeFlags struct {
	spanFlags
	tenant tenantFlag
}

func (f *scopeFlags) add(cmd *cobra.Command) {
	f.spanFlags.add(cmd)
	f.tenant.add(cmd)
}

func (f scopeFlags) scope(ctx context.Context, c *investigation.Case) (investigation.Scope, error) {
	w, err := f.window(ctx, c)
	if err != nil {
		return investigation.Scope{}, err
	}
	tenant, err := c.Tenant(ctx, string(f.tenant))
	return investigation.Scope{Window: w, Tenant: tenant}, err
}

// openScope opens the case, and returns the part of it that the flags name. The
// caller closes the case.
func (a *app) openScope(ctx context.Context, f scopeFlags) (*investigation.Case, investigation.Scope, error) {
	c, err := a.openExisting(ctx, a.caseDir)
	if err != nil {
		return nil, investigation.Scope{}, err
	}
	s, err := f.scope(ctx, c)
	if err != nil {
		return nil, s, errors.Join(err, c.Close())
	}
	return c, s, nil
}

// ofTenant tells whether what is of a tenant is wanted, where one is named.
func ofTenant(tenant, named string) bool {
	return named == "" || tenant == strings.TrimPrefix(named, plan.Tenantless)
}

// tenantName is how a page calls the tenant of an entry; "": there is nothing to
// say, for one tenant is told.
func tenantName(label string) string {
	switch label {
	case "":
		return ""
	case plan.Tenantless:
		return "no tenant"
	}
	return "tenant " + label
}

// inTenant is the tenant's name at the end of a clause, if there is one to say.
func inTenant(label string) string {
	if label == "" {
		return ""
	}
	return ", " + tenantName(label)
}

// toldOf says which tenants are told, where none was named and there are several.
func toldOf(labels []string) string {
	names := make([]string, len(labels))
	for i, label := range labels {
		names[i] = label
		if label == plan.Tenantless {
			names[i] = "the records that name none"
		}
	}
	return "told of several tenants, each by itself: " + strings.Join(names, ", ") + "; --tenant tells one"
}

// told prints which tenants a page tells, if they are several.
func (p *page) told(labels []string) {
	if len(labels) > 0 {
		p.line("%s", toldOf(labels))
	}
}

package investigation

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/conshelf/conshelf/internal/engine"
	"github.com/conshelf/conshelf/kql/diag"
	"github.com/conshelf/conshelf/kql/plan"
	"github.com/conshelf/conshelf/kql/types"
)

// leftOut warns of the rows that a window or a tenant leaves out because they
// have no time, or name no tenant: they may well be what was asked for.
func (c *Case) leftOut(ctx context.Context, q *plan.Query, infos []engine.TableInfo) (diag.List, error) {
	var list diag.List
	tables := scoped(q, infos)
	if q.Scope.From != 0 || q.Scope.To != 0 {
		n, err := c.count(ctx, tables, func(t types.Table) (plan.Expr, bool) {
			at := t.Column(timeGenerated)
			return &plan.Col{Index: at, T: types.DateTime}, at >= 0
		}, plan.Scope{Tenant: q.Scope.Tenant})
		if err != nil {
			return nil, err
		}
		list = append(list, missing(n, "have no TimeGenerated, and so are in no window", "without --from and --to they are looked at")...)
	}
	if q.Scope.Tenant != "" && q.Scope.Tenant != plan.Tenantless {
		n, err := c.count(ctx, tables, nil, plan.Scope{From: q.Scope.From, To: q.Scope.To, Tenant: plan.Tenantless})
		if err != nil {
			return nil, err
		}
		list = append(list, missing(n, "name no tenant", "--tenant '"+plan.Tenantless+"' looks at them alone")...)
	}
	return list, nil
}

// ofTenant returns the tables that a query reads with the rows that the tenant
// of its scope has: what another's files fed tells nothing of this one's.
func (c *Case) ofTenant(ctx context.Context, q *plan.Query, infos []engine.TableInfo) ([]engine.TableInfo, error) {
	if q.Scope.Tenant == "" {
		return infos, nil
	}
	rows, err := c.count(ctx, scoped(q, infos), nil, plan.Scope{Tenant: q.Scope.Tenant})
	if err != nil {
		return nil, err
	}
	infos = slices.Clone(infos)
	for i := range infos {
		infos[i].Rows = rows[infos[i].Name]
	}
	return infos, nil
}

const timeGenerated = "TimeGenerated"

// scoped returns the tables that a query reads within its scope and that have
// rows, each once.
func scoped(q *plan.Query, infos []engine.TableInfo) []types.Table {
	var tables []types.Table
	for _, scan := range plan.Scans(q) {
		same := func(t types.Table) bool { return t.Name == scan.Table.Name }
		if scan.Reference || slices.ContainsFunc(tables, same) {
			continue
		}
		if slices.ContainsFunc(infos, func(i engine.TableInfo) bool { return same(i.Table) && i.Rows > 0 }) {
			tables = append(tables, scan.Table)
		}
	}
	return tables
}

// count returns how many rows of each table are in a scope and have null for
// what of returns; where of is nil, all count.
func (c *Case) count(ctx context.Context, tables []types.Table, of func(types.Table) (plan.Expr, bool), s plan.Scope) (map[string]int64, error) {
	counts := make(map[string]int64)
	for _, t := range tables {
		var rel plan.Rel = &plan.Scan{Table: t}
		if of != nil {
			e, ok := of(t)
			if !ok {
				continue
			}
			rel = &plan.Filter{Input: rel, Cond: &plan.Call{Func: "isnull", T: types.Bool, Args: []plan.Expr{e}}}
		}
		q := &plan.Query{Root: &plan.Aggregate{Input: rel, Aggs: []plan.Agg{{Name: "n", Call: &plan.AggCall{Func: "count", Type: types.Long}}}}, Scope: s}
		err := c.engine.Query(ctx, q, func(row []types.Value) error {
			counts[t.Name] = row[0].Int
			return nil
		})
		if err != nil {
			return nil, fmt.Errorf("count the rows of %s that are left out: %w", t.Name, err)
		}
	}
	return counts, nil
}

// missing says which tables have rows that are left out, and why.
func missing(counts map[string]int64, why, hint string) diag.List {
	var parts []string
	for name, n := range counts {
		if n > 0 {
			parts = append(parts, fmt.Sprintf("%d of %s", n, name))
		}
	}
	if len(parts) == 0 {
		return nil
	}
	slices.Sort(parts)
	const few = 5
	if len(parts) > few {
		parts = append(parts[:few], fmt.Sprintf("and some of %d tables more", len(parts)-few))
	}
	return diag.List{{
		Severity: diag.Warning, Code: diag.NotCollected,
		Message: "left out are the rows that " + why + ": " + strings.Join(parts, ", "), Hint: hint,
	}}
}

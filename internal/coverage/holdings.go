package coverage

import (
	"fmt"
	"slices"

	"github.com/conshelf/conshelf/internal/engine"
	"github.com/conshelf/conshelf/internal/incident"
	"github.com/conshelf/conshelf/kql/plan"
	"github.com/conshelf/conshelf/kql/types"
)

// A holding is how many rows of a table the evidence holds of a share, at any
// time and at none.
type holding struct {
	table, tenant string
	rows          int64
	dated         int64 // that have a time
	within        int64 // whose time lies in the window
}

// holding counts the rows of a table, of which the window shows some.
func (s *survey) holding(info engine.TableInfo, sh engine.Share, within int64) (holding, error) {
	h := holding{table: info.Name, tenant: sh.Tenant, within: within}
	question := " | summarize Rows = count(), Dated = countif(isnotnull(TimeGenerated))"
	if info.Last == 0 {
		question = " | summarize Rows = count(), Dated = countif(false)" // the table may not even have the column
	}
	err := s.query(named(info.Name)+question, plan.Scope{Tenant: sh.Scope}, func(row []types.Value) { h.rows, h.dated = row[0].Int, row[1].Int })
	return h, err
}

// missing names the expected tables that show nothing within the window: at
// all, or of one tenant of several.
func missing(held []holding, w incident.Window) []incident.Gap {
	var gaps []incident.Gap
	tenants := tenantsOf(held)
	for _, want := range expected() {
		if want.consequence == "" {
			continue
		}
		if !slices.ContainsFunc(held, func(h holding) bool { return h.table == want.table }) {
			gaps = append(gaps, unfed(want, "", w))
			continue
		}
		for _, tenant := range tenants {
			gaps = append(gaps, lacks(want, tenant, held, w)...)
		}
	}
	return gaps
}

// lacks tells why an expected table shows nothing of a tenant, if so. That its
// rows have no time is told by undated.
func lacks(want wanted, tenant string, held []holding, w incident.Window) []incident.Gap {
	i := slices.IndexFunc(held, func(h holding) bool { return h.table == want.table && h.tenant == tenant })
	if i < 0 {
		return []incident.Gap{unfed(want, tenant, w)}
	}
	if held[i].within > 0 || held[i].dated == 0 {
		return nil
	}
	g := unfed(want, tenant, w)
	g.Kind = incident.GapMissingData
	g.Reason = fmt.Sprintf("none of its %s rows with a time lies in the window", thousands(held[i].dated))
	return []incident.Gap{g}
}

func unfed(want wanted, tenant string, w incident.Window) incident.Gap {
	return incident.Gap{
		Kind: incident.GapMissingTable, Subject: want.table, Tenant: tenant, Window: w, Tables: []string{want.table},
		Reason: "no file of the evidence fed this table", Consequence: want.consequence,
	}
}

// undated tells of the rows that lie in no window, because they have no time.
func undated(held []holding) []incident.Gap {
	var gaps []incident.Gap
	for _, h := range held {
		without := h.rows - h.dated
		if without == 0 {
			continue
		}
		g := incident.Gap{
			Kind: incident.GapMissingData, Subject: h.table, Tenant: h.tenant, Tables: []string{h.table},
			Reason:      fmt.Sprintf("%s of its %s rows have no TimeGenerated, and so lie in no window", thousands(without), thousands(h.rows)),
			Consequence: "no rule saw them; a query without --from and --to does",
		}
		if w, ok := wantedOf(h.table); ok && h.dated == 0 && w.consequence != "" {
			g.Consequence += "; " + w.consequence
		}
		gaps = append(gaps, g)
	}
	return gaps
}

// tenantsOf returns the tenants that the evidence tells apart; "" if none.
func tenantsOf(held []holding) []string {
	var tenants []string
	for _, h := range held {
		tenants = append(tenants, h.tenant)
	}
	slices.Sort(tenants)
	tenants = slices.Compact(tenants)
	if len(tenants) > 1 { // rows that name no tenant are nobody's, and miss nothing
		tenants = slices.DeleteFunc(tenants, func(t string) bool { return t == "" })
	}
	if len(tenants) == 0 {
		return []string{""}
	}
	return tenants
}

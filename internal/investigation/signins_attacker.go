package investigation

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/conshelf/conshelf/internal/evidence"
	"github.com/conshelf/conshelf/internal/incident"
	"github.com/conshelf/conshelf/internal/schema"
	"github.com/conshelf/conshelf/kql/plan"
	"github.com/conshelf/conshelf/kql/types"
)

// AttackerRecords adds the records of an incident that are the attacker's to
// out: those behind its alerts, and the attacker's acts of its trail. More is how
// many records of alerts are not listed, and so are not in it.
func AttackerRecords(in *incident.Incident, out map[evidence.Origin]bool) (more int64) {
	for i := range in.Alerts {
		a := &in.Alerts[i]
		for _, o := range a.Origins {
			out[o] = true
		}
		more += max(0, a.OriginCount-int64(len(a.Origins)))
	}
	if in.Trail == nil {
		return more
	}
	for i := range in.Trail.Acts {
		if act := &in.Trail.Acts[i]; act.Whose == incident.Attackers {
			out[act.Origin] = true
		}
	}
	return more
}

// recordNumber is one number for the hidden columns of a record's place, in a
// query over the tables of sign-ins.
const recordNumber = "(['" + plan.OriginFile + "'] * 1099511627776 + ['" + plan.OriginRecord + "'])"

// isOne is true of the rows that are among records.
func isOne(records map[evidence.Origin]bool) string {
	numbers := make([]int64, 0, len(records))
	for o := range records {
		numbers = append(numbers, o.File<<40+o.Record)
	}
	slices.Sort(numbers)
	texts := make([]string, len(numbers))
	for i, n := range numbers {
		texts[i] = strconv.FormatInt(n, 10)
	}
	if len(texts) == 0 {
		return "false"
	}
	return recordNumber + " in (" + strings.Join(texts, ", ") + ")"
}

// signInRows runs a query that sees where each row of a table of sign-ins was
// recorded.
func (c *Case) signInRows(ctx context.Context, text, tenant string, each func([]types.Value) error) error {
	catalog, infos, err := c.catalog(ctx)
	if err != nil {
		return err
	}
	var hidden []types.Table
	for _, table := range SignInTables() {
		if slices.Contains(catalog.Tables(), table) {
			hidden = append(hidden, types.Table{Name: table, Columns: []types.Column{{Name: plan.OriginFile, Type: types.Long}, {Name: plan.OriginRecord, Type: types.Long}}})
		}
	}
	_, now := span(infos)
	q, list := compileText(text, schema.Merge(catalog, hidden), now, nil, lookups{})
	if q == nil {
		return fmt.Errorf("compile a query for sign-ins: %s", firstOf(list))
	}
	q.Scope.Tenant = tenant
	return c.engine.Query(ctx, q, each)
}

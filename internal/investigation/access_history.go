package investigation

import (
	"context"
	"fmt"

	"github.com/conshelf/conshelf/internal/condaccess"
	"github.com/conshelf/conshelf/internal/condaccess/history"
	"github.com/conshelf/conshelf/kql/types"
)

// auditLogs is the table that records changes of policies and of named
// locations.
const auditLogs = "AuditLogs"

// PolicyHistory rebuilds the policies and named locations that were in force at
// any moment, from those of t and the changes that the case's audit log
// recorded for a tenant, as a Scope names it.
func (c *Case) PolicyHistory(ctx context.Context, t *condaccess.Tenant, tenant string) (*history.History, error) {
	infos, err := c.Tables(ctx)
	if err != nil {
		return nil, err
	}
	var log history.Window
	for _, info := range infos {
		if info.Name == auditLogs && info.Last != 0 {
			log = history.Window{From: types.TimeOf(info.First), To: types.TimeOf(info.Last)}
		}
	}
	if tenant != "" && !log.From.IsZero() {
		if log, err = c.auditWindow(ctx, tenant); err != nil {
			return nil, err
		}
	}
	if log.From.IsZero() {
		return history.Rebuild(t, nil, log), nil
	}
	var changes []history.Change
	text := auditLogs + ` | where (OperationName contains "conditional access policy" or OperationName contains "named location") and Result !~ "failure"
		| extend At = coalesce(ActivityDateTime, TimeGenerated), Targets = tostring(TargetResources)
		| sort by At asc, Id asc, Targets asc | project At, OperationName, Targets`
	err = c.ask(ctx, text, Scope{Tenant: tenant}, func(row []types.Value) error {
		changes = append(changes, history.Read(timeOf(row[0]), row[1].Text, []byte(row[2].Text)))
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read the changes of policies: %w", err)
	}
	return history.Rebuild(t, changes, log), nil
}

// auditWindow is from the first to the last record of a tenant's audit log.
func (c *Case) auditWindow(ctx context.Context, tenant string) (w history.Window, err error) {
	text := auditLogs + " | summarize First = min(TimeGenerated), Last = max(TimeGenerated)"
	err = c.ask(ctx, text, Scope{Tenant: tenant}, func(row []types.Value) error {
		if row[0].Valid {
			w = history.Window{From: timeOf(row[0]), To: timeOf(row[1])}
		}
		return nil
	})
	return w, err
}

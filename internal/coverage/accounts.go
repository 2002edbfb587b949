package coverage

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/conshelf/conshelf/internal/engine"
	"github.com/conshelf/conshelf/internal/incident"
	"github.com/conshelf/conshelf/kql/types"
)

// An Account is what was collected of one account, or principal, in one table.
type Account struct {
	Table  string    `json:"table"`
	Tenant string    `json:"tenant,omitempty"`
	Name   string    `json:"account"` // as the table names it, in lower case
	Rows   int64     `json:"rows"`
	First  time.Time `json:"first"`
	Last   time.Time `json:"last"`
}

// Accounts tells of each account in which tables it has rows within a window,
// and from when to when, by table, tenant and name.
func Accounts(ctx context.Context, e Evidence, w incident.Window) ([]Account, error) {
	s, err := newSurvey(ctx, e, w)
	if err != nil {
		return nil, err
	}
	var accounts []Account
	for _, info := range s.tables {
		wanted, ok := wantedOf(info.Name)
		if !ok || wanted.user == "" || info.Last == 0 {
			continue
		}
		for _, sh := range s.shares {
			found, err := s.accounts(info, wanted, sh)
			if err != nil {
				return nil, fmt.Errorf("measure %s: %w", info.Name, err)
			}
			accounts = slices.Concat(accounts, found)
		}
	}
	return accounts, nil
}

func (s *survey) accounts(info engine.TableInfo, w wanted, sh engine.Share) ([]Account, error) {
	var accounts []Account
	err := s.ask(named(info.Name)+" | where isnotnull(TimeGenerated) | summarize Rows = count(), First = min(TimeGenerated), Last = max(TimeGenerated) by Who = tolower("+
		w.user+") | where isnotempty(Who) | sort by Who asc", sh, func(row []types.Value) {
		accounts = append(accounts, Account{
			Table: info.Name, Tenant: sh.Tenant, Name: row[0].Text, Rows: row[1].Int, First: types.TimeOf(row[2].Int), Last: types.TimeOf(row[3].Int),
		})
	})
	return accounts, err
}

package coverage

import (
	"fmt"

	"github.com/conshelf/conshelf/internal/engine"
	"github.com/conshelf/conshelf/internal/incident"
	"github.com/conshelf/conshelf/kql/types"
)

// An export of a whole tenant names many accounts. One that names so few,
// where another table names so many, was filtered.
const (
	fewAccounts  = 3
	manyAccounts = 20
)

// users counts whom a table's rows are about.
func (s *survey) users(info engine.TableInfo, sh engine.Share) (int64, error) {
	w, ok := wantedOf(info.Name)
	if !ok || w.user == "" {
		return 0, nil
	}
	var n int64
	err := s.ask(named(info.Name)+" | summarize by Who = tolower("+w.user+") | where isnotempty(Who) | count", sh, func(row []types.Value) { n = row[0].Int })
	return n, err
}

// narrow names the tables that hold the rows of few accounts only.
func narrow(s Statement) []incident.Gap {
	most := make(map[string]int64)
	for _, t := range s.Tables {
		most[t.Tenant] = max(most[t.Tenant], t.Users)
	}
	var gaps []incident.Gap
	for _, t := range s.Tables {
		w, _ := wantedOf(t.Name)
		if !w.steady || w.user != "UserPrincipalName" && w.user != "UserId" || t.Users == 0 || t.Users > fewAccounts || most[t.Tenant] < manyAccounts {
			continue
		}
		gaps = append(gaps, incident.Gap{
			Kind: incident.GapLimit, Subject: t.Name, Tenant: t.Tenant, Window: incident.Window{From: t.First, To: t.Last}, Tables: []string{t.Name},
			Reason:      fmt.Sprintf("its %s rows are about %s, where another table names %d: the export was most likely filtered", thousands(t.Rows), accounts(t.Users), most[t.Tenant]),
			Consequence: "the other accounts were not looked at: that nothing was found of them means nothing",
		})
	}
	return gaps
}

func accounts(n int64) string {
	if n == 1 {
		return "1 account"
	}
	return fmt.Sprintf("%d accounts", n)
}

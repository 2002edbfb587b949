package lineage

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/conshelf/conshelf/internal/incident"
)

func compareRows(a, b *row) int {
	return cmp.Or(a.at.Compare(b.at), cmp.Compare(a.table, b.table), cmp.Compare(a.origin.File, b.origin.File), cmp.Compare(a.origin.Record, b.origin.Record))
}

// trail returns what the view has come to.
func (v *view) trail() incident.Trail {
	t := incident.Trail{
		Accounts: []string{}, Addresses: []string{}, Applications: []string{}, Sessions: []incident.StolenSession{}, Acts: []incident.Act{},
		Open: []incident.Opening{}, Stops: []string{},
	}
	sessions := make(map[string]*incident.StolenSession)
	tokens := make(map[string]map[string]bool)
	addresses, accounts, apps := make(map[string]bool), make(map[string]bool), make(map[string]bool)
	var open []incident.Opening
	for _, i := range v.rowsOf() {
		r, d := &v.s.rows[i], v.verdicts[i]
		v.count(sessions, tokens, r, d)
		if d.whose == incident.TheOwners {
			continue
		}
		a := v.act(r, d)
		if len(t.Acts) < maxActs {
			t.Acts = append(t.Acts, a)
		} else {
			t.More++
		}
		if d.whose == incident.Attackers && r.done {
			note(addresses, r.address)
			if r.account != "" && (r.kind == signIns || r.table == "OfficeActivity") {
				accounts[r.account] = true
			}
			if v.apps[r.appID] && r.account == "" {
				apps[r.appID] = true
			}
		}
		if r.done && d.whose != incident.AProducts {
			open = append(open, openings(r, a)...)
		}
	}
	t.Accounts, t.Addresses, t.Applications = sortedOf(accounts), sortedOf(addresses), sortedOf(apps)
	t.Newcomers = v.newcomers(t.Accounts)
	t.Sessions = sessionsOf(sessions)
	t.Open = v.closed(v.withSessions(open, t))
	t.Stops = v.stops(t)
	return t
}

// newcomers are the accounts that have no habit.
func (v *view) newcomers(accounts []string) []string {
	before := v.seed.Since.Add(-habit)
	var list []string
	for _, a := range accounts {
		if !slices.ContainsFunc(v.s.habits[a], func(c custom) bool { return c.since.Before(before) }) {
			list = append(list, a)
		}
	}
	return list
}

func note(set map[string]bool, value string) {
	if value != "" {
		set[value] = true
	}
}

func sortedOf(set map[string]bool) []string {
	return append([]string{}, slices.Sorted(maps.Keys(set))...)
}

func (v *view) act(r *row, d verdict) incident.Act {
	account := r.account
	if account == "" && v.s.names[r.accountID] != "" {
		account = v.s.names[r.accountID]
	}
	app := cmp.Or(r.appName, r.appID, r.principal)
	if id := cmp.Or(r.appID, r.principal); r.appName == "" && id != "" {
		app = cmp.Or(v.s.apps[id], app)
	}
	return incident.Act{
		Time: r.at, Table: r.table, Operation: r.operation, Account: account, Application: app, Address: r.address, Session: r.session, Token: r.token,
		Target: r.target, Failed: !r.done, Whose: d.whose, Why: d.why, Origin: r.origin,
	}
}

// count adds a row to the session that it is of.
func (v *view) count(sessions map[string]*incident.StolenSession, tokens map[string]map[string]bool, r *row, d verdict) {
	if v.sessions[r.session] == nil || r.session == "" {
		return
	}
	one := sessions[r.session]
	if one == nil {
		one = &incident.StolenSession{ID: r.session}
		sessions[r.session], tokens[r.session] = one, make(map[string]bool)
	}
	one.Account = cmp.Or(one.Account, r.account)
	if d.whose == incident.TheOwners {
		one.Own++
		return
	}
	if one.Acts++; one.Acts == 1 {
		one.First = r.at
	}
	one.Last = r.at
	note(tokens[r.session], r.token)
	one.Tokens = len(tokens[r.session])
}

func sessionsOf(found map[string]*incident.StolenSession) []incident.StolenSession {
	all := []incident.StolenSession{}
	for _, id := range slices.Sorted(maps.Keys(found)) {
		if found[id].Acts > 0 {
			all = append(all, *found[id])
		}
	}
	slices.SortStableFunc(all, func(a, b incident.StolenSession) int { return a.First.Compare(b.First) })
	return all
}

// stops says where the search went no further, and why.
func (v *view) stops(t incident.Trail) []string {
	stops := []string{}
	for _, n := range slices.Sorted(maps.Keys(v.suspects)) {
		if sharers := v.s.sharers[n]; sharers > maxSharers {
			stops = append(stops, fmt.Sprintf("%d accounts sign in from %s: of what is done from there, only the acts of accounts that were taken count", sharers, n))
		}
	}
	var mixed []string
	for id, one := range v.sessions {
		if one.mixed && slices.ContainsFunc(t.Sessions, func(s incident.StolenSession) bool { return s.ID == id }) {
			mixed = append(mixed, id)
		}
	}
	slices.Sort(mixed)
	for _, id := range mixed {
		stops = append(stops, "session "+id+" is used by its owner too: what no address or device tells apart is unclear")
	}
	for _, table := range slices.Sorted(maps.Keys(v.s.cut)) {
		stops = append(stops, fmt.Sprintf("more than %d rows of %s match: the later ones were not read", maxRows, table))
	}
	if v.s.unfinished {
		stops = append(stops, fmt.Sprintf("after %d rounds there were sessions, tokens or addresses left that were not followed", maxRounds))
	}
	if t.More > 0 {
		stops = append(stops, fmt.Sprintf("%d acts more are not listed", t.More))
	}
	var absent []string
	for _, l := range lenses() {
		switch l.table {
		case "SigninLogs", "AADNonInteractiveUserSignInLogs", "AuditLogs", "OfficeActivity", "MicrosoftGraphActivityLogs", "AzureActivity":
			if !v.s.have[l.table] {
				absent = append(absent, l.table)
			}
		}
	}
	if len(absent) > 0 {
		stops = append(stops, "there is no evidence of "+strings.Join(absent, ", ")+": what was done there is not in the trail")
	}
	return stops
}

package lineage

import (
	"encoding/json"
	"regexp"
	"slices"
	"strings"

	"github.com/conshelf/conshelf/internal/incident"
	"github.com/conshelf/conshelf/kql/syntax"
	"github.com/conshelf/conshelf/kql/types"
)

// A way is an operation that opens something, and those that close it again.
type way struct {
	table   string
	opens   string // the operation begins so, in lower case
	kind    incident.OpeningKind
	closes  []string // operations, in lower case, that begin so
	caution string
}

// ways are the operations that leave something open; the first that matches
// counts.
func ways() []way {
	const audit, office, azure = "AuditLogs", "OfficeActivity", "AzureActivity"
	gone := []string{"remove service principal", "delete application", "hard delete application", "disable service principal"}
	secrets := append([]string{"remove service principal credentials", "update application", "update service principal"}, gone...)
	return []way{
		{audit, "add service principal credentials", incident.OpenCredential, secrets, ""},
		{audit, "update application \u2013 certificates and secrets management", incident.OpenCredential, secrets, ""},
		{audit, "add federated identity credential", incident.OpenCredential, append([]string{"delete federated identity credential"}, gone...), ""},
		{audit, "consent to application", incident.OpenGrant, append([]string{"remove delegated permission grant", "remove oauth2permissiongrant", "revoke consent"}, gone...), ""},
		{audit, "add app role assignment to service principal", incident.OpenGrant, append([]string{"remove app role assignment from service principal"}, gone...), ""},
		{audit, "add member to role completed (pim activation)", incident.OpenRole, []string{"remove member from role completed (pim", "remove member from role"}, "an activation ends by itself after some hours"},
		{audit, "add member to role", incident.OpenRole, []string{"remove member from role"}, ""},
		{audit, "add eligible member to role", incident.OpenRole, []string{"remove eligible member from role"}, ""},
		{audit, "user registered security info", incident.OpenMethod, []string{"user deleted security info", "admin deleted security info"}, ""},
		{audit, "admin registered security info", incident.OpenMethod, []string{"user deleted security info", "admin deleted security info"}, ""},
		{audit, "user registered all required security info", incident.OpenMethod, []string{"user deleted security info", "admin deleted security info"}, ""},
		{audit, "add user", incident.OpenAccount, []string{"delete user", "hard delete user", "disable account"}, ""},
		{audit, "invite external user", incident.OpenAccount, []string{"delete user", "hard delete user", "disable account"}, ""},
		{audit, "update conditional access policy", incident.OpenPolicy, []string{"update conditional access policy"}, ""},
		{audit, "delete conditional access policy", incident.OpenPolicy, []string{"restore conditional access policy"}, ""},
		{audit, "add named location", incident.OpenPolicy, []string{"delete named location"}, ""},
		{audit, "update named location", incident.OpenPolicy, []string{"update named location"}, ""},
		{audit, "set federation settings on domain", incident.OpenFederation, []string{"set domain authentication", "remove unverified domain", "remove verified domain"}, ""},
		{audit, "set domain authentication", incident.OpenFederation, []string{"set domain authentication", "remove unverified domain", "remove verified domain"}, ""},
		{audit, "add owner to", incident.OpenOwner, []string{"remove owner from"}, ""},
		{audit, "register device", incident.OpenDevice, []string{"delete device", "disable device", "unregister device"}, ""},
		{audit, "add registered owner to device", incident.OpenDevice, []string{"delete device", "disable device", "unregister device"}, ""},
		{office, "new-inboxrule", incident.OpenRule, []string{"remove-inboxrule", "disable-inboxrule"}, ""},
		{office, "set-inboxrule", incident.OpenRule, []string{"remove-inboxrule", "disable-inboxrule"}, ""},
		{office, "updateinboxrules", incident.OpenRule, []string{"remove-inboxrule", "disable-inboxrule"}, ""},
		{office, "new-transportrule", incident.OpenRule, []string{"remove-transportrule", "disable-transportrule"}, ""},
		{office, "set-mailbox", incident.OpenForwarding, []string{"set-mailbox"}, ""},
		{office, "add-mailboxpermission", incident.OpenDelegation, []string{"remove-mailboxpermission"}, ""},
		{office, "add-recipientpermission", incident.OpenDelegation, []string{"remove-recipientpermission"}, ""},
		{office, "anonymouslinkcreated", incident.OpenLink, []string{"anonymouslinkremoved"}, ""},
		{office, "companylinkcreated", incident.OpenLink, []string{"companylinkremoved"}, ""},
		{azure, "microsoft.authorization/roleassignments/write", incident.OpenRole, []string{"microsoft.authorization/roleassignments/delete"}, ""},
		{azure, "microsoft.authorization/elevateaccess/action", incident.OpenRole, []string{"microsoft.authorization/roleassignments/delete"}, "access to every subscription is an assignment at the root"},
		{azure, "microsoft.keyvault/vaults/accesspolicies/write", incident.OpenGrant, []string{"microsoft.keyvault/vaults/accesspolicies/write"}, ""},
	}
}

// wayOf returns the way that a row opens.
func wayOf(r *row) (way, bool) {
	operation := strings.ToLower(r.operation)
	for _, w := range ways() {
		if w.table == r.table && strings.HasPrefix(operation, w.opens) && matters(r, w) {
			return w, true
		}
	}
	return way{}, false
}

// matters tells apart what an operation of many uses is used for.
func matters(r *row, w way) bool {
	switch w.kind {
	case incident.OpenForwarding:
		return forwards(r.detail)
	case incident.OpenCredential:
		return w.opens == "add federated identity credential" || len(keysAdded(r.detail)) > 0
	case incident.OpenRole, incident.OpenGrant:
		return !strings.HasSuffix(r.operation, incident.Started)
	case incident.OpenSession, incident.OpenRule, incident.OpenMethod, incident.OpenAccount, incident.OpenPolicy, incident.OpenFederation,
		incident.OpenOwner, incident.OpenDevice, incident.OpenLink, incident.OpenDelegation:
		return true
	}
	panic(w.kind)
}

// openings returns what a row opened.
func openings(r *row, a incident.Act) []incident.Opening {
	w, ok := wayOf(r)
	if !ok {
		return nil
	}
	by := a.Account
	if by == "" {
		by = a.Application
	}
	return []incident.Opening{{
		Kind: w.kind, What: strings.TrimSpace(r.operation), Target: targetOf(r), By: by, Time: r.at, Whose: a.Whose, Origin: r.origin, Caution: w.caution,
	}}
}

// targetOf names whom or what an act of the directory is about: all its targets.
func targetOf(r *row) string {
	if r.table != "AuditLogs" {
		return r.target
	}
	var names []string
	for _, t := range targetsOf(r.detail) {
		name := t.UserPrincipalName
		if name == "" {
			name = t.DisplayName
		}
		if name == "" && t.Type != "Request" {
			name = t.ID
		}
		if name != "" && !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return strings.Join(names, ", ")
}

type auditTarget struct {
	ID                string     `json:"id"`
	Type              string     `json:"type"`
	DisplayName       string     `json:"displayName"`
	UserPrincipalName string     `json:"userPrincipalName"`
	Modified          []modified `json:"modifiedProperties"`
}

// A modified property of a target.
type modified struct {
	Name string `json:"displayName"`
	Old  string `json:"oldValue"`
	New  string `json:"newValue"`
}

func targetsOf(detail string) []auditTarget {
	var list []auditTarget
	if json.Unmarshal([]byte(detail), &list) != nil {
		return nil // a shape that is not the log's names nothing
	}
	return list
}

// forwards tells whether the parameters of a cmdlet send mail elsewhere.
func forwards(parameters string) bool {
	return slices.ContainsFunc(parametersOf(parameters), func(p parameter) bool {
		return strings.HasPrefix(p.Name, "Forwarding") && p.given()
	})
}

type parameter struct{ Name, Value string }

// given tells whether the parameter is given a value.
func (p parameter) given() bool { return strings.TrimSpace(strings.TrimPrefix(p.Value, "$null")) != "" }

func parametersOf(text string) []parameter {
	var list []parameter
	if json.Unmarshal([]byte(text), &list) != nil {
		return nil
	}
	return list
}

// keyIdentifiers finds the ids of credentials in a KeyDescription.
func keyIdentifiers(text string) []string {
	var ids []string
	for _, m := range regexp.MustCompile(`KeyIdentifier=([0-9a-fA-F-]{36})`).FindAllStringSubmatch(text, -1) {
		ids = append(ids, strings.ToLower(m[1]))
	}
	return ids
}

// keysAdded returns the credentials that are in the new values and not in the
// old ones; keysRemoved the other way.
func keysAdded(detail string) []string   { added, _ := keyChanges(detail); return added }
func keysRemoved(detail string) []string { _, removed := keyChanges(detail); return removed }

func keyChanges(detail string) (added, removed []string) {
	for _, t := range targetsOf(detail) {
		for _, m := range t.Modified {
			older, newer := keyIdentifiers(m.Old), keyIdentifiers(m.New)
			for _, id := range newer {
				if !slices.Contains(older, id) {
					added = append(added, id)
				}
			}
			for _, id := range older {
				if !slices.Contains(newer, id) {
					removed = append(removed, id)
				}
			}
		}
	}
	return added, removed
}

// sessionEnders are the operations that end an account's sessions.
func sessionEnders() []string {
	return []string{"update stsrefreshtokenvalidfrom", "revoke user", "revoke sign-in sessions", "reset user password", "reset password (by admin)", "disable account", "delete user"}
}

// withSessions adds the sessions of each account that the attacker had.
func (v *view) withSessions(open []incident.Opening, t incident.Trail) []incident.Opening {
	last := make(map[string]incident.Act)
	for _, a := range t.Acts {
		if a.Whose == incident.Attackers && !a.Failed && a.Session != "" && a.Account != "" {
			last[a.Account] = a
		}
	}
	for _, account := range t.Accounts {
		if a, ok := last[account]; ok {
			open = append(open, incident.Opening{Kind: incident.OpenSession, What: "sessions and tokens", Target: account, By: account, Time: a.Time, Whose: a.Whose, Origin: a.Origin})
		}
	}
	slices.SortStableFunc(open, func(a, b incident.Opening) int { return a.Time.Compare(b.Time) })
	return open
}

// closers reads the rows that may close what was opened, of all views.
func (s *search) closers() error {
	needed := slices.ContainsFunc(s.views, func(v *view) bool { return len(v.verdicts) > 0 })
	if !needed {
		return nil
	}
	operations := map[string]map[string]bool{"AuditLogs": {}, "OfficeActivity": {}, "AzureActivity": {}}
	for _, w := range ways() {
		for _, c := range w.closes {
			operations[w.table][c] = true
		}
	}
	for _, c := range sessionEnders() {
		operations["AuditLogs"][c] = true
	}
	since := s.since()
	var found []row
	for _, l := range lenses() {
		of := operations[l.table]
		if of == nil || !s.have[l.table] {
			continue
		}
		var any []string
		for c := range of {
			any = append(any, c)
		}
		slices.Sort(any)
		where := make([]string, len(any))
		for i, c := range any {
			where[i] = "Operation startswith " + syntax.Quote(c)
		}
		text := l.text() + " | where " + from(since) + " and (" + strings.Join(where, " or ") + ") | where Done"
		err := s.ask(text, true, func(v []types.Value) error {
			r, err := newRow(l, v)
			found = append(found, r)
			return err
		})
		if err != nil {
			return err
		}
	}
	slices.SortFunc(found, func(a, b row) int { return compareRows(&a, &b) })
	for _, v := range s.views {
		v.closing = found
	}
	return nil
}

package lineage

import (
	"cmp"
	"slices"
	"strings"

	"github.com/conshelf/conshelf/internal/incident"
)

// An outcome is whether a later act undoes what was opened.
type outcome int

const (
	kept     outcome = iota
	doubtful         // it may; the log does not say enough
	undone
)

func undoneIf(is bool) outcome {
	if is {
		return undone
	}
	return kept
}

// closed fills in what closed each opening: the first act after it that does,
// and is not the attacker's. One that may have closed it is told as a caution.
func (v *view) closed(open []incident.Opening) []incident.Opening {
	ours := make(map[place]incident.Whose)
	rows := make(map[place]*row)
	for i, d := range v.verdicts {
		at := place{v.s.rows[i].table, v.s.rows[i].origin}
		ours[at], rows[at] = d.whose, &v.s.rows[i]
	}
	for i := range open {
		o := &open[i]
		var doubt *row
		for j := range v.closing {
			c := &v.closing[j]
			if !c.at.After(o.Time) || strings.HasSuffix(c.operation, incident.Started) || ours[place{c.table, c.origin}] == incident.Attackers {
				continue
			}
			result := v.closes(c, o, rows)
			if result == undone {
				a := v.act(c, verdict{incident.Unclear, "it undoes what the attacker did"})
				o.Closed, doubt = &a, nil
				break
			}
			if result == doubtful && doubt == nil {
				doubt = c
			}
		}
		if doubt != nil {
			o.Caution = strings.TrimPrefix(o.Caution+"; ", "; ") + strings.TrimSpace(doubt.operation) + " followed, and whether that undid all of it the log does not say"
		}
	}
	return append([]incident.Opening{}, open...)
}

// closes tells whether c undoes o.
func (v *view) closes(c *row, o *incident.Opening, rows map[place]*row) outcome {
	operation := strings.ToLower(c.operation)
	if o.Kind == incident.OpenSession {
		return undoneIf(c.table == "AuditLogs" && begins(operation, sessionEnders()) && v.targets(c, o.Target))
	}
	var opened *row
	for _, table := range []string{"AuditLogs", "OfficeActivity", "AzureActivity"} {
		if r := rows[place{table, o.Origin}]; r != nil {
			opened = r
		}
	}
	if opened == nil || opened.table != c.table {
		return kept
	}
	w, ok := wayOf(opened)
	if !ok || !begins(operation, w.closes) {
		return kept
	}
	return undoes(c, opened, w)
}

// targets tells whether a change is about an account.
func (v *view) targets(c *row, account string) bool {
	return slices.ContainsFunc(targetsOf(c.detail), func(t auditTarget) bool {
		return strings.EqualFold(t.UserPrincipalName, account) || strings.EqualFold(t.DisplayName, account) ||
			t.UserPrincipalName == "" && t.ID != "" && v.s.names[strings.ToLower(t.ID)] == account
	})
}

func begins(operation string, with []string) bool {
	return slices.ContainsFunc(with, func(w string) bool { return strings.HasPrefix(operation, w) })
}

// undoes tells whether c is about what r opened, and takes it back.
func undoes(c, r *row, w way) outcome {
	operation := strings.ToLower(c.operation)
	switch w.kind {
	case incident.OpenForwarding:
		return undoneIf(sameMailbox(c, r) && stopsForwarding(c, r))
	case incident.OpenRule:
		return sameRule(c, r)
	case incident.OpenDelegation:
		if !sameMailbox(c, r) || !sameParameter(c, r, "User", "Trustee") {
			return kept
		}
		return takesRights(c, r)
	case incident.OpenLink:
		return undoneIf(strings.EqualFold(c.target, r.target))
	case incident.OpenMethod:
		return sameMethod(c, r)
	case incident.OpenOwner:
		return sameTargets(c, r)
	case incident.OpenDevice:
		return undoneIf(sharesTarget(c, r, "User"))
	case incident.OpenRole:
		if w.table == "AzureActivity" {
			return undoneIf(strings.EqualFold(c.target, r.target))
		}
		return undoneIf(sharesUser(c, r) && sharesRole(c, r))
	case incident.OpenGrant:
		if w.table == "AzureActivity" {
			return kept // an access policy is written anew as a whole
		}
		return revokes(c, r)
	case incident.OpenCredential:
		if strings.Contains(operation, "credentials") || strings.HasPrefix(operation, "update") {
			added, removed := keysAdded(r.detail), keysRemoved(c.detail)
			left := slices.ContainsFunc(added, func(id string) bool { return !slices.Contains(removed, id) })
			return undoneIf(len(added) > 0 && !left)
		}
		return undoneIf(sharesTarget(c, r, ""))
	case incident.OpenPolicy:
		if strings.HasPrefix(operation, "update") {
			return restores(c, r)
		}
		return undoneIf(sharesTarget(c, r, ""))
	case incident.OpenFederation:
		return undoneIf(sharesTarget(c, r, "") && (strings.Contains(operation, "remove") || strings.Contains(c.detail, `\"Managed\"`) && !strings.Contains(c.detail, `\"Federated\"]`)))
	case incident.OpenAccount:
		return undoneIf(sharesTarget(c, r, ""))
	case incident.OpenSession:
		return kept // is no change
	}
	panic(w.kind)
}

// sameMailbox tells whether two cmdlets are about one mailbox.
func sameMailbox(a, b *row) bool {
	box := mailboxOf(a, "Identity")
	return box != "" && strings.EqualFold(box, mailboxOf(b, "Identity"))
}

// mailboxOf is the mailbox that a cmdlet is about, which a parameter names.
// Where nothing does, it is that of whoever ran it.
func mailboxOf(x *row, parameter string) string {
	box, _, _ := strings.Cut(x.target, `\`) // and a rule in it
	return cmp.Or(box, valueOf(x, parameter), x.account)
}

// valueOf returns the value of the first parameter of a cmdlet that has one of
// the names.
func valueOf(x *row, names ...string) string {
	for _, p := range parametersOf(x.detail) {
		if slices.Contains(names, p.Name) {
			return p.Value
		}
	}
	return ""
}

// stopsForwarding tells whether c takes away each of the addresses that r set.
func stopsForwarding(c, r *row) bool {
	cleared := make(map[string]bool)
	for _, p := range parametersOf(c.detail) {
		cleared[p.Name] = !p.given()
	}
	return !slices.ContainsFunc(parametersOf(r.detail), func(p parameter) bool {
		return strings.HasPrefix(p.Name, "Forwarding") && p.given() && !cleared[p.Name]
	})
}

// sameParameter tells whether two cmdlets have one of the parameters, with the
// same value.
func sameParameter(c, r *row, names ...string) bool {
	value := valueOf(c, names...)
	return value != "" && strings.EqualFold(value, valueOf(r, names...))
}

// takesRights tells whether c takes each of the rights that r gave.
func takesRights(c, r *row) outcome {
	rights := func(x *row) []string {
		return strings.FieldsFunc(strings.ToLower(valueOf(x, "AccessRights")), func(c rune) bool { return strings.ContainsRune(", {}", c) })
	}
	taken, given := rights(c), rights(r)
	if len(taken) == 0 || len(given) == 0 {
		return doubtful
	}
	left := slices.ContainsFunc(given, func(right string) bool { return !slices.Contains(taken, right) })
	return undoneIf(!left)
}

// sameRule tells whether two cmdlets are about one rule: they end in its name,
// and are about one mailbox, if of any. A mailbox has several spellings, of which only
// addresses can be told apart.
func sameRule(c, r *row) outcome {
	name := func(x *row) string {
		_, rule, _ := strings.Cut(x.target, `\`)
		for _, p := range parametersOf(x.detail) {
			if p.Name == "Name" || p.Name == "Identity" && rule == "" {
				rule = p.Value[strings.LastIndexByte(p.Value, '\\')+1:]
			}
		}
		return rule
	}
	if name(c) == "" || !strings.EqualFold(name(c), name(r)) {
		return kept
	}
	a, b := mailboxOf(c, "Mailbox"), mailboxOf(r, "Mailbox")
	switch {
	case a != "" && strings.EqualFold(a, b), strings.Contains(strings.ToLower(r.operation), "transportrule"): // which is of the whole organisation
		return undone
	case strings.Contains(a, "@") && strings.Contains(b, "@"):
		return kept
	}
	return doubtful
}

// sameMethod tells whether a method that was taken from a user is the one that
// was registered: the log writes them in words.
func sameMethod(c, r *row) outcome {
	if !sharesUser(c, r) {
		return kept
	}
	taken, given := methodIn(c.reason), methodIn(r.reason)
	if taken == "" || given == "" {
		return doubtful
	}
	return undoneIf(taken == given)
}

// methodIn returns the method that a sentence of the log names: "User
// registered Mobile Phone SMS". It is empty if it names none.
func methodIn(reason string) string {
	reason = strings.ToLower(reason)
	for _, verb := range []string{" registered ", " deleted "} {
		if _, method, ok := strings.Cut(reason, verb); ok && !strings.Contains(method, "security info") {
			return strings.TrimSpace(method)
		}
	}
	return ""
}

// revokes tells whether c takes back the permissions of an application that r
// gave. A consent is of many, which are taken back one by one.
func revokes(c, r *row) outcome {
	operation := strings.ToLower(c.operation)
	given := clients(r)
	if !slices.ContainsFunc(clients(c), func(id string) bool { return slices.Contains(given, id) }) {
		return kept
	}
	switch {
	case strings.HasPrefix(operation, "remove app role assignment"):
		was, is := changed(r, "AppRole.Id", "AppRole.Value"), changed(c, "AppRole.Id", "AppRole.Value")
		if len(was) == 0 || len(is) == 0 {
			return doubtful
		}
		return undoneIf(slices.ContainsFunc(is, func(role string) bool { return slices.Contains(was, role) }))
	case strings.Contains(operation, "grant"), strings.Contains(operation, "consent"):
		return doubtful
	}
	return undone // the application is gone
}

// clients are the ids of the service principal that a change of permissions is
// about: its own, where the target is the one whose permissions they are.
func clients(x *row) []string {
	if ids := changed(x, "ServicePrincipal.ObjectID"); len(ids) > 0 {
		return ids
	}
	var ids []string
	for _, t := range targetsOf(x.detail) {
		if t.ID != "" && t.DisplayName != "Microsoft Graph" {
			ids = append(ids, strings.ToLower(t.ID))
		}
	}
	return ids
}

// changed returns the values, old and new, of the properties of a change.
func changed(x *row, properties ...string) []string {
	var values []string
	for _, t := range targetsOf(x.detail) {
		for _, m := range t.Modified {
			if !slices.Contains(properties, m.Name) {
				continue
			}
			for _, value := range []string{m.Old, m.New} {
				if value = strings.ToLower(strings.Trim(value, `"`)); value != "" {
					values = append(values, value)
				}
			}
		}
	}
	return values
}

// restores tells whether a policy's new values are what they were before: all
// of those that were changed.
func restores(c, r *row) outcome {
	back, left := false, false
	for _, before := range targetsOf(r.detail) {
		for _, m := range before.Modified {
			if m.Old == "" || m.Old == m.New {
				continue
			}
			if sets(c, before.ID, m.Name, m.Old) {
				back = true
			} else {
				left = true
			}
		}
	}
	if back && left {
		return doubtful
	}
	return undoneIf(back)
}

// sets tells whether a change gives a property of a target a value.
func sets(c *row, id, property, value string) bool {
	return slices.ContainsFunc(targetsOf(c.detail), func(t auditTarget) bool {
		return id != "" && t.ID == id && slices.ContainsFunc(t.Modified, func(m modified) bool { return m.Name == property && m.New == value })
	})
}

// sameTargets tells whether c has all targets of r: an owner, and what is owned.
func sameTargets(c, r *row) outcome {
	ids := func(x *row) []string {
		var list []string
		for _, t := range targetsOf(x.detail) {
			if t.ID != "" {
				list = append(list, strings.ToLower(t.ID))
			}
		}
		return list
	}
	of, all := ids(c), ids(r)
	known := func(id string) bool { return slices.Contains(of, id) }
	switch {
	case !slices.ContainsFunc(all, known):
		return kept
	case len(of) < 2 || len(all) < 2:
		return doubtful // of whom, or of what, is missing
	}
	return undoneIf(!slices.ContainsFunc(all, func(id string) bool { return !known(id) }))
}

// sharesTarget tells whether two changes have a target in common that is no
// role, no product of Microsoft's own, and not of the type except.
func sharesTarget(c, r *row, except string) bool {
	for _, a := range targetsOf(c.detail) {
		if a.Type == except && except != "" {
			continue
		}
		for _, b := range targetsOf(r.detail) {
			if a.ID != "" && strings.EqualFold(a.ID, b.ID) && a.DisplayName != "Microsoft Graph" && a.Type != "Role" ||
				a.DisplayName != "" && a.Type == b.Type && strings.EqualFold(a.DisplayName, b.DisplayName) && (a.Type == "Other" || a.Type == "Domain") {
				return true
			}
		}
	}
	return false
}

func sharesUser(c, r *row) bool {
	for _, a := range targetsOf(c.detail) {
		for _, b := range targetsOf(r.detail) {
			if (a.Type == "User" || a.Type == "ServicePrincipal") && a.ID != "" && strings.EqualFold(a.ID, b.ID) {
				return true
			}
		}
	}
	return false
}

// sharesRole tells whether two changes name one role.
func sharesRole(c, r *row) bool {
	roles := func(x *row) []string {
		var names []string
		for _, t := range targetsOf(x.detail) {
			if t.Type == "Role" {
				names = append(names, strings.ToLower(t.ID), strings.ToLower(t.DisplayName))
			}
			for _, m := range t.Modified {
				if strings.HasPrefix(m.Name, "Role.") {
					names = append(names, strings.ToLower(strings.Trim(m.New, `"`)), strings.ToLower(strings.Trim(m.Old, `"`)))
				}
			}
		}
		return slices.DeleteFunc(names, func(n string) bool { return n == "" })
	}
	of := roles(r)
	return slices.ContainsFunc(roles(c), func(n string) bool { return slices.Contains(of, n) })
}

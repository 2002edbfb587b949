package simulate

import (
	"strconv"
	"time"
)

// administration returns the directory's changes of a day: what help desk and
// administrators do, and what people do to their own accounts.
func (w *world) administration(n int) []record {
	d := roll(w.o.Seed, forAdmin, uint64(n))
	count := 3 + w.o.Users/20 + d.below(4)
	if wd := w.weekday(n); wd == time.Saturday || wd == time.Sunday {
		count = d.below(2)
	}
	var list []record
	for range count {
		at := w.local(w.homeCountry, n, 8*hour+d.between(0, 9*hour))
		if at >= w.start && at < w.end {
			list = append(list, w.change(&d, at))
		}
	}
	return list
}

// change returns one ordinary change of the directory.
func (w *world) change(d *dice, at instant) *audit {
	u := &w.users[d.below(len(w.users))]
	a := &audit{at: at, correlation: d.guid()}
	a.id = d.auditID(a.correlation)
	switch k := d.below(100); {
	case k < 18:
		return a.doneBy(w.admin(d, helpdesk)).named("Reset user password", "UserManagement", "Update", userTarget(u))
	case k < 36:
		group := d.group()
		return a.doneBy(w.admin(d, helpdesk)).named("Add member to group", "GroupManagement", "Assign", userTarget(u, group.changes...), group)
	case k < 50:
		return a.doneBy(w.admin(d, helpdesk)).named("Update user", "UserManagement", "Update", userTarget(u, change{name: "Department", old: `["Sales"]`, new: `["Marketing"]`}))
	case k < 62:
		a.service = "Authentication Methods"
		return a.doneBy(u).named("User registered security info", "UserManagement", "Add", userTarget(u))
	case k < 70:
		a.service = "Self-service Password Management"
		return a.doneBy(u).named("Reset password (self-service)", "UserManagement", "Update", userTarget(u))
	case k < 85:
		a.service = "Device Registration Service"
		return a.named("Register device", "Device", "Add", target{id: u.laptop.id.String(), name: u.laptop.name, kind: "Device"}, userTarget(u))
	}
	return w.activation(d, a)
}

func (a *audit) doneBy(u *user) *audit {
	a.by, a.ip = u, u.office.ip
	return a
}

func (a *audit) named(activity, category, operation string, targets ...target) *audit {
	a.activity, a.category, a.operation, a.targets = activity, category, operation, targets
	return a
}

// admin returns an administrator with a role, at work.
func (w *world) admin(d *dice, r role) *user {
	var list []*user
	for i := range w.users[:admins] {
		if w.users[i].role == r {
			list = append(list, &w.users[i])
		}
	}
	return pick(d, list)
}

func (d *dice) group() target {
	id, name := d.guid().String(), "Team "+strconv.Itoa(1+d.below(9))
	return target{id: id, name: name, kind: "Group", changes: []change{{name: "Group.ObjectID", new: quote(id)}, {name: "Group.DisplayName", new: quote(name)}}}
}

// activation is an administrator taking up a role that is theirs for some
// hours, which looks like a grant and is none.
func (w *world) activation(d *dice, a *audit) *audit {
	by := w.admin(d, pick(d, []role{globalAdmin, appAdmin, cloudAdmin}))
	r := directoryRole{name: "Application Administrator", template: "9b895d92-2cd3-44c7-9d02-a6ac2d5ea5c3", wellKnown: "ApplicationAdministrators"}
	if by.role == globalAdmin {
		r = globalAdministrator()
	}
	a.service = "PIM"
	a.details = []parameter{{"RoleDefinitionOriginType", "BuiltInRole"}, {"TemplateId", r.template}, {"Justification", "change window"}, {"ipaddr", by.office.ip}}
	return a.doneBy(by).named("Add member to role completed (PIM activation)", "RoleManagement", "Update", r.target(), target{id: d.guid().String(), kind: "Request"}, userTarget(by))
}

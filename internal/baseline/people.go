package baseline

import (
	"cmp"
	"slices"
	"strings"

	"github.com/conshelf/conshelf/internal/condaccess"
)

// A population is whom a question is about.
type population int

const (
	everyone population = iota
	administrators
	guests
)

// A class is a principal that stands for all whom the policies treat alike.
type class struct {
	label     string
	principal condaccess.Principal
}

// A naming is whom the policies name.
type naming struct{ users, groups, roles, twofold []string }

func namedBy(t *condaccess.Tenant) naming {
	var n naming
	var included []string
	for _, p := range t.Policies {
		x := &p.Conditions.Users.Exclude
		n.users, n.groups, n.roles = add(n.users, x.Users), add(n.groups, x.Groups), add(n.roles, x.Roles)
		included = add(included, p.Conditions.Users.Include.Groups)
	}
	for _, g := range n.groups {
		if contains(included, g) {
			n.twofold = append(n.twofold, g)
		}
	}
	return n
}

func add(list, more []string) []string {
	for _, s := range more {
		if !contains(list, s) {
			list = append(list, s)
		}
	}
	return list
}

func contains(list []string, s string) bool {
	return slices.ContainsFunc(list, func(x string) bool { return strings.EqualFold(x, s) })
}

// classesOf returns the principals of a population, whether or not there is one
// today: a member whom no policy names, one of each excluded group and of all of
// them, a holder of each excluded role, each kind of guest, and everyone whom the
// directory or a policy names.
func classesOf(t *condaccess.Tenant, f *Facts, who population) []class {
	n := namedBy(t)
	var out []class
	for _, base := range bases(f, who) {
		out = append(out, base)
		for _, set := range n.groupSets() {
			out = append(out, base.with(set, nil))
		}
		if who != guests {
			for _, r := range n.roles {
				out = append(out, base.with(nil, []string{r}))
			}
			out = append(out, base.with(n.groups, n.roles))
		}
	}
	return append(out, individuals(t, f, n, who)...)
}

// NotCounted says whom the checks that are about all users do not count.
const NotCounted = "users over B2B direct connect, who have no user object here, count only where a check is about guests: " +
	"whether a policy for all users covers them is not documented"

// somebody returns a member whom no policy names, in no group.
func somebody() condaccess.Principal {
	return condaccess.Principal{Kind: condaccess.User, ID: "somebody whom no policy names", GroupsKnown: true, RolesKnown: true, GuestKnown: true}
}

// bases returns the principals that a population is made of, in no group.
func bases(f *Facts, who population) []class {
	known := somebody()
	var out []class
	if who == everyone {
		out = append(out, class{"any member", known})
	}
	if who == administrators {
		for _, r := range f.roles() {
			out = append(out, class{"any holder of the role " + r, known}.holding(r))
		}
		return out
	}
	for t := condaccess.InternalGuest; t <= condaccess.ServiceProvider; t <<= 1 {
		if who == everyone && t == condaccess.DirectConnectUser {
			continue // no user object of the tenant: see NotCounted
		}
		p := known
		p.Guest = t
		out = append(out, class{"any " + t.String(), p})
	}
	return out
}

func (c class) holding(role string) class {
	c.principal.Roles = append(slices.Clone(c.principal.Roles), role)
	return c
}

func (c class) with(groups, roles []string) class {
	c.principal.Groups = groups
	c.principal.Roles = slices.Concat(c.principal.Roles, roles)
	if len(groups) > 0 {
		c.label += " who is in " + plural(groups, "group")
	}
	if len(roles) > 0 {
		c.label += " who holds " + plural(roles, "role")
	}
	return c
}

func plural(list []string, what string) string {
	if len(list) == 1 {
		return "the " + what + " " + list[0]
	}
	return "the " + what + "s " + strings.Join(list, " and ")
}

// mostTwofold is how many groups that policies both include and exclude are
// combined in every way.
const mostTwofold = 6

// groupSets returns each excluded group, and all of them but, in every way,
// those by which another policy includes.
func (n *naming) groupSets() [][]string {
	var out [][]string
	for _, g := range n.groups {
		out = append(out, []string{g})
	}
	if len(n.groups) < 2 {
		return out
	}
	twofold := n.twofold[:min(len(n.twofold), mostTwofold)]
	for bits := range 1 << len(twofold) {
		var drop []string
		for i, g := range twofold {
			if bits>>i&1 == 1 {
				drop = append(drop, g)
			}
		}
		if set := without(n.groups, drop); len(set) > 0 {
			out = append(out, set)
		}
	}
	return out
}

// individuals returns those whom the directory or a policy names, but for
// break-glass accounts.
func individuals(t *condaccess.Tenant, f *Facts, n naming, who population) []class {
	var ids []string
	labels := make(map[string]string)
	guest, settled := make(map[string]bool), make(map[string]bool)
	for i := range t.Directory.Users {
		u := &t.Directory.Users[i]
		labels[u.ID] = u.UPN
		guest[strings.ToLower(u.ID)] = u.Guest != 0 || strings.EqualFold(u.Type, "guest")
		settled[u.ID] = u.GuestKnown || guest[strings.ToLower(u.ID)]
		ids = append(ids, u.ID)
	}
	slices.Sort(ids)
	if who == administrators {
		ids = holders(t, f)
	} else {
		for _, id := range n.users {
			if _, known := labels[id]; !known && id != "GuestsOrExternalUsers" {
				ids = append(ids, id)
			}
		}
	}
	var out []class
	for _, id := range ids {
		if contains(f.BreakGlass.Users, id) || who == guests && !guest[strings.ToLower(id)] {
			continue
		}
		label := labels[id]
		if label == "" {
			label = "the user " + id
		}
		p := condaccess.Principal{Kind: condaccess.User, ID: id}
		if !settled[id] {
			p.MaybeGuest = condaccess.AnyGuest &^ condaccess.DirectConnectUser // those have no object
		}
		out = append(out, class{label, p})
	}
	return out
}

// perhapsOf returns those who may be of the population for all that was exported:
// a user whom a policy excludes, as a holder of each role.
func perhapsOf(t *condaccess.Tenant, f *Facts, q *question) []class {
	if q.who != administrators || q.breakGlassGetsThru || t.Directory.RolesKnown {
		return nil
	}
	held := holders(t, f)
	for i := range t.Directory.Users {
		if u := &t.Directory.Users[i]; u.RolesKnown {
			held = append(held, u.ID)
		}
	}
	var out []class
	for _, id := range without(namedBy(t).users, append(held, "GuestsOrExternalUsers")) {
		for _, r := range f.roles() {
			p := condaccess.Principal{Kind: condaccess.User, ID: id, RolesKnown: true, Roles: []string{r}}
			out = append(out, class{"the user " + id + ", should they hold the role " + r, p})
		}
	}
	return out
}

// holders returns the users to whom a privileged role is assigned directly.
func holders(t *condaccess.Tenant, f *Facts) []string {
	var out []string
	for _, a := range assignments(t) {
		if a.Counts() && !a.Group && contains(f.roles(), a.Role) && !contains(out, a.Principal) {
			out = append(out, a.Principal)
		}
	}
	slices.Sort(out)
	return out
}

// assignments returns the assignments of roles, each role by its template.
func assignments(t *condaccess.Tenant) []condaccess.RoleAssignment {
	template := make(map[string]string)
	for _, d := range t.Directory.Definitions {
		template[strings.ToLower(d.ID)] = d.Template
	}
	out := slices.Clone(t.Directory.Roles)
	for i := range out {
		out[i].Role = cmp.Or(template[strings.ToLower(out[i].Role)], out[i].Role)
	}
	return out
}

// breakGlassClasses returns the accounts that are declared, and a member of each
// declared group.
func breakGlassClasses(t *condaccess.Tenant, f *Facts) []class {
	var out []class
	for _, id := range f.BreakGlass.Users {
		p := condaccess.Principal{Kind: condaccess.User, ID: id}
		if !slices.ContainsFunc(t.Directory.Users, func(u condaccess.UserObject) bool { return strings.EqualFold(u.ID, id) }) {
			p.GuestKnown = true
		}
		out = append(out, class{"the break-glass account " + id, p})
	}
	for _, id := range f.BreakGlass.Groups {
		p := somebody()
		p.Groups = []string{id}
		out = append(out, class{"a member of the break-glass group " + id, p})
	}
	return out
}

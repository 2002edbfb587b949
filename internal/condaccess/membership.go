package condaccess

// membership tells who is in the groups and holds the roles that policies
// name: computed once, asked for every sign-in.
type membership struct {
	users      map[string]*UserObject // by id and by name
	principals map[string]*ServicePrincipal
	byApp      map[string]*ServicePrincipal
	groups     map[string]bitset // by member, through every depth
	roles      map[string]bitset // by holder, directly or by a group
	// openGroups may have members that were not exported; openRoles holders.
	openGroups, openRoles bitset
	noGroups, noRoles     bitset // numbers of all groups and roles
	parents               map[string][]string
	x                     *indexes
}

// expansion finds the members of groups at every depth.
type expansion struct {
	groups map[string]*Group
}

func (e expansion) members(id string) (members []string, complete bool) {
	complete = true
	seen := map[string]bool{id: true}
	for queue := []string{id}; len(queue) > 0; queue = queue[1:] {
		g, ok := e.groups[queue[0]]
		if !ok || !g.MembersKnown {
			complete = false
		}
		if !ok {
			continue
		}
		for _, m := range g.Members {
			m = fold(m)
			if seen[m] {
				continue
			}
			seen[m] = true
			if _, isGroup := e.groups[m]; isGroup {
				queue = append(queue, m)
			}
			members = append(members, m)
		}
	}
	return members, complete
}

func newMembership(d *Directory, x *indexes) *membership {
	m := &membership{
		users: make(map[string]*UserObject), principals: make(map[string]*ServicePrincipal), byApp: make(map[string]*ServicePrincipal),
		groups: make(map[string]bitset), roles: make(map[string]bitset), parents: make(map[string][]string), x: x,
	}
	for i := range d.Users {
		u := &d.Users[i]
		m.users[fold(u.ID)] = u
		if u.UPN != "" {
			m.users[fold(u.UPN)] = u
		}
	}
	for i := range d.ServicePrincipals {
		s := &d.ServicePrincipals[i]
		m.principals[fold(s.ID)], m.byApp[fold(s.AppID)] = s, s
	}
	e := expansion{make(map[string]*Group, len(d.Groups))}
	for i := range d.Groups {
		e.groups[fold(d.Groups[i].ID)] = &d.Groups[i]
	}
	m.readGroups(e)
	m.readRoles(d, e)
	for child, list := range invert(nestedGroups(d)) {
		m.parents[child] = list
	}
	return m
}

func invert(nested map[string][]string) map[string][]string {
	out := make(map[string][]string)
	for parent, children := range nested {
		for _, c := range children {
			out[c] = append(out[c], parent)
		}
	}
	return out
}

func (m *membership) readGroups(e expansion) {
	for n, id := range m.x.groups.ids {
		m.noGroups.add(n)
		members, complete := e.members(fold(id))
		if !complete {
			m.openGroups.add(n)
		}
		addTo(m.groups, members, n)
	}
}

func addTo(sets map[string]bitset, members []string, n int) {
	for _, id := range members {
		set := sets[id]
		set.add(n)
		sets[id] = set
	}
}

func (m *membership) readRoles(d *Directory, e expansion) {
	template := make(map[string]string)
	for _, def := range d.Definitions {
		if def.Template != "" {
			template[fold(def.ID)] = def.Template
		}
	}
	for n := range m.x.roles.ids {
		m.noRoles.add(n)
	}
	if !d.RolesKnown {
		m.openRoles = m.noRoles
	}
	for _, a := range d.Roles {
		role := a.Role
		if t, ok := template[fold(role)]; ok {
			role = t
		}
		n := m.x.roles.find(role)
		if n < 0 || !a.Counts() {
			continue
		}
		holders, complete := []string{fold(a.Principal)}, true
		if _, isGroup := e.groups[fold(a.Principal)]; isGroup || a.Group {
			holders, complete = e.members(fold(a.Principal))
		}
		if !complete {
			m.openRoles.add(n)
		}
		addTo(m.roles, holders, n)
	}
}

// groupsOf returns the groups that a user is in.
func (m *membership) groupsOf(p *Principal, u *UserObject) known {
	switch {
	case p.GroupsKnown:
		return known{yes: m.numbers(m.x.groups, p.Groups)}
	case u != nil && u.GroupsKnown:
		return known{yes: m.numbers(m.x.groups, u.Groups)}
	}
	id := fold(p.ID)
	if u != nil {
		id = fold(u.ID)
	}
	if id == "" {
		return known{maybe: m.noGroups}
	}
	k := known{yes: m.groups[id], maybe: m.openGroups}
	if u != nil && u.GroupsDirect {
		k.yes = k.yes.union(m.numbers(m.x.groups, m.above(u.Groups)))
	}
	return k
}

// above returns groups and all that they are in.
func (m *membership) above(ids []string) []string {
	seen := make(map[string]bool)
	var out []string
	for queue := append([]string(nil), ids...); len(queue) > 0; queue = queue[1:] {
		id := fold(queue[0])
		if seen[id] {
			continue
		}
		seen[id] = true
		out = append(out, id)
		queue = append(queue, m.parents[id]...)
	}
	return out
}

// rolesOf returns the roles that a user holds.
func (m *membership) rolesOf(p *Principal, u *UserObject) known {
	switch {
	case p.RolesKnown:
		return known{yes: m.numbers(m.x.roles, p.Roles)}
	case u != nil && u.RolesKnown:
		return known{yes: m.numbers(m.x.roles, u.Roles)}
	case u != nil:
		return known{m.roles[fold(u.ID)], m.openRoles}
	case p.ID == "":
		return known{maybe: m.noRoles}
	}
	return known{m.roles[fold(p.ID)], m.openRoles}
}

func (m *membership) numbers(x *index, ids []string) bitset {
	var b bitset
	for _, id := range ids {
		if n := x.find(id); n >= 0 {
			b.add(n)
		}
	}
	return b
}

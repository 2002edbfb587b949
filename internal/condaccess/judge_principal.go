package condaccess

import "strings"

// findPrincipal finds out who signs in.
func (j *judge) findPrincipal() {
	m := j.e.membership
	j.who, j.self, j.object = j.s.Principal, -1, -1
	p := &j.who
	switch p.Kind {
	case User, AgentUser, UnknownPrincipal:
		j.user = m.users[fold(p.ID)]
		switch {
		case j.user != nil && j.user.ID != "":
			p.ID = j.user.ID
		case strings.Contains(p.ID, "@"):
			p.ID = "" // policies and groups name users by id, and whose name this is was not exported
		}
	case ServicePrincipalIdentity, ManagedIdentity, AgentIdentity:
		if object := m.byApp[fold(p.AppID)]; p.ID == "" && p.AppID != "" && object != nil {
			p.ID = object.ID
		}
	}
	if p.ID != "" {
		j.self, j.object = j.e.x.users.find(p.ID), j.e.x.principals.find(p.ID)
	}
	j.groups, j.roles = m.groupsOf(p, j.user), m.rolesOf(p, j.user)
	j.findGuest()
}

func (j *judge) findGuest() {
	p := &j.who
	j.tenant = p.HomeTenant
	switch {
	case p.GuestKnown:
		j.guest = p.Guest
	case j.user != nil && j.user.GuestKnown:
		j.guest = j.user.Guest
	case p.Guest|p.MaybeGuest != 0:
		j.guest, j.guests, j.sure = p.Guest, p.MaybeGuest, p.GuestSure
	case j.user != nil && strings.EqualFold(j.user.Type, "guest"):
		j.guests, j.sure = InternalGuest|CollaborationGuest|OtherExternalUser, true
	default:
		j.guests = AnyGuest
	}
	if j.tenant == "" && j.user != nil {
		j.tenant = j.user.HomeTenant
	}
}

// principal tells whether the policy is for who signs in.
func (j *judge) principal(c *compiled) Truth {
	switch j.who.Kind {
	case User:
		return j.users(c)
	case ServicePrincipalIdentity:
		return j.workload(&c.workloads[0])
	case ManagedIdentity:
		return No // never in scope
	case AgentIdentity:
		return j.agent(&c.workloads[1])
	case AgentUser:
		return j.agentUser(c)
	case UnknownPrincipal:
		return j.because(PrincipalNotGiven, ConditionUsers, "")
	}
	panic(j.who.Kind)
}

func (j *judge) users(c *compiled) Truth {
	if c.include.empty {
		return No
	}
	if !c.mail || j.client != clientEAS && j.client != "" {
		return j.assigned(c)
	}
	mail := j.mailUsers(c)
	if j.client == clientEAS {
		return mail
	}
	if assigned := j.assigned(c); assigned == mail {
		return assigned
	}
	return j.because(ClientAppNotGiven, ConditionClientApps, "")
}

// assigned tells whether the user is included and not excluded.
func (j *judge) assigned(c *compiled) Truth {
	in := j.inUsers(&c.include, true)
	if in == No || c.exclude.empty {
		return in
	}
	return in.And(j.inUsers(&c.exclude, false).Not())
}

// mailUsers is the surprise of Exchange ActiveSync: a policy for that client
// that is scoped by all users, guests or roles covers every user but those that
// it excludes by name or group.
func (j *judge) mailUsers(c *compiled) Truth {
	users := c.exclude
	users.guests, users.roles = nil, nil
	return j.inUsers(&users, false).Not()
}

// inUsers tells whether the user is in a set.
func (j *judge) inUsers(s *idSet, include bool) Truth {
	t := No
	if s.all {
		t = j.inAll(include)
	}
	if j.who.ID != "" {
		t = t.Or(truth(j.self >= 0 && s.ids.has(j.self)))
	} else if !s.ids.empty() {
		t = t.Or(j.because(PrincipalNotGiven, ConditionUsers, ""))
	}
	if t == Yes {
		return Yes
	}
	t = t.Or(j.inKnown(j.groups, s.groups, GroupNotExported, j.e.x.groups))
	if t != Yes {
		t = t.Or(j.inKnown(j.roles, s.roles, RolesNotExported, j.e.x.roles))
	}
	if t != Yes && s.guests != nil {
		t = t.Or(j.inGuests(s.guests))
	}
	if t != Yes && len(s.words) > 0 {
		t = t.Or(j.because(NameNotKnown, ConditionUsers, s.words[0]))
	}
	return t
}

// inAll tells whether "All" holds the user: all who are in the directory, which
// someone who connects directly is not, and an agent's user is in a way.
func (j *judge) inAll(include bool) Truth {
	switch {
	case !include:
		return Yes
	case j.who.Kind == AgentUser:
		return j.undocumented(AgentUserScope, ConditionUsers, "")
	case j.guest&DirectConnectUser != 0:
		return j.undocumented(AllUsersAndDirectConnect, ConditionUsers, "")
	}
	return Yes
}

// undocumented decides what is not documented, if that was asked for.
func (j *judge) undocumented(code ReasonCode, c Condition, subject string) Truth {
	if t := j.e.options.Undocumented; t != Unsure {
		return t
	}
	return j.because(code, c, subject)
}

func (j *judge) inKnown(k known, s bitset, code ReasonCode, x *index) Truth {
	if len(s) == 0 {
		return No
	}
	t, n := k.meets(s)
	if t == Unsure {
		j.because(code, ConditionUsers, x.ids[n])
	}
	return t
}

func (j *judge) inGuests(g *Guests) Truth {
	t := No
	switch {
	case j.guest&g.Types != 0, j.sure && j.guests&^g.Types == 0:
		t = Yes
	case j.guests&g.Types != 0:
		t = j.because(UserTypeNotExported, ConditionUsers, "")
	default:
		return No
	}
	if g.AllTenants {
		return t
	}
	if j.tenant == "" {
		return t.And(j.because(ExternalTenantNotGiven, ConditionUsers, ""))
	}
	return t.And(truth(contains(g.Tenants, j.tenant)))
}

// workload tells whether the policy is for a service principal: only those
// registered in this tenant alone can be in scope.
func (j *judge) workload(w *workloadSets) Truth {
	if w.empty {
		return No
	}
	object := j.e.membership.principals[fold(j.who.ID)]
	single := j.who.SingleTenant
	if object != nil && single == Unsure {
		single = object.SingleTenant
	}
	if object != nil && object.Kind == ManagedIdentity {
		return No
	}
	if single == Unsure {
		j.because(ServicePrincipalNotExported, ConditionWorkloadIdentities, j.who.ID)
	}
	return single.And(j.inWorkloads(w, object))
}

func (j *judge) agent(w *workloadSets) Truth {
	if w.empty {
		return No
	}
	return j.inWorkloads(w, j.e.membership.principals[fold(j.who.ID)])
}

func (j *judge) inWorkloads(w *workloadSets, object *ServicePrincipal) Truth {
	in := j.inNames(&w.include)
	if w.own {
		in = Yes
	}
	out := j.inNames(&w.exclude)
	if w.filter != nil {
		m := j.attributes(w.filter, object, ConditionWorkloadIdentities)
		if w.filter.Exclude {
			out = out.Or(m)
		} else {
			in = in.Or(m)
		}
	}
	return in.And(out.Not())
}

func (j *judge) inNames(s *nameSet) Truth {
	switch {
	case s.empty:
		return No
	case s.all, j.object >= 0 && s.ids.has(j.object):
		return Yes
	case len(s.words) > 0:
		return j.because(NameNotKnown, ConditionWorkloadIdentities, s.words[0])
	case j.who.ID == "" && !s.ids.empty():
		return j.because(PrincipalNotGiven, ConditionWorkloadIdentities, "")
	}
	return No
}

// attributes evaluates a filter over custom security attributes.
func (j *judge) attributes(f *Filter, object *ServicePrincipal, c Condition) Truth {
	if f.Expr == nil {
		return j.because(FilterNotUnderstood, c, f.Rule)
	}
	if object == nil || !object.AttributesKnown {
		return j.because(AttributesNotExported, c, f.Rule)
	}
	return match(f.Expr, func(name string) ([]string, Truth) { return object.Attributes[name], Yes })
}

// agentUser tells whether the policy is for the user account of an agent.
func (j *judge) agentUser(c *compiled) Truth {
	w := &c.workloads[2]
	t := No
	if !w.empty {
		in := j.inNames(&w.include)
		out := j.inNames(&w.exclude)
		if w.filter != nil {
			m := j.because(AttributesNotExported, ConditionUsers, w.filter.Rule)
			if w.filter.Exclude {
				out = out.Or(m)
			} else {
				in = in.Or(m)
			}
		}
		t = in.And(out.Not())
	}
	if c.include.agentUsers {
		t = t.Or(j.inUsers(&c.exclude, false).Not())
	}
	if t == Yes || c.include.empty {
		return t
	}
	return t.Or(j.users(c))
}

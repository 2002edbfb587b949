package gaps

import (
	"slices"
	"strings"

	"github.com/conshelf/conshelf/internal/condaccess"
)

// principalsOf returns the principals of a kind.
func principalsOf(t *condaccess.Tenant, kind condaccess.PrincipalKind) []atom {
	switch kind {
	case condaccess.User:
		return people(t)
	case condaccess.ServicePrincipalIdentity:
		return workloads(t)
	case condaccess.AgentIdentity:
		return agents(t)
	case condaccess.AgentUser:
		return agentUsers(t)
	case condaccess.UnknownPrincipal, condaccess.ManagedIdentity:
	}
	panic(kind) // no situation is of it
}

// agents returns the agent identities there are, those that policies name, and
// one to come.
func agents(t *condaccess.Tenant) []atom {
	var out []atom
	for i := range t.Directory.ServicePrincipals {
		p := &t.Directory.ServicePrincipals[i]
		if p.Kind != condaccess.AgentIdentity {
			continue
		}
		label := p.Name
		if label == "" {
			label = p.ID
		}
		out = append(out, agent(label, condaccess.AgentIdentity, p.ID))
	}
	return withNamed(out, namedBy(t).agents, "agent identity", condaccess.AgentIdentity)
}

// agentUsers returns the user accounts of agents there are, those that policies
// name as such, and one to come.
func agentUsers(t *condaccess.Tenant) []atom {
	var out []atom
	for i := range t.Directory.Users {
		u := &t.Directory.Users[i]
		if !u.Agent {
			continue
		}
		label := u.UPN
		if label == "" {
			label = u.ID
		}
		out = append(out, agent(label, condaccess.AgentUser, u.ID))
	}
	out = withNamed(out, namedBy(t).agentUsers, "agent's user", condaccess.AgentUser)
	for _, b := range belongingsOf(t).out {
		if b.size() > 0 {
			out = append(out, futureAgent(b.label(t, "agent's user"), condaccess.AgentUser, b))
		}
	}
	return out
}

func agent(label string, kind condaccess.PrincipalKind, id string) atom {
	p := condaccess.Principal{Kind: kind, ID: id}
	return atom{label: label, put: func(s *condaccess.SignIn) { s.Principal = p }, key: strings.ToLower(id)}
}

// withNamed adds those that policies name and no export has, and one to come.
func withNamed(out []atom, ids []string, what string, kind condaccess.PrincipalKind) []atom {
	for _, id := range ids {
		if !slices.ContainsFunc(out, func(a atom) bool { return a.key == strings.ToLower(id) }) {
			out = append(out, agent(what+" "+id+", which was not exported", kind, id))
		}
	}
	return append(out, futureAgent("any future "+what, kind, belonging{}))
}

func futureAgent(label string, kind condaccess.PrincipalKind, b belonging) atom {
	return atom{label: label, put: func(s *condaccess.SignIn) {
		future(b)(s)
		s.Principal.Kind = kind
	}}
}

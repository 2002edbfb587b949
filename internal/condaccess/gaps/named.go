package gaps

import (
	"slices"
	"strings"

	"github.com/conshelf/conshelf/internal/condaccess"
)

// names are the ids that the policies of a tenant name, in order.
type names struct{ users, groups, roles, tenants, workloads, agents, agentUsers, applications, contexts []string }

func namedBy(t *condaccess.Tenant) names {
	var n names
	for _, p := range t.Policies {
		c := &p.Conditions
		for _, u := range []*condaccess.UserSet{&c.Users.Include, &c.Users.Exclude} {
			n.users = append(n.users, u.Users...)
			n.groups = append(n.groups, u.Groups...)
			n.roles = append(n.roles, u.Roles...)
			if u.Guests != nil {
				n.tenants = append(n.tenants, u.Guests.Tenants...)
			}
		}
		n.workloads = append(append(n.workloads, c.Workloads.Include...), c.Workloads.Exclude...)
		n.agents = append(append(n.agents, c.Agents.Include...), c.Agents.Exclude...)
		n.agentUsers = append(append(n.agentUsers, c.AgentUsers.Include...), c.AgentUsers.Exclude...)
		n.applications = append(append(n.applications, c.Applications.Include...), c.Applications.Exclude...)
		n.contexts = append(n.contexts, c.Applications.Contexts...)
	}
	for _, list := range []*[]string{&n.users, &n.groups, &n.roles, &n.tenants, &n.workloads, &n.agents, &n.agentUsers, &n.applications, &n.contexts} {
		*list = distinct(*list)
	}
	return n
}

// distinct returns ids in order, once each, without the words of policies.
func distinct(ids []string) []string {
	var out []string
	for _, id := range ids {
		if !word(id) {
			out = append(out, id)
		}
	}
	slices.SortFunc(out, func(a, b string) int { return strings.Compare(strings.ToLower(a), strings.ToLower(b)) })
	return slices.CompactFunc(out, strings.EqualFold)
}

// word tells whether a value is no id: those of Microsoft's that policies write
// where ids stand begin with a capital and have no hyphen.
func word(s string) bool {
	return s == "" || s[0] >= 'A' && s[0] <= 'Z' && !strings.ContainsAny(s, "-_ .:/")
}

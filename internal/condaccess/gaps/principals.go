package gaps

import (
	"slices"
	"strings"

	"github.com/conshelf/conshelf/internal/condaccess"
)

// people returns the users there are, those that policies name, and those who
// are to come: in whatever groups and with whatever roles, from outside too.
func people(t *condaccess.Tenant) []atom {
	var out []atom
	seen := make(map[string]bool)
	for i := range t.Directory.Users {
		u := &t.Directory.Users[i]
		if u.Agent {
			continue // who signs in otherwise
		}
		seen[strings.ToLower(u.ID)] = true
		label := u.UPN
		if label == "" {
			label = u.ID
		}
		out = append(out, atom{label, user(u.ID), true, strings.ToLower(u.ID)})
	}
	named := namedBy(t)
	for _, id := range named.users {
		if !seen[strings.ToLower(id)] {
			out = append(out, atom{label: "user " + id + ", who was not exported", put: user(id), key: strings.ToLower(id)})
		}
	}
	for _, b := range belongingsOf(t).out {
		out = append(out, atom{label: b.label(t, "user"), put: future(b)})
	}
	return append(out, outsiders(t, named.tenants)...)
}

func user(id string) func(*condaccess.SignIn) {
	return func(s *condaccess.SignIn) { s.Principal = condaccess.Principal{Kind: condaccess.User, ID: id} }
}

// newcomer is the id of who is in no export.
const newcomer = "a user who is to come"

func future(b belonging) func(*condaccess.SignIn) {
	return func(s *condaccess.SignIn) {
		s.Principal = condaccess.Principal{
			Kind: condaccess.User, ID: newcomer, Groups: b.groups, Roles: b.roles,
			GroupsKnown: true, RolesKnown: true, GuestKnown: true,
		}
	}
}

// anotherTenant is a home tenant that no policy names.
const anotherTenant = "another tenant"

// outsiders returns external users to come, of each kind and tenant, in whatever
// groups.
func outsiders(t *condaccess.Tenant, tenants []string) []atom {
	var out []atom
	for _, b := range belongingsOf(t).out {
		for g := condaccess.InternalGuest; g <= condaccess.ServiceProvider; g <<= 1 {
			for _, home := range append([]string{anotherTenant}, tenants...) {
				out = append(out, atom{label: b.label(t, g.String()+" of "+home), put: outsider(b, g, home)})
			}
		}
	}
	return out
}

func outsider(b belonging, g condaccess.GuestTypes, home string) func(*condaccess.SignIn) {
	return func(s *condaccess.SignIn) {
		future(b)(s)
		s.Principal.Guest, s.Principal.HomeTenant = g, home
	}
}

// workloads returns the service principals there are, and those to come.
func workloads(t *condaccess.Tenant) []atom {
	var out []atom
	for i := range t.Directory.ServicePrincipals {
		p := &t.Directory.ServicePrincipals[i]
		if p.Kind != condaccess.ServicePrincipalIdentity && p.Kind != condaccess.UnknownPrincipal {
			continue
		}
		label := p.Name
		if label == "" {
			label = p.ID
		}
		out = append(out, atom{label: label, put: workload(p.ID, p.AppID, p.SingleTenant), key: strings.ToLower(p.ID)})
	}
	for _, id := range namedBy(t).workloads {
		if !slices.ContainsFunc(t.Directory.ServicePrincipals, func(p condaccess.ServicePrincipal) bool { return strings.EqualFold(p.ID, id) }) {
			out = append(out, atom{label: "service principal " + id + ", which was not exported", put: workload(id, "", condaccess.Unsure), key: strings.ToLower(id)})
		}
	}
	return append(out,
		atom{label: "any future service principal of this tenant only", put: workload("a service principal to come", "", condaccess.Yes)},
		atom{label: "any future service principal of several tenants", put: workload("a service principal to come", "", condaccess.No)})
}

func workload(id, app string, single condaccess.Truth) func(*condaccess.SignIn) {
	return func(s *condaccess.SignIn) {
		s.Principal = condaccess.Principal{Kind: condaccess.ServicePrincipalIdentity, ID: id, AppID: app, SingleTenant: single}
	}
}

func groupName(t *condaccess.Tenant, id string) string {
	for i := range t.Directory.Groups {
		if g := &t.Directory.Groups[i]; strings.EqualFold(g.ID, id) && g.Name != "" {
			return g.Name
		}
	}
	return "group " + id
}

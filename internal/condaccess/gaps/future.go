package gaps

import (
	"fmt"
	"slices"
	"strings"

	"github.com/conshelf/conshelf/internal/condaccess"
)

// A belonging is the groups that someone who is to come may be in, and the roles
// that they may hold.
type belonging struct{ groups, roles []string }

func (b belonging) with(o belonging) belonging {
	return belonging{union(b.groups, o.groups), union(b.roles, o.roles)}
}

func (b belonging) without(o belonging) belonging {
	return belonging{minus(b.groups, o.groups), minus(b.roles, o.roles)}
}

func (b belonging) both(o belonging) belonging { return b.without(b.without(o)) }

func (b belonging) size() int { return len(b.groups) + len(b.roles) }

// each returns every group and role alone.
func (b belonging) each() []belonging {
	var out []belonging
	for _, id := range b.groups {
		out = append(out, belonging{groups: []string{id}})
	}
	for _, id := range b.roles {
		out = append(out, belonging{roles: []string{id}})
	}
	return out
}

func (b belonging) key() string {
	return strings.ToLower(strings.Join(b.groups, "\x00") + "\x01" + strings.Join(b.roles, "\x00"))
}

func union(a, b []string) []string { return distinct(slices.Concat(a, b)) }

func minus(a, b []string) []string {
	var out []string
	for _, id := range a {
		if !slices.ContainsFunc(b, func(x string) bool { return strings.EqualFold(x, id) }) {
			out = append(out, id)
		}
	}
	return out
}

// How many groups and roles that policies both include and exclude are combined
// in every way: for what is open, and for what one policy stops and no other.
const (
	mostTwofold  = 5
	mostTwofold1 = 2
)

// belongings are those of whoever is to come, as the policies tell them apart.
type belongings struct {
	policies []assigned // that may be enforced
	out      []belonging
	seen     map[string]bool
	twofold  belonging
}

type assigned struct{ in, out belonging }

func belongingsOf(t *condaccess.Tenant) *belongings {
	b := &belongings{seen: make(map[string]bool)}
	b.add(belonging{})
	var in, out belonging
	for _, p := range t.Policies {
		u := &p.Conditions.Users
		a := assigned{belonging{distinct(u.Include.Groups), distinct(u.Include.Roles)}, belonging{distinct(u.Exclude.Groups), distinct(u.Exclude.Roles)}}
		for _, one := range append(a.in.each(), a.out.each()...) {
			b.add(one)
		}
		if p.Deleted || p.State == condaccess.Disabled || p.State == condaccess.ReportOnly {
			continue
		}
		b.policies = append(b.policies, a)
		in, out = in.with(a.in), out.with(a.out)
	}
	b.twofold = in.both(out)
	b.combine(out.without(in))
	return b
}

// combine finds who may be told from others. To be in what policies only exclude
// takes coverage away, in what they only include adds it: so for what is open
// stand those in all of the one and none of the other, with what is twofold in
// every way; and for what one policy stops and no other, those whom it includes
// and that are in all but what it excludes.
func (b *belongings) combine(outside belonging) {
	for _, twofold := range b.ways(mostTwofold) {
		b.add(outside.with(twofold))
	}
	for _, twofold := range b.ways(mostTwofold1) {
		for _, p := range b.policies {
			rest := outside.with(twofold).without(p.out)
			b.add(rest)
			for _, one := range p.in.each() {
				b.add(rest.with(one))
			}
		}
	}
}

func (b *belongings) add(one belonging) {
	if key := one.key(); !b.seen[key] {
		b.seen[key] = true
		b.out = append(b.out, one)
	}
}

// ways returns what is twofold in every way; where it is more than most, none of
// it and all.
func (b *belongings) ways(most int) []belonging {
	out := []belonging{{}}
	if b.twofold.size() > most {
		return append(out, b.twofold)
	}
	for _, one := range b.twofold.each() {
		for _, other := range slices.Clone(out) {
			out = append(out, other.with(one))
		}
	}
	return out
}

// label says who is to come.
func (b belonging) label(t *condaccess.Tenant, who string) string {
	var parts []string
	for _, id := range b.groups {
		parts = append(parts, "member of "+groupName(t, id))
	}
	for _, id := range b.roles {
		parts = append(parts, "holder of role "+id)
	}
	const most = 3
	if more := len(parts) - most; more > 1 {
		parts = append(parts[:most], fmt.Sprintf("of %d more groups and roles", more))
	}
	switch {
	case len(parts) == 0:
		return "any future " + who
	case who == "user":
		return "any future " + strings.Join(parts, " and ")
	}
	return "any future " + who + ", " + strings.Join(parts, " and ")
}

// Omitted says who is not in the space, or what not for every question.
func (s *Space) Omitted() []string {
	var out []string
	n := belongingsOf(s.tenant).twofold.size()
	of := fmt.Sprintf("policies both include and exclude %d groups and roles: who is to come and will be in several of them, but not in all, was not considered", n)
	switch {
	case n > mostTwofold:
		out = append(out, of)
	case n > mostTwofold1:
		out = append(out, of+" where it is asked what one policy alone stops")
	}
	if len(s.standIns()) > 0 {
		out = append(out, "a policy asks for a strength where security information is registered, which stands in for those of other policies: "+
			"registering was not considered where it is asked what a change opens and closes")
	}
	return out
}

package condaccess

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// check notes what the policies refer to that was not exported, groups that
// are in each other, and policies that are there twice.
func (t *Tenant) check() {
	t.checkTwice()
	groups, locations := make(map[string]bool), make(map[string]bool)
	for i := range t.Directory.Groups {
		g := &t.Directory.Groups[i]
		groups[fold(g.ID)] = g.MembersKnown
	}
	for _, l := range t.Locations {
		locations[fold(l.ID)], locations[fold(l.Alias)] = true, true
	}
	for _, p := range t.Policies {
		t.checkContradictions(p)
		t.checkGroups(p, groups)
		t.checkLocations(p, locations)
	}
	t.checkCycles()
}

// checkTwice leaves one policy of those that have one id: the one that was
// changed last. Where that is not known, neither is which of them is in force.
func (t *Tenant) checkTwice() {
	versions := make(map[string][]*Policy)
	kept := t.Policies[:0]
	for _, p := range t.Policies {
		key := fold(p.ID)
		if p.ID != "" && slices.ContainsFunc(versions[key], func(v *Policy) bool { return string(v.Document) == string(p.Document) }) {
			continue
		}
		versions[key] = append(versions[key], p)
		kept = append(kept, p)
	}
	t.Policies = slices.DeleteFunc(kept, func(p *Policy) bool {
		all := versions[fold(p.ID)]
		return p.ID != "" && len(all) > 1 && t.superseded(p, all)
	})
	for _, p := range t.Policies {
		if p.Contested {
			p.State = StateUnknown
		}
	}
}

// superseded tells whether another of a policy's versions stands in its place,
// and notes what becomes of it.
func (t *Tenant) superseded(p *Policy, versions []*Policy) bool {
	last := slices.MaxFunc(versions, func(a, b *Policy) int { return a.changed().Compare(b.changed()) })
	open := slices.ContainsFunc(versions, func(v *Policy) bool {
		return v.changed().IsZero() || v != last && v.changed().Equal(last.changed())
	})
	if !open && p != last {
		t.Notes = append(t.Notes, Note{p.File, p.label(), "is left out: in " + last.File + " it is as it was changed later"})
		return true
	}
	if open {
		other := versions[(slices.Index(versions, p)+1)%len(versions)]
		t.Notes = append(t.Notes, Note{p.File, p.label(), "the policy's id is also in " + other.File + ", with other content; which is in force is not known"})
		if slices.ContainsFunc(versions, func(v *Policy) bool { return v.State != Disabled }) {
			p.Contested = true
		}
	}
	return false
}

// changed returns when the policy became what it is, or zero. One that was never
// changed says when it was created.
func (p *Policy) changed() time.Time {
	if p.Modified.After(p.Created) {
		return p.Modified
	}
	return p.Created
}

// checkContradictions notes what a policy includes and excludes at once, where
// the exclusion decides, and controls beside block, which block decides.
func (t *Tenant) checkContradictions(p *Policy) {
	c := &p.Conditions
	for _, l := range []struct {
		what             string
		include, exclude []string
	}{
		{"user", c.Users.Include.Users, c.Users.Exclude.Users},
		{"group", c.Users.Include.Groups, c.Users.Exclude.Groups},
		{"role", c.Users.Include.Roles, c.Users.Exclude.Roles},
		{"application", c.Applications.Include, c.Applications.Exclude},
		{"location", c.Locations.Include, c.Locations.Exclude},
		{"platform", c.Platforms.Include, c.Platforms.Exclude},
		{"service principal", c.Workloads.Include, c.Workloads.Exclude},
	} {
		for _, id := range l.include {
			if contains(l.exclude, id) {
				t.Notes = append(t.Notes, Note{p.File, p.label(), "includes and excludes the " + l.what + " " + id + "; the exclusion decides"})
			}
		}
	}
	if p.Grant.Blocks() && p.Grant.size() > 1 {
		t.Notes = append(t.Notes, Note{p.File, p.label(), "blocks and asks for other controls; it blocks"})
	}
}

func (t *Tenant) checkGroups(p *Policy, groups map[string]bool) {
	var missing []string
	for _, id := range slices.Concat(p.Conditions.Users.Include.Groups, p.Conditions.Users.Exclude.Groups) {
		if !groups[fold(id)] && !slices.Contains(missing, id) {
			missing = append(missing, id)
		}
	}
	if len(missing) > 0 {
		t.Notes = append(t.Notes, Note{p.File, p.label(), fmt.Sprintf("names %s whose members were not exported (%s); whether it covers a user is unknown where they decide and the sign-in does not say",
			count(len(missing), "group"), strings.Join(missing, ", "))})
	}
}

func (t *Tenant) checkLocations(p *Policy, locations map[string]bool) {
	var missing []string
	for _, id := range slices.Concat(p.Conditions.Locations.Include, p.Conditions.Locations.Exclude) {
		special := strings.EqualFold(id, allValue) || strings.EqualFold(id, allTrusted) || id == mfaTrustedIPs
		if !special && !locations[fold(id)] && !slices.Contains(missing, id) {
			missing = append(missing, id)
		}
	}
	if len(missing) > 0 {
		t.Notes = append(t.Notes, Note{p.File, p.label(), fmt.Sprintf("names %s not exported (%s); whether it covers a place is unknown where they decide",
			count(len(missing), "location"), strings.Join(missing, ", "))})
	}
}

func count(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

// checkCycles notes groups that contain themselves: each is in every other of
// its cycle, and so are their members.
func (t *Tenant) checkCycles() {
	nested := nestedGroups(&t.Directory)
	state := make(map[string]int)
	var walk func(id string, path []string)
	walk = func(id string, path []string) {
		switch state[id] {
		case 1:
			at := slices.Index(path, id)
			t.Notes = append(t.Notes, Note{Subject: strings.Join(append(path[at:], id), " in "), Text: "the groups contain each other; a member of one is a member of all"})
			return
		case 2:
			return
		}
		state[id] = 1
		for _, child := range nested[id] {
			walk(child, append(path, id))
		}
		state[id] = 2
	}
	for i := range t.Directory.Groups {
		walk(fold(t.Directory.Groups[i].ID), nil)
	}
}

// nestedGroups returns the groups that are directly in each group.
func nestedGroups(d *Directory) map[string][]string {
	isGroup := make(map[string]bool, len(d.Groups))
	for i := range d.Groups {
		isGroup[fold(d.Groups[i].ID)] = true
	}
	nested := make(map[string][]string)
	for i := range d.Groups {
		g := &d.Groups[i]
		for _, m := range g.Members {
			if id := fold(m); isGroup[id] {
				nested[fold(g.ID)] = append(nested[fold(g.ID)], id)
			}
		}
	}
	return nested
}

package baseline

import (
	"slices"
	"strings"

	"github.com/conshelf/conshelf/internal/condaccess"
	"github.com/conshelf/conshelf/internal/incident"
)

// directorySync is the role of the accounts that synchronise directories.
const directorySync = "d29b2b05-8046-44ba-8758-1e26182fcf32"

func maesterExclusions() []check {
	return []check{
		{
			id: "MT.1020", source: sourceMaester, title: "Accounts that synchronise directories are excluded", severity: incident.Low,
			why: "They cannot answer a question, and what they synchronise stops.", remedy: "Exclude the role Directory Synchronization Accounts from policies for all resources, but for those that block legacy clients.",
			rule: syncExcluded,
		},
		{
			id: "MT.1036", source: sourceMaester, title: "Whoever is excluded is included elsewhere", severity: incident.Medium,
			why: "An exclusion without another policy is a way in (T1078).", remedy: "Include each excluded user, group and role in another enforced policy.",
			rule: excludedElsewhere,
		},
	}
}

// blocksLegacy tells whether the policy is for legacy clients alone, and blocks
// them.
func (p *policy) blocksLegacy() bool {
	return len(p.Conditions.ClientApps) > 0 && p.blocks() && !slices.ContainsFunc(p.Conditions.ClientApps, func(c string) bool {
		return c != "other" && c != "exchangeActiveSync"
	})
}

// syncExcluded is met where every enforced policy for all users and resources
// excludes those who hold the role, by the role or one by one. Where nobody
// holds it nothing is asked.
func syncExcluded(t *condaccess.Tenant, f *Facts) compat {
	var accounts []string
	for _, a := range assignments(t) {
		if a.Counts() && strings.EqualFold(a.Role, directorySync) {
			accounts = append(accounts, a.Principal)
		}
	}
	if t.Directory.RolesKnown && len(accounts) == 0 {
		return compat{verdict: NotAsked, note: "nobody holds the role Directory Synchronization Accounts"}
	}
	out := noPolicy(func(p *policy) bool {
		x := &p.Conditions.Users.Exclude
		named := len(accounts) > 0 && len(without(accounts, x.Users)) == 0
		return p.everybody() && !p.blocksLegacy() && !contains(x.Roles, directorySync) && !named
	})(t, f)
	if out.verdict == NotMet && len(accounts) == 0 {
		return compat{note: "who holds the role Directory Synchronization Accounts was not exported"}
	}
	return out
}

// excludedElsewhere is met where each user, group and role that an enforced
// policy excludes is included by name in one. Break-glass accounts that are
// declared are to be in none.
func excludedElsewhere(t *condaccess.Tenant, f *Facts) compat {
	var included, left []string
	out := compat{verdict: Met}
	for _, p := range t.Policies {
		if v := (&policy{p, f, ""}); !p.Deleted && v.enabled() {
			in := &p.Conditions.Users.Include
			included = slices.Concat(included, in.Users, in.Groups, in.Roles)
		}
	}
	for _, p := range t.Policies {
		if v := (&policy{p, f, ""}); p.Deleted || !v.enabled() {
			continue
		}
		x := &p.Conditions.Users.Exclude
		alone := without(slices.Concat(x.Users, x.Groups, x.Roles), slices.Concat(included, f.BreakGlass.Users, f.BreakGlass.Groups))
		if len(alone) > 0 {
			out.by, left = append(out.by, name(p)), add(left, alone)
		}
	}
	switch {
	case lacking(t) != "":
		return compat{note: lacking(t)}
	case len(left) > 0:
		out.verdict, out.note = NotMet, "excluded, and included by no policy: "+strings.Join(left, ", ")
	}
	return out
}

package investigation

import (
	"context"
	"slices"
	"strings"

	"github.com/conshelf/conshelf/internal/activity"
	"github.com/conshelf/conshelf/kql/types"
)

// A person is an account, and a name that is shown for it; ”: none is.
type person struct{ account, shown string }

// A people is who is named in the evidence, sorted.
type people []person

// named is who the logs name, by account and by the name that is shown.
const named = `union
    (` + activity.View + ` | where ActorType == "User" | project Account = Actor, Shown = ""),
    (SigninLogs | project Account = UserPrincipalName, Shown = UserDisplayName),
    (AADNonInteractiveUserSignInLogs | project Account = UserPrincipalName, Shown = UserDisplayName),
    (AADUserRiskEvents | project Account = UserPrincipalName, Shown = UserDisplayName),
    (AuditLogs | project Account = tostring(InitiatedBy.user.userPrincipalName), Shown = tostring(InitiatedBy.user.displayName)),
    (AuditLogs | mv-expand Of = TargetResources | project Account = tostring(Of.userPrincipalName), Shown = tostring(Of.displayName))
| where isnotempty(Account)
| distinct Account = tolower(Account), Shown = tolower(Shown)
| sort by Account asc, Shown asc`

func (c *Case) people(ctx context.Context, s Scope) (people, error) {
	var all people
	err := c.ask(ctx, named, s, func(row []types.Value) error {
		all = append(all, person{row[0].Text, row[1].Text})
		return nil
	})
	return all, err
}

// meant says whom somebody may have meant by the users among indicators.
func (c *Case) meant(ctx context.Context, s Scope, list []activity.Indicator, found func(activity.Indicator) bool) ([]string, error) {
	list = slices.DeleteFunc(slices.Clone(list), func(i activity.Indicator) bool { return i.Kind != activity.User })
	if len(list) == 0 {
		return nil, nil
	}
	all, err := c.people(ctx, s)
	if err != nil {
		return nil, err
	}
	var left []string
	for _, i := range list {
		for _, sentence := range all.alike(i.Value, found(i)) {
			left = append(left, i.String()+": "+sentence)
		}
	}
	return left, nil
}

// alike says whom somebody may have meant by a name, in lower case: accounts for
// which it is shown, and, unless the name itself was found, those that are
// called almost so.
func (p people) alike(name string, found bool) []string {
	var left []string
	say := func(what string, is func(person) bool) {
		if list := p.accounts(is); len(list) > 0 {
			left = append(left, what+": "+strings.Join(list, ", "))
		}
	}
	say("accounts that have it as their display name, and are looked for by their own", func(of person) bool {
		return of.shown == name && of.account != name
	})
	if !found {
		say("names that contain it, and are looked for in whole", func(of person) bool {
			return of.account != name && strings.Contains(of.account, name)
		})
		say("names that are written almost so", func(of person) bool { return nearly(of.account, name) })
	}
	return left
}

// accounts returns a few of those of whom something is true, and says if there
// are more.
func (p people) accounts(is func(person) bool) []string {
	const few = 5
	var list []string
	for _, of := range p {
		if !is(of) || slices.Contains(list, of.account) {
			continue
		}
		if len(list) == few {
			return append(list, "and more")
		}
		list = append(list, of.account)
	}
	return list
}

// leastNearly is how long a name must be for another to be nearly it.
const leastNearly = 6

// nearly tells whether one or two letters have to be changed, put in or taken
// out to make b of a.
func nearly(a, b string) bool {
	from, to := []rune(a), []rune(b)
	if a == b || min(len(from), len(to)) < leastNearly || max(len(from), len(to))-min(len(from), len(to)) > 2 {
		return false
	}
	row := make([]int, len(to)+1)
	for j := range row {
		row[j] = j
	}
	for i, r := range from {
		diagonal := row[0]
		row[0] = i + 1
		for j, s := range to {
			change := diagonal
			if r != s {
				change++
			}
			diagonal = row[j+1]
			row[j+1] = min(change, row[j]+1, diagonal+1)
		}
	}
	return row[len(to)] <= 2
}

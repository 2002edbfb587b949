package investigation

import (
	"context"
	"fmt"
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

// mostMeant is of how many indicators that are in no record it is asked what they
// may have meant.
const mostMeant = 10

// meant says what somebody may have meant by indicators: of users whom, and of
// others that are in no record which names contain theirs.
func (c *Case) meant(ctx context.Context, s Scope, list []activity.Indicator, found func(activity.Indicator) bool) (left []string, err error) {
	var all people
	asked := 0
	for _, i := range list {
		var sentences []string
		switch column := columnOf(i.Kind); {
		case i.Kind == activity.User:
			if all == nil {
				if all, err = c.people(ctx, s); err != nil {
					return nil, err
				}
			}
			sentences = all.alike(i.Value, found(i))
		case column != "" && !found(i) && asked < mostMeant:
			asked++
			if sentences, err = c.containing(ctx, s, column, i.Value); err != nil {
				return nil, err
			}
		}
		for _, sentence := range sentences {
			left = append(left, i.String()+": "+sentence)
		}
	}
	return left, nil
}

// columnOf is the column of the view Activities that names of a kind are in; ”:
// there is none that is looked for in part.
func columnOf(k activity.Kind) string {
	switch k {
	case activity.App:
		return "App"
	case activity.Agent:
		return "UserAgent"
	case activity.Device:
		return "Device"
	case activity.Resource:
		return "Target"
	case activity.User, activity.IP, activity.Session, activity.Domain:
		return ""
	}
	panic(k)
}

// containing says which names of a column contain one that is in no record.
func (c *Case) containing(ctx context.Context, s Scope, column, value string) ([]string, error) {
	const few = 5
	var list []string
	text := fmt.Sprintf("%s | where %s contains %s | distinct Name = tostring(%s) | sort by Name asc | take %d", activity.View, column, literals([]string{value}), column, few+1)
	err := c.ask(ctx, text, s, func(row []types.Value) error {
		list = append(list, row[0].Text)
		return nil
	})
	if len(list) == 0 || err != nil {
		return nil, err
	}
	if len(list) > few {
		list[few] = "and more"
	}
	return []string{contains + strings.Join(list, ", ")}, nil
}

// contains is before names that contain another.
const contains = "names that contain it, and are looked for in whole: "

// alike says whom somebody may have meant by a name, in lower case: accounts for
// which it is shown, and, unless the name itself was found, those that are
// called almost so.
func (p people) alike(name string, found bool) []string {
	var left []string
	say := func(what string, is func(person) bool) {
		if list := p.accounts(is); len(list) > 0 {
			left = append(left, what+strings.Join(list, ", "))
		}
	}
	say("accounts that have it as their display name, and are looked for by their own: ", func(of person) bool {
		return of.shown == name && of.account != name
	})
	if !found {
		say(contains, func(of person) bool {
			return of.account != name && strings.Contains(of.account, name)
		})
		say("names that are written almost so: ", func(of person) bool { return nearly(of.account, name) })
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

package correlate

import (
	"fmt"
	"slices"
	"strings"

	"github.com/conshelf/conshelf/internal/incident"
)

// tried links an alert that names no account, such as a spray from a hundred
// addresses, to those about an account that it mentions: by the user agent that
// both show, if few others show it. A user agent by itself joins nothing, for
// two attackers may have one tool; nor does a name in a list by itself, for a
// spray tries everybody.
func tried(alerts []incident.Alert, subjects []subject) []link {
	shown := make(map[string][]int) // user agents, and the alerts that show them
	for i, a := range alerts {
		if Core(a) {
			for _, agent := range agentsOf(a) {
				shown[agent] = append(shown[agent], i)
			}
		}
	}
	var links []link
	for n := range subjects {
		s := &subjects[n]
		if s.kind != account {
			continue
		}
		for _, j := range s.alerts {
			if i, agent, ok := trier(alerts, s, j, shown); ok {
				l := newLink(alerts, s, min(i, j), max(i, j))
				l.reason = fmt.Sprintf("One is about the account %s, the other names it among those it tried, and both show the user agent %s, which few others do.", s.entity, agent)
				links = append(links, l)
			}
		}
	}
	return links
}

// trier returns the alert nearest to the j-th that tried the account.
func trier(alerts []incident.Alert, s *subject, j int, shown map[string][]int) (best int, agent string, ok bool) {
	if !Core(alerts[j]) {
		return 0, "", false
	}
	for _, a := range agentsOf(alerts[j]) {
		if len(showing(alerts, shown[a])) > maxSharers {
			continue
		}
		for _, i := range shown[a] {
			if i == j || alerts[i].Tenant != alerts[j].Tenant || len(namedIn(alerts[i], account)) > 0 || apart(alerts[i], alerts[j]) > day || !mentionsAccount(alerts[i], s) {
				continue
			}
			if !ok || apart(alerts[i], alerts[j]) < apart(alerts[best], alerts[j]) {
				best, agent, ok = i, a, true
			}
		}
	}
	return best, agent, ok
}

// showing are the accounts of the alerts, by name.
func showing(alerts []incident.Alert, of []int) []string {
	var names []string
	for _, i := range of {
		names = append(names, namedIn(alerts[i], account)...)
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// agentsOf returns the user agents that the columns of an alert tell.
func agentsOf(a incident.Alert) []string {
	var list []string
	for _, d := range a.Details {
		switch d.Name {
		case "UserAgent", "UserAgents", "Client":
			for _, agent := range listed(d.Value) {
				if !slices.Contains(list, agent) {
					list = append(list, agent)
				}
			}
		}
	}
	return list
}

// listed takes a column's text apart if it is a list.
func listed(text string) []string {
	if !strings.HasPrefix(text, "[") {
		return nonempty(text)
	}
	var list []string
	for _, part := range strings.Split(strings.Trim(text, "[]"), `","`) {
		list = append(list, nonempty(strings.Trim(part, `" `))...)
	}
	return list
}

func nonempty(s string) []string {
	if s = strings.TrimSpace(s); s == "" {
		return nil
	}
	return []string{s}
}

// mentionsAccount tells whether a column of an alert lists the account.
func mentionsAccount(a incident.Alert, s *subject) bool {
	upn := strings.ToLower(s.entity.Identifier("FullName"))
	if upn == "" {
		return false
	}
	return slices.ContainsFunc(a.Details, func(d incident.Detail) bool {
		return strings.HasPrefix(d.Value, "[") && slices.ContainsFunc(listed(strings.ToLower(d.Value)), func(name string) bool { return name == upn })
	})
}

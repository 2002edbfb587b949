package correlate

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/conshelf/conshelf/internal/attack"
	"github.com/conshelf/conshelf/internal/incident"
)

// title tells the incident in a line: how it begins, where it leads, and whom
// it is about. "Password spray to mail forwarding: adele@contoso.com".
func title(in incident.Incident) string {
	alerts := slices.DeleteFunc(slices.Clone(in.Alerts), func(a incident.Alert) bool { return !Core(a) })
	if len(alerts) == 0 {
		alerts = in.Alerts
	}
	story := plot(alerts)
	if who := about(alerts); who != "" {
		story += ": " + who
	}
	return story
}

// plot names the first act and the last, in the order of the matrix.
func plot(alerts []incident.Alert) string {
	acts := slices.Clone(alerts)
	slices.SortStableFunc(acts, func(a, b incident.Alert) int { return cmp.Compare(place(a), place(b)) })
	first, last := act(acts[0]), act(acts[len(acts)-1])
	if first == last {
		return acts[0].Rule.Name
	}
	return sentenceCase(first) + " to " + last
}

// place returns where in the matrix an alert's own tactic stands. An attack
// begins with getting in, and that often begins with a password.
func place(a incident.Alert) int {
	if len(a.Tactics) == 0 {
		return 0
	}
	for _, t := range a.Techniques {
		if within(t, "T1110") {
			return attack.Order("InitialAccess") - 1
		}
	}
	return attack.Order(a.Tactics[0])
}

// act says in a few words what an alert shows.
func act(a incident.Alert) string {
	for _, t := range a.Techniques {
		for _, known := range acts() {
			if within(t, known.technique) {
				return known.words
			}
		}
	}
	for _, t := range a.Techniques {
		if technique, ok := attack.Lookup(t); ok {
			return technique.Name
		}
	}
	return a.Rule.Name
}

type words struct {
	technique incident.Technique
	words     string
}

// acts are the words for what attacks on accounts do; the closer match first.
func acts() []words {
	return []words{
		{"T1110.003", "password spray"},
		{"T1110", "password guessing"},
		{"T1621", "MFA fatigue"},
		{"T1539", "stolen session"},
		{"T1550", "replayed token"},
		{"T1528", "consent to an application"},
		{"T1671", "consent to an application"},
		{"T1098.001", "credentials added to an application"},
		{"T1098.002", "mailbox permissions"},
		{"T1098.003", "role assignment"},
		{"T1098.005", "device registration"},
		{"T1136", "new account"},
		{"T1556", "weakened authentication"},
		{"T1564.008", "hidden mail"},
		{"T1114.003", "mail forwarding"},
		{"T1114", "mailbox access"},
		{"T1555.006", "reading secrets from a key vault"},
		{"T1562.008", "disabled logs"},
		{"T1685.002", "disabled logs"},
		{"T1078", "account takeover"},
	}
}

// within tells whether t is the technique given, or a sub-technique of it.
func within(t, of incident.Technique) bool {
	return t == of || len(t) > len(of) && t[:len(of)] == of && t[len(of)] == '.'
}

func sentenceCase(s string) string {
	if s == "" || s[0] < 'a' || s[0] > 'z' {
		return s
	}
	return string(s[0]-'a'+'A') + s[1:]
}

// about names the account, application or address that most of the alerts are
// about, and how many more there are of its type.
func about(alerts []incident.Alert) string {
	for _, t := range []incident.EntityType{incident.Account, incident.Mailbox, incident.CloudApplication, incident.IP} {
		counts := countEntities(alerts, t)
		switch len(counts) {
		case 0:
			continue
		case 1:
			return counts[0].name
		case 2:
			return counts[0].name + " and 1 other"
		default:
			return fmt.Sprintf("%s and %d others", counts[0].name, len(counts)-1)
		}
	}
	return ""
}

type count struct {
	name   string
	bare   bool // an id, and no name
	alerts int
}

// order puts what is true before what is false.
func order(a, b bool) int {
	switch {
	case a == b:
		return 0
	case a:
		return -1
	}
	return 1
}

// countEntities returns the entities of a type, those of most alerts first,
// those without a name last.
func countEntities(alerts []incident.Alert, t incident.EntityType) []count {
	var counts []count
	for _, e := range entitiesOf(alerts) {
		if e.Type == t {
			bare := t == incident.Account && e.Identifier("FullName") == ""
			counts = append(counts, count{e.String(), bare, mentions(alerts, e)})
		}
	}
	slices.SortStableFunc(counts, func(a, b count) int {
		return cmp.Or(order(!a.bare, !b.bare), cmp.Compare(b.alerts, a.alerts), cmp.Compare(a.name, b.name))
	})
	return counts
}

// mentions counts the alerts that name an entity by any of its identifiers.
func mentions(alerts []incident.Alert, e incident.Entity) int {
	_, names := namesOf(e)
	n := 0
	for _, a := range alerts {
		if slices.ContainsFunc(a.Entities, func(of incident.Entity) bool {
			_, others := namesOf(of)
			return slices.ContainsFunc(others, func(name string) bool { return slices.Contains(names, name) })
		}) {
			n++
		}
	}
	return n
}

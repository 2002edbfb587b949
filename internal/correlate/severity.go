package correlate

import (
	"slices"

	"github.com/conshelf/conshelf/internal/incident"
)

// manySteps is at how many steps an attack is seen, each by a rule of its own,
// to count for more than any of the alerts by itself.
const manySteps = 3

// severity is that of the worst alert, and more for an attack that is seen at
// several steps: what is Medium is High at three of them.
func severity(alerts []incident.Alert) incident.Severity {
	worst := incident.Unrated
	steps, lesser := make(map[incident.Tactic]bool), make(map[incident.Tactic]bool)
	rules := make(map[string]bool)
	for _, a := range alerts {
		worst = max(worst, a.Severity)
		if len(a.Tactics) > 0 && (Core(a) || a.Severity == incident.Low) {
			lesser[a.Tactics[0]] = true // a rule lists what it is about first
		}
		if Core(a) {
			rules[a.Rule.ID] = true
			if len(a.Tactics) > 0 {
				steps[a.Tactics[0]] = true
			}
		}
	}
	if worst == incident.Medium && (len(steps) >= manySteps || len(rules) > 1 && len(lesser) >= manySteps) {
		return incident.High
	}
	return worst
}

// much is from how many acts on mail, files and secrets somebody took much.
const much = 20

// Raised is the severity of an incident whose trail is known. Alerts of low
// severity that add up are Medium if the trail shows somebody who is not the
// account's owner, as far as the owner's habits are known, and who left a way to
// come back or took much.
func Raised(in incident.Incident) incident.Severity {
	if in.Severity != incident.Low || in.Trail == nil || !AddsUp(in) {
		return in.Severity
	}
	stranger := func(account string) bool { return account != "" && !slices.Contains(in.Trail.Newcomers, account) }
	if slices.ContainsFunc(openings(*in.Trail), func(o incident.Opening) bool { return stranger(o.By) }) {
		return incident.Medium
	}
	taken := 0
	for _, a := range attackers(in.Trail) {
		if stranger(a.Account) && !a.Failed && reads(a) {
			taken++
		}
	}
	if taken >= much {
		return incident.Medium
	}
	return in.Severity
}

// reads tells whether an act is on mail, files or secrets.
func reads(a incident.Act) bool {
	kind, _ := reach(a)
	return kind == incident.ReachMailbox || kind == incident.ReachFiles || kind == incident.ReachSecrets
}

// AddsUp tells whether alerts of low severity are worth following: one account
// did, from one address, what two rules saw at two steps.
func AddsUp(in incident.Incident) bool {
	const several = 2
	type party struct{ account, address string }
	type sight struct {
		rules   map[string]bool
		tactics map[incident.Tactic]bool
	}
	seen := make(map[party]*sight)
	for _, a := range in.Alerts {
		if a.Severity != incident.Low || len(a.Tactics) == 0 {
			continue
		}
		for _, account := range namedIn(a, account) {
			for _, ip := range namedIn(a, address) {
				p := party{account, ip}
				if seen[p] == nil {
					seen[p] = &sight{make(map[string]bool), make(map[incident.Tactic]bool)}
				}
				seen[p].rules[a.Rule.ID] = true
				seen[p].tactics[a.Tactics[0]] = true
				if len(seen[p].rules) >= several && len(seen[p].tactics) >= several {
					return true
				}
			}
		}
	}
	return false
}

// namedIn returns the names of a kind that an alert gives its entities.
func namedIn(a incident.Alert, of kind) []string {
	var list []string
	for _, e := range a.Entities {
		if k, names := namesOf(e); k == of && len(names) > 0 {
			list = append(list, names...)
		}
	}
	return list
}

package timeline

import (
	"slices"
	"strings"
	"time"

	"github.com/conshelf/conshelf/internal/activity"
	"github.com/conshelf/conshelf/internal/evidence"
	"github.com/conshelf/conshelf/internal/incident"
)

// A judge tells which activities are an attacker's, from the alerts' records.
type judge struct {
	since    time.Time                    // a session that is older was its owner's until then
	alerts   map[evidence.Origin][]string // rules, by record
	sessions map[string]bool              // sessions and tokens of those records
	networks map[[2]string]bool           // their actors and addresses, where those were new
}

func newJudge(list []activity.Activity, alerts []incident.Alert, h Habits) judge {
	j := judge{alerts: make(map[evidence.Origin][]string), sessions: make(map[string]bool), networks: make(map[[2]string]bool)}
	for n, alert := range alerts {
		if n == 0 || alert.First.Before(j.since) {
			j.since = alert.First
		}
		for _, o := range alert.Origins {
			if !slices.Contains(j.alerts[o], alert.Rule.Name) {
				j.alerts[o] = append(j.alerts[o], alert.Rule.Name)
			}
		}
	}
	for _, a := range list {
		if _, alerted := j.alerts[a.Origin]; !alerted {
			continue
		}
		for _, id := range []string{a.SessionID, a.TokenID} {
			if id != "" {
				j.sessions[id] = true
			}
		}
		if a.Network != "" && a.Actor != "" && !h.usual(a) {
			j.networks[at(a)] = true
		}
	}
	return j
}

func at(a activity.Activity) [2]string { return [2]string{strings.ToLower(a.Actor), a.Network} }

// of returns why an activity is held for an attacker's, and the rules that
// alerted on it.
func (j judge) of(a activity.Activity) (Attribution, []string) {
	if rules := j.alerts[a.Origin]; len(rules) > 0 {
		return Alerted, rules
	}
	if !a.Time.Before(j.since) && (a.SessionID != "" && j.sessions[a.SessionID] || a.TokenID != "" && j.sessions[a.TokenID]) {
		return SameSession, nil
	}
	if a.Network != "" && a.Actor != "" && j.networks[at(a)] {
		return SameNetwork, nil
	}
	return Ordinary, nil
}

package correlate

import (
	"fmt"
	"slices"
	"strings"

	"github.com/conshelf/conshelf/internal/incident"
)

// confidence adds up why an incident is an attack, and why not.
func confidence(in incident.Incident) incident.Confidence {
	c := incident.Confidence{Terms: terms(in)}
	for _, t := range c.Terms {
		c.Score += t.Points
	}
	c.Score = min(100, max(0, c.Score))
	switch {
	case c.Score >= 60:
		c.Level = "high"
	case c.Score >= 35:
		c.Level = "medium"
	default:
		c.Level = "low"
	}
	return c
}

func terms(in incident.Incident) []incident.Ground {
	list := []incident.Ground{}
	add := func(points int, format string, args ...any) {
		list = append(list, incident.Ground{Points: points, Reason: fmt.Sprintf(format, args...)})
	}
	rules, tactics := coreRules(in)
	switch n := len(rules); n {
	case 0:
		add(-10, "no rule that found something is of medium severity or above")
	case 1:
		add(15, "one rule of medium severity or above found something")
	default:
		add(min(40, 10+10*n), "%d rules of medium severity or above found something, each by itself", n)
	}
	if n := lesserRules(in); n > 0 {
		add(min(15, 3*n), "%d lesser rules found something about the same", n)
	}
	if slices.ContainsFunc(in.Alerts, func(a incident.Alert) bool { return a.Severity == incident.High }) {
		add(20, "an alert is of high severity")
	}
	if len(tactics) >= 3 {
		add(15, "it goes through %d stages of an attack", len(tactics))
	}
	if in.Trail == nil {
		return list
	}
	t := *in.Trail
	if n := actsOf(t.Acts, incident.AProducts); n > 0 {
		add(10, "Microsoft's own products warned of it: %s", times(n))
	}
	if n := len(openings(t)); n > 0 {
		add(15, "it left a way to come back: %s", times(n))
	}
	if owned := both(t); owned > 0 {
		add(-10, "its owner used the same session at the time: some of the acts may be the owner's")
	}
	if len(t.Newcomers) > 0 {
		add(-10, "nothing is known of %s from before, so that nothing they did is unusual", strings.Join(t.Newcomers, ", "))
	}
	if n := actsOf(t.Acts, incident.Attackers); n > 0 {
		add(10, "it was done from networks and devices that are new to whoever did it: %s", times(n))
	} else {
		add(-15, "no record was found that is certainly of the attacker")
	}
	return list
}

// coreRules returns the rules and the first tactics of the alerts that can be
// an attack by themselves.
func coreRules(in incident.Incident) (rules []string, tactics []incident.Tactic) {
	for _, a := range in.Alerts {
		if !Core(a) {
			continue
		}
		if !slices.Contains(rules, a.Rule.ID) {
			rules = append(rules, a.Rule.ID)
		}
		if len(a.Tactics) > 0 && !slices.Contains(tactics, a.Tactics[0]) {
			tactics = append(tactics, a.Tactics[0])
		}
	}
	return rules, tactics
}

// lesserRules counts the rules of low severity that found something.
func lesserRules(in incident.Incident) int {
	seen := make(map[string]bool)
	for _, a := range in.Alerts {
		if a.Severity == incident.Low {
			seen[a.Rule.ID] = true
		}
	}
	return len(seen)
}

func actsOf(acts []incident.Act, whose incident.Whose) int {
	n := 0
	for _, a := range acts {
		if a.Whose == whose {
			n++
		}
	}
	return n
}

// openings are the ways back that the attacker made: all that is open but his
// sessions, which every sign-in leaves.
func openings(t incident.Trail) []incident.Opening {
	return slices.DeleteFunc(slices.Clone(t.Open), func(o incident.Opening) bool {
		return o.Kind == incident.OpenSession || o.Whose != incident.Attackers
	})
}

// both counts the acts of owners in stolen sessions.
func both(t incident.Trail) int {
	n := 0
	for _, s := range t.Sessions {
		n += s.Own
	}
	return n
}

func times(n int) string {
	if n == 1 {
		return "once"
	}
	return fmt.Sprintf("%d times", n)
}

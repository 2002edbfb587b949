package respond

import (
	"slices"
	"strings"

	"github.com/conshelf/conshelf/internal/incident"
)

// A Playbook is what to do about one concern: an account taken over, a
// malicious application. Load reads playbooks; they do not change.
type Playbook struct {
	ID          string
	Name        string
	Description string
	steps       []stepTemplate
}

// Steps returns how many steps the playbook has.
func (p Playbook) Steps() int { return len(p.steps) }

// A turn is a step's place within its phase: an index into turns.
type turn int

// turns are the turns in order. The order is the point: state is kept before
// it is changed, and sessions are revoked after the password and the methods
// that could open new ones are gone.
var turns = []string{
	"confirm", "snapshot", "review", "block", "disable", "reset",
	"remove", "rotate", "restore", "revoke", "harden", "verify",
}

// A stepTemplate is one step of a playbook, before an incident fills it.
type stepTemplate struct {
	id         string
	phase      Phase
	turn       turn
	title      template
	why        template
	forEach    incident.EntityType // "": once for the incident
	items      []string            // details whose every element makes a step of its own
	when       []condition         // any of them; none: always
	before     *requestTemplate
	do         *requestTemplate
	undo       *requestTemplate
	noUndo     string
	verify     template
	permission string
	missing    []string // what a person must know or decide first, as the playbook says
}

type requestTemplate struct {
	method string
	url    template
	body   template
}

// A condition holds of one alert and, in a step for each entity, of that
// entity. All parts that are given must hold of the same alert.
type condition struct {
	techniques []incident.Technique // any; T1078 covers T1078.004
	tactics    []incident.Tactic    // any
	rules      []string             // any
	details    []detailCondition    // all
	without    []detailCondition    // none
	standing   []Standing           // any
	given      bool                 // what the alert shows was done to the entity
}

// A detailCondition asks for a detail with one of the names, and one of the
// values unless none is given.
type detailCondition struct {
	names    []string
	in       []string // equal, case folded; also as an element of a list
	contains []string // case folded
}

func (c condition) holds(a incident.Alert) bool {
	return (len(c.techniques) == 0 || slices.ContainsFunc(c.techniques, func(t incident.Technique) bool { return shows(a, t) })) &&
		(len(c.tactics) == 0 || slices.ContainsFunc(c.tactics, func(t incident.Tactic) bool { return slices.Contains(a.Tactics, t) })) &&
		(len(c.rules) == 0 || slices.Contains(c.rules, a.Rule.ID)) &&
		!slices.ContainsFunc(c.details, func(d detailCondition) bool { return !d.holds(a) }) &&
		!slices.ContainsFunc(c.without, func(d detailCondition) bool { return d.holds(a) })
}

// holdsOf tells whether the condition holds of an entity that the alert
// mentions. What it is in the incident says nothing of its part in an alert:
// who was used to give a role away was not given it.
func (c condition) holdsOf(a incident.Alert, s subject) bool {
	return (len(c.standing) == 0 || slices.Contains(c.standing, s.is)) && (!c.given || isGiven(a, s.entity))
}

func (d detailCondition) holds(a incident.Alert) bool {
	for _, detail := range a.Details {
		if slices.ContainsFunc(d.names, func(n string) bool { return strings.EqualFold(n, detail.Name) }) && d.matches(detail.Value) {
			return true
		}
	}
	return false
}

func (d detailCondition) matches(v string) bool {
	if len(d.in) == 0 && len(d.contains) == 0 {
		return strings.TrimSpace(v) != ""
	}
	for _, element := range elements(v) {
		if slices.ContainsFunc(d.in, func(w string) bool { return strings.EqualFold(w, element) }) {
			return true
		}
	}
	return slices.ContainsFunc(d.contains, func(w string) bool { return strings.Contains(strings.ToLower(v), strings.ToLower(w)) })
}

// shows tells whether the alert is of the technique or one below it.
func shows(a incident.Alert, t incident.Technique) bool {
	return slices.ContainsFunc(a.Techniques, func(have incident.Technique) bool {
		return have == t || strings.HasPrefix(string(have), string(t)+".")
	})
}

func showsAny(a incident.Alert, ts []incident.Technique) bool {
	return slices.ContainsFunc(ts, func(t incident.Technique) bool { return shows(a, t) })
}

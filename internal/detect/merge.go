package detect

import (
	"slices"
	"strings"

	"github.com/conshelf/conshelf/internal/evidence"
	"github.com/conshelf/conshelf/internal/incident"
)

// A merger makes one alert of the matches that a rule makes again and again
// while what it matched is in its window.
type merger struct {
	limit int // of origins
	done  []incident.Alert
	open  []running // matched in a window that the next may overlap
}

// A running match is one that the next run may make again.
type running struct {
	alert   incident.Alert
	details string // of every row that was merged into it, the last
	entity  string
	window  span // the last that it was matched in
	again   bool // matched in the run being added
}

func newMerger(limit int) *merger { return &merger{limit: limit} }

// add takes the alerts of one run in. Runs come in order.
func (m *merger) add(window span, alerts []incident.Alert) {
	m.close(window)
	slices.SortFunc(alerts, compareAlerts)
	var fresh []incident.Alert
	for _, same := range []func(running, incident.Alert) bool{running.repeats, running.continues, running.grows} {
		fresh = fresh[:0:0]
		for _, a := range alerts {
			if !m.merge(window, a, same) {
				fresh = append(fresh, a)
			}
		}
		alerts = fresh
	}
	for _, a := range fresh {
		m.start(window, a)
	}
}

// close ends the matches whose window the new one does not overlap.
func (m *merger) close(window span) {
	m.open = slices.DeleteFunc(m.open, func(r running) bool {
		if r.window.overlaps(window) {
			return false
		}
		m.done = append(m.done, r.alert)
		return true
	})
	for i := range m.open {
		m.open[i].again = false
	}
}

// merge adds a to the first running match that is the same and was not
// matched again yet.
func (m *merger) merge(window span, a incident.Alert, same func(running, incident.Alert) bool) bool {
	for i := range m.open {
		r := &m.open[i]
		if r.again || !same(*r, a) {
			continue
		}
		r.merge(a, m.limit)
		r.window, r.again = window, true
		return true
	}
	return false
}

func (r *running) merge(a incident.Alert, limit int) {
	details, description := r.alert.Details, r.alert.Description
	if a.OriginCount >= r.alert.OriginCount { // the fuller row speaks for both
		details, description = a.Details, a.Description
	}
	r.alert = united(r.alert, a, limit)
	r.alert.Details, r.alert.Description = details, description
	r.details, r.entity = detailKey(a), entityKey(r.alert)
}

// start begins a match. A row that is in one run twice is one match.
func (m *merger) start(window span, a incident.Alert) {
	details, entity := detailKey(a), entityKey(a)
	for i := range m.open {
		r := &m.open[i]
		if r.window == window && r.details == details && r.entity == entity {
			r.alert = united(r.alert, a, m.limit)
			return
		}
	}
	m.open = append(m.open, running{alert: a, details: details, entity: entity, window: window, again: true})
}

// repeats: the same row again.
func (r running) repeats(a incident.Alert) bool {
	return r.entity == entityKey(a) && r.details == detailKey(a)
}

// continues: about the same entities, for one of the same records.
func (r running) continues(a incident.Alert) bool {
	return r.entity == entityKey(a) && shareOrigin(r.alert, a)
}

// grows: for one of the same records, with more entities or fewer.
func (r running) grows(a incident.Alert) bool {
	return shareOrigin(r.alert, a) && (within(r.alert.Entities, a.Entities) || within(a.Entities, r.alert.Entities))
}

// shareOrigin tells whether both alerts have a record in common. Of two that
// list only a part of their records nobody can tell; they are taken to.
func shareOrigin(a, b incident.Alert) bool {
	if a.OriginCount > int64(len(a.Origins)) && b.OriginCount > int64(len(b.Origins)) {
		return true
	}
	return slices.ContainsFunc(a.Origins, func(o evidence.Origin) bool {
		_, found := slices.BinarySearchFunc(b.Origins, o, compareOrigins)
		return found
	})
}

// within tells whether every one of the entities is among the others.
func within(entities, others []incident.Entity) bool {
	return len(entities) > 0 && !slices.ContainsFunc(entities, func(e incident.Entity) bool {
		_, found := slices.BinarySearchFunc(others, e, incident.CompareEntities)
		return !found
	})
}

// alerts ends all matches and returns their alerts.
func (m *merger) alerts() []incident.Alert {
	m.close(span{})
	for i := range m.done {
		m.done[i] = finished(m.done[i])
	}
	return m.done
}

func entityKey(a incident.Alert) string {
	var b strings.Builder
	for _, e := range a.Entities {
		b.WriteString(string(e.Type))
		for _, i := range e.Identifiers {
			b.WriteString("\x00" + i.Name + "\x00" + i.Value)
		}
		b.WriteByte('\n')
	}
	return b.String()
}

func detailKey(a incident.Alert) string {
	var b strings.Builder
	for _, d := range a.Details {
		b.WriteString(d.Name + "\x00" + d.Value + "\x00")
	}
	return b.String()
}

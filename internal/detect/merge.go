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

// A candidate is an alert of the run being added, with what it is compared by.
type candidate struct {
	alert           incident.Alert
	details, entity string
}

// add takes the alerts of one run in. Runs come in order.
func (m *merger) add(window span, alerts []incident.Alert) {
	m.close(window)
	slices.SortFunc(alerts, compareAlerts)
	rest := make([]candidate, len(alerts))
	for i, a := range alerts {
		rest[i] = candidate{a, detailKey(a), entityKey(a)}
	}
	known := indexOf(m.open)
	rest = m.mergeAll(window, rest, known.about, running.repeats)
	rest = m.mergeAll(window, rest, known.about, running.continues)
	rest = m.mergeAll(window, rest, func(a candidate) []int { return known.sharing(m.open, a.alert) }, running.grows)
	m.startAll(window, rest)
}

// mergeAll adds each alert to the first running match among the likely ones
// that is the same and was not matched again yet, and returns those that have
// none.
func (m *merger) mergeAll(window span, alerts []candidate, likely func(candidate) []int, same func(running, candidate) bool) []candidate {
	var rest []candidate
	for _, a := range alerts {
		places := likely(a)
		at := slices.IndexFunc(places, func(i int) bool { return !m.open[i].again && same(m.open[i], a) })
		if at < 0 {
			rest = append(rest, a)
			continue
		}
		r := &m.open[places[at]]
		r.merge(a.alert, m.limit)
		r.window, r.again = window, true
	}
	return rest
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

func (r *running) merge(a incident.Alert, limit int) {
	details, description := r.alert.Details, r.alert.Description
	if a.OriginCount >= r.alert.OriginCount { // the fuller row speaks for both
		details, description = a.Details, a.Description
	}
	r.alert = united(r.alert, a, limit)
	r.alert.Details, r.alert.Description = details, description
	r.details, r.entity = detailKey(a), entityKey(r.alert)
}

// startAll begins matches. A row that is in one run twice is one match.
func (m *merger) startAll(window span, alerts []candidate) {
	type key struct{ details, entity string }
	here := make(map[key]int)
	for i, r := range slices.Backward(m.open) {
		if r.window == window {
			here[key{r.details, r.entity}] = i
		}
	}
	for _, a := range alerts {
		k := key{a.details, a.entity}
		if i, ok := here[k]; ok {
			m.open[i].alert = united(m.open[i].alert, a.alert, m.limit)
			continue
		}
		here[k] = len(m.open)
		m.open = append(m.open, running{alert: a.alert, details: a.details, entity: a.entity, window: window, again: true})
	}
}

// repeats: the same row again.
func (r running) repeats(a candidate) bool {
	return r.entity == a.entity && r.details == a.details
}

// continues: about the same entities, for one of the same records.
func (r running) continues(a candidate) bool {
	return r.entity == a.entity && shareOrigin(r.alert, a.alert)
}

// grows: for one of the same records, with more entities or fewer.
func (r running) grows(a candidate) bool {
	return shareOrigin(r.alert, a.alert) && (within(r.alert.Entities, a.alert.Entities) || within(a.alert.Entities, r.alert.Entities))
}

// shareOrigin tells whether both alerts have a record in common. Of two that
// list only a part of their records nobody can tell; they are taken to.
func shareOrigin(a, b incident.Alert) bool {
	if cut(a) && cut(b) {
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

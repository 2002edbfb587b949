package respond

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"slices"
	"strings"

	"github.com/conshelf/conshelf/internal/incident"
)

// Make returns what the incident calls for according to the playbooks. It
// reads nothing else and sends nothing; the same arguments give the same plan.
func Make(inc incident.Incident, books []Playbook) Plan {
	m := maker{incident: inc, subjects: subjects(inc)}
	for b, book := range books {
		for s, t := range book.steps {
			m.place = [2]int{b, s}
			m.step(book.ID, t)
		}
	}
	slices.SortStableFunc(m.planned, compareDrafts)
	plan := Plan{Incident: inc.ID, Tenant: inc.Tenant, Steps: make([]Step, len(m.planned))}
	for i, d := range m.planned {
		plan.Steps[i] = d.step
	}
	return plan
}

// A maker collects the steps of one plan.
type maker struct {
	incident incident.Incident
	subjects []subject
	place    [2]int // of the playbook, and of the step in it
	planned  []draft
}

// A draft is a step with what it is sorted by.
type draft struct {
	step  Step
	phase int
	turn  turn
	place [2]int
}

func compareDrafts(a, b draft) int {
	return cmp.Or(cmp.Compare(a.phase, b.phase), cmp.Compare(a.turn, b.turn),
		slices.Compare(a.place[:], b.place[:]), incident.CompareEntities(a.step.Entity, b.step.Entity),
		cmp.Compare(a.step.Title, b.step.Title), cmp.Compare(a.step.ID, b.step.ID))
}

func (m *maker) step(book string, t stepTemplate) {
	if t.forEach == "" {
		m.forIncident(book, t)
		return
	}
	for i := range m.subjects {
		if m.subjects[i].entity.Type == t.forEach {
			m.forSubject(book, t, &m.subjects[i])
		}
	}
}

// forIncident plans one step for all alerts that call for it.
func (m *maker) forIncident(book string, t stepTemplate) {
	var calling []incident.Alert
	for i, a := range m.incident.Alerts {
		if len(t.when) == 0 || slices.ContainsFunc(t.when, func(c condition) bool { return c.holds(a) && m.anySubject(c, i) }) {
			calling = append(calling, a)
		}
	}
	if len(calling) > 0 {
		m.fill(book, t, &binding{incident: m.incident, subjects: m.subjects, alerts: calling})
	}
}

// anySubject tells whether an alert mentions an entity of the standing that c
// asks for.
func (m *maker) anySubject(c condition, alert int) bool {
	return len(c.standing) == 0 && !c.given || slices.ContainsFunc(m.subjects, func(s subject) bool {
		return slices.Contains(s.alerts, alert) && c.holdsOf(m.incident.Alerts[alert], s)
	})
}

// forSubject plans a step for each alert that calls for it: each may hold
// another credential or grant. Those that come out the same are one step.
func (m *maker) forSubject(book string, t stepTemplate, s *subject) {
	for _, i := range s.alerts {
		a := m.incident.Alerts[i]
		if len(t.when) > 0 && !slices.ContainsFunc(t.when, func(c condition) bool { return c.holds(a) && c.holdsOf(a, *s) }) {
			continue
		}
		for _, item := range itemsOf(a, t.items) {
			m.fill(book, t, &binding{incident: m.incident, subjects: m.subjects, subject: s, alerts: []incident.Alert{a}, item: item})
		}
	}
}

// itemsOf returns the elements of the details called names, each once; a
// single ” if there are none.
func itemsOf(a incident.Alert, names []string) []string {
	var items []string
	for _, d := range a.Details {
		if slices.ContainsFunc(names, func(n string) bool { return strings.EqualFold(n, d.Name) }) {
			items = append(items, elements(d.Value)...)
		}
	}
	slices.Sort(items)
	items = slices.DeleteFunc(slices.Compact(items), func(s string) bool { return s == "" })
	if len(items) == 0 {
		return []string{""}
	}
	return items
}

func (m *maker) fill(book string, t stepTemplate, b *binding) {
	step := Step{Phase: t.phase, NoUndo: t.noUndo, Permission: t.permission}
	if b.subject != nil {
		step.Entity = b.subject.entity
	}
	step.Title = t.titleOf(b)
	for _, a := range b.alerts {
		step.Alerts = append(step.Alerts, a.ID)
	}
	step.Missing = slices.Clone(t.missing)
	if t.changes() && unconfirmed(m.incident) {
		step.Title = askFirst(step.Title)
		step.Missing = slices.Insert(step.Missing, 0, ownersWord)
	}
	step.Before = t.before.fill(b, &step)
	step.Do = t.do.fill(b, &step)
	step.Undo = t.undo.fill(b, &step)
	if query, missing := t.verify.fill(b); len(missing) == 0 {
		step.Verify = query // a query with a hole in it would find nothing, and look like success
	}
	step.ID = book + "/" + t.id + "/" + digest(step)
	if i := slices.IndexFunc(m.planned, func(d draft) bool { return d.step.ID == step.ID }); i >= 0 {
		m.join(i, t, b, step)
		return
	}
	step.Why = m.whyOf(t, b)
	m.planned = append(m.planned, draft{step, slices.Index(Phases(), t.phase), t.turn, m.place})
}

// join adds to a planned step the alert that calls for it too.
func (m *maker) join(i int, t stepTemplate, b *binding, step Step) {
	planned := &m.planned[i].step
	for _, id := range step.Alerts {
		if !slices.Contains(planned.Alerts, id) {
			planned.Alerts = append(planned.Alerts, id)
		}
	}
	all := *b
	all.alerts = nil
	for _, a := range m.incident.Alerts {
		if slices.Contains(planned.Alerts, a.ID) {
			all.alerts = append(all.alerts, a)
		}
	}
	planned.Why = m.whyOf(t, &all)
}

func (m *maker) whyOf(t stepTemplate, b *binding) string {
	why, _ := t.why.fill(b)
	if t.changes() && unconfirmed(m.incident) {
		return askFirstWhy(why)
	}
	return why
}

// titleOf fills the title. A name that no record holds is left out of it: the
// reasons and what is to be looked up say so.
func (t stepTemplate) titleOf(b *binding) string {
	title, _ := t.title.fill(b)
	return strings.ReplaceAll(title, " "+notInRecords, "")
}

func (r *requestTemplate) fill(b *binding, step *Step) *Request {
	if r == nil {
		return nil
	}
	url, missing := r.url.fill(b)
	body, more := r.body.fill(b)
	for _, sentence := range slices.Concat(missing, more) {
		if !slices.Contains(step.Missing, sentence) {
			step.Missing = append(step.Missing, sentence)
		}
	}
	return &Request{Method: r.method, URL: url, Body: body}
}

// digest names a step by what it does and to whom, not by which alerts ask.
func digest(s Step) string {
	s.Alerts, s.Why = nil, ""
	text, err := json.Marshal(s)
	if err != nil {
		panic(err) // a Step holds nothing that does not marshal
	}
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:6])
}

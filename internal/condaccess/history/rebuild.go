package history

import (
	"cmp"
	"encoding/json"
	"time"

	"github.com/conshelf/conshelf/internal/condaccess"
)

// slack is how far the time of a record may be from the one that the document
// itself has for the same change.
const slack = time.Minute

// An export is an object as it was exported.
type export struct {
	location bool
	id, name string
	is       state
	// missing says, of an object that is not in the export, why what it is now is
	// not known; empty where there is no export.
	missing string
}

func (x *export) key() string { return objectKey(x.location, x.id) }

// exported returns the objects of an export. One that is there twice, and says
// two things, is not known.
func exported(t *condaccess.Tenant) []export {
	var out []export
	at := make(map[string]int)
	add := func(x export, document json.RawMessage) {
		x.is.date(document)
		n, twice := at[x.key()]
		if twice && x.id != "" {
			out[n].is = lost("the export has it twice, and the two differ")
			return
		}
		at[x.key()] = len(out)
		out = append(out, x)
	}
	for _, p := range t.Policies {
		live := *p
		live.Deleted = false // when it was deleted is a change
		x := export{id: p.ID, name: p.Name, is: state{policy: &live, exported: true}}
		if p.Deleted && deleted(p).IsZero() {
			x.is = lost("it was deleted, and nothing says when")
		}
		add(x, p.Document)
	}
	for _, l := range t.Locations {
		add(export{location: true, id: l.ID, name: l.Name, is: state{location: l, exported: true}}, l.Document)
	}
	return out
}

// deletions returns the changes that policies of the bin tell of themselves.
func deletions(t *condaccess.Tenant) []Change {
	var out []Change
	for _, p := range t.Policies {
		at := deleted(p)
		if !p.Deleted || at.IsZero() {
			continue
		}
		c := Change{Time: at, Operation: "Delete conditional access policy", ID: p.ID, Name: p.Name, New: Value{Absent: true}}
		c.Old = Value{Why: "what it was when it was deleted is not recorded"}
		out = append(out, c)
	}
	return out
}

func deleted(p *condaccess.Policy) time.Time {
	var v struct{ DeletedDateTime string }
	if json.Unmarshal(p.Document, &v) != nil {
		return time.Time{}
	}
	return instant(v.DeletedDateTime)
}

// rebuild makes the stretches of one object between its changes, which are in
// order of time.
func rebuild(x export, changes []Change, log Window) object {
	o := object{location: x.location, id: x.id, name: x.name}
	place := x.is.place(changes)
	for i := range len(changes) + 1 {
		s := span{log: log}
		if i > 0 {
			s.from, s.after = changes[i-1].Time, stateOf(changes[i-1].New, x.location, x.id)
			o.name = cmp.Or(o.name, changes[i-1].Name)
		}
		if i < len(changes) {
			s.before = stateOf(changes[i].Old, x.location, x.id)
		} else if !x.is.known() && x.is.lost == "" {
			s.before = state{lost: x.missing}
			s.unexported = x.missing != "" && !s.after.absent
		}
		if i == place && !s.before.known() && !s.before.absent && (x.is.known() || x.is.lost != "") {
			s.before = x.is
		}
		o.stretches = append(o.stretches, s.stretches()...)
	}
	o.stretches = merged(o.stretches)
	return o
}

// place returns after how many of the changes a document became as it is: after
// the one that is its own by time, or all that are earlier.
func (s *state) place(changes []Change) int {
	if s.since.IsZero() {
		return len(changes)
	}
	place, nearest := 0, slack+1
	for i, c := range changes {
		apart := c.Time.Sub(s.since).Abs()
		switch {
		case apart < nearest && apart <= slack:
			place, nearest = i+1, apart
		case nearest > slack && c.Time.Before(s.since):
			place = i + 1
		}
	}
	return place
}

// A span is the time between two changes, or before the first, or after the
// last: what is known of its beginning and of its end.
type span struct {
	from          time.Time // zero: before everything
	after, before state     // of its beginning, and of its end
	log           Window
	unexported    bool
}

func (s *span) stretches() []stretch {
	b := &s.before
	switch {
	case s.unexported && !s.after.absent:
		return s.whole(lost("%s", b.lost))
	case b.known() && !b.since.IsZero():
		return s.dated()
	case b.known():
		return s.undated()
	case b.absent:
		return s.ending()
	case s.after.known() || s.after.absent:
		return s.whole(s.after)
	}
	return s.whole(lost("%s", cmp.Or(b.lost, s.after.lost, "no record says what it was")))
}

func (s *span) whole(is state) []stretch { return []stretch{{s.from, is}} }

// dated is of an end that says itself since when it is so.
func (s *span) dated() []stretch {
	b := &s.before
	if s.from.IsZero() {
		return s.first()
	}
	own := b.since.Sub(s.from).Abs() <= slack // it is of the change itself
	switch {
	case b.since.Sub(s.from) > slack:
	case s.after.absent:
		return s.whole(lost("the log says that it was deleted at %s, and what is known of it later says otherwise", shown(s.from)))
	case s.after.same(b), own && (b.exported || !s.after.known()):
		return s.whole(*b)
	default:
		return s.whole(s.contradicted())
	}
	return []stretch{{s.from, lost("it was changed at %s, and no record says from what", shown(b.since))}, {b.since, *b}}
}

// first is of the time before every change that is recorded.
func (s *span) first() []stretch {
	b := &s.before
	why := lost("it was changed at %s, and no record says from what", shown(b.since))
	switch {
	case b.created.IsZero():
		return []stretch{{is: why}, {b.since, *b}}
	case !b.since.After(b.created.Add(slack)):
		return []stretch{{is: state{absent: true}}, {b.created, *b}}
	}
	return []stretch{{is: state{absent: true}}, {b.created, why}, {b.since, *b}}
}

// undated is of an end that does not say since when it is so: the log has to be
// whole in between.
func (s *span) undated() []stretch {
	b := &s.before
	switch {
	case s.from.IsZero() && s.log.From.IsZero():
		return s.whole(lost("it does not say since when it is as it is, and there is no audit log"))
	case s.from.IsZero() && s.log.From.Before(b.created):
		return []stretch{{is: state{absent: true}}, {b.created, *b}}
	case s.from.IsZero():
		return []stretch{{is: lost("it does not say since when it is as it is, and the audit log begins at %s", shown(s.log.From))}, {s.log.From, *b}}
	case s.after.absent || s.after.known() && !s.after.same(b):
		return s.whole(s.contradicted())
	}
	return s.whole(*b)
}

func (s *span) contradicted() state {
	return lost("what its change at %s made of it is not what it was later, and no record says when that changed", shown(s.from))
}

// ending is of an end at which there is nothing: it is added then.
func (s *span) ending() []stretch {
	switch {
	case s.from.IsZero(), s.after.absent:
		return s.whole(state{absent: true})
	}
	return s.whole(lost("the log has it added again, and no record says when it was deleted"))
}

// merged joins stretches that follow one another and are the same.
func merged(list []stretch) []stretch {
	var out []stretch
	for _, s := range list {
		if n := len(out); n > 0 && alike(&out[n-1].is, &s.is) {
			continue
		}
		out = append(out, s)
	}
	return out
}

func alike(a, b *state) bool {
	if a.absent || b.absent || a.lost != "" || b.lost != "" {
		return a.absent == b.absent && a.lost == b.lost && a.known() == b.known()
	}
	return a.same(b)
}

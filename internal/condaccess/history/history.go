// Package history rebuilds the Conditional Access policies and named locations
// that were in force at a moment, from those of today and from what an audit log
// recorded of each change:
//
//	log ──Read──▶ changes ─┐
//	tenant, as exported ───┴─Rebuild─▶ stretches of time, one after another ──At──▶ the tenant then
//
// Its one rule: what cannot be rebuilt is not known. A policy of today never
// stands in for the one that was there before.
package history

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/conshelf/conshelf/internal/condaccess"
)

// A History is the policies and the named locations of a tenant over time. It
// does not change after it is made.
type History struct {
	base    *condaccess.Tenant
	objects []object // those of the export in its order, then those that only the log knows by the time of their first change
	blind   []Change // that do not say what was changed
	log     Window
}

// A Window is from when to when the audit log is. The zero Window is no log.
type Window struct{ From, To time.Time }

// An object is a policy or a named location over time.
type object struct {
	location  bool
	id, name  string
	stretches []stretch // in order of time; the first begins before everything
}

// A stretch is a time in which an object does not change.
type stretch struct {
	from time.Time // zero: before everything
	is   state
}

// Rebuild makes the history of a tenant whose policies and locations are those
// of its export.
func Rebuild(t *condaccess.Tenant, changes []Change, log Window) *History {
	h := &History{base: t, log: log}
	changes = append(slices.Clone(changes), deletions(t)...)
	slices.SortStableFunc(changes, func(a, b Change) int { return a.Time.Compare(b.Time) })
	byID := make(map[string][]Change)
	for _, c := range changes {
		if c.ID == "" || c.Time.IsZero() {
			h.blind = append(h.blind, c)
			continue
		}
		byID[c.key()] = append(byID[c.key()], c)
	}
	for _, x := range exported(t) {
		h.objects = append(h.objects, rebuild(x, byID[x.key()], log))
		delete(byID, x.key())
	}
	for _, c := range changes {
		if list := byID[c.key()]; list != nil {
			x := export{location: c.Location, id: c.ID, missing: missing(t, c.Location)}
			h.objects = append(h.objects, rebuild(x, list, log))
			delete(byID, c.key())
		}
	}
	return h
}

// missing says what it means that an object is not in the export: nothing where
// there is no export.
func missing(t *condaccess.Tenant, location bool) string {
	if location && len(t.Locations) == 0 || !location && len(t.Policies) == 0 {
		return ""
	}
	return "the export does not have it, and no record says that it was deleted"
}

// Moments returns when the set changes, in order.
func (h *History) Moments() []time.Time {
	var out []time.Time
	for i := range h.objects {
		for _, s := range h.objects[i].stretches[1:] {
			out = append(out, s.from)
		}
	}
	for _, c := range h.blind {
		if !c.Time.IsZero() {
			out = append(out, c.Time)
		}
	}
	slices.SortFunc(out, time.Time.Compare)
	return slices.CompactFunc(out, time.Time.Equal)
}

// At returns the tenant as it was at a moment, which at the zero Time is not
// known: then what ever changed is not known either.
func (h *History) At(t time.Time) *condaccess.Tenant {
	out := *h.base
	out.Policies, out.Locations = nil, nil
	out.Incomplete = slices.Clone(h.base.Incomplete)
	for i := range h.objects {
		o := &h.objects[i]
		is := o.at(t)
		switch {
		case is.absent:
		case o.location && is.lost != "":
			out.LocationsKnown = false
			out.Locations = append(out.Locations, &condaccess.NamedLocation{ID: o.id, Name: o.name, Unread: []condaccess.Unread{{Path: "all of it", Value: is.lost}}})
		case o.location:
			out.Locations = append(out.Locations, is.location)
		case is.lost != "":
			out.Policies = append(out.Policies, &condaccess.Policy{ID: o.id, Name: o.name, Lost: is.lost})
		default:
			out.Policies = append(out.Policies, is.policy)
		}
	}
	if len(h.base.Policies) == 0 {
		out.Incomplete = append(out.Incomplete, "there is no export of the policies: those that were never changed are not here")
	}
	for _, c := range h.blind {
		if t.IsZero() || c.Time.IsZero() || t.Before(c.Time) {
			out.Incomplete = append(out.Incomplete, c.blind())
		}
	}
	return &out
}

// Tenants returns the tenant of every time between the moments.
func (h *History) Tenants() []*condaccess.Tenant {
	moments := h.Moments()
	if len(moments) == 0 {
		return []*condaccess.Tenant{h.At(time.Time{})}
	}
	out := []*condaccess.Tenant{h.At(moments[0].Add(-time.Nanosecond))}
	for _, m := range moments {
		out = append(out, h.At(m))
	}
	return out
}

func (o *object) at(t time.Time) state {
	if t.IsZero() && len(o.stretches) > 1 {
		return state{lost: "the sign-in does not say when it was"}
	}
	is := o.stretches[0].is
	for _, s := range o.stretches[1:] {
		if t.Before(s.from) {
			break
		}
		is = s.is
	}
	return is
}

// A Note is a sentence about what was rebuilt, or could not be.
type Note struct {
	Subject string
	Text    string
	Lost    bool // it could not be
}

// Notes says what was rebuilt, and what could not be.
func (h *History) Notes() []Note {
	var out []Note
	for i := range h.objects {
		out = append(out, h.objects[i].notes()...)
	}
	for _, c := range h.blind {
		out = append(out, Note{"Conditional Access", c.blind() + ": before it nothing is allowed for certain.", true})
	}
	text := "There is no audit log: policies that were deleted since are not among these, and of the others only what they say of themselves is known."
	if !h.log.From.IsZero() {
		text = fmt.Sprintf("The audit log begins at %s: policies that were deleted before are not among these.", shown(h.log.From))
	}
	return append(out, Note{"Conditional Access", text + " Who is in which group or role is as it was exported.", true})
}

// Empty tells whether there is no policy at all, of any time.
func (h *History) Empty() bool {
	return len(h.blind) == 0 && !slices.ContainsFunc(h.objects, func(o object) bool { return !o.location })
}

// Era returns the last of Moments that is not after t; zero where there is none,
// or t is zero.
func (h *History) Era(t time.Time) time.Time {
	var out time.Time
	for _, m := range h.Moments() {
		if !m.After(t) {
			out = m
		}
	}
	return out
}

func (o *object) notes() []Note {
	what := "policy"
	if o.location {
		what = "named location"
	}
	label := fmt.Sprintf("%s %q", what, cmp.Or(o.name, o.id))
	var out []Note
	add := func(lost bool, format string, args ...any) {
		out = append(out, Note{cmp.Or(o.name, o.id), fmt.Sprintf(format, args...), lost})
	}
	for i, s := range o.stretches {
		if s.is.lost == "" {
			continue
		}
		until := "on"
		if i+1 < len(o.stretches) {
			until = "until " + shown(o.stretches[i+1].from)
		}
		from := "From the beginning"
		if !s.from.IsZero() {
			from = "From " + shown(s.from)
		}
		add(true, "%s %s the %s is not known: %s.", from, until, label, s.is.lost)
	}
	if n := len(o.stretches); n > 1 && len(out) == 0 {
		add(false, "The %s was rebuilt: it changed at %s.", label, joinTimes(o.stretches[1:]))
	}
	return out
}

// blind says of a change that its record does not say of what it was, or when.
func (c *Change) blind() string {
	if c.Time.IsZero() {
		return c.Operation + " was recorded without a time"
	}
	return fmt.Sprintf("%s was recorded at %s, and not of what", c.Operation, shown(c.Time))
}

func joinTimes(list []stretch) string {
	var out []string
	for _, s := range list {
		out = append(out, shown(s.from))
	}
	return strings.Join(out, ", ")
}

func shown(t time.Time) string { return t.UTC().Format(time.RFC3339) }

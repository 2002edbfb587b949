package detect

import (
	"slices"

	"github.com/conshelf/conshelf/internal/evidence"
	"github.com/conshelf/conshelf/internal/incident"
)

// An index finds the running matches that an alert may be the same as, by
// their places, so that a run of thousands of alerts does not compare each with
// each. A match that an alert was merged into in this run has changed since;
// it is not looked for again.
type index struct {
	entity map[string][]int
	origin map[evidence.Origin][]int // nil: nobody asked yet
	cut    []int                     // those that list a part of their records
}

// indexOf indexes the running matches by their entities.
func indexOf(open []running) *index {
	x := &index{entity: make(map[string][]int, len(open))}
	for i, r := range open {
		x.entity[r.entity] = append(x.entity[r.entity], i)
	}
	return x
}

// about returns the matches about the entities, in order.
func (x *index) about(a candidate) []int { return x.entity[a.entity] }

// sharing returns, in order, at least the matches that have a record in common
// with an alert, or may have one.
func (x *index) sharing(open []running, a incident.Alert) []int {
	if x.origin == nil {
		x.addOrigins(open)
	}
	var list []int
	for _, o := range a.Origins {
		list = append(list, x.origin[o]...)
	}
	if cut(a) {
		list = append(list, x.cut...)
	}
	slices.Sort(list)
	return slices.Compact(list)
}

func (x *index) addOrigins(open []running) {
	x.origin = make(map[evidence.Origin][]int)
	for i, r := range open {
		for _, o := range r.alert.Origins {
			x.origin[o] = append(x.origin[o], i)
		}
		if cut(r.alert) {
			x.cut = append(x.cut, i)
		}
	}
}

// cut tells whether an alert lists only a part of its records.
func cut(a incident.Alert) bool { return a.OriginCount > int64(len(a.Origins)) }

package posture

import (
	"cmp"
	"slices"
	"strings"
)

// A result is what a check found. The zero result found nothing, which is no
// pass.
type result struct {
	against []Evidence // what does not meet the check
	support []Evidence // what meets it
	open    []string   // why it is not known
	notes   []string   // what else there is to know
	obtain  []string   // how to get what is missing
	partial []string   // why there may be more to look at, while nothing is met
	ingest  bool       // what is missing has to be in a case
}

// A want is what a check has to look at.
type want struct{ what, obtain string }

// lacks notes that something is not there.
func (r *result) lacks(w want) {
	r.open = append(r.open, "not there: "+w.what)
	r.obtain = append(r.obtain, w.obtain)
}

func (r *result) fail(e Evidence) { r.against = append(r.against, e) }
func (r *result) hold(e Evidence) { r.support = append(r.support, e) }
func (r *result) doubt(s string)  { r.open = append(r.open, s) }
func (r *result) note(s string)   { r.notes = append(r.notes, s) }

// verdict weighs: what is against decides; then whatever is open; and without
// anything that supports it nothing is met.
func (r *result) verdict() Verdict {
	switch {
	case len(r.against) > 0:
		return NotMet
	case len(r.open) > 0 || len(r.support) == 0:
		return NotLookedAt
	}
	return Met
}

// evidence returns what the verdict rests on.
func (r *result) evidence() []Evidence {
	list := r.against
	if r.verdict() == Met {
		list = r.support
	}
	list = slices.Clone(list)
	slices.SortFunc(list, func(a, b Evidence) int {
		return cmp.Or(cmp.Compare(a.Text, b.Text), cmp.Compare(a.Place, b.Place), cmp.Compare(a.Resource, b.Resource), cmp.Compare(a.User, b.User))
	})
	return slices.Compact(list)
}

// howTo says how to get what is missing, each once.
func (r *result) howTo() string {
	var out []string
	for _, how := range r.obtain {
		if !slices.Contains(out, how) {
			out = append(out, how)
		}
	}
	if r.ingest {
		out = append(out, "then conshelf ingest, and conshelf posture --case CASE")
	}
	return strings.Join(out, "; ")
}

func sentence(lists ...[]string) string {
	all := slices.Concat(lists...)
	slices.Sort(all)
	return strings.Join(slices.Compact(all), "; ")
}

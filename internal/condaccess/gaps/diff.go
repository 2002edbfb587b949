package gaps

import "github.com/conshelf/conshelf/internal/condaccess"

// A Comparison says what changes for a profile between two sets of policies:
// what was stopped for certain and is not any more, and what is stopped for
// certain and was not.
type Comparison struct {
	Profile Profile
	Opened  []Row
	Closed  []Row
	Further int // rows of either that are not listed
	// The weights are of all rows of each, listed or not.
	OpenedWeight, ClosedWeight Weight
}

// Compare compares two sets of the space's policies, by their number: a policy
// may be in both.
func (s *Space) Compare(p Profile, before, after func(policy int) bool, limit int) (*Comparison, error) {
	out := &Comparison{Profile: p}
	for _, side := range []struct {
		rows    *[]Row
		weight  *Weight
		was, is func(int) bool
	}{{&out.Opened, &out.OpenedWeight, before, after}, {&out.Closed, &out.ClosedWeight, after, before}} {
		found, err := s.changed(&p, side.was, side.is)
		if err != nil {
			return nil, err
		}
		rows, further, err := rowsOf(found, limit)
		if err != nil {
			return nil, err
		}
		*side.rows, *side.weight = rows, s.weightOf(found)
		out.Further += further
	}
	return out, nil
}

// changed finds what one set stops for certain and the other does not.
func (s *Space) changed(p *Profile, one, other func(int) bool) ([]candidate, error) {
	var found []candidate
	for i := range p.cases {
		r, err := s.region(&p.cases[i])
		if err != nil {
			return nil, err
		}
		if len(s.standIns()) > 0 {
			if r = s.unregistered(r); r == nil {
				continue
			}
		}
		from := state{wanted: r.chosen(one), stops: r.chosen(other)}
		check := func(signIn *condaccess.SignIn) error { return r.confirmChange(signIn, one, other) }
		found = append(found, r.candidates(from, check, r.used())...)
	}
	return found, nil
}

// chosen returns those policies that stop the situation for certain where they
// cover it, and are in a set.
func (r *region) chosen(in func(int) bool) set {
	var out set
	r.sure.each(func(i int) {
		if in(i) {
			out.add(i)
		}
	})
	return out
}

package gaps

import "github.com/conshelf/conshelf/internal/condaccess"

// A Comparison says what changes for a profile between two sets of policies:
// what was stopped for certain and is not any more, and what is stopped for
// certain and was not. A row that is not certain is of what the other set may stop.
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
		check := func(want condaccess.Truth) func(*condaccess.SignIn) error {
			return func(signIn *condaccess.SignIn) error { return r.confirmChange(signIn, one, other, want) }
		}
		sure, perhaps := r.sure.choose(0, one), r.perhaps.choose(s.policies, other)
		found = append(found, r.candidates(state{wanted: sure, stops: perhaps}, nil, check(condaccess.No), r.used())...)
		unsure := state{wanted: sure, stops: r.sure.choose(0, other)}
		perhaps.each(func(bit int) {
			if r.known(bit - s.policies) {
				return
			}
			if by := s.part(r, condaccess.No, set{}, partKey{covered: true, by: bit}); by != nil {
				found = append(found, by.candidates(unsure, other, check(condaccess.Unsure), by.used())...)
			}
		})
	}
	return found, nil
}

// known tells whether of a policy nothing is unsure: where it may stop, it stops.
func (r *region) known(policy int) bool {
	known := r.sure.has(policy)
	for _, sheet := range r.sheets {
		for i := range sheet.classes {
			in := &sheet.classes[i].in
			known = known && in.has(policy) == in.has(r.space.policies+policy)
		}
	}
	return known
}

package gaps

import "github.com/conshelf/conshelf/internal/condaccess"

// A Proof says whether sign-ins are always stopped.
type Proof struct {
	// Stopped is Yes if every one is, No if one is not, and Unsure if that depends
	// on what is not known.
	Stopped condaccess.Truth
	// Everywhere says that none is stopped, whatever else there is of it.
	Everywhere bool
	// By are the policies that stop them, where they always are.
	By []*condaccess.Policy
	// Witness is a sign-in that is not stopped, or not for certain.
	Witness *condaccess.SignIn
	Unknown []condaccess.Reason
}

// Prove answers whether the policies always stop a profile's sign-ins that have
// what q says. What q does not say is anything.
func (s *Space) Prove(p Profile, q *condaccess.SignIn) (*Proof, error) {
	cases, err := p.asked(q)
	if err != nil {
		return nil, err
	}
	space, out := s.pinned(q), &Proof{Stopped: condaccess.Yes, Everywhere: true}
	var by set
	for i := range cases {
		r, err := space.region(&cases[i])
		if err != nil {
			return nil, err
		}
		if err := r.prove(out); err != nil {
			return nil, err
		}
		needed := r.diagram.after[0].largest(r.sure.and(&r.diagram.after[0].possible))
		for k := range by {
			by[k] |= needed[k]
		}
	}
	if out.Stopped == condaccess.No && len(s.tenant.Incomplete) > 0 {
		out.Stopped, out.Everywhere = condaccess.Unsure, false // a policy that is not here may stop it
	}
	if out.Stopped == condaccess.Yes {
		for _, i := range by.list() {
			out.By = append(out.By, s.evaluator.Policies()[i])
		}
	}
	return out, nil
}

// prove adds a situation to a proof.
func (r *region) prove(out *Proof) error {
	open := r.diagram.open(0, r.open())
	out.Everywhere = out.Everywhere && open == r.diagram.full[0]
	from, stopped := r.open(), condaccess.No
	if open == 0 {
		from, stopped = r.unsure(), condaccess.Unsure
		if r.diagram.open(0, from) == 0 {
			return nil
		}
	}
	if out.Stopped == condaccess.No || out.Stopped == stopped {
		return nil
	}
	out.Stopped, out.Witness = stopped, r.signIn(r.diagram.witness(0, from))
	out.Unknown = nil
	if stopped == condaccess.Unsure {
		out.Unknown = reasonsOf(r.space.evaluator.Evaluate(out.Witness))
	}
	return r.confirm(out.Witness, stopped == condaccess.No)
}

package gaps

import (
	"strings"

	"github.com/conshelf/conshelf/internal/condaccess"
)

// A Proof says whether sign-ins are always stopped.
type Proof struct {
	// Stopped is Yes if every one is, No if one is not, and Unsure if that depends
	// on what is not known.
	Stopped condaccess.Truth
	// Everywhere says that none is stopped, whatever else there is of it.
	Everywhere bool
	// By are the policies that stop them, where they always are.
	By []*condaccess.Policy
	// Witness is a sign-in that is not stopped, or not for certain; Label says who
	// and what of it in words, and what of the rest matters.
	Witness *condaccess.SignIn
	Label   string
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
		regions, err := space.regions(&cases[i])
		if err != nil {
			return nil, err
		}
		for _, r := range regions {
			if err := r.prove(out); err != nil {
				return nil, err
			}
			needed := r.diagram.after[0].largest(r.sure.and(&r.diagram.after[0].possible))
			by = by.or(&needed)
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
	out.Everywhere = out.Everywhere && open == r.diagram.open(0, r.whole())
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
	point := r.diagram.witness(0, from)
	out.Stopped, out.Witness, out.Label = stopped, r.signIn(point), r.label(point)
	out.Unknown = nil
	if stopped == condaccess.Unsure {
		out.Unknown = reasonsOf(r.space.evaluator.Evaluate(out.Witness), all)
	}
	return r.confirm(out.Witness, stopped == condaccess.No)
}

// label says in words which classes a point is in, where there are others.
func (r *region) label(point []int) string {
	var parts []string
	for l, c := range point {
		sheet := r.sheets[l]
		text := sheet.atoms[sheet.classes[c].atoms[0]].label
		if text != "" && (len(sheet.classes) > 1 || sheet.dimension == principals) {
			parts = append(parts, sheet.dimension.before()+text)
		}
	}
	return strings.Join(parts, ", ")
}

// before returns what stands before a value of the dimension in a sentence.
func (d dimension) before() string {
	switch d {
	case principals, targets:
		return ""
	case devices:
		return "on "
	case places:
		return "from "
	case clients, flows, signInRisks, userRisks, workloadRisks, agentRisks, insiderRisks, platforms:
		return d.String() + " "
	}
	panic(d)
}

package gaps

import "github.com/conshelf/conshelf/internal/condaccess"

// A policy for the registration of security information that asks for a strength
// stands in, where it covers that, for the strengths of all other policies. What
// the others stop depends on where such a policy covers, so the registration is
// in regions of its own: where one covers for certain, where one may, and where
// none does.
//
//	regions ──▶ other targets │ registration: covered by A │ by B │ perhaps by A │ perhaps by B │ by none

// regions returns the regions of a situation. All together hold every point of
// it, and some may hold the same.
func (s *Space) regions(sit *situation) ([]*region, error) {
	whole, err := s.region(sit)
	if err != nil || len(s.standIns()) == 0 {
		return []*region{whole}, err
	}
	var out []*region
	if others := s.unregistered(whole); others != nil {
		out = append(out, others)
	}
	return append(out, s.registrations(whole)...), nil
}

// unregistered returns the part of a region that is not of the registration; nil
// where there is none.
func (s *Space) unregistered(whole *region) *region {
	return s.part(whole, condaccess.No, set{}, partKey{of: otherTargets})
}

// registrations returns the regions of the registration of security information.
func (s *Space) registrations(whole *region) []*region {
	stands := s.signatureOf(condaccess.OtherDimension, &condaccess.SignIn{})
	var certain, perhaps set
	var out []*region
	add := func(r *region) {
		if r != nil {
			out = append(out, r)
		}
	}
	for _, i := range s.standIns() {
		if s.evaluator.StandsIn(i) == condaccess.Yes && stands.has(i) {
			certain.add(i)
		}
		if stands.has(s.policies + i) {
			perhaps.add(s.policies + i)
		}
	}
	certain.each(func(i int) {
		add(s.part(whole, condaccess.Yes, set{}, partKey{of: registration, covered: true, by: i}))
	})
	perhaps.each(func(i int) {
		add(s.part(whole, condaccess.Unsure, certain, partKey{of: registration, covered: true, by: i}))
	})
	add(s.part(whole, condaccess.No, perhaps, partKey{of: registration}))
	return out
}

// standIns returns the policies whose strength stands in, or may.
func (s *Space) standIns() []int {
	var out []int
	for i := range s.policies {
		if s.evaluator.StandsIn(i) != condaccess.No {
			out = append(out, i)
		}
	}
	return out
}

// A portion says which resources a part has.
type portion int

const (
	allTargets portion = iota
	registration
	otherTargets
)

func (p portion) has(a *atom) bool {
	switch p {
	case allTargets:
		return true
	case registration:
		return a.registers()
	case otherTargets:
		return !a.registers()
	}
	panic(p)
}

// A partKey says which atoms of a sheet are kept: of resources, those of a
// portion; of every dimension, where covered, those that a bit of a set is of.
type partKey struct {
	sheet   *sheet
	of      portion
	covered bool
	by      int
}

// part returns the part of a region that a key says, in which a policy that stands
// in covers as registers says; nil where there is none. What the policies of
// beside cover is not of it.
func (s *Space) part(whole *region, registers condaccess.Truth, beside set, key partKey) *region {
	out := &region{space: s, situation: whole.situation, beside: beside}
	for _, full := range whole.sheets {
		key.sheet = full
		sheet := s.kept(key)
		if len(sheet.classes) == 0 {
			return nil
		}
		out.sheets = append(out.sheets, sheet)
	}
	out.diagram = s.diagram(out.sheets)
	out.sure, out.perhaps = s.stoppers(whole.situation, registers)
	return out
}

// kept returns the part of a sheet that a key says.
func (s *Space) kept(key partKey) *sheet {
	full := key.sheet
	if full.dimension != targets {
		key.of = allTargets
	}
	if key.of == allTargets && !key.covered {
		return full
	}
	out := s.parts[key]
	if out == nil {
		here := make([]bool, len(full.atoms)) // a part has parts
		for i := range full.classes {
			for _, a := range full.classes[i].atoms {
				here[a] = true
			}
		}
		out = sheetOf(full.dimension, full.atoms, full.in, func(i int) bool {
			return here[i] && key.of.has(&full.atoms[i]) && (!key.covered || full.in[i].has(key.by))
		})
		s.parts[key] = out
	}
	return out
}

// registers tells whether an atom of resources is the registration of security
// information.
func (a *atom) registers() bool {
	var s condaccess.SignIn
	a.put(&s)
	return s.Target.UserAction == registerSecurityInfo
}

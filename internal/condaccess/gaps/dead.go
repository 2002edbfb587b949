package gaps

import (
	"slices"
	"strings"

	"github.com/conshelf/conshelf/internal/condaccess"
)

// A Dead policy changes no decision, whoever signs in with whatever: others stop
// all that it stops.
type Dead struct {
	Policy *condaccess.Policy
	// Empty says that it covers no sign-in at all.
	Empty bool
}

// Dead returns the enforced policies that stop nothing that the others do not
// stop, each taken alone: of two that are the same, both. What is not documented
// is the same for all policies, and asked both ways.
func (s *Space) Dead() ([]Dead, error) {
	var spaces []*Space
	for _, holds := range []condaccess.Truth{condaccess.Yes, condaccess.No} {
		space, err := NewSpace(s.evaluator.WithUndocumented(holds))
		if err != nil {
			return nil, err
		}
		spaces = append(spaces, space)
	}
	var out []Dead
	for i, p := range s.evaluator.Policies() {
		if p.State != condaccess.Enabled || p.Deleted || p.Grant == nil || s.evaluator.StandsIn(i) != condaccess.No {
			continue // without one that stands in, others stop more
		}
		alive, err := anyOf(spaces, func(space *Space) (bool, error) { return space.alive(i, p) })
		if err != nil {
			return nil, err
		}
		if alive {
			continue
		}
		covers, err := anyOf(spaces, func(space *Space) (bool, error) { return space.covers(i) })
		if err != nil {
			return nil, err
		}
		out = append(out, Dead{p, !covers})
	}
	return out, nil
}

func anyOf(spaces []*Space, is func(*Space) (bool, error)) (bool, error) {
	for _, s := range spaces {
		if yes, err := is(s); yes || err != nil {
			return yes, err
		}
	}
	return false, nil
}

// alive tells whether a policy may stop what no other stops for certain.
func (s *Space) alive(i int, p *condaccess.Policy) (bool, error) {
	var self set
	self.add(i)
	for _, clause := range p.Grant.Clauses {
		alive, err := s.within(s.lacking(clause), func(r *region) state {
			others := r.sure.without(&self)
			return state{wanted: r.perhaps.and(s.perhaps(i)), stops: others.or(&r.beside)}
		})
		if alive || err != nil {
			return alive, err
		}
	}
	return false, nil
}

// covers tells whether a policy may cover anything, whether it stops it or not.
func (s *Space) covers(i int) (bool, error) {
	return s.within(situationsOf(s.everything(), deviceKinds()), func(r *region) state { return state{wanted: *s.perhaps(i), stops: r.beside} })
}

// perhaps is the set of what a policy may cover.
func (s *Space) perhaps(i int) *set {
	var out set
	out.add(s.policies + i)
	return &out
}

// within tells whether anything of the situations is in the region of a state.
func (s *Space) within(situations []situation, of func(*region) state) (bool, error) {
	for i := range situations {
		regions, err := s.regions(&situations[i])
		if err != nil {
			return false, err
		}
		for _, r := range regions {
			if r.diagram.open(0, of(r)) > 0 {
				return true, nil
			}
		}
	}
	return false, nil
}

// lacking returns the situations of someone who has everything but what
// satisfies a clause.
func (s *Space) lacking(clause []condaccess.Control) []situation {
	all := []condaccess.Facts{s.everything()}
	kinds := deviceKinds()
	for _, c := range clause {
		if c.Kind == condaccess.AuthenticationStrength || c.Kind == condaccess.MFA {
			var rest []condaccess.Facts
			for _, f := range all {
				rest = append(rest, s.takeMethods(f, c)...)
			}
			all = rest
			continue
		}
		for i := range all {
			s.take(&all[i], c)
		}
		switch c.Kind {
		case condaccess.CompliantDevice:
			kinds = without(kinds, deviceKind.compliant)
		case condaccess.DomainJoinedDevice:
			kinds = without(kinds, deviceKind.hybrid)
		case condaccess.UnknownControl, condaccess.Block, condaccess.MFA, condaccess.ApprovedApplication, condaccess.CompliantApplication,
			condaccess.PasswordChange, condaccess.RiskRemediation, condaccess.TermsOfUse, condaccess.CustomFactor, condaccess.AuthenticationStrength:
		}
	}
	var out []situation
	for _, f := range all {
		out = append(out, situationsOf(f, kinds)...)
	}
	return out
}

// situationsOf returns the situations of someone with these facts, on each kind
// of device and with each kind of client.
func situationsOf(f condaccess.Facts, kinds []deviceKind) []situation {
	var out []situation
	modern := []string{browser, modernClient}
	for _, kind := range kinds {
		g := f
		g.CompliantDevice, g.DomainJoinedDevice = kind.compliant(), kind.hybrid()
		out = append(out, situation{condaccess.User, modern, []string{noFlow, authTransfer}, kind, g})
	}
	g := f
	g.CompliantDevice, g.DomainJoinedDevice = condaccess.No, condaccess.No
	out = append(out, situation{condaccess.User, modern, []string{deviceCode}, noDevice, g})
	for _, client := range []string{otherClient, mailClient, mailSupported} {
		out = append(out, situation{condaccess.User, []string{client}, []string{noFlow}, noDevice, g})
	}
	out = append(out, situation{condaccess.ServicePrincipalIdentity, []string{noClient}, []string{noFlow}, noDevice, g})
	return append(out, agentCases(g)...)
}

func without(kinds []deviceKind, has func(deviceKind) condaccess.Truth) []deviceKind {
	return slices.DeleteFunc(kinds, func(k deviceKind) bool { return has(k) == condaccess.Yes })
}

// everything satisfies every control, with every combination of methods that a
// strength names.
func (s *Space) everything() condaccess.Facts {
	f := every()
	f.ApprovedApplication, f.CompliantApplication = condaccess.Yes, condaccess.Yes
	for _, p := range s.evaluator.Policies() {
		for _, c := range controls(p.Grant) {
			switch c.Kind {
			case condaccess.AuthenticationStrength:
				f.Methods = withMethods(f.Methods, c.Strength.Combinations...)
			case condaccess.TermsOfUse, condaccess.CustomFactor:
				f.Accepted = append(f.Accepted, c.ID)
			case condaccess.UnknownControl, condaccess.Block, condaccess.MFA, condaccess.CompliantDevice, condaccess.DomainJoinedDevice,
				condaccess.ApprovedApplication, condaccess.CompliantApplication, condaccess.PasswordChange, condaccess.RiskRemediation:
			}
		}
	}
	for _, known := range s.tenant.Strengths {
		f.Methods = withMethods(f.Methods, known.Combinations...)
	}
	return f
}

func controls(g *condaccess.Grant) []condaccess.Control {
	if g == nil {
		return nil
	}
	return slices.Concat(g.Clauses...)
}

// take takes what satisfies a control away.
func (s *Space) take(f *condaccess.Facts, c condaccess.Control) {
	no := condaccess.No
	switch c.Kind {
	case condaccess.ApprovedApplication:
		f.ApprovedApplication = no
	case condaccess.CompliantApplication:
		f.CompliantApplication = no
	case condaccess.PasswordChange:
		f.PasswordChange = no
	case condaccess.RiskRemediation:
		f.RiskRemediation = no
	case condaccess.TermsOfUse:
		f.TermsOfUse, f.Accepted = no, except(f.Accepted, []string{c.ID})
	case condaccess.CustomFactor:
		f.CustomFactors, f.Accepted = no, except(f.Accepted, []string{c.ID})
	case condaccess.UnknownControl, condaccess.Block, condaccess.CompliantDevice, condaccess.DomainJoinedDevice, condaccess.AuthenticationStrength, condaccess.MFA:
	}
}

// severalFactors is the strength of Microsoft's that allows whatever is more than
// one factor.
const severalFactors = "00000000-0000-0000-0000-000000000002"

// takeMethods takes what satisfies a strength, or more than one factor, away: in
// every way in which the methods that are left are as many as they can be.
func (s *Space) takeMethods(f condaccess.Facts, c condaccess.Control) []condaccess.Facts {
	strength := c.Strength
	if c.Kind == condaccess.MFA {
		strength, f.MFA = &condaccess.Strength{ID: severalFactors}, condaccess.No
	}
	sets := lackingMethods(f.Methods, s.evaluator.Combinations(strength))
	var out []condaccess.Facts
	for i, methods := range sets {
		more := func(other []string) bool { return len(other) > len(methods) && len(except(methods, other)) == 0 }
		if !slices.ContainsFunc(sets, more) {
			f.Methods = sets[i]
			out = append(out, f)
		}
	}
	return out
}

// lackingMethods returns sets of methods in which no combination is whole: of
// the first that is, each method in turn is left out, and so on.
func lackingMethods(methods, combinations []string) [][]string {
	for _, combination := range combinations {
		parts := strings.Split(combination, ",")
		if len(except(parts, methods)) > 0 {
			continue
		}
		var out [][]string
		for _, part := range parts {
			for _, set := range lackingMethods(except(methods, []string{part}), combinations) {
				if !slices.ContainsFunc(out, func(known []string) bool { return slices.Equal(known, set) }) {
					out = append(out, set)
				}
			}
		}
		return out
	}
	return [][]string{methods}
}

// withMethods returns methods with those of combinations, each once.
func withMethods(methods []string, combinations ...string) []string {
	out := slices.Clone(methods)
	for _, combination := range combinations {
		for method := range strings.SplitSeq(combination, ",") {
			if !slices.Contains(out, method) {
				out = append(out, method)
			}
		}
	}
	return out
}

func except(values, taken []string) []string {
	return slices.DeleteFunc(slices.Clone(values), func(v string) bool {
		return slices.ContainsFunc(taken, func(t string) bool { return strings.EqualFold(t, v) })
	})
}

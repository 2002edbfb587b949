package baseline

import (
	"slices"

	"github.com/conshelf/conshelf/internal/condaccess"
	"github.com/conshelf/conshelf/internal/condaccess/gaps"
)

// prove asks the diagram of all sign-ins what the search asked of some: whether
// each that the question is about is stopped.
func (q *question) prove(p *prepared, resources []atom) answer {
	space, err := p.space(q, resources)
	if err != nil {
		return answer{reasons: []string{err.Error()}}
	}
	out := answer{verdict: Met}
	for _, client := range orAny(q.clients) {
		for _, risk := range orAny(q.risks) {
			a := q.proveOne(space, client, risk)
			switch {
			case a.verdict == NotMet:
				return a
			case a.verdict == Unknown && out.verdict == Met:
				out = a
			}
		}
	}
	return out
}

func (q *question) proveOne(space *gaps.Space, client, risk string) answer {
	in := condaccess.SignIn{Client: client, SignInRisk: risk, UserRisk: q.userRisk, Platform: q.platform, Flow: q.flow}
	if q.elsewhere {
		in.Place = nowhere()
	}
	proof, err := space.Prove(q.attacker(), &in)
	if err != nil {
		return answer{reasons: []string{err.Error()}}
	}
	out := answer{witness: proof.Label}
	switch proof.Stopped {
	case condaccess.Yes:
		return answer{verdict: Met}
	case condaccess.No:
		out.verdict = NotMet
	case condaccess.Unsure:
		for _, r := range proof.Unknown {
			out.reasons = append(out.reasons, r.String())
		}
		slices.Sort(out.reasons)
		if out.reasons == nil {
			out.reasons = []string{"there may be policies that are not here"}
		}
	}
	return out
}

// space returns the space of the question's principals and resources.
func (p *prepared) space(q *question, resources []atom) (*gaps.Space, error) {
	if p.gaps == nil {
		space, err := gaps.NewSpace(p.evaluator)
		if err != nil {
			return nil, err
		}
		var who []gaps.Choice
		for _, c := range p.people {
			who = append(who, gaps.Choice{Label: c.label, Put: func(s *condaccess.SignIn) { s.Principal = c.principal }})
		}
		p.gaps = space.Among(who, nil)
	}
	var what []gaps.Choice
	switch {
	case q.action != "" || q.app != "":
		target := q.signIn(condaccess.Principal{}, "", "").Target
		what = []gaps.Choice{{Label: "", Put: func(s *condaccess.SignIn) { s.Target = target }}}
	default:
		for _, a := range resources {
			what = append(what, gaps.Choice{Label: a.label, Put: func(s *condaccess.SignIn) {
				s.Target = condaccess.Target{ContextsDone: true}
				a.set(s)
			}})
		}
	}
	return p.gaps.Among(nil, what), nil
}

// attacker returns the profile of the question as the diagram has it. A client
// that cannot be asked shows no device, nor does one that was given a code.
func (q *question) attacker() gaps.Profile {
	s := q.signIn(condaccess.Principal{}, "", "")
	device := gaps.OwnDevice
	if q.profile == everything {
		device = gaps.AnyDevice
	}
	return gaps.UserProfile("the attacker",
		gaps.Means{Clients: modernClients(), Flows: []string{"none", "authenticationTransfer"}, Device: device, Facts: s.Facts},
		gaps.Means{Clients: modernClients(), Flows: []string{"deviceCodeFlow"}, Device: gaps.NoDevice, Facts: s.Facts},
		gaps.Means{Clients: []string{"exchangeActiveSync", "easSupported", "other"}, Flows: []string{"none"}, Device: gaps.NoDevice, Facts: s.Facts})
}

func modernClients() []string { return []string{"browser", "mobileAppsAndDesktopClients"} }

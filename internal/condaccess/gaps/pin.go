package gaps

import (
	"errors"
	"fmt"
	"slices"

	"github.com/conshelf/conshelf/internal/condaccess"
)

// A pin fixes a dimension to some atoms.
type pin struct {
	dimension dimension
	atoms     []atom
}

// pinned returns the space of the sign-ins that have what q says.
func (s *Space) pinned(q *condaccess.SignIn) *Space { return s.with(pinsOf(s.tenant, q)) }

func pinsOf(t *condaccess.Tenant, q *condaccess.SignIn) []pin {
	var out []pin
	add := func(d dimension, said bool, label string, put func(*condaccess.SignIn)) {
		if said {
			out = append(out, pin{d, []atom{{label: label, put: put, person: d == principals}}})
		}
	}
	add(principals, q.Principal.ID != "" || q.Principal.Kind != condaccess.UnknownPrincipal, q.Principal.ID, func(s *condaccess.SignIn) { s.Principal = q.Principal })
	add(targets, len(q.Target.Applications) > 0 || q.Target.UserAction != "" || len(q.Target.Contexts) > 0, targetLabel(&q.Target), func(s *condaccess.SignIn) {
		s.Target = q.Target
		s.Target.ContextsDone = true
	})
	add(platforms, q.Platform != "", q.Platform, func(s *condaccess.SignIn) { s.Platform = q.Platform })
	add(signInRisks, q.SignInRisk != "", q.SignInRisk, func(s *condaccess.SignIn) { s.SignInRisk = q.SignInRisk })
	add(userRisks, q.UserRisk != "", q.UserRisk, func(s *condaccess.SignIn) { s.UserRisk = q.UserRisk })
	add(workloadRisks, q.ServicePrincipalRisk != "", q.ServicePrincipalRisk, func(s *condaccess.SignIn) { s.ServicePrincipalRisk = q.ServicePrincipalRisk })
	add(agentRisks, q.AgentRisk != "", q.AgentRisk, func(s *condaccess.SignIn) { s.AgentRisk = q.AgentRisk })
	add(insiderRisks, q.InsiderRisk != "", q.InsiderRisk, func(s *condaccess.SignIn) { s.InsiderRisk = q.InsiderRisk })
	switch {
	case q.Place.IP.IsValid() || q.Place.CountryKnown:
		out = append(out, pin{places, placesLike(t, &q.Place)})
	case q.Place.NamedDone && len(q.Place.Named) == 0:
		out = append(out, pin{places, elsewhere(t, q.Place.Trusted)})
	}
	return out
}

// elsewhere returns the places that are in no named location.
func elsewhere(t *condaccess.Tenant, trusted condaccess.Truth) []atom {
	atoms := placesOf(t, nameless(addressesOf(t)), nameless(countriesOf(t)))
	for i, a := range atoms {
		atoms[i].put = func(s *condaccess.SignIn) {
			a.put(s)
			s.Place.Trusted = trusted
		}
	}
	return atoms
}

// nameless returns the spots that are in no location.
func nameless(spots []spot) []spot {
	return slices.DeleteFunc(spots, func(s spot) bool { return len(s.names) > 0 })
}

func targetLabel(t *condaccess.Target) string {
	if t.UserAction != "" {
		return t.UserAction
	}
	return fmt.Sprint(t.Applications)
}

// placesLike returns the places with what is said of one: with an address and
// no country every country, and the other way round.
func placesLike(t *condaccess.Tenant, p *condaccess.Place) []atom {
	addresses, countries := addressesOf(t), countriesOf(t)
	if p.IP.IsValid() {
		addresses = []spot{{ip: p.IP.Unmap(), names: []string{p.IP.String()}}}
	}
	if p.CountryKnown {
		countries = []spot{{country: p.Country, names: []string{p.Country}}}
	}
	return placesOf(t, addresses, countries)
}

// ErrNoSituation is the error of a question that is not about a profile.
var ErrNoSituation = errors.New("the attacker of this profile never signs in so")

// asked returns the situations of a profile that have what q says.
func (p *Profile) asked(q *condaccess.SignIn) ([]situation, error) {
	var out []situation
	for _, sit := range p.cases {
		if q.Principal.Kind != condaccess.UnknownPrincipal && q.Principal.Kind != sit.kind {
			continue
		}
		sit.clients, sit.flows = only(sit.clients, q.Client), only(sit.flows, q.Flow)
		if len(sit.clients) > 0 && len(sit.flows) > 0 {
			out = append(out, sit)
		}
	}
	if len(out) == 0 {
		return nil, fmt.Errorf("profile %s: %w", p.Name, ErrNoSituation)
	}
	return out, nil
}

func only(values []string, value string) []string {
	if value == "" {
		return values
	}
	if slices.Contains(values, value) {
		return []string{value}
	}
	return nil
}

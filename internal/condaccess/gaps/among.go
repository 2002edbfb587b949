package gaps

import (
	"maps"
	"slices"

	"github.com/conshelf/conshelf/internal/condaccess"
)

// A Choice is a principal or a resource that a space is to hold.
type Choice struct {
	Label string
	Put   func(*condaccess.SignIn)
}

// Among returns the space of the sign-ins of these principals for these
// resources, and nobody's and nothing else's; nil is all there are.
func (s *Space) Among(who, what []Choice) *Space {
	var pins []pin
	for _, p := range []struct {
		dimension dimension
		choices   []Choice
	}{{principals, who}, {targets, what}} {
		if p.choices == nil {
			continue
		}
		var atoms []atom
		for _, c := range p.choices {
			atoms = append(atoms, atom{label: c.Label, put: c.Put})
		}
		pins = append(pins, pin{p.dimension, atoms})
	}
	return s.with(pins)
}

// with returns the space in which some dimensions have other atoms. A later pin
// takes the place of an earlier one.
func (s *Space) with(pins []pin) *Space {
	pinned := func(d dimension) bool {
		return slices.ContainsFunc(pins, func(p pin) bool { return p.dimension == d })
	}
	out := *s
	out.diagrams = nil
	out.pins = append(slices.DeleteFunc(slices.Clone(s.pins), func(p pin) bool { return pinned(p.dimension) }), pins...)
	out.own = maps.Clone(s.own)
	maps.DeleteFunc(out.own, func(k sheetKey, _ *sheet) bool { return pinned(k.dimension) })
	if out.own == nil {
		out.own = make(map[sheetKey]*sheet)
	}
	return &out
}

// sheetsOf returns where the sheets of a dimension are kept: those that are not
// pinned are the same for every space of the evaluator.
func (s *Space) sheetsOf(d dimension) map[sheetKey]*sheet {
	if slices.ContainsFunc(s.pins, func(p pin) bool { return p.dimension == d }) {
		return s.own
	}
	return s.sheets
}

// Means are what an attacker signs in with.
type Means struct {
	Clients, Flows []string
	Device         Device
	Facts          condaccess.Facts
}

// A Device says which devices an attacker has.
type Device int

// The devices.
const (
	NoDevice  Device = iota // none is shown
	OwnDevice               // neither compliant nor hybrid, registered or not
	AnyDevice               // those of the tenant too
)

// UserProfile returns a profile of an attacker who signs in as a user, with any
// of these means.
func UserProfile(name string, means ...Means) Profile {
	out := Profile{Name: name}
	for _, m := range means {
		for _, clients := range apart(m.Clients) {
			for _, kind := range m.Device.kinds() {
				out.cases = append(out.cases, situation{condaccess.User, clients, m.Flows, kind, m.Facts})
			}
		}
	}
	return out
}

// apart returns the clients that see users and controls alike together, and each
// of the others alone.
func apart(list []string) [][]string {
	var out [][]string
	var modern []string
	for _, c := range list {
		if c == browser || c == modernClient {
			modern = append(modern, c)
		} else {
			out = append(out, []string{c})
		}
	}
	if modern != nil {
		out = append(out, modern)
	}
	return out
}

func (d Device) kinds() []deviceKind {
	switch d {
	case NoDevice:
		return []deviceKind{noDevice}
	case OwnDevice:
		return []deviceKind{unmanaged}
	case AnyDevice:
		return []deviceKind{unmanaged, compliant, hybrid, fullDevice}
	}
	panic(d)
}

package gaps

import (
	"cmp"
	"slices"
	"strings"

	"github.com/conshelf/conshelf/internal/condaccess"
)

// Uses counts the sign-ins that a log recorded by what an attacker who repeats
// them keeps of them: who, which resource, from where, on which platform, at
// which risk. The client, the flow, the device and the factors are the
// attacker's own.
type Uses struct {
	all    []use
	number map[useKey]int
	total  int
	tenant *condaccess.Tenant
	ids    map[string]string // of users, by name
}

// A use is sign-ins that are the same but for what the attacker brings.
type use struct {
	key   useKey
	who   atom
	what  atom
	count int
	// sample is the last of them.
	sample *condaccess.SignIn
}

type useKey struct {
	kind                                            condaccess.PrincipalKind
	who, what                                       string
	place                                           placeKey
	platform                                        string
	signIn, user, servicePrincipal, agent, insiders string // risks
}

type placeKey struct {
	ip, country string
	known       bool
	network     condaccess.Truth
}

// NewUses returns uses of sign-ins to a tenant.
func NewUses(t *condaccess.Tenant) *Uses {
	u := &Uses{number: make(map[useKey]int), tenant: t, ids: make(map[string]string)}
	for i := range t.Directory.Users {
		user := &t.Directory.Users[i]
		u.ids[strings.ToLower(user.UPN)] = user.ID
	}
	return u
}

// Add counts sign-ins that are the same, of which s is the last. Who and app are what its record calls the principal and
// the resource; they are shown, and change nothing.
func (u *Uses) Add(s *condaccess.SignIn, count int, who, app string) {
	principal := s.Principal
	if id := u.ids[strings.ToLower(principal.ID)]; id != "" {
		principal.ID = id
	}
	target := condaccess.Target{Applications: s.Target.Applications, UserAction: s.Target.UserAction, Contexts: s.Target.Contexts, ContextsDone: true}
	key := useKey{
		kind: principal.Kind, who: principalKey(&principal), what: targetKey(&target), platform: s.Platform,
		signIn: s.SignInRisk, user: s.UserRisk, servicePrincipal: s.ServicePrincipalRisk, agent: s.AgentRisk, insiders: s.InsiderRisk,
		place: placeKey{country: s.Place.Country, known: s.Place.CountryKnown, network: s.Place.CompliantNetwork},
	}
	if s.Place.IP.IsValid() {
		key.place.ip = s.Place.IP.String()
	}
	u.total += count
	n, seen := u.number[key]
	if !seen {
		n = len(u.all)
		u.number[key] = n
		u.all = append(u.all, use{
			key:  key,
			who:  atom{label: cmp.Or(who, principal.ID), put: func(s *condaccess.SignIn) { s.Principal = principal }, key: key.who},
			what: atom{label: cmp.Or(app, targetLabel(&target)), put: func(s *condaccess.SignIn) { s.Target = target }, key: key.what},
		})
	}
	u.all[n].count += count
	if u.all[n].sample == nil || s.Time.After(u.all[n].sample.Time) {
		u.all[n].sample = s
	}
}

// Total is how many sign-ins were counted.
func (u *Uses) Total() int { return u.total }

// principalKey is the same for sign-ins of the same principal.
func principalKey(p *condaccess.Principal) string {
	return strings.ToLower(cmp.Or(p.ID, p.AppID))
}

func targetKey(t *condaccess.Target) string {
	ids := slices.Clone(t.Applications)
	slices.Sort(ids)
	return strings.ToLower(strings.Join(ids, "\x00") + "\x01" + t.UserAction + "\x01" + strings.Join(t.Contexts, "\x00"))
}

// Weigh makes reports count the sign-ins that were recorded. Who and what they
// name is in the space from then on, exported or not.
func (s *Space) Weigh(u *Uses) {
	s.uses = u
	s.sheets, s.parts, s.diagrams = make(map[sheetKey]*sheet), make(map[partKey]*sheet), nil
}

// withUsed adds the principals or the resources of recorded sign-ins to the
// atoms there are.
func (s *Space) withUsed(atoms []atom, kind condaccess.PrincipalKind, of func(*use) atom) []atom {
	if s.uses == nil {
		return atoms
	}
	seen := make(map[string]bool)
	for i := range atoms {
		seen[atoms[i].key] = true
	}
	for i := range s.uses.all {
		u := &s.uses.all[i]
		if a := of(u); u.key.kind == kind && !seen[a.key] {
			seen[a.key] = true
			atoms = append(atoms, a)
		}
	}
	return atoms
}

// Of a layer, a class that may be any, and one that was left out of its sheet.
const (
	anyClass = -1
	noClass  = -2
)

// used returns the uses that are in the region's universe, by the class of their
// principal, each with its class in each layer.
func (r *region) used() map[int][]usedPoint {
	out := make(map[int][]usedPoint)
	if r.space.uses == nil {
		return out
	}
	for i := range r.space.uses.all {
		u := &r.space.uses.all[i]
		if u.key.kind != r.situation.kind {
			continue
		}
		point := make([]int, len(r.sheets))
		for l, sheet := range r.sheets {
			point[l] = r.classOf(sheet, u)
		}
		if point[0] >= 0 && point[1] >= 0 && !slices.Contains(point, noClass) {
			out[point[0]] = append(out[point[0]], usedPoint{i, point})
		}
	}
	return out
}

// A usedPoint is a use, by its number, with its class in each layer.
type usedPoint struct {
	use   int
	point []int
}

// classOf returns the class of a use in a layer. What the record does not say,
// and what is the attacker's own, may be any.
func (r *region) classOf(sheet *sheet, u *use) int {
	s := *u.sample
	switch sheet.dimension {
	case principals:
		return sheet.keyed(u.who.key)
	case targets:
		return sheet.keyed(u.what.key)
	case clients, flows, devices:
		return anyClass
	case places:
		if !s.Place.IP.IsValid() || !s.Place.CountryKnown {
			return anyClass
		}
		s.Place = condaccess.Place{IP: s.Place.IP, Country: s.Place.Country, CountryKnown: true, CompliantNetwork: s.Place.CompliantNetwork}
	case platforms, signInRisks, userRisks, workloadRisks, agentRisks, insiderRisks:
		if sheet.dimension.said(&s) == "" {
			return anyClass
		}
	}
	if n, known := sheet.number[r.space.signature(sheet.dimension, &s)]; known {
		return n
	}
	return anyClass
}

// said returns what a sign-in says of a dimension that has words.
func (d dimension) said(s *condaccess.SignIn) string {
	switch d {
	case platforms:
		return s.Platform
	case signInRisks:
		return s.SignInRisk
	case userRisks:
		return s.UserRisk
	case workloadRisks:
		return s.ServicePrincipalRisk
	case agentRisks:
		return s.AgentRisk
	case insiderRisks:
		return s.InsiderRisk
	case principals, targets, clients, flows, devices, places:
	}
	panic(d)
}

// keyed returns the class of the atom of a key, or anyClass.
func (s *sheet) keyed(key string) int {
	if n, known := s.keys[key]; known {
		return n
	}
	return anyClass
}

// some tells whether a point of the region from layer l on is in the given class
// of each layer.
func (d *diagram) some(l int, s state, point []int) bool {
	s, done, every := d.reduce(l, s)
	if done {
		return every
	}
	classes := d.layers[l].classes
	if c := point[l]; c != anyClass {
		return d.some(l+1, s.step(&classes[c]), point)
	}
	tried := make(map[state]bool)
	for i := range classes {
		next := s.step(&classes[i])
		if tried[next] {
			continue
		}
		tried[next] = true
		if d.open(l+1, next) > 0 && d.some(l+1, next, point) {
			return true
		}
	}
	return false
}

// A Weight is how much something is in use.
type Weight struct {
	Rows     int `json:"rows"`
	People   int `json:"people"`   // users of the directory
	SignIns  int `json:"signIns"`  // that were recorded
	SignedIn int `json:"signedIn"` // principals of those
}

// weigh returns the weight of uses, by their number, and the last of them.
func (s *Space) weigh(uses []int) (w Weight, last *condaccess.SignIn) {
	who := make(map[string]bool)
	for _, i := range uses {
		u := &s.uses.all[i]
		w.SignIns += u.count
		who[u.who.key] = true
		if last == nil || u.sample.Time.After(last.Time) {
			last = u.sample
		}
	}
	w.SignedIn = len(who)
	return w, last
}

// weightOf returns the weight of candidates together: nobody and nothing counts
// twice.
func (s *Space) weightOf(found []candidate) Weight {
	uses, people := make(map[int]bool), make(map[string]bool)
	for i := range found {
		c := &found[i]
		for _, n := range c.uses {
			uses[n] = true
		}
		for _, a := range c.who {
			if p := &c.region.sheets[0].atoms[a]; p.person {
				people[p.key] = true
			}
		}
	}
	numbers := make([]int, 0, len(uses))
	for n := range uses {
		numbers = append(numbers, n)
	}
	w, _ := s.weigh(numbers)
	w.Rows, w.People = len(found), len(people)
	return w
}

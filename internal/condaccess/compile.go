package condaccess

import "strings"

// The words of policies.
const (
	allValue      = "All"
	noneValue     = "None"
	allGuests     = "GuestsOrExternalUsers"
	allTrusted    = "AllTrusted"
	mfaTrustedIPs = "00000000-0000-0000-0000-000000000000"
	ownPrincipals = "ServicePrincipalsInMyTenant"
	allAgentUsers = "AllAgentIdUsers"

	clientBrowser      = "browser"
	clientModern       = "mobileAppsAndDesktopClients"
	clientEAS          = "exchangeActiveSync"
	clientEASSupported = "easSupported"
	clientOther        = "other"
)

// A nameSet is a list of a policy with its words taken out of it.
type nameSet struct {
	all   bool
	ids   bitset
	empty bool
	words []string // words that we do not know
}

// An idSet is a nameSet of users with groups, roles and guests.
type idSet struct {
	nameSet
	guests     *Guests
	groups     bitset
	roles      bitset
	agentUsers bool
}

// An appSet is a nameSet of resources.
type appSet struct {
	nameSet
	bundles bundleSet
}

// A placeSet is a nameSet of locations.
type placeSet struct {
	nameSet
	trusted bool
}

// A compiled policy is one whose ids are numbers.
type compiled struct {
	p                *Policy
	include, exclude idSet
	apps, notApps    appSet
	places           placeSet
	notPlaces        placeSet
	workloads        [3]workloadSets // service principals, agents, agents' users
	gaps             []gapInPolicy
	grantKnown       bool
	clauses          [][]Control
	steps            []step
	empty            bool
	registers        bool // for the registration of security information, and asks for a strength
	bound            bool // to locations or devices, by a condition or a control
	mail             bool // for Exchange ActiveSync, and scoped by more than users and groups
}

type workloadSets struct {
	include, exclude nameSet
	own              bool
	filter           *Filter
	empty            bool
}

// indexes number what policies name.
type indexes struct {
	users, groups, roles, apps, places, principals *index
	bundles                                        *bundles
}

func newIndexes(b *bundles) *indexes {
	return &indexes{newIndex(), newIndex(), newIndex(), newIndex(), newIndex(), newIndex(), b}
}

// know tells the ids of what was exported from words that may come in their
// places.
func (x *indexes) know(t *Tenant) {
	for _, i := range []*index{x.users, x.apps, x.places, x.principals} {
		i.objects = make(map[string]bool)
	}
	for i := range t.Directory.Users {
		x.users.objects[fold(t.Directory.Users[i].ID)] = true
	}
	for i := range t.Directory.ServicePrincipals {
		p := &t.Directory.ServicePrincipals[i]
		x.apps.objects[fold(p.AppID)], x.principals.objects[fold(p.ID)] = true, true
	}
	for _, l := range t.Locations {
		x.places.objects[fold(l.ID)], x.places.objects[fold(l.Alias)] = true, true
	}
}

func (x *indexes) compile(p *Policy) compiled {
	c := compiled{p: p, gaps: gapsOf(p), grantKnown: p.Lost == ""}
	for _, u := range p.Unread {
		c.grantKnown = c.grantKnown && u.Part != GrantPart && (p.Grant != nil || !u.beside())
	}
	cond := &p.Conditions
	c.include, c.exclude = x.idSet(cond.Users.Include), x.idSet(cond.Users.Exclude)
	c.apps, c.notApps = x.appSet(cond.Applications.Include), x.appSet(cond.Applications.Exclude)
	c.places, c.notPlaces = x.placeSet(cond.Locations.Include), x.placeSet(cond.Locations.Exclude)
	for i, w := range []Workloads{cond.Workloads, cond.Agents, cond.AgentUsers} {
		c.workloads[i] = x.workloadSets(w)
	}
	c.steps, c.empty = c.stepsOf(), cond.Applications.Empty()
	c.registers = contains(cond.Applications.UserActions, registerSecurityInfo) && p.Grant.asksForStrength()
	c.bound = !cond.Locations.Empty() || cond.DeviceFilter != nil || !cond.DeviceStates.Empty() || p.Grant.asksForDevice()
	c.mail = contains(cond.ClientApps, clientEAS) && (c.include.all || c.include.guests != nil || !c.include.roles.empty())
	return c
}

// nameSet takes the words that take knows out of a list. A word that nobody
// knows may be an id of what was not exported, and is then both.
func (x *index) nameSet(list []string, take func(string) bool) nameSet {
	s := nameSet{empty: len(list) == 0}
	for _, v := range list {
		switch {
		case strings.EqualFold(v, allValue):
			s.all = true
		case strings.EqualFold(v, noneValue), take(v):
		default:
			s.ids.add(x.intern(v))
			if keyword(v) && !x.objects[fold(v)] {
				s.words = append(s.words, v)
			}
		}
	}
	return s
}

func (x *indexes) idSet(u UserSet) idSet {
	s := idSet{guests: u.Guests}
	s.nameSet = x.users.nameSet(u.Users, func(v string) bool {
		switch {
		case strings.EqualFold(v, allGuests):
			s.guests = &Guests{Types: AnyGuest, AllTenants: true}
		case strings.EqualFold(v, allAgentUsers):
			s.agentUsers = true
		default:
			return false
		}
		return true
	})
	s.groups, s.roles = x.groups.set(u.Groups), x.roles.set(u.Roles)
	s.empty = u.Empty()
	return s
}

func (x *indexes) appSet(list []string) appSet {
	var s appSet
	s.nameSet = x.apps.nameSet(list, func(v string) bool {
		b := x.bundles.named(v)
		s.bundles |= b
		return b != 0 && !guid(v)
	})
	return s
}

func (x *indexes) placeSet(list []string) placeSet {
	var s placeSet
	s.nameSet = x.places.nameSet(list, func(v string) bool {
		trusted := strings.EqualFold(v, allTrusted)
		s.trusted = s.trusted || trusted
		return trusted
	})
	return s
}

func (x *indexes) workloadSets(w Workloads) workloadSets {
	s := workloadSets{filter: w.Filter, empty: w.Empty()}
	own := func(v string) bool {
		is := strings.EqualFold(v, ownPrincipals)
		s.own = s.own || is
		return is
	}
	s.include = x.principals.nameSet(w.Include, own)
	s.exclude = x.principals.nameSet(w.Exclude, func(string) bool { return false })
	return s
}

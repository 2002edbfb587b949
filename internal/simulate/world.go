package simulate

import (
	"slices"
	"time"
)

// What a stream of dice is for. Adding one at the end changes no other.
const (
	forTenant uint64 = iota + 1
	forNames
	forUser
	forWeight
	forTrip
	forDay
	forSession
	forAdmin
	forService
	forVault
	forAzure
	forAttack
	forLookAlike
	forWork
	forCast
	forTwin
)

// maxUsers is the most people for whom there are addresses.
const maxUsers = 200_000

// A world is everything about a tenant that does not happen: its people,
// places and machines, and the attacks that are to come.
type world struct {
	o          Options
	start, end instant

	tenant        guid
	name, domain  string
	homeCountry   *country
	secondCountry *country
	countries     []country
	addresses     addresses
	offices, vpns [2][]*network // at home, and in the second country
	users         []user
	policies      policies
	services      []service
	azure         subscription

	webApps, quietApps []app
	portal             app

	cast       cast
	tunnel     *network // a public one, which some of the staff use, and an attacker may
	attackers  []attacker
	strikes    []strike
	lookAlikes []lookAlike

	weights  int64   // of all working days of all people
	weighed  []int64 // of all people before each
	ordinary int64   // sign-ins that are not planted
}

func newWorld(o Options) *world {
	d := roll(o.Seed, forTenant)
	w := &world{o: o, end: instantOf(o.End), addresses: addresses{taken: make(map[uint32]bool)}}
	w.start = w.end - instant(o.Days)*day
	w.tenant = d.guid()
	w.name = pick(&d, []string{"Contoso", "Fabrikam"})
	w.domain = map[string]string{"Contoso": "contoso.com", "Fabrikam": "fabrikam.com"}[w.name]
	w.countries = countries()
	shuffle(&d, w.countries)
	w.homeCountry, w.secondCountry = &w.countries[0], &w.countries[1]
	w.webApps, w.quietApps, w.portal = webApps(), quietApps(), portalApp()
	w.policies = newPolicies(&d)
	w.attackers = newAttackers(w)
	w.cast = newCast(w)
	w.network(&d)
	w.populate()
	w.services = newServices(w)
	w.azure = newSubscription(w)
	w.attackers = append(w.attackers, newStoryAttackers(w)...)
	w.openTunnel()
	w.plant()
	w.measure()
	return w
}

// network builds offices, tunnels and mobile carriers, in numbers that keep
// few people behind each address.
func (w *world) network(d *dice) {
	for i, c := range []*country{w.homeCountry, w.secondCountry} {
		for range 1 + w.o.Users/25/(1+4*i) {
			w.offices[i] = append(w.offices[i], &network{ip: w.officeAddress(d), place: &c.towns[0], asn: c.asn + 100, name: "Offices"})
			w.vpns[i] = append(w.vpns[i], &network{ip: w.addresses.take(d, benchmark()), place: &c.towns[0], asn: c.asn + 200, name: "VPN"})
		}
	}
	for i := range w.countries {
		c := &w.countries[i]
		for range 4 + w.o.Users/20 {
			c.mobile = append(c.mobile, &network{ip: w.addresses.take(d, benchmark()), asn: c.asn + 300})
		}
	}
}

// officeAddress takes a documentation address while there are plenty, for
// attackers have them too.
func (w *world) officeAddress(d *dice) string {
	if len(w.offices[0])+len(w.offices[1]) < 200 {
		return w.addresses.takeAny(d, documentation())
	}
	return w.addresses.take(d, benchmark())
}

func (w *world) populate() {
	c := newCensus(w)
	w.users = make([]user, w.o.Users)
	for i := range w.users {
		w.users[i] = c.user(i)
	}
	w.users[w.sprayed()].exempt = true // the account that a password alone opens
}

// sprayed returns who falls to SprayTakeover, and promoted who is given a role
// in PrivilegeKeyVault. Both are staff, and not the same.
func (w *world) sprayed() int {
	d := roll(w.o.Seed, forAttack, 100)
	return firstStaff + d.below(w.o.Users-firstStaff)
}

func (w *world) promoted() int {
	d := roll(w.o.Seed, forAttack, 101)
	n := firstStaff + d.below(w.o.Users-firstStaff-1)
	if n >= w.sprayed() {
		n++
	}
	return n
}

// reserved says that an attack may use the account of the index-th person.
// Such people do not travel, and no other attack touches them.
func (w *world) reserved(index int) bool {
	return index == leakedAdmin || index == phishedAdmin || index == w.sprayed() || index == w.promoted() || slices.Contains(w.cast.taken, index)
}

// measure adds up the working days of all people, over which sign-ins are
// spread.
func (w *world) measure() {
	for i := range w.users {
		w.weighed = append(w.weighed, w.weights)
		for n := range w.o.Days {
			w.weights += w.load(&w.users[i], n)
		}
	}
	w.ordinary = w.weights * 35 / 100
	if w.o.SignIns > 0 {
		w.ordinary = max(0, int64(w.o.SignIns)-w.planted())
	}
}

// planted counts the sign-ins of people that are planted.
func (w *world) planted() int64 {
	n := int64(0)
	for _, s := range w.strikes {
		n += s.signIns()
	}
	for _, l := range w.lookAlikes {
		n += l.signIns()
	}
	return n
}

// weightBefore is the weight of everybody before the index-th person.
func (w *world) weightBefore(index int) int64 {
	return w.weighed[index]
}

// load says how much u works on a day: 100 is a usual one.
func (w *world) load(u *user, day int) int64 {
	d := roll(w.o.Seed, forWeight, uint64(u.index), uint64(day))
	switch {
	case w.trip(u, day) == flying:
		return 0
	case w.weekday(day) == time.Saturday, w.weekday(day) == time.Sunday:
		return max(0, d.span(-40, 25))
	case d.chance(30) && !w.reserved(u.index):
		return 0 // a day off
	}
	return d.span(60, 140)
}

func (w *world) weekday(n int) time.Weekday {
	return (w.start + instant(n)*day).time().Weekday()
}

// quota returns how many sign-ins u makes on a day before which it has worked
// before, out of the whole tenant's. The quotas of all people and days add up
// to exactly w.ordinary.
func (w *world) quota(before, load int64) int {
	if w.weights == 0 {
		return 0
	}
	return int(share(w.ordinary, before+load, w.weights) - share(w.ordinary, before, w.weights))
}

// A journey is where a traveller is on a day.
type journey int

const (
	atHome journey = iota
	flying         // no sign-in at all, so that no journey is too fast
	abroad
)

const tripBlock = 28 // days in which one journey is made at most

// trip says whether u is away on a day.
func (w *world) trip(u *user, n int) journey {
	block := n / tripBlock
	d := roll(w.o.Seed, forTrip, uint64(u.index), uint64(block))
	travels := d.chance(40) || u.index == w.traveller()
	out := block*tripBlock + 1 + d.below(3)
	back := out + 3 + d.below(3)
	switch {
	case !travels || u.role != staff || w.reserved(u.index) || n < out || n > back:
		return atHome
	case n == out || n == back:
		return flying
	}
	return abroad
}

// traveller is someone who certainly travels.
func (w *world) traveller() int {
	for i := firstStaff; ; i++ {
		if !w.reserved(i) {
			return i
		}
	}
}

// destination returns where u travels to on a day, a country that is not u's.
func (w *world) destination(u *user, n int) *country {
	d := roll(w.o.Seed, forTrip, uint64(u.index), uint64(n/tripBlock), 1)
	c := &w.countries[2+d.below(len(w.countries)-2)]
	return c
}

// steady returns up to n members of staff who neither travel nor are reserved,
// who work in the home country and not from a single address, in an order of
// d's choosing.
func (w *world) steady(d *dice, n int) []*user {
	var list []*user
	from := d.below(len(w.users))
	for i := range w.users {
		u := &w.users[(from+i)%len(w.users)]
		if u.role == staff && !w.reserved(u.index) && u.country == w.homeCountry && !w.travelsEver(u) {
			list = append(list, u)
		}
		if len(list) == n {
			break
		}
	}
	return list
}

func (w *world) travelsEver(u *user) bool {
	for n := 0; n < w.o.Days; n++ {
		if w.trip(u, n) != atHome {
			return true
		}
	}
	return false
}

// workday returns the first working day at or after n, or the last before it.
func (w *world) workday(n int) int {
	days := make([]int, 0, w.o.Days)
	for i := range w.o.Days {
		if wd := w.weekday(i); wd != time.Saturday && wd != time.Sunday {
			days = append(days, i)
		}
	}
	if len(days) == 0 {
		return min(n, w.o.Days-1)
	}
	i, _ := slices.BinarySearch(days, n)
	return days[min(i, len(days)-1)]
}

// local returns the instant of a local clock time on a day.
func (w *world) local(c *country, n int, clock instant) instant {
	return w.start - w.start%day + instant(n)*day + clock - c.zone
}

package simulate

import (
	"strconv"
	"strings"
)

// A role is the work of a person.
type role int

const (
	staff role = iota
	globalAdmin
	helpdesk
	appAdmin
	cloudAdmin
)

// The first people of every tenant are its administrators.
const (
	admins        = 7 // people with another role than staff
	leakedAdmin   = 1 // whose credentials leak in PrivilegeKeyVault
	phishedAdmin  = 5 // who is phished in ConsentPersistence
	firstStaff    = admins
	attackedStaff = 2 // members of staff whose accounts an attacker uses
)

// A user is a person with an account.
type user struct {
	index    int
	id       guid
	name     string
	upn      string
	shownUPN string // as Exchange and SharePoint write it, in another case for some
	mailbox  guid
	role     role
	country  *country
	office   *network
	vpn      *network // nil: works from home without
	home     network
	home6    string // first half of an IPv6 address, or empty
	laptop   device
	phone    device
	exempt   bool // from multifactor authentication

	homeTenant guid // of a guest
}

func roleOf(index int) role {
	switch {
	case index < 2:
		return globalAdmin
	case index < 4:
		return helpdesk
	case index < 6:
		return appAdmin
	case index < admins:
		return cloudAdmin
	}
	return staff
}

// A census makes people.
type census struct {
	w               *world
	given, family   []string
	step, offset    int
	laptops, phones []device
}

func newCensus(w *world) census {
	d := roll(w.o.Seed, forNames)
	c := census{w: w, given: givenNames(), family: familyNames()}
	shuffle(&d, c.given)
	shuffle(&d, c.family)
	all := len(c.given) * len(c.family)
	c.step, c.offset = 2*d.below(all/2)+1, d.below(all) // an odd step visits every name: all is a power of two
	c.laptops, c.phones = deviceModels(&d)
	return c
}

// naming returns the name and the mailbox name of the index-th person.
func (c *census) naming(index int) (name, local string) {
	all := len(c.given) * len(c.family)
	k := (index%all*c.step + c.offset) % all
	given, family := c.given[k%len(c.given)], c.family[k/len(c.given)]
	local = given + "." + family
	if again := index / all; again > 0 {
		local += strconv.Itoa(again + 1)
	}
	return given + " " + family, local
}

func (c *census) user(index int) user {
	d := roll(c.w.o.Seed, forUser, uint64(index))
	name, local := c.naming(index)
	u := user{index: index, id: d.guid(), name: name, mailbox: d.guid(), role: roleOf(index)}
	u.upn = strings.ToLower(local) + "@" + c.w.domain
	u.shownUPN = u.upn
	if d.chance(150) {
		u.shownUPN = local + "@" + c.w.domain
	}
	c.settle(&u, &d)
	c.equip(&u, &d)
	u.exempt = u.role == staff && d.chance(80)
	return u
}

// settle gives u a country, an office and a home.
func (c *census) settle(u *user, d *dice) {
	u.country = c.w.homeCountry
	offices, vpns := c.w.offices[0], c.w.vpns[0]
	if u.role == staff && d.chance(200) {
		u.country, offices, vpns = c.w.secondCountry, c.w.offices[1], c.w.vpns[1]
	}
	u.office = offices[u.index%len(offices)]
	if d.chance(500) {
		u.vpn = vpns[u.index%len(vpns)]
	}
	u.home = network{ip: c.w.addresses.take(d, carrier()), place: &u.country.towns[d.below(len(u.country.towns))], asn: u.country.asn}
	if d.chance(300) {
		u.home6 = "2001:db8:" + strconv.FormatInt(int64(0x1000+u.index/0x10000), 16) + ":" + strconv.FormatInt(int64(u.index%0x10000), 16)
	}
}

func (c *census) equip(u *user, d *dice) {
	u.laptop, u.phone = pick(d, c.laptops), pick(d, c.phones)
	u.laptop.id, u.phone.id = d.guid(), d.guid()
	serial := strings.ToUpper(strconv.FormatInt(int64(0x10000+u.index*7), 36))
	u.laptop.name = "LAP-" + serial
	u.phone.name = strings.Fields(u.name)[0] + "'s phone"
}

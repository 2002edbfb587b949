package simulate

import "slices"

// The stories beyond those that a tenant has when its options name none. Each
// ends where such attacks end, and nowhere near the others.
const (
	AitmFraud        Attack = "aitm-fraud"        // session stolen by a proxy, inbox rule, fraudulent mail
	DeviceCode       Attack = "device-code"       // device-code phishing, Graph, files
	TokenReplay      Attack = "token-replay"      // stolen token, Azure, vault, storage keys
	LeakedSecret     Attack = "leaked-secret"     // an application's secret, new credentials, a role
	TenantTakeover   Attack = "tenant-takeover"   // role taken up, Conditional Access weakened, federation, backdoor
	GuestTakeover    Attack = "guest-takeover"    // a guest's account, files, links for anybody
	MfaFatigue       Attack = "mfa-fatigue"       // pushes until one is approved, a method of the attacker's own
	AzureDestruction Attack = "azure-destruction" // backups, locks and logs removed, then everything else
)

// Stories returns every attack that can be planted, in the order in which they
// are.
func Stories() []Attack {
	return append(Attacks(), AitmFraud, DeviceCode, TokenReplay, LeakedSecret, TenantTakeover, GuestTakeover, MfaFatigue, AzureDestruction)
}

// staged tells whether the tenant has a cast for all stories.
func (o Options) staged() bool {
	return slices.ContainsFunc(o.Attacks, func(a Attack) bool { return !slices.Contains(Attacks(), a) })
}

// carryOut carries out the attack.
func (s *strike) carryOut() {
	switch s.attacker.attack {
	case SprayTakeover:
		s.sprayTakeover()
	case ConsentPersistence:
		s.consentPersistence()
	case PrivilegeKeyVault:
		s.privilegeKeyVault()
	case AitmFraud:
		s.aitmFraud()
	case DeviceCode:
		s.deviceCode()
	case TokenReplay:
		s.tokenReplay()
	case LeakedSecret:
		s.leakedSecret()
	case TenantTakeover:
		s.tenantTakeover()
	case GuestTakeover:
		s.guestTakeover()
	case MfaFatigue:
		s.mfaFatigue()
	case AzureDestruction:
		s.azureDestruction()
	default:
		panic(s.attacker.attack)
	}
}

// A Variant is how an attack is carried out.
type Variant string

// The variants.
const (
	Ordinary Variant = ""
	// Quiet is few acts, from a rented line in the victims' own country, with a
	// browser as the tenant's; no product of Microsoft notices.
	Quiet Variant = "quiet"
	// Slow is the same acts over days.
	Slow Variant = "slow"
	// Noisy is many acts, from address after address.
	Noisy Variant = "noisy"
)

// Variants returns the variants besides Ordinary.
func Variants() []Variant { return []Variant{Quiet, Slow, Noisy} }

// stretch is how many times longer the attacker waits.
func (v Variant) stretch() instant {
	if v == Slow {
		return 6
	}
	return 1
}

// some returns a number of acts from low to high, as the variant has them.
func (s *strike) some(low, high int) int {
	switch s.variant {
	case Quiet:
		return low
	case Noisy:
		return 2 * high
	case Ordinary, Slow:
		return low + s.d.below(high-low+1)
	}
	panic(s.variant)
}

// net is the network of the attacker's next session.
func (s *strike) net() *network {
	if s.variant == Noisy {
		return pick(s.d, append([]*network{s.attacker.exit}, s.attacker.nets...))
	}
	return s.attacker.exit
}

// disguise gives a quiet attacker a line in the country of the victims.
func (a *attacker) disguise(w *world) {
	if w.o.Variants[a.attack] != Quiet {
		return
	}
	d := roll(w.o.Seed, forCast, 1, uint64(len(a.attack)))
	home := w.homeCountry
	for _, n := range append([]*network{a.exit}, a.nets...) {
		n.place, n.asn = &home.towns[d.below(len(home.towns))], home.asn
	}
	laptops, _ := deviceModels(&d)
	like := pick(&d, laptops)
	a.screen = device{os: like.os, browser: like.browser, userAgent: like.userAgent}
}

// openTunnel makes the public tunnel, and has the noisy AitmFraud come out of
// it: an address that says nothing, for many have it.
func (w *world) openTunnel() {
	d := roll(w.o.Seed, forCast, 4)
	abroad := &w.countries[2+d.below(len(w.countries)-2)]
	w.tunnel = &network{ip: w.addresses.take(&d, benchmark()), place: &abroad.towns[0], asn: 65532}
	for i := range w.attackers {
		if a := &w.attackers[i]; a.attack == AitmFraud && w.o.Variants[a.attack] == Noisy {
			a.exit = w.tunnel
		}
	}
}

// newStoryAttackers makes the attackers of the stories beyond Attacks. They
// take their addresses after everybody else, so that a tenant without them is
// the same.
func newStoryAttackers(w *world) []attacker {
	d := roll(w.o.Seed, forAttack, 200)
	places := hideouts()
	shuffle(&d, places)
	stories := Stories()[len(Attacks()):]
	list := make([]attacker, len(stories))
	for i, name := range stories {
		a := &list[i]
		a.attack, a.d = name, roll(w.o.Seed, forAttack, 200, uint64(i+1))
		a.arm(w, &places[i%len(places)])
		a.schedule(w)
		a.disguise(w)
	}
	return list
}

// A cast is the members of staff whose accounts the stories use. They do not
// travel, and no two stories share one.
type cast struct {
	of    map[Attack]int
	taken []int
}

// newCast sets a person aside for every story, planted or not, in a tenant that
// has one of them.
func newCast(w *world) cast {
	c := cast{of: make(map[Attack]int)}
	if !w.o.staged() {
		return c
	}
	d := roll(w.o.Seed, forCast)
	var free []int
	for i := firstStaff; i < w.o.Users; i++ {
		if i != w.sprayed() && i != w.promoted() {
			free = append(free, i)
		}
	}
	shuffle(&d, free)
	for i, story := range Stories()[len(Attacks()):] {
		c.of[story] = free[i]
		c.taken = append(c.taken, free[i])
	}
	return c
}

// victim is the person whose account the story uses.
func (s *strike) victim() *user {
	return &s.w.users[s.w.cast.of[s.attacker.attack]]
}

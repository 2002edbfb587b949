package simulate

import (
	"slices"
	"strconv"
	"strings"
	"time"
)

// A person is the stream of what one user does. A day is planned as three
// rates — sign-ins by hand, token refreshes, work on mail and files — each
// spread over its hours, so that a day's records need not be kept.
type person struct {
	w      *world
	u      *user
	d      dice
	desk   dice  // of work, apart so that leaving its export out changes no sign-in
	day    int   // the next to plan
	before int64 // weight of the days before it, of this person and all before it in the tenant

	signIns, refreshes, work pace
	workday                  bool
	office                   bool // today
	from, to                 instant
	mobile, away, home6      network
	abroad                   bool
	sessions                 [2]guid // laptop, phone
	pending                  []signIn
	debt                     int // sign-ins made beyond the plan, to be saved on refreshes
	scratch                  signIn
}

// A pace is a number of acts spread evenly over a span of time, each at a
// random moment of its own part of it.
type pace struct {
	from, width instant
	done, total int
	at          instant
}

func (p *pace) plan(d *dice, from, to instant, total int) {
	*p = pace{from: from, total: total, at: never}
	if total > 0 && to > from {
		p.width = (to - from) / instant(total)
		p.set(d)
	}
}

func (p *pace) set(d *dice) {
	start := p.from + p.width*instant(p.done)
	p.at = d.between(start, start+p.width)
}

func (p *pace) advance(d *dice) {
	p.done++
	if p.done == p.total {
		p.at = never
		return
	}
	p.set(d)
}

func newPerson(w *world, u *user) *person {
	p := &person{w: w, u: u, before: w.weightBefore(u.index)}
	p.refill()
	return p
}

func (p *person) idle() bool {
	return len(p.pending) == 0 && p.signIns.at == never && p.refreshes.at == never && p.work.at == never
}

func (p *person) refill() {
	for p.day == 0 || p.idle() && p.day < p.w.o.Days {
		p.plan(p.day)
		p.day++
	}
}

func (p *person) plan(n int) {
	w, u := p.w, p.u
	load := w.load(u, n)
	quota := w.quota(p.before, load)
	p.before += load
	p.d.reset(w.o.Seed, forDay, uint64(u.index), uint64(n))
	p.desk.reset(w.o.Seed, forWork, uint64(u.index), uint64(n))
	here := u.country
	if p.abroad = w.trip(u, n) == abroad; p.abroad {
		here = w.destination(u, n)
	}
	p.places(here, n)
	p.from, p.to = p.hours(here, n)
	first, last := p.waking(here, n)
	byHand := 0
	if quota > 0 {
		byHand = max(1, quota*12/100)
	}
	p.signIns.plan(&p.d, p.from, p.to, byHand)
	p.refreshes.plan(&p.d, first, last, quota-byHand)
	work := 0
	if slices.Contains(w.o.Formats.Exports, UnifiedAuditLog) {
		work = int(load) * 8 / 100
	}
	p.work.plan(&p.desk, p.from, p.to, work)
}

// hours returns the working hours of a day, within the evidence.
func (p *person) hours(here *country, n int) (from, to instant) {
	w := p.w
	from = w.local(here, n, 7*hour+30*minute+p.d.between(0, 2*hour))
	to = from + 8*hour + p.d.between(0, 150*minute)
	from, to = max(from, w.start), min(to, w.end)
	if from >= to {
		return p.waking(here, n)
	}
	return from, to
}

// waking returns the hours of a day in which devices are on, within the
// evidence.
func (p *person) waking(here *country, n int) (from, to instant) {
	w := p.w
	return max(w.start, w.local(here, n, 6*hour+15*minute)), min(w.end, w.local(here, n, 23*hour))
}

// places decides from where the day's sign-ins come.
func (p *person) places(here *country, n int) {
	weekday := p.w.weekday(n)
	p.workday = weekday != time.Saturday && weekday != time.Sunday
	p.office = p.workday && !p.abroad && p.d.chance(700)
	p.mobile = *pick(&p.d, p.u.country.mobile)
	p.mobile.place = p.u.home.place
	p.away = *pick(&p.d, here.mobile)
	p.away.place = &here.towns[0]
	p.home6 = network{}
	if p.u.home6 != "" {
		p.home6 = network{ip: p.u.home6 + ":" + interfaceID(&p.d), place: p.u.home.place, asn: p.u.home.asn}
	}
	for i := range p.sessions {
		d := roll(p.w.o.Seed, forSession, uint64(p.u.index), uint64(i), uint64(n/7))
		p.sessions[i] = d.guid()
	}
}

// interfaceID returns the second half of an IPv6 address, in the canonical
// form: no part of it starts with a zero.
func interfaceID(d *dice) string {
	var b []byte
	for i := range 4 {
		if i > 0 {
			b = append(b, ':')
		}
		b = strconv.AppendInt(b, int64(1+d.below(0xfffe)), 16)
	}
	return string(b)
}

func (p *person) next() instant {
	at := min(p.signIns.at, p.refreshes.at, p.work.at)
	if len(p.pending) > 0 {
		at = min(at, p.pending[0].at)
	}
	return at
}

func (p *person) write(x *exports) {
	switch at := p.next(); {
	case len(p.pending) > 0 && p.pending[0].at == at:
		p.scratch = p.pending[0]
		p.pending = append(p.pending[:0], p.pending[1:]...)
		p.scratch.write(x)
	case p.signIns.at == at:
		p.attempt()
		p.signIns.advance(&p.d)
		p.scratch.write(x)
	case p.refreshes.at == at:
		p.refresh(at)
		p.refreshes.advance(&p.d)
		if p.debt > 0 {
			p.debt--
		} else {
			p.scratch.write(x)
		}
	default:
		p.labor(at).write(x)
		p.work.advance(&p.desk)
	}
	p.refill()
}

// network returns the network that a device is on.
func (p *person) network(at instant, phone bool) *network {
	working := p.workday && at >= p.from && at < p.to
	switch {
	case p.abroad:
		return &p.away
	case phone && (working || p.d.chance(200)):
		return &p.mobile
	case phone && p.home6.ip != "":
		return &p.home6
	case phone || !working:
		return &p.u.home
	case p.office:
		return p.u.office
	case p.u.vpn != nil:
		return p.u.vpn
	}
	return &p.u.home
}

// begin makes scratch a successful sign-in at an instant.
func (p *person) begin(at instant, a *app, interactive bool) *signIn {
	s := &p.scratch
	*s = signIn{at: at, id: p.d.guid(), correlation: p.d.guid(), token: p.d.guid(), user: p.u, app: a, interactive: interactive}
	s.device, s.session = &p.u.laptop, p.sessions[0]
	phone := a.mobile || interactive && p.d.chance(150)
	if phone {
		s.device, s.session = &p.u.phone, p.sessions[1]
	}
	s.net = p.network(at, phone)
	if !p.u.exempt {
		s.proof = byClaim
	}
	return s
}

// refresh makes scratch the use of a token without the person.
func (p *person) refresh(at instant) {
	s := p.begin(at, &p.w.quietApps[p.d.below(len(p.w.quietApps))], false)
	if p.d.chance(4) {
		s.code, s.proof = pick(&p.d, []int{50173, 70043}), noProof
	}
}

// attempt makes scratch the first sign-in of an attempt by hand, and leaves
// the others of the same attempt in pending.
func (p *person) attempt() {
	a := &p.w.webApps[p.d.below(len(p.w.webApps))]
	if p.u.role != staff && p.d.chance(300) {
		a = &p.w.portal
	}
	s := p.begin(p.signIns.at, a, true)
	switch k := p.d.below(1000); {
	case k < 60:
		p.stumble(50140, s.proof, 3*second, 15*second)
	case k < 120 && !p.u.exempt:
		p.stumble(50074, unanswered, 6*second, 40*second)
	case k < 185:
		p.stumble(50126, noProof, 8*second, 40*second)
	case k < 190:
		p.stumble(65001, s.proof, 5*second, 30*second)
	case k < 195:
		p.stumble(50055, noProof, 40*second, 90*second)
	case k < 203 && !p.u.exempt:
		p.stumble(500121, unanswered, 30*second, 80*second)
	case k < 240:
		p.stumble(50058, noProof, second, 3*second)
	}
}

// stumble turns the sign-in in scratch into one that did not get through, and
// lets it succeed a little later.
func (p *person) stumble(code int, how proof, low, high instant) {
	after := p.scratch
	p.scratch.code, p.scratch.proof = code, how
	after.id, after.token = p.d.guid(), p.d.guid()
	after.at += p.d.between(low, high)
	if how == unanswered {
		after.proof = byApp
	}
	if code == 50126 || code == 500121 {
		after.correlation = p.d.guid()
	}
	if after.at >= p.w.end {
		return
	}
	i := len(p.pending)
	for i > 0 && p.pending[i-1].at > after.at {
		i--
	}
	p.pending = append(p.pending, signIn{})
	copy(p.pending[i+1:], p.pending[i:])
	p.pending[i] = after
	p.debt++
}

// labor returns what the person does with mail and files.
func (p *person) labor(at instant) *auditData {
	net := p.network(at, false)
	c := client{user: p.u, ip: net.ip, session: p.sessions[0], agent: p.u.laptop.userAgent}
	site := p.w.site(p.u)
	name := pick(&p.desk, fileNames())
	switch k := p.desk.below(1000); {
	case k < 500:
		return c.mailItems(&p.desk, at, 1+p.desk.below(8))
	case k < 780:
		return c.file(&p.desk, at, "FileAccessed", site, "General", name)
	case k < 900:
		return c.file(&p.desk, at, "FileModified", site, "General", name)
	case k < 960:
		return c.file(&p.desk, at, "FileDownloaded", site, "General", name)
	case k < 996:
		return c.file(&p.desk, at, "FilePreviewed", site, "General", name)
	}
	return c.cmdlet(&p.desk, at, "New-InboxRule", p.u.shownUPN+`\Newsletters`,
		parameter{"Name", "Newsletters"}, parameter{"FromAddressContainsWords", "newsletter;digest"}, parameter{"MoveToFolder", "Newsletters"}, parameter{"StopProcessingRules", "False"})
}

// site is the team site that a person works in.
func (w *world) site(u *user) string {
	return "https://" + strings.ToLower(w.name) + ".sharepoint.com/sites/Team" + strconv.Itoa(1+u.index%9) + "/"
}

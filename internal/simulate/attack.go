package simulate

import (
	"slices"
	"strings"
)

// An attacker is who carries out one attack, from where and with what.
type attacker struct {
	attack Attack
	start  instant
	nets   []*network
	exit   *network // used once inside
	tool   device   // of the first attempts
	screen device   // used once inside
	d      dice
}

// newAttackers makes the attacker of every attack, whether it is planted or
// not, so that leaving one out changes nothing else.
func newAttackers(w *world) []attacker {
	d := roll(w.o.Seed, forAttack)
	places := hideouts()
	shuffle(&d, places)
	list := make([]attacker, len(Attacks()))
	for i, name := range Attacks() {
		a := &list[i]
		a.attack, a.d = name, roll(w.o.Seed, forAttack, uint64(i+1))
		a.arm(w, &places[i])
		a.schedule(w)
		a.disguise(w)
	}
	return list
}

func (a *attacker) arm(w *world, p *place) {
	host := func() *network {
		ranges := append(documentation(), benchmark())
		return &network{ip: w.addresses.takeAny(&a.d, ranges), place: p, asn: 65536 + a.d.below(16)}
	}
	for range 1 + a.d.below(3) {
		a.nets = append(a.nets, host())
	}
	a.exit = host()
	version := digits(100 + a.d.below(30))
	a.tool = device{os: "Windows10", browser: "Rich Client", userAgent: pick(&a.d, []string{
		"python-requests/2.31." + digits(1+a.d.below(8)), "axios/1.7." + digits(1+a.d.below(9)), "Go-http-client/1.1", "BAV2ROPC",
	})}
	a.screen = pick(&a.d, []device{
		{os: "Linux", browser: "Chrome " + version + ".0.0", userAgent: "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/" + version + ".0.0.0 Safari/537.36"},
		{os: "Linux", browser: "Firefox " + version + ".0", userAgent: "Mozilla/5.0 (X11; Linux x86_64; rv:" + version + ".0) Gecko/20100101 Firefox/" + version + ".0"},
		{os: "Windows10", browser: "Chrome " + version + ".0.0", userAgent: "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/" + version + ".0.0.0 Safari/537.36"},
	})
}

// schedule puts the attack in the second half of the evidence, so that there
// is an ordinary time before it, and early enough to be seen to its end.
func (a *attacker) schedule(w *world) {
	span := w.end - w.start
	earliest := w.start + span*55/100
	latest := min(w.start+span*85/100, w.end-20*hour)
	if w.o.Variants[a.attack] == Slow {
		earliest, latest = w.start+span*57/100, w.start+span*63/100
	}
	if latest <= earliest {
		earliest = w.start + span*30/100
		latest = w.start + span*50/100
	}
	a.start = a.d.between(earliest, latest)
}

// A strike is an attack as planted: its records, and the truth about them.
type strike struct {
	attacker *attacker
	w        *world
	variant  Variant
	d        *dice
	now      instant
	records  []record
	truth    AttackTruth
	verdicts []verdict
}

// plant plans the attacks and the look-alikes of w.
func (w *world) plant() {
	for i := range w.attackers {
		a := &w.attackers[i]
		if !slices.Contains(w.o.Attacks, a.attack) {
			continue
		}
		s := strike{attacker: a, w: w, d: &a.d, now: a.start, variant: w.o.Variants[a.attack]}
		s.truth = AttackTruth{Name: a.attack, Variant: s.variant, Applications: []Application{}}
		s.carryOut()
		s.finish()
		w.strikes = append(w.strikes, s)
	}
	w.lookAlikes = newLookAlikes(w)
}

// wait lets time pass.
func (s *strike) wait(low, high instant) {
	s.now += s.d.between(low, high) * s.variant.stretch()
}

// A stage is what an act is for: a tactic, as Sentinel spells it, and a
// technique of it.
type stage struct{ tactic, technique string }

// did adds an act and its record. What happens after the end of the evidence
// is not in it.
func (s *strike) did(act Act, st stage, r record) {
	if r.when() >= s.w.end {
		return
	}
	act.Time, act.Tactic, act.Technique = r.when().time(), st.tactic, st.technique
	s.truth.Acts = append(s.truth.Acts, act)
	s.records = append(s.records, r)
	s.from(act.IPAddress)
}

// along adds a record that is not the attacker's.
func (s *strike) along(r record) {
	if r.when() < s.w.end {
		s.records = append(s.records, r)
	}
}

func (s *strike) from(ip string) {
	if ip != "" && !slices.Contains(s.truth.IPAddresses, ip) {
		s.truth.IPAddresses = append(s.truth.IPAddresses, ip)
	}
}

func (s *strike) account(u *user, part Part) {
	s.truth.Accounts = append(s.truth.Accounts, Account{UserPrincipalName: u.upn, ID: u.id.String(), Part: part})
}

func (s *strike) finish() {
	t := &s.truth
	slices.SortStableFunc(t.Acts, func(a, b Act) int { return a.Time.Compare(b.Time) })
	if len(t.Acts) > 0 {
		t.First, t.Last = t.Acts[0].Time, t.Acts[len(t.Acts)-1].Time
	}
	slices.SortFunc(t.Accounts, func(a, b Account) int {
		return strings.Compare(string(a.Part)+" "+a.UserPrincipalName, string(b.Part)+" "+b.UserPrincipalName)
	})
}

// signIn begins a sign-in of the attacker as u.
func (s *strike) signIn(u *user, a *app, net *network, with *device, session guid) *signIn {
	return &signIn{
		at: s.now, id: s.d.guid(), correlation: s.d.guid(), token: s.d.guid(), session: session,
		user: u, app: a, device: with, net: net, interactive: true,
	}
}

// signedIn adds a sign-in, and the record of it in the Unified Audit Log.
func (s *strike) signedIn(in *signIn, st stage) {
	if s.variant == Quiet {
		in.risk = risk{}
	}
	upn, _, _ := in.account()
	export := InteractiveSignIns
	if !in.interactive {
		export = NonInteractiveSignIns
	}
	s.did(Act{Export: export, ID: in.id.String(), Operation: "Sign-in activity", Account: upn, IPAddress: in.net.ip}, st, in)
	if in.interactive && in.finished() && in.at < s.w.end {
		a := in.unified()
		s.truth.Acts = append(s.truth.Acts, Act{
			Time: in.at.time(), Export: UnifiedAuditLog, ID: a.id.String(), Operation: a.operation,
			Tactic: st.tactic, Technique: st.technique, Account: upn, IPAddress: in.net.ip,
		})
	}
}

func (s *strike) audited(a *audit, st stage) {
	a.at, a.id = s.now, s.d.auditID(a.correlation)
	act := Act{Export: DirectoryAudits, ID: a.id, Operation: a.activity, IPAddress: a.ip}
	if a.by != nil {
		act.Account = a.by.upn
	}
	s.did(act, st, a)
}

func (s *strike) unified(a *auditData, u *user, ip string, st stage) {
	s.did(Act{Export: UnifiedAuditLog, ID: a.id.String(), Operation: a.operation, Account: u.upn, IPAddress: ip}, st, a)
}

// detected adds a risk detection about a sign-in, some time after it.
func (s *strike) detected(in *signIn, event, level, state, timing string, after instant, st stage) {
	if s.variant == Quiet {
		return
	}
	r := &detection{
		at: in.at, detected: in.at + after, id: s.d.guid(), user: in.user, event: event, level: level, state: state, timing: timing,
		request: in.id, correlation: in.correlation, net: in.net, agent: in.agent(),
	}
	s.did(Act{Export: RiskDetections, ID: r.id.String(), Operation: event, Account: in.user.upn, IPAddress: in.net.ip}, st, r)
}

func (s *strike) alerted(a alert, after instant, st stage) {
	if s.variant == Quiet {
		return
	}
	a.from, a.to, a.at = s.now, s.now+after/2, s.now+after
	a.id, a.vendor = s.d.guid(), s.d.guid()
	a.tactics, a.technique = st.tactic, st.technique
	s.did(Act{Export: SecurityAlerts, ID: a.id.String(), Operation: a.name, Account: a.user.upn, IPAddress: a.ip}, st, &a)
}

func (s *strike) signIns() int64 { return countSignIns(s.records) }

func countSignIns(list []record) int64 {
	n := int64(0)
	for _, r := range list {
		if _, ok := r.(*signIn); ok {
			n++
		}
	}
	return n
}

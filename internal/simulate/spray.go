package simulate

// sprayTakeover tries one password after another on many accounts until one
// opens, and takes over that mailbox.
func (s *strike) sprayTakeover() {
	victim := &s.w.users[s.w.sprayed()]
	s.account(victim, Taken)
	in := s.spray(victim)
	s.detected(in, "maliciousIPAddress", "medium", "atRisk", "realtime", minute, stage{"InitialAccess", "T1078.004"})
	s.detected(in, "passwordSpray", "high", "atRisk", "offline", 3*hour, stage{"CredentialAccess", "T1110.003"})
	s.alerted(alert{
		name: "Password Spray", kind: "PasswordSpray", severity: "High", provider: "IPC", product: identityProtection,
		description: "Password spray attack detected", user: victim, ip: in.net.ip,
	}, 3*hour+10*minute, stage{"CredentialAccess", "T1110.003"})
	s.verdicts = append(s.verdicts, verdict{at: in.at + 3*hour, user: victim, level: "high", state: "atRisk"})
	s.wait(15*minute, 3*hour)
	s.takeMailbox(victim)
}

// spray returns the sign-in that succeeded.
func (s *strike) spray(victim *user) *signIn {
	targets := s.sprayTargets(victim)
	legacy := legacyApp()
	clients := []string{"IMAP4", "Authenticated SMTP", browser}
	client := pick(s.d, clients)
	st := stage{"CredentialAccess", "T1110.003"}
	rounds := 1 + s.d.below(2)
	for round := range rounds {
		shuffle(s.d, targets)
		for i, t := range targets {
			s.wait(3*second, 40*second)
			in := s.signIn(t.user, &legacy, s.attacker.nets[i%len(s.attacker.nets)], &s.attacker.tool, s.d.guid())
			in.stranger, in.client, in.code = t.stranger, client, s.sprayCode(t, round)
			if t.user == victim && round == rounds-1 {
				continue
			}
			s.signedIn(in, st)
		}
		if round < rounds-1 {
			s.wait(31*minute, 80*minute)
		}
	}
	s.wait(3*second, 40*second)
	in := s.signIn(victim, &legacy, s.attacker.nets[0], &s.attacker.tool, s.d.guid())
	in.client, in.risk = client, risk{level: "high", state: "atRisk", events: []string{"maliciousIPAddress", "passwordSpray"}}
	s.signedIn(in, stage{"InitialAccess", "T1078.004"})
	return in
}

// A sprayTarget is an account, or a name that is none.
type sprayTarget struct {
	user     *user
	stranger string
}

func (s *strike) sprayCode(t sprayTarget, round int) int {
	switch {
	case t.user == nil:
		return 50034
	case round > 0 && s.d.chance(80):
		return 50053
	}
	return 50126
}

// sprayTargets returns the victim, up to 150 others whom no other attack
// touches, and some names that nobody has.
func (s *strike) sprayTargets(victim *user) []sprayTarget {
	var others []*user
	for i := range s.w.users {
		if !s.w.reserved(i) {
			others = append(others, &s.w.users[i])
		}
	}
	shuffle(s.d, others)
	list := []sprayTarget{{user: victim}}
	for _, u := range others[:min(len(others), 150, max(12, len(others)*6/10))] {
		list = append(list, sprayTarget{user: u})
		s.account(u, Targeted)
	}
	names := strangers()
	shuffle(s.d, names)
	for _, name := range names[:4+s.d.below(8)] {
		upn := name + "@" + s.w.domain
		list = append(list, sprayTarget{stranger: upn})
		s.truth.Accounts = append(s.truth.Accounts, Account{UserPrincipalName: upn, Part: Targeted})
	}
	return list
}

func (s *strike) takeMailbox(victim *user) {
	session := s.d.guid()
	screen := &s.attacker.screen
	outlook := &s.w.webApps[0]
	in := s.signIn(victim, outlook, s.attacker.exit, screen, session)
	in.risk = risk{level: "medium", state: "atRisk", events: []string{"unfamiliarFeatures"}}
	s.signedIn(in, stage{"InitialAccess", "T1078.004"})
	s.detected(in, "unfamiliarFeatures", "medium", "atRisk", "realtime", minute, stage{"InitialAccess", "T1078.004"})
	c := client{user: victim, ip: s.attacker.exit.ip, session: session, agent: screen.userAgent}
	for range 3 + s.d.below(8) {
		s.wait(20*second, 9*minute)
		s.unified(c.mailItems(s.d, s.now, 1+s.d.below(30)), victim, c.ip, stage{"Collection", "T1114.002"})
	}
	s.wait(minute, 12*minute)
	s.hideMail(c)
	s.keepSession(victim, session)
	if s.d.chance(600) {
		s.downloadFiles(c)
	}
}

// hideMail makes the rule, or rules, that keep the owner from noticing.
func (s *strike) hideMail(c client) {
	words := pick(s.d, []string{"invoice;payment;wire", "bank;iban;remittance", "hacked;phish;suspicious;spam", "payroll;deposit;salary"})
	folder := pick(s.d, []string{"RSS Feeds", "Conversation History", "Archive", "RSS Subscriptions"})
	name := pick(s.d, []string{".", "..", "a", "zz", ",,"})
	outside := pick(s.d, []string{"accounts.desk", "m.collect", "ap.review", "copydrop"}) + string(appendDecimal(nil, 10+s.d.below(90))) + "@mailbox.example"
	rule := []parameter{{"Name", name}, {"SubjectOrBodyContainsWords", words}, {"MoveToFolder", folder}, {"MarkAsRead", "True"}, {"StopProcessingRules", "True"}}
	forward := s.d.chance(500)
	if forward {
		rule = []parameter{{"Name", name}, {"SubjectOrBodyContainsWords", words}, {"ForwardTo", outside}, {"DeleteMessage", "True"}, {"StopProcessingRules", "True"}}
	}
	s.unified(c.cmdlet(s.d, s.now, "New-InboxRule", c.user.shownUPN+`\`+name, rule...), c.user, c.ip, stage{"DefenseEvasion", "T1564.008"})
	s.alerted(alert{
		name: "Suspicious inbox manipulation rule", kind: "MCAS_ALERT_ANUBIS_DETECTION_INBOX_MANIPULATION", severity: "Medium", provider: "MCAS", product: cloudApps,
		description: "A suspicious inbox rule was set on a user's inbox", user: c.user, ip: c.ip,
	}, 25*minute, stage{"DefenseEvasion", "T1564.008"})
	if forward {
		return
	}
	s.wait(minute, 8*minute)
	s.unified(c.cmdlet(s.d, s.now, "Set-Mailbox", c.user.mailbox.String(),
		parameter{"Identity", c.user.mailbox.String()}, parameter{"ForwardingSmtpAddress", "smtp:" + outside}, parameter{"DeliverToMailboxAndForward", "True"}),
		c.user, c.ip, stage{"Collection", "T1114.003"})
}

// keepSession renews the attacker's tokens over some hours.
func (s *strike) keepSession(victim *user, session guid) {
	from := s.now
	for range 3 + s.d.below(6) {
		s.wait(10*minute, 50*minute)
		in := s.signIn(victim, &s.w.quietApps[3], s.attacker.exit, &s.attacker.screen, session)
		in.interactive = false
		s.signedIn(in, stage{"InitialAccess", "T1078.004"})
	}
	s.now = from
}

func (s *strike) downloadFiles(c client) {
	site := s.w.site(c.user)
	for range 12 + s.d.below(30) {
		s.wait(second, 15*second)
		s.unified(c.file(s.d, s.now, "FileDownloaded", site, "Finance", pick(s.d, fileNames())), c.user, c.ip, stage{"Collection", "T1213.002"})
	}
}

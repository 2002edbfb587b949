package simulate

// aitmFraud passes a sign-in through a proxy, keeps the session, hides mail in
// the mailbox and writes to those who pay.
func (s *strike) aitmFraud() {
	victim := s.victim()
	s.account(victim, Taken)
	st := stage{"InitialAccess", "T1566.002"}
	session := s.d.guid()
	in := s.signIn(victim, &s.w.webApps[1], s.attacker.nets[0], &s.attacker.screen, session)
	in.proof, in.risk = byApp, risk{level: "medium", state: "atRisk", events: []string{"anonymizedIPAddress"}}
	s.signedIn(in, st)
	s.detected(in, "anonymizedIPAddress", "medium", "atRisk", "realtime", minute, st)
	s.verdicts = append(s.verdicts, verdict{at: in.at + minute, user: victim, level: "medium", state: "atRisk"})
	s.wait(4*minute, 40*minute)
	f := s.enterAs(victim, &s.w.webApps[0], session, byClaim, stage{"CredentialAccess", "T1539"})
	s.readMail(f, s.some(4, 10))
	s.wait(minute, 20*minute)
	s.hideMail(f.client())
	for range s.some(3, 8) {
		s.wait(minute, 12*minute)
		c := f.client()
		s.unified(c.sent(s.d, s.now, "Re: "+pick(s.d, []string{"invoice", "remittance advice", "new bank details", "outstanding payment"})), victim, c.ip, stage{"Impact", "T1657"})
	}
	for range s.some(2, 6) {
		s.wait(20*minute, 70*minute)
		f = s.renew(f, &s.w.quietApps[3], stage{"CredentialAccess", "T1539"})
		s.readMail(f, 1)
	}
}

// mfaFatigue knows the password, and asks for the second factor until the
// person approves one; then it registers a method of its own.
func (s *strike) mfaFatigue() {
	victim := s.victim()
	s.account(victim, Taken)
	home := &s.w.webApps[1]
	for range s.some(6, 14) {
		in := s.signIn(victim, home, s.attacker.exit, &s.attacker.screen, s.d.guid())
		in.code, in.proof = 500121, unanswered
		s.signedIn(in, stage{"CredentialAccess", "T1621"})
		s.now += s.d.between(40*second, 4*minute)
	}
	f := s.enter(victim, home, byApp, stage{"InitialAccess", "T1078.004"})
	s.wait(2*minute, 20*minute)
	kept := &audit{correlation: s.d.guid(), by: victim, ip: f.net.ip, service: "Authentication Methods", details: []parameter{{"User-Agent", f.screen.userAgent}}}
	s.audited(kept.named("User registered security info", "UserManagement", "Add", userTarget(victim)), stage{"Persistence", "T1556.006"})
	s.wait(minute, 10*minute)
	reset := &audit{correlation: s.d.guid(), by: victim, ip: f.net.ip, service: "Self-service Password Management", details: []parameter{{"User-Agent", f.screen.userAgent}}}
	s.audited(reset.named("Change password (self-service)", "UserManagement", "Update", userTarget(victim)), stage{"Persistence", "T1098"})
	s.wait(5*minute, 60*minute)
	f = s.enterAs(victim, &s.w.webApps[0], f.session, byClaim, stage{"InitialAccess", "T1078.004"})
	s.readMail(f, s.some(3, 9))
	s.wait(minute, 15*minute)
	outside := "box" + string(appendDecimal(nil, 10+s.d.below(90))) + "@mailbox.example"
	c := f.client()
	s.unified(c.cmdlet(s.d, s.now, "Set-Mailbox", victim.mailbox.String(),
		parameter{"Identity", victim.mailbox.String()}, parameter{"ForwardingSmtpAddress", "smtp:" + outside}, parameter{"DeliverToMailboxAndForward", "True"}),
		victim, c.ip, stage{"Collection", "T1114.003"})
	for range s.some(1, 4) {
		s.wait(2*hour, 5*hour)
		f = s.enter(victim, &s.w.webApps[0], byApp, stage{"InitialAccess", "T1078.004"})
		s.readMail(f, 2)
	}
}

// sent is Send: a mail that left the mailbox.
func (c client) sent(d *dice, at instant, subject string) *auditData {
	a := c.record(at, d.guid(), "Send", recordKind{2, "ExchangeItem", "Exchange"}, "Succeeded")
	o := openMembers()
	o.raw("AppAccessContext", c.access(d)).text("ClientIPAddress", c.ip).text("ClientInfoString", c.info())
	o.text("AppId", c.appID(exchangeID)).text("ClientAppId", c.appID("")).truth("ExternalAccess", false).number("InternalLogonType", 0).number("LogonType", 0)
	o.id("MailboxGuid", c.user.mailbox).text("MailboxOwnerUPN", c.user.shownUPN).text("OrganizationName", c.user.upn)
	o.id("SessionId", c.session).key("Item").open().text("InternetMessageId", "<"+d.guid().String()+"@mail.example>").text("Subject", subject).close()
	a.rest = members(o)
	return a
}

package simulate

// A foothold is an attacker's session as somebody, with its newest token.
type foothold struct {
	user    *user
	session guid
	token   guid
	net     *network
	screen  *device
}

// enter signs in as u by hand, and returns the session.
func (s *strike) enter(u *user, a *app, how proof, st stage) foothold {
	return s.enterAs(u, a, s.d.guid(), how, st)
}

// enterAs signs in with a session that may be older than the attack.
func (s *strike) enterAs(u *user, a *app, session guid, how proof, st stage) foothold {
	f := foothold{user: u, session: session, net: s.net(), screen: &s.attacker.screen}
	in := s.signIn(u, a, f.net, f.screen, session)
	in.proof = how
	in.risk = risk{level: "medium", state: "atRisk", events: []string{"unfamiliarFeatures"}}
	s.signedIn(in, st)
	s.detected(in, "unfamiliarFeatures", "medium", "atRisk", "realtime", minute, st)
	s.verdicts = append(s.verdicts, verdict{at: in.at + minute, user: u, level: "medium", state: "atRisk"})
	f.token = in.token
	return f
}

// renew gets a token for another application with the session, as a machine
// does, and returns the session with that token.
func (s *strike) renew(f foothold, a *app, st stage) foothold {
	if s.variant == Noisy {
		f.net = s.net()
	}
	in := s.signIn(f.user, a, f.net, f.screen, f.session)
	in.interactive, in.proof = false, byClaim
	s.signedIn(in, st)
	f.token = in.token
	return f
}

func (f foothold) client() client {
	return client{user: f.user, ip: f.net.ip, session: f.session, agent: f.screen.userAgent, token: f.token}
}

// readMail opens mail, a few items at a time.
func (s *strike) readMail(f foothold, times int) {
	c := f.client()
	for range times {
		s.wait(20*second, 6*minute)
		s.unified(c.mailItems(s.d, s.now, 1+s.d.below(20)), f.user, c.ip, stage{"Collection", "T1114.002"})
	}
}

// download takes files of a site.
func (s *strike) download(f foothold, site string, times int) {
	c := f.client()
	for range times {
		s.wait(second, 15*second)
		s.unified(c.file(s.d, s.now, "FileDownloaded", site, "Finance", pick(s.d, fileNames())), f.user, c.ip, stage{"Collection", "T1213.002"})
	}
}

// operate does something to Azure with the session's token.
func (s *strike) operate(f foothold, action, resource string, st stage) {
	s.operated(operation{
		at: s.now, correlation: s.d.guid(), token: f.token, session: f.session, by: f.user, ip: f.net.ip, action: action, resource: resource,
	}, st)
}

// changed is a change of the directory that the session's owner seems to make.
func (s *strike) changed(f foothold, activity, category, operation string, st stage, targets ...target) {
	a := &audit{correlation: s.d.guid(), by: f.user, ip: f.net.ip, details: []parameter{{"User-Agent", f.screen.userAgent}}}
	s.audited(a.named(activity, category, operation, targets...), st)
}

// graphed is a call of Microsoft Graph with the session's token.
func (s *strike) graphed(f foothold, a *app, method, path string, st stage) {
	c := &graphCall{
		at: s.now, request: s.d.guid(), by: f.user, app: a, session: f.session, token: f.token, ip: f.net.ip, agent: f.screen.userAgent,
		method: method, path: path, size: 400 + s.d.below(90_000),
	}
	s.did(Act{Export: GraphActivity, ID: c.request.String(), Operation: method + " " + path, Account: f.user.id.String(), IPAddress: c.ip}, st, c)
}

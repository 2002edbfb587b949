package simulate

import "strings"

// deviceCodeFlow is the protocol of a sign-in that another device is given.
const deviceCodeFlow = "deviceCode"

// deviceCode has the victim type a code that signs the attacker's machine in,
// looks around through Graph and takes files.
func (s *strike) deviceCode() {
	victim := s.victim()
	s.account(victim, Taken)
	office := app{id: "d3590ed6-52b3-4102-aeff-aad2292ab01c", name: "Microsoft Office", resourceID: graphID, resource: graph, client: desktop, protocol: deviceCodeFlow, incoming: "none"}
	f := s.enter(victim, &office, byApp, stage{"InitialAccess", "T1566.002"})
	paths := []string{"/me", "/users?$top=999", "/groups?$top=999", "/me/messages?$top=50", "/me/drive/root/children", "/sites?search=*", "/me/memberOf", "/applications", "/me/contacts"}
	for _, path := range paths[:min(len(paths), s.some(5, 8))] {
		s.wait(second, 20*second)
		s.graphed(f, &office, "GET", path, stage{"Discovery", "T1087.004"})
	}
	for range s.some(1, 3) {
		s.wait(10*minute, 80*minute)
		f = s.renew(f, &s.w.quietApps[2], stage{"LateralMovement", "T1550.001"})
		s.download(f, s.w.site(victim), s.some(14, 30))
	}
}

// guestTakeover signs in as a guest from another organisation, whose own tenant
// was breached, and takes what was shared with it.
func (s *strike) guestTakeover() {
	guest := s.guest()
	s.account(guest, Taken)
	s.familiar(guest)
	f := s.enter(guest, &s.w.webApps[3], noProof, stage{"InitialAccess", "T1199"})
	for team := range s.some(2, 5) {
		site := "https://" + strings.ToLower(s.w.name) + ".sharepoint.com/sites/Team" + string(appendDecimal(nil, 1+team%9)) + "/"
		s.download(f, site, s.some(8, 16))
		s.wait(2*minute, 20*minute)
	}
	for range s.some(1, 3) {
		s.wait(minute, 9*minute)
		c := f.client()
		s.unified(c.file(s.d, s.now, "AnonymousLinkCreated", s.w.site(guest), "Finance", pick(s.d, fileNames())), guest, c.ip, stage{"Exfiltration", "T1567"})
	}
	s.wait(minute, 30*minute)
	friend := &user{id: s.d.guid(), upn: "helper" + string(appendDecimal(nil, 10+s.d.below(90))) + "_mailbox.example#EXT#@" + s.w.domain}
	s.changed(f, "Invite external user", "UserManagement", "Add", stage{"Persistence", "T1136.003"}, userTarget(friend))
	for range s.some(1, 3) {
		s.wait(40*minute, 3*hour)
		f = s.renew(f, &s.w.quietApps[2], stage{"InitialAccess", "T1199"})
		s.download(f, s.w.site(guest), s.some(3, 9))
	}
}

// guest is somebody of a partner.
func (s *strike) guest() *user {
	d := roll(s.w.o.Seed, forCast, 2)
	like := *s.victim()
	partner := map[string]string{"contoso.com": "fabrikam.com", "fabrikam.com": "contoso.com"}[s.w.domain]
	like.id, like.mailbox, like.homeTenant = d.guid(), d.guid(), d.guid()
	like.name = pick(&d, givenNames()) + " " + pick(&d, familyNames())
	local := strings.ToLower(strings.ReplaceAll(like.name, " ", "."))
	like.upn = local + "_" + partner + "#EXT#@" + strings.TrimSuffix(s.w.domain, ".com") + ".onmicrosoft.com"
	like.shownUPN = strings.ToLower(like.upn)
	like.exempt = true
	like.home.ip = s.w.addresses.take(&d, carrier())
	like.laptop = device{os: "Windows11", browser: like.laptop.browser, userAgent: like.laptop.userAgent}
	return &like
}

// familiar is what the guest does in the time before: now and then a file.
func (s *strike) familiar(guest *user) {
	d := roll(s.w.o.Seed, forCast, 3)
	for n := range s.w.o.Days {
		at := s.w.local(s.w.homeCountry, n, 9*hour+d.between(0, 7*hour))
		if s.w.workday(n) != n || at < s.w.start {
			continue
		}
		in := &signIn{
			at: at, id: d.guid(), correlation: d.guid(), token: d.guid(), session: d.guid(), user: guest, app: &s.w.webApps[3],
			device: &guest.laptop, net: &guest.home, interactive: true,
		}
		s.along(in)
		c := client{user: guest, ip: guest.home.ip, session: in.session, agent: guest.laptop.userAgent, token: in.token}
		for range 1 + d.below(3) {
			at += d.between(minute, 9*minute)
			s.along(c.file(&d, at, "FileAccessed", s.w.site(guest), "General", pick(&d, fileNames())))
		}
	}
}

package simulate

import "strings"

// twins plants the harmless twins of the stories. Their people are members of
// staff whom no attack touches.
func (g *gardener) twins() {
	g.d = roll(g.w.o.Seed, forTwin)
	for _, plant := range []func(){
		g.privateTunnel, g.mobileCarrier, g.newPhone, g.maintenance, g.onboarding, g.migration, g.conference, g.expiryWave, g.meetingRoom, g.cleanup, g.publicTunnel,
	} {
		plant()
	}
}

// one returns a member of staff whom nothing else is about.
func (g *gardener) one() *user {
	if list := g.w.steady(&g.d, 1); len(list) > 0 {
		return list[0]
	}
	return nil
}

// privateTunnel is somebody who turns a tunnel on, on the laptop that the
// organisation manages, and seems to be in another country for an afternoon.
func (g *gardener) privateTunnel() {
	u := g.one()
	if u == nil {
		return
	}
	abroad := &g.w.countries[2+g.d.below(len(g.w.countries)-2)]
	exit := &network{ip: g.w.addresses.take(&g.d, benchmark()), place: &abroad.towns[0], asn: 65530}
	at := g.at(62, 13*hour, 14*hour)
	session := g.d.guid()
	var records []record
	for range 6 {
		s := g.signIn(u, at, exit, &u.laptop, 0)
		s.session = session
		c := client{user: u, ip: exit.ip, session: session, agent: u.laptop.userAgent, token: s.token}
		records = append(records, s, c.mailItems(&g.d, at+minute, 1+g.d.below(4)), c.file(&g.d, at+2*minute, "FileAccessed", g.w.site(u), "General", pick(&g.d, fileNames())))
		at += g.d.between(5*minute, 25*minute)
	}
	g.add(AitmFraud, "a managed laptop behind a private tunnel in another country", []*user{u}, InteractiveSignIns, records[0].(*signIn).id.String(), records...)
}

// publicTunnel is eight people who now and then use the same public tunnel, on
// the laptops that the organisation manages.
func (g *gardener) publicTunnel() {
	users := g.w.steady(&g.d, 8)
	if len(users) == 0 {
		return
	}
	var records []record
	for n := range g.w.o.Days {
		for _, u := range users {
			if g.w.workday(n) != n || !g.d.chance(400) {
				continue
			}
			s := g.signIn(u, g.w.local(g.w.homeCountry, n, 9*hour+g.d.between(0, 7*hour)), g.w.tunnel, &u.laptop, 0)
			if s.at < g.w.start || s.at >= g.w.end {
				continue
			}
			c := client{user: u, ip: g.w.tunnel.ip, session: s.session, agent: u.laptop.userAgent, token: s.token}
			records = append(records, s, c.file(&g.d, s.at+second, "FileAccessed", g.w.site(u), "General", pick(&g.d, fileNames())))
		}
	}
	if len(records) > 0 {
		g.add(AitmFraud, "eight people use one public tunnel now and then", users, InteractiveSignIns, records[0].(*signIn).id.String(), records...)
	}
}

// mobileCarrier is a phone on a train: an address of the carrier every few
// minutes, and one session.
func (g *gardener) mobileCarrier() {
	u := g.one()
	if u == nil {
		return
	}
	at := g.at(66, 7*hour, 8*hour)
	session := g.d.guid()
	var records []record
	for range 12 {
		net := &network{ip: g.w.addresses.take(&g.d, carrier()), place: &u.country.towns[g.d.below(len(u.country.towns))], asn: u.country.asn + 300}
		s := g.signIn(u, at, net, &u.phone, 0)
		s.session, s.app, s.interactive = session, &g.w.quietApps[5], false
		records = append(records, s)
		at += g.d.between(2*minute, 9*minute)
	}
	g.add(TokenReplay, "a phone on a train has another address of its carrier every few minutes", []*user{u}, NonInteractiveSignIns, records[0].(*signIn).id.String(), records...)
}

// newPhone is somebody who registers another phone at home.
func (g *gardener) newPhone() {
	u := g.one()
	if u == nil {
		return
	}
	at := g.at(68, 18*hour, 20*hour)
	phone := u.phone
	phone.id, phone.name = g.d.guid(), strings.Fields(u.name)[0]+"'s new phone"
	records := []record{g.signIn(u, at, &u.home, &u.laptop, 0)}
	method := g.audit(u, at+2*minute)
	method.ip, method.service = u.home.ip, "Authentication Methods"
	registered := g.audit(u, at+5*minute)
	registered.by, registered.service = nil, "Device Registration Service"
	records = append(records,
		method.named("User registered security info", "UserManagement", "Add", userTarget(u)),
		registered.named("Register device", "Device", "Add", target{id: phone.id.String(), name: phone.name, kind: "Device"}, userTarget(u)))
	for range 4 {
		at += g.d.between(6*minute, 30*minute)
		records = append(records, g.signIn(u, at, &u.home, &phone, 0))
	}
	g.add(MfaFatigue, "somebody registers a new phone at home", []*user{u}, DirectoryAudits, method.id, records...)
}

// maintenance is an administrator who, within an hour at the office, takes up a
// role, changes a policy, gives an application a secret and somebody a role.
func (g *gardener) maintenance() {
	by := &g.w.users[0]
	u := g.one()
	if u == nil {
		return
	}
	at := g.at(74, 9*hour, 11*hour)
	records := []record{g.signIn(by, at, by.office, &by.laptop, 0)}
	r := globalAdministrator()
	taken := g.audit(by, at+2*minute)
	taken.service = "PIM"
	taken.details = []parameter{{"RoleDefinitionOriginType", "BuiltInRole"}, {"TemplateId", r.template}, {"Justification", "change window"}, {"ipaddr", by.office.ip}}
	policy := g.audit(by, at+9*minute)
	policy.service = "Conditional Access"
	text := `{"id":"` + g.w.policies.legacy.String() + `","displayName":"CA002: Block legacy authentication","state":"`
	secret := g.audit(by, at+21*minute)
	role := g.audit(by, at+34*minute)
	reader := directoryRole{name: "Security Reader", template: "5d6b6bb7-de71-4623-b4af-96380a352509", wellKnown: "SecurityReaders"}
	records = append(records,
		taken.named("Add member to role completed (PIM activation)", "RoleManagement", "Update", r.target(), target{id: g.d.guid().String(), kind: "Request"}, userTarget(by)),
		policy.named("Update conditional access policy", "Policy", "Update", target{
			id: g.w.policies.legacy.String(), name: "CA002: Block legacy authentication", kind: "Policy",
			changes: []change{{name: "ConditionalAccessPolicy", old: text + `enabledForReportingButNotEnforced"}`, new: text + `enabled"}`}},
		}),
		secret.named(secretsActivity, "ApplicationManagement", "Update", applicationTarget(g.known(), secretChanges(g.d.guid(), "yearly")...)),
		role.named("Add member to role", "RoleManagement", "Assign", userTarget(u, reader.changes()...), reader.target()))
	g.add(TenantTakeover, "an administrator does an hour of maintenance at the office", []*user{by, u}, DirectoryAudits, taken.id, records...)
}

// onboarding is the help desk that makes a dozen accounts in a morning; their
// people sign in at the office and register their phones.
func (g *gardener) onboarding() {
	by := g.w.admin(&g.d, helpdesk)
	at := g.at(64, 8*hour, 9*hour)
	like := g.one()
	if like == nil {
		return
	}
	records := []record{g.signIn(by, at, by.office, &by.laptop, 0)}
	group := g.d.group()
	first := ""
	for n := range 12 {
		u := *like
		u.id, u.mailbox = g.d.guid(), g.d.guid()
		u.name = pick(&g.d, givenNames()) + " " + pick(&g.d, familyNames())
		u.upn = strings.ToLower(strings.ReplaceAll(u.name, " ", ".")) + ".n" + string(appendDecimal(nil, n)) + "@" + g.w.domain
		u.shownUPN = u.upn
		u.laptop.id, u.laptop.name = g.d.guid(), "LAP-N"+string(appendDecimal(nil, 100+n))
		at += g.d.between(minute, 3*minute)
		made, joined := g.audit(by, at), g.audit(by, at+20*second)
		pass := g.audit(by, at+40*second)
		pass.service = "Authentication Methods"
		start := at + g.d.between(70*minute, 150*minute)
		own := g.audit(&u, start+4*minute)
		own.service = "Authentication Methods"
		records = append(records,
			made.named("Add user", "UserManagement", "Add", userTarget(&u)),
			joined.named("Add member to group", "GroupManagement", "Assign", userTarget(&u, group.changes...), group),
			pass.named("Admin registered security info", "UserManagement", "Add", userTarget(&u)),
			g.signIn(&u, start, like.office, &u.laptop, 0),
			own.named("User registered security info", "UserManagement", "Add", userTarget(&u)))
		if n == 0 {
			first = made.id
		}
	}
	g.add(TenantTakeover, "the help desk makes twelve accounts in a morning", []*user{by}, DirectoryAudits, first, records...)
}

// migration is somebody who moves a department's files to another site, from
// the office, hundreds of them.
func (g *gardener) migration() {
	u := g.one()
	if u == nil {
		return
	}
	c := g.client(u)
	at := g.at(77, 9*hour, 10*hour)
	var records []record
	for range 150 {
		name := pick(&g.d, fileNames())
		records = append(records, c.file(&g.d, at, "FileDownloaded", g.w.site(u), "Archive", name), c.file(&g.d, at+2*second, "FileUploaded", g.w.site(u), "Moved", name))
		at += g.d.between(3*second, 15*second)
	}
	g.add(DeviceCode, "somebody moves a department's files to another site", []*user{u}, UnifiedAuditLog, records[0].(*auditData).id.String(), records...)
}

// conference is a hotel: many people behind an address that none of them had,
// some of whom mistype.
func (g *gardener) conference() {
	users := g.w.steady(&g.d, 9)
	if len(users) == 0 {
		return
	}
	hotel := &network{ip: g.w.addresses.take(&g.d, benchmark()), place: &g.w.homeCountry.towns[1], asn: 65531}
	at := g.at(71, 8*hour, 9*hour)
	var records []record
	for i, u := range users {
		at += g.d.between(minute, 7*minute)
		if i%3 == 0 {
			records = append(records, g.signIn(u, at-30*second, hotel, &u.laptop, 50126))
		}
		records = append(records, g.signIn(u, at, hotel, &u.laptop, 0))
	}
	g.add(SprayTakeover, "nine people at a hotel share one address, and some mistype", users, InteractiveSignIns, records[0].(*signIn).id.String(), records...)
}

// expiryWave is the morning on which many passwords have expired.
func (g *gardener) expiryWave() {
	users := g.w.steady(&g.d, 14)
	if len(users) == 0 {
		return
	}
	at := g.at(79, 7*hour+30*minute, 8*hour)
	var records []record
	for _, u := range users {
		at += g.d.between(30*second, 5*minute)
		net := u.office
		if g.d.chance(300) {
			net = &u.home
		}
		changed := g.audit(u, at+90*second)
		changed.ip, changed.service = net.ip, "Self-service Password Management"
		records = append(records, g.signIn(u, at, net, &u.laptop, 50055),
			changed.named("Change password (self-service)", "UserManagement", "Update", userTarget(u)),
			g.signIn(u, at+2*minute, net, &u.laptop, 0))
		if g.d.chance(400) {
			records = append(records, g.signIn(u, at+20*minute, net, &u.phone, 50126))
		}
	}
	g.add(SprayTakeover, "many passwords expire on one morning", users, InteractiveSignIns, records[0].(*signIn).id.String(), records...)
}

// meetingRoom is somebody who signs a screen in with a code, at the office.
func (g *gardener) meetingRoom() {
	u := g.one()
	if u == nil {
		return
	}
	screen := device{os: "Android 14", browser: "Chrome Mobile", userAgent: "Mozilla/5.0 (Linux; Android 14; Room) AppleWebKit/537.36 (KHTML, like Gecko) Mobile Safari/537.36"}
	teams := app{id: "1fec8e78-bce4-4aaf-ab1b-5451cc387264", name: "Microsoft Teams", resourceID: graphID, resource: graph, client: desktop, protocol: deviceCodeFlow, incoming: "none"}
	s := g.signIn(u, g.at(69, 10*hour, 15*hour), u.office, &screen, 0)
	s.app = &teams
	g.add(DeviceCode, "somebody signs a meeting room in with a code, at the office", []*user{u}, InteractiveSignIns, s.id.String(), s)
}

// cleanup is a cloud administrator who deletes the machines of a project that
// has ended, from the office.
func (g *gardener) cleanup() {
	by := g.w.admin(&g.d, cloudAdmin)
	at := g.at(73, 14*hour, 15*hour)
	var records []record
	first := ""
	for n := range 5 {
		for _, kind := range []string{"Microsoft.Compute/virtualMachines", "Microsoft.Compute/disks"} {
			p := operation{
				at: at, correlation: g.d.guid(), token: g.d.guid(), by: by, ip: by.office.ip,
				action: kind + "/delete", resource: g.w.azure.resourceID(kind, "project-"+string(appendDecimal(nil, n+1))),
			}
			if first == "" {
				first = p.correlation.String()
			}
			records = append(records, p.pair(&g.d)...)
			at += g.d.between(20*second, 2*minute)
		}
	}
	g.add(AzureDestruction, "a cloud administrator deletes the machines of a project that ended", []*user{by}, AzureActivity, first, records...)
}

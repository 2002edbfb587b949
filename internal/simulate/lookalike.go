package simulate

import "slices"

// A lookAlike is something harmless as planted.
type lookAlike struct {
	LookAlike
	records  []record
	verdicts []verdict
}

func (l lookAlike) signIns() int64 { return countSignIns(l.records) }

// A gardener plants look-alikes, on a working day late enough that there is an
// ordinary time before it.
type gardener struct {
	w    *world
	d    dice
	list []lookAlike
}

func newLookAlikes(w *world) []lookAlike {
	g := &gardener{w: w, d: roll(w.o.Seed, forLookAlike)}
	g.mistypedTogether()
	g.stalePassword()
	g.newsletterRule()
	g.projectDownload()
	g.adminConsent()
	g.secretRotation()
	g.lowRole()
	g.readerAssignment()
	g.release()
	g.travels()
	if w.o.Twins {
		g.twins()
	}
	slices.SortStableFunc(g.list, func(a, b lookAlike) int { return a.Time.Compare(b.Time) })
	return g.list
}

// at returns a moment in the hours of a working day that has passed the given
// hundredth of the evidence.
func (g *gardener) at(hundredth int, from, to instant) instant {
	n := g.w.workday(g.w.o.Days * hundredth / 100)
	return g.w.local(g.w.homeCountry, n, g.d.between(from, to))
}

// add plants records, unless some are outside the evidence.
func (g *gardener) add(resembles Attack, what string, users []*user, e Export, id string, records ...record) {
	for _, r := range records {
		if r.when() < g.w.start || r.when() >= g.w.end {
			return
		}
	}
	l := lookAlike{LookAlike: LookAlike{Time: records[0].when().time(), Resembles: resembles, What: what, Export: e, ID: id}, records: records}
	for _, u := range users {
		l.Accounts = append(l.Accounts, u.upn)
	}
	g.list = append(g.list, l)
}

func (g *gardener) signIn(u *user, at instant, net *network, with *device, code int) *signIn {
	s := &signIn{
		at: at, id: g.d.guid(), correlation: g.d.guid(), token: g.d.guid(), session: g.d.guid(),
		user: u, app: &g.w.webApps[1], device: with, net: net, code: code, interactive: true,
	}
	if code == 0 && !u.exempt {
		s.proof = byClaim
	}
	return s
}

// mistypedTogether is a training room: several people at one office address
// mistype, and all of them get in.
func (g *gardener) mistypedTogether() {
	users := g.w.steady(&g.d, 5)
	if len(users) == 0 {
		return
	}
	at := g.at(70, 8*hour+30*minute, 9*hour)
	var records []record
	for _, u := range users {
		at += g.d.between(30*second, 4*minute)
		office := users[0].office
		records = append(records, g.signIn(u, at, office, &u.laptop, 50126), g.signIn(u, at+20*second, office, &u.laptop, 0))
	}
	first := records[0].(*signIn)
	g.add(SprayTakeover, "several people mistype their passwords at one office address and then get in", users, InteractiveSignIns, first.id.String(), records...)
}

// stalePassword is a phone that goes on trying an old password.
func (g *gardener) stalePassword() {
	users := g.w.steady(&g.d, 1)
	if len(users) == 0 {
		return
	}
	u := users[0]
	at := g.at(60, 10*hour, 12*hour)
	var records []record
	for range 12 {
		s := g.signIn(u, at, &u.home, &u.phone, 50126)
		s.client = "Exchange ActiveSync"
		records = append(records, s)
		at += g.d.between(5*minute, 20*minute)
	}
	g.add(SprayTakeover, "a phone goes on trying an old password at home", users, InteractiveSignIns, records[0].(*signIn).id.String(), records...)
}

func (g *gardener) client(u *user) client {
	return client{user: u, ip: u.office.ip, session: g.d.guid(), agent: u.laptop.userAgent}
}

func (g *gardener) newsletterRule() {
	users := g.w.steady(&g.d, 1)
	if len(users) == 0 {
		return
	}
	u := users[0]
	a := g.client(u).cmdlet(&g.d, g.at(65, 9*hour, 16*hour), "New-InboxRule", u.shownUPN+`\Digest`,
		parameter{"Name", "Digest"}, parameter{"From", "digest@news.example"}, parameter{"MoveToFolder", "Reading"}, parameter{"StopProcessingRules", "False"})
	g.add(SprayTakeover, "an inbox rule moves a newsletter to a folder", users, UnifiedAuditLog, a.id.String(), a)
}

func (g *gardener) projectDownload() {
	users := g.w.steady(&g.d, 1)
	if len(users) == 0 {
		return
	}
	c := g.client(users[0])
	at := g.at(75, 10*hour, 15*hour)
	var records []record
	for range 30 {
		records = append(records, c.file(&g.d, at, "FileSyncDownloadedFull", g.w.site(c.user), "Project", pick(&g.d, fileNames())))
		at += g.d.between(second, 4*second)
	}
	g.add(SprayTakeover, "OneDrive synchronises a project's files at the office", users, UnifiedAuditLog, records[0].(*auditData).id.String(), records...)
}

func (g *gardener) audit(by *user, at instant) *audit {
	a := (&audit{at: at, correlation: g.d.guid()}).doneBy(by)
	a.id = g.d.auditID(a.correlation)
	a.details = []parameter{{"User-Agent", by.laptop.userAgent}}
	return a
}

// known is an application that the tenant has long used.
func (g *gardener) known() *app {
	return &g.w.services[len(g.w.services)-1].app
}

func (g *gardener) adminConsent() {
	by := &g.w.users[0]
	a := g.audit(by, g.at(60, 9*hour, 16*hour))
	a.named("Consent to application", "ApplicationManagement", "Assign", principalTarget(g.known(), consentChanges(g.known(), by, true, "User.Read openid profile")...))
	g.add(ConsentPersistence, "an administrator consents to a known application that reads profiles", []*user{by}, DirectoryAudits, a.id, a)
}

func (g *gardener) secretRotation() {
	by := &g.w.users[4]
	a := g.audit(by, g.at(65, 9*hour, 16*hour))
	a.named(secretsActivity, "ApplicationManagement", "Update", applicationTarget(g.known(), secretChanges(g.d.guid(), "rotation")...))
	g.add(ConsentPersistence, "an application administrator rotates a known application's secret in office hours", []*user{by}, DirectoryAudits, a.id, a)
}

func (g *gardener) lowRole() {
	by := &g.w.users[0]
	users := g.w.steady(&g.d, 1)
	if len(users) == 0 {
		return
	}
	r := directoryRole{name: "Reports Reader", template: "4a5d8f65-41da-4de4-8968-e035b65339cf", wellKnown: "ReportsReaders"}
	a := g.audit(by, g.at(70, 9*hour, 16*hour))
	a.named("Add member to role", "RoleManagement", "Assign", userTarget(users[0], r.changes()...), r.target())
	g.add(PrivilegeKeyVault, "an administrator grants a role that only reads reports", append([]*user{by}, users...), DirectoryAudits, a.id, a)
}

func (g *gardener) readerAssignment() {
	by := g.w.admin(&g.d, cloudAdmin)
	users := g.w.steady(&g.d, 1)
	if len(users) == 0 {
		return
	}
	p := g.w.azure.assignment(&g.d, g.at(72, 9*hour, 16*hour), by, by.office.ip, readerRole(), g.w.azure.scope()+"/resourceGroups/"+g.w.azure.group, users[0])
	g.add(PrivilegeKeyVault, "a cloud administrator lets a person read a resource group", append([]*user{by}, users...), AzureActivity, p.correlation.String(), p.pair(&g.d)...)
}

// release is a service that reads more secrets than usual, from where it always
// is.
func (g *gardener) release() {
	s := &g.w.services[0]
	at := g.at(80, 13*hour, 15*hour)
	var records []record
	for i := range 8 {
		records = append(records, &vaultCall{
			at: at, correlation: g.d.guid(), operation: "SecretGet", secret: i, byApp: &s.app, ip: s.net.ip,
			agent: "azsdk-net-Security.KeyVault.Secrets/4.6.0", took: 10 + g.d.below(40),
		})
		at += g.d.between(second, 3*second)
	}
	g.add(PrivilegeKeyVault, "a release reads eight secrets from the service's own address", nil, KeyVaultAudit, records[0].(*vaultCall).correlation.String(), records...)
}

// travels tells of the traveller, whose records the ordinary days hold, and
// plants the low risk that Identity Protection saw in the journey.
func (g *gardener) travels() {
	u := &g.w.users[g.w.traveller()]
	for n := range g.w.o.Days {
		if g.w.trip(u, n) != abroad {
			continue
		}
		there := g.w.destination(u, n)
		net := &network{ip: there.mobile[0].ip, place: &there.towns[0], asn: there.mobile[0].asn}
		at := g.w.local(there, n, g.d.between(9*hour, 16*hour))
		s := g.signIn(u, at, net, &u.laptop, 0)
		s.risk = risk{level: "low", state: "dismissed", detail: "adminDismissedAllRiskForUser", events: []string{"unfamiliarFeatures"}}
		r := &detection{
			at: at, detected: at + minute, id: g.d.guid(), user: u, event: "unfamiliarFeatures", level: "low", state: "dismissed",
			detail: "adminDismissedAllRiskForUser", timing: "realtime", request: s.id, correlation: s.correlation, net: net, agent: u.laptop.userAgent,
		}
		g.add(PrivilegeKeyVault, "someone travels, with a day's flight on either side", []*user{u}, InteractiveSignIns, s.id.String(), s, r)
		g.dismiss(verdict{at: at + hour, user: u, level: "none", state: "dismissed", detail: r.detail})
		return
	}
}

// dismiss adds a verdict to the last look-alike.
func (g *gardener) dismiss(v verdict) {
	if n := len(g.list); n > 0 {
		g.list[n-1].verdicts = append(g.list[n-1].verdicts, v)
	}
}

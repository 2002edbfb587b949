package simulate

// consentPersistence phishes an application administrator through a proxy,
// makes them consent to an application, and then gives that application
// secrets of its own, so that it outlives the password.
func (s *strike) consentPersistence() {
	victim := &s.w.users[phishedAdmin]
	s.account(victim, Taken)
	lure := s.lure()
	session := s.d.guid()
	in := s.phish(victim, lure, session)
	s.consent(victim, lure, in)
	s.wait(20*minute, 2*hour)
	key := s.addSecret(victim, lure, session)
	s.wait(10*minute, 90*minute)
	s.useSecret(victim, lure, key)
}

func (s *strike) lure() *app {
	a := &app{
		id: s.d.guid().String(), name: pick(s.d, lures()), servicePrincipal: s.d.guid(), object: s.d.guid(),
		resourceID: graphID, resource: graph, client: browser, protocol: "none", incoming: "none",
	}
	s.truth.Applications = append(s.truth.Applications, Application{Name: a.name, AppID: a.id, ServicePrincipalID: a.servicePrincipal.String()})
	return a
}

// phish returns the sign-in that went through the attacker's proxy, which
// passed the second factor on.
func (s *strike) phish(victim *user, lure *app, session guid) *signIn {
	st := stage{"InitialAccess", "T1566.002"}
	proxy := s.attacker.nets[0]
	asked := s.signIn(victim, lure, proxy, &s.attacker.screen, session)
	asked.code, asked.proof = 65001, byApp
	asked.risk = risk{level: "medium", state: "atRisk", events: []string{"anonymizedIPAddress"}}
	s.signedIn(asked, st)
	s.wait(15*second, 70*second)
	in := s.signIn(victim, lure, proxy, &s.attacker.screen, session)
	in.correlation, in.proof, in.risk = asked.correlation, byApp, asked.risk
	s.signedIn(in, st)
	s.detected(in, "anonymizedIPAddress", "medium", "atRisk", "realtime", minute, st)
	s.verdicts = append(s.verdicts, verdict{at: in.at + minute, user: victim, level: "medium", state: "atRisk"})
	return in
}

// consent leaves the records of one consent: the application appears in the
// tenant, is granted scopes and assigned to the person.
func (s *strike) consent(victim *user, lure *app, in *signIn) {
	scopes := pick(s.d, []string{
		"Mail.Read offline_access openid profile User.Read", "Mail.ReadWrite MailboxSettings.ReadWrite offline_access User.Read",
		"Mail.Read Files.Read.All offline_access User.Read", "Mail.Send Mail.Read Contacts.Read offline_access",
	})
	record := func(activity, category, operation string, targets ...target) {
		a := &audit{correlation: in.correlation, by: victim, ip: in.net.ip, details: []parameter{{"User-Agent", in.agent()}, {"AppId", lure.id}}}
		s.audited(a.named(activity, category, operation, targets...), stage{"CredentialAccess", "T1528"})
		s.wait(second/5, second)
	}
	microsoftGraph := target{id: graphObject(s.w).String(), name: graph, kind: "ServicePrincipal", changes: grantChanges(lure, "Principal", scopes)}
	record("Add service principal", "ApplicationManagement", "Add", principalTarget(lure, change{name: "AppPrincipalId", old: "[]", new: `["` + lure.id + `"]`}, change{name: "DisplayName", old: "[]", new: `["` + lure.name + `"]`}))
	record("Add delegated permission grant", "ApplicationManagement", "Assign", microsoftGraph, target{id: lure.servicePrincipal.String(), kind: "ServicePrincipal"})
	record("Add OAuth2PermissionGrant", "ApplicationManagement", "Add", microsoftGraph, target{id: lure.servicePrincipal.String(), kind: "ServicePrincipal"})
	record("Add app role assignment grant to user", "UserManagement", "Assign", principalTarget(lure), userTarget(victim))
	record("Consent to application", "ApplicationManagement", "Assign", principalTarget(lure, consentChanges(lure, victim, false, scopes)...))
}

// graphObject is the tenant's own service principal of Microsoft Graph.
func graphObject(w *world) guid {
	d := roll(w.o.Seed, forService, 1)
	return d.guid()
}

// addSecret signs in again with the stolen session and gives the application a
// secret and a permission that needs no person.
func (s *strike) addSecret(victim *user, lure *app, session guid) guid {
	st := stage{"Persistence", "T1098.001"}
	key := s.d.guid()
	in := s.signIn(victim, &s.w.portal, s.attacker.exit, &s.attacker.screen, session)
	in.proof, in.risk = byClaim, risk{level: "medium", state: "atRisk", events: []string{"unfamiliarFeatures"}}
	s.signedIn(in, stage{"Persistence", "T1078.004"})
	correlation := s.d.guid()
	record := func(activity, operation string, st stage, targets ...target) {
		s.wait(5*second, 3*minute)
		a := &audit{correlation: correlation, by: victim, ip: s.attacker.exit.ip, details: []parameter{{"User-Agent", in.agent()}, {"AppId", lure.id}}}
		s.audited(a.named(activity, "ApplicationManagement", operation, targets...), st)
	}
	label := pick(s.d, []string{"prod", "key1", "sync", "renewal"})
	record(secretsActivity, "Update", st, applicationTarget(lure, secretChanges(key, label)...))
	record("Add service principal credentials", "Update", st, principalTarget(lure, secretChanges(key, label)...))
	record("Add app role assignment to service principal", "Assign", stage{"PrivilegeEscalation", "T1098.003"},
		target{id: graphObject(s.w).String(), name: graph, kind: "ServicePrincipal", changes: []change{
			{name: "AppRole.Id", new: `"810c84a8-4a9e-49e6-bf7d-12d183f40d01"`},
			{name: "AppRole.Value", new: `"Mail.Read"`},
			{name: "AppRole.DisplayName", new: `"Read mail in all mailboxes"`},
			{name: "ServicePrincipal.ObjectID", new: quote(lure.servicePrincipal.String())},
			{name: "ServicePrincipal.DisplayName", new: quote(lure.name)},
			{name: "ServicePrincipal.AppId", new: quote(lure.id)},
		}}, target{id: lure.servicePrincipal.String(), kind: "ServicePrincipal"})
	s.alerted(alert{
		name: "Unusual addition of credentials to an OAuth app", kind: "MCAS_ALERT_ANUBIS_DETECTION_OAUTH_APP_CREDENTIALS", severity: "High", provider: "MCAS", product: cloudApps,
		description: "Unusual credentials were added to an application", user: victim, ip: s.attacker.exit.ip,
	}, 40*minute, st)
	return key
}

// useSecret lets the application sign in by itself and read the victim's mail,
// until the end of the evidence or a few days later.
func (s *strike) useSecret(victim *user, lure *app, key guid) {
	c := client{user: victim, ip: s.attacker.exit.ip, session: s.d.guid(), app: lure}
	for range 8 + s.d.below(20) {
		in := &serviceSignIn{at: s.now, id: s.d.guid(), correlation: s.d.guid(), token: s.d.guid(), app: lure, net: s.attacker.exit, key: key}
		s.did(Act{Export: ServicePrincipalSignIns, ID: in.id.String(), Operation: "Sign-in activity", Account: lure.name, IPAddress: in.net.ip}, stage{"LateralMovement", "T1550.001"}, in)
		for range 1 + s.d.below(4) {
			s.wait(2*second, 40*second)
			s.unified(c.mailItems(s.d, s.now, 5+s.d.below(60)), victim, c.ip, stage{"Collection", "T1114.002"})
		}
		s.wait(20*minute, 2*hour)
	}
}

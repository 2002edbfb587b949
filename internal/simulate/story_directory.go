package simulate

// tenantTakeover signs in as somebody who may take up the highest role, takes
// it up, weakens Conditional Access, makes an account of its own and lets a
// domain be vouched for from outside.
func (s *strike) tenantTakeover() {
	victim := s.victim()
	s.account(victim, Taken)
	f := s.enter(victim, &s.w.portal, byApp, stage{"InitialAccess", "T1078.004"})
	s.wait(3*minute, 30*minute)
	r := globalAdministrator()
	taken := &audit{correlation: s.d.guid(), by: victim, ip: f.net.ip, service: "PIM", details: []parameter{
		{"RoleDefinitionOriginType", "BuiltInRole"}, {"TemplateId", r.template}, {"Justification", pick(s.d, []string{"urgent", "work", "ticket", "fix"})}, {"ipaddr", f.net.ip},
	}}
	s.audited(taken.named("Add member to role completed (PIM activation)", "RoleManagement", "Update", r.target(), target{id: s.d.guid().String(), kind: "Request"}, userTarget(victim)),
		stage{"PrivilegeEscalation", "T1098.003"})
	for range s.some(1, 2) {
		s.wait(2*minute, 25*minute)
		s.weaken(f)
	}
	s.wait(5*minute, 40*minute)
	back := &user{id: s.d.guid(), upn: pick(s.d, []string{"svc-sync", "adm-backup", "msol-connect", "aad-health"}) + string(appendDecimal(nil, 1+s.d.below(9))) + "@" + s.w.domain}
	s.changed(f, "Add user", "UserManagement", "Add", stage{"Persistence", "T1136.003"}, userTarget(back))
	s.wait(minute, 9*minute)
	s.changed(f, "Add member to role", "RoleManagement", "Assign", stage{"PrivilegeEscalation", "T1098.003"}, userTarget(back, r.changes()...), r.target())
	s.wait(5*minute, 50*minute)
	domain := "login-" + s.w.domain
	s.changed(f, "Set domain authentication", "DirectoryManagement", "Update", stage{"Persistence", "T1484.002"},
		target{id: s.d.guid().String(), name: domain, kind: "Other", changes: []change{{name: "LiveType", old: `["Managed"]`, new: `["Federated"]`}}})
	s.wait(10*second, 2*minute)
	s.changed(f, "Set federation settings on domain", "DirectoryManagement", "Update", stage{"Persistence", "T1484.002"},
		target{id: s.d.guid().String(), name: domain, kind: "Other", changes: []change{{name: "IssuerUri", old: "[]", new: `["http://idp.example/` + domain + `"]`}}})
	for range s.some(1, 3) {
		s.wait(30*minute, 3*hour)
		f = s.renew(f, &s.w.portal, stage{"InitialAccess", "T1078.004"})
	}
}

// weaken takes a person out of the policy that demands a second factor, or puts
// the policy out of force.
func (s *strike) weaken(f foothold) {
	id := s.w.policies.mfa.String()
	head := `{"id":"` + id + `","displayName":"CA001: Require multifactor authentication","state":"`
	body := `","conditions":{"users":{"includeUsers":["All"],"excludeUsers":[`
	old := head + "enabled" + body + `]}},"grantControls":{"operator":"OR","builtInControls":["mfa"]}}`
	now := head + "disabled" + body + `]}},"grantControls":{"operator":"OR","builtInControls":["mfa"]}}`
	if s.d.chance(500) {
		now = head + "enabled" + body + quote(f.user.id.String()) + `]}},"grantControls":{"operator":"OR","builtInControls":["mfa"]}}`
	}
	a := &audit{correlation: s.d.guid(), by: f.user, ip: f.net.ip, service: "Conditional Access", details: []parameter{{"User-Agent", f.screen.userAgent}}}
	s.audited(a.named("Update conditional access policy", "Policy", "Update", target{
		id: id, name: "CA001: Require multifactor authentication", kind: "Policy", changes: []change{{name: "ConditionalAccessPolicy", old: old, new: now}},
	}), stage{"Persistence", "T1556.009"})
}

// leakedSecret signs in with the secret of an application that the tenant
// trusts, gives it further credentials and permissions, and makes it an
// administrator.
func (s *strike) leakedSecret() {
	victim := &s.w.services[3]
	own := victim.app
	s.truth.Applications = append(s.truth.Applications, Application{Name: own.name, AppID: own.id, ServicePrincipalID: own.servicePrincipal.String()})
	st := stage{"InitialAccess", "T1078.004"}
	net := s.attacker.exit
	token := s.serve(&own, net, victim.key, st)
	for _, path := range []string{"/organization", "/servicePrincipals?$top=999", "/users?$top=999", "/directoryRoles"}[:min(4, s.some(2, 3))] {
		s.wait(second, 15*second)
		s.asked(&own, net, token, path, stage{"Discovery", "T1087.004"})
	}
	s.wait(5*minute, 50*minute)
	key := s.d.guid()
	record := func(activity, category, operation string, st stage, targets ...target) {
		s.wait(20*second, 6*minute)
		a := &audit{correlation: s.d.guid(), byApp: &own, ip: ""}
		s.auditedBy(a.named(activity, category, operation, targets...), &own, st)
	}
	record("Add service principal credentials", "ApplicationManagement", "Update", stage{"Persistence", "T1098.001"}, principalTarget(&own, secretChanges(key, pick(s.d, []string{"a", "rotation2", "tmp"}))...))
	record("Add app role assignment to service principal", "ApplicationManagement", "Assign", stage{"PrivilegeEscalation", "T1098.003"},
		target{id: graphObject(s.w).String(), name: graph, kind: "ServicePrincipal", changes: []change{
			{name: "AppRole.Id", new: `"9e3f62cf-ca93-4989-b6ce-bf83c28f9fe8"`},
			{name: "AppRole.Value", new: `"RoleManagement.ReadWrite.Directory"`},
			{name: "ServicePrincipal.ObjectID", new: quote(own.servicePrincipal.String())},
			{name: "ServicePrincipal.DisplayName", new: quote(own.name)},
			{name: "ServicePrincipal.AppId", new: quote(own.id)},
		}}, target{id: own.servicePrincipal.String(), kind: "ServicePrincipal"})
	r := globalAdministrator()
	record("Add member to role", "RoleManagement", "Assign", stage{"PrivilegeEscalation", "T1098.003"}, principalTarget(&own, r.changes()...), r.target())
	for range s.some(3, 9) {
		s.wait(10*minute, 2*hour)
		net = s.net()
		token = s.serve(&own, net, key, stage{"Persistence", "T1078.004"})
		for range s.some(1, 3) {
			s.wait(second, 20*second)
			s.asked(&own, net, token, "/users/"+s.w.users[s.d.below(len(s.w.users))].id.String()+"/messages", stage{"Collection", "T1114.002"})
		}
	}
}

// serve is a sign-in of an application as itself.
func (s *strike) serve(a *app, net *network, key guid, st stage) guid {
	in := &serviceSignIn{at: s.now, id: s.d.guid(), correlation: s.d.guid(), token: s.d.guid(), app: a, net: net, key: key}
	s.did(Act{Export: ServicePrincipalSignIns, ID: in.id.String(), Operation: "Sign-in activity", Account: a.name, IPAddress: net.ip}, st, in)
	return in.token
}

// asked is a call of Graph by an application as itself.
func (s *strike) asked(a *app, net *network, token guid, path string, st stage) {
	c := &graphCall{at: s.now, request: s.d.guid(), app: a, token: token, ip: net.ip, agent: s.attacker.tool.userAgent, method: "GET", path: path, size: 900 + s.d.below(90_000)}
	s.did(Act{Export: GraphActivity, ID: c.request.String(), Operation: "GET " + path, Account: a.id, IPAddress: net.ip}, st, c)
}

// auditedBy is a change of the directory that an application makes; the log
// does not say from where.
func (s *strike) auditedBy(a *audit, by *app, st stage) {
	a.at, a.id = s.now, s.d.auditID(a.correlation)
	s.did(Act{Export: DirectoryAudits, ID: a.id, Operation: a.activity, Account: by.name}, st, a)
}

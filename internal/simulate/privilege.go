package simulate

// privilegeKeyVault signs in with the leaked credentials of an administrator,
// gives an ordinary account the highest roles, and empties a vault with it.
func (s *strike) privilegeKeyVault() {
	leaked, promoted := &s.w.users[leakedAdmin], &s.w.users[s.w.promoted()]
	s.account(leaked, Taken)
	s.account(promoted, Taken)
	session := s.d.guid()
	in := s.travel(leaked, session)
	s.wait(5*minute, 40*minute)
	s.promote(leaked, promoted, in)
	s.wait(5*minute, 60*minute)
	s.assign(leaked, promoted)
	s.wait(5*minute, 90*minute)
	s.empty(promoted)
}

// travel signs in from far away soon after the administrator did at home.
func (s *strike) travel(leaked *user, session guid) *signIn {
	st := stage{"InitialAccess", "T1078.004"}
	s.along(s.atHome(leaked))
	in := s.signIn(leaked, &s.w.portal, s.attacker.nets[0], &s.attacker.screen, session)
	in.proof, in.risk = byClaim, risk{level: "high", state: "atRisk", events: []string{"unlikelyTravel", "unfamiliarFeatures"}}
	s.signedIn(in, st)
	s.detected(in, "unlikelyTravel", "high", "atRisk", "offline", 90*minute, st)
	s.leak(leaked, in)
	s.detected(in, "adminConfirmedUserCompromised", "high", "confirmedCompromised", "offline", 9*hour, st)
	s.verdicts = append(s.verdicts, verdict{at: in.at + 9*hour, user: leaked, level: "high", state: "confirmedCompromised", detail: "adminConfirmedUserCompromised"})
	for _, a := range []alert{
		{name: "Atypical travel", kind: "UnlikelyTravel", severity: "High", provider: "IPC", product: identityProtection, description: "Sign-ins from two places too far apart"},
		{name: "Impossible travel activity", kind: "MCAS_ALERT_ANUBIS_DETECTION_VELOCITY", severity: "Medium", provider: "MCAS", product: cloudApps, description: "The user was active in two countries within a time shorter than the journey"},
	} {
		a.user, a.ip = leaked, in.net.ip
		s.alerted(a, 95*minute+s.d.between(0, 30*minute), st)
	}
	return in
}

// atHome is the administrator's own sign-in, shortly before.
func (s *strike) atHome(u *user) *signIn {
	d := roll(s.w.o.Seed, forLookAlike, 1000)
	in := &signIn{
		at: max(s.w.start, s.now-d.between(35*minute, 80*minute)), id: d.guid(), correlation: d.guid(), token: d.guid(), session: d.guid(),
		user: u, app: &s.w.webApps[0], device: &u.laptop, net: &u.home, interactive: true, proof: byClaim,
	}
	return in
}

// leak is the detection that the credentials are for sale. It names no place
// and no sign-in.
func (s *strike) leak(u *user, in *signIn) {
	if s.variant == Quiet {
		return
	}
	r := &detection{at: in.at - 2*hour, detected: in.at + 30*minute, id: s.d.guid(), user: u, event: "leakedCredentials", level: "high", state: "atRisk", timing: "offline"}
	s.did(Act{Export: RiskDetections, ID: r.id.String(), Operation: r.event, Account: u.upn}, stage{"CredentialAccess", "T1110"}, r)
}

func (s *strike) promote(leaked, promoted *user, in *signIn) {
	r := globalAdministrator()
	if s.d.chance(400) {
		r = directoryRole{name: "Privileged Role Administrator", template: "e8611ab8-c189-46e8-94e1-60213ab1f814", wellKnown: "PrivilegedRoleAdmins"}
	}
	a := &audit{correlation: s.d.guid(), by: leaked, ip: in.net.ip, details: []parameter{{"User-Agent", in.agent()}}}
	s.audited(a.named("Add member to role", "RoleManagement", "Assign", userTarget(promoted, r.changes()...), r.target()), stage{"PrivilegeEscalation", "T1098.003"})
	s.wait(minute, 10*minute)
	reset := &audit{correlation: s.d.guid(), by: leaked, ip: in.net.ip, details: []parameter{{"User-Agent", in.agent()}}}
	s.audited(reset.named("Reset user password", "UserManagement", "Update", userTarget(promoted)), stage{"Persistence", "T1098"})
}

// assign gives the promoted account the secrets, and perhaps the leaked one
// the whole subscription first.
func (s *strike) assign(leaked, promoted *user) {
	ip := s.attacker.nets[0].ip
	azure := &s.w.azure
	if s.d.chance(500) {
		s.operated(operation{
			at: s.now, correlation: s.d.guid(), token: s.d.guid(), by: leaked, ip: ip,
			action: "Microsoft.Authorization/elevateAccess/action", resource: "/providers/Microsoft.Authorization",
		}, stage{"PrivilegeEscalation", "T1098.003"})
		s.wait(minute, 5*minute)
	}
	s.operated(azure.assignment(s.d, s.now, leaked, ip, pick(s.d, vaultRoles()), azure.vaultID(), promoted), stage{"PrivilegeEscalation", "T1098.003"})
}

// operated adds both records of an operation; its success is the act.
func (s *strike) operated(p operation, st stage) {
	pair := p.pair(s.d)
	s.along(pair[0])
	s.did(Act{Export: AzureActivity, ID: p.correlation.String(), Operation: p.action, Account: p.by.upn, IPAddress: p.ip}, st, pair[1])
}

// empty signs in as the promoted account and reads every secret there is.
func (s *strike) empty(promoted *user) {
	cli := azureCLI()
	cli.resourceID, cli.resource = keyVaultID, keyVault
	in := s.signIn(promoted, &cli, s.attacker.exit, &s.attacker.screen, s.d.guid())
	in.proof, in.risk = byClaim, risk{level: "medium", state: "atRisk", events: []string{"unfamiliarFeatures"}}
	s.signedIn(in, stage{"PrivilegeEscalation", "T1078.004"})
	s.detected(in, "unfamiliarFeatures", "medium", "atRisk", "realtime", minute, stage{"InitialAccess", "T1078.004"})
	s.verdicts = append(s.verdicts, verdict{at: in.at + minute, user: promoted, level: "medium", state: "atRisk"})
	st := stage{"CredentialAccess", "T1555.006"}
	s.wait(30*second, 5*minute)
	s.called(promoted, "SecretList", 0, st)
	for range 1 + s.d.below(2) {
		for i := range s.w.azure.secrets {
			s.wait(second/4, 6*second)
			s.called(promoted, "SecretGet", i, st)
		}
	}
}

func (s *strike) called(u *user, name string, secret int, st stage) {
	v := &vaultCall{
		at: s.now, correlation: s.d.guid(), operation: name, secret: secret, by: u, ip: s.attacker.exit.ip,
		agent: "azsdk-python-keyvault-secrets/4.7.0 Python/3.11 (Linux)", took: 15 + s.d.below(60),
	}
	s.did(Act{Export: KeyVaultAudit, ID: v.correlation.String(), Operation: name, Account: u.upn, IPAddress: v.ip}, st, v)
}

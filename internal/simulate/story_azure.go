package simulate

// tokenReplay uses the victim's own session, whose cookie was stolen from the
// laptop: it gets tokens for Azure, lets itself into the vault and takes the
// keys of the storage accounts.
func (s *strike) tokenReplay() {
	victim := s.victim()
	s.account(victim, Taken)
	week := roll(s.w.o.Seed, forSession, uint64(victim.index), 0, uint64((s.now-s.w.start)/day/7))
	f := foothold{user: victim, session: week.guid(), net: s.net(), screen: &s.attacker.screen}
	st := stage{"CredentialAccess", "T1528"}
	f = s.renew(f, &s.w.quietApps[3], st)
	s.readMail(f, s.some(1, 4))
	cli := azureCLI()
	cli.incoming = "refreshToken"
	s.wait(5*minute, 50*minute)
	f = s.renew(f, &cli, st)
	azure := &s.w.azure
	s.wait(10*second, 2*minute)
	for n := range s.some(1, 3) {
		s.wait(5*second, 2*minute)
		s.operate(f, "Microsoft.Storage/storageAccounts/listKeys/action", azure.storageID(n+1), stage{"CredentialAccess", "T1552.001"})
	}
	s.wait(minute, 8*minute)
	s.operate(f, "Microsoft.KeyVault/vaults/accessPolicies/write", azure.vaultID(), stage{"PrivilegeEscalation", "T1098.003"})
	cli.resourceID, cli.resource = keyVaultID, keyVault
	s.wait(minute, 20*minute)
	f = s.renew(f, &cli, st)
	s.wait(5*second, minute)
	s.read(f, "SecretList", 0)
	for i := range min(s.some(8, 24), len(azure.secrets)) {
		s.wait(second/4, 9*second)
		s.read(f, "SecretGet", i)
	}
	s.wait(5*minute, 40*minute)
	s.operate(f, "Microsoft.Compute/disks/beginGetAccess/action", azure.resourceID("Microsoft.Compute/disks", "disk-1"), stage{"Exfiltration", "T1537"})
}

// read is a call of the vault with the session's token.
func (s *strike) read(f foothold, name string, secret int) {
	v := &vaultCall{
		at: s.now, correlation: s.d.guid(), operation: name, secret: secret, by: f.user, ip: f.net.ip,
		agent: "azsdk-python-keyvault-secrets/4.7.0 Python/3.11 (Linux)", took: 15 + s.d.below(60),
	}
	s.did(Act{Export: KeyVaultAudit, ID: v.correlation.String(), Operation: name, Account: f.user.upn, IPAddress: v.ip}, stage{"CredentialAccess", "T1555.006"}, v)
}

// azureDestruction signs in as somebody who runs machines, takes away what
// could bring them back, and deletes them.
func (s *strike) azureDestruction() {
	victim := s.victim()
	s.account(victim, Taken)
	f := s.enter(victim, &s.w.portal, byClaim, stage{"InitialAccess", "T1078.004"})
	azure := &s.w.azure
	s.wait(10*minute, hour)
	f = s.renew(f, &s.w.portal, stage{"InitialAccess", "T1078.004"})
	act := func(action, resource, tactic, technique string) {
		s.wait(10*second, 3*minute)
		s.operate(f, action, resource, stage{tactic, technique})
	}
	act("Microsoft.Insights/diagnosticSettings/delete", azure.vaultID()+"/providers/Microsoft.Insights/diagnosticSettings/all", "DefenseEvasion", "T1562.008")
	act("Microsoft.Authorization/locks/delete", azure.scope()+"/resourceGroups/"+azure.group+"/providers/Microsoft.Authorization/locks/keep", "DefenseEvasion", "T1562")
	act("Microsoft.RecoveryServices/vaults/backupconfig/write", azure.resourceID("Microsoft.RecoveryServices/vaults", "rsv-1")+"/backupconfig/vaultconfig", "Impact", "T1490")
	act("Microsoft.RecoveryServices/vaults/backupFabrics/protectionContainers/protectedItems/delete",
		azure.resourceID("Microsoft.RecoveryServices/vaults", "rsv-1")+"/backupFabrics/Azure/protectionContainers/c1/protectedItems/vm-1", "Impact", "T1490")
	for _, kind := range []struct {
		action, kind, stem string
	}{
		{"Microsoft.Compute/snapshots/delete", "Microsoft.Compute/snapshots", "snap-"},
		{"Microsoft.Compute/virtualMachines/delete", "Microsoft.Compute/virtualMachines", "vm-"},
		{"Microsoft.Compute/disks/delete", "Microsoft.Compute/disks", "disk-"},
		{"Microsoft.Storage/storageAccounts/delete", "Microsoft.Storage/storageAccounts", "st"},
	} {
		for n := range s.some(4, 9) {
			s.wait(2*second, 40*second)
			s.operate(f, kind.action, azure.resourceID(kind.kind, kind.stem+string(appendDecimal(nil, n+1))), stage{"Impact", "T1485"})
		}
	}
}

func (s *subscription) resourceID(kind, name string) string {
	return s.scope() + "/resourceGroups/" + s.group + "/providers/" + kind + "/" + name
}

func (s *subscription) storageID(n int) string {
	return s.resourceID("Microsoft.Storage/storageAccounts", "st"+string(appendDecimal(nil, n)))
}

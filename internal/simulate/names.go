package simulate

func givenNames() []string {
	return []string{
		"Adele", "Alva", "Amira", "Anders", "Anna", "Arjun", "Astrid", "Bela", "Bruno", "Carla", "Cedric", "Clara",
		"Daan", "Dalia", "David", "Edith", "Elias", "Emma", "Erik", "Esme", "Farid", "Femke", "Filip", "Freya",
		"Gideon", "Greta", "Hanna", "Hugo", "Ida", "Imani", "Ines", "Ivan", "Jana", "Jonas", "Julia", "Kaito",
		"Karin", "Lars", "Leila", "Linh", "Luca", "Maia", "Marek", "Mina", "Nadia", "Niels", "Nora", "Oliver",
		"Petra", "Priya", "Rafael", "Rosa", "Samir", "Sofia", "Stefan", "Tara", "Thomas", "Uma", "Vera", "Victor",
		"Wanda", "Yara", "Yusuf", "Zoe",
	}
}

func familyNames() []string {
	return []string{
		"Abadi", "Ahlgren", "Almeida", "Baker", "Bauer", "Berg", "Bianchi", "Bouchard", "Brandt", "Byrne", "Carlsen",
		"Castro", "Cerny", "Claes", "Costa", "Dahl", "Dekker", "Dvorak", "Egger", "Engel", "Faber", "Ferrari", "Fischer",
		"Garcia", "Graf", "Haas", "Hansen", "Hayes", "Horvat", "Iyer", "Jansen", "Jensen", "Kaya", "Keller", "Klein",
		"Kovac", "Lambert", "Larsen", "Lindqvist", "Lopes", "Maes", "Marin", "Meyer", "Moreau", "Murphy", "Nair",
		"Nielsen", "Novak", "Okafor", "Olsen", "Pereira", "Peters", "Quinn", "Reid", "Rossi", "Sato", "Schmid", "Silva",
		"Smit", "Tanaka", "Urban", "Visser", "Weber", "Zeman",
	}
}

// strangers are names that attackers guess and nobody has.
func strangers() []string {
	return []string{
		"a.accounting", "administrator", "backup", "billing", "ceo", "finance.team", "frontdesk", "guestwifi",
		"invoices", "it-support", "jsmith", "mail.admin", "noreply", "office", "postmaster", "printer2",
		"reception", "scanner", "support1", "test.user", "training", "webmaster",
	}
}

// lures are names of applications that attackers ask consent for.
func lures() []string {
	return []string{
		"DocSign Viewer", "Mail Archive Plus", "eFax Connector", "Calendar Booster", "OneClick Reader",
		"Inbox Insights", "Secure Share Sync", "PDF Annotator 365", "Meeting Notes Helper", "Voicemail Player",
	}
}

func fileNames() []string {
	return []string{
		"Budget.xlsx", "Minutes.docx", "Roadmap.pptx", "Contract.docx", "Forecast.xlsx", "Org chart.pdf",
		"Price list.xlsx", "Proposal.docx", "Inventory.xlsx", "Handbook.pdf", "Design review.pptx", "Survey results.xlsx",
		"Payroll summary.xlsx", "Board deck.pptx", "Customer list.xlsx", "Test plan.docx",
	}
}

func secretNames() []string {
	return []string{
		"sql-connection", "storage-key", "smtp-password", "api-token", "signing-key", "redis-password", "sftp-key",
		"payments-secret", "oauth-client-secret", "backup-passphrase", "webhook-secret", "service-bus-key",
		"search-admin-key", "maps-key", "telemetry-key", "report-password", "cosmos-key", "etl-password",
		"mail-relay-password", "erp-token", "crm-token", "hr-export-key", "vpn-psk", "wifi-radius-secret",
		"build-agent-token", "registry-password", "feature-flags-key", "sms-gateway-key", "ldap-bind-password",
		"archive-key", "license-key", "admin-bootstrap",
	}
}

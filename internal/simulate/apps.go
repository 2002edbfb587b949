package simulate

// An app is a client application and the resource it asks a token for.
type app struct {
	id, name             string
	resourceID, resource string
	client               string // clientAppUsed
	protocol             string
	servicePrincipal     guid   // of an application with one of its own in the tenant
	object               guid   // its registration
	mobile               bool   // of a phone
	incoming             string // incomingTokenType
	userAgent            string // empty: that of the device
}

const (
	browser     = "Browser"
	desktop     = "Mobile Apps and Desktop clients"
	graphID     = "00000003-0000-0000-c000-000000000000"
	exchangeID  = "00000002-0000-0ff1-ce00-000000000000"
	sharePoint  = "00000003-0000-0ff1-ce00-000000000000"
	armID       = "797f4846-ba00-4fd7-ba43-dac1f8f63013"
	keyVaultID  = "cfa8b339-82a2-471a-a3c9-0fc0be7a4093"
	exchange    = "Office 365 Exchange Online"
	graph       = "Microsoft Graph"
	sharePoints = "Office 365 SharePoint Online"
	arm         = "Windows Azure Service Management API"
	keyVault    = "Azure Key Vault"
)

func webApps() []app {
	return []app{
		{id: "9199bf20-a13f-4107-85dc-02114787ef48", name: "One Outlook Web", resourceID: exchangeID, resource: exchange, client: browser, protocol: "none", incoming: "none"},
		{id: "4765445b-32c6-49b0-83e6-1d93765276ca", name: "OfficeHome", resourceID: "4765445b-32c6-49b0-83e6-1d93765276ca", resource: "OfficeHome", client: browser, protocol: "none", incoming: "none"},
		{id: "5e3ce6c0-2b1f-4285-8d4b-75ee78787346", name: "Microsoft Teams Web Client", resourceID: graphID, resource: graph, client: browser, protocol: "none", incoming: "none"},
		{id: sharePoint, name: sharePoints, resourceID: sharePoint, resource: sharePoints, client: browser, protocol: "none", incoming: "none"},
		{id: "d3590ed6-52b3-4102-aeff-aad2292ab01c", name: "Microsoft Office", resourceID: graphID, resource: graph, client: desktop, protocol: "none", incoming: "none"},
	}
}

func quietApps() []app {
	return []app{
		{id: "d3590ed6-52b3-4102-aeff-aad2292ab01c", name: "Microsoft Office", resourceID: exchangeID, resource: exchange, client: desktop, protocol: "none", incoming: "primaryRefreshToken"},
		{id: "1fec8e78-bce4-4aaf-ab1b-5451cc387264", name: "Microsoft Teams", resourceID: graphID, resource: graph, client: desktop, protocol: "none", incoming: "primaryRefreshToken"},
		{id: "ab9b8c07-8f02-4f72-87fa-80105867a763", name: "OneDrive SyncEngine", resourceID: sharePoint, resource: sharePoints, client: desktop, protocol: "none", incoming: "primaryRefreshToken"},
		{id: "9199bf20-a13f-4107-85dc-02114787ef48", name: "One Outlook Web", resourceID: exchangeID, resource: exchange, client: browser, protocol: "none", incoming: "refreshToken"},
		{id: "d3590ed6-52b3-4102-aeff-aad2292ab01c", name: "Microsoft Office", resourceID: sharePoint, resource: sharePoints, client: desktop, protocol: "none", incoming: "primaryRefreshToken"},
		{id: "27922004-5251-4030-b22d-91ecd9a37ea4", name: "Outlook Mobile", resourceID: exchangeID, resource: exchange, client: desktop, protocol: "none", incoming: "refreshToken", mobile: true},
		{id: "1fec8e78-bce4-4aaf-ab1b-5451cc387264", name: "Microsoft Teams", resourceID: graphID, resource: graph, client: desktop, protocol: "none", incoming: "refreshToken", mobile: true},
	}
}

func portalApp() app {
	return app{id: "c44b4083-3bb0-49c1-b47d-974e53cbdf3c", name: "Azure Portal", resourceID: armID, resource: arm, client: browser, protocol: "none", incoming: "none"}
}

func azureCLI() app {
	return app{id: "04b07795-8ddb-461a-bbee-02f9e1bf7b46", name: "Microsoft Azure CLI", resourceID: armID, resource: arm, client: desktop, protocol: "none", incoming: "none"}
}

func legacyApp() app {
	return app{id: exchangeID, name: exchange, resourceID: exchangeID, resource: exchange, client: "IMAP4", protocol: "ropc", incoming: "none"}
}

// A device is what someone signs in with; an attacker's has no id.
type device struct {
	id             guid
	name, os       string
	browser        string
	userAgent      string
	trust          string
	managed, phone bool
}

// deviceModels returns the kinds of machine that a tenant hands out. Its
// versions are the seed's choice, so that no two tenants look alike.
func deviceModels(d *dice) (laptops, phones []device) {
	chrome, safari := digits(138+d.below(9)), digits(18+d.below(3))
	ios, android := digits(18+d.below(2)), digits(14+d.below(3))
	edge := "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/" + chrome + ".0.0.0 Safari/537.36"
	laptops = []device{
		{os: "Windows11", browser: "Edge " + chrome + ".0.0", userAgent: edge + " Edg/" + chrome + ".0.0.0", trust: "Azure AD joined", managed: true},
		{os: "Windows11", browser: "Chrome " + chrome + ".0.0", userAgent: edge, trust: "Hybrid Azure AD joined", managed: true},
		{os: "MacOs", browser: "Safari " + safari + ".0", userAgent: "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/" + safari + ".0 Safari/605.1.15", trust: "Azure AD registered", managed: true},
	}
	phones = []device{
		{os: "Ios " + ios, browser: "Mobile Safari", userAgent: "Mozilla/5.0 (iPhone; CPU iPhone OS " + ios + "_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148", trust: "Azure AD registered", phone: true},
		{os: "Android " + android, browser: "Chrome Mobile " + chrome + ".0.0", userAgent: "Mozilla/5.0 (Linux; Android " + android + "; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/" + chrome + ".0.0.0 Mobile Safari/537.36", trust: "Azure AD registered", phone: true},
	}
	return laptops, phones
}

func digits(n int) string {
	return string(appendDigits(nil, n, len("100")-min(1, 100/(n+1))))
}

package simulate

// A service is an application that signs in as itself.
type service struct {
	app       app
	net       network
	key       guid // of its secret
	perDay    int
	keepVault bool // it reads its secrets from a vault
}

func newServices(w *world) []service {
	d := roll(w.o.Seed, forService)
	names := []string{"Payroll Export", "Backup Runner", "Report Builder", "Website Backend", "Inventory Sync"}
	shuffle(&d, names)
	list := make([]service, len(names))
	for i, name := range names {
		s := &list[i]
		s.app = app{
			id: d.guid().String(), name: w.name + " " + name, servicePrincipal: d.guid(), object: d.guid(),
			resourceID: graphID, resource: graph, client: "", protocol: "oAuth2", incoming: "none",
		}
		s.net = network{ip: w.addresses.take(&d, benchmark()), place: &w.homeCountry.towns[0], asn: 65000}
		s.key, s.perDay, s.keepVault = d.guid(), 12+d.below(60), i < 2
		if s.keepVault {
			s.app.resourceID, s.app.resource = keyVaultID, keyVault
		}
	}
	return list
}

// A serviceSignIn is one sign-in of an application as itself.
type serviceSignIn struct {
	at              instant
	id, correlation guid
	token           guid
	app             *app
	net             *network
	key             guid
}

func (s *serviceSignIn) when() instant { return s.at }

func (s *serviceSignIn) write(x *exports) { x.serviceSignIn(s) }

func (s *serviceSignIn) append(b []byte, x *exports) []byte {
	o := object{b: b}
	o.open().id("id", s.id).key("createdDateTime")
	o.b = append(x.calendar.ticks(append(o.b, '"'), s.at), "+00:00\""...)
	o.text("userDisplayName", "").text("userPrincipalName", "").text("userId", "")
	o.text("appId", s.app.id).text("appDisplayName", s.app.name).text("ipAddress", s.net.ip)
	o.id("servicePrincipalId", s.app.servicePrincipal).text("servicePrincipalName", s.app.name)
	o.id("servicePrincipalCredentialKeyId", s.key).text("servicePrincipalCredentialThumbprint", "")
	o.text("clientCredentialType", "clientSecret").text("clientAppUsed", "").raw("userAgent", "null")
	o.id("correlationId", s.correlation).text("conditionalAccessStatus", "notApplied").truth("isInteractive", false)
	o.raw("signInEventTypes", `["servicePrincipal"]`).text("incomingTokenType", "none").text("authenticationProtocol", "oAuth2ClientCredentials")
	o.text("resourceDisplayName", s.app.resource).text("resourceId", s.app.resourceID)
	o.id("resourceTenantId", x.world.tenant).id("homeTenantId", x.world.tenant).id("appOwnerTenantId", x.world.tenant)
	o.text("riskDetail", "none").text("riskLevelAggregated", "none").text("riskLevelDuringSignIn", "none").text("riskState", "none").raw("riskEventTypes_v2", "[]")
	o.number("autonomousSystemNumber", s.net.asn).key("uniqueTokenIdentifier")
	o.b = append(appendToken(append(o.b, '"'), s.token), '"')
	o.key("status").open().number("errorCode", 0).close()
	o.location(s.net.place).raw("deviceDetail", `{"deviceId":"","displayName":"","operatingSystem":"","browser":""}`)
	o.raw("networkLocationDetails", "[]").raw("authenticationProcessingDetails", "[]").raw("appliedConditionalAccessPolicies", "[]")
	return o.close().b
}

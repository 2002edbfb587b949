package simulate

// A graphCall is one request to Microsoft Graph.
type graphCall struct {
	at      instant
	request guid
	by      *user // nil: the application as itself
	app     *app
	session guid // zero: none
	token   guid // of the sign-in that it was made with
	ip      string
	agent   string
	method  string
	path    string
	size    int
}

func (c *graphCall) when() instant { return c.at }

func (c *graphCall) write(x *exports) {
	if !x.wants(GraphActivity) {
		return
	}
	x.buf = c.append(x.buf[:0], x)
	x.keep(x.calls.add(c.at, x.buf))
}

func (c *graphCall) append(b []byte, x *exports) []byte {
	o := object{b: b}
	o.open().key("time")
	o.b = append(x.calendar.ticks(append(o.b, '"'), c.at), "Z\""...)
	o.key("resourceId")
	o.b = append(x.world.tenant.append(append(o.b, `"/tenants/`...)), `/providers/Microsoft.aadiam"`...)
	o.text("operationName", "Microsoft Graph Activity").text("operationVersion", "v1.0").text("category", "MicrosoftGraphActivityLogs")
	o.text("resultSignature", "200").number("durationMs", 20+c.size%400).text("callerIpAddress", c.ip).id("correlationId", c.request)
	o.text("level", "Informational").text("location", "West Europe").id("tenantId", x.world.tenant)
	o.key("properties").open().key("timeGenerated")
	o.b = append(x.calendar.ticks(append(o.b, '"'), c.at), "Z\""...)
	o.text("location", "West Europe").id("requestId", c.request).id("operationId", c.request).id("clientRequestId", c.request)
	o.text("apiVersion", "v1.0").text("requestMethod", c.method).number("responseStatusCode", 200).id("tenantId", x.world.tenant)
	o.number("durationMs", 20+c.size%400).number("responseSizeBytes", c.size).key("signInActivityId")
	o.b = append(appendToken(append(o.b, '"'), c.token), '"')
	o.text("appId", c.app.id)
	c.caller(&o)
	o.text("identityProvider", "https://sts.windows.net/"+x.world.tenant.String()+"/").text("ipAddress", c.ip).text("userAgent", c.agent)
	o.text("requestUri", "https://graph.microsoft.com/v1.0"+c.path)
	return o.close().close().b
}

func (c *graphCall) caller(o *object) {
	if c.by == nil {
		o.id("servicePrincipalId", c.app.servicePrincipal).text("roles", "User.Read.All Directory.Read.All").text("scopes", "")
		o.text("clientAuthMethod", "1").text("C_Idtyp", "app")
		return
	}
	o.id("UserPrincipalObjectID", c.by.id).text("roles", "").text("scopes", "Calendars.Read People.Read Presence.Read User.Read profile openid email")
	o.text("clientAuthMethod", "0").text("C_Idtyp", "user")
	if c.session != (guid{}) {
		o.id("sessionId", c.session)
	}
}

// callsGraph is what a client asks of Graph with a token that it got without
// the person, of some of those that are for it.
func (s *signIn) callsGraph() (graphCall, bool) {
	if s.interactive || s.code != 0 || s.app.resourceID != graphID || s.token[2]%3 != 0 || s.user == nil {
		return graphCall{}, false
	}
	c := graphCall{
		at: s.at, request: s.token, by: s.user, app: s.app, session: s.session, token: s.token, ip: s.net.ip, agent: s.agent(), method: "GET",
		path: []string{"/me/presence", "/me/joinedTeams", "/me/calendarView", "/me/people"}[s.token[3]%4], size: 200 + int(s.token[4])*10,
	}
	c.request[1] ^= 0xff // an id of its own
	return c, true
}

// callsGraph is what a service asks of Graph.
func (s *service) callsGraph(d *dice, at instant) record {
	return &graphCall{
		at: at, request: d.guid(), app: &s.app, token: d.guid(), ip: s.net.ip, agent: "azsdk-net-Identity/1.12.0", method: "GET",
		path: "/users?$select=id,displayName", size: 5000 + d.below(4000),
	}
}

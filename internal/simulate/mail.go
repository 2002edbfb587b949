package simulate

// A client is from where and with what a mailbox or a file is used.
type client struct {
	user    *user
	ip      string
	session guid
	app     *app // nil: the person's own Outlook
	agent   string
	token   guid // zero: one that no sign-in tells of
}

func (c client) record(at instant, id guid, operation string, kind recordKind, result string) *auditData {
	return &auditData{at: at, id: id, operation: operation, kind: kind, result: result, user: c.user.shownUPN, key: puid(c.user), ip: c.ip}
}

// puid is the number by which Exchange knows a person.
func puid(u *user) string {
	return "1003200" + string(appendDigits(nil, u.index+1_000_000, 9))
}

// mailItems is MailItemsAccessed: the items of a folder that were opened.
func (c client) mailItems(d *dice, at instant, count int) *auditData {
	a := c.record(at, d.guid(), "MailItemsAccessed", exchangeItems(), "Succeeded")
	a.ip = ""
	o := object{b: []byte{'{'}}
	o.raw("AppAccessContext", c.access(d)).text("ClientIPAddress", c.ip).text("ClientInfoString", c.info())
	o.text("AppId", c.appID(exchangeID)).text("ClientAppId", c.appID("")).truth("ExternalAccess", false).number("InternalLogonType", 0).number("LogonType", 0)
	o.id("MailboxGuid", c.user.mailbox).text("MailboxOwnerUPN", c.user.shownUPN).text("OrganizationName", c.user.upn)
	o.raw("OperationProperties", "["+nameValue("MailAccessType", "Bind")+","+nameValue("IsThrottled", "False")+"]")
	o.number("OperationCount", count).id("SessionId", c.session).key("Folders")
	o.b = append(o.b, `[{"FolderItems":[`...)
	for i := range min(count, 4) {
		if i > 0 {
			o.b = append(o.b, ',')
		}
		o.open().text("InternetMessageId", "<"+d.guid().String()+"@mail.example>").number("SizeInBytes", 2000+d.below(90_000)).close()
	}
	o.b = append(o.b, `],"Id":"LgAAAAB","Path":"\\Inbox"}]`...)
	a.rest = members(&o)
	return a
}

func (c client) access(d *dice) string {
	o := object{}
	o.open().id("AADSessionId", c.session).text("ClientAppId", c.appID("")).key("UniqueTokenId")
	token := d.guid()
	if c.token != (guid{}) {
		token = c.token
	}
	o.b = append(appendToken(append(o.b, '"'), token), '"')
	return string(o.close().b)
}

func (c client) info() string {
	if c.app != nil {
		return "Client=REST;Client=RESTSystem;;"
	}
	return "Client=OWA;" + c.agent + ";"
}

func (c client) appID(own string) string {
	if c.app != nil {
		return c.app.id
	}
	return own
}

// A parameter is one argument of an Exchange cmdlet.
type parameter struct{ name, value string }

// cmdlet is an Exchange administration record: the cmdlet and its arguments.
func (c client) cmdlet(d *dice, at instant, name, object string, parameters ...parameter) *auditData {
	a := c.record(at, d.guid(), name, exchangeAdmin(), "True")
	a.userType, a.object = 2, object
	a.ip = endpoint(c.ip, 20_000+d.below(40_000))
	a.rest = cmdletMembers(c, parameters)
	return a
}

func cmdletMembers(c client, parameters []parameter) []byte {
	o := openMembers()
	o.text("AppId", c.appID(exchangeID)).text("ClientAppId", c.appID("")).truth("ExternalAccess", false)
	o.text("OrganizationName", c.user.upn).text("OriginatingServer", "EX01 (15.20.8500.012)").key("Parameters")
	o.b = append(o.b, '[')
	for i, p := range parameters {
		if i > 0 {
			o.b = append(o.b, ',')
		}
		o.b = append(o.b, nameValue(p.name, p.value)...)
	}
	o.b = append(o.b, ']')
	o.id("SessionId", c.session)
	return members(o)
}

func openMembers() *object {
	return &object{b: []byte{'{'}}
}

// endpoint writes an address and a port as Exchange does.
func endpoint(ip string, port int) string {
	for i := range len(ip) {
		if ip[i] == ':' {
			return "[" + ip + "]:" + string(appendDecimal(nil, port))
		}
	}
	return ip + ":" + string(appendDecimal(nil, port))
}

// file is a SharePoint or OneDrive record of one file.
func (c client) file(d *dice, at instant, operation, site, folder, name string) *auditData {
	a := c.record(at, d.guid(), operation, fileOperation(), "")
	a.object = site + "Shared Documents/" + folder + "/" + name
	o := openMembers()
	o.text("ApplicationId", c.appID("")).text("EventSource", "SharePoint").text("ItemType", "File").text("SiteUrl", site)
	o.text("SourceRelativeUrl", "Shared Documents/"+folder).text("SourceFileName", name).text("SourceFileExtension", extension(name))
	o.text("UserAgent", c.agent).id("CorrelationId", d.guid()).raw("AppAccessContext", c.access(d)).truth("IsManagedDevice", c.session != guid{})
	a.rest = members(o)
	return a
}

func extension(name string) string {
	for i := len(name) - 1; i >= 0; i-- {
		if name[i] == '.' {
			return name[i+1:]
		}
	}
	return ""
}

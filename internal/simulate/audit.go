package simulate

// An audit is one record of the directory's audit log.
type audit struct {
	at          instant
	id          string
	activity    string
	category    string
	operation   string // operationType
	correlation guid
	by          *user  // nil: byApp
	byApp       *app   // nil and by nil: the directory itself
	ip          string // of by
	targets     []target
	details     []parameter
	service     string // loggedByService, if not the core directory
}

// A target is a resource that an audit record is about.
type target struct {
	id, name, kind, upn string
	changes             []change
}

// A change is a modified property. Its values are JSON, which the log keeps as
// text: a name stands in two pairs of quotation marks.
type change struct{ name, old, new string }

func (d *dice) auditID(correlation guid) string {
	letters := make([]byte, 5)
	for i := range letters {
		letters[i] = tokenDigits[d.below(26)]
	}
	return "Directory_" + correlation.String() + "_" + string(letters) + "_" + string(appendDecimal(nil, 10_000_000+d.below(90_000_000)))
}

func (a *audit) when() instant { return a.at }

func (a *audit) write(x *exports) {
	if !x.wants(DirectoryAudits) {
		return
	}
	x.buf = a.append(x.buf[:0], x)
	x.keep(x.audits.add(x.buf))
}

func (a *audit) append(b []byte, x *exports) []byte {
	o := object{b: b}
	service := a.service
	if service == "" {
		service = "Core Directory"
	}
	o.open().text("id", a.id).text("category", a.category).id("correlationId", a.correlation).text("result", "success").text("resultReason", "")
	o.text("activityDisplayName", a.activity).key("activityDateTime")
	o.b = append(x.calendar.ticks(append(o.b, '"'), a.at), "Z\""...)
	o.text("loggedByService", service).text("operationType", a.operation)
	a.initiator(&o, x)
	o.key("targetResources")
	o.b = append(o.b, '[')
	for i, t := range a.targets {
		if i > 0 {
			o.b = append(o.b, ',')
		}
		t.append(&o)
	}
	o.b = append(o.b, ']')
	o.key("additionalDetails")
	o.b = append(o.b, '[')
	for i, p := range a.details {
		if i > 0 {
			o.b = append(o.b, ',')
		}
		o.open().text("key", p.name).text("value", p.value).close()
	}
	o.b = append(o.b, ']')
	return o.close().b
}

func (a *audit) initiator(o *object, x *exports) {
	o.key("initiatedBy").open()
	switch {
	case a.by != nil:
		o.raw("app", "null").key("user").open().id("id", a.by.id).text("displayName", a.by.name).text("userPrincipalName", a.by.upn)
		o.text("ipAddress", a.ip).raw("userType", "null").id("homeTenantId", x.world.tenant).raw("homeTenantName", "null").close()
	case a.byApp != nil:
		o.raw("user", "null").key("app").open().text("appId", a.byApp.id).text("displayName", a.byApp.name)
		o.id("servicePrincipalId", a.byApp.servicePrincipal).raw("servicePrincipalName", "null").close()
	default:
		o.raw("user", "null").key("app").open().raw("appId", "null").text("displayName", "Device Registration Service")
		o.raw("servicePrincipalId", "null").raw("servicePrincipalName", "null").close()
	}
	o.close()
}

func (t *target) append(o *object) {
	o.open().text("id", t.id).text("type", t.kind)
	if t.name != "" {
		o.text("displayName", t.name)
	} else {
		o.raw("displayName", "null")
	}
	if t.upn != "" {
		o.text("userPrincipalName", t.upn)
	} else {
		o.raw("userPrincipalName", "null")
	}
	o.raw("groupType", "null").key("modifiedProperties")
	o.b = append(o.b, '[')
	for i, c := range t.changes {
		if i > 0 {
			o.b = append(o.b, ',')
		}
		o.open().text("displayName", c.name)
		if c.old == "" {
			o.raw("oldValue", "null")
		} else {
			o.text("oldValue", c.old)
		}
		o.text("newValue", c.new).close()
	}
	o.b = append(o.b, ']')
	o.close()
}

func userTarget(u *user, changes ...change) target {
	return target{id: u.id.String(), kind: "User", upn: u.upn, changes: changes}
}

func principalTarget(a *app, changes ...change) target {
	return target{id: a.servicePrincipal.String(), name: a.name, kind: "ServicePrincipal", changes: changes}
}

func applicationTarget(a *app, changes ...change) target {
	return target{id: a.object.String(), name: a.name, kind: "Application", changes: changes}
}

// A directoryRole is a role that people can be members of.
type directoryRole struct{ name, template, wellKnown string }

func globalAdministrator() directoryRole {
	return directoryRole{"Global Administrator", "62e90394-69f5-4237-9190-012177145e10", "TenantAdmins"}
}

// roleChanges is how a membership record names the role: in the properties of
// the member, who is the first target.
func (r directoryRole) changes() []change {
	return []change{
		{name: "Role.ObjectID", new: quote(r.template)},
		{name: "Role.DisplayName", new: quote(r.name)},
		{name: "Role.TemplateId", new: quote(r.template)},
		{name: "Role.WellKnownObjectName", new: quote(r.wellKnown)},
	}
}

func (r directoryRole) target() target {
	return target{id: r.template, name: r.name, kind: "Role"}
}

// consentChanges describes a grant of scopes to an application.
func consentChanges(a *app, u *user, admin bool, scopes string) []change {
	consent, all := "Principal", `"False"`
	if admin {
		consent, all = "AllPrincipals", `"True"`
	}
	permission := "[] => [[Id: " + a.object.String() + ", ClientId: " + a.servicePrincipal.String() + ", PrincipalId: " + u.id.String() +
		", ResourceId: " + graphID + ", ConsentType: " + consent + ", Scope: " + scopes + ", CreatedDateTime: , LastModifiedDateTime ]]; "
	return []change{
		{name: "ConsentContext.IsAdminConsent", new: all},
		{name: "ConsentContext.IsAppOnly", new: `"False"`},
		{name: "ConsentContext.OnBehalfOfAll", new: all},
		{name: "ConsentContext.Tags", new: `"WindowsAzureActiveDirectoryIntegratedApp"`},
		{name: "ConsentAction.Permissions", new: quote(permission)},
		{name: "TargetId.ServicePrincipalNames", new: quote(a.id)},
	}
}

// grantChanges describes a delegated permission grant.
func grantChanges(a *app, consent, scopes string) []change {
	return []change{
		{name: "DelegatedPermissionGrant.Scope", new: quote(" " + scopes)},
		{name: "DelegatedPermissionGrant.ConsentType", new: quote(consent)},
		{name: "ServicePrincipal.ObjectID", new: quote(a.servicePrincipal.String())},
		{name: "ServicePrincipal.DisplayName", new: quote("")},
		{name: "ServicePrincipal.AppId", new: quote("")},
		{name: "ServicePrincipal.Name", new: quote("")},
		{name: "TargetId.ServicePrincipalNames", new: quote(graphID)},
	}
}

// secretChanges describes a new secret.
func secretChanges(key guid, name string) []change {
	return []change{
		{name: "KeyDescription", old: "[]", new: `["[KeyIdentifier=` + key.String() + `,KeyType=Password,KeyUsage=Verify,DisplayName=` + name + `]"]`},
		{name: "Included Updated Properties", new: `"KeyDescription"`},
	}
}

// secretsActivity is the activity's name as the log has it: the dash is an en
// dash, and a space ends it.
const secretsActivity = "Update application \u2013 Certificates and secrets management "

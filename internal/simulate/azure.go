package simulate

import (
	"strconv"
	"strings"
)

// A subscription is the tenant's one Azure subscription, with its vault.
type subscription struct {
	id      guid
	group   string
	vault   string
	secrets []string
	version []string // of each secret
}

func newSubscription(w *world) subscription {
	d := roll(w.o.Seed, forAzure)
	s := subscription{id: d.guid(), group: "rg-" + pick(&d, []string{"prod", "core", "apps", "platform"})}
	s.vault = "kv-" + strings.ToLower(w.name) + "-" + strconv.Itoa(10+d.below(90))
	s.secrets = secretNames()
	shuffle(&d, s.secrets)
	for range s.secrets {
		s.version = append(s.version, strings.ReplaceAll(d.guid().String(), "-", ""))
	}
	return s
}

func (s *subscription) scope() string { return "/subscriptions/" + s.id.String() }

func (s *subscription) vaultID() string {
	return s.scope() + "/resourceGroups/" + s.group + "/providers/Microsoft.KeyVault/vaults/" + s.vault
}

func (s *subscription) machineID(n int) string {
	return s.scope() + "/resourceGroups/" + s.group + "/providers/Microsoft.Compute/virtualMachines/vm-" + strconv.Itoa(n)
}

// An operation is one Azure Resource Manager operation. It leaves two records,
// of its start and of its success, with one correlation id.
type operation struct {
	at          instant
	correlation guid
	action      string // Microsoft.Compute/virtualMachines/start/action
	resource    string
	by          *user // nil: byApp
	byApp       *app
	ip          string
	body        string // the request, if it is recorded
	done        bool   // this is the record of the success
	token       guid
	session     guid // zero: the claims name none
	client      *app // nil: the portal
}

func (p *operation) when() instant { return p.at }

func (p *operation) write(x *exports) {
	if !x.wants(AzureActivity) {
		return
	}
	x.buf = p.append(x.buf[:0], x)
	x.keep(x.activity.add(p.at, x.buf))
}

func (p *operation) append(b []byte, x *exports) []byte {
	o := object{b: b}
	o.open().key("time")
	o.b = append(x.calendar.ticks(append(o.b, '"'), p.at), "Z\""...)
	o.text("resourceId", strings.ToUpper(p.resource)).text("operationName", strings.ToUpper(p.action)).text("category", "Administrative")
	status, signature := "Start", "Started."
	if p.done {
		status, signature = "Success", "Succeeded.OK"
		if strings.HasSuffix(p.action, "/write") {
			signature = "Succeeded.Created"
		}
	}
	o.text("resultType", status).text("resultSignature", signature).text("durationMs", strconv.Itoa(int(p.token[1])*bit(p.done, 7)))
	o.text("callerIpAddress", p.ip).id("correlationId", p.correlation)
	p.identity(&o, x)
	o.text("level", "Information").text("location", "global").id("tenantId", x.world.tenant)
	p.properties(&o, x)
	return o.close().b
}

func (p *operation) identity(o *object, x *exports) {
	o.key("identity").open().key("authorization").open().text("scope", p.resource).text("action", p.action)
	o.key("evidence").open().text("role", "Contributor").text("roleAssignmentScope", x.world.azure.scope())
	if p.by != nil {
		o.text("principalType", "User").text("principalId", strings.ReplaceAll(p.by.id.String(), "-", ""))
	} else {
		o.text("principalType", "ServicePrincipal").text("principalId", strings.ReplaceAll(p.byApp.servicePrincipal.String(), "-", ""))
	}
	o.close().close().key("claims").open().text("aud", "https://management.azure.com/").text("iss", "https://sts.windows.net/"+x.world.tenant.String()+"/")
	seconds := strconv.FormatInt(int64(p.at/second), 10)
	o.text("iat", seconds).text("nbf", seconds).text("ver", "1.0")
	if p.by != nil {
		client := &x.world.portal
		if p.client != nil {
			client = p.client
		}
		o.text("appid", client.id).text("idtyp", "user").text("ipaddr", p.ip).text("name", p.by.name)
		o.text("http://schemas.xmlsoap.org/ws/2005/05/identity/claims/name", p.by.upn).text("http://schemas.xmlsoap.org/ws/2005/05/identity/claims/upn", p.by.upn)
		o.id("http://schemas.microsoft.com/identity/claims/objectidentifier", p.by.id)
		o.text("http://schemas.microsoft.com/identity/claims/scope", "user_impersonation")
	} else {
		o.text("appid", p.byApp.id).text("appidacr", "1").text("idtyp", "app")
		o.id("http://schemas.microsoft.com/identity/claims/objectidentifier", p.byApp.servicePrincipal)
	}
	o.id("http://schemas.microsoft.com/identity/claims/tenantid", x.world.tenant)
	o.key("uti")
	o.b = append(appendToken(append(o.b, '"'), p.token), '"')
	if p.session != (guid{}) {
		o.id("sid", p.session)
	}
	o.close().close()
}

func (p *operation) properties(o *object, x *exports) {
	o.key("properties").open()
	if p.body != "" && !p.done {
		o.text("requestbody", p.body)
	}
	if p.done {
		o.text("statusCode", "OK").text("serviceRequestId", p.token.String())
	}
	o.text("eventCategory", "Administrative").text("entity", p.resource).text("message", p.action)
	o.text("hierarchy", x.world.tenant.String()+"/"+x.world.azure.id.String()).close()
}

// pair returns the two records of an operation.
func (p operation) pair(d *dice) []record {
	done := p
	done.done, done.at = true, p.at+second+d.between(0, 4*second)
	return []record{&p, &done}
}

// A vaultRole is an Azure role over secrets.
type vaultRole struct{ name, id string }

func vaultRoles() []vaultRole {
	return []vaultRole{
		{"Key Vault Administrator", "00482a5a-887f-4fb3-b363-3b7fe8e74483"},
		{"Key Vault Secrets Officer", "b86a8fe4-44ce-4948-aee5-eccb2c155cd7"},
	}
}

func readerRole() vaultRole {
	return vaultRole{"Reader", "acdd72a7-3385-48ef-bd42-f606fba81ae7"}
}

// assignment is the operation that gives r over scope to u.
func (s *subscription) assignment(d *dice, at instant, by *user, ip string, r vaultRole, scope string, u *user) operation {
	name := d.guid().String()
	definition := s.scope() + "/providers/Microsoft.Authorization/roleDefinitions/" + r.id
	body := object{}
	body.open().text("Id", name).key("Properties").open().id("PrincipalId", u.id).text("PrincipalType", "User")
	body.text("RoleDefinitionId", definition).text("Scope", scope).close().close()
	return operation{
		at: at, correlation: d.guid(), token: d.guid(), by: by, ip: ip, body: string(body.b),
		action:   "Microsoft.Authorization/roleAssignments/write",
		resource: scope + "/providers/Microsoft.Authorization/roleAssignments/" + name,
	}
}

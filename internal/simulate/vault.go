package simulate

// A vaultCall is one call of the data plane of the vault.
type vaultCall struct {
	at          instant
	correlation guid
	operation   string // SecretGet, SecretList
	secret      int    // of the subscription's, for SecretGet
	by          *user  // nil: byApp
	byApp       *app
	ip          string
	agent       string
	took        int
}

func (v *vaultCall) when() instant { return v.at }

func (v *vaultCall) write(x *exports) {
	if !x.wants(KeyVaultAudit) {
		return
	}
	x.buf = v.append(x.buf[:0], x)
	x.keep(x.vault.add(v.at, x.buf))
}

func (v *vaultCall) append(b []byte, x *exports) []byte {
	s := &x.world.azure
	host := "https://" + s.vault + ".vault.azure.net/secrets"
	secret, request := host, host+"?api-version=7.4"
	if v.operation == "SecretGet" {
		secret = host + "/" + s.secrets[v.secret] + "/" + s.version[v.secret]
		request = host + "/" + s.secrets[v.secret] + "/?api-version=7.4"
	}
	o := object{b: b}
	o.open().key("time")
	o.b = append(x.calendar.ticks(append(o.b, '"'), v.at), "Z\""...)
	o.text("category", "AuditEvent").text("operationName", v.operation).text("operationVersion", "7.4")
	o.text("resultType", "Success").text("resultSignature", "OK").text("resultDescription", "").key("durationMs")
	o.b = append(appendDecimal(append(o.b, '"'), v.took), '"')
	o.text("callerIpAddress", v.ip).id("correlationId", v.correlation).text("resourceId", x.vaultResource()).id("tenantId", x.world.tenant)
	v.identity(&o)
	o.key("properties").open().text("id", secret).text("clientInfo", v.agent).text("requestUri", request)
	o.number("httpStatusCode", 200).text("tlsVersion", "TLS1_3").truth("isRbacAuthorized", true).close()
	return o.close().b
}

func (v *vaultCall) identity(o *object) {
	o.key("identity").open().key("claim").open()
	if v.by != nil {
		o.id("http://schemas.microsoft.com/identity/claims/objectidentifier", v.by.id).text("http://schemas.xmlsoap.org/ws/2005/05/identity/claims/upn", v.by.upn)
		o.text("appid", azureCLI().id).text("ipaddr", v.ip)
	} else {
		o.id("http://schemas.microsoft.com/identity/claims/objectidentifier", v.byApp.servicePrincipal)
		o.text("appid", v.byApp.id).text("appidacr", "1")
	}
	o.close().close()
}

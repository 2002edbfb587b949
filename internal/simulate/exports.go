package simulate

import (
	"errors"
	"path/filepath"
	"slices"
	"strings"
)

// exports are the files being written. The first error stops all writing; run
// asks for it now and then, and close returns it.
type exports struct {
	world    *world
	dir      string
	on       map[Export]bool
	count    map[Export]int64
	calendar calendar
	buf      []byte
	err      error

	interactive, audits, detections, riskyUsers *pages
	quiet, services, activity, vault, calls     *blobs
	single                                      *file
	exchange                                    *search
	directory                                   *blobs
	alerts                                      *table
}

func newExports(dir string, w *world) *exports {
	x := &exports{world: w, dir: dir, on: make(map[Export]bool), count: make(map[Export]int64)}
	for _, e := range w.o.Formats.Exports {
		x.on[e] = true
	}
	x.interactive = x.graph("SignIns", "auditLogs/signIns")
	x.audits = x.graph("DirectoryAudits", "auditLogs/directoryAudits")
	x.detections = x.graph("RiskDetections", "identityProtection/riskDetections")
	x.riskyUsers = x.graph("RiskyUsers", "identityProtection/riskyUsers")
	x.quiet = x.blob("insights-logs-noninteractiveusersigninlogs/tenantId="+w.tenant.String(), true, true)
	x.services = x.blob("insights-logs-serviceprincipalsigninlogs/tenantId="+w.tenant.String(), true, false)
	x.activity = x.blob("insights-activity-logs/resourceId="+strings.ToUpper(w.azure.scope()), true, false)
	x.vault = x.blob("insights-logs-auditevent/resourceId="+strings.ToUpper(w.azure.vaultID()), false, false)
	x.calls = x.blob("insights-logs-microsoftgraphactivitylogs/tenantId="+w.tenant.String(), true, false)
	x.exchange = &search{path: x.unifiedPath}
	x.directory = &blobs{path: x.managementPath, span: 7 * day, lines: true}
	x.alerts = &table{path: filepath.Join(dir, "LogAnalytics", "SecurityAlert.csv")}
	return x
}

func (x *exports) graph(stem, context string) *pages {
	return &pages{dir: filepath.Join(x.dir, "Graph", stem), stem: stem, context: context}
}

// blob returns the blobs of one log: hourly as in life for a day or two, daily
// for longer.
func (x *exports) blob(root string, lines, zip bool) *blobs {
	span := day
	if x.world.o.Days <= 2 {
		span = hour
	}
	path := func(from instant) string {
		t := from.time()
		name := "PT1H.json"
		if zip && t.YearDay()%3 == 0 {
			name += ".gz"
		}
		return filepath.Join(x.dir, filepath.FromSlash(root), t.Format("y=2006/m=01/d=02/h=15/m=00"), name)
	}
	return &blobs{path: path, span: span, lines: lines}
}

func (x *exports) unifiedPath(part int) string {
	return filepath.Join(x.dir, "UnifiedAuditLog", "UAL-"+string(appendDigits(nil, part, 3))+".csv")
}

func (x *exports) managementPath(from instant) string {
	return filepath.Join(x.dir, "UnifiedAuditLog", "Audit.AzureActiveDirectory-"+from.time().Format("20060102")+".jsonl")
}

// wants says whether e is being written, and counts a record of it if so.
func (x *exports) wants(e Export) bool {
	if x.err != nil || !x.on[e] {
		return false
	}
	x.count[e]++
	return true
}

func (x *exports) keep(err error) {
	if x.err == nil {
		x.err = err
	}
}

func (x *exports) close() error {
	if !x.world.o.Formats.OneSignInFile {
		x.finish(InteractiveSignIns, x.interactive)
	}
	x.finish(DirectoryAudits, x.audits)
	x.finish(RiskDetections, x.detections)
	x.finish(RiskyUsers, x.riskyUsers)
	x.finish(UnifiedAuditLog, x.exchange)
	x.finish(SecurityAlerts, x.alerts)
	for _, b := range []*blobs{x.quiet, x.services, x.activity, x.vault, x.calls, x.directory} {
		x.err = errors.Join(x.err, b.close())
	}
	if x.single != nil {
		x.err = errors.Join(x.err, x.single.close())
	}
	return x.err
}

// finish writes what out still holds, unless something went wrong before.
func (x *exports) finish(e Export, out interface{ close() error }) {
	if x.on[e] && x.err == nil {
		x.keep(out.close())
	}
}

// signIn writes a sign-in of a person to wherever those go.
func (x *exports) signIn(s *signIn) {
	e := NonInteractiveSignIns
	if s.interactive {
		e = InteractiveSignIns
	}
	if !x.wants(e) {
		return
	}
	pad := x.world.o.PadTo
	switch {
	case x.world.o.Formats.OneSignInFile:
		x.keep(x.append(x.diagnostic(s, pad)))
	case s.interactive:
		x.buf = s.append(x.buf[:0], x, false, pad)
		x.keep(x.interactive.add(x.buf))
	default:
		x.keep(x.quiet.add(s.at, x.diagnostic(s, pad)))
	}
}

func (x *exports) append(line []byte) error {
	if x.single == nil {
		f, err := create(filepath.Join(x.dir, "signins.jsonl"))
		if err != nil {
			return err
		}
		x.single = f
	}
	return x.single.write(line, []byte("\n"))
}

// diagnostic returns s as a diagnostic settings record, in x.buf.
func (x *exports) diagnostic(s *signIn, pad int) []byte {
	category := "NonInteractiveUserSignInLogs"
	if s.interactive {
		category = "SignInLogs"
	}
	_, name, _ := s.account()
	reason := ""
	if s.code != 0 {
		reason, _ = failure(s.code)
	}
	o := x.envelope(s.at, category, s.net, s.correlation, s.code, reason, name)
	o.b = s.append(o.b, x, true, pad)
	o.close()
	x.buf = o.b
	return x.buf
}

// envelope begins a diagnostic settings record of a sign-in, up to its
// properties.
func (x *exports) envelope(at instant, category string, net *network, correlation guid, code int, description, identity string) *object {
	o := &object{b: x.buf[:0]}
	o.open().key("time")
	o.b = append(x.calendar.ticks(append(o.b, '"'), at), "Z\""...)
	o.key("resourceId")
	o.b = append(x.world.tenant.append(append(o.b, `"/tenants/`...)), `/providers/Microsoft.aadiam"`...)
	o.text("operationName", "Sign-in activity").text("operationVersion", "1.0").text("category", category).id("tenantId", x.world.tenant)
	o.key("resultType")
	o.b = append(o.b, '"')
	o.b = appendDecimal(o.b, code)
	o.b = append(o.b, '"')
	o.text("resultSignature", "None")
	if description != "" {
		o.text("resultDescription", description)
	}
	o.number("durationMs", 0).text("callerIpAddress", net.ip).id("correlationId", correlation)
	o.text("identity", identity).number("Level", 4).text("location", net.place.country)
	return o.key("properties")
}

func (x *exports) serviceSignIn(s *serviceSignIn) {
	if !x.wants(ServicePrincipalSignIns) {
		return
	}
	o := x.envelope(s.at, "ServicePrincipalSignInLogs", s.net, s.correlation, 0, "", "")
	o.b = s.append(o.b, x)
	o.close()
	x.buf = o.b
	x.keep(x.services.add(s.at, x.buf))
}

func (x *exports) vaultResource() string {
	return strings.ToUpper(x.world.azure.vaultID())
}

// counts returns how many records each export holds.
func (x *exports) counts() []Count {
	var list []Count
	for _, e := range Exports() {
		if x.on[e] {
			list = append(list, Count{Export: e, Records: x.count[e]})
		}
	}
	return slices.Clip(list)
}

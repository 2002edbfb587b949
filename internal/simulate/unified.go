package simulate

import (
	"bytes"
	"errors"
)

// An auditData is one record of the Unified Audit Log.
type auditData struct {
	at        instant
	id        guid
	operation string
	kind      recordKind
	result    string
	user      string // as this workload writes it
	key       string
	userType  int
	ip        string // empty: none
	object    string // ObjectId
	rest      []byte // the members that only some operations have, each with a comma before it
}

// A recordKind is a kind of record: its number, its name and its workload.
type recordKind struct {
	number         int
	name, workload string
}

func exchangeAdmin() recordKind { return recordKind{1, "ExchangeAdmin", "Exchange"} }
func exchangeItems() recordKind { return recordKind{50, "ExchangeItemAggregated", "Exchange"} }
func fileOperation() recordKind { return recordKind{6, "SharePointFileOperation", "SharePoint"} }
func tokenService() recordKind {
	return recordKind{15, "AzureActiveDirectoryStsLogon", "AzureActiveDirectory"}
}

func (a *auditData) when() instant { return a.at }

func (a *auditData) write(x *exports) { x.unified(a) }

// append appends the AuditData: its time has no zone, and is UTC.
func (a *auditData) append(b []byte, x *exports) []byte {
	o := object{b: b}
	o.open().key("CreationTime")
	o.b = append(x.calendar.seconds(append(o.b, '"'), a.at), '"')
	o.id("Id", a.id).text("Operation", a.operation).id("OrganizationId", x.world.tenant).number("RecordType", a.kind.number)
	o.text("ResultStatus", a.result).text("UserKey", a.key).number("UserType", a.userType).number("Version", 1).text("Workload", a.kind.workload)
	if a.ip != "" {
		o.text("ClientIP", a.ip)
	}
	if a.object != "" {
		o.text("ObjectId", a.object)
	}
	o.text("UserId", a.user)
	o.b = append(o.b, a.rest...)
	return o.close().b
}

// unified writes a to the export of its workload: Search-UnifiedAuditLog for
// mail and files, the management API's content for the directory.
func (x *exports) unified(a *auditData) {
	if !x.wants(UnifiedAuditLog) {
		return
	}
	x.buf = a.append(x.buf[:0], x)
	if a.kind == tokenService() {
		x.keep(x.directory.add(a.at, x.buf))
		return
	}
	x.keep(x.exchange.add(a, x))
}

// A search is the output of repeated Search-UnifiedAuditLog calls. Each call
// numbers its results and says how many there were, so one call's results are
// kept until it ends.
type search struct {
	path  func(part int) string
	part  int
	file  *file
	rows  int // in file
	from  instant
	calls []call
	text  []byte
}

// A call is one result, but for its number: where its row is in text, and
// where in that the number goes.
type call struct {
	start, number, end int
}

const (
	searchSize = 1000    // results of a call
	searchFile = 250_000 // rows of a file
	searchSpan = 6 * hour
)

func (s *search) add(a *auditData, x *exports) error {
	if from := a.at - a.at%searchSpan; from != s.from || len(s.calls) == searchSize {
		if err := s.flush(); err != nil {
			return err
		}
		s.from = from
	}
	c := call{start: len(s.text)}
	s.text = append(append(append(s.text, '"'), a.kind.name...), `","`...)
	s.text = append(x.calendar.american(s.text, a.at, " ", false), `","`...)
	s.text = append(append(s.text, a.user...), `","`...)
	s.text = append(append(s.text, a.operation...), `","`...)
	s.text = append(appendQuotes(s.text, x.buf), '"', ',')
	c.number = len(s.text)
	s.text = append(a.id.append(append(s.text, `,"`...)), "\",\"True\",\"Unchanged\"\r\n"...)
	c.end = len(s.text)
	s.calls = append(s.calls, c)
	return nil
}

// appendQuotes appends text as it stands inside a quoted CSV field.
func appendQuotes(b, text []byte) []byte {
	for {
		i := bytes.IndexByte(text, '"')
		if i < 0 {
			return append(b, text...)
		}
		b = append(append(b, text[:i+1]...), '"')
		text = text[i+1:]
	}
}

func (s *search) flush() error {
	if err := s.open(); err != nil {
		return err
	}
	var number []byte
	for i, c := range s.calls {
		number = append(appendDecimal(append(number[:0], '"'), i+1), `","`...)
		number = append(appendDecimal(number, len(s.calls)), '"')
		if err := s.file.write(s.text[c.start:c.number], number, s.text[c.number:c.end]); err != nil {
			return err
		}
	}
	s.rows += len(s.calls)
	s.calls, s.text = s.calls[:0], s.text[:0]
	return nil
}

// open makes sure that there is a file with room.
func (s *search) open() error {
	if s.file != nil && s.rows+len(s.calls) <= searchFile {
		return nil
	}
	if s.file != nil {
		if err := s.file.close(); err != nil {
			return err
		}
	}
	s.part, s.rows = s.part+1, 0
	f, err := create(s.path(s.part))
	if err != nil {
		return err
	}
	s.file = f
	return f.write([]byte("\"RecordType\",\"CreationDate\",\"UserIds\",\"Operations\",\"AuditData\",\"ResultIndex\",\"ResultCount\",\"Identity\",\"IsValid\",\"ObjectState\"\r\n"))
}

func (s *search) close() error {
	err := s.flush()
	if s.file == nil {
		return err
	}
	return errors.Join(err, s.file.close())
}

// unified returns the Unified Audit Log's own record of s.
func (s *signIn) unified() *auditData {
	upn, _, id := s.account()
	a := &auditData{at: s.at, operation: "UserLoggedIn", kind: tokenService(), result: "Success", user: upn, key: id, ip: s.net.ip, object: s.app.resourceID}
	a.id = s.id
	a.id[0] ^= 0xff // an id of its own; IntraSystemId is the sign-in's
	if s.code != 0 {
		a.operation, a.result = "UserLoginFailed", "Failed"
	}
	o := object{b: []byte{'{'}}
	o.number("AzureActiveDirectoryEventType", 1).raw("ExtendedProperties", "["+nameValue("ResultStatusDetail", a.result)+
		","+nameValue("UserAgent", s.agent())+","+nameValue("RequestType", "Login:login")+"]").raw("ModifiedProperties", "[]")
	o.raw("Actor", `[{"ID":`+quote(id)+`,"Type":0},{"ID":`+quote(upn)+`,"Type":5}]`).text("ActorIpAddress", s.net.ip)
	o.id("InterSystemsId", s.correlation).id("IntraSystemId", s.id).text("SupportTicketId", "")
	o.raw("Target", `[{"ID":`+quote(s.app.resourceID)+`,"Type":0}]`).text("ApplicationId", s.app.id)
	o.raw("DeviceProperties", "["+nameValue("OS", s.device.os)+","+nameValue("BrowserType", s.device.browser)+","+nameValue("SessionId", s.session.String())+"]")
	o.key("ErrorNumber")
	o.b = append(appendDecimal(append(o.b, '"'), s.code), '"')
	a.rest = members(&o)
	return a
}

// members returns the members of an open object, each with a comma before it.
func members(o *object) []byte {
	o.b[0] = ','
	return o.b
}

func nameValue(name, value string) string {
	return `{"Name":` + quote(name) + `,"Value":` + quote(value) + `}`
}

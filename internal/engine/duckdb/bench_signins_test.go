package duckdb

import (
	"context"
	"fmt"
	"strconv"
	"testing"

	"github.com/conshelf/conshelf/internal/engine"
	"github.com/conshelf/conshelf/internal/schema"
	"github.com/conshelf/conshelf/kql/types"
)

// firstSignIn is the time of the first simulated sign-in, and signInDays the
// days that they are spread over.
const (
	firstSignIn = 639_028_224_000_000_000 // 2026-01-01
	signInDays  = 30
)

// A dice gives numbers that depend on a seed alone.
type dice uint64

func (d *dice) next() uint64 {
	*d += 0x9e3779b97f4a7c15
	z := uint64(*d)
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return z ^ z>>31
}

func (d *dice) below(n int) int { return int(d.next() % uint64(n)) }

// oneIn is true once in n times.
func (d *dice) oneIn(n int) bool { return d.below(n) == 0 }

// A signInLog simulates the rows of SigninLogs.
type signInLog struct {
	rows    int
	batch   *engine.Batch
	columns map[string]int
	text    []byte
}

func newSignInLog(rows int) *signInLog {
	l := &signInLog{rows: rows, batch: engine.NewBatch("SigninLogs"), columns: map[string]int{}}
	table, _ := schema.Lookup("SigninLogs")
	for _, c := range table.Columns {
		l.columns[c.Name] = l.batch.Column(c)
	}
	return l
}

func (l *signInLog) set(column, text string) {
	l.text = append(l.text[:0], text...)
	l.batch.Vectors[l.columns[column]].SetText(l.text)
}

func (l *signInLog) setf(column, format string, args ...any) {
	l.text = fmt.Appendf(l.text[:0], format, args...)
	l.batch.Vectors[l.columns[column]].SetText(l.text)
}

func (l *signInLog) long(column string, n int64) {
	l.batch.Vectors[l.columns[column]].SetInt(n)
}

// load takes the rows in, a million to a transaction.
func (l *signInLog) load(ctx context.Context, b *testing.B, e *Engine) {
	b.Helper()
	const most = 1_000_000
	for from := 0; from < l.rows; from += most {
		open, err := e.Begin(ctx)
		if err != nil {
			b.Fatal(err)
		}
		for i := from; i < min(l.rows, from+most); i += engine.BatchRows {
			l.batch.Reset()
			for k := i; k < min(l.rows, from+most, i+engine.BatchRows); k++ {
				l.row(k)
			}
			if err := open.Append(ctx, l.batch); err != nil {
				b.Fatal(err)
			}
		}
		if err := open.Commit(ctx); err != nil {
			b.Fatal(err)
		}
	}
}

// A place is where people sign in from.
type place struct {
	country, state, city string
	lat, lon             float64
}

// places are invented coordinates; the first is where most people are.
var places = [...]place{
	{"NL", "Noord-Holland", "Amsterdam", 52.37, 4.9},
	{"NL", "Zuid-Holland", "Rotterdam", 51.92, 4.48},
	{"DE", "Berlin", "Berlin", 52.52, 13.4},
	{"US", "Washington", "Seattle", 47.61, -122.33},
	{"GB", "England", "London", 51.51, -0.13},
	{"FR", "Île-de-France", "Paris", 48.85, 2.35},
	{"BR", "São Paulo", "São Paulo", -23.55, -46.63},
	{"NG", "Lagos", "Lagos", 6.52, 3.38},
	{"JP", "Tokyo", "Tokyo", 35.68, 139.69},
}

// apps are the names that people sign in to, with their ids.
var apps = [...][2]string{
	{"Office 365 Exchange Online", "00000002-0000-0ff1-ce00-000000000000"},
	{"Microsoft Teams", "1fec8e78-bce4-4aaf-ab1b-5451cc387264"},
	{"Azure Portal", "c44b4083-3bb0-49c1-b47d-974e53cbdf3c"},
	{"Contoso Payroll", "11111111-2222-3333-4444-555555555555"},
	{"Microsoft Azure CLI", "04b07795-8ddb-461a-bbee-02f9e1bf7b46"},
	{"SharePoint Online", "00000003-0000-0ff1-ce00-000000000000"},
}

var agents = [...]string{
	"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/%d.0.0.0 Safari/537.36 Edg/%[1]d.0.0.0",
	"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/%d.1 Safari/605.1.15",
	"Mozilla/5.0 (iPhone; CPU iPhone OS 17_4 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/%d.4 Mobile/15E148",
	"python-requests/2.%d.0", "Microsoft Office/16.0 (Windows NT 10.0; Microsoft Outlook 16.0.%d; Pro)",
}

// results are error codes of sign-ins, the first of success.
var results = [...][2]string{
	{"0", "Other."},
	{"50126", "Error validating credentials due to invalid username or password."},
	{"50053", "Account is locked because user tried to sign in too many times."},
	{"50074", "Strong Authentication is required."},
	{"53003", "Access has been blocked by Conditional Access policies."},
}

var systems = [...]string{"Windows 10", "Windows 11", "MacOs", "Ios 17.4", "Android"}

// row sets the columns of sign-in i.
func (l *signInLog) row(i int) {
	d := dice(i)
	step := signInDays * types.TicksPerDay / int64(l.rows)
	at := firstSignIn + int64(i)*step + int64(d.below(int(step)))
	user := d.below(20_000)
	where, app, agent := places[0], apps[d.below(len(apps))], fmt.Sprintf(agents[d.below(len(agents))], 100+d.below(30))
	if d.oneIn(20) {
		where = places[d.below(len(places))]
	}
	result := results[0]
	if d.oneIn(8) {
		result = results[1+d.below(len(results)-1)]
	}
	l.people(&d, i, user)
	l.circumstances(&d, user, where, agent)
	l.outcome(&d, at, result)
	l.long("TimeGenerated", at)
	l.long("CreatedDateTime", at-int64(d.below(1e7)))
	l.long("DurationMs", int64(d.below(5000)))
	l.long("IsInteractive", int64(d.below(2)))
	l.set("AppDisplayName", app[0])
	l.set("AppId", app[1])
	l.set("ResourceDisplayName", apps[d.below(len(apps))][0])
	l.set("OperationName", "Sign-in activity")
	l.set("Category", "SignInLogs")
	l.set("Type", "SigninLogs")
	l.batch.EndRow(engine.Origin{File: 1, Record: int64(i + 1), Tenant: "00000000-0000-0000-0000-000000000001", Identity: engine.Identity{int64(d.next()), int64(i)}})
}

func (l *signInLog) people(d *dice, i, user int) {
	l.setf("UserPrincipalName", "user%d@contoso.com", user)
	l.setf("UserDisplayName", "User %d", user)
	l.setf("Identity", "User %d", user)
	l.setf("UserId", "0a0a0a0a-0000-0000-0000-%012d", user)
	l.setf("Id", "%08x-%04x-%04x-%04x-%012x", uint32(d.next()), uint16(d.next()), uint16(d.next()), uint16(d.next()), i)
	l.setf("CorrelationId", "%08x-%04x-%04x-%04x-%012x", uint32(d.next()), uint16(d.next()), uint16(d.next()), uint16(d.next()), i)
	l.set("UserType", "Member")
	l.set("AADTenantId", "00000000-0000-0000-0000-000000000001")
}

func (l *signInLog) circumstances(d *dice, user int, where place, agent string) {
	l.setf("IPAddress", "203.0.%d.%d", user%200, d.below(40))
	l.set("Location", where.country)
	l.set("UserAgent", agent)
	l.set("ClientAppUsed", [...]string{"Browser", "Mobile Apps and Desktop clients", "IMAP4", "Exchange ActiveSync"}[d.below(4)])
	l.setf("LocationDetails", `{"city":"%s","state":"%s","countryOrRegion":"%s","geoCoordinates":{"latitude":%s,"longitude":%s}}`, where.city, where.state, where.country,
		strconv.FormatFloat(where.lat, 'g', -1, 64), strconv.FormatFloat(where.lon, 'g', -1, 64))
	system := systems[user%len(systems)]
	if user%3 == 0 {
		l.setf("DeviceDetail", `{"deviceId":"","operatingSystem":"%s","browser":"Edge %d"}`, system, 100+user%30)
	} else {
		l.setf("DeviceDetail", `{"deviceId":"0d0d0d0d-0000-0000-0000-%012d","displayName":"PC-%d","operatingSystem":"%s","browser":"Chrome %d","isCompliant":%t,"isManaged":true,"trustType":"Azure AD joined"}`,
			user, user, system, 100+user%30, user%4 != 0)
	}
	l.setf("AutonomousSystemNumber", "%d", 64500+user%20)
}

func (l *signInLog) outcome(d *dice, at int64, result [2]string) {
	l.set("ResultType", result[0])
	l.set("ResultDescription", result[1])
	l.setf("Status", `{"errorCode":%s,"failureReason":"%s","additionalDetails":"%s"}`, result[0], result[1], [...]string{"", "MFA requirement satisfied by claim in the token"}[d.below(2)])
	first, second := "notApplied", "success"
	if result[0] == "53003" {
		second = "failure"
	}
	if d.oneIn(3) {
		first = "success"
	}
	l.setf("ConditionalAccessPolicies", `[{"id":"00000000-0000-0000-0001-000000000001","displayName":"CA001 Require MFA for admins","enforcedGrantControls":["Mfa"],"enforcedSessionControls":[],"result":"%s"},`+
		`{"id":"00000000-0000-0000-0001-000000000002","displayName":"CA002 Block legacy authentication","enforcedGrantControls":["Block"],"enforcedSessionControls":[],"result":"%s"},`+
		`{"id":"00000000-0000-0000-0001-000000000003","displayName":"CA003 Require compliant device","enforcedGrantControls":["RequireCompliantDevice"],"enforcedSessionControls":[],"result":"reportOnlyNotApplied"}]`, first, second)
	l.set("ConditionalAccessStatus", second)
	l.set("AuthenticationRequirement", [...]string{"singleFactorAuthentication", "multiFactorAuthentication"}[d.below(2)])
	when := types.FormatDateTime(at)
	l.setf("AuthenticationDetails", `[{"authenticationStepDateTime":"%s","authenticationMethod":"Password","authenticationMethodDetail":"Password Hash Sync","succeeded":%t,"authenticationStepResultDetail":"%s","authenticationStepRequirement":"Primary authentication"},`+
		`{"authenticationStepDateTime":"%[1]s","authenticationMethod":"Previously satisfied","succeeded":true,"authenticationStepResultDetail":"MFA requirement satisfied by claim in the token","authenticationStepRequirement":""}]`,
		when, result[0] != "50126", result[1])
	l.set("RiskLevelDuringSignIn", [...]string{"none", "none", "none", "low", "medium", "high"}[d.below(6)])
	l.set("RiskState", "none")
	l.set("TokenIssuerType", "AzureAD")
	l.setf("MfaDetail", `{"authMethod":"%s","authDetail":"+XX XXXXXXX%02d"}`, [...]string{"Text message", "Mobile app notification"}[d.below(2)], d.below(100))
}

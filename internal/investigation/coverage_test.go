package investigation

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/conshelf/conshelf/internal/incident"
	"github.com/conshelf/conshelf/rules"
)

// A signIn is a record of an invented tenant's diagnostic settings.
type signIn struct {
	at     time.Time
	n      int
	user   string
	error  int
	status string // of Conditional Access
	policy bool   // is named
	risk   string
	tenant string
}

func (s signIn) line() string {
	policies := "[]"
	if s.policy {
		policies = `[{"id":"1","displayName":"Require MFA","result":"success"}]`
	}
	if s.tenant == "" {
		s.tenant = "11111111-1111-4111-8111-111111111111"
	}
	return fmt.Sprintf(`{"time":%q,"category":"SignInLogs","tenantId":%q,"resultType":"%d","operationName":"Sign-in activity",`+
		`"properties":{"id":"00000000-0000-4000-8000-%012d","createdDateTime":%[1]q,"userPrincipalName":%[5]q,"conditionalAccessStatus":%[6]q,`+
		`"appliedConditionalAccessPolicies":%s,"riskLevelDuringSignIn":%q,"status":{"errorCode":%[3]d}}}`,
		s.at.Format("2006-01-02T15:04:05.0000000Z"), s.tenant, s.error, s.n, s.user, s.status, policies, s.risk)
}

// signInLines are n of an hour, round the clock, which some change.
func signInLines(days, perHour, users int, change func(*signIn) bool) []string {
	first := time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC)
	var lines []string
	for i := range days * 24 * perHour {
		s := signIn{
			at: first.Add(time.Duration(i) * time.Hour / time.Duration(perHour)), n: i, user: fmt.Sprintf("user%d@contoso.com", i%users),
			status: "success", policy: true, risk: "none",
		}
		if i%10 == 0 {
			s.error = 50126
		}
		if change(&s) {
			lines = append(lines, s.line())
		}
	}
	return lines
}

// TestCoverageSaysWhatIsMissing loads evidence of which something is missing,
// each in its way, and compares what is said of the table of sign-ins.
func TestCoverageSaysWhatIsMissing(t *testing.T) {
	lost := func(from, to int) func(*signIn) bool {
		return func(s *signIn) bool {
			h := int(s.at.Sub(time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC)).Hours())
			return h < from || h >= to
		}
	}
	for _, c := range []struct {
		name  string
		lines []string
		users int64
		want  []string // of the gaps whose subject is SigninLogs: their reasons
	}{
		{"nothing", signInLines(7, 6, 30, func(*signIn) bool { return true }), 30, nil},
		{"a day", signInLines(14, 6, 30, lost(80, 104)), 30, []string{"no row for 24 hours, in which the same hours of other days let expect about 144"}},
		{"most of a morning", signInLines(10, 40, 30, func(s *signIn) bool { return lost(80, 90)(s) || s.n%20 == 1 }), 30, []string{
			"only 20 rows in 10 hours, in which the same hours of most other days let expect 400 at the least",
		}},
		{"policies", signInLines(7, 6, 30, func(s *signIn) bool { s.policy = false; return true }), 30, []string{
			"1,008 of 1,008 sign-ins that Conditional Access decided name no policy: whoever exported them may lack the permission Policy.Read.ConditionalAccess, or the format has no room for it",
		}},
		{"risk", signInLines(7, 6, 30, func(s *signIn) bool { s.risk = "hidden"; return true }), 30, []string{
			`the risk of 1,008 of 1,008 sign-ins is "hidden": the tenant has no licence of Entra ID P2`,
		}},
		{"failures", signInLines(7, 6, 30, func(s *signIn) bool { return s.error == 0 }), 27, []string{
			"none of 907 sign-ins failed: the export was most likely filtered to those that succeeded",
		}},
		{"successes", signInLines(14, 30, 30, func(s *signIn) bool { return s.error != 0 }), 3, []string{
			"all of 1,008 sign-ins failed: the export was most likely filtered to those that did",
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := t.TempDir()
			path := filepath.Join(dir, "signins.jsonl")
			writeFile(t, path, text(c.lines))
			held := openCase(t, filepath.Join(dir, "case"))
			load(t, held, path)
			s, err := held.Coverage(t.Context(), incident.Window{})
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, g := range s.Gaps {
				if g.Subject == "SigninLogs" {
					got = append(got, g.Reason)
				}
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Error(diff)
			}
			if len(s.Tables) != 1 || s.Tables[0].Rows != int64(len(c.lines)) || s.Tables[0].Users != c.users {
				t.Errorf("tables are %d, of %d rows and %d users", len(s.Tables), s.Tables[0].Rows, s.Tables[0].Users)
			}
		})
	}
}

// TestRowsOfNoWindow tells a table that nothing fed from one whose rows have no
// time, and from one whose rows lie outside the window.
func TestRowsOfNoWindow(t *testing.T) {
	dir := t.TempDir()
	writeFile(t, filepath.Join(dir, "rows.jsonl"), text([]string{
		`{"Type":"SigninLogs","TimeGenerated":"2026-03-02T08:00:00Z","Id":"1","ResultType":"0"}`,
		`{"Type":"SigninLogs","TimeGenerated":null,"Id":"2"}`,
		`{"Type":"AuditLogs","TimeGenerated":null,"Id":"3"}`,
		`{"Type":"OfficeActivity","TimeGenerated":"2026-01-02T08:00:00Z","OfficeId":"4"}`,
		`{"Type":"Door_CL","TimeGenerated":null,"Name_s":"front"}`,
	}))
	c := openCase(t, filepath.Join(dir, "case"))
	load(t, c, filepath.Join(dir, "rows.jsonl"))
	s, err := c.Coverage(t.Context(), incident.Window{From: time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, g := range s.Gaps {
		if slices.Contains([]string{"SigninLogs", "AuditLogs", "OfficeActivity", "AzureActivity", "Door_CL"}, g.Subject) {
			got = append(got, fmt.Sprintf("%s, %s: %s: %s", g.Kind, g.Subject, g.Reason, g.Consequence))
		}
	}
	const unseen = "and so lie in no window: no rule saw them; a query without --from and --to does"
	want := []string{
		"missing data, AuditLogs: 1 of its 1 rows have no TimeGenerated, " + unseen + "; directory changes were not looked at: new grants, credentials, roles and methods cannot be ruled out",
		"missing data, Door_CL: 1 of its 1 rows have no TimeGenerated, " + unseen,
		"missing data, OfficeActivity: none of its 1 rows with a time lies in the window: mail and files were not looked at: what was read, taken or forwarded cannot be said",
		"missing data, SigninLogs: 1 of its 2 rows have no TimeGenerated, " + unseen,
		"missing table, AzureActivity: no file of the evidence fed this table: Azure resource changes were not looked at",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// Sign-ins that do not say how they ended are neither failed nor well.
func TestSignInsWithoutAResult(t *testing.T) {
	dir := t.TempDir()
	var lines []string
	for i := range 250 {
		lines = append(lines, fmt.Sprintf(`{"Type":"SigninLogs","TimeGenerated":"2026-03-02T08:%02d:%02dZ","Id":"%d","UserPrincipalName":"adele@contoso.com"}`, i/60, i%60, i))
	}
	writeFile(t, filepath.Join(dir, "rows.jsonl"), text(lines))
	c := openCase(t, filepath.Join(dir, "case"))
	load(t, c, filepath.Join(dir, "rows.jsonl"))
	s, err := c.Coverage(t.Context(), incident.Window{})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, g := range s.Gaps {
		if g.Subject == "SigninLogs" {
			got = append(got, g.Reason)
		}
	}
	want := []string{"250 of 250 sign-ins do not say how they ended: ResultType is empty"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// TestCoverageOfFiles loads files that end where exports are cut, and pages.
func TestCoverageOfFiles(t *testing.T) {
	dir := t.TempDir()
	all := signInLines(14, 6, 30, func(*signIn) bool { return true })
	page := func(name string, lines []string, link string) {
		writeFile(t, filepath.Join(dir, name), `{"records":[`+strings.Join(lines, ",")+`]`+link+`}`)
	}
	const link = `,"@odata.nextLink":"https://graph.microsoft.com/v1.0/auditLogs/signIns?$skiptoken=x"`
	page("whole/1.json", all[:500], link)
	page("whole/2.json", all[500:510], "")
	page("cut/1.json", all[510:520], link)
	page("cut/2.json", all[520:530], link)
	writeFile(t, filepath.Join(dir, "capped.jsonl"), text(all[1000:2000]))
	c := openCase(t, filepath.Join(dir, "case"))
	load(t, c, filepath.Join(dir, "whole"), filepath.Join(dir, "cut"), filepath.Join(dir, "capped.jsonl"))
	s, err := c.Coverage(t.Context(), incident.Window{})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, g := range s.Gaps {
		if g.Kind == incident.GapLimit {
			got = append(got, strings.TrimPrefix(filepath.ToSlash(g.Subject), filepath.ToSlash(dir))+": "+g.Reason+" "+g.Window.From.Format(time.DateOnly))
		}
	}
	slices.Sort(got)
	want := []string{
		"/capped.jsonl: holds exactly 1,000 records, where a page of Microsoft Graph, or of the activity log, ends: it was most likely cut there, export it again in shorter windows 2026-03-08",
		"/cut/1.json: it names a next page (@odata.nextLink), and no file beside it is a last page 2026-03-05",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// TestCollectorsConfess loads a collector's log beside the evidence. What it
// says it lost is a gap; when it ran is not when something happened.
func TestCollectorsConfess(t *testing.T) {
	dir := t.TempDir()
	writeFile(t, filepath.Join(dir, "signins.jsonl"), text(signInLines(2, 2, 3, func(*signIn) bool { return true })))
	writeFile(t, filepath.Join(dir, "LogFile.txt"), "4/1/2026 5:00:00 AM: [INFO] Acquisition started\r\n"+
		"4/1/2026 5:00:02 AM: [WARNING] Max retries reached for window 2026-03-02T06:00:00Z -> 2026-03-02T07:00:00Z. Skipping\r\n")
	c := openCase(t, filepath.Join(dir, "case"))
	load(t, c, filepath.Join(dir, "signins.jsonl"), filepath.Join(dir, "LogFile.txt"))
	s, err := c.Coverage(t.Context(), incident.Window{})
	if err != nil {
		t.Fatal(err)
	}
	if s.Window.To.After(time.Date(2026, 3, 4, 0, 0, 0, 0, time.UTC)) {
		t.Errorf("the window ends %s, with the collector's work", s.Window.To)
	}
	for _, g := range s.Gaps {
		if strings.Contains(g.Reason, "Max retries reached") {
			if g.Kind != incident.GapLimit || !g.Window.From.Equal(time.Date(2026, 3, 2, 6, 0, 0, 0, time.UTC)) || !g.Window.To.Equal(time.Date(2026, 3, 2, 7, 0, 0, 0, time.UTC)) {
				t.Errorf("the gap is %+v", g)
			}
			return
		}
	}
	t.Error("what the collector confesses is no gap")
}

// TestGapsNameTheRulesTheyWeaken investigates evidence without a table that
// rules read.
func TestGapsNameTheRulesTheyWeaken(t *testing.T) {
	dir := t.TempDir()
	writeFile(t, filepath.Join(dir, "signins.jsonl"), text(signInLines(2, 2, 3, func(*signIn) bool { return true })))
	c := openCase(t, filepath.Join(dir, "case"))
	load(t, c, filepath.Join(dir, "signins.jsonl"))
	f, err := c.Find(t.Context(), Options{Rules: rules.FS()})
	if err != nil {
		t.Fatal(err)
	}
	for _, g := range f.Gaps {
		if g.Kind != incident.GapMissingTable || g.Subject != "AuditLogs" {
			continue
		}
		if len(g.Weakens) < 5 || !slices.IsSorted(g.Weakens) {
			t.Errorf("it weakens %q", g.Weakens)
		}
		return
	}
	t.Error("no gap for AuditLogs")
}

// TestTenantWithoutATable loads two tenants, of which one delivered audits.
func TestTenantWithoutATable(t *testing.T) {
	dir := t.TempDir()
	const other = "22222222-2222-4222-8222-222222222222"
	writeFile(t, filepath.Join(dir, "a.jsonl"), text(signInLines(2, 2, 3, func(*signIn) bool { return true })))
	writeFile(t, filepath.Join(dir, "b.jsonl"), text(append(signInLines(2, 2, 3, func(s *signIn) bool { s.tenant = other; return true }),
		`{"time":"2026-03-02T10:00:00Z","category":"AuditLogs","tenantId":"`+other+`","operationName":"Add user","properties":{"id":"x","activityDateTime":"2026-03-02T10:00:00Z","activityDisplayName":"Add user","category":"UserManagement"}}`)))
	c := openCase(t, filepath.Join(dir, "case"))
	load(t, c, filepath.Join(dir, "a.jsonl"), filepath.Join(dir, "b.jsonl"))
	s, err := c.Coverage(t.Context(), incident.Window{})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, g := range s.Gaps {
		if g.Subject == "AuditLogs" || g.Subject == "OfficeActivity" {
			got = append(got, g.Subject+" of "+g.Tenant)
		}
	}
	if diff := cmp.Diff([]string{"AuditLogs of 11111111-1111-4111-8111-111111111111", "OfficeActivity of "}, got); diff != "" {
		t.Error(diff)
	}
}

func text(lines []string) string { return strings.Join(lines, "\n") + "\n" }

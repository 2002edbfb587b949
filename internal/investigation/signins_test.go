package investigation

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/conshelf/conshelf/internal/condaccess"
	"github.com/conshelf/conshelf/internal/condaccess/replay"
	"github.com/conshelf/conshelf/internal/evidence"
	"github.com/conshelf/conshelf/internal/simulate"
	"github.com/conshelf/conshelf/kql/types"
)

// tenantPolicies are policies over what sign-ins differ in, one of which was
// changed in the middle of the log, and a user whose risk rose in it.
const tenantPolicies = `{"policies":[
{"id":"aaaaaaaa-0000-0000-0000-000000000001","displayName":"MFA","state":"enabled","modifiedDateTime":"2026-03-28T11:30:00Z","conditions":{"users":{"includeUsers":["All"]},"applications":{"includeApplications":["All"]},"clientAppTypes":["all"]},"grantControls":{"operator":"OR","builtInControls":["mfa"]}},
{"id":"aaaaaaaa-0000-0000-0000-000000000002","displayName":"Home","state":"enabled","conditions":{"users":{"includeUsers":["All"]},"applications":{"includeApplications":["All"]},"clientAppTypes":["all"],"locations":{"includeLocations":["All"],"excludeLocations":["dddddddd-0000-4000-8000-000000000001"]}},"grantControls":{"operator":"OR","builtInControls":["block"]}},
{"id":"aaaaaaaa-0000-0000-0000-000000000003","displayName":"Managed","state":"enabled","conditions":{"users":{"includeUsers":["All"]},"applications":{"includeApplications":["All"]},"clientAppTypes":["browser"],"platforms":{"includePlatforms":["windows"]}},"grantControls":{"operator":"OR","builtInControls":["compliantDevice"]}},
{"id":"aaaaaaaa-0000-0000-0000-000000000004","displayName":"Risk","state":"enabled","conditions":{"users":{"includeUsers":["All"]},"applications":{"includeApplications":["All"]},"userRiskLevels":["high"]},"grantControls":{"operator":"OR","builtInControls":["block"]}}],
"namedLocations":[{"id":"dddddddd-0000-4000-8000-000000000001","displayName":"Home","@odata.type":"#microsoft.graph.countryNamedLocation","countriesAndRegions":["DE"],"includeUnknownCountriesAndRegions":false,"countryLookupMethod":"clientIpAddress"}],
"riskyUsers":[{"userId":"USER","riskLevel":"high","riskState":"atRisk","riskLastUpdatedDateTime":"2026-03-29T09:00:00Z"}]}`

// Sign-ins that the engine groups come to what they come to one by one: in
// number, of each person, and against what the log recorded; and they are fewer.
func TestGroupedSignInsAreEqual(t *testing.T) {
	dir := t.TempDir()
	if _, err := simulate.Write(t.Context(), filepath.Join(dir, "export"), simulate.Options{Seed: 7, Users: 20, Days: 3, Attacks: []simulate.Attack{}}); err != nil {
		t.Fatal(err)
	}
	c, err := Open(t.Context(), filepath.Join(dir, "case"), openDuckDB)
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := c.Close(); err != nil {
			t.Error(err)
		}
	}()
	load(t, c, filepath.Join(dir, "export"))
	attackers := someOrigins(t, c)
	var l condaccess.Loader
	if err := l.Read("policies", []byte(strings.ReplaceAll(tenantPolicies, "USER", firstUser(t, c)))); err != nil {
		t.Fatal(err)
	}
	tenant := l.Tenant()
	alone, grouped := replay.New(condaccess.NewEvaluator(tenant, condaccess.Options{})), replay.New(condaccess.NewEvaluator(tenant, condaccess.Options{}))
	ones := oneByOne(t, c, attackers, alone)
	o := SignInOptions{Attackers: attackers}
	o.Moments, o.Users = replay.Apart([]*condaccess.Tenant{tenant}, nil)
	groups := 0
	read, err := c.SignIns(t.Context(), o, func(_ evidence.Origin, rec *replay.Record) error {
		groups++
		rec.Recorded = append(rec.Recorded, recordedOf(rec)...)
		grouped.Add(rec)
		return nil
	})
	if err != nil || read.Unread > 0 {
		t.Fatal(read, err)
	}
	if diff := cmp.Diff(toldBy(alone), toldBy(grouped)); diff != "" {
		t.Errorf("grouped sign-ins come to another result (- alone, + grouped):\n%s", diff)
	}
	if len(alone.Meetings()) == 0 || len(alone.Agreements()) == 0 || len(alone.Malicious()) == 0 || len(alone.Strangers()) == 0 {
		t.Error("nothing was compared")
	}
	if groups*2 > ones {
		t.Errorf("%d sign-ins are %d groups", ones, groups)
	}
	t.Logf("%d sign-ins, %d groups", ones, groups)
}

// recordedOf is something that a log could have recorded of the policies, beside
// what the simulated one did of its own.
func recordedOf(rec *replay.Record) []condaccess.Recorded {
	return []condaccess.Recorded{{ID: "aaaaaaaa-0000-0000-0000-000000000001", Result: condaccess.Success, Conditions: true}, {
		ID: "aaaaaaaa-0000-0000-0000-000000000003", Result: condaccess.NotApplied, Conditions: true,
		NotSatisfied: map[bool]condaccess.LogConditions{true: condaccess.LogClientType, false: condaccess.LogDevicePlatform}[rec.SignIn.Client == "browser"],
	}}
}

// toldBy is all that a replay tells, as text.
func toldBy(r *replay.Replay) []string {
	out := []string{fmt.Sprintf("%+v", r.Result())}
	for _, m := range r.Meetings() {
		out = append(out, fmt.Sprint(m.Policy.Name, " ", m.User, " ", m.App, " ", m.Count, m.Certain, m.First, m.Last))
	}
	for _, a := range r.Agreements() {
		out = append(out, fmt.Sprint(a.Policy.Name, a.Matrix, a.Equal, a.Different, a.Unknown, a.ChangedSince, a.Conditions))
	}
	for _, s := range r.Strangers() {
		out = append(out, fmt.Sprintf("%+v", s))
	}
	for _, x := range r.Malicious() {
		out = append(out, fmt.Sprint(x.Record.SignIn.ID, x.Record.SignIn.Time, x.Record.User, x.Outcome))
	}
	return out
}

// oneByOne adds every sign-in by itself, with all that its row says.
func oneByOne(t *testing.T, c *Case, attackers map[evidence.Origin]bool, r *replay.Replay) (n int) {
	t.Helper()
	for _, table := range SignInTables() {
		if found, err := c.has(t.Context(), table); err != nil || !found {
			t.Fatal(table, found, err)
		}
		err := c.rows(t.Context(), table+" | sort by coalesce(CreatedDateTime, TimeGenerated) asc, Id asc | project Row = pack_all()", true, func(row []types.Value) error {
			rec, err := replay.ReadRecord([]byte(row[0].Text))
			if err != nil {
				return err
			}
			origin, err := firstOrigin(row)
			if err != nil {
				return err
			}
			n++
			rec.Malicious, rec.Recorded = attackers[origin], append(rec.Recorded, recordedOf(rec)...)
			r.Add(rec)
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return n
}

// someOrigins are a few records to take for an attacker's.
func someOrigins(t *testing.T, c *Case) map[evidence.Origin]bool {
	t.Helper()
	out := make(map[evidence.Origin]bool)
	if err := c.rows(t.Context(), "SigninLogs | where hash(Id, 40) == 1 | project Id", true, func(row []types.Value) error {
		origin, err := firstOrigin(row)
		out[origin] = true
		return err
	}); err != nil {
		t.Fatal(err)
	}
	return out
}

func firstUser(t *testing.T, c *Case) (id string) {
	t.Helper()
	if err := c.rows(t.Context(), "SigninLogs | summarize count() by UserId | top 1 by count_ desc | project UserId", false, func(row []types.Value) error {
		id = row[0].Text
		return nil
	}); err != nil || id == "" {
		t.Fatal(id, err)
	}
	return id
}

// BenchmarkReplaySignIns replays the sign-ins of a tenant from a case, grouped.
func BenchmarkReplaySignIns(b *testing.B) {
	dir := b.TempDir()
	if _, err := simulate.Write(b.Context(), filepath.Join(dir, "export"), simulate.Options{Seed: 7, Users: 20, Days: 3, Attacks: []simulate.Attack{}}); err != nil {
		b.Fatal(err)
	}
	c, err := Open(b.Context(), filepath.Join(dir, "case"), openDuckDB)
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = c.Close() }() // it was only read
	if _, err := c.Ingest(b.Context(), []string{filepath.Join(dir, "export")}, IngestOptions{}); err != nil {
		b.Fatal(err)
	}
	var l condaccess.Loader
	if err := l.Read("policies", []byte(tenantPolicies)); err != nil {
		b.Fatal(err)
	}
	tenant := l.Tenant()
	var rows int
	began := time.Now()
	for b.Loop() {
		r := replay.New(condaccess.NewEvaluator(tenant, condaccess.Options{}))
		if _, err := c.SignIns(b.Context(), SignInOptions{}, func(_ evidence.Origin, rec *replay.Record) error {
			r.Add(rec)
			return nil
		}); err != nil {
			b.Fatal(err)
		}
		rows += r.Result().Legitimate.Records
	}
	b.ReportMetric(float64(rows)/time.Since(began).Seconds(), "rows/s")
}

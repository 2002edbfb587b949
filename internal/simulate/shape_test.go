package simulate

import (
	"encoding/json"
	"math"
	"math/big"
	"strconv"
	"strings"
	"testing"
	"time"
)

// TestShapes checks the traps of the real shapes on one tenant.
func TestShapes(t *testing.T) {
	dir, _ := simulated(t, small(1))
	files, records := contents(t, dir), read(t, dir)
	t.Run("SecretsActivityIsWrittenAsInLife", func(t *testing.T) { secretsActivityIsWrittenAsInLife(t, records) })
	t.Run("RoleIsAPropertyOfTheMember", func(t *testing.T) { roleIsAPropertyOfTheMember(t, records) })
	t.Run("ModifiedPropertiesAreJSONInStrings", func(t *testing.T) { modifiedPropertiesAreJSONInStrings(t, records) })
	t.Run("SearchResultsAreNumbered", func(t *testing.T) { searchResultsAreNumbered(t, files) })
	t.Run("SomeBlobsAreCompressed", func(t *testing.T) { someBlobsAreCompressed(t, files) })
	t.Run("DetectionsJoinSignIns", func(t *testing.T) { detectionsJoinSignIns(t, records) })
}

// The activity's name has an en dash and ends in a space; with a hyphen, or
// trimmed, no rule that knows the real name would match.
func secretsActivityIsWrittenAsInLife(t *testing.T, records map[Export][]found) {
	t.Helper()
	count := 0
	for _, r := range records[DirectoryAudits] {
		if r.text("activityDisplayName") == "Update application – Certificates and secrets management " {
			count++
		}
	}
	if count != 2 {
		t.Errorf("%d records have the activity, want the attacker's and the rotation", count)
	}
}

// The role of a membership record is a property of its first target, who is
// the member, and its name is JSON inside a string.
func roleIsAPropertyOfTheMember(t *testing.T, records map[Export][]found) {
	t.Helper()
	names := make(map[string]int)
	for _, r := range records[DirectoryAudits] {
		if r.text("activityDisplayName") != "Add member to role" {
			continue
		}
		member := r["targetResources"].([]any)[0].(map[string]any)
		if member["type"] != "User" || member["userPrincipalName"] == nil {
			t.Errorf("the first target is %v, want a user", member)
		}
		for _, p := range member["modifiedProperties"].([]any) {
			p := p.(map[string]any)
			if p["displayName"] != "Role.DisplayName" {
				continue
			}
			var name string
			if err := json.Unmarshal([]byte(p["newValue"].(string)), &name); err != nil {
				t.Errorf("newValue %v is not JSON in a string: %v", p["newValue"], err)
			}
			names[name]++
		}
	}
	if len(names) != 2 || names["Reports Reader"] != 1 {
		t.Errorf("roles granted are %v, want one that only reads reports and one of the attacker's", names)
	}
}

// Old and new values of modified properties are JSON in a string, all of them.
func modifiedPropertiesAreJSONInStrings(t *testing.T, records map[Export][]found) {
	t.Helper()
	checked := 0
	for _, r := range records[DirectoryAudits] {
		for _, target := range r["targetResources"].([]any) {
			for _, p := range target.(map[string]any)["modifiedProperties"].([]any) {
				for _, key := range []string{"oldValue", "newValue"} {
					if s, ok := p.(map[string]any)[key].(string); ok {
						checked++
						if !json.Valid([]byte(s)) {
							t.Errorf("%s: %s is not JSON", key, s)
						}
					}
				}
			}
		}
	}
	if checked == 0 {
		t.Error("no modified property was found")
	}
}

// Each search numbers its results from one and says how many there were; the
// outer time is American, and the inner has no zone.
func searchResultsAreNumbered(t *testing.T, files map[string][]byte) {
	t.Helper()
	expected, of := 1, 0
	for name, b := range files {
		if !strings.HasSuffix(name, "UAL-001.csv") {
			continue
		}
		for _, r := range readSearch(t, name, b) {
			row := found(r["row"].(map[string]any))
			if row.text("ResultIndex") != strconv.Itoa(expected) || expected > 1 && row.text("ResultCount") != strconv.Itoa(of) {
				t.Fatalf("result %s of %s, want %d of %d", row.text("ResultIndex"), row.text("ResultCount"), expected, of)
			}
			of, _ = strconv.Atoi(row.text("ResultCount"))
			if expected++; expected > of {
				expected = 1
			}
			outer, err := time.Parse("1/2/2006 3:04:05 PM", row.text("CreationDate"))
			if err != nil {
				t.Fatal(err)
			}
			inner, err := time.Parse("2006-01-02T15:04:05", r.text("CreationTime"))
			if err != nil || !inner.Equal(outer) {
				t.Fatalf("CreationTime %s is not CreationDate %s: %v", r.text("CreationTime"), row.text("CreationDate"), err)
			}
			if row.text("Identity") != r.text("Id") {
				t.Fatalf("Identity %s is not Id %s", row.text("Identity"), r.text("Id"))
			}
		}
	}
	if of == 0 || expected != 1 {
		t.Errorf("the last search ends at %d of %d", expected-1, of)
	}
}

// Every page but the last has a next link, and the last has none.
func TestOnlyTheLastPageHasNoNextLink(t *testing.T) {
	o := small(1)
	o.Users = 60
	dir, _ := simulated(t, o)
	pages, linked := 0, 0
	for name, b := range contents(t, dir) {
		if strings.HasPrefix(name, "Graph/SignIns/") {
			pages++
			linked += strings.Count(string(b), `"@odata.nextLink"`)
		}
	}
	if pages < 2 || linked != pages-1 {
		t.Errorf("%d of %d pages have a next link, want all but one of at least 2", linked, pages)
	}
}

// resultType is a string in diagnostic settings, and agrees with the status.
func TestResultTypeIsAString(t *testing.T) {
	o := small(1)
	o.Days, o.Formats = 3, Formats{Exports: []Export{InteractiveSignIns}, OneSignInFile: true}
	dir, _ := simulated(t, o)
	for _, r := range readLines(t, "signins.jsonl", contents(t, dir)["signins.jsonl"]) {
		code := lift(r)["status"].(map[string]any)["errorCode"].(float64)
		if r["resultType"] != strconv.Itoa(int(code)) {
			t.Fatalf("resultType is %v, want %q", r["resultType"], strconv.Itoa(int(code)))
		}
	}
}

// Some blobs are compressed and some are not.
func someBlobsAreCompressed(t *testing.T, files map[string][]byte) {
	t.Helper()
	plain, zipped := 0, 0
	for name := range files {
		if strings.HasPrefix(name, "insights-logs-noninteractive") {
			if strings.HasSuffix(name, ".gz") {
				zipped++
			} else {
				plain++
			}
		}
	}
	if plain == 0 || zipped == 0 {
		t.Errorf("%d blobs are plain and %d compressed, want some of each", plain, zipped)
	}
}

// A detection's requestId is the sign-in's id, where there is a sign-in.
func detectionsJoinSignIns(t *testing.T, records map[Export][]found) {
	t.Helper()
	ids := make(map[string]bool)
	for _, r := range records[InteractiveSignIns] {
		ids[r.text("id")] = true
	}
	joined := 0
	for _, r := range records[RiskDetections] {
		if request := r.text("requestId"); request != "" {
			joined++
			if !ids[request] {
				t.Errorf("requestId %s is no sign-in's", request)
			}
		} else if r.text("riskEventType") != "leakedCredentials" {
			t.Errorf("%s has no requestId", r.text("riskEventType"))
		}
	}
	if joined < 5 {
		t.Errorf("%d detections have a sign-in, want at least 5", joined)
	}
}

func TestCalendar(t *testing.T) {
	tests := []struct {
		at                        time.Time
		seconds, ticks, us, table string
	}{
		{time.Date(2026, 3, 17, 0, 5, 9, 123456700, time.UTC), "2026-03-17T00:05:09", "2026-03-17T00:05:09.1234567", "3/17/2026 12:05:09 AM", "3/17/2026, 12:05:09.123 AM"},
		{time.Date(2024, 2, 29, 12, 0, 0, 0, time.UTC), "2024-02-29T12:00:00", "2024-02-29T12:00:00.0000000", "2/29/2024 12:00:00 PM", "2/29/2024, 12:00:00.000 PM"},
		{time.Date(2026, 12, 1, 23, 59, 59, 999999900, time.UTC), "2026-12-01T23:59:59", "2026-12-01T23:59:59.9999999", "12/1/2026 11:59:59 PM", "12/1/2026, 11:59:59.999 PM"},
		{time.Date(2026, 1, 2, 9, 0, 1, 0, time.UTC), "2026-01-02T09:00:01", "2026-01-02T09:00:01.0000000", "1/2/2026 9:00:01 AM", "1/2/2026, 9:00:01.000 AM"},
	}
	var c calendar
	for _, test := range tests {
		i := instantOf(test.at)
		if !i.time().Equal(test.at) {
			t.Errorf("instantOf(%v).time() = %v", test.at, i.time())
		}
		for want, got := range map[string][]byte{
			test.seconds: c.seconds(nil, i), test.ticks: c.ticks(nil, i), test.us: c.american(nil, i, " ", false), test.table: c.american(nil, i, ", ", true),
		} {
			if string(got) != want {
				t.Errorf("%v is written %s, want %s", test.at, got, want)
			}
		}
	}
}

func TestAppendStringIsJSON(t *testing.T) {
	for _, s := range []string{"", "plain", `a "b" \c`, "tab\tnew\nline\x00\x1f", "naïve – dash", `\\"`} {
		var got string
		if err := json.Unmarshal([]byte(quote(s)), &got); err != nil || got != s {
			t.Errorf("quote(%q) = %s, which reads %q: %v", s, quote(s), got, err)
		}
	}
}

func TestShareDoesNotOverflow(t *testing.T) {
	for _, test := range [][3]int64{{10, 1, 3}, {10, 3, 3}, {0, 5, 9}, {math.MaxInt64, 7, 9}, {1 << 40, 1 << 39, 1 << 40}, {math.MaxInt64, math.MaxInt64, math.MaxInt64}} {
		want := new(big.Int).Mul(big.NewInt(test[0]), big.NewInt(test[1]))
		want.Div(want, big.NewInt(test[2]))
		if got := share(test[0], test[1], test[2]); got != want.Int64() {
			t.Errorf("share(%d, %d, %d) = %d, want %d", test[0], test[1], test[2], got, want)
		}
	}
}

func TestGuidIsWrittenInParts(t *testing.T) {
	g := guid{0x01, 0x23, 0x45, 0x67, 0x89, 0xab, 0xcd, 0xef, 0xfe, 0xdc, 0xba, 0x98, 0x76, 0x54, 0x32, 0x10}
	if got, want := g.String(), "01234567-89ab-cdef-fedc-ba9876543210"; got != want {
		t.Errorf("String = %s, want %s", got, want)
	}
}

func BenchmarkSignIns(b *testing.B) {
	for b.Loop() {
		o := Options{Users: 1000, SignIns: 50_000, Formats: Formats{Exports: []Export{InteractiveSignIns, NonInteractiveSignIns}, OneSignInFile: true}}
		if _, err := Write(b.Context(), b.TempDir(), o); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.N)*50_000/b.Elapsed().Seconds(), "sign-ins/s")
}

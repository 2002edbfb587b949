package ingest

import (
	"crypto/sha256"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/conshelf/conshelf/internal/engine"
	"github.com/conshelf/conshelf/internal/evidence"
	"github.com/conshelf/conshelf/kql/types"
)

func TestTimes(t *testing.T) {
	tests := []struct {
		text  string
		order dateOrder
		want  string // "" if it is no time
	}{
		{"2026-05-18T21:13:33", 0, "2026-05-18T21:13:33.0000000Z"},
		{"2026-05-18T21:13:33Z", 0, "2026-05-18T21:13:33.0000000Z"},
		{"2026-05-18T21:13:33.6816663Z", 0, "2026-05-18T21:13:33.6816663Z"},
		{"2026-05-18T21:13:33.681666399Z", 0, "2026-05-18T21:13:33.6816663Z"},
		{"2026-05-18T21:13:33.423000", 0, "2026-05-18T21:13:33.4230000Z"},
		{"2026-05-18T21:13:33-05:00", 0, "2026-05-19T02:13:33.0000000Z"},
		{"2026-05-18T21:13:33+0530", 0, "2026-05-18T15:43:33.0000000Z"},
		{"2026-09-09T9:59:27.958Z", 0, "2026-09-09T09:59:27.9580000Z"},
		{"2026-07-26 23:00:20.889", 0, "2026-07-26T23:00:20.8890000Z"},
		{"2026-01-24T06:54:24.0000000Z ", 0, "2026-01-24T06:54:24.0000000Z"},
		{"2026-07-26", 0, "2026-07-26T00:00:00.0000000Z"},
		{"5/18/2026 9:13:33 PM", 0, "2026-05-18T21:13:33.0000000Z"},
		{"4/28/2026, 3:05:26.000 PM", 0, "2026-04-28T15:05:26.0000000Z"},
		{"4/28/2026, 12:05:26.000 AM", 0, "2026-04-28T00:05:26.0000000Z"},
		{"4/28/2026, 3:05:26.000\u202FPM", 0, "2026-04-28T15:05:26.0000000Z"},
		{"1/9/2007 10:41:00 AM +01:00", 0, "2007-01-09T09:41:00.0000000Z"},
		{"3/4/2026 05:06", dayFirst, "2026-04-03T05:06:00.0000000Z"},
		{"3/4/2026 05:06", monthFirst, "2026-03-04T05:06:00.0000000Z"},
		{"3/4/2026 05:06", orderMixed, ""},
		{"3/3/2026 05:06", orderMixed, "2026-03-03T05:06:00.0000000Z"},
		{"23.11.2026 04:05:06", 0, "2026-11-23T04:05:06.0000000Z"},
		{"4.3.2026 5.06.07", 0, "2026-03-04T05:06:07.0000000Z"},
		{"4. 3. 2026 5:06:07", 0, "2026-03-04T05:06:07.0000000Z"},
		{"23-11-2026 04.05.06", 0, "2026-11-23T04:05:06.0000000Z"},
		{"13/03/2026 5:06:07 p.m.", 0, "2026-03-13T17:06:07.0000000Z"},
		{"13/03/2026 5:06:07 a.\u00A0m.", 0, "2026-03-13T05:06:07.0000000Z"},
		{"13/03/2026 5:06:07 pm", 0, "2026-03-13T17:06:07.0000000Z"},
		{"Mar 4, 2026 5:06:07 PM", 0, "2026-03-04T17:06:07.0000000Z"},
		{"Sep 30, 2026 12:06:07.123 AM", 0, "2026-09-30T00:06:07.1230000Z"},
		{"Arm 4, 2026 5:06:07 PM", 0, ""},
		{"March 4, 2026 5:06:07 PM", 0, ""},
		{"4.3.2026 5.06", 0, ""},
		{"soon", 0, ""},
		{"28.4.2026, 15:05:26,123", 0, "2026-04-28T15:05:26.1230000Z"},
		{"28/04/2026 15:05:26,123", 0, "2026-04-28T15:05:26.1230000Z"},
		{"28-4-2026, 15:05:26,123", 0, "2026-04-28T15:05:26.1230000Z"},
		{"2026-04-28 15:05:26,123", 0, "2026-04-28T15:05:26.1230000Z"},
		{"28.04.2026 15.05.26,123", 0, "2026-04-28T15:05:26.1230000Z"},
		{"28/4/2026, 3:05:26,123 p.\u00A0m.", 0, "2026-04-28T15:05:26.1230000Z"},
		{"28.4.2026, 15:05:26,", 0, ""},
		{"28.4.2026, 15:05,123", 0, ""}, // of a minute?
		{"2026. 04. 28. 15:05:26,123", 0, "2026-04-28T15:05:26.1230000Z"},
		{"2026. 4. 28. 오후 3:05:26.123", 0, "2026-04-28T15:05:26.1230000Z"},
		{"2026/4/28 下午3:05:26.123", 0, "2026-04-28T15:05:26.1230000Z"},
		{"2026/4/28 上午12:05:26", 0, "2026-04-28T00:05:26.0000000Z"},
		{"2026/4/28 午後3:05:26", 0, "2026-04-28T15:05:26.0000000Z"},
		{"2026/4/28 下午13:05:26", 0, ""},
		{"2026/4/28 下午3:05:26 AM", 0, ""},
		{"2026/11/23 04:05:06", 0, "2026-11-23T04:05:06.0000000Z"},
		{"/Date(1728344797000)/", 0, "2024-10-07T23:46:37.0000000Z"},
		{"/Date(1728344797000+0200)/", 0, "2024-10-07T23:46:37.0000000Z"},
		{"0001-01-01T00:00:00Z", 0, "0001-01-01T00:00:00.0000000Z"},
		{"9999-12-31T23:59:59.9999999Z", 0, "9999-12-31T23:59:59.9999999Z"},
		{"2024-02-29T00:00:00Z", 0, "2024-02-29T00:00:00.0000000Z"},
		{"2026-02-29T00:00:00Z", 0, ""},
		{"0001-01-01T00:00:00+01:00", 0, ""},
		{"2025-04-11:21:02.3387000Z", 0, ""}, // broken: what is missing?
		{"01:10.3", 0, ""},                   // mangled by a spreadsheet
		{"13/13/2026", 0, ""},
		{"4/28/26", 0, ""},
		{"2026-05-18T24:00:00Z", 0, ""},
		{"2026-05-18T21:13:33 CET", 0, ""},
		{"2026-05-18T21:13:33Zjunk", 0, ""},
		{"13:05 PM", 0, ""},
		{"", 0, ""},
	}
	for _, test := range tests {
		c := clock{order: test.order}
		n, ok := c.ticks([]byte(test.text))
		got := ""
		if ok {
			got = types.FormatDateTime(n)
		}
		if got != test.want {
			t.Errorf("%q in order %d = %q, want %q", test.text, test.order, got, test.want)
		}
	}
}

// The time that AuditData has decides how its surroundings write dates.
func TestAKnownInstantDecidesTheOrderOfDates(t *testing.T) {
	instant, _ := (&clock{}).ticks([]byte("2026-03-04T23:30:00Z"))
	for text, want := range map[string]dateOrder{
		"3/4/2026 11:30:00 PM": monthFirst,
		"04/03/2026 23:30":     dayFirst,
		"05/03/2026 00:30":     dayFirst, // in another zone
		"3/3/2026 23:30":       orderUnknown,
		"9/9/2026 23:30":       orderUnknown,
	} {
		var c clock
		c.learn([]byte(text), instant)
		if got := c.verdict(); got != want {
			t.Errorf("%q says %d, want %d", text, got, want)
		}
	}
}

func TestCanonicalJSON(t *testing.T) {
	tests := []struct{ in, want string }{
		{`{"a" : [ 1 , "x y" ] }`, `{"a":[1,"x y"]}`},
		{`{"u":"https:\/\/x","v":"\u0041\u00e9\u0022\u005c"}`, `{"u":"https://x","v":"Aé\"\\"}`},
		{`"\ud83d\ude00 \ud83d"`, "\"\U0001F600 \uFFFD\""},
		{`"\u0000\u001f\n\b"`, `"\u0000\u001f\n\b"`},
		{"\"\xff\"", "\"\uFFFD\""},
		{`1.50`, `1.50`},
		{"[\r\n  true\r\n]", `[true]`},
	}
	s := scan{maxDepth: 100}
	for _, test := range tests {
		v, ok := s.document([]byte(test.in))
		if !ok {
			t.Errorf("%s is not read", test.in)
			continue
		}
		got := string(appendJSON(nil, v))
		if got != test.want || !json.Valid([]byte(got)) {
			t.Errorf("%s = %s, want %s", test.in, got, test.want)
		}
	}
}

func TestCleanAddress(t *testing.T) {
	for in, want := range map[string]string{
		"192.0.2.1":               "192.0.2.1",
		"192.0.2.1:24528":         "192.0.2.1",
		"[2001:db8::1]:443":       "2001:db8::1",
		"[::ffff:192.0.2.1]:1":    "192.0.2.1",
		"::ffff:192.0.2.1":        "192.0.2.1",
		"[192.0.2.1]":             "192.0.2.1",
		"2001:DB8::1":             "2001:DB8::1",
		"::1":                     "::1",
		"localhost:1":             "localhost:1",
		"mail.contoso.com":        "mail.contoso.com",
		"<null>":                  "<null>",
		"":                        "",
		"192.0.2.1, 198.51.100.1": "192.0.2.1, 198.51.100.1",
	} {
		if got := cleanAddress(in); got != want {
			t.Errorf("cleanAddress(%q) = %q, want %q", in, got, want)
		}
	}
}

// What one value reads as is either what encoding/json reads, or refused.
func FuzzScan(f *testing.F) {
	for _, seed := range []string{`{"a":[1,-2.5e3,"x\u00e9\ud800",true,null]}`, `"\ud83d\ude00"`, "[\"\xff\"]", `{"a" : {"b":[[]]}}`, `1e999`, `-`, `01`} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		s := scan{maxDepth: 100}
		v, ok := s.document(data)
		if !ok {
			return
		}
		out := appendJSON(nil, v)
		if !json.Valid(out) || !utf8.Valid(out) {
			t.Fatalf("%q became %q", data, out)
		}
		if !utf8.Valid(data) {
			return // encoding/json replaces each byte, we replace each run
		}
		var want, got any
		if err := json.Unmarshal(data, &want); err != nil {
			t.Fatalf("%q was read, but %v", data, err)
		}
		if err := json.Unmarshal(out, &got); err != nil {
			t.Fatal(err)
		}
		a, _ := json.Marshal(want)
		if b, _ := json.Marshal(got); string(a) != string(b) {
			t.Fatalf("%q became %q", data, out)
		}
		again, ok := s.document(out)
		if !ok || string(appendJSON(nil, again)) != string(out) {
			t.Fatalf("%q is not canonical", out)
		}
	})
}

func FuzzTimes(f *testing.F) {
	for _, seed := range []string{"2026-05-18T21:13:33.68Z", "5/18/2026 9:13:33 PM +01:00", "/Date(17)/", "2026-1-1:1"} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		c := clock{}
		n, ok := c.ticks(data)
		if !ok {
			return
		}
		if again, ok := c.ticks([]byte(types.FormatDateTime(n))); !ok || again != n {
			t.Fatalf("%q is %s, which is read as %d", data, types.FormatDateTime(n), again)
		}
	})
}

// Two records are one only if every value stands in the same column: not where
// the values are the same under other names, where a long text differs in one
// byte, or where two texts next to each other are cut elsewhere. The order of
// members and the case of their names play no part.
func TestIdentityTellsRecordsApart(t *testing.T) {
	long := strings.Repeat("x", 3*longCell)
	signIn := func(rest string) string {
		return `{"id":"1","createdDateTime":"2026-03-04T05:06:07Z","appId":"a","ipAddress":"192.0.2.1","isInteractive":true,"clientAppUsed":"Browser",` + rest + "}\n"
	}
	for _, test := range []struct {
		name        string
		first, then string
		duplicate   bool
	}{
		{"the same", signIn(`"p":"v"`), signIn(`"p":"v"`), true},
		{"another order", signIn(`"p":"v","q":[1]`), signIn(`"q":[1],"p":"v"`), true},
		{"another case", signIn(`"p":"v"`), signIn(`"P":"v"`), true},
		{"an empty text", signIn(`"p":"v"`), signIn(`"p":"v","userId":""`), true},
		{"another name", signIn(`"p":"v"`), signIn(`"q":"v"`), false},
		{"names changed over", signIn(`"p":"v","q":"w"`), signIn(`"p":"w","q":"v"`), false},
		{"cut elsewhere", signIn(`"userDisplayName":"ab","userId":"c"`), signIn(`"userDisplayName":"a","userId":"bc"`), false},
		{"another member", signIn(`"p":"v"`), signIn(`"p":"v","q":"w"`), false},
		{"the same long text", signIn(`"p":"` + long + `"`), signIn(`"p":"` + long + `"`), true},
		{"a long text's last byte", signIn(`"p":"` + long + `"`), signIn(`"p":"` + long[1:] + `y"`), false},
		{"a longer text", signIn(`"p":"` + long + `"`), signIn(`"p":"` + long + `x"`), false},
		{"a long text elsewhere", signIn(`"p":"` + long + `","q":"v"`), signIn(`"q":"` + long + `","p":"v"`), false},
		{"other numbers", signIn(`"appliedEventListeners":1`), signIn(`"appliedEventListeners":2`), false},
	} {
		t.Run(test.name, func(t *testing.T) {
			m := &memory{}
			var counts evidence.Counts
			dir := write(t, map[string]string{"a": test.first + test.then})
			err := New(m, Options{}).Ingest(t.Context(), []string{dir}, nil, func(f evidence.File, _ []evidence.Reject) error {
				counts = f.Counts
				return nil
			})
			if err != nil || counts.Read != 2 || (counts.Duplicate == 1) != test.duplicate || counts.Stored+counts.Duplicate != 2 {
				t.Errorf("%+v, %v", counts, err)
			}
		})
	}
}

// A digest that is remembered is that of the text.
func TestDigestsOfLongCells(t *testing.T) {
	var d cellDigests
	for n := range 100 {
		for _, vector := range []int32{0, 5} {
			text := []byte(strings.Repeat(string(rune('a'+n%(cellWays+2))), longCell+n%3))
			if d.of(vector, text) != sha256.Sum256(text) {
				t.Fatalf("vector %d, text %d", vector, n)
			}
			clear(text) // the memory of a record is used again
		}
	}
}

// A record has the same identity for as long as the version says so: rows of a
// case are compared with those of a later load. If this fails, raise
// IdentityVersion with the identities here.
func TestIdentitiesAreOfTheirVersion(t *testing.T) {
	m := &memory{}
	long := strings.Repeat("x", 3*longCell)
	dir := write(t, map[string]string{
		"risk.jsonl": riskLines("1"),
		"rows.jsonl": `{"Type":"Door_CL","TimeGenerated":"2026-03-04T05:06:07Z","Name_s":"front","Note_s":"` + long + `","Open_b":true,"Width_d":1.5}` + "\n",
	})
	got := ingestInto(t, m, Options{}, nil, dir)
	for _, f := range got.files {
		if f.Identity != IdentityVersion {
			t.Errorf("%s has the version %d, want %d", f.Name(), f.Identity, IdentityVersion)
		}
	}
	want := map[int][]engine.Identity{2: {{-5963194533289884219, -7935791278309454274}, {1137546335034239472, 7350684216063707926}}}
	if diff := cmp.Diff(want[IdentityVersion], m.identities()); diff != "" {
		t.Errorf("identities of version %d (-want +got):\n%s", IdentityVersion, diff)
	}
}

// Nothing is added to rows that were told apart by another rule: each would be
// new. A file that gave no row, and what is no evidence, stand in nobody's way.
func TestNothingIsAddedUnderAnotherRule(t *testing.T) {
	dir := write(t, map[string]string{"a.jsonl": riskLines("1")})
	stored := evidence.Counts{Read: 1, Stored: 1}
	for _, test := range []struct {
		name  string
		known evidence.File
		want  error
	}{
		{"of no version", evidence.File{Number: 1, Counts: stored}, ErrIdentity},
		{"of a later version", evidence.File{Number: 1, Counts: stored, Identity: IdentityVersion + 1}, ErrIdentity},
		{"of this version", evidence.File{Number: 1, Counts: stored, Identity: IdentityVersion}, nil},
		{"nothing stored", evidence.File{Number: 1, Counts: evidence.Counts{Read: 1, Quarantined: 1}}, nil},
		{"a reference", evidence.File{Number: 1, Counts: stored, Format: referenceFormat + "csv"}, nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			m := &memory{}
			err := New(m, Options{}).Ingest(t.Context(), []string{dir}, []evidence.File{test.known}, func(evidence.File, []evidence.Reject) error { return nil })
			if !errors.Is(err, test.want) || (len(m.rows) == 0) != (test.want != nil) {
				t.Errorf("%v, and %d rows; want %v", err, len(m.rows), test.want)
			}
		})
	}
}

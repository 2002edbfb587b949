package history

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/conshelf/conshelf/internal/condaccess"
)

// document is a policy of a state that was made in 2025 and changed at a time;
// "" for never.
func document(state, modified string) string {
	return fmt.Sprintf(`{"id":"p1","displayName":"CA001","state":%q,"createdDateTime":"2025-01-01T00:00:00Z"%s,"conditions":{"users":{"includeUsers":["All"]},"applications":{"includeApplications":["All"]},"clientAppTypes":["all"]},"grantControls":{"operator":"OR","builtInControls":["mfa"]}}`,
		state, member("modifiedDateTime", modified))
}

func member(name, at string) string {
	if at == "" {
		return ""
	}
	return fmt.Sprintf(`,%q:%q`, name, at)
}

// record is a record of the log, whose values are as they are given: no old
// value where it is empty.
func record(at, operation, old, now string) Change {
	properties := fmt.Sprintf(`[{"displayName":"ConditionalAccessPolicy","oldValue":%s,"newValue":%s}]`, quoted(old), quoted(now))
	return Read(instant(at), operation, []byte(`[{"id":"p1","type":"Policy","displayName":"CA001","modifiedProperties":`+properties+`}]`))
}

func quoted(value string) string {
	if value == "" {
		return "null"
	}
	text, err := json.Marshal(value)
	if err != nil {
		panic(err)
	}
	return string(text)
}

func tenant(t *testing.T, documents ...string) *condaccess.Tenant {
	t.Helper()
	var l condaccess.Loader
	for _, d := range documents {
		if err := l.Read("export", []byte(d)); err != nil {
			t.Fatal(err)
		}
	}
	return l.Tenant()
}

const (
	update = "Update conditional access policy"
	remove = "Delete conditional access policy"
	create = "Add conditional access policy"
)

// other is a policy of an export from which the first one is missing.
var other = strings.Replace(document("enabled", ""), `"p1"`, `"p2"`, 1)

// What the first policy was at moments of a day, at 00:00, 08:00, 10:30, 12:30
// and 23:00.
func TestRebuild(t *testing.T) {
	const ten, twelve = "2026-03-10T10:00:00Z", "2026-03-10T12:00:00Z"
	log := Window{instant("2026-03-10T06:00:00Z"), instant("2026-03-10T20:00:00Z")}
	tests := []struct {
		name    string
		export  string
		changes []Change
		want    string
	}{
		{
			"a change is walked back over", document("disabled", "2026-03-10T10:00:02Z"),
			[]Change{record(ten, update, document("enabled", "2025-02-01T00:00:00Z"), document("disabled", ten))},
			"enabled enabled disabled disabled disabled",
		},
		{
			"a change without an old value", document("disabled", ten),
			[]Change{record(ten, update, "", document("disabled", ten))},
			"lost lost disabled disabled disabled",
		},
		{
			"an old value that is cut off", document("disabled", ten),
			[]Change{record(ten, update, document("enabled", "")[:120], document("disabled", ten))},
			"lost lost disabled disabled disabled",
		},
		{
			"an old value that is no whole policy", document("disabled", ten),
			[]Change{record(ten, update, `{"state":"enabled"}`, "")},
			"lost lost disabled disabled disabled",
		},
		{
			"a value that is a string in a string", document("disabled", ten),
			[]Change{record(ten, update, quoted(document("enabled", "2025-02-01T00:00:00Z")), "")},
			"enabled enabled disabled disabled disabled",
		},
		{"a change that the log does not have", document("disabled", ten), nil, "lost lost disabled disabled disabled"},
		{"a policy that was never changed", document("enabled", ""), nil, "enabled enabled enabled enabled enabled"},
		{
			"a policy that was deleted", other,
			[]Change{record(ten, remove, document("enabled", "2025-02-01T00:00:00Z"), "")},
			"enabled enabled absent absent absent",
		},
		{
			"a policy that was added", document("enabled", ""),
			[]Change{record("2025-01-01T00:00:00Z", create, "", document("enabled", ""))},
			"enabled enabled enabled enabled enabled",
		},
		{
			"a policy that was added and deleted", other,
			[]Change{record(ten, create, "", document("enabled", ten)), record(twelve, remove, document("enabled", ten), "")},
			"absent absent enabled absent absent",
		},
		{
			"a change between two that the log does not have", document("disabled", twelve),
			[]Change{
				record(ten, update, document("enabled", "2025-02-01T00:00:00Z"), document("disabled", ten)),
				record(twelve, update, document("enabled", "2026-03-10T11:00:00Z"), document("disabled", twelve)),
			},
			"enabled enabled lost disabled disabled",
		},
		{
			"two changes that do not agree", document("disabled", twelve),
			[]Change{
				record(ten, update, document("enabled", "2025-02-01T00:00:00Z"), document("disabled", "")),
				record(twelve, update, document("enabled", ""), document("disabled", twelve)),
			},
			"enabled enabled lost disabled disabled",
		},
		{
			"an export that is older than the last change", document("enabled", "2025-02-01T00:00:00Z"),
			[]Change{record(ten, update, "", document("disabled", ten))},
			"enabled enabled disabled disabled disabled",
		},
		{
			"a policy that is gone without a record", other,
			[]Change{record(ten, update, document("enabled", "2025-02-01T00:00:00Z"), document("disabled", ten))},
			"enabled enabled lost lost lost",
		},
		{
			"an old value that does not say since when", document("disabled", ten),
			[]Change{record(ten, update, document("enabled", ""), document("disabled", ten))},
			"lost enabled disabled disabled disabled",
		},
		{
			"two changes within a minute", document("disabled", "2026-03-10T10:00:30Z"),
			[]Change{
				record(ten, update, document("enabled", "2025-02-01T00:00:00Z"), document("enabledForReportingButNotEnforced", ten)),
				record("2026-03-10T10:00:30Z", update, document("enabledForReportingButNotEnforced", ten), document("disabled", "2026-03-10T10:00:30Z")),
			},
			"enabled enabled disabled disabled disabled",
		},
		{
			"a policy in the bin", strings.Replace(document("enabled", "2025-02-01T00:00:00Z"), `{"id"`, `{"deletedDateTime":"`+ten+`","id"`, 1), nil,
			"enabled enabled absent absent absent",
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			h := Rebuild(tenant(t, test.export), test.changes, log)
			var got []string
			for _, at := range []string{"00:00", "08:00", "10:30", "12:30", "23:00"} {
				got = append(got, stateAt(h, instant("2026-03-10T"+at+":00Z")))
			}
			if text := strings.Join(got, " "); text != test.want {
				t.Errorf("it was %s, want %s\n%v", text, test.want, h.Notes())
			}
		})
	}
}

// stateAt returns the state of the first policy at a moment.
func stateAt(h *History, at time.Time) string {
	for _, p := range h.At(at).Policies {
		switch {
		case p.ID == "p1" && p.Lost != "":
			return "lost"
		case p.ID == "p1":
			return p.State.String()
		}
	}
	return "absent"
}

// Before it was made a policy is absent; a sign-in that does not say when it was
// meets what never changed, and no other.
func TestBeforeAndWithoutTime(t *testing.T) {
	same := Rebuild(tenant(t, document("enabled", "")), nil, Window{})
	if got := stateAt(same, instant("2024-12-31T00:00:00Z")); got != "absent" {
		t.Errorf("before it was made it is %s", got)
	}
	if got := stateAt(same, time.Time{}); got != "lost" {
		t.Errorf("at no time it is %s, and it was made at one", got)
	}
}

// A change that does not say of what, or when, leaves open which policies there
// were before.
func TestBlindChange(t *testing.T) {
	for _, c := range []Change{
		Read(instant("2026-03-10T10:00:00Z"), update, []byte(`[{"id":"p1","modifiedPro`)),
		Read(time.Time{}, update, []byte(`[{"id":"p1"}]`)),
	} {
		h := Rebuild(tenant(t, document("enabled", "")), []Change{c}, Window{})
		if got := h.At(instant("2026-03-10T09:00:00Z")).Incomplete; len(got) != 1 {
			t.Errorf("before the change the policies are incomplete because of %q", got)
		}
		if got, timed := h.At(instant("2026-03-10T11:00:00Z")).Incomplete, !c.Time.IsZero(); timed && len(got) != 0 {
			t.Errorf("after the change the policies are incomplete because of %q", got)
		}
	}
}

// A named location is rebuilt too; while it is not known, nor is what is trusted.
func TestLocations(t *testing.T) {
	location := func(cidr, modified string) string {
		return fmt.Sprintf(`{"@odata.type":"#microsoft.graph.ipNamedLocation","id":"l1","displayName":"HQ","isTrusted":true,"createdDateTime":"2025-01-01T00:00:00Z"%s,"ipRanges":[{"cidrAddress":%q}]}`, member("modifiedDateTime", modified), cidr)
	}
	change := func(old string) Change {
		targets := fmt.Sprintf(`[{"id":"l1","displayName":"HQ","modifiedProperties":[{"displayName":"Named location","oldValue":%s,"newValue":null}]}]`, quoted(old))
		return Read(instant("2026-03-10T10:00:00Z"), "Update named location", []byte(targets))
	}
	now := location("203.0.113.0/24", "2026-03-10T10:00:00Z")
	h := Rebuild(tenant(t, now), []Change{change(location("192.0.2.0/24", "2025-02-01T00:00:00Z"))}, Window{})
	for at, want := range map[string]string{"09:00": "192.0.2.0", "11:00": "203.0.113.0"} {
		list := h.At(instant("2026-03-10T" + at + ":00Z")).Locations
		if len(list) != 1 || list[0].Ranges[0].From.String() != want {
			t.Errorf("at %s it is %+v, want %s", at, list, want)
		}
	}
	h = Rebuild(tenant(t, now), []Change{change("")}, Window{})
	if then := h.At(instant("2026-03-10T09:00:00Z")); then.LocationsKnown || len(then.Locations) != 1 || len(then.Locations[0].Unread) == 0 {
		t.Errorf("what is not known is %+v", then.Locations)
	}
}

// A policy that is not known stops nothing for certain, and lets nothing pass;
// it says why.
func TestLostPolicyIsUnknown(t *testing.T) {
	h := Rebuild(tenant(t, document("disabled", "2026-03-10T10:00:00Z")), []Change{record("2026-03-10T10:00:00Z", update, "", "")}, Window{})
	e := condaccess.NewEvaluator(h.At(instant("2026-03-10T09:00:00Z")), condaccess.Options{}).Evaluate(&condaccess.SignIn{Principal: condaccess.Principal{Kind: condaccess.User, ID: "u1"}})
	p := e.Policies[0]
	if p.Result != condaccess.UnknownResult || p.Verdict != condaccess.Unknown || e.Decision != condaccess.DecisionUnknown {
		t.Errorf("it is %s, %s, and the decision %s", p.Result, p.Verdict, e.Decision)
	}
	want := condaccess.Reason{Code: condaccess.PolicyTextLost, Subject: "the record of its change at 2026-03-10T10:00:00Z has no old value"}
	if len(p.Reasons) != 1 || p.Reasons[0] != want {
		t.Errorf("because of %v, want %v", p.Reasons, want)
	}
}

package simulate

import (
	"context"
	"errors"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestSameOptionsGiveTheSameBytes(t *testing.T) {
	first, truth := simulated(t, small(3))
	second, again := simulated(t, small(3))
	if a, b := digest(t, first), digest(t, second); a != b {
		t.Errorf("digests differ: %s and %s", a, b)
	}
	if diff := cmp.Diff(truth, again); diff != "" {
		t.Errorf("truths differ (-first +second):\n%s", diff)
	}
	other, _ := simulated(t, small(4))
	if digest(t, first) == digest(t, other) {
		t.Error("another seed gives the same bytes")
	}
}

func TestSeedsChooseOtherAttackers(t *testing.T) {
	seen := make(map[string]int)
	for seed := range uint64(12) {
		w := newWorld(must(small(seed).complete()))
		seen["tenant "+w.tenant.String()]++
		seen["person "+w.users[9].upn]++
		for _, s := range w.strikes {
			seen["start "+s.attacker.start.time().String()]++
			seen["agent "+s.attacker.screen.userAgent]++
			for _, ip := range s.truth.IPAddresses {
				seen["address "+ip]++
			}
		}
	}
	for _, kind := range []string{"tenant", "person", "start", "address", "agent"} {
		distinct := 0
		for name := range seen {
			if strings.HasPrefix(name, kind+" ") {
				distinct++
			}
		}
		if distinct < 10 {
			t.Errorf("12 seeds choose only %d of kind %s", distinct, kind)
		}
	}
}

func must(o Options, err error) Options {
	if err != nil {
		panic(err)
	}
	return o
}

func TestEveryRecordIsCounted(t *testing.T) {
	dir, truth := simulated(t, small(1))
	records := read(t, dir)
	for _, c := range truth.Records {
		if got := int64(len(records[c.Export])); got != c.Records {
			t.Errorf("%s holds %d records, the truth says %d", c.Export, got, c.Records)
		}
		if c.Records == 0 {
			t.Errorf("%s is empty", c.Export)
		}
	}
	if len(truth.Records) != len(Exports()) {
		t.Errorf("%d exports are counted, want %d", len(truth.Records), len(Exports()))
	}
}

func TestIdentitiesAreUnique(t *testing.T) {
	dir, _ := simulated(t, small(2))
	for e, list := range read(t, dir) {
		seen := make(map[string]bool)
		for _, r := range list {
			id := identity(e, r)
			if id == "" || seen[id] {
				t.Fatalf("%s: %q is not an identity", e, id)
			}
			seen[id] = true
		}
	}
}

// Each act of the truth is one record, and says what the record says.
func TestTruthIsInTheEvidence(t *testing.T) {
	tenants := []Options{small(0), small(1), small(2)}
	for i, v := range []Variant{Quiet, Noisy} {
		tenants = append(tenants, staged(uint64(20+i), v))
	}
	for _, o := range tenants {
		dir, truth := simulated(t, o)
		records := read(t, dir)
		index := make(map[Export]map[string][]found)
		for e, list := range records {
			index[e] = make(map[string][]found)
			for _, r := range list {
				index[e][identity(e, r)] = append(index[e][identity(e, r)], r)
			}
		}
		want := len(Attacks())
		if o.Attacks != nil {
			want = len(o.Attacks)
		}
		if len(truth.Attacks) != want {
			t.Fatalf("%d attacks are told of, want %d", len(truth.Attacks), want)
		}
		for _, attack := range truth.Attacks {
			for _, act := range attack.Acts {
				list := index[act.Export][act.ID]
				if len(list) != 1 {
					t.Fatalf("%s: %s %s is in %d records, want 1", attack.Name, act.Export, act.ID, len(list))
				}
				checkAct(t, act, list[0])
			}
		}
		for _, l := range truth.LookAlikes {
			if len(index[l.Export][l.ID]) != 1 {
				t.Errorf("look-alike %q: %s %s is in %d records", l.What, l.Export, l.ID, len(index[l.Export][l.ID]))
			}
		}
	}
}

func checkAct(t *testing.T, act Act, r found) {
	t.Helper()
	if act.Tactic == "" || act.Technique == "" {
		t.Errorf("%s %s has no stage", act.Export, act.ID)
	}
	text := strings.ToLower(flat(r))
	for _, want := range []string{act.Account, act.IPAddress} {
		if !strings.Contains(text, strings.ToLower(want)) {
			t.Errorf("%s %s does not name %q", act.Export, act.ID, want)
		}
	}
}

// flat returns all strings in v.
func flat(v any) string {
	switch v := v.(type) {
	case string:
		return v + "\n"
	case found:
		return flat(map[string]any(v))
	case map[string]any:
		var b strings.Builder
		for name, value := range v {
			b.WriteString(name + "\n" + flat(value))
		}
		return b.String()
	case []any:
		var b strings.Builder
		for _, value := range v {
			b.WriteString(flat(value))
		}
		return b.String()
	}
	return ""
}

// Leaving the attacks out leaves out their records and no others.
func TestAttacksOnlyAdd(t *testing.T) {
	o := small(5)
	full, truth := simulated(t, o)
	o.Attacks = []Attack{}
	quiet, none := simulated(t, o)
	if len(none.Attacks) != 0 {
		t.Fatalf("%d attacks are told of, want none", len(none.Attacks))
	}
	acts := make(map[string]bool)
	for _, a := range truth.Attacks {
		for _, act := range a.Acts {
			acts[string(act.Export)+act.ID] = true
		}
	}
	with, without := read(t, full), read(t, quiet)
	for _, e := range Exports() {
		ordinary := make(map[string]bool)
		for _, r := range without[e] {
			ordinary[identity(e, r)] = true
		}
		extra := 0
		for _, r := range with[e] {
			id := identity(e, r)
			if !ordinary[id] && !acts[string(e)+id] {
				extra++
			}
			delete(ordinary, id)
		}
		// What an attack adds besides its acts: the administrator's own sign-in
		// with its audit record, the starts of operations, verdicts on people.
		if limit := map[Export]int{InteractiveSignIns: 1, UnifiedAuditLog: 1, AzureActivity: 2, RiskyUsers: 4}[e]; extra > limit {
			t.Errorf("%s: %d records belong neither to ordinary life nor to an act, want at most %d", e, extra, limit)
		}
		if len(ordinary) > 0 {
			t.Errorf("%s: %d ordinary records are missing when there are attacks", e, len(ordinary))
		}
	}
}

func TestQuietTenantHasNoMarkOfAnAttack(t *testing.T) {
	o := small(6)
	_, truth := simulated(t, o)
	o.Attacks = []Attack{}
	dir, _ := simulated(t, o)
	marks := []string{
		"confirmedCompromised", `"atRisk"`, "passwordSpray", "leakedCredentials", "Add service principal credentials",
		"ForwardingSmtpAddress", "ForwardTo", "IMAP4", "Authenticated SMTP", "50034", "elevateAccess", "Mail.Read",
	}
	for _, a := range truth.Attacks {
		marks = append(marks, a.IPAddresses...)
		for _, app := range a.Applications {
			marks = append(marks, app.AppID, app.ServicePrincipalID)
		}
	}
	for name, b := range contents(t, dir) {
		for _, mark := range marks {
			// An address must not be found inside a longer one.
			if at := strings.Index(string(b), mark); at >= 0 && !strings.Contains("0123456789", string(b[at+len(mark)])) {
				t.Errorf("%s contains %s", name, mark)
			}
		}
	}
}

func TestAttacksShareNothing(t *testing.T) {
	for seed := range uint64(40) {
		o := Options{Seed: seed, Users: MinUsers + int(seed), Days: 7}
		w := newWorld(must(o.complete()))
		owner := make(map[string]Attack)
		claim := func(what string, by Attack) {
			if other, ok := owner[what]; ok && other != by {
				t.Errorf("seed %d: %s and %s share %s", seed, other, by, what)
			}
			owner[what] = by
		}
		for _, s := range w.strikes {
			for _, a := range s.truth.Accounts {
				claim(a.UserPrincipalName, s.truth.Name)
			}
			for _, ip := range s.truth.IPAddresses {
				claim(ip, s.truth.Name)
			}
			for _, a := range s.truth.Applications {
				claim(a.AppID, s.truth.Name)
			}
		}
		for i := range w.users {
			u := &w.users[i]
			for _, ip := range []string{u.home.ip, u.office.ip} {
				if by, ok := owner[ip]; ok {
					t.Errorf("seed %d: %s is an address of %s and of %s", seed, ip, by, u.upn)
				}
			}
		}
	}
}

// Each attack goes through its stages, whatever the seed.
func TestAttacksReachTheirEnds(t *testing.T) {
	want := map[Attack][]string{
		SprayTakeover:      {"Sign-in activity", "New-InboxRule", "MailItemsAccessed", "passwordSpray"},
		ConsentPersistence: {"Consent to application", "Add service principal credentials", secretsActivity, "MailItemsAccessed"},
		PrivilegeKeyVault:  {"Add member to role", "Microsoft.Authorization/roleAssignments/write", "SecretGet", "adminConfirmedUserCompromised"},
	}
	for seed := range uint64(40) {
		w := newWorld(must(small(seed).complete()))
		for _, s := range w.strikes {
			for _, operation := range want[s.truth.Name] {
				if !slices.ContainsFunc(s.truth.Acts, func(a Act) bool { return a.Operation == operation }) {
					t.Errorf("seed %d: %s has no %s", seed, s.truth.Name, operation)
				}
			}
			if s.truth.First.Before(w.start.time().Add(4*24*time.Hour)) || !s.truth.Last.Before(w.end.time()) {
				t.Errorf("seed %d: %s lasts from %s to %s", seed, s.truth.Name, s.truth.First, s.truth.Last)
			}
		}
	}
}

// The attacker's own session runs from the sign-in to the mailbox.
func TestSessionsLinkSignInsToMail(t *testing.T) {
	dir, truth := simulated(t, small(7))
	records := read(t, dir)
	victim, ips := "", []string(nil)
	for _, a := range truth.Attacks {
		if a.Name == SprayTakeover {
			victim, ips = a.Accounts[0].UserPrincipalName, a.IPAddresses
		}
	}
	sessions := make(map[string]bool)
	for _, r := range records[InteractiveSignIns] {
		if r.text("userPrincipalName") == victim && slices.Contains(ips, r.text("ipAddress")) {
			sessions[r.text("sessionId")] = true
		}
	}
	mail := 0
	for _, r := range records[UnifiedAuditLog] {
		if r.text("Operation") == "MailItemsAccessed" && slices.Contains(ips, r.text("ClientIPAddress")) {
			mail++
			if !sessions[r.text("SessionId")] || r.text("AppAccessContext", "AADSessionId") != r.text("SessionId") {
				t.Errorf("mail is read in session %s, which no sign-in began", r.text("SessionId"))
			}
		}
	}
	if mail == 0 {
		t.Error("no mail is read")
	}
}

func TestNobodyTravelsTooFast(t *testing.T) {
	for seed := range uint64(2) {
		o := Options{Seed: seed, Users: 40, Days: 10, Attacks: []Attack{}, Formats: Formats{Exports: []Export{InteractiveSignIns, NonInteractiveSignIns}}}
		dir, _ := simulated(t, o)
		records := read(t, dir)
		people := make(map[string][]found)
		for _, r := range append(records[InteractiveSignIns], records[NonInteractiveSignIns]...) {
			people[r.text("userPrincipalName")] = append(people[r.text("userPrincipalName")], r)
		}
		journeys := 0
		for upn, list := range people {
			slices.SortFunc(list, func(a, b found) int { return strings.Compare(moment(a), moment(b)) })
			for i := 1; i < len(list); i++ {
				from, to := list[i-1], list[i]
				if from.text("location", "countryOrRegion") == to.text("location", "countryOrRegion") {
					continue
				}
				journeys++
				if hours := hoursBetween(t, from, to); distance(from, to)/hours > 700 {
					t.Errorf("seed %d: %s goes %.0f km in %.1f hours", seed, upn, distance(from, to), hours)
				}
			}
		}
		if journeys == 0 {
			t.Errorf("seed %d: nobody travels", seed)
		}
	}
}

func moment(r found) string { return r.text("createdDateTime")[:19] }

func hoursBetween(t *testing.T, a, b found) float64 {
	t.Helper()
	from, err := time.Parse("2006-01-02T15:04:05", moment(a))
	if err != nil {
		t.Fatal(err)
	}
	to, err := time.Parse("2006-01-02T15:04:05", moment(b))
	if err != nil {
		t.Fatal(err)
	}
	return to.Sub(from).Hours() + 1e-6
}

// distance returns kilometres along a great circle.
func distance(a, b found) float64 {
	at := func(r found, name string) float64 {
		return r["location"].(map[string]any)["geoCoordinates"].(map[string]any)[name].(float64) * math.Pi / 180
	}
	lat, lon := at(b, "latitude")-at(a, "latitude"), at(b, "longitude")-at(a, "longitude")
	h := math.Pow(math.Sin(lat/2), 2) + math.Cos(at(a, "latitude"))*math.Cos(at(b, "latitude"))*math.Pow(math.Sin(lon/2), 2)
	return 2 * 6371 * math.Asin(math.Sqrt(h))
}

// Without an attack, few people fail at one address on one day, and those who
// mistype get in at the same address soon after, but for the stale phone.
func TestOrdinaryFailuresAreFollowedBySuccess(t *testing.T) {
	o := Options{Seed: 9, Users: 60, Attacks: []Attack{}, Formats: Formats{Exports: []Export{InteractiveSignIns}}}
	dir, _ := simulated(t, o)
	list := read(t, dir)[InteractiveSignIns]
	slices.SortStableFunc(list, func(a, b found) int { return strings.Compare(moment(a), moment(b)) })
	failed, lost := 0, 0
	for i, r := range list {
		if r["status"].(map[string]any)["errorCode"].(float64) != 50126 || r.text("clientAppUsed") == "Exchange ActiveSync" {
			continue
		}
		failed++
		if !slices.ContainsFunc(list[i:min(len(list), i+60)], func(s found) bool {
			return s.text("userPrincipalName") == r.text("userPrincipalName") && s.text("ipAddress") == r.text("ipAddress") &&
				s["status"].(map[string]any)["errorCode"].(float64) == 0
		}) {
			lost++
		}
	}
	if failed < 20 || lost > 0 {
		t.Errorf("of %d mistyped passwords %d were not followed by success", failed, lost)
	}
}

func TestSignInsAreAsManyAsAsked(t *testing.T) {
	for _, want := range []int{2000, 12_000} {
		o := small(1)
		o.SignIns = want
		o.Formats = Formats{Exports: []Export{InteractiveSignIns, NonInteractiveSignIns}, OneSignInFile: true}
		dir, truth := simulated(t, o)
		total := int64(0)
		for _, c := range truth.Records {
			total += c.Records
		}
		if math.Abs(float64(total)-float64(want)) > float64(want)/200+10 {
			t.Errorf("%d sign-ins were written, want about %d", total, want)
		}
		files := contents(t, dir)
		if len(files) != 1 || files["signins.jsonl"] == nil {
			t.Errorf("%d files were written, want only signins.jsonl", len(files))
		}
		records := read(t, dir)
		if len(records[InteractiveSignIns]) == 0 || len(records[NonInteractiveSignIns]) == 0 {
			t.Error("one kind of sign-in is missing")
		}
	}
}

func TestRecordsArePadded(t *testing.T) {
	o := small(1)
	o.Days, o.PadTo = 2, 11_500
	o.Formats = Formats{Exports: []Export{InteractiveSignIns, NonInteractiveSignIns}, OneSignInFile: true}
	dir, _ := simulated(t, o)
	b := contents(t, dir)["signins.jsonl"]
	for line := range strings.Lines(string(b)) {
		if len(line) < o.PadTo || len(line) > o.PadTo+1000 {
			t.Fatalf("a record has %d bytes, want a little more than %d", len(line), o.PadTo)
		}
	}
	read(t, dir)
}

// What is left out of the exports changes nothing in those that are not.
func TestExportsAreIndependent(t *testing.T) {
	o := small(8)
	all, _ := simulated(t, o)
	o.Formats.Exports = []Export{InteractiveSignIns, KeyVaultAudit}
	some, truth := simulated(t, o)
	whole := contents(t, all)
	for name, b := range contents(t, some) {
		if string(whole[name]) != string(b) {
			t.Errorf("%s differs when the other exports are left out", name)
		}
	}
	for _, a := range truth.Attacks {
		for _, act := range a.Acts {
			if !slices.Contains(o.Formats.Exports, act.Export) {
				t.Errorf("the truth tells of %s, which was not written", act.Export)
			}
		}
	}
}

func TestLogsAreInOrderOfTime(t *testing.T) {
	dir, truth := simulated(t, small(3))
	files := contents(t, dir)
	names := make([]string, 0, len(files))
	for name := range files {
		names = append(names, name)
	}
	slices.Sort(names)
	last := make(map[Export]string)
	for _, name := range names {
		e, list := readFile(t, name, files[name])
		for _, r := range list {
			at := r.text(map[Export]string{
				InteractiveSignIns: "createdDateTime", NonInteractiveSignIns: "createdDateTime", ServicePrincipalSignIns: "createdDateTime",
				DirectoryAudits: "activityDateTime", RiskDetections: "detectedDateTime", GraphActivity: "timeGenerated", AzureActivity: "time", KeyVaultAudit: "time",
			}[e])
			if at < last[e] && !strings.Contains(name, "riskyUsers") {
				t.Fatalf("%s: %s comes after %s", name, at, last[e])
			}
			last[e] = at
			if at != "" && (at[:10] < truth.Tenant.Start.Format(time.DateOnly) || at[:10] >= truth.Tenant.End.Format(time.DateOnly)) {
				t.Errorf("%s: %s is outside the evidence", name, at)
			}
		}
	}
}

// Whatever the number of events, no more is kept than what the people, the
// scripts and the buffers of the files hold.
func TestMemoryDoesNotGrowWithEvents(t *testing.T) {
	for _, signIns := range []int{4000, 40_000} {
		o := Options{Seed: 1, Users: MinUsers, Days: 4, SignIns: signIns}
		w := newWorld(must(o.complete()))
		x := newExports(t.TempDir(), w)
		streams := w.streams()
		q := newQueue(streams)
		pending, calls, page := 0, 0, 0
		for len(q.entries) > 0 {
			q.step(x)
			calls, page = max(calls, cap(x.exchange.calls)), max(page, x.interactive.held)
			for _, s := range streams[:o.Users] {
				pending = max(pending, cap(s.(*person).pending))
			}
		}
		if err := x.close(); err != nil {
			t.Fatal(err)
		}
		if pending > 16 || calls > 2*searchSize || page > pageSize {
			t.Errorf("%d sign-ins: a person keeps %d, a search %d, a page %d", signIns, pending, calls, page)
		}
	}
}

func TestOptionsAreRefused(t *testing.T) {
	tests := []struct {
		name string
		o    Options
	}{
		{"too few users", Options{Users: MinUsers - 1}},
		{"negative users", Options{Users: -1}},
		{"negative days", Options{Days: -1}},
		{"negative sign-ins", Options{SignIns: -5}},
		{"unknown attack", Options{Attacks: []Attack{"ransom"}}},
		{"unknown export", Options{Formats: Formats{Exports: []Export{"firewall"}}}},
		{"endless padding", Options{PadTo: 1 << 30}},
		{"end before there were logs", Options{End: time.Unix(0, 0)}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), "out")
			if _, err := Write(t.Context(), dir, test.o); err == nil {
				t.Errorf("Write(%+v) succeeds, want an error", test.o)
			}
			if _, err := os.Stat(dir); !errors.Is(err, fs.ErrNotExist) {
				t.Errorf("Write left %s", dir)
			}
		})
	}
}

func TestNothingIsOverwritten(t *testing.T) {
	dir, _ := simulated(t, small(1))
	before := digest(t, dir)
	if _, err := Write(t.Context(), dir, small(1)); !errors.Is(err, fs.ErrExist) {
		t.Errorf("a second Write gives %v, want %v", err, fs.ErrExist)
	}
	if digest(t, dir) != before {
		t.Error("a second Write changed the evidence")
	}
}

func TestCancelledWriteStops(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Write(ctx, t.TempDir(), small(1)); !errors.Is(err, context.Canceled) {
		t.Errorf("Write = %v, want %v", err, context.Canceled)
	}
}

// Short evidence, odd ends and every kind of tenant: nothing panics, and what
// is written parses.
func TestOddTenants(t *testing.T) {
	for _, o := range []Options{
		{Seed: 1, Users: MinUsers, Days: 1},
		{Seed: 2, Users: 21, Days: 1, SignIns: 10},
		{Seed: 3, Users: 25, Days: 3, End: time.Date(2024, 2, 29, 13, 37, 11, 500, time.UTC)},
		{Seed: 4, Users: 33, Days: 40, SignIns: 3000},
		{Seed: 1<<64 - 1, Users: 20, Days: 2, Attacks: []Attack{PrivilegeKeyVault}},
	} {
		dir, truth := simulated(t, o)
		records := read(t, dir)
		for _, c := range truth.Records {
			if int64(len(records[c.Export])) != c.Records {
				t.Errorf("seed %d: %s holds %d records, the truth says %d", o.Seed, c.Export, len(records[c.Export]), c.Records)
			}
		}
	}
}

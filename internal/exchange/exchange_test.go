package exchange

import (
	"bytes"
	"encoding/json"
	"io"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/conshelf/conshelf/internal/activity"
	"github.com/conshelf/conshelf/internal/attack"
	"github.com/conshelf/conshelf/internal/evidence"
	"github.com/conshelf/conshelf/internal/incident"
	"github.com/conshelf/conshelf/internal/report"
	"github.com/conshelf/conshelf/internal/timeline"
)

// validate checks one JSON value against a schema of testdata.
func validate(t *testing.T, schema string, text []byte) error {
	t.Helper()
	compiled, err := jsonschema.NewCompiler().Compile(filepath.Join("testdata", schema))
	if err != nil {
		t.Fatal(err)
	}
	value, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	return compiled.Validate(value)
}

func entity(t *testing.T, kind incident.EntityType, pairs ...string) incident.Entity {
	t.Helper()
	var ids []incident.Identifier
	for i := 0; i < len(pairs); i += 2 {
		ids = append(ids, incident.Identifier{Name: pairs[i], Value: pairs[i+1]})
	}
	e, ok := incident.NewEntity(kind, ids...)
	if !ok {
		t.Fatal("no entity")
	}
	return e
}

// document has every kind of entity, hostile texts, and a technique that was
// replaced.
func document(t *testing.T) report.Document {
	t.Helper()
	at := time.Date(2026, 3, 4, 9, 0, 0, 5_000_000, time.UTC)
	alert := incident.Alert{
		ID: "a1", Rule: incident.Rule{ID: "r1", Name: "Rule <one> \u202e & \"two\""}, Severity: incident.High, First: at, Last: at.Add(time.Hour),
		Tactics: []incident.Tactic{"DefenseEvasion", "InitialAccess", "DefenseImpairment"}, Techniques: []incident.Technique{"T1562.008", "T1078.004"},
		Origins: []evidence.Origin{{File: 1, Record: 1}}, OriginCount: 3,
		Entities: []incident.Entity{
			entity(t, incident.Account, "FullName", "adele@contoso.com", "AadUserId", "00000000-0000-4000-8000-00000000000a"),
			entity(t, incident.Account, "Name", "bob<&>", "UPNSuffix", "contoso.com"),
			entity(t, incident.Account, "DisplayName", "only a name"),
			entity(t, incident.IP, "Address", "192.0.2.7"), entity(t, incident.IP, "Address", "::ffff:192.0.2.7"),
			entity(t, incident.IP, "Address", "2001:db8::1"), entity(t, incident.IP, "Address", "not an address"),
			entity(t, incident.CloudApplication, "AppId", "00000000-0000-4000-8000-0000000000a1", "Name", "Viewer"),
			entity(t, incident.Mailbox, "MailboxPrimaryAddress", "adele@contoso.com"), entity(t, incident.URL, "Url", "https://fabrikam.com/x"),
			entity(t, incident.File, "Name", "pay.xlsx"), entity(t, incident.Session, "SessionId", "s1"), entity(t, incident.Host, "HostName", "LAP-1"),
		},
	}
	empty := incident.Alert{ID: "a2", Rule: incident.Rule{ID: "r2", Name: "Names nobody"}, First: at, Last: at, Tactics: []incident.Tactic{"Impact"}, Techniques: []incident.Technique{"T1485"}}
	i := incident.Incident{
		ID: "i1", Title: "One & only", Severity: incident.High, First: at, Last: at.Add(time.Hour), Alerts: []incident.Alert{alert, empty},
		Techniques: []incident.Technique{"T1078.004", "T1485", "T1562.008"},
	}
	return report.New(report.Input{Window: incident.Window{From: at, To: at.Add(2 * time.Hour)}, Incidents: []incident.Incident{i}, Alerts: i.Alerts})
}

func written(t *testing.T, write func(io.Writer, report.Document) error, doc report.Document) []byte {
	t.Helper()
	var b, again bytes.Buffer
	for _, w := range []io.Writer{&b, &again} {
		if err := write(w, doc); err != nil {
			t.Fatal(err)
		}
	}
	if !bytes.Equal(b.Bytes(), again.Bytes()) {
		t.Error("the same report gives another text")
	}
	return b.Bytes()
}

// TestSTIX checks a bundle against what STIX 2.1 demands, and what no schema
// can say: ids begin with the type and are there once, references resolve, and
// nothing was modified before it was created.
func TestSTIX(t *testing.T) {
	text := written(t, STIX, document(t))
	if err := validate(t, "stix-2.1.schema.json", text); err != nil {
		t.Fatal(err)
	}
	for was, is := range map[string]string{`"spec_version": "2.1"`: `"spec_version": "2.0"`, `"account_login"`: `"login"`, "-": "_"} {
		if validate(t, "stix-2.1.schema.json", bytes.Replace(text, []byte(was), []byte(is), 1)) == nil {
			t.Errorf("with %s for %s the bundle is still one", is, was)
		}
	}
	var bundle struct {
		Objects []map[string]any `json:"objects"`
	}
	if err := json.Unmarshal(text, &bundle); err != nil {
		t.Fatal(err)
	}
	kinds := make(map[string]int)
	ids := make(map[string]bool)
	for _, o := range bundle.Objects {
		id := o["id"].(string)
		kinds[o["type"].(string)]++
		if !strings.HasPrefix(id, o["type"].(string)+"--") || ids[id] {
			t.Errorf("id %s of a %s", id, o["type"])
		}
		ids[id] = true
		if created, ok := o["created"].(string); ok && o["modified"].(string) < created {
			t.Errorf("%s was modified before it was created", id)
		}
	}
	for _, o := range bundle.Objects {
		for key, value := range o {
			for _, ref := range references(key, value) {
				if !ids[ref] {
					t.Errorf("%s of %s is %s, which is not in the bundle", key, o["id"], ref)
				}
			}
		}
	}
	want := map[string]int{"incident": 1, "attack-pattern": 3, "observed-data": 1, "report": 1, "user-account": 2, "ipv4-addr": 1, "ipv6-addr": 1, "software": 1}
	for kind, n := range want {
		if kinds[kind] != n {
			t.Errorf("%d of type %s, want %d", kinds[kind], kind, n)
		}
	}
}

func references(key string, value any) []string {
	switch {
	case strings.HasSuffix(key, "_ref"):
		return []string{value.(string)}
	case strings.HasSuffix(key, "_refs"):
		var refs []string
		for _, v := range value.([]any) {
			refs = append(refs, v.(string))
		}
		return refs
	}
	return nil
}

// TestObservableID holds the id of an address to the value that STIX 2.1's
// rule gives: the SHA-1 UUID of {"value":"198.51.100.3"} in the namespace of
// section 2.9.
func TestObservableID(t *testing.T) {
	b := bundler{seen: make(map[string]bool)}
	id, err := b.observe("ipv4-addr", map[string]any{"value": "198.51.100.3"})
	if err != nil {
		t.Fatal(err)
	}
	if want := "ipv4-addr--28bb3599-77cd-5a82-a950-b5bc3caf07c4"; id != want {
		t.Errorf("id %s, want %s", id, want)
	}
}

// TestNavigator checks a layer against the form's rules, and that each
// technique stands under one of its own tactics in the version that the layer
// names.
func TestNavigator(t *testing.T) {
	text := written(t, Navigator, document(t))
	if err := validate(t, "navigator-4.5.schema.json", text); err != nil {
		t.Fatal(err)
	}
	var l attack.Layer
	if err := json.Unmarshal(text, &l); err != nil {
		t.Fatal(err)
	}
	if l.Versions.Attack != attack.Version || len(l.Techniques) == 0 {
		t.Errorf("%s techniques %v", l.Versions.Attack, l.Techniques)
	}
	replaced := false
	for _, technique := range l.Techniques {
		known, ok := attack.Lookup(incident.Technique(technique.ID))
		if !ok || string(known.ID) != technique.ID {
			t.Errorf("%s is no technique of version %s", technique.ID, attack.Version)
		}
		of := false
		for _, tactic := range known.Tactics {
			of = of || attack.ShortName(tactic) == technique.Tactic
		}
		if !of && technique.Tactic != "" {
			t.Errorf("%s does not serve %s", technique.ID, technique.Tactic)
		}
		if technique.Score != 1 {
			t.Errorf("%s under %s has score %d of one alert", technique.ID, technique.Tactic, technique.Score)
		}
		for _, note := range technique.Metadata {
			replaced = replaced || note == attack.LayerNote{Name: "also", Value: "T1562.008"}
		}
	}
	if !replaced {
		t.Error("the id that the rule has is lost")
	}
}

// TestTimesketch checks each line against what Timesketch asks for.
func TestTimesketch(t *testing.T) {
	at := time.Date(2026, 3, 4, 9, 0, 0, 123_456_700, time.UTC)
	entries := timeline.Tell(timeline.Input{Activities: []activity.Activity{
		{Time: at, Source: "SigninLogs", Action: "Sign-in", Result: activity.Success, Actor: "adele\u202e@contoso.com", IPAddress: "192.0.2.7"},
		{Time: at.Add(time.Hour), Source: "AuditLogs", Action: "Add user", Result: activity.Success, Actor: "bob@contoso.com", Target: "x"},
		{Source: "AuditLogs", Action: "Add user", Result: activity.Success, Actor: "carla@contoso.com"}, // it has no time
	}})
	var b bytes.Buffer
	if without, err := Timesketch(&b, entries); err != nil || without != 1 {
		t.Fatal(without, err)
	}
	lines := 0
	for line := range strings.Lines(b.String()) {
		lines++
		if err := validate(t, "timesketch.schema.json", []byte(line)); err != nil {
			t.Errorf("line %d: %v", lines, err)
		}
	}
	if lines != 2 || !strings.Contains(b.String(), `"timestamp":1772614800123456`) {
		t.Errorf("%d lines: %s", lines, b.String())
	}
}

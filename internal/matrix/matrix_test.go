package matrix

import (
	"bytes"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/conshelf/conshelf/internal/attack"
	"github.com/conshelf/conshelf/internal/incident"
)

func sample() []Rule {
	return []Rule{
		{Name: "a", Tactics: []incident.Tactic{"Persistence"}, Techniques: []incident.Technique{"T1098.001", "T1078.004"}, Tables: []string{"AuditLogs"}, Sight: Full},
		{Name: "b", Tactics: []incident.Tactic{"DefenseEvasion"}, Techniques: []incident.Technique{"T1562.008"}, Tables: []string{"AzureActivity"}, Missing: []string{"AzureActivity"}, Sight: Blind},
		{Name: "c", Tactics: []incident.Tactic{"Impact"}, Techniques: []incident.Technique{"T1098.001"}, Tables: []string{"OfficeActivity", "AuditLogs"}, Missing: []string{"OfficeActivity"}, Sight: Partial},
		{Name: "d", Tactics: []incident.Tactic{"Stealth"}, Techniques: []incident.Technique{"T9999"}, Tables: []string{"AuditLogs"}},
		{Name: "e", Techniques: []incident.Technique{"T1685", "T1562.006", "T1687"}, Sight: Broken},
	}
}

func TestCells(t *testing.T) {
	cells, unlabelled := Cells(sample())
	var got []string
	for _, c := range cells {
		got = append(got, fmt.Sprintf("%s %s (%s) %v %v without %v: %s, %d", c.Tactic, c.Technique, c.Earlier, c.Rules, c.Tables, c.Missing, c.Sight, c.Able))
	}
	want := []string{
		"Persistence T1078.004 (T1078.004) [a] [AuditLogs] without []: evidence, 1",
		"Persistence T1098.001 (T1098.001) [a c] [AuditLogs OfficeActivity] without [OfficeActivity]: evidence, 2",
		"PrivilegeEscalation T1098.001 (T1098.001) [c] [AuditLogs OfficeActivity] without [OfficeActivity]: part of the evidence, 1",
		"DefenseImpairment T1685 (T1562.001) [e] [] without []: broken, 0",
		"DefenseImpairment T1685.002 (T1562.008) [b] [AzureActivity] without [AzureActivity]: no evidence, 0",
		"DefenseImpairment T1687 () [e] [] without []: broken, 0",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if fmt.Sprint(unlabelled) != "[d]" {
		t.Errorf("unlabelled %v", unlabelled)
	}
}

// TestLayer checks layers of both versions against the format's rules.
func TestLayer(t *testing.T) {
	cells, _ := Cells(sample())
	for _, version := range []string{attack.Version, attack.VersionEarlier} {
		data, without, err := Layer(cells, "Name", version)
		if err != nil {
			t.Fatal(err)
		}
		for _, wrong := range checkLayer(data, version) {
			t.Errorf("version %s: %s\n%s", version, wrong, data)
		}
		if got := fmt.Sprint(without); got != map[string]string{attack.Version: "[]", attack.VersionEarlier: "[T1687]"}[version] {
			t.Errorf("version %s leaves out %s", version, got)
		}
	}
	if data, _, _ := Layer(nil, "Name", attack.Version); len(checkLayer(data, attack.Version)) > 0 {
		t.Errorf("without rules: %v", checkLayer(data, attack.Version))
	}
}

// The checker is worth something only if it finds what is wrong.
func TestCheckLayer(t *testing.T) {
	cells, _ := Cells(sample())
	data, _, _ := Layer(cells, "Name", attack.Version)
	for from, to := range map[string]string{
		`"layer": "4.5"`: `"layer": "4.4"`, `"enterprise-attack"`: `"enterprise"`, `"T1078.004"`: `"T1079.004"`, `"persistence"`: `"impact"`,
		`"score": 2`: `"score": 9`, `"name": "Name"`: `"title": "Name"`, `"#66b1ff"`: `"blue"`, `"minValue": 0`: `"minValue": 7`, `"showID"`: `"showId"`,
	} {
		if wrong := bytes.Replace(data, []byte(from), []byte(to), 1); len(checkLayer(wrong, attack.Version)) == 0 {
			t.Errorf("%s in place of %s is not found", to, from)
		}
	}
}

var colour = regexp.MustCompile(`^#[0-9a-f]{6}$`)

// checkLayer returns what is wrong with a layer, by the published rules of the
// format.
func checkLayer(data []byte, version string) []string {
	var wrong []string
	say := func(is bool, format string, args ...any) {
		if is {
			wrong = append(wrong, fmt.Sprintf(format, args...))
		}
	}
	var l struct {
		Name        string
		Description string
		Versions    map[string]string
		Domain      string
		Sorting     int
		Layout      struct {
			Layout   string
			ShowID   *bool `json:"showID"`
			ShowName *bool `json:"showName"`
		}
		Techniques []struct {
			TechniqueID, Tactic, Comment, Color string
			Score                               *int
			Enabled, ShowSubtechniques          bool
			Metadata                            []struct{ Name, Value string }
		}
		Gradient struct {
			Colors             []string
			MinValue, MaxValue int
		}
		LegendItems []struct{ Label, Color string }
	}
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	if err := d.Decode(&l); err != nil {
		return []string{err.Error()}
	}
	say(l.Name == "", "no name")
	say(l.Domain != "enterprise-attack", "domain %s", l.Domain)
	say(l.Versions["layer"] != "4.5" || l.Versions["attack"] != version || !regexp.MustCompile(`^\d+\.\d+\.\d+$`).MatchString(l.Versions["navigator"]), "versions %v", l.Versions)
	say(!bytes.Contains(data, []byte(`"showID"`)), "no showID")
	say(!slices.Contains([]string{"side", "flat", "mini"}, l.Layout.Layout), "layout %s", l.Layout.Layout)
	say(len(l.Gradient.Colors) < 2 || l.Gradient.MinValue >= l.Gradient.MaxValue, "gradient %v", l.Gradient)
	for _, c := range l.Gradient.Colors {
		say(!colour.MatchString(c), "colour %s", c)
	}
	most := 0
	seen := make(map[string]bool)
	for _, technique := range l.Techniques {
		id := incident.Technique(technique.TechniqueID)
		key := technique.TechniqueID + " " + technique.Tactic
		say(seen[key], "%s is there twice", key)
		seen[key] = true
		say(!slices.Contains(columnsOf(id, version), technique.Tactic), "ATT&CK %s has no %s", version, key)
		say(technique.Score == nil || *technique.Score < 0, "%s has no score", key)
		if technique.Score != nil {
			most = max(most, *technique.Score)
			say(*technique.Score > l.Gradient.MaxValue, "%s: score %d", key, *technique.Score)
		}
		say(technique.Color != "" && !colour.MatchString(technique.Color), "colour %s", technique.Color)
		for _, m := range technique.Metadata {
			say(m.Name == "", "%s: metadata without a name", key)
		}
		say(technique.Comment == "", "%s has no comment", key)
	}
	say(most > 0 && l.Gradient.MaxValue != most, "the gradient ends at %d, the scores at %d", l.Gradient.MaxValue, most)
	return wrong
}

// columnsOf returns the short names of a technique's tactics in a version of
// ATT&CK; none if that version does not have it.
func columnsOf(id incident.Technique, version string) []string {
	var tactics []incident.Tactic
	if version == attack.VersionEarlier {
		if was, ok := attack.Earlier(id); ok && was == id {
			tactics = attack.EarlierTactics(id)
		}
	} else if t, ok := attack.Lookup(id); ok && t.ID == id {
		tactics = t.Tactics
	}
	var names []string
	for _, tactic := range tactics {
		names = append(names, strings.ToLower(attack.ShortName(tactic)))
	}
	return names
}

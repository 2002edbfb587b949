package rule

import (
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"github.com/conshelf/conshelf/internal/golden"
	"github.com/conshelf/conshelf/rules"
)

// deployed writes rules as a template and reads it again.
func deployed(t *testing.T, loaded []*Rule) (text string, back []*Rule) {
	t.Helper()
	text, refused := Template(loaded)
	for _, err := range refused {
		t.Error(err)
	}
	back, problems := Load(fstest.MapFS{"t.json": {Data: []byte(text)}})
	for _, p := range problems {
		if p.Diagnostics.HasErrors() {
			t.Error(p)
		}
	}
	return text, back
}

func written(t *testing.T, r *Rule) string {
	t.Helper()
	text, err := r.YAML()
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// Nothing of the program's own rules is lost on the way to a template and
// back, and the template is the same the second time.
func TestPackIsConvertedWithoutLoss(t *testing.T) {
	loaded, _ := Load(rules.FS())
	text, back := deployed(t, loaded)
	if len(back) != len(loaded) {
		t.Fatalf("%d rules of %d", len(back), len(loaded))
	}
	for i, r := range loaded {
		if diff := cmp.Diff(written(t, r), written(t, back[i])); diff != "" {
			t.Errorf("%s: %s", r.Path, diff)
		}
	}
	if again, _ := deployed(t, back); again != text {
		t.Errorf("the second template differs: %s", cmp.Diff(text, again))
	}
	for _, later := range []string{`"Stealth"`, `"DefenseImpairment"`, `"T1685`} {
		if strings.Contains(text[strings.LastIndex(text, `"resources": [`):], later) {
			t.Errorf("Sentinel does not know %s", later)
		}
	}
}

// YAML is what was read, whatever was written: reading it again gives the
// same.
func TestYAMLIsRead(t *testing.T) {
	loaded, _ := Load(rules.FS())
	for _, r := range loaded {
		back, problems := Load(fstest.MapFS{"r.yaml": {Data: []byte(written(t, r))}})
		if len(back) != 1 {
			t.Fatal(problems)
		}
		if diff := cmp.Diff(written(t, r), written(t, back[0])); diff != "" || back[0].Query != r.Query {
			t.Errorf("%s: %s", r.Path, diff)
		}
	}
}

// TestConvert converts the archive's rules: yaml is what they are in Sentinel's
// YAML, arm.json the template, refused what cannot be one.
func TestConvert(t *testing.T) {
	golden.Run(t, "testdata/convert/*.txtar", func(t *testing.T, in map[string]string) map[string]string {
		fsys := make(fstest.MapFS)
		for name, data := range in {
			if strings.HasPrefix(name, "in/") {
				fsys[name] = &fstest.MapFile{Data: []byte(data)}
			}
		}
		loaded, problems := Load(fsys)
		for _, p := range problems {
			if p.Diagnostics.HasErrors() {
				t.Error(p)
			}
		}
		var yaml, wrong strings.Builder
		for _, r := range loaded {
			written, err := r.YAML()
			if err != nil {
				written = "# " + err.Error() + "\n"
			}
			yaml.WriteString("---\n" + written)
		}
		text, refused := Template(loaded)
		for _, err := range refused {
			wrong.WriteString(err.Error() + "\n")
		}
		back, _ := Load(fstest.MapFS{"t.json": {Data: []byte(text)}})
		if len(back)+len(refused) != len(loaded) {
			t.Errorf("%d rules are %d in the template, and %d are refused", len(loaded), len(back), len(refused))
		}
		if again, _ := Template(back); again != text {
			t.Errorf("the second template differs: %s", cmp.Diff(text, again))
		}
		return map[string]string{"yaml": yaml.String(), "arm.json": text, "refused": wrong.String()}
	})
}

// A resource that was changed by hand is what counts, not what the template
// kept of the rule.
func TestEditedTemplateCounts(t *testing.T) {
	loaded, _ := Load(fstest.MapFS{"r.yaml": {Data: []byte("id: 11111111-1111-4111-8111-111111111111\nname: X\nkind: NRT\nseverity: Low\ntactics: [Stealth]\nrelevantTechniques: [T1685.002]\nquery: AuditLogs\nversion: 2.0.0\n")}})
	text, _ := deployed(t, loaded)
	edited := strings.Replace(text, `"T1562.008"`, `"T1562.001"`, 1)
	if edited == text {
		t.Fatal(text)
	}
	back, _ := Load(fstest.MapFS{"t.json": {Data: []byte(edited)}})
	if got := back[0].Techniques; len(got) != 1 || got[0] != "T1562.001" {
		t.Errorf("techniques %v", got)
	}
	if back[0].Tactics[0] != "Stealth" || back[0].Version != "2.0.0" {
		t.Errorf("%v, version %s", back[0].Tactics, back[0].Version)
	}
}

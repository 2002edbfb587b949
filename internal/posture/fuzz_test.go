package posture_test

import (
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"

	"github.com/conshelf/conshelf/internal/incident"
	"github.com/conshelf/conshelf/internal/posture"
)

// Whatever is in a file, reading it ends, and says the same each time.
func FuzzRead(f *testing.F) {
	paths, err := filepath.Glob("testdata/*.txtar")
	if err != nil {
		f.Fatal(err)
	}
	for _, path := range paths {
		archive, err := txtar.ParseFile(path)
		if err != nil {
			f.Fatal(err)
		}
		for _, file := range archive.Files {
			if filepath.Ext(file.Name) == ".json" {
				f.Add(file.Data)
			}
		}
	}
	for _, text := range []string{`[null,1,"x",[],{"value":[null]}]`, `{"type":"Microsoft.Network/networkSecurityGroups","properties":{"securityRules":[null]}}`, `{"_id":null,"timestamp":"x","title":1}`} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		if diff := cmp.Diff(all(data), all(data)); diff != "" {
			t.Errorf("read twice (-first +second):\n%s", diff)
		}
	})
}

// all returns everything that is said of a file.
func all(data []byte) []any {
	e := posture.Export{Investigated: true, Incidents: []incident.Incident{{ID: "i", Entities: []incident.Entity{{Type: incident.Host, Identifiers: []incident.Identifier{{Name: "HostName", Value: "web"}}}}}}}
	err := e.Read("file.json", data)
	findings := e.Findings()
	return []any{err != nil, findings, e.Exposures(findings), e.Skipped, e.Incomplete}
}

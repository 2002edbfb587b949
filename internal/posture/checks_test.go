package posture_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/conshelf/conshelf/internal/attack"
	"github.com/conshelf/conshelf/internal/golden"
	"github.com/conshelf/conshelf/internal/incident"
	"github.com/conshelf/conshelf/internal/posture"
	"github.com/conshelf/conshelf/internal/tenant"
)

// Each archive is of one check. A file is of the case that its folder names, and
// the case's name begins with what the verdict has to be: healthy, unhealthy or
// unknown. What the finding says besides is in the file verdicts.
//
//	healthy-anything/export.json     files of an export
//	healthy-anything/inventory.yaml  what is declared
//	healthy-anything/AuditLogs.rows  a table's rows; first line: first time, last time, what it may lack
//	healthy-anything/incidents.json  of an investigation, with the instant to which the evidence goes
func TestChecks(t *testing.T) {
	golden.Run(t, "testdata/*.txtar", func(t *testing.T, in map[string]string) map[string]string {
		id := strings.TrimSuffix(strings.TrimPrefix(t.Name(), "TestChecks/"), ".txtar")
		var out strings.Builder
		kinds := make(map[string]bool)
		for _, name := range cases(in) {
			kind, _, _ := strings.Cut(name, "-")
			kinds[kind] = true
			got := finding(t, exportOf(t, in, name), id)
			want, ok := map[string]posture.Verdict{"healthy": posture.Met, "unhealthy": posture.NotMet, "unknown": posture.NotLookedAt}[kind]
			if !ok || got.Verdict != want {
				t.Errorf("%s is %v: %s %s", name, got.Verdict, texts(got.Evidence), got.Note)
			}
			write(&out, name, &got)
		}
		if len(kinds) < 3 {
			t.Errorf("%s has the cases %v, and not all of healthy, unhealthy and unknown", id, kinds)
		}
		return map[string]string{"verdicts": out.String()}
	})
}

func cases(in map[string]string) []string {
	names := make(map[string]bool)
	for name := range in {
		if dir := path.Dir(name); dir != "." {
			names[dir] = true
		}
	}
	return slices.Sorted(maps.Keys(names))
}

func write(out *strings.Builder, name string, f *posture.Finding) {
	fmt.Fprintf(out, "%s: %s\n", name, f.Verdict)
	for _, e := range f.Evidence {
		fmt.Fprintf(out, "  %s\n", e)
		if e.Resource != "" {
			fmt.Fprintf(out, "    resource %s\n", e.Resource)
		}
		if e.User != "" {
			fmt.Fprintf(out, "    user %s\n", e.User)
		}
	}
	for _, line := range []struct{ what, text string }{{"note", f.Note}, {"obtain", f.Obtain}} {
		if line.text != "" {
			fmt.Fprintf(out, "  %s: %s\n", line.what, line.text)
		}
	}
}

// exportOf reads the files of a case.
func exportOf(t *testing.T, in map[string]string, name string) *posture.Export {
	t.Helper()
	var e posture.Export
	for _, file := range slices.Sorted(maps.Keys(in)) {
		base, ok := strings.CutPrefix(file, name+"/")
		if !ok {
			continue
		}
		switch {
		case base == tenant.InventoryName:
			inventory, err := tenant.ParseInventory([]byte(in[file]))
			if err != nil {
				t.Fatal(err)
			}
			e.Inventory = inventory
		case base == "incidents.json":
			readIncidents(t, &e, in[file])
		case path.Ext(base) == ".rows":
			readRows(t, &e, strings.TrimSuffix(base, ".rows"), in[file])
		default:
			if err := e.Read(base, []byte(in[file])); err != nil {
				t.Fatal(err)
			}
		}
	}
	return &e
}

func readIncidents(t *testing.T, e *posture.Export, text string) {
	t.Helper()
	var doc struct {
		End       time.Time
		Incidents []incident.Incident
	}
	if err := json.Unmarshal([]byte(text), &doc); err != nil {
		t.Fatal(err)
	}
	e.Investigated, e.Incidents, e.End = true, doc.Incidents, doc.End
}

func readRows(t *testing.T, e *posture.Export, table, text string) {
	t.Helper()
	head, rows, _ := strings.Cut(text, "\n")
	var lost []string
	words := strings.SplitN(head, " ", 3)
	if len(words) > 2 {
		lost = words[2:]
	}
	e.Table(table, moment(t, words[0]), moment(t, words[1]), lost...)
	n := 0
	for row := range strings.Lines(rows) {
		if row = strings.TrimSpace(row); row == "" {
			continue
		}
		n++
		e.Row(table, fmt.Sprintf("%s, record %d", table, n), []byte(row))
	}
}

func moment(t *testing.T, text string) time.Time {
	t.Helper()
	at, err := time.Parse(time.RFC3339, text)
	if err != nil {
		t.Fatal(err)
	}
	return at
}

// Every check has an archive, and what it says of itself is whole.
func TestChecksAreWhole(t *testing.T) {
	var e posture.Export
	findings := e.Findings()
	if len(findings) != 23 {
		t.Errorf("there are %d checks, want the 23 of the guide", len(findings))
	}
	for _, f := range findings {
		if f.Verdict != posture.NotLookedAt || f.Note == "" || f.Obtain == "" {
			t.Errorf("%s of nothing is %v (%s), to be had by %q", f.ID, f.Verdict, f.Note, f.Obtain)
		}
		if f.Title == "" || f.Source == "" || f.Remedy == "" || len(f.Techniques) == 0 || f.Severity == incident.Unrated {
			t.Errorf("%s lacks something: %+v", f.ID, f)
		}
		for _, id := range f.Techniques {
			if known, ok := attack.Lookup(id); !ok || known.ID != id {
				t.Errorf("%s: ATT&CK has no technique %s: %+v", f.ID, id, known)
			}
		}
		if found, err := filepath.Glob("testdata/" + f.ID + ".txtar"); err != nil || len(found) != 1 {
			t.Errorf("%s has no archive", f.ID)
		}
	}
}

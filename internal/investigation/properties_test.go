package investigation

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/conshelf/conshelf/internal/incident"
	"github.com/conshelf/conshelf/internal/simulate"
	"github.com/conshelf/conshelf/rules"
)

// small is a tenant for tests that are not about detection.
func small(seed uint64) simulate.Options { return simulate.Options{Seed: seed, Users: 20, Days: 7} }

// TestSameEvidenceSameReport loads the same evidence twice, its files named in
// another order, and compares the reports byte by byte.
func TestSameEvidenceSameReport(t *testing.T) {
	dir := t.TempDir()
	exports := filepath.Join(dir, "exports")
	if _, err := simulate.Write(t.Context(), exports, small(1)); err != nil {
		t.Fatal(err)
	}
	entries, err := os.ReadDir(exports)
	if err != nil {
		t.Fatal(err)
	}
	var paths []string
	for _, e := range entries {
		paths = append(paths, filepath.Join(exports, e.Name()))
	}
	first := reports(t, filepath.Join(dir, "first"), paths)
	slices.Reverse(paths)
	second := reports(t, filepath.Join(dir, "second"), paths)
	for name, text := range first {
		if diff := cmp.Diff(strings.Split(text, "\n"), strings.Split(second[name], "\n")); diff != "" {
			t.Errorf("%s differs (-first +second):\n%s", name, diff)
		}
	}
}

// reports investigates paths and returns the report's files by name.
func reports(t *testing.T, dir string, paths []string) map[string]string {
	t.Helper()
	c := openCase(t, dir)
	load(t, c, paths...)
	doc, problems, err := c.Investigate(t.Context(), Options{Rules: rules.FS(), Version: "test"})
	if err != nil || len(problems) > 0 {
		t.Fatalf("%v, %v", problems, err)
	}
	if len(doc.Incidents) == 0 {
		t.Fatal("no incident: the test says nothing")
	}
	written, err := c.WriteReport(doc)
	if err != nil {
		t.Fatal(err)
	}
	out := make(map[string]string)
	for _, path := range written {
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		out[filepath.Base(path)] = string(data)
	}
	return out
}

// TestTwoTenantsStayApart loads two tenants into one case. Every alert is of
// one of them, names it, and rests on records of its files alone; no incident
// joins the two.
func TestTwoTenantsStayApart(t *testing.T) {
	dir := t.TempDir()
	c := openCase(t, filepath.Join(dir, "case"))
	tenants := make(map[string]string) // directory to tenant
	for i, name := range []string{"one", "two"} {
		exports := filepath.Join(dir, name)
		truth, err := simulate.Write(t.Context(), exports, small(uint64(i+1)))
		if err != nil {
			t.Fatal(err)
		}
		tenants[filepath.ToSlash(exports)] = truth.Tenant.ID
		loadAs(t, c, truth.Tenant.ID, exports)
	}
	found, err := c.Find(t.Context(), Options{Rules: rules.FS()})
	if err != nil {
		t.Fatal(err)
	}
	seen := make(map[string]int)
	for _, a := range found.Alerts {
		seen[a.Tenant]++
		for _, o := range a.Origins {
			if f := found.Files[o.File-1]; tenants[root(tenants, f.Path)] != a.Tenant {
				t.Errorf("%s of tenant %s rests on %s", a.Rule.Name, a.Tenant, f.Name())
			}
		}
	}
	for _, g := range found.Gaps {
		if g.Subject == "records that name no tenant" {
			t.Errorf("every record names its tenant, and a gap says: %s", g.Reason)
		}
	}
	if len(seen) != 2 {
		t.Errorf("alerts by tenant: %v, want both tenants", seen)
	}
	for _, i := range found.Incidents {
		for _, a := range i.Alerts {
			if a.Tenant != i.Tenant {
				t.Errorf("incident %s of tenant %s holds an alert of %s", i.Title, i.Tenant, a.Tenant)
			}
		}
	}
}

func root(tenants map[string]string, path string) string {
	for dir := range tenants {
		if strings.HasPrefix(path, dir+"/") {
			return dir
		}
	}
	return ""
}

// TestAlertsAreTraceable follows every alert to the records that it names.
func TestAlertsAreTraceable(t *testing.T) {
	_, found := investigateTenant(t, small(3))
	if len(found.Alerts) == 0 {
		t.Fatal("no alert: the test says nothing")
	}
	for _, a := range found.Alerts {
		if len(a.Origins) == 0 || a.OriginCount < int64(len(a.Origins)) {
			t.Errorf("%s has %d origins of %d", a.Rule.Name, len(a.Origins), a.OriginCount)
		}
		for _, o := range a.Origins {
			f := found.Files[o.File-1]
			if f.Number != o.File || o.Record < 1 || o.Record > f.Counts.Read || len(f.SHA256) != 64 {
				t.Errorf("%s names record %d of file %d, %s, which has %d", a.Rule.Name, o.Record, o.File, f.Name(), f.Counts.Read)
			}
		}
	}
}

// TestGapsReachTheReport takes the audit log and a rule's column away and
// looks for both in the report.
func TestGapsReachTheReport(t *testing.T) {
	dir := t.TempDir()
	exports := filepath.Join(dir, "exports")
	o := small(1)
	o.Formats.Exports = []simulate.Export{simulate.InteractiveSignIns}
	if _, err := simulate.Write(t.Context(), exports, o); err != nil {
		t.Fatal(err)
	}
	c := openCase(t, filepath.Join(dir, "case"))
	load(t, c, exports)
	found, err := c.Find(t.Context(), Options{Rules: rules.FS()})
	if err != nil {
		t.Fatal(err)
	}
	missing := 0
	for _, g := range found.Gaps {
		if g.Reason == "" || g.Consequence == "" {
			t.Errorf("gap %+v does not say why, or what it means", g)
		}
		if g.Kind == incident.GapMissingTable && g.Subject == "AuditLogs" {
			missing++
		}
	}
	if missing != 1 {
		t.Errorf("the missing audit log is told %d times, want once", missing)
	}
	doc, _, err := c.Investigate(t.Context(), Options{Rules: rules.FS()})
	if err != nil {
		t.Fatal(err)
	}
	written, err := c.WriteReport(doc)
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range written {
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(string(data), "AuditLogs") {
			t.Errorf("%s does not say that AuditLogs is missing", path)
		}
	}
	for _, r := range doc.Rules {
		if r.Rule.Name == "Directory role assigned" && !strings.Contains(r.NotRun+r.Partly, "AuditLogs") {
			t.Error("the report does not say that a rule went without AuditLogs")
		}
	}
}

package investigation

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/conshelf/conshelf/kql/types"
)

// signIns are two days of sign-ins; their bags differ in keys.
const signIns = `{"TimeGenerated":"2026-03-01T08:00:00Z","UserPrincipalName":"adele@contoso.com","IPAddress":"192.0.2.7","ResultType":"0","Type":"SigninLogs","CorrelationId":"c1","DeviceDetail":{"browser":"Edge","os":"Windows"}}
{"TimeGenerated":"2026-03-02T08:00:00Z","UserPrincipalName":"adele@contoso.com","IPAddress":"192.0.2.8","ResultType":"0","Type":"SigninLogs","CorrelationId":"c2","DeviceDetail":{"browser":"Edge"}}
{"TimeGenerated":"2026-03-03T09:00:00Z","UserPrincipalName":"alex@contoso.com","IPAddress":"198.51.100.1","ResultType":"50126","Type":"SigninLogs","CorrelationId":"c3","DeviceDetail":{"browser":"Chrome","trusted":true}}
`

// A rule is replayed at many instants. What it asked of the rows and read from
// outside is the same at each of them, and a watchlist is not limited to a
// window.
const outsideRule = `id: 7c2f9f0e-6a51-4d0a-9d6b-2f6d3a0c1e55
name: Sign-in of a watched account
kind: Scheduled
description: It joins a watchlist.
severity: Medium
requiredDataConnectors: []
queryFrequency: 1d
queryPeriod: 1d
triggerOperator: gt
triggerThreshold: 0
tactics:
  - InitialAccess
relevantTechniques:
  - T1078.004
query: |
  SigninLogs
  | where TimeGenerated > ago(1d)
  | evaluate bag_unpack(DeviceDetail)
  | where isnotempty(browser)
  | join kind=inner (_GetWatchlist("Watched")) on $left.UserPrincipalName == $right.SearchKey
  | where Watched(Tier)
  | project TimeGenerated, UserPrincipalName, IPAddress, browser, Tier
entityMappings:
  - entityType: Account
    fieldMappings:
      - identifier: FullName
        columnName: UserPrincipalName
eventGroupingSettings:
  aggregationKind: AlertPerResult
version: 1.0.0
`

func writeFile(t *testing.T, path, text string) string {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestRuleReadsOutside(t *testing.T) {
	dir := t.TempDir()
	c := openCase(t, filepath.Join(dir, "case"))
	load(t, c, writeFile(t, filepath.Join(dir, "signins.jsonl"), signIns))
	functions, problems := LoadFunctions(fstest.MapFS{"Watched.kql": {Data: []byte("(level:string) { tolong(level) > 0 }")}})
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	list := writeFile(t, filepath.Join(dir, "watched.csv"), "User,Tier\nadele@contoso.com,1\nmegan@contoso.com,1\nalex@contoso.com,0\n")
	c.Use(&Sources{Functions: functions, Files: map[string]string{"Watched": list}, SearchKeys: map[string]string{"Watched": "User"}}, nil)
	f, err := c.Find(t.Context(), Options{Rules: fstest.MapFS{"watched.yaml": {Data: []byte(outsideRule)}}})
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range f.Problems {
		t.Error(p)
	}
	if len(f.Alerts) != 2 {
		t.Errorf("%d alerts, want one for each of adele's days: %v", len(f.Alerts), f.Alerts)
	}
	for _, a := range f.Alerts {
		if len(a.Origins) == 0 {
			t.Errorf("an alert names no record: %v", a)
		}
	}
}

// Without a file the rule is a problem that names what is missing, and no rule
// that found nothing.
func TestRuleWithoutItsWatchlist(t *testing.T) {
	dir := t.TempDir()
	c := openCase(t, filepath.Join(dir, "case"))
	load(t, c, writeFile(t, filepath.Join(dir, "signins.jsonl"), signIns))
	f, err := c.Find(t.Context(), Options{Rules: fstest.MapFS{"watched.yaml": {Data: []byte(outsideRule)}}})
	if err != nil {
		t.Fatal(err)
	}
	if len(f.Problems) != 1 || !strings.Contains(f.Problems[0].String(), "Watched: no file stands for it") {
		t.Errorf("problems: %v", f.Problems)
	}
}

// A case that was opened to be read is opened again to load a file, once.
func TestLoadsOnce(t *testing.T) {
	dir := t.TempDir()
	c := openCase(t, filepath.Join(dir, "case"))
	list := writeFile(t, filepath.Join(dir, "list.csv"), "a,b\n1,x\n")
	c.Use(&Sources{Files: map[string]string{"L": list, "Empty": writeFile(t, filepath.Join(dir, "empty.csv"), "a\n")}}, openDuckDB)
	for range 3 {
		q, diagnostics, err := c.Compile(t.Context(), `_GetWatchlist("L") | union (_GetWatchlist("Empty")) | project a, b`, CompileOptions{})
		if err != nil || q == nil {
			t.Fatal(err, diagnostics)
		}
		rows := 0
		if err := c.Query(t.Context(), q, func([]types.Value) error { rows++; return nil }); err != nil {
			t.Fatal(err)
		}
		if rows != 1 {
			t.Errorf("%d rows, want 1", rows)
		}
	}
	files, err := c.Files(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if len(files) != 2 || files[0].SHA256 == "" || files[0].Number == files[1].Number {
		t.Errorf("the manifest has %v", files)
	}
	tables, err := c.Tables(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, table := range tables {
		if table.Name != "Evidence_CL" {
			t.Errorf("%s is listed as evidence", table.Name)
		}
	}
	if tenants, err := c.engine.Tenants(t.Context()); err != nil || len(tenants) != 0 {
		t.Errorf("tenants %v, %v", tenants, err)
	}
}

// A name that a query uses never leads out of the folder.
func TestSourcesFolder(t *testing.T) {
	dir := t.TempDir()
	outside := writeFile(t, filepath.Join(dir, "secret.csv"), "x\n")
	folder := filepath.Join(dir, "external")
	writeFile(t, filepath.Join(folder, "host.example", "a", "list.csv"), "x\n")
	writeFile(t, filepath.Join(folder, "VIPs.csv.gz"), "x\n")
	if err := os.Symlink(outside, filepath.Join(folder, "link.csv")); err != nil {
		t.Skip("no symbolic links here")
	}
	s := &Sources{Folder: folder}
	for name, want := range map[string]string{
		"https://host.example/a/list.csv?key=1": "host.example/a/list.csv",
		"https://host.example/a/list":           "host.example/a/list.csv",
		"VIPs":                                  "VIPs.csv.gz",
		"../secret":                             "",
		"/etc/passwd":                           "",
		"link":                                  "",
		"https://host.example/../../secret.csv": "",
		"https://host.example":                  "",
		"":                                      "",
		".":                                     "",
	} {
		got, err := s.file(name)
		if want == "" {
			if !errors.Is(err, ErrNotMapped) {
				t.Errorf("file(%q) = %q, %v", name, got, err)
			}
			continue
		}
		if err != nil || got != filepath.Join(folder, filepath.FromSlash(want)) {
			t.Errorf("file(%q) = %q, %v, want %s", name, got, err, want)
		}
	}
}

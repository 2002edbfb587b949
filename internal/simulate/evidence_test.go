package simulate

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/csv"
	"encoding/hex"
	"encoding/json"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// simulated writes the exports of o to a new directory.
func simulated(t *testing.T, o Options) (dir string, truth Truth) {
	t.Helper()
	dir = t.TempDir()
	truth, err := Write(t.Context(), dir, o)
	if err != nil {
		t.Fatal(err)
	}
	return dir, truth
}

// small is a tenant that is quick to write and has everything.
func small(seed uint64) Options {
	return Options{Seed: seed, Users: 24, Days: 8}
}

// contents returns the files under dir, uncompressed, by name.
func contents(t *testing.T, dir string) map[string][]byte {
	t.Helper()
	files := make(map[string][]byte)
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		name, err := filepath.Rel(dir, path)
		if err != nil {
			return err
		}
		if filepath.Ext(path) == ".gz" {
			b = gunzip(t, b)
		}
		files[filepath.ToSlash(name)] = b
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

func gunzip(t *testing.T, b []byte) []byte {
	t.Helper()
	r, err := gzip.NewReader(bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	b, err = io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func digest(t *testing.T, dir string) string {
	t.Helper()
	h := sha256.New()
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		_, err = h.Write(append([]byte(strings.TrimPrefix(path, dir)), b...))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return hex.EncodeToString(h.Sum(nil))
}

// A found is one record as it stands in a file, with its properties lifted out
// of whatever surrounds them.
type found map[string]any

func (f found) text(path ...string) string {
	var v any = map[string]any(f)
	for _, name := range path {
		m, ok := v.(map[string]any)
		if !ok {
			return ""
		}
		v = m[name]
	}
	s, _ := v.(string)
	return s
}

// read returns the records of every export. It fails the test on anything that
// does not parse.
func read(t *testing.T, dir string) map[Export][]found {
	t.Helper()
	records := make(map[Export][]found)
	for name, b := range contents(t, dir) {
		e, list := readFile(t, name, b)
		if e == "" {
			for _, r := range list {
				e := InteractiveSignIns
				if r.text("category") != "SignInLogs" {
					e = NonInteractiveSignIns
				}
				records[e] = append(records[e], lift(r))
			}
			continue
		}
		records[e] = append(records[e], list...)
	}
	return records
}

func lift(r found) found {
	return r["properties"].(map[string]any)
}

func readFile(t *testing.T, name string, b []byte) (Export, []found) {
	t.Helper()
	top, _, _ := strings.Cut(name, "/")
	switch {
	case strings.HasPrefix(name, "Graph/SignIns/"):
		return InteractiveSignIns, readWrapped(t, name, b, "value")
	case strings.HasPrefix(name, "Graph/DirectoryAudits/"):
		return DirectoryAudits, readWrapped(t, name, b, "value")
	case strings.HasPrefix(name, "Graph/RiskDetections/"):
		return RiskDetections, readWrapped(t, name, b, "value")
	case strings.HasPrefix(name, "Graph/RiskyUsers/"):
		return RiskyUsers, readWrapped(t, name, b, "value")
	case top == "insights-logs-noninteractiveusersigninlogs":
		return NonInteractiveSignIns, lifted(readLines(t, name, b))
	case top == "insights-logs-serviceprincipalsigninlogs":
		return ServicePrincipalSignIns, lifted(readLines(t, name, b))
	case top == "insights-logs-microsoftgraphactivitylogs":
		return GraphActivity, lifted(readLines(t, name, b))
	case top == "insights-activity-logs":
		return AzureActivity, readLines(t, name, b)
	case top == "insights-logs-auditevent":
		return KeyVaultAudit, readWrapped(t, name, b, "records")
	case strings.HasSuffix(name, ".jsonl") && top == "UnifiedAuditLog":
		return UnifiedAuditLog, readLines(t, name, b)
	case strings.HasSuffix(name, ".csv") && top == "UnifiedAuditLog":
		return UnifiedAuditLog, readSearch(t, name, b)
	case name == "LogAnalytics/SecurityAlert.csv":
		return SecurityAlerts, readTable(t, name, b)
	case name == "signins.jsonl":
		return "", readLines(t, name, b)
	}
	t.Fatalf("a file of no export: %s", name)
	return "", nil
}

func lifted(list []found) []found {
	for i, r := range list {
		list[i] = lift(r)
	}
	return list
}

func readWrapped(t *testing.T, name string, b []byte, key string) []found {
	t.Helper()
	var page map[string]json.RawMessage
	if err := json.Unmarshal(b, &page); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	var list []found
	if err := json.Unmarshal(page[key], &list); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return list
}

func readLines(t *testing.T, name string, b []byte) []found {
	t.Helper()
	var list []found
	for line := range bytes.Lines(b) {
		var r found
		if err := json.Unmarshal(line, &r); err != nil {
			t.Fatalf("%s: %v in %s", name, err, line)
		}
		list = append(list, r)
	}
	return list
}

func readRows(t *testing.T, name string, b []byte) []found {
	t.Helper()
	rows, err := csv.NewReader(bytes.NewReader(b)).ReadAll()
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	var list []found
	for _, row := range rows[1:] {
		r := make(found)
		for i, column := range rows[0] {
			r[column] = row[i]
		}
		list = append(list, r)
	}
	return list
}

// readSearch returns the AuditData of each row, and the row under "row".
func readSearch(t *testing.T, name string, b []byte) []found {
	t.Helper()
	var list []found
	for _, row := range readRows(t, name, b) {
		var r found
		if err := json.Unmarshal([]byte(row.text("AuditData")), &r); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		r["row"] = map[string]any(row)
		list = append(list, r)
	}
	return list
}

func readTable(t *testing.T, name string, b []byte) []found {
	t.Helper()
	b, ok := bytes.CutPrefix(b, []byte("\ufeff"))
	if !ok {
		t.Errorf("%s: no byte order mark", name)
	}
	return readRows(t, name, b)
}

// identity returns what tells a record of an export from the others.
func identity(e Export, r found) string {
	switch e {
	case UnifiedAuditLog:
		return r.text("Id")
	case SecurityAlerts:
		return r.text("SystemAlertId")
	case KeyVaultAudit:
		return r.text("correlationId")
	case AzureActivity:
		if r.text("resultType") != "Success" {
			return r.text("correlationId") + " started"
		}
		return r.text("correlationId")
	case GraphActivity:
		return r.text("requestId")
	case InteractiveSignIns, NonInteractiveSignIns, ServicePrincipalSignIns, DirectoryAudits, RiskDetections, RiskyUsers:
		return r.text("id")
	}
	panic(e)
}

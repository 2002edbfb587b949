package investigation

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/conshelf/conshelf/internal/simulate"
	"github.com/conshelf/conshelf/internal/vocabulary"
	"github.com/conshelf/conshelf/kql/types"
)

// guideQueries returns the seven queries of the guide, as printed, in order.
func guideQueries(t *testing.T) []string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("..", "..", "..", "shared", "guide.txt"))
	if errors.Is(err, fs.ErrNotExist) {
		t.Skip("no shared/guide.txt beside the checkout")
	}
	if err != nil {
		t.Fatal(err)
	}
	var queries []string
	lines := strings.Split(string(data), "\n")
	for i := 0; i+1 < len(lines); i++ {
		if !strings.HasPrefix(lines[i+1], "| where") || strings.HasPrefix(lines[i], "|") {
			continue
		}
		query := lines[i]
		for i++; i < len(lines) && strings.HasPrefix(lines[i], "|"); i++ {
			query += "\n" + lines[i]
		}
		queries = append(queries, query)
	}
	if len(queries) != 7 {
		t.Fatalf("the guide has %d queries, want 7", len(queries))
	}
	return queries
}

// TestGuideQueries runs the guide's queries as printed, in its vocabulary, over
// the demo's tenant. What each must return is read from the exports
// themselves, by this test, without the program.
func TestGuideQueries(t *testing.T) {
	queries := guideQueries(t)
	dir := t.TempDir()
	exports := filepath.Join(dir, "exports")
	if _, err := simulate.Write(t.Context(), exports, simulate.Options{Seed: 1, Users: 60, Days: 14}); err != nil {
		t.Fatal(err)
	}
	c := openCase(t, filepath.Join(dir, "case"))
	load(t, c, exports)
	_, end, err := c.Span(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	raw := readExports(t, exports, end.Add(-7*24*time.Hour))
	for i, want := range [][]string{
		raw.cloudAppsAlerts(t), raw.identityAlerts(t), raw.riskySignIns(t), raw.confirmed(t),
		raw.applications(t), raw.roles(t), raw.secrets(t),
	} {
		t.Run(strings.Fields(queries[i])[0], func(t *testing.T) {
			got := runGuideQuery(t, c, queries[i])
			if len(want) == 0 {
				t.Fatal("the tenant has nothing that this query should find: the test says nothing")
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("%s\nreturned (-want +got):\n%s", queries[i], diff)
			}
		})
	}
}

// runGuideQuery returns the rows of a query, each as its text columns joined,
// and checks that they are the latest first.
func runGuideQuery(t *testing.T, c *Case, query string) []string {
	t.Helper()
	q, list, err := c.Compile(t.Context(), query, CompileOptions{Vocabulary: vocabulary.Guide})
	if err != nil {
		t.Fatal(err)
	}
	if q == nil {
		t.Fatalf("does not compile:\n%s", list.Format("guide", query))
	}
	var rows []string
	last := int64(1<<63 - 1)
	err = c.Query(t.Context(), q, func(row []types.Value) error {
		if row[0].Int > last {
			t.Errorf("row %d is later than the one before it", len(rows)+1)
		}
		last = row[0].Int
		cells := make([]string, len(row))
		for i, v := range row {
			cells[i] = v.String()
		}
		rows = append(rows, guideRow(q.Root.Columns(), cells))
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(rows)
	return rows
}

// guideRow keeps the columns whose values the exports hold to the letter.
func guideRow(cols []types.Column, cells []string) string {
	var kept []string
	for i, c := range cols {
		switch c.Name {
		case "InitiatedBy", "TargetResources", "DeviceDetail", "Location", "Description", "RiskEventTypes":
		default:
			kept = append(kept, c.Name+"="+cells[i])
		}
	}
	return strings.Join(kept, " ")
}

// rawExports is what the exports hold, read without the program.
type rawExports struct {
	since                      time.Time
	alerts                     []map[string]string
	signIns, audits, risks, kv []map[string]any
}

func readExports(t *testing.T, dir string, since time.Time) rawExports {
	t.Helper()
	return rawExports{
		since:   since,
		alerts:  readCSV(t, filepath.Join(dir, "LogAnalytics", "SecurityAlert.csv")),
		signIns: readPages(t, filepath.Join(dir, "Graph", "SignIns"), "value"),
		audits:  readPages(t, filepath.Join(dir, "Graph", "DirectoryAudits"), "value"),
		risks:   readPages(t, filepath.Join(dir, "Graph", "RiskDetections"), "value"),
		kv:      readPages(t, filepath.Join(dir, "insights-logs-auditevent"), "records"),
	}
}

func (r rawExports) cloudAppsAlerts(t *testing.T) []string {
	return r.alertRows(t, "MCAS", func(a map[string]string) string {
		name := strings.ToLower(a["AlertName"])
		if !strings.Contains(name, "oauth app") && !strings.Contains(name, "impossible travel") {
			return ""
		}
		return fmt.Sprintf("AlertCreationTime=%s AlertName=%s Severity=%s UserAccounts=%s", portalTime(t, a), a["AlertName"], a["AlertSeverity"], a["CompromisedEntity"])
	})
}

func (r rawExports) identityAlerts(t *testing.T) []string {
	return r.alertRows(t, "IPC", func(a map[string]string) string {
		return fmt.Sprintf("TimeGenerated=%s AlertName=%s CompromisedEntity=%s ReportedSeverity=%s", portalTime(t, a), a["AlertName"], a["CompromisedEntity"], a["AlertSeverity"])
	})
}

func (r rawExports) alertRows(t *testing.T, provider string, row func(map[string]string) string) []string {
	t.Helper()
	var out []string
	for _, a := range r.alerts {
		if at := portalTime(t, a); a["ProviderName"] == provider && at > kustoTime(r.since) {
			if text := row(a); text != "" {
				out = append(out, text)
			}
		}
	}
	slices.Sort(out)
	return out
}

func portalTime(t *testing.T, a map[string]string) string {
	t.Helper()
	at, err := time.Parse("1/2/2006, 3:04:05.000 PM", a["TimeGenerated [UTC]"])
	if err != nil {
		t.Fatal(err)
	}
	return kustoTime(at)
}

func (r rawExports) riskySignIns(t *testing.T) []string {
	return r.rows(t, r.signIns, "createdDateTime", func(at string, s map[string]any) string {
		high := s["riskLevelDuringSignIn"] == "high" || s["riskLevelAggregated"] == "high"
		if s["riskState"] != "atRisk" || !high {
			return ""
		}
		return fmt.Sprintf("TimeGenerated=%s UserPrincipalName=%s RiskDetail=%s IPAddress=%s", at, s["userPrincipalName"], s["riskDetail"], s["ipAddress"])
	})
}

func (r rawExports) confirmed(t *testing.T) []string {
	return r.rows(t, r.risks, "detectedDateTime", func(at string, d map[string]any) string {
		if d["riskState"] != "confirmedCompromised" {
			return ""
		}
		level := d["riskLevel"].(string)
		return fmt.Sprintf("TimeGenerated=%s UserPrincipalName=%s RiskLevel=%s RiskDetail=%s DetectionType=%s",
			at, d["userPrincipalName"], strings.ToUpper(level[:1])+level[1:], d["riskDetail"], d["detectionTimingType"])
	})
}

func (r rawExports) applications(t *testing.T) []string {
	// The guide's "Update application permissions" is these two in a real log.
	operations := []string{"Add service principal", "Consent to application", "Add app role assignment to service principal", "Add delegated permission grant"}
	return r.rows(t, r.audits, "activityDateTime", func(at string, a map[string]any) string {
		if !slices.Contains(operations, a["activityDisplayName"].(string)) {
			return ""
		}
		return fmt.Sprintf("TimeGenerated=%s IPAddress=%s", at, initiatorAddress(a))
	})
}

func (r rawExports) roles(t *testing.T) []string {
	return r.rows(t, r.audits, "activityDateTime", func(at string, a map[string]any) string {
		if a["activityDisplayName"] != "Add member to role" {
			return ""
		}
		member := a["targetResources"].([]any)[0].(map[string]any)
		role := ""
		for _, p := range member["modifiedProperties"].([]any) {
			if p := p.(map[string]any); p["displayName"] == "Role.DisplayName" {
				role = strings.Trim(p["newValue"].(string), `"`)
			}
		}
		return fmt.Sprintf("TimeGenerated=%s AssignedTo=%s RoleAssigned=%s IPAddress=%s", at, member["userPrincipalName"], role, initiatorAddress(a))
	})
}

func (r rawExports) secrets(t *testing.T) []string {
	r.since = time.Time{} // the guide's query has no window
	return r.rows(t, r.kv, "time", func(at string, e map[string]any) string {
		if e["operationName"] != "SecretGet" {
			return ""
		}
		claim := e["identity"].(map[string]any)["claim"].(map[string]any)
		caller, ok := claim["http://schemas.xmlsoap.org/ws/2005/05/identity/claims/upn"].(string)
		if !ok {
			caller = claim["appid"].(string)
		}
		id := e["resourceId"].(string)
		return fmt.Sprintf("TimeGenerated=%s Caller=%s OperationName=KeyVaultSecretGet Resource=%s IPAddress=%s",
			at, caller, id[strings.LastIndexByte(id, '/')+1:], e["callerIpAddress"])
	})
}

func initiatorAddress(audit map[string]any) string {
	by, _ := audit["initiatedBy"].(map[string]any)
	for _, kind := range []string{"user", "app"} {
		if who, ok := by[kind].(map[string]any); ok {
			if ip, _ := who["ipAddress"].(string); ip != "" {
				return ip
			}
		}
	}
	return ""
}

// rows renders the records after since, each by row unless that is ”.
func (r rawExports) rows(t *testing.T, records []map[string]any, timeField string, row func(at string, record map[string]any) string) []string {
	t.Helper()
	var out []string
	for _, record := range records {
		at, err := time.Parse(time.RFC3339Nano, record[timeField].(string))
		if err != nil {
			t.Fatal(err)
		}
		if !at.After(r.since) {
			continue
		}
		if text := row(kustoTime(at), record); text != "" {
			out = append(out, text)
		}
	}
	slices.Sort(out)
	return out
}

func kustoTime(t time.Time) string { return types.FormatDateTime(types.TicksOf(t)) }

func readCSV(t *testing.T, path string) []map[string]string {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	lines, err := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(data, []byte("\ufeff")))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var out []map[string]string
	for _, line := range lines[1:] {
		row := make(map[string]string)
		for i, cell := range line {
			row[lines[0][i]] = cell
		}
		out = append(out, row)
	}
	return out
}

// readPages returns the elements of the list called member in every JSON file
// under dir.
func readPages(t *testing.T, dir, member string) []map[string]any {
	t.Helper()
	var out []map[string]any
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		for decoder := json.NewDecoder(bytes.NewReader(data)); decoder.More(); {
			var page map[string]json.RawMessage
			if err := decoder.Decode(&page); err != nil {
				return fmt.Errorf("%s: %w", path, err)
			}
			var list []map[string]any
			if err := json.Unmarshal(page[member], &list); err != nil {
				return fmt.Errorf("%s: %w", path, err)
			}
			out = append(out, list...)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// TestGuideQueriesOnARealWorkspace checks that, without the guide's
// vocabulary, each query is told what is wrong with it and what to write.
func TestGuideQueriesOnARealWorkspace(t *testing.T) {
	want := [][]string{
		{"KS204", "MCASAlerts", `SecurityAlert | where ProviderName == "MCAS"`},
		{"ReportedSeverity", "AlertSeverity", "IdentityProtection", `"IPC"`},
		{"CSH002", `"AtRisk"`, "atRisk", `"High"`, "high"},
		{"KS204", "IdentityProtectionEvents", "AADUserRiskEvents"},
		{"KS142", "IPAddress", "InitiatedBy.user.ipAddress", "Update application permissions", "Add delegated permission grant"},
		{"KS142", "IPAddress", "InitiatedBy.user.ipAddress", "TargetResources[0] is the member", "Role.DisplayName"},
		{"KeyVaultSecretGet", "SecretGet", "Caller", "identity_claim", "CallerIPAddress"},
	}
	for i, query := range guideQueries(t) {
		_, list, err := CompileOffline(query, CompileOptions{})
		if err != nil {
			t.Fatal(err)
		}
		text := list.Format("guide", query)
		for _, part := range want[i] {
			if !strings.Contains(text, part) {
				t.Errorf("query %d: the diagnostics do not say %s:\n%s", i+1, part, text)
			}
		}
	}
}

package ingest

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/conshelf/conshelf/internal/evidence"
)

const (
	samples        = "../../../shared/data/logs"
	samplePolicies = "../../../shared/data/conditional-access/policies"
)

// Each policy that others have exported is a document, whole and named.
func TestSamplePoliciesAreDocuments(t *testing.T) {
	if _, err := os.Stat(samplePolicies); errors.Is(err, fs.ErrNotExist) {
		t.Skip("the samples are not here: ", samplePolicies)
	}
	m := &memory{}
	files := 0
	err := New(m, Options{}).Ingest(t.Context(), []string{samplePolicies}, nil, func(f evidence.File, rejects []evidence.Reject) error {
		files++
		if f.Format != "microsoft.graph.conditionalAccessPolicy" || f.Problem != "" || len(rejects) > 0 || f.Counts.Stored != 1 {
			t.Errorf("%s: format %q, problem %q, counts %+v, rejects %+v", f.Name(), f.Format, f.Problem, f.Counts, rejects)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range m.rows {
		name, id := r.cells[documentName].Text, r.cells["Id"].Text
		if r.table != ConfigurationTable || name == "" || id == "" || !strings.Contains(r.cells[documentBody].Text, id) {
			t.Errorf("row %d: table %s, name %q, id %q", r.origin.File, r.table, name, id)
		}
	}
	if files == 0 || len(m.rows) != files {
		t.Errorf("%d rows of %d files", len(m.rows), files)
	}
}

// Every record of every sample is stored, in the table that it belongs to.
func TestSamplesAreReadWhole(t *testing.T) {
	if _, err := os.Stat(samples); errors.Is(err, fs.ErrNotExist) {
		t.Skip("the samples are not here: ", samples)
	}
	type reading struct {
		format, table string
		stored        int64
	}
	want := map[string]reading{
		"azure_activity/azure_sdk_snake_case.jsonl":                                {"azure-activity-sdk", "AzureActivity", 4},
		"azure_activity/azureactivity_demo.jsonl":                                  {"log-analytics", "AzureActivity", 50},
		"log_analytics_csv/azure_activity.csv":                                     {"log-analytics", "AzureActivity", 325},
		"log_analytics_csv/disable_accounts.csv":                                   {"log-analytics", "SigninLogs", 4},
		"log_analytics_csv/office_activity.csv":                                    {"log-analytics", "OfficeActivity", 266},
		"signins/signinlogs_demo_tenant.jsonl":                                     {"log-analytics", "SigninLogs", 86}, //nolint:misspell // the name of the sample
		"unified_audit_log/officeactivity_demo.jsonl":                              {"log-analytics", "OfficeActivity", 300},
		"unified_audit_log/t1098.001_Add a user to company administrator role.csv": {"unified-audit-log", "OfficeActivity", 1},
		"unified_audit_log/t1110.003_msolspraywithsuccess_1.csv":                   {"unified-audit-log", "OfficeActivity", 9},
		"unified_audit_log/t1110.003_o365spray_reporting.csv":                      {"unified-audit-log", "OfficeActivity", 9},
		"unified_audit_log/t1114.002_Enable_POP_IMAP_OWA.csv":                      {"unified-audit-log", "OfficeActivity", 2},
		"unified_audit_log/t1114_Set-Mailbox-ForwardSMTPAddress.csv":               {"unified-audit-log", "OfficeActivity", 1},
		"unified_audit_log/t1482_azurehound_list.csv":                              {"unified-audit-log", "OfficeActivity", 2},
		"unified_audit_log/t1531_Remove-Admin members from a group.csv":            {"unified-audit-log", "OfficeActivity", 1},
		"unified_audit_log/t1556.006_Disable Strong Authentication.csv":            {"unified-audit-log", "OfficeActivity", 3},
		"unified_audit_log/t1592.004_mfa_sweep.csv":                                {"unified-audit-log", "OfficeActivity", 8},
		"unified_audit_log/ual_management_api.jsonl":                               {"unified-audit-data", "OfficeActivity", 4},
	}
	seen := 0
	err := New(&memory{}, Options{}).Ingest(t.Context(), []string{samples}, nil, func(f evidence.File, rejects []evidence.Reject) error {
		seen++
		name := strings.TrimPrefix(f.Path, filepath.ToSlash(filepath.Clean(samples))+"/")
		got := reading{format: f.Format, stored: f.Counts.Stored}
		if len(f.Tables) == 1 {
			got.table = f.Tables[0].Table
		}
		if got != want[name] {
			t.Errorf("%s: got %+v, want %+v", name, got, want[name])
		}
		if f.Problem != "" || len(rejects) > 0 || f.Counts.Duplicate > 0 || !f.Counts.Balanced() {
			t.Errorf("%s: problem %q, counts %+v, rejects %+v", name, f.Problem, f.Counts, rejects)
		}
		t.Log(name, f.Counts, f.Tenant, strings.Join(f.Notes, "; "))
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if seen != len(want) {
		t.Errorf("read %d files, want %d", seen, len(want))
	}
}

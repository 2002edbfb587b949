package posture_test

import (
	"strings"
	"testing"

	"github.com/conshelf/conshelf/internal/posture"
)

const vm = "/subscriptions/s/resourceGroups/g/providers/Microsoft.Compute/virtualMachines/web"

func assessment(key, name, resource, status, severity string) string {
	return `{"id":"` + resource + `/providers/Microsoft.Security/assessments/` + key + `","name":"` + key + `","type":"Microsoft.Security/assessments","properties":{` +
		`"displayName":"` + name + `","resourceDetails":{"source":"Azure","Id":"` + resource + `"},"status":` + status + `,"metadata":{"severity":"` + severity + `"}}}`
}

func plan(name, tier string) string {
	return `{"id":"/subscriptions/s/` + name + `","name":"` + name + `","type":"Microsoft.Security/pricings","properties":{"pricingTier":"` + tier + `"}}`
}

func jit(source, longest string) string {
	return `{"name":"default","type":"Microsoft.Security/locations/jitNetworkAccessPolicies","properties":{"virtualMachines":[{"id":"` + vm +
		`","ports":[{"number":3389,"protocol":"*",` + source + `,"maxRequestAccessDuration":"` + longest + `"}]}]}}`
}

func TestFindings(t *testing.T) {
	const healthy, unhealthy, silent, na = `{"code":"Healthy"}`, `{"code":"Unhealthy"}`, `{"code":"NotApplicable","cause":"OffByPolicy"}`, `{"code":"NotApplicable"}`
	const key, vault = "805651bc-6ecd-4c73-9b55-97a19d0582d0", "/subscriptions/s/resourceGroups/g/providers/Microsoft.KeyVault/vaults/v"
	all := strings.Join([]string{plan("VirtualMachines", "Standard"), plan("Containers", "Standard"), plan("KeyVaults", "Standard"), plan("StorageAccounts", "Standard"), plan("Arm", "Standard")}, ",")
	tests := []struct {
		name, check, file string
		want              posture.Verdict
		detail            string
	}{
		{"a healthy resource", "MDC.REC.1", assessment("k", "Patch", vm, healthy, "High"), posture.Met, ""},
		{"an open recommendation", "MDC.REC.1", assessment("k", "Patch", vm, unhealthy, "High"), posture.NotMet, "Patch: " + vm},
		{"one of low severity", "MDC.REC.1", assessment("k", "Patch", vm, unhealthy, "Low"), posture.Met, ""},
		{"one without metadata is not low", "MDC.REC.1", assessment("k", "Patch", vm, unhealthy, ""), posture.NotLookedAt, "no severity"},
		{"nothing applicable is no health", "MDC.REC.1", assessment("k", "Patch", vm, na, "High"), posture.NotLookedAt, "assessments"},
		{"no assessments at all", "MDC.REC.1", plan("Arm", "Standard"), posture.NotLookedAt, "assessments"},
		{"all plans", "MDC.REC.2", all, posture.Met, ""},
		{"a free plan", "MDC.REC.2", all + "," + plan("KeyVaults", "Free"), posture.NotMet, "KeyVaults is Free"},
		{"plans that are not said", "MDC.REC.2", plan("Arm", "Standard"), posture.NotLookedAt, "says nothing of VirtualMachines, Containers"},
		{"silenced", "MDC.REC.3", assessment("k", "Patch", vm, silent, "High"), posture.NotMet, "Patch: " + vm},
		{"just in time", "MDC.JIT.1", assessment(key, "Ports", vm, healthy, "High"), posture.Met, ""},
		{"not just in time", "MDC.JIT.1", assessment(key, "Ports", vm, unhealthy, "High"), posture.NotMet, vm},
		{"silenced is not looked at", "MDC.JIT.1", assessment(key, "Ports", vm, silent, "High"), posture.NotLookedAt, ""},
		{"from anywhere", "MDC.JIT.2", jit(`"allowedSourceAddressPrefix":"*"`, "PT3H"), posture.NotMet, "port 3389"},
		{"from some", "MDC.JIT.2", jit(`"allowedSourceAddressPrefixes":["192.0.2.0/24"]`, "PT3H"), posture.Met, ""},
		{"from anywhere among some", "MDC.JIT.2", jit(`"allowedSourceAddressPrefixes":["192.0.2.0/24","0.0.0.0/0"]`, "PT3H"), posture.NotMet, "port 3389"},
		{"three hours", "MDC.JIT.3", jit(`"allowedSourceAddressPrefix":"*"`, "PT3H"), posture.Met, ""},
		{"a day", "MDC.JIT.3", jit(`"allowedSourceAddressPrefix":"*"`, "P1D"), posture.NotMet, "for P1D"},
		{"three hours and a minute", "MDC.JIT.3", jit(`"allowedSourceAddressPrefix":"*"`, "PT3H1M"), posture.NotMet, "for PT3H1M"},
		{"no clock", "MDC.JIT.3", jit(`"allowedSourceAddressPrefix":"*"`, "PT"), posture.NotLookedAt, `"PT" is no duration`},
		{"less than nothing", "MDC.JIT.3", jit(`"allowedSourceAddressPrefix":"*"`, "P1DT-23H"), posture.NotLookedAt, `"P1DT-23H" is no duration`},
		{"no duration", "MDC.JIT.3", jit(`"allowedSourceAddressPrefix":"*"`, "soon"), posture.NotLookedAt, `"soon" is no duration`},
		{"a vault", "MDC.KV.1", assessment("k", "Firewall", vault, unhealthy, "Medium"), posture.NotMet, vault},
		{"no vault", "MDC.KV.1", assessment("k", "Firewall", vm, healthy, "Medium"), posture.NotLookedAt, "vault"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			var e posture.Export
			if err := e.Read("export.json", []byte("["+test.file+"]")); err != nil {
				t.Fatal(err)
			}
			got := finding(t, &e, test.check)
			if detail := texts(got.Evidence) + got.Note; got.Verdict != test.want || !strings.Contains(detail, test.detail) {
				t.Errorf("%s = %v, %q; want %v, %q", test.check, got.Verdict, detail, test.want, test.detail)
			}
		})
	}
}

func texts(list []posture.Evidence) string {
	var out []string
	for _, e := range list {
		out = append(out, e.String())
	}
	return strings.Join(out, "\n")
}

func finding(t *testing.T, e *posture.Export, id string) posture.Finding {
	t.Helper()
	for _, f := range e.Findings() {
		if f.ID == id {
			return f
		}
	}
	t.Fatalf("no check is called %s", id)
	return posture.Finding{}
}

// Nothing is met where there may be more than is here.
func TestIncomplete(t *testing.T) {
	good := assessment("k", "Patch", vm, `{"code":"Healthy"}`, "High")
	for _, more := range []string{`{"value":[`, `{"value":[],"nextLink":"https://example.com/next"}`, `{"error":{"code":"AuthorizationFailed"}}`, ``, `7`} {
		var e posture.Export
		if err := e.Read("good.json", []byte(good)); err != nil {
			t.Fatal(err)
		}
		_ = e.Read("more.json", []byte(more)) // of some it is an error, and of all the export is incomplete
		if got := finding(t, &e, "MDC.REC.1"); got.Verdict != posture.NotLookedAt || !strings.Contains(got.Note, "more.json") {
			t.Errorf("with %q: %v, %q", more, got.Verdict, got.Note)
		}
	}
}

// An export is read as PowerShell writes it: in UTF-16, with capitals, among
// other records, several values after each other.
func TestRead(t *testing.T) {
	const policy = `{"Id":"p","DisplayName":"Sessions","State":"enabled","Conditions":{"Users":{"IncludeUsers":["All"]},"Applications":{"IncludeApplications":["All"]},"ClientAppTypes":["all"]},` +
		`"GrantControls":null,"SessionControls":{"CloudAppSecurity":{"IsEnabled":true,"CloudAppSecurityType":"monitorOnly"}}}`
	utf16 := []byte{0xff, 0xfe}
	for _, c := range []byte(policy) {
		utf16 = append(utf16, c, 0)
	}
	for name, data := range map[string][]byte{
		"UTF-8": []byte(policy), "with a mark": []byte("\xef\xbb\xbf" + policy), "UTF-16": utf16, "a page": []byte(`{"value":[` + policy + `]}`), "after another": []byte(`{"id":"x"}` + "\n" + policy),
	} {
		t.Run(name, func(t *testing.T) {
			var e posture.Export
			if err := e.Read("policy.json", data); err != nil {
				t.Fatal(err)
			}
			if got := finding(t, &e, "MDA.CA.1"); got.Verdict != posture.Met {
				t.Errorf("MDA.CA.1 is %v: %s %s", got.Verdict, texts(got.Evidence), got.Note)
			}
		})
	}
}

// A score is read in both forms that it has, and that of Microsoft 365 too.
func TestScores(t *testing.T) {
	var e posture.Export
	const id = `{"id":"/subscriptions/s/providers/Microsoft.Security/secureScores/ascScore","name":"ascScore","type":"Microsoft.Security/secureScores",`
	file := `[` + id + `"properties":{"score":{"current":23.53,"max":39}}},` + id + `"current":12,"max":40},{"controlScores":[],"currentScore":100,"maxScore":200,"createdDateTime":"2026-03-01T00:00:00Z"}]`
	if err := e.Read("scores.json", []byte(file)); err != nil {
		t.Fatal(err)
	}
	var got []string
	for i := range e.Scores {
		got = append(got, e.Scores[i].String())
	}
	want := "secure score ascScore of /subscriptions/s: 23.53 of 39; secure score ascScore of /subscriptions/s: 12 of 40; secure score of Microsoft 365 at 2026-03-01T00:00:00Z: 100 of 200"
	if strings.Join(got, "; ") != want {
		t.Errorf("scores %q, want %q", got, want)
	}
}

// What cannot be read of a file is said, and the rest is read.
func TestSkipped(t *testing.T) {
	var e posture.Export
	file := `[7,` + assessment("k", "Patch", vm, `{"code":"Healthy"}`, "High") + `,{"type":"Microsoft.Security/pricings","properties":{"pricingTier":3}},` + assessment("k2", "Encrypt", vm, `{"code":"odd"}`, "High") + `]`
	if err := e.Read("a.json", []byte(file)); err != nil {
		t.Fatal(err)
	}
	want := "a.json, record 1: a number is no record\na.json, record 3: pricingtier cannot be a number\na.json, record 4: the status \"odd\" of Encrypt: " + vm + " is none that is known"
	if got := strings.Join(e.Skipped, "\n"); got != want {
		t.Errorf("skipped\n%s\nwant\n%s", got, want)
	}
	if len(e.Assessments) != 2 {
		t.Errorf("%d assessments were read, want 2", len(e.Assessments))
	}
}

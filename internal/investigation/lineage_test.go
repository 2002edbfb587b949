package investigation

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/conshelf/conshelf/internal/golden"
	"github.com/conshelf/conshelf/internal/incident"
	"github.com/conshelf/conshelf/internal/lineage"
)

// TestLineage follows a seed through a few records, and compares what it finds,
// whose it is and why with what is true.
func TestLineage(t *testing.T) {
	golden.Run(t, "testdata/lineage/*.txtar", func(t *testing.T, in map[string]string) map[string]string {
		dir := t.TempDir()
		log := filepath.Join(dir, "log.jsonl")
		if err := os.WriteFile(log, []byte(in["log.jsonl"]), 0o600); err != nil {
			t.Fatal(err)
		}
		c := openCase(t, filepath.Join(dir, "case"))
		load(t, c, log)
		trail, err := c.Lineage(t.Context(), seedIn(t, in["seed"]))
		if err != nil {
			t.Fatal(err)
		}
		return map[string]string{"want": followed(trail)}
	})
}

// What names no tenant, beside several that are named, is nobody's: a search
// from it stays with it, as one from a tenant stays in that.
func TestATrailStaysInItsTenant(t *testing.T) {
	dir := t.TempDir()
	log := filepath.Join(dir, "log.jsonl")
	tenants := []string{"e0000000-0000-4000-8000-000000000001", "e0000000-0000-4000-8000-000000000002", ""}
	var b strings.Builder
	for i, tenant := range tenants {
		fmt.Fprintf(&b, `{"Type":"SigninLogs","TimeGenerated":"2026-03-04T09:0%d:00Z","Id":"s%d","UserPrincipalName":"adele@contoso.com","ResultType":"0","IPAddress":"203.0.113.9","SessionId":"x","AADTenantId":%q}`+"\n", i, i, tenant)
	}
	if err := os.WriteFile(log, []byte(b.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	c := openCase(t, filepath.Join(dir, "case"))
	load(t, c, log)
	address, _ := incident.NewEntity(incident.IP, incident.Identifier{Name: "Address", Value: "203.0.113.9"})
	at := time.Date(2026, 3, 4, 9, 0, 0, 0, time.UTC)
	for i, tenant := range tenants {
		incidents := []incident.Incident{{Tenant: tenant, Alerts: []incident.Alert{{Severity: incident.High, First: at, Entities: []incident.Entity{address}}}}}
		if err := c.trace(t.Context(), incidents); err != nil {
			t.Fatal(err)
		}
		if trail := incidents[0].Trail; trail == nil || len(trail.Acts) != 1 || trail.Acts[0].Origin.Record != int64(i+1) {
			t.Errorf("tenant %q: %+v", tenant, trail)
		}
	}
}

// seedIn reads a seed: a kind and a value a line.
func seedIn(t *testing.T, text string) lineage.Seed {
	t.Helper()
	var s lineage.Seed
	for line := range strings.Lines(text) {
		kind, value, _ := strings.Cut(strings.TrimSpace(line), " ")
		switch kind {
		case "since":
			at, err := time.Parse(time.RFC3339, value)
			if err != nil {
				t.Fatal(err)
			}
			s.Since = at
		case "account":
			s.Accounts = append(s.Accounts, value)
		case "address":
			s.Addresses = append(s.Addresses, value)
		case "session":
			s.Sessions = append(s.Sessions, value)
		case "token":
			s.Tokens = append(s.Tokens, value)
		case "application":
			s.Applications = append(s.Applications, value)
		default:
			t.Fatalf("seed has %q", line)
		}
	}
	return s
}

// followed prints a trail, a line for each thing in it.
func followed(trail incident.Trail) string {
	var b strings.Builder
	for _, a := range trail.Acts {
		whose := string(a.Whose)
		if a.Whose == incident.Unclear {
			whose = "unclear"
		}
		fmt.Fprintf(&b, "%s record %d %s %s: %s: %s\n", a.Time.Format("02 15:04"), a.Origin.Record, a.Table, strings.TrimSpace(a.Operation), whose, a.Why)
	}
	for _, s := range trail.Sessions {
		fmt.Fprintf(&b, "session %s of %s: %d acts, %d of the owner, %d tokens\n", s.ID, s.Account, s.Acts, s.Own, s.Tokens)
	}
	for _, o := range trail.Open {
		closed := "open"
		if o.Closed != nil {
			closed = "closed by record " + fmt.Sprint(o.Closed.Origin.Record)
		}
		if o.Closed == nil && o.Caution != "" {
			closed += "; " + o.Caution
		}
		fmt.Fprintf(&b, "%s of record %d, %s: %s\n", o.Kind, o.Origin.Record, o.Target, closed)
	}
	for _, s := range trail.Stops {
		fmt.Fprintf(&b, "stop: %s\n", s)
	}
	return b.String()
}

package investigation

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/conshelf/conshelf/internal/engine"
	"github.com/conshelf/conshelf/internal/engine/duckdb"
	"github.com/conshelf/conshelf/internal/incident"
	"github.com/conshelf/conshelf/internal/respond"
	"github.com/conshelf/conshelf/internal/simulate"
	"github.com/conshelf/conshelf/rules"
)

// seeds are the tenants to try: CONSHELF_SEEDS, or three.
func seeds(t *testing.T) []uint64 {
	t.Helper()
	text := os.Getenv("CONSHELF_SEEDS")
	if text == "" {
		text = "1 2 3"
	}
	var out []uint64
	for _, field := range strings.Fields(text) {
		n, err := strconv.ParseUint(field, 10, 64)
		if err != nil {
			t.Fatalf("CONSHELF_SEEDS: %v", err)
		}
		out = append(out, n)
	}
	return out
}

// TestSimulatedTenants investigates tenants with known attacks. Every attack
// is one incident with its stages in order, two attacks are two, and nothing
// that is no attack is an incident of high severity.
func TestSimulatedTenants(t *testing.T) {
	for _, seed := range seeds(t) {
		t.Run(strconv.FormatUint(seed, 10), func(t *testing.T) {
			t.Parallel()
			truth, found := investigateTenant(t, simulate.Options{Seed: seed, Users: 60, Days: 14})
			owner := make(map[string]simulate.Attack) // incident to attack
			for _, attack := range truth.Attacks {
				mine := concerning(found.Incidents, attack)
				if len(mine) != 1 {
					t.Errorf("%s is %d incidents, want 1: %s", attack.Name, len(mine), titles(mine))
					continue
				}
				checkAttack(t, mine[0], attack)
				checkPlan(t, planOf(found, mine[0].ID), attack)
				if other, taken := owner[mine[0].ID]; taken {
					t.Errorf("%s and %s are one incident, %s", attack.Name, other, mine[0].Title)
				}
				owner[mine[0].ID] = attack.Name
				t.Logf("%-20s %-6s %s: %s", attack.Name, mine[0].Severity, mine[0].Title, stages(mine[0]))
			}
			for _, i := range found.Incidents {
				if _, attack := owner[i.ID]; !attack && i.Severity == incident.High {
					t.Errorf("%s of %s is no attack and of high severity", i.Title, i.First)
				}
			}
		})
	}
}

// fewFalse is how many incidents of medium severity a tenant without an attack
// may have in two weeks.
const fewFalse = 1

// TestBenignTenants investigates tenants without an attack.
func TestBenignTenants(t *testing.T) {
	for _, seed := range seeds(t) {
		t.Run(strconv.FormatUint(seed, 10), func(t *testing.T) {
			t.Parallel()
			_, found := investigateTenant(t, simulate.Options{Seed: seed, Users: 60, Days: 14, Attacks: []simulate.Attack{}})
			for _, i := range found.Incidents {
				if i.Severity == incident.High {
					t.Errorf("%s of %s is of high severity", i.Title, i.First)
				}
			}
			if medium := ofSeverity(found.Incidents, incident.Medium); len(medium) > fewFalse {
				t.Errorf("%d incidents of medium severity: %s", len(medium), titles(medium))
			}
			t.Logf("%d incidents, %d alerts", len(found.Incidents), len(found.Alerts))
		})
	}
}

func ofSeverity(incidents []incident.Incident, s incident.Severity) []incident.Incident {
	return slices.DeleteFunc(slices.Clone(incidents), func(i incident.Incident) bool { return i.Severity != s })
}

func checkAttack(t *testing.T, i incident.Incident, attack simulate.AttackTruth) {
	t.Helper()
	if i.Severity != incident.High {
		t.Errorf("%s is of severity %s, want High", attack.Name, i.Severity)
	}
	for _, account := range attack.Accounts {
		if account.Part == simulate.Taken && !names(i, account.UserPrincipalName, account.ID) {
			t.Errorf("%s: the incident does not name %s, which was taken over", attack.Name, account.UserPrincipalName)
		}
	}
	if i.First.After(attack.Last) || i.Last.Before(attack.First) {
		t.Errorf("%s: the incident is from %s to %s, the attack from %s to %s", attack.Name, i.First, i.Last, attack.First, attack.Last)
	}
	want := tactics(attack)
	var got []incident.Tactic
	for _, stage := range i.Stages {
		got = append(got, stage.Tactic)
	}
	if missing := slices.DeleteFunc(want, func(w incident.Tactic) bool { return slices.Contains(got, w) }); len(missing) > 0 {
		t.Errorf("%s: no stage %v among %v", attack.Name, missing, got)
	}
	if !slices.IsSortedFunc(i.Stages, func(a, b incident.Stage) int { return tacticOrder(a.Tactic) - tacticOrder(b.Tactic) }) {
		t.Errorf("%s: stages out of ATT&CK's order: %v", attack.Name, got)
	}
}

func planOf(f Findings, id string) respond.Plan {
	return f.Plans[slices.IndexFunc(f.Plans, func(p respond.Plan) bool { return p.Incident == id })]
}

// checkPlan checks that a plan disables every account and application that the
// attacker had, and nobody else: not those whose passwords were only tried.
func checkPlan(t *testing.T, plan respond.Plan, attack simulate.AttackTruth) {
	t.Helper()
	var want, got []string
	for _, a := range attack.Accounts {
		if a.Part == simulate.Taken {
			want = append(want, strings.ToLower(a.UserPrincipalName))
		}
	}
	for _, a := range attack.Applications {
		want = append(want, strings.ToLower(a.Name))
	}
	for _, s := range plan.Steps {
		if s.Do != nil && s.Do.Method == "PATCH" && strings.Contains(s.Do.Body, `"accountEnabled":false`) {
			got = append(got, strings.ToLower(strings.TrimPrefix(strings.TrimPrefix(s.Title, "Disable "), "the service principal of ")))
		}
	}
	slices.Sort(want)
	slices.Sort(got)
	if !slices.Equal(got, want) {
		t.Errorf("%s: the plan disables %v, want %v", attack.Name, got, want)
	}
}

// tacticOrder is ATT&CK's, for the tactics that the simulator's attacks have.
func tacticOrder(t incident.Tactic) int {
	order := []incident.Tactic{
		"Reconnaissance", "ResourceDevelopment", "InitialAccess", "Execution", "Persistence", "PrivilegeEscalation",
		"DefenseEvasion", "Stealth", "DefenseImpairment", "CredentialAccess", "Discovery", "LateralMovement", "Collection",
		"CommandAndControl", "Exfiltration", "Impact",
	}
	return slices.Index(order, t)
}

func tactics(attack simulate.AttackTruth) []incident.Tactic {
	var out []incident.Tactic
	for _, act := range attack.Acts {
		if t := incident.Tactic(act.Tactic); !slices.Contains(out, t) {
			out = append(out, t)
		}
	}
	return out
}

// concerning returns the incidents, of Medium severity and up, that name an
// account that the attack took, an address it came from or an application it
// used, at the time of the attack.
func concerning(incidents []incident.Incident, attack simulate.AttackTruth) []incident.Incident {
	var out []incident.Incident
	for _, i := range incidents {
		if i.Severity >= incident.Medium && !i.First.After(attack.Last) && !i.Last.Before(attack.First) && involved(i, attack) {
			out = append(out, i)
		}
	}
	return out
}

func involved(i incident.Incident, attack simulate.AttackTruth) bool {
	for _, a := range attack.Accounts {
		if a.Part == simulate.Taken && names(i, a.UserPrincipalName, a.ID) {
			return true
		}
	}
	for _, a := range attack.Applications {
		if names(i, a.AppID, a.ServicePrincipalID) {
			return true
		}
	}
	return names(i, attack.IPAddresses...)
}

func names(i incident.Incident, values ...string) bool {
	for _, e := range i.Entities {
		for _, id := range e.Identifiers {
			if slices.ContainsFunc(values, func(v string) bool { return v != "" && strings.EqualFold(v, id.Value) }) {
				return true
			}
		}
	}
	return false
}

func titles(incidents []incident.Incident) string {
	var out []string
	for _, i := range incidents {
		out = append(out, i.Severity.String()+" "+i.Title)
	}
	return strings.Join(out, "; ")
}

func stages(i incident.Incident) string {
	var out []string
	for _, s := range i.Stages {
		out = append(out, string(s.Tactic))
	}
	return strings.Join(out, " → ")
}

// investigateTenant writes a tenant, investigates it, and returns what was
// injected beside what was found; the investigation never sees the former.
func investigateTenant(t *testing.T, o simulate.Options) (simulate.Truth, Findings) {
	t.Helper()
	dir := t.TempDir()
	truth, err := simulate.Write(t.Context(), filepath.Join(dir, "exports"), o)
	if err != nil {
		t.Fatal(err)
	}
	c := openCase(t, filepath.Join(dir, "case"))
	load(t, c, filepath.Join(dir, "exports"))
	found, err := c.Find(t.Context(), Options{Rules: rules.FS()})
	if err != nil {
		t.Fatal(err)
	}
	return truth, found
}

func openCase(t *testing.T, dir string) *Case {
	t.Helper()
	c, err := Open(t.Context(), dir, openDuckDB)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := c.Close(); err != nil {
			t.Error(err)
		}
	})
	return c
}

func openDuckDB(ctx context.Context, database, temp string) (engine.Engine, error) {
	return duckdb.Open(ctx, duckdb.Options{Path: database, TempDir: temp, MemoryLimit: 2 << 30})
}

// load loads paths, every record of which must be understood.
func load(t *testing.T, c *Case, paths ...string) {
	t.Helper()
	loadAs(t, c, "", paths...)
}

// loadAs loads the paths of a tenant: records that name none are its.
func loadAs(t *testing.T, c *Case, tenant string, paths ...string) {
	t.Helper()
	loaded, err := c.Ingest(t.Context(), paths, IngestOptions{Tenant: tenant})
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range loaded.Problems {
		t.Errorf("load: %s", p)
	}
}

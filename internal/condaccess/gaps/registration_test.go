package gaps

import (
	"testing"

	"github.com/conshelf/conshelf/internal/condaccess"
)

// Where a policy for the registration of security information asks for a strength,
// which stands in for those of others, a sign-in's evaluation is its membership in
// every region that has it, and one has.
func TestRegistrationIsWhereTheRegionsHaveIt(t *testing.T) {
	counts := make(map[condaccess.Truth]int)
	for seed := range uint64(25) {
		w := newWorld(500 + seed)
		z := size{policies: 4, users: 20, groups: 5, apps: 3}
		var policies []object
		for n := range 6 {
			policies = append(policies, w.registering(n, z))
		}
		space, err := NewSpace(condaccess.NewEvaluator(w.tenantOf(t, append(policies, w.policy(6, z)), z), condaccess.Options{}))
		if err != nil {
			t.Fatal(err)
		}
		cases := situations()
		for i := range cases {
			regions, err := space.regions(&cases[i])
			if err != nil {
				t.Fatal(err)
			}
			for range 120 {
				s := w.point(&cases[i], z)
				if w.r.IntN(2) == 0 {
					s.Target = condaccess.Target{UserAction: registerSecurityInfo, ContextsDone: true}
				}
				counts[agreeAll(t, seed, regions, s)]++
			}
		}
		for _, p := range Profiles() {
			if _, err := space.Report(p, 1000); err != nil {
				t.Fatalf("seed %d: %s: %v", seed, p.Name, err)
			}
		}
	}
	if counts[condaccess.Yes] < 500 || counts[condaccess.No] < 500 || counts[condaccess.Unsure] < 500 {
		t.Errorf("stopped: %v: the worlds are too alike", counts)
	}
}

func agreeAll(t *testing.T, seed uint64, regions []*region, s *condaccess.SignIn) (stopped condaccess.Truth) {
	t.Helper()
	found := false
	for _, r := range regions {
		if point, ok := r.place(s); ok && r.diagram.holds(r.whole(), point) {
			stopped, found = r.agree(t, seed, s), true
		}
	}
	if !found {
		t.Fatalf("seed %d: no region has %+v", seed, s)
	}
	return stopped
}

// An attacker whose methods satisfy the strength of the registration, and not that
// of all resources, gets in to register: by evaluation and by proof.
func TestRegistrationPassesByItsOwnStrength(t *testing.T) {
	strength := func(id, name, applications, of string) string {
		return `{"id":"` + id + `","displayName":"` + name + `","state":"enabled","conditions":{"users":{"includeUsers":["All"]},"applications":` + applications +
			`,"clientAppTypes":["all"]},"grantControls":{"operator":"OR","authenticationStrength":{"id":"00000000-0000-0000-0000-00000000000` + of + `"}}}`
	}
	c, err := condaccess.ReadCase([]byte(`{"policies":[` + strength("p1", "Resistant", `{"includeApplications":["All"]}`, "4") + `,` +
		strength("p2", "Registration", `{"includeUserActions":["urn:user:registersecurityinfo"]}`, "2") + `],"signIn":{}}`))
	if err != nil {
		t.Fatal(err)
	}
	space, err := NewSpace(condaccess.NewEvaluator(c.Tenant, condaccess.Options{}))
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]condaccess.Truth{"password": condaccess.Yes, "phished": condaccess.No} {
		profile := profile(t, name)
		proof, err := space.Prove(profile, &condaccess.SignIn{
			Principal: condaccess.Principal{Kind: condaccess.User, ID: "u1", GuestKnown: true}, Target: condaccess.Target{UserAction: registerSecurityInfo},
		})
		if err != nil {
			t.Fatal(err)
		}
		if proof.Stopped != want || proof.Everywhere != (want == condaccess.No) {
			t.Errorf("%s: stopped is %v, everywhere %v; want %v", name, proof.Stopped, proof.Everywhere, want)
		}
	}
	if dead, err := space.Dead(); err != nil || len(dead) > 0 {
		t.Errorf("dead: %+v, %v", dead, err)
	}
	if len(space.Omitted()) != 1 {
		t.Errorf("omitted: %v", space.Omitted())
	}
}

package baseline

import (
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"github.com/conshelf/conshelf/internal/condaccess"
)

// disagree fails where the effective verdict is not that of the diagram of all
// sign-ins, and counts them with what the search alone would have found.
func disagree(t *testing.T, name string, tenant *condaccess.Tenant, facts *Facts, found map[string]int) {
	t.Helper()
	b := newBench(tenant, facts)
	for _, c := range checks() {
		if c.ask == nil || c.ask.breakGlassGetsThru {
			continue
		}
		p := b.prepare(c.ask, c.id)
		atoms := atomsOf(p.tenant, nil)
		searched, proved, got := c.ask.search(p, atoms, condaccess.DecisionGrant), c.ask.prove(p, atoms[targets]), c.ask.answer(b, c.id)
		found[fmt.Sprintf("search %v, diagram %v", searched.verdict, proved.verdict)]++
		// A location that was not exported is a place of the search's alone.
		if got.verdict != proved.verdict && (got.verdict != NotMet || proved.verdict != Unknown || len(unexported(p.tenant)) == 0) {
			t.Errorf("%s: %s: %v (%s), and by the diagram %v (%s)", name, c.id, got.verdict, got.witness, proved.verdict, proved.witness)
		}
	}
}

// On policies that tenants exported, one by one and together, the search agrees
// with the diagram of all sign-ins.
func TestSearchAgreesWithDiagramOnExports(t *testing.T) {
	dir := os.Getenv("CONSHELF_CASES")
	if dir == "" {
		dir = filepath.Join("..", "..", "..", "shared", "data", "conditional-access")
	}
	files, err := filepath.Glob(filepath.Join(dir, "policies", "*"))
	if err != nil || len(files) == 0 {
		t.Skip("no exported policies in ", dir)
	}
	found := make(map[string]int)
	for n := range len(files) + 1 {
		var l condaccess.Loader
		for i, file := range files {
			if n != i && n != len(files) {
				continue
			}
			data, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if err := l.Read(file, data); err != nil {
				t.Fatal(err)
			}
		}
		tenant := l.Tenant()
		facts := &Facts{}
		for _, p := range tenant.Policies { // as if they were enforced, and whoever is excluded were declared
			p.State = condaccess.Enabled
			x := &p.Conditions.Users.Exclude
			facts.BreakGlass.Users, facts.BreakGlass.Groups = append(facts.BreakGlass.Users, x.Users...), append(facts.BreakGlass.Groups, x.Groups...)
		}
		disagree(t, fmt.Sprint("export ", n), tenant, facts, found)
	}
	t.Log(found)
}

type object = map[string]any

// A splitter makes policies that together cover what one would: it splits one
// by a value of some dimension, and may lose a piece.
type splitter struct {
	r        *rand.Rand
	policies []object
}

func (w *splitter) one(of ...string) string { return of[w.r.IntN(len(of))] }

// with returns a copy of conditions in which some members are others.
func with(c, more object) object {
	out := maps.Clone(c)
	maps.Copy(out, more)
	return out
}

// pieces returns two conditions that share out what c covers, where the
// dimension is not split yet.
func (w *splitter) pieces(c object) (inside, outside object) {
	users, apps := c["users"].(object), c["applications"].(object)
	switch w.r.IntN(9) {
	case 0:
		group := w.one("g1", "g2")
		return with(c, object{"users": object{"includeGroups": []string{group}}}), with(c, object{"users": with(users, object{"excludeGroups": []string{group}})})
	case 1:
		return with(c, object{"users": object{"includeUsers": []string{"anna"}}}), with(c, object{"users": with(users, object{"excludeUsers": []string{"anna"}})})
	case 2:
		return with(c, object{"users": object{"includeUsers": []string{"GuestsOrExternalUsers"}}}), with(c, object{"users": with(users, object{"excludeUsers": []string{"GuestsOrExternalUsers"}})})
	case 3:
		app := w.one("a1", "Office365")
		return with(c, object{"applications": object{"includeApplications": []string{app}}}), with(c, object{"applications": with(apps, object{"excludeApplications": []string{app}})})
	case 4, 5:
		place := w.one("l1", "l2", "l3", "l4", "AllTrusted")
		return with(c, object{"locations": object{"includeLocations": []string{place}}}), with(c, object{"locations": object{"includeLocations": []string{"All"}, "excludeLocations": []string{place}}})
	case 6:
		system := w.one("windows", "iOS")
		return with(c, object{"platforms": object{"includePlatforms": []string{system}}}), with(c, object{"platforms": object{"includePlatforms": []string{"all"}, "excludePlatforms": []string{system}}})
	case 7:
		rule := w.one(`device.isCompliant -eq True`, `device.trustType -eq "ServerAD" -or device.isCompliant -eq True`, `device.model -startsWith "X"`,
			`device.deviceOwnership -eq "Company"`, `device.trustType -eq "Workplace"`, `device.operatingSystem -ne "Windows"`)
		filter := func(mode string) object {
			return object{"devices": object{"deviceFilter": object{"mode": mode, "rule": rule}}}
		}
		return with(c, filter("include")), with(c, filter("exclude"))
	}
	return with(c, object{"clientAppTypes": []string{"browser", "mobileAppsAndDesktopClients"}}), with(c, object{"clientAppTypes": []string{"exchangeActiveSync", "other"}})
}

// split adds policies that cover what c does, but for what it loses.
func (w *splitter) split(c, grant object, depth int) {
	if depth == 0 {
		n := len(w.policies)
		w.policies = append(w.policies, object{"id": fmt.Sprint("p", n), "displayName": fmt.Sprint("P", n), "state": "enabled", "conditions": c, "grantControls": grant})
		return
	}
	inside, outside := w.pieces(c)
	w.split(outside, grant, depth-1)
	if w.r.IntN(4) > 0 {
		w.split(inside, grant, w.r.IntN(depth))
	}
}

// randomTenant returns a policy for everybody that was split, or several.
func randomTenant(t *testing.T, seed uint64) *condaccess.Tenant {
	t.Helper()
	w := &splitter{r: rand.New(rand.NewPCG(seed, 5))}
	everything := object{"users": object{"includeUsers": []string{"All"}}, "applications": object{"includeApplications": []string{"All"}}}
	for range 1 + w.r.IntN(3) {
		grant := object{"operator": "OR", "builtInControls": []string{w.one("block", "block", "mfa", "compliantDevice")}}
		switch c := everything; w.r.IntN(5) {
		case 0:
			w.split(with(c, object{"signInRiskLevels": []string{"medium", "high"}}), grant, w.r.IntN(4))
		case 1:
			w.split(with(c, object{"authenticationFlows": object{"transferMethods": "deviceCodeFlow,authenticationTransfer"}}), grant, w.r.IntN(4))
		case 2:
			w.split(with(c, object{"clientAppTypes": []string{"exchangeActiveSync", "other"}}), grant, w.r.IntN(3))
		default:
			w.split(c, grant, w.r.IntN(5))
		}
	}
	ranges := func(id string, trusted bool, cidr string) object {
		return object{"@odata.type": "#microsoft.graph.ipNamedLocation", "id": id, "displayName": id, "isTrusted": trusted, "ipRanges": []object{{"cidrAddress": cidr}}}
	}
	text, err := json.Marshal(object{
		"policies": w.policies,
		"namedLocations": []object{
			ranges("l1", true, "198.51.100.0/24"), ranges("l2", false, "198.51.100.128/25"), ranges("l3", w.r.IntN(2) == 0, "198.51.100.192/26"),
			{"@odata.type": "#microsoft.graph.countryNamedLocation", "id": "l4", "displayName": "l4", "countriesAndRegions": []string{"DE"}},
		},
		"users":  []object{{"id": "anna", "userPrincipalName": "anna@contoso.com", "userType": "Member"}, {"id": "bert", "userPrincipalName": "bert@contoso.com", "userType": "Guest"}},
		"groups": []object{{"id": "g1", "members": []string{"anna"}}, {"id": "g2", "members": []string{}}}, "roleAssignments": []object{}, "mfaTrustedIPs": []string{},
	})
	if err != nil {
		t.Fatal(err)
	}
	var l condaccess.Loader
	if err := l.Read("tenant", text); err != nil {
		t.Fatal(err)
	}
	return l.Tenant()
}

func TestSearchAgreesWithDiagram(t *testing.T) {
	found := make(map[string]int)
	for seed := range uint64(90) {
		disagree(t, fmt.Sprint("seed ", seed), randomTenant(t, seed), &Facts{}, found)
	}
	t.Log(found)
	if found["search met, diagram notMet"] == 0 || found["search met, diagram met"] < 500 || found["search notMet, diagram met"] > 0 {
		t.Errorf("%v: the tenants are too alike, or the search finds what is not there", found)
	}
}

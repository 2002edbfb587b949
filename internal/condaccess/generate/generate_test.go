package generate

import (
	"errors"
	"net/netip"
	"testing"

	"github.com/conshelf/conshelf/internal/condaccess"
)

func input() *Input {
	return &Input{BreakGlassUsers: []string{"glass"}, Addresses: []netip.Addr{netip.MustParseAddr("203.0.113.9"), netip.MustParseAddr("2001:db8::9")}, Countries: []string{"NO"}}
}

// Every template's policy reads back without anything that is not understood,
// is in report-only mode, and leaves the break-glass account out.
func TestTemplatesReadBack(t *testing.T) {
	for _, template := range Templates() {
		t.Run(template.Name, func(t *testing.T) {
			d, err := template.Write(input())
			if err != nil {
				t.Fatal(err)
			}
			tenant := load(t, d)
			p := tenant.Policies[0]
			if p.State != condaccess.ReportOnly || len(p.Unread) > 0 || len(tenant.Notes) > 0 {
				t.Errorf("state %v, not understood %v, notes %v", p.State, p.Unread, tenant.Notes)
			}
			if len(p.Conditions.Users.Exclude.Users) != 1 || p.Conditions.Users.Exclude.Users[0] != "glass" {
				t.Errorf("leaves out %v", p.Conditions.Users.Exclude.Users)
			}
		})
	}
}

func load(t *testing.T, d Document) *condaccess.Tenant {
	t.Helper()
	var l condaccess.Loader
	for _, text := range [][]byte{d.Policy, d.Location} {
		if len(text) == 0 {
			continue
		}
		if err := l.Read("generated", text); err != nil {
			t.Fatal(err)
		}
	}
	return l.Tenant()
}

// The location of malicious addresses holds them and nothing beside them.
func TestMaliciousAddresses(t *testing.T) {
	d, err := Templates()[5].Write(input())
	if err != nil {
		t.Fatal(err)
	}
	tenant := load(t, d)
	tenant.Policies[0].State = condaccess.Enabled
	e := condaccess.NewEvaluator(tenant, condaccess.Options{})
	for ip, want := range map[string]condaccess.Decision{
		"203.0.113.9": condaccess.DecisionDeny, "203.0.113.10": condaccess.DecisionGrant,
		"2001:db8::9": condaccess.DecisionDeny, "2001:db8::a": condaccess.DecisionGrant,
	} {
		s := &condaccess.SignIn{
			Principal: condaccess.Principal{Kind: condaccess.User, ID: "anna", GuestKnown: true}, Client: "browser",
			Target: condaccess.Target{Applications: []string{"app"}, ContextsDone: true}, Place: condaccess.Place{IP: netip.MustParseAddr(ip)},
		}
		if got := e.Evaluate(s).Decision; got != want {
			t.Errorf("from %s: %v, want %v", ip, got, want)
		}
	}
}

func TestRefusals(t *testing.T) {
	for _, test := range []struct {
		template int
		in       Input
		want     error
	}{
		{0, Input{}, ErrNoBreakGlass},
		{4, Input{BreakGlassUsers: []string{"glass"}}, ErrNoCountries},
		{5, Input{BreakGlassUsers: []string{"glass"}}, ErrNoAddresses},
	} {
		if _, err := Templates()[test.template].Write(&test.in); !errors.Is(err, test.want) {
			t.Errorf("template %d: %v, want %v", test.template, err, test.want)
		}
	}
}

// What Graph takes for nobody or for no country is not written: it would lock
// out whom it is to leave out.
func TestWhatIsNoIDIsRefused(t *testing.T) {
	geofence := Templates()[4]
	for _, test := range []struct {
		in   Input
		want error
	}{
		{Input{BreakGlassUsers: []string{""}, Countries: []string{"NO"}}, ErrNoID},
		{Input{BreakGlassUsers: []string{"glass"}, BreakGlassGroups: []string{"glass@contoso.com"}, Countries: []string{"NO"}}, ErrNoID},
		{Input{BreakGlassUsers: []string{"glass"}, Countries: []string{"NO", "Germany"}}, ErrNoCode},
		{Input{BreakGlassUsers: []string{"glass"}, Countries: []string{"no", "NO"}}, nil},
	} {
		d, err := geofence.Write(&test.in)
		if !errors.Is(err, test.want) || test.want == nil && err != nil {
			t.Errorf("%+v: %v, want %v", test.in, err, test.want)
		}
		if err == nil && len(load(t, d).Locations[0].Countries) != 1 {
			t.Errorf("%s, want one country", d.Location)
		}
	}
}

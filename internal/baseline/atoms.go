package baseline

import (
	"slices"
	"strings"

	"github.com/conshelf/conshelf/internal/condaccess"
)

// A dimension is a part of a sign-in that policies ask about.
type dimension int

const (
	none dimension = iota
	targets
	clients
	places
	platforms
	devices
	signInRisks
	userRisks
	insiderRisks
	flows
)

// An atom is a value of a dimension that stands for all that policies treat
// alike.
type atom struct {
	label string
	set   func(*condaccess.SignIn)
}

// dimensionOf returns the dimension that a condition asks about; none for what
// is not split, such as the controls.
func dimensionOf(c condaccess.Condition) dimension {
	switch c { //nolint:exhaustive // the others are of no dimension
	case condaccess.ConditionApplication, condaccess.ConditionUserActions, condaccess.ConditionContext:
		return targets
	case condaccess.ConditionClientApps:
		return clients
	case condaccess.ConditionLocation:
		return places
	case condaccess.ConditionPlatform:
		return platforms
	case condaccess.ConditionDevices:
		return devices
	case condaccess.ConditionSignInRisk:
		return signInRisks
	case condaccess.ConditionUserRisk:
		return userRisks
	case condaccess.ConditionInsiderRisk:
		return insiderRisks
	case condaccess.ConditionFlow:
		return flows
	}
	return none
}

// atomsOf returns the values of each dimension that the policies tell apart, and
// one for all the others.
func atomsOf(t *condaccess.Tenant, exemptApps []string) map[dimension][]atom {
	return map[dimension][]atom{
		targets: targetAtoms(t, exemptApps),
		places:  placeAtoms(t),
		devices: deviceAtoms(),
		clients: texts("client ", func(s *condaccess.SignIn, v string) {
			s.Client = v
			showsNoDevice(s)
		},
			"browser", "mobileAppsAndDesktopClients", "exchangeActiveSync", "other"),
		platforms: texts("platform ", func(s *condaccess.SignIn, v string) { s.Platform = v },
			"windows", "macOS", "linux", "iOS", "android", "windowsPhone", condaccess.OtherPlatform),
		signInRisks:  texts("sign-in risk ", func(s *condaccess.SignIn, v string) { s.SignInRisk = v }, "none", "low", "medium", "high"),
		userRisks:    texts("user risk ", func(s *condaccess.SignIn, v string) { s.UserRisk = v }, "none", "low", "medium", "high"),
		insiderRisks: texts("insider risk ", func(s *condaccess.SignIn, v string) { s.InsiderRisk = v }, "none", "minor", "moderate", "elevated"),
		flows: texts("flow ", func(s *condaccess.SignIn, v string) {
			s.Flow = v
			showsNoDevice(s)
		}, "none", "deviceCodeFlow", "authenticationTransfer"),
	}
}

func texts(label string, set func(*condaccess.SignIn, string), values ...string) []atom {
	var out []atom
	for _, v := range values {
		out = append(out, atom{label + v, func(s *condaccess.SignIn) { set(s, v) }})
	}
	return out
}

// otherApplication stands for one that no policy names. It has not the form of
// an id, and so is none of Microsoft's.
const otherApplication = "an application that no policy names"

// targetAtoms returns each resource that a policy names, but for those that the
// check does not count, and one that none does.
func targetAtoms(t *condaccess.Tenant, exempt []string) []atom {
	ids := []string{otherApplication}
	for _, p := range t.Policies {
		for _, id := range slices.Concat(p.Conditions.Applications.Include, p.Conditions.Applications.Exclude) {
			if id != "All" && id != "None" && !slices.Contains(ids, id) && !slices.Contains(exempt, id) {
				ids = append(ids, id)
			}
		}
	}
	var out []atom
	for _, id := range ids {
		out = append(out, atom{"application " + strings.TrimPrefix(id, "an application "), func(s *condaccess.SignIn) { s.Target.Applications = []string{id} }})
	}
	return out
}

func deviceAtoms() []atom {
	return []atom{
		{"on a device without a registration", func(s *condaccess.SignIn) { s.Device = condaccess.Device{Registered: condaccess.No} }},
		{"on a compliant joined device", func(s *condaccess.SignIn) {
			s.Device = condaccess.Device{Registered: condaccess.Yes, Attributes: map[string][]string{
				"iscompliant": {"true"}, "trusttype": {"AzureAD"}, "deviceownership": {"Company"},
			}}
		}},
	}
}

// nowhere is in none of the named locations, trusted by nothing.
func nowhere() condaccess.Place {
	return condaccess.Place{NamedIDs: true, NamedDone: true, Trusted: condaccess.No, CompliantNetwork: condaccess.No}
}

// placeAtoms returns a place outside of all locations, one inside each, and one
// inside each two that may overlap: a country and a range of addresses, or
// ranges that share one.
func placeAtoms(t *condaccess.Tenant) []atom {
	out := []atom{placeAtom("from anywhere else")}
	for i, a := range t.Locations {
		out = append(out, placeAtom("from "+place(a), a))
		for _, b := range t.Locations[:i] {
			if a.Kind != b.Kind || overlap(a, b) {
				out = append(out, placeAtom("from "+place(b)+" and "+place(a), a, b))
			}
		}
	}
	out = append(out, unexported(t)...)
	trusted := nowhere()
	switch {
	case !t.TrustedIPsKnown:
		trusted.Trusted = condaccess.Unsure
	case len(t.TrustedIPs) > 0:
		trusted.Trusted = condaccess.Yes
	default:
		return out
	}
	return append(out, atom{"from an address that the multifactor service may trust", func(s *condaccess.SignIn) { s.Place = trusted }})
}

// overlap tells whether two locations share an address.
func overlap(a, b *condaccess.NamedLocation) bool {
	for _, r := range a.Ranges {
		if slices.ContainsFunc(b.Ranges, func(q condaccess.Range) bool { return r.Contains(q.From) || q.Contains(r.From) }) {
			return true
		}
	}
	return false
}

// unexported returns a place inside each location that policies name and that
// was not exported.
func unexported(t *condaccess.Tenant) []atom {
	var ids []string
	for _, p := range t.Policies {
		ids = add(ids, slices.Concat(p.Conditions.Locations.Include, p.Conditions.Locations.Exclude))
	}
	var out []atom
	for _, id := range ids {
		if id == "All" || id == "AllTrusted" || slices.ContainsFunc(t.Locations, func(l *condaccess.NamedLocation) bool {
			return strings.EqualFold(l.ID, id) || strings.EqualFold(l.Alias, id)
		}) {
			continue
		}
		p := nowhere()
		p.Named, p.Trusted = []string{id}, condaccess.Unsure
		out = append(out, atom{"from the location " + id, func(s *condaccess.SignIn) { s.Place = p }})
	}
	return out
}

func placeAtom(label string, in ...*condaccess.NamedLocation) atom {
	p := nowhere()
	for _, l := range in {
		p.Named = append(p.Named, l.ID)
		if l.Alias != "" {
			p.Named = append(p.Named, l.Alias)
		}
		if l.Trusted != condaccess.No && p.Trusted != condaccess.Yes {
			p.Trusted = l.Trusted
		}
		if l.Kind == condaccess.CompliantNetwork {
			p.CompliantNetwork = condaccess.Yes
		}
	}
	return atom{label, func(s *condaccess.SignIn) { s.Place = p }}
}

func place(l *condaccess.NamedLocation) string {
	if l.Name != "" {
		return l.Name
	}
	return l.ID
}

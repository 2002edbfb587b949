package gaps

import (
	"cmp"
	"net/netip"
	"slices"
	"strings"

	"github.com/conshelf/conshelf/internal/condaccess"
)

// everywhere returns the places that locations tell apart: addresses in the same
// ranges, countries in the same lists, the compliant network; and those that are
// in none.
func everywhere(t *condaccess.Tenant) []atom { return placesOf(t, addressesOf(t), countriesOf(t)) }

func placesOf(t *condaccess.Tenant, addresses, countries []spot) []atom {
	networks := []condaccess.Truth{condaccess.No}
	if slices.ContainsFunc(t.Locations, func(l *condaccess.NamedLocation) bool { return l.Kind == condaccess.CompliantNetwork }) {
		networks = append(networks, condaccess.Yes)
	}
	var out []atom
	for _, a := range addresses {
		for _, c := range countries {
			for _, n := range networks {
				out = append(out, place(a, c, n))
			}
		}
	}
	return out
}

// A spot is an address, or a country, that stands for all in the same
// locations.
type spot struct {
	ip      netip.Addr
	country string
	names   []string // of locations, or of countries
}

func place(a, c spot, network condaccess.Truth) atom {
	var parts []string
	if len(a.names) > 0 {
		parts = append(parts, strings.Join(a.names, " and "))
	}
	if len(c.names) > 0 {
		parts = append(parts, "country "+strings.Join(c.names, "/"))
	}
	if network == condaccess.Yes {
		parts = append(parts, "the compliant network")
	}
	label := strings.Join(parts, ", ")
	if label == "" {
		label = "anywhere else"
	}
	if !a.ip.Is4() {
		label += " by IPv6"
	}
	p := condaccess.Place{IP: a.ip, Country: c.country, CountryKnown: true, CompliantNetwork: network}
	return atom{label: label, put: func(s *condaccess.SignIn) { s.Place = p }}
}

// anotherCountry is a code that is no country's.
const anotherCountry = "zz"

func countriesOf(t *condaccess.Tenant) []spot {
	in := make(map[string][]bool)
	for i, l := range t.Locations {
		for _, c := range l.Countries {
			c = strings.ToUpper(c)
			if in[c] == nil {
				in[c] = make([]bool, len(t.Locations))
			}
			in[c][i] = true
		}
	}
	codes := make([]string, 0, len(in))
	for c := range in {
		codes = append(codes, c)
	}
	slices.Sort(codes)
	out := []spot{{country: anotherCountry}}
	if len(codes) > 0 {
		out = append(out, spot{names: []string{"unknown"}})
	}
	var groups [][]bool
	for _, c := range codes {
		at := slices.IndexFunc(groups, func(g []bool) bool { return slices.Equal(g, in[c]) })
		if at < 0 {
			groups = append(groups, in[c])
			out = append(out, spot{country: c, names: []string{c}})
			continue
		}
		s := &out[2+at]
		s.names = append(s.names, c)
	}
	return out
}

// An edge is where a range begins or, one further, ends.
type edge struct {
	at     netip.Addr
	number int // of the location
	begins bool
}

// addressesOf returns an address for each set of locations that addresses are
// in, of both families.
func addressesOf(t *condaccess.Tenant) []spot {
	trusted := len(t.Locations)
	var edges [2][]edge
	add := func(number int, ranges []condaccess.Range) {
		for _, r := range ranges {
			f := family(r.From)
			edges[f] = append(edges[f], edge{r.From, number, true})
			if end := r.To.Next(); end.IsValid() {
				edges[f] = append(edges[f], edge{end, number, false})
			}
		}
	}
	names := make([]string, trusted+1)
	names[trusted] = "the multifactor service's trusted addresses"
	for i, l := range t.Locations {
		add(i, l.Ranges)
		if names[i] = l.Name; l.Name == "" {
			names[i] = l.ID
		}
	}
	add(trusted, t.TrustedIPs)
	return append(sweep(netip.IPv4Unspecified(), edges[0], names), sweep(netip.IPv6Unspecified(), edges[1], names)...)
}

func family(a netip.Addr) int {
	if a.Is4() {
		return 0
	}
	return 1
}

// sweep goes through the addresses of one family in order.
func sweep(from netip.Addr, edges []edge, names []string) []spot {
	slices.SortFunc(edges, func(a, b edge) int {
		return cmp.Or(a.at.Compare(b.at), cmp.Compare(a.number, b.number))
	})
	depth := make([]int, len(names))
	key := make([]byte, len(names))
	seen := make(map[string]bool)
	var out []spot
	for at, i := from, 0; ; {
		for ; i < len(edges) && edges[i].at == at; i++ {
			e := edges[i]
			if depth[e.number]--; e.begins {
				depth[e.number] += 2
			}
			key[e.number] = byte(min(depth[e.number], 1))
		}
		if !seen[string(key)] {
			seen[string(key)] = true
			out = append(out, spot{ip: at, names: held(key, names)})
		}
		if i == len(edges) {
			break
		}
		at = edges[i].at
	}
	slices.SortStableFunc(out, func(a, b spot) int { return cmp.Compare(len(a.names), len(b.names)) })
	return out
}

func held(key []byte, names []string) []string {
	var out []string
	for i, in := range key {
		if in == 1 {
			out = append(out, names[i])
		}
	}
	return out
}

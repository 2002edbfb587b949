package condaccess

import (
	"cmp"
	"net/netip"
	"strings"
)

func isLocation(n *node) bool {
	return strings.HasSuffix(graphType(n), "NamedLocation") || graphType(n) == "namedLocation" || n.get("ipRanges") != nil || n.get("countriesAndRegions") != nil ||
		n.get("compliantNetworkType") != nil
}

// readLocation reads a named location of Graph.
func readLocation(n *node) *NamedLocation {
	r := &reader{}
	l := &NamedLocation{ID: n.get("id").str(), Name: n.get("displayName").str(), Trusted: n.get("isTrusted").truth()}
	kind := graphType(n)
	switch {
	case kind == "ipNamedLocation" || kind == "" && n.get("ipRanges") != nil:
		l.Kind = IPLocation
	case kind == "countryNamedLocation" || kind == "" && n.get("countriesAndRegions") != nil:
		l.Kind = CountryLocation
	case kind == "compliantNetworkNamedLocation" || kind == "" && n.get("compliantNetworkType") != nil:
		l.Kind = CompliantNetwork
	case n.get("ipRanges") != nil:
		l.Kind = IPLocation
	case n.get("countriesAndRegions") != nil:
		l.Kind = CountryLocation
	}
	if l.Trusted == Unsure {
		l.Trusted = No // Graph leaves it out of what cannot be trusted
	}
	r.known("", n, "id", "displayName", "createdDateTime", "modifiedDateTime", "deletedDateTime", "isTrusted", "ipRanges", "countriesAndRegions",
		"includeUnknownCountriesAndRegions", "countryLookupMethod", "compliantNetworkType")
	l.Ranges = r.ranges(n.get("ipRanges"))
	l.Countries = r.listOf("", n, "countriesAndRegions", func(s string) bool { return len(s) == len("DE") })
	switch { // a location without what every one of its kind has was not exported whole
	case l.Kind == IPLocation && n.get("ipRanges") == nil:
		r.refuse("ipRanges", nil)
	case l.Kind == CountryLocation && n.get("countriesAndRegions") == nil:
		r.refuse("countriesAndRegions", nil)
	}
	l.UnknownCountries = n.get("includeUnknownCountriesAndRegions").truth() == Yes
	switch method := n.get("countryLookupMethod"); fold(method.str()) {
	case "", "clientipaddress":
	case "authenticatorappgps":
		l.GPS = true
	default:
		r.refuse("countryLookupMethod", method)
	}
	l.Unread = r.unread
	return l
}

func (r *reader) ranges(n *node) []Range {
	var out []Range
	for _, item := range n.items() {
		got, ok := readRange(item)
		if !ok {
			r.refuse("ipRanges", cmp.Or(item.first("cidrAddress", "lowerAddress"), item))
			continue
		}
		out = append(out, got)
	}
	return out
}

func readRange(n *node) (Range, bool) {
	if cidr := n.get("cidrAddress").str() + n.str(); cidr != "" {
		return parseRange(cidr)
	}
	from, err := netip.ParseAddr(n.get("lowerAddress").str())
	if err != nil {
		return Range{}, false
	}
	to, err := netip.ParseAddr(n.get("upperAddress").str())
	if err != nil || from.BitLen() != to.BitLen() || to.Less(from) {
		return Range{}, false
	}
	return Range{from.Unmap(), to.Unmap()}, true
}

// parseRange reads a prefix or one address.
func parseRange(s string) (Range, bool) {
	if prefix, err := netip.ParsePrefix(s); err == nil {
		return PrefixRange(prefix), true
	}
	ip, err := netip.ParseAddr(s)
	return Range{ip.Unmap(), ip.Unmap()}, err == nil
}

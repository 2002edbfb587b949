package condaccess

import (
	"encoding/json"
	"net/netip"
)

// A NamedLocation is a named location as exported.
type NamedLocation struct {
	ID, Name string
	Alias    string // another id that policies may name it by; may be empty
	Kind     LocationKind
	Trusted  Truth
	Ranges   []Range
	// Countries are codes of two letters; UnknownCountries includes addresses that
	// Entra finds no country for; GPS asks the Authenticator app instead.
	Countries        []string
	UnknownCountries bool
	GPS              bool
	Unread           []Unread // what makes membership unknown
	Document         json.RawMessage
	File             string
}

// A LocationKind is what a named location is made of. The zero LocationKind is
// not known.
type LocationKind int

// The kinds.
const (
	UnknownLocation LocationKind = iota
	IPLocation
	CountryLocation
	CompliantNetwork
)

// A Range is a range of addresses, both ends included.
type Range struct{ From, To netip.Addr }

// Contains tells whether ip is in the range. An IPv4 address that is written
// as IPv6 is the IPv4 address.
func (r Range) Contains(ip netip.Addr) bool {
	ip = ip.Unmap()
	return ip.BitLen() == r.From.BitLen() && r.From.Compare(ip) <= 0 && ip.Compare(r.To) <= 0
}

// PrefixRange returns the range of a prefix.
func PrefixRange(p netip.Prefix) Range {
	p = p.Masked()
	last := p.Addr().AsSlice()
	for bit := p.Bits(); bit < len(last)*8; bit++ {
		last[bit/8] |= 0x80 >> (bit % 8)
	}
	to, _ := netip.AddrFromSlice(last)
	return Range{p.Addr(), to}
}

// contains tells whether a sign-in from p is in the location, and why not if
// that is not known.
func (l *NamedLocation) contains(p *Place) (Truth, ReasonCode) {
	if len(l.Unread) > 0 {
		return Unsure, LocationNotUnderstood
	}
	switch l.Kind {
	case IPLocation:
		return l.containsIP(p)
	case CountryLocation:
		return l.containsCountry(p)
	case CompliantNetwork:
		return p.CompliantNetwork, CompliantNetworkNotGiven
	case UnknownLocation:
		return Unsure, LocationNotUnderstood
	}
	panic(l.Kind)
}

func (l *NamedLocation) containsIP(p *Place) (Truth, ReasonCode) {
	if !p.IP.IsValid() {
		return Unsure, AddressNotGiven
	}
	for _, r := range l.Ranges {
		if r.Contains(p.IP) {
			return Yes, ""
		}
	}
	return No, ""
}

func (l *NamedLocation) containsCountry(p *Place) (Truth, ReasonCode) {
	switch {
	case l.GPS:
		return Unsure, GPSNotKnown
	case !p.CountryKnown:
		return Unsure, CountryNotGiven
	case p.Country == "":
		return truth(l.UnknownCountries), ""
	}
	for _, c := range l.Countries {
		if fold(c) == fold(p.Country) {
			return Yes, ""
		}
	}
	return No, ""
}

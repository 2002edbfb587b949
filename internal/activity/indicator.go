package activity

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"github.com/conshelf/conshelf/kql/syntax"
)

// A Kind is what an indicator names.
type Kind string

// The kinds.
const (
	User     Kind = "user"    // a user principal name, an address of mail, an object id
	IP       Kind = "ip"      // an address or a network: 192.0.2.7, 198.51.100.0/24
	App      Kind = "app"     // an application's id, a service principal's id, or its name
	Session  Kind = "session" // of a sign-in, or the id of a token
	Agent    Kind = "agent"   // a user agent, in whole
	Device   Kind = "device"  // its id or its name
	Resource Kind = "resource"
	Domain   Kind = "domain" // of accounts
)

// Kinds returns the kinds there are.
func Kinds() []Kind {
	return []Kind{User, IP, App, Session, Agent, Device, Resource, Domain}
}

// ParseKind returns the kind of that name.
func ParseKind(name string) (Kind, error) {
	if k := Kind(name); slices.Contains(Kinds(), k) {
		return k, nil
	}
	var names []string
	for _, k := range Kinds() {
		names = append(names, string(k))
	}
	return "", fmt.Errorf("%q: want one of %s", name, strings.Join(names, ", "))
}

// An Indicator is something to look for in the evidence.
type Indicator struct {
	Kind  Kind   `json:"kind"`
	Value string `json:"value"`
}

func (i Indicator) String() string { return string(i.Kind) + " " + i.Value }

// NewIndicator returns the indicator with its value in one form, or an error
// that says what is wrong with the value.
func NewIndicator(k Kind, value string) (Indicator, error) {
	value = strings.TrimSpace(value)
	if value == "" {
		return Indicator{}, fmt.Errorf("an empty %s", k)
	}
	switch k {
	case IP:
		network, err := network(value)
		if err != nil {
			return Indicator{}, fmt.Errorf("%q is no address and no network: want 192.0.2.7 or 198.51.100.0/24", value)
		}
		return Indicator{k, network}, nil
	case User, App, Session, Device, Resource, Domain:
		return Indicator{k, strings.ToLower(value)}, nil
	case Agent:
		return Indicator{k, value}, nil
	}
	panic(k)
}

// network returns an address as it is, without what maps IPv4 into IPv6, and a
// network without the bits of a host.
func network(value string) (string, error) {
	if prefix, err := netip.ParsePrefix(value); err == nil {
		if prefix.IsSingleIP() {
			return prefix.Addr().String(), nil
		}
		return prefix.Masked().String(), nil
	}
	address, err := netip.ParseAddr(value)
	if err != nil {
		return "", err
	}
	return address.Unmap().WithZone("").String(), nil
}

// Predicate returns what is true, in KQL, of the rows of View that an
// indicator is in.
func (i Indicator) Predicate() string {
	value := syntax.Quote(i.Value)
	switch i.Kind {
	case User:
		return anyOf("Actor =~ "+value, "ActorId =~ "+value, "Target =~ "+value, "TargetId =~ "+value)
	case IP:
		return i.address(value)
	case App:
		return anyOf("AppId =~ "+value, "App =~ "+value, `(ActorType == "Application" and (Actor =~ `+value+" or ActorId =~ "+value+"))", "TargetId =~ "+value, "Target =~ "+value)
	case Session:
		return anyOf("SessionId =~ "+value, "TokenId =~ "+value)
	case Agent:
		return "UserAgent == " + value
	case Device:
		return anyOf("DeviceId =~ "+value, "Device =~ "+value)
	case Resource:
		return anyOf("TargetId =~ "+value, "Target =~ "+value)
	case Domain:
		ends := syntax.Quote("@" + i.Value)
		return anyOf("Actor endswith "+ends, "Target endswith "+ends)
	}
	panic(i.Kind)
}

// address matches an address in every spelling of IPv6, and the addresses of a
// network.
func (i Indicator) address(value string) string {
	switch {
	case strings.Contains(i.Value, ":") && strings.Contains(i.Value, "/"):
		return "ipv6_is_in_range(IPAddress, " + value + ")"
	case strings.Contains(i.Value, ":"):
		return "(isnotempty(IPAddress) and ipv6_is_match(IPAddress, " + value + "))"
	case strings.Contains(i.Value, "/"):
		return "ipv4_is_in_range(IPAddress, " + value + ")"
	}
	return "IPAddress == " + value
}

// Any returns what is true of the rows of View that one of several indicators
// is in; of none, false.
func Any(list []Indicator) string {
	terms := make([]string, len(list))
	for n, i := range list {
		terms[n] = i.Predicate()
	}
	if len(terms) == 0 {
		return "false"
	}
	return anyOf(terms...)
}

func anyOf(terms ...string) string {
	if len(terms) == 1 {
		return terms[0]
	}
	return "(" + strings.Join(terms, " or ") + ")"
}

// NetworkOf returns an address as an indicator's value: of IPv6, whose last half
// a device chooses anew as it likes, the network of its first 64 bits.
func NetworkOf(address string) string {
	a, err := netip.ParseAddr(address)
	if err != nil || !a.Unmap().Is6() {
		return address
	}
	prefix, err := a.Prefix(64)
	if err != nil {
		return address
	}
	return prefix.String()
}

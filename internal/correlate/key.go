package correlate

import (
	"net/netip"
	"slices"
	"strings"

	"github.com/conshelf/conshelf/internal/incident"
)

// A keyring numbers the names that entities go by. Names of one entity have
// numbers that the partition beside it joins.
type keyring struct {
	numbers map[string]int
	kinds   []kind
	borne   map[string]map[string]bool // by an application's name: the ids that bear it
}

// keysOf numbers every name in the alerts and joins those that some alert
// gives to one entity: adele@contoso.com and her object id.
func keysOf(alerts []incident.Alert) (*keyring, partition) {
	keys := &keyring{numbers: make(map[string]int), borne: make(map[string]map[string]bool)}
	for _, a := range alerts {
		for _, e := range a.Entities {
			keys.bear(a.Tenant, e)
		}
	}
	var same [][2]int
	for _, a := range alerts {
		for _, e := range a.Entities {
			numbers := keys.add(a.Tenant, e)
			for i := range max(0, len(numbers)-1) {
				same = append(same, [2]int{numbers[i], numbers[i+1]})
			}
		}
	}
	p := newPartition(len(keys.kinds))
	for _, pair := range same {
		p.join(pair[0], pair[1])
	}
	return keys, p
}

func (k *keyring) add(tenant string, e incident.Entity) []int {
	var numbers []int
	kind, names := namesOf(e)
	if kind == application && len(names) == 2 && len(k.borne[tenant+"\x00"+names[1]]) > 1 {
		names = names[:1] // two applications may call themselves the same
	}
	for _, name := range names {
		key := tenant + "\x00" + name
		n, ok := k.numbers[key]
		if !ok {
			n = len(k.kinds)
			k.numbers[key] = n
			k.kinds = append(k.kinds, kind)
		}
		numbers = append(numbers, n)
	}
	return numbers
}

// bear notes the id and the name of an application that has both.
func (k *keyring) bear(tenant string, e incident.Entity) {
	kind, names := namesOf(e)
	if kind != application || len(names) != 2 {
		return
	}
	key := tenant + "\x00" + names[1]
	if k.borne[key] == nil {
		k.borne[key] = make(map[string]bool)
	}
	k.borne[key][names[0]] = true
}

// of returns the number of one of the entity's names; ok is false if it has
// none that could join alerts.
func (k *keyring) of(tenant string, e incident.Entity) (number int, ok bool) {
	_, names := namesOf(e)
	if len(names) == 0 {
		return 0, false
	}
	number, ok = k.numbers[tenant+"\x00"+names[0]]
	return number, ok
}

// namesOf returns the names that tell this entity from all others, case
// folded. A display name does not, nor does half of a user name.
func namesOf(e incident.Entity) (kind, []string) {
	switch e.Type {
	case incident.Account:
		return account, accountNames(e)
	case incident.Mailbox:
		return account, prefixed("upn ", e.Identifier("MailboxPrimaryAddress"), e.Identifier("Upn"))
	case incident.Session:
		return session, prefixed("session ", e.Identifier("SessionId"))
	case incident.CloudApplication:
		return application, applicationNames(e)
	case incident.IP:
		return address, addressNames(e.Identifier("Address"))
	case incident.Host:
		return device, hostNames(e)
	case incident.AzureResource:
		return resource, prefixed("resource ", strings.TrimSuffix(e.Identifier("ResourceId"), "/"))
	case incident.URL, incident.File, incident.SecurityGroup:
		return 0, nil
	}
	return 0, nil
}

func accountNames(e incident.Entity) []string {
	upn := e.Identifier("FullName")
	if name, suffix := e.Identifier("Name"), e.Identifier("UPNSuffix"); upn == "" && name != "" && suffix != "" {
		upn = name + "@" + suffix
	}
	if domain, name, ok := strings.Cut(upn, `\`); ok {
		upn = ""
		e, _ = incident.NewEntity(incident.Account, append(slices.Clone(e.Identifiers), incident.Identifier{Name: "NTDomain", Value: domain}, incident.Identifier{Name: "Name", Value: name})...)
	}
	names := prefixed("upn ", upn)
	names = append(names, prefixed("upn ", homeName(upn))...)
	if domain, name := e.Identifier("NTDomain"), e.Identifier("Name"); domain != "" && name != "" && !strings.Contains(name, "@") {
		names = append(names, prefixed("nt ", domain+`\`+name)...)
	}
	names = append(names, prefixed("object ", e.Identifier("AadUserId"), e.Identifier("ObjectGuid"))...)
	names = append(names, prefixed("sid ", e.Identifier("Sid"))...)
	return append(names, prefixed("puid ", e.Identifier("PUID"))...)
}

// homeName is the name that a guest has at home, as the name in this tenant
// tells it: adele_fabrikam.com#EXT#@contoso.onmicrosoft.com is
// adele@fabrikam.com, and live.com#adele@outlook.com is adele@outlook.com. ""
// if the account is no guest's.
func homeName(upn string) string {
	lowered := strings.ToLower(upn)
	if i := strings.Index(lowered, "#ext#@"); i >= 0 {
		at := strings.LastIndexByte(lowered[:i], '_')
		if at < 1 {
			return ""
		}
		return lowered[:at] + "@" + lowered[at+1:i]
	}
	if i := strings.LastIndexByte(lowered, '#'); i >= 0 && strings.Contains(lowered[i+1:], "@") {
		return lowered[i+1:]
	}
	return ""
}

// hostNames are the names of a device that no other has.
func hostNames(e incident.Entity) []string {
	names := prefixed("device ", e.Identifier("AzureID"))
	name := e.Identifier("FullName")
	if name == "" {
		name = e.Identifier("HostName")
		if domain := e.Identifier("DnsDomain"); name != "" && domain != "" {
			name += "." + domain
		}
	}
	return append(names, prefixed("host ", name)...)
}

// applicationNames leaves out Microsoft's own applications, which everybody
// uses. An application is told by its id, and by its name as long as no other
// bears it: whoever makes one may call it as he likes.
func applicationNames(e incident.Entity) []string {
	id, name := strings.ToLower(e.Identifier("AppId")), e.Identifier("Name")
	if FirstParty(id) {
		return nil
	}
	return append(prefixed("app ", id), prefixed("appname ", name)...)
}

// addressNames returns the address in one spelling; of IPv6 the /64, which is
// what one subscriber has. Addresses that mean nothing outside one network
// have no name.
func addressNames(text string) []string {
	a, ok := parseAddress(text)
	if !ok || a.IsPrivate() || a.IsLoopback() || a.IsUnspecified() || a.IsLinkLocalUnicast() || a.IsMulticast() {
		return nil
	}
	if a.Is6() {
		p, err := a.Prefix(64)
		if err != nil {
			return nil
		}
		return []string{"ip " + p.String()}
	}
	return []string{"ip " + a.String()}
}

// parseAddress reads an address as logs write it, with or without a port.
func parseAddress(text string) (netip.Addr, bool) {
	text = strings.TrimSpace(text)
	if p, err := netip.ParseAddrPort(text); err == nil {
		return p.Addr().Unmap().WithZone(""), true
	}
	a, err := netip.ParseAddr(strings.Trim(text, "[]"))
	return a.Unmap().WithZone(""), err == nil
}

// nobody is the id that logs write where there is none.
const nobody = "00000000-0000-0000-0000-000000000000"

func prefixed(prefix string, values ...string) []string {
	var names []string
	for _, v := range values {
		if v = strings.ToLower(strings.TrimSpace(v)); v != "" && v != nobody {
			names = append(names, prefix+v)
		}
	}
	return names
}

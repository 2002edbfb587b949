package condaccess

import (
	_ "embed"
	"slices"
	"strings"
)

//go:embed bundles.txt
var bundleText string

// A bundleSet is a set of groups of resources, as numbers of bundles.
type bundleSet uint8

// bundles knows groups of resources: their names and members.
type bundles struct {
	names   []string // in lower case
	members map[string]bundleSet
	settled map[string]bool // applications whose groups are all known
	outside map[string]bool
	partly  map[string]bool   // reached, but for locations and devices
	owners  map[string]string // tenants that own applications, by application id
}

// The tenants that Microsoft's own applications belong to.
const (
	microsoftServices = "f8cdef31-a31e-4b4a-93e4-5f571e91255a"
	microsoftTenant   = "72f988bf-86f1-41af-91ab-2d7cd011db47"
)

// managementAPI is an application that policies name for a group: tokens for the
// services that are closely bound to the Azure portal.
const managementAPI = "797f4846-ba00-4fd7-ba43-dac1f8f63013"

// agentResources is a group of which no member is published.
const agentResources = "allagentidresources"

// newBundles returns the groups that are published and those that learned
// adds: members by the group's name.
func newBundles(learned map[string][]string, principals []ServicePrincipal) *bundles {
	b := &bundles{
		names:   []string{"office365", "microsoftadminportals", "azurevirtualdesktop", agentResources, managementAPI},
		members: make(map[string]bundleSet), settled: make(map[string]bool), outside: make(map[string]bool), partly: make(map[string]bool), owners: make(map[string]string),
	}
	for line := range strings.Lines(bundleText) {
		fields := strings.Fields(line)
		if len(fields) < 2 || fields[0] == "#" {
			continue
		}
		id := fold(fields[1])
		switch fields[0] {
		case "-":
			b.settled[id] = true
		case "outside":
			b.outside[id] = true
		case "partly":
			b.partly[id] = true
		case managementAPI: // which says nothing of the other groups
			b.members[id] |= b.named(managementAPI)
		default:
			b.settled[id] = true
			b.members[id] |= b.named(fields[0])
		}
	}
	for name, ids := range learned {
		for _, id := range ids {
			b.members[fold(id)] |= b.named(name)
		}
	}
	for i := range principals {
		if p := &principals[i]; p.AppID != "" && p.OwnerTenant != "" {
			b.owners[fold(p.AppID)] = fold(p.OwnerTenant)
		}
	}
	return b
}

// named returns the group of a name, or none. One group has the name of an
// application.
func (b *bundles) named(name string) bundleSet {
	if i := slices.Index(b.names, fold(name)); i >= 0 {
		return 1 << i
	}
	return 0
}

func (b *bundles) all() bundleSet { return 1<<len(b.names) - 1 }

// of returns the groups that an application is in, and those it may be in.
func (b *bundles) of(app string) (yes, maybe bundleSet) {
	id := fold(app)
	yes = b.members[id]
	if b.settled[id] || !b.firstParty(id) {
		return yes, 0
	}
	return yes, b.all() &^ yes &^ b.named("azurevirtualdesktop") &^ b.named(managementAPI)
}

// common returns an application that is in groups of both sets, or "".
func (b *bundles) common(one, other bundleSet) string {
	first := ""
	for id, in := range b.members {
		if in&one != 0 && in&other != 0 && (first == "" || id < first) {
			first = id
		}
	}
	return first
}

// firstParty tells whether an application may be Microsoft's own.
func (b *bundles) firstParty(id string) bool {
	if owner, ok := b.owners[id]; ok {
		return owner == microsoftServices || owner == microsoftTenant
	}
	return guid(id)
}

// guid tells whether an id has the form of an object's.
func guid(id string) bool {
	if len(id) != 36 {
		return false
	}
	for i := range len(id) {
		switch c := id[i]; {
		case i == 8 || i == 13 || i == 18 || i == 23:
			if c != '-' {
				return false
			}
		case (c < '0' || c > '9') && (c < 'a' || c > 'f') && (c < 'A' || c > 'F'):
			return false
		}
	}
	return true
}

// keyword tells whether a policy's value is a word of Microsoft's, like All,
// and no id: words are in Pascal case, without hyphens.
func keyword(s string) bool {
	if s == "" || s[0] < 'A' || s[0] > 'Z' {
		return false
	}
	return !strings.ContainsAny(s, "-_ .:/")
}

// PublishedApplications returns the applications whose groups are known, and
// those that Conditional Access is reported not to reach, in order.
func PublishedApplications() []string {
	b := newBundles(nil, nil)
	var out []string
	for _, ids := range []map[string]bool{b.settled, b.outside} {
		for id := range ids {
			out = append(out, id)
		}
	}
	for id := range b.members {
		out = append(out, id)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// ApplicationName returns the name of an application that is published with its
// groups, or nothing.
func ApplicationName(id string) string {
	for line := range strings.Lines(bundleText) {
		fields := strings.Fields(line)
		if len(fields) > 2 && fields[0] != "#" && strings.EqualFold(fields[1], id) {
			return strings.Join(fields[2:], " ")
		}
	}
	return ""
}

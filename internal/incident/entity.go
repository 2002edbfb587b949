package incident

import (
	"cmp"
	"slices"
	"strings"
)

// An EntityType is one of Sentinel's entity types.
type EntityType string

// The entity types in use; Sentinel has more.
const (
	Account          EntityType = "Account"
	IP               EntityType = "IP"
	Host             EntityType = "Host"
	CloudApplication EntityType = "CloudApplication"
	AzureResource    EntityType = "AzureResource"
	Mailbox          EntityType = "Mailbox"
	URL              EntityType = "URL"
	File             EntityType = "File"
	SecurityGroup    EntityType = "SecurityGroup"
	// Session is ours: a sign-in session or token, by the id that logs share.
	Session EntityType = "Session"
)

// An Entity is somebody or something that an alert is about, by one or more
// identifiers.
type Entity struct {
	Type        EntityType   `json:"type"`
	Identifiers []Identifier `json:"identifiers"` // sorted by name; values not empty
}

// An Identifier is one of Sentinel's identifiers of an entity: FullName,
// AadUserId, Address, AppId ….
type Identifier struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// NewEntity returns the entity with those identifiers, sorted, without the
// empty ones; ok is false if none is left.
func NewEntity(t EntityType, ids ...Identifier) (e Entity, ok bool) {
	ids = slices.DeleteFunc(slices.Clone(ids), func(id Identifier) bool { return strings.TrimSpace(id.Value) == "" })
	slices.SortFunc(ids, compareIdentifiers)
	return Entity{Type: t, Identifiers: slices.Compact(ids)}, len(ids) > 0
}

// Identifier returns the value of the identifier called name, or ”.
func (e Entity) Identifier(name string) string {
	for _, id := range e.Identifiers {
		if id.Name == name {
			return id.Value
		}
	}
	return ""
}

// Keys returns what other mentions of the same entity may share with this
// one: type, identifier and value, case folded. Two entities with a key in
// common are one. Identifiers that many entities share are not among them.
func (e Entity) Keys() []string {
	keys := make([]string, 0, len(e.Identifiers))
	for _, id := range e.Identifiers {
		if !shared(e.Type, id.Name) {
			keys = append(keys, string(e.Type)+"\x00"+id.Name+"\x00"+strings.ToLower(id.Value))
		}
	}
	return keys
}

// shared tells whether entities of type t that are not one may have the same
// value of that identifier: all users of a domain, two people called Adele.
func shared(t EntityType, identifier string) bool {
	switch identifier {
	case "UPNSuffix", "NTDomain", "DnsDomain", "AadTenantId", "DisplayName", "IsDomainJoined", "OSFamily", "OSVersion", "InstanceName", "Directory":
		return true
	case "Name":
		return t == Account || t == File
	}
	return false
}

// String returns what a person would call the entity: its best identifier.
func (e Entity) String() string {
	for _, name := range []string{"FullName", "Address", "MailboxPrimaryAddress", "Name", "DisplayName", "AppId", "AadUserId", "ResourceId", "SessionId"} {
		if v := e.Identifier(name); v != "" {
			return v
		}
	}
	if len(e.Identifiers) > 0 {
		return e.Identifiers[0].Value
	}
	return string(e.Type)
}

// CompareEntities orders entities by type, then identifiers.
func CompareEntities(a, b Entity) int {
	return cmp.Or(cmp.Compare(a.Type, b.Type), slices.CompareFunc(a.Identifiers, b.Identifiers, compareIdentifiers))
}

func compareIdentifiers(a, b Identifier) int {
	return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.Value, b.Value))
}

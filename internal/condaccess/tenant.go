package condaccess

import (
	"time"
)

// A Tenant is what is known of a tenant's configuration. What is nil or not
// marked as known was not exported, which is never the same as empty.
type Tenant struct {
	Policies  []*Policy
	Locations []*NamedLocation
	// LocationsKnown says that named locations were exported, whether there is one
	// or not; AllTrusted is open while they were not.
	LocationsKnown bool
	Strengths      []*Strength
	Directory      Directory
	// TrustedIPs are the trusted addresses of the multifactor service, which Graph
	// does not export.
	TrustedIPs      []Range
	TrustedIPsKnown bool
	CrossTenant     []CrossTenant
	Risk            []RiskChange
	// RiskComplete says that a user without a RiskChange never was at risk.
	RiskComplete bool
	// Bundles adds members to Office365 and MicrosoftAdminPortals, as learned from
	// the results that logs recorded.
	Bundles map[string][]string
	// Incomplete says why there may be policies that are not here. While there may
	// be, nothing is granted for certain.
	Incomplete []string
	Notes      []Note
}

// A Note is something that was wrong with what was loaded, and what it makes
// unknown.
type Note struct {
	File    string
	Subject string // a policy, a group, a location
	Text    string
}

// String returns the note in one line.
func (n Note) String() string {
	out := n.Text
	if n.Subject != "" {
		out = n.Subject + ": " + out
	}
	if n.File != "" {
		out = n.File + ": " + out
	}
	return out
}

// A Directory holds who there is and who belongs where.
type Directory struct {
	Users             []UserObject
	Groups            []Group
	Roles             []RoleAssignment
	RolesKnown        bool // the assignments were exported, whether there is one or not
	ServicePrincipals []ServicePrincipal
	Definitions       []RoleDefinition
}

// A UserObject is a user of the directory.
type UserObject struct {
	ID, UPN    string
	Type       string // Member, Guest, or empty
	External   Truth  // signs in elsewhere
	Guest      GuestTypes
	GuestKnown bool
	HomeTenant string
	Agent      bool
	// Groups are those it is in: all of them where GroupsKnown, those it is in
	// directly where GroupsDirect.
	Groups       []string
	GroupsKnown  bool
	GroupsDirect bool
	Roles        []string
	RolesKnown   bool
}

// A Group is a group with its members, who may be groups.
type Group struct {
	ID, Name     string
	Members      []string
	MembersKnown bool
	Cut          bool // has as many members as Graph's $expand gives, and may have more
}

// A RoleAssignment gives a role to a principal. Only one that is active and for
// the whole directory counts.
type RoleAssignment struct {
	Principal, Role string
	Scope           string // / for the directory
	Eligible        bool
	Group           bool // the principal is known to be a group
}

// Counts tells whether Conditional Access sees the assignment.
func (a RoleAssignment) Counts() bool {
	return !a.Eligible && (a.Scope == "" || a.Scope == "/")
}

// A RoleDefinition tells a role's template, by which policies name it.
type RoleDefinition struct{ ID, Template string }

// A ServicePrincipal is an application in the tenant.
type ServicePrincipal struct {
	ID, AppID, Name string
	Kind            PrincipalKind
	SingleTenant    Truth
	OwnerTenant     string
	// Attributes are custom security attributes, Set_Attribute in lower case.
	Attributes      map[string][]string
	AttributesKnown bool
}

// CrossTenant is what is trusted of another tenant; Tenant is empty for the
// default.
type CrossTenant struct {
	Tenant                                       string
	MFA, CompliantDevice, HybridDevice, Provider Truth
}

// A RiskChange is a user's risk from Time on.
type RiskChange struct {
	User  string
	Time  time.Time
	Level string
}

package condaccess

import (
	"net/netip"
	"time"
)

// A SignIn is one request for a token, as far as it is known. The zero value
// of a field says that it is not known, which is never the same as none.
type SignIn struct {
	ID        string
	Time      time.Time // zero where it is not known
	Principal Principal
	Target    Target
	Client    string // browser, mobileAppsAndDesktopClients, exchangeActiveSync, easSupported, other
	Platform  string // android, iOS, windows, windowsPhone, macOS, linux; OtherPlatform for any other
	Place     Place
	Device    Device
	Flow      string // none, deviceCodeFlow, authenticationTransfer

	SignInRisk           string // none, low, medium, high
	UserRisk             string
	ServicePrincipalRisk string
	AgentRisk            string
	InsiderRisk          string // none, minor, moderate, elevated

	Facts Facts

	// NotReached says why the policies had no say in what a record tells of: the
	// sign-in failed before, or is for another tenant to decide. It changes no
	// answer: that is what the policies would have made of it.
	NotReached string
}

// OtherPlatform is a platform that Entra does not know. Only "all" covers it.
const OtherPlatform = "other"

// A Principal is who signs in.
type Principal struct {
	Kind PrincipalKind
	ID   string // object id
	// Groups and Roles are what the sign-in itself says; otherwise the directory is asked.
	Groups, Roles []string
	GroupsKnown   bool
	RolesKnown    bool
	// Guest holds the kinds of external user that it is, of which MaybeGuest are
	// those it may be: one of them for certain where GuestSure. Both empty with
	// GuestKnown is a member.
	Guest, MaybeGuest GuestTypes
	GuestSure         bool
	GuestKnown        bool
	HomeTenant        string
	SingleTenant      Truth  // of a service principal: registered in this tenant only
	AppID             string // of a service principal
}

// A PrincipalKind says what signs in. The zero PrincipalKind is not known.
type PrincipalKind int

// The kinds.
const (
	UnknownPrincipal PrincipalKind = iota
	User
	ServicePrincipalIdentity
	ManagedIdentity
	AgentIdentity
	AgentUser
)

// String returns a word for the kind.
func (k PrincipalKind) String() string {
	switch k {
	case UnknownPrincipal:
		return "unknown"
	case User:
		return "user"
	case ServicePrincipalIdentity:
		return "servicePrincipal"
	case ManagedIdentity:
		return "managedIdentity"
	case AgentIdentity:
		return "agentIdentity"
	case AgentUser:
		return "agentUser"
	}
	panic(k)
}

// A Target is what is asked for: resources, a user action, authentication
// contexts.
type Target struct {
	Applications []string // app ids of the audiences, or the name of a bundle for one of its members
	// Derived says that Applications is the resource of a record that does not list
	// its audiences: the client and the services behind it may be among them.
	Derived      bool
	UserAction   string // urn:user:registersecurityinfo, urn:user:registerdevice
	Contexts     []string
	ContextsDone bool // no context but those in Contexts is asked for
	ContextOnly  bool // nothing but a context is asked for, as the What If API can
	// Client is the application that asks, Confidential whether it can keep a secret,
	// Scopes what it asks for; they decide where policies have excluded resources.
	Client       string
	Confidential Truth
	Scopes       []string
	ScopesKnown  bool
}

// A Place is where a sign-in comes from.
type Place struct {
	IP netip.Addr // as Entra saw it; invalid where it is not known
	// Country is the code that Entra found for the address, and empty where it found
	// none; CountryKnown is unset where we do not know what it found.
	Country      string
	CountryKnown bool
	// Named holds ids or names of named locations that the address is in, NamedIDs
	// that they are ids; NamedDone says that it is in no other, Trusted whether any
	// is trusted.
	Named            []string
	NamedIDs         bool
	NamedDone        bool
	Trusted          Truth
	CompliantNetwork Truth
}

// A Device is what is known of the device.
type Device struct {
	// Registered is No for a device without a registration, all whose attributes are null.
	Registered Truth
	// Attributes holds values by the filter language's names, in lower case. A name
	// without values is null, a name that is not there is not known.
	Attributes map[string][]string
	// Described says that someone filled in the device for a what-if: with an
	// assumption, what is not named is null.
	Described bool
	Managed   Truth // by Intune
}

// Facts is what is known of the controls: whether each is satisfied.
type Facts struct {
	MFA, CompliantDevice, DomainJoinedDevice  Truth
	ApprovedApplication, CompliantApplication Truth
	PasswordChange, RiskRemediation           Truth
	TermsOfUse, CustomFactors                 Truth // all of them
	Accepted                                  []string
	// Methods are the methods that were used, under the names that combinations
	// have for them; MethodsKnown says that there was no other.
	Methods      []string
	MethodsKnown bool
}

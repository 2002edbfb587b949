package condaccess

import (
	"encoding/json"
	"time"
)

// A Policy is a Conditional Access policy as exported. Lists of ids hold what
// the policy says, letter for letter; ids compare without regard to case.
type Policy struct {
	ID, Name   string
	State      State
	Created    time.Time // zero where the export does not say
	Modified   time.Time
	TemplateID string
	Deleted    bool // in the bin: never enforced
	// Contested tells that another version of the policy is here, and that which is
	// in force is not known. Its State is not known then.
	Contested  bool
	Conditions Conditions
	Grant      *Grant // nil for a policy that only has session controls
	Session    Session
	// Unread is what this package does not understand of the policy. It makes the
	// verdict unknown, never a no.
	Unread []Unread
	// Lost says why what the policy said is not known at all, where it is not: of
	// the moment that it is asked for there is no text. Its verdict is unknown.
	Lost string
	// Document is the policy as it was exported, in UTF-8.
	Document json.RawMessage
	File     string // where it was read from, for messages
}

// A State is whether a policy is enforced. The zero State is one that we do not
// know: it may be.
type State int

// The states.
const (
	StateUnknown State = iota
	Enabled
	ReportOnly
	Disabled
)

// String returns Graph's name of the state.
func (s State) String() string {
	switch s {
	case StateUnknown:
		return "unknown"
	case Enabled:
		return "enabled"
	case ReportOnly:
		return "enabledForReportingButNotEnforced"
	case Disabled:
		return "disabled"
	}
	panic(s)
}

// An Unread is a part of a policy that is set and that we do not understand.
type Unread struct {
	Path  string // conditions.applications.networkAccess
	Value string // as written, shortened
	Part  Part
}

// CutOff tells whether the part was there, and was cut off when it was exported.
func (u Unread) CutOff() bool { return cutOff(u.Value) }

// A Part is what of a policy something belongs to.
type Part int

// The parts.
const (
	ConditionPart Part = iota
	GrantPart
	SessionPart
)

// Conditions are what a policy asks of a sign-in. A condition that is not set
// is nil or empty, and every sign-in meets it.
type Conditions struct {
	Users        Users
	Applications Applications
	Workloads    Workloads // service principals of the tenant
	Agents       Workloads // agent identities
	AgentUsers   Workloads // user accounts of agents
	ClientApps   []string  // browser, mobileAppsAndDesktopClients, exchangeActiveSync, easSupported, other
	Platforms    Lists
	Locations    Lists
	DeviceStates Lists // deprecated; All, Compliant, DomainJoined
	DeviceFilter *Filter
	Flows        []string // deviceCodeFlow, authenticationTransfer
	// AgentContexts are in what role an agent takes part, which no log records.
	AgentContexts Lists

	SignInRisk           []string
	UserRisk             []string
	ServicePrincipalRisk []string
	AgentRisk            []string
	InsiderRisk          []string
}

// Users are the users that a policy is assigned to: those that Include holds
// and Exclude does not.
type Users struct{ Include, Exclude UserSet }

// A UserSet is the union of users, members of groups at any depth, holders of
// active roles and external users. An empty one holds nobody.
type UserSet struct {
	Users  []string // ids, All, None, GuestsOrExternalUsers
	Groups []string
	Roles  []string // template ids
	Guests *Guests
}

// Empty tells whether the set names nobody at all.
func (s UserSet) Empty() bool {
	return len(s.Users) == 0 && len(s.Groups) == 0 && len(s.Roles) == 0 && s.Guests == nil
}

// Guests are external users by type and home tenant.
type Guests struct {
	Types      GuestTypes
	AllTenants bool
	Tenants    []string // where not all
}

// Applications are the resources that a policy is assigned to: what Include
// names or Filter includes, and neither Exclude names nor Filter excludes. User
// actions and authentication contexts stand beside them.
type Applications struct {
	Include, Exclude []string // app ids, All, None, Office365, MicrosoftAdminPortals, AllAgentIdResources
	UserActions      []string
	Contexts         []string // c1 to c99
	Filter           *Filter
}

// Empty tells whether no resource is named.
func (a Applications) Empty() bool {
	return len(a.Include) == 0 && len(a.UserActions) == 0 && len(a.Contexts) == 0 && a.Filter == nil
}

// Workloads are identities that are no people.
type Workloads struct {
	Include, Exclude []string // object ids, All, ServicePrincipalsInMyTenant
	Filter           *Filter
}

// Empty tells whether the policy is not for such identities.
func (w Workloads) Empty() bool { return len(w.Include) == 0 && w.Filter == nil }

// Lists are values that are included but for those excluded. Both empty means
// not configured.
type Lists struct{ Include, Exclude []string }

// Empty tells whether the condition is not configured.
func (l Lists) Empty() bool { return len(l.Include) == 0 && len(l.Exclude) == 0 }

// A Filter is a rule over attributes, and whether what it matches is in or out.
type Filter struct {
	Exclude bool
	Rule    string
	Expr    Expr  // nil where the rule does not parse
	Problem error // why it does not
}

// A Grant is the requirement of a policy: every clause has to be met, by any one
// of its controls. Graph's OR is one clause, its AND a clause for each control.
type Grant struct {
	Operator string // AND or OR, as Graph has it; empty where the source has clauses
	Clauses  [][]Control
}

// Blocks tells whether the policy blocks. Block stands alone; where it does not,
// its presence is what counts.
func (g *Grant) Blocks() bool {
	if g == nil {
		return false
	}
	for _, clause := range g.Clauses {
		for _, c := range clause {
			if c.Kind == Block {
				return true
			}
		}
	}
	return false
}

// A Control is one thing that a policy requires.
type Control struct {
	Kind     ControlKind
	ID       string    // of terms of use, a custom factor; the name of a control that we do not know
	Strength *Strength // of an authentication strength
}

// Name returns Graph's name of the control, with the id of what it refers to.
func (c Control) Name() string {
	switch c.Kind {
	case UnknownControl:
		return c.ID
	case TermsOfUse, CustomFactor:
		return c.Kind.String() + ":" + c.ID
	case AuthenticationStrength:
		return c.Kind.String() + ":" + c.Strength.label()
	case Block, MFA, CompliantDevice, DomainJoinedDevice, ApprovedApplication, CompliantApplication, PasswordChange, RiskRemediation:
		return c.Kind.String()
	}
	panic(c.Kind)
}

// A ControlKind says what a control asks for. The zero ControlKind is one that
// we do not know.
type ControlKind int

// The controls.
const (
	UnknownControl ControlKind = iota
	Block
	MFA
	CompliantDevice
	DomainJoinedDevice
	ApprovedApplication
	CompliantApplication
	PasswordChange
	RiskRemediation
	TermsOfUse
	CustomFactor
	AuthenticationStrength
)

// String returns Graph's name of the control.
func (k ControlKind) String() string {
	switch k {
	case UnknownControl:
		return "unknown"
	case Block:
		return "block"
	case MFA:
		return "mfa"
	case CompliantDevice:
		return "compliantDevice"
	case DomainJoinedDevice:
		return "domainJoinedDevice"
	case ApprovedApplication:
		return "approvedApplication"
	case CompliantApplication:
		return "compliantApplication"
	case PasswordChange:
		return "passwordChange"
	case RiskRemediation:
		return "riskRemediation"
	case TermsOfUse:
		return "termsOfUse"
	case CustomFactor:
		return "customAuthenticationFactor"
	case AuthenticationStrength:
		return "authenticationStrength"
	}
	panic(k)
}

// A Strength is an authentication strength: the combinations of methods that
// satisfy it. Strengths compare by their combinations, not by name or tier.
type Strength struct {
	ID, Name     string
	Combinations []string // as Graph writes them: password,sms
	MFA          bool     // also satisfies the control mfa
	Configured   []string // combinations that are good only for certain keys or certificates
}

func (s *Strength) label() string {
	if s.Name != "" {
		return s.Name
	}
	return s.ID
}

// A Session holds the session controls that are on.
type Session struct {
	AppEnforcedRestrictions bool
	CloudAppSecurity        string // mcasConfigured, monitorOnly, blockDownloads
	Frequency               *Frequency
	PersistentBrowser       string // always, never
	ContinuousAccess        string // strictEnforcement, disabled, strictLocation
	DisableResilience       bool
	TokenProtection         bool
	SecurityProfile         string // Global Secure Access filtering profile
	Others                  []string
}

// A Frequency says how often one has to sign in again.
type Frequency struct {
	EveryTime     bool
	Period        time.Duration // zero where EveryTime
	SecondaryOnly bool
}

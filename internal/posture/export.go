package posture

import (
	"slices"
	"strings"
	"time"

	"github.com/conshelf/conshelf/internal/condaccess"
	"github.com/conshelf/conshelf/internal/incident"
	"github.com/conshelf/conshelf/internal/tenant"
)

// An Export is what is known of a tenant's posture. Its zero value knows
// nothing.
type Export struct {
	Assessments []Assessment
	Plans       []Plan
	Access      []AccessPolicy
	Requests    []AccessRequest
	Scores      []Score
	Alerts      []Alert
	// Inventory is what the tenant declares; nil: nothing.
	Inventory *tenant.Inventory
	// Incidents are those of the last investigation, if Investigated.
	Incidents    []incident.Incident
	Investigated bool
	// End is the instant to which the evidence goes; zero: not known.
	End time.Time
	// Incomplete says why there may be more than is here: while there may be,
	// nothing is met.
	Incomplete []string
	// Skipped says which records were not taken as they are, and why.
	Skipped []string
	Others  int // records of files, of kinds that no check reads

	assessed, planned, timed bool              // there was a record of the kind
	kept                     map[string][]int  // where assessments are, by their id
	former                   []Assessment      // those of which there is a newer one
	severities               map[string]string // of recommendations, by their key
	consents                 []consentPolicy
	workflows                []consentWorkflow
	groupConsents            []groupConsent
	gates                    []gate
	groups                   []securityGroup
	machines                 []machine
	interfaces               map[string]networkInterface // by id, in lower case
	guards                   []guard
	stores                   []string // vaults and storage accounts, in lower case
	grants                   []grant
	unsaidGrants             int // consents that do not say to what
	journeys                 []journey
	last                     map[string]signIn
	unplaced                 int // sign-ins without coordinates
	risky                    []riskySignIn
	risks                    []risk
	bursts                   []burst
	seen                     map[string]string // applications of Defender for Cloud Apps, and a record of each
	tables                   map[string]span
	names                    map[string]string // of people, by object id
	access                   condaccess.Loader
	loaded                   bool // something was given to access
	configured               *condaccess.Tenant
}

// A span is from when to when a table has rows, and why it may lack some.
type span struct {
	first, last time.Time
	lost        []string
}

// Empty tells whether nothing is there that a check could look at.
func (e *Export) Empty() bool {
	return !e.assessed && !e.planned && !e.timed && !e.loaded && len(e.Scores)+len(e.Alerts)+len(e.consents)+len(e.workflows)+len(e.groupConsents)+len(e.gates)+len(e.machines)+len(e.guards)+len(e.stores)+len(e.tables) == 0
}

// Table notes that a table was looked at, from when to when it has rows, and
// why some may be missing. A table that was not noted is not there.
func (e *Export) Table(name string, first, last time.Time, lost ...string) {
	if e.tables == nil {
		e.tables = make(map[string]span)
	}
	e.tables[name] = span{first, last, lost}
}

func (e *Export) has(table string) bool {
	_, ok := e.tables[table]
	return ok
}

// policies returns what is known of Conditional Access. Of what is incomplete
// nobody knows that it is not the policies.
func (e *Export) policies() *condaccess.Tenant {
	if e.configured == nil {
		t := *e.access.Tenant()
		t.Incomplete = slices.Concat(t.Incomplete, e.Incomplete)
		e.configured = &t
	}
	return e.configured
}

// person notes whose object id it is.
func (e *Export) person(id, name string) {
	if id == "" || name == "" {
		return
	}
	if e.names == nil {
		e.names = make(map[string]string)
	}
	e.names[fold(id)] = fold(name)
}

// who returns one word for a person: the name, or the id of whom no record
// names.
func (e *Export) who(user string) string {
	if name, ok := e.names[fold(user)]; ok {
		return name
	}
	return fold(user)
}

// same tells whether two words are of one person.
func (e *Export) same(a, b string) bool { return a != "" && b != "" && e.who(a) == e.who(b) }

func fold(s string) string { return strings.ToLower(strings.TrimSpace(s)) }

package incident

import (
	"time"

	"github.com/conshelf/conshelf/internal/evidence"
)

// A Trail is what was done with stolen sessions and tokens, from an attacker's
// addresses and by an attacker's applications, in every log that tells, and
// where the search for it stopped.
type Trail struct {
	Accounts []string `json:"accounts"` // that the attacker acted as, in lower case
	// Newcomers are those of the accounts of which nothing is known from before:
	// nothing that was done as them is unusual.
	Newcomers    []string        `json:"newcomers,omitempty"`
	Addresses    []string        `json:"addresses"`    // that the attacker acted from
	Applications []string        `json:"applications"` // ids of those that acted by themselves
	Sessions     []StolenSession `json:"sessions"`     // by time
	Acts         []Act           `json:"acts"`         // by time; the owner's own are not among them
	More         int64           `json:"more"`         // acts that are not listed
	Open         []Opening       `json:"open"`         // what the acts opened, by time; those undone since among them
	Stops        []string        `json:"stops"`        // where the search stopped, and why: sentences
}

// A StolenSession is a sign-in session that an attacker had.
type StolenSession struct {
	ID      string    `json:"id"`
	Account string    `json:"account,omitempty"`
	First   time.Time `json:"first"` // of the attacker's acts in it
	Last    time.Time `json:"last"`
	Acts    int       `json:"acts"`
	Own     int       `json:"own"` // acts in it that look like the owner's
	Tokens  int       `json:"tokens"`
}

// Whose an act is.
type Whose string

// Whose an act may be. The zero Whose is Unclear: a record that does not say
// is nobody's alibi.
const (
	Unclear   Whose = ""
	Attackers Whose = "attacker"
	TheOwners Whose = "owner"
	AProducts Whose = "product" // what a security product said of the session
)

// An Act is one record of what somebody did.
type Act struct {
	Time        time.Time       `json:"time"`
	Table       string          `json:"table"`
	Operation   string          `json:"operation"`
	Account     string          `json:"account,omitempty"`
	Application string          `json:"application,omitempty"`
	Address     string          `json:"address,omitempty"`
	Session     string          `json:"session,omitempty"`
	Token       string          `json:"token,omitempty"`
	Target      string          `json:"target,omitempty"`
	Failed      bool            `json:"failed,omitempty"`
	Whose       Whose           `json:"whose"`
	Why         string          `json:"why"` // it is in the trail: a clause
	Origin      evidence.Origin `json:"origin"`
}

// Started ends the operation of an act that was begun: its success, if it had
// one, is another record.
const Started = " (started)"

// An OpeningKind is what an attacker's act left open.
type OpeningKind string

// The kinds.
const (
	OpenSession    OpeningKind = "session"
	OpenCredential OpeningKind = "credential"
	OpenGrant      OpeningKind = "grant"
	OpenRule       OpeningKind = "mail rule"
	OpenForwarding OpeningKind = "mail forwarding"
	OpenMethod     OpeningKind = "sign-in method"
	OpenRole       OpeningKind = "role"
	OpenAccount    OpeningKind = "account"
	OpenPolicy     OpeningKind = "policy"
	OpenFederation OpeningKind = "federation"
	OpenOwner      OpeningKind = "owner"
	OpenDevice     OpeningKind = "device"
	OpenLink       OpeningKind = "link"
	OpenDelegation OpeningKind = "mailbox permission"
)

// An Opening is a way in, or a hold, that an act opened, and the act that
// closed it again, if the evidence has one.
type Opening struct {
	Kind    OpeningKind     `json:"kind"`
	What    string          `json:"what"`   // the operation
	Target  string          `json:"target"` // of whom, or in what
	By      string          `json:"by,omitempty"`
	Time    time.Time       `json:"time"`
	Whose   Whose           `json:"whose"`
	Origin  evidence.Origin `json:"origin"`
	Closed  *Act            `json:"closed,omitempty"` // nil: nothing in the evidence undoes it
	Caution string          `json:"caution,omitempty"`
}

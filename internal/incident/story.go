package incident

import "time"

// A Story is what an incident comes to: where it began and ended, what was
// reached, what is still open, how sure that is and what else it could be.
type Story struct {
	FirstAct     Moment        `json:"firstAct"` // of the attacker
	LastAct      Moment        `json:"lastAct"`
	PatientZero  string        `json:"patientZero,omitempty"` // the account or application that was had first
	Reached      []Reach       `json:"reached"`
	Open         []Opening     `json:"open"`   // not undone in the evidence, by time
	Closed       []Opening     `json:"closed"` // undone in it
	Confidence   Confidence    `json:"confidence"`
	Alternatives []Alternative `json:"alternatives"`
}

// A Moment is an act in a sentence.
type Moment struct {
	Time time.Time `json:"time"`
	What string    `json:"what"`
}

// A ReachKind is what an attacker reached.
type ReachKind string

// The kinds, in the order in which they are told.
const (
	ReachAccount      ReachKind = "account"
	ReachApplication  ReachKind = "application"
	ReachMailbox      ReachKind = "mailbox"
	ReachFiles        ReachKind = "files"
	ReachSecrets      ReachKind = "secrets"
	ReachDirectory    ReachKind = "directory"
	ReachSubscription ReachKind = "subscription"
)

// A Reach is one thing that was reached, and how often.
type Reach struct {
	Kind  ReachKind `json:"kind"`
	Name  string    `json:"name"`
	Acts  int       `json:"acts"`
	First time.Time `json:"first"`
	Last  time.Time `json:"last"`
}

// A Confidence is how sure it is that an incident is an attack, and the terms
// that it adds up from.
type Confidence struct {
	Score int      `json:"score"` // 0 to 100
	Level string   `json:"level"` // low, medium, high
	Terms []Ground `json:"terms"`
}

// A Ground is one reason for a score and what it adds, or takes away.
type Ground struct {
	Points int    `json:"points"`
	Reason string `json:"reason"`
}

// An Alternative is another explanation of an incident, with what speaks for
// it and against it.
type Alternative struct {
	Explanation string   `json:"explanation"`
	For         []string `json:"for"`
	Against     []string `json:"against"`
	Likely      bool     `json:"likely"` // something speaks for it, and nothing against it
}

// Package custody says who did what to a case, and whether anything has
// changed since. The journal of a case is a chain: each line holds the hash of
// the line before it and its own, so that no line can change, go or come
// unseen. A line is written before what it promises is done; whoever opens the
// case next sees whether it was, and says so in a line of its own.
//
//	custody.jsonl   the journal: what was done, and the digests of what it left
//	custody.rows    for each row that was stored, its record and a digest
//
// Reading and comparing need a file system to read and nothing else. A digest
// says that something changed, not who did it; a signature says who stood for
// the journal up to a line.
package custody

import (
	"time"

	"github.com/conshelf/conshelf/internal/evidence"
)

// The names of custody's files in a case.
const (
	JournalName = "custody.jsonl"
	RowsName    = "custody.rows"
)

// An Actor is who acts on a case, with what, and their clock.
type Actor struct {
	User    string
	Host    string
	Version string           // of the program
	Now     func() time.Time // nil: lines have no time
}

func (a Actor) now() time.Time {
	if a.Now == nil {
		return time.Time{}
	}
	return a.Now().UTC()
}

// Acquisition returns who takes a file in, and when.
func (a Actor) Acquisition() evidence.Acquisition {
	return evidence.Acquisition{At: a.now(), User: a.User, Host: a.Host, Version: a.Version}
}

// An Event is what a line of the journal is about.
type Event string

// The events of a case.
const (
	CaseCreated    Event = "case created"
	CaseOpened     Event = "case opened"     // to be written to: until CaseClosed the database may change
	CaseResumed    Event = "case resumed"    // after a session that did not end: what became of its promises
	CaseClosed     Event = "case closed"     // with an inventory of the case
	FileIngested   Event = "file ingested"   // a promise: the commit comes after the line
	ReferenceAdded Event = "reference added" // a promise too
	LoadFailed     Event = "load failed"     // a promise of this session that was not kept
	ReportWritten  Event = "report written"  // a promise: the files are put in place after the line
	CaseSealed     Event = "case sealed"
	JournalSigned  Event = "journal signed"
	CaseVerified   Event = "case verified"
	EntryMarked    Event = "entry marked"
	LineMended     Event = "line mended" // the line before was cut off
)

// A Line is a line of the journal. Which of the pointers is set depends on the
// event.
type Line struct {
	Number   int64           `json:"line"` // from 1
	Previous evidence.Digest `json:"previous"`
	Time     time.Time       `json:"time"`
	User     string          `json:"user"`
	Host     string          `json:"host"`
	Version  string          `json:"version"`
	Event    Event           `json:"event"`

	File      *Promise   `json:"file,omitempty"`
	Inventory *Inventory `json:"inventory,omitempty"`
	Resumed   *Resumed   `json:"resumed,omitempty"`
	Found     []Finding  `json:"found,omitempty"`  // what of the database was not as it had been left
	Failed    int64      `json:"failed,omitempty"` // the line whose promise was not kept
	Seal      *Seal      `json:"seal,omitempty"`
	Signature *Signature `json:"signature,omitempty"`
	Verified  *Outcome   `json:"verified,omitempty"`
	Mark      *Mark      `json:"mark,omitempty"`
	Mended    *Mended    `json:"mended,omitempty"`

	hash evidence.Digest
}

// Hash is the digest of the line, which the next one holds.
func (l Line) Hash() evidence.Digest { return l.hash }

// A Promise is a file that is about to be committed, with the digests of all
// that will be stored of it.
type Promise struct {
	Number   int64             `json:"number"`
	Path     string            `json:"path"`
	Member   string            `json:"member,omitempty"`
	Source   string            `json:"source,omitempty"`   // absolute, or in the case if Inside
	Relative string            `json:"relative,omitempty"` // from the case's directory, slashes
	Inside   bool              `json:"inside,omitempty"`   // Source is a file of the case
	Size     int64             `json:"size"`
	SHA256   evidence.Digest   `json:"sha256"` // '': the file could not be read
	Archive  *evidence.Archive `json:"archive,omitempty"`
	Problem  string            `json:"problem,omitempty"`
	Manifest evidence.Digest   `json:"manifest"` // of the manifest's entry
	Tables   []TableRows       `json:"tables"`
	Rows     Region            `json:"rows"`
}

// Name returns the file's name as evidence.File has it.
func (p Promise) Name() string { return evidence.File{Path: p.Path, Member: p.Member}.Name() }

// A TableRows is the rows of one table that a file gave.
type TableRows struct {
	Table  string          `json:"table"`
	Rows   int64           `json:"rows"`
	SHA256 evidence.Digest `json:"sha256"` // of the rows' digests, one after the other
}

// A Region is a stretch of RowsName.
type Region struct {
	Offset int64           `json:"offset"`
	Length int64           `json:"length"`
	SHA256 evidence.Digest `json:"sha256"`
}

// A Resumed is what was found of a session that did not end.
type Resumed struct {
	Session   int64   `json:"session"`             // the line that opened it
	Kept      []int64 `json:"kept,omitempty"`      // lines whose promise was kept
	Withdrawn []int64 `json:"withdrawn,omitempty"` // lines whose promise was not
	Unseen    []int64 `json:"unseen,omitempty"`    // numbers of files in the case that no line promised
}

// A Mark is what somebody said of an entry of the timeline. It changes nothing
// else of the case.
type Mark struct {
	Entry string `json:"entry"`
	Kind  string `json:"kind"`
	Text  string `json:"text,omitempty"`
}

// A Mended is a line that was cut off when the program was stopped.
type Mended struct {
	SHA256 evidence.Digest `json:"sha256"` // of what there is of it
}

// A Seal is an archive that was made of the case.
type Seal struct {
	Name      string          `json:"name"`
	Size      int64           `json:"size"`
	SHA256    evidence.Digest `json:"sha256"`
	Originals bool            `json:"originals"` // the evidence is in it
	Encrypted bool            `json:"encrypted"`
}

// A Signature stands for the first lines of the journal.
type Signature struct {
	Lines  int64           `json:"lines"`
	Bytes  int64           `json:"bytes"`  // of the journal that are signed: those lines
	Key    string          `json:"key"`    // fingerprint
	Name   string          `json:"name"`   // of the file that holds it
	Size   int64           `json:"size"`   // of that file
	SHA256 evidence.Digest `json:"sha256"` // of that file
}

// An Outcome is what a verification found.
type Outcome struct {
	Checked   int64 `json:"checked"`
	Failed    int64 `json:"failed"`
	Unchecked int64 `json:"unchecked"`
	// Lines is how many the journal had, and Head the hash of the last one:
	// whoever writes it down can tell later that no line was taken away.
	Lines int64           `json:"lines"`
	Head  evidence.Digest `json:"head"`
	// Signatures are those of the journal that are good.
	Signatures []Signature `json:"signatures,omitempty"`
}
